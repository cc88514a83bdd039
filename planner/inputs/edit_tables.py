"""Edits of the tables of a data set, in the order in which they are given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planner.errors import Fault
from planner.inputs import parse, rows
from planner.inputs.numerals import NUMBER
from planner.inputs.parse import Row, Sheet, did_you_mean, listing, show, span
from planner.inputs.schema import BY_NAME, PARAMETERS
from planner.inputs.what_if import Edit


def edit_tables(sheets: Mapping[str, Sheet], edits: Sequence[Edit]) -> list[Fault]:
    """Change the text of cells in place.

    Where an edit leaves the range that figures.csv gives, the range is widened to hold it, so that the
    edited tables are a data set of their own.
    """
    faults = []
    touched: dict[tuple[str, int, str], Row] = {}
    for edit in edits:
        if edit.table not in BY_NAME:
            continue
        sheet = sheets[edit.table]
        wrong = _drop(sheets, edit) if edit.drops else _edit(sheet, edit, touched)
        if wrong is not None and (not sheet.lost or edit.drops):
            faults.append(wrong)
    for (table, _, column), row in touched.items():
        _widen(sheets["figures"], sheets[table], row, column)
    return faults


def _drop(sheets: Mapping[str, Sheet], edit: Edit) -> Fault | None:
    sheet = sheets[edit.table]
    if set(sheet.table.keys) & sheet.bad_columns:
        return None
    gone = [row for row in sheet.rows if _matches(row, sheet.table.keys, edit.place)]
    if not gone:
        return _no_row(sheet, edit)
    filled = [other for other in sheets.values() if other.rows and not other.table.may_be_empty]
    rows.drop(sheets, edit.table, gone)
    emptied = [other for other in filled if not other.rows]
    for other in emptied:
        other.lost = True  # what follows from it is not reported as well
    names = listing(other.file for other in emptied)
    return edit.fault(f"no rows left in {names}", "at least one row of each") if emptied else None


def _no_row(sheet: Sheet, edit: Edit) -> Fault:
    keys = [rows.key(row, sheet.table) for row in sheet.rows]
    return edit.fault(edit.place, f"{'/'.join(sheet.table.keys)} of a row, or *", did_you_mean(edit.place, keys))


def _edit(sheet: Sheet, edit: Edit, touched: dict[tuple[str, int, str], Row]) -> Fault | None:
    table = sheet.table
    open_columns = [c.name for c in table.columns if c.name not in table.keys]
    if edit.column not in open_columns:
        advice = did_you_mean(edit.column, open_columns)
        return edit.fault(edit.column, f"a column: {listing(open_columns, 40)}", advice)
    if edit.column in sheet.bad_columns or set(table.keys) & sheet.bad_columns:
        return None
    matching = [row for row in sheet.rows if _matches(row, table.keys, edit.place)]
    if not matching:
        return _no_row(sheet, edit)
    column = table.column(edit.column)
    change = edit.change
    if change is not None and column.kind == "text":
        return edit.fault(edit.value, "text")
    new: list[tuple[Row, str]] = []
    for row in matching:
        old = row.text[edit.column]
        if change is None:
            text = edit.value
        elif NUMBER.fullmatch(old):
            text = show(change(float(old)))
        else:
            continue
        wrong = parse.cell(text, column)[1] or _parameter(table.name, row, text)
        if wrong is not None:
            found = wrong[0] if len(matching) == 1 else f"{wrong[0]} for {rows.key(row, table)}"
            return edit.fault(found, wrong[1], wrong[2])
        new.append((row, text))
    for row, text in new:
        row.text[edit.column] = text
        touched[table.name, row.line, edit.column] = row
    return None


def _parameter(table: str, row: Row, text: str) -> tuple[str, str, str] | None:
    name = row.text.get("parameter_id", "")
    if table != "parameters" or name not in PARAMETERS or not NUMBER.fullmatch(text):
        return None
    unit, low, high, _ = PARAMETERS[name]
    return None if low <= float(text) <= high else (text, span(low, high, unit), "")


def _matches(row: Row, keys: Sequence[str], wanted: str) -> bool:
    if wanted in ("*", "/".join(row.text[k] for k in keys)):
        return True
    parts = wanted.split("/")
    return len(parts) == len(keys) and all(p in ("*", row.text[k]) for p, k in zip(parts, keys, strict=True))


def _widen(figures: Sheet, sheet: Sheet, row: Row, column: str) -> None:
    if figures.bad_columns or not NUMBER.fullmatch(row.text[column]):
        return
    value = float(row.text[column])
    for key in (rows.key(row, sheet.table), "*"):
        for line in figures.rows:
            if (line.text["table"], line.text["key"], line.text["column"]) == (sheet.table.name, key, column):
                for end, outside in (("low", float.__lt__), ("high", float.__gt__)):
                    old = line.text[end]
                    if NUMBER.fullmatch(old) and outside(value, float(old)):
                        line.text[end] = row.text[column]
                return
