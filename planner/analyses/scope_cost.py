"""What the tables of a data set say that the scope of a real project costs, line by line, in USD of its money year.

A line is a quantity times figures of the data set, each with its range. ``low`` and ``high`` of a line take all its
figures at one end; ``mean`` takes each at the mean of a triangle over low, mid and high. Money is carried to the money
year by its price index; rack prices, which have none, from the year of their row by the general index. Shares of
management, contingency and discount are at their values. The MW of a project are taken as stated, without a range.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from planner import wbs
from planner.inputs.case import Case, Figure
from planner.inputs.projects import Project

KW_PER_MW = 1000


@dataclass(frozen=True)
class Factor:
    """A figure, or a product of figures: low, mid, high, the mean of its triangle, and which figures it is made of."""

    low: float
    mid: float
    high: float
    mean: float
    figures: tuple[Figure, ...] = ()

    def __mul__(self, other: Factor) -> Factor:
        return _combined(math.prod, (self, other))

    @property
    def inverse(self) -> Factor:
        """One over it: the low end is that of the high figure."""
        return Factor(1 / self.high, 1 / self.mid, 1 / self.low, 1 / self.mean, self.figures)


def fixed(value: float) -> Factor:
    """A number without a range."""
    return Factor(value, value, value, value)


def average(factors: Iterable[Factor]) -> Factor:
    """The mean over sites, at each end."""
    return _combined(fmean, list(factors))


def _combined(how: Callable[[list[float]], float], factors: Sequence[Factor]) -> Factor:
    """Factors made one, end by end."""
    low, mid, high, mean = ([getattr(f, end) for f in factors] for end in ("low", "mid", "high", "mean"))
    return Factor(how(low), how(mid), how(high), how(mean), tuple(figure for f in factors for figure in f.figures))


@dataclass(frozen=True)
class Line:
    """A cost line: ``quantity`` in ``unit``, and USD of the money year as a factor with its range."""

    wbs_code: str
    item: str
    quantity: float
    unit: str
    usd: Factor


@dataclass(frozen=True)
class Estimate:
    """An estimate in USD of the project's money year; its base has management and no contingency.

    ``mw_it`` and ``mw_facility`` are what was priced (None: not needed); ``converted`` says how one made the other.
    """

    lines: tuple[Line, ...]
    contingency: float
    mw_it: float
    mw_facility: float | None
    converted: str

    def total(self, end: str = "mid") -> float:
        """Sum of the lines, USD: at ``low``, ``mid``, ``high`` or ``mean``."""
        return math.fsum(getattr(line.usd, end) for line in self.lines)

    @property
    def base(self) -> float:
        return self.total()

    @property
    def figures(self) -> tuple[Figure, ...]:
        """The figures it rests on, once each."""
        return tuple(dict.fromkeys(f for line in self.lines for f in line.usd.figures))


class Tables:
    """The figures of a data set as factors, for one project at a time."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._book = {f.ref: f for f in case.figures}

    def figure(self, table: str, key: str, column: str) -> Factor:
        """A figure with the range that ``figures.csv`` gives it, or none."""
        f = self._book[f"{table}.{key}.{column}"]
        low, high = (f.value if end is None else end for end in (f.low, f.high))
        return Factor(low, f.value, high, (low + f.value + high) / 3, (f,))

    def money(self, table: str, key: str, column: str, year: int) -> Factor:
        """A figure in dollars, carried to a year by its index; without one, from the year of its row by the general."""
        rate = self.case.rate(table, key, column)
        index, since = rate.index_id, rate.money_year
        if index == "none":
            index, since = "general", int(key.rsplit("/", 1)[-1])
        if since is None:
            return self.figure(table, key, column)
        carried = self.case.price_index(index, year) / self.case.price_index(index, since)
        return self.figure(table, key, column) * fixed(carried)

    def rack_and_fabric(self, chip: str, year: int) -> tuple[Factor, Factor]:
        """The latest listed prices not after the year, else the first."""
        years = sorted(y for c, y in self.case.chip_supply if c == chip)
        listed = max((y for y in years if y <= year), default=years[0])
        rack = "chip_supply", f"{chip}/{listed}"
        fabric = rack if self.case.fabric_rate(chip, listed).index_id == "none" else ("chips", chip)
        return self.money(*rack, "rack_price_usd", year), self.money(*fabric, "fabric_usd_per_rack", year)

    def at(self, site: str, rate: Callable[[str], Factor]) -> Factor:
        """A rate at a site, or its average over the sites of the data set."""
        return rate(site) if site else average(rate(s) for s in self.case.sites)

    def first_tranche(self, site: str, rate: Callable[[str], Factor]) -> Factor:
        """A rate of the first grid tranche at a site, or its average over the sites that have one."""
        sites = [site] if site else list(self.case.sites)
        keys = [f"{s}/1" for s in sites if (s, 1) in self.case.tranches_of_grid]
        return average(rate(key) for key in keys) if keys else fixed(0.0)

    def multiplier(self, site: str) -> Factor:
        """Building cost against the US average, which is 1."""
        return self.figure("sites", site, "construction_multiplier") if site else fixed(1.0)

    def pue(self, project: Project) -> float:
        """Design-day PUE at the site, or its average over climate zones; liquid cooling where a chip needs it."""
        return self.at(project.site_id, lambda s: self._pue(project, s)).mid

    def _pue(self, project: Project, site: str) -> Factor:
        liquid = any(self.case.chips[c].needs_liquid for c in project.chips)
        fitting = [c.cooling_id for c in self.case.cooling.values() if bool(c.holds_liquid_racks) == liquid]
        design = self.case.designs.get(project.design_id)
        cooling = design.cooling_id if design else (fitting or list(self.case.cooling))[0]
        return self.figure("climate", f"{cooling}/{self.case.sites[site].climate_zone}", "pue_peak")


