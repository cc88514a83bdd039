"""Stage 1 where gates hold service back: planned on the pool of the chosen sites, then made one of the exact model.

Racks in one pool change sites for nothing, so that a port too few seems enough there. A pooled plan keeps its halls and
what is done once for the programme; gates of sites are opened anew around them, and the plan is made better by parts.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from planner.search import prove
from planner.search.base import choices, relaxed
from planner.search.bounded import Bounded
from planner.search.improve import CORES, improved, soft_columns
from planner.search.levels import Clock, Level
from planner.search.models import pooled, seen, transferred
from planner.search.racks import Note
from planner.search.tighten import Empty, tightened
from planner.search.verdicts import better, tightest
from planner.solve import Limits, Outcome, Program, Row, Vector, Verdict

#: in gaps: how far from the relaxation a pooled plan is looked for, tried in turn; None: anywhere
BELOW = (4.0, 12.0, None)
#: parts of the time: for a pooled plan, for the gates around it, for making it better, for looking beyond it
POOL_SHARE, GATES_SHARE, BETTER_SHARE, PROOF_SHARE = 0.4, 0.25, 0.75, 0.7
#: parts of the gap: for a pooled plan, for the gates around it
POOL_GAP, GATES_GAP = 1.75, 0.15
#: idle pairs of neighbourhoods until the plan is taken for good enough
IDLE = 8


class Gated(Bounded):
    """The first stage of a programme with gates."""

    def _gated_opening(self, sites: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """From the chosen sites to a plan and its bound: that of these sites or of any others, whichever is weaker."""
        aim = self.exact.aims[0]
        chosen = self._opened(self._pool(), sites)
        few = self._only(chosen)
        enough = threading.Event()
        with ThreadPoolExecutor(1) as other_core:
            outside = other_core.submit(self._elsewhere, chosen, limits, clock, note, enough)
            plan, inside = self._on_chosen(few, limits, clock, note)
            if limits.seconds is not None:
                enough.set()
            elsewhere = tightest(aim, outside.result(), sites.bound)
        if plan is None:
            plan = self._planned(few, 0, limits, clock, note)
        else:
            on = self._improving(few, 0, limits, clock.share(BETTER_SHARE), note)
            plan = self._placed(few, 0, improved(on, plan, IDLE), limits, clock, note)
        if plan is None:
            alone = self._exact(0, limits, clock, note, None)
            return replace(alone, bound=tightest(aim, prove.weakest(aim, [inside, elsewhere]), alone.bound))
        if not self._proven(plan, replace(plan, bound=inside), limits) and clock.left() > 1:
            plan, inside = self._beyond_on(few, plan, inside, limits, clock, note)
        whole = replace(plan, values=transferred(plan.values, few, self.exact))  # type: ignore[arg-type]
        return self._closed(0, whole, prove.weakest(aim, [inside, elsewhere]), limits, clock, note)

    def _beyond_on(
        self, few: Level, plan: Outcome, bound: float | None, limits: Limits, clock: Clock, note: Note
    ) -> tuple[Outcome, float | None]:
        """The exact model of these sites, searched beyond the plan by the gap: a better plan, or a better bound."""
        aim = few.aims[0]
        at = prove.mark(aim, few.objectives[0], plan.objective or 0.0, limits.gap)
        parts = prove.parts_by_halls(few, plan.values, few)  # type: ignore[arg-type]
        program, time = seen(few, aim), clock.share(PROOF_SHARE)
        found = prove.beyond(few, 0, program, at, relaxed(few), limits, time, note, CORES, parts)
        nearer = self._placed(few, 0, found, limits, clock, note) if found.values is not None else None
        return better(aim, nearer, plan) or plan, tightest(aim, bound, found.bound)

    def _elsewhere(
        self, chosen: Sequence[str], limits: Limits, clock: Clock, note: Note, enough: threading.Event
    ) -> float | None:
        """A bound on plans that open a site beside the chosen ones, as far as it comes until there is enough."""
        pool = self._pool()
        another = prove.parts_by_sites(pool, chosen)[0]
        found = self._pooled_solve(
            0, "other sites", 1.0, 1.0, limits, clock, note, rows=another, bound_only=True, cancel=enough
        )
        return found.bound

    def _on_chosen(self, few: Level, limits: Limits, clock: Clock, note: Note) -> tuple[Outcome | None, float | None]:
        """A plan of the exact model of the chosen sites with parts of racks, and a bound for these sites."""
        pool, aim = pooled(few.formulation.case, self._log), few.aims[0]
        program, objective = seen(pool, aim), pool.objectives[0]
        loose = program.solve(objective, aim.sense, limits, rows=pool.rows, relaxed=program.whole, confirm=False)
        bound = loose.bound
        for below in BELOW if loose.objective is not None else ():
            rows, mark = list(pool.rows), None
            if below is not None:
                mark = prove.mark(aim, objective, loose.objective or 0.0, -below * limits.gap)
                rows.append(mark.row)
            try:
                rows += tightened(pool, program, rows, clock.part(POOL_SHARE))
            except Empty:
                bound = tightest(aim, bound, None if mark is None else mark.value)
                continue
            found = program.solve(
                objective,
                aim.sense,
                replace(limits, gap=POOL_GAP * limits.gap, seconds=clock.part(POOL_SHARE)),
                rows=rows,
                relaxed=relaxed(pool),
                progress=lambda p: note("pool of the chosen sites", p),
                confirm=False,
            )
            reached = found.bound if found.verdict is not Verdict.INFEASIBLE else None
            if mark is not None:
                reached = (
                    mark.value if found.verdict is Verdict.INFEASIBLE else prove.weakest(aim, [reached, mark.value])
                )
            bound = tightest(aim, bound, reached)
            if found.values is not None:
                return self._gates_anew(pool, few, seen(few, aim), few.rows, found, limits, clock, note), bound
            if found.verdict is not Verdict.INFEASIBLE:
                # its time ended: farther off it has more to look at, and a plan from nothing needs what is left
                break
        return None, bound

    def _gates_anew(
        self,
        source: Level,
        level: Level,
        program: Program,
        rows: Sequence[Row],
        plan: Outcome,
        limits: Limits,
        clock: Clock,
        note: Note,
        enough: float | None = None,
    ) -> Outcome | None:
        """A pooled plan's halls and what is done for the programme, gates of sites opened for racks that stay there.

        By the first stage's value, until it is ``enough``.
        """
        assert plan.values is not None
        sites = set(level.formulation.case.sites)
        at_sites = np.array([not sites.isdisjoint(_labels(v.index())) for v in level.program.columns])
        free = soft_columns(level) & at_sites
        held = choices(source, level, plan.values)

        def ask(fixed: dict[int, float], share: float, start: Vector | None) -> Outcome:
            return program.solve(
                level.objectives[0],
                level.aims[0].sense,
                replace(limits, gap=GATES_GAP * limits.gap, seconds=clock.part(share), target=enough),
                rows=rows,
                start=start,
                relaxed=relaxed(level),
                fixed=fixed,
                progress=lambda p: note("gates of sites", p),
                confirm=False,
            )

        as_pooled = ask(held, GATES_SHARE / 2, None)
        found = ask({i: x for i, x in held.items() if not free[i]}, GATES_SHARE, as_pooled.values)
        return None if found.values is None else found


def _labels(index: object) -> tuple[object, ...]:
    return index if isinstance(index, tuple) else (index,)
