"""Prices as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.answers import Answer, Chart
from planner.comparison.shapes import Section
from planner.report.shapes import Cell, Figure

if TYPE_CHECKING:
    from planner.analyses.price import Price, Prices
    from planner.analyses.source import Source

HEADERS = ("Term", "What it says", "Giving it up, least", "Giving it up, most", "Verdict", "Asked", "One unit more")
WORTH = ("Limit", "Where", "USD of net benefit a unit more")


def answer(source: Source, found: Prices) -> Answer:
    from planner.analyses.price import document
    from planner.analyses.price_words import ordered, text

    sections: list[tuple[str, Section, Chart | None]] = []
    if found.prices:
        note = "Present dollars of net benefit; each price lies between the two. Asked: with the plan's sites, roles "
        note += "and dates, or with everything decided anew."
        rows = tuple(_row(p) for p in ordered(found))
        sections.append(("prices", Section("What each promise and limit costs", HEADERS, rows, note), None))
    if found.worth:
        note = "Dual values of the linear programme around one plan's whole choices, no re-solves. Money: per dollar."
        worth = sorted(found.worth, key=lambda w: -w.usd_per_unit)
        cells = tuple((w.rule, w.where, Figure(w.usd_per_unit, "USD")) for w in worth)
        sections.append(("worth", Section("Worth of one unit more", WORTH, cells, note), None))
    lead = f"{len(found.prices)} prices of {source.words}. {text(found)}" if found.prices else text(found)
    title = "What each promise and limit costs"
    return Answer(title, lead, source.case(), document(source, found), sections, found.notes)


def _row(p: Price) -> tuple[Cell, ...]:
    from planner.analyses.price_words import more

    low, high = (None, None) if p.given_up is None else (1e6 * p.given_up.low, 1e6 * p.given_up.high)
    asked = p.basis if p.term.ways else ""
    return p.term.id, p.term.says, Figure(low, "USD"), Figure(high, "USD"), p.verdict, asked, more(p)
