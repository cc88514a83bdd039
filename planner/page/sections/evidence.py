"""How well the dollars are known: the budget by status of its evidence, the largest lines, chips not on sale."""

from __future__ import annotations

from planner.page import amounts
from planner.page.figures import Figures
from planner.page.html import Markup, section, table, tag
from planner.results.behind import in_words
from planner.results.evidence import Evidence, Line

NAME, HEADING = "evidence", "How well the dollars are known"
RULE = (
    "A dollar has the status of the weakest figure behind it: its unit rate, its multiplier or share, its price index. "
    "Management and contingency follow the cost they stand on. Quantities, such as the power of a rack, are apart: "
    "see the sheet Evidence of the workbook."
)
#: largest lines on the page; the workbook has more
LINES = 10


def fill(f: Figures) -> Markup:
    found = Evidence(f.case, f.plan)
    rows: list[tuple[object, ...]] = [
        (p.status, amounts.musd(p.cents / 100), amounts.share(p.share), amounts.musd(p.rate_cents / 100), p.meaning)
        for p in found.parts
    ]
    budget = amounts.musd(f.case.programme.budget_usd)
    rows.append(("Budget", budget, amounts.share(1.0), budget, "as announced"))
    headers = ("Status", "$M", "Share of the budget", "By the unit rate alone, $M", "What it says")
    largest = [_line(f, line) for line in found.largest(LINES)]
    names = ("Line", "$M", "Rate, USD", "Low to high", "Status of the rate", "Status of the dollars", "Source")
    return section(
        NAME,
        HEADING,
        tag("p", RULE),
        table("The budget by the status of its evidence, $M then-year", headers, rows, text=(4,), foot=1),
        _chips(found),
        table("The largest cost lines, $M then-year", names, largest, text=(3, 4, 5, 6)) if largest else None,
    )


def _chips(found: Evidence) -> Markup | None:
    share = found.not_on_sale_share
    if share is None:
        return None
    what = "of the dollars for racks, fabric, storage and sales tax are for chips that are not on sale."
    return tag("p", f"{amounts.share(share)} {what}")


def _line(f: Figures, line: Line) -> tuple[object, ...]:
    rate, place = line.rate, f.case.sites.get(line.at.site)
    where = f", {place.name}" if place else ""
    span = "no range"
    if rate and rate.low is not None and rate.high is not None:
        span = f"{amounts.count(rate.low)} to {amounts.count(rate.high)}"
    return (
        f"{in_words(f.case, line.at.item)}{where}, {line.period}",
        amounts.musd(line.cents / 100),
        amounts.count(rate.value) if rate else amounts.NONE,
        span,
        line.rate_status,
        line.status,
        f.case.sources[rate.source_id].publisher if rate else amounts.NONE,
    )
