"""How well the dollars are known: the budget by status of its evidence, the largest lines, chips not on sale."""

from __future__ import annotations

from planner.measures import NONE, count, percent
from planner.page.figures import Figures, millions
from planner.page.parts import Section, Table, Text
from planner.results.behind import in_words
from planner.results.evidence import Line

RULE = (
    "A dollar has the status of the weakest figure behind it: its unit rate, its multiplier or share, its price index. "
    "Management and contingency follow the cost they stand on. Quantities, such as the power of a rack, are apart: "
    "see the sheet Evidence of the workbook."
)
#: largest lines on the page; the workbook has more
LINES = 10


def fill(f: Figures) -> Section:
    found = f.facts.evidence
    budget = millions(f.case.programme.budget_usd)
    rows = [
        (p.status, millions(p.cents / 100), percent(p.share), millions(p.rate_cents / 100), p.meaning)
        for p in found.parts
        if p.cents or p.rate_cents
    ]
    rows.append(("Budget", budget, percent(1.0), budget, "of the programme"))
    headers = ("Status", "$M", "Share of the budget", "By the unit rate alone, $M", "What it says")
    names = ("Line", "$M", "Rate, USD", "Low to high", "Status of the rate", "Status of the dollars", "Source")
    largest = [_line(f, line) for line in found.largest(LINES)]
    sale = found.not_on_sale_share
    what = "of the dollars for racks, fabric, storage and sales tax are for chips that are not on sale."
    return Section(
        "evidence",
        "How well the dollars are known",
        [
            Text(RULE),
            *([Text(f"{percent(sale)} {what}")] if sale is not None else []),
            Table("The budget by the status of its evidence, $M then-year", headers, rows, (4,), 1),
            *([Table("The largest cost lines, $M then-year", names, largest, (3, 4, 5, 6))] if largest else []),
        ],
    )


def _line(f: Figures, line: Line) -> tuple[object, ...]:
    rate, place = line.rate, f.case.sites.get(line.at.site)
    where = f", {place.name}" if place else ""
    span = "no range"
    if rate and rate.low is not None and rate.high is not None:
        span = f"{count(rate.low)} to {count(rate.high)}"
    return (
        f"{in_words(f.case, line.at.item)}{where}, {line.period}",
        millions(line.cents / 100),
        count(rate.value) if rate else NONE,
        span,
        line.rate_status,
        line.status,
        f.case.sources[rate.source_id].publisher if rate else NONE,
    )
