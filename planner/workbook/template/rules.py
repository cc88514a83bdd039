"""What cells may hold, stated and enforced by the spreadsheet; ``planner check`` is what counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from planner.inputs.check import WITHIN
from planner.inputs.excel import layout
from planner.inputs.parse import show
from planner.inputs.schema import BY_NAME, TABLES, Column, Table

#: rows below a table that are checked as its own
SPARE = 200
#: longest list that Excel takes inside a cell's rule, and longest message
LONGEST_LIST, LONGEST_MESSAGE, LONGEST_TITLE = 255, 250, 32
FIRST = 6
_WITHIN = {(table, column): f"{table}.{BY_NAME[table].keys[0]}" for table, column in WITHIN}


def allowed(column: Column) -> str:
    """What a cell may hold, in words."""
    if column.reference:
        table, _, key = column.reference.partition(".")
        return f"a {key} of {layout.sheet_name(table)}"
    if column.allowed:
        return " | ".join(column.allowed)
    if column.kind == "flag":
        return "0 or 1"
    if column.minimum is not None or column.maximum is not None:
        return _bounds(column)
    return {"integer": "a whole number", "number": "any number"}.get(column.kind, "text")


def _bounds(column: Column) -> str:
    form = ".15g" if column.unit == "year" else ",.15g"
    low, high = ("" if x is None else format(x, form) for x in (column.minimum, column.maximum))
    return f"{low} to {high}" if low and high else f"at least {low}" if low else f"at most {high}"


def unit_and_allowed(column: Column) -> str:
    """The line above a header."""
    index = f"money, index {column.price_index}" if column.price_index else ""
    return ". ".join(part for part in (column.unit, allowed(column), index) if part)


def validate(sheet: Worksheet, table: Table, records: Sequence[Any]) -> None:
    """One rule a column, over its rows and the spare ones."""
    for number, column in enumerate(table.columns, 1):
        if (table.name, column.name) != ("parameters", "value"):
            reference = column.reference or _WITHIN.get((table.name, column.name), "")
            rule = _rule(column, reference)
            _say(rule, column, unit_and_allowed(column))
            letter = sheet.cell(FIRST, number).column_letter
            rule.add(f"{letter}{FIRST}:{letter}{FIRST + len(records) - 1 + SPARE}")
            sheet.add_data_validation(rule)


def validate_cell(sheet: Worksheet, row: int, number: int, column: Column) -> None:
    rule = _rule(column, "discount_rates.rate_id" if column.name == "discount_rate" else "")
    _say(rule, column, unit_and_allowed(column))
    rule.add(sheet.cell(row, number).coordinate)
    sheet.add_data_validation(rule)


def validate_parameters(sheet: Worksheet, table: Table, bounds: Sequence[tuple[str, float, float, str]]) -> None:
    """Each parameter has its own unit and bounds."""
    number = [column.name for column in table.columns].index("value") + 1
    for row, (unit, low, high, meaning) in enumerate(bounds, FIRST):
        validate_cell(sheet, row, number, Column("value", "number", meaning, unit, low, high))


def _rule(column: Column, reference: str) -> DataValidation:
    blank = column.optional
    if reference:
        return DataValidation(type="list", formula1=_list_name(reference), allow_blank=blank)
    words = column.allowed or (("0", "1") if column.kind == "flag" else ())
    if words:
        listed = ",".join(words)
        if len(listed) > LONGEST_LIST or any("," in word for word in words):
            raise ValueError(f"{column.name}: a list that Excel does not take in a rule")
        return DataValidation(type="list", formula1=f'"{listed}"', allow_blank=blank)
    if column.kind == "text":
        return DataValidation(allow_blank=blank)  # a message, no rule
    kind = "whole" if column.kind == "integer" else "decimal"
    low = -1e300 if column.minimum is None else column.minimum
    high = 1e300 if column.maximum is None else column.maximum
    return DataValidation(
        type=kind, operator="between", formula1=_number(low), formula2=_number(high), allow_blank=blank
    )


def _number(value: float) -> str:
    return show(value).upper()


def _say(rule: DataValidation, column: Column, what: str) -> None:
    rule.promptTitle = column.name[:LONGEST_TITLE]
    rule.prompt = f"{column.meaning}. {what}"[:LONGEST_MESSAGE]
    rule.errorTitle = column.name[:LONGEST_TITLE]
    rule.error = f"Allowed: {what}"[:LONGEST_MESSAGE]
    rule.showInputMessage = rule.showErrorMessage = True


# the lists that references choose from


def _list_name(reference: str) -> str:
    return "list_" + reference.replace(".", "_")


def name_lists(book: Workbook, rows: Mapping[str, int]) -> None:
    """A name for the key column of each table that another one refers to."""
    wanted = {c.reference for table in TABLES for c in table.columns if c.reference}
    for reference in sorted(wanted | set(_WITHIN.values()) | {"discount_rates.rate_id"}):
        table, _, key = reference.partition(".")
        sheet = book[layout.sheet_name(table)]
        number = [column.name for column in BY_NAME[table].columns].index(key) + 1
        letter = sheet.cell(FIRST, number).column_letter
        quote = "'" if " " in sheet.title else ""
        area = f"{quote}{sheet.title}{quote}!${letter}${FIRST}:${letter}${FIRST + rows[table] - 1 + SPARE}"
        name = _list_name(reference)
        book.defined_names[name] = DefinedName(name, attr_text=area)
