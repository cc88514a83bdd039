"""The plan with a promise and without it, side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from planner.answers import Answer
from planner.comparison.shapes import Section
from planner.report.shapes import Cell, Figure

if TYPE_CHECKING:
    from planner.analyses.without import Without
    from planner.inputs.case import Case

ROWS = (
    ("Net benefit of the plan", "value_usd", "USD"),
    ("No plan passes", "bound_usd", "USD"),
    ("Investment, then-year", "spend_usd", "USD"),
    ("Operations, then-year", "operations_usd", "USD"),
    ("Secured at the meter", "secured_mw", "MW"),
    ("Commissioned halls", "commissioned_mw", "MW"),
    ("Populated racks", "populated_mw", "MW"),
)


def answer(case: Case, found: Without, whole: Mapping[str, Any]) -> Answer:
    """One table and one sentence; ``whole`` is the document of the run with the promise."""
    document = found.as_dict(whole)
    sides = (document["with"], document["without"])
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(Figure(side[key], unit) for side in sides)) for name, key, unit in ROWS
    )
    headers = ("Figure", "With the promise", "Without it")
    note = "The second plan is solved anew, from the gates of the first, with the promise reported only."
    section = Section(f"With and without: {found.claim.claim}", headers, rows, note)
    return Answer(f"What {found.claim.id} costs", lead(found), case, document, [("without", section, None)])


def lead(found: Without) -> str:
    """The price as one sentence."""
    what = f"'{found.claim.claim}'"
    if found.price is None:
        return f"What {what} costs was not found: the solve without it has no plan or no bound yet."
    low, high = (Figure(usd, "USD") for usd in found.price.as_usd().values())
    if not found.settled:
        return f"{what} costs at most {high} of net benefit. The two proofs do not settle whether it costs anything."
    return f"{what} costs {low} to {high} of net benefit: the plan without it is better by that much."
