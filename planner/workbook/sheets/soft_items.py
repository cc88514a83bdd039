"""What Security, Software and Training share: initiatives of a category, their dates, their units and dollars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from planner import wbs
from planner.inputs.case import Initiative
from planner.workbook import charts, style
from planner.workbook.book import Book, Page
from planner.workbook.sheets.detail import DOLLARS, YEAR, Detail
from planner.workbook.tables import ROWS, TOTAL, Block, Entry, by_year, label

#: a year that is not known is 0: it was there before, or it is never
NEVER = '0;-0;"never"'
BEFORE = '0;-0;"before"'
WHAT = {"initiatives": "initiative", "accreditations": "accreditation", "training_tracks": "track"}
MANY = ("agency", "small agency", "system")


class Item(NamedTuple):
    """One unit of an initiative that is done once: its key, its place in words."""

    key: str
    name: str


def initiatives(book: Book, category: str) -> list[Initiative]:
    return [e for e in book.case.initiatives.values() if e.category == category]


def modelled(book: Book, detail: Detail, category: str, *tables: object) -> bool:
    """Whether the programme has anything of a category: what may be started, or dollars."""
    return (
        bool(initiatives(book, category)) or any(tables) or any(f.category == category for f in detail.items("costs"))
    )


def place_name(book: Book, initiative: Initiative, key: str) -> str:
    """Site, service, level or agency of a key in words, then the initiative."""
    case = book.case
    known = [{k: str(e.name) for k, e in table.items()} for table in (case.sites, case.initiatives)]
    known += [{k: str(e.name) for k, e in table.items()} for table in (case.levels, case.agencies)]
    words = []
    for part in key.split("|")[1:]:
        name = next((names[part] for names in known if part in names), part)
        words.append(name.split(" (")[0])
    return f"{', '.join(words)}: {initiative.name}" if words else initiative.name


def overview(book: Book, page: Page, detail: Detail, row: int, category: str) -> Block:
    """Every initiative of a category: what a unit is, the ceiling, what is started, what it costs."""
    page.heading(
        row, f"Initiatives: {category}, one line each; units over the horizon, $M then-year without contingency"
    )
    names = ("Initiative", "Name and what it is for", "One unit is", "Started", "Ceiling", "Of the ceiling", "$M")
    page.headers(row + 1, names)
    used = {fact.item.split("|")[0] for fact in detail.items("initiative started")}
    at = first = row + 2
    for e in initiatives(book, category):
        label(page, at, Entry(e.initiative_id, "", e.per))
        page.put(at, 2, f"{e.name}: {e.purpose}", "text")
        _row(page, detail, at, e.initiative_id)
        at += 1
    if at == first:
        page.note(at, f"The data hold no initiative of the category {category}.")
        return Block(row + 1, first, at, at)
    unused = [e.initiative_id for e in initiatives(book, category) if e.initiative_id not in used]
    page.note(at, f"Not started in this plan: {', '.join(unused)}." if unused else "All of them are started.")
    return Block(row + 1, first, at - 1, at)


def _row(page: Page, detail: Detail, at: int, key: str) -> None:
    units, money = detail.view("initiative started", 4), detail.view("costs", 10, DOLLARS).of("initiatives.")
    page.formula(at, 4, units.formula(f"$A{at}"), units.value(key), form=style.MW)
    page.assume(at, 5, f"initiatives.{key}.need_ceiling_units", style.COUNT)
    share = page.n(at, 4) / page.n(at, 5) if page.n(at, 5) else 0.0
    page.formula(at, 6, f"IF(E{at}=0,0,D{at}/E{at})", share, form=style.SHARE)
    page.formula(at, 7, money.formula(f"$A{at}"), money.value(key), form=style.MUSD)


def once(book: Book, page: Page, detail: Detail, row: int, category: str, names: tuple[str, str]) -> int:
    """What is done once, at a place or for the programme: started in, done at the end of."""
    wanted = {e.initiative_id: e for e in initiatives(book, category) if e.per not in MANY}
    found = dict.fromkeys(f.item for f in detail.items("initiative started") if f.item.split("|")[0] in wanted)
    order = list(wanted)
    items = sorted(found, key=lambda key: (order.index(key.split("|")[0]), key))
    entries = [Item(key, place_name(book, wanted[key.split("|")[0]], key)) for key in items]
    page.heading(row, f"{names[0]}: when they start and are done")
    page.headers(row + 1, (names[1], "What and where", "Started in", "Done at the end of", "Months"))
    started, done = (detail.view(f"initiative {word}", 3, YEAR) for word in ("started", "done"))
    at = row + 2
    for entry in entries:
        page.put(at, 1, entry.key)
        page.put(at, 2, entry.name)
        for column, view in ((3, started), (4, done)):
            page.formula(at, column, view.formula(f"$A{at}"), view.value(entry.key), form=NEVER)
        page.assume(at, 5, f"initiatives.{entry.key.split('|')[0]}.duration_months", "0")
        at += 1
    if not entries:
        page.note(at, "None in this plan.")
        at += 1
    return at + 1


def many(book: Book, page: Page, detail: Detail, row: int, category: str) -> Block:
    """Agencies and systems by year of start."""
    wanted = {e.initiative_id: e for e in initiatives(book, category) if e.per in MANY}
    found = dict.fromkeys(f.item for f in detail.items("initiative started") if f.item.split("|")[0] in wanted)
    units = {"agency": "agencies", "small agency": "agencies", "system": "systems"}
    entries = []
    for y, e in wanted.items():
        places = [a for a in book.case.agencies if f"{y}|{a}" in found]
        entries += [Entry(f"{y}|{a}", place_name(book, e, f"{y}|{a}"), units[e.per]) for a in places]
    view = detail.view("initiative started", 2)
    heading = "Agencies and systems, units by year of start (a fraction is part of one)"
    return by_year(page, row, heading, entries, view, style.MW, ("Initiative and agency", "Name"), totals=ROWS)


def wbs_dollars(book: Book, page: Page, detail: Detail, row: int, category: str) -> Block:
    """Investment of a category by WBS line, contingency included, without the unallocated line."""
    lines = [w for w in book.case.wbs.values() if w.category == category and w.ledger == "investment"]
    entries = [Entry(w.wbs_code, w.name, "$M") for w in lines if w.wbs_code != wbs.UNALLOCATED]
    heading = f"Investment in {category} by WBS line, $M then-year, contingency included"
    return by_year(page, row, heading, entries, detail.view("costs", 1, DOLLARS), style.MUSD, ("WBS", "Line"))


def item_dollars(page: Page, detail: Detail, row: int, entries: Sequence[Entry], table: str) -> Block:
    """Investment by what it is spent on."""
    heading = f"Dollars by {WHAT[table]}, $M then-year, without contingency"
    return by_year(
        page, row, heading, entries, detail.view("costs", 6, DOLLARS).of(f"{table}."), style.MUSD, ("Item", "Name")
    )


def dollar_chart(book: Book, page: Page, block: Block, title: str, row: int) -> None:
    if not page.n(block.total, TOTAL):
        page.note(row, "No dollars in this plan.")
        return
    rows = charts.drawn(page, range(block.first, block.last + 1))
    chart = charts.columns(page, title, "$M then-year", block.header, rows, "#,##0,,")
    for series, r in zip(chart.series, rows, strict=True):
        series.tx.v = str(page.values.get((r, 2), page.values[r, 1]))
    peak = max(book.columns, key=lambda c: page.n(block.total, c))
    text = (
        f"Stacked columns by year and line; ${page.n(block.total, 4) / 1e6:,.0f}M over the horizon, the most in "
        f"{page.n(block.header, peak):.0f} with ${page.n(block.total, peak) / 1e6:,.0f}M."
    )
    book.chart(page, chart, f"A{row}", title, text)
