"""The budget: authority, the split between infrastructure and the rest, its yearly band, who pays to operate."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from planner.verify.tally import Check, Vector, rule
from planner.verify.world import World


def _spendable_musd(world: World) -> float:
    """The budget less the reserve, which is held."""
    return world.facts.programme.budget_usd / 1e6 * (1.0 - world.facts.parameter("management_reserve_share"))


def _sides_musd(world: World) -> tuple[Vector, Vector, Vector]:
    """Infrastructure, the rest, and what is set aside, by period."""
    ledger = world.ledger
    return ledger.infrastructure_usd() / 1e6, ledger.soft_usd() / 1e6, world.soft.unallocated


def _shares(world: World) -> tuple[float, float]:
    """Least and largest part of infrastructure."""
    asked = world.facts.programme
    tolerance = asked.infrastructure_share_tolerance
    return asked.infrastructure_share - tolerance, asked.infrastructure_share + tolerance


def _band_years(world: World) -> Iterator[tuple[int, list[int]]]:
    """Calendar years that have a band, with their periods."""
    clock = world.facts.clock
    for year in dict.fromkeys(clock.year(t) for t in range(clock.count)):
        if year >= world.facts.parameter("soft_band_from_year"):
            yield year, [t for t in range(clock.count) if clock.year(t) == year]


@rule("budget.within_authority")
def within_authority(world: World, check: Check) -> None:
    facts, clock = world.facts, world.facts.clock
    shares = [facts.authority.get(clock.year(t), 0.0) * clock.years for t in range(clock.count)]
    spent = np.cumsum(world.ledger.investment_usd()) / 1e6
    words = "{left} M$ are invested by now; {right} M$ are authorised by now"
    check.at_most("", spent, np.cumsum(shares) * _spendable_musd(world), "M$", words)


@rule("budget.within_budget")
def within_budget(world: World, check: Check) -> None:
    spent = float(world.ledger.investment_usd().sum()) / 1e6
    words = "{left} M$ are invested; the budget less its reserve is {right} M$"
    check.at_most("", spent, _spendable_musd(world), "M$", words)


@rule("budget.to_the_cent")
def to_the_cent(world: World, check: Check) -> None:
    """Posted cents stay within the limit; nothing but the rounding of the lines may carry them past it."""
    detail: pd.DataFrame = world.tables["detail"]
    mine = detail[detail["wbs_code"].map(lambda code: str(code).startswith(("1.", "2."))).astype(bool)]
    posted = float(mine["cents"].sum())
    unrounded = float(world.ledger.investment_usd().sum()) * 100.0
    limit = _spendable_musd(world) * 1e8
    allowed = max(limit, min(unrounded, limit * (1.0 + check.tally.tolerance))) + 0.5 * len(mine)
    allowed += 1e-12 * abs(allowed)
    words = f"${posted / 100.0:,.2f} are posted as invested; the budget less its reserve is ${limit / 100.0:,.2f}"
    check.true("", posted <= allowed, words, unit="cents", excess=posted - allowed, size=limit)


@rule("budget.split_least")
def split_least(world: World, check: Check) -> None:
    if world.facts.soft.split_is_firm:
        built, soft, idle = (float(side.sum()) for side in _sides_musd(world))
        words = "infrastructure is {right} M$ of what is invested; at least {left} M$ are asked for"
        check.at_most("", _shares(world)[0] * (built + soft + idle), built, "M$", words)


@rule("budget.split_most")
def split_most(world: World, check: Check) -> None:
    if world.facts.soft.split_is_firm:
        built, soft, idle = (float(side.sum()) for side in _sides_musd(world))
        words = "infrastructure is {left} M$ of what is invested; at most {right} M$ may be"
        check.at_most("", built, _shares(world)[1] * (built + soft + idle), "M$", words)


@rule("budget.band_least")
def band_least(world: World, check: Check) -> None:
    if not world.facts.soft.split_is_firm:
        return
    built, soft, idle = _sides_musd(world)
    low = world.facts.parameter("soft_band_low")
    for year, periods in _band_years(world):
        mine = float((soft + idle)[periods].sum())
        words = "software, security and training are {right} M$ of the year's investment; the least is {left} M$"
        check.at_most(str(year), low * (mine + float(built[periods].sum())), mine, "M$", words)


@rule("budget.band_most")
def band_most(world: World, check: Check) -> None:
    if not world.facts.soft.split_is_firm:
        return
    built, soft, idle = _sides_musd(world)
    high = world.facts.parameter("soft_band_high")
    for year, periods in _band_years(world):
        mine = float((soft + idle)[periods].sum())
        words = "software, security and training are {left} M$ of the year's investment; the most is {right} M$"
        check.at_most(str(year), mine, high * (mine + float(built[periods].sum())), "M$", words)


def split_forces_infrastructure(world: World) -> bool:
    """Whether the split, or a year's band, asks for every dollar of infrastructure that the plan spends."""
    if not world.facts.soft.split_is_firm:
        return False
    built, soft, idle = _sides_musd(world)
    beside, room = soft + idle, 1e-6 * float((built + soft + idle).sum())
    if float(built.sum()) - _shares(world)[0] * float((built + beside).sum()) <= room:
        return True
    high = world.facts.parameter("soft_band_high")
    left = [high * float((built + beside)[t].sum()) - float(beside[t].sum()) for _, t in _band_years(world)]
    return min(left, default=np.inf) <= room


