"""Explanations as tables, from their documents: what clashes and every way out; of a plan, what binds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.answers import Answer, Chart
from planner.comparison.shapes import Section
from planner.inputs.case import Case
from planner.report.shapes import Cell, Figure

Sheets = list[tuple[str, Section, Chart | None]]


def of_clash(case: Case, document: Mapping[str, Any]) -> Answer:
    """Of a programme that may have no plan."""
    sheets: Sheets = []
    if document["verdict"] == "infeasible":
        sheets = [("conflict", _conflict(document), None), ("ways out", _repairs(document), None)]
    first, *rest = str(document["explanation"]).split("\n")
    notes = [line.strip() for line in rest if line.strip() and not line.startswith(" ")]
    return Answer("Why there is no plan", first, case, document, sheets, notes if sheets else list(document["notes"]))


def _conflict(document: Mapping[str, Any]) -> Section:
    words = {True: "yes", False: "no", None: "not shown"}
    rows: list[tuple[Cell, ...]] = [
        (
            str(m["promise"]),
            str(m["says"]),
            words[m["without_it_the_rest_holds"]],
            str(m["shown_by"]),
            words[m["giving_it_up_is_enough"]],
        )
        for m in document["conflict"]
    ]
    headers = (
        "Term",
        "What it says",
        "Without it the rest of the conflict holds",
        "Shown by",
        "Giving it up is enough",
    )
    note = (
        "Irreducible: every one is needed for the clash." if document["irreducible"] else "Not shown to be irreducible."
    )
    note += " Confirmed with presolve off." if document["confirmed_without_presolve"] else ""
    empty = "No promise or limit of the programme is in the clash."
    return Section("Terms that cannot hold together", headers, tuple(rows), note, empty)


def _repairs(document: Mapping[str, Any]) -> Section:
    rows = tuple(
        (
            f"{r['rank']}",
            str(r["says"]),
            "confirmed" if r["confirmed"] else "NOT confirmed",
            Figure(r["cost_usd"], "USD"),
            " ".join(f"--set {edit}" for edit in r["edits"]),
        )
        for r in document["repairs"]
    )
    headers = ("Rank", "What changes", "By a re-solve", "More budget", "As a command line")
    note = "Single changes first, then pairs; each keeps every other promise. Physical limits are not for sale."
    return Section("Ways out", headers, rows, note, "None was found.")


def of_plan(case: Case, document: Mapping[str, Any]) -> Answer:
    """Of a stored plan."""
    from planner.analyses.binding import falls

    tight = tuple(
        (str(item["says"]), str(r["where"]), Figure(r["used"], r["unit"]), Figure(r["limit"], r["unit"]))
        for item in document["binds"]
        for r in item["rows"]
    )
    binds = Section(
        "What binds in this plan",
        ("Limit", "Where and when", "Used", "Limit is"),
        tight,
        "Rows without slack, as the checker counts it.",
        "Nothing binds.",
    )
    least = document["least_budget_usd"]
    rows: tuple[tuple[Cell, ...], ...] = (("all firm promises kept", Figure(least, "USD")),)
    rows += tuple((f"without {w['promise']}", Figure(w["least_budget_usd"], "USD")) for w in document["without_each"])
    note = f"Then-year dollars, bounds; the budget is {Figure(document['budget_usd'], 'USD')}."
    falls_to = Section("Least budgets", ("Promises", "Least budget"), rows, note)
    sheets: Sheets = [("binds", binds, None), ("least budgets", falls_to, None)]
    return Answer("What binds, and what breaks first", falls(document), case, document, sheets, document["notes"])
