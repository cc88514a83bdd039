"""On Power: who owes contracted power that no load uses, by site, and what is still owed after the horizon."""

from __future__ import annotations

from typing import NamedTuple

from planner.inputs.schema import OBLIGORS
from planner.wbs import COLLATERAL, UNUSED_POWER
from planner.workbook import style
from planner.workbook.book import FIRST, Book, Page, letter
from planner.workbook.contracts import END, OWED, PARTS, PRESENT, USE
from planner.workbook.sheets.detail import DOLLARS, Detail
from planner.workbook.tables import LEVEL, TOTAL, Block, Entry, Sums, by_year, label

HEADERS = ("Site", "Name", "On a known tariff", "Last year", "Obligor", "Collateral $M", "Tariff")
HEADINGS = {
    "contracted": "Grid contracts: MW contracted",
    "used": "Grid contracts: MW that racks in place use at their peak",
    "unused": "Grid contracts: MW that serve no racks",
}


class Within(NamedTuple):
    """A view whose keys have a word between what is shown and the year."""

    view: Sums
    word: str

    def formula(self, criterion: str) -> str:
        return self.view.formula(criterion.replace('"|"', f'"|{self.word}|"'))

    def value(self, *parts: object) -> float:
        return self.view.value(parts[0], self.word, *parts[1:])


def section(book: Book, page: Page, detail: Detail, sites: list[Entry], row: int) -> int:
    """The blocks of grid contracts from a row on; the next row. Nothing where the data set has no contracts."""
    held = [Entry(e.key, e.name, "MW facility") for e in sites if e.key in book.case.grid_contracts]
    if not held:
        return row
    names, use = ("Site", "Name"), detail.view(USE, 1)
    blocks = {}
    for part in PARTS:
        blocks[part] = by_year(page, row, HEADINGS[part], held, Within(use, part), style.MW, names, totals=LEVEL)
        row = blocks[part].next
    entries = [Entry(e.key, e.name, "$M") for e in held]
    words = {
        UNUSED_POWER: "What unused MW cost the investor: the minimum take that no load uses",
        COLLATERAL: "What the investor pays for collateral, from signing to the end of the term",
    }
    for code, heading in words.items():
        paid = Within(detail.view("costs", 12, DOLLARS), code)
        row = by_year(page, row, f"{heading}, line {code}", entries, paid, style.MUSD, names).next
    row = _terms(book, page, detail, blocks["contracted"], held, row)
    return _owed(book, page, detail, row)


def _terms(book: Book, page: Page, detail: Detail, contracted: Block, held: list[Entry], row: int) -> int:
    """One row a site: on which terms, until when, and what is held as collateral at the end of the horizon."""
    page.heading(row, "Terms of the contracts: who owes, and until when")
    page.headers(row + 1, HEADERS)
    until = detail.view(END, 1)
    for n, entry in enumerate(held):
        at, terms = row + 2 + n, book.case.grid_contracts[entry.key]
        for column, text in ((1, entry.key), (2, entry.name), (5, terms.obligor), (7, terms.tariff)):
            page.put(at, column, text)
        page.put(at, 3, "yes" if terms.known_tariff else "no")
        page.formula(at, 4, until.formula(f"$A{at}"), until.value(entry.key), "calculation", "0;;none")
        ref = f"grid_contracts.{entry.key}.collateral_usd_per_mw"
        text = f"{letter(TOTAL)}{contracted.first + n}*{book.address(ref, page.name)}"
        usd = page.n(contracted.first + n, TOTAL) * book.figure(ref)
        page.formula(at, 6, text, usd, "calculation", style.MUSD)
    end = row + 2 + len(held)
    page.note(
        end,
        "Collateral is held and returned: a memo, in no total; its yearly cost is. Dollars of the year of the data.",
    )
    return end + 2


def _owed(book: Book, page: Page, detail: Detail, row: int) -> int:
    """By obligor and year after the horizon; the total is not discounted, the present value stands last."""
    rows = book.plan["owed_after"]
    after = book.case.periods.year(book.case.periods.last) + 1
    years = range(after, max([after, *map(int, rows["year"])]) + 1)
    base = book.case.programme.base_year
    page.heading(row, f"Owed after the horizon for MW that serve no racks at its end, $M of {base}")
    header, view = row + 1, detail.view(OWED, 1)
    columns = range(FIRST, FIRST + len(years))
    present = columns[-1] + 1
    page.headers(header, ("Obligor", "What it is", "Unit", "Total"))
    for c, year in zip(columns, years, strict=True):
        page.put(header, c, year, "header", style.YEAR)
    page.put(header, present, PRESENT, "header")
    for at, obligor in enumerate(OBLIGORS, header + 1):
        label(page, at, Entry(obligor, "least of remaining take, exit fee and loss on resale", "$M"))
        for c in (*columns, present):
            text = view.formula(f'$A{at}&"|"&{letter(c)}${header}')
            page.formula(at, c, text, view.value(obligor, page.values[header, c]), "calculation", style.MUSD)
        page.sum(at, TOTAL, (at, columns[0]), (at, columns[-1]), style.MUSD, "calculation")
    return header + len(OBLIGORS) + 2