@rule("budget.unallocated_even")
def unallocated_even(world: World, check: Check) -> None:
    idle = world.soft.unallocated
    if world.facts.soft.split_is_firm:
        words = "{left} M$ are set aside; in the first period it is {right} M$"
        check.equal("", idle, float(idle[0]), "M$", words)


@rule("budget.unallocated_is_least")
def unallocated_is_least(world: World, check: Check) -> None:
    """No more is set aside than the split and the band ask for."""
    if not world.facts.soft.split_is_firm:
        return
    built, soft, idle = _sides_musd(world)
    most, low = _shares(world)[1], world.facts.parameter("soft_band_low")
    total = float(built.sum())
    least = [0.0, (total / most - total - float(soft.sum())) / world.facts.clock.count if most > 0 else np.inf]
    for _, periods in _band_years(world):
        owed = low / (1.0 - low) * float(built[periods].sum()) if low < 1 else np.inf
        least.append((owed - float(soft[periods].sum())) / len(periods))
    words = "{left} M$ are set aside in a period; the split and the band ask for {right} M$"
    check.equal("", float(idle[0]), max(least), "M$", words, scale=float(built.max()))


@rule("budget.operations_funded")
def operations_funded(world: World, check: Check) -> None:
    if world.facts.soft.sources:
        paid = world.total(world.soft.funded.values())
        words = "the payers of operating cost pay {left} M$; it is {right} M$"
        check.equal("", paid, world.ledger.operations_usd() / 1e6, "M$", words)


@rule("budget.within_caps")
def within_caps(world: World, check: Check) -> None:
    for (f,), musd in world.soft.funded.items():
        check.at_most(f, musd, world.facts.soft.caps_musd(f), "M$", "{left} M$ are paid; the payer's cap is {right} M$")


@rule("budget.service_within_money")
def service_within_money(world: World, check: Check) -> None:
    """Service of each group of agencies at its price in dollars of the year, beside its part of what payers have."""
    facts = world.facts
    if not facts.soft.sources or facts.case.tables["service_prices"].empty:
        return
    years = [facts.clock.year(t) for t in range(facts.clock.count)]
    member = dict(facts.case.tables["agency_groups"].itertuples(index=False, name=None))
    money = facts.case.tables["group_money"].set_index(["group_id", "year"])["share"].to_dict()
    priced: dict[str, Vector] = {}
    for (a, w, level, _), amount in world.depth.items():
        group, price = member.get(a, ""), np.array([facts.rent_musd(w, y, level) for y in years])
        priced[group] = priced.get(group, facts.clock.zeros()) + amount * price / facts.deflators()
    most = np.sum([facts.soft.caps_musd(f) for f in facts.soft.sources], axis=0)
    words = "service worth {left} M$ at its price is used; the payers have {right} M$ for it"
    for group, worth in priced.items():
        part = np.array([money.get((group, y), 0.0) for y in years]) if member else 1.0
        check.at_most(group, worth, most * part, "M$", words)
