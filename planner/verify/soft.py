"""Security, software and training of a plan: what is held, done, trained, live and in use, and who is admitted."""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cached_property
from typing import Any

import numpy as np

from planner.verify.built import Series
from planner.verify.decided import Decided
from planner.verify.soft_facts import AgencyGate
from planner.verify.tally import Vector
from planner.verify.time import before

#: table -> what a unit of its initiatives is
STARTS: dict[str, tuple[str, ...]] = {
    "starts": ("programme",),
    "ports": ("site-level",),
    "packages": ("service-level",),
    "onboards": ("agency",),
    "connects": ("small agency", "system"),
}
#: the initiative first, and what is started for a site and a level
PORT_KEYS = ("initiative_id", "site_id", "level_id")


class Soft:
    """Levels of software, security and training, recomputed from the decisions."""

    def __init__(self, world: Decided) -> None:
        self.world, self.facts, self.clock = world, world.facts.soft, world.facts.clock
        self.accredits, self.goes_live, self.bonus = (world.series(t) for t in ("accredits", "goes_live", "bonus"))
        #: heads that begin a course, by (track, place); operating cost by who pays
        self.courses, self.funded = world.series("courses"), world.series("funded")

    # security

    def accreditation_month(self, site: str, accreditation: str) -> float:
        """Month in which the site's accreditation is done; 0 where it exists or none is named, else by its start."""
        if not accreditation or (site, accreditation) in self.facts.existing:
            return 0.0
        x = self.facts.accreditations[accreditation]
        after = self.accreditation_month(site, x.predecessor_id)
        return self._done(self.accredits[site, accreditation], x.duration_months, after)

    def _done(self, starts: Vector, months: float, after: float) -> float:
        """Month in which the first of some starts is done; infinite where there is none."""
        found = np.flatnonzero(starts > 0).tolist()
        return self.clock.done(found[0], months, after) if found else math.inf

    def may_begin(self, month: float) -> Vector:
        """1 in each period in which what waits for this month can begin, else 0."""
        return np.array([float(t >= self.clock.can_begin(month)) for t in range(self.clock.count)])

    def ready_accreditation(self, site: str, accreditation: str) -> Vector:
        """Accredited by the end of each period, by a start of the plan."""
        x = self.facts.accreditations[accreditation]
        after = self.accreditation_month(site, x.predecessor_id)
        return self.clock.standing(self.accredits[site, accreditation], x.duration_months, after=after)

    def held(self, site: str, accreditation: str) -> Vector:
        """Held in each period; what existed before is held from the opening."""
        if (site, accreditation) in self.facts.existing:
            return self.world.opened[site]
        return before(self.ready_accreditation(site, accreditation))

    # initiatives

    @cached_property
    def started(self) -> Series:
        """Units started by initiative and what they are for; a row in the wrong table starts nothing."""
        out: Series = defaultdict(self.clock.zeros)
        for table, units in STARTS.items():
            for key, amount in self.world.series(table, PORT_KEYS if table == "ports" else ()).items():
                if self.facts.initiatives[key[0]].per in units:
                    out[key] = amount
        return out

    def initiative_month(self, initiative: str) -> float:
        """Month in which an initiative of the programme is done, by its start; 0 where none is named."""
        if not initiative:
            return 0.0
        y = self.facts.initiatives[initiative]
        return self._done(self.started[initiative,], y.duration_months, self.initiative_month(y.prerequisite_id))

    @cached_property
    def done(self) -> Series:
        """Units done by the end of each period."""
        out: Series = defaultdict(self.clock.zeros)
        for key, amount in list(self.started.items()):
            y = self.facts.initiatives[key[0]]
            after = self.initiative_month(y.prerequisite_id)
            out[key] = self.clock.standing(amount, y.duration_months, after=after)
        return out

    def started_of(self, initiative: str) -> Vector:
        return self.world.total(x for key, x in self.started.items() if key[0] == initiative)

    def done_of(self, initiative: str) -> Vector:
        return self.world.total(x for key, x in self.done.items() if key[0] == initiative)

    def opens_done(self, *key: Any) -> Vector:
        """Units done when each period opens; without an initiative, one."""
        return before(self.done[key]) if key[0] else np.ones(self.clock.count)

    # training

    def taught(self, track: str, t: int) -> int:
        """Index of the period at whose end a course that begins in ``t`` is over."""
        r = self.facts.tracks[track]
        return self.clock.ready(t, r.duration_months, self.initiative_month(r.prerequisite_id))

    def stays(self, track: str, periods: int = 1) -> float:
        """Part of the trained heads that is still there some periods later."""
        return float((1.0 - self.facts.tracks[track].attrition_per_year) ** (self.clock.years * periods))

    @cached_property
    def trained(self) -> Series:
        """Heads at the end of each period, less those who have left."""
        out: Series = defaultdict(self.clock.zeros)
        for (r, place), courses in self.courses.items():
            heads = self.clock.zeros()
            for u in np.flatnonzero(courses).tolist():
                ready = self.taught(r, u)
                for t in range(ready, self.clock.count):
                    heads[t] += self.stays(r, t - ready) * courses[u]
            out[r, place] = heads
        return out

    def operators_needed(self, site: str) -> Vector:
        """Heads that the halls commissioned at the end of each period ask for, once operators can be trained."""
        track = self.facts.operators
        if not track:
            return self.clock.zeros()
        first = self.facts.can_be_trained(track) - 1
        there = np.array([float(t >= first) for t in range(self.clock.count)])
        return there * (self.facts.staff_per_mw * self.world.commissioned_at[site])

    def operators_owed(self, site: str) -> tuple[Vector, Vector]:
        """Heads that must begin a course in each period, and heads that no course serves in time, by their period.

        Those who are missing at the end of a period begin in the last period whose course is over by then.
        """
        begin, late = self.clock.zeros(), self.clock.zeros()
        track = self.facts.operators
        if not track:
            return begin, late
        needed = self.operators_needed(site)
        missing = np.maximum(0.0, needed - self.stays(track) * before(needed))
        opens = self.clock.can_begin(self.initiative_month(self.facts.tracks[track].prerequisite_id))
        for t in np.flatnonzero(missing).tolist():
            fits = [u for u in range(t + 1) if u >= opens and self.taught(track, u) <= t]
            if fits:
                begin[fits[-1]] += missing[t]
            else:
                late[t] += missing[t]
        return begin, late

    def live(self, site: str) -> Vector:
        """Staffed from the period itself."""
        return np.cumsum(self.goes_live[site,])

    # use

    @cached_property
    def in_use(self) -> Series:
        """Hall MW by (site, service, level)."""
        out: Series = defaultdict(self.clock.zeros)
        for (s, c, w, level), racks in self.world.running.items():
            out[s, self.facts.service(w), level] += self.world.facts.rack_mw(c) * racks
        return out

    @cached_property
    def in_use_at(self) -> Series:
        """Hall MW by (site, level), over services."""
        out: Series = defaultdict(self.clock.zeros)
        for (s, _, level), mw in self.in_use.items():
            out[s, level] += mw
        return out

    def in_use_of(self, site: str) -> Vector:
        return self.world.total(mw for (s, _), mw in self.in_use_at.items() if s == site)

    def gate(self, gate: AgencyGate, agency: str) -> Vector:
        """Part of the agency's demand that a gate lets through, at most all."""
        if gate.kind == "track":
            share = before(self.trained[gate.gate_id, agency]) / self.facts.heads[gate.gate_id, agency]
        elif gate.kind == "system":
            share = self.opens_done(gate.gate_id, agency) / self.facts.units(gate.gate_id, agency)
        else:
            parts = self.facts.parts_of(gate, agency)
            share = self.world.total(
                weight * (self.opens_done(y, agency) / (agencies if y else 1.0)) for weight, y, agencies in parts
            )
        return np.minimum(1.0, share)

    @cached_property
    def admitted(self) -> dict[str, Vector]:
        """Part of the agency's demand that may be served."""
        out = {a: np.ones(self.clock.count) for a in self.world.facts.agencies}
        for a in out:
            for gate in self.facts.gates_of(a):
                out[a] = np.minimum(out[a], self.gate(gate, a))
        return out

    # money that is no cost of a decision

    @cached_property
    def unallocated(self) -> Vector:
        """M then-year dollars set aside."""
        return self.world.by_period("unallocated")
