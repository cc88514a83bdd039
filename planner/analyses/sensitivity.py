"""How much each figure matters within the low and high that its source gives; never an arbitrary percent.

For the plan as it stands: the checker counts its decisions again under the figure, dollars and value alike, and tells
the rules that the plan would break. It is not decided anew, so what a change of plan would save is not in it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from planner.analyses.notebook import Notebook
from planner.analyses.ranges import Range, by_dollars, ranges, reached
from planner.analyses.work import Tell, Undecided, Work
from planner.inputs.case import Case
from planner.plan import Plan
from planner.verify import after
from planner.verify.objective import mission_value_musd, objective_parts, resource_cost_musd
from planner.verify.tally import REGISTRY, Check, Tally
from planner.verify.world import World

SECONDS = 900.0
MEASURES = ("net_benefit_usd", "present_cost_usd", "mission_value_usd", "investment_usd", "operations_usd")
#: rules that hold a plan's own tables to the figures it was made with; money set aside is the least under those alone
OF_ITS_TABLES: tuple[str, ...] = (
    "money.",
    "owed.",
    "residual.",
    "results.",
    "objective.",
    "budget.to_the_cent",
    "budget.operations_funded",
    "budget.unallocated_is_least",
)
TOLERANCE = 1e-6
#: dollars below which nothing moves
NOTHING_USD = 0.005


@dataclass(frozen=True)
class Counted:
    """A plan counted under some figures; investment and operations in then-year dollars, the others present.

    ``net_benefit_usd`` is the programme's own objective; mission value is service in the horizon and after it, less
    what the racks then cost to run.
    """

    net_benefit_usd: float
    present_cost_usd: float
    mission_value_usd: float
    investment_usd: float
    operations_usd: float
    breaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Swing:
    """A figure at its low and at its high."""

    range: Range
    low: Counted
    high: Counted

    def of(self, measure: str) -> float:
        """Dollars between the two ends."""
        return abs(float(getattr(self.high, measure)) - float(getattr(self.low, measure)))

    @property
    def moves(self) -> bool:
        return bool(self.low.breaks or self.high.breaks) or any(self.of(m) > NOTHING_USD for m in MEASURES)

    def as_dict(self) -> dict[str, Any]:
        swings = {m: self.of(m) for m in MEASURES}
        return {**self.range.as_dict(), "at_low": asdict(self.low), "at_high": asdict(self.high), "swing": swings}


@dataclass(frozen=True)
class Sensitivity:
    """``idle`` ranges do not touch the plan, ``without`` figures have no range; ``left`` were not counted in time."""

    base: Counted
    swings: tuple[Swing, ...]
    idle: int
    without: int
    left: int
    seconds: float

    def largest(self, measure: str) -> list[Swing]:
        """Those that move a measure, the largest first."""
        found = [s for s in self.swings if s.of(measure) > NOTHING_USD]
        return sorted(found, key=lambda s: (-s.of(measure), s.range.ref))


def counted(case: Case, plan: Plan) -> Counted:
    """The checker's own count, and the rules of the programme that the plan breaks."""
    world = World(case, plan)
    tally = Tally(world.facts.clock.labels(), TOLERANCE)
    for name, check_rule in REGISTRY:
        if not name.startswith(OF_ITS_TABLES):
            check_rule(world, Check(name, tally))
    return Counted(**_measures(world), breaks=tuple(sorted({breach.rule for breach in tally.broken})))


def measured(case: Case, plan: Plan) -> dict[str, float]:
    """The measures alone, without the rules: many times faster."""
    return _measures(World(case, plan))


def _measures(world: World) -> dict[str, float]:
    return {
        "net_benefit_usd": 1e6 * sum(objective_parts(world).values()),
        "present_cost_usd": 1e6 * resource_cost_musd(world),
        "mission_value_usd": 1e6 * (mission_value_musd(world) + after.value_musd(world) - after.cost_musd(world)),
        "investment_usd": float(world.ledger.investment_usd().sum()),
        "operations_usd": float(world.ledger.operations_usd().sum()),
    }


def sensitivity(
    case: Case, plan: Plan, notebook: Notebook, *, seconds: float | None = SECONDS, tell: Tell | None = None
) -> Sensitivity:
    """Every figure with a sourced range, one at a time. What the time or the user cut off is counted as left."""
    began, work = time.perf_counter(), Work(seconds)
    tell = tell or (lambda phase: None)
    tell("the plan as it is")
    base = counted(case, plan)
    found, without = ranges(case)
    touching = by_dollars(plan, reached(case, plan, found))
    swings, left = [], 0
    for n, one in enumerate(touching, 1):
        known = notebook.known(one.ref)
        if known is not None:
            swings.append(Swing(one, *(_counted(end) for end in known)))
            continue
        try:
            work.seconds(1.0)
        except Undecided:
            left += 1
            continue
        tell(f"{n} of {len(touching)}: {one.ref}")
        ends = [counted(one.case(case, value), plan) for value in (one.low, one.high)]
        notebook.keep(one.ref, [asdict(end) for end in ends])
        swings.append(Swing(one, *ends))
    moving = tuple(s for s in swings if s.moves)
    idle = len(found) - len(touching) + len(swings) - len(moving)
    return Sensitivity(base, moving, idle, without, left, time.perf_counter() - began)


def _counted(noted: dict[str, Any]) -> Counted:
    return Counted(**{**noted, "breaks": tuple(noted["breaks"])})


def document(
    run: str,
    found: Sensitivity,
    reoptimised: Sequence[dict[str, Any]] | None = None,
    screened: dict[str, Any] | None = None,
) -> dict[str, Any]:
    return {
        "schema": "planner/sensitivity/1",
        "run": run,
        "basis": "the plan's decisions counted again under each figure's sourced low and high, one figure at a time",
        "base": asdict(found.base),
        "figures": [s.as_dict() for s in sorted(found.swings, key=lambda s: (-s.of(MEASURES[0]), s.range.ref))],
        "figures_that_do_not_move_this_plan": found.idle,
        "figures_without_a_sourced_range": found.without,
        "figures_not_counted_in_time": found.left,
        "global": screened,
        "reoptimised": None if reoptimised is None else list(reoptimised),
        "seconds": found.seconds,
    }
