"""Which inputs differ between two cases: every cell, and rows that only one of them has."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from planner.inputs.case import Case
from planner.inputs.schema import BY_NAME, TABLES, Table

PRESENT, ABSENT = "present", "absent"
FIGURES = "figures"
Rows = dict[str, Mapping[str, Any]]


@dataclass(frozen=True)
class InputChange:
    """One cell. A row that only one case has is one change, without a column."""

    table: str
    key: str
    column: str
    old: Any
    new: Any

    def as_dict(self) -> dict[str, Any]:
        place = {"table": self.table, "key": self.key, "column": self.column}
        return {**place, "from": self.old, "to": self.new}

    @property
    def path(self) -> str:
        return ".".join(part for part in (self.table, self.key, self.column) if part)


def changed_inputs(a: Case, b: Case) -> list[InputChange]:
    """Changes from ``a`` to ``b``, in the order of the tables; the programme first.

    A range in figures.csv that an edit had to widen is no change of its own.
    """
    found = [*_programme(a, b)]
    for table in TABLES:
        if table.name != FIGURES:
            found += _table(a, b, table)
    return found + _figures(a, b, found)


def _programme(a: Case, b: Case) -> Iterator[InputChange]:
    old, new = (case.programme.model_dump(mode="python", exclude={"data"}) for case in (a, b))
    for name in old:
        if name == "claims":
            rows = [{row["id"]: row for row in claims} for claims in (old[name], new[name])]
            yield from _rows("claims", *rows)
        elif isinstance(old[name], dict):
            yield from _cells("programme", name, old[name], new[name])
        elif old[name] != new[name]:
            yield InputChange("programme", "", name, _plain(old[name]), _plain(new[name]))


def _table(a: Case, b: Case, table: Table) -> list[InputChange]:
    return list(_rows(table.name, _records(a, table), _records(b, table)))


def _records(case: Case, table: Table) -> Rows:
    """Rows of a table, by key."""
    return {"/".join(str(r[k]) for k in table.keys): r for r in case.tables[table.name].to_dict("records")}  # type: ignore[misc]


def _rows(table: str, old: Rows, new: Rows) -> Iterator[InputChange]:
    for key in dict.fromkeys([*old, *new]):
        if key in old and key in new:
            yield from _cells(table, key, old[key], new[key])
        else:
            there = (PRESENT, ABSENT) if key in old else (ABSENT, PRESENT)
            yield InputChange(table, key, "", *there)


def _cells(table: str, key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[InputChange]:
    for column in old:
        before, after = _plain(old[column]), _plain(new.get(column))
        if before != after:
            yield InputChange(table, key, column, before, after)


def _plain(value: Any) -> Any:
    """As JSON knows it; a missing number is None."""
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    value = value.item() if hasattr(value, "item") else value
    return None if isinstance(value, float) and math.isnan(value) else value


def _figures(a: Case, b: Case, found: list[InputChange]) -> list[InputChange]:
    """What figures.csv says anew of figures that are the same."""
    cells = {(c.table, c.key, c.column) for c in found}
    columns = {(c.table, c.column) for c in found}
    rows = {(c.table, c.key) for c in found if not c.column}
    old, new = (_records(case, BY_NAME[FIGURES]) for case in (a, b))
    kept = []
    for change in _rows(FIGURES, old, new):
        row = old.get(change.key) or new[change.key]
        place = (row["table"], row["key"], row["column"])
        follows = place in cells or (row["key"] == "*" and place[::2] in columns) or place[:2] in rows
        if not (follows and change.column in ("low", "high", "")):
            kept.append(change)
    return kept
