"""The years after the horizon: what service is then worth, and what the racks that serve cost to run."""

from __future__ import annotations

from functools import cache
from typing import Any

from planner.verify.world import World


def _weight(world: World, year_after: int) -> float:
    """Taper and present factor of the middle of the n-th year after the horizon."""
    clock, facts = world.facts.clock, world.facts
    factor = facts.present_factor((clock.last + 1) * clock.years + year_after - 0.5)
    return float(facts.parameter("tail_taper") ** year_after * factor)


def value_musd(world: World) -> float:
    """Present value of service after the horizon, at open-level rent; M base-year dollars."""
    clock, facts = world.facts.clock, world.facts
    value = 0.0
    for (w, j, n), served in world.tail_depth.items():
        rent = facts.rent_musd(w, clock.year(clock.last) + n)
        value += served * facts.depths[j].value_share * rent * _weight(world, n)
    return value


def cost_musd(world: World) -> float:
    """Present cost of running the racks that work after the horizon; M base-year dollars."""
    rates = cache(lambda site, chip: rack_year_usd(world, site, chip))
    usd = sum(racks * rates(s, c) * _weight(world, n) for (s, c, _, n), racks in world.tail_running.items())
    return float(usd) / 1e6


def _cooling(world: World, site: str, chip: str) -> dict[Any, Any] | None:
    """Climate figures of the cooling that takes least energy, among those of the site that hold the rack."""
    facts = world.facts
    found: dict[Any, Any] | None = None
    for cooling in facts.coolings_at(site):
        figures = facts.climate(site, cooling) if cooling in facts.rack_class[chip] else None
        if figures is not None and (found is None or figures["pue_average"] < found["pue_average"]):
            found = figures
    return found


def _dollars(world: World, ref: str) -> float:
    """Base-year dollars of a price as it is in the last period of the horizon."""
    facts = world.facts
    price = facts.price(ref)
    if price is None:
        return 0.0
    return price[0] * facts.escalation(price, facts.clock.last) * float(facts.deflators()[-1])


def rack_year_usd(world: World, site: str, chip: str) -> float:
    """Energy, water, maintenance and staff of a rack for a year, in base-year dollars, before taper and discount."""
    facts, at = world.facts, _cooling(world, site, chip)
    if at is None:
        return 0.0
    mw = facts.rack_mw(chip)
    mwh = mw * facts.parameter("average_draw_share") * 8760.0
    cost = mwh * float(at["pue_average"]) * _dollars(world, f"sites.{site}.tariff_usd_per_mwh")
    cost += mwh * float(at["wue_l_per_kwh"]) * _dollars(world, "parameters.cost_of_water_usd_per_m3.value")
    listed = facts.listed_year(chip, facts.clock.year(facts.clock.last))
    if listed is not None:
        price = _dollars(world, f"chip_supply.{chip}/{listed}.rack_price_usd")
        cost += facts.chips[chip].maintenance_share * price
    staff = facts.parameter("site_staff_per_mw") * _dollars(world, "parameters.site_staff_usd_per_year.value")
    for h, role in facts.soft.roles.items():
        heads = role.heads_per_mw * float(at["pue_peak"])
        staff += heads * _dollars(world, f"staffing.{h}.loaded_usd_per_head_year")
    return cost + mw * staff
