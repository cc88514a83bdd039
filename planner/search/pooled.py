"""The cost stage where nothing holds service back: plans of the pool, made to fit, while none is found beyond them.

The pooled model tracks racks in one place instead of at every site. Any plan of the exact model is one of the pooled
model, so the pooled bound holds for both, and it is a small part of the work.
"""

from __future__ import annotations

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial

import numpy as np

from planner.search import prove
from planner.search.base import choices, relaxed
from planner.search.bounded import PLAN_SHARE, worse
from planner.search.improve import CORES, improved
from planner.search.levels import Clock
from planner.search.looking import AHEAD_IDLE, LOST_GAP, Looking
from planner.search.models import least_movement, seen, with_movement
from planner.search.racks import Note
from planner.search.tighten import Empty, tightened
from planner.search.verdicts import NUMERIC, better, tightest
from planner.solve import Limits, Outcome, Progress, Vector, Verdict, relative_gap

#: what goes on around totals rests if it gained nothing for so long
RESTING_SECONDS = 3.0
#: a neighbourhood gains little more after so long without a better plan
GAINING_SECONDS = 1.0
#: between two looks at how far the two are
LISTENING_SECONDS = 0.1
#: gaps from what totals promise within which a look from a plan begins
NEARBY = 6.0
#: plans whose values are this near each other, as a part of either, are taken for the same
SAME = 1e-9
#: totals over sites: with these alone whole the relaxation is nearly whole, and around them plans are soon found
TOTALLED = ("construction.halls_of_design", "construction.reached", "workload.hosts", "sites.opens")
#: parts of the gap and of the time for plans around totals
TOTALS_GAP, AROUND_GAP, AROUND_SHARE = 0.05, 0.12, 0.12


