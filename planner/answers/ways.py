"""Alternatives as tables."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from planner.answers import Answer
from planner.comparison.sections import Cell, Figure, Section

if TYPE_CHECKING:
    from planner.analyses.alternatives import Alternatives, Worth
    from planner.analyses.source import Source


def answer(source: Source, found: Alternatives) -> Answer:
    from planner.analyses.alternatives import document

    sections = [("Alternatives", _plans(found), None), ("Map", _map(found), None)]
    title = "Other ways, nearly as good"
    shown = sections if found.verdict == "found" else []
    return Answer(title, _lead(source, found), source.case(), document(source, found), shown, found.notes)


def _lead(source: Source, found: Alternatives) -> str:
    if found.verdict == "infeasible":
        return "There is no plan, so there is no other way: 'planner explain' says what clashes."
    if found.verdict == "unknown":
        return "No plan was found in the time allowed."
    best = found.best
    return (
        f"{len(found.found)} plans of other sites or technology lose 5 % of {found.objective} at most; the best of "
        f"{source.words} has {best.value:,.6g} {found.unit}, and none passes {best.bound:,.6g}."
    )


def _plans(found: Alternatives) -> Section:
    rows = [(f"{n}", Figure(a.loss, "share"), "; ".join(a.differs), a.asked) for n, a in enumerate(found.found, 1)]
    note = "Each is whole and keeps every rule by the checker's count; its loss is told against what is proven."
    headers = ("Plan", "Loses at most", "Against the best plan", "Found")
    return Section("Different plans within 5 %", headers, tuple(rows), note, "None was found.")


def _map(found: Alternatives) -> Section:
    from planner.analyses.alternatives import WITHIN

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
        f"Always, sometimes or never in plans within so much of the best {found.objective}; open: not settled. "
        "Costs are parts of the best, of barring what the best plan has and of forcing what it has not."
    )
    return Section("Sites and technology", headers, tuple(_row(found, w) for w in found.worths), note)


def _row(found: Alternatives, w: Worth) -> tuple[Cell, ...]:
    from planner.analyses.alternatives import WITHIN

    loss = w.loss(found.best, found.sign)
    asked = "barred" if w.inside else "forced"
    words = [w.word(found.best, found.sign, x) for x in WITHIN]
    least: Cell = "no plan" if w.other.none else Figure(None if loss is None else loss[0], "share")
    most: Cell = "no plan" if w.other.none else Figure(None if loss is None or loss[1] == inf else loss[1], "share")
    return (w.feature.kind, w.feature.name, "has it" if w.inside else "without", asked, least, most, *words)
