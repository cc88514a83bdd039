"""The plan decided anew in each draw, as sentences and tables: regret, and what most futures decide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.answers import Answer
from planner.answers.stages import KINDS
from planner.comparison.shapes import Section
from planner.inputs.case import Case
from planner.measures import NONE, percent, usd
from planner.report.shapes import Cell, Figure

#: share of futures from which nearly all of them have a decision
NEARLY_ALL = 0.9


def answer(run: str, case: Case, document: Mapping[str, Any]) -> Answer:
    sections: list[tuple[str, Section, None]] = [
        ("Decisions", _decisions(document), None),
        ("Draws", _draws(document), None),
    ]
    return Answer("What would be decided in other futures", _lead(run, document), case, document, sections, _notes())


def _lead(run: str, document: Mapping[str, Any]) -> str:
    count, planned, regret = len(document["draws"]), document["planned"], document["regret_usd"]
    stands = [d for d in document["decisions"] if (d["share_of_futures"] or 0.0) >= NEARLY_ALL]
    names = [d["where"] for d in stands if d["kind"] == "opens"]
    sites = f", among them the sites {', '.join(names)}" if names else ""
    lost = (
        f"deciding anew has {usd(regret['mean'])} more on average, at most {usd(regret['worst'])}"
        if regret
        else "no regret can be given"
    )
    none = f", {len(document['without_plan'])} have none" if document["without_plan"] else ""
    open_ = f", {len(document['not_answered'])} were not answered" if document["not_answered"] else ""
    return (
        f"Decided anew in {count} draws around {run}: {planned} have a plan{none}{open_}. The whole decisions of {run} "
        f"still fit in {document['fixed_plan_stands']}; there {lost}. At least {percent(NEARLY_ALL)} of "
        f"the plans have {len(stands)} decisions in common{sites}."
    )


def _notes() -> list[str]:
    return [
        "Regret: net benefit of the plan decided anew, less that of the run's whole decisions with the rest at its "
        "best. It can be below zero by no more than the gap of the plan decided anew.",
        "Each draw is an edited case, solved and checked as any run; it holds the programme's contingency.",
    ]


def _decisions(document: Mapping[str, Any]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for d in document["decisions"]:
        share = "not known" if d["share_of_futures"] is None else Figure(d["share_of_futures"], "share")
        amount = NONE if d["amount"] is None else Figure(d["amount"], d["unit"])
        when = NONE if d["first"] is None else d["first"] if d["first"] == d["last"] else f"{d['first']} to {d['last']}"
        rows.append((KINDS[d["kind"]], d["where"], d["what"], Figure(d["in_the_run"], d["unit"]), share, amount, when))
    headers = ("Decision", "where", "what", "in the run", "share of futures", "median there", "begins")
    note = "Share of the draws with a plan in which the decision is taken at all, whenever it begins."
    return Section("Decisions over all futures", headers, tuple(rows), note, "No plan decides anything of this kind.")


def _draws(document: Mapping[str, Any]) -> Section:
    families = list(document["draws"][0]["factors"])
    rows: list[tuple[Cell, ...]] = []
    for d in document["draws"]:
        fixed = d["fixed_verdict"] if d["fixed_usd"] is None else Figure(d["fixed_usd"], "USD")
        values = (Figure(d["value_usd"], "USD"), Figure(d["bound_usd"], "USD"), fixed, Figure(d["regret_usd"], "USD"))
        about = d["error"] or d["verdict"]
        rows.append(
            (d["name"], d["run"] or NONE, about, *values, *(Figure(d["factors"][f], "times") for f in families))
        )
    headers = ("Draw", "run", "verdict", "decided anew", "cannot pass", "fixed plan", "regret", *families)
    note = "Net benefit of the programme's objective; factors on rates by family."
    return Section("Each draw", headers, tuple(rows), note, long=True)
