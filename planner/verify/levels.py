"""All levels of a plan by period: infrastructure, and with it security, software and training."""

from __future__ import annotations

from functools import cached_property

from planner.verify.decided import Decided
from planner.verify.soft import Soft
from planner.verify.tally import Vector


class Levels(Decided):
    """What the ledger counts."""

    @cached_property
    def soft(self) -> Soft:
        return Soft(self)

    def serving_pflops(self, precision: str) -> Vector:
        """Installed PFLOP/s that what is served amounts to; a scheduler adds none."""
        facts = self.facts
        served = [(w, pf_years) for (_, _, w, _), pf_years in self.served.items()]
        served += [(w, -pf_years) for (_, w, _), pf_years in self.soft.bonus.items()]
        return self.total(
            pf_years / (facts.delivered_share(w) * facts.clock.years)
            for w, pf_years in served
            if facts.workloads[w].precision == precision
        )