class PooledStages(Looking):
    """Later stages on the pooled model."""

    def pooled_later(
        self, k: int, limits: Limits, clock: Clock, note: Note, before: Vector, standing: Outcome
    ) -> Outcome:
        """A later stage: the plan of the stage before, made better part by part, then the proof."""
        pool, exact = self._pool(), self.exact
        with ThreadPoolExecutor(1) as other_core:
            moving = other_core.submit(least_movement, exact, replace(limits, seconds=clock.part(0.2)))
            # the plan of the stage before keeps all rows: an empty answer is the solver's tolerance; rows only help
            with suppress(Empty):
                pool.rows += tightened(pool, seen(pool, pool.aims[k]), pool.rows, clock.part(0.2), CORES)
            self._least = moving.result()
        pool.objectives[k] = with_movement(pool, k, self._least)
        held = choices(exact, pool, before)
        start = self._pooled_solve(k, "start", 1.0, 0.2, limits, clock, note, fixed=held)
        if start.values is None:
            return self._exact(k, limits, clock, note, standing)
        if limits.gap > NUMERIC:
            return self._pooled_cost(k, start, standing, limits, clock, note)
        # nothing lies between a plan and a mark without a gap
        start = improved(self._improving(pool, k, limits, clock.share(PLAN_SHARE), note), start, 1)
        carry = partial(self._carried, pool, exact, k, limits=limits, clock=clock, note=note)
        return self._bound_raised(k, start, standing, carry, limits, clock, note)

    def _pooled_cost(self, k: int, plan: Outcome, best: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """A plan of the pool made to fit and made better, while one beyond it is looked for; then the exact model.

        ``plan`` is one of the pool, ``best`` keeps all rows.
        """
        aim = self._pool().aims[k]
        bound: float | None = None
        lost = LOST_GAP * limits.gap
        plan, rough = self._started(k, plan, limits, clock, note)
        looked_beyond: list[float] = []
        while clock.left() > 1:
            assert plan.objective is not None
            looked_beyond.append(plan.objective)
            found, plan, fits, lost = self._looked(k, plan, lost, limits, clock, note, best.values, rough)
            rough = False
            best, bound = better(aim, best, fits) or best, tightest(aim, bound, found.bound)
            if self._ended(best, bound, limits) or found.interrupted:
                break
            if fits is not None and found.verdict in (Verdict.OPTIMAL, Verdict.INFEASIBLE):
                # the plan lost more than was allowed for
                found = self._beyond(k, self._mark(k, best.objective, limits), limits, clock, note)
                bound = tightest(aim, bound, found.bound)
                if found.values is None:
                    break
                plan = found
            # a plan found again after it was fitted loses as much again
            if any(math.isclose(plan.objective or 0.0, value, rel_tol=SAME) for value in looked_beyond):
                break
        if found.interrupted:
            return self._closed(k, replace(best, interrupted=True), bound, limits, clock, note)
        return self._sites_told_apart(k, best, bound, limits, clock, note)

    def _started(self, k: int, plan: Outcome, limits: Limits, clock: Clock, note: Note) -> tuple[Outcome, bool]:
        """The better of two: the plan after neighbourhoods on one core, and one around totals from the other.

        Told with it: whether it is the latter, which no neighbourhood has made better.

        Either ends the other once it is near what totals promise: a look from there finds what is better sooner, and
        one from farther away only finds plans that are little better. Totals once done end the neighbourhoods; these,
        once idle, end what goes on around totals if that is behind and rests.
        """
        aim = self._pool().aims[k]
        ended = threading.Event() if limits.seconds is not None else None
        heard, at = plan, float("inf")
        reached, reached_at, promised = plan, float("inf"), None

        def hear(phase: str, p: Progress) -> None:
            nonlocal heard, at, reached, reached_at, promised
            note(phase, p)
            if phase != "around totals":
                told = reached if p.incumbent is None else replace(plan, objective=p.incumbent)
                if better(aim, replace(reached, objective=worse(aim, reached.objective, -SAME)), told) is told:
                    reached, reached_at = told, time.perf_counter()
                return
            promised = tightest(aim, promised, p.bound)
            if p.incumbent is not None and p.incumbent != heard.objective:
                heard, at = replace(plan, objective=p.incumbent), time.perf_counter()
            ahead = heard is not plan and better(aim, reached, heard) is heard
            if ended is not None and ahead and promising(heard):
                ended.set()

        def promising(near: Outcome) -> bool:
            gap = relative_gap((better(aim, heard, near) or near).objective, promised)
            return gap is not None and gap <= NEARBY * limits.gap

        def rests(near: Outcome) -> bool:
            """Whether what goes on around totals is behind and gains nothing more."""
            return better(aim, heard, near) is near and time.perf_counter() - at > clock.paced(RESTING_SECONDS)

        def done(near: Outcome, idle: int) -> bool:
            return promising(near) or (idle > 0 and rests(near))

        def enough() -> bool:
            if nearing.done():
                return promising(nearing.result()) or rests(nearing.result())
            return time.perf_counter() - reached_at > clock.paced(GAINING_SECONDS) and promising(reached)

        with ThreadPoolExecutor(CORES) as cores:
            around = cores.submit(self._around_totals, k, limits, clock, hear, ended)
            on = self._improving_cost(k, limits, clock, hear, ended)
            nearing = cores.submit(improved, on, plan, AHEAD_IDLE, 1, done=done if ended is not None else None)
            while ended is not None and not ended.wait(LISTENING_SECONDS):
                if enough():
                    ended.set()
            around_totals, neared = around.result(), nearing.result()
            first = better(aim, neared, around_totals) or neared
            return first, first is around_totals

    def _around_totals(
        self, k: int, limits: Limits, clock: Clock, note: Note, ended: threading.Event | None
    ) -> Outcome | None:
        """Totals over sites first, all else in parts; then all that is to be whole around them; sets ``ended``."""
        pool = self._pool()

        def in_parts(phase: str, p: Progress) -> None:
            # with all but the totals in parts it is no plan, and its bound holds
            note(phase, replace(p, incumbent=None, gap=None))

        try:
            totals = pool.columns(*TOTALLED) & pool.program.whole
            first = self._pooled_solve(
                k, "totals", TOTALS_GAP, 0.2, limits, clock, in_parts, relaxed=~totals, bound_only=True
            )
            if first.values is None:
                return None
            held = {int(i): float(round(first.values[i])) for i in np.flatnonzero(totals)}
            return self._pooled_solve(
                k, "around totals", AROUND_GAP, AROUND_SHARE, limits, clock, note, fixed=held, cancel=ended
            )
        finally:
            if ended is not None:
                ended.set()

    def _sites_told_apart(
        self, k: int, best: Outcome, bound: float | None, limits: Limits, clock: Clock, note: Note
    ) -> Outcome:
        """Where the pool is no proof: plans of the exact model beyond the best one, racks in parts and then whole."""
        exact, aim = self.exact, self.exact.aims[k]
        while not self._ended(best, bound, limits) and clock.left() > 1:
            at = prove.mark(aim, exact.objectives[k], best.objective or 0.0, limits.gap)
            parts = prove.parts_by_halls(exact, best.values, exact) if best.values is not None else [[]]
            found = prove.beyond(exact, k, seen(exact, aim), at, relaxed(exact), limits, clock, note, CORES, parts)
            bound = tightest(aim, bound, found.bound)
            if found.interrupted:
                best = replace(best, interrupted=True)
            placed = None
            if found.values is not None and not found.interrupted:
                placed = self._placed(exact, k, found, limits, clock, note)
            if placed is None or better(aim, best, placed) is best:
                break
            best = placed
        return self._closed(k, best, bound, limits, clock, note)
