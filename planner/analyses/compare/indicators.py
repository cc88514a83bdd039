"""Which figures of the whole plan differ between two runs, and which differences lie within what the proofs leave open.

The objective has a proven range, from what the plan reaches to the bound: its difference is ``within_gap`` where the
two ranges meet. Other figures have none: present dollars are within_gap where they move by no more than the two gaps
together, others where they move by no more than the gaps as shares. That is a measure, not a proof: plans of equal
value may differ more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: the figure that a run proves a range of
OBJECTIVE = "objective_usd"
#: indicators in present dollars, as the gap is
PRESENT = (
    "net_benefit_usd",
    "mission_value_usd",
    "mission_value_after_horizon_usd",
    "cost_after_horizon_usd",
    "present_cost_usd",
    "owed_after_horizon_usd",
    "terminal_value_usd",
)
#: units of indicators by the ending of their names
UNITS = {"usd": "USD", "mw": "MW", "pflops": "PFLOP/s", "share": "share", "mwh": "MWh", "t": "t CO2", "m3": "m3"}
SAME = 1e-9
Document = Mapping[str, Any]


@dataclass(frozen=True)
class Indicator:
    """A figure that differs; ``within_gap`` is None where a gap or a figure is not known."""

    name: str
    unit: str
    old: float | None
    new: float | None
    within_gap: bool | None

    @property
    def delta(self) -> float | None:
        if self.old is None or self.new is None:
            return None
        return round(self.new - self.old, 2) if self.unit == "USD" else self.new - self.old

    @property
    def relative(self) -> float | None:
        return None if self.delta is None or not self.old else self.delta / abs(self.old)

    def as_dict(self) -> dict[str, Any]:
        figures = {"from": self.old, "to": self.new, "delta": self.delta, "relative": self.relative}
        return {"name": self.name, "unit": self.unit, **figures, "within_gap": self.within_gap}


def changed_indicators(a: Document, b: Document) -> list[Indicator]:
    """Figures from ``a`` to ``b`` that differ, objectives and promises among them."""
    old, new = dict(_figures(a)), dict(_figures(b))
    found = []
    for name, unit in dict.fromkeys([*old, *new]):
        before, after = old.get((name, unit)), new.get((name, unit))
        if before is None and after is None:
            continue
        if before is not None and after is not None and abs(after - before) <= SAME * max(abs(before), abs(after)):
            continue
        found.append(Indicator(name, unit, before, after, _within(a, b, name, before, after)))
    return found


def _figures(document: Document) -> Iterator[tuple[tuple[str, str], float | None]]:
    indicators = document.get("indicators") or {}
    for name, value in indicators.items():
        if name == "cost_per_mw":
            for row in value:
                yield (f"{name}.{row['name']}", "USD/MW"), row["usd_per_mw"]
        elif name == "sites":
            yield (name, "sites"), float(len(value))
        else:
            yield from _flat(name, value, _unit(name))
    yield (OBJECTIVE, "USD"), (document.get("objective") or {}).get("value")
    for promise in document.get("commitments") or []:
        yield (f"promises.{promise['id']}", promise.get("unit") or ""), promise.get("planned")


def _flat(name: str, value: Any, unit: str) -> Iterator[tuple[tuple[str, str], float | None]]:
    if isinstance(value, Mapping):
        for part, inner in value.items():
            yield from _flat(f"{name}.{part}", inner, unit)
    elif value is None or isinstance(value, int | float):
        yield (name, unit), None if value is None else float(value)


def _unit(name: str) -> str:
    return UNITS.get(name.rsplit("_", 1)[-1], "")


def _within(a: Document, b: Document, name: str, old: float | None, new: float | None) -> bool | None:
    if old is None or new is None:
        return None
    found = [document.get("objective") or {} for document in (a, b)]
    if name == OBJECTIVE:
        ranges = [_proven(objective) for objective in found]
        if ranges[0] is None or ranges[1] is None:
            return None
        (low, high), (other_low, other_high) = ranges[0], ranges[1]
        return low <= other_high and other_low <= high
    key = "gap_usd" if name in PRESENT else "gap"
    gaps = [objective[key] for objective in found if objective.get(key) is not None]
    if len(gaps) < len(found):
        return None
    return bool(abs(new - old) <= sum(gaps) * (1.0 if name in PRESENT else max(abs(old), abs(new))))


def _proven(objective: Mapping[str, Any]) -> tuple[float, float] | None:
    """Between what the plan reaches and the bound on it, dollars."""
    value, bound = objective.get("value"), objective.get("bound")
    return None if value is None or bound is None else (min(value, bound), max(value, bound))
