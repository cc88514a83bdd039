"""The tables themselves: known ids, one row a fact, no gaps, whole things whole, starts only where they may be."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planner.inputs.case import PROGRAMME
from planner.plan import DECISIONS, RESULTS, TABLES
from planner.verify.facts import PRECISIONS, Facts, RackClass
from planner.verify.soft_domains import soft_bounds, soft_may_start
from planner.verify.soft_facts import EVERY_GATE
from planner.verify.tally import Check, rule

if TYPE_CHECKING:
    from planner.verify.world import World

Keys = tuple[Any, ...]
#: columns of the result tables that name the row
RESULT_KEYS: dict[str, tuple[str, ...]] = {
    "detail": ("wbs_code", "site_id", "item", "period", "rate_ref"),
    "tiers": ("site_id", "period"),
    "energy": ("site_id", "period"),
    "compute": ("period", "precision"),
    "admitted": ("agency_id", "gate_id", "period"),
    "trained": ("track_id", "place_id", "period"),
    "commitments": ("id",),
}
#: columns that may be empty
OPTIONAL: dict[str, tuple[str, ...]] = {
    "commitments": ("tier", "precision", "by", "level", "unit", "planned", "shortfall", "met")
}
#: tables whose quantity is a count of whole things
SOFT_YES_OR_NO = ("accredits", "starts", "ports", "packages", "goes_live")
YES_OR_NO = ("opens", "reached", "contract", "hosts", *SOFT_YES_OR_NO)
WHOLE = (*YES_OR_NO, "modules", "units", "bought")


def keys_of(table: str) -> tuple[str, ...]:
    """The columns that name a row."""
    return RESULT_KEYS[table] if table in RESULTS else DECISIONS[table][:-1]


def rack_class_of(label: object) -> RackClass:
    """A class of racks is named by the cooling designs it fits, in any order: ``D2C+WATER``; ``none`` for nowhere."""
    parts = frozenset(part for part in str(label).split("+") if part)
    return frozenset() if parts == frozenset({"none"}) else parts


def _known(facts: Facts) -> dict[str, Callable[[Any], bool]]:
    labels = set(facts.clock.labels())
    classes = set(facts.classes)
    years = range(1, facts.tail_years + 1)
    return {
        "site_id": facts.sites.__contains__,
        "design_id": facts.designs.__contains__,
        "cooling_id": facts.case.cooling.__contains__,
        "level_id": facts.levels.__contains__,
        "plant_id": facts.plants.__contains__,
        "ppa_id": {p for p, _ in facts.ppas}.__contains__,
        "tranche": {g for _, g in facts.grid}.__contains__,
        "chip_id": facts.chips.__contains__,
        "workload_id": facts.workloads.__contains__,
        "agency_id": facts.agencies.__contains__,
        "tranche_id": facts.depths.__contains__,
        "period": labels.__contains__,
        "vintage": labels.__contains__,
        "year_after": years.__contains__,
        "commitment": facts.claims.__contains__,
        "id": facts.claims.__contains__,
        "precision": PRECISIONS.__contains__,
        "wbs_code": facts.wbs.__contains__,
        "rack_class": lambda label: rack_class_of(label) in classes,
        "accreditation_id": facts.soft.accreditations.__contains__,
        "initiative_id": facts.soft.initiatives.__contains__,
        "service_id": facts.soft.services.__contains__,
        "track_id": facts.soft.tracks.__contains__,
        "place_id": lambda place: place in facts.sites or place in facts.agencies,
        "gate_id": lambda gate: gate == EVERY_GATE or gate in facts.soft.initiatives or gate in facts.soft.tracks,
        "source": facts.soft.sources.__contains__,
    }


def _filled(table: str, frame: pd.DataFrame) -> pd.Series:
    """Rows without a gap; numbers must be finite."""
    good = pd.Series(True, index=frame.index)
    for column in TABLES[table]:
        if column in OPTIONAL.get(table, ()):
            continue
        good &= frame[column].notna()
        if pd.api.types.is_numeric_dtype(frame[column]):
            good &= np.isfinite(frame[column].to_numpy(dtype=float, na_value=np.nan))
    return good


def _recognised(facts: Facts, table: str, frame: pd.DataFrame) -> pd.Series:
    """Rows all of whose ids the case knows."""
    known = _known(facts)
    if table == "detail":
        known["site_id"] = lambda site: site == PROGRAMME or site in facts.sites
    good = pd.Series(True, index=frame.index)
    for column in keys_of(table):
        if column in known and not (table == "commitments" and column == "precision"):
            fits = {value: bool(known[column](value)) for value in frame[column].dropna().unique().tolist()}
            good &= frame[column].map(lambda value, fits=fits: fits.get(value, False)).astype(bool)
    pairs: dict[str, tuple[str, str, Container[Any]]] = {
        "contract": ("site_id", "tranche", facts.grid),
        "signed": ("ppa_id", "site_id", facts.ppas),
    }
    if table in pairs:
        one, other, there = pairs[table]
        rows = frame[[one, other]].itertuples(index=False, name=None)
        good &= pd.Series([key in there for key in rows], index=frame.index, dtype=bool)
    return good


def _numeric(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Quantities as floats; what is not a number becomes a gap."""
    out = frame.copy()
    value = DECISIONS[table][-1]
    out[value] = pd.to_numeric(out[value], errors="coerce").astype(float)
    return out


def readable(facts: Facts, table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that the other rules can compute with; the rest is reported by the rules of this file."""
    out = _numeric(table, frame) if table in DECISIONS else frame
    return out[_filled(table, out) & _recognised(facts, table, out)]


def _named(table: str, frame: pd.DataFrame) -> list[str]:
    columns = list(keys_of(table))
    rows = frame[columns].itertuples(index=False, name=None)
    return [f"{table}:" + ",".join(str(part) for part in key) for key in rows]


def _report(check: Check, table: str, frame: pd.DataFrame, good: pd.Series, words: str) -> None:
    check.seen(int(good.sum()))
    for where in [] if good.all() else _named(table, frame[~good]):
        check.true(where, False, words)


@rule("plan.no_missing_values")
def no_missing_values(world: World, check: Check) -> None:
    for table in TABLES:
        frame = world.plan[table]
        frame = _numeric(table, frame) if table in DECISIONS else frame
        _report(check, table, frame, _filled(table, frame), "a value of this row is missing or is no number")


@rule("plan.known_ids")
def known_ids(world: World, check: Check) -> None:
    for table in TABLES:
        frame = world.plan[table]
        good = _recognised(world.facts, table, frame) | frame[list(keys_of(table))].isna().any(axis=1)
        _report(check, table, frame, good, "this row names something that the data or the horizon do not hold")


@rule("plan.one_row_a_fact")
def one_row_a_fact(world: World, check: Check) -> None:
    for table in TABLES:
        frame = world.plan[table]
        again = frame.duplicated(subset=list(keys_of(table)))
        _report(check, table, frame, ~again, "this fact stands in the table more than once")


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
        good = pd.Series([allowed(key) for key in rows], index=frame.index, dtype=bool)
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
