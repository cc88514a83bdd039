"""Detail: one row a fact. Costs first (base, management, contingency), then value, then decisions and levels."""

from __future__ import annotations

import math

from planner.inputs.case import Case, WbsLine
from planner.workbook import style
from planner.workbook.book import Book, Page, heads, letter
from planner.workbook.facts import LEASED, ON_TOP, PRICED, SIGNED, Fact, View, as_if_leased, costs, signed, totals
from planner.workbook.quantities import all_quantities
from planner.workbook.sheets.ratios import escalation_refs, factor_refs, half_cent, ratio
from planner.workbook.valued import mission_value, priced, rent_year

HEADERS = heads(
    "Kind|WBS|Name of the line|Category or measure|Ledger|Site|Name of the site|Item|Period|Year|Quantity|Unit|"
    "Rate USD|Rate taken from|Factor|Escalation|Dollars|Posted USD|Value, base-year USD|Carried rounding USD|"
    "Beside the plan USD|" + "|".join(f"Key {n}" for n in range(1, 18))
)
HEADER_ROW = 6
LEDGER, YEAR, QUANTITY, RATE, REF, FACTOR, ESCALATION, DOLLARS, POSTED, VALUE, CARRIED, AHEAD, KEY = (
    5,
    10,
    11,
    *range(13, 23),
)
#: letters of the columns that a line multiplies
Q, R, F, E, D, C = (letter(c) for c in (QUANTITY, RATE, FACTOR, ESCALATION, DOLLARS, CARRIED))


