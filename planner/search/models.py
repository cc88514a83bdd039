"""The models of a search: the exact one, with all sites or few, and a pooled relaxation that tells sites apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from planner.formulation import build
from planner.formulation.combinations import Places, one_pool
from planner.formulation.objective import Aim, investment_by_place, present_movement
from planner.inputs.case import Case
from planner.search.levels import Kept, Level
from planner.solve import Limits, Linear, Program, Row, Vector, Verdict

#: rules that only tell operating cost and energy: stages of value and capacity need not see them
OPERATING_RULES = (
    "power.within_generation",
    "power.energy_balance",
    "power.delivery",
    "power.within_grid_rights",
    "power.within_ppa_limit",
    "cooling.within_water",
    "budget.operating",
    "budget.operations_within_caps",
)
MOVED = ("present cost", "net present value")
COSTED = ("present cost", "net present value", "emissions")


def level_of(case: Case, log: Path | None, kept: Sequence[Kept] = (), places: Places | None = None) -> Level:
    """A case built and compiled, with the rows of the stages kept; ``places`` as in ``formulation.build``."""
    built = build(case, places)
    level = Level.of(built, Program.compile(built.model, log))
    for stage in kept:
        level.keep(stage)
    return level


def pooled(case: Case, log: Path | None) -> Level:
    """Racks and service in one pool over all sites: every plan of the exact model is one of this one."""
    return level_of(case, log, places=one_pool(case))


def least_movement(exact: Level, limits: Limits) -> float:
    """The least present cost of moving data under what is kept; 0 where it is not known in time."""
    program = exact.program
    cost = program.linear(present_movement(exact.formulation))
    found = program.solve(cost, "min", limits, rows=exact.rows, relaxed=program.whole, confirm=False)
    return found.bound if found.verdict is Verdict.OPTIMAL and found.bound is not None else 0.0


def with_movement(pool: Level, k: int, least: float) -> Linear:
    """The pool serves all from the nearest site; the least movement of the exact model is a better bound."""
    if pool.aims[k].stage.name not in MOVED or not least:
        return pool.objectives[k]
    sign = 1.0 if pool.aims[k].sense == "min" else -1.0
    nearest = [(-sign * n, v) for n, v in present_movement(pool.formulation)]
    linear = pool.program.linear([*pool.aims[k].terms, *nearest])
    return replace(linear, constant=sign * least)


def seen(level: Level, aim: Aim) -> Program:
    """The program less the rules that the stage need not see: a relaxation."""
    return level.program if aim.stage.name in COSTED else level.program.without(*OPERATING_RULES)


def moved(level: Level, values: Vector, stage: int, share: float | None, give_back: float, case: Case) -> Kept:
    """What later stages keep of a plan: its value less what they may give back, and its investment."""
    aim, objective = level.aims[stage], level.objectives[stage].at(values)
    slack = max(give_back * abs(objective), 5e-7 * max(1.0, abs(objective)))
    floor = objective - slack if aim.sense == "max" else objective + slack
    if share is None:
        return Kept(stage, floor)
    places = investment_by_place(level.formulation.model)
    invested = {place: level.program.linear(terms).at(values) for place, terms in places.items()}
    return Kept(stage, floor, invested, share * case.budget_musd)


def moved_musd(level: Level, kept: Kept, values: Vector) -> float | None:
    """Dollars that a plan adds to the investment kept, summed over category and site."""
    if kept.invested_musd is None:
        return None
    places = investment_by_place(level.formulation.model)
    return sum(
        max(0.0, level.program.linear(terms).at(values) - kept.invested_musd.get(place, 0.0))
        for place, terms in places.items()
    )


def transferred(values: Vector, source: Level, target: Level) -> Vector:
    """A plan on a model with other sites: nothing happens at sites that the source does not have."""
    known = dict(zip(source.program.names, values.tolist(), strict=True))
    return np.array([known.get(name, 0.0) for name in target.program.names])


def room(level: Level, kept: Sequence[Kept], loss: float) -> list[Row]:
    """A plan with parts of racks keeps clear of the first stage's floor by what whole racks lose."""
    first = next((held for held in kept if held.stage == 0), None)
    if first is None:
        return []
    slack = loss * abs(first.floor)
    if level.aims[0].sense == "max":
        return [Row("room to place", level.objectives[0], lower=first.floor + slack)]
    return [Row("room to place", level.objectives[0], upper=first.floor - slack)]
