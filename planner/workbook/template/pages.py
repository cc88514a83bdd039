"""The sheets of the template: what it is, what is asked, and one sheet a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from openpyxl import Workbook

from planner import __version__
from planner.inputs.case import Case
from planner.inputs.excel import layout
from planner.inputs.schema import BY_NAME, PARAMETERS, TABLES, Table
from planner.workbook import style
from planner.workbook.sheets.words import STATUS_MEANING
from planner.workbook.template import rules, sources
from planner.workbook.template.page import HEADER, Page, Records, form

HOW = (
    "Edit the cells with blue text on cream. Add rows directly below a table. The names of sheets and of columns stay.",
    "Above each header stand the meaning, the unit and what is allowed; the cells tell it too when they are selected.",
    "A note on a number says how far it may be off and where it comes from; the sheet Figures is where that is edited.",
    "A number that leaves its range on Figures needs a new range there, with its source.",
    "Values only: a formula is refused, unless --accept-formulas takes its last value, which the run then records.",
    "No merged cells, no hidden sheets. A sheet of your own is not read if its name begins with Notes.",
    "'planner check FILE.xlsx --mark-up faults.xlsx' names every fault and writes a copy with each marked at its cell.",
    "'planner optimize FILE.xlsx' plans with these inputs. 'planner check' alone says whether they are complete.",
)


def build(case: Case) -> Workbook:
    """The workbook in memory."""
    book = Workbook()
    book.remove(book.active)
    style.register(book)
    properties = book.properties
    properties.title = "".join(c if c.isprintable() else " " for c in f"Inputs: {case.programme.title}")
    properties.creator = "planner"
    properties.language = "en-US"
    properties.created = datetime.fromisoformat(case.programme.as_of)
    guide = Page(book, layout.READ_ME, "Inputs to edit", f"{case.programme.title}. Written by planner {__version__}.")
    _programme(book, case)
    _claims(book, layout.claims(), [c.model_dump() for c in case.programme.claims])
    notes = sources.notes(case.tables["figures"], case.tables["sources"])
    for table in TABLES:
        _table(book, table, _records(case.tables[table.name]), notes)
    rows = {name: len(frame) for name, frame in case.tables.items()}
    rules.name_lists(book, rows)
    _guide(guide, rows, len(case.programme.claims))
    book.active = 0
    return book


def _records(frame: pd.DataFrame) -> Records:
    """Rows of plain values; None where a cell is empty."""
    columns = []
    for name in frame.columns:
        values = frame[name].tolist()
        columns.append([None if v == "" or (isinstance(v, float) and v != v) else _plain(v) for v in values])
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def _table(book: Workbook, table: Table, records: Records, notes: Mapping[str, Mapping[str, str]]) -> None:
    marks = [f"Key: {', '.join(table.keys)}. {'Order of rows does not matter.' if len(records) > 1 else ''}".strip()]
    marks += ["May be empty."] if table.may_be_empty else []
    marks += ["Each number owes a row on the sheet Figures."] if table.figure_columns else []
    title = f"{table.meaning[:1].upper()}{table.meaning[1:]}"
    page = Page(book, layout.sheet_name(table.name), title, " ".join(marks))
    page.table(table, records)
    rules.validate(page.sheet, table, records)
    if table.name == "parameters":
        bounds = {str(r["parameter_id"]): PARAMETERS[str(r["parameter_id"])] for r in records}
        rules.validate_parameters(page.sheet, table, list(bounds.values()))
    page.notes(table, records, notes)
    page.finish(frozen_columns=len(table.keys) if len(table.keys) < len(table.columns) else 1)


def _claims(book: Workbook, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    role = "What was promised, and how it is read. Firm claims hold, or there is no plan."
    page = Page(book, layout.CLAIMS, f"{table.meaning[:1].upper()}{table.meaning[1:]}", role)
    records = [{k: _cell(v) for k, v in row.items()} for row in rows]
    page.table(table, records)
    rules.validate(page.sheet, table, records)
    page.finish(frozen_columns=1)


def _cell(value: Any) -> Any:
    """Empty where nothing is said."""
    if isinstance(value, tuple):
        value = ", ".join(value)
    return None if value in (None, "") else _plain(value)


def _programme(book: Workbook, case: Case) -> None:
    page = Page(book, layout.PROGRAMME, "What is asked of the data", "One field a row. Only the column value is read.")
    said = case.programme.model_dump()
    page.headers((layout.FIELD, layout.VALUE, "unit", "allowed", "meaning"))
    for row, entry in enumerate(layout.fields(), HEADER + 1):
        head, _, last = entry.place.rpartition(".")
        value = _cell((said[head] if head else said)[last])
        page.put(row, 1, entry.place, "line")
        page.put(row, 2, value, "input", form(entry.column, value), wrap=True)
        allowed = rules.allowed(entry.column)
        if entry.default not in (None, ""):
            allowed = f"{allowed}; empty: {entry.default}".removeprefix("; ")
        for column, text in enumerate((entry.column.unit, allowed, entry.column.meaning), 3):
            page.put(row, column, text, "text")
        rules.validate_cell(page.sheet, row, 2, entry.column)
    page.widths = {1: 32, 2: 62, 3: 20, 4: 34, 5: 58}
    page.finish(frozen_columns=1)


def _guide(page: Page, rows: Mapping[str, int], claims: int) -> None:
    page.widths = {1: 26, 2: 10, 3: 34, 4: 80}
    page.heading(4, "How to use it")
    for row, text in enumerate(HOW, 5):
        page.put(row, 1, f"{row - 4}. {text}", "line")
    at = 6 + len(HOW)
    page.heading(at, "Sheets")
    page.headers(("Sheet", "Rows", "Key", "Holds"), at + 1)
    asked = (
        (layout.PROGRAMME, len(layout.fields()), layout.FIELD, "what is asked of the data"),
        (layout.CLAIMS, claims, "id", layout.claims().meaning),
    )
    tables = [(layout.sheet_name(t.name), rows[t.name], ", ".join(t.keys), t.meaning) for t in TABLES]
    for row, (name, *about) in enumerate((*asked, *tables), at + 2):
        page.link(row, 1, name)
        for column, value in enumerate(about, 2):
            page.put(row, column, value, "unit")
    at += 3 + len(asked) + len(tables)
    page.heading(at, "Status of a figure")
    words = BY_NAME["figures"].column("status").allowed
    for row, word in enumerate(words, at + 1):
        page.put(row, 1, word, "line")
        page.put(row, 2, STATUS_MEANING[word], "line")
    page.finish(frozen_columns=0, header=3)