def estimate(tables: Tables, project: Project) -> Estimate:
    """Price the scope of a project: halls, power and land by MW, chips by their count or by MW of IT load."""
    it, facility, converted = _mw(tables, project)
    year = int(project.money_year or 0)
    lines: list[Line] = []
    if "halls" in project.parts:
        lines += _halls(tables, project, it, year)
    if "power" in project.parts:
        lines += _power(tables, project, facility or 0.0, year)
    if "land" in project.parts:
        acres = tables.figure("designs", project.design_id, "acres_per_mw")
        price = tables.at(project.site_id, lambda s: tables.money("sites", s, "land_price_usd_per_acre", year))
        lines.append(_line(wbs.LAND, "land", it, "MW IT", acres, price))
    if "chips" in project.parts:
        lines += _chips(tables, project, it, year)
    lines += _management(tables, lines)
    reserve = math.fsum(
        line.usd.mid * tables.case.categories[_category(tables.case, line)].contingency_share for line in lines
    )
    return Estimate(tuple(lines), reserve, it, facility, converted)


def _mw(tables: Tables, project: Project) -> tuple[float, float | None, str]:
    """MW IT and MW of the facility, and in words how one was made of the other; never one for the other."""
    it, facility = project.mw_it, project.mw_facility
    if it is not None and facility is not None:
        return it, facility, f"row, PUE {project.pue:g}" if project.pue else f"both known, PUE {facility / it:.2f}"
    if it is None and facility is None:
        return 0.0, None, "chips counted"
    pue = project.pue or tables.pue(project)
    whose = "row" if project.pue else "data set"
    if it is None:
        return (facility or 0.0) / pue, facility or 0.0, f"IT from facility, {whose}, PUE {pue:.2f}"
    if "power" in project.parts:
        return it, it * pue, f"facility from IT, {whose}, PUE {pue:.2f}"
    return it, None, "IT as stated"


def _line(code: str, item: str, quantity: float, unit: str, *factors: Factor) -> Line:
    usd = fixed(quantity)
    for factor in factors:
        usd = usd * factor
    return Line(code, item, quantity, unit, usd)


