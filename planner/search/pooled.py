"""The cost stage where nothing holds service back: a good plan of the pool, then the trees that prove it.

The pooled model tracks racks in one place instead of at every site. Any plan of the exact model is one of the pooled
model, so the pooled bound holds for both, and it is a small part of the work.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial

from planner.search.base import choices
from planner.search.bounded import PLAN_SHARE
from planner.search.improve import CORES, improved
from planner.search.levels import Clock
from planner.search.models import least_movement, seen
from planner.search.racks import Note
from planner.search.tighten import Empty, tightened
from planner.search.trees import Trees
from planner.search.verdicts import NUMERIC
from planner.solve import Limits, Outcome, Vector

#: idle neighbourhoods until a plan of the pool is taken for good enough
IDLE = 2
#: part of the gap below which they are idle: the tree gains that sooner
WORTHWHILE = 0.2


class PooledStages(Trees):
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
            on = replace(self._improving(pool, k, limits, clock.share(PLAN_SHARE), note), worthwhile=WORTHWHILE)
            plan = improved(on, start, IDLE)
            return self._two_trees(k, plan, standing, limits, clock, note)
        # nothing lies between a plan and a mark without a gap
        start = improved(self._improving(pool, k, limits, clock.share(PLAN_SHARE), note), start, 1)
        carry = partial(self._carried, pool, exact, k, limits=limits, clock=clock, note=note)
        return self._bound_raised(k, start, standing, carry, limits, clock, note)
