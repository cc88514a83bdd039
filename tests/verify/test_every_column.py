"""Every cell of every table of a plan, changed by itself: a breach names it, whatever the column says.

The rows of SPOILS elsewhere say which rule must be broken. Here any rule will do, but nothing may go unnoticed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from itertools import islice
from numbers import Number
from typing import Any

import pytest

from planner.inputs.case import Case
from planner.plan import RESULTS, TABLES, Plan
from planner.verify import verify

from .hand import case, claim, plan
from .spoils import cell
from .test_contracts import as_owed, under_contract
from .test_ending import ROWS, shown, with_the_end

Breaches = frozenset[tuple[str, str, str]]
#: labels of a line, which nobody computes with
LABELS = {("detail", "item"), ("detail", "unit")}
#: at the very level of a promise both words pass, and the last one is there
EITHER = {("commitments", "met")}


def subject(table: str) -> tuple[Case, Plan]:
    """The plan by hand, under a contract or with its end valued where only that fills the table."""
    if table in ("grid_use", "owed_after"):
        return under_contract(), as_owed()
    if table == "terminal_value":
        return with_the_end(), shown(ROWS)
    return case(), plan()


def breaches(asked: Case, found: Plan) -> Breaches:
    return frozenset((b.rule, b.where, b.sentence) for b in verify(asked, found, claim()).broken)


@cache
def before(table: str) -> Breaches:
    return breaches(*subject(table))


def others(value: Any) -> Iterator[Any]:
    """What the cell may say in place of its value."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, float) and math.isnan(value):
        yield "elsewhere"
    elif isinstance(value, Number):
        yield from (value * 1.5 if value else 1, -1)
    else:
        yield "elsewhere"


def unnoticed(table: str, rows: list[int], most: int = 2) -> list[str]:
    """Cells of these rows that say something else, in as many ways, without another breach."""
    asked, found = subject(table)
    missed = []
    for column in TABLES[table]:
        if (table, column) in LABELS | EITHER:
            continue
        for row in rows:
            for value in islice(others(found[table][column].tolist()[row]), most):
                if breaches(asked, cell(found, table, row, column, value)) <= before(table):
                    missed.append(f"{table}.{column} of row {row} as {value!r}")
    return missed


def test_every_table_of_a_plan_has_a_row() -> None:
    assert [name for name in TABLES if subject(name)[1][name].empty] == []


@pytest.mark.parametrize("table", RESULTS)
def test_no_changed_cell_goes_unnoticed(table: str) -> None:
    """In the last row of what a plan reports of itself."""
    assert unnoticed(table, [-1], most=1) == []


@pytest.mark.slow
@pytest.mark.parametrize("table", TABLES)
def test_no_changed_cell_of_any_row_goes_unnoticed(table: str) -> None:
    assert unnoticed(table, list(range(len(subject(table)[1][table])))) == []
