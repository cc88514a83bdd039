"""From the text of a table to typed cells, with one fault for each thing that is wrong.

A ``Sheet`` keeps what could not be read apart, so that later checks can tell a fault from its consequence.
"""

from __future__ import annotations

import csv
import difflib
import io
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from planner.errors import Fault
from planner.inputs.numerals import LONGEST_TEXT, NUMBER, plain, show
from planner.inputs.schema import Column, Table

if TYPE_CHECKING:
    import pandas as pd

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufffe\uffff]")
_FORMULA = ("=", "+", "-", "@")
_UNITS = frozenset(
    [
        *("usd", "eur", "kusd", "musd", "busd", "cents", "share", "percent", "pct", "fraction", "ratio", "deg", "rad"),
        *("w", "kw", "mw", "gw", "wh", "kwh", "mwh", "gwh", "twh", "mmbtu", "gj", "months", "month", "years", "year"),
        *("days", "hours", "us", "ms", "ns", "m3", "l", "gallons", "kg", "t", "lb", "acres", "hectares", "km2"),
        *("heads", "racks", "flops", "tflops", "pflops", "eflops"),
    ]
)

__all__ = ["NUMBER", "Row", "Sheet", "cell", "did_you_mean", "fit", "listing", "show", "span", "split", "type_cells"]


@dataclass
class Row:
    """One line of a table: its text, its typed values, and the columns whose cell is faulty."""

    line: int
    text: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)
    duplicate: bool = False

    def good(self, *columns: str) -> bool:
        return not self.duplicate and self.values.keys() >= set(columns) and self.bad.isdisjoint(columns)


@dataclass
class Sheet:
    """A table as read. ``lost``: it cannot be used at all; ``unsure``: some of its keys are not known."""

    table: Table
    rows: list[Row] = field(default_factory=list)
    torn: list[list[str]] = field(default_factory=list)
    bad_columns: set[str] = field(default_factory=set)
    lost: bool = False
    unsure: bool = False

    @property
    def file(self) -> str:
        return f"{self.table.name}.csv"

    def key(self, row: Row) -> str:
        return "/".join(str(row.values[k]) for k in self.table.keys)

    def frame(self) -> pd.DataFrame:
        """The checked rows with the schema's columns: text str, integers and flags int, numbers float."""
        import numpy as np
        import pandas as pd

        columns: dict[str, Any] = {}
        for c in self.table.columns:
            cells = [row.values[c.name] for row in self.rows]
            kind = np.float64 if c.optional or c.kind == "number" else np.int64
            columns[c.name] = pd.array(cells, dtype="str") if c.kind == "text" else np.array(cells, dtype=kind)
        return pd.DataFrame(columns)


def did_you_mean(word: str, among: Iterable[str], also: str = "") -> str:
    """A sentence with the nearest of the allowed words; ``also`` where there is none."""
    near = _nearest(word, tuple(w for w in among if w))
    return f"Did you mean {near}?" if near else also


@lru_cache(10_000)
def _nearest(word: str, words: tuple[str, ...]) -> str:
    """The word that is nearest, or none; one fault may be in each row of a long table."""
    lower = {w.lower(): w for w in words}
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    near = near or [lower[n] for n in difflib.get_close_matches(word.lower(), list(lower), n=1, cutoff=0.6)]
    return near[0] if near else ""


def listing(words: Iterable[str], most: int = 12) -> str:
    """Words in a row, cut where there are many."""
    given = list(words)
    return ", ".join(given[:most]) + (f" and {len(given) - most} more" if len(given) > most else "")


# structure


def split(text: str, table: Table) -> tuple[Sheet, list[Fault]]:
    """Cut the text of a table into rows of cells that fit its header."""
    sheet = Sheet(table)
    name = sheet.file
    lines: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for record in reader:
            if any(part.strip() for part in record):
                lines.append((start, record))
            start = reader.line_num + 1
    except csv.Error as error:
        sheet.lost = True
        return sheet, [Fault(name, start, "", f"a line that is not CSV ({error})", "comma-separated cells")]
    if not lines:
        sheet.lost = True
        names = ",".join(c.name for c in table.columns)
        return sheet, [Fault(name, None, "", "an empty file", f"a table with the header {names}")]
    return sheet, fit(sheet, lines)


