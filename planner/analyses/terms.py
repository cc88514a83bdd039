"""What people agreed on and could agree on anew: promises, and limits that the programme sets itself.

A term names the rules of the model that say it, so that the model can be asked without it. Physical limits (land,
workers, supply, lead times, connections, water) are no terms: they are never left out and never offered.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from planner.formulation.commitments import binding
from planner.inputs.case import Case
from planner.inputs.programme import Claim
from planner.search.clash_words import amount, dollars

#: rules of a promise on governance or services, each with the promise first in its index
CONDITIONS = (
    "governance_done",
    "governance_agencies",
    "governance_authorised",
    "governance_live",
    "governance_staffed",
    "governance_aware",
    "services_offered",
)
AUTHORITY, BUDGET = "budget.within_authority", "budget.within_budget"


@dataclass(frozen=True)
class Term:
    """``rules`` are the beginnings of the names of its rows; ``claim`` is the promise where it is one."""

    id: str
    kind: str
    says: str
    rules: tuple[str, ...]
    claim: Claim | None = None

    def as_dict(self) -> dict[str, object]:
        c = self.claim
        known: dict[str, object] = {"promise": self.id, "kind": self.kind, "says": self.says}
        if c is None:
            return known
        return {**known, "claim": c.claim, "level": c.level, "unit": c.unit, "by": c.by, "tier": c.tier}


def terms(case: Case, rules: Iterable[str]) -> tuple[Term, ...]:
    """The terms that the model of a case has rows of, those that clash most often first."""
    there = set(rules)

    def present(term: Term) -> bool:
        return any(name.startswith(term.rules) for name in there)

    return tuple(t for t in (*_promises(case), *_limits(case)) if present(t))


def _promises(case: Case) -> list[Term]:
    found = [_promise(c) for c in binding(case) if c.binding == "firm"]
    for c in case.programme.claims:
        if c.binding == "firm" and c.metric in ("governance", "services"):
            rules = tuple(f"commitments.{name}[{c.id}{end}" for name in CONDITIONS for end in (",", "]"))
            found.append(Term(c.id, c.metric, f"{c.claim} (firm, by {c.by})", rules, c))
    return found


def _promise(c: Claim) -> Term:
    says = f"{c.claim}: {amount(c.level or 0.0, c.unit)} {c.tier} by {c.by}"
    return Term(c.id, c.metric, says, (f"commitments.firm[{c.id}]",), c)


def _limits(case: Case) -> list[Term]:
    p = case.programme
    asked = {
        c.metric: c.id for c in p.claims if c.binding == "firm" and c.metric in ("budget", "split", "sites", "funding")
    }
    years = [case.periods.label(t) for t in case.periods if case.authority_share(t)]
    low, high = (100 * case.parameter(n) for n in ("soft_band_low", "soft_band_high"))
    share, around = 100 * p.infrastructure_share, 100 * p.infrastructure_share_tolerance
    found = [
        Term(asked.get("budget", "budget"), "budget", f"A budget of {dollars(p.budget_usd)}", (BUDGET, AUTHORITY)),
        Term(
            asked.get("split", "split"),
            "split",
            f"{share:g} % of investment for infrastructure, within {around:g} points",
            ("budget.split_least", "budget.split_most"),
        ),
        Term("yearly-band", "band", f"{low:g} to {high:g} % of each year for the soft side", ("budget.band_",)),
        Term(
            asked.get("funding", "payers"),
            "payers",
            "What the payers can pay a year",
            ("budget.operations_within_caps",),
        ),
        Term(asked.get("sites", "sites"), "sites", _sites(p.sites.count), ("sites.chosen_count",)),
        Term("regions", "regions", f"{p.sites.minimum_regions} grid regions at least", ("sites.enough_regions",)),
        Term(
            "site-size",
            "site size",
            f"Every site has {case.parameter('minimum_site_mw'):g} MW IT by {case.parameter('counted_site_by_year'):g}",
            ("sites.minimum_commissioned",),
        ),
        Term(
            "site-service",
            "site service",
            f"Every site runs {case.parameter('minimum_site_serving_mw'):g} MW IT at least",
            ("sites.minimum_serving",),
        ),
        Term(
            "largest-site",
            "largest site",
            f"No site carries more than {100 * case.parameter('largest_site_share'):g} % of what is served",
            ("sites.largest_share",),
        ),
        Term("must-serve", "demand", "Demand that is marked is met in full", ("workload.must_serve",)),
    ]
    if len(years) > 1:
        says = f"Yearly authority, {years[0]} to {years[-1]}"
        found.insert(1, Term("authority", "authority", says, (AUTHORITY,)))
    return found


def _sites(count: int) -> str:
    return f"{count} site{'s' if count != 1 else ''}"
