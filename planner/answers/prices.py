"""Prices as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.answers import Answer, Chart
from planner.comparison.sections import Cell, Figure, Section

if TYPE_CHECKING:
    from planner.analyses.price import Band, Price, Prices
    from planner.analyses.source import Source

HEADS = {"mission value": "Most mission value", "present cost": "Least present cost"}
HEADERS = ("Term", "What it says", "Giving it up, least", "Giving it up, most", "Verdict", "One unit more")
WORTH = ("Limit", "Where", "USD of mission value a unit more")


def answer(source: Source, found: Prices) -> Answer:
    from planner.analyses.price import document
    from planner.analyses.price_words import text

    sections: list[tuple[str, Section, Chart | None]] = []
    for name, head in HEADS.items():
        mine = [p for p in found.prices if p.objective == name]
        if mine:
            rows = tuple(_row(p) for p in sorted(mine, key=lambda p: -(p.given_up.high if p.given_up else 0.0)))
            note = f"Base-year dollars; {name} as it is: {_band(mine[0].whole)}. Each price lies between the two."
            sections.append((name, Section(f"{head}: what each promise costs", HEADERS, rows, note), None))
    if found.worth:
        note = "Dual values of the linear programme around one plan's whole choices, no re-solves. Money: per dollar."
        worth = sorted(found.worth, key=lambda w: -w.usd_per_unit)
        rows = tuple((w.rule, w.where, Figure(w.usd_per_unit, "USD")) for w in worth)
        sections.append(("worth", Section("Worth of one unit more", WORTH, rows, note), None))
    kind = "the exact model" if found.exact else "the model with racks in one pool"
    lead = f"{len(found.prices)} prices of {source.words}, on {kind}." if found.prices else text(found).split("\n")[0]
    notes = [] if found.complete or not found.prices else ["INCOMPLETE: not every term is priced."]
    title = "What each promise and limit costs"
    return Answer(title, lead, source.case(), document(source, found), sections, [*notes, *found.notes])


def _row(p: Price) -> tuple[Cell, ...]:
    low, high = (None, None) if p.given_up is None else (1e6 * p.given_up.low, 1e6 * p.given_up.high)
    more = ""
    if p.clashes_with_more:
        more = f"{p.unit_more:g} more cannot be had"
    elif p.per_unit is not None and p.term.claim is not None:
        more = f"{_band(p.per_unit)} per {p.term.claim.unit}"
    return p.term.id, p.term.says, Figure(low, "USD"), Figure(high, "USD"), p.verdict, more


def _band(band: Band) -> str:
    low, high = str(Figure(1e6 * band.low, "USD")), str(Figure(1e6 * band.high, "USD"))
    return low if low == high else f"{low} to {high}"
