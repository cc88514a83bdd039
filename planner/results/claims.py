"""The claim check as plain rows: every claim beside what the plan and published figures support, and its price.

Dollars are then-year. A price is what is missing times what a unit costs in this plan; no solve stands behind it. The
sheet Claim check reaches the same figures by its own formulas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.inputs.case import Case, Figure
from planner.inputs.programme import Claim
from planner.plan import Plan

#: relative shortfall up to which a claim is held
HELD = 1e-6
#: lines of the work breakdown that bring power to a site; the others of 1.1 and 1.2 are the halls
CONNECTION, HALLS = ("1.2.1", "1.2.2"), ("1.1", "1.2")


@dataclass(frozen=True)
class Unit:
    """What a unit costs, dollars: in the plan, and at the ends of what is published."""

    usd: float
    low: float | None = None
    high: float | None = None
    sources: tuple[str, ...] = ()


def claim_check(case: Case, plan: Plan) -> list[dict[str, Any]]:
    """One row a claim; what does not apply is None."""
    states = {str(r["id"]): r for r in plan["commitments"].to_dict("records")}
    return [_row(case, plan, claim, states.get(claim.id)) for claim in case.programme.claims]


def _row(case: Case, plan: Plan, claim: Claim, state: Mapping[Any, Any] | None) -> dict[str, Any]:
    planned = None if state is None else _number(state["planned"])
    missing = None if state is None or claim.level is None else _number(state["shortfall"])
    unit = unit_cost(case, plan, claim)
    years = by_year(case, plan, claim)
    held = missing is not None and missing <= (1 + (claim.level or 0.0)) * HELD
    price = None if unit is None or missing is None else unit.usd * missing
    return {
        "id": claim.id,
        "claim": claim.claim,
        "said_by": claim.said_by,
        "claimed": claim.level,
        "unit": claim.unit,
        "by": claim.by,
        "planned": planned,
        "missing": missing,
        "held": held if missing is not None else None,
        "held_from": _held_from(claim, years),
        "unit_cost_usd": unit.usd if unit else None,
        "whole_claim_usd": unit.usd * claim.level if unit and claim.level else None,
        "whole_claim_published_usd": _ends(unit, claim),
        "true_for_usd_more": price,
        "published_by": list(unit.sources) if unit else [],
    }


def _number(value: Any) -> float | None:
    return None if value is None or value != value else float(value)


def _ends(unit: Unit | None, claim: Claim) -> list[float] | None:
    if unit is None or unit.low is None or unit.high is None or not claim.level:
        return None
    return [unit.low * claim.level, unit.high * claim.level]


def by_year(case: Case, plan: Plan, claim: Claim) -> dict[int, float]:
    """What the plan holds of a claim on power or compute at the end of each year; empty for others."""
    p = case.periods
    ends = {p.label(t): p.year(t) for t in p if p.end_of_year(p.year(t)) == t}
    found = dict.fromkeys(sorted(ends.values()), 0.0)
    if claim.metric == "power" and claim.tier:
        frame, column = plan["tiers"], f"{claim.tier}_mw"
    elif claim.metric == "compute" and claim.tier and claim.precision:
        frame = plan["compute"][plan["compute"]["precision"] == claim.precision]
        column = f"{claim.tier}_pflops"
    else:
        return {}
    for label, amount in zip(frame["period"], frame[column], strict=True):
        if str(label) in ends:
            found[ends[str(label)]] += float(amount)
    return found


def _held_from(claim: Claim, years: Mapping[int, float]) -> int | None:
    """The year from which the plan holds a claim to the end; None where it does not."""
    if not years or claim.level is None:
        return None
    short = [year for year, amount in years.items() if amount < claim.level * (1 - HELD)]
    first = max(min(years), 1 + max(short, default=0))
    return first if first <= max(years) else None


def unit_cost(case: Case, plan: Plan, claim: Claim) -> Unit | None:
    """Dollars a MW or a PFLOP/s: halls by MW IT commissioned, all by MW IT of racks bought, power by MW secured."""
    if claim.metric == "compute":
        return _racks(case, claim)
    if claim.metric != "power" or claim.tier not in ("secured", "commissioned", "populated"):
        return None
    pue = _pue(plan)
    last = case.periods.label(case.periods.last)
    stands = plan["tiers"][plan["tiers"]["period"] == last]
    if claim.tier == "secured":
        return Unit(_usd(case, plan, CONNECTION) / max(1.0, float(stands["secured_mw"].sum())))
    figures = {(f.table, f.key): f for f in case.figures if f.table in ("hall_benchmarks", "cost_benchmarks")}
    if claim.tier == "commissioned":
        dollars = _usd(case, plan, HALLS) - _usd(case, plan, CONNECTION)
        lines = [
            (figures["hall_benchmarks", b.benchmark_id], 1.0 if b.mw_basis == "IT" else pue)
            for b in case.hall_benchmarks.values()
        ]
        return _published(dollars / max(1.0, float(stands["commissioned_mw"].sum())), lines, case)
    racks = plan["bought"].groupby("chip_id", sort=False)["racks"].sum()
    mw = sum(float(n) * case.chips[str(c)].rack_kw / 1000 for c, n in racks.items())
    lines = [(figures["cost_benchmarks", b], pue) for b in case.benchmarks]
    return _published(_usd(case, plan, ("1",)) / max(1.0, mw), lines, case)


def _usd(case: Case, plan: Plan, codes: tuple[str, ...]) -> float:
    """Investment on lines whose code opens so, then-year dollars."""
    detail = plan["detail"]
    mine = [str(c).startswith(codes) and case.wbs[str(c)].ledger == "investment" for c in detail["wbs_code"]]
    return float(detail.loc[mine, "cents"].sum()) / 100


def _pue(plan: Plan) -> float:
    return float(plan["energy"]["facility_mwh"].sum()) / max(1.0, float(plan["energy"]["it_mwh"].sum()))


def _published(usd: float, lines: Sequence[tuple[Figure, float]], case: Case) -> Unit:
    if not lines:
        return Unit(usd)
    low = min(_end(f, f.low) * times for f, times in lines)
    high = max(_end(f, f.high) * times for f, times in lines)
    return Unit(usd, low, high, _sources(case, [f for f, _ in lines]))


def _racks(case: Case, claim: Claim) -> Unit | None:
    """The cheapest racks on offer in the promised year, at their price and at both ends of it."""
    each = {c.chip_id: c.pflops(claim.precision) for c in case.chips.values()} if claim.precision else {}
    lines = [
        (f, 1 / each[f.key.split("/")[0]])
        for f in case.figures
        if (f.table, f.column) == ("chip_supply", "rack_price_usd")
        and f.key.endswith(f"/{claim.by}")
        and each.get(f.key.split("/")[0])
    ]
    if not lines:
        return None
    low, own, high = (
        min(pick(f) * times for f, times in lines)
        for pick in (lambda f: _end(f, f.low), lambda f: f.value, lambda f: _end(f, f.high))
    )
    return Unit(own, low, high, _sources(case, [f for f, _ in lines]))


def _end(figure: Figure, end: float | None) -> float:
    return figure.value if end is None else end


def _sources(case: Case, figures: Sequence[Figure]) -> tuple[str, ...]:
    return tuple(sorted({case.sources[f.source_id].publisher for f in figures}))
