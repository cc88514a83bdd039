"""Compute served: installed and serving PFLOP/s by precision; service by agency, work and level against demand."""

from __future__ import annotations

import math
from typing import NamedTuple

from planner.inputs.schema import PRECISIONS
from planner.workbook import charts, style
from planner.workbook.book import Book, Page
from planner.workbook.sheets.detail import Detail
from planner.workbook.tables import LEVEL_ROWS, ROWS, TOTAL, Block, Entry, beside, by_year, label, year_row

ME = "Compute served"
STATES = {"installed": "peak of the racks in place", "serving": "peak that serves work of the precision"}


class Places(NamedTuple):
    precision: Block
    served: Block
    demand: Block
    shares: dict[str, int]
    excess: int


def fill(book: Book, detail: Detail) -> Places:
    page = book.page(ME, "Compute installed, serving and served", "report: PFLOP/s by precision; never add precisions")
    page.note(
        4, "Installed and serving are levels at year end; service and demand are delivered PFLOP/s-years of the year."
    )
    entries = [
        Entry(f"{state}|{precision}", f"{precision} {state}: {meaning}", "PFLOP/s")
        for precision in PRECISIONS
        for state, meaning in STATES.items()
    ]
    view = detail.view("compute", 1)
    precision = by_year(page, 5, "Compute by precision", entries, view, style.MW, totals=LEVEL_ROWS)
    _charts(book, page, precision, precision.last + 2)
    row = precision.last + 21
    case = book.case.programme.demand_case
    works = [Entry(w.workload_id, w.name, "ratio") for w in book.case.workloads.values()]
    page.heading(row, f"Demand over time against the base year, {case} case")
    header = row + 1
    page.years_header(header, "Work", "Name", "Unit", "At the end")
    values, refs = book.lookup(f"demand_paths.{case}/", ME)
    figures = book.figures
    for at, work in enumerate(works, header + 1):
        key = f'"demand_paths.{case}/"&$A{at}&"/"&{{c}}${header}&".multiplier"'
        numbers = {
            c: figures[f"demand_paths.{case}/{work.key}/{page.n(header, c):.0f}.multiplier"].value for c in book.columns
        }
        year_row(page, at, work, f"SUMIFS({values},{refs},{key})", numbers.__getitem__, "0.000", "level")
    paths = (header + 1, header + len(works))
    served = _served(book, page, detail, paths[1] + 2)
    demand = _demand(book, page, served, paths)
    shares, excess = _shares(book, page, served, demand)
    page.widths({1: 31, 2: 92, 3: 10, 4: 13})
    page.printed(3, "E7")
    return Places(precision, served, demand, shares, excess)


def _entries(book: Book) -> list[Entry]:
    case = book.case
    return [
        Entry(
            "|".join((a, w, level)),
            f"{case.agencies[a].name}: {case.workloads[w].name}, {case.levels[level].name}",
            case.workloads[w].precision,
        )
        for a, w, level in case.demands
    ]


def _served(book: Book, page: Page, detail: Detail, row: int) -> Block:
    names = ("Agency, work and level", "Name")
    heading = "Service delivered, PFLOP/s-years of the precision in the unit column"
    block = by_year(page, row, heading, _entries(book), detail.view("service", 1), style.COUNT, names, totals=ROWS)
    return _by_precision(book, page, block)


def _by_precision(book: Book, page: Page, block: Block) -> Block:
    """Totals at the foot, one a precision: precisions are never added."""
    row = block.last
    for row, precision in enumerate(precisions(book), block.last + 1):
        label(page, row, Entry(precision, "Total of the precision", precision), "total")
        keys = page.here(block.first, 3, (block.last, 3))

        def total(c: int, wanted: str = precision) -> float:
            rows = range(block.first, block.last + 1)
            return math.fsum(page.n(r, c) for r in rows if page.values[r, 3] == wanted)

        text = f"SUMIFS({{c}}${block.first}:{{c}}${block.last},{keys},$A{row})"
        page.across(row, (TOTAL, *book.columns), text, total, style.COUNT, "total")
    return Block(block.header, block.first, block.last, row)


