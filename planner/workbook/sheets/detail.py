"""Detail: one row a fact. Costs first (base, management, contingency), then value, then decisions and levels."""

from __future__ import annotations

import math

from planner.inputs.case import Case, WbsLine
from planner.inputs.schema import BY_NAME, MONEY_PARAMETERS
from planner.workbook import style
from planner.workbook.book import Book, Page, letter
from planner.workbook.facts import (
    ON_TOP,
    SIGNED,
    Fact,
    View,
    costs,
    mission_value,
    rent_year,
    signed,
    totals,
)
from planner.workbook.quantities import all_quantities

HEADERS = (
    "Kind",
    "WBS",
    "Category or measure",
    "Ledger",
    "Site",
    "Item",
    "Period",
    "Year",
    "Quantity",
    "Unit",
    "Rate USD",
    "Rate taken from",
    "Factor",
    "Escalation",
    "Dollars",
    "Posted USD",
    "Value, base-year USD",
    "Carried rounding USD",
    "Key 1",
    "Key 2",
    "Key 3",
    "Key 4",
    "Key 5",
    "Key 6",
    "Key 7",
    "Key 8",
    "Key 9",
    "Key 10",
    "Key 11",
    "Key 12",
)
HEADER_ROW = 6
#: cents from a half cent within which programs may round a product differently
NEAR_HALF = 0.01
QUANTITY, RATE, FACTOR, ESCALATION, DOLLARS, POSTED, VALUE, CARRIED, KEY = 9, 11, 13, 14, 15, 16, 17, 18, 19
#: WBS lines whose quantity already meets a data ratio
SHELL_LINES = ("1.1.1", "1.1.3", "1.1.4", "1.2.1", "1.2.2", "1.2.3", "1.2.4")


