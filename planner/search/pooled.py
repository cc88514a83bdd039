"""The cost stage where nothing holds service back: proven on the pooled model, placed on the exact one.

The pooled model tracks racks in one place instead of at every site. Any plan of the exact model is one of the pooled
model, so the pooled bound holds for both, and it is a small part of the work.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial

from planner.search import prove
from planner.search.base import choices, relaxed
from planner.search.bounded import PATIENT, PLAN_SHARE, worse
from planner.search.fitting import ALLOWED_GAP, Fitting
from planner.search.improve import CORES, WORTHWHILE, improved
from planner.search.levels import Clock
from planner.search.models import least_movement, seen, with_movement
from planner.search.racks import Note
from planner.search.tighten import Empty, tightened
from planner.search.verdicts import NUMERIC, better, tightest
from planner.solve import Limits, Outcome, Vector

#: idle neighbourhoods until a plan of the pool is taken for good enough: a better one spares a second search
IDLE = 2


class PooledStages(Fitting):
    """Later stages on the pooled model."""

    def pooled_later(
        self, k: int, limits: Limits, clock: Clock, note: Note, before: Vector, standing: Outcome
    ) -> Outcome:
        """A later stage: the plan of the stage before, made better part by part, then the proof."""
        pool, exact = self._pool(), self.exact
        self._least = least_movement(exact, replace(limits, seconds=clock.part(0.2)))
        # the plan of the stage before keeps all rows: an empty answer is the solver's tolerance, and the rows only help
        with suppress(Empty):
            pool.rows += tightened(pool, seen(pool, pool.aims[k]), pool.rows, clock.part(0.2), CORES)
        held = choices(exact, pool, before)
        start = self._pooled_solve(k, "start", 1.0, 0.2, limits, clock, note, fixed=held)
        if start.values is None:
            return self._exact(k, limits, clock, note, standing)
        if limits.gap > NUMERIC:
            return self._proven_beside_placing(k, start, standing, limits, clock, note)
        # nothing lies between a plan and a mark without a gap
        start = improved(self._improving(pool, k, limits, clock.share(PLAN_SHARE), note), start, 1)
        carry = partial(self._carried, pool, exact, k, limits=limits, clock=clock, note=note)
        return self._bound_raised(k, start, standing, carry, limits, clock, note)

    def _proven_beside_placing(
        self, k: int, start: Outcome, best: Outcome, limits: Limits, clock: Clock, note: Note
    ) -> Outcome:
        """A pooled plan is made better and its racks whole, while the pool is searched for one beyond it by the gap.

        What whole racks cost is not known when that search begins, so its mark allows for some. If they cost more,
        better plans are looked for on the exact model, beside a search beyond what the best one came to. Where the
        pool has a plan beyond that already, there is nothing to search for.
        """
        pool, exact, aim = self._pool(), self.exact, self._pool().aims[k]
        program, objective = seen(pool, aim), with_movement(pool, k, self._least)
        bound: float | None = None
        found, placing = start, True
        while True:
            ended = threading.Event()
            if placing:
                plan = improved(self._improving(pool, k, limits, clock.share(PLAN_SHARE), note), found, IDLE)
                make = partial(self._fitted, k, plan, limits, clock, note)
                hosted = self._hosted_in_parts(exact, k, plan, limits, clock, note)
                asked = worse(aim, hosted, ALLOWED_GAP * limits.gap)
            else:
                make = partial(self._better_near, k, best, limits, clock, note, ended)
                asked = worse(aim, best.objective, 0.0)
            assert plan.values is not None
            parts = prove.parts_by_halls(pool, plan.values, pool)
            at = prove.mark(aim, objective, asked, limits.gap)
            known = not placing and at.passed_by(plan.values)
            before = best
            if known:
                best = better(aim, self._better_near(k, best, limits, clock, note, ended, CORES), best) or best
                found = replace(plan, bound=bound)
            else:
                with ThreadPoolExecutor(1) as other_core:
                    made = other_core.submit(make)
                    found = prove.beyond(pool, k, program, at, relaxed(pool), limits, clock, note, CORES, parts)
                    ended.set()
                    best = better(aim, made.result(), best) or best
            gained = abs((best.objective or 0.0) - (before.objective or 0.0)) > WORTHWHILE * limits.gap * abs(asked)
            bound = tightest(aim, bound, found.bound)
            if self._proven(best, replace(best, bound=bound), limits) or clock.left() <= 1 or found.interrupted:
                kept = replace(best, interrupted=best.interrupted or found.interrupted)
                return self._closed(k, kept, bound, limits, clock, note)
            if known and gained:
                continue
            placed, placing = placing, found.values is not None and not known
            if not gained and placing:
                # what is beyond the mark in the pool cannot be placed
                carry = partial(self._carried, pool, exact, k, limits=limits, clock=clock, note=note)
                return self._bound_raised(k, found, best, carry, limits, clock, note, bound)
            if not gained and not placed:
                # nothing is beyond it, and no better plan is near
                return self._closed(k, best, bound, limits, clock, note)

    def _better_near(
        self,
        k: int,
        best: Outcome,
        limits: Limits,
        clock: Clock,
        note: Note,
        ended: threading.Event,
        cores: int = 1,
    ) -> Outcome | None:
        """A better plan from one of the exact model; not in a run that is to be repeated, since a clock ends it."""
        if limits.seconds is None:
            return None
        on = self._improving(self.exact, k, limits, clock.share(PLAN_SHARE), note, ended)
        plan = improved(on, best, PATIENT, cores)
        assert best.values is not None
        assert plan.values is not None
        if ended.is_set() or choices(self.exact, self.exact, plan.values) == choices(
            self.exact, self.exact, best.values
        ):
            return None
        return self._placed(self.exact, k, plan, limits, clock, note)
