"""Book and Page: every formula is written together with the value Python computed for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from datetime import datetime
from functools import cached_property
from typing import Any

from openpyxl import Workbook
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple
from openpyxl.worksheet.hyperlink import Hyperlink

from planner.inputs.case import Case
from planner.plan import Plan
from planner.report.facts import Facts
from planner.workbook import style
from planner.workbook.paper import WRAPPED, Paper

Value = float | int | str
LONGEST_FORMULA = 120
#: row of the flag, of the way back, and of what is said beside them
ASIDE = 3
#: on Checks, how many figures were edited
EDITED = "Checks!$B$6"
#: column of the first period; before it stand key, name, unit and total
FIRST = 5


def heads(text: str) -> tuple[str, ...]:
    """Names of columns, a bar between them."""
    return tuple(text.split("|"))


def letter(column: int) -> str:
    return str(get_column_letter(column))


def quoted(sheet: str) -> str:
    return f"'{sheet}'" if " " in sheet else sheet


class Page(Paper):
    """One sheet."""

    def __init__(self, book: Book, name: str, title: str, role: str) -> None:
        self.book, self.name = book, name
        self.sheet = book.workbook.create_sheet(name)
        self.title = book.case.programme.title
        self.values: dict[tuple[int, int], Value] = {}
        self.formulas: dict[tuple[int, int], str] = {}
        self.wrapped: dict[tuple[int, int], str] = {}
        self.looks: dict[tuple[int, int], str] = {}
        self.links: dict[tuple[int, int], tuple[Page, tuple[int, int]]] = {}
        self.put(1, 1, title, "title")
        self.put(2, 1, role, "role")

    def put(self, row: int, column: int, value: Value | None, look: str = "line", form: str = style.GENERAL) -> None:
        """A typed value or text; text is stored as text whatever it starts with."""
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return
        cell = self.sheet.cell(row, column)
        cell.value = value
        if isinstance(value, str):
            cell.data_type = "s"
        cell._style = self.book.look(look, form)
        self.values[row, column], self.looks[row, column] = value, look
        if look in WRAPPED and row > 3:
            self.wrapped[row, column] = look

    def clear(self, row: int, columns: Iterable[int]) -> None:
        """Empty cells, their formulas and links with them."""
        for column in columns:
            for kept in (self.values, self.formulas, self.wrapped, self.looks, self.links):
                kept.pop((row, column), None)  # type: ignore[attr-defined]
            self.sheet._cells.pop((row, column), None)

    def formula(
        self, row: int, column: int, text: str, value: Value, look: str = "calculation", form: str = style.GENERAL
    ) -> None:
        """A formula (without its equals sign) and the value it has."""
        text = "=" + text
        if len(text) > LONGEST_FORMULA:
            raise ValueError(f"{self.name}: a formula of {len(text)} characters: {text}")
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"{self.name}!{letter(column)}{row}: no finite value for {text}")
        cell = self.sheet.cell(row, column)
        cell.value = text
        cell._style = self.book.look(look, form)
        self.values[row, column], self.looks[row, column] = value, look
        self.formulas[row, column] = text
        if look == "check" and row > 3:
            self.wrapped[row, column] = look

    def n(self, row: int, column: int) -> float:
        """The number in a cell; an empty cell counts 0, as in a sheet."""
        value = self.values.get((row, column), 0.0)
        if isinstance(value, str):
            raise TypeError(f"{self.name}!{letter(column)}{row} holds text")
        return float(value)

    def ref(self, row: int, column: int, until: tuple[int, int] | None = None) -> str:
        """Absolute address for use on another sheet."""
        return f"{quoted(self.name)}!{self.here(row, column, until)}"

    @staticmethod
    def here(row: int, column: int, until: tuple[int, int] | None = None) -> str:
        tail = f":${letter(until[1])}${until[0]}" if until else ""
        return f"${letter(column)}${row}{tail}"

    def link(self, row: int, column: int, source: Page, at: tuple[int, int], form: str = style.GENERAL) -> None:
        text = f"{quoted(source.name)}!{letter(at[1])}{at[0]}"
        self.formula(row, column, text, source.values[at], "link", form)

    def go(self, row: int, column: int, target: Page, at: tuple[int, int]) -> None:
        """A click on the cell leads to a cell of a page; value and formula stay as they are."""
        place = f"{letter(at[1])}{at[0]}"
        self.sheet.cell(row, column).hyperlink = Hyperlink(ref="", location=f"'{target.name}'!{place}")
        self.links[row, column] = target, at

    def web(self, row: int, column: int, address: str) -> None:
        """A click on the cell leads to a document's own address; what is no address of the web stays text."""
        if address.startswith(("https://", "http://")):
            self.sheet.cell(row, column).hyperlink = address
            self.sheet.cell(row, column)._style = self.book.look("go", style.GENERAL)

    def assume(self, row: int, column: int, ref: str, form: str = style.GENERAL, look: str = "link") -> None:
        """A link to a figure on Assumptions."""
        self.formula(row, column, self.book.address(ref, self.name), self.book.figure(ref), look, form)

    def sum(self, row: int, column: int, first: tuple[int, int], last: tuple[int, int], form: str, look: str) -> None:
        cells = [(r, c) for r in range(first[0], last[0] + 1) for c in range(first[1], last[1] + 1)]
        total = math.fsum(self.n(r, c) for r, c in cells)
        text = f"SUM({letter(first[1])}{first[0]}:{letter(last[1])}{last[0]})"
        self.formula(row, column, text, total, look, form)

    def across(
        self,
        row: int,
        columns: Iterable[int],
        text: str,
        value: Callable[[int], Value],
        form: str,
        look: str = "calculation",
    ) -> None:
        """One pattern over the columns: {c} is the column's letter, {p} that of the column before, {r} the row."""
        for column in columns:
            filled = text.format(c=letter(column), p=letter(column - 1), r=row)
            self.formula(row, column, filled, value(column), look, form)

    def headers(self, row: int, names: Sequence[str], first: int = 1) -> None:
        for offset, name in enumerate(names):
            self.put(row, first + offset, name, "header")

    def heading(self, row: int, text: str) -> None:
        self.put(row, 1, text, "heading")

    def banner(self, row: int, text: str, until: int) -> None:
        """A line that must be read, its colour behind all of it."""
        self.put(row, 1, text, "banner")
        for column in range(2, until + 1):
            self.sheet.cell(row, column)._style = self.book.look("banner", style.GENERAL)

    def note(self, row: int, text: str) -> None:
        self.put(row, 1, text, "line")

    def years_header(self, row: int, key: str, name: str, unit: str, total: str) -> None:
        """Header of a table by year: key, name, unit, total, then the calendar years as links."""
        self.headers(row, (key, name, unit, total))
        first, rest = self.book.columns[0], self.book.columns[1:]
        self.assume(row, first, "programme.first_year", style.YEAR, "header")
        self.across(row, rest, "{p}{r}+1", lambda c: self.n(row, c - 1) + 1, style.YEAR, "header")

    def on_screen(self, header_row: int, freeze: str, last: tuple[int, int], what: str) -> None:
        """A long table: it scrolls below its header, and print stops after the cell ``last``, which says so."""
        self.printed(header_row, freeze)
        self.put(ASIDE, 3, f"{what} is for the screen and is not printed.", "line")
        self.sheet.print_title_rows = "1:1"
        self.sheet.print_area = f"A1:{letter(last[1])}{last[0]}"


