"""Factors, escalations and carried parts of a cent of a line on Detail, as links to the figures they come from."""

from __future__ import annotations

import math

from planner import wbs
from planner.inputs.case import Case
from planner.inputs.schema import BY_NAME, MONEY_PARAMETERS
from planner.workbook import style
from planner.workbook.book import Book, Page
from planner.workbook.facts import ON_TOP, Fact

#: cents from a half cent within which programs may round a product differently
NEAR_HALF = 0.01
#: WBS lines whose quantity already meets a data ratio
SHELL_LINES = (
    wbs.OPENING,
    wbs.CIVIL,
    wbs.SHELL,
    wbs.CONNECTION,
    wbs.PLANT,
    wbs.ELECTRICAL,
    wbs.COOLING_PLANT,
)
SHARES = {wbs.STORAGE: "storage_share", wbs.RACK_MAINTENANCE: "maintenance_share"}


def half_cent(fact: Fact) -> float:
    """Dollars from a product at half a cent, or by whose rounding another lost a cent, to the cents posted; else 0."""
    product = fact.quantity * (fact.rate_usd or 0.0) * fact.factor * fact.escalation
    if fact.rate_ref.endswith(ON_TOP):
        product = fact.quantity * fact.factor
    cents = product * 100
    near = abs(cents - math.floor(cents) - 0.5) < NEAR_HALF
    return (fact.cents or 0) / 100 - product if near or round(cents) != fact.cents else 0.0


def factor_refs(case: Case, fact: Fact) -> list[tuple[str, ...]]:
    """Products of figures that a line's factor may be."""
    multiplier = f"sites.{fact.site}.construction_multiplier"
    chip = fact.rate_ref.split(".", 1)[-1].rsplit(".", 1)[0].split("/")[0]
    if fact.wbs in SHELL_LINES:
        return [(multiplier,)]
    if fact.wbs == wbs.HARDENING:
        return [(f"levels.{level}.hardening_share", multiplier) for level in case.levels if level in fact.item]
    if fact.wbs == wbs.DISCOUNT:
        return [("parameters.volume_discount_share.value",)]
    if fact.wbs == wbs.SALES_TAX:
        return [(f"sites.{fact.site}.equipment_tax_share",)]
    column = SHARES.get(fact.wbs)
    return [(f"chips.{chip}.{column}",)] if column else []


def escalation_refs(book: Book, fact: Fact) -> list[tuple[str, ...]]:
    figure = book.figures.get(fact.rate_ref)
    if figure is None or figure.money_year is None:
        return []
    if figure.table == "parameters":
        index = MONEY_PARAMETERS.get(figure.key, "")
    else:
        index = BY_NAME[figure.table].column(figure.column).price_index
    years = (fact.year, figure.money_year)
    return [tuple(f"price_indices.{index}/{year}.index_value" for year in years)]


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
