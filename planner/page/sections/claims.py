"""Claim check: claims beside what the plan and published figures support, and the dollars that would make them true."""

from __future__ import annotations

from typing import Any

from planner.page import amounts
from planner.page.figures import Figures
from planner.page.html import Markup, section, table, tag
from planner.page.words import verdict
from planner.results.claims import claim_check

NAME, HEADING = "claims", "Claim check"
#: dollars below which they are given in millions
SMALL = 1e8


def fill(f: Figures) -> Markup:
    rows = [_row(f, row) for row in claim_check(f.case, f.plan)]
    claims = {c.id: c for c in f.case.programme.claims}
    for row, checked in zip(rows, claim_check(f.case, f.plan), strict=True):
        row.append(verdict(claims[checked["id"]], f.commitments.get(checked["id"])))
    headers = (
        "Claim",
        "Claimed",
        "The plan holds",
        "Held from",
        "All of it, as the plan pays",
        "All of it, as published",
        "True for so much more",
        "Published by",
        "Verdict",
    )
    how = (
        "Then-year dollars. What a claim would take is what is missing times what a unit costs in this plan, or at the "
        "ends of what is published; no solve stands behind it. Units: halls by MW commissioned, all infrastructure by "
        "MW of racks bought, connection and plant by MW secured, and racks alone by PFLOP/s. The workbook shows each "
        "step; 'planner frontier' and 'planner price' solve for it."
    )
    caption = "What every claim would take"
    return section(NAME, HEADING, tag("p", how, class_="quiet"), table(caption, headers, rows, text=(1, 2, 3, 7, 8)))


def _row(f: Figures, row: dict[str, Any]) -> list[object]:
    ends = row["whole_claim_published_usd"]
    held = row["held_from"]
    if held is None:
        held = f"not by {f.years[-1]}" if row["unit_cost_usd"] is not None and row["held"] is False else ""
    by = f" by {row['by']}" if row["by"] and row["claimed"] is not None else ""
    return [
        row["claim"],
        amounts.amount(row["claimed"], row["unit"]) + by,
        amounts.amount(row["planned"], row["unit"]),
        held,
        _dollars(row["whole_claim_usd"]),
        f"{_dollars(ends[0])} to {_dollars(ends[1])}" if ends else amounts.NONE,
        _dollars(row["true_for_usd_more"]),
        "; ".join(row["published_by"]),
    ]


def _dollars(usd: float | None) -> str:
    """Billions, or millions where there is less than a tenth of one."""
    return amounts.busd(usd) if usd is None or usd == 0 or usd >= SMALL else f"${amounts.musd(usd)}M"