class Detail:
    """Where the blocks of facts stand and how to sum them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.blocks: dict[str, tuple[int, int]] = {}
        self.facts: dict[str, list[Fact]] = {}
        self._views: dict[tuple[str, int, int], View] = {}

    def view(self, block: str, key: int, column: int = QUANTITY) -> View:
        """Sums of a block by its key column (1 to 12)."""
        if (block, key, column) not in self._views:
            first, last = self.blocks[block]
            sums = self.page.ref(first, column, (last, column))
            keys = self.page.ref(first, KEY + key - 1, (last, KEY + key - 1))
            pairs = []
            for row, fact in enumerate(self.facts[block], first):
                if len(fact.keys) >= key:
                    pairs.append((fact.keys[key - 1], self.page.n(row, column)))
            self._views[block, key, column] = View(sums, keys, totals(pairs))
        return self._views[block, key, column]

    def column(self, block: str, column: int) -> str:
        first, last = self.blocks[block]
        return self.page.ref(first, column, (last, column))

    def items(self, block: str) -> list[Fact]:
        return self.facts[block]

    def lines(self, case: Case, ledger: str) -> list[WbsLine]:
        """Lines of the work breakdown that carry dollars, or may: headings have no category."""
        used = {fact.wbs for fact in self.facts["costs"]}
        return [w for w in case.wbs.values() if w.ledger == ledger and (w.category or w.wbs_code in used)]


def fill(book: Book) -> Detail:
    page = book.page("Detail", "Detail: one row a fact", "decisions and posted dollars")
    page.note(
        4,
        "Dollars = ROUND(quantity x rate x factor x escalation + carried rounding, 2); the part of a cent is carried "
        "where a product stands at half a cent. Quantities are the plan's decisions.",
    )
    page.note(
        5,
        "Kinds: cost (dollars); value (service at market value); signed (parts of cost lines by year of signature, "
        "never added to them); quantity (decisions, levels).",
    )
    page.headers(HEADER_ROW, HEADERS)
    detail = Detail(page)
    blocks = costs(book.case, book.plan)
    row = HEADER_ROW + 1
    posted: dict[str, list[float]] = {}
    for facts in blocks:
        under = row - 1
        for fact in facts:
            _cost(book, page, row, fact, under, math.fsum(posted.get(fact.keys[3], ())))
            row += 1
        for fact in facts:
            posted.setdefault(fact.keys[3], []).append((fact.cents or 0) / 100)
    _close(detail, "costs", [fact for facts in blocks for fact in facts], row)
    start = row
    for fact in (valued := mission_value(book.case, book.plan)):
        _valued(book, page, row, fact)
        row += 1
    _close(detail, "value", valued, row, start)
    start = row
    for fact in (ahead := signed(book.case, book.plan)):
        _cost(book, page, row, fact, 0, 0.0)
        row += 1
    row = _none_of(page, row, SIGNED, ahead)
    _close(detail, SIGNED, ahead, row, start)
    for measure, facts in all_quantities(book.case, book.plan).items():
        start = row
        for fact in facts:
            _common(page, row, fact, measure)
            row += 1
        row = _none_of(page, row, measure, facts)
        _close(detail, measure, facts, row, start)
    page.widths(
        {
            3: 22,
            5: 11,
            6: 34,
            9: 16,
            10: 22,
            11: 16,
            12: 40,
            15: 20,
            16: 20,
            17: 20,
            **dict.fromkeys(range(KEY, len(HEADERS) + 1), 26),
        }
    )
    page.printed(HEADER_ROW, f"G{HEADER_ROW + 1}")
    page.sheet.print_area = f"A1:{letter(CARRIED)}{row - 1}"
    page.sheet.auto_filter.ref = f"A{HEADER_ROW}:{letter(len(HEADERS))}{row - 1}"
    return detail


def _none_of(page: Page, row: int, measure: str, facts: list[Fact]) -> int:
    """A row that says so where a block has no fact."""
    if facts:
        return row
    for column, text in ((1, "quantity"), (3, measure), (6, "none in this plan")):
        page.put(row, column, text)
    return row + 1


def _close(detail: Detail, name: str, facts: list[Fact], row: int, start: int = HEADER_ROW + 1) -> None:
    detail.blocks[name] = (start, max(row - 1, start))
    detail.facts[name] = facts


def _common(page: Page, row: int, fact: Fact, category: str, quantity: bool = True) -> None:
    texts = (fact.kind, fact.wbs, category, fact.ledger, fact.site, fact.item, fact.period)
    for column, text in enumerate(texts, 1):
        if text:
            page.put(row, column, text)
    page.put(row, 8, fact.year or None)
    if quantity:
        page.put(row, QUANTITY, fact.quantity, "input", style.QUANTITY)
    page.put(row, 10, fact.unit or None, "unit")
    for column, key in enumerate(fact.keys, KEY):
        if key:
            page.put(row, column, key)


def _cost(book: Book, page: Page, row: int, fact: Fact, under: int, carried: float) -> None:
    """A cost line; ``under`` is the last row it may stand on, ``carried`` the dollars posted there."""
    assert fact.rate_usd is not None
    assert fact.cents is not None
    on_top = fact.rate_ref.endswith(ON_TOP)
    _common(page, row, fact, fact.category, quantity=not on_top)
    nudge = half_cent(fact)
    if on_top:
        first = HEADER_ROW + 1
        sums = f"SUMIFS(O${first}:O${under},V${first}:V${under},V{row})+R{row}"
        under_it = fact.quantity + nudge / fact.factor
        page.put(row, CARRIED, under_it - carried, "input", "0.0000")
        page.formula(row, QUANTITY, sums, under_it, "calculation", style.QUANTITY)
        page.put(row, RATE, 1)
        _ratio(book, page, row, FACTOR, fact.factor, (fact.rate_ref,))
        page.put(row, ESCALATION, 1)
        text = f"ROUND(I{row}*K{row}*M{row}*N{row},2)"
    else:
        if nudge:
            page.put(row, CARRIED, nudge, "input", "0.0000")
        text = f"ROUND(I{row}*K{row}*M{row}*N{row}+R{row},2)"
        known = book.assumption_rows.get(fact.rate_ref)
        if known and math.isclose(book.figure(fact.rate_ref), fact.rate_usd, rel_tol=1e-12):
            page.assume(row, RATE, fact.rate_ref, "#,##0.00")
        else:
            page.put(row, RATE, fact.rate_usd, "input", "#,##0.00")
        _ratio(book, page, row, FACTOR, fact.factor, *factor_refs(book.case, fact))
        _ratio(book, page, row, ESCALATION, fact.escalation, *_escalation_refs(book, fact), divide=True)
    page.put(row, 12, fact.rate_ref, "unit")
    dollars = fact.cents / 100
    page.formula(row, DOLLARS, text, dollars, "calculation", style.USD)
    page.put(row, POSTED, dollars, "line", style.USD)


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
    if fact.wbs == "1.1.6":
        return [(f"levels.{level}.hardening_share", multiplier) for level in case.levels if level in fact.item]
    if fact.wbs == "1.1.7":
        return [("parameters.volume_discount_share.value", multiplier)]
    if fact.wbs == "1.3.4":
        return [(f"sites.{fact.site}.equipment_tax_share",)]
    column = {"1.3.3": "storage_share", "3.2.4": "maintenance_share"}.get(fact.wbs)
    return [(f"chips.{chip}.{column}",)] if column else []


def _escalation_refs(book: Book, fact: Fact) -> list[tuple[str, ...]]:
    figure = book.figures.get(fact.rate_ref)
    if figure is None or figure.money_year is None:
        return []
    if figure.table == "parameters":
        index = MONEY_PARAMETERS.get(figure.key, "")
    else:
        index = BY_NAME[figure.table].column(figure.column).price_index
    years = (fact.year, figure.money_year)
    return [tuple(f"price_indices.{index}/{year}.index_value" for year in years)]


def _ratio(
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


def _valued(book: Book, page: Page, row: int, fact: Fact) -> None:
    workload, level, depth = fact.item.split("|")
    _common(page, row, fact, "mission value")
    page.assume(row, RATE, fact.rate_ref, "#,##0.00")
    page.put(row, 12, fact.rate_ref, "unit")
    year = rent_year(book.case, workload, fact.year)
    refs = [f"rent_paths.{workload}/{year}.rent_index", f"demand_tranches.{depth}.value_share"]
    if level in book.case.levels:
        refs.append(f"levels.{level}.rent_premium")
    under = (f"workloads.{workload}.utilisation", f"workloads.{workload}.availability")
    product = "*".join(book.address(ref, page.name) for ref in refs)
    text = product + "".join("/" + book.address(ref, page.name) for ref in under)
    page.formula(row, FACTOR, text, fact.factor, "link", style.RATIO)
    if fact.period.startswith("+"):
        taper = book.address("parameters.tail_taper.value", page.name)
        last = book.address("programme.last_year", page.name)
        page.formula(row, ESCALATION, f"{taper}^(H{row}-{last})", fact.escalation, "link", style.RATIO)
    else:
        page.put(row, ESCALATION, 1)
    dollars = fact.quantity * (fact.rate_usd or 0.0) * fact.factor * fact.escalation
    page.formula(row, VALUE, f"I{row}*K{row}*M{row}*N{row}", dollars, "calculation", style.USD)
