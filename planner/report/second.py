"""The second screen of a run: cash by fiscal year, every promise, other sets of sites, what drives net benefit."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from planner.inputs.case import Case
from planner.inputs.periods import FIRST_FISCAL_MONTH
from planner.measures import amount, usd
from planner.plan import Plan
from planner.report.facts import Facts, left_out
from planner.report.shapes import Cell, Figure, Table
from planner.results import verdicts

#: what analyses of a run found, by the name of the analysis
Kept = Mapping[str, Mapping[str, Any]]
NOT_ASSESSED = "not assessed"
#: part of a net benefit by which two that were solved to the end may differ and are the same
SAME = 1e-6


def second(case: Case, plan: Plan | None, document: Mapping[str, Any], kept: Kept | None = None) -> tuple[Table, ...]:
    """Cash by fiscal year against the ceiling, every promise, sets of sites within the proof, and the drivers."""
    if plan is None:
        return ()
    kept = kept or {}
    return (
        _cash(Facts(case, plan)),
        promises(case, document, kept.get("price")),
        sites(case, plan, document, kept.get("alternatives")),
        _drivers(kept.get("sensitivity")),
    )


def promised(item: Mapping[str, Any]) -> str:
    """A level with its date: ``"5,000 MW IT by 2033"``."""
    by = f" by {item['by']:.0f}" if item.get("by") else ""
    return f"{amount(item.get('level'), str(item.get('unit') or ''))}{by}"


def fiscal(by_year: Mapping[int, float]) -> dict[int, float]:
    """Amounts of calendar years by federal fiscal year, October to September, at an even rate within each year.

    The last fiscal year holds the last quarter of the last calendar year.
    """
    years = sorted(by_year)
    lead = 1 - FIRST_FISCAL_MONTH / 12
    found = {y: lead * by_year.get(y - 1, 0.0) + (1 - lead) * by_year[y] for y in years}
    return {**found, years[-1] + 1: lead * by_year[years[-1]]}


def _cash(facts: Facts) -> Table:
    spent = fiscal({y: facts.cash_in(y) for y in facts.years})
    ceilings = {y: facts.ceiling_to_date(y) for y in facts.years}
    steps = fiscal({y: ceilings[y] - ceilings.get(y - 1, 0.0) for y in facts.years})
    to_date, ceiling = list(accumulate(spent.values())), list(accumulate(steps.values()))
    rows: list[tuple[Cell, ...]] = []
    for n, (year, cash) in enumerate(spent.items()):
        least = min(most - paid for most, paid in zip(ceiling[n:], to_date[n:], strict=True))
        room = round(12 * least, 2) / 12  # by month there are twelfths of a cent
        rows.append((f"FY{year}", *(Figure(x, "USD") for x in (cash, to_date[n], ceiling[n], room))))
    headers = ("Fiscal year", "cash", "cash to date", "ceiling to date", "headroom")
    note = (
        "Investment, then-year dollars, October to September at an even rate within each calendar year. Room is what "
        "may still be spent by that year without breaking the ceiling of a later one."
    )
    if facts.unallocated_usd:
        note += f" {usd(facts.unallocated_usd)} of the cash is set aside by the split and buys nothing."
    return Table("cash", "Cash by federal fiscal year against the ceiling", headers, tuple(rows), note)


def promises(case: Case, document: Mapping[str, Any], prices: Mapping[str, Any] | None = None) -> Table:
    """Every promise with its verdict, its date and, where it was asked, its price."""
    found = {str(item["id"]): item for item in document.get("commitments") or []}
    exists = document.get("verdict") in ("optimal", "within_limits")
    priced = {str(p["id"]): str(p["verdict"]) for p in (prices or {}).get("limits") or []}
    rows: list[tuple[Cell, ...]] = []
    for claim in case.programme.claims:
        about = claim.model_dump() | (found.get(claim.id) or {})
        rows.append(
            (
                claim.claim,
                promised(about) if claim.level is not None else "no level",
                amount(about.get("planned"), claim.unit or ("share" if claim.metric == "governance" else "")),
                verdicts.promise(about, exists),
                *((priced.get(claim.id, NOT_ASSESSED),) if prices else ()),
            )
        )
    headers = ("Promise", "promised", "planned", "verdict")
    return Table("promises", "Every promise", (*headers, "price") if prices else headers, tuple(rows), _left(case))


def _left(case: Case) -> str:
    parts = left_out(case)
    return f"This programme leaves out: {', '.join(parts)}." if parts else ""


def sites(case: Case, plan: Plan, document: Mapping[str, Any], found: Mapping[str, Any] | None = None) -> Table:
    """The sites of the plan, and other sets of sites that the proof cannot distinguish from them.

    ``found`` is what ``planner alternatives`` found of the run. A set is within the proof where a checked plan has it
    whose net benefit lies no further below that of the plan than the bound lies above it.
    """
    chosen = tuple(sorted(set(plan["opens"]["site_id"])))
    value, bound = (document.get("objective") or {}).get("value"), (document.get("objective") or {}).get("bound")
    headers = ("Sites", "net benefit", "below the plan")
    own: tuple[Cell, ...] = (", ".join(chosen), Figure(value, "USD"))
    if found is None or value is None or bound is None:
        words = "Whether other sets of sites are as good: 'planner alternatives RUN' assesses it."
        return Table("any_of", "The sites of the plan, and others as good", headers, ((*own, NOT_ASSESSED),), words)
    best = found["best"]
    bound = min(bound, best["bound_usd"]) if best["bound_usd"] is not None else bound
    proof = max(bound - value, SAME * abs(value))
    others: dict[tuple[str, ...], float] = {}
    for other in (best, *found["alternatives"]):
        names, usd_ = tuple(sorted(other["sites"])), other["value_usd"]
        if names != chosen and usd_ is not None and value - usd_ <= proof:
            others[names] = max(usd_, others.get(names, usd_))
    rows: list[tuple[Cell, ...]] = [(*own, "the plan")]
    for names, usd_ in sorted(others.items(), key=lambda item: -item[1]):
        rows.append((", ".join(names), Figure(usd_, "USD"), Figure(value - usd_, "USD")))
    title = f"Any of these {len(rows)} sets of sites" if others else "The sites of the plan: no other set as good"
    note = f"Each has a checked plan, and all lie within the proof, {usd(proof)}: it cannot tell which is the best."
    if not others:
        note = f"No other set was found with a checked plan within the proof, {usd(proof)}."
    note += "" if found["complete"] else " The search is not complete: 'planner alternatives RUN' goes on from there."
    return Table("any_of", title, headers, tuple(rows), note)


def _drivers(found: Mapping[str, Any] | None) -> Table:
    headers = ("Figure", "low", "base", "high", "moves net benefit by")
    title = "What drives net benefit"
    if found is None:
        return Table(
            "drivers", title, headers, ((NOT_ASSESSED, "", "", "", ""),), "'planner sensitivity RUN' assesses them."
        )
    moving = sorted(found["figures"], key=lambda f: -f["swing"]["net_benefit_usd"])[:10]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            str(f["figure"]),
            *("varies" if f[end] is None else Figure(f[end], str(f["unit"])) for end in ("low", "base", "high")),
            Figure(f["swing"]["net_benefit_usd"], "USD"),
        )
        for f in moving
    )
    return Table("drivers", title, headers, rows)
