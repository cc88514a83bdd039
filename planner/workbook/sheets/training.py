"""Training: heads that start a course and trained staff by track, operators by site, staff in post, dollars."""

from __future__ import annotations

from typing import NamedTuple

from planner.inputs.case import Track
from planner.wbs import SITE_STAFF
from planner.workbook import charts, style
from planner.workbook.book import Book, Page
from planner.workbook.sheets import power, soft_items
from planner.workbook.sheets.detail import DOLLARS, YEAR, Detail
from planner.workbook.tables import BY_YEAR, LEVEL_ROWS, Block, Entry, by_year, year_row

ME, CATEGORY = "Training", "training"
#: learners of the track of site operators
OPERATION = "operation"


class Places(NamedTuple):
    wbs: Block
    stock: Block
    over: int | None
    staff: Block


def fill(book: Book, detail: Detail, tiers: power.Places) -> Places | None:
    """The sheet; none where the programme leaves training out."""
    if not soft_items.modelled(book, detail, CATEGORY, book.case.tracks):
        return None
    page = book.page(
        ME,
        "Training: courses, trained staff, operators",
        "report: an agency uses compute in proportion to trained staff",
    )
    page.note(4, "Paid by the investor; wages of site staff are operating cost. Trained heads are levels at year end.")
    tracks = list(book.case.tracks.values())
    users = [t for t in tracks if t.learners != OPERATION]
    stock = _stock(page, detail, users)
    over, row = _need(book, page, stock, users)
    wbs = soft_items.wbs_dollars(book, page, detail, row, CATEGORY)
    soft_items.dollar_chart(book, page, wbs, "Investment in training by line", wbs.next)
    row = wbs.next + 18
    row = _courses(page, detail, tracks, row)
    row = _agencies(book, page, detail, row)
    row = _operators(book, page, detail, tiers, row)
    row = soft_items.overview(book, page, detail, row, CATEGORY).total + 2
    row = soft_items.once(book, page, detail, row, CATEGORY, ("Programme items", "Item"))
    staff, row = _staff(book, page, detail, row)
    block = soft_items.item_dollars(
        page, detail, row, [Entry(t.track_id, t.name, "$M") for t in tracks], "training_tracks"
    )
    entries = [Entry(e.initiative_id, e.name, "$M") for e in soft_items.initiatives(book, CATEGORY)]
    soft_items.item_dollars(page, detail, block.next, entries, "initiatives")
    page.widths({1: 28, 2: 70, 3: 13, 4: 12})
    page.printed(3, "E5")
    return Places(wbs, stock, over, staff)


def _stock(page: Page, detail: Detail, tracks: list[Track]) -> Block:
    entries = [Entry(t.track_id, t.name, "heads") for t in tracks]
    heading = "Trained heads still there, at the end of each year (those who left are gone)"
    view = detail.view("trained staff", 1)
    return by_year(page, 5, heading, entries, view, style.COUNT, ("Track", "Name"), totals=LEVEL_ROWS)


def _need(book: Book, page: Page, stock: Block, tracks: list[Track]) -> tuple[int | None, int]:
    """The stock against the most that the need can use, in a table and a chart."""
    row = stock.next
    page.heading(row, "Trained heads against the ceiling of the need")
    header = row + 1
    page.years_header(header, "Track", "Name", "Unit", "At the end")
    if not tracks:
        page.note(header + 1, "The data hold no training track.")
        return None, header + 3
    shown = []
    for n, track in enumerate(tracks):
        at, ref = header + 1 + n, f"training_tracks.{track.track_id}.need_ceiling_heads"
        most, source = book.figure(ref), stock.first + n
        text = f"{{c}}{source}/MAX(1,{book.address(ref, ME)})"

        def share(c: int, source: int = source, most: float = most) -> float:
            return page.n(source, c) / max(1.0, most)

        year_row(
            page,
            at,
            Entry(track.track_id, f"{track.name}, part of the need", "share"),
            text,
            share,
            style.SHARE,
            "level",
        )
        shown.append(at)
    over, tolerance = shown[-1] + 1, "constants.tolerance_share"
    text = f"SUMPRODUCT(1*({{c}}{shown[0]}:{{c}}{shown[-1]}>1+{book.address(tolerance, ME)}))"
    allowed = 1 + book.figure(tolerance)

    def beyond(c: int) -> float:
        return float(sum(page.n(r, c) > allowed for r in shown))

    year_row(page, over, Entry("Beyond", "tracks above the ceiling of their need", "tracks"), text, beyond, style.COUNT)
    title = "Trained staff, part of the need"
    chart = charts.lines(page, title, "Share of the need", header, shown, "0%")
    names = dict(zip(shown, tracks, strict=True))
    for series, r in zip(chart.series, charts.drawn(page, shown), strict=True):
        series.tx.v = names[r].name
    ends = ", ".join(f"{page.n(r, 4):.0%} of {t.name.lower()}" for r, t in zip(shown, tracks, strict=True))
    book.chart(page, chart, f"A{over + 2}", title, f"Lines by track of trained heads over the need; at the end {ends}.")
    return over, over + 20


