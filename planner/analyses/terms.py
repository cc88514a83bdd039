"""What people agreed on and could agree on anew: promises, and limits that the programme sets itself.

A term is given up by edits of the programme; linear questions leave it out by the beginnings of the names of its rows.
Physical limits (land, workers, supply, lead times, connections, water) are no terms: never left out, never offered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from planner.analyses.words import amount, dollars
from planner.inputs.case import Case
from planner.inputs.programme import Claim
from planner.inputs.schema import BY_NAME

AUTHORITY, BUDGET = "budget.within_authority", "budget.within_budget"
#: rows that what the payers can pay sets, and the edit that frees the split
OF_PAYERS = ("budget.operations_within_caps", "budget.service_within_money")
SPLIT = "programme.infrastructure_share_tolerance=1"
MEASURED = ("power", "compute")
#: rows of the limits that sites and demand have, those among them that only make the relaxation tighter
ROWS = {
    "regions": ("sites.enough_regions",),
    "site-size": ("sites.minimum_commissioned", "sites.minimum_halls"),
    "site-service": ("sites.minimum_serving",),
    "largest-site": ("sites.largest_share", "gates.enough_live_sites"),
    "must-serve": ("workload.must_serve", "gates.must_be", "gates.enough_live_sites"),
}
#: times as much money as nobody runs out of; what payers can pay at most, USD a year
ENOUGH, PAYERS = 1000, f"funding_sources.*.cap_usd={BY_NAME['funding_sources'].column('cap_usd').maximum or 1e15:.0f}"


@dataclass(frozen=True)
class Term:
    """``ways`` are edits each of which gives it up; ``rules`` the beginnings of the names of its rows."""

    id: str
    kind: str
    says: str
    rules: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...]
    claim: Claim | None = None

    def as_dict(self) -> dict[str, object]:
        c = self.claim
        known: dict[str, object] = {"promise": self.id, "kind": self.kind, "says": self.says}
        if c is None:
            return known
        return {**known, "claim": c.claim, "level": c.level, "unit": c.unit, "by": c.by, "tier": c.tier}


def terms(case: Case, rows: Iterable[str] | None = None) -> tuple[Term, ...]:
    """The terms of a case, those that clash most often first; with names of rows, those that have some of them."""
    found = (*_promises(case), *_limits(case))
    if rows is None:
        return found
    there = set(rows)
    return tuple(t for t in found if any(name.startswith(t.rules) for name in there))


def goals(case: Case) -> tuple[Term, ...]:
    """Goals of power and compute: they bind nothing, and the next unit of each has a price."""
    return tuple(
        Term(c.id, c.metric, f"{c.claim}: goal of {amount(c.level, c.unit)} by {c.by}", (), (), c)
        for c in case.programme.claims
        if c.binding == "goal" and c.metric in MEASURED and c.level and c.by
    )


def given_up(dropped: Iterable[Term]) -> list[tuple[str, ...]]:
    """Edits that give all of them up, in every way there is; the case as it is where there is nothing to give up."""
    ways: list[tuple[str, ...]] = [()]
    for term in dropped:
        more = term.ways if term.kind != "sites" else ((), *term.ways)
        ways = [(*before, *way) for before in ways for way in more]
    return [_once(way) for way in ways]


def _once(edits: tuple[str, ...]) -> tuple[str, ...]:
    """The last edit of each path."""
    return tuple({edit.partition("=")[0]: edit for edit in edits}.values())


def _promises(case: Case) -> list[Term]:
    return [
        _promise(c)
        for metrics in (MEASURED, ("governance", "services"))
        for c in case.programme.claims
        if c.binding == "firm" and c.metric in metrics and (c.level is not None or c.metric not in MEASURED)
    ]


def _promise(c: Claim) -> Term:
    rules = tuple(f"commitments.{name}[{c.id}{end}" for name in _conditions(c) for end in (",", "]"))
    says = f"{c.claim} (firm, by {c.by})"
    if c.metric in MEASURED:
        says = f"{c.claim}: {amount(c.level or 0.0, c.unit)} {c.tier} by {c.by}"
    return Term(c.id, c.metric, says, rules, ((f"claims.{c.id}.binding=reported",),), c)


def _conditions(c: Claim) -> tuple[str, ...]:
    """Rules of a promise, each with the promise first in its index."""
    if c.metric in MEASURED:
        return ("firm",)
    if c.metric == "services":
        return ("services_offered",)
    return ("governance_done", "governance_agencies", "governance_live", "governance_aware")


def _limits(case: Case) -> list[Term]:
    p = case.programme
    asked = {
        c.metric: c.id for c in p.claims if c.binding == "firm" and c.metric in ("budget", "split", "sites", "funding")
    }
    low, high = (100 * case.parameter(n) for n in ("soft_band_low", "soft_band_high"))
    share, around = 100 * p.infrastructure_share, 100 * p.infrastructure_share_tolerance
    size, serving = case.parameter("minimum_site_mw"), case.parameter("minimum_site_serving_mw")
    split = f"{share:g} % of investment for infrastructure, within {around:g} points"
    band = f"{low:g} to {high:g} % of each year for software, security and training"
    first = f"Every site has {size:g} MW IT by {case.parameter('counted_site_by_year'):g}"
    served = f"Every site runs {serving:g} MW IT at least"
    largest = f"No site carries more than {100 * case.parameter('largest_site_share'):g} % of what runs"
    band_edits = ("parameters.soft_band_low=0", "parameters.soft_band_high=1")
    found = [
        Term(asked.get("budget", "budget"), "budget", f"A budget of {dollars(p.budget_usd)}", *_money(case)),
        *_authority(case),
        Term(asked.get("split", "split"), "split", split, ("budget.split_",), ((SPLIT,),)),
        Term("yearly-band", "band", band, ("budget.band_",), (band_edits,)),
        Term(asked.get("funding", "payers"), "payers", "What the payers can pay a year", OF_PAYERS, ((PAYERS,),)),
        Term(
            asked.get("sites", "sites"),
            "sites",
            _sites(p.sites.count),
            ("sites.chosen_count",),
            tuple(counts(case).values()),
        ),
    ]
    regions = f"{p.sites.minimum_regions} grid regions at least"
    beside = (
        ("regions", "regions", regions, "programme.sites.minimum_regions=1"),
        ("site-size", "site size", first, "parameters.minimum_site_mw=0"),
        ("site-service", "site service", served, "parameters.minimum_site_serving_mw=0"),
        ("largest-site", "largest site", largest, "parameters.largest_site_share=1"),
        ("must-serve", "demand", "Demand that is marked is met in full", "demand.*.must_serve_share=0"),
    )
    return [*found, *(Term(name, kind, says, ROWS[name], ((edit,),)) for name, kind, says, edit in beside)]


def _money(case: Case) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Rows of the budget, and edits that raise it beyond all use with the same yearly shares."""
    usd = f"{min(1e14, ENOUGH * case.programme.budget_usd):.10g}"
    claims = [f"claims.{c.id}.level={usd}" for c in case.programme.claims if c.metric == "budget" and c.level]
    return (BUDGET, AUTHORITY), ((f"programme.budget_usd={usd}", *claims),)


