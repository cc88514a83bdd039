"""Decisions and levels of the plan as facts: what is chosen, in MW, racks, MWh and PFLOP/s."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from planner.inputs.case import PROGRAMME, Case
from planner.inputs.periods import Periods
from planner.plan import NOISE, Plan
from planner.workbook.after import racks_after
from planner.workbook.contracts import grid_facts
from planner.workbook.facts import BY_SITE, SERVICE, STANDING, Calendar, Fact, posted
from planner.workbook.soft_quantities import soft_quantities

TIERS = ("secured", "commissioned", "populated")
#: keys of a decision by site and thing in the period in which it is taken
FLOW = ("{r.site_id}|{item}|{year}", "{item}|{year}", "{r.site_id}|{item}")
GRID, OWN = "grid tranches", "own service of existing halls"


def all_quantities(case: Case, plan: Plan) -> dict[str, list[Fact]]:
    """Measure -> facts. Levels are keyed by the year they end; flows by the year they fall in."""
    calendar = Calendar(case)
    return {
        "power tier": list(_tiers(plan, calendar)),
        "secured power by source": list(secured_by_source(case, plan)),
        "plant units ready": list(_units_ready(case, plan)),
        "plant units ordered": posted(plan, calendar, "units", "{r.plant_id}", FLOW, "units"),
        "clean energy signed": posted(plan, calendar, "signed", "{r.ppa_id}", FLOW, "MW"),
        **grid_facts(case, plan),
        "energy and emissions": list(_energy(plan, calendar)),
        "halls started": posted(plan, calendar, "modules", "{r.design_id}", FLOW, "modules"),
        "halls at the framework price": posted(
            plan, calendar, "discounted", "framework", ("{item}|{year}",), "MW IT", site=PROGRAMME
        ),
        "racks bought": posted(plan, calendar, "bought", "{r.chip_id}", FLOW, "racks"),
        "racks retired early": posted(plan, calendar, "retired", "{r.chip_id}", FLOW, "racks"),
        STANDING: list(_standing(case, plan, calendar)),
        SERVICE: list(_first_service(case, plan, calendar)),
        "compute": list(_compute(plan, calendar)),
        "service": list(_served(plan, calendar)),
        BY_SITE: list(_by_site(plan, calendar)),
        "racks after the horizon": list(racks_after(case, plan)),
        "promise": list(_promises(plan)),
        **soft_quantities(case, plan),
    }


def _tiers(plan: Plan, calendar: Calendar) -> Iterator[Fact]:
    for r in plan.rows("tiers"):
        period = str(r.period)
        stock = calendar.stock_key(period)
        for tier in TIERS:
            unit = "MW facility" if tier == "secured" else "MW IT"
            keys = (f"{r.site_id}|{tier}|{stock}", f"{tier}|{stock}")
            mw = float(getattr(r, f"{tier}_mw"))
            yield Fact("quantity", tier, period, calendar.year[period], mw, unit, r.site_id, keys=keys)


def secured_by_source(case: Case, plan: Plan) -> Iterator[Fact]:
    """Secured MW at each period's end of grid contracts and standing halls; plant counts by units that are ready."""
    p, calendar = case.periods, Calendar(case)
    levels: dict[tuple[str, str, int], float] = {}

    def add(site: str, source: str, first: int, until: int, mw: float) -> None:
        for t in range(first, min(until, p.count)):
            levels[site, source, t] = levels.get((site, source, t), 0.0) + mw

    for r in plan.rows("contract"):
        tranche = case.tranches_of_grid[r.site_id, int(r.tranche)]
        ready = p.ready(calendar.index[str(r.period)], tranche.lead_months)
        add(r.site_id, GRID, ready, p.count, tranche.mw * float(r.contracts))
    for r in plan.rows("modules"):
        design = case.designs[r.design_id]
        if design.brings_own_power:
            first = p.ready(calendar.index[str(r.period)], design.lead_months)
            pue = case.climate(r.site_id, design.cooling_id).pue_peak
            mw = pue * design.module_mw * float(r.modules)
            add(r.site_id, OWN, first, _end(p, first, design.term_months), mw)
    for (site, source, t), mw in sorted(levels.items()):
        if abs(mw) > 1e-9:
            stock = calendar.stock_key(p.label(t))
            yield Fact("quantity", source, p.label(t), p.year(t), mw, "MW facility", site, keys=(f"{source}|{stock}",))


def _units_ready(case: Case, plan: Plan) -> Iterator[Fact]:
    """Units of each plant that are ready at a site by the end of each period."""
    p, calendar = case.periods, Calendar(case)
    for r in plan.rows("units"):
        ready = p.ready(calendar.index[str(r.period)], case.plants[r.plant_id].lead_months)
        for t in range(ready, p.count):
            keys = (f"{r.plant_id}|{calendar.stock_key(p.label(t))}",)
            yield Fact("quantity", r.plant_id, p.label(t), p.year(t), float(r.units), "units", r.site_id, keys=keys)


