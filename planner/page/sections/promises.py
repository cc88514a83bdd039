"""Every claim of the announcement: what was promised, what the plan does, and what all of it would take."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from planner.inputs.programme import Claim
from planner.measures import NONE, idle_power, usd
from planner.page.figures import Figures
from planner.page.parts import Block, Section, Table, Text, shown
from planner.report.second import promises
from planner.results.claims import claim_check

RULE = (
    "A firm promise holds in every plan, or there is no plan. A goal is approached as far as its price in the "
    "objective makes it worth. What is shown only is measured and holds nothing."
)
PRICES = (
    "Then-year dollars. What a claim would take is what is missing times what a unit costs in this plan, or at the "
    "ends of what is published; no solve stands behind it. Units: halls by MW commissioned, all infrastructure by MW "
    "of racks bought, connection and plant by MW secured, and racks alone by PFLOP/s."
)


def fill(f: Figures) -> Section:
    table = promises(f.case, f.document, f.kept.get("price"))
    checked = claim_check(f.case, f.plan)
    verdict = table.headers.index("verdict")
    words = [str(row[verdict]).split(",")[0].split(" by ")[0] for row in table.rows]
    summary = f"Of {len(words)} in all: {', '.join(f'{n} {word}' for word, n in Counter(words).items())}."
    rows = [
        (*row, _held_from(f, found), claim.said_by, _note(claim))
        for row, found, claim in zip(table.rows, checked, f.case.programme.claims, strict=True)
    ]
    all_of_them = replace(table, headers=(*table.headers, "held from", "said by", "note"), rows=tuple(rows))
    priced = [_price(row) for row in checked if row["whole_claim_usd"] is not None]
    names = ("Claim", "All of it, as the plan pays", "All of it, as published", "True for so much more", "Published by")
    idle = idle_power(f.document.get("indicators") or {})
    blocks: list[Block] = [Text(summary), Text(RULE, "quiet"), *([Text(idle)] if idle else []), shown(all_of_them)]
    if priced:
        blocks += [Text(PRICES, "quiet"), Table("What every claim would take", names, priced, (4,))]
    return Section("promises", "Promises", blocks)


def _held_from(f: Figures, row: Mapping[str, Any]) -> str:
    """The year from which the plan holds a claim on power or compute."""
    if row["held_from"] is not None:
        return str(row["held_from"])
    return f"not by {f.years[-1]}" if row["unit_cost_usd"] is not None and row["held"] is False else ""


def _note(claim: Claim) -> str:
    basis = claim.tier or claim.precision
    return f"Basis: {basis}. {claim.note}" if basis else claim.note


def _price(row: Mapping[str, Any]) -> list[str]:
    ends = row["whole_claim_published_usd"]
    published = f"{usd(ends[0])} to {usd(ends[1])}" if ends else NONE
    dollars = (usd(row["whole_claim_usd"]), published, usd(row["true_for_usd_more"]))
    return [row["claim"], *dollars, "; ".join(row["published_by"])]
