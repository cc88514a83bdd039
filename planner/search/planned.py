"""A plan from nothing on the exact model of few sites: rounded up by date, then made better part by part."""

from __future__ import annotations

from planner.search import prove
from planner.search.base import Base, relaxed
from planner.search.first import first_plan
from planner.search.improve import CORES, Improving, improved
from planner.search.levels import Clock, Level
from planner.search.models import seen
from planner.search.racks import Note
from planner.search.tighten import Empty, tightened
from planner.solve import Limits, Outcome

#: in gaps: how far from the relaxation a first plan is looked for, tried in turn; None: anywhere
BELOW = (12.0, None)
#: part of the time for limits asked for there
TIGHT_SHARE = 0.3


class Planned(Base):
    """Plans where the choices of the pooled model cannot be placed."""

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
                        rows += tightened(level, program, rows, clock.part(TIGHT_SHARE), CORES)
                    except Empty:
                        continue
                first = first_plan(level, k, program, rows, relaxed(level), limits, clock, note)
                if first is not None:
                    on = Improving(level, k, program, rows, relaxed(level), limits, clock, note)
                    plan = improved(on, first, 3)
                    placed = self._placed(level, k, plan, limits, clock, note)
                    if placed is not None:
                        return placed
        return None
