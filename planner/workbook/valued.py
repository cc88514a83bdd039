"""Facts of service by its price: what it is worth to the mission, and what it is sold for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from planner.inputs.case import Case
from planner.plan import Plan
from planner.workbook.facts import LATER, PRICED, Calendar, Fact


def mission_value(case: Case, plan: Plan) -> list[Fact]:
    """Service by workload, level, depth and period at its market value; then the years after the horizon."""
    calendar, facts = Calendar(case), []
    depth = plan["depth"].groupby(["workload_id", "level_id", "tranche_id", "period"], sort=False)["pflops_years"].sum()
    amounts: dict[Any, float] = depth.to_dict()
    for (w, level, j, period), amount in amounts.items():
        share, year = case.demand_tranches[j].value_share, calendar.year[str(period)]
        facts.append(_value(case, (w, level, j), share, str(period), year, float(amount), 0))
    last = case.periods.year(case.periods.last)
    for r in plan.rows("tail_depth"):
        n = int(r.year_after)
        what, share = (r.workload_id, "", r.tranche_id), case.demand_tranches[r.tranche_id].value_share
        facts.append(_value(case, what, share, f"+{n}", last + n, float(r.pflops_years), n))
    return facts


def priced(case: Case, plan: Plan) -> list[Fact]:
    """Service of each group of agencies at its price, whatever its depth; none where nothing limits what they pay."""
    if not case.funding_sources or not case.service_prices:
        return []
    year, member = Calendar(case).year, {a: g for g, agencies in case.money_groups.items() for a in agencies}
    depth = plan["depth"].assign(group=plan["depth"]["agency_id"].map(member))
    sums = depth.groupby(["workload_id", "level_id", "group", "period"], sort=False)["pflops_years"].sum()
    amounts: dict[Any, float] = sums.to_dict()
    facts = [_value(case, (w, k, g), 1.0, t, year[t], float(n), 0) for (w, k, g, t), n in amounts.items()]
    return [replace(f, kind=PRICED, keys=(f"{f.item.split('|')[2]}|{f.year}",)) for f in facts]


def rent_year(case: Case, workload: str, year: int) -> int:
    """Year of the rent path that holds in a year: after the last its value stays."""
    frame = case.tables["rent_paths"]
    return min(year, int(frame[frame["workload_id"] == workload]["year"].max()))


def _value(
    case: Case, what: tuple[str, str, str], share: float, period: str, year: int, amount: float, after: int
) -> Fact:
    """Of a workload at a level, of a depth or a group: ``share`` is the part of the price that it is worth."""
    w, level, of = what
    work = case.workloads[w]
    at = rent_year(case, w, year)
    path = case.tables["rent_paths"].set_index(["workload_id", "year"])["rent_index"]
    factor = float(path[w, at]) * share
    factor = factor / work.utilisation / work.availability
    taper = case.parameter("tail_taper") ** after
    above = case.levels[level].rent_premium if level else 1.0
    if level and (addon := case.level_addon_usd(level, w)):
        above += addon / work.rent_usd_per_pflops_year
    return Fact(
        "value",
        f"{w}|{level or LATER}|{of}",
        period,
        year,
        amount,
        "PFLOP/s delivered-years",
        rate_usd=work.rent_usd_per_pflops_year,
        rate_ref=f"workloads.{w}.rent_usd_per_pflops_year",
        factor=factor,
        escalation=taper * above,
        keys=(f"value|{period}", f"{w}|{level or LATER}|{period}"),
    )
