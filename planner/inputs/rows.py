"""Rows taken out of tables, with what other tables say of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planner.inputs.parse import Row, Sheet
from planner.inputs.schema import TABLES, Table


def key(row: Row, table: Table) -> str:
    return "/".join(row.text[k] for k in table.keys)


def drop(sheets: Mapping[str, Sheet], name: str, gone: Sequence[Row]) -> None:
    """Remove rows of a table, rows elsewhere that cannot be without them, and where their figures come from.

    A reference that may be empty is left as it is: the checks say what it lacks.
    """
    sheet = sheets[name]
    lines = {row.line for row in gone}
    sheet.rows[:] = [row for row in sheet.rows if row.line not in lines]
    keys = {key(row, sheet.table) for row in gone}
    for figures in (sheets["figures"], sheets["leans_on"]):
        if not set(figures.table.keys) & figures.bad_columns:
            figures.rows[:] = [r for r in figures.rows if r.text["table"] != name or r.text["key"] not in keys]
    for table in TABLES:
        for column in table.columns:
            target, _, field = column.reference.partition(".")
            other = sheets[table.name]
            if target != name or column.optional or {*table.keys, column.name} & other.bad_columns:
                continue
            lost = {row.text[field] for row in gone} - {row.text[field] for row in sheet.rows}
            without = [row for row in other.rows if row.text[column.name] in lost]
            if without:
                drop(sheets, table.name, without)
