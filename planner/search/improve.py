"""Making a plan with parts of racks better: part of it is set free, the rest is held, again and again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations, cycle

import numpy as np
from numpy.typing import NDArray

from planner.search.levels import Clock, Level
from planner.search.racks import Note
from planner.search.verdicts import NUMERIC, better
from planner.solve import Limits, Outcome, Program, Row, Vector

#: rooms whose choices gate service
SOFT_ROOMS = ("security", "software", "training")
CORES = 2
#: totals over sites
TOTALS = ("construction.halls_of_design", "construction.reached")
#: part of the gap to which a neighbourhood is solved, and the seconds one may take; whole halls come in large steps
NEAR, NEAR_HALLS = 0.1, 1.0
SECONDS = 6.0
#: a pair of neighbourhoods that gains less than this part of the gap is idle; ``patience`` of them in a row are the end
WORTHWHILE = 0.04


@dataclass(frozen=True)
class Neighbourhood:
    """Whole columns that are free at once; the others are held."""

    name: str
    free: NDArray[np.bool_]


def soft_columns(level: Level) -> NDArray[np.bool_]:
    """Columns of the rooms whose choices gate service."""
    return np.array([v.parent_component().name.split(".")[0] in SOFT_ROOMS for v in level.program.columns])


def neighbourhoods(level: Level, whole: NDArray[np.bool_]) -> list[Neighbourhood]:
    """Halls and power, then what gates service by service, by level, by site, by pair of sites."""
    case, count = level.formulation.case, len(level.program.columns)
    soft_rooms = soft_columns(level)
    of_label: dict[object, list[int]] = {}
    for i, v in enumerate(level.program.columns):
        for label in v.index() if isinstance(v.index(), tuple) else (v.index(),):
            of_label.setdefault(label, []).append(i)

    def at(*labels: str) -> NDArray[np.bool_]:
        found = np.zeros(count, dtype=bool)
        for label in labels:
            found[of_label.get(label, [])] = True
        return found

    chains = at(*case.accreditations)
    halls = level.columns("construction.modules", "construction.halls_of_design", "construction.reached")
    found = [("halls", halls), ("halls and power", ~soft_rooms)]
    services = [y for y, e in case.initiatives.items() if e.effect == "gates service"]
    found += [(y, soft_rooms & (at(y) | chains)) for y in services]
    found += [(level_id, soft_rooms & (at(level_id) | chains)) for level_id in case.levels]
    totals = level.columns(*TOTALS)
    found += [(s, at(s) | totals) for s in case.sites]
    several = (
        soft_rooms if soft_rooms.any() else halls | level.columns("power.contracted_by", "power.first", "power.units")
    )
    found += [(f"{r} and {s}", several & (at(r, s) | totals)) for r, s in combinations(case.sites, 2)]
    found += [("agencies", soft_rooms & at(*case.agencies))]
    sized = [Neighbourhood(name, free & whole) for name, free in found]
    return [n for n in sized if n.free.any()]


@dataclass(frozen=True)
class Improving:
    """A stage of a model on which plans are made better: its rules, its rows, and what need not be whole."""

    level: Level
    k: int
    program: Program
    rows: Sequence[Row]
    relaxed: NDArray[np.bool_]
    limits: Limits
    clock: Clock
    note: Note
    #: ends the work from outside
    cancel: threading.Event | None = None
    #: part of the gap to which a neighbourhood is solved
    near: float = NEAR
    #: seconds that a neighbourhood may take, at the pace of the search
    seconds: float = SECONDS
    #: a value that ends the work once a plan has it
    enough: float | None = None
    #: part of the gap that a pair of neighbourhoods must gain not to be idle
    worthwhile: float = WORTHWHILE

    @property
    def whole(self) -> NDArray[np.bool_]:
        return self.program.whole & ~self.relaxed

    @property
    def over(self) -> bool:
        return self.clock.left() <= 1 or (self.cancel is not None and self.cancel.is_set())

    def reached(self, value: float | None) -> bool:
        """Whether a plan of this value is good enough."""
        if value is None or self.enough is None:
            return False
        return value >= self.enough if self.level.aims[self.k].sense == "max" else value <= self.enough

    def ask(self, start: Vector, n: Neighbourhood, cancel: threading.Event | None) -> Outcome:
        """The best plan that shares with the start all that is not free, as far as the seconds go."""
        held = {int(i): float(round(start[i])) for i in np.flatnonzero(self.whole & ~n.free)}
        spent = None if self.clock.left() == float("inf") else min(self.clock.paced(self.seconds), self.clock.left())
        return self.program.solve(
            self.level.objectives[self.k],
            self.level.aims[self.k].sense,
            replace(self.limits, gap=self.limits.gap * self.near, seconds=spent, bound_only=False, target=self.enough),
            rows=self.rows,
            start=start,
            relaxed=self.relaxed,
            fixed=held,
            progress=lambda p: self.note(f"better plan: {n.name}", p),
            confirm=False,
            cancel=cancel,
        )


def improved(
    on: Improving,
    plan: Outcome,
    patience: int,
    cores: int = CORES,
    around: Sequence[Neighbourhood] | None = None,
    done: Callable[[Outcome, int], bool] | None = None,
) -> Outcome:
    """The plan after passes over the neighbourhoods, some at a time, until they gain little or time is up.

    ``patience``: how many in a row may gain little, on each core. ``done``, asked of the plan after each, and how many
    in a row gained little, may end it sooner. Each core goes on with the next one from the best plan so far, and one
    that gains more than the gap ends those beside it; in a run that is to be repeated, or without a gap, where plans of
    the same value are many, they wait for each other.
    """
    around = neighbourhoods(on.level, on.whole) if around is None else around
    passes = _Passes(on, plan, patience * cores, around, done)
    if cores == 1:
        passes.go_on(on.cancel)
    elif on.limits.seconds is None or on.limits.gap <= NUMERIC:
        passes.in_step(cores)
    else:
        with ThreadPoolExecutor(cores) as pool:
            for core in [pool.submit(passes.go_on) for _ in range(cores)]:
                core.result()
    return passes.best


class _Passes:
    """Neighbourhoods asked in turn, over and over, and the best plan so far; the last ``idle`` gained little."""

    def __init__(
        self,
        on: Improving,
        plan: Outcome,
        patience: int,
        around: Sequence[Neighbourhood],
        done: Callable[[Outcome, int], bool] | None,
    ) -> None:
        self.best, self.idle = plan, 0
        self._on, self._patience, self._done = on, patience, done
        self._count, self._turns = len(around), cycle(around)
        self._first = plan
        self._lock = threading.Lock()
        self._asked: list[threading.Event] = []

    def go_on(self, cancel: threading.Event | None = None) -> None:
        """One core: the next neighbourhood from the best plan, until they are idle; ``cancel`` ends one asked."""
        while True:
            with self._lock:
                start = self.best
                if self._ended() or start.values is None:
                    self._end_others()
                    return
                neighbourhood, over = next(self._turns), cancel or threading.Event()
                if over is not cancel:
                    self._asked.append(over)
            found = self._on.ask(start.values, neighbourhood, over)
            with self._lock:
                if over is not cancel:
                    self._asked.remove(over)
                self._heard(found, over is not cancel and over.is_set())

    def in_step(self, cores: int) -> None:
        """As many as there are cores from the same plan, each waited for."""
        with ThreadPoolExecutor(cores) as pool:
            while not self._ended() and self.best.values is not None:
                several = [next(self._turns) for _ in range(min(cores, self._count))]
                ask = partial(self._on.ask, self.best.values, cancel=None)
                for found in list(pool.map(ask, several)):
                    self._heard(found, False)

    def _heard(self, found: Outcome, ended: bool) -> None:
        """``ended``: from beside it, so that little gained tells nothing."""
        on, before = self._on, self.best.objective or 0.0
        self.best = better(on.level.aims[on.k], self.best, found) or self.best
        gained = abs((self.best.objective or 0.0) - before)
        if gained > on.worthwhile * on.limits.gap * abs(before):
            self.idle = 0
        elif not ended:
            self.idle += 1
        if gained > on.limits.gap * abs(before) or on.reached(self.best.objective):
            self._end_others()

    def _end_others(self) -> None:
        for over in self._asked:
            over.set()

    def _ended(self) -> bool:
        best, on = self.best, self._on
        if not self._count or self.idle >= self._patience or on.over or best.interrupted or on.reached(best.objective):
            return True
        asked = self.idle > 0 or best is not self._first
        return asked and self._done is not None and self._done(best, self.idle)
