"""Provenance: what was solved, with what, and the documents behind the figures; stored values, nothing computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner.measures import named
from planner.results import verdicts
from planner.verify.signing import committed_usd
from planner.workbook import style
from planner.workbook.book import Book

ME, OWED = "Provenance", "owed after the horizon"
#: rows of the documents for what no document says, and the column of addresses
PROGRAMME_FILE, CONVENTION, ADDRESS = "programme file", "convention", 5
#: the row that says what is proven
PROOF = "what is proven"
#: figures of the objective on the sheet: name -> key of the document, unit
PROVEN = {
    "objective value": ("value", "USD present"),
    "objective bound": ("bound", "USD present"),
    "objective gap": ("gap_usd", "USD present"),
    "objective gap, share of present cost": ("gap", "fraction"),
}


class Solved:
    """Rows of the stored run: name -> row of its value (column 2), for links; rows of what the objective weighs."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.terms: list[int] = []


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
        ("value in the horizon", number(indicators.get("mission_value_in_horizon_usd")), "USD"),
        ("value after the horizon", number(indicators.get("mission_value_after_horizon_usd")), "USD"),
        ("cost after the horizon", number(indicators.get("cost_after_horizon_usd")), "USD"),
        (OWED, number(indicators.get("owed_after_horizon_usd")), "USD"),
        ("terminal value", number(indicators.get("terminal_value_usd")), "USD"),
        ("net benefit", number(indicators.get("net_benefit_usd")), "USD"),
        ("served share", number(indicators.get("served_share")), "fraction"),
        ("energy", number(indicators.get("energy_mwh")), "MWh"),
        ("emissions", number(indicators.get("emissions_t")), "t CO2"),
        ("water", number(indicators.get("water_m3")), "m3"),
        ("verification passed", float(bool(check.get("passed"))), "1 = yes"),
        ("rules checked", number(_count(check.get("rules"))), "rules"),
        ("rules broken", float(_count(check.get("broken")) or 0), "rules"),
        ("largest violation", number(check.get("max_violation")), "in the rule's unit"),
    ]
    objective = document.get("objective") or {}
    rows += [(name, number(objective.get(key)), unit) for name, (key, unit) in PROVEN.items()]
    by_year, owed = committed_usd(book.case, book.plan)
    rows += [("commitments, by the verifier", math.fsum(by_year.values()), "USD")]
    rows += [("of them paid after the horizon", owed, "USD")]
    rows += [(f"model {name}", number(size.get(name)), "") for name in ("rows", "columns", "integers", "nonzeros")]
    return rows


def _count(value: Any) -> float | None:
    return float(len(value)) if isinstance(value, list | tuple | dict) else number(value)


def fill(book: Book) -> Solved:
    page = book.page(ME, "Provenance: the run, its versions and its sources", "stored values")
    document, programme = book.document, book.case.programme
    solved, proven = Solved(), verdicts.plan(document)
    page.heading(5, "The run as solved")
    page.headers(6, ("Name", "Value", "Unit"))
    row = 7
    texts: list[tuple[str, Any]] = [
        ("run", document.get("run")),
        (PROOF, f"{proven[:1].upper()}{proven[1:]}."),
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
        solved.rows[name] = row
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
    row = _terms(book, solved, row + 1)
    row += 1
    page.heading(row, "Documents behind the figures")
    page.headers(row + 1, ("Source", "Title", "Publisher", "Year", "Address"))
    own = (
        (PROGRAMME_FILE, f"what the programme '{programme.title}' asks and claims", "its author", None, ""),
        (CONVENTION, "a tolerance, a unit or a calendar convention of this workbook", "planner", None, ""),
    )
    sources = [(s.source_id, s.title, s.publisher, s.year, s.address) for s in book.case.sources.values()]
    for at, texts5 in enumerate((*own, *sources), row + 2):
        for column, text in enumerate(texts5, 1):
            if isinstance(text, str) and text:
                page.put(at, column, text)
    page.widths({1: 34, 2: 70, 3: 30, 4: 18, 5: 50, 6: 14})
    page.on_screen(3, "B4", (row - 1, 6), "The list of documents")
    return solved


def _terms(book: Book, solved: Solved, row: int) -> int:
    """What the objective adds up: weight times amount of each measure."""
    page, objective = book.pages[ME], book.document.get("objective") or {}
    page.heading(row, f"The objective: {objective.get('name') or 'none'}, the most of the sum of weight times amount")
    page.headers(row + 1, ("Measure", "Value", "Unit", "Weight", "Amount", "Unit of the amount"))
    row += 2
    for term in objective.get("terms") or ():
        name, unit = named(str(term.get("measure")))
        page.put(row, 1, name)
        page.put(row, 3, "USD present")
        page.put(row, 6, unit or None)
        for column, key, form in ((2, "value", "#,##0.00"), (4, "weight", style.GENERAL), (5, "amount", "#,##0.00")):
            value = number(term.get(key))
            page.put(row, column, "none" if value is None else value, "line", form)
        solved.terms.append(row)
        row += 1
    return row
