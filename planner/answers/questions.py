"""A reviewer's six questions about a stored run, each answered in under 200 words.

Every figure is of the run: its document, its tables, its case, and answers kept beside it. Nothing is solved. What the
run lacks is said to be not computed. Claim check and accounts of an older run are counted anew, as ``show`` does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from planner.answers.answer import Answer
from planner.comparison.shapes import Section
from planner.measures import NONE, gap_text
from planner.page.figures import Figures
from planner.plan import Plan
from planner.report.shapes import Figure
from planner.results import verdicts
from planner.results.accounts import accounts, words
from planner.results.claims import claim_check
from planner.results.indicators import grid_at_end_mw
from planner.store import Stored
from planner.wbs import UNUSED_POWER

NOT = "not computed in this run"
WAYS = ("lease halls", "rent at low quotes", "rent at high quotes", "rent at the model's price")
READINGS = ("investor_as_the_data_say", "investor_bears_operations")
MARGIN = "Net benefit is zero at a margin of {accounts/margins/margin_at_zero:}; the data use {margin:}."
#: question -> answer; what is in braces is where a figure is, and its unit
TEXTS = {
    "Why not 1.3 GW?": """Claimed: {claims/power-added/claimed:MW IT}. In the plan: {claims/power-added/planned:MW IT}.
Missing: {claims/power-added/missing:MW IT}. Beyond firm promises, racks come only where the objective gains. The plan
pays for infrastructure, per MW of racks bought: {per_mw}. What is missing, at that cost and without a solve:
{claims/power-added/true_for_usd_more} more. Invested: {known/spend_usd}, of a budget of {budget}. Demand served:
{known/served_share:share}. Present mission value: {known/mission_value_usd}; present cost: {known/present_cost_usd};
owed after the horizon: {known/owed_after_horizon_usd}; net benefit: {known/net_benefit_usd}. {added}""",
    "Why these sites?": """Sites, roles and grid contracts: {sites}. A plan's sites are the best set found for its
objective. No plan is better by more than: {gap}. Sites whose plans lie within that of each other differ by less than
the proof can tell. {others}""",
    "Build or rent?": """Present cost of the plan's own service, with what runs and is owed after the horizon. Build:
{accounts/ways/build/present_usd}; {ways}. Software, security and training of the plan are not in the price of renting.
Classified levels have no public price: what they add is the model's own. """
    + MARGIN,
    "What does 5 GW cost, and who owes it?": """{price} Investment with the promise: {without/with/spend_usd}; without
it: {without/without/spend_usd}. Grid contracts at the end: {grid/contracted:MW}; serving no load: {grid/unused:MW}; on
the terms of a known tariff: {grid/known_tariff:MW}. The terms of the others are assumed. Who owes unused MW: {obligor}.
Paid for unused power within the horizon, then-year: {unused}. Owed after the horizon, present:
{known/owed_after_horizon_usd}; by obligor: {owed}.""",
    "Who gains what return?": """Present dollars, in accounts that are never added. Agencies pay
{accounts/federal/paid/present_usd}: fees {accounts/federal/fees/present_usd} and own cost
{accounts/federal/own_cost/present_usd}. The nation has mission value {accounts/national/mission_value_usd} for cost
{accounts/national/cost_usd}. The investor's nominal return, as the data say: {earned/0}; with operations: {earned/1}.
Level fee that earns a nominal return, as a multiple of the base-year price, as the data say: {fees/0}; with operations:
{fees/1}.""",
    "What would have to be true for the announcement?": """A MW would have to cost {allowed}: {share:share} of {budget}
over {claims/power-commissioned/claimed:MW}. In the plan, infrastructure per MW of racks bought costs {per_mw}.
Commissioned and counted: {claims/power-commissioned/planned:MW IT}; missing:
{claims/power-commissioned/missing:MW IT}. 5 GW commissioned as a firm promise: {firm}. {phases} """
    + MARGIN
    + " Demand served: {known/served_share:share}.",
}


def at(facts: Any, path: str) -> Any:
    """What lies at a path through names; None where there is nothing."""
    for name in path.split("/"):
        facts = facts.get(name) if isinstance(facts, Mapping) else None
    return facts


def filled(text: str, facts: Mapping[str, Any]) -> str:
    """The text with its figures; where there is none, that it was not computed."""

    def said(place: re.Match[str]) -> str:
        found = at(facts, place[1])
        words_ = found if isinstance(found, str) else str(Figure(found, "USD" if place[2] is None else place[2]))
        return NOT if words_ in ("", NONE) else words_

    return " ".join(re.sub(r"\{([^:}]+)(?::([^}]*))?\}", said, text).split())


