"""What all stages of a search share: its models, plans made whole, and how a stage ends."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from planner.formulation import Formulation
from planner.inputs.case import Case
from planner.search.improve import soft_columns
from planner.search.levels import Clock, Kept, Level, Pace
from planner.search.models import level_of, pooled
from planner.search.racks import HOSTS, PLACED, Note, place
from planner.search.verdicts import better, tightest, with_bound
from planner.solve import Limits, Outcome, Program, Vector, Verdict, relative_gap

#: part of the first stage that whole racks are taken to lose at the least
LEAST_LOSS = 2e-4
#: what a bound may cost where the time ended without one, or, in gaps, with one that is so far off
RELAXATION_SECONDS, FAR = 20.0, 10.0


class Base:
    """The models of a case: the exact one, those with few sites, and the pooled one."""

    def __init__(self, case: Case, exact: Formulation, program: Program) -> None:
        self.case = case
        self.exact = Level.of(exact, program)
        self.kept: list[Kept] = []
        self._log = program.log
        self._pooled: Level | None = None
        self._fewer: dict[tuple[str, ...], Level] = {}
        self._fewer_pools: dict[tuple[str, ...], Level] = {}
        self._loss = LEAST_LOSS
        self._pace = Pace()
        #: bounds of the first stage over plans that open a site
        self._by_site: dict[str, float] = {}
        #: least present cost of moving data, once it is known
        self._least = 0.0

    @property
    def gated(self) -> bool:
        """Whether something holds service back: then racks in one pool say too little."""
        return bool((soft_columns(self.exact) & self.exact.program.whole).any())

    def _others(self, chosen: Sequence[str]) -> dict[str, float]:
        """Bounds of the first stage over plans that open a site beside the chosen ones."""
        return {s: bound for s, bound in self._by_site.items() if s not in chosen}

    def _pool(self) -> Level:
        """The pooled model; with no more sites than are chosen there is nothing to tell apart."""
        if self._pooled is None:
            few = len(self.case.sites) <= self.case.programme.sites.count
            self._pooled = self.exact if few else pooled(self.case, self._log)
        return self._pooled

    def _only(self, sites: Sequence[str]) -> Level:
        """The exact model with these sites alone."""
        if list(sites) == list(self.exact.formulation.case.sites):
            return self.exact
        key = tuple(sites)
        if key not in self._fewer:
            self._fewer[key] = level_of(self.case.only(sites), self._log, self.kept)
        return self._fewer[key]

    def _pool_of(self, sites: Sequence[str]) -> Level:
        """The pooled model with these sites alone."""
        pool, key = self._pool(), tuple(sites)
        if list(sites) == list(pool.formulation.case.sites):
            return pool
        if key not in self._fewer_pools:
            self._fewer_pools[key] = pooled(self.case.only(sites), self._log)
            for stage in self.kept:
                self._fewer_pools[key].keep(stage)
        return self._fewer_pools[key]

    def _placed(self, level: Level, k: int, plan: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome | None:
        """The plan with racks and cohorts made whole; None where there is none."""
        return self._carried(level, level, k, plan, limits, clock, note)

    def _carried(
        self,
        source: Level,
        level: Level,
        k: int,
        plan: Outcome,
        limits: Limits,
        clock: Clock,
        note: Note,
        anywhere: bool = True,
        worth: float | None = None,
        cancel: threading.Event | None = None,
        known: Vector | None = None,
        free: threading.Event | None = None,
    ) -> Outcome | None:
        """The choices of a plan, with racks and cohorts made whole, hosts too if it is of another model; else None.

        ``anywhere`` and what comes after it as in ``place``.
        """
        assert plan.values is not None
        held = choices(source, level, plan.values)
        if source is level:
            held |= {int(i): float(round(plan.values[i])) for i in np.flatnonzero(level.columns(HOSTS))}
        found = place(level, k, held, limits, clock, note, plan.objective, anywhere, worth, cancel, known, free)
        if found.values is None or found.objective is None:
            return None
        if k == 0:
            self._learn_loss(plan, found)
        return found

    def _learn_loss(self, plan: Outcome, found: Outcome) -> None:
        """What whole racks and cohorts lost of the first stage."""
        if plan.objective and found.objective is not None:
            self._loss = max(LEAST_LOSS, abs(plan.objective - found.objective) / abs(plan.objective))

    def _closed(self, k: int, plan: Outcome, bound: float | None, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """The plan with its bound; if that is no proof, the exact model goes on from the plan for the time left."""
        gap = relative_gap(plan.objective, bound)
        if not plan.interrupted and (gap is None or gap > FAR * limits.gap):
            # a search that has hardly begun tells less than a relaxation
            bound = tightest(self.exact.aims[k], bound, self._relaxation(k, limits))
        closed = with_bound(plan, replace(plan, bound=bound), limits)
        if closed.verdict is Verdict.OPTIMAL or closed.interrupted or clock.left() <= 1:
            return closed
        more = self._exact(k, limits, clock, note, plan)
        aim = self.exact.aims[k]
        both = replace(more, bound=tightest(aim, bound, more.bound))
        return with_bound(better(aim, more, plan) or plan, both, limits)

    def _relaxation(self, k: int, limits: Limits) -> float | None:
        """The bound of the linear relaxation: far, but seconds give it even where the time is over."""
        level = self.exact
        asked = replace(limits, seconds=None if limits.seconds is None else RELAXATION_SECONDS)
        objective, sense = level.objectives[k], level.aims[k].sense
        return level.program.solve(
            objective, sense, asked, rows=level.rows, relaxed=level.program.whole, confirm=False
        ).bound

    def _exact(self, k: int, limits: Limits, clock: Clock, note: Note, found: Outcome | None) -> Outcome:
        """The exact model itself, from the plan found, for the time left."""
        level = self.exact
        return level.program.solve(
            level.objectives[k],
            level.aims[k].sense,
            replace(limits, seconds=None if clock.left() == float("inf") else clock.left()),
            rows=level.rows,
            start=None if found is None else found.values,
            progress=lambda p: note("exact model", p),
        )


def choices(source: Level, level: Level, values: Vector) -> dict[int, float]:
    """What a plan of another model has chosen but for racks, cohorts and hosts, as columns of this one."""
    at = {name: i for i, name in enumerate(level.program.names)}
    held = np.flatnonzero(source.program.whole & ~source.columns(*PLACED, HOSTS))
    names = source.program.names
    return {at[names[i]]: float(round(values[i])) for i in held if names[i] in at}


def relaxed(level: Level) -> np.ndarray:
    """Columns of racks and cohorts: whole only once a plan is placed."""
    return level.columns(*PLACED)
