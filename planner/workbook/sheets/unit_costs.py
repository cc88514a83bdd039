"""On Promises: what a unit costs in the plan, and what published figures say it costs; all then converted alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from planner.inputs.case import Figure
from planner.inputs.programme import Claim
from planner.wbs import CONNECTION, HALLS, PLANT
from planner.workbook import style
from planner.workbook.book import Book, Page, heads
from planner.workbook.sheets import chips, investment, power
from planner.workbook.sheets.parts import Parts

ME = "Promises"
HEADERS = heads("Figure|Status|Kind|Unit|Plan|Published low|Published|Published high|What it covers, and its source")
STATUS, PLAN, LOW, VALUE, HIGH, COVERS = 2, 5, 6, 7, 8, 9
#: work breakdown lines of halls with their power and cooling, and of what brings power to a site
POWER_LINES = (CONNECTION, PLANT)
#: columns of Assumptions that hold the range
ENDS = {LOW: "D", HIGH: "E"}
Cell = tuple[int, int]


@dataclass(frozen=True)
class Unit:
    """Row of a unit cost on the sheet, by its kind; ``sources`` of its published range, empty where there is none."""

    row: int
    sources: str = ""


class Line(NamedTuple):
    """A published figure, and by what it is multiplied or divided to stand on the basis of its group."""

    ref: str
    covers: str
    factor: str = ""
    times: float = 1.0


def fill(book: Book, page: Page, parts: Parts, row: int) -> tuple[dict[str, Unit], int]:
    """Writes the section; kinds are power tiers and ``compute ID`` of the claims on compute."""
    page.heading(row, "What a unit costs: the plan's own dollars, and published ranges with their source")
    page.headers(row + 1, HEADERS)
    at, found = row + 2, {}
    inv, watts, fleet = book.pages[investment.ME], book.pages[power.ME], book.pages[chips.ME]
    pue, at = _pue(book, page, parts, at)
    wbs = parts.investment.wbs
    codes = {r: str(inv.values[r, 1]) for r in range(wbs.first, wbs.last + 1)}
    halls = [r for r, code in codes.items() if code.startswith(HALLS) and code not in POWER_LINES]
    lines = [
        Line(f"hall_benchmarks.{b.benchmark_id}.usd_per_mw", b.covers, *_to_it(page, pue, b.mw_basis))
        for b in book.case.hall_benchmarks.values()
    ]
    name = "Halls with electrical and cooling plant, by MW commissioned at the end"
    stands = (watts, (parts.power.tiers["commissioned"], 4))
    found["commissioned"], at = _group(book, page, at, name, "$M/MW IT", _over(inv, halls, *stands), lines)
    lines = [
        Line(f"cost_benchmarks.{b.benchmark_id}.usd_per_mw", f"{b.chip_id}: {b.basis}", *_to_it(page, pue, "facility"))
        for b in book.case.benchmarks.values()
    ]
    whole = inv.ref(parts.investment.split.infrastructure, 4), inv.n(parts.investment.split.infrastructure, 4)
    mw = fleet.ref(*parts.chips.mw_total), fleet.n(*parts.chips.mw_total)
    own = (f"{whole[0]}/MAX(1,{mw[0]})", whole[1] / max(1.0, mw[1]))
    name = "All infrastructure with chips, by MW of racks bought"
    found["populated"], at = _group(book, page, at, name, "$M/MW IT", own, lines)
    grid = [r for r, code in codes.items() if code in POWER_LINES]
    stands = (watts, (parts.power.tiers["secured"], 4))
    name = "Grid connection and on-site plant, by MW secured at the end"
    found["secured"], at = _group(book, page, at, name, "$M/MW facility", _over(inv, grid, *stands), ())
    for claim in book.case.programme.claims:
        if claim.metric == "compute" and claim.precision and claim.by and (priced := _racks(book, claim)):
            name = f"Racks alone, the cheapest on offer: {claim.precision}, ordered in {claim.by} ({claim.id})"
            found[f"compute {claim.id}"], at = _group(book, page, at, name, "$M/PFLOP/s", None, priced)
    return found, at + 1


def _pue(book: Book, page: Page, parts: Parts, at: int) -> tuple[Cell, int]:
    watts = book.pages[power.ME]
    facility, it = (parts.power.facility, 4), (parts.power.it, 4)
    page.put(at, 1, "Average PUE of the plan")
    page.put(at, COVERS, "facility energy over IT energy; takes a price per MW of facility to one per MW of IT")
    page.put(at, 4, "ratio", "unit")
    value = watts.n(*facility) / max(1.0, watts.n(*it))
    page.formula(at, PLAN, f"{watts.ref(*facility)}/MAX(1,{watts.ref(*it)})", value, form=style.QUANTITY)
    return (at, PLAN), at + 1


def _to_it(page: Page, pue: Cell, basis: str) -> tuple[str, float]:
    """A published price per MW of facility, or of what is not said, as one per MW of IT: the higher reading."""
    return ("", 1.0) if basis == "IT" else (f"*{page.here(*pue)}", page.n(*pue))


def _over(inv: Page, rows: Sequence[int], source: Page, cell: Cell) -> tuple[str, float]:
    """Dollars of lines of Investment over MW."""
    total = sum(inv.n(r, 4) for r in rows)
    parts = "+".join(f"SUM({inv.ref(a, 4, (b, 4))})" for a, b in runs(rows)) or "0"
    return f"({parts})/MAX(1,{source.ref(*cell)})", total / max(1.0, source.n(*cell))


def runs(rows: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring rows together."""
    found: list[tuple[int, int]] = []
    for r in rows:
        found = [*found[:-1], (found[-1][0], r)] if found and found[-1][1] == r - 1 else [*found, (r, r)]
    return found


