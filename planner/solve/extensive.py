"""Several futures of one programme in one model: commitments before a date are the same in all, the rest is not.

Each future is the whole formulation of its case on a block of its own; only these rows tie the blocks together.

    as_agreed[decision,t,n]   a commitment of a period before the date is in future n what it is in the first future
    not_yet[decision,t,n]     nothing is committed before another date that may be committed later as well
    worse[n]                  shortfall[n] ≥ at_risk − objective of future n, where CVaR weighs something

What runs, serves and retires is no commitment: it answers to the future at once. The objective is
(1 − weight) · Σ p · objective + weight · CVaR, with CVaR = at_risk − Σ p · shortfall / (1 − level), the mean of the
worst 1 − level of futures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo

from planner.collection import no_collection
from planner.formulation import Formulation, build
from planner.formulation.past import POOLED, decisions
from planner.formulation.terms import Terms, over, scaled, total, value
from planner.inputs.actuals import KINDS, SPENT
from planner.inputs.case import Case
from planner.solve.program import FEASIBLE, Contradiction, Program
from planner.solve.values import Linear, Outcome, SolveLimits, Vector, Verdict

#: kind, where and what, period
Key = tuple[str, tuple[str, ...], int]
#: kinds that answer to the future at once, or follow from others
AT_ONCE = ("generated", "retired", "served", "discounted", SPENT)
#: name of the block of a future, before its number
BLOCK = "future_"
#: what a continuous commitment that is held may be off by, as a part of it: rounding of the solve it comes from
ROUNDING = 1e-6


@dataclass(frozen=True)
class Future:
    """A case as it may turn out."""

    name: str
    case: Case
    probability: float


@dataclass(frozen=True)
class Stages:
    """``before``: first period in which futures may differ; nothing is committed before ``not_before``.

    CVaR at ``level`` weighs ``weight`` of the objective, from 0 to 1.
    """

    before: int
    not_before: int = 0
    level: float = 0.8
    weight: float = 0.0


@dataclass(frozen=True)
class Held:
    """A condition: commitments of periods before ``before`` are these amounts; what is not named is nothing.

    With ``whole``, only decisions that are whole are held, and the rest follows.
    """

    amounts: Mapping[Key, float]
    before: int
    whole: bool = False

    def __call__(self, built: Formulation) -> None:
        """Add the rows. Raises Contradiction where the model cannot commit what is held."""
        m, place = built.model, {s: r for r, inside in built.places.items() for s in inside}
        amounts: dict[Key, float] = {}
        for (kind, key, t), amount in self.amounts.items():
            where = (place.get(key[0], key[0]), *key[1:]) if kind in POOLED else key
            amounts[kind, where, t] = amounts.get((kind, where, t), 0.0) + amount
        there = {key: terms for key, terms in commitments(built).items() if key[2] < self.before}
        for (kind, where, t), amount in amounts.items():
            if t < self.before and abs(amount) > ROUNDING and (kind, where, t) not in there:
                raise Contradiction(f"{'/'.join([kind, *where])} in {built.case.periods.label(t)} is not on offer")
        held = {key: x for key, x in there.items() if not self.whole or not any(v.is_continuous() for _, v in x)}
        m.held = pyo.Block()

        @m.held.Constraint(over((_name(key), key[2]) for key in held), doc="commitments are what they were")
        def as_held(b: Any, name: str, t: int) -> Any:
            key = _key(name, t)
            terms, amount = held[key], amounts.get(key, 0.0)
            if not any(v.is_continuous() for _, v in terms):
                return total(terms) == round(amount)
            off = ROUNDING * max(1.0, abs(amount))
            return (amount - off, total(terms), amount + off)


def _name(key: Key) -> str:
    return "/".join([key[0], *key[1]])


def _key(name: str, t: int) -> Key:
    kind, *where = name.split("/")
    return kind, tuple(where), t


def commitments(built: Formulation) -> dict[Key, Terms]:
    """What is signed, ordered or begun by kind, key and period; what is past is none of it."""
    found: dict[Key, Terms] = {}
    for d in decisions(built.model, built.case, built.places):
        if d.kind in KINDS and d.kind not in AT_ONCE and d.t >= built.case.past and d.terms:
            found[d.kind, d.key, d.t] = d.terms
    return found


def values_of(built: Formulation) -> dict[str, float]:
    """Values that the variables of a formulation hold, by name."""
    return {v.name: v.value for v in built.model.component_data_objects(pyo.Var, active=True)}


def committed(built: Formulation, before: int) -> dict[Key, float]:
    """Amounts of the commitments before a period, at the values that the variables hold."""
    found = {key: value(terms) for key, terms in commitments(built).items() if key[2] < before}
    return {key: amount for key, amount in found.items() if abs(amount) > ROUNDING}


@dataclass(frozen=True)
class Extensive:
    """The compiled model of all futures; ``built`` are their formulations, in order. Money in M USD."""

    futures: Sequence[Future]
    built: Sequence[Formulation]
    program: Program
    objective: Linear

    @classmethod
    def of(cls, futures: Sequence[Future], stages: Stages, sites: frozenset[str] | None = None) -> Extensive:
        """Build and compile, each site by itself; ``sites``: those that are chosen, where that is settled.

        Raises Contradiction if a rule without variables does not hold.
        """
        with no_collection():
            m = pyo.ConcreteModel(name="futures")
            built = [build(future.case) for future in futures]
            for n, one in enumerate(built):
                m.add_component(f"{BLOCK}{n}", one.model)
                for s, opens in one.model.sites.open.items() if sites is not None else ():
                    opens.fix(float(s in (sites or ())))
            there = [commitments(one) for one in built]
            _agree(m, there, stages.before)
            _wait(m, there, stages.not_before)
            terms = _weighed(m, futures, built, stages)
        program = Program.compile(m)
        return cls(futures, built, program, program.linear(terms))

    def start(self, plans: Sequence[Mapping[str, float]]) -> Vector | None:
        """Plans of the futures by name of variable, put together; None where they break a rule of the whole."""
        values = np.zeros(len(self.program.columns))
        worst = min(self._worth(plan, built) for plan, built in zip(plans, self.built, strict=True))
        for i, name in enumerate(self.program.names):
            block, _, rest = name.partition(".")
            values[i] = plans[int(block.removeprefix(BLOCK))][rest] if rest else worst if name == "at_risk" else 0.0
        return values if self.program.violation(values) <= FEASIBLE else None

    def _worth(self, plan: Mapping[str, float], built: Formulation) -> float:
        return sum(n * plan[v.name.partition(".")[2]] for n, v in built.objective)

    def solve(self, limits: SolveLimits, start: Vector | None = None) -> Outcome:
        """The plan of the whole; its values then stand on the variables of every future."""
        found = self.program.solve(self.objective, limits, start=start)
        if found.values is not None:
            self.program.load(found.values)
        return found


def with_held(case: Case, held: Held, limits: SolveLimits) -> tuple[Formulation | None, Outcome]:
    """The best plan of a case with decisions held; its values stand on the formulation, None where there is none."""
    built = build(case)
    try:
        held(built)
        program = Program.compile(built.model)
    except Contradiction:
        return None, Outcome(Verdict.INFEASIBLE)
    found = program.solve(program.linear(built.objective), limits)
    if found.values is None:
        return None, found
    program.load(found.values)
    return built, found


def _agree(m: Any, there: Sequence[Mapping[Key, Terms]], before: int) -> None:
    """What one future cannot commit, the others do not either."""
    keys = [key for key in dict.fromkeys(k for one in there for k in one) if key[2] < before]
    rows = {
        (_name(k), k[2], n): [*there[n].get(k, []), *scaled(there[0].get(k, []), -1.0)]
        for k in keys
        for n in range(1, len(there))
    }

    @m.Constraint(over(i for i, terms in rows.items() if terms), doc="commitments before the date are the same")
    def as_agreed(m: Any, decision: str, t: int, n: int) -> Any:
        return total(rows[decision, t, n]) == 0


def _wait(m: Any, there: Sequence[Mapping[Key, Terms]], not_before: int) -> None:
    """What has no later date is not kept waiting."""
    rows: dict[tuple[str, int, int], Terms] = {}
    for n, one in enumerate(there):
        last: dict[str, int] = {}
        for key in one:
            last[_name(key)] = max(key[2], last.get(_name(key), 0))
        for key, terms in one.items():
            if key[2] < not_before <= last[_name(key)]:
                rows[_name(key), key[2], n] = terms

    @m.Constraint(over(rows), doc="nothing is committed yet")
    def not_yet(m: Any, decision: str, t: int, n: int) -> Any:
        return total(rows[decision, t, n]) == 0


def _weighed(m: Any, futures: Sequence[Future], built: Sequence[Formulation], stages: Stages) -> Terms:
    """The expected objective and, where it weighs something, CVaR."""
    mean = [x for f, one in zip(futures, built, strict=True) for x in scaled(one.objective, f.probability)]
    if not stages.weight:
        return mean
    m.at_risk = pyo.Var(doc="objective that the worst futures fall short of, M USD")
    m.shortfall = pyo.Var(range(len(built)), domain=pyo.NonNegativeReals, doc="below it, M USD")

    @m.Constraint(range(len(built)), doc="how far a future falls short")
    def worse(m: Any, n: int) -> Any:
        return total([(1.0, m.shortfall[n]), (-1.0, m.at_risk), *built[n].objective]) >= 0

    worst = [(-f.probability / (1 - stages.level), m.shortfall[n]) for n, f in enumerate(futures)]
    return [*scaled(mean, 1 - stages.weight), *scaled([(1.0, m.at_risk), *worst], stages.weight)]


def cvar(values: Sequence[float], probabilities: Sequence[float], level: float) -> float:
    """Mean of the worst 1 - level of probability."""
    left, found = 1.0 - level, 0.0
    for amount, probability in sorted(zip(values, probabilities, strict=True)):
        part = min(left, probability)
        found, left = found + part * amount, left - part
    return found / (1.0 - level)
