"""What a plan builds: sites, halls and power by period, recomputed from its decisions and the raw data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd

from planner.inputs.case import Case
from planner.plan import DECISIONS, TABLES, Plan
from planner.verify.facts import Facts
from planner.verify.rows import Rows
from planner.verify.tally import Vector
from planner.verify.time import before

Series = dict[tuple[Any, ...], Vector]


def decided(table: str) -> cached_property[Series]:
    """Decided amounts of a table of the plan, as a property of what is built."""
    return cached_property(lambda built: built.series(table))


def summed(table: str) -> cached_property[dict[tuple[Any, ...], float]]:
    """Decided amounts of a table without periods, as such a property."""
    return cached_property(lambda built: built.amounts(table))


class Built:
    """The readable rows of a plan, and what they build; a missing key is a row of zeros."""

    def __init__(self, case: Case, plan: Plan) -> None:
        self.facts = Facts(case)
        self.plan = plan
        self.rows = {name: Rows.of(self.facts, name, plan[name]) for name in TABLES}
        self.tables: Mapping[str, pd.DataFrame] = {name: rows.readable for name, rows in self.rows.items()}
        self.index = {label: t for t, label in enumerate(self.facts.clock.labels())}

    def series(self, table: str, keys: Sequence[str] = ()) -> Series:
        """Decided amounts by ``keys`` (all but the period), one number a period; facts that stand twice add up."""
        *named, value = (column for column in DECISIONS[table] if column != "period")
        out: Series = defaultdict(self.facts.clock.zeros)
        frame = self.tables[table]
        rows = frame[list(keys or named)].itertuples(index=False, name=None)
        for key, label, amount in zip(rows, frame["period"], frame[value], strict=True):
            out[key][self.index[label]] += amount
        return out

    def amounts(self, table: str) -> dict[tuple[Any, ...], float]:
        """Decided amounts by all keys."""
        *keys, value = DECISIONS[table]
        out: dict[tuple[Any, ...], float] = defaultdict(float)
        frame = self.tables[table]
        for key, amount in zip(frame[keys].itertuples(index=False, name=None), frame[value], strict=True):
            out[key] += amount
        return out

    def by_period(self, table: str) -> Vector:
        """Amounts of a table whose only key is the period."""
        out = self.facts.clock.zeros()
        for (label,), amount in self.amounts(table).items():
            out[self.index[label]] += amount
        return out

    def total(self, vectors: Any) -> Vector:
        """Sum of series, zeros when there is none."""
        out = self.facts.clock.zeros()
        for vector in vectors:
            out = out + vector
        return out

    def at_sites(self, parts: Iterable[tuple[str, Vector]]) -> dict[str, Vector]:
        """Sums of series by site, zeros where there is none."""
        out = {s: self.facts.clock.zeros() for s in self.facts.sites}
        for s, vector in parts:
            out[s] = out[s] + vector
        return out

    # sites and construction

    opens = decided("opens")

    @cached_property
    def opened(self) -> dict[str, Vector]:
        """Openings of a site: it is open from the first period or not at all."""
        return {s: self.facts.clock.zeros() + float(self.opens[s,].sum()) for s in self.facts.sites}

    modules = decided("modules")

    @cached_property
    def started_mw(self) -> Series:
        return {(s, d): n * self.facts.designs[d].module_mw for (s, d), n in self.modules.items()}

    def started_of(self, site: str, route: str) -> Vector:
        designs = self.facts.designs
        return self.total(mw for (s, d), mw in self.started_mw.items() if s == site and designs[d].route == route)

    @cached_property
    def commissioned(self) -> Series:
        """MW IT by (site, design), ready and still in term."""
        out: Series = {}
        for (s, d), mw in self.started_mw.items():
            design = self.facts.designs[d]
            out[s, d] = self.facts.clock.standing(mw, design.lead_months, design.term_months)
        return out

    @cached_property
    def commissioned_at(self) -> dict[str, Vector]:
        return self.at_sites((s, mw) for (s, _), mw in self.commissioned.items())

    hardened = decided("hardened")
    reached = summed("reached")

    @cached_property
    def discounted(self) -> Vector:
        """MW IT started at the framework price, over all sites."""
        return self.by_period("discounted")

    def greenfield_started(self) -> Vector:
        """MW IT of new halls started, over all sites."""
        return self.total(self.started_of(s, "greenfield") for s in self.facts.sites)

    # power

    contract = decided("contract")

    @cached_property
    def energised(self) -> dict[str, Vector]:
        standing, grid = self.facts.clock.standing, self.facts.grid
        starts = self.contract.items()
        return self.at_sites((s, standing(n * grid[s, g].mw, grid[s, g].lead_months)) for (s, g), n in starts)

    def peak_mw(self, site: str, greenfield: bool) -> Vector:
        """Facility MW on the design day: of greenfield halls, or of retrofit and leased halls."""
        facts = self.facts
        return self.total(
            facts.pue_peak(s, d) * mw
            for (s, d), mw in self.commissioned.items()
            if s == site and (facts.designs[d].route == "greenfield") == greenfield
        )

    @cached_property
    def own(self) -> dict[str, Vector]:
        """Service of the halls that stood before, facility MW."""
        return {s: self.peak_mw(s, greenfield=False) for s in self.facts.sites}

    units = decided("units")

    @cached_property
    def units_ready(self) -> Series:
        clock, plants = self.facts.clock, self.facts.plants
        return {(s, k): clock.standing(n, plants[k].lead_months) for (s, k), n in self.units.items()}

    @cached_property
    def firm(self) -> dict[str, Vector]:
        """On-site MW that count as firm: of each plant the part that is not on forced outage."""
        firm = {k: plant.unit_mw * plant.firm_share for k, plant in self.facts.plants.items()}
        return self.at_sites((s, firm[k] * ready) for (s, k), ready in self.units_ready.items())

    @cached_property
    def secured(self) -> dict[str, Vector]:
        return {s: self.energised[s] + self.own[s] + self.firm[s] for s in self.facts.sites}

    signed = decided("signed")

    @cached_property
    def ppa_mwh(self) -> Series:
        out: Series = {}
        for (s, p), mw in self.signed.items():
            ppa = self.facts.ppas[p, s]
            ready = self.facts.clock.standing(mw, ppa.lead_months)
            out[s, p] = ppa.capacity_factor * self.facts.clock.hours * before(ready)
        return out

    def ppa_at(self, site: str) -> Vector:
        return self.total(mwh for (s, _), mwh in self.ppa_mwh.items() if s == site)

    generated = decided("generated")

    def generated_at(self, site: str) -> Vector:
        return self.total(mwh for (s, _), mwh in self.generated.items() if s == site)

    imported = decided("imported")
    billed = decided("billed")

    @cached_property
    def emissions(self) -> dict[str, Vector]:
        """t CO2 by site."""
        out = {}
        for s, site in self.facts.sites.items():
            kg = self.imported[s,] * site.grid_emissions_kg_per_mwh
            for (at, k), mwh in self.generated.items():
                if at == s:
                    kg = kg + self.facts.plants[k].emissions_kg_per_mwh * mwh
            out[s] = kg / 1000.0
        return out
