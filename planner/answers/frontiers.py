"""Frontiers as tables and charts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from planner.answers import Answer, Chart
from planner.comparison.shapes import Section
from planner.report.shapes import Cell, Figure

if TYPE_CHECKING:
    from planner.analyses.frontier import Frontier
    from planner.analyses.points import Curve, Point
    from planner.analyses.source import Source


class Year(Figure):
    """A year has no thousands."""

    def __str__(self) -> str:
        return f"{self.value:.0f}"


def answer(source: Source, found: Frontier) -> Answer:
    from planner.analyses.frontier import document

    title = "Frontiers: what more, sooner or cleaner costs"
    sections = [(curve.id.replace(":", " "), _section(curve, found.gap), _chart(curve)) for curve in found.curves]
    return Answer(title, _lead(source, found), source.case(), document(source, found), sections, found.notes)


def _lead(source: Source, found: Frontier) -> str:
    points = [c.state(p, found.gap) for c in found.curves for p in c.points]
    if found.verdict == "infeasible":
        return "There is no plan at any point: 'planner explain' says what clashes."
    settled = sum(s in ("proven", "no plan") for s in points)
    return (
        f"{len(found.curves)} frontiers of {source.words}, {settled} of {len(points)} points settled. "
        f"Each figure lies between what is proven and what a plan takes; proven: within {100 * found.gap:g} %."
    )


def _section(curve: Curve, gap: float) -> Section:
    rows = tuple(_row(curve, p, gap) for p in curve.points)
    ends = ("proven at least", "A plan takes") if curve.of == "USD" else ("proven at most", "A plan has")
    headers = (curve.axis, f"{curve.measure}: {ends[0]}", ends[1], "State", "Programme")
    note = "Base-year present dollars." if curve.of == "USD" else "Installed at the end of the horizon."
    note += " All other firm promises held; a plan within the gap."
    return Section(curve.title, headers, rows, note)


def _row(curve: Curve, p: Point, gap: float) -> tuple[Cell, ...]:
    state = curve.state(p, gap) + (", by its neighbours" if p.taken else "")
    asked = "as asked" if curve.asked is not None and math.isclose(p.at, curve.asked, rel_tol=1e-9) else ""
    at = Year(p.at, "year") if curve.unit == "year" else Figure(p.at, "" if curve.id == "sites" else curve.unit)
    return (at, Figure(curve.figure(p.bound), curve.of), Figure(curve.figure(p.value), curve.of), state, asked)


def _chart(curve: Curve) -> Chart | None:
    known = [p for p in curve.points if p.value is not None]
    if len(known) < 2:
        return None
    unit = "" if curve.unit == "year" else f", {curve.unit}"
    of = "M USD" if curve.of == "USD" else curve.of
    ends = [f"{Figure(curve.figure(p.value), curve.of)} at {p.at:g}" for p in (known[0], known[-1])]
    says = (
        f"{curve.measure} against '{curve.axis.lower()}'{unit}: {' and '.join(ends)}, with the proven bound beside it."
    )
    return Chart("lines", 0, (2, 1), f"{curve.axis}{unit}", f"{curve.measure}, {of}", says)
