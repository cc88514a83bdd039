"""Racks that go on working after the horizon: which cooling holds them, and the rates of what a year of one costs."""

from __future__ import annotations

from collections.abc import Iterator

from planner.inputs.case import Case, Chip, Climate, Rate
from planner.plan import Plan
from planner.workbook.facts import Fact


def racks_after(case: Case, plan: Plan) -> Iterator[Fact]:
    """Racks at work in each year after the horizon, by site and chip."""
    last = case.periods.year(case.periods.last)
    racks: dict[tuple[str, str, int], float] = {}
    for r in plan.rows("tail_running"):
        key = str(r.site_id), str(r.chip_id), int(r.year_after)
        racks[key] = racks.get(key, 0.0) + float(r.racks)
    for (site, chip, n), count in racks.items():
        item = f"{site}|{chip}"
        yield Fact("quantity", item, f"+{n}", last + n, count, "rack-years", site, keys=(f"{item}|+{n}",))


def cooling_of(case: Case, site: str, chip: Chip) -> Climate:
    """Of the coolings that may be built at a site and hold the chip, the one that uses least power on average."""
    existing, designs = case.sites[site].existing_mw, case.designs.values()
    built = {d.cooling_id for d in designs if not d.brings_own_power or existing >= d.module_mw}
    fits = [
        cooling
        for cooling, e in case.cooling.items()
        if cooling in built and chip.rack_kw <= e.rack_kw_max and (e.holds_liquid_racks or not chip.needs_liquid)
    ]
    return min((case.climate(site, cooling) for cooling in fits), key=lambda c: c.pue_average)


def price_of(case: Case, chip: str) -> Rate:
    """The rack price that holds in the last year: the latest listed that is not after it, else the first."""
    last = case.periods.year(case.periods.last)
    years = sorted(year for c, year in case.chip_supply if c == chip)
    year = max((y for y in years if y <= last), default=years[0])
    return case.rate("chip_supply", f"{chip}/{year}", "rack_price_usd")
