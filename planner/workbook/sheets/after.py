"""After the horizon: racks that go on working, what a year of one costs in base-year dollars, and the cost by year."""

from __future__ import annotations

from typing import NamedTuple

from planner.inputs.case import Rate
from planner.workbook import style
from planner.workbook.after import cooling_of, price_of
from planner.workbook.book import FIRST, Book, Page, letter
from planner.workbook.sheets.detail import Detail
from planner.workbook.tables import TOTAL, Block, Entry, label

ME, BLOCK = "After the horizon", "racks after the horizon"
#: columns of the table of unit costs
MW, DRAW, AVERAGE, PEAK, WATER_USE, ENERGY, WATER, UPKEEP, STAFF, ROLES = range(FIRST, FIRST + 10)
UNIT = ("MW a rack", "Average draw", "PUE average", "PUE peak", "m3 a MWh", "Energy", "Water", "Maintenance", "Staff")
FINE = style.RATIO


class Places(NamedTuple):
    """Row of the cost by year, whose first year is in the first column of years."""

    total: int


class Rates:
    """Rows of the rates in base-year dollars, by the figure they come from."""

    def __init__(self, book: Book, page: Page) -> None:
        self.book, self.page, self.rows = book, page, dict[str, int]()

    def fill(self, row: int, names: dict[str, tuple[Rate, str]]) -> int:
        """Then-year rates of the last year, brought to base-year dollars by the general index; the next free row."""
        page = self.page
        base = self.book.case.programme.base_year
        page.heading(row, f"Rates of the last year in dollars of {base}")
        page.headers(row + 1, ("Figure", "What it pays", "Unit", f"USD of {base}", "As read", "Escalation", "Deflator"))
        for at, (ref, (rate, name)) in enumerate(names.items(), row + 2):
            self.rows[ref] = at
            label(page, at, Entry(ref, name, "USD"))
            page.assume(at, FIRST, ref, "#,##0.00")
            self._escalation(at, rate)
            self._index(at, FIRST + 2, "general", base, self.book.years[-1])
            value = page.n(at, FIRST) * page.n(at, FIRST + 1) * page.n(at, FIRST + 2)
            page.formula(at, TOTAL, f"E{at}*F{at}*G{at}", value, form="#,##0.00")
        return row + 3 + len(names)

    def _escalation(self, at: int, rate: Rate) -> None:
        if rate.index_id == "none" or rate.money_year is None:
            self.page.put(at, FIRST + 1, 1, "line", style.RATIO)
        else:
            self._index(at, FIRST + 1, rate.index_id, self.book.years[-1], rate.money_year)

    def _index(self, at: int, column: int, index: str, over: int, under: int) -> None:
        refs = [f"price_indices.{index}/{year}.index_value" for year in (over, under)]
        text = "/".join(self.book.address(ref, ME) for ref in refs)
        value = self.book.figure(refs[0]) / self.book.figure(refs[1])
        self.page.formula(at, column, text, value, "link", style.RATIO)

    def cell(self, ref: str) -> tuple[str, float]:
        return f"$D${self.rows[ref]}", self.page.n(self.rows[ref], TOTAL)


def fill(book: Book, detail: Detail) -> Places | None:
    """The sheet; none where the programme counts no year after the horizon."""
    years = int(book.case.parameter("tail_years"))
    if not years:
        return None
    page = book.page(ME, "After the horizon: what racks that go on working cost", "calculation: base-year dollars")
    page.note(
        4, "Energy, water, maintenance and staff of racks at work; halls and plant are not renewed. Not discounted."
    )
    pairs = list(dict.fromkeys(f.item for f in detail.items(BLOCK)))
    entries = [Entry(key, _name(book, key), "racks") for key in pairs]
    columns = range(FIRST, FIRST + years)
    racks = _racks(page, detail, entries, columns)
    rates = Rates(book, page)
    row = rates.fill(racks.last + 2, _rates(book, pairs))
    costs, row = _units(book, page, rates, entries, row)
    total = _cost(book, page, entries, columns, (racks.first, costs, row))
    page.widths({1: 38, 2: 62, 3: 9, 4: 15}, 13)
    page.printed(4, "E7")
    return Places(total)


def _name(book: Book, key: str) -> str:
    site, chip = key.split("|")
    return f"{book.case.sites[site].name.split(' (')[0]}: {book.case.chips[chip].name}"


def _header(page: Page, row: int, unit: str, columns: range) -> None:
    page.headers(row, ("Site and chip", "Name", "Unit", unit))
    for n, c in enumerate(columns, 1):
        page.put(row, c, f"+{n}", "header")


def _racks(page: Page, detail: Detail, entries: list[Entry], columns: range) -> Block:
    page.heading(5, "Racks at work in each year after the horizon")
    _header(page, 6, "Rack-years", columns)
    view = detail.view(BLOCK, 1)
    for at, entry in enumerate(entries, 7):
        label(page, at, entry)
        for c in columns:
            text = view.formula(f'$A{at}&"|"&{letter(c)}$6')
            page.formula(at, c, text, view.value(entry.key, page.values[6, c]), form=style.MW)
        page.sum(at, TOTAL, (at, columns[0]), (at, columns[-1]), style.MW, "calculation")
    if not entries:
        label(page, 7, Entry("none", "none in this plan", ""))
    return Block(6, 7, 6 + max(len(entries), 1), 0)


