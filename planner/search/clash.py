"""Why firm promises clash: what the budget can hold of each, and what budget would hold them all.

Every figure is the bound of a solve of the pooled model, which every plan of the programme satisfies: first with
nothing whole, and with everything whole where that does not see the clash. So no plan does better.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]

from planner.formulation import build
from planner.formulation.combinations import one_pool
from planner.formulation.commitments import binding
from planner.inputs.case import USD_PER_MUSD, Case
from planner.inputs.programme import Claim
from planner.solve import Limits, Linear, Outcome, Program, Sense, Verdict

#: seconds for all solves of an explanation, and for one of them with whole things
SECONDS = 40.0
WHOLE_SECONDS = 8.0
#: the solver's tolerances, relative: a figure is proven up to them
TOLERANCE = 1e-6
CEILINGS = ("budget.within_authority", "budget.within_budget")
#: limits beside the budget that may have to give way; those that are hardest to move stand last
LIMITS = (
    "budget.operations_within_caps",
    "fleet.within_supply",
    "construction.within_national_workers",
    "construction.within_build_rate",
    "construction.within_craft_workers",
    "budget.split_most",
    "budget.split_least",
    "budget.band_most",
    "budget.band_least",
    "commitments.services_offered",
    "commitments.governance_aware",
    "commitments.governance_agencies",
    "commitments.governance_done",
    "power.within_onsite_limit",
    "construction.within_existing_halls",
    "construction.within_land",
)


@dataclass(frozen=True)
class Promise:
    """A firm promise; ``at_most`` is what the budget can hold of it beside the others, None where nothing is proven."""

    promise: str
    claim: str
    tier: str | None
    unit: str
    by: int | None
    promised: float
    at_most: float | None

    @property
    def clashes(self) -> bool:
        return self.at_most is not None and self.at_most < self.promised * (1 - TOLERANCE)


@dataclass(frozen=True)
class Limit:
    """A limit that has to give way before any budget holds all promises."""

    rule: str
    says: str


@dataclass(frozen=True)
class Clash:
    """``at_least_budget_usd`` holds all firm promises at best, with ``limits`` out of the way.

    ``budget_alone``: whether a larger budget can do it, as far as the relaxation sees; None if time ran out, as
    for ``limits``. ``any_one``: it is proven that giving up one of the promises, whichever, is not enough.
    """

    budget_usd: float
    at_least_budget_usd: float | None
    budget_alone: bool | None
    limits: tuple[Limit, ...] | None
    promises: tuple[Promise, ...]
    any_one: bool

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class _Column(NamedTuple):
    """A column that no variable of the model stands for."""

    name: str


def find(case: Case, limits: Limits, log: Path | None = None) -> Clash:
    """The clash of a programme that has no plan."""
    return _Question(case, limits, log).answer()


def elastic(program: Program, budget_musd: float) -> tuple[Program, Linear]:
    """The program with its budget as one more column, M USD; the ceilings keep their shares of it."""
    shares = np.zeros(len(program.row_names))
    for row, name in enumerate(program.row_names):
        if name.startswith(CEILINGS):
            shares[row] = program.row_upper[row] / budget_musd
    column = len(program.columns)
    freed = replace(
        program,
        columns=[*program.columns, _Column("budget")],
        lower=np.append(program.lower, 0.0),
        upper=np.append(program.upper, np.inf),
        whole=np.append(program.whole, False),
        matrix=csr_matrix(hstack([program.matrix, csr_matrix(-shares[:, None])])),
        row_upper=np.where(shares != 0, 0.0, program.row_upper),
    )
    return freed, Linear(np.array([column]), np.ones(1))


class _Question:
    def __init__(self, case: Case, limits: Limits, log: Path | None) -> None:
        self.case, self.limits = case, limits
        self._end = None if limits.seconds is None else time.perf_counter() + min(limits.seconds, SECONDS)
        self.model = build(case, one_pool(case)).model
        self.rigid = Program.compile(self.model, log)
        self.elastic, self.budget = elastic(self.rigid, case.budget_musd)
        self._others_clash: set[str] = set()
        self._known: dict[frozenset[Limit], bool] = {}
        self.firm = [c for c in binding(case) if c.binding == "firm" and c.level]

    def answer(self) -> Clash:
        promises = [self._most(claim) for claim in self.firm if claim.metric == "power"]
        if not any(p.clashes for p in promises):
            promises += [self._most(claim) for claim in self.firm if claim.metric != "power"]
        telling = self.case.budget_musd * (1 + TOLERANCE)
        needed = self._solve(self.elastic, self.budget, "min", lambda bound: bound > telling, confirm=True)
        found, given = needed, self._in_the_way() if needed.verdict is Verdict.INFEASIBLE else ()
        if given:
            rest = self.elastic.without(*(limit.rule for limit in given))
            found = self._solve(rest, self.budget, "min", lambda bound: bound > telling)
        return Clash(
            budget_usd=self.case.programme.budget_usd,
            at_least_budget_usd=None if found.bound is None else max(0.0, found.bound) * USD_PER_MUSD,
            budget_alone={Verdict.INFEASIBLE: False, Verdict.UNKNOWN: None}.get(needed.verdict, True),
            limits=given,
            promises=tuple(promises),
            any_one=bool(promises) and all(p.promise in self._others_clash for p in promises),
        )

    def _most(self, claim: Claim) -> Promise:
        """What the budget holds of a promise beside the others."""
        rule = f"commitments.firm[{claim.id}]"
        row = self.rigid.matrix[self.rigid.row_names.index(rule)]
        measure = Linear(row.indices.astype(np.int64), row.data.astype(float))
        level = float(claim.level or 0.0)
        most = self._solve(self.rigid.without(rule), measure, "max", lambda bound: bound < level * (1 - TOLERANCE))
        if most.verdict is Verdict.INFEASIBLE:
            self._others_clash.add(claim.id)
        at_most = None if most.bound is None else max(0.0, most.bound)
        return Promise(claim.id, claim.claim, claim.tier, claim.unit, claim.by, level, at_most)

    def _in_the_way(self) -> tuple[Limit, ...] | None:
        """Limits that together keep any budget from holding all promises, none of them idle; empty if others do."""
        candidates = self._candidates()
        try:
            return tuple(self._needed([], candidates)) if self._holds(candidates) else ()
        except TimeoutError:
            return None

    def _needed(self, freed: list[Limit], group: list[Limit]) -> list[Limit]:
        """Limits of the group without which, beside those that are freed, nothing holds; by halves."""
        if self._holds(freed):
            return []
        if len(group) == 1:
            return group
        soft, hard = group[: len(group) // 2], group[len(group) // 2 :]
        harder = self._needed([*freed, *soft], hard)
        return [*self._needed([*freed, *harder], soft), *harder]

    def _holds(self, freed: Sequence[Limit]) -> bool:
        """Whether any budget holds all promises without these limits."""
        asked = frozenset(freed)
        if asked not in self._known:
            self._known[asked] = self._ask(freed)
        return self._known[asked]

    def _ask(self, freed: Sequence[Limit]) -> bool:
        program = self.rigid.without(*CEILINGS, *(limit.rule for limit in freed))
        nothing = Linear(np.array([0]), np.zeros(1))
        limits = replace(self.limits, seconds=self._left())
        found = program.solve(nothing, "min", limits, relaxed=program.whole, confirm=False)
        if found.values is None and found.verdict is not Verdict.INFEASIBLE:
            raise TimeoutError
        return found.values is not None

    def _candidates(self) -> list[Limit]:
        there = {name.partition("[")[0] for name in self.rigid.row_names}
        rules = [Limit(rule, str(self.model.find_component(rule).doc)) for rule in LIMITS if rule in there]
        compute = [c for c in self.firm if c.metric == "compute"]
        return [*rules, *(Limit(f"commitments.firm[{c.id}]", c.claim) for c in compute)]

    def _left(self) -> float | None:
        return None if self._end is None else max(0.1, self._end - time.perf_counter())

    def _solve(
        self, program: Program, objective: Linear, sense: Sense, tells: Callable[[float], bool], confirm: bool = False
    ) -> Outcome:
        """The bound with nothing whole, or with everything whole where that one tells nothing."""
        limits = replace(self.limits, bound_only=True, seconds=self._left())
        parts = program.solve(objective, sense, limits, relaxed=program.whole, confirm=confirm)
        if parts.bound is None or tells(parts.bound) or not program.whole.any():
            return parts
        left = self._left()
        whole = program.solve(
            objective,
            sense,
            replace(limits, seconds=None if left is None else min(left, WHOLE_SECONDS)),
            confirm=confirm,
        )
        return parts if whole.bound is None and whole.verdict is not Verdict.INFEASIBLE else whole
