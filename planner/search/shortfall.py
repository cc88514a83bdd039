"""The shortfall stage: plans of the pool, made to fit the exact model, while no plan beyond them is found.

A shortfall moves in steps of whole halls, so that neither a neighbourhood nor a branch tells which way to go. What
keeps the next hall out is what the first stage left, value or dollars to move: the scarcer of the two leads the search.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from planner.search import prove
from planner.search.base import choices, relaxed
from planner.search.bounded import PATIENT, PLAN_SHARE
from planner.search.fitting import ROOM
from planner.search.improve import CORES, NEAR_HALLS, Improving, improved, neighbourhoods
from planner.search.levels import Clock, Level
from planner.search.models import room, seen
from planner.search.pooled import PooledStages
from planner.search.racks import MET, Note
from planner.search.verdicts import better, tightest
from planner.solve import Limits, Outcome, Progress, Row, Vector

#: times the seconds of a neighbourhood where a plan proven in the pool is made to fit
PATIENT_TIMES = 3.0
#: the same where the first halls in balance are looked for: with less, plans that do not fit are all there is
FIRST_TIMES = 1.5
#: part of the time for what leads the search
LEAD_SHARE = 0.1
#: idle pairs of neighbourhoods until plans of whole halls are taken for good enough
HALLS_IDLE = 2


class ShortfallStage(PooledStages):
    """Goals of power and compute, as far as the floor of the first stage leaves room."""

    def _improving_halls(
        self, level: Level, k: int, start: Vector, limits: Limits, clock: Clock, note: Note
    ) -> Improving:
        """Neighbourhoods of whole halls; what they find fits as far as a row can say it, where the start does.

        In the pool no site carries more than its share; on the exact model the first floor leaves room for whole racks.
        """
        on = replace(self._improving(level, k, limits, clock.share(PLAN_SHARE), note), near=NEAR_HALLS)
        wished = self._balanced(level) if level is self._pool() else room(level, self.kept, ROOM * self._loss)
        return replace(on, rows=[*level.rows, *(r for r in wished if on.program.violation(start, [r]) <= MET)])

    def _first_halls(self, k: int, plan: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """More halls: in balance on one core, on the other without that, which counts if a gap ahead.

        Once it is that far ahead of all that can be found in balance, that is not waited for; nor is it, once what is
        in balance is found: a plan that keeps no balance seldom fits.
        """
        pool = self._pool()
        aim = pool.aims[k]
        assert plan.values is not None
        kept = self._improving_halls(pool, k, plan.values, limits, clock, note)
        free, longer = replace(kept, rows=pool.rows), replace(kept, seconds=FIRST_TIMES * kept.seconds)
        halls, everything = neighbourhoods(pool, kept.whole)[:2]
        timed = limits.seconds is not None
        balanced, outdone = (threading.Event(), threading.Event()) if timed else (None, None)
        told: dict[str, float | None] = {}

        def ahead(loose: float | None, of: float | None) -> bool:
            if loose is None or of is None:
                return False
            beyond = prove.mark(aim, pool.objectives[k], of, limits.gap).value
            return loose <= beyond if aim.sense == "min" else loose >= beyond

        def heard(name: str) -> Note:
            def hear(phase: str, p: Progress) -> None:
                note(phase, p)
                told[name] = p.incumbent if name == everything.name else p.bound
                if outdone is not None and ahead(told.get(everything.name), told.get(halls.name)):
                    outdone.set()

            return hear

        free, longer = replace(free, note=heard(everything.name)), replace(longer, note=heard(halls.name))
        with ThreadPoolExecutor(CORES) as cores:
            far = cores.submit(free.ask, plan.values, everything, balanced)
            plan = better(aim, longer.ask(plan.values, halls, outdone), plan) or plan
            if balanced is not None and outdone is not None and not outdone.is_set():
                balanced.set()
            loose = far.result()
        return loose if ahead(loose.objective, plan.objective) else plan

    def _more_halls(self, k: int, plan: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """The plan made better site by site: pairs of sites or all halls take as long as the proof that finds more."""
        pool = self._pool()
        assert plan.values is not None
        on = self._improving_halls(pool, k, plan.values, limits, clock, note)
        around = neighbourhoods(pool, on.whole)
        of_sites = [n for n in around if n.name in self.case.sites]
        return improved(on, plan, HALLS_IDLE, around=of_sites)

    def _pooled_shortfall(
        self, k: int, limits: Limits, clock: Clock, note: Note, before: Vector, best: Outcome
    ) -> tuple[Outcome, float | None]:
        """The best plan placed, and a bound, where one was proven."""
        pool, exact, aim = self._pool(), self.exact, self._pool().aims[k]
        plan = self._pooled_solve(k, "start", 1.0, 0.2, limits, clock, note, fixed=choices(exact, pool, before))
        bound: float | None = None
        lead: Row | None = None
        if plan.values is not None:
            plan = self._first_halls(k, plan, limits, clock, note)
        while plan.values is not None and clock.left() > 1:
            plan = self._more_halls(k, plan, limits, clock, note)
            assert plan.values is not None
            assert plan.objective is not None
            at = prove.mark(aim, pool.objectives[k], plan.objective, limits.gap)
            lead = lead or prove.scarcer(pool, seen(pool, aim), at, limits, clock.part(LEAD_SHARE))
            at = prove.led(at, lead)
            parts = prove.parts_by_halls(pool, plan.values, pool)
            with ThreadPoolExecutor(1) as other_core:
                fits = other_core.submit(self._fitted, k, plan, limits, clock, note, best.values)
                # limits asked for take longer than they save
                found = prove.beyond(
                    pool, k, seen(pool, aim), at, relaxed(pool), limits, clock, note, CORES, parts, False
                )
                best = better(aim, best, fits.result()) or best
            bound = tightest(aim, bound, found.bound)
            if found.interrupted:
                return replace(best, interrupted=True), bound
            if found.values is None and not self._proven(best, replace(best, bound=bound), limits):
                # the plan is proven in the pool, so that all that is left to do is to make it fit, with both cores
                fitted = self._led(k, plan, limits, clock, note, patience=PATIENT, times=PATIENT_TIMES)
                best = better(aim, best, fitted) or best
            plan = found
        return best, bound
