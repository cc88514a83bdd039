"""How sure a plan is, as sentences and tables: S-curve, promises, contingency, what the budget leaves, what varies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.answers import Answer, Chart
from planner.comparison.shapes import Section
from planner.inputs.case import Case
from planner.measures import percent, usd
from planner.report.shapes import Cell, Figure

#: percentiles that a reader asks for by name
NAMED = (50, 70, 80)


def answer(run: str, case: Case, document: Mapping[str, Any]) -> Answer:
    sections: list[tuple[str, Section, Chart | None]] = [
        ("Levels", _levels(document), None),
        ("S-curve", *_curve(document)),
        ("Promises", _promises(document), None),
        ("Contingency", _contingency(document), None),
        ("At the budget", _stopped(document), None),
        ("What varies", _varied(document), None),
    ]
    return Answer("How sure the plan is", _lead(run, document), case, document, sections, _notes(document))


def _lead(run: str, document: Mapping[str, Any]) -> str:
    cost = document["cost_usd"]
    joint = document["joint_confidence"]
    both = (
        f"{percent(joint)} of draws stay within the budget and keep {document['milestone']} by its date."
        if joint is not None
        else f"The plan does not measure {document['milestone']}, so no joint confidence is given."
    )
    return (
        f"Decisions of {run} as planned, {document['draws']:,} draws: investment without contingency is "
        f"{usd(cost['p50'])} at P50, {usd(cost['p70'])} at P70 and {usd(cost['p80'])} at P80. The base of "
        f"{usd(cost['point'])} is enough in {percent(cost['point_percentile'])} of draws, with the plan's contingency "
        f"in {percent(cost['with_contingency_percentile'])}, the budget of {usd(cost['budget'])} in "
        f"{percent(cost['budget_percentile'])}. {both}"
    )


def _notes(document: Mapping[str, Any]) -> list[str]:
    cost, plan = document["cost_usd"], document["plan_usd"]
    unranged = sum(f["without_range_usd"] for f in document["families"])
    return [
        f"{document['replicates']} scrambled Sobol sequences, seed {document['seed']}: the standard error of P80 is "
        f"{usd(cost['p80_standard_error'])}, {percent(cost['p80_standard_error'] / cost['p80'])} of it.",
        f"Of the plan's {usd(plan['investment'])}, {usd(plan['contingency'])} is contingency and "
        f"{usd(plan['set_aside_by_the_split'])} is set aside by the split; neither is in the draws.",
        f"{usd(plan['does_not_vary'])} of base investment is in no family; {usd(unranged)} of both ledgers has no "
        "sourced range.",
        "Lines of a family move together. Quantities, demand and the plan's decisions do not vary.",
    ]


def _levels(document: Mapping[str, Any]) -> Section:
    """Percentiles of the plan's own amounts, then amounts of the percentiles asked for; both ledgers."""
    cost, operations = document["cost_usd"], document["operations_usd"]
    rows: list[tuple[Cell, ...]] = [
        ("Investment: base", Figure(cost["point"], "USD"), Figure(cost["point_percentile"], "share")),
        (
            "Investment: base plus contingency",
            Figure(cost["with_contingency"], "USD"),
            Figure(cost["with_contingency_percentile"], "share"),
        ),
        ("Investment: the budget", Figure(cost["budget"], "USD"), Figure(cost["budget_percentile"], "share")),
        ("Operations: as planned", Figure(operations["point"], "USD"), Figure(operations["point_percentile"], "share")),
    ]
    for name, found in (("Investment", cost), ("Operations", operations)):
        rows += [(f"{name}: P{p}", Figure(found[f"p{p}"], "USD"), Figure(p / 100, "share")) for p in NAMED]
    note = "Then-year dollars; enough in so many draws. Contingency and reserve are in no draw."
    return Section("What amounts are enough", ("Amount", "dollars", "enough in"), tuple(rows), note)


