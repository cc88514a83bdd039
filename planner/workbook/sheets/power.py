"""Power: three tiers by site and year, each on its own basis, against the promise; where secured power comes from."""

from __future__ import annotations

from typing import NamedTuple

from planner.inputs.case import Plant
from planner.inputs.programme import Claim
from planner.plan import NOISE
from planner.workbook import charts, style
from planner.workbook.book import Book, Page
from planner.workbook.quantities import GRID, OWN, TIERS
from planner.workbook.sheets import contracts
from planner.workbook.sheets.contracts import Within
from planner.workbook.sheets.detail import Detail
from planner.workbook.tables import (
    BY_YEAR,
    LEVEL,
    LEVEL_ROWS,
    ROWS,
    Block,
    Entry,
    Sums,
    below,
    by_year,
    label,
    year_row,
)

ME = "Power"
BASIS = {"secured": "MW facility", "commissioned": "MW IT", "populated": "MW IT"}
MEANING = {
    "secured": "Secured: grid rights, own service and firm plant",
    "commissioned": "Commissioned: halls with power and cooling",
    "populated": "Populated: racks running",
}


class Places(NamedTuple):
    tiers: dict[str, int]
    header: int
    sites: dict[str, Block]
    sources: Block
    facility: int
    it: int


def promise(book: Book) -> Claim | None:
    """The largest power promise; the secured reading first among equals."""
    claims = [c for c in book.case.programme.claims if c.metric == "power" and c.level]
    return max(claims, key=lambda c: (c.level or 0, c.tier == "secured"), default=None)


def site_entries(book: Book, unit: str) -> list[Entry]:
    tiers = book.plan["tiers"]
    standing = tiers[tiers[[f"{tier}_mw" for tier in TIERS]].abs().max(axis=1) > NOISE]
    held = set(book.plan["opens"]["site_id"]) | set(standing["site_id"])
    return [Entry(s.site_id, s.name, unit) for s in book.case.sites.values() if s.site_id in held]


def fill(book: Book, detail: Detail) -> Places:
    page = book.page(
        ME, "Power: three tiers against the promise", "report: MW at the end of each year, basis in the unit column"
    )
    page.note(
        4, "Facility MW at the meter and MW of IT load differ by the site's PUE; never add or compare them without it."
    )
    view = detail.view("power tier", 2)
    block = by_year(
        page,
        5,
        "The three tiers, all sites",
        [Entry(t, MEANING[t], BASIS[t]) for t in TIERS],
        view,
        style.MW,
        totals=LEVEL_ROWS,
    )
    rows = {tier: block.first + n for n, tier in enumerate(TIERS)}
    at = block.last + 1
    shown, at = _to_go(book, page, rows, at)
    _chart(book, page, block, shown, rows, at + 1)
    at += 19
    sites = {}
    for tier in TIERS:
        view = detail.view("power tier", 1)
        heading = f"{MEANING[tier]}, by site, {BASIS[tier]}"
        sites[tier] = _by_site(page, at, heading, tier, site_entries(book, BASIS[tier]), view)
        at = sites[tier].next
    sources, at = _sources(book, page, detail, at)
    energy = by_year(
        page,
        at,
        "Energy, emissions and water",
        [
            Entry("it_mwh", "IT energy", "MWh"),
            Entry("facility_mwh", "Facility energy", "MWh"),
            Entry("emissions_t", "Emissions", "t CO2"),
            Entry("water_m3", "Cooling water", "m3"),
        ],
        detail.view("energy and emissions", 2),
        style.COUNT,
        totals=ROWS,
    )
    contracts.section(book, page, detail, site_entries(book, ""), energy.next)
    page.widths({1: 30, 2: 46, 3: 14, 4: 12})
    page.printed(3, "E7")
    return Places(rows, block.header, sites, sources, energy.first + 1, energy.first)


def _to_go(book: Book, page: Page, rows: dict[str, int], at: int) -> tuple[list[int], int]:
    """The promise, and what each tier is short of it; the rows to draw, and the next one."""
    claim = promise(book)
    if claim is None:
        return list(rows.values()), at
    ref = f"claims.{claim.id}.level"
    text, level = book.address(ref, ME), book.figure(ref)
    what = f"Promise by {claim.by}" if claim.by else "Promise"
    year_row(page, at, Entry("promised", what, "MW, any basis"), text, lambda c: level, style.MW, "level", "link")
    promised = at
    for at, tier in enumerate(TIERS, promised + 1):
        text = f"MAX(0,{{c}}{promised}-{{c}}{rows[tier]})"
        entry = Entry(f"to go, {tier}", f"{what.lower()} less tier", BASIS[tier])

        def missing(c: int, row: int = rows[tier]) -> float:
            return max(0.0, page.n(promised, c) - page.n(row, c))

        year_row(page, at, entry, text, missing, style.MW, "level")
    return [*rows.values(), promised], promised + 1 + len(TIERS)


