"""Hyperlinks: a total leads to its first row of Detail, a rate to Assumptions, a figure to its document."""

from __future__ import annotations

import re
from collections.abc import Iterator

from openpyxl.utils.cell import column_index_from_string, coordinate_to_tuple

from planner.workbook.book import Book, Page, Value
from planner.workbook.sheets import assumptions, checks, detail, provenance
from planner.workbook.tables import TOTAL

HOME, ROW, CHECKS_COLUMN, HOME_COLUMN = "Summary", 3, 1, 2
#: sheets whose cells are where links lead to, not where they start
ENDS = ("Detail", "Assumptions", "Provenance", "Glossary", "Ground rules")
SUMIFS = re.compile(r"SUMIFS\(([^,]+),([^,]+),((?:\"[^\"]*\"|[^,()\"])+)\)")
CELLS = re.compile(r"(?:('[^']+'|[A-Za-z]+)!)?\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")
ONE = re.compile(r"[A-Z]{1,3}\d+")
Cell = tuple[int, int]
Place = tuple[Page, Cell]


def fill(book: Book) -> None:
    """Every link of the finished sheets; cells that lead somewhere already are left."""
    for page in book.pages.values():
        page.go(ROW, CHECKS_COLUMN, book.pages[checks.ME], (1, 1))
        if page.name != HOME:
            page.put(ROW, HOME_COLUMN, f"Back to {HOME}", "go")
            page.go(ROW, HOME_COLUMN, book.pages[HOME], (1, 1))
    _rates(book)
    _documents(book)
    origins = Origins(book)
    for page in book.pages.values():
        if page.name in ENDS:
            continue
        for at in sorted(page.formulas):
            total = page.looks[at] == "total" or (at[1] == TOTAL and page.looks[at] in ("calculation", "link"))
            found = origins.of(page, at) if total and at not in page.links else None
            if found is not None:
                page.go(*at, *found)


def _rates(book: Book) -> None:
    """From the rate of a line of Detail to the row of its figure, where its document stands."""
    page, target = book.pages["Detail"], book.pages["Assumptions"]
    for (row, column), ref in page.values.items():
        if column == detail.REF and str(ref) in book.assumption_rows:
            at = book.assumption_rows[str(ref)], assumptions.SOURCE
            page.go(row, detail.RATE, target, at)
            page.go(row, detail.REF, target, at)


def _documents(book: Book) -> None:
    """From a figure to its document on Provenance; from there to the document's own address."""
    page, target = book.pages["Assumptions"], book.pages[provenance.ME]
    documents = {str(v): r for (r, c), v in target.values.items() if c == 1}
    for row in book.assumption_rows.values():
        name = str(page.values.get((row, assumptions.SOURCE), ""))
        page.go(row, assumptions.SOURCE, target, (documents.get(name, documents[provenance.PROGRAMME_FILE]), 1))
    for (row, column), text in list(target.values.items()):
        if column == provenance.ADDRESS:
            target.web(row, column, str(text))


class Origins:
    """Where the dollars and quantities of a cell come from, by following its formula."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._known: dict[tuple[str, Cell], Place | None] = {}
        self._rows: dict[tuple[str, int], dict[str, int]] = {}

    def of(self, page: Page, at: Cell) -> Place | None:
        """The first row of Detail behind a cell, else the figure or the first cell of another sheet."""
        key = page.name, at
        if key not in self._known:
            self._known[key] = None  # a formula that leads to itself ends here
            self._known[key] = self._follow(page, at)
        return self._known[key]

    def _follow(self, page: Page, at: Cell) -> Place | None:
        text = page.formulas.get(at)
        if text is None:
            return None
        second: Place | None = None
        for place in self._sources(page, text):
            source, cell = place
            found = place if source.name in ENDS else self.of(source, cell)
            if found is not None and found[0].name == "Detail":
                return found
            second = second or found or (place if source is not page else None)
        return second

    def _sources(self, page: Page, text: str) -> Iterator[Place]:
        """Cells that a formula reads, those that hold something first."""
        match = SUMIFS.search(text)
        if match:
            place = self._row_of(page, *match.groups())
            if place:
                yield place
            text = SUMIFS.sub("", text)
        cells = [cell for found in CELLS.finditer(re.sub(r'"[^"]*"', "", text)) for cell in self._cells(page, found)]
        for wanted in (True, False):
            yield from (c for c in cells if bool(c[0].values.get(c[1], 0.0)) is wanted)

    def _cells(self, page: Page, found: re.Match[str]) -> Iterator[Place]:
        name, left, top, right, bottom = found.groups()
        source = self.book.pages[name.strip("'")] if name else page
        columns = range(column_index_from_string(left), column_index_from_string(right or left) + 1)
        rows = range(int(top), int(bottom or top) + 1)
        if source.name == "Detail":
            yield source, (rows[0], detail.RATE if columns[0] > detail.RATE else columns[0])
            return
        yield from ((source, (r, c)) for r in rows for c in columns)

    def _row_of(self, page: Page, sums: str, keys: str, criterion: str) -> Place | None:
        """The first row that a sum by key takes."""
        name, _, area = keys.replace("$", "").rpartition("!")
        source = self.book.pages[name.strip("'")] if name else page
        first, column = coordinate_to_tuple(area.partition(":")[0])
        last, _ = coordinate_to_tuple(area.partition(":")[2])
        if (keys, column) not in self._rows:
            rows = self._rows[keys, column] = {}
            for row in range(first, last + 1):
                rows.setdefault(_text(source.values.get((row, column), "")), row)
        wanted = self._wanted(page, criterion)
        row_found = None if wanted is None else self._rows[keys, column].get(wanted)
        if row_found is None:
            return None
        if source.name == "Detail":
            priced = (row_found, detail.RATE) in source.values
            return source, (row_found, detail.RATE if priced else detail.QUANTITY)
        return source, (row_found, coordinate_to_tuple(sums.replace("$", "").rpartition("!")[2].partition(":")[0])[1])

    def _wanted(self, page: Page, criterion: str) -> str | None:
        """The text of a criterion: quoted parts and cells of the page, joined; None for arithmetic."""
        parts = re.findall(r'"[^"]*"|[^&"]+', criterion)
        words = []
        for part in parts:
            if part.startswith('"'):
                words.append(part.strip('"'))
            elif ONE.fullmatch(address := part.replace("$", "").strip()):
                words.append(_text(page.values.get(coordinate_to_tuple(address), "")))
            else:
                return None
        return "".join(words)


def _text(value: Value) -> str:
    """A value as a key writes it."""
    return f"{value:g}" if isinstance(value, float) else str(value)
