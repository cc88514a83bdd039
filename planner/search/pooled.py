"""The cost stage where nothing holds service back: plans of the pool, made to fit, while none is found beyond them.

The pooled model tracks racks in one place instead of at every site. Any plan of the exact model is one of the pooled
model, so the pooled bound holds for both, and it is a small part of the work.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from planner.search import prove
from planner.search.base import choices, relaxed
from planner.search.bounded import PLAN_SHARE, worse
from planner.search.fitting import Fitting
from planner.search.improve import CORES, Improving, Neighbourhood, improved, neighbourhoods
from planner.search.levels import Clock, Level
from planner.search.models import least_movement, seen, with_movement
from planner.search.racks import Note
from planner.search.tighten import Empty, tightened
from planner.search.verdicts import NUMERIC, better, tightest
from planner.solve import Limits, Linear, Outcome, Progress, Vector, Verdict, relative_gap

#: idle neighbourhoods on one core until that core has done what it can
AHEAD_IDLE = 3
#: what goes on around totals rests if it gained nothing for so long
RESTING_SECONDS = 3.0
#: gaps from what totals promise within which a look from a plan begins
NEARBY = 8.0
#: part of the gap below which they are idle: the proof gains that sooner
WORTHWHILE = 0.2
#: part of the gap that whole racks and sites told apart are taken to cost a plan until that is known, and at the most
LOST_GAP, MOST_LOST_GAP = 0.5, 0.9
#: plans whose values are this near each other, as a part of either, are taken for the same
SAME = 1e-9
#: part of the time for one look beyond a plan
LOOK_SHARE = 0.7
#: totals over sites: with these alone whole the relaxation is nearly whole, and around them plans are soon found
TOTALLED = ("construction.halls_of_design", "construction.reached", "workload.hosts", "sites.opens")
#: parts of the gap and of the time for plans around totals
TOTALS_GAP, AROUND_GAP, AROUND_SHARE = 0.05, 0.12, 0.12


class PooledStages(Fitting):
    """Later stages on the pooled model."""

    def pooled_later(
        self, k: int, limits: Limits, clock: Clock, note: Note, before: Vector, standing: Outcome
    ) -> Outcome:
        """A later stage: the plan of the stage before, made better part by part, then the proof."""
        pool, exact = self._pool(), self.exact
        self._least = least_movement(exact, replace(limits, seconds=clock.part(0.2)))
        pool.objectives[k] = with_movement(pool, k, self._least)
        # the plan of the stage before keeps all rows: an empty answer is the solver's tolerance, and the rows only help
        with suppress(Empty):
            pool.rows += tightened(pool, seen(pool, pool.aims[k]), pool.rows, clock.part(0.2), CORES)
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
        plan = self._started(k, plan, limits, clock, note)
        looked_beyond: list[float] = []
        while clock.left() > 1:
            assert plan.objective is not None
            looked_beyond.append(plan.objective)
            found, near, fits, lost = self._looked(k, plan, lost, limits, clock, note)
            best = better(aim, best, fits) or best
            bound = tightest(aim, bound, found.bound)
            none = found.verdict is Verdict.INFEASIBLE
            if none and fits is not None and not found.interrupted and not self._ended(best, bound, limits):
                # the plan lost more than was allowed for
                found = self._beyond(k, self._mark(k, best.objective, limits), limits, clock, note)
                bound = tightest(aim, bound, found.bound)
                near, none = (near, True) if found.values is None else (found, False)
            if found.interrupted:
                return self._closed(k, replace(best, interrupted=True), bound, limits, clock, note)
            # a plan found again after it was fitted loses as much again
            again = any(math.isclose(near.objective or 0.0, value, rel_tol=SAME) for value in looked_beyond)
            if none or again or self._ended(best, bound, limits):
                break
            plan = near
        return self._sites_told_apart(k, best, bound, limits, clock, note)

    def _carried_over(
        self, k: int, plan: Outcome, worth: float, limits: Limits, clock: Clock, note: Note
    ) -> Outcome | None:
        """The choices of a plan of the pool with whole racks, unless they come to less than it is ``worth``."""
        return self._carried(self._pool(), self.exact, k, plan, limits, clock, note, anywhere=False, worth=worth)

    def _looked(
        self, k: int, plan: Outcome, lost: float, limits: Limits, clock: Clock, note: Note
    ) -> tuple[Outcome, Outcome, Outcome | None, float]:
        """A look beyond a plan on one core; on the other it is made to fit and made better until the look ends.

        It is made better at its sites first; ``lost`` is the share that fitting is taken to cost. Returns what was
        found, the best plan of the pool, the best that fits, and the share that fitting cost.
        """
        aim = self._pool().aims[k]
        at = self._mark(k, worse(aim, plan.objective, lost), limits)
        #: what a plan may come to with whole racks for the mark to be its proof
        worth = worse(aim, at.value, limits.gap)
        over = threading.Event()
        timed = limits.seconds is not None
        looked: Outcome | None = None

        def passed() -> bool:
            """Whether a plan beyond the mark is known, which makes this one not worth fitting."""
            return timed and over.is_set() and (looked is None or looked.values is not None)

        on = self._improving_cost(k, limits, clock, note, over if timed else None)
        # sites take a second or two each and gain most where a plan is near; the others are for what time is left
        of_sites = [n for n in neighbourhoods(on.level, on.whole) if n.name in self.case.sites]
        others = [n for n in neighbourhoods(on.level, on.whole) if n.name not in self.case.sites]

        def nearer(plan: Outcome, around: Sequence[Neighbourhood], patience: int) -> Outcome | None:
            """A plan that is worth fitting anew."""
            near = improved(replace(on, enough=at.value if timed else None), plan, patience, 1, around)
            gained = (relative_gap(near.objective, plan.objective) or 0.0) > WORTHWHILE * limits.gap
            if gained and timed and better(aim, replace(near, objective=at.value), near) is near:
                # what is looked for is there
                over.set()
            return near if gained else None

        def made() -> tuple[Outcome, Outcome | None]:
            near = nearer(plan, of_sites, len(of_sites)) or plan
            fits = None if passed() else self._carried_over(k, near, worth, limits, clock, note)
            if timed and not over.is_set():
                again = nearer(near, others, AHEAD_IDLE)
                if again is not None:
                    near, before = again, fits
                    fits = None if over.is_set() else self._carried_over(k, near, worth, limits, clock, note)
                    fits = better(aim, before, fits)
            if fits is None and not passed():
                fits = self._fitted(k, near, limits, clock, note)
            return near, fits

        with ThreadPoolExecutor(1) as other_core:
            making = other_core.submit(made)
            looked = self._beyond(k, at, limits, clock, note, over if timed else None)
            over.set()
            near, fits = making.result()
        if fits is not None:
            cost = relative_gap(near.objective, fits.objective) or 0.0
            lost = min(max(LOST_GAP, cost / limits.gap), MOST_LOST_GAP) * limits.gap
        return looked, better(aim, looked, near) or near, fits, lost

    def _mark(self, k: int, value: float | None, limits: Limits) -> prove.Mark:
        assert value is not None
        return prove.mark(self._pool().aims[k], self._pool().objectives[k], value, limits.gap)

    def _beyond(
        self, k: int, at: prove.Mark, limits: Limits, clock: Clock, note: Note, over: threading.Event | None = None
    ) -> Outcome:
        """A plan of the pool beyond the mark, or the proof that there is none."""
        pool = self._pool()
        program, part = seen(pool, pool.aims[k]), clock.share(LOOK_SHARE)
        # a question about all halls of a site cuts deeper than one about halls of a design
        sums = _halls_of_sites(pool)
        program = program.summing(sums) if sums else program
        parts = np.concatenate([relaxed(pool), np.zeros(len(sums), dtype=bool)])
        # rows that only plans beyond the mark keep slow this search down
        found = prove.beyond(pool, k, program, at, parts, limits, part, note, tight=False, over=over)
        return found if found.values is None else replace(found, values=found.values[: len(pool.program.columns)])

    def _ended(self, best: Outcome, bound: float | None, limits: Limits) -> bool:
        return self._proven(best, replace(best, bound=bound), limits)

    def _improving_cost(
        self, k: int, limits: Limits, clock: Clock, note: Note, cancel: threading.Event | None = None
    ) -> Improving:
        on = self._improving(self._pool(), k, limits, clock.share(PLAN_SHARE), note, cancel)
        return replace(on, worthwhile=WORTHWHILE)

    def _started(self, k: int, plan: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """The better of two: the plan after neighbourhoods on one core, and one around totals from the other.

        Totals once done end the neighbourhoods; these, once idle, end what goes on around totals if that is behind and
        rests.
        """
        aim = self._pool().aims[k]
        ended = threading.Event() if limits.seconds is not None else None
        heard, at = plan, float("inf")
        promised: float | None = None

        def hear(phase: str, p: Progress) -> None:
            nonlocal heard, at, promised
            note(phase, p)
            if phase != "around totals":
                return
            promised = tightest(aim, promised, p.bound)
            if p.incumbent is not None and p.incumbent != heard.objective:
                heard, at = replace(plan, objective=p.incumbent), time.perf_counter()

        def promising(near: Outcome) -> bool:
            """Whether a look may begin: one from farther away only finds plans that are little better."""
            gap = relative_gap((better(aim, heard, near) or near).objective, promised)
            return gap is not None and gap <= NEARBY * limits.gap

        def rests(near: Outcome) -> bool:
            """Whether what goes on around totals is behind and gains nothing more."""
            return better(aim, heard, near) is near and time.perf_counter() - at > clock.paced(RESTING_SECONDS)

        def done(near: Outcome, idle: int) -> bool:
            return promising(near) or (idle > 0 and rests(near))

        with ThreadPoolExecutor(1) as other_core:
            around = other_core.submit(self._around_totals, k, limits, clock, hear, ended)
            on = self._improving_cost(k, limits, clock, note, ended)
            near = improved(on, plan, AHEAD_IDLE, 1, done=done if ended is not None else None)
            while ended is not None and not ended.is_set():
                if promising(near) or rests(near):
                    ended.set()
                ended.wait(0.1)
            return better(aim, around.result(), near) or near

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


def _halls_of_sites(level: Level) -> list[Linear]:
    """Halls started at a site by the end of a period, of the designs that can be started in it."""
    by_site: dict[tuple[str, int], list[tuple[float, Any]]] = {}
    for (s, _, t), started in level.formulation.model.construction.started_by.items():
        by_site.setdefault((s, t), []).append((1.0, started))
    return [level.program.linear(terms) for terms in by_site.values()]