def _authority(case: Case) -> list[Term]:
    """Yearly authority, where it comes in more than one year; given up, all of it comes in the first."""
    table = case.tables["authority"]
    years = [int(year) for year, share in zip(table["year"], table["share_of_budget"], strict=True) if share]
    if len([t for t in case.periods if case.authority_share(t)]) < 2:
        return []
    edits = tuple(f"authority.{year}.share_of_budget={int(year == years[0])}" for year in years)
    return [Term("authority", "authority", f"Yearly authority, {years[0]} to {years[-1]}", (AUTHORITY,), (edits,))]


def counts(case: Case) -> dict[int, tuple[str, ...]]:
    """Every other number of sites with its edits, the nearest first, fewer before more."""
    asked = case.programme.sites
    claims = [c.id for c in case.programme.claims if c.metric == "sites" and c.level]
    others = sorted((n for n in range(1, len(case.sites) + 1) if n != asked.count), key=lambda n: abs(n - asked.count))
    found = {}
    for n in others:
        regions = (f"programme.sites.minimum_regions={n}",) if asked.minimum_regions > n else ()
        found[n] = (f"programme.sites.count={n}", *(f"claims.{i}.level={n}" for i in claims), *regions)
    return found


def _sites(count: int) -> str:
    return f"{count} site{'s' if count != 1 else ''}"