def _courses(page: Page, detail: Detail, tracks: list[Track], row: int) -> int:
    """Heads that start a course by track, beside what the trainers can take in a year."""
    view = detail.view("heads that start a course", 1)
    page.heading(row, "Heads that start a course, by year, and the trainers' capacity a year (column C)")
    header = row + 1
    page.years_header(header, "Track", "Name", "Capacity", "Total")
    for at, track in enumerate(tracks, header + 1):
        text = view.formula(BY_YEAR.format(r=at, c="{c}", h=header))

        def started(c: int, key: str = track.track_id) -> float:
            return view.value(key, int(page.n(header, c)))

        year_row(page, at, Entry(track.track_id, track.name, ""), text, started, style.MW)
        page.assume(at, 3, f"training_tracks.{track.track_id}.capacity_heads_per_year", style.COUNT)
    if not tracks:
        page.note(header + 1, "None in this plan.")
    return header + 2 + max(len(tracks), 1)


def _agencies(book: Book, page: Page, detail: Detail, row: int) -> int:
    """Trained heads by agency and track, beside what the agency needs for all of its demand."""
    page.heading(row, "Trained heads by track and agency at the end of each year, and the need (column C)")
    header = row + 1
    page.years_header(header, "Track and agency", "Name", "Need", "At the end")
    view = detail.view("trained staff", 2)
    used = {f.item for f in detail.items("trained staff")}
    at = header + 1
    for track in book.case.tracks.values():
        for agency in book.case.agencies.values():
            key = f"{track.track_id}|{agency.agency_id}"
            needed = (agency.agency_id, track.track_id) in book.case.training_needs
            if key not in used and not needed:
                continue
            text = view.formula(BY_YEAR.format(r=at, c="{c}", h=header))

            def heads(c: int, key: str = key) -> float:
                return view.value(key, int(page.n(header, c)))

            year_row(page, at, Entry(key, f"{track.name}: {agency.name}", ""), text, heads, style.COUNT, "level")
            if needed:
                page.assume(at, 3, f"training_needs.{agency.agency_id}/{track.track_id}.heads", style.COUNT)
            at += 1
    if at == header + 1:
        page.note(at, "None in this plan.")
        at += 1
    return at + 1


def _operators(book: Book, page: Page, detail: Detail, tiers: power.Places, row: int) -> int:
    """Cleared operators: heads that start the course for a site, against the heads that its halls ask for."""
    page.heading(row, "Cleared operators by site: heads that start the course, and heads that the halls ask for")
    header = row + 1
    page.years_header(header, "Track and site", "Site", "Live from", "Total")
    view, live = detail.view("heads that start a course", 2), detail.view("sites live", 1, YEAR)
    ref = "parameters.site_staff_per_mw.value"
    source, block = book.pages[power.ME], tiers.sites["commissioned"]
    track = next((t.track_id for t in book.case.tracks.values() if t.learners == OPERATION), None)
    at = header + 1
    for n, site in enumerate(power.site_entries(book, "heads")):
        key = f"{track}|{site.key}"
        if track:
            text = view.formula(BY_YEAR.format(r=at, c="{c}", h=header))

            def started(c: int, key: str = key) -> float:
                return view.value(key, int(page.n(header, c)))

            year_row(page, at, Entry(key, f"{site.name}: start the course", ""), text, started, style.MW)
            page.formula(at, 3, live.formula(f'"{site.key}"'), live.value(site.key), form=soft_items.NEVER)
            at += 1
        text = f"{source.name}!{{c}}{block.first + n}*{book.address(ref, ME)}"

        def wanted(c: int, r: int = block.first + n) -> float:
            return source.n(r, c) * book.figure(ref)

        name = f"{site.name}: asked for by commissioned MW, at the end of the year"
        year_row(page, at, Entry(f"need|{site.key}", name, "heads"), text, wanted, style.MW, "level")
        at += 1
    if at == header + 1:
        page.note(at, "None in this plan.")
        at += 1
    return at + 1


def _staff(book: Book, page: Page, detail: Detail, row: int) -> tuple[Block, int]:
    """Staff in post, from the operations ledger: head-years, then dollars."""
    case = book.case
    codes = {SITE_STAFF, *(role.wbs_code for role in case.staffing.values())}
    lines = [w for w in case.wbs.values() if w.wbs_code in codes]
    entries = [Entry(w.wbs_code, w.name, "head-years") for w in lines]
    names = ("WBS", "Line")
    view = detail.view("costs", 1)
    heads = by_year(page, row, "Site and platform staff, head-years of each year", entries, view, style.COUNT, names)
    entries = [Entry(w.wbs_code, w.name, "$M") for w in lines]
    money = detail.view("costs", 1, DOLLARS)
    heading = "Their cost, on the operations ledger, $M then-year"
    cost = by_year(page, heads.next, heading, entries, money, style.MUSD, names)
    return heads, cost.next