def precisions(book: Book) -> list[str]:
    """Precisions that someone asks for."""
    asked = {book.case.workloads[w].precision for _, w, _ in book.case.demands}
    return [p for p in PRECISIONS if p in asked]


def _demand(book: Book, page: Page, served: Block, paths: tuple[int, int]) -> Block:
    row = served.next
    page.heading(row, "Demand, PFLOP/s-years (base-year demand times the path of its work)")
    header = row + 1
    page.years_header(header, "Agency, work and level", "Name", "Unit", "Total")
    first, last = paths
    for at, (entry, demand) in enumerate(zip(_entries(book), book.case.demands.values(), strict=True), header + 1):
        label(page, at, entry)
        ref = f"demand.{'/'.join(demand.key)}.base_pflops_years"
        of = next(r for r in range(first, last + 1) if page.values[r, 1] == demand.workload_id)
        base, text = book.figure(ref), f"{book.address(ref, ME)}*{{c}}${of}"
        page.across(at, book.columns, text, lambda c, o=of, b=base: b * page.n(o, c), style.COUNT)  # type: ignore[misc]
        beside(page, at, style.COUNT)
    end = header + len(book.case.demands)
    return _by_precision(book, page, Block(header, header + 1, end, end))


def _shares(book: Book, page: Page, served: Block, demand: Block) -> tuple[dict[str, int], int]:
    row = demand.next
    page.heading(row, "Share of demand served, by precision")
    page.years_header(row + 1, "Precision", "What it is", "Unit", "Horizon")
    found = {}
    for n, precision in enumerate(precisions(book)):
        at, s, d = row + 2 + n, served.last + 1 + n, demand.last + 1 + n
        found[precision] = at
        label(page, at, Entry(precision, "all agencies, work of the precision and levels", "share"))

        def share(c: int, s: int = s, d: int = d) -> float:
            return page.n(s, c) / page.n(d, c) if page.n(d, c) else 0.0

        page.across(at, (TOTAL, *book.columns), f"IF({{c}}{d}=0,0,{{c}}{s}/{{c}}{d})", share, style.SHARE)
    excess = row + 2 + len(found)
    label(page, excess, Entry("Beyond demand", "rows where service exceeds demand", "rows"))
    tolerance, allowed = book.address("constants.tolerance_mw", ME), book.figure("constants.tolerance_mw")
    ratio = "constants.tolerance_relative"
    relative, loose = book.address(ratio, ME), book.figure(ratio)
    left, right = (f"{{c}}{b.first}:{{c}}{b.last}" for b in (served, demand))
    steps = served.last - served.first + 1

    def beyond(c: int) -> float:
        pairs = ((page.n(served.first + i, c), page.n(demand.first + i, c)) for i in range(steps))
        return float(sum(s - d * (1 + loose) > allowed for s, d in pairs))

    page.across(excess, book.columns, f"SUMPRODUCT(1*({left}-{right}*(1+{relative})>{tolerance}))", beyond, style.COUNT)
    page.sum(excess, TOTAL, (excess, book.columns[0]), (excess, book.last), style.COUNT, "calculation")
    return found, excess


def _charts(book: Book, page: Page, block: Block, row: int) -> None:
    """fp64 by itself: beside the others, a thousand times larger, it would be a line at zero."""
    rows = list(range(block.first, block.last + 1))
    simulation = [r for r in rows if str(page.values[r, 1]).endswith("fp64")]
    others = [r for r in rows if r not in simulation]
    for title, shown, anchor in (("Compute fp64", simulation, "A"), ("Compute bf16 and fp8", others, "C")):
        chart = charts.lines(page, title, "PFLOP/s at year end", block.header, shown, "#,##0")
        chart.width = 22
        ends = ", ".join(f"{page.n(r, 4):,.0f} PFLOP/s {str(page.values[r, 1]).replace('|', ' ')}" for r in shown)
        text = f"Lines by precision and year, installed and serving. At the end: {ends}."
        book.chart(page, chart, f"{anchor}{row}", title, text)
