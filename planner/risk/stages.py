"""What to sign now: commitments before a date shared by all futures, against knowing, not minding, and waiting.

Knowing (perfect information) plans each future by itself. Not minding takes the plan of the mean future up to the date.
Waiting is the same program with nothing committed in the first year. Each is as good as its expected net benefit, in
M USD of the programme's objective.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from planner.formulation.terms import value
from planner.inputs.case import Case
from planner.results import read_plan
from planner.solve import Contradiction, Limits, Report, SolveLimits, Verdict
from planner.solve.extensive import Extensive, Future, Held, Key, Stages, committed, cvar, values_of
from planner.solve.models import SITES
from planner.solve.scheme import solve
from planner.verify import ObjectiveClaim, verify

#: whole decisions of all futures together up to which sites are chosen in the model of all futures
SMALL = 4000
KNOWING, MEAN, SIGNED, WAITED = "each future by itself", "the mean future", "all futures", "all futures, a year later"


@dataclass(frozen=True)
class Policy:
    """A way to decide: value in each future, in order, where all have a plan; ``bound`` that no expectation passes.

    ``signed`` are the commitments before the date. ``passed``: the checker takes the plan of every future.
    """

    verdict: Verdict
    values: tuple[float, ...] = ()
    bound: float | None = None
    signed: Mapping[Key, float] = field(default_factory=dict)
    passed: bool = False
    without_plan: tuple[str, ...] = ()
    seconds: float = 0.0
    size: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Decided:
    """What the futures say together; ``sites`` that were settled before, None where the model chose them."""

    futures: Sequence[Future]
    stages: Stages
    knowing: Policy
    mean: Policy
    signed: Policy
    waited: Policy
    sites: frozenset[str] | None

    @property
    def weights(self) -> list[float]:
        return [f.probability for f in self.futures]

    def expected(self, policy: Policy) -> float | None:
        """Expected net benefit; None where a future has no plan."""
        if len(policy.values) < len(self.futures):
            return None
        return sum(p * x for p, x in zip(self.weights, policy.values, strict=True))

    def cvar(self, policy: Policy) -> float | None:
        """Mean of the worst futures."""
        return cvar(policy.values, self.weights, self.stages.level) if self.expected(policy) is not None else None

    def regrets(self, policy: Policy) -> list[float]:
        """By future: what a plan made in the knowledge of it has more."""
        if not policy.values or not self.knowing.values:
            return []
        return [best - x for best, x in zip(self.knowing.values, policy.values, strict=True)]

    def worth(self, better: Policy, worse: Policy) -> float | None:
        """Expected net benefit of one way less that of another."""
        ends = self.expected(better), self.expected(worse)
        return None if ends[0] is None or ends[1] is None else ends[0] - ends[1]


#: values by name of variable, of each future
Plans = Sequence[Mapping[str, float]]
Tell = Callable[[Report], None]


def decided(
    futures: Sequence[Future], mean: Case, stages: Stages, limits: Limits, tell: Tell = lambda report: None
) -> Decided:
    """All four ways; ``limits`` are of each solve."""

    def say(step: str) -> None:
        tell(Report(step, 0.0))

    say(f"deciding for {KNOWING}")
    knowing, cost = _knowing(futures, limits)
    say(f"deciding for {MEAN}")
    by_mean, plans = _by_mean(futures, mean, stages, limits)
    year = 12 // futures[0].case.periods.months
    gap = limits.gap * cost
    say(f"deciding for {SIGNED}")
    signed, taken = _together(futures, replace(stages, not_before=0), limits, gap, plans)
    say(f"deciding for {WAITED}")
    first = futures[0].case.past + year
    waited, _ = _together(futures, replace(stages, not_before=first), limits, gap, plans)
    found = Decided(futures, stages, knowing, by_mean, signed, waited, taken)
    return replace(found, signed=_bounded(found, signed), waited=_bounded(found, waited))


def _bounded(found: Decided, policy: Policy) -> Policy:
    """No way is better than knowing; a bound under a weight of CVaR or settled sites is none of the expectation."""
    own = [policy.bound] if policy.bound is not None and not found.stages.weight and found.sites is None else []
    ends = [*own, *([found.knowing.bound] if found.knowing.bound is not None else [])]
    return replace(policy, bound=min(ends) if ends else None)


def _knowing(futures: Sequence[Future], limits: Limits) -> tuple[Policy, float]:
    """Each future by itself, and the expected present cost of their plans, M USD."""
    began, found = time.perf_counter(), [solve(f.case, limits) for f in futures]
    without = tuple(f.name for f, s in zip(futures, found, strict=True) if s.value is None)
    passed, values = True, []
    for future, one in zip(futures, found, strict=True):
        if one.formulation is not None:
            passed &= verify(future.case, read_plan(one.formulation), _claim(value(one.formulation.objective))).passed
            values.append(value(one.formulation.objective))
    bounds = [s.bound for s in found]
    known = [max(b, v) for b, v in zip(bounds, values, strict=False) if b is not None]
    whole = not without and len(known) == len(futures)
    bound = sum(f.probability * b for f, b in zip(futures, known, strict=True)) if whole else None
    cost = sum(f.probability * (s.present_cost or 0.0) for f, s in zip(futures, found, strict=True))
    took = time.perf_counter() - began
    return Policy(_worst([s.verdict for s in found]), tuple(values), bound, {}, passed, without, took), cost


def _by_mean(futures: Sequence[Future], mean: Case, stages: Stages, limits: Limits) -> tuple[Policy, Plans]:
    """The commitments of the mean future's plan, and the best that is left after the date; the plans of that."""
    began, plan = time.perf_counter(), solve(mean, limits)
    plans: list[dict[str, float]] = []
    if plan.formulation is None:
        return Policy(plan.verdict, without_plan=("mean",), seconds=time.perf_counter() - began), plans
    signed, values, verdicts, without, passed = committed(plan.formulation, stages.before), [], [], [], True
    for future in futures:
        found = solve(future.case, limits, conditions=Held(signed, stages.before))
        verdicts.append(found.verdict)
        if found.formulation is None:
            without.append(future.name)
            continue
        plan_there = read_plan(found.formulation)
        plans.append(values_of(found.formulation))
        values.append(value(found.formulation.objective))
        passed &= verify(future.case, plan_there, _claim(values[-1])).passed
    took = time.perf_counter() - began
    return Policy(_worst(verdicts), tuple(values), None, signed, passed, tuple(without), took), plans


