"""Which figures of the whole plan differ between two runs, and which differences lie within what the proofs leave open.

A stage of the objective has a proven range, from what the plan reaches to the bound: its difference is ``within_gap``
where the two ranges meet. Other figures have none; theirs is within_gap where it is no larger, relative to the figure,
than the two gaps together. That is a measure, not a proof: plans of equal value may differ more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: indicator -> stage of the objective that it measures
OBJECTIVES = {
    "mission_value_usd": "mission value",
    "present_cost_usd": "present cost",
    "goal_shortfall": "goal shortfall",
    "emissions_t": "emissions",
}
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
    for stage in document.get("stages") or []:
        if stage["name"] == "goal shortfall":
            yield ("goal_shortfall", "share"), stage.get("achieved")
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
    if name in OBJECTIVES:
        ranges = [_proven(document, OBJECTIVES[name]) for document in (a, b)]
        if None not in ranges:
            (low, high), (other_low, other_high) = ranges  # type: ignore[misc]
            return bool(low <= other_high and other_low <= high)
    gaps = [document.get("gap") for document in (a, b)]
    if None in gaps:
        return None
    return abs(new - old) <= sum(gaps) * max(abs(old), abs(new))  # type: ignore[arg-type]


def _proven(document: Document, stage: str) -> tuple[float, float] | None:
    """Between what the plan gives of a stage and the bound on it."""
    for row in document.get("stages") or []:
        if row["name"] == stage:
            ends = [row[key] for key in ("value", "achieved", "bound") if row.get(key) is not None]
            return None if row.get("bound") is None else (min(ends), max(ends))
    return None
