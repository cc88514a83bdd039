"""The checker: every rule of docs/model.md recomputed from the case and the plan's decisions, by other code.

It shares nothing with the model: no solver, no expressions, its own time and money arithmetic.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from planner.inputs.case import Case
from planner.plan import Plan
from planner.verify import (
    budget,
    commitments,
    domains,
    ending,
    governance,
    money,
    objective,
    owed,
    past,
    physical,
    power,
    results,
    security,
    software,
    training,
    work,
)
from planner.verify.tally import REGISTRY, Breach, Check, Tally, as_json
from planner.verify.world import ObjectiveClaim, World

__all__ = ["RULES", "Breach", "ObjectiveClaim", "Verification", "verify"]

#: the modules whose functions register the rules
INFRASTRUCTURE = (physical, power, work)
SOFT = (security, software, training)
MODULES = (
    domains,
    *INFRASTRUCTURE,
    *SOFT,
    money,
    budget,
    results,
    governance,
    commitments,
    owed,
    past,
    ending,
    objective,
)
#: every rule that ``verify`` checks
RULES: tuple[str, ...] = tuple(name for name, _ in REGISTRY)


@dataclass(frozen=True)
class Verification:
    """The verdict: ``rules`` names were checked on ``checks`` rows.

    ``max_violation`` is the largest excess relative to its row. ``tightest`` is the smallest relative slack of each
    inequality over the rows in which something happens; 0 binds.
    """

    passed: bool
    rules: int
    checks: int
    max_violation: float
    broken: tuple[Breach, ...]
    tightest: dict[str, float]

    def as_dict(self) -> dict[str, object]:
        """Plain types, in the words of the JSON documents."""
        return {
            "passed": self.passed,
            "rules": self.rules,
            "checks": self.checks,
            "max_violation": as_json(self.max_violation),
            "broken": [{key: as_json(value) for key, value in asdict(breach).items()} for breach in self.broken],
            "tightest": {name: as_json(value) for name, value in sorted(self.tightest.items())},
        }


def verify(case: Case, plan: Plan, claim: ObjectiveClaim | None, *, tolerance: float = 1e-6) -> Verification:
    """Check a plan, and what is claimed of its objective.

    A row holds when its excess is at most ``tolerance * max(1, largest side of the row)``.
    """
    world = World(case, plan, claim)
    tally = Tally(world.facts.clock.labels(), tolerance)
    for name, check_rule in REGISTRY:
        check_rule(world, Check(name, tally))
    return Verification(
        passed=not tally.broken,
        rules=len(tally.names),
        checks=tally.checks,
        max_violation=tally.worst,
        broken=tuple(tally.broken),
        tightest=dict(tally.tightest),
    )
