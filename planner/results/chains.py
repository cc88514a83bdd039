"""When what a plan starts is ready: lead times of a chain are added in months and rounded to periods once.

A start in period u begins in the later of its opening and the month in which what comes before it is done; it is ready
at the end of the period in which its last month lies. What a site had before the programme is done in month 0.
"""

from __future__ import annotations

from functools import cached_property

from planner.formulation import months
from planner.inputs.case import Case
from planner.plan import NOISE, Plan


class Chains:
    """Periods at whose end the starts of a plan are ready; they may lie past the horizon."""

    def __init__(self, case: Case, plan: Plan) -> None:
        self.case, self.plan = case, plan
        self._index = {label: t for t, label in enumerate(case.periods.labels())}

    @cached_property
    def sites(self) -> list[str]:
        """Chosen sites."""
        return [str(r.site_id) for r in self.plan.rows("opens") if r.opens > NOISE]

    @cached_property
    def _accredits(self) -> dict[tuple[str, str], int]:
        rows = self.plan.rows("accredits")
        return {(str(r.site_id), str(r.accreditation_id)): self._index[str(r.period)] for r in rows}

    @cached_property
    def _starts(self) -> dict[str, int]:
        return {str(r.initiative_id): self._index[str(r.period)] for r in self.plan.rows("starts")}

    def held(self) -> dict[tuple[str, str], int]:
        """(site, accreditation) -> period at whose end it is held; -1 for what the site had before."""
        p = self.case.periods
        found = {key: months.end_of(p, self._accredited(*key)) for key in self._accredits}
        existing = self.case.existing_accreditations
        return found | {(s, x): -1 for s in self.sites for x in self.case.accreditations if (s, x) in existing}

    def initiative(self, initiative: str, t: int) -> int:
        """A unit of an initiative that starts in period ``t``."""
        return months.end_of(self.case.periods, self._initiated(initiative, t))

    def _accredited(self, site: str, accreditation: str) -> float:
        """Month in which an accreditation is done; 0 where it is not started."""
        if (site, accreditation) not in self._accredits:
            return 0.0
        known = self.case.accreditations[accreditation]
        before = self._accredited(site, known.predecessor_id) if known.predecessor_id else 0.0
        return months.done_in(self.case.periods, self._accredits[site, accreditation], before, known.duration_months)

    def _initiated(self, initiative: str, t: int) -> float:
        known = self.case.initiatives[initiative]
        first = known.prerequisite_id
        before = self._initiated(first, self._starts[first]) if first in self._starts else 0.0
        return months.done_in(self.case.periods, t, before, known.duration_months)
