"""The two models of a search: the exact one and its pooled relaxation, narrowed as sites drop out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from planner.formulation import Formulation, build
from planner.formulation.combinations import one_pool
from planner.formulation.objective import Aim, investment_by_place, present_movement
from planner.inputs.case import Case
from planner.search.levels import Clock, Kept, Level
from planner.search.racks import HOSTS, RACKS
from planner.search.tighten import tightened
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
MOVED = ("present cost", "net present value")
COSTED = ("present cost", "net present value", "emissions")
#: how far a start stays from the floor of the first stage, in losses of the exact model there
ROOM = 1.5
LEAST_LOSS = 2e-4


class Models:
    """Both models of a case, what later stages keep in them, and what ties them together."""

    def __init__(self, case: Case, exact: Formulation, program: Program) -> None:
        self.case = case
        self.kept: list[Kept] = []
        #: part of the first stage's value that the exact model loses against the pooled one
        self._loss = LEAST_LOSS
        self._set(Level.of(exact, program))

    def _set(self, exact: Level) -> None:
        case = exact.formulation.case
        pool = build(case, one_pool(case))
        self._least_movement: float | None = None
        #: sites have dropped out and the rows that this allows are not written yet
        self._loose = False
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

    def seen(self, aim: Aim) -> Program:
        """The pooled model less the rules that the stage cannot see."""
        if aim.stage.name in COSTED:
            return self.pooled.program
        return self.pooled.program.without(*OPERATING_RULES)

    def choices(self, values: Vector) -> dict[int, float]:
        """What the pooled model chose, for the exact one."""
        return {j: float(values[i]) for i, j in self.shared.items()}

    def pooled_objective(self, k: int) -> Linear:
        """The pool serves all from the nearest site; the least data movement of the exact model is a better bound."""
        level = self.pooled
        if level.aims[k].stage.name not in MOVED or not self._least_movement:
            return level.objectives[k]
        sign = 1.0 if level.aims[k].sense == "min" else -1.0
        terms = [*level.aims[k].terms, *((-sign * n, v) for n, v in present_movement(level.formulation))]
        return replace(level.program.linear(terms), constant=sign * self._least_movement)

    def learn_loss(self, pooled: Outcome, exact: Outcome) -> None:
        """What the exact model lost in stage 1 around the same choices."""
        if pooled.objective and exact.objective is not None:
            self._loss = max(LEAST_LOSS, abs(pooled.objective - exact.objective) / abs(pooled.objective))

    def room(self) -> list[Row]:
        """A start of the pooled model keeps clear of the first stage's floor, so that its choices can be placed."""
        first = [kept for kept in self.kept if kept.stage == 0]
        if not first:
            return []
        slack = ROOM * self._loss * abs(first[0].floor)
        if self.pooled.aims[0].sense == "max":
            return [Row("room to place", self.pooled.objectives[0], lower=first[0].floor + slack)]
        return [Row("room to place", self.pooled.objectives[0], upper=first[0].floor - slack)]

    def prepare(self, k: int, clock: Clock) -> tuple[float | None, list[Row]]:
        """What the bound can use and the start can do without: the least data movement, and rows that tighten it."""
        limits = Limits(seconds=clock.part(0.2))
        movement = self._least_movement
        if movement is None and self.exact.aims[k].stage.name in MOVED and self.kept:
            moved = self.exact.program.linear(present_movement(self.exact.formulation))
            least = self.exact.program.solve(
                moved, "min", limits, rows=self.exact.rows, relaxed=self.exact.program.whole
            )
            movement = least.bound if least.verdict is Verdict.OPTIMAL and least.bound is not None else 0.0
        rows = tightened(self.pooled, self.pooled.program.without(*OPERATING_RULES), limits) if self._loose else []
        self._loose = False
        return movement, rows

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
        with ThreadPoolExecutor(1) as other_core:
            asking = other_core.submit(
                program.solve,
                moved.expression,
                "min",
                Limits(seconds=20.0),
                rows=[*free, another],
                relaxed=program.whole,
            )
            exact = build(self.exact.formulation.case.only(chosen))
            least = asking.result()
        cannot = (
            least.verdict is Verdict.OPTIMAL
            and least.objective is not None
            and least.objective > limit_musd * (1 + 1e-6)
        )
        if not cannot and least.verdict is not Verdict.INFEASIBLE:
            return values
        old = {v.name: float(x) for v, x in zip(self.exact.program.columns, values, strict=True)}
        self._set(Level.of(exact, Program.compile(exact.model, self.exact.program.log)))
        self._loose = True
        return np.array([old[v.name] for v in self.exact.program.columns])

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
