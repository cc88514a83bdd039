"""Bounds of the gates: what halls a site can have by a date, and what racks all demand for a service takes."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from planner.verify.soft_tables import SoftTables
from planner.verify.tally import Vector
from planner.verify.time import NEVER


class SoftLimits(SoftTables):
    """The most that a gate, once open, lets through."""

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
        peak = min(facts.pue_peak(site, d.design_id) for d in new)
        power = mw / ((1.0 + facts.parameter("power_reserve_share")) * peak)
        return existing + float(min(started, land, power))

    def _plant_from(self, plant: str) -> int:
        """The first period at whose end a unit can be ready."""
        p, clock = self.facts.plants[plant], self.clock
        orders = [u for u in range(clock.count) if clock.year(u) >= p.first_order_year]
        return min((clock.ready(u, p.lead_months) for u in orders), default=NEVER)
