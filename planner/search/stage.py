"""How a stage is solved: a good plan first, then the proof that no plan beats it by the gap.

The pooled model, with racks in one place, tells in seconds which sites a plan worth having can have. On each set of sites that
is left the exact model is small; there racks and cohorts are relaxed, a plan is made, made better part by part
(``search.improve``) and placed: its choices are held while racks and cohorts are made whole.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from planner.formulation import Formulation
from planner.inputs.case import Case
from planner.search import prove
from planner.search.first import first_plan
from planner.search.improve import improved
from planner.search.levels import Clock, Kept, Level
from planner.search.models import level_of, moved, moved_musd, pooled, room, seen, transferred
from planner.search.racks import HOSTS, PLACED, Note, place
from planner.search.tighten import Empty, tightened
from planner.search.verdicts import better, with_bound
from planner.solve import Limits, Outcome, Program, Row, Vector, Verdict

#: part of a stage's time for its plan, before the proof
PLAN_SHARE = 0.6
#: in gaps: how far from the relaxation a first plan is looked for, tried in turn; None: anywhere
BELOW = (12.0, None)
#: how many sites of the relaxation are tried in a first set, and the part of an opening that makes one likely
LIKELY_SITES, LIKELY = 6, 0.02
#: how many sets of sites are looked at one by one; more are left to one search
MOST_SETS = 6
#: a plan keeps this many losses of whole racks clear of the floor it stands on
ROOM, LEAST_LOSS = 1.5, 2e-4
CORES = 2


class Search:
    """The stages of a case, one at a time."""

    def __init__(self, case: Case, exact: Formulation, program: Program) -> None:
        self.case = case
        self.exact = Level.of(exact, program)
        self.kept: list[Kept] = []
        self._log = program.log
        self._pooled: Level | None = None
        self._fewer: dict[tuple[str, ...], Level] = {}
        self._loss = LEAST_LOSS

    def stage(self, k: int, limits: Limits, note: Note, before: Vector | None) -> Outcome:
        """Solve stage ``k`` on top of the stages kept; ``before`` is the plan of the stage before."""
        began = time.perf_counter()
        clock = Clock(limits.seconds)
        if before is None:
            outcome = self._opening(limits, clock, note)
        else:
            outcome = self._later(k, limits, clock, note, before)
        return replace(outcome, seconds=time.perf_counter() - began)

    # the first stage

    def _opening(self, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """Choose sites by the relaxation, plan on them, then prove that no set of sites holds a better plan."""
        pool = self._pool()
        aim = pool.aims[0]
        program = seen(pool, aim)
        loose = program.solve(
            pool.objectives[0],
            aim.sense,
            replace(limits, seconds=clock.part(0.5)),
            relaxed=program.whole,
            progress=lambda p: note("relaxation", p),
        )
        level = None if loose.values is None else self._likely(pool, loose.values, limits, clock)
        if loose.verdict is Verdict.INFEASIBLE:
            return loose
        best = None if level is None else self._planned(level, 0, limits, clock.share(PLAN_SHARE), note)
        if best is None or level is None:
            return self._exact(0, limits, clock, note, None)
        bound, level, best = self._prove_sites(level, best, program, limits, clock, note)
        plan = replace(best, values=transferred(best.values, level, self.exact))  # type: ignore[arg-type]
        return self._closed(0, plan, bound, limits, clock, note)

    def _pool(self) -> Level:
        """The pooled model; with no more sites than are chosen there is nothing to tell apart."""
        if self._pooled is None:
            few = len(self.case.sites) <= self.case.programme.sites.count
            self._pooled = self.exact if few else pooled(self.case, self._log)
        return self._pooled

    def _likely(self, pool: Level, values: Vector, limits: Limits, clock: Clock) -> Level | None:
        """Of the sets of sites that the relaxation opens in part, the one whose own relaxation is best."""
        opened = dict.fromkeys(self.case.sites, 0.0)
        for (s, _), v in pool.formulation.model.sites.opens.items():
            opened[s] += float(values[pool.program.column_of(v)])
        ranked = sorted(self.case.sites, key=lambda s: -opened[s])
        few = [s for s in ranked[:LIKELY_SITES] if opened[s] > LIKELY]
        sets = prove.allowed_sets(self.case, few) or prove.allowed_sets(self.case, ranked)[:1]
        if len(sets) < 2:
            return self._only(sets[0]) if sets else None
        aim, program = pool.aims[0], seen(pool, pool.aims[0])

        def relaxation(sites: list[str]) -> float | None:
            held = {
                pool.program.column_of(v): 0.0
                for (s, _), v in pool.formulation.model.sites.opens.items()
                if s not in sites
            }
            quick = replace(limits, seconds=clock.part(0.2))
            return program.solve(
                pool.objectives[0], aim.sense, quick, relaxed=program.whole, fixed=held, confirm=False
            ).objective

        with ThreadPoolExecutor(CORES) as cores:
            found = [(x, sites) for x, sites in zip(cores.map(relaxation, sets), sets, strict=True) if x is not None]
        pick = max if aim.sense == "max" else min
        return self._only(pick(found)[1]) if found else None

    def _only(self, sites: Sequence[str]) -> Level:
        """The exact model with these sites alone."""
        if list(sites) == list(self.exact.formulation.case.sites):
            return self.exact
        key = tuple(sites)
        if key not in self._fewer:
            self._fewer[key] = level_of(self.case.only(sites), self._log, self.kept)
        return self._fewer[key]

    def _prove_sites(
        self, level: Level, best: Outcome, program: Program, limits: Limits, clock: Clock, note: Note
    ) -> tuple[float | None, Level, Outcome]:
        """The bound over all sets of sites, and the best plan found on the way with its model."""
        pool = self._pool()
        aim = pool.aims[0]
        while True:
            assert best.objective is not None
            at = prove.mark(pool, 0, best.objective, limits.gap)
            if pool is self.exact:
                sets: list[list[str]] | None = [list(self.case.sites)]
            else:
                sets = prove.site_sets(self.case, pool, program, [at.row], clock)
            if sets is None:
                return None, level, best
            if len(sets) > MOST_SETS:
                sets = [[s for s in self.case.sites if any(s in chosen for chosen in sets)]]
            levels = [self._only(sites) for sites in sets]

            def look(here: Level, at: prove.Mark = at, cores: int = CORES if len(levels) == 1 else 1) -> Outcome:
                beyond = prove.mark(here, 0, at.value, 0.0)
                return prove.beyond(here, 0, seen(here, aim), beyond, _relaxed(here), limits, clock, note, cores)

            with ThreadPoolExecutor(CORES) as pool_of_cores:
                looked = list(pool_of_cores.map(look, levels))
            bound = prove.weakest(aim, [at.value, *(o.bound for o in looked)])
            ahead = [(o, here) for o, here in zip(looked, levels, strict=True) if o.values is not None]
            if not ahead or clock.left() <= 1:
                return bound, level, best
            found, here = max(ahead, key=lambda x: abs(x[0].objective or 0.0))
            nearer = self._placed(here, 0, found, limits, clock, note)
            if nearer is None or better(aim, best, nearer) is best:
                return bound, level, best
            best, level = nearer, here

    # plans

    def _planned(self, level: Level, k: int, limits: Limits, clock: Clock, note: Note) -> Outcome | None:
        """A plan from nothing: near the relaxation's value first, where limits are tight and few plans are left."""
        aim = level.aims[k]
        for program in (seen(level, aim), level.program):
            loose = program.solve(
                level.objectives[k], aim.sense, limits, rows=level.rows, relaxed=program.whole, confirm=False
            )
            for below in BELOW if loose.objective is not None else ():
                rows = list(level.rows)
                if below is not None:
                    rows.append(prove.mark(level, k, loose.objective, -below * limits.gap).row)
                    try:
                        rows += tightened(level, program, rows, clock.part(1.0), CORES)
                    except Empty:
                        continue
                first = first_plan(level, k, program, rows, _relaxed(level), limits, clock, note)
                if first is not None:
                    plan = improved(level, k, program, first, rows, _relaxed(level), limits, clock, note)
                    placed = self._placed(level, k, plan, limits, clock, note)
                    if placed is not None:
                        return placed
        return None

    def _placed(
        self, level: Level, k: int, plan: Outcome, limits: Limits, clock: Clock, note: Note
    ) -> Outcome | None:
        """The plan with racks and cohorts made whole; None where there is none."""
        assert plan.values is not None
        held = np.flatnonzero(level.program.whole & ~level.columns(*PLACED, HOSTS))
        choices = {int(i): float(round(plan.values[i])) for i in held}
        found = place(level, k, choices, limits, clock, note, plan.objective)
        if found.values is None or found.objective is None:
            return None
        if k == 0 and plan.objective:
            self._loss = max(LEAST_LOSS, abs(plan.objective - found.objective) / abs(plan.objective))
        return found

    # later stages

    def _later(self, k: int, limits: Limits, clock: Clock, note: Note, before: Vector) -> Outcome:
        level = self.exact
        aim, program, relaxed = level.aims[k], seen(level, level.aims[k]), _relaxed(level)
        best = Outcome(Verdict.WITHIN_LIMITS, level.objectives[k].at(before), None, None, 0.0, 0, before)
        clear = room(level, self.kept, ROOM * self._loss) if aim.stage.name == "goal shortfall" else []
        rows = [*level.rows, *(clear if program.violation(before, clear) <= 1e-6 else [])]
        plan = improved(level, k, program, best, rows, relaxed, limits, clock.share(PLAN_SHARE), note)
        if plan.values is not before:
            best = better(aim, self._placed(level, k, plan, limits, clock, note), best) or best
        while True:
            at = prove.mark(level, k, best.objective or 0.0, limits.gap)
            found = prove.beyond(level, k, program, at, relaxed, limits, clock, note, CORES)
            if found.values is None or clock.left() <= 1:
                break
            nearer = self._placed(level, k, found, limits, clock, note)
            if nearer is None or better(aim, best, nearer) is best:
                break
            best = nearer
        return self._closed(k, best, found.bound, limits, clock, note)

    # the end of a stage

    def _closed(
        self, k: int, plan: Outcome, bound: float | None, limits: Limits, clock: Clock, note: Note
    ) -> Outcome:
        """The plan with its bound; if that is no proof, the exact model goes on from the plan for the time left."""
        closed = with_bound(plan, replace(plan, bound=bound), limits)
        if closed.verdict is Verdict.OPTIMAL or closed.interrupted or clock.left() <= 1:
            return closed
        more = self._exact(k, limits, clock, note, plan)
        aim = self.exact.aims[k]
        known = [b for b in (bound, more.bound) if b is not None]
        tightest = (min if aim.sense == "max" else max)(known) if known else None
        return with_bound(better(aim, more, plan) or plan, replace(more, bound=tightest), limits)

    def _exact(self, k: int, limits: Limits, clock: Clock, note: Note, found: Outcome | None) -> Outcome:
        """The exact model itself, from the plan found, for the time left."""
        level = self.exact
        return level.program.solve(
            level.objectives[k],
            level.aims[k].sense,
            replace(limits, seconds=None if clock.left() == float("inf") else clock.left()),
            rows=level.rows,
            start=None if found is None else found.values,
            progress=lambda p: note("exact model", p),
        )

    # between stages

    def keep(self, k: int, outcome: Outcome) -> tuple[Kept, Vector]:
        """Hold stage ``k`` for the later ones; returns what is held and the plan on the model that goes on."""
        assert outcome.values is not None
        stage = self.exact.aims[k].stage
        kept = moved(
            self.exact, outcome.values, k, stage.give_back_budget_share, stage.give_back_share, self.case
        )
        self.kept.append(kept)
        for level in {id(x): x for x in (self.exact, self._pooled, *self._fewer.values()) if x is not None}.values():
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
        others = [
            (1.0, v) for (s, _), v in pool.formulation.model.sites.opens.items() if s not in chosen
        ]
        if limit_musd is None or not others:
            return values
        another = Row("another site", pool.program.linear(others), lower=1.0)
        least = pool.program.solve(
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
        self._pooled = self.exact
        self._fewer.clear()
        return transferred(values, wide, self.exact)


def _relaxed(level: Level) -> np.ndarray:
    return level.columns(*PLACED)