def _by_site(page: Page, row: int, heading: str, tier: str, entries: list[Entry], view: Sums) -> Block:
    """Like by_year, with the tier between site and year in the key."""
    keyed = Within(view, tier)
    return by_year(page, row, heading, entries, keyed, style.MW, ("Site", "Name"), totals=LEVEL)


def _sources(book: Book, page: Page, detail: Detail, row: int) -> tuple[Block, int]:
    ready = {f.item for f in detail.items("plant units ready")}
    plants = [p for p in book.case.plants.values() if p.plant_id in ready]
    entries = [Entry(p.plant_id, p.name, "units") for p in plants]
    heading = "Plant on site: units ready at the end of each year, all sites"
    units = by_year(page, row, heading, entries, detail.view("plant units ready", 1), style.COUNT, totals=LEVEL_ROWS)
    sources = _by_source(book, page, detail, plants, units)
    row = sources.next
    for measure, unit, catalogue in (
        ("plant units ordered", "units", {p.plant_id: p.name for p in book.case.plants.values()}),
        ("clean energy signed", "MW", {p: f"{p.capitalize()} agreement" for p, _ in book.case.ppas}),
    ):
        entries = [Entry(k, n, unit) for k, n in catalogue.items() if any(f.item == k for f in detail.items(measure))]
        heading = f"{measure.capitalize()}, by year of decision"
        block = by_year(page, row, heading, entries, detail.view(measure, 2), style.MW)
        row = block.next
    return sources, row


def _by_source(book: Book, page: Page, detail: Detail, plants: list[Plant], units: Block) -> Block:
    """Grid and own service as decided; plant as MW of a unit, times units ready, times the share that is firm."""
    view = detail.view("secured power by source", 1)
    page.heading(units.next, "Where secured power comes from, all sites: plant counts at its firm share")
    header = units.next + 1
    page.years_header(header, "Source", "Name", "Unit", "At the end")
    at = header + 1
    for key, name in ((GRID, "Grid tranches energised"), (OWN, "Service of retrofitted and leased halls")):
        text = view.formula(BY_YEAR.format(r=at, c="{c}", h=header))

        def held(c: int, key: str = key) -> float:
            return view.value(key, int(page.n(header, c)))

        year_row(page, at, Entry(key, name, "MW facility"), text, held, style.MW, "level")
        at += 1
    for n, plant in enumerate(plants):
        size, share = (f"plants.{plant.plant_id}.{column}" for column in ("unit_mw", "firm_share"))
        text = f"{{c}}{units.first + n}*{book.address(size, ME)}*{book.address(share, ME)}"
        each = book.figure(size) * book.figure(share)

        def firm(c: int, row: int = units.first + n, each: float = each) -> float:
            return page.n(row, c) * each

        year_row(page, at, Entry(plant.plant_id, f"{plant.name}, firm", "MW facility"), text, firm, style.MW, "level")
        at += 1
    label(page, at, Entry("Total", "", "MW facility"), "total")
    below(page, at, header + 1, at - 1, style.MW)
    return Block(header, header + 1, at - 1, at)


def _chart(book: Book, page: Page, block: Block, shown: list[int], rows: dict[str, int], row: int) -> None:
    chart = charts.lines(page, "Three power tiers against the promise", "MW at year end", block.header, shown, "#,##0")
    ends = ", ".join(f"{page.n(rows[t], 4):,.0f} {BASIS[t]} {t}" for t in TIERS)
    text = f"Lines of the three power tiers by year. At the end: {ends}."
    claim = promise(book)
    if claim:
        text += f" The promise is {claim.level:,.0f} MW."
    chart.width = 17.5
    book.chart(page, chart, f"A{row}", "Three power tiers against the promise", text)
    halls = [rows["commissioned"], rows["populated"]]
    chart = charts.columns(page, "Halls and racks", "MW IT at year end", block.header, halls, "#,##0", stacked=False)
    chart.width = 19
    ends = " and ".join(f"{page.n(r, 4):,.0f} MW IT {page.values[r, 1]}" for r in halls)
    text = f"Columns of MW IT commissioned and populated by year, on an axis of their own. At the end: {ends}."
    book.chart(page, chart, f"E{row}", "Commissioned and populated MW IT", text)
