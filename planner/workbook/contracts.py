"""Grid contracts as facts: MW contracted, used and unused, the year a site's last contract ends, what is owed after."""

from __future__ import annotations

import math
from collections.abc import Iterator

from planner.inputs.case import Case
from planner.plan import Plan
from planner.workbook.facts import Calendar, Fact

USE, END, OWED = "grid contracts", "last year of grid contracts", "owed after the horizon"
#: what becomes of contracted MW
PARTS = ("contracted", "used", "unused")
#: the key of the present value among the years
PRESENT = "present"


def grid_facts(case: Case, plan: Plan) -> dict[str, list[Fact]]:
    """Measure -> facts; none where the data set has no grid contracts."""
    return {USE: list(_use(plan, Calendar(case))), END: list(_ends(case, plan)), OWED: list(_owed(plan))}


def _use(plan: Plan, calendar: Calendar) -> Iterator[Fact]:
    for r in plan.rows("grid_use"):
        period = str(r.period)
        stock, year = calendar.stock_key(period), calendar.year[period]
        for part in PARTS:
            keys = (f"{r.site_id}|{part}|{stock}", f"{part}|{stock}")
            yield Fact("quantity", part, period, year, getattr(r, f"{part}_mw"), "MW facility", r.site_id, keys=keys)


def _ends(case: Case, plan: Plan) -> Iterator[Fact]:
    """The calendar year of the last month in which some contract of the site owes a take."""
    p, calendar = case.periods, Calendar(case)
    last: dict[str, int] = {}
    for r in plan.rows("contract"):
        if (contract := case.grid_contracts.get(r.site_id)) is not None and r.contracts:
            lead = case.tranches_of_grid[r.site_id, int(r.tranche)].lead_months
            month = (p.ready(calendar.index[str(r.period)], lead) + 1) * p.months + contract.months
            last[r.site_id] = max(last.get(r.site_id, 0), p.first_year + math.ceil(month / 12) - 1)
    for site, year in last.items():
        yield Fact("quantity", "last year", str(year), year, float(year), "year", site, keys=(site,))


def _owed(plan: Plan) -> Iterator[Fact]:
    for r in plan.rows("owed_after"):
        item, year = f"{r.obligor}, {r.way}", int(r.year)
        unit = "base-year USD"
        yield Fact("quantity", item, str(year), year, r.usd, unit, r.site_id, keys=(f"{r.obligor}|{year}",))
        keys = (f"{r.obligor}|{PRESENT}",)
        yield Fact("quantity", item, str(year), year, r.present_usd, f"{unit}, present", r.site_id, keys=keys)
