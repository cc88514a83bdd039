"""All stages in their order, each on what the earlier ones keep."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from planner.formulation.objective import Aim
from planner.inputs.programme import Stage
from planner.search.levels import Clock, Kept, Level
from planner.search.stage import Search
from planner.search.verdicts import NUMERIC
from planner.solve import Limits, Outcome, Progress, Vector

__all__ = ["Kept", "Level", "Search", "Solved", "solve_stages"]

#: part of the time left in which a first stage goes on that is not proven as near as later ones ask
FURTHER = 0.6


@dataclass(frozen=True)
class Solved:
    """A stage as it ended: the plan is the exact model's, the bound holds for both models."""

    stage: Stage
    aim: Aim
    outcome: Outcome
    achieved: float | None = None
    kept: Kept | None = None
    moved_musd: float | None = None


def solve_stages(search: Search, limits: Limits, note: Callable[[int, str, Progress], None]) -> list[Solved]:
    """All stages in their order; a later stage runs only on one proven tighter than its give-back."""
    clock = Clock(limits.seconds)
    solved: list[Solved] = []
    before: Vector | None = None
    count = len(search.exact.aims)
    # sites told apart take longer to prove
    first = 0.75 if search.gated else 0.7
    for k in range(count):
        aim = search.exact.aims[k]
        last = k + 1 == count
        share = 1.0 if last else (first if k == 0 else 0.65)

        def tell(phase: str, progress: Progress, k: int = k) -> None:
            note(k, phase, progress)

        allowed = max(aim.stage.give_back_share, limits.gap, NUMERIC)
        outcome = search.stage(k, replace(limits, seconds=clock.part(share)), tell, before)
        if k == 0 and not last and _too_far(outcome, allowed) and 1 < clock.left() < math.inf:
            # no later stage would run, so that the time is the first one's
            began = time.perf_counter()
            gone_on = search.further(outcome, allowed, replace(limits, seconds=clock.part(FURTHER)), tell)
            outcome = replace(gone_on, seconds=outcome.seconds + time.perf_counter() - began)
        ended = last or outcome.values is None or outcome.interrupted or _too_far(outcome, allowed)
        before = before if outcome.values is None else outcome.values
        kept = None
        if not ended:
            kept, before = search.keep(k, outcome)
        solved.append(Solved(aim.stage, aim, outcome, kept=kept))
        if ended:
            break
    return solved if before is None else _achieved(search, solved, before)


def _too_far(outcome: Outcome, allowed: float) -> bool:
    """Whether a plan was found that later stages cannot go on from: it is not proven near enough."""
    if outcome.values is None or outcome.interrupted:
        return False
    return outcome.gap is None or outcome.gap > allowed


def _achieved(search: Search, solved: Sequence[Solved], plan: Vector) -> list[Solved]:
    """Each stage's value on the final plan, and what the plan moved of it."""
    level = search.exact
    plan = level.settled(plan)
    return [
        replace(
            s,
            achieved=level.objectives[k].at(plan),
            moved_musd=search.moved_musd(s.kept, plan) if s.kept else None,
        )
        for k, s in enumerate(solved)
    ]