class Detail:
    """Where the blocks of facts stand and how to sum them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.blocks: dict[str, tuple[int, int]] = {}
        self.facts: dict[str, list[Fact]] = {}
        self._views: dict[tuple[str, int, int], View] = {}

    def view(self, block: str, key: int, column: int = QUANTITY) -> View:
        """Sums of a block by its key column (1 to 17)."""
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
        "Kinds: cost; value (service at market value); service at its price (of all depths, never added to value); "
        "signed and as if leased (never added to cost); quantity (decisions, levels).",
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
    if at_price := priced(book.case, book.plan):
        start = row
        for fact in at_price:
            _valued(book, page, row, fact)
            row += 1
        _close(detail, PRICED, at_price, row, start)
    for measure, beside in ((SIGNED, signed), (LEASED, as_if_leased)):
        start = row
        for fact in (lines := beside(book.case, book.plan)):
            _cost(book, page, row, fact, 0, 0.0)
            row += 1
        row = _none_of(page, row, measure, lines)
        _close(detail, measure, lines, row, start)
    for measure, facts in all_quantities(book.case, book.plan).items():
        start = row
        for fact in facts:
            _common(page, row, fact, measure)
            row += 1
        row = _none_of(page, row, measure, facts)
        _close(detail, measure, facts, row, start)
    page.widths(
        {
            3: 34,
            4: 22,
            6: 11,
            7: 26,
            8: 34,
            QUANTITY: 16,
            QUANTITY + 1: 22,
            RATE: 16,
            REF: 40,
            **dict.fromkeys((DOLLARS, POSTED, VALUE, AHEAD), 20),
            **dict.fromkeys(range(KEY, len(HEADERS) + 1), 26),
        }
    )
    page.on_screen(HEADER_ROW, f"C{HEADER_ROW + 1}", (5, POSTED), "The table")
    first, last = detail.blocks["costs"]
    page.put(5, REF, "All dollars of cost lines, USD")
    page.sum(5, DOLLARS, (first, DOLLARS), (last, DOLLARS), style.USD, "total")
    page.sheet.auto_filter.ref = f"A{HEADER_ROW}:{letter(len(HEADERS))}{row - 1}"
    return detail


def _none_of(page: Page, row: int, measure: str, facts: list[Fact]) -> int:
    """A row that says so where a block has no fact."""
    if facts:
        return row
    for column, text in ((1, "quantity"), (4, measure), (8, "none in this plan")):
        page.put(row, column, text)
    return row + 1


def _close(detail: Detail, name: str, facts: list[Fact], row: int, start: int = HEADER_ROW + 1) -> None:
    detail.blocks[name] = (start, max(row - 1, start))
    detail.facts[name] = facts


def _common(page: Page, row: int, fact: Fact, category: str, quantity: bool = True) -> None:
    case = page.book.case
    line = case.wbs[fact.wbs].name if fact.wbs else ""
    site = case.sites[fact.site].name if fact.site in case.sites else ""
    texts = (fact.kind, fact.wbs, line, category, fact.ledger, fact.site, site, fact.item, fact.period)
    for column, text in enumerate(texts, 1):
        if text:
            page.put(row, column, text)
    page.put(row, YEAR, fact.year or None)
    if quantity:
        page.put(row, QUANTITY, fact.quantity, "input", style.QUANTITY)
    page.put(row, QUANTITY + 1, fact.unit or None, "unit")
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
        k = letter(KEY + 3)
        sums = f"SUMIFS({D}${first}:{D}${under},{k}${first}:{k}${under},{k}{row})+{C}{row}"
        under_it = fact.quantity + nudge / fact.factor
        page.put(row, CARRIED, under_it - carried, "input", "0.0000")
        page.formula(row, QUANTITY, sums, under_it, "calculation", style.QUANTITY)
        page.put(row, RATE, 1)
        ratio(book, page, row, FACTOR, fact.factor, (fact.rate_ref,))
        page.put(row, ESCALATION, 1)
        text = f"ROUND({Q}{row}*{R}{row}*{F}{row}*{E}{row},2)"
    else:
        if nudge:
            page.put(row, CARRIED, nudge, "input", "0.0000")
        text = f"ROUND({Q}{row}*{R}{row}*{F}{row}*{E}{row}+{C}{row},2)"
        known = book.assumption_rows.get(fact.rate_ref)
        if known and math.isclose(book.figure(fact.rate_ref), fact.rate_usd, rel_tol=1e-12):
            page.assume(row, RATE, fact.rate_ref, "#,##0.00")
        else:
            page.put(row, RATE, fact.rate_usd, "input", "#,##0.00")
        ratio(book, page, row, FACTOR, fact.factor, *factor_refs(fact))
        ratio(book, page, row, ESCALATION, fact.escalation, *escalation_refs(book, fact), divide=True)
    page.put(row, REF, fact.rate_ref, "unit")
    dollars = fact.cents / 100
    page.formula(row, DOLLARS if fact.kind == "cost" else AHEAD, text, dollars, "calculation", style.USD)
    if fact.kind == "cost":
        page.put(row, POSTED, dollars, "line", style.USD)


def _valued(book: Book, page: Page, row: int, fact: Fact) -> None:
    workload, level, depth = fact.item.split("|")
    _common(page, row, fact, "mission value" if fact.kind == "value" else PRICED)
    page.assume(row, RATE, fact.rate_ref, "#,##0.00")
    page.put(row, REF, fact.rate_ref, "unit")
    year = rent_year(book.case, workload, fact.year)
    refs = [f"rent_paths.{workload}/{year}.rent_index"]
    refs += [f"demand_tranches.{depth}.value_share"] if fact.kind == "value" else []
    under = (f"workloads.{workload}.utilisation", f"workloads.{workload}.availability")
    product = "*".join(book.address(ref, page.name) for ref in refs)
    text = product + "".join("/" + book.address(ref, page.name) for ref in under)
    page.formula(row, FACTOR, text, fact.factor, "link", style.RATIO)
    if fact.period.startswith("+"):
        taper = book.address("parameters.tail_taper.value", page.name)
        last = book.address("programme.last_year", page.name)
        page.formula(row, ESCALATION, f"{taper}^({letter(YEAR)}{row}-{last})", fact.escalation, "link", style.RATIO)
    else:
        above = _above_open(book, page, level, workload)
        page.formula(row, ESCALATION, above, fact.escalation, "link", style.RATIO)
    dollars = fact.quantity * (fact.rate_usd or 0.0) * fact.factor * fact.escalation
    page.formula(row, VALUE, f"{Q}{row}*{R}{row}*{F}{row}*{E}{row}", dollars, "calculation", style.USD)


def _above_open(book: Book, page: Page, level: str, workload: str) -> str:
    """Value at a level against the open price: its premium, and its add-on per MW-year over the open price."""
    case, premium = book.case, book.address(f"levels.{level}.rent_premium", page.name)
    addon = case.level_addon_usd(level, workload)
    if not addon:
        return premium
    given = case.rate("level_addons", level, "addon_usd_per_mw_year").usd
    refs = (
        f"level_addons.{level}.addon_usd_per_mw_year",
        f"service_prices.{workload}.mw_per_pflops",
        f"workloads.{workload}.rent_usd_per_pflops_year",
    )
    usd, mw, rent = (book.address(ref, page.name) for ref in refs)
    growth = addon / (given * case.service_prices[workload].mw_per_pflops)
    carried = "" if abs(growth - 1) < 1e-12 else f"*{growth!r}"
    return f"{premium}+{usd}*{mw}{carried}/{rent}"