def _together(
    futures: Sequence[Future], stages: Stages, limits: Limits, gap: float, plans: Plans
) -> tuple[Policy, frozenset[str] | None]:
    """The program of all futures, from ``plans`` that share their commitments where there is one for each.

    With more than ``SMALL`` whole decisions the sites are those of these plans.
    """
    began, taken = time.perf_counter(), None
    try:
        model = Extensive.of(futures, stages)
        if plans and model.program.size["integers"] > SMALL:
            opens = (name.partition("[")[::2] for name, n in plans[0].items() if n > 0.5)
            taken = frozenset(site.rstrip("]") for name, site in opens if name == SITES)
            model = Extensive.of(futures, stages, taken)
    except Contradiction:
        return Policy(Verdict.INFEASIBLE, seconds=time.perf_counter() - began), taken
    start = model.start(plans) if len(plans) == len(futures) else None
    found = model.solve(SolveLimits(gap=gap, seconds=limits.clock, nodes=limits.nodes, seed=limits.seed), start)
    size, took = model.program.size, time.perf_counter() - began
    if found.values is None:
        verdict = Verdict.UNKNOWN if taken else found.verdict
        return Policy(verdict, bound=found.bound, seconds=took, size=size), taken
    passed = True
    values = []
    for future, built in zip(futures, model.built, strict=True):
        plan = read_plan(built)
        values.append(value(built.objective))
        passed &= verify(future.case, plan, _claim(values[-1])).passed
    signed = committed(model.built[0], stages.before)
    verdict = Verdict.WITHIN_LIMITS if taken else found.verdict
    return Policy(verdict, tuple(values), found.bound, signed, passed, (), took, size), taken


def _claim(reached: float) -> ObjectiveClaim:
    return ObjectiveClaim(reached, None)


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    order = (Verdict.INFEASIBLE, Verdict.UNKNOWN, Verdict.WITHIN_LIMITS, Verdict.OPTIMAL)
    return min(verdicts, key=order.index)
