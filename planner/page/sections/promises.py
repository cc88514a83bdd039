"""Every claim of the announcement: what was promised, what the plan does, and what all of it would take."""

from __future__ import annotations

from collections import Counter
from typing import Any

from planner.measures import NONE, amount, idle_power, usd
from planner.page.figures import Figures
from planner.page.parts import Section, Table, Text
from planner.results import verdicts
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
    checked = claim_check(f.case, f.plan)
    words = [verdict(f, row["id"]) for row in checked]
    many = Counter(w.split(",")[0].split(" by ")[0] for w in words)
    summary = f"{len(words)} claims: {', '.join(f'{n} {word}' for word, n in many.items())}."
    headers = ("Claim", "Said by", "Promised", "Planned", "Held from", "Verdict", "Note")
    rows = [_row(f, row, word) for row, word in zip(checked, words, strict=True)]
    priced = [_price(row) for row in checked if row["whole_claim_usd"] is not None]
    names = ("Claim", "All of it, as the plan pays", "All of it, as published", "True for so much more", "Published by")
    idle = idle_power(f.document.get("indicators") or {})
    return Section(
        "promises",
        "Promises",
        [
            Text(summary),
            Text(RULE, "quiet"),
            *([Text(idle)] if idle else []),
            Table("Every promise, and what the plan does about it", headers, rows, (1, 2, 3, 4, 5, 6)),
            *([Text(PRICES, "quiet"), Table("What every claim would take", names, priced, (4,))] if priced else []),
        ],
    )


def verdict(f: Figures, claim: str) -> str:
    """The verdict of a claim in the one vocabulary; a claim of which the run says nothing is shown only."""
    return verdicts.promise(f.commitments.get(claim) or {"binding": "reported"})


def _row(f: Figures, row: dict[str, Any], word: str) -> list[str]:
    claim = next(c for c in f.case.programme.claims if c.id == row["id"])
    unit = claim.unit or ("share" if claim.metric == "governance" else "")
    by = f" by {claim.by}" if claim.by and claim.level is not None else ""
    basis = claim.tier or claim.precision
    note = f"Basis: {basis}. {claim.note}" if basis else claim.note
    held = row["held_from"]
    if held is None:
        held = f"not by {f.years[-1]}" if row["unit_cost_usd"] is not None and row["held"] is False else ""
    return [claim.claim, claim.said_by, amount(claim.level, unit) + by, amount(row["planned"], unit), held, word, note]


def _price(row: dict[str, Any]) -> list[str]:
    ends = row["whole_claim_published_usd"]
    published = f"{usd(ends[0])} to {usd(ends[1])}" if ends else NONE
    dollars = (usd(row["whole_claim_usd"]), published, usd(row["true_for_usd_more"]))
    return [row["claim"], *dollars, "; ".join(row["published_by"])]
