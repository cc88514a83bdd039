"""What a plan amounts to: levels by period and the ledger, recomputed from its decisions and the raw data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from planner.inputs.case import Case
from planner.plan import Plan
from planner.verify.ledger import Ledger
from planner.verify.levels import Levels


@dataclass(frozen=True)
class ObjectiveClaim:
    """What the solve says of its objective, M base-year dollars: the value of the plan, and that no plan is better."""

    value_musd: float
    bound_musd: float | None


class World(Levels):
    """Case, plan, what is claimed of the objective, and everything that follows from the decisions."""

    def __init__(self, case: Case, plan: Plan, claim: ObjectiveClaim | None = None) -> None:
        super().__init__(case, plan)
        self.claim = claim

    @cached_property
    def ledger(self) -> Ledger:
        return Ledger(self)
