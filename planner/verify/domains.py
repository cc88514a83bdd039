"""The tables themselves: known ids, one row a fact, no gaps, whole things whole, starts only where they may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from planner.plan import DECISIONS, TABLES
from planner.verify.facts import Facts
from planner.verify.rows import Flags, keys_of, rack_class_of
from planner.verify.soft_domains import soft_bounds, soft_may_start
from planner.verify.tally import Check, rule
from planner.verify.world import World

Keys = tuple[Any, ...]
#: tables whose quantity is a count of whole things
SOFT_YES_OR_NO = ("accredits", "starts", "ports", "packages", "goes_live")
YES_OR_NO = ("opens", "reached", "contract", "hosts", *SOFT_YES_OR_NO)
WHOLE = (*YES_OR_NO, "modules", "units", "bought")


def _named(table: str, frame: pd.DataFrame) -> list[str]:
    columns = list(keys_of(table))
    rows = frame[columns].itertuples(index=False, name=None)
    return [f"{table}:" + ",".join(str(part) for part in key) for key in rows]


def _report(check: Check, table: str, frame: pd.DataFrame, good: Flags, words: str) -> None:
    check.seen(int(good.sum()))
    for where in [] if good.all() else _named(table, frame[~good]):
        check.true(where, False, words)


@rule("plan.no_missing_values")
def no_missing_values(world: World, check: Check) -> None:
    for table, rows in world.rows.items():
        _report(check, table, rows.frame, rows.filled, "a value of this row is missing or is no number")


@rule("plan.known_ids")
def known_ids(world: World, check: Check) -> None:
    for table, rows in world.rows.items():
        good = rows.recognised | rows.frame[list(keys_of(table))].isna().any(axis=1).to_numpy()
        _report(check, table, rows.frame, good, "this row names something that the data or the horizon do not hold")


@rule("plan.one_row_a_fact")
def one_row_a_fact(world: World, check: Check) -> None:
    for table in TABLES:
        frame = world.plan[table]
        again = frame.duplicated(subset=list(keys_of(table))).to_numpy()
        _report(check, table, frame, ~again, "this fact is in the table more than once")


@rule("plan.not_negative")
def not_negative(world: World, check: Check) -> None:
    for table in DECISIONS:
        frame = world.tables[table]
        value = DECISIONS[table][-1]
        below = frame[value] < 0
        check.seen(int((~below).sum()))
        if not below.any():
            continue
        for where, amount in zip(_named(table, frame[below]), frame.loc[below, value].tolist(), strict=True):
            check.at_most(where, -amount, 0.0, value, "the quantity is {left} below zero")


@rule("plan.whole_numbers")
def whole_numbers(world: World, check: Check) -> None:
    for table in WHOLE:
        frame = world.tables[table]
        value = DECISIONS[table][-1]
        parts = (frame[value] - frame[value].round()).abs()
        cut = parts > 1e-6
        check.seen(int((~cut).sum()))
        if not cut.any():
            continue
        for where, part in zip(_named(table, frame[cut]), parts[cut].tolist(), strict=True):
            check.true(where, False, f"only whole {value} exist, and this is {part:.3g} away from a whole number")


def _may_start(facts: Facts) -> dict[str, Callable[[Keys], bool]]:
    """For each table, whether a row with these keys can exist at all."""
    clock = facts.clock
    index = {label: t for t, label in enumerate(clock.labels())}
    last = clock.last

    def purchase(chip: str, label: str) -> bool:
        t = index[label]
        return (chip, clock.year(t)) in facts.supply and clock.ready(t, facts.chips[chip].lead_months) <= last

    def retirement(chip: str, vintage: str, label: str) -> bool:
        ready = clock.ready(index[vintage], facts.chips[chip].lead_months)
        return purchase(chip, vintage) and ready < index[label] <= clock.last_end(ready, facts.chips[chip].life_months)

    def plant_order(plant: str, label: str) -> bool:
        p = facts.plants[plant]
        return clock.year(index[label]) >= p.first_order_year and clock.ready(index[label], p.lead_months) <= last

    def halls(site: str, design: str, label: str) -> bool:
        return facts.design_at(site, design) and clock.ready(index[label], facts.designs[design].lead_months) <= last

    def in_use(site: str, workload: str, level: str, label: str) -> bool:
        return index[label] >= facts.soft.in_use_from(site, facts.soft.service(workload), level)

    def counts(commitment: str) -> bool:
        c = facts.claims[commitment]
        return c.metric == "power" and c.tier == "commissioned" and c.binding in ("firm", "goal")

    return {
        "opens": lambda k: index[k[1]] == 0,
        "modules": lambda k: halls(k[0], k[1], k[2]),
        "hardened": lambda k: (k[0], k[1]) in facts.site_levels,
        "contract": lambda k: clock.ready(index[k[2]], facts.grid[k[0], k[1]].lead_months) <= last,
        "units": lambda k: plant_order(k[1], k[2]),
        "signed": lambda k: clock.ready(index[k[2]], facts.ppas[k[1], k[0]].lead_months) <= last,
        "housed": lambda k: k[1] in facts.coolings_at(k[0]) and k[1] in rack_class_of(k[2]),
        "bought": lambda k: purchase(k[1], k[2]),
        "retired": lambda k: retirement(k[1], k[2], k[3]),
        "running": lambda k: facts.suits(k[1], k[2]) and in_use(k[0], k[2], k[3], k[4]),
        "bonus": lambda k: facts.workloads[k[1]].uplift_share > 0 and in_use(*k),
        "served": lambda k: (
            (k[1], k[0]) in facts.movement
            and k[1:4] in facts.demands
            and in_use(k[0], *k[2:])
            and index[k[4]] >= facts.soft.admits_from(k[1])
        ),
        "depth": lambda k: k[:3] in facts.demands,
        "hosts": lambda k: facts.workloads[k[1]].cluster_pflops > 0,
        "tail_running": lambda k: facts.suits(k[1], k[2]),
        "counted": lambda k: counts(k[0]),
    } | soft_may_start(facts.soft)


@rule("plan.allowed_rows")
def allowed_rows(world: World, check: Check) -> None:
    """Starts are ready inside the horizon, chips are on sale, levels may be hosted, racks fit a hall."""
    for table, allowed in _may_start(world.facts).items():
        frame = world.tables[table]
        frame = frame[frame[DECISIONS[table][-1]] != 0]
        rows = frame[list(keys_of(table))].itertuples(index=False, name=None)
        good = np.array([allowed(key) for key in rows], dtype=bool)
        _report(check, table, frame, good, "the data do not allow this here or at this time")


def _bounds(facts: Facts) -> dict[str, Callable[[Keys], float]]:
    index = {label: t for t, label in enumerate(facts.clock.labels())}
    demand = {key: facts.demand(*key) for key in facts.demands}
    at_end = {w: float(facts.demand_of(w)[-1]) / facts.clock.years for w in facts.workloads}

    def depth(k: Keys) -> float:
        asked = demand.get(k[:3])
        return 0.0 if asked is None else facts.depths[k[3]].share * float(asked[index[k[4]]])

    bounds: dict[str, Callable[[Keys], float]] = {table: lambda k: 1.0 for table in YES_OR_NO}
    return (
        bounds
        | {
            "modules": lambda k: float(facts.max_modules(k[1])),
            "units": lambda k: float(facts.max_units(k[0], k[1])),
            "signed": lambda k: facts.ppas[k[1], k[0]].max_mw,
            "depth": depth,
            "tail_depth": lambda k: facts.depths[k[1]].share * at_end[k[0]],
        }
        | soft_bounds(facts.soft)
    )


@rule("plan.within_bounds")
def within_bounds(world: World, check: Check) -> None:
    for table, bound in _bounds(world.facts).items():
        frame = world.tables[table]
        value = DECISIONS[table][-1]
        names = _named(table, frame)
        rows = frame[list(keys_of(table))].itertuples(index=False, name=None)
        for where, key, amount in zip(names, rows, frame[value].tolist(), strict=True):
            check.at_most(where, amount, bound(key), value, "{left} is more than the most there can be, {right}")
