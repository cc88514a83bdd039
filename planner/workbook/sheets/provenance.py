"""Provenance: what was solved, with what, and the documents behind the figures; stored values, nothing computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner.verify.signing import committed_usd
from planner.workbook import style
from planner.workbook.book import Book


class Solved:
    """Rows of the stored run: name -> row of its value (column 2), for links."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.stages: list[int] = []


def number(value: Any) -> float | None:
    """A number of the document, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return float(value)


def _stored(book: Book, document: Mapping[str, Any]) -> list[tuple[str, float | None, str]]:
    indicators = document.get("indicators") or {}
    check = document.get("verification") or {}
    size = document.get("size") or {}
    rows = [
        ("investment", number(indicators.get("spend_usd")), "USD"),
        ("operations", number(indicators.get("operations_usd")), "USD"),
        ("present cost", number(indicators.get("present_cost_usd")), "USD"),
        ("mission value", number(indicators.get("mission_value_usd")), "USD"),
        ("served share", number(indicators.get("served_share")), "fraction"),
        ("energy", number(indicators.get("energy_mwh")), "MWh"),
        ("emissions", number(indicators.get("emissions_t")), "t CO2"),
        ("water", number(indicators.get("water_m3")), "m3"),
        ("verification passed", float(bool(check.get("passed"))), "1 = yes"),
        ("rules checked", number(_count(check.get("rules"))), "rules"),
        ("rules broken", float(_count(check.get("broken")) or 0), "rules"),
        ("largest violation", number(check.get("max_violation")), "in the rule's unit"),
        ("overall gap", number(document.get("gap")), "fraction"),
    ]
    by_year, owed = committed_usd(book.case, book.plan)
    rows += [("commitments, by the verifier", math.fsum(by_year.values()), "USD")]
    rows += [("of them paid after the horizon", owed, "USD")]
    rows += [(f"model {name}", number(size.get(name)), "") for name in ("rows", "columns", "integers", "nonzeros")]
    return rows


def _count(value: Any) -> float | None:
    return float(len(value)) if isinstance(value, list | tuple | dict) else number(value)


def fill(book: Book) -> Solved:
    page = book.page("Provenance", "Provenance: the run, its versions and its sources", "stored values")
    document, programme = book.document, book.case.programme
    solved = Solved()
    page.heading(5, "The run as solved")
    page.headers(6, ("Name", "Value", "Unit"))
    row = 7
    texts: list[tuple[str, Any]] = [
        ("run", document.get("run")),
        ("verdict", document.get("verdict")),
        ("case", book.case.name),
        ("data set", programme.data_set),
        ("as of", programme.as_of),
        ("demand case", programme.demand_case),
        ("discount rate", programme.discount_rate),
        ("inputs sha256", document.get("inputs_sha256") or book.case.sha256),
    ]
    texts += [(f"change {n}", change) for n, change in enumerate(book.case.changes, 1)]
    texts += [(f"version of {name}", value) for name, value in sorted((document.get("versions") or {}).items())]
    texts += [(f"option {name}", value) for name, value in sorted((document.get("options") or {}).items())]
    for name, text in texts:
        page.put(row, 1, name)
        page.put(row, 2, "none" if text is None else str(text))
        row += 1
    for name, value, unit in _stored(book, document):
        page.put(row, 1, name)
        if value is not None:
            page.put(row, 2, value, "line", "#,##0.######" if abs(value) < 1e6 else "#,##0.00")
            solved.rows[name] = row
        else:
            page.put(row, 2, "not reported")
        page.put(row, 3, unit)
        row += 1
    row = _stages(book, solved, row + 1)
    row += 1
    page.heading(row, "Documents behind the figures")
    page.headers(row + 1, ("Source", "Title", "Publisher", "Year", "Address"))
    for at, source in enumerate(book.case.sources.values(), row + 2):
        texts5 = (source.source_id, source.title, source.publisher, source.year, source.address)
        for column, text in enumerate(texts5, 1):
            if isinstance(text, str) and text:
                page.put(at, column, text)
    page.widths({1: 34, 2: 70, 3: 30, 4: 18, 5: 50, 6: 14})
    page.printed(3, "A4")
    return solved


def _stages(book: Book, solved: Solved, row: int) -> int:
    page = book.pages["Provenance"]
    page.heading(row, "Objectives in their order, as proven by the solver")
    page.headers(row + 1, ("Stage", "Sense", "Best found", "Bound", "Gap", "In the plan", "Unit"))
    row += 2
    for stage in book.document.get("stages") or ():
        page.put(row, 1, str(stage.get("name")))
        page.put(row, 2, str(stage.get("sense")))
        for column, name in enumerate(("value", "bound", "gap"), 3):
            value = number(stage.get(name))
            if value is None:
                page.put(row, column, "none")
            else:
                page.put(row, column, value, "line", "0.0000%" if name == "gap" else style.QUANTITY)
        kept = number(stage.get("achieved"))
        page.put(row, 6, number(stage.get("value")) if kept is None else kept, "line", style.QUANTITY)
        page.put(row, 7, str(stage.get("unit") or "").replace("M USD", "$M") or None)
        solved.stages.append(row)
        row += 1
    return row
