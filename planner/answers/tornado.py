"""Sensitivities as tables and tornado charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from planner.answers import Answer, Chart
from planner.comparison.shapes import Section
from planner.report.shapes import Cell, Figure

if TYPE_CHECKING:
    from planner.analyses.screening import Screening
    from planner.analyses.sensitivity import Sensitivity, Swing
    from planner.inputs.case import Case

TITLES = {
    "net_benefit_usd": ("Net benefit", "base-year present dollars"),
    "present_cost_usd": ("Present cost", "base-year present dollars"),
    "mission_value_usd": ("Mission value", "base-year present dollars"),
    "investment_usd": ("Investment", "then-year dollars"),
    "operations_usd": ("Operations", "then-year dollars"),
}
#: bars of a tornado
BARS = 15


def answer(
    run: str, case: Case, found: Sensitivity, document: Mapping[str, Any], screened: Screening | None = None
) -> Answer:
    sections: list[tuple[str, Section, Chart | None]] = [
        _tornado(found, measure) for measure in TITLES if found.largest(measure)
    ]
    sections.append(("Broken rules", _broken(found), None))
    if screened is not None:
        sections += [_screened(screened, m) for m in TITLES if any(e.mu_star > 0 for e in screened.of(m))]
    if document.get("reoptimised"):
        sections.append(("Decided anew", _anew(document["reoptimised"]), None))
    lead = (
        f"{len(found.swings)} figures move the plan of {run} within the low and high of their sources, one at a time; "
        f"{found.idle} with a range do not, {found.without} have no sourced range. Decisions stand as they are."
    )
    if found.left:  # the largest may be among them
        lead = f"INCOMPLETE, {found.left} figures are not counted yet. {lead}"
    notes = (
        [f"{found.left} figures were not counted in time; the same command goes on from here."] if found.left else []
    )
    if screened is not None and screened.done < screened.asked:
        text = f"{screened.done} of {screened.asked} trajectories were counted; the same command goes on from here."
        notes.append(f"INCOMPLETE screening: {text}")
    return Answer("What the figures of this plan are worth knowing better", lead, case, document, sections, notes)


def _tornado(found: Sensitivity, measure: str) -> tuple[str, Section, Chart]:
    name, dollars = TITLES[measure]
    base = float(getattr(found.base, measure))
    rows = tuple(_row(s, measure, base) for s in found.largest(measure))
    headers = ("Figure", "Low", "Base", "High", "Below", "Above", "Swing", "Source")
    note = f"{name} of the plan as it is: {Figure(base, 'USD')}, {dollars}; below and above are against it."
    section = Section(name, headers, rows, note)
    first = found.largest(measure)[0]
    says = (
        f"Tornado of {name.lower()}, {min(BARS, len(rows))} figures, the largest first: {first.range.ref} moves it by "
        f"{Figure(first.of(measure), 'USD')} between its sourced low and high."
    )
    return name, section, Chart("bars", 0, (4, 5), "", f"{name}, change in M USD", says, BARS)


def _row(s: Swing, measure: str, base: float) -> tuple[Cell, ...]:
    low, high = (float(getattr(end, measure)) for end in (s.low, s.high))
    change = (low - base, high - base)
    return (
        s.range.ref,
        Figure(s.range.low, s.range.unit),
        Figure(s.range.base, s.range.unit) if s.range.base is not None else "varies",
        Figure(s.range.high, s.range.unit),
        Figure(min(0.0, *change), "USD", signed=True),
        Figure(max(0.0, *change), "USD", signed=True),
        Figure(s.of(measure), "USD"),
        f"{s.range.source_id} ({s.range.status})",
    )


def _broken(found: Sensitivity) -> Section:
    rows = [
        (s.range.ref, end, Figure(value, s.range.unit), ", ".join(counted.breaks))
        for s in found.swings
        for end, value, counted in (("low", s.range.low, s.low), ("high", s.range.high, s.high))
        if counted.breaks
    ]
    note = "The plan as it stands breaks these rules there: it would have to be decided anew."
    empty = "The plan keeps every rule at both ends of every figure."
    return Section("Rules that the plan breaks at an end", ("Figure", "End", "At", "Rules"), tuple(rows), note, empty)


def _screened(found: Screening, measure: str) -> tuple[str, Section, None]:
    """Effects of figures on a measure while the others stand anywhere in their ranges."""
    name, dollars = TITLES[measure]
    rows = tuple(
        (
            e.range.ref,
            Figure(e.mu_star, "USD"),
            Figure(e.confidence, "USD"),
            Figure(e.sigma, "USD"),
            Figure(e.mu, "USD", signed=True),
            f"{e.range.source_id} ({e.range.status})",
        )
        for e in found.of(measure)
        if e.mu_star > 0
    )
    headers = ("Figure", "Moves by (mu*)", "95 % band, +-", "Spread (sigma)", "With its sign (mu)", "Source")
    note = (
        f"Morris, {found.done} trajectories, seed {found.seed}, in {dollars}: what a figure moves over its range while "
        f"the {found.factors - 1} others stand anywhere in theirs; {found.left_out} smaller ones held. A spread "
        "near mu* or above it: the figure works through others, or not in proportion."
    )
    return f"All at once {name}", Section(f"{name}: all figures at once", headers, rows, note), None


def _anew(rows: Sequence[Mapping[str, Any]]) -> Section:
    unit = "USD"

    def words(end: Mapping[str, Any]) -> str:
        if not end["band"]:
            return str(end["verdict"])
        return f"{Figure(end['band'][0], unit)} to {Figure(end['band'][1], unit)}"

    cells = []
    for r in rows:
        swing = r["swing"]
        text = f"{Figure(swing[0], unit)} to {Figure(swing[1], unit)}" if swing else "-"
        cells.append((r["figure"], *(words(r[f"at_{end}"]) for end in ("low", "base", "high")), text, r["source"]))
    headers = ("Figure", "At low", "Base", "At high", "Swing", "Source")
    note = "Each from what its plan reaches to what is proven; a swing from the least to the most these leave."
    return Section("Decided anew at both ends: net benefit", headers, tuple(cells), note)
