"""How early things can be held, done, trained and at work: chains of lead times, added in months and rounded once."""

from __future__ import annotations

import math

from planner.verify.infrastructure import Infrastructure
from planner.verify.soft_limits import SoftLimits
from planner.verify.soft_tables import EVERY_GATE, NO_SERVICE, AgencyGate
from planner.verify.time import NEVER

__all__ = ["EVERY_GATE", "NEVER", "NO_SERVICE", "AgencyGate", "SoftFacts"]


class SoftFacts(SoftLimits):
    """The soft tables of a case, and the first dates that they allow."""

    def __init__(self, facts: Infrastructure) -> None:
        super().__init__(facts)
        self._admits_from: dict[str, int] = {}
        self._in_use_from: dict[tuple[str, str, str], int] = {}

    def _next(self, month: float) -> int:
        """The first period that opens when a month is over; never where that lies past the horizon."""
        if math.isinf(month):
            return NEVER
        ready = self.clock.whole(month) - 1
        return ready + 1 if ready <= self.clock.last else NEVER

    # accreditations

    def accreditation_after(self, site: str, accreditation: str) -> float:
        """The earliest month in which what comes before the accreditation can be done."""
        first = self.accreditations[accreditation].predecessor_id
        return self.accreditation_month(site, first) if first else 0.0

    def accreditation_month(self, site: str, accreditation: str) -> float:
        """The earliest month in which the accreditation can be done; what exists is done when the horizon opens."""
        if (site, accreditation) in self.existing:
            return 0.0
        months = self.accreditations[accreditation].duration_months
        return self.clock.done(0, months, self.accreditation_after(site, accreditation))

    def can_hold(self, site: str, accreditation: str) -> int:
        """The first period in which the accreditation can be held."""
        if (site, accreditation) in self.existing:
            return 0
        return self._next(self.accreditation_month(site, accreditation))

    # initiatives and training

    def initiative_after(self, initiative: str) -> float:
        """The earliest month in which its prerequisite can be done; infinite where nobody needs the initiative."""
        y = self.initiatives[initiative]
        if y.need_ceiling_units <= 0:
            return math.inf
        return self.initiative_month(y.prerequisite_id) if y.prerequisite_id else 0.0

    def initiative_month(self, initiative: str) -> float:
        """The earliest month in which the initiative can be done."""
        return self.clock.done(0, self.initiatives[initiative].duration_months, self.initiative_after(initiative))

    def can_be_done(self, initiative: str) -> int:
        """The first period that opens with it done."""
        return self._next(self.initiative_month(initiative))

    def track_after(self, track: str) -> float:
        """The earliest month in which its prerequisite can be done; infinite where nobody can be taught."""
        r = self.tracks[track]
        if r.capacity_heads_per_year <= 0:
            return math.inf
        return self.initiative_month(r.prerequisite_id) if r.prerequisite_id else 0.0

    def most_heads(self, track: str) -> float:
        """Heads that can begin a course in one period."""
        return self.tracks[track].capacity_heads_per_year * self.clock.years

    def can_be_trained(self, track: str) -> int:
        """The first period that opens with trained heads."""
        return self._next(self.clock.done(0, self.tracks[track].duration_months, self.track_after(track)))

    # use

    def admits_from(self, agency: str) -> int:
        """The first period in which some of the agency's demand may be served."""
        if agency not in self._admits_from:
            self._admits_from[agency] = max((self._opens_from(g, agency) for g in self.gates_of(agency)), default=0)
        return self._admits_from[agency]

    def _opens_from(self, gate: AgencyGate, agency: str) -> int:
        if gate.kind == "track":
            return self.can_be_trained(gate.gate_id)
        if gate.kind == "system":
            return self.can_be_done(gate.gate_id)
        parts = [(y, weight) for weight, y, _ in self.parts_of(gate, agency) if weight > 0]
        return min(self.can_be_done(y) if y else 0 for y, _ in parts)

    def in_use_from(self, site: str, service: str, level: str) -> int:
        """The first period in which halls of the site may work for a service at a level."""
        key = (site, service, level)
        if key not in self._in_use_from:
            self._in_use_from[key] = self._first_use(site, service, level)
        return self._in_use_from[key]

    def _first_use(self, site: str, service: str, level: str) -> int:
        asking = self.asking.get((service, level), [])
        if (site, level) not in self.facts.site_levels or not asking:
            return NEVER
        gates = [1, min(self.admits_from(a) for a in asking)]
        gates += [self.can_hold(site, x.accreditation_id) for x in self.openers(level)]
        gates += [self.can_be_done(y) for y in self.level_needs[level]]
        if service != NO_SERVICE:
            gates += [self.can_be_done(service)]
            gates += [self.can_be_done(y.initiative_id) for y in self.of_effect("authorises service")]
        if self.operators:
            gates += [self.can_be_trained(self.operators)]
        return max(gates)

    def live_from(self, site: str) -> int:
        return min((self.in_use_from(site, o, level) for o, level in self.asking), default=NEVER)
