"""Factors, escalations and carried parts of a cent of a line on Detail, as links to the figures they come from."""

from __future__ import annotations

import math

from planner.results import behind
from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.facts import ON_TOP, Fact

#: cents from a half cent within which programs may round a product differently
NEAR_HALF = 0.01


def half_cent(fact: Fact) -> float:
    """Dollars from a product at half a cent, or by whose rounding another lost a cent, to the cents posted; else 0."""
    product = fact.quantity * (fact.rate_usd or 0.0) * fact.factor * fact.escalation
    if fact.rate_ref.endswith(ON_TOP):
        product = fact.quantity * fact.factor
    cents = product * 100
    near = abs(cents - math.floor(cents) - 0.5) < NEAR_HALF
    return (fact.cents or 0) / 100 - product if near or round(cents) != fact.cents else 0.0


def factor_refs(fact: Fact) -> list[tuple[str, ...]]:
    """Products of figures that a line's factor may be."""
    refs = behind.factor_refs(_line(fact))
    return [refs] if refs else []


def escalation_refs(book: Book, fact: Fact) -> list[tuple[str, ...]]:
    """Quotients of an index that a line's escalation may be."""
    refs = behind.escalation_refs(book.case, _line(fact))
    return [refs] if refs else []


def _line(fact: Fact) -> behind.CostLine:
    return behind.CostLine(fact.wbs, fact.site, fact.item, fact.rate_ref, fact.year)


def ratio(
    book: Book, page: Page, row: int, column: int, value: float, *candidates: tuple[str, ...], divide: bool = False
) -> None:
    """The first product (or quotient) of figures that is the value, as links; else the value itself."""
    for refs in candidates:
        if all(ref in book.assumption_rows for ref in refs):
            numbers = [book.figure(ref) for ref in refs]
            found = numbers[0] / numbers[1] if divide else math.prod(numbers)
            if math.isclose(found, value, rel_tol=1e-12):
                text = ("/" if divide else "*").join(book.address(ref, page.name) for ref in refs)
                page.formula(row, column, text, value, "link", style.RATIO)
                return
    page.put(row, column, value, "line", style.RATIO)
