"""Does a plan exist? Asked of a case, of a case with terms left out, and of a case with edits.

A "no" is a proof: of the linear relaxation, or of everything whole, confirmed with presolve off. A "yes" is a plan.
What hits a limit is "unknown", and nothing is concluded from it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.analyses.terms import Term, terms
from planner.analyses.work import Answer, Settled, Undecided, Work
from planner.inputs.case import USD_PER_MUSD, Case
from planner.plan import NOISE, Plan
from planner.results import read_plan
from planner.search.clash import elastic
from planner.search.improve import soft_columns
from planner.search.levels import Level
from planner.search.models import level_of, pooled
from planner.search.racks import PLACED
from planner.solve import Linear, Outcome, Program, Sense, Verdict
from planner.verify import Verification, verify

__all__ = ["Answer", "Found", "Model", "Tell", "Undecided", "Work"]

#: whole columns up to which the exact model is asked at once; above, the relaxation, and plans are made on few sites
AT_ONCE = 1500
#: seconds of one question with whole things, and of one linear question
WHOLE_SECONDS, LINEAR_SECONDS = 90.0, 30.0
#: rows of the pool that help to place racks; a question without them is a relaxation still, and a "no" comes in seconds
ARRIVALS = ("cooling.growing_by_arrivals", "cooling.arrivals_are_new")
#: the algebra is built by one thread at a time
BUILDING = threading.Lock()
NOTHING = Linear(np.zeros(0, dtype=np.int64), np.zeros(0))
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Found:
    """What a question ended with; ``plan`` comes with its check where the answer is yes.

    Of one that an earlier call settled, ``noted`` tells that its plan passed; the plan itself is not kept.
    """

    answer: Answer
    plan: Plan | None = None
    checked: Verification | None = None
    without_presolve: bool = False
    noted: bool = False

    @property
    def passed(self) -> bool:
        return self.noted or (self.checked is not None and self.checked.passed)


class Model:
    """A case built once: all of it where it is small, else with racks in one pool, which every plan satisfies."""

    def __init__(self, case: Case, work: Work) -> None:
        self.case, self.work = case, work
        self.settled = Settled(work.notebook, case)
        self._few: dict[tuple[str, ...], Level] = {}
        self.without_presolve: bool | None = None

    @cached_property
    def level(self) -> Level:
        with BUILDING:
            level = pooled(self.case, None)
            level.program = level.program.without(*ARRIVALS)
            if self.work.small is None:
                self.work.small = int(level.program.whole.sum()) <= AT_ONCE
            return level_of(self.case, None) if self.work.small else level

    @property
    def small(self) -> bool:
        """Decided once for an analysis, by its first model."""
        if self.work.small is None:
            _ = self.level
        return bool(self.work.small)

    @property
    def program(self) -> Program:
        return self.level.program

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        return terms(self.case, self.program.row_names)

    def linear(self, dropped: Iterable[Term] = (), physical: Sequence[str] = ()) -> Answer:
        """With nothing whole: NO is a proof, YES says only that the relaxation sees nothing against it."""
        dropped = tuple(dropped)
        return self._settled("linear", dropped, physical, self._linear)

    def _settled(
        self,
        what: str,
        dropped: tuple[Term, ...],
        physical: Sequence[str],
        ask: Callable[[tuple[Term, ...], Sequence[str]], Answer],
    ) -> Answer:
        """A yes and a no of an earlier call stay so, and so does what shows them; what hit a limit is asked again."""
        gone = [*(t.id for t in dropped), *physical]
        if (noted := self.settled.known(what, gone)) is not None:
            self.without_presolve = self.without_presolve or noted["without_presolve"]
            return Answer(noted["answer"])
        answer = ask(dropped, physical)
        if answer is not Answer.UNKNOWN:
            noted = {"answer": str(answer), "without_presolve": bool(self.without_presolve)}
            self.settled.keep(what, gone, noted)
        return answer

    def _linear(self, dropped: tuple[Term, ...], physical: Sequence[str]) -> Answer:
        program = self._without(dropped, physical)
        o = program.solve(NOTHING, "min", self.work.limits(LINEAR_SECONDS), relaxed=program.whole, confirm=not dropped)
        return self._answer(o)

    def whole(self, dropped: Iterable[Term] = (), physical: Sequence[str] = ()) -> Answer:
        """With everything whole."""
        dropped = tuple(dropped)
        return self._settled("whole", dropped, physical, self._whole)

    def _whole(self, dropped: tuple[Term, ...], physical: Sequence[str]) -> Answer:
        linear = self.linear(dropped, physical)
        if linear is not Answer.YES:
            return linear
        if self.small:
            program = self._without(dropped, physical)
            return self._answer(program.solve(NOTHING, "min", self.work.limits(WHOLE_SECONDS)))
        return Answer.UNKNOWN if self._on_few(dropped) is None else Answer.YES

    def plan(self) -> Found:
        """A plan of the case, read and checked like any other."""
        if self.settled.known("plan") == "passed":
            return Found(Answer.YES, noted=True)
        found = self._plan()
        if found.passed:
            self.settled.keep("plan", (), "passed")
        return found

    def _plan(self) -> Found:
        if self.small:
            o = self.program.solve(NOTHING, "min", self.work.limits(WHOLE_SECONDS))
            if o.values is None:
                return Found(self._answer(o), without_presolve=o.confirmed_without_presolve)
            level = self.level
        else:
            placed = self._on_few(())
            if placed is None:
                return Found(Answer.UNKNOWN)
            level, o = placed
        assert o.values is not None
        level.program.load(np.where(np.abs(o.values) <= NOISE, 0.0, o.values))
        plan = read_plan(level.formulation)
        return Found(Answer.YES, plan, verify(self.case, plan, []))

    def _on_few(self, dropped: tuple[Term, ...]) -> tuple[Level, Outcome] | None:
        """A plan on few sites: around the choices of an earlier one, else from nothing; None where none was found."""
        for sites, choices in reversed(self.work.plans):
            if (placed := self._again(sites, choices, dropped)) is not None:
                return placed
        chosen = self._sites(dropped)
        return self._placed(chosen, dropped) if chosen else None

    def _sites(self, dropped: tuple[Term, ...]) -> tuple[str, ...]:
        """Sites of a relaxation in which openings alone are whole; none where it has no answer."""
        opens, program = self.level.columns("sites.opens"), self._without(dropped, ())
        limits = self.work.limits(LINEAR_SECONDS)
        found = program.solve(NOTHING, "min", limits, relaxed=program.whole & ~opens, confirm=False)
        if found.values is None:
            return ()
        at = dict.fromkeys(self.case.sites, 0.0)
        for (s, _), v in self.level.formulation.model.sites.opens.items():
            at[s] += found.values[self.program.column_of(v)]
        return tuple(s for s, n in at.items() if n > 0.5)

    def _level(self, sites: tuple[str, ...]) -> Level:
        """The exact model of these sites alone."""
        if sites not in self._few:
            with BUILDING:
                self._few[sites] = level_of(self.case.only(sites), None)
        return self._few[sites]

    def _again(
        self, sites: tuple[str, ...], choices: dict[str, float], dropped: tuple[Term, ...]
    ) -> tuple[Level, Outcome] | None:
        """An earlier plan's whole choices, else what gates service in it alone; None where they do not fit."""
        if not set(sites) <= set(self.case.sites):
            return None
        few = self._level(sites)
        program, names = self._kept(few, dropped), [v.name for v in few.program.columns]
        if self._some(program, relaxed=program.whole) is None:
            return None
        known = {i: choices[name] for i, name in enumerate(names) if program.whole[i] and name in choices}
        found = self._some(program, fixed=known)
        if found is None:
            gates = _gates(few)
            found = self._around(few, program, {i: x for i, x in known.items() if gates[i]})
        return None if found is None else (few, self._noted(sites, few, found))

    def _placed(self, sites: tuple[str, ...], dropped: tuple[Term, ...]) -> tuple[Level, Outcome] | None:
        """A plan on these sites: what gates service first, with parts of halls and racks, then all around that."""
        few = self._level(sites)
        program, gates = self._kept(few, dropped), _gates(few)
        gated = self._some(program, relaxed=program.whole & ~gates)
        if gated is None or gated.values is None:
            return None
        found = self._around(few, program, {int(i): float(round(gated.values[i])) for i in np.flatnonzero(gates)})
        return None if found is None else (few, self._noted(sites, few, found))

    def _noted(self, sites: tuple[str, ...], few: Level, found: Outcome) -> Outcome:
        """The plan, its whole choices noted for the next one."""
        assert found.values is not None
        columns = few.program.columns
        chosen = {columns[i].name: float(round(found.values[i])) for i in np.flatnonzero(few.program.whole)}
        self.work.plans.append((sites, chosen))
        return found

    def _kept(self, few: Level, dropped: tuple[Term, ...]) -> Program:
        rules = _rules(dropped)
        return few.program.without(*rules) if rules else few.program

    def _around(self, few: Level, program: Program, gates: dict[int, float]) -> Outcome | None:
        """A plan that holds the gates: halls and power first, racks around them, all at once where that fails."""
        racks = few.columns(*PLACED)
        halls = self._some(program, fixed=gates, relaxed=racks)
        if halls is None or halls.values is None:
            return None
        held = {int(i): float(round(halls.values[i])) for i in np.flatnonzero(program.whole & ~racks)}
        return self._some(program, fixed=held) or self._some(program, fixed=gates)

    def _some(self, program: Program, **how: Any) -> Outcome | None:
        """Any plan; None where there is none in time."""
        found = program.solve(NOTHING, "min", self.work.limits(WHOLE_SECONDS), confirm=False, **how)
        return None if found.values is None else found

    def _without(self, dropped: Iterable[Term], physical: Sequence[str]) -> Program:
        rules = (*_rules(dropped), *physical)
        return self.program.without(*rules) if rules else self.program

    def _answer(self, o: Outcome) -> Answer:
        if o.interrupted and o.values is None:
            raise Undecided
        if o.values is not None:
            return Answer.YES
        if o.verdict is Verdict.INFEASIBLE:
            if o.confirmed_without_presolve:
                self.without_presolve = True
            return Answer.NO
        return Answer.UNKNOWN

    # amounts

    def most(self, term_id: str, dropped: Iterable[str] = ()) -> float | None:
        """The most of a promise of power or compute that the others leave: a bound no plan beats; None if unproven."""
        gone = tuple(dropped)
        return self.settled.bound(f"most of {term_id}", gone, lambda: self._most(term_id, gone))

    def _most(self, term_id: str, dropped: tuple[str, ...]) -> float | None:
        (rule,) = next(t.rules for t in self.terms if t.id == term_id)
        row = self.program.matrix[self.program.row_names.index(rule)]
        measure = Linear(row.indices.astype(np.int64), row.data.astype(float))
        return self._bound(self.program.without(rule, *self._rules_of(dropped)), measure, "max")

    def least_budget_usd(self, dropped: Iterable[str] = ()) -> float | None:
        """The least budget that holds all others, with the same yearly shares: no plan takes less; None if unproven."""
        gone = tuple(dropped)
        return self.settled.bound("least budget", gone, lambda: self._least_budget_usd(gone))

    def _least_budget_usd(self, dropped: tuple[str, ...]) -> float | None:
        rules = self._rules_of(dropped)
        program = self.program.without(*rules) if rules else self.program
        freed, budget = elastic(program, self.case.budget_musd)
        bound = self._bound(freed, budget, "min")
        return None if bound is None else max(0.0, bound) * USD_PER_MUSD

    def _rules_of(self, dropped: Iterable[str]) -> tuple[str, ...]:
        gone = set(dropped)
        return _rules(t for t in self.terms if t.id in gone)

    def _bound(self, program: Program, objective: Linear, sense: Sense) -> float | None:
        relaxed = None if self.small else program.whole
        limits = replace(self.work.limits(WHOLE_SECONDS), gap=1e-9)
        return program.solve(objective, sense, limits, relaxed=relaxed, confirm=False).bound


def _gates(few: Level) -> NDArray[np.bool_]:
    """Whole columns of what gates service, cohorts apart."""
    gates: NDArray[np.bool_] = soft_columns(few) & few.program.whole & ~few.columns(*PLACED)
    return gates


def _rules(dropped: Iterable[Term]) -> tuple[str, ...]:
    return tuple(rule for term in dropped for rule in term.rules)
