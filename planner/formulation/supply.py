"""What is contracted, ordered and signed to supply power, as terms."""

from __future__ import annotations

from typing import Any

from planner.formulation.terms import Cumulative, Terms
from planner.inputs.case import Case

MWH_PER_GWH = 1000.0


class Supply:
    """What is contracted, ordered and signed, as terms."""

    def __init__(self, b: Any, case: Case) -> None:
        self.case, self.p = case, case.periods
        self.contracts, self.orders = Cumulative(b.contracted_by), Cumulative(b.ordered_by)
        self.signed: dict[str, dict[str, dict[int, Any]]] = {s: {} for s in case.sites}
        for (s, i, t), v in b.signed_mw.items():
            self.signed[s].setdefault(i, {})[t] = v

    def energised(self, s: str, t: int, factor: float = 1.0) -> Terms:
        """Grid MW ready at the end of ``t``."""
        found: Terms = []
        for site, g in self.contracts.things():
            if site == s:
                e = self.case.tranches_of_grid[s, g]  # type: ignore[index]
                found += self.contracts.by((s, g), self.p.last_start(t, e.lead_months), factor * e.mw)
        return found

    def units_mw(self, s: str, k: str, t: int, factor: float = 1.0) -> Terms:
        """Plant MW ready at the end of ``t``."""
        plant = self.case.plants[k]
        return self.orders.by((s, k), self.p.last_start(t, plant.lead_months), factor * plant.unit_mw)

    def agreements_gwh(self, s: str, t: int) -> list[tuple[str, Terms]]:
        """Energy of agreements that are ready at the end of the period before."""
        found = []
        for i, signed in self.signed[s].items():
            e = self.case.ppas[i, s]
            last = self.p.last_start(t - 1, e.lead_months)
            each = e.capacity_factor * self.p.hours / MWH_PER_GWH
            if terms := [(each, v) for u, v in signed.items() if u <= last]:
                found.append((i, terms))
        return found

    def clean_gwh(self, s: str, t: int) -> Terms:
        return [x for _, terms in self.agreements_gwh(s, t) for x in terms]
