"""All stages in their order, each on what the earlier ones keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from planner.formulation.objective import Aim
from planner.inputs.programme import Stage
from planner.search.levels import Clock, Kept, Level
from planner.search.stage import Search
from planner.search.verdicts import NUMERIC
from planner.solve import Limits, Outcome, Progress, Vector

__all__ = ["Kept", "Level", "Search", "Solved", "solve_stages"]


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
    # gates leave later stages more to do
    first = 0.6 if search.gated else 0.7
    for k in range(count):
        aim = search.exact.aims[k]
        last = k + 1 == count
        share = 1.0 if last else (first if k == 0 else 0.65)

        def tell(phase: str, progress: Progress, k: int = k) -> None:
            note(k, phase, progress)

        outcome = search.stage(k, replace(limits, seconds=clock.part(share)), tell, before)
        kept = None
        if outcome.values is not None:
            before = outcome.values
            if not last:
                kept, before = search.keep(k, outcome)
        solved.append(Solved(aim.stage, aim, outcome, kept=kept))
        allowed = max(aim.stage.give_back_share, limits.gap, NUMERIC)
        if outcome.values is None or outcome.interrupted or outcome.gap is None or outcome.gap > allowed:
            break
    return solved if before is None else _achieved(search, solved, before)


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
