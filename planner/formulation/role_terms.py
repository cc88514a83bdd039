"""What sites serve, from when, and what is begun for it, as terms."""

from __future__ import annotations

from typing import Any

from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.combinations import Places
from planner.formulation.role_combinations import Port, is_gated, port_serves_from, ports_of
from planner.formulation.terms import Cumulative, Terms
from planner.inputs.case import Case


class Roles:
    """What a site serves, as terms."""

    def __init__(self, b: Any, case: Case, places: Places, opened: Any) -> None:
        self.b, self.case, self.places, self.opened = b, case, places, opened
        self.lives, self.ports = Cumulative(b.live_by), Cumulative(b.port_by)

    def sites_of(self, place: str, initiative: str, level: str) -> list[str]:
        """Sites of a place where an initiative of a level may be begun."""
        return [s for s, y, k in ports_of(self.case) if (y, k) == (initiative, level) and s in self.places[place]]

    def live(self, s: str, t: int, factor: float = 1.0) -> Terms:
        """The site is live in the period."""
        if is_gated(self.case, s):
            return self.lives.by((s,), t, factor)
        entry = use.entry_level(self.case, s)
        begins = self.case.periods.count if entry is None else use.level_from(self.case)[s, entry]
        return [(factor, self.opened(s))] if t >= begins else []

    def goes_live(self, s: str, t: int) -> Terms:
        return [*self.live(s, t), *self.live(s, t - 1, -1.0)]

    def serves(self, s: str, level: str, t: int, factor: float = 1.0) -> Terms:
        """The site may serve the level in the period."""
        if level == use.entry_level(self.case, s):
            return self.live(s, t, factor)
        begins = use.level_from(self.case).get((s, level), self.case.periods.count)
        return [(factor, self.b.role[s, level])] if t >= begins else []

    def port_begun(self, port: Port, t: int) -> Terms:
        """An initiative of a site and level that waits for no dated guard is begun in the period."""
        s, y, level = port
        first = port_serves_from(self.case, port)
        e = self.case.initiatives[y]
        if level != use.entry_level(self.case, s):
            return [(1.0, self.b.role[s, level])] if soft.last_start(self.case, e, first - 1) == t else []
        return [
            x
            for f in self.case.periods
            if soft.last_start(self.case, e, max(f, first) - 1) == t
            for x in self.goes_live(s, f)
        ]
