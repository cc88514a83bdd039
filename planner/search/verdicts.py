"""Which plan is better, which bound is tighter, and what may be said of the two together."""

from __future__ import annotations

from dataclasses import replace

from planner.formulation.objective import Aim
from planner.solve import Limits, Outcome, Verdict, relative_gap

#: relative size of the solver's own tolerances: a gap below it is no gap
NUMERIC = 1e-6


def better(aim: Aim, one: Outcome | None, other: Outcome | None) -> Outcome | None:
    """The better plan of the two; None where neither is one."""
    plans = [o for o in (one, other) if o is not None and o.values is not None and o.objective is not None]
    pick = max if aim.sense == "max" else min
    return pick(plans, key=lambda o: o.objective or 0.0) if plans else None


def tightest(aim: Aim, *bounds: float | None) -> float | None:
    """The tightest of bounds that all hold; None where there is none."""
    known = [b for b in bounds if b is not None]
    return (min if aim.sense == "max" else max)(known) if known else None


def with_bound(plan: Outcome, prover: Outcome, limits: Limits) -> Outcome:
    """The plan with the bound that was proven for it."""
    gap = relative_gap(plan.objective, prover.bound)
    verdict = Verdict.OPTIMAL if gap is not None and gap <= max(limits.gap, NUMERIC) else Verdict.WITHIN_LIMITS
    interrupted = plan.interrupted or prover.interrupted
    return replace(plan, bound=prover.bound, gap=gap, verdict=verdict, interrupted=interrupted)