def _racks(book: Book, claim: Claim) -> list[Line]:
    """Price over PFLOP/s of every rack on offer in the promised year."""
    found = []
    for chip in book.case.chips.values():
        column = f"chips.{chip.chip_id}.{claim.precision}_pflops"
        ref = f"chip_supply.{chip.chip_id}/{claim.by}.rack_price_usd"
        if ref in book.figures and book.figure(column) > 0:
            each = book.figure(column)
            words = f"{chip.name}: {each:g} PFLOP/s {claim.precision} a rack, {chip.sale_status}"
            found.append(Line(ref, words, f"/{book.address(column, ME)}", 1 / each))
    return found


def _group(
    book: Book, page: Page, at: int, name: str, unit: str, own: tuple[str, float] | None, lines: Sequence[Line]
) -> tuple[Unit, int]:
    """The head of a group with the plan's own figure and the ends of all published ones, then one line each."""
    head, first, last = at, at + 1, at + len(lines)
    for r, line in enumerate(lines, first):
        _line(book, page, r, unit, line, book.figures[line.ref])
    page.put(head, 1, name, "total")
    for column in (2, 3, 9):
        page.put(head, column, "", "total")
    page.put(head, 4, unit, "total")
    form = style.MUSD_FINE
    if lines:
        for column, word, pick in ((LOW, "MIN", min), (HIGH, "MAX", max)):
            # racks: who buys takes the cheapest, at its low and at its high
            least = own is None
            text = f"{'MIN' if least else word}({page.here(first, column, (last, column))})".replace("$", "")
            numbers = [page.n(r, column) for r in range(first, last + 1)]
            page.formula(head, column, text, min(numbers) if least else pick(numbers), "total", form)
    if own is None:
        cells = page.here(first, VALUE, (last, VALUE)).replace("$", "")
        own = (f"MIN({cells})", min(page.n(r, VALUE) for r in range(first, last + 1)))
    page.formula(head, PLAN, *own, "total", form)
    known = {book.figures[line.ref].source_id for line in lines}
    return Unit(head, "; ".join(sorted(book.case.sources[s].publisher for s in known))), last + 1


def _line(book: Book, page: Page, r: int, unit: str, line: Line, figure: Figure) -> None:
    page.put(r, 1, line.ref.partition(".")[2].rpartition(".")[0])
    page.put(r, 3, "published")
    page.put(r, COVERS, f"{line.covers}. {book.case.sources[figure.source_id].title}")
    page.put(r, 4, unit, "unit")
    cell = book.assumption_rows[line.ref]
    base = book.address(line.ref, ME)
    page.formula(r, VALUE, f"{base}{line.factor}", figure.value * line.times, form=style.MUSD_FINE)
    for column, number in ((LOW, figure.low), (HIGH, figure.high)):
        if number is None:
            page.formula(r, column, f"G{r}", page.n(r, VALUE), form=style.MUSD_FINE)
        else:
            text = f"Assumptions!${ENDS[column]}${cell}{line.factor}"
            page.formula(r, column, text, number * line.times, form=style.MUSD_FINE)
    page.put(r, STATUS, figure.status)
