"""How a stage is solved: a good plan first, then the proof that no plan beats it by the gap."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from planner.search import prove
from planner.search.base import relaxed
from planner.search.bounded import PATIENT
from planner.search.improve import CORES, improved
from planner.search.levels import Clock, Kept
from planner.search.models import OPERATING_RULES, moved, moved_musd, seen, transferred
from planner.search.racks import Note
from planner.search.shortfall import ShortfallStage
from planner.search.verdicts import NUMERIC, better, tightest
from planner.solve import Limits, Outcome, Row, Vector, Verdict

#: part of a later stage's time for its plan, before the proof
PLAN_SHARE = 0.5


class Search(ShortfallStage):
    """The stages of a case, one at a time."""

    def stage(self, k: int, limits: Limits, note: Note, before: Vector | None) -> Outcome:
        """Solve stage ``k`` on top of the stages kept; ``before`` is the plan of the stage before."""
        began = time.perf_counter()
        clock = Clock(limits.seconds, self._pace)
        if before is None:
            outcome = self.pooled_opening(limits, clock, note)
        else:
            outcome = self._later(k, limits, clock, note, before)
        return replace(outcome, seconds=time.perf_counter() - began)

    # later stages

    def _later(self, k: int, limits: Limits, clock: Clock, note: Note, before: Vector) -> Outcome:
        level, pool = self.exact, self._pool()
        aim = level.aims[k]
        before = level.settled(before)
        best = Outcome(Verdict.WITHIN_LIMITS, level.objectives[k].at(before), None, None, 0.0, 0, before)
        shortfall = aim.stage.name == "goal shortfall"
        if pool is not level and not shortfall and not self.gated:
            return self.pooled_later(k, limits, clock, note, before, best)
        known: float | None = None
        if pool is not level and shortfall and not self.gated and limits.gap > NUMERIC:
            best, known = self._pooled_shortfall(k, limits, clock, note, before, best)
            if self._proven(best, replace(best, bound=known), limits) or best.interrupted or clock.left() <= 1:
                return self._closed(k, best, known, limits, clock, note)
        patience, start = PATIENT if self.gated else 1, best
        while True:
            assert start.values is not None
            if shortfall:
                on = self._improving_halls(level, k, start.values, limits, clock, note)
            else:
                on = self._improving(level, k, limits, clock.share(PLAN_SHARE), note)
            plan = improved(on, start, patience)
            best, found = self._placed_and_proven(k, plan, best, limits, clock, note)
            if found.values is None or clock.left() <= 1:
                break
            nearer = self._carried(pool, level, k, found, limits, clock, note)
            if nearer is not None and better(aim, best, nearer) is not best:
                best = start = nearer
            elif patience < PATIENT:
                # the plan found cannot be placed: one that can is looked for with more care
                patience, start = PATIENT, plan
            else:
                break
        return self._closed(k, best, tightest(aim, known, found.bound), limits, clock, note)

    def _placed_and_proven(
        self, k: int, plan: Outcome, best: Outcome, limits: Limits, clock: Clock, note: Note
    ) -> tuple[Outcome, Outcome]:
        """The better of two plans with racks made whole, while the search for one beyond the first goes on."""
        level, pool, aim = self.exact, self._pool(), self.exact.aims[k]
        assert plan.values is not None
        parts = prove.parts_by_halls(level, plan.values, pool)
        at = prove.mark(aim, pool.objectives[k], plan.objective or 0.0, limits.gap)
        with ThreadPoolExecutor(1) as other:
            placing = None
            if plan.values is not best.values:
                placing = other.submit(self._placed, level, k, plan, limits, clock, note)
            found = prove.beyond(pool, k, seen(pool, aim), at, relaxed(pool), limits, clock, note, CORES, parts)
            placed = placing.result() if placing else None
        return better(aim, placed, best) or best, found

    # between stages

    def keep(self, k: int, outcome: Outcome) -> tuple[Kept, Vector]:
        """Hold stage ``k`` for the later ones; returns what is held and the plan on the model that goes on."""
        assert outcome.values is not None
        stage = self.exact.aims[k].stage
        kept = moved(self.exact, outcome.values, k, stage.give_back_budget_share, stage.give_back_share, self.case)
        self.kept.append(kept)
        levels = (self.exact, self._pooled, *self._fewer.values(), *self._fewer_pools.values())
        for level in {id(x): x for x in levels if x is not None}.values():
            level.keep(kept)
        return kept, self._narrowed(outcome.values, kept.moved_limit_musd)

    def moved_musd(self, kept: Kept, values: Vector) -> float | None:
        return moved_musd(self.exact, kept, values)

    def _narrowed(self, values: Vector, limit_musd: float | None) -> Vector:
        """Leave out sites that no later plan can open: opening one, even in parts, would move more than the limit."""
        wide = self.exact
        chosen = [
            s
            for s in wide.formulation.case.sites
            if any(
                values[wide.program.column_of(v)] > 0.5
                for (r, _), v in wide.formulation.model.sites.opens.items()
                if r == s
            )
        ]
        pool = self._pool()
        others = [(1.0, v) for (s, _), v in pool.formulation.model.sites.opens.items() if s not in chosen]
        if limit_musd is None or not others:
            return values
        another = Row("another site", pool.program.linear(others), lower=1.0)
        least = pool.program.without(*OPERATING_RULES).solve(
            pool.rows[-1].expression,
            "min",
            Limits(seconds=20.0),
            rows=[*pool.rows[:-1], another],
            relaxed=pool.program.whole,
            confirm=False,
        )
        opened = least.verdict is Verdict.OPTIMAL and (least.objective or 0.0) > limit_musd * (1 + 1e-6)
        if not opened and least.verdict is not Verdict.INFEASIBLE:
            return values
        self.exact = self._only(chosen)
        self._pooled = self._pool_of(chosen)
        self._fewer.clear()
        self._fewer_pools.clear()
        return transferred(values, wide, self.exact)