def fit(sheet: Sheet, lines: list[tuple[int, list[str]]]) -> list[Fault]:
    """Put rows of cells, the header first, into a sheet; each with its line."""
    table, name = sheet.table, sheet.file
    header = [cell.strip() for cell in lines[0][1]]
    while header and not header[-1]:  # a spreadsheet writes empty columns after the last one
        header.pop()
    if not {column.name for column in table.columns} & set(header):
        sheet.lost = True
        names = ",".join(c.name for c in table.columns)
        return [Fault(name, lines[0][0], "", "a line without any column name", f"the header {names}")]
    faults = _header(sheet, header, lines[0][0])
    absent = {c.name: "" for c in table.columns if c.name not in {*header, *sheet.bad_columns}}
    for line, written in lines[1:]:
        after = any(cell.strip() for cell in written[len(header) :])
        cells = written if after else written[: len(header)]
        if len(cells) != len(header):
            sheet.torn.append(cells)
            advice = "Put a cell that holds a comma in double quotes." if len(cells) > len(header) else ""
            allowed = f"{len(header)} cells, as in the header"
            faults.append(Fault(name, line, "", f"{len(cells)} cells", allowed, advice))
        else:
            sheet.rows.append(Row(line, {**absent, **dict(zip(header, cells, strict=True))}))
    if len(sheet.torn) > 1 and not sheet.rows:  # the header is the one that is wrong
        sheet.lost = True
        words = f"{len(header)} cells, where no row has as many", "as many names as the rows have cells"
        return [Fault(name, lines[0][0], "", *words)]
    if not sheet.rows and not sheet.torn and not table.may_be_empty:
        sheet.lost = True
        faults.append(Fault(name, None, "", "no rows", "at least one row"))
    if sheet.bad_columns & set(table.keys):
        sheet.unsure = True
    return faults


def _header(sheet: Sheet, header: list[str], line: int) -> list[Fault]:
    known = {c.name: c for c in sheet.table.columns}
    missing = [name for name in known if name not in header]
    faults = []
    for column in dict.fromkeys(header):
        if column and header.count(column) > 1:
            sheet.bad_columns.add(column)
            faults.append(Fault(sheet.file, line, column, f"the column {header.count(column)} times", "once"))
        if column in known:
            continue
        same = [m for m in missing if _stem(m) and _stem(m) == _stem(column) and m not in sheet.bad_columns]
        near = difflib.get_close_matches(column, [m for m in missing if m not in sheet.bad_columns], n=1, cutoff=0.6)
        if same:
            wanted = known[same[0]]
            found, allowed = f"{column}, in another unit", f"{wanted.name}, in {wanted.unit or 'its unit'}"
            advice = f"Convert the column to {wanted.unit} and name it {wanted.name}."
            sheet.bad_columns.add(wanted.name)
        elif near:
            found, allowed, advice = column, "a column of the table", did_you_mean(column, near)
            sheet.bad_columns.add(near[0])
        else:
            found = column or f"column {header.index('') + 1}, without a name"
            allowed, advice = listing(known, 40), "Remove the column."
        faults.append(Fault(sheet.file, line, column, found, allowed, advice))
    for column in missing:
        if column not in sheet.bad_columns and not known[column].may_be_missing:
            sheet.bad_columns.add(column)
            faults.append(Fault(sheet.file, line, column, "no such column", f"{column}: {known[column].meaning}"))
    return faults


def _stem(column: str) -> str:
    """What is measured, without the unit: tariff_usd_per_mwh is tariff."""
    parts = column.split("_")
    cut = next((i for i, part in enumerate(parts) if part.lower() in _UNITS), None)
    return "" if cut is None else "_".join(parts[:cut])


# cells


