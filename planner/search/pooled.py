"""Stage 1, and the cost stage where nothing holds service back: proven on the pooled model, placed on the exact one.

The pooled model tracks racks in one place instead of at every site. Any plan of the exact model is one of the pooled
model, so the pooled bound holds for both, and it is a small part of the work.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from planner.formulation.balances import counted_period
from planner.formulation.objective import Aim
from planner.search import prove
from planner.search.base import choices, relaxed
from planner.search.improve import CORES, Improving, improved
from planner.search.levels import Clock, Level
from planner.search.models import least_movement, seen, transferred, with_movement
from planner.search.planned import Planned
from planner.search.racks import Note
from planner.search.tighten import Empty, tightened
from planner.search.verdicts import NUMERIC, better, tightest, with_bound
from planner.solve import Limits, Outcome, Progress, Row, Vector, Verdict, relative_gap

#: parts of the gap: for choosing sites, for the pooled bound, for a first plan
SITES_GAP, BOUND_GAP, HALLS_GAP = 0.5, 0.65, 0.8
#: what placing may lose of a pooled plan, in gaps, before other choices are looked for, and their part of the time
PLACING_GAP, PLAN_SHARE = 0.8, 0.4
#: idle neighbourhoods until a plan is taken for good enough, where a better one is known to be near or time is at hand
PATIENT = 5
#: gaps that whole racks are taken to cost a plan before that is known, in the first stage and later
FIRST_ALLOWED_GAP, ALLOWED_GAP = 0.15, 0.1
#: a start serves this times what a chosen site owes: in the pool its racks may come from anywhere
SERVING_ROOM = 1.1
#: a bound this near is a proof, in gaps
PROVEN = 0.99
#: below this part of the gap the pooled bound is not asked for: the plan is too far
LEAST_GAP_SHARE = 0.05


def _worse(aim: Aim, value: float | None, share: float) -> float:
    """A value less good by a share of it."""
    assert value is not None
    return value + (share if aim.sense == "min" else -share) * abs(value)


class PooledStages(Planned):
    """Stages on the pooled model."""

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
        held = {int(i): float(round(sites.values[i])) for i in np.flatnonzero(opens)}
        start = self._pooled_solve(
            0, "halls and power", HALLS_GAP, 0.12, limits, clock, note, fixed=held, rows=self._balanced(pool)
        )

        best: Outcome | None = None
        if start.values is not None and pool is not self.exact and limits.gap > NUMERIC:
            best, found = self._opening_beyond(start, limits, clock, note)
            if best is not None and (self._proven(best, found, limits) or clock.left() <= 1 or found.interrupted):
                return with_bound(best, found, limits)
            start = found if found.values is not None else start
        return self._opening_proof(start, best, limits, clock, note)

    def _opening_beyond(
        self, start: Outcome, limits: Limits, clock: Clock, note: Note
    ) -> tuple[Outcome | None, Outcome]:
        """The first plan placed, while the pool is searched for one beyond what it will come to by the gap."""
        pool, aim = self._pool(), self._pool().aims[0]
        few = self._only(self._opened(pool, start))
        hosted = self._hosted_in_parts(few, 0, start, limits, clock, note)
        at = prove.mark(aim, pool.objectives[0], _worse(aim, hosted, FIRST_ALLOWED_GAP * limits.gap), limits.gap)
        parts = prove.parts_by_sites(pool, list(few.formulation.case.sites))
        with ThreadPoolExecutor(1) as other_core:
            made = other_core.submit(self._on_few_sites, pool, start, limits, clock, note)
            program = seen(pool, aim)
            # limits asked for site by site cost more here than they save
            found = prove.beyond(pool, 0, program, at, relaxed(pool), limits, clock, note, CORES, parts, tight=False)
            return made.result(), found

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
        return self._proven_beside_placing(k, start, standing, limits, clock, note)

    def _proven_beside_placing(
        self, k: int, start: Outcome, best: Outcome, limits: Limits, clock: Clock, note: Note
    ) -> Outcome:
        """A pooled plan is made better and its racks whole, while the pool is searched for one beyond it by the gap.

        What whole racks cost is not known when that search begins, so its mark allows for some. If they cost more,
        better plans are looked for on the exact model, beside a search beyond what the best one came to.
        """
        pool, exact, aim = self._pool(), self.exact, self._pool().aims[k]
        program, objective = seen(pool, aim), with_movement(pool, k, self._least)
        bound: float | None = None
        found, placing = start, True
        while True:
            ended = threading.Event()
            if placing:
                plan = improved(self._improving(pool, k, limits, clock.share(PLAN_SHARE), note), found, 1)
                make = partial(self._carried, pool, exact, k, plan, limits, clock, note)
                hosted = self._hosted_in_parts(exact, k, plan, limits, clock, note)
                asked = _worse(aim, hosted, ALLOWED_GAP * limits.gap)
            else:
                make = partial(self._nearer_beside, k, best, limits, clock, note, ended)
                asked = _worse(aim, best.objective, 0.0)
            assert plan.values is not None
            parts = prove.parts_by_halls(pool, plan.values, pool)
            at = prove.mark(aim, objective, asked, limits.gap)
            with ThreadPoolExecutor(1) as other_core:
                made = other_core.submit(make)
                found = prove.beyond(pool, k, program, at, relaxed(pool), limits, clock, note, CORES, parts)
                ended.set()
                before, best = best, better(aim, made.result(), best) or best
            bound = tightest(aim, bound, found.bound)
            if self._proven(best, replace(best, bound=bound), limits) or clock.left() <= 1 or found.interrupted:
                break
            if best is before and (found.values is not None or not placing):
                # what is beyond the mark in the pool cannot be placed, or nothing is and no better plan is near
                break
            placing = found.values is not None
        return self._closed(k, best, bound, limits, clock, note)

    def _hosted_in_parts(
        self, level: Level, k: int, plan: Outcome, limits: Limits, clock: Clock, note: Note
    ) -> float | None:
        """What the choices of a pooled plan come to on an exact model with racks and hosts in parts."""
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
        return plan.objective if found.objective is None else found.objective

    def _nearer_beside(
        self, k: int, best: Outcome, limits: Limits, clock: Clock, note: Note, ended: threading.Event
    ) -> Outcome | None:
        """A better plan from one of the exact model; not in a run that is to be repeated, since a clock ends it."""
        if limits.seconds is None:
            return None
        on = self._improving(self.exact, k, limits, clock.share(PLAN_SHARE), note, ended)
        plan = improved(on, best, PATIENT, cores=1)
        assert best.values is not None
        assert plan.values is not None
        if ended.is_set() or choices(self.exact, self.exact, plan.values) == choices(
            self.exact, self.exact, best.values
        ):
            return None
        return self._placed(self.exact, k, plan, limits, clock, note)

    def _improving(
        self, level: Level, k: int, limits: Limits, clock: Clock, note: Note, cancel: threading.Event | None = None
    ) -> Improving:
        return Improving(level, k, seen(level, level.aims[k]), level.rows, relaxed(level), limits, clock, note, cancel)

    def _opening_proof(self, start: Outcome, best: Outcome | None, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """While one core raises the pooled bound from a plan, the other makes the racks of that plan whole."""
        pool, aim = self._pool(), self._pool().aims[0]
        timed = limits.seconds is not None
        proven = threading.Event()

        def carry(found: Outcome) -> Outcome | None:
            return self._on_few_sites(pool, found, limits, clock, note)

        def place() -> None:
            nonlocal best
            best = better(aim, carry(start), best)

        def told(phase: str, p: Progress) -> None:
            note(phase, p)
            gap = relative_gap(best.objective, p.bound) if best is not None else None
            if timed and gap is not None and gap <= PROVEN * limits.gap:
                proven.set()

        with ThreadPoolExecutor(1) as other_core:
            placing = other_core.submit(place) if start.values is not None else None
            bound = self._pooled_solve(
                0, "bound", BOUND_GAP, 0.85, limits, clock, told, start=start.values, cancel=proven if timed else None
            )
            if placing:
                placing.result()
        if bound.verdict is Verdict.INFEASIBLE:
            return bound
        if not self._proven(best, bound, limits) and bound.values is not None and bound.objective != start.objective:
            best = better(aim, best, carry(bound))
        missing = self._missing_gap(aim, best, bound, limits)
        if missing is not None and clock.left() > 1:
            deeper = self._pooled_solve(0, "bound", missing / limits.gap, 0.85, limits, clock, note, start=bound.values)
            bound = deeper if deeper.bound is not None else bound
        if best is None:
            return self._exact(0, limits, clock, note, None)
        return self._closed(0, best, bound.bound, limits, clock, note)

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

    def _opened(self, level: Level, plan: Outcome) -> list[str]:
        """The sites that a plan opens, in the order of the case."""
        assert plan.values is not None
        opens = level.formulation.model.sites.opens
        opened = {s for (s, _), v in opens.items() if plan.values[level.program.column_of(v)] > 0.5}
        return [s for s in self.case.sites if s in opened]

    def _far(self, placed: Outcome, found: Outcome, limits: Limits) -> bool:
        """Whether the exact model lost so much of a pooled plan that other choices may well be better."""
        reached, wanted = placed.objective or 0.0, found.objective or 0.0
        return abs(reached - wanted) > PLACING_GAP * limits.gap * abs(wanted)

    def _nearer(self, few: Level, placed: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome:
        plan = improved(self._improving(few, 0, limits, clock, note), placed, 2)
        if plan.values is placed.values:
            return placed
        return better(few.aims[0], self._placed(few, 0, plan, limits, clock, note), placed) or placed

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
