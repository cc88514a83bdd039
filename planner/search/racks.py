"""Placing whole racks and cohorts: the exact plan around the choices of the pooled model."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.search import diving
from planner.search.levels import FIRST_KEPT, Clock, Level
from planner.search.verdicts import NUMERIC, better
from planner.solve import Limits, Outcome, Progress, Relaxation, Row, Vector, Verdict

#: many whole things of one kind: relaxed in the pooled model, made whole in the exact one
COHORTS = "training.cohorts"
PLACED = ("fleet.bought", COHORTS)
HOSTS = "workload.hosts"
HELD = 1e-7
#: a plan holds a row within the solver's tolerance
MET = 1e-6
#: part of the gap to which a tree decides on the racks that rounding left
NEAR_SHARE = 0.08
#: parts of the time for rounding and for the tree of what is left, and seconds at the least, at the pace of the search
ROUNDING = (0.05, 3.0)
TREE = (0.03, 3.0)
#: the same for hosts of a shortfall plan: where they take longer they seldom fit, and what leads it finds others
SETTLING = (0.02, 1.2)
#: parts of the time for a closer look in the first stage: racks in parts, and whole next to that
LOOK_SHARES = (0.5, 0.4)
#: part of the time for what a plan with whole racks comes to
REST_SHARE = 0.1
#: a tree that took this part of its seconds ran out of them
TIMELY = 0.95
#: between two looks at whether another core is free
LISTENING_SECONDS = 0.1
#: how much of the gap a later stage may lose to whole racks where nothing nearer keeps the first floor
HELD_STEPS = (0.2, 0.5)
#: part of the gap where nothing else placed a plan, and of the time: in the first stage, in later ones with other plans
LAST_GAP, LAST_SHARE = 0.4, (0.7, 0.1)
Note = Callable[[str, Progress], None]


def untold(p: Progress) -> Progress:
    """How far a solve is, without the figures of an objective that is not the stage's."""
    return replace(p, incumbent=None, bound=None, gap=None)


