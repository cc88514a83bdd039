"""What the plan reports of itself: power tiers, energy, compute, who is admitted and who is trained."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.verify.contracts import grid_use as contracted_and_used
from planner.verify.infrastructure import PRECISIONS
from planner.verify.soft_facts import EVERY_GATE
from planner.verify.tally import Check, rule
from planner.verify.world import World


def _compare(
    world: World,
    check: Check,
    table: str,
    keys: int,
    columns: tuple[str, ...],
    due: Mapping[tuple[Any, ...], tuple[float, ...]],
) -> None:
    """Row by row; a row that is left out is a row of zeros."""
    rows = world.tables[table].itertuples(index=False, name=None)
    found = {row[:keys]: tuple(float(x) for x in row[keys:]) for row in rows}
    nothing = (0.0,) * len(columns)
    for key in dict.fromkeys([*due, *found]):
        for column, shown, right in zip(columns, found.get(key, nothing), due.get(key, nothing), strict=True):
            words = f"the table shows {column} {{left}}; the decisions come to {{right}}"
            check.equal(",".join(str(k) for k in key), shown, right, column, words)


@rule("results.tiers")
def tiers(world: World, check: Check) -> None:
    due = {
        (s, label): (float(world.secured[s][t]), float(world.commissioned_at[s][t]), float(world.populated[s][t]))
        for s in world.facts.sites
        for label, t in world.index.items()
    }
    _compare(world, check, "tiers", 2, ("secured_mw", "commissioned_mw", "populated_mw"), due)


@rule("results.grid_use")
def grid_use(world: World, check: Check) -> None:
    due: dict[tuple[Any, ...], tuple[float, ...]] = {}
    for s in world.facts.case.grid_contracts:
        parts = contracted_and_used(world, s)
        due |= {(s, label): tuple(float(part[t]) for part in parts) for label, t in world.index.items()}
    _compare(world, check, "grid_use", 2, ("contracted_mw", "used_mw", "unused_mw"), due)


@rule("results.energy")
def energy(world: World, check: Check) -> None:
    parts = (world.it_energy, world.facility_energy, world.emissions, world.water)
    due = {
        (s, label): tuple(float(part[s][t]) for part in parts)
        for s in world.facts.sites
        for label, t in world.index.items()
    }
    _compare(world, check, "energy", 2, ("it_mwh", "facility_mwh", "emissions_t", "water_m3"), due)


@rule("results.compute")
def compute(world: World, check: Check) -> None:
    due: dict[tuple[Any, ...], tuple[float, ...]] = {}
    for precision in PRECISIONS:
        installed, serving = world.installed_pflops(precision), world.serving_pflops(precision)
        for label, t in world.index.items():
            due[label, precision] = (float(installed[t]), float(serving[t]))
    _compare(world, check, "compute", 2, ("installed_pflops", "serving_pflops"), due)


@rule("results.admitted")
def admitted(world: World, check: Check) -> None:
    """From the second period; a gate that the data leave open need not be shown."""
    due: dict[tuple[Any, ...], tuple[float, ...]] = {}
    shown = set(world.tables["admitted"][["agency_id", "gate_id"]].itertuples(index=False, name=None))
    for a, everything in world.soft.admitted.items():
        mine = world.facts.soft.gates_of(a)
        gates = {g.gate_id: world.soft.gate(g, a) for g in mine if not g.is_open or (a, g.gate_id) in shown}
        for name, share in {**gates, EVERY_GATE: everything}.items():
            due |= {(a, name, label): (float(share[t]),) for label, t in world.index.items() if t > 0}
    _compare(world, check, "admitted", 3, ("share",), due)


@rule("results.trained")
def trained(world: World, check: Check) -> None:
    due: dict[tuple[Any, ...], tuple[float, ...]] = {}
    tracks = world.facts.soft.tracks
    for (r, place), heads in world.soft.trained.items():
        if tracks[r].learners == "operation":
            continue
        due |= {(r, place, label): (float(heads[t]),) for label, t in world.index.items()}
    _compare(world, check, "trained", 3, ("heads",), due)
