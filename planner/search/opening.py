"""Stage 1: sites, halls and power on the pooled model, whole racks on the exact model of the sites, and the proof."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np

from planner.formulation.balances import counted_period
from planner.search import prove
from planner.search.base import choices, relaxed
from planner.search.bounded import PLAN_SHARE, Standing, worse
from planner.search.gated import Gated
from planner.search.improve import CORES, WORTHWHILE, Improving, improved, neighbourhoods
from planner.search.levels import Clock, Level
from planner.search.models import pooled, seen, transferred
from planner.search.racks import Note
from planner.search.rolling import rolled, windows
from planner.search.verdicts import NUMERIC, better, tightest
from planner.solve import Limits, Outcome, Row, Verdict

#: parts of the gap: for choosing sites, for a first plan
SITES_GAP, HALLS_GAP = 0.5, 0.8
#: parts of the time for a first plan, for going over it again
HALLS_SHARE, AGAIN_SHARE = 0.35, 0.4
#: idle pairs of years until a first plan is taken for good enough
IDLE = 2
#: gaps that placing may lose of a pooled plan before other choices are looked for
PLACING_GAP = 0.8
#: gaps that whole racks are taken to cost a plan before that is known
FIRST_ALLOWED_GAP = 0.15
#: a start serves this times what a chosen site owes: in the pool its racks may come from anywhere
SERVING_ROOM = 1.1


class Opening(Gated):
    """The first stage."""

    def pooled_opening(self, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """Sites by a relaxation in which they alone are whole, halls and power on those, then the proof."""
        pool = self._pool()
        opens = pool.columns("sites.opens")
        # few whole columns: the relaxation is nearly whole by itself, and heuristics take longer than the proof
        sites = self._pooled_solve(
            0, "sites", SITES_GAP, 0.25, limits, clock, note, relaxed=~opens, bound_only=True, confirm=True
        )
        if sites.values is None:
            return sites if sites.verdict is Verdict.INFEASIBLE else self._exact(0, limits, clock, note, None)
        if self.gated and pool is not self.exact and limits.gap > NUMERIC:
            return self._gated_opening(sites, limits, clock, note)
        start, on = self._halls(sites, limits, clock, note)
        if start.values is None or pool is self.exact or limits.gap <= NUMERIC:
            return self._raised(start, None, limits, clock, note, None)
        best, start, found = self._opening_beyond(start, on, sites.bound, limits, clock, note)
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

    def _halls(self, sites: Outcome, limits: Limits, clock: Clock, note: Note) -> tuple[Outcome, Improving]:
        """Halls and power on the chosen sites, as a plan of the pool with all sites, and where it was made.

        One core asks for all years at once, the other rolls the horizon; the first that has a plan ends the other. A
        plan made year by year did not see what comes later: its years are gone over again.
        """
        assert sites.values is not None
        pool, aim = self._pool(), self._pool().aims[0]
        chosen = self._opened(pool, sites)
        few = pool if chosen == list(self.case.sites) else pooled(self.case.only(chosen), self._log)
        whole = choices(pool, few, sites.values)
        opened = {int(i): whole[int(i)] for i in np.flatnonzero(few.columns("sites.opens"))}
        has_plan = threading.Event() if limits.seconds is not None else None
        on = self._improving(few, 0, limits, clock.share(HALLS_SHARE), note, has_plan)
        on = replace(on, rows=[*few.rows, *self._balanced(few)])

        def ended(found: Outcome | None) -> Outcome | None:
            if has_plan is not None and found is not None and found.values is not None:
                has_plan.set()
            return found

        with ThreadPoolExecutor(1) as other_core:
            rolling = other_core.submit(lambda: ended(rolled(on, opened))) if limits.gap > NUMERIC else None
            found = on.program.solve(
                few.objectives[0],
                aim.sense,
                replace(limits, gap=HALLS_GAP * limits.gap, seconds=on.clock.part(1.0)),
                rows=on.rows,
                relaxed=on.relaxed,
                fixed=opened,
                progress=lambda p: note("halls and power", p),
                confirm=False,
                cancel=has_plan,
            )
            ended(found)
            by_years = rolling.result() if rolling else None
        plan = better(aim, found, by_years)
        on = replace(on, cancel=None, clock=clock)
        if plan is None:
            return found, on
        if plan is by_years:
            again = replace(on, clock=clock.share(AGAIN_SHARE))
            plan = improved(again, plan, IDLE, around=list(windows(few, on.whole)))
        return replace(plan, values=transferred(plan.values, few, pool)), on  # type: ignore[arg-type]

    def _opening_beyond(
        self, start: Outcome, on: Improving, known: float | None, limits: Limits, clock: Clock, note: Note
    ) -> tuple[Outcome | None, Outcome, Outcome]:
        """The first plan placed, while the pool is searched for one beyond what it will come to by the gap.

        Until that search ends, the pooled plan is made better where it was made, ``on``, and placed again. ``known`` is
        a bound that holds already. Returns the best plan placed, the pooled one, and what was found.
        """
        pool, aim = self._pool(), self._pool().aims[0]
        few = self._only(self._opened(pool, start))
        hosted = self._hosted_in_parts(few, 0, start, limits, clock, note)
        at = prove.mark(aim, pool.objectives[0], worse(aim, hosted, FIRST_ALLOWED_GAP * limits.gap), limits.gap)
        parts = prove.parts_by_sites(pool, list(few.formulation.case.sites))
        standing = Standing(aim, limits, None, known)
        over = standing.proven

        def made() -> Outcome:
            plan = start
            while True:
                standing.planned(self._on_few_sites(pool, plan, limits, clock, note))
                if limits.seconds is None or over.is_set() or clock.left() <= 1:
                    return plan
                nearer = self._again(replace(on, cancel=over, clock=clock.share(AGAIN_SHARE)), pool, plan)
                if over.is_set() or nearer is plan:
                    return plan
                plan = nearer

        with ThreadPoolExecutor(1) as other_core:
            making = other_core.submit(made)
            program = seen(pool, aim)
            # limits asked for site by site cost more here than they save
            found = prove.beyond(
                pool, 0, program, at, relaxed(pool), limits, clock, note, CORES, parts, False, over, standing.bounded
            )
            over.set()
            plan = making.result()
        return standing.best, plan, replace(found, bound=tightest(aim, standing.bound, found.bound))

    def _again(self, on: Improving, pool: Level, plan: Outcome) -> Outcome:
        """A pooled plan made better by years, pairs of sites, sites; the same plan where that gains little."""
        assert plan.values is not None
        assert plan.objective is not None
        start = replace(plan, values=transferred(plan.values, pool, on.level))
        around = [*windows(on.level, on.whole), *reversed(neighbourhoods(on.level, on.whole))]
        found = improved(on, start, len(around), 1, around)
        if abs((found.objective or 0.0) - plan.objective) <= WORTHWHILE * on.limits.gap * abs(plan.objective):
            return plan
        return replace(found, values=transferred(found.values, on.level, pool))  # type: ignore[arg-type]

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
        return abs(reached - wanted) > PLACING_GAP * limits.gap * abs(wanted)

    def _nearer(self, few: Level, placed: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome:
        plan = improved(self._improving(few, 0, limits, clock, note), placed, 2)
        if plan.values is placed.values:
            return placed
        return better(few.aims[0], self._placed(few, 0, plan, limits, clock, note), placed) or placed

    def _balanced(self, pool: Level) -> list[Row]:
        """The pool cannot see who serves what: a start is kept clear of what sites owe and of what they may carry."""
        p, accounts = self.case.periods, pool.formulation.accounts
        share = self.case.parameter("largest_site_share")
        sites = list(pool.formulation.case.sites)
        rows = []
        if (by := counted_period(self.case)) is not None:
            least = SERVING_ROOM * self.case.parameter("minimum_site_serving_mw")
            for s in sites:
                owed = [(-least * n, v) for n, v in accounts.terms("opened", s, p.last)]
                rows.append(
                    Row(f"serves[{s}]", pool.program.linear([*accounts.terms("running_mw", s, by), *owed]), lower=0.0)
                )
        for t in p:
            if t > 0 and p.year(t) >= self.case.parameter("share_rule_from_year"):
                everyone = [(-share * n, v) for s in sites for n, v in accounts.terms("populated_mw", s, t - 1)]
                for s in sites:
                    mine = pool.program.linear([*accounts.terms("populated_mw", s, t - 1), *everyone])
                    rows.append(Row(f"balanced[{s},{p.label(t)}]", mine, upper=0.0))
        return rows
