"""How the stages are solved: choose on a pooled relaxation, prove with its bound, plan on the exact model.

The pooled model tracks racks in one place instead of at every site. Any plan of the exact model is one of the pooled
model, so the pooled bound holds for both, and it is a small part of the work. Its choices (sites, halls, contracts,
plant) are then held while the exact model places whole racks. Sites that no later stage can open are left out of it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np

from planner.formulation.objective import Aim
from planner.search.levels import Clock
from planner.search.models import Models
from planner.search.parts import bound_by_halls
from planner.search.racks import MET, RACKS, Note, place
from planner.search.verdicts import better, tighter, with_bound
from planner.solve import Limits, Outcome, Program, Row, Vector, Verdict

#: parts of a stage's gap: for the pooled bound, for a first plan, for placing whole racks
BOUND_SHARE = {"mission value": 0.65, "goal shortfall": 0.95, "present cost": 0.5}
HALLS_SHARE = 0.4
#: below this part of the gap the pooled bound is not asked for: the plan is too far
LEAST_GAP_SHARE = 0.05


class Search(Models):
    """The stages of a case, one at a time."""

    def stage(self, k: int, limits: Limits, note: Note, before: Vector | None) -> Outcome:
        """Solve stage ``k`` on top of the stages kept; ``before`` is the plan of the stage before.

        While one core searches for the bound, the other places the racks of the plan it starts from.
        """
        began = time.perf_counter()
        clock = Clock(limits.seconds)
        aim = self.exact.aims[k]
        program = self.seen(aim)
        with ThreadPoolExecutor(1) as other_core:
            preparing = other_core.submit(self.prepare, k, clock)
            start = self._start(k, program, limits, clock, note, before)
            self._least_movement, more_rows = preparing.result()
        self.pooled.rows += more_rows
        if start.verdict is Verdict.INFEASIBLE:
            return replace(start, seconds=time.perf_counter() - began)
        with ThreadPoolExecutor(1) as other_core:
            placing = (
                other_core.submit(
                    place, self.exact, k, self.choices(start.values), limits, clock, note, start.objective
                )
                if start.values is not None
                else None
            )
            share = BOUND_SHARE.get(aim.stage.name, 0.6)
            pooled = self._bound(k, program, limits, clock, note, start.values, share)
            placed = placing.result() if placing else None
            best = better(aim, placed, self._standing(k, before))
        if k == 0 and placed is not None:
            self.learn_loss(start, placed)
        if pooled.verdict is Verdict.INFEASIBLE:
            return replace(pooled, seconds=time.perf_counter() - began)
        tried = None if start.values is None else self.choices(start.values)
        for found in (pooled.values, None):
            if best is not None and with_bound(best, pooled, limits).verdict is Verdict.OPTIMAL:
                break
            if found is not None and self.choices(found) != tried:
                reached = pooled.objective
                best = better(aim, place(self.exact, k, self.choices(found), limits, clock, note, reached), best)
            elif found is None and before is not None:
                held = {j: float(before[j]) for j in self.shared.values()}
                best = better(aim, place(self.exact, k, held, limits, clock, note), best)
        missing = self._missing_gap(aim, best, pooled, limits)
        if missing is not None and clock.left() > 1:
            again = self._bound(k, program, limits, clock, note, pooled.values, missing / limits.gap)
            pooled = tighter(aim, pooled, again)
        if best is None and pooled.values is not None and not pooled.interrupted:
            best = self._by_sites(k, pooled.values, limits, clock, note)
        outcome = None if best is None else with_bound(best, pooled, limits)
        proven = outcome is not None and outcome.verdict is Verdict.OPTIMAL
        if not proven and not pooled.interrupted and clock.left() > 1:
            more = self._exact(k, limits, clock, note, best)
            if more.verdict is Verdict.INFEASIBLE:
                return replace(more, seconds=time.perf_counter() - began)
            best = better(aim, more, best)
            outcome = None if best is None else with_bound(best, tighter(aim, pooled, more), limits)
        if outcome is None:
            outcome = replace(pooled, values=None, objective=None, gap=None, verdict=Verdict.UNKNOWN)
        return replace(outcome, seconds=time.perf_counter() - began, history=pooled.history)

    def _bound(
        self, k: int, program: Program, limits: Limits, clock: Clock, note: Note, start: Vector | None, share: float
    ) -> Outcome:
        """The pooled stage, to a share of the gap."""
        if self.exact.aims[k].stage.name == "goal shortfall" and start is not None and self._has_halls():
            in_parts = replace(limits, gap=limits.gap * share, seconds=clock.part(0.85))
            return bound_by_halls(self.pooled, program, k, in_parts, start, note)
        bounding = replace(limits, bound_only=start is not None)
        return self._pool_solve(k, program, bounding, clock, note, "bound", 0.85, share, start=start)

    def _missing_gap(self, aim: Aim, best: Outcome | None, pooled: Outcome, limits: Limits) -> float | None:
        """The gap of the pooled stage at which its bound would prove the plan; None if it does, or none would."""
        if best is None or best.objective is None or pooled.objective is None or pooled.interrupted:
            return None
        if with_bound(best, pooled, limits).verdict is Verdict.OPTIMAL:
            return None
        sign = 1 if aim.sense == "max" else -1
        room = sign * (best.objective - pooled.objective) + limits.gap * abs(best.objective)
        gap = LEAST_GAP_SHARE * limits.gap
        missing = 0.98 * room / max(abs(pooled.objective), 1e-9)
        return missing if missing > gap else None

    def _has_halls(self) -> bool:
        return len(self.pooled.formulation.model.construction.halls_of_design) > 0

    def _pool_solve(
        self,
        k: int,
        program: Program,
        limits: Limits,
        clock: Clock,
        note: Note,
        phase: str,
        part: float,
        gap_share: float,
        also: Sequence[Row] = (),
        **how: Any,
    ) -> Outcome:
        level = self.pooled
        how.setdefault("relaxed", level.columns(RACKS))
        limits = replace(limits, gap=limits.gap * gap_share, seconds=clock.part(part))
        objective = self.pooled_objective(k)
        return program.solve(
            objective, level.aims[k].sense, limits, rows=[*level.rows, *also], progress=lambda p: note(phase, p), **how
        )

    def _start(
        self, k: int, program: Program, limits: Limits, clock: Clock, note: Note, before: Vector | None
    ) -> Outcome:
        """A good plan of the pooled model: the stage before with its halls freed, or the best sites of a relaxation."""
        if before is not None:
            held = {i: float(before[j]) for i, j in self.shared.items()}
            first = self._pool_solve(
                k, program, limits, clock, note, "start", 0.2, 1.0, relaxed=program.whole, fixed=held
            )
            power = {i: x for i, x in held.items() if not program.columns[i].name.startswith("construction.")}
            # a cost gives way to whole racks, a shortfall does not
            room = self.room() if self.exact.aims[k].stage.name == "goal shortfall" else []
            known = first.values if first.values is not None and program.violation(first.values, room) <= MET else None
            halls = self._pool_solve(
                k, program, limits, clock, note, "halls", 0.2, HALLS_SHARE, also=room, start=known, fixed=power
            )
            return halls if halls.values is not None else first
        but_sites = np.ones(len(program.columns), dtype=bool)
        but_sites[self.opens] = False
        # few whole columns: the relaxation is nearly whole by itself, and heuristics take longer than the proof
        quick = replace(limits, bound_only=True)
        sites = self._pool_solve(k, program, quick, clock, note, "sites", 0.25, 0.5, relaxed=but_sites)
        if sites.values is None:
            return sites
        chosen = {i: float(sites.values[i]) for i in self.opens}
        halls = self._pool_solve(
            k, program, limits, clock, note, "halls and power", 0.25, HALLS_SHARE, also=self.balanced, fixed=chosen
        )
        return halls if halls.verdict is not Verdict.INFEASIBLE else replace(halls, verdict=Verdict.UNKNOWN)

    def _by_sites(self, k: int, pooled: Vector, limits: Limits, clock: Clock, note: Note) -> Outcome | None:
        """The exact model with only the pooled sites held, when racks cannot be placed around the pooled choices."""
        level = self.exact
        loose = level.program.solve(
            level.objectives[k],
            level.aims[k].sense,
            replace(limits, seconds=clock.part(0.7)),
            rows=level.rows,
            fixed={self.shared[i]: float(pooled[i]) for i in self.opens},
            relaxed=level.columns(RACKS),
            progress=lambda p: note("exact model", p),
        )
        if loose.values is None:
            return None
        choices = {j: float(loose.values[j]) for j in self.shared.values()}
        placed = place(level, k, choices, limits, clock, note)
        return placed if placed.values is not None else None

    def _exact(self, k: int, limits: Limits, clock: Clock, note: Note, found: Outcome | None) -> Outcome:
        """The exact model itself, from the plan found, for the time left: it alone sees what the pool cannot."""
        level = self.exact
        return level.program.solve(
            level.objectives[k],
            level.aims[k].sense,
            replace(limits, seconds=None if clock.left() == float("inf") else clock.left()),
            rows=level.rows,
            start=None if found is None else found.values,
            progress=lambda p: note("exact model", p),
        )

    def _standing(self, k: int, before: Vector | None) -> Outcome | None:
        """The plan of the stage before stands under this stage too."""
        if before is None:
            return None
        return Outcome(Verdict.WITHIN_LIMITS, self.exact.objectives[k].at(before), None, None, 0.0, 0, before)
