"""On Accounts: the time of each column, the service that the plan delivers, and the path of its price."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from planner.results.accounts.service import Kind, Service, last_index_year
from planner.workbook import style
from planner.workbook.book import FIRST, Book, Page, letter
from planner.workbook.facts import LATER
from planner.workbook.sheets.detail import Detail
from planner.workbook.sheets.parts import Parts
from planner.workbook.tables import TOTAL, Entry, label

ME = "Accounts"
HEADER = 7
Value = Callable[[int], float]


class Spans:
    """Rows over the same columns: periods of the horizon, then years after it. ``at`` is the next free row."""

    def __init__(self, book: Book, page: Page, detail: Detail, parts: Parts) -> None:
        self.book, self.page, self.detail, self.parts = book, page, detail, parts
        self.service = Service(book.case, book.plan)
        self.labels = [span.label for span in self.service.spans]
        self.inside = book.case.periods.count
        self.columns = range(FIRST, FIRST + len(self.labels))
        self.at = HEADER + 1
        self.rows: dict[str, int] = {}
        self.delivered: dict[Kind, int] = {}
        self.path: dict[str, int] = {}

    @property
    def ends(self) -> tuple[str, str]:
        """Letters of the first and the last column."""
        return letter(self.columns[0]), letter(self.columns[-1])

    @cached_property
    def tail(self) -> range:
        return self.columns[self.inside :]

    def area(self, first: int, last: int | None = None) -> str:
        """Cells of a row, or of rows."""
        a, z = self.ends
        return f"{a}{first}:{z}{last or first}"

    def figure(self, ref: str) -> tuple[str, float]:
        return self.book.address(ref, ME), self.book.figure(ref)

    def header(self, heading: str, total: str = "Total") -> int:
        """A heading and the header of a table; the row of the header."""
        page = self.page
        page.heading(self.at, heading)
        page.headers(self.at + 1, ("Row", "What it is", "Unit", total, *self.labels))
        self.at += 2
        return self.at - 1

    def row(
        self, entry: tuple[str, str, str], text: str, value: Value, form: str = style.MUSD, look: str = "calculation"
    ) -> int:
        """A row of one pattern; money has a total."""
        at = self.at
        label(self.page, at, Entry(*entry), "total" if look == "total" else "line")
        self.page.across(at, self.columns, text, value, form, look)
        if form == style.MUSD:
            self.page.sum(at, TOTAL, (at, self.columns[0]), (at, self.columns[-1]), form, look)
        self.at += 1
        return at

    def times(self, entry: tuple[str, str, str], one: int, *others: str, look: str = "calculation") -> int:
        """Money of a row times rows of time."""
        n, rows = self.page.n, [self.rows[name] for name in others]
        text = f"{{c}}{one}" + "".join(f"*{{c}}{r}" for r in rows)

        def value(c: int) -> float:
            product = n(one, c)
            for r in rows:
                product *= n(r, c)
            return product

        return self.row(entry, text, value, look=look)

    def over(self, entry: tuple[str, str, str], one: int, other: str) -> int:
        n, r = self.page.n, self.rows[other]
        return self.row(entry, f"{{c}}{one}/{{c}}{r}", lambda c: n(one, c) / n(r, c))

    def plus(self, entry: tuple[str, str, str], *signed: tuple[int, int], look: str = "calculation") -> int:
        """Money of rows, each added (1) or taken off (-1)."""
        n = self.page.n
        text = "".join(f"{'+' if sign > 0 else '-'}{{c}}{r}" for r, sign in signed).removeprefix("+")
        return self.row(entry, text, lambda c: float(sum(sign * n(r, c) for r, sign in signed)), look=look)

    def summed(self, entry: tuple[str, str, str], block: str, key: int, column: int, opening: str) -> int:
        """Sums of Detail by a key that ends with the name of the column."""
        view, header = self.detail.view(block, key, column), HEADER
        text = view.formula(f'"{opening}|"&{{c}}${header}')
        return self.row(entry, text, lambda c: view.value(opening, self.page.values[header, c]))

    def present(self, row: int) -> tuple[str, float]:
        """Present value of a row of then-year dollars, as a formula and a number."""
        real, factor = self.rows["deflator"], self.rows["factor"]
        n = self.page.n
        usd = sum(n(row, c) * n(real, c) * n(factor, c) for c in self.columns)
        return f"SUMPRODUCT({self.area(row)},{self.area(real)},{self.area(factor)})", float(usd)


def timing(spans: Spans) -> None:
    """Years, deflators, present factors and tapers of the columns."""
    book, page = spans.book, spans.page
    page.heading(HEADER - 1, "Columns: periods of the horizon, then years after it")
    page.headers(HEADER, ("Row", "What it is", "Unit", "Given", *spans.labels))
    case, base = book.case, book.case.programme.base_year
    given, first = spans.service.spans, spans.ends[0]
    first_year, months, half, base_at = (
        spans.figure(f"programme.{name}" if name != "half" else "constants.half")[0]
        for name in ("first_year", "months_per_period", "half", "base_year")
    )
    last, rate = spans.figure("programme.last_year")[0], f"discount_rates.{case.programme.discount_rate}.real_rate"
    opening = letter(spans.columns[spans.inside]) if spans.tail else first

    def two(name: str, entry: tuple[str, str, str], inside: str, after: str, value: Value, form: str) -> None:
        """A row whose pattern changes at the end of the horizon."""
        at = spans.rows[name] = spans.at
        label(page, at, Entry(*entry))
        page.across(at, spans.columns[: spans.inside], inside, value, form)
        page.across(at, spans.tail, after, value, form)
        spans.at += 1

    def of(c: int) -> int:
        return c - spans.columns[0]

    count = f"COLUMN({{c}}{HEADER})-COLUMN(${first}{HEADER})"
    later = f"COLUMN({{c}}{HEADER})-COLUMN(${opening}{HEADER})+1"
    inside = spans.inside
    two(
        "number",
        ("Number", "periods before this one, or years after the horizon", "count"),
        count,
        later,
        lambda c: float(of(c) if of(c) < inside else of(c) - inside + 1),
        "0",
    )
    n = spans.rows["number"]
    names = ("Year", "calendar year", "year")
    text = f"{first_year}+INT({{c}}{n}*{months}/12)"
    two("year", names, text, f"{last}+{{c}}{n}", lambda c: float(given[of(c)].year), style.YEAR)
    names = ("Middle", "years from the opening of the base year", "years")
    text = f"{first_year}-{base_at}+({{c}}{n}+{half})*{months}/12"
    after = f"{last}-{base_at}+1+{{c}}{n}-{half}"
    two("middle", names, text, after, lambda c: given[of(c)].middle, style.QUANTITY)
    year, middle = spans.rows["year"], spans.rows["middle"]
    at = spans.at
    names = ("Index year", "year of the price index: its last year stays", "year")
    page.put(at, TOTAL, last_index_year(case), "input", style.YEAR)
    capped = last_index_year(case)
    text = f"MIN({{c}}{year},$D{at})"
    two("index year", names, text, text, lambda c: min(page.n(year, c), capped), style.YEAR)
    values, refs = book.lookup("price_indices", ME)
    text = f'SUMIFS({values},{refs},"price_indices.general/"&{{c}}{at}&".index_value")'
    general = {c: book.figure(f"price_indices.general/{page.n(at, c):.0f}.index_value") for c in spans.columns}
    two("index", ("Index", "general price index", "index"), text, text, general.__getitem__, style.RATIO)
    base_index, index = spans.figure(f"price_indices.general/{base}.index_value"), spans.rows["index"]
    text = f"{base_index[0]}/{{c}}{index}"
    names = ("Deflator", "base-year dollars per then-year dollar", "ratio")
    two("deflator", names, text, text, lambda c: base_index[1] / page.n(index, c), style.RATIO)
    r = spans.figure(rate)
    text = f"(1+{r[0]})^-{{c}}{middle}"
    names = ("Factor", f"present factor at {case.programme.discount_rate}", "ratio")
    two("factor", names, text, text, lambda c: (1 + r[1]) ** -page.n(middle, c), style.RATIO)
    taper = spans.figure("parameters.tail_taper.value")
    names = ("Taper", "weight of service and running cost after the horizon", "ratio")
    fade = {c: given[of(c)].taper for c in spans.columns}
    two("taper", names, f"{taper[0]}^0", f"{taper[0]}^{{c}}{n}", fade.__getitem__, style.RATIO)
    spans.at += 1


def delivered(spans: Spans) -> None:
    """Delivered PFLOP/s-years by workload and level, tapered after the horizon; premium of the level beside it."""
    book, page = spans.book, spans.page
    spans.header("Service that the plan delivers, PFLOP/s-years of the workload's precision, with the taper", "Premium")
    view, taper = spans.detail.view("value", 2), spans.rows["taper"]
    for kind in spans.service.kinds:
        w, level = kind
        key, at = f"{w}|{level or LATER}", spans.at
        work = book.case.workloads[w]
        names = (key, f"{work.name}, {book.case.levels[level].name if level else LATER}", f"{work.precision}-years")
        text = view.formula(f'$A{at}&"|"&{{c}}${HEADER}') + f"*{{c}}${taper}"

        def value(c: int, key: str = key) -> float:
            return view.value(key, page.values[HEADER, c]) * page.n(taper, c)

        spans.delivered[kind] = spans.row(names, text, value, style.QUANTITY)
        if level:
            page.assume(at, TOTAL, f"levels.{level}.rent_premium", style.RATIO)
        else:
            page.put(at, TOTAL, 1, "line", style.RATIO)
    spans.at += 1


def path(spans: Spans) -> None:
    """The path of the price by workload; its last year stays."""
    book, page = spans.book, spans.page
    spans.header("Path of the price of service, 1 in the base year; its last year stays", "Last year")
    frame, year = book.case.tables["rent_paths"], spans.rows["year"]
    for w, work in book.case.workloads.items():
        at, last = spans.at, int(frame[frame["workload_id"] == w]["year"].max())
        values, refs = book.lookup(f"rent_paths.{w}/", ME)
        text = f'SUMIFS({values},{refs},$A{at}&MIN({{c}}${year},$D{at})&".rent_index")'

        def index(c: int, w: str = w, last: int = last) -> float:
            return book.figure(f"rent_paths.{w}/{min(int(page.n(year, c)), last)}.rent_index")

        spans.path[w] = spans.row((f"rent_paths.{w}/", work.name, "ratio"), text, index, style.RATIO)
        page.put(at, TOTAL, last, "input", style.YEAR)
    spans.at += 1
