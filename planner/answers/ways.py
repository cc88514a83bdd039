"""Alternatives as tables."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from planner.answers import Answer
from planner.comparison.shapes import Section
from planner.report.shapes import Cell, Figure

if TYPE_CHECKING:
    from planner.analyses.alternatives import Alternatives, Worth
    from planner.analyses.source import Source


def answer(source: Source, found: Alternatives) -> Answer:
    from planner.analyses.ways_document import document

    maps = [("Map", _map(found, False), None), ("Timing", _map(found, True), None)]
    sections = [("Alternatives", _plans(found), None), *maps]
    title = "Other ways, nearly as good"
    shown = sections if found.verdict == "found" else []
    return Answer(title, _lead(source, found), source.case(), document(source, found), shown, found.notes)


def _lead(source: Source, found: Alternatives) -> str:
    if found.verdict == "infeasible":
        return "There is no plan, so there is no other way: 'planner explain' says what clashes."
    if found.verdict == "unknown":
        return "No plan was found in the time allowed."
    from planner.analyses.ways_document import usd

    best, others = found.best, sum(not a.timing_alone for a in found.found)
    return (
        f"{others} plans of other sites or technology, and {len(found.found) - others} of other timing alone, lose 5 % "
        f"of present cost at most; the best of {source.words} has a net benefit of {Figure(usd(best.value), 'USD')}, "
        f"and none passes {Figure(usd(best.bound), 'USD')}."
    )


def _plans(found: Alternatives) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for n, a in enumerate(found.found, 1):
        kind = "timing" if a.timing_alone else "sites or technology"
        rows.append((f"{n}", Figure(a.loss, "share"), kind, "; ".join(a.differs), a.asked))
    note = "Each is whole and keeps every rule by the checker's count; its loss is given against what is proven."
    headers = ("Plan", "Loses at most", "Differs in", "Against the best plan", "Found")
    return Section("Different plans within 5 %", headers, tuple(rows), note, "None was found.")


def _map(found: Alternatives, timed: bool) -> Section:
    from planner.analyses.alternatives import WITHIN
    from planner.analyses.features import TIMED

    headers = (
        "Kind",
        "Name",
        "Best plan",
        "Asked",
        "Costs at least",
        "Costs at most",
        *(f"{100 * x:g} %" for x in WITHIN),
    )
    note = (
        "Always, sometimes or never in plans within so much of the best; open: not settled. Costs are parts of its "
        "present cost, of barring what the best plan has and of forcing what it has not."
    )
    rows = tuple(_row(found, w) for w in found.worths if (w.feature.kind in TIMED) is timed)
    title = "Timing" if timed else "Sites and technology"
    return Section(title, headers, rows, note, "No site of the best plan could come at another time.")


def _row(found: Alternatives, w: Worth) -> tuple[Cell, ...]:
    from planner.analyses.alternatives import WITHIN

    loss = w.loss(found.best)
    asked = "barred" if w.inside else "forced"
    words = [w.word(found.best, x) for x in WITHIN]
    least: Cell = "no plan" if w.other.none else Figure(None if loss is None else loss[0], "share")
    most: Cell = "no plan" if w.other.none else Figure(None if loss is None or loss[1] == inf else loss[1], "share")
    name = w.feature.id.partition(":")[2]
    return (w.feature.kind, name, "has it" if w.inside else "without", asked, least, most, *words)
