"""How a stage is solved: choose on a pooled relaxation, prove with its bound, plan on the exact model.

The pooled model tracks racks in one place instead of at every site. Any plan of the exact model is one of the pooled
model, so the pooled bound holds for both; it is a fortieth of the work. Its choices (sites, halls, contracts, plant)
are then held while the exact model places whole racks.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from planner.formulation import Formulation, build
from planner.formulation.combinations import one_pool
from planner.formulation.objective import Aim, aims, investment_by_place
from planner.inputs.case import Case
from planner.solve import Limits, Linear, Outcome, Program, Progress, Row, Vector, Verdict, relative_gap

#: rules that only tell operating cost: the value of a mission does not see them
OPERATING_RULES = (
    "power.within_generation",
    "power.energy_balance",
    "power.delivery",
    "power.within_grid_rights",
    "power.within_ppa_limit",
    "cooling.within_water",
    "budget.operating",
)
RACKS = "fleet.bought"
#: how much of a stage's gap the pooled search may use; the rest is for placing whole racks
POOLED_SHARE = 0.7
LATER_SHARE = 0.95


@dataclass
class Level:
    """One of the two models, compiled, with its stages and what later stages must keep."""

    formulation: Formulation
    program: Program
    aims: list[Aim]
    objectives: list[Linear]
    kept: list[Row] = field(default_factory=list)

    @classmethod
    def of(cls, formulation: Formulation, program: Program) -> Level:
        stages = aims(formulation.model, formulation.case, formulation.accounts)
        return cls(formulation, program, stages, [program.linear(a.terms) for a in stages])

    def columns(self, family: str) -> np.ndarray:
        return np.array([v.parent_component().name == family for v in self.program.columns], dtype=bool)

    def keep(self, stage: int, floor: float) -> None:
        """Later stages hold this stage at ``floor`` or better."""
        best = {"lower": floor} if self.aims[stage].sense == "max" else {"upper": floor}
        self.kept.append(Row(f"objective.give_back_{stage + 1}", self.objectives[stage], **best))

    def hold_investment(self, stage: int, values: Vector, limit_musd: float) -> None:
        """Later plans add at most ``limit_musd`` to what this plan invests, summed over category and site."""
        added = self.formulation.model.budget.added_musd
        for place, terms in investment_by_place(self.formulation.model).items():
            spent = self.program.linear(terms)
            growth = self.program.linear([*terms, (-1.0, added[place])])
            self.kept.append(Row(f"objective.moved_{stage + 1}[{'/'.join(place)}]", growth, upper=spent.at(values)))
        everything = self.program.linear([(1.0, v) for v in added.values()])
        self.kept.append(Row(f"objective.moved_dollars_{stage + 1}", everything, upper=limit_musd))


@dataclass(frozen=True)
class Solved:
    """A stage as it ended: ``outcome`` is on the exact model, its bound the pooled one."""

    aim: Aim
    outcome: Outcome
    achieved: float | None = None
    floor: float | None = None


Note = Callable[[str, Progress], None]


class Search:
    """Both models of a case."""

    def __init__(self, case: Case, exact: Formulation, program: Program) -> None:
        self.case = case
        self.exact = Level.of(exact, program)
        pool = build(case, one_pool(case))
        self.pooled = Level.of(pool, Program.compile(pool.model, program.log))
        names = {v.name: i for i, v in enumerate(program.columns)}
        whole = np.flatnonzero(self.pooled.program.whole & ~self.pooled.columns(RACKS) & ~self.pooled.columns("workload.hosts"))
        #: pooled column -> exact column of the choices both models know
        self.shared = {int(i): names[self.pooled.program.columns[i].name] for i in whole}
        self._open: set[object] = set()
        self.opens = [i for i in self.shared if self.pooled.program.columns[i].parent_component().name == "sites.opens"]

    def stage(self, k: int, limits: Limits, note: Note, before: Vector | None) -> Outcome:
        """Solve stage ``k`` on top of the stages kept; ``before`` is the plan of the stage before."""
        began = time.perf_counter()
        clock = Clock(limits.seconds)
        aim = self.exact.aims[k]
        pooled = self._pooled(k, limits, clock, note, before)
        if pooled.values is None:
            return replace(pooled, seconds=time.perf_counter() - began)
        placed = self._placed(k, {self.shared[i]: pooled.values[i] for i in self.shared}, limits, clock, note)
        best = _better(aim, placed, self._kept_plan(k, before))
        outcome = _with_bound(best, pooled, limits)
        if outcome.verdict is not Verdict.OPTIMAL and not pooled.interrupted and clock.left() > 1:
            more = self._exact(k, limits, clock, note, outcome)
            outcome = _with_bound(_better(aim, more, best), pooled if _tighter(aim, pooled, more) else more, limits)
        return replace(outcome, seconds=time.perf_counter() - began, history=pooled.history, nodes=pooled.nodes + outcome.nodes)

    def _pooled(self, k: int, limits: Limits, clock: Clock, note: Note, before: Vector | None) -> Outcome:
        level = self.pooled
        aim, objective = level.aims[k], level.objectives[k]
        program = level.program.without(*OPERATING_RULES) if aim.stage.name == "mission value" else level.program
        relaxed = level.columns(RACKS)
        tell = _teller(note, "pooled bound")

        def go(part: float, gap: float, **how: object) -> Outcome:
            seconds = clock.part(part)
            return program.solve(objective, aim.sense, replace(limits, gap=gap, seconds=seconds), rows=level.kept, progress=tell, **how)  # type: ignore[arg-type]

        if before is not None:
            held = {i: float(before[j]) for i, j in self.shared.items()}
            start = go(0.2, limits.gap, relaxed=relaxed | program.whole, fixed=held).values
            power = {i: x for i, x in held.items() if not program.columns[i].name.startswith("construction.")}
            start = go(0.3, limits.gap, relaxed=relaxed, start=start, fixed=power).values
            return go(0.7, limits.gap * LATER_SHARE, relaxed=relaxed, start=start)
        opening = np.ones(len(program.columns), dtype=bool)
        opening[self.opens] = False
        sites = go(0.25, limits.gap / 2, relaxed=opening)
        if sites.verdict is Verdict.INFEASIBLE:
            return sites
        start = None
        if sites.values is not None:
            chosen = {i: float(sites.values[i]) for i in self.opens}
            start = go(0.25, limits.gap / 2.5, relaxed=relaxed, fixed=chosen).values
        return go(0.75, limits.gap * POOLED_SHARE, relaxed=relaxed, start=start)

    def _placed(self, k: int, choices: dict[int, float], limits: Limits, clock: Clock, note: Note) -> Outcome:
        """The exact plan that holds the choices, with whole racks."""
        level = self.exact
        aim, objective = level.aims[k], level.objectives[k]
        tell = _teller(note, "whole racks")
        part = replace(limits, gap=limits.gap / 5, seconds=clock.part(0.5), nodes=None)
        loose = level.program.solve(objective, aim.sense, part, rows=level.kept, fixed=choices, relaxed=level.columns(RACKS), progress=tell)
        if loose.values is None:
            return loose
        hosts = {int(i): float(loose.values[i]) for i in np.flatnonzero(level.columns("workload.hosts"))}
        part = replace(limits, gap=limits.gap / 5, seconds=clock.part(0.6), nodes=None)
        return level.program.solve(objective, aim.sense, part, rows=level.kept, fixed=choices | hosts, progress=tell)

    def _exact(self, k: int, limits: Limits, clock: Clock, note: Note, found: Outcome) -> Outcome:
        """The exact model with the chosen sites held, for the time that is left."""
        level = self.exact
        program, values = level.program, found.values
        fixed = {} if values is None else {self.shared[i]: float(values[self.shared[i]]) for i in self.opens}
        part = replace(limits, seconds=clock.left())
        tell = _teller(note, "exact model")
        outcome = program.solve(level.objectives[k], level.aims[k].sense, part, rows=level.kept, start=values, fixed=fixed, progress=tell)
        return replace(outcome, bound=None) if fixed else outcome

    def _kept_plan(self, k: int, before: Vector | None) -> Outcome | None:
        """The plan of the stage before stands under this stage too."""
        if before is None:
            return None
        value = self.exact.objectives[k].at(before)
        return Outcome(Verdict.WITHIN_LIMITS, value, None, None, 0.0, 0, before)

    def keep(self, k: int, outcome: Outcome) -> float:
        """What later stages may not give back of stage ``k``; returns the floor."""
        stage, aim = self.exact.aims[k].stage, self.exact.aims[k]
        assert outcome.objective is not None and outcome.values is not None
        slack = stage.give_back_share * abs(outcome.objective)
        slack = max(slack, 1e-6 * max(1.0, abs(outcome.objective)))
        self._open = {self.pooled.program.columns[i].index() for i in self.opens if outcome.values[self.shared[i]] > 0.5}
        floor = outcome.objective - slack if aim.sense == "max" else outcome.objective + slack
        for level in (self.exact, self.pooled):
            level.keep(k, floor)
        if stage.give_back_budget_share is not None:
            limit = stage.give_back_budget_share * self.case.budget_musd
            self.exact.hold_investment(k, outcome.values, limit)
            self.pooled.hold_investment(k, self._pool(outcome.values), limit)
            self._close_sites(limit)
        return floor

    def _close_sites(self, limit_musd: float) -> None:
        """Close the sites that no later plan can open: even in parts, that would move more than the limit."""
        program = self.pooled.program
        others = [i for i in self.opens if program.columns[i].index() not in self._open and program.upper[i] > 0]
        if not others:
            return
        another = Row("another site", Linear(np.array(others), np.ones(len(others))), lower=1.0)
        moved, free = self.pooled.kept[-1], self.pooled.kept[:-1]
        least = program.solve(moved.expression, "min", Limits(seconds=20.0), rows=[*free, another], relaxed=program.whole)
        if least.verdict is Verdict.OPTIMAL and least.objective is not None and least.objective > limit_musd * (1 + 1e-6):
            for i in others:
                program.upper[i] = self.exact.program.upper[self.shared[i]] = 0.0

    def _pool(self, values: Vector) -> Vector:
        """Pooled values of an exact plan, for the columns that investment is told by."""
        totals: dict[tuple[str, int], float] = {}
        for v in self.exact.formulation.model.budget.spent_musd.values():
            category, _, t = v.index()
            totals[category, t] = totals.get((category, t), 0.0) + float(values[self.exact.program.column_of(v)])
        pooled = np.zeros(len(self.pooled.program.columns))
        by_site = self.exact.formulation.model.budget.spent_musd
        for v in self.pooled.formulation.model.budget.spent_musd.values():
            category, place, t = v.index()
            if place in self.case.sites:
                pooled[self.pooled.program.column_of(v)] = float(values[self.exact.program.column_of(by_site[category, place, t])])
            else:
                pooled[self.pooled.program.column_of(v)] = totals[category, t]
        return pooled


class Clock:
    """Seconds that are left of a limit; None means no limit."""

    def __init__(self, seconds: float | None) -> None:
        self._end = None if seconds is None else time.perf_counter() + seconds

    def left(self) -> float:
        return float("inf") if self._end is None else max(0.0, self._end - time.perf_counter())

    def part(self, share: float) -> float | None:
        return None if self._end is None else max(1.0, share * self.left())


def _teller(note: Note, phase: str) -> Callable[[Progress], None]:
    return lambda progress: note(phase, progress)


def _better(aim: Aim, one: Outcome, other: Outcome | None) -> Outcome:
    if other is None or other.objective is None or other.values is None:
        return one
    if one.objective is None or one.values is None:
        return other
    better = one.objective >= other.objective if aim.sense == "max" else one.objective <= other.objective
    return one if better else other


def _tighter(aim: Aim, one: Outcome, other: Outcome) -> bool:
    if one.bound is None or other.bound is None:
        return one.bound is not None
    return one.bound <= other.bound if aim.sense == "max" else one.bound >= other.bound


def _with_bound(plan: Outcome, prover: Outcome, limits: Limits) -> Outcome:
    """The plan with the bound that was proven for it."""
    if plan.values is None:
        return replace(plan, verdict=Verdict.UNKNOWN, bound=prover.bound, gap=None)
    gap = relative_gap(plan.objective, prover.bound)
    proven = gap is not None and gap <= limits.gap + 1e-12
    verdict = Verdict.OPTIMAL if proven else Verdict.WITHIN_LIMITS
    return replace(plan, bound=prover.bound, gap=gap, verdict=verdict, interrupted=plan.interrupted or prover.interrupted)


def solve_stages(search: Search, limits: Limits, note: Callable[[int, str, Progress], None]) -> list[Solved]:
    """All stages in their order; a later stage runs only on one proven tighter than its give-back."""
    clock = Clock(limits.seconds)
    solved: list[Solved] = []
    before: Vector | None = None
    stages = search.exact.aims
    for k, aim in enumerate(stages):
        share = 1.0 if k + 1 == len(stages) else (0.65 if k == 0 else 0.5)

        def tell(phase: str, progress: Progress, k: int = k) -> None:
            note(k, phase, progress)

        outcome = search.stage(k, replace(limits, seconds=clock.part(share)), tell, before)
        floor = search.keep(k, outcome) if outcome.values is not None and k + 1 < len(stages) else None
        solved.append(Solved(aim, outcome, floor=floor))
        allowed = aim.stage.give_back_share or limits.gap
        if outcome.values is None or outcome.interrupted or outcome.gap is None or outcome.gap > max(allowed, limits.gap):
            break
        before = outcome.values
    return _achieved(search, solved)


def _achieved(search: Search, solved: Sequence[Solved]) -> list[Solved]:
    """Each stage's value on the final plan."""
    plan = next((s.outcome.values for s in reversed(solved) if s.outcome.values is not None), None)
    if plan is None:
        return list(solved)
    return [replace(s, achieved=search.exact.objectives[k].at(plan)) for k, s in enumerate(solved)]
