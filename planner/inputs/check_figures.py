"""Checks of figures.csv: every number has its row, every row its number, and ranges hold what they speak of."""

from __future__ import annotations

import difflib
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from planner.errors import Fault
from planner.inputs.check import Sheets, good_rows
from planner.inputs.parse import Row, Sheet, did_you_mean, listing, show
from planner.inputs.schema import BY_NAME, MONEY_PARAMETERS, PARAMETERS, TABLES

FILE = "figures.csv"
Ref = tuple[str, str, str]


@dataclass
class _Book:
    """Rows of figures.csv by what they speak of; ``loose`` rows were meant for something that is not known."""

    rows: dict[Ref, Row] = field(default_factory=dict)
    loose: list[set[str]] = field(default_factory=list)
    values: dict[Ref, list[float]] = field(default_factory=lambda: defaultdict(list))
    used: set[Ref] = field(default_factory=set)
    missing: dict[tuple[str, str], list[tuple[Row, str]]] = field(default_factory=lambda: defaultdict(list))


def check(sheets: Sheets) -> Iterator[Fault]:
    """Faults of figures.csv against all other tables."""
    figures = sheets["figures"]
    if figures.lost or figures.bad_columns & set(figures.table.keys):
        return
    book = _Book(loose=[set(cells) for cells in figures.torn])
    yield from _names(figures, book)
    counts = {table.name: _match(sheets[table.name], book) for table in TABLES if table.figure_columns}
    yield from _strays(sheets, book)
    yield from _unsourced(book, counts)
    for ref, row in book.rows.items():
        yield from _money_year(ref, row)
        yield from _bracket(row, book.values[ref])
    yield from _leaning(sheets, book)
    yield from _statuses(sheets)


def money_index(ref: Ref) -> str:
    """Price index of a figure; empty where it is not money or needs none."""
    table, key, column = ref
    index = MONEY_PARAMETERS.get(key, "") if table == "parameters" else BY_NAME[table].column(column).price_index
    return "" if index == "none" else index


def _names(figures: Sheet, book: _Book) -> Iterator[Fault]:
    """Rows that name a table and a column which hold figures."""
    tables = [table.name for table in TABLES if table.figure_columns]
    for row in figures.rows:
        if row.duplicate:
            continue
        ref: Ref = (row.text["table"], row.text["key"], row.text["column"])
        columns = [c.name for c in BY_NAME[ref[0]].figure_columns] if ref[0] in tables else []
        if not row.good("table", "key", "column"):
            pass
        elif not columns:
            advice = did_you_mean(ref[0], tables)
            yield Fault(FILE, row.line, "table", ref[0], "a table that holds figures", advice)
        elif ref[2] not in columns:
            yield Fault(FILE, row.line, "column", ref[2], listing(columns, 30), did_you_mean(ref[2], columns))
        else:
            book.rows[ref] = row
            continue
        book.loose.append(set(ref))


def _match(sheet: Sheet, book: _Book) -> int:
    """Pair the figures of a table with their rows; returns how many rows could be paired."""
    if sheet.lost or sheet.bad_columns & set(sheet.table.keys):
        return 0
    rows = [row for row in sheet.rows if row.good(*sheet.table.keys)]
    for row in rows:
        key = sheet.key(row)
        for column in sheet.table.figure_columns:
            value: Any = row.values.get(column.name)
            if column.name in sheet.bad_columns or (isinstance(value, float) and math.isnan(value)):
                continue
            exact: Ref = (sheet.table.name, key, column.name)
            whole: Ref = (sheet.table.name, "*", column.name)
            ref = exact if exact in book.rows else whole
            if ref not in book.rows:
                book.missing[sheet.table.name, column.name].append((row, key))
                continue
            book.used.add(ref)
            if row.good(column.name):
                book.values[ref].append(value)
    return len(rows)


def _strays(sheets: Sheets, book: _Book) -> Iterator[Fault]:
    """Rows that match no figure, one fault for each key."""
    strays: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for ref, row in book.rows.items():
        sheet = sheets[ref[0]]
        unknown = sheet.lost or sheet.unsure or sheet.torn or ref[2] in sheet.bad_columns
        reported = ref[0] == "parameters" and ref[1] in PARAMETERS  # its row is missing
        if ref in book.used or ref[1] == "*" or unknown or reported:
            continue
        strays[ref[:2]].append(row)
        book.loose.append(set(ref))
    for (table, key), rows in strays.items():
        keys = [sheets[table].key(row) for row in sheets[table].rows]
        found = key if len(rows) == 1 else f"{key} (in {len(rows)} rows)"
        allowed = f"a key of {table}.csv with a value, or *"
        yield Fault(FILE, rows[0].line, "key", found, allowed, did_you_mean(key, keys))


