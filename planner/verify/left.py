"""What a MW that stands is still worth at the end of the horizon, in base-year dollars: price, less even wear."""

from __future__ import annotations

from planner.verify.levels import Levels

#: lines of a hall and columns of its prices
HALL = (("1.1.3", "civil"), ("1.1.4", "shell"), ("1.2.3", "electrical"), ("1.2.4", "mechanical"))


def end_factor(world: Levels) -> float:
    """Present value of a base-year dollar when the years after the horizon, in which racks still serve, are over."""
    clock = world.facts.clock
    return world.facts.present_factor(float(clock.count * clock.years) + _tail_years(world))


def _tail_years(world: Levels) -> float:
    return float(world.facts.tail_years)


def _unworn(world: Levels, code: str, ready: int) -> float:
    """Months of its life that an asset still has after the tail, over all of them; a life of 0 does not end."""
    lives = world.facts.case.tables["asset_lives"]
    life = float(lives.loc[lives["wbs_code"] == code, "life_months"].iloc[0])
    if life == 0:
        return 1.0
    worn = world.facts.clock.months * (world.facts.clock.last - ready) + 12 * _tail_years(world)
    return max(0.0, life - worn) / life


def _then(world: Levels, ref: str, t: int) -> float:
    """Base-year dollars of a price as it is in a period."""
    price = world.facts.price(ref)
    if price is None:
        return 0.0
    return price[0] * world.facts.escalation(price, t) * float(world.facts.deflators()[t])


def hall_usd(world: Levels, site: str, design: str, ready: int) -> float:
    """A MW of halls of a design that came to stand at the end of a period, with its land."""
    multiplier = world.facts.sites[site].construction_multiplier
    usd = world.facts.designs[design].acres_per_mw * _unworn(world, "1.1.2", ready)
    usd *= _then(world, f"sites.{site}.land_price_usd_per_acre", ready)
    for code, part in HALL:
        price = _then(world, f"designs.{design}.{part}_usd_per_mw", ready)
        usd += price * _unworn(world, code, ready) * multiplier
    return usd


def connection_usd(world: Levels, site: str, ready: int) -> float:
    """A MW of grid connection, at the price of the site's first tranche."""
    first = min(tranche for at, tranche in world.facts.grid if at == site)
    price = _then(world, f"grid_tranches.{site}/{first}.connection_usd_per_mw", ready)
    return price * _unworn(world, "1.2.1", ready) * world.facts.sites[site].construction_multiplier
