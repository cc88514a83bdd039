"""Halls and power on the chosen sites: all years at once on one core, the horizon rolled on the other."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from planner.formulation import combinations as combos
from planner.formulation.balances import counted_period
from planner.search.base import choices, relaxed
from planner.search.bounded import Bounded
from planner.search.improve import CORES, WORTHWHILE, Improving, Neighbourhood, improved, neighbourhoods
from planner.search.levels import Clock, Level
from planner.search.models import seen, transferred
from planner.search.racks import MET, Note
from planner.search.rolling import WINDOW_GAP, rolled, windows
from planner.search.verdicts import NUMERIC, better, tightest
from planner.solve import Limits, Outcome, Row, relative_gap

#: part of the gap for a first plan
HALLS_GAP = 0.8
#: parts of the time for it, for going over it again
HALLS_SHARE, AGAIN_SHARE = 0.35, 0.5
#: a first plan this near a bound is good enough to place: each window of years may be so far from its best by half
NEAR_ENOUGH = 2 * WINDOW_GAP
#: a start serves this times what a chosen site owes: in the pool its racks may come from anywhere
SERVING_ROOM = 1.1


class Halls(Bounded):
    """First plans of the pool."""

    def halls(self, sites: Outcome, limits: Limits, clock: Clock, note: Note) -> tuple[Outcome, Improving]:
        """Halls and power on the chosen sites, as a plan of the pool of these, and where it was made.

        One core asks for all years at once, the other rolls the horizon; the first that has a plan ends the other. A
        plan made year by year did not see what comes later: its years are gone over again, unless it is near a bound.
        """
        aim = self._pool().aims[0]
        has_plan = threading.Event() if limits.seconds is not None else None
        on, opened = self._on_sites(sites, limits, clock.share(HALLS_SHARE), note)
        on = replace(on, cancel=has_plan)

        def ended(found: Outcome | None) -> Outcome | None:
            if has_plan is not None and found is not None and found.values is not None:
                has_plan.set()
            return found

        with ThreadPoolExecutor(1) as other_core:
            rolling = other_core.submit(lambda: ended(rolled(on, opened))) if limits.gap > NUMERIC else None
            found = on.program.solve(
                on.level.objectives[0],
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
        bound = tightest(aim, found.bound, sites.bound)

        def near(plan: Outcome, _: int) -> bool:
            distance = relative_gap(plan.objective, bound)
            return distance is not None and distance <= NEAR_ENOUGH

        if not near(plan, 0):
            around = parts(on)
            over_again = replace(on, clock=clock.share(AGAIN_SHARE))
            plan = improved(over_again, plan, len(around) // CORES, around=around, done=near)
        return plan, on

    def _on_sites(self, sites: Outcome, limits: Limits, clock: Clock, note: Note) -> tuple[Improving, dict[int, float]]:
        """The pool of the chosen sites, kept clear of what it cannot see, and when these open."""
        assert sites.values is not None
        pool = self._pool()
        chosen = self._opened(pool, sites)
        few = self._pool_of(chosen)
        whole = choices(pool, few, sites.values)
        opened = {int(i): whole[int(i)] for i in np.flatnonzero(few.columns("sites.opens"))}
        on = self._improving(few, 0, limits, clock, note)
        return replace(on, rows=[*few.rows, *self._balanced(few)]), opened

    def wide(self, plan: Outcome, on: Improving) -> Outcome:
        """A plan of the pool of some sites as one of all sites; where its rules count otherwise, around its choices."""
        pool, few = self._pool(), on.level
        if plan.values is None or few is pool:
            return plan
        values, program = transferred(plan.values, few, pool), seen(pool, pool.aims[0])
        if program.violation(values) <= MET:
            return replace(plan, values=values)
        return program.solve(
            pool.objectives[0],
            pool.aims[0].sense,
            replace(on.limits, seconds=on.clock.part(0.2)),
            fixed=choices(pool, pool, values),
            relaxed=relaxed(pool),
            confirm=False,
        )

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
                running = [x for q in combos.rack_classes(self.case) for x in accounts.terms("running_mw", s, q, by)]
                rows.append(Row(f"serves[{s}]", pool.program.linear([*running, *owed]), lower=0.0))
        for t in p:
            if t > 0 and p.year(t) >= self.case.parameter("share_rule_from_year"):
                everyone = [(-share * n, v) for s in sites for n, v in accounts.terms("populated_mw", s, t - 1)]
                for s in sites:
                    mine = pool.program.linear([*accounts.terms("populated_mw", s, t - 1), *everyone])
                    rows.append(Row(f"balanced[{s},{p.label(t)}]", mine, upper=0.0))
        return rows


def parts(on: Improving) -> list[Neighbourhood]:
    """Years, pairs of sites, sites."""
    return [*windows(on.level, on.whole), *reversed(neighbourhoods(on.level, on.whole))]


def again(on: Improving, plan: Outcome) -> Outcome:
    """A plan made better by years, pairs of sites, sites; the same plan where that gains little."""
    around = parts(on)
    found = improved(on, plan, len(around), 1, around)
    gained = abs((found.objective or 0.0) - (plan.objective or 0.0))
    return found if gained > WORTHWHILE * on.limits.gap * abs(plan.objective or 0.0) else plan