def _end(p: Periods, first: int, months: float) -> int:
    return p.after(first, months) if months else p.count


def _standing(case: Case, plan: Plan, calendar: Calendar) -> Iterator[Fact]:
    """Of the racks ordered in a year, the share in place at the end of the horizon."""
    p = case.periods
    bought: dict[tuple[str, int], float] = {}
    left: dict[tuple[str, int], float] = {}
    for table, sign, order in (("bought", 1.0, "period"), ("retired", -1.0, "vintage")):
        for r in plan.rows(table):
            chip, v = case.chips[r.chip_id], calendar.index[str(getattr(r, order))]
            key, ready = (r.chip_id, p.year(v)), p.ready(v, chip.lead_months)
            if table == "bought":
                bought[key] = bought.get(key, 0.0) + float(r.racks)
            if ready <= p.last < p.after(ready, chip.life_months):
                left[key] = left.get(key, 0.0) + sign * float(r.racks)
    for (chip_id, year), racks in sorted(left.items()):
        keys = (f"{chip_id}|{year}",)
        share = max(0.0, racks / bought[chip_id, year])
        yield Fact("quantity", chip_id, str(year), year, share, "share of racks ordered", keys=keys)


def _first_service(case: Case, plan: Plan, calendar: Calendar) -> Iterator[Fact]:
    """The federal fiscal year in which halls of a site first serve: the period after they stand."""
    p = case.periods
    begun: set[str] = set()
    for r in plan.rows("tiers"):
        t = calendar.index[str(r.period)] + 1
        if r.site_id in begun or r.commissioned_mw <= NOISE or t > p.last:
            continue
        begun.add(r.site_id)
        year = float(p.fiscal_year(t))
        yield Fact(
            "quantity", "first service", p.label(t), p.year(t), year, "fiscal year", r.site_id, keys=(r.site_id,)
        )


def _energy(plan: Plan, calendar: Calendar) -> Iterator[Fact]:
    units = {"it_mwh": "MWh", "facility_mwh": "MWh", "emissions_t": "t CO2", "water_m3": "m3"}
    for r in plan.rows("energy"):
        year = calendar.year[str(r.period)]
        for item, unit in units.items():
            keys = (f"{r.site_id}|{item}", f"{item}|{year}")
            yield Fact("quantity", item, str(r.period), year, float(getattr(r, item)), unit, r.site_id, keys=keys)


def _compute(plan: Plan, calendar: Calendar) -> Iterator[Fact]:
    for r in plan.rows("compute"):
        period = str(r.period)
        stock = calendar.stock_key(period)
        for state in ("installed", "serving"):
            value = float(getattr(r, f"{state}_pflops"))
            keys = (f"{state}|{r.precision}|{stock}",)
            item, unit = f"{state} {r.precision}", f"PFLOP/s {r.precision}"
            yield Fact("quantity", item, period, calendar.year[period], value, unit, keys=keys)


def _served(plan: Plan, calendar: Calendar) -> Iterator[Fact]:
    names = ["agency_id", "workload_id", "level_id", "period"]
    served = plan["served"].groupby(names, sort=False)["pflops_years"].sum()
    amounts: dict[Any, float] = served.to_dict()
    for (agency, workload, level, period), amount in amounts.items():
        year = calendar.year[str(period)]
        item = f"{agency}|{workload}|{level}"
        keys = (f"{item}|{year}", f"{workload}|{year}")
        yield Fact("quantity", item, str(period), year, float(amount), "PFLOP/s delivered-years", keys=keys)


def _by_site(plan: Plan, calendar: Calendar) -> Iterator[Fact]:
    """What each site serves at a level, by workload and period."""
    names = ["site_id", "level_id", "workload_id", "period"]
    served = plan["served"].groupby(names, sort=False)["pflops_years"].sum()
    amounts: dict[Any, float] = served.to_dict()
    for (site, level, workload, period), amount in amounts.items():
        keys = (f"{site}|{level}|{workload}|{period}",)
        item, year = f"{workload} at {level}", calendar.year[str(period)]
        yield Fact("quantity", item, str(period), year, float(amount), "PFLOP/s delivered-years", site, keys=keys)


def _promises(plan: Plan) -> Iterator[Fact]:
    for r in plan.rows("commitments"):
        for item in ("planned", "shortfall"):
            value = getattr(r, item)
            if not pd.isna(value):
                by = 0 if pd.isna(r.by) else int(r.by)
                unit = "" if pd.isna(r.unit) else str(r.unit)
                keys = (f"{r.id}|{item}",)
                yield Fact("quantity", f"{item}, {r.id}", str(by or ""), by, float(value), unit, keys=keys)
