"""What stages on the pooled model share: its solves, its bound, and how far a plan is from proven."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from planner.formulation.objective import Aim
from planner.search.base import choices, relaxed
from planner.search.improve import Improving
from planner.search.levels import Clock, Level
from planner.search.models import seen, with_movement
from planner.search.planned import Planned
from planner.search.racks import Note
from planner.search.verdicts import better, tightest, with_bound
from planner.solve import Limits, Outcome, Progress, Verdict, relative_gap

#: parts of the gap and of the time: for the pooled bound, for better plans
BOUND_GAP, PLAN_SHARE = 0.65, 0.4
#: idle neighbourhoods until a plan is taken for good enough, where a better one is known to be near or time is at hand
PATIENT = 5
#: a bound this near is a proof, in gaps
PROVEN = 0.99
#: below this part of the gap the pooled bound is not asked for: the plan is too far
LEAST_GAP_SHARE = 0.05


def worse(aim: Aim, value: float | None, share: float) -> float:
    """A value less good by a share of it."""
    assert value is not None
    return value + (share if aim.sense == "min" else -share) * abs(value)


class Standing:
    """The best plan and the tightest bound so far, told by two cores; ``proven`` once they meet in a timed run."""

    def __init__(self, aim: Aim, limits: Limits, best: Outcome | None, bound: float | None) -> None:
        self.best, self.bound = best, bound
        self.proven = threading.Event()
        self._aim, self._limits = aim, limits

    def planned(self, plan: Outcome | None) -> None:
        self.best = better(self._aim, plan, self.best)
        self._compare()

    def bounded(self, bound: float | None) -> None:
        self.bound = tightest(self._aim, self.bound, bound)
        self._compare()

    def _compare(self) -> None:
        gap = None if self.best is None else relative_gap(self.best.objective, self.bound)
        if self._limits.seconds is not None and gap is not None and gap <= PROVEN * self._limits.gap:
            self.proven.set()


class Bounded(Planned):
    """Solves of the pooled model."""

    def _pooled_solve(
        self, k: int, phase: str, share: float, part: float, limits: Limits, clock: Clock, note: Note, **how: Any
    ) -> Outcome:
        """A solve of the pooled stage to a share of the gap, for a part of the time left."""
        pool = self._pool()
        aim, program = pool.aims[k], seen(pool, pool.aims[k])
        only_bound = how.pop("bound_only", phase == "bound" and how.get("start") is not None)
        bounded = replace(limits, gap=limits.gap * share, seconds=clock.part(part), bound_only=only_bound)
        rows = [*pool.rows, *how.pop("rows", ())]
        asked: dict[str, Any] = {"relaxed": relaxed(pool), "confirm": phase == "bound", **how}
        objective = with_movement(pool, k, self._least)
        return program.solve(objective, aim.sense, bounded, rows=rows, progress=lambda p: note(phase, p), **asked)

    def _bound_raised(
        self,
        k: int,
        start: Outcome,
        best: Outcome | None,
        carry: Callable[[Outcome], Outcome | None],
        limits: Limits,
        clock: Clock,
        note: Note,
        known: float | None = None,
    ) -> Outcome:
        """While one core raises the pooled bound from a plan, the other makes the racks of that plan whole.

        ``known`` is a bound that holds already.
        """
        aim = self._pool().aims[k]
        standing = Standing(aim, limits, best, known)

        def told(phase: str, p: Progress) -> None:
            note(phase, p)
            standing.bounded(p.bound)

        ended = standing.proven if limits.seconds is not None else None
        with ThreadPoolExecutor(1) as other_core:
            placing = other_core.submit(lambda: standing.planned(carry(start))) if start.values is not None else None
            bound = self._pooled_solve(
                k, "bound", BOUND_GAP, 0.85, limits, clock, told, start=start.values, cancel=ended
            )
            if placing:
                placing.result()
        best = standing.best
        if bound.verdict is Verdict.INFEASIBLE and best is None:
            return bound
        bound = replace(bound, bound=tightest(aim, known, bound.bound))
        if not self._proven(best, bound, limits) and bound.values is not None and bound.objective != start.objective:
            best = better(aim, best, carry(bound))
        missing = self._missing_gap(aim, best, bound, limits)
        if missing is not None and clock.left() > 1:
            deeper = self._pooled_solve(k, "bound", missing / limits.gap, 0.85, limits, clock, note, start=bound.values)
            bound = replace(deeper, bound=tightest(aim, bound.bound, deeper.bound))
        if best is None:
            return self._exact(k, limits, clock, note, None)
        return self._closed(k, best, bound.bound, limits, clock, note)

    def _proven(self, best: Outcome | None, bound: Outcome, limits: Limits) -> bool:
        return best is not None and with_bound(best, bound, limits).verdict is Verdict.OPTIMAL

    def _missing_gap(self, aim: Aim, best: Outcome | None, bound: Outcome, limits: Limits) -> float | None:
        """The gap of the pooled stage at which its bound would prove the plan; None if it does, or none would."""
        if best is None or best.objective is None or bound.objective is None or bound.interrupted:
            return None
        if self._proven(best, bound, limits):
            return None
        sign = 1 if aim.sense == "max" else -1
        room = sign * (best.objective - bound.objective) + limits.gap * abs(best.objective)
        missing = 0.98 * room / max(abs(bound.objective), 1e-9)
        return missing if missing > LEAST_GAP_SHARE * limits.gap else None

    def _opened(self, level: Level, plan: Outcome) -> list[str]:
        """The sites that a plan opens, in the order of the case."""
        assert plan.values is not None
        opens = level.formulation.model.sites.opens
        opened = {s for (s, _), v in opens.items() if plan.values[level.program.column_of(v)] > 0.5}
        return [s for s in self.case.sites if s in opened]

    def _hosted_in_parts(
        self, level: Level, k: int, plan: Outcome, limits: Limits, clock: Clock, note: Note
    ) -> float | None:
        """What the choices of a pooled plan come to on an exact model with racks and hosts in parts, or in the pool.

        The less good of the two: the pool has hosts whole.
        """
        assert plan.values is not None
        found = level.program.solve(
            level.objectives[k],
            level.aims[k].sense,
            replace(limits, seconds=clock.part(0.2)),
            rows=level.rows,
            fixed=choices(self._pool(), level, plan.values),
            relaxed=level.program.whole,
            progress=lambda p: note("sites told apart", p),
            confirm=False,
        )
        if found.objective is None or plan.objective is None:
            return plan.objective
        return (min if level.aims[k].sense == "max" else max)(found.objective, plan.objective)

    def _improving(
        self, level: Level, k: int, limits: Limits, clock: Clock, note: Note, cancel: threading.Event | None = None
    ) -> Improving:
        program = seen(level, level.aims[k])
        return Improving(level, k, program, level.rows, relaxed(level), limits, clock, note, cancel)
