"""Initiatives of the programme and of agencies, as terms."""

from __future__ import annotations

from typing import Any

from planner.formulation import initiative_combinations as ini
from planner.formulation import soft_combinations as soft
from planner.formulation.terms import Cumulative, Terms, scaled
from planner.inputs.case import Case, Initiative


class Initiatives:
    """What is begun and done, by initiative."""

    def __init__(self, b: Any, case: Case) -> None:
        self.b, self.case = b, case
        self.guards, self.joined = Cumulative(b.guard_by), Cumulative(b.joined_by)
        self.packages = Cumulative(b.package_by)
        self.guard_ids = [str(y) for (y,) in self.guards.things()]

    def begun(self, y: str, units: float = 1.0) -> Terms:
        """An initiative of the programme is begun at its date, a guard at its earliest; nothing where it cannot be."""
        if dates := self.guards.dates(y):
            return self.guards.by((y,), dates[0], units)
        return [(units, self.b.begun[y])] if y in self.b.begun else []

    def _gate(self, e: Initiative) -> str:
        return {"agency": ini.LARGE, "small agency": ini.SMALL}.get(e.per, e.initiative_id)

    def units(self, y: str, t: int, agency: str | None = None) -> Terms:
        """Units of an initiative of agencies that are done when a period opens."""
        e, found = self.case.initiatives[y], []
        for a in self.case.agencies if agency is None else [agency]:
            found += self.joined.by((a, self._gate(e)), t, soft.units_of_agency(self.case, y, a))
        return found

    def begun_units(self, e: Initiative) -> dict[tuple[str, int], Terms]:
        """(agency, period) -> units begun, just in time for the share that they let through."""
        found: dict[tuple[str, int], Terms] = {}
        for a in self.case.agencies:
            units = soft.units_of_agency(self.case, e.initiative_id, a)
            key = (a, self._gate(e))
            for t in self.joined.dates(*key) if units else ():
                start = soft.last_start(self.case, e, t - 1)
                if start is not None:
                    found.setdefault((a, start), []).extend(scaled(self.joined.at(key, t), units))
        return found

    def started_units(self, e: Initiative) -> dict[tuple[str, int], float]:
        """The same at the values that the variables hold."""
        return {k: sum(n * v.value for n, v in terms) for k, terms in self.begun_units(e).items()}

    def let_through(self, agency: str, gate: str, t: int) -> tuple[Terms, float]:
        """Share of an agency's demand that a gate lets through in a period: terms, and what is open by the data."""
        if gate != ini.ONBOARDED:
            return self.joined.by((agency, gate), t), 0.0
        group, small = self.case.agencies[agency], soft.small_gate(self.case)
        terms: Terms = []
        known = 0.0
        for key, part, asked in (
            (ini.LARGE, 1 - group.small_demand_share, bool(group.large_agencies)),
            (ini.SMALL, group.small_demand_share, bool(small and group.small_agencies)),
        ):
            if asked:
                terms += self.joined.by((agency, key), t, part)
            else:
                known += part
        return terms, known

    def packages_begun(self) -> dict[tuple[str, str, str], int]:
        """(initiative, service, level) -> period in which an authorisation is begun."""
        found: dict[tuple[str, str, str], int] = {}
        for y, o, level in self.packages.things():
            for t in self.packages.dates(y, o, level):
                if self.b.package_by[y, o, level, t].value > 0.5:
                    found.setdefault((str(y), str(o), str(level)), t)
        return found
