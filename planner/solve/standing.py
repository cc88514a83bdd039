"""Where a run stands: the best plan, the bounds, the clock, the steps taken; and what it came to in the end."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from planner.formulation import Formulation
from planner.solve.highs import Watch
from planner.solve.interrupt import INTERRUPT
from planner.solve.models import Model, Stopwatch
from planner.solve.values import Limits, Outcome, Progress, Report, SolveLimits, Step, Verdict, distance

#: a bound this far below a plan, as a share of value or cost, is refuted; nearer it is rounding
ROUNDING = 1e-6


@dataclass(frozen=True)
class Options:
    """The numbers of the scheme: times as shares of the run's seconds, gaps as shares of the gap asked for.

    small: integers up to which the exact model is tried alone first: HiGHS proves most programmes of that size in
        seconds, and no relaxation stands between plan and bound.
    first_until: when the first plan must be there, and when that trial ends; it only has to be some plan.
    gates_until: when sites, roles and dates must be chosen where one process does everything.
    whole_until: end of the proof; halls are placed by then as well, so that racks can be made whole after it.
        What is placed later has half of the time that is left for its halls.
    plan_until: when every plan must be placed: the last linear solve and what a solver overruns take the rest.
    place_gap: of each step of placing and of the pool; small, since their gaps add up.
    first_gap: of the first plan, which is replaced anyway.
    sets: sets of sites that are chosen after one that could not be placed.
    """

    small: int = 1000
    first_until: float = 0.4
    gates_until: float = 0.72
    whole_until: float = 0.92
    plan_until: float = 0.97
    place_gap: float = 0.05
    first_gap: float = 1.0
    sets: int = 3


@dataclass(frozen=True)
class Solution:
    """What a run came to: value, bound and present cost in M USD, ``gap_usd`` in USD, ``gap`` of present cost.

    ``formulation`` is the exact one with the plan's values on its variables; None without a plan. ``gates`` of the
    plan can start another run. ``size`` is that of the exact model.
    """

    verdict: Verdict
    value: float | None
    bound: float | None
    gap_usd: float | None
    gap: float | None
    present_cost: float | None
    formulation: Formulation | None
    steps: tuple[Step, ...]
    gates: dict[str, float] = field(default_factory=dict)
    size: dict[str, int] = field(default_factory=dict)
    interrupted: bool = False
    confirmed_without_presolve: bool = False


@dataclass
class Standing:
    """One run so far."""

    limits: Limits
    progress: Callable[[Report], None]
    clock: Stopwatch = field(default_factory=Stopwatch)
    steps: list[Step] = field(default_factory=list)
    best: Outcome = field(default_factory=lambda: Outcome(Verdict.UNKNOWN))
    bounds: list[float] = field(default_factory=list)
    #: present cost of the plan; of the relaxation until there is one, M USD
    cost: float = 0.0
    infeasible: bool = False

    @property
    def bound(self) -> float | None:
        """The tightest bound that the plan does not refute."""
        value = -math.inf if self.best.value is None else self.best.value
        room = ROUNDING * max(1.0, self.cost, abs(value)) if self.best.value is not None else 0.0
        held = [b for b in self.bounds if b >= value - room]
        return max(value, min(held)) if held else None

    @property
    def gap(self) -> float | None:
        """Bound less value, as a share of the plan's present cost."""
        if self.best.value is None or self.bound is None:
            return None
        apart = distance(self.best.value, self.bound)
        return 0.0 if apart == 0 else apart / self.cost if self.cost > 0 else math.inf

    @property
    def proven(self) -> bool:
        return self.gap is not None and self.gap <= self.limits.gap

    def left(self, until: float) -> float | None:
        """Seconds until a share of the run's time; None where no clock counts."""
        return None if self.limits.clock is None else max(0.0, until * self.limits.clock - self.clock.total)

    @property
    def spent(self) -> float:
        """Share of the run's time that is spent; 0 where no clock counts."""
        return 0.0 if not self.limits.clock else self.clock.total / self.limits.clock

    def over(self, until: float) -> bool:
        """Whether nothing more is to be begun that ends at a share of the run's time."""
        return self.infeasible or self.proven or INTERRUPT.signal is not None or self.left(until) == 0.0

    def solve_limits(self, gap: float, until: float) -> SolveLimits:
        """Of one solve; ``gap`` as a share of the gap asked for."""
        return SolveLimits(gap * self.limits.gap * self.cost, self.left(until), self.limits.nodes, self.limits.seed)

    def watch(self, step: str, *, bounds: bool, until: float = 1.0) -> Watch:
        """Tell the user how far a step is, and end it at a time, or once the plan is proven by the step's bounds."""

        def heard(p: Progress) -> bool:
            if bounds:
                self.prove(p.bound)
            self.tell(step)
            return self.left(until) == 0.0 or (bounds and self.proven and self.limits.nodes is None)

        return heard

    def tell(self, step: str) -> None:
        """Tell the user where the run is."""
        limits = self.limits
        here = (self.clock.total, self.best.value, self.bound, self.gap)
        self.progress(Report(step, *here, limits.clock, limits.gap))

    def keep(self, found: Outcome, exact: Model) -> None:
        """A plan of the exact model, kept if it is better."""
        if found.value is not None and (self.best.value is None or found.value > self.best.value):
            self.best, self.cost = found, exact.cost_of(found)
            self.tell("a plan was found")

    def prove(self, bound: float | None) -> None:
        """A bound on every plan."""
        if bound is not None and (not self.bounds or bound < min(self.bounds)):
            self.bounds.append(bound)

    def solution(self, exact: Model | None) -> Solution:
        """What the run came to; the plan is put on the variables of the exact model."""
        best, steps, stopped = self.best, tuple(self.steps), INTERRUPT.signal is not None
        size = {} if exact is None else exact.program.size
        if best.values is None or best.value is None or exact is None:
            verdict = Verdict.INFEASIBLE if self.infeasible else Verdict.UNKNOWN
            bound = None if self.infeasible else self.bound
            none = (None, bound, None, None, None, None)
            return Solution(verdict, *none, steps, {}, size, stopped, self.infeasible)
        exact.program.load(best.values)
        bound, verdict = self.bound, Verdict.OPTIMAL if self.proven else Verdict.WITHIN_LIMITS
        gap_usd = None if bound is None else 1e6 * distance(best.value, bound)
        gates = exact.named(best.values, exact.gates)
        results = (best.value, bound, gap_usd, self.gap, self.cost, exact.formulation)
        return Solution(verdict, *results, steps, gates, size, stopped)
