"""Stage 1 where gates hold service back: planned and proven on the exact model of the chosen sites.

Racks in one pool change sites for nothing, so that a port too few seems enough there: the pool chooses sites, and is no
guide from there on. Where sites are told apart each waits for its own gates (``formulation.offers``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from planner.search import prove, screening
from planner.search.base import relaxed
from planner.search.bounded import worse
from planner.search.halls import Halls
from planner.search.improve import CORES, improved
from planner.search.levels import Clock, Level
from planner.search.models import seen, transferred
from planner.search.racks import Note
from planner.search.verdicts import better, tightest, with_bound
from planner.solve import Limits, Outcome, Row, Verdict

#: in gaps: how near its bound a first plan is, and the part of the time for it
FIRST_GAP, FIRST_SHARE = 3.0, 0.3
#: part of the time for making it better
BETTER_SHARE = 0.2
#: gaps that whole racks are taken to cost a plan before that is known
ALLOWED_GAP = 0.15
#: idle pairs of neighbourhoods until the plan is taken for good enough
IDLE = 5
#: part of the gap to which a neighbourhood is solved: where many are left, the next gains more than the end of this one
NEAR = 0.3


class Gated(Halls):
    """The first stage of a programme with gates."""

    def _gated_opening(self, sites: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """From the chosen sites to a plan, and the proof that neither these nor others hold one beyond it."""
        aim, few = self.exact.aims[0], self._only(self._opened(self._pool(), sites))
        first = self._first_of_chosen(few, limits, clock, note)
        plan = None
        if first is not None:
            on = replace(self._improving(few, 0, limits, clock.share(BETTER_SHARE), note), near=NEAR)
            start = improved(on, first, IDLE)

            def placed() -> Outcome | None:
                found = self._placed(few, 0, start, limits, clock, note)
                return found and self._everywhere(found, few)

            allowed = replace(start, objective=worse(aim, start.objective, ALLOWED_GAP * limits.gap))
            plan = self._looked_beyond(self._everywhere(allowed, few), placed, sites.bound, limits, clock, note)
        if plan is None:
            found = self._planned(few, 0, limits, clock, note)
            if found is None:
                alone = self._exact(0, limits, clock, note, None)
                return replace(alone, bound=tightest(aim, sites.bound, alone.bound))
            plan = self._looked_beyond(self._everywhere(found, few), None, sites.bound, limits, clock, note)
        assert plan is not None
        return self._closed(0, plan, plan.bound, limits, clock, note)

    def _everywhere(self, plan: Outcome, few: Level) -> Outcome:
        """A plan of few sites as one of all."""
        return replace(plan, values=transferred(plan.values, few, self.exact))  # type: ignore[arg-type]

    def _first_of_chosen(self, few: Level, limits: Limits, clock: Clock, note: Note) -> Outcome | None:
        """A plan of the exact model of the chosen sites, racks in parts, by the first of two trees that has one."""
        aim, program = few.aims[0], seen(few, few.aims[0])
        ended = threading.Event() if limits.seconds is not None else None

        def tree(seed: int) -> Outcome:
            found = program.solve(
                few.objectives[0],
                aim.sense,
                replace(limits, gap=FIRST_GAP * limits.gap, seconds=clock.part(FIRST_SHARE), seed=limits.seed + seed),
                rows=few.rows,
                relaxed=relaxed(few),
                progress=lambda p: note("chosen sites", p),
                confirm=False,
                cancel=ended,
            )
            if ended is not None and found.verdict is not Verdict.UNKNOWN:
                ended.set()
            return found

        with ThreadPoolExecutor(CORES) as cores:
            one, other = cores.map(tree, range(CORES))
            return better(aim, one, other)

    def _looked_beyond(
        self,
        start: Outcome,
        making: Callable[[], Outcome | None] | None,
        known: float | None,
        limits: Limits,
        clock: Clock,
        note: Note,
    ) -> Outcome | None:
        """The best plan with a bound that holds for all sites: plans beyond ``start`` by the gap are looked for.

        ``making`` makes a plan of one with racks in parts beside that; None where there is none. ``known`` is a bound
        that holds already.
        """
        aim, bound = self.exact.aims[0], known
        best = None if making else start
        while True:
            with ThreadPoolExecutor(CORES) as cores:
                made = cores.submit(making) if making else None
                found = self._parts_beyond(start, cores, limits, clock, note)
                best = better(aim, made.result() if made else None, best)
            bound = tightest(aim, bound, prove.weakest(aim, [tightest(aim, known, o.bound) for _, o in found]))
            interrupted = any(o.interrupted for _, o in found)
            on, farther = next(((on, o) for on, o in found if o.values is not None), (None, None))
            if on is not None and farther is not None and not interrupted and clock.left() > 1:
                placed = self._placed(on, 0, farther, limits, clock, note)
                best = better(aim, best, placed and self._everywhere(placed, on))
            if best is None:
                return None
            ended = with_bound(best, replace(best, bound=bound, interrupted=interrupted), limits)
            if ended.verdict is Verdict.OPTIMAL or ended.interrupted or clock.left() <= 1 or best is start:
                return ended
            start, making = best, None

    def _parts_beyond(
        self, plan: Outcome, cores: Executor, limits: Limits, clock: Clock, note: Note
    ) -> list[tuple[Level, Outcome]]:
        """Parts that hold all plans beyond one by the gap, each with what was found there and on which model.

        The plan's sites alone are two parts. Of the other sites that a plan beyond the mark may open each is one, with
        those before it, so that the one with most to look at has fewest sites; most are told by their relaxation, which
        is nearer than the pool's.
        """
        level, aim = self.exact, self.exact.aims[0]
        assert plan.values is not None
        chosen = self._opened(level, plan)
        few, others = self._only(chosen), self._others(chosen)
        value = prove.mark(aim, level.objectives[0], plan.objective or 0.0, limits.gap).value
        able, over = screening.able(level, others, value), threading.Event()

        def look(on: Level, rows: Sequence[Row]) -> Outcome:
            at = prove.mark(aim, on.objectives[0], value, 0.0)
            # of models with more sites the first relaxation takes the simplex method many times as long
            asked = replace(limits, interior=on is not few)
            return prove.beyond(
                on, 0, seen(on, aim), at, relaxed(on), asked, clock, note, parts=[rows], tight=False, over=over
            )

        def within(rows: Sequence[Row]) -> tuple[Level, Outcome]:
            return few, look(few, rows)

        def opening(on: Level, site: str) -> tuple[Level, Outcome]:
            rows, program = [screening.opening(on, site)], seen(on, aim)
            loose = program.solve(
                on.objectives[0],
                aim.sense,
                replace(limits, seconds=clock.part(1.0)),
                rows=[*on.rows, *rows],
                relaxed=program.whole,
                confirm=False,
            )
            known = tightest(aim, others[site] if np.isfinite(others[site]) else None, loose.bound)
            if loose.verdict is Verdict.INFEASIBLE or (known is not None and tightest(aim, known, value) == known):
                return on, replace(loose, bound=tightest(aim, known, value), values=None)
            found = look(on, rows)
            return on, replace(found, bound=tightest(aim, known, found.bound))

        # no more halls than the plan has: the longer part
        inside = [cores.submit(within, rows) for rows in reversed(prove.parts_by_halls(level, plan.values, few))]
        elsewhere = []
        for i, site in enumerate(able):
            on = self._only([s for s in self.case.sites if s in chosen or s in able[: i + 1]])
            elsewhere.append(cores.submit(opening, on, site))
        return [part.result() for part in (*inside, *elsewhere)]
