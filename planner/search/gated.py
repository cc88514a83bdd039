"""The first stage where gates hold service back: a plan on a likely set of sites, then a proof set by set.

The pooled model tells in seconds which sites a plan worth having can have. On each set of sites that is left the exact
model is small; there racks and cohorts are relaxed, a plan is made and made better part by part (``search.improve``).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from planner.search import prove
from planner.search.base import Base, relaxed
from planner.search.first import first_plan
from planner.search.improve import CORES, improved
from planner.search.levels import Clock, Level
from planner.search.models import seen, transferred
from planner.search.racks import Note
from planner.search.tighten import Empty, tightened
from planner.search.verdicts import better
from planner.solve import Limits, Outcome, Program, Vector, Verdict

#: part of a stage's time for its plan, before the proof
PLAN_SHARE = 0.6
#: in gaps: how far from the relaxation a first plan is looked for, tried in turn; None: anywhere
BELOW = (12.0, None)
#: how many sites of the relaxation are tried in a first set, and the part of an opening that makes one likely
LIKELY_SITES, LIKELY = 6, 0.02
#: how many sets of sites are looked at one by one; more are left to one search
MOST_SETS = 6


class GatedOpening(Base):
    """The first stage, set of sites by set of sites."""

    def gated_opening(self, limits: Limits, clock: Clock, note: Note) -> Outcome:
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

    def _prove_sites(
        self, level: Level, best: Outcome, program: Program, limits: Limits, clock: Clock, note: Note
    ) -> tuple[float | None, Level, Outcome]:
        """The bound over all sets of sites, and the best plan found on the way with its model."""
        pool = self._pool()
        aim = pool.aims[0]
        while True:
            assert best.objective is not None
            at = prove.mark(aim, pool.objectives[0], best.objective, limits.gap)
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
                beyond = prove.mark(aim, here.objectives[0], at.value, 0.0)
                return prove.beyond(here, 0, seen(here, aim), beyond, relaxed(here), limits, clock, note, cores)

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
                    rows.append(prove.mark(aim, level.objectives[k], loose.objective or 0.0, -below * limits.gap).row)
                    try:
                        rows += tightened(level, program, rows, clock.part(1.0), CORES)
                    except Empty:
                        continue
                first = first_plan(level, k, program, rows, relaxed(level), limits, clock, note)
                if first is not None:
                    plan = improved(level, k, program, first, rows, relaxed(level), limits, clock, note, 3)
                    placed = self._placed(level, k, plan, limits, clock, note)
                    if placed is not None:
                        return placed
        return None
