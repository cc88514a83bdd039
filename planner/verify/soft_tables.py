"""The soft tables of a case: accreditations, initiatives and their services, gates of an agency, who pays."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from planner.inputs.case import Accreditation, Initiative
from planner.verify.infrastructure import Infrastructure
from planner.verify.tally import Vector

#: the service of workloads that need none
NO_SERVICE = "none"
#: gate of an agency: the least of all
EVERY_GATE = "all"


@dataclass(frozen=True)
class AgencyGate:
    """What admits an agency: an initiative for it (with the one for its small agencies), a connection, or a track."""

    gate_id: str
    kind: str
    #: the data leave it open: the agency has nobody who would have to be admitted
    is_open: bool = False


class SoftTables:
    """The tables as the checker reads them."""

    def __init__(self, facts: Infrastructure) -> None:
        self.facts, self.clock = facts, facts.clock
        case = facts.case
        self.accreditations, self.existing = case.accreditations, case.existing_accreditations
        self.initiatives, self.level_needs = case.initiatives, case.level_needs
        self.tracks, self.roles = case.tracks, case.staffing
        needs = case.tables["training_needs"].to_dict("records")
        self.heads = {(r["track_id"], r["agency_id"]): float(r["heads"]) for r in needs if r["heads"] > 0}
        caps = case.tables["funding_sources"].to_dict("records")
        self._caps = {(r["source"], int(r["year"])): float(r["cap_usd"]) for r in caps}
        self.sources = list(dict.fromkeys(source for source, _ in self._caps))
        self.split_is_firm = any(c.metric == "split" and c.binding == "firm" for c in facts.claims.values())
        self.goes_live = any(role.heads_per_site > 0 for role in self.roles.values())
        self.staff_per_mw = facts.parameter("site_staff_per_mw")
        operators = [r for r, track in self.tracks.items() if track.learners == "operation"]
        #: the track of those who run sites
        self.operators = operators[0] if operators and self.staff_per_mw > 0 else None
        self.asking: dict[tuple[str, str], list[str]] = defaultdict(list)
        for a, w, level in facts.demands:
            if a not in self.asking[self.service(w), level]:
                self.asking[self.service(w), level].append(a)

    # accreditations

    def chain(self, accreditation: str) -> list[str]:
        """The accreditation and all that come before it."""
        out = [accreditation]
        while before := self.accreditations[out[-1]].predecessor_id:
            out.append(before)
        return out

    def openers(self, level: str) -> list[Accreditation]:
        """Each of these must be held before the level serves."""
        return [x for x in self.accreditations.values() if x.opens_level and x.level_id == level]

    @cached_property
    def accredited(self) -> dict[str, list[str]]:
        """Accreditations that exist at a site: the chains of what opens a level it may host."""
        out: dict[str, list[str]] = {s: [] for s in self.facts.sites}
        for s, level in sorted(self.facts.site_levels):
            for x in self.openers(level):
                out[s] += [step for step in self.chain(x.accreditation_id) if step not in out[s]]
        return out

    # initiatives

    def service(self, workload: str) -> str:
        return self.facts.workloads[workload].service_id or NO_SERVICE

    @cached_property
    def services(self) -> set[str]:
        return {self.service(w) for w in self.facts.workloads} - {NO_SERVICE}

    def of_effect(self, effect: str, per: str = "") -> list[Initiative]:
        return [y for y in self.initiatives.values() if y.effect == effect and per in ("", y.per)]

    @cached_property
    def scheduler(self) -> Initiative | None:
        return next(iter(self.of_effect("raises utilisation")), None)

    @cached_property
    def landing_zone(self) -> Initiative | None:
        """The initiative per small agency."""
        return next(iter(self.of_effect("gates agency", "small agency")), None)

    @cached_property
    def demand_share(self) -> dict[str, float]:
        """Part of an agency of base-year demand, weighed by base-year rent."""
        worth = dict.fromkeys(self.facts.agencies, 0.0)
        for (a, w, _), row in self.facts.demands.items():
            worth[a] += row.base_pflops_years * self.facts.rent_musd(w, self.facts.programme.base_year)
        total = sum(worth.values())
        return {a: x / total if total > 0 else 0.0 for a, x in worth.items()}

    def units(self, initiative: str, agency: str) -> float:
        """What an agency can use of an initiative per agency, small agency or system."""
        y, a = self.initiatives[initiative], self.facts.agencies[agency]
        whole = {"agency": a.large_agencies, "small agency": a.small_agencies}
        return float(whole[y.per]) if y.per in whole else y.need_ceiling_units * self.demand_share[agency]

    # gates of an agency

    def gates_of(self, agency: str) -> list[AgencyGate]:
        gates = []
        for y in self.of_effect("gates agency", "agency"):
            gate = AgencyGate(y.initiative_id, "agency")
            gates.append(replace(gate, is_open=not any(part for _, part, _ in self.parts_of(gate, agency))))
        systems = [y.initiative_id for y in self.of_effect("connects demand")]
        gates += [AgencyGate(y, "system") for y in systems if self.units(y, agency) > 0]
        used = [r for r, track in self.tracks.items() if track.learners == "use" and (r, agency) in self.heads]
        return gates + [AgencyGate(r, "track") for r in used]

    def parts_of(self, gate: AgencyGate, agency: str) -> list[tuple[float, str, float]]:
        """(weight, initiative, agencies) of an agency's large and small part; no initiative: the part is done."""
        a = self.facts.agencies[agency]
        zone = self.landing_zone.initiative_id if self.landing_zone else ""
        large = (1.0 - a.small_demand_share, gate.gate_id if a.large_agencies > 0 else "", a.large_agencies)
        small = (a.small_demand_share, zone if a.small_agencies > 0 else "", a.small_agencies)
        return [large, small]

    # operating money

    def caps_musd(self, source: str) -> Vector:
        """Most that a source pays in each period, M then-year dollars."""
        years = [self.clock.year(t) for t in range(self.clock.count)]
        return np.array([self._caps.get((source, y), 0.0) for y in years]) * self.clock.years / 1e6
