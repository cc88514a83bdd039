"""A pooled plan as one of the exact model: with its choices, or with others that reach as much.

What keeps a pooled plan out of the exact model is the floor of the first stage, where sites told apart serve less. So
what the plan reached is held, and the first stage is what is made better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from planner.search.base import choices, relaxed
from planner.search.bounded import PLAN_SHARE, worse
from planner.search.improve import improved, neighbourhoods
from planner.search.levels import FIRST_KEPT, Clock
from planner.search.models import room, seen
from planner.search.opening import Opening
from planner.search.racks import HELD, Note, untold
from planner.solve import Limits, Outcome, Progress, Row, Vector

#: a plan keeps this many losses of whole racks clear of the floor it stands on
ROOM = 1.5
#: gaps that whole racks and sites told apart are taken to cost a plan before that is known
ALLOWED_GAP = 0.2
#: idle pairs of neighbourhoods until a plan is taken not to fit
PASSES = 2


class Fitting(Opening):
    """Plans of the pool that the exact model takes."""

    def _fitted(
        self, k: int, plan: Outcome, limits: Limits, clock: Clock, note: Note, known: Vector | None = None
    ) -> Outcome | None:
        """A pooled plan as one of the exact model, with its choices or with others that reach as much.

        ``known`` as in ``place``.
        """
        # racks that are nowhere near fit seldom anywhere: what leads the plan into the exact model finds more
        carried = self._carried(self._pool(), self.exact, k, plan, limits, clock, note, False, known=known)
        if carried is not None:
            return carried
        return self._led(k, plan, limits, clock, note)

    def _led(
        self,
        k: int,
        plan: Outcome,
        limits: Limits,
        clock: Clock,
        note: Note,
        patience: int = PASSES,
        times: float = 1.0,
    ) -> Outcome | None:
        """A plan of the exact model that reaches as much as a pooled one, with racks made whole; else None.

        ``patience`` and ``times`` as in ``_led_by_value``.
        """
        fits = self._led_by_value(k, plan, limits, clock.share(PLAN_SHARE), note, patience, times)
        return fits and self._placed(self.exact, k, fits, limits, clock, note)

    def _led_by_value(
        self, k: int, plan: Outcome, limits: Limits, clock: Clock, note: Note, patience: int, times: float
    ) -> Outcome | None:
        """What the plan reaches is held, its value made better until it is clear of the first floor; else None.

        ``patience``: idle pairs of neighbourhoods until it is given up; each has so many ``times`` the usual seconds.
        """
        exact = self.exact
        assert plan.objective is not None
        aim = exact.aims[0]

        def quiet(phase: str, p: Progress) -> None:
            note(phase, untold(p))

        (floor,) = room(exact, self.kept, ROOM * self._loss)
        rows = [*(r for r in exact.rows if r.name != FIRST_KEPT), self._held(k, plan.objective, limits)]
        enough = floor.lower if aim.sense == "max" else floor.upper
        program = seen(exact, exact.aims[k])
        start = self._as_pooled(rows, plan, limits, clock, quiet)
        if start.values is None:
            return None
        on = self._improving(exact, 0, limits, clock, quiet)
        on = replace(on, program=program, rows=rows, enough=enough, seconds=times * on.seconds)
        # what a plan lacks to fit is often one site's
        halls, everything, *others = neighbourhoods(exact, on.whole)
        found = improved(on, start, patience, around=[*others, halls, everything])
        if found.values is None or not on.reached(found.objective):
            return None
        return replace(found, objective=exact.objectives[k].at(found.values), bound=None, gap=None)

    def _as_pooled(self, rows: Sequence[Row], plan: Outcome, limits: Limits, clock: Clock, note: Note) -> Outcome:
        """The plan's choices on the exact model, by the first stage's value."""
        exact = self.exact
        assert plan.values is not None
        return exact.program.solve(
            exact.objectives[0],
            exact.aims[0].sense,
            replace(limits, seconds=clock.part(0.2)),
            rows=rows,
            fixed=choices(self._pool(), exact, plan.values),
            relaxed=relaxed(exact),
            progress=lambda p: note("a plan that fits", p),
            confirm=False,
        )

    def _held(self, k: int, reached: float, limits: Limits) -> Row:
        """A shortfall is held to the hall; dollars give a part of the gap, since sites told apart cost more."""
        aim = self.exact.aims[k]
        most = reached if aim.stage.name == "goal shortfall" else worse(aim, reached, ALLOWED_GAP * limits.gap)
        held = {"upper": most + HELD} if aim.sense == "min" else {"lower": most - HELD}
        return Row("objective.held", self.exact.objectives[k], **held)
