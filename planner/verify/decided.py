"""Racks, energy and service of a plan by period, recomputed from its decisions and the raw data."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

import numpy as np

from planner.inputs.programme import Claim
from planner.verify.built import Built, Series, decided, summed
from planner.verify.infrastructure import RackClass, rack_pflops
from planner.verify.rows import rack_class_of
from planner.verify.tally import Vector
from planner.verify.time import before


class Decided(Built):
    """What is built, and what is housed, bought, run and served in it."""

    def due_at(self, claim: Claim) -> int | None:
        """The period at whose end a claim is measured: the last where it has no date, None outside the horizon."""
        return self.facts.clock.last if claim.by is None else self.facts.clock.closing(claim.by)

    # cooling

    @cached_property
    def housed(self) -> dict[tuple[str, str, RackClass], Vector]:
        out: dict[tuple[str, str, RackClass], Vector] = defaultdict(self.facts.clock.zeros)
        for (s, cooling, label), mw in self.series("housed").items():
            out[s, cooling, rack_class_of(label)] += mw
        return out

    @cached_property
    def it_mwh(self) -> Series:
        """IT energy by (site, cooling): racks housed at the end of the period before."""
        draw = self.facts.parameter("average_draw_share") * self.facts.clock.hours
        out: Series = defaultdict(self.facts.clock.zeros)
        for (s, cooling, _), mw in self.housed.items():
            out[s, cooling] += before(mw) * draw
        return out

    def _weighted_energy(self, column: str) -> dict[str, Vector]:
        climate = self.facts.climate
        return self.at_sites(
            (s, (climate(s, c)[column] if column else 1.0) * mwh) for (s, c), mwh in self.it_mwh.items()
        )

    @cached_property
    def it_energy(self) -> dict[str, Vector]:
        return self._weighted_energy("")

    @cached_property
    def facility_energy(self) -> dict[str, Vector]:
        return self._weighted_energy("pue_average")

    @cached_property
    def water(self) -> dict[str, Vector]:
        return self._weighted_energy("wue_l_per_kwh")

    # fleet

    bought = decided("bought")

    @cached_property
    def retired(self) -> Series:
        """Racks retired by (site, chip, vintage index)."""
        found = self.series("retired")
        return {(s, c, self.index[v]): racks for (s, c, v), racks in found.items()}

    @cached_property
    def installed(self) -> Series:
        """Racks by (site, chip) at the end of each period."""
        clock, chips = self.facts.clock, self.facts.chips
        out: Series = defaultdict(clock.zeros)
        for (s, c), racks in self.bought.items():
            out[s, c] += clock.standing(racks, chips[c].lead_months, chips[c].life_months)
        for (s, c, v), racks in self.retired.items():
            ready = clock.ready(v, chips[c].lead_months)
            closing = clock.last_end(ready, chips[c].life_months)
            out[s, c][ready : closing + 1] -= np.cumsum(racks)[ready : closing + 1]
        return out

    @cached_property
    def populated(self) -> dict[str, Vector]:
        return self.at_sites((s, self.facts.rack_mw(c) * racks) for (s, c), racks in self.installed.items())

    def installed_pflops(self, precision: str) -> Vector:
        chips = self.facts.chips
        return self.total(rack_pflops(chips[c], precision) * racks for (_, c), racks in self.installed.items())

    def survivors(self, site: str, chip: str, year_after: int) -> float:
        """Racks of a site not retired that serve at least so many full years past the horizon."""
        clock, c = self.facts.clock, self.facts.chips[chip]

        def survives(v: int) -> bool:
            left = (clock.ready(v, c.lead_months) - clock.last) * clock.months + c.life_months
            return left >= 12 * year_after - 1e-9

        young = np.array([survives(v) for v in range(clock.count)])
        bought = float(self.bought[site, chip][young].sum())
        gone = self.retired.items()
        retired = sum(float(x.sum()) for (s, at, v), x in gone if (s, at) == (site, chip) and survives(v))
        return bought - retired

    # workload

    running = decided("running")
    served = decided("served")
    depth = decided("depth")
    hosts = decided("hosts")
    tail_running = summed("tail_running")
    tail_depth = summed("tail_depth")
    counted = summed("counted")
