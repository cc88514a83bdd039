"""No posted cost that is not owed: what the model only bounds from one side is posted at its least."""

from __future__ import annotations

import numpy as np

from planner.verify.budget import split_forces_infrastructure
from planner.verify.contracts import owed_after, owed_by_investor, take_mwh, unused_generation_mwh, used_mwh
from planner.verify.tally import Check, rule
from planner.verify.world import World


@rule("owed.billed")
def billed(world: World, check: Check) -> None:
    """Delivery is paid for what comes over the grid or for the minimum take, whichever is more."""
    for s in world.facts.sites:
        least = np.maximum(used_mwh(world, s), take_mwh(world, s))
        words = "delivery is paid for {left} MWh; {right} MWh are owed"
        check.equal(s, world.billed[s,], least, "MWh", words)


@rule("owed.unused_power")
def unused_power(world: World, check: Check) -> None:
    """The investor pays delivery and generation of the part of their minimum takes that no load uses, and no more."""
    detail = world.tables["detail"]
    paid = detail[detail["wbs_code"] == "1.2.5"]
    for s in world.facts.sites:
        mine = owed_by_investor(world, s)
        short = np.maximum(0.0, take_mwh(world, s) - used_mwh(world, s)) if mine else world.facts.clock.zeros()
        due = {
            f"sites.{s}.delivery_usd_per_mwh": short,
            f"grid_contracts.{s}.generation_usd_per_mwh": float(mine) * unused_generation_mwh(world, s),
        }
        for ref, least in due.items():
            posted = world.facts.clock.zeros()
            rows = paid[paid["rate_ref"] == ref]
            for label, mwh in zip(rows["period"], rows["quantity"].astype(float), strict=True):
                posted[world.index[label]] += mwh
            words = "the investor pays for {left} MWh that are not used; {right} MWh are owed"
            check.equal(f"{s},{ref.rpartition('.')[2]}", posted, least, "MWh", words)


@rule("owed.after_horizon")
def after_horizon(world: World, check: Check) -> None:
    """Contracts owe the least way out for MW that serve no racks at the end, by obligor and year."""
    rows = world.tables["owed_after"].itertuples(index=False, name=None)
    shown = {tuple(key): (float(usd), float(present)) for *key, usd, present in rows}
    due = {(s, *key): usd for s in world.facts.case.grid_contracts for key, usd in owed_after(world, s).items()}
    for key in dict.fromkeys([*due, *shown]):
        for name, left, right in zip(
            ("base-year", "present"), shown.get(key, (0.0, 0.0)), due.get(key, (0.0, 0.0)), strict=True
        ):
            words = f"after the horizon {{left}} {name} dollars are shown; {{right}} are owed"
            check.equal(",".join(str(part) for part in key), left, right, "USD", words, scale=1e3)


@rule("owed.hardened")
def hardened(world: World, check: Check) -> None:
    """No more MW are ever hardened than work at the level, unless the split forces money into infrastructure."""
    if split_forces_infrastructure(world):
        return
    for s, level in dict.fromkeys([*world.hardened, *world.soft.in_use_at]):
        most = float(world.soft.in_use_at[s, level].max())
        words = "halls of {left} MW are hardened; what works at the level asks for {right} MW"
        check.equal(f"{s},{level}", float(world.hardened[s, level].sum()), most, "MW IT", words)


@rule("owed.courses")
def courses(world: World, check: Check) -> None:
    """No more operators are trained than the halls ask for."""
    operators = world.facts.soft.operators
    for s in world.facts.sites if operators else ():
        begin, _ = world.soft.operators_owed(s)
        words = "{left} heads begin the operators' course; the halls of the site ask for {right}"
        check.equal(s, world.soft.courses[operators, s], begin, "heads", words)


@rule("owed.discounted")
def discounted(world: World, check: Check) -> None:
    """All that lies above the threshold has the framework price, unless the split forces money into infrastructure."""
    if split_forces_infrastructure(world):
        return
    started = float(world.greenfield_started().sum())
    most = max(0.0, started - world.facts.parameter("volume_threshold_mw"))
    words = "{left} MW have the framework price; {right} MW of new halls lie above the threshold"
    check.equal("", float(world.discounted.sum()), most, "MW IT", words, scale=started)
