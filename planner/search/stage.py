"""How a stage is solved: a good plan first, then the proof that no plan beats it by the gap."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from planner.search import prove
from planner.search.base import relaxed
from planner.search.bounded import PATIENT, worse
from planner.search.fitting import ROOM
from planner.search.improve import CORES, Improving, improved
from planner.search.levels import Clock, Kept, Level
from planner.search.models import OPERATING_RULES, moved, moved_musd, room, seen, transferred
from planner.search.racks import Note, untold
from planner.search.shortfall import ShortfallStage
from planner.search.verdicts import NUMERIC, better, tightest
from planner.solve import Limits, Outcome, Row, Vector, Verdict

#: part of a later stage's time for its plan, before the proof
PLAN_SHARE = 0.5
#: gaps that whole racks may cost a plan where gates hold service back
PLACING_GAPS = 4.0


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
        # what gates cost is seen where sites are told apart
        model = level if self.gated and not shortfall else pool
        patience, start = PATIENT if self.gated else 1, best
        while True:
            assert start.values is not None
            if shortfall:
                on = self._improving_halls(level, k, start.values, limits, clock, note)
            else:
                on = self._improving(level, k, limits, clock.share(PLAN_SHARE), note)
                if self.gated:
                    start, on = self._clear_of_floor(start, on)
            plan = improved(on, start, patience)
            best, found = self._placed_and_proven(model, k, plan, best, limits, clock, note)
            if found.values is None or clock.left() <= 1:
                break
            nearer = self._carried(model, level, k, found, limits, clock, note)
            if nearer is not None and better(aim, best, nearer) is not best:
                best = start = nearer
            elif patience < PATIENT:
                # the plan found cannot be placed: one that can is looked for with more care
                patience, start = PATIENT, plan
            else:
                break
        return self._closed(k, best, tightest(aim, known, found.bound), limits, clock, note)

    def _clear_of_floor(self, start: Outcome, on: Improving) -> tuple[Outcome, Improving]:
        """The plan as far above the first stage's floor as whole racks may cost, and where plans stay there.

        Where the time gives no such plan, as they were: what is found then may not take whole racks.
        """
        level, aim = on.level, on.level.aims[0]
        rows = room(level, self.kept, ROOM * self._loss)
        if not rows:
            return start, on
        (clear,) = rows
        enough = clear.lower if aim.sense == "max" else clear.upper
        assert start.values is not None
        by_value = replace(start, objective=level.objectives[0].at(start.values))
        rising = replace(on, k=0, note=lambda phase, p: on.note(phase, untold(p)), enough=enough)
        found = improved(rising, by_value, PATIENT)
        if found.values is None or not rising.reached(found.objective):
            return start, on
        there = replace(found, objective=level.objectives[on.k].at(found.values), bound=None, gap=None)
        return there, replace(on, rows=[*on.rows, clear])

    def _placed_and_proven(
        self, model: Level, k: int, plan: Outcome, best: Outcome, limits: Limits, clock: Clock, note: Note
    ) -> tuple[Outcome, Outcome]:
        """The better of two plans with racks made whole, while the search for one beyond the first goes on."""
        level, aim = self.exact, self.exact.aims[k]
        assert plan.values is not None
        parts = prove.parts_by_halls(level, plan.values, model)
        at = prove.mark(aim, model.objectives[k], plan.objective or 0.0, limits.gap)
        worth, shortfall = None, aim.stage.name == "goal shortfall"
        if self.gated and not shortfall:
            # what is cheapest stands on the first floor, where gates leave whole racks no other place
            worth = worse(aim, plan.objective, PLACING_GAPS * limits.gap)
        with ThreadPoolExecutor(1) as other:
            placing = None
            if plan.values is not best.values:
                placing = other.submit(self._carried, level, level, k, plan, limits, clock, note, worth=worth)
            # limits asked for say little of dollars, and take longer where sites are told apart
            tight = shortfall or not self.gated
            found = prove.beyond(
                model, k, seen(model, aim), at, relaxed(model), limits, clock, note, CORES, parts, tight
            )
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