def _curve(document: Mapping[str, Any]) -> tuple[Section, Chart]:
    cost = document["cost_usd"]
    rows = tuple((Figure(c["usd"], "USD"), Figure(c["percentile"] / 100, "share")) for c in cost["curve"])
    says = (
        f"S-curve of investment: {usd(cost['p50'])} is enough in half of the draws, {usd(cost['p80'])} in four of five."
    )
    note = "Investment without contingency and reserve, whenever it is paid."
    section = Section("S-curve of investment", ("Investment", "confidence"), rows, note)
    return section, Chart("lines", 0, (1,), "Investment, M USD", "Confidence", says)


def _promises(document: Mapping[str, Any]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for c in document["commitments"]:
        shares = (c["probability_met"], c["joint_with_budget"])
        cells = (Figure(x, "share") if x is not None else "not assessed" for x in shares)
        rows.append((f"{c['claim']} ({c['id']})", str(c["by"]), *cells, c["behind_it"]))
    headers = ("Promise", "by", "kept in", "with the budget", "what is behind it")
    note = "Share of draws that keep a promise by its date, and that also stay within the budget."
    return Section(
        "Every dated promise", headers, tuple(rows), note, "The programme dates no promise that is measured."
    )


def _contingency(document: Mapping[str, Any]) -> Section:
    found, confidence = document["contingency_usd"], document["confidence"]
    categories = found["by_category"]
    years = list(next(iter(categories.values()))["by_year"]) if categories else []
    rows: list[tuple[Cell, ...]] = []
    for category, part in categories.items():
        by_year = (Figure(part["by_year"][y], "USD") for y in years)
        rows.append((category, Figure(part["planned"], "USD"), Figure(part["usd"], "USD"), *by_year))
    totals = (sum(p["planned"] for p in categories.values()), found["total"])
    by_year = (Figure(sum(p["by_year"][y] for p in categories.values()), "USD") for y in years)
    rows.append(("All", *(Figure(x, "USD") for x in totals), *by_year))
    note = (
        f"Base plus this is the P{100 * confidence:.0f} of investment. A year below zero pays less than planned there, "
        "because works are late."
    )
    title = f"Contingency to {percent(confidence)} confidence, by category and year"
    return Section(title, ("Category", "in the plan", "needed", *years), tuple(rows), note)


def _stopped(document: Mapping[str, Any]) -> Section:
    found = document["when_spending_stops"]
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (name, *(Figure(found[key][p], "MW IT") for p in ("p50", "p80")))
        for name, key in (("Halls commissioned", "commissioned_mw"), ("Racks populated", "populated_mw"))
    )
    note = (
        f"At the end of the horizon. {percent(found['share_of_draws_over_budget'])} of draws pass the budget; there "
        f"{' before '.join(found['drop_first'])} are dropped, the latest first, until the rest fits. In "
        f"{percent(found['share_of_draws_where_dropping_is_not_enough'])} of draws that is not enough."
    )
    headers = ("MW", "reached in half of draws", "in four of five")
    return Section("What the budget as a hard limit leaves", headers, rows, note)


def _varied(document: Mapping[str, Any]) -> Section:
    rows: list[tuple[Cell, ...]] = [
        (
            f"{f['id']}: {f['name']}",
            f["shape"],
            *(Figure(f[end], "times") for end in ("low", "mid", "high")),
            Figure(f["usd"], "USD"),
            f"{f['status']}: {f['basis']}",
        )
        for f in document["families"]
    ]
    for d in document["delays"]:
        points = (Figure(d[f"{end}_months"], "months") for end in ("low", "mid", "high"))
        rows.append(
            (
                f"{d['id']}: {d['name']}",
                d["shape"],
                *points,
                f"late in {percent(d['chance'])}",
                f"{d['status']}: {d['basis']}",
            )
        )
    headers = ("Family or delay", "shape", "low", "mid", "high", "stands on", "evidence")
    note = "Times the plan's rate, or months where there is a delay."
    return Section("What varies", headers, tuple(rows), note)