def _halls(tables: Tables, project: Project, it: float, year: int) -> Iterator[Line]:
    """Shell, civil works, electrical and cooling plant; a new campus has the framework discount above its threshold."""
    design, multiplier = project.design_id, tables.multiplier(project.site_id)
    for code, item, column in wbs.HALL_LINES:
        rate = tables.money("designs", design, column, year)
        yield _line(code, f"halls, {item}", it, "MW IT", rate, multiplier)
    above = it - tables.case.parameter("volume_threshold_mw")
    if above > 0 and not tables.case.designs[design].brings_own_power:
        share = fixed(tables.case.parameter("volume_discount_share"))
        for column in ("shell_usd_per_mw", "civil_usd_per_mw"):
            rate = tables.money("designs", design, column, year)
            yield _line(wbs.DISCOUNT, f"framework discount, {column.split('_')[0]}", -above, "MW IT", rate, share)


def _power(tables: Tables, project: Project, facility: float, year: int) -> Iterator[Line]:
    """The campus and its grid connection, MW at the meter: tranches of the site in order, or the average first one."""
    site, multiplier = project.site_id, tables.multiplier(project.site_id)
    opening = tables.at(site, lambda s: tables.money("sites", s, "opening_cost_usd", year))
    yield _line(wbs.OPENING, "campus opening", 1.0, "site", opening, multiplier)
    if not site:
        first = tables.first_tranche("", lambda k: tables.money("grid_tranches", k, "connection_usd_per_mw", year))
        yield _line(wbs.CONNECTION, "grid connection", facility, "MW", first, multiplier)
        return
    tranches = sorted(g for s, g in tables.case.tranches_of_grid if s == site)
    left = facility
    for g in tranches:
        mw = left if g == tranches[-1] else min(left, tables.case.tranches_of_grid[site, g].mw)
        rate = tables.money("grid_tranches", f"{site}/{g}", "connection_usd_per_mw", year)
        if mw > 0:
            yield _line(wbs.CONNECTION, f"grid connection, tranche {g}", mw, "MW", rate, multiplier)
        left -= mw


def _chips(tables: Tables, project: Project, it: float, year: int) -> Iterator[Line]:
    """Racks by the count of chips, or by MW IT at the rack's all-in power, in equal shares; fabric and storage."""
    for chip in project.chips:
        if project.chip_count is not None:
            racks = fixed(project.chip_count) * tables.figure("chips", chip, "chips_per_rack").inverse
        else:
            share = fixed(it * KW_PER_MW / len(project.chips))
            racks = share * tables.figure("chips", chip, "rack_kw").inverse
        price, fabric = tables.rack_and_fabric(chip, year)
        storage = tables.figure("chips", chip, "storage_share")
        tax = tables.at(project.site_id, lambda s: tables.figure("sites", s, "equipment_tax_share"))
        yield Line(wbs.RACKS, f"{chip} racks", racks.mid, "racks", racks * price)
        yield Line(wbs.FABRIC, f"{chip} fabric", racks.mid, "racks", racks * fabric)
        yield Line(wbs.STORAGE, f"{chip} storage", racks.mid, "racks", racks * price * storage)
        if tax.high > 0:
            yield Line(wbs.SALES_TAX, f"{chip} sales tax", racks.mid, "racks", racks * price * tax)


def _management(tables: Tables, lines: list[Line]) -> Iterator[Line]:
    """Programme management, integration and test on the base of construction and of power and cooling."""
    for category, (code, _) in wbs.ON_TOP.items():
        mine = [line.usd for line in lines if _category(tables.case, line) == category]
        if code and mine:
            share = tables.case.parameter("programme_management_share")
            usd = _combined(math.fsum, mine) * fixed(share)
            yield Line(code, f"management, {category}", share, "of base", usd)


def _category(case: Case, line: Line) -> str:
    return case.wbs[line.wbs_code].category