class Book:
    """The workbook under construction and what its sheets share."""

    def __init__(self, case: Case, plan: Plan, document: Mapping[str, Any]) -> None:
        self.case, self.plan, self.document = case, plan, document
        self.workbook = Workbook()
        self.workbook.remove(self.workbook.active)
        style.register(self.workbook)
        properties = self.workbook.properties
        properties.title = case.programme.title
        properties.creator = "planner"
        properties.language = "en-US"
        properties.created = datetime.fromisoformat(case.programme.as_of)
        self.pages: dict[str, Page] = {}
        self.alternatives: dict[str, list[tuple[str, str]]] = {}
        self.totals: dict[str, float] = {}
        self.differs: list[str] = []
        self._looks: dict[tuple[str, str], StyleArray] = {}
        self.assumption_rows: dict[str, int] = {}
        self.used: dict[str, set[str]] = {}
        self.figures = {f.ref: f for f in case.figures}
        self.years = sorted({case.periods.year(t) for t in case.periods})
        self.columns = range(FIRST, FIRST + len(self.years))

    @cached_property
    def facts(self) -> Facts:
        """Amounts that the first screens show on every face."""
        return Facts(self.case, self.plan)

    @property
    def last(self) -> int:
        """Column of the last year."""
        return self.columns[-1]

    def page(self, name: str, title: str, role: str) -> Page:
        self.pages[name] = Page(self, name, title, role)
        return self.pages[name]

    def look(self, look: str, form: str) -> StyleArray:
        """A named style with a number format, made once and shared."""
        if (look, form) not in self._looks:
            cell = self.workbook.worksheets[0].cell(1, 50)
            cell.style = f"plan {look}"
            cell.number_format = form
            self._looks[look, form] = copy(cell._style)
            del self.workbook.worksheets[0]._cells[1, 50]
        return self._looks[look, form]

    def figure(self, ref: str) -> float:
        return self.pages["Assumptions"].n(self.assumption_rows[ref], 2)

    def address(self, ref: str, user: str) -> str:
        """Address of a figure on Assumptions; remembers who uses it."""
        self.used.setdefault(ref, set()).add(user)
        return f"Assumptions!$B${self.assumption_rows[ref]}"

    def lookup(self, table: str, user: str) -> tuple[str, str]:
        """Value and reference ranges of one table of figures, for SUMIFS."""
        prefix = table if table.endswith("/") else table + "."
        rows = [row for ref, row in self.assumption_rows.items() if ref.startswith(prefix)]
        for ref in self.assumption_rows:
            if ref.startswith(prefix):
                self.used.setdefault(ref, set()).add(user)
        low, high = min(rows), max(rows)
        return f"Assumptions!$B${low}:$B${high}", f"Assumptions!$A${low}:$A${high}"

    def chart(self, page: Page, chart: Any, anchor: str, name: str, description: str) -> None:
        """A native chart with its alternative text; one with nothing to show is not drawn."""
        if not chart.series:
            row, column = coordinate_to_tuple(anchor)
            page.put(row, column, f"No chart of '{name}': all its values are 0.")
            return
        page.sheet.add_chart(chart, anchor)
        self.alternatives.setdefault(page.name, []).append((name, description))
