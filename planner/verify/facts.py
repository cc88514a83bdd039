"""All facts of a case as the checker reads it: infrastructure, and with it security, software and training."""

from __future__ import annotations

from planner.inputs.case import Case
from planner.verify.infrastructure import Infrastructure
from planner.verify.soft_facts import SoftFacts


class Facts(Infrastructure):
    """The case as the checker reads it."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.soft = SoftFacts(self)
