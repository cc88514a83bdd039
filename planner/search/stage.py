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

from planner.formulation import Formulation, build
from planner.formulation.combinations import one_pool
from planner.formulation.objective import Aim, investment_by_place, present_movement
from planner.inputs.case import Case
from planner.search.levels import Clock, Kept, Level
from planner.search.parts import bound_by_halls
from planner.search.racks import HOSTS, RACKS, Note, place
from planner.search.tighten import tightened
from planner.search.verdicts import better, tighter, with_bound
from planner.solve import Limits, Linear, Outcome, Program, Row, Vector, Verdict

#: rules that only tell operating cost and energy: stages of value and capacity do not see them
OPERATING_RULES = (
    "power.within_generation",
    "power.energy_balance",
    "power.delivery",
    "power.within_grid_rights",
    "power.within_ppa_limit",
    "cooling.within_water",
    "budget.operating",
)
COSTED = ("present cost", "net present value", "emissions")
#: parts of a stage's gap: for the pooled bound, for a first plan, for placing whole racks
BOUND_SHARE = {"mission value": 0.65, "goal shortfall": 0.95, "present cost": 0.5}
HALLS_SHARE = 0.4


class Search:
    """Both models of a case, narrowed as sites drop out."""

    def __init__(self, case: Case, exact: Formulation, program: Program) -> None:
        self.case = case
        self.kept: list[Kept] = []
        self._set(Level.of(exact, program))

    def _set(self, exact: Level) -> None:
        case = exact.formulation.case
        pool = build(case, one_pool(case))
        self._least_movement: float | None = None
        self.exact = exact
        self.pooled = Level.of(pool, Program.compile(pool.model, exact.program.log))
        for level in (self.exact, self.pooled):
            for kept in self.kept:
                level.keep(kept)
        names = {v.name: i for i, v in enumerate(exact.program.columns)}
        whole = np.flatnonzero(self.pooled.program.whole & ~self.pooled.columns(RACKS, HOSTS))
        #: pooled column -> exact column of the choices both models know
        self.shared = {int(i): names[self.pooled.program.columns[i].name] for i in whole}
        self.balanced = self._balanced()
        opening = self.pooled.columns("sites.opens")
        self.opens = [i for i in self.shared if opening[i]]

    def _balanced(self) -> list[Row]:
        """The pool cannot see who serves what; a start with no site far above its share can be placed."""
        p, accounts = self.case.periods, self.pooled.formulation.accounts
        share = self.case.parameter("largest_site_share")
        sites = list(self.pooled.formulation.case.sites)
        rows = []
        for t in p:
            if t > 0 and p.year(t) >= self.case.parameter("share_rule_from_year"):
                everyone = [(-share * n, v) for s in sites for n, v in accounts.terms("populated_mw", s, t - 1)]
                for s in sites:
                    mine = self.pooled.program.linear([*accounts.terms("populated_mw", s, t - 1), *everyone])
                    rows.append(Row(f"balanced[{s},{p.label(t)}]", mine, upper=0.0))
        return rows

    def stage(self, k: int, limits: Limits, note: Note, before: Vector | None) -> Outcome:
        """Solve stage ``k`` on top of the stages kept; ``before`` is the plan of the stage before.

        While one core searches for the bound, the other places the racks of the plan it starts from.
        """
        began = time.perf_counter()
        clock = Clock(limits.seconds)
        aim = self.exact.aims[k]
        program = self._seen(aim)
        start = self._start(k, program, limits, clock, note, before)
        if start.verdict is Verdict.INFEASIBLE:
            return replace(start, seconds=time.perf_counter() - began)
        with ThreadPoolExecutor(1) as other_core:
            placing = (
                other_core.submit(place, self.exact, k, self._choices(start.values), limits, clock, note)
                if start.values is not None
                else None
            )
            share = BOUND_SHARE.get(aim.stage.name, 0.6)
            if aim.stage.name == "goal shortfall" and start.values is not None and self._has_halls():
                in_parts = replace(limits, gap=limits.gap * share, seconds=clock.part(0.85))
                pooled = bound_by_halls(self.pooled, program, k, in_parts, start.values, note)
            else:
                bounding = replace(limits, bound_only=start.values is not None)
                pooled = self._pool_solve(k, program, bounding, clock, note, "bound", 0.85, share, start=start.values)
            best = better(aim, placing.result() if placing else None, self._standing(k, before))
        if pooled.verdict is Verdict.INFEASIBLE:
            return replace(pooled, seconds=time.perf_counter() - began)
        for choices in (pooled.values, None):
            if best is not None and with_bound(best, pooled, limits).verdict is Verdict.OPTIMAL:
                break
            if choices is not None:
                best = better(aim, place(self.exact, k, self._choices(choices), limits, clock, note), best)
            elif before is not None:
                best = better(
                    aim,
                    place(self.exact, k, {j: float(before[j]) for j in self.shared.values()}, limits, clock, note),
                    best,
                )
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

    def _has_halls(self) -> bool:
        return len(self.pooled.formulation.model.construction.halls_of_design) > 0

    def _seen(self, aim: Aim) -> Program:
        """The pooled model less the rules that the stage cannot see."""
        if aim.stage.name in COSTED:
            return self.pooled.program
        return self.pooled.program.without(*OPERATING_RULES)

    def _choices(self, values: Vector) -> dict[int, float]:
        """What the pooled model chose, for the exact one."""
        return {j: float(values[i]) for i, j in self.shared.items()}

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
        objective = self._pooled_objective(k, clock)
        return program.solve(
            objective, level.aims[k].sense, limits, rows=[*level.rows, *also], progress=lambda p: note(phase, p), **how
        )

    def _pooled_objective(self, k: int, clock: Clock) -> Linear:
        """The pool serves all from the nearest site; the least data movement of the exact model is a better bound."""
        level = self.pooled
        if level.aims[k].stage.name not in ("present cost", "net present value") or not self.kept:
            return level.objectives[k]
        if self._least_movement is None:
            moved = self.exact.program.linear(present_movement(self.exact.formulation))
            limits = Limits(seconds=clock.part(0.2))
            least = self.exact.program.solve(
                moved, "min", limits, rows=self.exact.rows, relaxed=self.exact.program.whole
            )
            self._least_movement = least.bound if least.verdict is Verdict.OPTIMAL and least.bound is not None else 0.0
        sign = 1.0 if level.aims[k].sense == "min" else -1.0
        terms = [*level.aims[k].terms, *((-sign * n, v) for n, v in present_movement(level.formulation))]
        return replace(level.program.linear(terms), constant=sign * self._least_movement)

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
            halls = self._pool_solve(
                k, program, limits, clock, note, "halls", 0.2, HALLS_SHARE, start=first.values, fixed=power
            )
            return halls if halls.values is not None else first
        but_sites = np.ones(len(program.columns), dtype=bool)
        but_sites[self.opens] = False
        sites = self._pool_solve(k, program, limits, clock, note, "sites", 0.25, 0.5, relaxed=but_sites)
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

    def keep(self, k: int, outcome: Outcome) -> tuple[Kept, Vector]:
        """Hold stage ``k`` for the later ones; returns what is held and the plan on the narrowed model."""
        aim = self.exact.aims[k]
        stage, values = aim.stage, outcome.values
        assert outcome.objective is not None
        assert values is not None
        slack = max(stage.give_back_share * abs(outcome.objective), 5e-7 * max(1.0, abs(outcome.objective)))
        floor = outcome.objective - slack if aim.sense == "max" else outcome.objective + slack
        invested = limit = None
        if stage.give_back_budget_share is not None:
            places = investment_by_place(self.exact.formulation.model)
            invested = {place: self.exact.program.linear(terms).at(values) for place, terms in places.items()}
            limit = stage.give_back_budget_share * self.case.budget_musd
        kept = Kept(k, floor, invested, limit)
        self.kept.append(kept)
        for level in (self.exact, self.pooled):
            level.keep(kept)
        return kept, self._narrowed(values, limit)

    def moved_musd(self, kept: Kept, values: Vector) -> float | None:
        """Dollars that a plan adds to the investment kept, summed over category and site."""
        if kept.invested_musd is None:
            return None
        places = investment_by_place(self.exact.formulation.model)
        return sum(
            max(0.0, self.exact.program.linear(terms).at(values) - kept.invested_musd.get(place, 0.0))
            for place, terms in places.items()
        )

    def _narrowed(self, values: Vector, limit_musd: float | None) -> Vector:
        """Leave out sites that no later plan can open: opening one, even in parts, would move more than the limit."""
        program = self.pooled.program
        is_open = {program.columns[i].index()[0]: values[self.shared[i]] > 0.5 for i in self.opens}
        chosen = [s for s in self.exact.formulation.case.sites if any(o and s == r for r, o in is_open.items())]
        others = np.array([i for i in self.opens if program.columns[i].index()[0] not in chosen])
        if limit_musd is None or not len(others):
            return values
        moved, free = self.pooled.rows[-1], self.pooled.rows[:-1]
        another = Row("another site", Linear(others, np.ones(len(others))), lower=1.0)
        least = program.solve(
            moved.expression, "min", Limits(seconds=20.0), rows=[*free, another], relaxed=program.whole
        )
        cannot = (
            least.verdict is Verdict.OPTIMAL
            and least.objective is not None
            and least.objective > limit_musd * (1 + 1e-6)
        )
        if not cannot and least.verdict is not Verdict.INFEASIBLE:
            return values
        old = {v.name: float(x) for v, x in zip(self.exact.program.columns, values, strict=True)}
        exact = build(self.exact.formulation.case.only(chosen))
        self._set(Level.of(exact, Program.compile(exact.model, self.exact.program.log)))
        self.pooled.rows += tightened(self.pooled, self.pooled.program.without(*OPERATING_RULES), Limits(seconds=20.0))
        return np.array([old[v.name] for v in self.exact.program.columns])
