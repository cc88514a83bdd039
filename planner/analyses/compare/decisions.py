"""Which decisions differ between two plans: quantities by what is decided, item and period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from planner.plan import Plan

#: relative difference below which two quantities are the same decision
SAME = 1e-6


@dataclass(frozen=True)
class Kind:
    """A table of decisions, the columns that name an item, and the quantity; other keys are summed over."""

    name: str
    table: str
    items: tuple[str, ...]
    quantity: str
    unit: str


KINDS = (
    Kind("sites chosen", "opens", ("site_id",), "opens", "sites"),
    Kind("halls started", "modules", ("site_id", "design_id"), "modules", "halls"),
    Kind("grid tranches contracted", "contract", ("site_id", "tranche"), "contracts", "tranches"),
    Kind("on-site units ordered", "units", ("site_id", "plant_id"), "units", "units"),
    Kind("clean energy signed", "signed", ("site_id", "ppa_id"), "mw", "MW"),
    Kind("racks bought", "bought", ("chip_id",), "racks", "racks"),
    Kind("halls hardened", "hardened", ("site_id", "level_id"), "mw", "MW IT"),
    Kind("accreditations started", "accredits", ("site_id", "accreditation_id"), "accredits", "accreditations"),
    Kind("initiatives started", "starts", ("initiative_id",), "starts", "initiatives"),
    Kind("services ported", "ports", ("site_id", "initiative_id", "level_id"), "ports", "ports"),
    Kind("services authorised", "packages", ("service_id", "level_id"), "packages", "packages"),
    Kind("agencies onboarded", "onboards", ("initiative_id", "agency_id"), "agencies", "agencies"),
    Kind("systems connected", "connects", ("initiative_id", "agency_id"), "units", "units"),
    Kind("heads that start a course", "courses", ("track_id",), "heads", "heads"),
    Kind("sites staffed", "goes_live", ("site_id",), "goes_live", "sites"),
)


@dataclass(frozen=True)
class Decision:
    """A quantity that differs."""

    decision: str
    item: str
    period: str
    unit: str
    old: float
    new: float

    @property
    def delta(self) -> float:
        return self.new - self.old

    def as_dict(self) -> dict[str, Any]:
        place = {"decision": self.decision, "item": self.item, "period": self.period, "unit": self.unit}
        return {**place, "from": self.old, "to": self.new, "delta": self.delta}


def changed_decisions(a: Plan, b: Plan) -> list[Decision]:
    """Decisions from ``a`` to ``b``, by kind, item and period."""
    found = []
    for kind in KINDS:
        old, new = _quantities(a[kind.table], kind), _quantities(b[kind.table], kind)
        for item, period in sorted({*old, *new}):
            before, after = old.get((item, period), 0.0), new.get((item, period), 0.0)
            if abs(after - before) > SAME * max(1.0, abs(before), abs(after)):
                found.append(Decision(kind.name, item, period, kind.unit, before, after))
    return found


def _quantities(frame: pd.DataFrame, kind: Kind) -> dict[tuple[str, str], float]:
    sums: dict[tuple[str, str], float] = {}
    for row in frame.to_dict("records"):
        place = "/".join(str(row[name]) for name in kind.items), str(row["period"])
        sums[place] = sums.get(place, 0.0) + float(row[kind.quantity])
    return sums
