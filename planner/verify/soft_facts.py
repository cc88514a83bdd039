"""What the data ask before work may run, how early each can be there, and what halls can hold by then."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from planner.inputs.case import Accreditation, Initiative
from planner.verify.tally import Vector
from planner.verify.time import before

if TYPE_CHECKING:
    from planner.verify.facts import Facts

#: the service of workloads that need none
NO_SERVICE = "none"
#: gate of an agency: the least of all
EVERY_GATE = "all"
#: a period that no horizon reaches
NEVER = 10**9


@dataclass(frozen=True)
class AgencyGate:
    """What admits an agency: an initiative for it (with the one for its small agencies), a connection, or a track."""

    gate_id: str
    kind: str
    #: the data leave it open: the agency has nobody who would have to be admitted
    is_open: bool = False


class SoftFacts:
    """The soft tables of a case as the checker reads them."""

    def __init__(self, facts: Facts) -> None:
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
        self.split_is_firm = facts.programme.soft_side == "modelled" and any(
            c.metric == "split" and c.binding == "firm" for c in facts.claims.values()
        )
        self.goes_live = any(role.heads_per_site > 0 for role in self.roles.values())
        self.staff_per_mw = facts.parameter("site_staff_per_mw")
        operators = [r for r, track in self.tracks.items() if track.learners == "operation"]
        #: the track of those who run sites
        self.operators = operators[0] if operators and self.staff_per_mw > 0 else None
        self.asking: dict[tuple[str, str], list[str]] = defaultdict(list)
        for a, w, level in facts.demands:
            if a not in self.asking[self.service(w), level]:
                self.asking[self.service(w), level].append(a)
        self._admits_from: dict[str, int] = {}
        self._in_use_from: dict[tuple[str, str, str], int] = {}

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

    def can_hold(self, site: str, accreditation: str) -> int:
        """The first period in which the accreditation can be held."""
        if (site, accreditation) in self.existing:
            return 0
        x = self.accreditations[accreditation]
        return self._after(self.accreditation_start(site, accreditation), x.duration_months)

    def accreditation_start(self, site: str, accreditation: str) -> int:
        before = self.accreditations[accreditation].predecessor_id
        return self.can_hold(site, before) if before else 0

    def _after(self, start: int, months: float) -> int:
        """The period after the end of one in which a first start is ready; never where that lies past the horizon."""
        ready = self.clock.ready(start, months)
        return ready + 1 if ready <= self.clock.last else NEVER

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

    def initiative_start(self, initiative: str) -> int:
        """The first period in which it can be started."""
        y = self.initiatives[initiative]
        if y.need_ceiling_units <= 0:
            return NEVER
        return self.can_be_done(y.prerequisite_id) if y.prerequisite_id else 0

    def can_be_done(self, initiative: str) -> int:
        """The first period that opens with it done."""
        return self._after(self.initiative_start(initiative), self.initiatives[initiative].duration_months)

    # training

    def most_cohorts(self, track: str) -> int:
        r = self.tracks[track]
        return int(np.floor(r.capacity_heads_per_year * self.clock.years / r.cohort_heads + 1e-9))

    def cohort_start(self, track: str) -> int:
        r = self.tracks[track]
        if self.most_cohorts(track) < 1:
            return NEVER
        return self.can_be_done(r.prerequisite_id) if r.prerequisite_id else 0

    def can_be_trained(self, track: str) -> int:
        """The first period that opens with trained heads."""
        return self._after(self.cohort_start(track), self.tracks[track].duration_months)

    # gates

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

    # bounds of the gates

    @cached_property
    def hall_limit(self) -> dict[str, Vector]:
        """Hall MW that a site can have at the end of each period."""
        return {s: np.array([self._halls(s, t) for t in range(self.clock.count)]) for s in self.facts.sites}

    def _halls(self, site: str, t: int) -> float:
        facts, clock, s = self.facts, self.clock, self.facts.sites[site]
        there = [d for name, d in facts.designs.items() if facts.design_at(site, name)]
        new = [d for d in there if d.route == "greenfield"]
        stands = any(d.route != "greenfield" and clock.ready(0, d.lead_months) <= t for d in there)
        existing = s.existing_mw if stands else 0.0
        if not new:
            return existing
        started = 0.0
        for u in range(clock.count):
            ready = [d for d in new if clock.ready(u, d.lead_months) <= t]
            most = sum(facts.max_modules(d.design_id) * d.module_mw for d in ready)
            started += min(facts.parameter("max_build_mw_per_year") * clock.years, most)
        acres = min(d.acres_per_mw for d in new)
        land = s.land_acres / acres if acres > 0 else np.inf
        mw = sum(g.mw for (at, _), g in facts.grid.items() if at == site and clock.ready(0, g.lead_months) <= t)
        mw += s.max_onsite_mw if any(self._plant_from(k) <= t for k in facts.plants) else 0.0
        peak = min(float(facts.climate(site, d.design_id)["pue_peak"]) for d in new)
        power = mw / ((1.0 + facts.parameter("power_reserve_share")) * peak)
        return existing + float(min(started, land, power))

    def _plant_from(self, plant: str) -> int:
        """The first period at whose end a unit can be ready."""
        p, clock = self.facts.plants[plant], self.clock
        orders = [u for u in range(clock.count) if clock.year(u) >= p.first_order_year]
        return min((clock.ready(u, p.lead_months) for u in orders), default=NEVER)

    @cached_property
    def service_limit(self) -> dict[tuple[str, str], Vector]:
        """MW that all demand for a service at a level takes on the hungriest chip that may then serve."""
        facts, out = self.facts, {key: self.clock.zeros() for key in self.asking}
        for a, w, level in facts.demands:
            per_mw = facts.demand(a, w, level) / (facts.delivered_share(w) * self.clock.years)
            out[self.service(w), level] += per_mw * self._hungriest[w]
        return out

    @cached_property
    def _hungriest(self) -> dict[str, Vector]:
        """Largest MW of a PFLOP/s by workload, over suited chips that can be installed when the period opens."""
        facts, out = self.facts, {w: self.clock.zeros() for w in self.facts.workloads}
        for w, c in ((w, c) for w in facts.workloads for c in facts.chips if facts.suits(c, w)):
            there = before(self._installable(c)) > 0
            out[w] = np.maximum(out[w], np.where(there, facts.rack_mw(c) / facts.pflops(c, w), 0.0))
        return out

    def _installable(self, chip: str) -> Vector:
        """Above zero where some order of the chip can be there at the end of the period."""
        on_sale = [float((chip, self.clock.year(v)) in self.facts.supply) for v in range(self.clock.count)]
        c = self.facts.chips[chip]
        return self.clock.standing(np.array(on_sale), c.lead_months, c.life_months)

    # operating money

    def caps_musd(self, source: str) -> Vector:
        """Most that a source pays in each period, M then-year dollars."""
        years = [self.clock.year(t) for t in range(self.clock.count)]
        return np.array([self._caps.get((source, y), 0.0) for y in years]) * self.clock.years / 1e6