def _rates(book: Book, pairs: list[str]) -> dict[str, tuple[Rate, str]]:
    """What is paid, by the reference of its figure."""
    case, found = book.case, dict[str, tuple[Rate, str]]()

    def take(rate: Rate, name: str) -> None:
        found[rate.ref] = rate, name

    for pair in pairs:
        site, chip = pair.split("|")
        take(case.rate("sites", site, "tariff_usd_per_mwh"), f"energy at {site}, a MWh")
        take(price_of(case, chip), f"price of a rack, {chip}")
    if pairs:
        take(case.rate("parameters", "cost_of_water_usd_per_m3", "value"), "cooling water, a m3")
        take(case.rate("parameters", "site_staff_usd_per_year", "value"), "site staff, a head-year")
        for role in case.staffing.values():
            take(case.rate("staffing", role.role_id, "loaded_usd_per_head_year"), f"{role.name}, a head-year")
    return found


def _units(book: Book, page: Page, rates: Rates, entries: list[Entry], row: int) -> tuple[int, int]:
    """What a rack-year costs at a site, by part; the first row and the next free one."""
    roles = [role.role_id for role in book.case.staffing.values()]
    page.heading(row, f"What a year of a rack at work costs, USD of {book.case.programme.base_year}")
    page.headers(row + 1, ("Site and chip", "Name", "Unit", "Rack-year", *UNIT, *roles))
    first = row + 2
    for at, entry in enumerate(entries, first):
        label(page, at, Entry(entry.key, entry.name, "USD"))
        _unit(book, page, rates, at, entry.key)
        page.sum(at, TOTAL, (at, ENERGY), (at, ROLES + len(roles) - 1), style.USD, "total")
    return first, first + max(len(entries), 1) + 1


def _unit(book: Book, page: Page, rates: Rates, at: int, key: str) -> None:
    case, (site, chip_id) = book.case, key.split("|")
    chip = case.chips[chip_id]
    climate = cooling_of(case, site, chip)
    kw, per_mw = f"chips.{chip_id}.rack_kw", "constants.kw_per_mw"
    text = f"{book.address(kw, ME)}/{book.address(per_mw, ME)}"
    page.formula(at, MW, text, book.figure(kw) / book.figure(per_mw), "link", FINE)
    page.assume(at, DRAW, "parameters.average_draw_share.value", style.RATIO)
    place = f"climate.{climate.cooling_id}/{climate.climate_zone}"
    for column, name in ((AVERAGE, "pue_average"), (PEAK, "pue_peak"), (WATER_USE, "wue_l_per_kwh")):
        page.assume(at, column, f"{place}.{name}", style.RATIO)
    mw, peak = page.n(at, MW), page.n(at, PEAK)
    hours = "constants.hours_per_year"
    it, mwh = f"E{at}*F{at}*{book.address(hours, ME)}", mw * page.n(at, DRAW) * book.figure(hours)

    def part(column: int, text: str, value: float, ref: str) -> None:
        price, usd = rates.cell(ref)
        page.formula(at, column, f"{text}*{price}", value * usd, form=style.USD)

    part(ENERGY, f"{it}*G{at}", mwh * page.n(at, AVERAGE), f"sites.{site}.tariff_usd_per_mwh")
    part(WATER, f"{it}*I{at}", mwh * page.n(at, WATER_USE), "parameters.cost_of_water_usd_per_m3.value")
    share, staff = f"chips.{chip_id}.maintenance_share", "parameters.site_staff_per_mw.value"
    part(UPKEEP, book.address(share, ME), book.figure(share), price_of(case, chip_id).ref)
    part(STAFF, f"E{at}*{book.address(staff, ME)}", mw * book.figure(staff), "parameters.site_staff_usd_per_year.value")
    for column, role in enumerate(case.staffing, ROLES):
        heads = f"staffing.{role}.heads_per_mw"
        text, value = f"E{at}*H{at}*{book.address(heads, ME)}", mw * peak * book.figure(heads)
        part(column, text, value, f"staffing.{role}.loaded_usd_per_head_year")


def _cost(book: Book, page: Page, entries: list[Entry], columns: range, rows: tuple[int, int, int]) -> int:
    """Racks times what a year of one costs, tapered as their service is; the row of the total."""
    racks, units, row = rows
    base = book.case.programme.base_year
    page.heading(row, f"Running cost by year, tapered as the service is, $M of {base}")
    header = row + 1
    _header(page, header, "Total", columns)
    taper = book.address("parameters.tail_taper.value", ME)
    fade, opening = book.figure("parameters.tail_taper.value"), letter(columns[0])
    for n, entry in enumerate(entries):
        at, used, unit = header + 1 + n, racks + n, units + n
        label(page, at, Entry(entry.key, entry.name, "$M"))
        text = f"{{c}}{used}*$D{unit}*{taper}^(COLUMN({{c}}{header})-COLUMN(${opening}{header})+1)"

        def cost(c: int, used: int = used, unit: int = unit) -> float:
            return page.n(used, c) * page.n(unit, TOTAL) * fade ** (c - columns[0] + 1)

        page.across(at, columns, text, cost, style.MUSD)
        page.sum(at, TOTAL, (at, columns[0]), (at, columns[-1]), style.MUSD, "calculation")
    last = header + max(len(entries), 1)
    total = last + 1
    label(page, total, Entry("Total", "running cost of racks at work after the horizon", "$M"), "total")
    for c in (TOTAL, *columns):
        page.sum(total, c, (header + 1, c), (last, c), style.MUSD, "total")
    return total
