"""The first screen of a run: what the money buys, where it goes, what is owed and how well it is known.

Every face shows the same headline, tables and digits. They are made from a plan, its case and the document of its run;
``kept`` holds what analyses of the run found, by the name of the analysis.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planner.inputs.case import Case
from planner.measures import amount, count, date, known, megawatts, usd
from planner.plan import Plan
from planner.report.facts import BASIS, TIERS, TOLERANCE_MW, Facts, without_plan
from planner.report.second import Kept, promised, promises
from planner.report.shapes import Cell, Figure, Screen, Table
from planner.results import verdicts
from planner.results.evidence import APART


def first(case: Case, plan: Plan | None, document: Mapping[str, Any], kept: Kept | None = None) -> Screen:
    """The first screen; of a run without a plan, its headline and what was promised."""
    if plan is None:
        return Screen(without_plan(document), (promises(case, document),), proof(document))
    facts, kept = Facts(case, plan), kept or {}
    tables = (
        _tiers(facts, kept),
        sources_and_uses(facts),
        _operating_bill(facts),
        _owed(facts),
        _not_kept(case, document),
        _worth(document, kept),
        _confidence(kept.get("risk")),
        _evidence(facts),
    )
    return Screen(headline(facts, document), tuple(t for t in tables if t.rows), proof(document))


# the headline


def headline(facts: Facts, document: Mapping[str, Any]) -> str:
    """What the dollars buy, what became of the largest promise of power, and whether every firm promise is kept."""
    parts = (_bought(facts), _largest_promise(facts), _idle(facts), _firm(document))
    return " ".join(part for part in parts if part)


def _bought(facts: Facts) -> str:
    last = facts.last_year
    halls, racks = facts.tier("commissioned", last), facts.tier("populated", last)
    spent = f"{usd(facts.spent_usd)} spent by {last} buys"
    if halls < TOLERANCE_MW:
        return f"{spent} no AI halls."
    built = f"{megawatts(halls, 'IT')} of AI halls by {facts.grown_by('commissioned')}"
    return f"{spent} {built}, with {megawatts(racks, 'IT')} of racks in {last}."


def _largest_promise(facts: Facts) -> str:
    """MW of the three tiers in the year of the largest promise of power, each with its basis."""
    claim = facts.largest_power_claim()
    if claim is None or claim.level is None or claim.by is None:
        return ""
    secured, built, running = (f"{count(facts.tier(t, claim.by))} {BASIS[t]}" for t in TIERS)
    return (
        f"Of the {megawatts(claim.level)} promised by {claim.by}, {secured} are secured, {built} are built and "
        f"{running} hold racks."
    )


def _idle(facts: Facts) -> str:
    unused = facts.unused_mw()
    return f"{megawatts(unused)} of grid contracts serve no load in {facts.last_year}." if unused >= 1 else ""


def _firm(document: Mapping[str, Any]) -> str:
    """Of firm promises that the plan is measured by; one without an amount is not among them."""
    found = [verdicts.promise(c) for c in document.get("commitments") or [] if c["binding"] == "firm"]
    kept, short = found.count(verdicts.KEPT), sum(map(verdicts.falls_short, found))
    if short:
        return f"{short} of {kept + short} firm promises are not kept."
    return f"All {kept} firm promises are kept." if kept else ""


def proof(document: Mapping[str, Any]) -> str:
    """What is proven, what was checked, which run, when: one line."""
    checked = document.get("verification") or {}
    rules = f"{checked['rules']} rules recomputed, none broken. " if checked.get("passed") else ""
    verdict = verdicts.plan(document)
    run = str(document.get("run") or "")
    day = run.split("-")[-3:-2] if run.count("-") >= 3 else []
    when = f", {date(f'{day[0][:4]}-{day[0][4:6]}-{day[0][6:]}')}" if day and day[0].isdigit() else ""
    return f"{verdict[:1].upper()}{verdict[1:]}. {rules}" + (f"Run {run}{when}." if run else "")


# tables of the first screen


def _tiers(facts: Facts, kept: Kept) -> Table:
    """Each tier at the date of its own promise, and at the end."""
    claims, last = facts.power_claims(), facts.last_year
    other = (kept.get("without") or {}).get("without") or {}
    rows: list[tuple[Cell, ...]] = []
    for tier in TIERS:
        unit, claim = BASIS[tier], claims.get(tier)
        level, by = (claim.level, claim.by) if claim else (None, None)
        at_promise = facts.tier(tier, by) if by else None
        row: list[Cell] = [
            f"{tier.capitalize()} power",
            f"{amount(level, unit)} by {by}" if by else "nothing",
            Figure(at_promise, unit, f"{tier}_mw_by_promise"),
            Figure(at_promise / level if at_promise is not None and level else None, "share"),
            Figure(facts.tier(tier, last), unit, f"{tier}_mw"),
        ]
        rows.append((*row, Figure(other.get(f"{tier}_mw"), unit)) if other else tuple(row))
    headers = ("Tier", "promised", "plan, by then", "of the promise", f"plan, end of {last}")
    named = {c.id: c for c in facts.case.programme.claims}
    claim = named.get(str((kept.get("without") or {}).get("promise")))
    without = f"without {megawatts(claim.level)} secured" if claim and claim.level else "without the promise"
    note = " ".join(text for text in (_counted(facts), _contracts(facts) if facts.unused_by_site else "") if text)
    return Table("tiers", "Power against the promise", (*headers, without) if other else headers, tuple(rows), note)


def _counted(facts: Facts) -> str:
    """Why fewer MW count for the promise than are commissioned, where that is so."""
    claim = facts.power_claims().get("commissioned")
    counted = facts.counted_mw(claim) if claim else None
    built = facts.tier("commissioned", claim.by) if claim and claim.by else 0.0
    if counted is None or counted > built - TOLERANCE_MW:
        return ""
    factor, months = (facts.case.parameter(f"counted_{name}") for name in ("factor", "within_months"))
    return (
        f"{megawatts(counted)} of the {megawatts(built)} commissioned count for the promise: "
        f"halls count up to {factor:g} times the racks that their site holds within {months:g} months."
    )


def _contracts(facts: Facts) -> str:
    """MW under grid contract that serve nothing, by site, and what a known tariff sells of them."""
    sites, terms = facts.unused_by_site, facts.case.grid_contracts
    parts = ", ".join(f"{s} {megawatts(unused)} of {megawatts(whole)}" for s, (whole, unused) in sites.items())
    whole = math.fsum(mw for mw, _ in sites.values())
    known = math.fsum(mw for s, (mw, _) in sites.items() if terms[s].known_tariff)
    text = f"Under grid contract and serving no load in {facts.last_year}: {parts}."
    if known >= whole - TOLERANCE_MW:
        return f"{text} A known tariff sells the terms of all of them."
    if known < TOLERANCE_MW:
        return f"{text} No known tariff sells their terms, which are assumed."
    return f"{text} A known tariff sells the terms of {megawatts(known)}; those of the others are assumed."


def sources_and_uses(facts: Facts) -> Table:
    """Every dollar of the budget: what is spent by category, what is set aside or held, what is unspent."""
    budget = facts.case.programme.budget_usd
    rows: list[tuple[Cell, ...]] = [("Source: the budget", Figure(budget, "USD", "budget_usd"), Figure(1.0, "share"))]
    for name, spent in facts.uses().items():
        rows.append(
            (
                f"Use: {name}",
                Figure(spent, "USD", f"use_{name.replace(' ', '_')}_usd"),
                Figure(_of(spent, budget), "share"),
            )
        )
    total = math.fsum(facts.uses().values())
    rows.append(("All uses", Figure(total, "USD", "uses_usd"), Figure(_of(total, budget), "share")))
    note = "Private investment, then-year dollars. Unspent is what may be spent and is not."
    return Table("money", "Sources and uses of the budget", ("Line", "amount", "of the budget"), tuple(rows), note, 1)


def _of(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _operating_bill(facts: Facts) -> Table:
    total = math.fsum(facts.operations.values())
    if not total:
        return Table("operations", "", (), ())
    peak = facts.peak_year()
    bill, opened = facts.operations[peak], facts.money_open(peak)
    rows: list[tuple[Cell, ...]] = [
        (
            f"Peak year, {peak}",
            Figure(bill, "USD", "operations_peak_usd"),
            Figure(opened, "USD", "money_open_peak_usd"),
        ),
        ("All years", Figure(total, "USD", "operations_usd"), Figure(facts.money_open(), "USD", "money_open_usd")),
    ]
    note = "Operating cost is not part of the budget. The money open is what payers could carry, not an appropriation."
    return Table(
        "operations", "The federal operating bill", ("Operating cost", "bill", "money open"), tuple(rows), note
    )


def _owed(facts: Facts) -> Table:
    owed = facts.owed()
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (o.what, o.obligor, Figure(o.usd, "USD", f"owed_{n}_usd"), str(o.last_year)) for n, o in enumerate(owed, 1)
    )
    return Table("owed", f"Owed after {facts.last_year}", ("What", "by whom", "amount", "last year"), rows)


def _not_kept(case: Case, document: Mapping[str, Any]) -> Table:
    """Promises that the plan falls short of; one row says so where it falls short of none that it is measured by."""
    claims = {c.id: c for c in case.programme.claims}
    measured = [c for c in document.get("commitments") or [] if known(c.get("planned")) and known(c.get("level"))]
    rows: list[tuple[Cell, ...]] = []
    for item in measured:
        verdict = verdicts.promise(item)
        if verdicts.falls_short(verdict):
            rows.append((claims[str(item["id"])].claim, promised(item), verdict))
    none: list[tuple[Cell, ...]] = [("none", "", "")] if measured else []
    headers = ("Promise", "promised", "verdict")
    return Table("not_kept", "Promises that the plan falls short of", headers, tuple(rows or none))


def _worth(document: Mapping[str, Any], kept: Kept) -> Table:
    found, accounts = document.get("indicators") or {}, document.get("accounts") or {}
    rows: list[tuple[Cell, ...]] = [
        (name, Figure(found.get(key), "USD", key))
        for name, key in (
            ("Net benefit: value of the service less all cost", "net_benefit_usd"),
            ("Value of the service at market price", "mission_value_usd"),
            ("Worth at the end: halls, land and connections that serve", "terminal_value_usd"),
            ("Present cost of the plan", "present_cost_usd"),
            ("Owed after the horizon", "owed_after_horizon_usd"),
        )
        if found.get(key) is not None
    ]
    for end in ("10th", "90th"):
        for reading in (accounts.get("margins") or {}).get("rows") or []:
            if str(reading["which"]).startswith(end):
                figure = Figure(reading["net_benefit_usd"], "USD", f"net_benefit_{end}_usd")
                rows.append((f"Net benefit at the {end} percentile of quoted prices", figure))
    price = (kept.get("without") or {}).get("price")
    if price:
        rows.append(("Price of the promise of secured power, from", Figure(price["low_usd"], "USD", "price_low_usd")))
        rows.append(("Price of the promise of secured power, to", Figure(price["high_usd"], "USD", "price_high_usd")))
    return Table("worth", "Is it worth it? Present dollars of the base year", ("Figure", "amount"), tuple(rows))


def _confidence(found: Mapping[str, Any] | None) -> Table:
    """How sure cost and dates are; no table until an analysis of risk has run."""
    if found is None:
        return Table("confidence", "", (), ())
    cost = found["cost_usd"]
    rows: tuple[tuple[Cell, ...], ...] = (
        ("Base, without contingency", Figure(cost["point"], "USD"), Figure(cost["point_percentile"], "share")),
        (
            "Base and contingency",
            Figure(cost["with_contingency"], "USD"),
            Figure(cost["with_contingency_percentile"], "share"),
        ),
        ("Budget", Figure(cost["budget"], "USD"), Figure(cost["budget_percentile"], "share")),
        (f"Budget, and {found['milestone']} by its date", "", Figure(found["joint_confidence"], "share")),
    )
    note = f"Of {found['draws']:,} draws of rates and lead times, with the plan's decisions as they are."
    title = "Confidence: draws of investment that an amount covers"
    return Table("confidence", title, ("Amount", "dollars", "confidence"), rows, note)


def _evidence(facts: Facts) -> Table:
    spent = math.fsum(facts.spent_by_category().values())
    rows: list[tuple[Cell, ...]] = []
    total = 0.0
    for part in facts.evidence.parts:
        if part.status not in APART and part.cents:
            total += part.cents / 100
            figure = Figure(part.cents / 100, "USD", f"evidence_{part.status.replace('-', '_')}_usd")
            rows.append((part.status, part.meaning, figure, Figure(_of(part.cents / 100, spent), "share")))
    if not rows:
        return Table("evidence", "", (), ())
    rows.append(("All spent", "", Figure(total, "USD", "evidence_usd"), Figure(_of(total, spent), "share")))
    share = facts.evidence.not_on_sale_share
    if share is not None:
        rows.append(
            (
                "Chips not on sale",
                "share of the dollars for chips",
                Figure(share, "share", "chips_not_on_sale_share"),
                "",
            )
        )
    title = "How well the dollars are known: the weakest figure behind each"
    headers = ("Status", "what it means", "amount", "of what is spent")
    return Table("evidence", title, headers, tuple(rows), foot=1 + (share is not None))
