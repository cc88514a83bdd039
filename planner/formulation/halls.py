"""Halls started by site, design and date, as terms."""

from __future__ import annotations

from typing import Any

from planner.formulation import combinations as combos
from planner.formulation.terms import Cumulative, Terms
from planner.inputs.case import Case


class Halls:
    """Halls started by site, design and date, as terms in MW IT."""

    def __init__(self, b: Any, case: Case) -> None:
        self.case, self.p = case, case.periods
        self.starts = Cumulative(b.started_by)
        self.designs: dict[str, list[str]] = {s: [] for s in case.sites}
        for s, d in self.starts.things():
            self.designs[str(s)].append(str(d))

    def new(self, s: str, d: str, t: int, per_mw: float = 1.0) -> Terms:
        """MW started in the period, times a factor."""
        return self.starts.at((s, d), t, per_mw * self.case.designs[d].module_mw)

    def all(self, s: str, d: str, per_mw: float = 1.0) -> Terms:
        return self.starts.by((s, d), self.p.last, per_mw * self.case.designs[d].module_mw)

    def standing(self, s: str, d: str, t: int, added_months: float = 0.0, per_mw: float = 1.0) -> Terms:
        """MW that stand at the end of ``t`` and had the added months."""
        design = self.case.designs[d]
        last, gone = combos.standing_span(self.case, design, t, added_months)
        each = per_mw * design.module_mw
        return [*self.starts.by((s, d), last, each), *self.starts.by((s, d), gone, -each)]

    def ended(self, s: str, d: str, t: int) -> Terms:
        """MW that go out of term in the period: they stood at the end of the one before."""
        design = self.case.designs[d]
        (_, gone), (_, before) = (combos.standing_span(self.case, design, u, 0.0) for u in (t, t - 1))
        return [*self.starts.by((s, d), gone, design.module_mw), *self.starts.by((s, d), before, -design.module_mw)]

    def greenfield(self, t: int | None = None, site: str | None = None) -> Terms:
        """Greenfield MW started in a period, or ever, at a site or anywhere."""
        found: Terms = []
        for s in self.case.sites if site is None else [site]:
            for d in self.designs[s]:
                if not self.case.designs[d].brings_own_power:
                    found += self.all(s, d) if t is None else self.new(s, d, t)
        return found

    def workers(self, s: str, t: int) -> Terms:
        """Craft workers on halls under construction."""
        found: Terms = []
        for d in self.designs[s]:
            design = self.case.designs[d]
            each = design.workers_per_mw * design.module_mw
            before = self.p.last_start(t, design.lead_months) - 1
            found += [*self.starts.by((s, d), t, each), *self.starts.by((s, d), before, -each)]
        return found

    def reused(self, s: str, t: int) -> Terms:
        """Retrofit and leased MW that are started and not out of term."""
        found: Terms = []
        for d in self.designs[s]:
            design = self.case.designs[d]
            if design.brings_own_power:
                _, gone = combos.standing_span(self.case, design, t, 0.0)
                found += self.starts.by((s, d), t, design.module_mw)
                found += self.starts.by((s, d), gone, -design.module_mw)
        return found