def answer(name: str, run: Stored, kept: Mapping[str, Answer], notes: list[str]) -> Answer:
    """One section of prose a question; ``kept`` are the answers beside the run, by analysis."""
    facts = _facts(run, kept)
    found = {question: filled(text, facts) for question, text in TEXTS.items()}
    lead = f"Run {name}: {verdicts.plan(run.document)}."
    rows = [{"question": q, "answer": text, "words": len(text.split())} for q, text in found.items()]
    document = {"schema": "planner/questions/1", "run": name, "questions": rows, "notes": notes}
    sections = [(q, Section(q, (), (), empty=text), None) for q, text in found.items()]
    return Answer("A reviewer's six questions", lead, run.case, document, sections, notes)


def _facts(run: Stored, kept: Mapping[str, Answer]) -> dict[str, Any]:
    """Figures and ready words, by the names in the texts."""
    case, plan, document = run
    p, known = case.programme, document.get("indicators") or {}
    worth = document.get("accounts") or (accounts(case, plan) if plan else {})
    claims = {c.id: {"claimed": c.level} for c in p.claims}
    for row in document.get("claim_check") or (claim_check(case, plan) if plan else []):
        claims[row["id"]] = {**claims.get(row["id"], {}), **row}
    firm = {c.id for c in p.claims if c.binding == "firm"}
    asked = at(claims, "power-commissioned/claimed")
    states = {str(c["id"]): verdicts.promise(c) for c in document.get("commitments") or []}
    without, other = kept.get("without"), kept.get("alternatives")
    elsewhere = f"{NOT}; 'planner optimize announced' tries it, and on the data that ship ends with exit code 4"
    return {
        "known": known,
        "accounts": worth,
        "claims": claims,
        "budget": p.budget_usd,
        "share": p.infrastructure_share,
        "allowed": p.infrastructure_share * p.budget_usd / asked if asked else None,
        "per_mw": next((r["usd_per_mw"] for r in known.get("cost_per_mw") or []), None),
        "margin": next((r["margin"] for r in at(worth, "margins/rows") or () if r["which"] == "as in the data"), None),
        "added": "It is a firm promise."
        if "power-added" in firm
        else f"The best plan with it as a firm promise: {NOT}.",
        "firm": f"verdict {document['verdict']}" if "power-commissioned" in firm else elsewhere,
        "phases": " ".join(f"{c.claim}: {states.get(c.id, NOT)}." for c in p.claims if c.id.startswith("phase-")),
        "gap": gap_text(document),
        "others": other.lead if other else f"Plans with other sites: {NOT}; 'planner alternatives' looks for them.",
        "price": without.lead if without else f"What 5 GW secured costs in net benefit: {NOT}.",
        "without": without.document if without else {},
        "ways": "; ".join(_way(worth, way) for way in WAYS),
        "earned": {str(n): words.earned(worth[key]) for n, key in enumerate(READINGS) if key in worth},
        "fees": {str(n): _fees(worth, key) for n, key in enumerate(READINGS)},
        "grid": known.get("grid_at_end_mw"),
        **(_of_plan(run, plan) if plan else {}),
    }


def _way(worth: Mapping[str, Any], way: str) -> str:
    """A way to the service: its cost, and from which year building has cost no more."""
    row = at(worth, f"ways/{way}")
    since = f" (building has caught up: {row['building_is_no_dearer_from'] or 'never'})" if row else ""
    return filled(f"{way}: {{present_usd}}{since}", row or {})


def _fees(worth: Mapping[str, Any], key: str) -> str:
    fees = at(worth, f"{key}/level_fee_over_base_year_price") or {}
    return ", ".join(filled(f"{{{rate}:}} for {rate.replace('%', ' %')}", fees) for rate in fees)


def _of_plan(run: Stored, plan: Plan) -> dict[str, Any]:
    """Sites with their roles, and what grid contracts owe; an older run has no row of their use."""
    case, f = run.case, Figures(run.case, plan, run.document)
    use, detail = plan["grid_use"], plan["detail"]
    last = use[use["period"] == case.periods.labels()[-1]]
    mw = dict(zip(last["site_id"], last["contracted_mw"], strict=True))
    roles = (f"{f.site_name(s)}, {f.roles.get(s, 'no level')}, {{{s}:MW}}" for s in f.sites)
    found: dict[str, Any] = {"sites": filled("; ".join(roles), mw)}
    if mw:
        due = plan["owed_after"].groupby("obligor")["present_usd"].sum()
        found["grid"] = at(run.document, "indicators/grid_at_end_mw") or grid_at_end_mw(case, plan)
        found["unused"] = int(detail.loc[detail["wbs_code"] == UNUSED_POWER, "cents"].sum()) / 100
        found["owed"] = ", ".join(f"{who} {Figure(float(usd), 'USD')}" for who, usd in due.items()) or "nobody"
        terms = case.grid_contracts
        found["obligor"] = ", ".join(sorted({terms[s].obligor for s, x in mw.items() if x and s in terms})) or "nobody"
    return found
