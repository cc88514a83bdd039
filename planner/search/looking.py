"""A look beyond a plan of the pool, and what the other core makes of the plans that are found meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np

from planner.formulation.objective import Aim
from planner.search import prove
from planner.search.base import relaxed
from planner.search.bounded import PLAN_SHARE, worse
from planner.search.fitting import Fitting
from planner.search.improve import Improving, Neighbourhood, improved, neighbourhoods
from planner.search.levels import Clock, Level
from planner.search.models import seen
from planner.search.racks import Note
from planner.search.verdicts import better
from planner.solve import Limits, Linear, Outcome, Vector, relative_gap

#: idle neighbourhoods on one core until that core has done what it can
AHEAD_IDLE = 3
#: part of the gap below which they are idle: the proof gains that sooner
WORTHWHILE = 0.2
#: part of the gap that whole racks and sites told apart are taken to cost a plan until that is known, and at the most
LOST_GAP, MOST_LOST_GAP = 0.5, 0.9
#: part of the time for one look beyond a plan
LOOK_SHARE = 0.7


class Finds:
    """What a look has come to, told to the other core.

    ``news``, a better plan or the end, ends the search for better plans there; ``newer``, a better plan, its placing;
    ``ended`` says that the look's core is free.
    """

    def __init__(self, aim: Aim, mark: float, step: float) -> None:
        self.news, self.newer, self.ended = threading.Event(), threading.Event(), threading.Event()
        #: no plan that the look has yet to find is worse than this
        self.mark = mark
        self.look: Outcome | None = None
        self._aim, self._step = aim, step
        self._plan: Outcome | None = None

    def tell(self, plan: Outcome) -> None:
        self._plan, self.mark = plan, worse(self._aim, plan.objective, -self._step)
        self.newer.set()
        self.news.set()

    def end(self, look: Outcome) -> None:
        self.look = look
        if look.values is not None:
            self._plan = look
        self.ended.set()
        self.news.set()

    def taken(self) -> tuple[Outcome | None, bool]:
        """The best plan so far, and whether the look has ended; what comes later is news again."""
        self.news.clear()
        self.newer.clear()
        ended = self.look is not None
        return self._plan, ended

    def passed(self, plan: Outcome) -> bool:
        """Whether a plan of the other core is what is looked for."""
        return self.look is None and better(self._aim, replace(plan, objective=self.mark), plan) is plan


class Looking(Fitting):
    """Looks of the cost stage."""

    def _looked(
        self,
        k: int,
        plan: Outcome,
        lost: float,
        limits: Limits,
        clock: Clock,
        note: Note,
        before: Vector | None = None,
        rough: bool = False,
    ) -> tuple[Outcome, Outcome, Outcome | None, float]:
        """A look beyond a plan on one core; what is found is made better and made to fit on the other.

        ``lost`` is the share that fitting is taken to cost, ``before`` a plan that fits. Returns the look, the best
        plan of the pool, the best that fits, and the share that fitting cost. The look is ended from the other core by
        a plan it has yet to find.
        """
        aim, pool = self._pool().aims[k], self._pool()
        at = self._mark(k, worse(aim, plan.objective, lost), limits)
        step = prove.BEYOND * limits.gap - lost
        finds = Finds(aim, at.value, step)
        over = threading.Event() if limits.seconds is not None else None

        def planned(values: Vector) -> None:
            values = values[: len(pool.program.columns)]
            finds.tell(replace(plan, objective=pool.objectives[k].at(values), values=values))

        with ThreadPoolExecutor(1) as other_core:
            making = other_core.submit(self._made, k, plan, finds, over, limits, clock, note, before, rough)
            try:
                heard = planned if over is not None else None
                look = self._beyond(k, at, limits, clock, note, over, step, heard)
            except BaseException:
                finds.end(replace(plan, values=None, interrupted=True))
                raise
            finds.end(look)
            near, fits, cost = making.result()
        if cost is not None:
            lost = min(max(LOST_GAP, cost / limits.gap), MOST_LOST_GAP) * limits.gap
        return look, near, fits, lost

    def _made(
        self,
        k: int,
        plan: Outcome,
        finds: Finds,
        over: threading.Event | None,
        limits: Limits,
        clock: Clock,
        note: Note,
        before: Vector | None,
        rough: bool,
    ) -> tuple[Outcome, Outcome | None, float | None]:
        """The plan of a look, or a better one that it finds, made to fit and made better until the look has ended.

        It fits first: a look that finds nothing has then proven it. A ``rough`` plan is made better first: that is
        soon what the look is for. Sites gain most where a plan is near; other parts have what time is left. Returns
        the best plan of the pool, the best that fits, and the share that fitting cost.
        """
        aim = self._pool().aims[k]
        on = self._improving_cost(k, limits, clock, note, finds.news if over is not None else None)
        around = neighbourhoods(on.level, on.whole)
        of_sites = [n for n in around if n.name in self.case.sites]
        others = [n for n in around if n.name not in self.case.sites]

        def nearer(plan: Outcome, around: Sequence[Neighbourhood], patience: int) -> Outcome:
            enough = None if over is None or finds.look is not None else finds.mark
            return improved(replace(on, enough=enough), plan, patience, 1, around)

        def gained(plan: Outcome, than: Outcome) -> bool:
            return (relative_gap(plan.objective, than.objective) or 0.0) > WORTHWHILE * limits.gap

        def worth() -> float:
            """The least good value that the look can prove."""
            return worse(aim, finds.mark, limits.gap)

        def proves(fits: Outcome | None) -> bool:
            return fits is not None and better(aim, replace(fits, objective=worth()), fits) is fits

        near, tried, sited, carried, fits = plan, None, None, None, None
        cost: float | None = None
        ended = False
        while True:
            if not rough and (tried is None or (gained(near, tried) and not proves(fits))):
                known = before if fits is None else fits.values
                newer, free = (None, None) if over is None else (finds.newer, finds.ended)
                placing = (limits, clock, note, False, worth(), newer, known, free)
                carried = self._carried(self._pool(), self.exact, k, near, *placing)
                # what a newer plan ended is placed again if it is still the best
                tried = None if carried is None and finds.newer.is_set() else near
                fits = better(aim, fits, carried)
                cost = cost if carried is None else relative_gap(near.objective, carried.objective)
            rough = False
            if ended:
                break
            if over is None or not finds.news.is_set():
                around, patience = (others, AHEAD_IDLE) if near is sited else (of_sites, len(of_sites))
                last = near
                near = sited = nearer(near, around, patience)
                if over is not None and finds.passed(near):
                    over.set()
                    return near, fits, cost
                if over is not None and not finds.news.is_set() and (around is of_sites or gained(near, last)):
                    continue
                finds.news.wait()
            found, ended = finds.taken()
            near = better(aim, near, found) or near
        assert finds.look is not None
        proven = fits is not None and self._ended(fits, finds.look.bound, limits)
        if carried is None and not proven and not finds.look.interrupted:
            carried = self._fitted(k, near, limits, clock, note)
            fits = better(aim, fits, carried)
            cost = cost if carried is None else relative_gap(near.objective, carried.objective)
        return near, fits, cost

    def _mark(self, k: int, value: float | None, limits: Limits) -> prove.Mark:
        assert value is not None
        return prove.mark(self._pool().aims[k], self._pool().objectives[k], value, limits.gap)

    def _beyond(
        self,
        k: int,
        at: prove.Mark,
        limits: Limits,
        clock: Clock,
        note: Note,
        over: threading.Event | None = None,
        step: float = 0.0,
        planned: Callable[[Vector], None] | None = None,
    ) -> Outcome:
        """Plans of the pool beyond the mark, as ``prove.beyond``, or the proof that there is none."""
        pool = self._pool()
        program, part = seen(pool, pool.aims[k]), clock.share(LOOK_SHARE)
        # a question about all halls of a site cuts deeper than one about halls of a design
        sums = _halls_of_sites(pool)
        program = program.summing(sums) if sums else program
        parts = np.concatenate([relaxed(pool), np.zeros(len(sums), dtype=bool)])
        # rows that only plans beyond the mark keep slow this search down
        found = prove.beyond(
            pool, k, program, at, parts, limits, part, note, tight=False, over=over, step=step, planned=planned
        )
        return found if found.values is None else replace(found, values=found.values[: len(pool.program.columns)])

    def _ended(self, best: Outcome, bound: float | None, limits: Limits) -> bool:
        return self._proven(best, replace(best, bound=bound), limits)

    def _improving_cost(
        self, k: int, limits: Limits, clock: Clock, note: Note, cancel: threading.Event | None = None
    ) -> Improving:
        on = self._improving(self._pool(), k, limits, clock.share(PLAN_SHARE), note, cancel)
        return replace(on, worthwhile=WORTHWHILE)


def _halls_of_sites(level: Level) -> list[Linear]:
    """Halls started at a site by the end of a period, of the designs that can be started in it."""
    by_site: dict[tuple[str, int], list[tuple[float, Any]]] = {}
    for (s, _, t), started in level.formulation.model.construction.started_by.items():
        by_site.setdefault((s, t), []).append((1.0, started))
    return [level.program.linear(terms) for terms in by_site.values()]
