"""What sites serve, from when, and what is begun for it, as terms."""

from __future__ import annotations

from typing import Any

from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.role_combinations import Port, chain_start, is_gated, port_serves_from
from planner.formulation.terms import Cumulative, Terms
from planner.inputs.case import Case


class Roles:
    """What a site serves, as terms."""

    def __init__(self, b: Any, case: Case, opened: Any) -> None:
        self.b, self.case, self.opened = b, case, opened
        self.lives, self.accredited = Cumulative(b.live_by), Cumulative(b.accredited_by)
        self.ports = Cumulative(b.port_by)

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

    def chain_begun(self, s: str, t: int) -> Terms:
        """The entry chain of accreditations is begun in the period."""
        if self.accredited.dates(s):
            return self.accredited.at((s,), t)
        return [x for f in self.case.periods if chain_start(self.case, s, f) == t for x in self.goes_live(s, f)]

    def port_begun(self, port: Port, t: int) -> Terms:
        """An initiative of a site and level is begun in the period."""
        s, y, level = port
        if self.ports.dates(*port):
            return self.ports.at(port, t)
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
