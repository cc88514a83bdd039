"""Stage 1 where gates hold service back: planned on the pool of the chosen sites, then made one of the exact model.

Halls and power are made whole around gates in parts, gates around those, and both are made better part by part. Racks
in one pool change sites for nothing, so that a port too few seems enough there: the plan is made better again where
sites are told apart.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planner.search import prove, screening
from planner.search.base import choices, relaxed
from planner.search.halls import Halls
from planner.search.improve import CORES, Improving, improved, soft_columns
from planner.search.levels import Clock, Level
from planner.search.models import seen, transferred
from planner.search.racks import Note
from planner.search.rolling import rolled
from planner.search.verdicts import better, tightest
from planner.solve import Limits, Outcome, Program, Row, Vector

#: in gaps: how near to the best around its halls a first plan of gates is; the part of the time for it
FIRST_GAP, FIRST_SHARE = 4.0, 0.25
#: parts of the time: for gates of the exact model, for making plans better in the pool and there, for looking beyond
GATES_SHARE, POOL_SHARE, BETTER_SHARE, PROOF_SHARE = 0.25, 0.25, 0.75, 0.7
#: part of the gap for gates of the exact model around a pooled plan
GATES_GAP = 0.15
#: idle neighbourhoods of the pool, and idle pairs of the exact model, until the plan is taken for good enough
POOL_IDLE, IDLE = 3, 8
#: part of the gap to which a neighbourhood is solved: where many are left, the next gains more than the end of this one
NEAR = 0.3


class Gated(Halls):
    """The first stage of a programme with gates."""

    def _gated_opening(self, sites: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """From the chosen sites to a plan and its bound: that of these sites or of any others, whichever is weaker."""
        aim = self.exact.aims[0]
        chosen = self._opened(self._pool(), sites)
        few = self._only(chosen)
        on, opened = self._on_sites(sites, limits, clock, note)
        enough = threading.Event()
        with ThreadPoolExecutor(1) as other_core:
            bounding = other_core.submit(self._chosen_bound, on.level, limits, clock, note, enough)
            plan = self._on_chosen(on, opened, few, limits, clock, note)
            if limits.seconds is not None:
                enough.set()
            inside = tightest(aim, bounding.result(), sites.bound)
        elsewhere = tightest(aim, screening.weakest(self._pool(), self._others(chosen)), sites.bound)
        if plan is None:
            plan = self._planned(few, 0, limits, clock, note)
        else:
            exact = replace(self._improving(few, 0, limits, clock.share(BETTER_SHARE), note), near=NEAR)
            plan = self._placed(few, 0, improved(exact, plan, IDLE), limits, clock, note)
        if plan is None:
            alone = self._exact(0, limits, clock, note, None)
            return replace(alone, bound=tightest(aim, prove.weakest(aim, [inside, elsewhere]), alone.bound))
        plan, inside = self._inside(on.level, few, plan, inside, elsewhere, limits, clock, note)
        whole = replace(plan, values=transferred(plan.values, few, self.exact))  # type: ignore[arg-type]
        return self._closed(0, whole, prove.weakest(aim, [inside, elsewhere]), limits, clock, note)

    def _on_chosen(
        self, on: Improving, opened: dict[int, float], few: Level, limits: Limits, clock: Clock, note: Note
    ) -> Outcome | None:
        """A plan of the exact model of the chosen sites with racks in parts, planned on their pool, where ``on`` is."""
        pool, program = on.level, on.program
        in_parts = replace(on, relaxed=on.relaxed | soft_columns(pool))

        def ask(phase: str, relaxed: NDArray[np.bool_], fixed: dict[int, float]) -> Outcome:
            return program.solve(
                pool.objectives[0],
                pool.aims[0].sense,
                replace(limits, gap=FIRST_GAP * limits.gap, seconds=clock.part(FIRST_SHARE)),
                rows=on.rows,
                relaxed=relaxed,
                fixed=fixed,
                progress=lambda p: note(phase, p),
                confirm=False,
            )

        halls = rolled(in_parts, opened) or ask("halls and power", in_parts.relaxed, opened)
        if halls.values is None:
            return None
        gates = ask(
            "gates", on.relaxed, {int(i): float(round(halls.values[i])) for i in np.flatnonzero(in_parts.whole)}
        )
        if gates.values is None:
            return None
        plan = improved(replace(on, clock=clock.share(POOL_SHARE), near=NEAR), gates, POOL_IDLE, cores=1)
        return self._gates_anew(pool, few, seen(few, few.aims[0]), few.rows, plan, limits, clock, note)

    def _inside(
        self,
        pool: Level,
        few: Level,
        plan: Outcome,
        known: float | None,
        elsewhere: float | None,
        limits: Limits,
        clock: Clock,
        note: Note,
    ) -> tuple[Outcome, float | None]:
        """A bound of the chosen sites, tighter than is known, and the better plan where one is found on the way.

        Their pool is looked at beyond the plan by the gap, but no nearer than other sites are proven; where that leaves
        something open, their exact model is.
        """
        aim = few.aims[0]
        near = prove.mark(aim, pool.objectives[0], plan.objective or 0.0, limits.gap).value
        value = near if elsewhere is None else prove.weakest(aim, [near, elsewhere])
        assert value is not None
        assert plan.values is not None
        if tightest(aim, known, value) == known or clock.left() <= 1:
            return plan, known
        at = prove.mark(aim, pool.objectives[0], value, 0.0)
        parts, time = prove.parts_by_halls(few, plan.values, pool), clock.share(PROOF_SHARE)
        found = prove.beyond(pool, 0, seen(pool, aim), at, relaxed(pool), limits, time, note, CORES, parts, False)
        bound = tightest(aim, known, found.bound)
        proven = self._proven(plan, replace(plan, bound=bound), limits)
        if value != near or proven or found.interrupted or clock.left() <= 1:
            return replace(plan, interrupted=plan.interrupted or found.interrupted), bound
        return self._beyond_on(few, plan, bound, limits, clock, note)

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

    def _chosen_bound(
        self, pool: Level, limits: Limits, clock: Clock, note: Note, enough: threading.Event
    ) -> float | None:
        """A bound on plans of the chosen sites, whose pool this is, as far as it comes until there is enough."""
        aim = pool.aims[0]
        found = seen(pool, aim).solve(
            pool.objectives[0],
            aim.sense,
            replace(limits, seconds=clock.part(1.0), bound_only=True),
            rows=pool.rows,
            relaxed=relaxed(pool),
            progress=lambda p: note("chosen sites", p),
            confirm=False,
            cancel=enough,
        )
        return found.bound

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

        By the first stage's value, until it is ``enough``; where nothing is asked of it, as the pool opens them if
        that is a plan.
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
        if enough is None and as_pooled.values is not None:
            return as_pooled
        found = ask({i: x for i, x in held.items() if not free[i]}, GATES_SHARE, as_pooled.values)
        return None if found.values is None else found


def _labels(index: object) -> tuple[object, ...]:
    return index if isinstance(index, tuple) else (index,)