def type_cells(sheet: Sheet) -> list[Fault]:
    """Type every cell of the known columns; then refuse a second row with the same key."""
    faults = []
    for row in sheet.rows:
        if empty := _mostly_empty(sheet, row):
            row.bad |= {column.name for column in sheet.table.columns}
            sheet.unsure = True
            advice = "Remove the row if it is none of the table, such as a total."
            faults.append(Fault(sheet.file, row.line, empty[0], f"{len(empty)} empty cells", "a whole row", advice))
            continue
        for column in sheet.table.columns:
            if column.name in sheet.bad_columns or column.name in row.bad:
                continue
            value, wrong = cell(row.text[column.name], column)
            if wrong is None:
                row.values[column.name] = value
                continue
            row.bad.add(column.name)
            sheet.unsure = sheet.unsure or column.name in sheet.table.keys
            faults.append(Fault(sheet.file, row.line, column.name, *wrong))
    again = _duplicates(sheet)
    lines = {fault.row for fault in again}
    return [fault for fault in faults if fault.row not in lines] + again


def _mostly_empty(sheet: Sheet, row: Row) -> list[str]:
    """The cells that a row lacks, where it lacks most of those that it needs."""
    needed = [c.name for c in sheet.table.columns if not c.optional and c.name in row.text]
    empty = [name for name in needed if not row.text[name].strip() and name not in row.bad]
    return empty if len(empty) > 2 and 2 * len(empty) > len(needed) else []


def _duplicates(sheet: Sheet) -> list[Fault]:
    faults = []
    first: dict[tuple[Any, ...], Row] = {}
    named = ", ".join(sheet.table.keys)
    for row in sheet.rows:
        if not row.good(*sheet.table.keys):
            continue
        known = first.setdefault(tuple(row.values[k] for k in sheet.table.keys), row)
        if known is not row:
            row.duplicate = True
            advice = f"Remove one of the rows {known.line} and {row.line}."
            faults.append(
                Fault(sheet.file, row.line, named, sheet.key(row), f"one row a key; first in row {known.line}", advice)
            )
    return faults


def cell(text: str, column: Column) -> tuple[Any, tuple[str, str, str] | None]:
    """The value of a cell, or (found, allowed, suggestion)."""
    if not text.strip():
        if column.optional:
            return ("" if column.kind == "text" else math.nan), None
        what = {"text": "text", "flag": "0 or 1"}.get(column.kind, "a number")
        return None, ("an empty cell", listing(column.allowed) or what, "")
    return _text(text, column) if column.kind == "text" else _number(text, column)


def _text(text: str, column: Column) -> tuple[Any, tuple[str, str, str] | None]:
    if len(text) > LONGEST_TEXT:
        return None, (f"{text[:40]}…, {len(text):,} characters", f"at most {LONGEST_TEXT:,} characters", "")
    if _CONTROL.search(text):
        return None, (repr(text), "text without control characters or line breaks", "")
    if text.lstrip().startswith(_FORMULA):
        advice = "A spreadsheet would take it for a formula; start with another character."
        return None, (text, "text that does not start with = + - @", advice)
    if text != text.strip():
        return None, (repr(text), "text without spaces at its ends", f"Write {text.strip()}.")
    if column.allowed and text not in column.allowed:
        return None, (text, listing(column.allowed), did_you_mean(text, column.allowed))
    return text, None


def _number(text: str, column: Column) -> tuple[Any, tuple[str, str, str] | None]:
    whole = column.kind in ("integer", "flag")
    if column.kind == "flag":
        return (int(text), None) if text in ("0", "1") else (None, (text, "0 or 1", ""))
    kind = "a whole number" if whole else "a number"
    if not math.isfinite(value := float(text) if NUMBER.fullmatch(text) else math.nan):
        return None, (text, kind, plain(text, column.unit.startswith("fraction")))
    if whole and not re.fullmatch(r"[+-]?[0-9]+", text):
        return None, (text, kind, f"Write {int(value)}." if value == int(value) else "")
    low, high = column.minimum, column.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        return None, (text, span(low, high, column.unit), "")
    return (int(text) if whole else value), None


def span(low: float | None, high: float | None, unit: str = "") -> str:
    """Bounds in words."""
    unit = f" {unit}" if unit and unit != "year" else ""
    if low is not None and high is not None:
        return f"{show(low)} to {show(high)}{unit}"
    return f"at least {show(low)}{unit}" if low is not None else f"at most {show(high or 0.0)}{unit}"
