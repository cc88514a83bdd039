"""The shortfall stage: plans of the pool, made to fit the exact model, while no plan beyond them is found.

A shortfall moves in steps of whole halls, so that neither a neighbourhood nor a branch tells which way to go. What
keeps the next hall out is the floor of the first stage: its objective leads both searches.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from planner.search import prove
from planner.search.base import choices, relaxed
from planner.search.bounded import PLAN_SHARE
from planner.search.improve import CORES, NEAR_HALLS, Improving, improved
from planner.search.levels import FIRST_KEPT, Clock
from planner.search.models import room, seen
from planner.search.pooled import PooledStages
from planner.search.racks import HELD, Note
from planner.search.verdicts import better, tightest
from planner.solve import Limits, Outcome, Row, Vector

#: a plan keeps this many losses of whole racks clear of the floor it stands on
ROOM = 1.5
#: idle neighbourhoods until a plan is taken not to fit
PASSES = 2


class ShortfallStage(PooledStages):
    """Goals of power and compute, as far as the floor of the first stage leaves room."""

    def _pooled_shortfall(
        self, k: int, limits: Limits, clock: Clock, note: Note, before: Vector, best: Outcome
    ) -> tuple[Outcome, float | None]:
        """The best plan placed, and a bound, where one was proven."""
        pool, exact, aim = self._pool(), self.exact, self._pool().aims[k]
        held = choices(exact, pool, before)
        plan = self._pooled_solve(k, "start", 1.0, 0.2, limits, clock, note, fixed=held)
        bound: float | None = None
        while plan.values is not None and clock.left() > 1:
            on = replace(self._improving(pool, k, limits, clock.share(PLAN_SHARE), note), near=NEAR_HALLS)
            plan = improved(on, plan, 1)
            assert plan.values is not None
            assert plan.objective is not None
            at = prove.by_first(prove.mark(aim, pool.objectives[k], plan.objective, limits.gap), pool)
            parts = prove.parts_by_halls(pool, plan.values, pool)
            with ThreadPoolExecutor(1) as other_core:
                fits = other_core.submit(self._fitted, k, plan, limits, clock, note)
                found = prove.beyond(pool, k, seen(pool, aim), at, relaxed(pool), limits, clock, note, CORES, parts)
                best = better(aim, best, fits.result()) or best
            bound = tightest(aim, bound, found.bound)
            if found.interrupted:
                return replace(best, interrupted=True), bound
            plan = found
        return best, bound

    def _fitted(self, k: int, plan: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome | None:
        """A pooled plan as one of the exact model, with its choices or with others that reach as much."""
        carried = self._carried(self._pool(), self.exact, k, plan, limits, clock, note)
        if carried is not None:
            return carried
        fits = self._led_by_value(k, plan, limits, clock.share(PLAN_SHARE), note)
        return fits and self._placed(self.exact, k, fits, limits, clock, note)

    def _led_by_value(self, k: int, plan: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome | None:
        """What the plan reaches is held, its value made better until it is clear of the first floor; else None."""
        pool, exact = self._pool(), self.exact
        assert plan.values is not None
        assert plan.objective is not None
        aim = exact.aims[0]
        (floor,) = room(exact, self.kept, ROOM * self._loss)
        held = Row("objective.held", exact.objectives[k], upper=plan.objective + HELD)
        rows = [*(r for r in exact.rows if r.name != FIRST_KEPT), held]
        start = exact.program.solve(
            exact.objectives[0],
            aim.sense,
            replace(limits, seconds=clock.part(0.2)),
            rows=rows,
            fixed=choices(pool, exact, plan.values),
            relaxed=relaxed(exact),
            progress=lambda p: note("a plan that fits", p),
            confirm=False,
        )
        if start.values is None:
            return None
        enough = floor.lower if aim.sense == "max" else floor.upper
        on = Improving(exact, 0, seen(exact, aim), rows, relaxed(exact), limits, clock, note, enough=enough)
        found = improved(on, start, PASSES)
        if found.values is None or not on.reached(found.objective):
            return None
        return replace(found, objective=exact.objectives[k].at(found.values), bound=None, gap=None)
