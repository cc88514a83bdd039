"""The trees that prove a cost stage: that of the pool and, if need be, that of the exact model.

A tree that begins with a good plan is a small one: without one it takes up to five times as long, and a row that holds
only better plans is no help. Beside it its plans are told apart by site.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

from planner.search.base import choices, relaxed
from planner.search.bounded import PLAN_SHARE, Standing, worse
from planner.search.fitting import Fitting
from planner.search.improve import CORES, NEAR
from planner.search.levels import Clock
from planner.search.models import seen
from planner.search.racks import Note
from planner.search.tighten import Empty, tightened
from planner.search.verdicts import better
from planner.solve import Limits, Outcome, Progress, Vector, relative_gap

#: part of the gap to which a tree is searched: what whole racks and sites told apart cost comes on top
TREE_GAP = 0.2
#: part of the time for the tree of the pool
TREE_SHARE = 0.5
#: how many of the tree's last plans are led into the exact model by what they use, and by what they differ in
KEPT_PLANS, CROSSED = 6, 3
#: the part of the time for that
CROSS_SHARE = 0.5
#: seconds between two looks for a plan of the tree
WAIT = 0.1
#: a plan with parts of racks this near the bound, in gaps, may be the proof once its racks are whole
NEAR_PROVEN = 0.85
#: a plan with parts of racks that is better by less than this part of the gap is not placed
PLACED_FOR = 0.05


class Found:
    """The last plans that a solve under way came to; told by one thread, looked at by another."""

    def __init__(self, start: Vector) -> None:
        self._lock = threading.Lock()
        self._plans, self._new = deque([start], maxlen=KEPT_PLANS), False

    def tell(self, values: Vector) -> None:
        with self._lock:
            self._plans.append(values)
            self._new = True

    def plans(self) -> list[Vector]:
        with self._lock:
            return list(self._plans)

    def news(self) -> list[Vector]:
        """The last plans, if there is one that was not there the last time; else none."""
        with self._lock:
            new, self._new = self._new, False
            return list(self._plans) if new else []


def kin(variable: Any) -> tuple[Any, ...]:
    """What a column is about, whatever its year."""
    index = variable.index()
    return (variable.parent_component().name, *(index[:-1] if isinstance(index, tuple) else ()))


class Trees(Fitting):
    """Branch and bound on the pool and on the exact model, and what leads from one to the other."""

    def _two_trees(self, k: int, plan: Outcome, best: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """The tree of the pool from a plan of it; if that is no proof, the exact model's. ``best`` keeps all rows."""
        aim = self.exact.aims[k]
        standing = Standing(aim, limits, best, None)
        found, near = self._tree_of_pool(k, plan, standing, limits, clock, note)
        open_still = not self._stands(standing, limits) and not found.interrupted and clock.left() > 1
        if open_still and near is None:
            reached = plan if found.values is None else found
            near = self._led_by_value(k, reached, limits, clock.share(PLAN_SHARE), note)
        if open_still and clock.left() > 1:
            found = self._tree_of_sites(k, better(aim, near, best) or best, standing, limits, clock, note)
        assert standing.best is not None
        ended = replace(standing.best, interrupted=standing.best.interrupted or found.interrupted)
        return self._closed(k, ended, standing.bound, limits, clock, note)

    def _tree_of_pool(
        self, k: int, plan: Outcome, standing: Standing, limits: Limits, clock: Clock, note: Note
    ) -> tuple[Outcome, Outcome | None]:
        """The pool's bound, and beside it its plans made plans of the exact model.

        First the plan at hand, then those that the tree comes to; returns what ended the tree, and the best plan of
        the exact model with parts of racks that was found on the way.
        """
        aim = self.exact.aims[k]
        assert plan.values is not None
        by_tree = Found(plan.values)
        ended = threading.Event()

        def tell(phase: str, p: Progress) -> None:
            note(phase, p)
            standing.bounded(p.bound)

        def follow() -> Outcome | None:
            near = self._carried(self._pool(), self.exact, k, plan, limits, clock, note, anywhere=False)
            standing.planned(near)
            # which plans the tree comes to first is a matter of time
            while limits.seconds is not None and not ended.wait(WAIT) and not standing.proven.is_set():
                if plans := by_tree.news():
                    near = better(aim, self._told_apart(k, plans[-1], standing, limits, clock, note), near)
            return near

        with ThreadPoolExecutor(1) as other_core:
            following = other_core.submit(follow)
            try:
                found = self._pooled_solve(
                    k,
                    "bound",
                    TREE_GAP,
                    TREE_SHARE,
                    limits,
                    clock,
                    tell,
                    start=plan.values,
                    cancel=standing.proven,
                    found=by_tree.tell,
                )
                standing.bounded(found.bound)
            finally:
                # else the other core would look for plans forever
                ended.set()
            near = following.result()
        if self._stands(standing, limits) or found.interrupted:
            return found, near
        if plans := by_tree.news():
            near = better(aim, self._told_apart(k, plans[-1], standing, limits, clock, note), near)
        if not self._stands(standing, limits):
            near = better(aim, self._crossed(k, by_tree.plans(), near, standing, limits, clock, note), near)
        return found, near

    def _tree_of_sites(
        self, k: int, near: Outcome, standing: Standing, limits: Limits, clock: Clock, note: Note
    ) -> Outcome:
        """The tree of the exact model with racks in parts, beside its first plan made whole."""
        exact, aim = self.exact, self.exact.aims[k]
        rows = list(exact.rows)
        with suppress(Empty):
            rows += tightened(exact, seen(exact, aim), rows, clock.part(0.2), CORES)

        def tell(p: Progress) -> None:
            note("bound, sites told apart", p)
            standing.bounded(p.bound)

        with ThreadPoolExecutor(1) as other_core:
            placing = other_core.submit(self._placed_where_better, k, near, standing, limits, clock, note)
            found = exact.program.solve(
                exact.objectives[k],
                aim.sense,
                replace(limits, gap=limits.gap * TREE_GAP, seconds=clock.part(0.9), bound_only=True),
                rows=rows,
                start=near.values,
                relaxed=relaxed(exact),
                progress=tell,
                confirm=False,
                cancel=standing.proven,
            )
            standing.bounded(found.bound)
            placing.result()
        if not self._stands(standing, limits) and not found.interrupted:
            self._placed_where_better(k, found, standing, limits, clock, note)
        return found

    def _told_apart(
        self, k: int, plan: Vector, standing: Standing, limits: Limits, clock: Clock, note: Note
    ) -> Outcome | None:
        """A pooled plan's choices on the exact model, with parts of racks; placed where that may be the proof."""
        held = choices(self._pool(), self.exact, plan)
        near = self._in_parts(k, "a plan that fits", held, limits, clock.part(0.2), note)
        if near.values is None:
            return None
        if self._near_proof(near, standing, limits):
            self._placed_where_better(k, near, standing, limits, clock, note)
        return near

    def _crossed(
        self,
        k: int,
        plans: Sequence[Vector],
        near: Outcome | None,
        standing: Standing,
        limits: Limits,
        clock: Clock,
        note: Note,
    ) -> Outcome | None:
        """What the tree's last plans differ in, all years of it, is left to the exact model; or all that they use.

        The first that comes near a proof ends the other, but not in a run that is to be repeated.
        """
        pool, exact, aim = self._pool(), self.exact, self.exact.aims[k]
        chosen = [choices(pool, exact, values) for values in plans]
        alike = [kin(v) for v in exact.program.columns]
        last = chosen[-CROSSED:]
        differing = {alike[i] for i, x in last[-1].items() if any(c[i] != x for c in last)}
        used = {alike[i] for i in chosen[-1] if any(c[i] for c in chosen)}
        timed, enough = limits.seconds is not None, threading.Event()
        target = None if standing.bound is None or not timed else worse(aim, standing.bound, NEAR_PROVEN * limits.gap)

        def cross(free: set[tuple[Any, ...]]) -> Outcome:
            held = {i: x for i, x in chosen[-1].items() if alike[i] not in free}
            fits = near is not None and near.values is not None and all(near.values[i] == x for i, x in held.items())
            found = self._in_parts(
                k,
                "what plans share",
                held,
                replace(limits, bound_only=True, target=target),
                clock.part(CROSS_SHARE),
                note,
                start=near.values if near is not None and fits else None,
                cancel=enough if timed else None,
            )
            if self._near_proof(found, standing, limits):
                enough.set()
            return found

        with ThreadPoolExecutor(CORES) as several:
            for found in several.map(cross, (differing, used)):
                near = better(aim, found, near)
        if near is not None and self._near_proof(near, standing, limits):
            self._placed_where_better(k, near, standing, limits, clock, note)
        return near

    def _in_parts(
        self, k: int, phase: str, held: dict[int, float], limits: Limits, seconds: float | None, note: Note, **how: Any
    ) -> Outcome:
        """The exact model with some choices held and parts of racks."""
        exact = self.exact
        asked: dict[str, Any] = {"fixed": held, "relaxed": relaxed(exact), "confirm": False, **how}
        return exact.program.solve(
            exact.objectives[k],
            exact.aims[k].sense,
            replace(limits, gap=limits.gap * NEAR, seconds=seconds),
            rows=exact.rows,
            progress=lambda p: note(phase, p),
            **asked,
        )

    def _near_proof(self, near: Outcome, standing: Standing, limits: Limits) -> bool:
        """Whether whole racks may be all that is missing."""
        gap = relative_gap(near.objective, standing.bound)
        return gap is not None and gap <= NEAR_PROVEN * limits.gap

    def _stands(self, standing: Standing, limits: Limits) -> bool:
        return standing.best is not None and self._proven(
            standing.best, replace(standing.best, bound=standing.bound), limits
        )

    def _placed_where_better(
        self, k: int, near: Outcome, standing: Standing, limits: Limits, clock: Clock, note: Note
    ) -> None:
        """A plan with parts of racks, made whole where it may be worth it."""
        best, aim = standing.best, self.exact.aims[k]
        if near.values is None or near.objective is None or best is None or best.objective is None:
            return
        gained = (best.objective - near.objective) * (1 if aim.sense == "min" else -1)
        if gained > PLACED_FOR * limits.gap * abs(best.objective):
            standing.planned(self._placed(self.exact, k, near, limits, clock, note))