def place(
    level: Level,
    k: int,
    choices: Mapping[int, float],
    limits: Limits,
    clock: Clock,
    note: Note,
    reached: float | None = None,
    anywhere: bool = True,
    worth: float | None = None,
    cancel: threading.Event | None = None,
    known: Vector | None = None,
    free: threading.Event | None = None,
) -> Outcome:
    """The exact plan that holds the choices, with whole racks: near the relaxed ones first, then ``anywhere``.

    Choices that come to less than ``worth`` with racks in parts are not placed; ``cancel``, once set, ends the search
    without a plan. Hosts of ``known``, a plan with other choices, are tried before others. Once ``free`` is
    set there is another core, and two ways to place are tried at once.

    ``reached`` is what the pooled model reached of the stage with these choices. A shortfall comes in steps of halls:
    it is held there, and racks are placed by the first stage. Where halls are full and the floor of the first stage is
    tight, nothing near the optimum of another stage may hold both: what is near is then told by the first stage, with
    this one held a little above its relaxed value.
    """
    aim, objective, program = level.aims[k], level.objectives[k], level.program
    racks = np.flatnonzero(level.columns(*PLACED) & program.whole)
    cohorts = level.columns(COHORTS)[racks]
    shortfall = k > 0 and aim.stage.name == "goal shortfall" and reached is not None
    fixed = dict(choices)

    def tree(
        goal: int, rows: Sequence[Row], gap: float, seconds: float | None, target: float | None = None, **how: Any
    ) -> Outcome | None:
        found = program.solve(
            level.objectives[goal],
            level.aims[goal].sense,
            replace(limits, gap=gap, seconds=seconds, nodes=None, target=target),
            rows=rows,
            # figures of another stage's objective are none of this one's
            progress=lambda p: note("whole racks", p if goal == k else untold(p)),
            confirm=False,
            cancel=cancel,
            **how,
        )
        return None if found.values is None else found

    def worthwhile(value: float) -> bool:
        return worth is None or (value <= worth if aim.sense == "min" else value >= worth)

    def over() -> bool:
        return cancel is not None and cancel.is_set()

    floors = [r.lower if level.aims[0].sense == "max" else r.upper for r in level.rows if r.name == FIRST_KEPT]
    floor = floors[0] if floors else None

    def reaches(value: float) -> bool:
        """Whether the first stage's value passes its floor."""
        assert floor is not None
        return value >= floor if level.aims[0].sense == "max" else value <= floor

    def as_known(relaxation: Relaxation, hosts: NDArray[np.int64], most: float | None) -> Vector | None:
        """The hosts of the known plan, where they cost no more than that; else the relaxation as it was."""
        if known is None or most is None:
            return None
        whole = np.round(known[hosts])
        relaxation.hold(hosts, whole)
        if relaxation.cost <= most:
            return whole
        relaxation.bound(hosts, program.lower[hosts], program.upper[hosts])
        return None

    def near(
        fixed: dict[int, float],
        told: int,
        goal: int,
        rows: Sequence[Row],
        enough: float | None = None,
        share: tuple[float, float] = SETTLING if shortfall else ROUNDING,
    ) -> tuple[float | None, Outcome | None]:
        """What the stage ``told`` comes to in parts, and a plan near that: ``enough`` or the best for ``goal``.

        Its hosts are held among the ``fixed``. ``share``: of the time, for the relaxation and its hosts.
        """
        stage = level.aims[told]
        seconds = clock.part(*share)
        # as a row what is enough takes long to be told out of reach; it is compared with what is reached
        asked = rows if enough is None else [r for r in rows if r.name != FIRST_KEPT]
        relaxation = Relaxation(program, level.objectives[told], stage.sense, asked, fixed, seconds, cancel)
        at = np.flatnonzero(level.columns(HOSTS) & program.whole)
        if enough is not None and relaxation.values is not None:
            in_parts = level.objectives[told].at(relaxation.values)
            if not reaches(in_parts):
                return in_parts, None
        # hosts may use up half of what is left above the floor, racks the rest
        most = None if enough is None else (relaxation.cost + (-enough if stage.sense == "max" else enough)) / 2
        settled = as_known(relaxation, at, most)
        if settled is None:
            settled = diving.settled(relaxation, at, most)
        if settled is None or relaxation.values is None:
            return None, None
        fixed.update(zip(at.tolist(), settled.tolist(), strict=True))
        value = level.objectives[told].at(relaxation.values)
        if told == k and not worthwhile(value):
            return value, None
        if enough is not None and not reaches(value):
            # other hosts may
            return None, None
        relaxation.allow(clock.part(*ROUNDING))
        steps = diving.rounded(relaxation, racks, program.lower[racks], program.upper[racks])
        back, found = 1, None
        timely = True
        while found is None and timely and back <= len(steps) and not over():
            box = [
                (round(x), round(x)) if held else _around(x, begins)
                for x, held, begins in zip(steps[-back].values, steps[-back].held, cohorts, strict=True)
            ]
            boxed = dict(zip(racks.tolist(), box, strict=True))
            seconds = clock.part(*TREE)
            # what is enough may be nearer than a gap
            close, began = limits.gap * NEAR_SHARE if enough is None else NUMERIC, time.perf_counter()
            found = tree(goal, rows, close, seconds, enough, fixed=fixed, boxed=boxed)
            # where time was too short with few left it is too short with more
            timely = seconds is None or time.perf_counter() - began < TIMELY * seconds
            if found is not None and enough is not None and not reaches(found.objective or 0.0):
                found = None
            back *= 2
        return value, found

    def looked_at(most: tuple[float, float]) -> Outcome | None:
        """A closer look next to the relaxed racks, which the first stage has time for beside its proof."""
        close = limits.gap * LAST_GAP
        loose = tree(k, level.rows, close, clock.part(most[0]), fixed=choices, relaxed=level.columns(*PLACED))
        if loose is None or loose.values is None:
            return None
        at = np.flatnonzero(level.columns(HOSTS))
        fixed.update((int(i), float(loose.values[i])) for i in at)
        box = [_around(x, begins) for x, begins in zip(loose.values[racks], cohorts, strict=True)]
        boxed = dict(zip(racks.tolist(), box, strict=True))
        return tree(k, level.rows, limits.gap * NEAR_SHARE, clock.part(most[1]), fixed=fixed, boxed=boxed)

    def passing(rows: Sequence[Row]) -> tuple[float | None, Outcome | None]:
        """The most of the first stage in parts, and a plan that passes its floor: any will do."""
        value, found = near(dict(choices), 0, 0, rows, floor)
        if found is not None and found.values is not None:
            whole = {int(i): float(found.values[i]) for i in np.flatnonzero(program.whole)}
            found = tree(k, level.rows, limits.gap, clock.part(REST_SHARE), fixed=whole)
        return value, found

    def worth_it() -> tuple[float | None, Outcome | None]:
        """A plan as good as asked for: any will do."""
        assert worth is not None
        held, rows = {most: worth}, [r for r in level.rows if r.name != FIRST_KEPT]
        value, found = passing([*rows, Row("objective.held", objective, **held)])
        if found is not None and cancel is not None:
            cancel.set()
        return value, found

    def settled_by(value: float | None, found: Outcome | None) -> bool:
        """Whether nothing is left to look for: a plan was found, or even parts of racks do not pass the floor."""
        return found is not None or over() or (value is not None and not reaches(value))

    def cheapest() -> Outcome | None:
        """A plan near the best in parts, or a little above it, where the first stage tells what is near."""
        value, found = near(fixed, k, k, level.rows)
        for step in HELD_STEPS if value is not None and worthwhile(value) else ():
            if found is not None or over():
                break
            held = {most: _loosened(value or 0.0, aim.sense, step * limits.gap)}
            _, found = near(fixed, 0, k, [*level.rows, Row("objective.held", objective, **held)])
        return found

    most = "upper" if aim.sense == "min" else "lower"
    if k == 0:
        found = looked_at(LOOK_SHARES)
        if found is None and not over():
            # a tree that had too little time; rounding takes much less, but one relaxation may take as long as a tree
            _, found = near(fixed, k, k, level.rows, share=(LOOK_SHARES[1], ROUNDING[1]))
    elif shortfall:
        _, found = passing([*level.rows, Row("objective.held", objective, upper=(reached or 0.0) + HELD)])
    elif worth is None or floor is None:
        found = cheapest()
    else:
        with ThreadPoolExecutor(1) as other_core:
            passing_floor = other_core.submit(worth_it)
            while not (free is not None and free.is_set()) and not wait([passing_floor], LISTENING_SECONDS).done:
                continue
            found = None
            if not passing_floor.done() or not settled_by(*passing_floor.result()):
                found = cheapest()
                # a plan as good as asked for from either ends the other
                if found is not None and cancel is not None and worthwhile(found.objective or 0.0):
                    cancel.set()
            found = better(aim, passing_floor.result()[1], found)
    if found is None and anywhere and not over():
        found = tree(k, level.rows, limits.gap * LAST_GAP, clock.part(LAST_SHARE[k > 0]), fixed=fixed)
    if found is None or found.values is None:
        return Outcome(Verdict.UNKNOWN, None, None, None, 0.0, 0, None)
    return replace(found, objective=objective.at(found.values))


def _loosened(value: float, sense: str, share: float) -> float:
    slack = abs(value) * share + HELD
    return value + slack if sense == "min" else value - slack


def _around(count: float, begins: bool) -> tuple[float, float]:
    """The whole numbers next to a relaxed one, and one more on either side where there are any.

    ``begins``: or where there are none, since few whole cohorts meet a need that parts of cohorts meet every year.
    """
    near = (np.floor(count + 1e-6), np.ceil(count - 1e-6))
    return near if near[1] == 0 and not begins else (max(0.0, near[0] - 1), near[1] + 1)
