"""What to sign now, as sentences and tables: the certificate, the four ways, the scenarios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.answers import Answer
from planner.comparison.shapes import Section
from planner.inputs.case import Case
from planner.measures import percent, usd
from planner.report.shapes import Cell, Figure

#: way -> what a reader calls it
WAYS = {
    "knowing": "Knowing the future (nobody can)",
    "sign_now": "Sign what holds in every scenario",
    "mean_future": "Plan for the mean scenario",
    "wait_a_year": "Sign nothing for a year",
}
KINDS = {
    "opens": "Site",
    "modules": "Halls",
    "hardened": "Hardening",
    "contract": "Grid contract",
    "units": "On-site plant",
    "signed": "Power agreement",
    "bought": "Racks",
    "accredits": "Accreditation",
    "goes_live": "Going live",
    "ports": "Service port",
    "starts": "Initiative",
    "packages": "Package",
    "onboards": "Onboarding",
    "connects": "Connection",
    "courses": "Courses",
}


def answer(run: str, case: Case, document: Mapping[str, Any]) -> Answer:
    sections: list[tuple[str, Section, None]] = [
        ("Sign", _sign(document), None),
        ("Ways", _ways(document), None),
        ("Scenarios", _scenarios(document), None),
    ]
    return Answer("What should be signed now", _lead(run, document), case, document, sections, _notes(document))


def _lead(run: str, document: Mapping[str, Any]) -> str:
    now, wait, until = document["ways"]["sign_now"], document["ways"]["wait_a_year"], document["until"]
    count = len(document["scenarios"])
    if now["expected_usd"] is None:
        without = document["ways"]["knowing"]["without_plan"]
        why = f" Scenarios without a plan of their own: {', '.join(without)}." if without else ""
        found = "no plan holds in every scenario" if now["verdict"] == "infeasible" else "no plan was found in time"
        return f"{run}, {count} scenarios, more known from {until}: {found}.{why}"
    waited = (
        f"Signing nothing for a year is expected to bring {usd(wait['expected_usd'])}, at worst a regret of "
        f"{usd(wait['worst_regret_usd'])}."
        if wait["expected_usd"] is not None and wait["worst_regret_usd"] is not None
        else "No plan holds in every scenario once nothing is signed for a year."
        if wait["verdict"] == "infeasible"
        else "Whether waiting a year leaves a plan was not settled in time."
    )
    regret = "" if now["worst_regret_usd"] is None else f", a worst regret of {usd(now['worst_regret_usd'])}"
    worst = percent(1 - document["cvar_level"])
    return (
        f"{run}, {count} scenarios, more known from {until}: {len(document['sign'])} commitments hold in every "
        f"scenario, with an expected net benefit of {usd(now['expected_usd'])}, {usd(now['cvar_usd'])} in the worst "
        f"{worst} of scenarios{regret}. {waited}"
    )


def _notes(document: Mapping[str, Any]) -> list[str]:
    now = document["ways"]["sign_now"]
    found = []
    if now["expected_usd"] is not None:
        proof = "no bound is proven" if now["bound_usd"] is None else f"none can pass {usd(now['bound_usd'])}"
        checked = "the checker takes the plan of every scenario" if now["checked"] else "THE CHECKER REFUSES A PLAN"
        found.append(f"Proof: {now['verdict']}; {proof}; {checked}.")
    for key, words in (
        ("value_of_perfect_information_usd", "Knowing the future would be worth"),
        ("value_of_the_stochastic_solution_usd", "Planning for all scenarios, not for their mean, is worth"),
        ("value_of_not_waiting_usd", "Signing now, not in a year, is worth"),
    ):
        if document[key] is not None:
            found.append(f"{words} {usd(document[key])} of expected net benefit.")
    if document["ways"]["mean_future"]["without_plan"]:
        names = ", ".join(document["ways"]["mean_future"]["without_plan"])
        found.append(f"The commitments of the mean scenario's plan leave no plan in: {names}.")
    found.append("What has no later date on offer is not kept waiting: the choice of sites, and what has one date.")
    found.append(
        f"{document['draws']:,} draws, seed {document['seed']}, make {len(document['scenarios'])} scenarios, which "
        f"keep {percent(document['variance_kept'])} of their variance: tails are shorter than in 'planner risk RUN'."
    )
    if document["sites_settled"] is not None:
        names = ", ".join(document["sites_settled"])
        found.append(f"Sites are those of the mean scenario's plan: {names}. Others were not tried.")
    return found


def _sign(document: Mapping[str, Any]) -> Section:
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (s["period"], KINDS[s["kind"]], s["where"], s["what"], Figure(s["amount"], s["unit"])) for s in document["sign"]
    )
    note = f"Before {document['until']}, at the opening of the period; later ones answer to what is known then."
    headers = ("Period", "What is signed", "where", "what", "amount")
    return Section("What to sign, and by when", headers, rows, note, "Nothing is signed before the date.")


def _ways(document: Mapping[str, Any]) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for way, words in WAYS.items():
        found = document["ways"][way]
        keys = ("bound_usd", "cvar_usd", "worst_regret_usd")
        cells = (_dollars(found["expected_usd"]), *(Figure(found[key], "USD") for key in keys))
        rows.append((words, *cells, str(found["verdict"])))
    headers = ("Way to decide", "expected", "cannot pass", "in the worst scenarios", "worst regret", "verdict")
    worst = percent(1 - document["cvar_level"])
    note = (
        f"Net benefit of the programme's objective. Worst: the mean of the worst {worst} of scenarios, "
        f"CVaR, which weighs {percent(document['cvar_weight'])}. Regret: what a plan for that scenario alone has more."
    )
    return Section("Ways to decide", headers, tuple(rows), note)


def _scenarios(document: Mapping[str, Any]) -> Section:
    families = list(document["scenarios"][0]["factors"])
    delays = list(document["scenarios"][0]["months"])
    rows: list[tuple[Cell, ...]] = []
    for s in document["scenarios"]:
        values = (_dollars(s["net_benefit_usd"][way]) for way in ("knowing", "signed", "mean", "waited"))
        factors = (Figure(s["factors"][f], "times") for f in families)
        late = (Figure(max(s["months"][d].values(), default=0.0), "months") for d in delays)
        rows.append((s["name"], Figure(s["probability"], "share"), *values, *factors, *late))
    headers = ("Scenario", "probability", "knowing", "sign now", "mean scenario", "wait a year")
    note = "Net benefit of each way; factors on rates by family; months late at the site that is latest."
    return Section("Scenarios", (*headers, *families, *(f"{d} late" for d in delays)), tuple(rows), note)


def _dollars(amount: float | None) -> Cell:
    return "no plan" if amount is None else Figure(amount, "USD")