def _unsourced(book: _Book, counts: dict[str, int]) -> Iterator[Fault]:
    """Figures without a row, unless a faulty row was meant for them; one fault where a whole column has none."""
    for cells in book.loose:
        meant = [
            (difflib.SequenceMatcher(None, key, " ".join(cells)).ratio(), place, entry)
            for place, entries in book.missing.items()
            for entry in entries
            for key in (entry[1],)
            if len({place[0], key, place[1]} & cells) >= 2
        ]
        if "*" in cells:
            for place in [p for p in book.missing if cells & set(p)]:
                if set(place) <= cells or len(book.missing[place]) == counts[place[0]]:
                    book.missing[place] = []
        elif meant:
            _, place, entry = max(meant, key=lambda m: m[0])
            book.missing[place].remove(entry)
    for (table, column), entries in book.missing.items():
        whole = len(entries) == counts[table] > 1
        for row, key in entries[:1] if whole else entries:
            found = "a column without a row in figures.csv" if whole else "a figure without a row in figures.csv"
            advice = f"Add to figures.csv: {table},{'*' if whole else key},{column}."
            yield Fault(f"{table}.csv", row.line, column, found, "a figure with its source", advice)


def _money_year(ref: Ref, row: Row) -> Iterator[Fault]:
    if row.good("money_year") and math.isnan(row.values["money_year"]) and money_index(ref):
        allowed = f"the year of the dollars; {'/'.join(ref[:2])}.{ref[2]} is money"
        yield Fault(FILE, row.line, "money_year", "an empty cell", allowed)


def _bracket(row: Row, values: list[float]) -> Iterator[Fault]:
    low, high = (row.values[c] if row.good(c) else math.nan for c in ("low", "high"))
    if low > high:
        yield Fault(FILE, row.line, "low", row.text["low"], f"at most high, {row.text['high']}")
        return
    if values and min(values) < low:
        yield Fault(FILE, row.line, "low", row.text["low"], f"at most the figure, {show(min(values))}")
    if values and max(values) > high:
        yield Fault(FILE, row.line, "high", row.text["high"], f"at least the figure, {show(max(values))}")


def _leaning(sheets: Sheets, book: _Book) -> Iterator[Fault]:
    """Rows of leans_on speak of rows of figures, and name another document than the source there."""
    sheet = sheets["leans_on"]
    for row in good_rows(sheet, *sheet.table.keys):
        ref: Ref = (row.text["table"], row.text["key"], row.text["column"])
        figure = book.rows.get(ref)
        if figure is None:
            yield Fault(sheet.file, row.line, "key", "/".join(ref[:2]), "a figure with a row in figures.csv")
        elif figure.text["source_id"] == row.text["source_id"]:
            allowed = "another document than the source in figures.csv"
            yield Fault(sheet.file, row.line, "source_id", row.text["source_id"], allowed)


def _statuses(sheets: Sheets) -> Iterator[Fault]:
    """Where statuses are ordered, each that figures have stands once, in a place of its own."""
    sheet, figures = sheets["evidence_statuses"], sheets["figures"]
    if sheet.lost or sheet.unsure or sheet.torn or not sheet.rows or sheet.bad_columns:
        return
    places = dict[float, str]()
    for row in good_rows(sheet, "status", "order"):
        other = places.setdefault(row.values["order"], row.text["status"])
        if other != row.text["status"]:
            allowed = f"a place of its own; {other} has this one"
            yield Fault(sheet.file, row.line, "order", row.text["order"], allowed)
    ordered = {row.text["status"] for row in sheet.rows}
    allowed = f"a status with a row in {sheet.file}: {listing(sorted(ordered))}"
    strays = {row.text["status"]: row.line for row in reversed(figures.rows) if row.good("status")}
    yield from (Fault(FILE, n, "status", word, allowed) for word, n in strays.items() if word not in ordered)
