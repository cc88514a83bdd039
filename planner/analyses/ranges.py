"""Figures with the low and high that their source gives: one judgement each, which may cover many rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from planner.inputs.case import Case, Figure
from planner.inputs.schema import BY_NAME
from planner.plan import Plan

#: tables whose money reaches a plan only by a line of cost that names the figure
PRICED_BY_LINE = ("chip_supply", "gas_prices", "ppas", "movement", "grid_tranches", "plants")


@dataclass(frozen=True)
class Range:
    """A line of figures.csv: ``rows`` are the keys it speaks of, one, or all that have no line of their own.

    ``base`` is None where those rows hold different values.
    """

    table: str
    key: str
    column: str
    rows: tuple[str, ...]
    unit: str
    low: float
    base: float | None
    high: float
    source_id: str
    status: str
    note: str

    @property
    def ref(self) -> str:
        return f"{self.table}.{self.key}.{self.column}"

    def edits(self, value: float) -> tuple[str, ...]:
        """As a command line sets it."""
        return tuple(f"{self.table}.{row}.{self.column}={value!r}" for row in self.rows)

    def case(self, case: Case, value: float) -> Case:
        """The case with this value in all rows of the range."""
        frame = case.tables[self.table].copy()
        mine = [key in self.rows for key in _keys(case, self.table)]
        if frame[self.column].dtype.kind != "f":
            frame[self.column] = frame[self.column].astype(float)
        frame.loc[mine, self.column] = value
        return replace(case, tables={**case.tables, self.table: frame})

    def as_dict(self) -> dict[str, Any]:
        about = {"figure": self.ref, "unit": self.unit, "low": self.low, "base": self.base, "high": self.high}
        return {**about, "source": self.source_id, "status": self.status, "note": self.note}


def ranges(case: Case) -> tuple[list[Range], int]:
    """Figures whose source gives a range that is not a point at their value; and how many figures have none."""
    own = set(case.tables["figures"][["table", "key", "column"]].itertuples(index=False, name=None))
    lines: dict[tuple[str, str, str], list[Figure]] = defaultdict(list)
    for f in case.figures:
        lines[f.table, f.key if (f.table, f.key, f.column) in own else "*", f.column].append(f)
    found, without = [], 0
    for (table, key, column), figures in lines.items():
        first, values = figures[0], {f.value for f in figures}
        if first.low is None or first.high is None:
            without += 1
        elif values != {first.low} or first.low != first.high:
            base = first.value if len(values) == 1 else None
            rows = tuple(f.key for f in figures)
            about = (first.unit, first.low, base, first.high, first.source_id, first.status, first.note)
            found.append(Range(table, key, column, rows, *about))
    return found, without


def reached(case: Case, plan: Plan, found: list[Range]) -> Iterator[Range]:
    """Ranges that can touch the plan: not those of sites, chips and prices that it makes no use of."""
    sites, chips = set(plan["opens"]["site_id"]), set(plan["bought"]["chip_id"])
    lines = set(plan["detail"]["rate_ref"])
    demand, rate = case.programme.demand_case, case.programme.discount_rate
    for one in found:
        table = BY_NAME[one.table]
        used = False
        for row in one.rows:
            parts = dict(zip(table.keys, row.split("/"), strict=True))
            at = parts.get("site_id") in (None, *sites) and parts.get("chip_id") in (None, *chips)
            at = at and parts.get("case_id") in (None, demand) and parts.get("rate_id") in (None, rate)
            money = table.column(one.column).price_index and one.table in PRICED_BY_LINE
            used = used or (at and (not money or f"{one.table}.{row}.{one.column}" in lines))
        if used:
            yield one


def by_dollars(plan: Plan, found: Iterable[Range]) -> list[Range]:
    """What carries money first: dollars priced by a figure, times the part of its value that is not sure.

    Figures that price nothing follow in the order of the tables; an analysis that is stopped has counted the others.
    """
    priced = plan["detail"].groupby("rate_ref")["cents"].sum().to_dict()

    def unsure(one: Range) -> float:
        cents = sum(abs(priced.get(f"{one.table}.{row}.{one.column}", 0)) for row in one.rows)
        return float(cents) * (one.high - one.low) / max(abs(one.low), abs(one.high))

    return sorted(found, key=unsure, reverse=True)


def _keys(case: Case, table: str) -> list[str]:
    records = case.tables[table][list(BY_NAME[table].keys)].to_dict("records")
    return ["/".join(str(record[k]) for k in BY_NAME[table].keys) for record in records]
