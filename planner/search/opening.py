"""Stage 1: sites, halls and power on the pooled model, whole racks on the exact model of the sites, and the proof."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial

from planner.search import prove, screening
from planner.search.base import relaxed
from planner.search.bounded import PLAN_SHARE, Standing, worse
from planner.search.gated import IDLE, NEAR, Gated
from planner.search.halls import AGAIN_SHARE, again
from planner.search.improve import CORES, Improving, improved
from planner.search.levels import Clock, Level
from planner.search.models import seen, transferred
from planner.search.racks import Note
from planner.search.screening import screened
from planner.search.verdicts import NUMERIC, better, tightest, with_bound
from planner.solve import Limits, Outcome, Verdict

#: part of the gap for choosing sites
SITES_GAP = 0.5
#: seconds more, at the pace of the search, for asking about sites once they are chosen
SCREENING_SECONDS = 1.0
#: gaps that placing may lose of a pooled plan before other choices are looked for
PLACING_GAP = 0.8
#: part of the time for a better plan where the first stage goes on
FURTHER_SHARE = 0.6
#: gaps that whole racks are taken to cost a plan before that is known
FIRST_ALLOWED_GAP = 0.35


class Opening(Gated):
    """The first stage."""

    def pooled_opening(self, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """Sites by a relaxation in which they alone are whole, halls and power on those, then the proof."""
        pool = self._pool()
        opens = pool.columns("sites.opens")
        proven_by_parts = pool is not self.exact and limits.gap > NUMERIC
        enough = threading.Event()
        with ThreadPoolExecutor(1) as other_core:
            asked = replace(limits, seconds=clock.part(0.25))
            asking = other_core.submit(screened, pool, seen(pool, pool.aims[0]), asked, self._pace, enough)
            # few whole columns: the relaxation is nearly whole by itself, and heuristics take longer than the proof
            few = replace(limits, interior=True)
            sites = self._pooled_solve(
                0, "sites", SITES_GAP, 0.25, few, clock, note, relaxed=~opens, bound_only=True, confirm=True
            )
            if sites.values is not None:
                # built meanwhile, for what comes next
                chosen = self._opened(pool, sites)
                self._pool_of(chosen)
                self._only(chosen)
            if limits.seconds is not None:
                wait([asking], clock.paced(SCREENING_SECONDS))
                enough.set()
            self._by_site = asking.result()
        if sites.values is None:
            if sites.verdict is Verdict.INFEASIBLE:
                return sites
            alone = self._exact(0, limits, clock, note, None)
            told = replace(alone, bound=tightest(pool.aims[0], sites.bound, alone.bound))
            return told if alone.values is None else with_bound(alone, told, limits)
        if self.gated and proven_by_parts:
            return self._gated_opening(sites, limits, clock, note)
        near, on = self.halls(sites, limits, clock, note)
        start = self.wide(near, on)
        if start.values is None or not proven_by_parts:
            return self._raised(start, None, limits, clock, note, None)
        best, start, found = self._opening_beyond(start, near, on, sites.bound, limits, clock, note)
        if best is not None and (self._proven(best, found, limits) or clock.left() <= 1 or found.interrupted):
            ended = replace(best, interrupted=best.interrupted or found.interrupted)
            return self._closed(0, ended, found.bound, limits, clock, note)
        return self._raised(found if found.values is not None else start, best, limits, clock, note, found.bound)

    def _raised(
        self, start: Outcome, best: Outcome | None, limits: Limits, clock: Clock, note: Note, known: float | None
    ) -> Outcome:
        """The bound of the pool raised from a pooled plan, while that is placed."""
        carry = partial(self._on_few_sites, self._pool(), limits=limits, clock=clock, note=note)
        return self._bound_raised(0, start, best, carry, limits, clock, note, known)

    def _opening_beyond(
        self,
        start: Outcome,
        near: Outcome,
        on: Improving,
        known: float | None,
        limits: Limits,
        clock: Clock,
        note: Note,
    ) -> tuple[Outcome | None, Outcome, Outcome]:
        """The first plan placed, while the pool is searched for one beyond what it will come to by the gap.

        Until that search ends, the plan is made better where it was made (``near`` is it there, ``on`` how), and
        placed again. ``known`` is a bound that holds already. Returns the best plan placed, the pooled one, and what
        was found.
        """
        pool, aim = self._pool(), self._pool().aims[0]
        few = self._only(self._opened(pool, start))
        hosted = self._hosted_in_parts(few, 0, start, limits, clock, note)
        at = prove.mark(aim, pool.objectives[0], worse(aim, hosted, FIRST_ALLOWED_GAP * limits.gap), limits.gap)
        chosen, program = list(few.formulation.case.sites), seen(pool, aim)
        standing = Standing(aim, limits, None, known)
        over = standing.proven

        def made() -> Outcome:
            plan, there = start, near
            while True:
                standing.planned(self._on_few_sites(pool, plan, limits, clock, note))
                if limits.seconds is None or over.is_set() or clock.left() <= 1:
                    return plan
                better_there = again(replace(on, cancel=over, clock=clock.share(AGAIN_SHARE)), there)
                if over.is_set() or better_there is there:
                    return plan
                plan, there = self.wide(better_there, on), better_there

        with ThreadPoolExecutor(1) as other_core:
            making = other_core.submit(made)
            parts = screening.parts(pool, self._others(chosen), at.value)
            # limits asked for site by site cost more here than they save
            found = prove.beyond(
                pool, 0, program, at, relaxed(pool), limits, clock, note, CORES, parts, False, over, standing.bounded
            )
            over.set()
            plan = making.result()
        return standing.best, plan, replace(found, bound=tightest(aim, standing.bound, found.bound))

    def further(self, plan: Outcome, allowed: float, limits: Limits, note: Note) -> Outcome:
        """The first stage gone on with from a plan that is farther from its bound than is ``allowed``."""
        clock = Clock(limits.seconds, self._pace)
        level, pool, aim = self.exact, self._pool(), self.exact.aims[0]
        few = self._only(self._opened(level, plan))
        there = replace(plan, values=transferred(plan.values, level, few))  # type: ignore[arg-type]
        on = replace(self._improving(few, 0, limits, clock.share(FURTHER_SHARE), note), near=NEAR)
        placed = self._placed(few, 0, improved(on, there, IDLE), limits, clock, note)
        if placed is not None and placed.values is not None:
            whole = replace(placed, values=transferred(placed.values, few, level))
            plan = replace(better(aim, whole, plan) or plan, bound=plan.bound)
        known = with_bound(plan, plan, limits)
        if known.interrupted or clock.left() <= 1 or (known.gap is not None and known.gap <= allowed):
            return known
        if self.gated:
            return self._looked_beyond(known, None, known.bound, replace(limits, gap=allowed), clock, note) or known
        at = prove.mark(aim, pool.objectives[0], plan.objective or 0.0, allowed)
        chosen, program = list(few.formulation.case.sites), seen(pool, aim)
        parts = screening.parts(pool, self._others(chosen), at.value)
        found = prove.beyond(pool, 0, program, at, relaxed(pool), limits, clock, note, CORES, parts, False)
        ended, bound = replace(plan, interrupted=found.interrupted), tightest(aim, plan.bound, found.bound)
        ended = with_bound(ended, replace(ended, bound=bound), limits)
        near = ended.gap is not None and ended.gap <= allowed
        return ended if near else self._closed(0, ended, bound, limits, clock, note)

    def _on_few_sites(self, pool: Level, found: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome | None:
        """A pooled plan with whole racks at its sites, as a plan of the exact model."""
        if found.values is None:
            return None
        few = self._only(self._opened(pool, found))
        placed = self._carried(pool, few, 0, found, limits, clock, note)
        if placed is None:
            placed = self._planned(few, 0, limits, clock, note)
        elif self._far(placed, found, limits):
            placed = self._nearer(few, placed, limits, clock.share(PLAN_SHARE), note)
        return placed and replace(placed, values=transferred(placed.values, few, self.exact))  # type: ignore[arg-type]

    def _far(self, placed: Outcome, found: Outcome, limits: Limits) -> bool:
        """Whether the exact model lost so much of a pooled plan that other choices may well be better."""
        reached, wanted = placed.objective or 0.0, found.objective or 0.0
        lost = (wanted - reached) * (1 if self.exact.aims[0].sense == "max" else -1)
        return lost > PLACING_GAP * limits.gap * abs(wanted)

    def _nearer(self, few: Level, placed: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome:
        plan = improved(self._improving(few, 0, limits, clock, note), placed, 2)
        if plan.values is placed.values:
            return placed
        return better(few.aims[0], self._placed(few, 0, plan, limits, clock, note), placed) or placed
