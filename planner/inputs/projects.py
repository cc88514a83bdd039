"""Real public projects against which cost rates are judged: the shape of their two tables.

``projects.csv`` says what a project's dollars cover and on which basis its MW are; ``schedules.csv`` how many months
passed from land clearing to first power. They were frozen before any comparison; ``data/backtest/README.md`` says how.
"""

from __future__ import annotations

from dataclasses import dataclass

from planner.inputs.schema import Column, Table

#: groups in which projects are judged
GROUPS = ("halls", "halls, scope inferred", "chips all-in", "HPC systems")
#: what the dollars of a project cover -> what is priced: halls, power (campus and connection), land, chips
SCOPES: dict[str, tuple[str, ...]] = {
    "fit-out": ("halls",),
    "halls": ("halls",),
    "halls and power": ("halls", "power"),
    "halls, power and land": ("halls", "power", "land"),
    "chips": ("chips",),
    "all-in": ("halls", "power", "chips"),
}
NOT_PRICED = ("not disclosed", "rent")
#: what has to be ready for first power, beside a plant of the data set
GRID, STANDING = "grid", "standing"
YES_NO = ("yes", "no")


def _text(name: str, meaning: str, *allowed: str, optional: bool = False) -> Column:
    return Column(name, "text", meaning, allowed=allowed, optional=optional)


def _number(name: str, unit: str, high: float, meaning: str, low: float = 0.0) -> Column:
    return Column(name, "number", meaning, unit, low, high, optional=True)


def _year(name: str, meaning: str) -> Column:
    return Column(name, "integer", meaning, "year", 2000, 2100, optional=True)


_SOURCE = (
    _text("source_title", "document"),
    _text("publisher", "who published it"),
    _year("source_year", "year of the document"),
    _text("address", "where it can be read"),
    _text("status", "how well the value is known"),
)
PROJECTS = Table(
    "projects",
    ("project_id",),
    (
        _text("project_id", "project"),
        _text("project", "name"),
        _text("group", "group in which it is judged, or none", *GROUPS, "none"),
        _text("scope", "what the dollars cover", *SCOPES, *NOT_PRICED),
        _text("covers", "what the dollars cover, in the words of the source"),
        _text("mw_basis", "MW that the source states", "IT", "facility"),
        _number("mw_facility", "MW", 1e5, "MW of the facility"),
        _number("mw_it", "MW IT", 1e5, "MW of IT load"),
        _number("pue", "ratio", 3, "facility MW per MW IT that converted them; empty: no conversion of this row", 1),
        _text("mw_conversion", "where the MW come from", optional=True),
        _text("site_id", "site of the data set; empty: national average", optional=True),
        _text("design_id", "hall design of the data set", optional=True),
        _text("chip_ids", "chips of the data set, with blanks between; several: equal shares of the MW", optional=True),
        _number("chip_count", "chips", 1e8, "chips, where stated"),
        _text("budget_kind", "budget before the work, or what it cost", "announced", "outturn", "none"),
        _number("usd_low", "USD", 1e13, "low end of the dollars"),
        _number("usd_mid", "USD", 1e13, "dollars"),
        _number("usd_high", "USD", 1e13, "high end of the dollars"),
        _year("money_year", "year of the dollars"),
        _text("included", "whether it is judged", *YES_NO),
        _text("reason", "why, or why not"),
        _text("known_as", "names under which notes of figures may speak of it, with | between", optional=True),
        _text("dependence", "what is known of rates set with this project in view", optional=True),
        _year("year_start", "start"),
        _year("year_full", "complete"),
        *_SOURCE,
        _text("note", "remarks", optional=True),
    ),
    "real public projects with what their dollars cover",
    figures=False,
)
SCHEDULES = Table(
    "schedules",
    ("schedule_id",),
    (
        _text("schedule_id", "schedule"),
        _text("site", "name"),
        _text("project_id", "project of projects.csv"),
        _text("design_id", "hall design of the data set"),
        _text("site_id", "site of the data set; empty: national average", optional=True),
        _text("power", "what has to be ready: grid, standing, or a plant of the data set"),
        _text("land_clearing", "date"),
        _text("first_power_date", "date", optional=True),
        _number("first_it_mw", "MW IT", 1e5, "MW IT at first power"),
        _text("later_date", "date of a later stage", optional=True),
        _number("later_it_mw", "MW IT", 1e5, "MW IT at the later stage"),
        _number("months_to_first", "months", 600, "land clearing to first power"),
        _number("months_to_later", "months", 600, "land clearing to the later stage"),
        _text("kind", "kind of site"),
        _text("included", "whether it is judged", *YES_NO),
        _text("reason", "why, or why not"),
        *_SOURCE,
    ),
    "months from land clearing to first power",
    figures=False,
    may_be_empty=True,
)


@dataclass(frozen=True)
class Project:
    """A row of ``projects.csv``; numbers that are not given are None. Dollars are USD of ``money_year``."""

    project_id: str
    project: str
    group: str
    scope: str
    covers: str
    mw_basis: str
    mw_facility: float | None
    mw_it: float | None
    pue: float | None
    mw_conversion: str
    site_id: str
    design_id: str
    chip_ids: str
    chip_count: float | None
    budget_kind: str
    usd_low: float | None
    usd_mid: float | None
    usd_high: float | None
    money_year: float | None
    included: str
    reason: str
    known_as: str
    dependence: str
    source_title: str
    address: str
    status: str

    @property
    def chips(self) -> tuple[str, ...]:
        return tuple(self.chip_ids.split())

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name in self.known_as.split("|") if name)

    @property
    def parts(self) -> tuple[str, ...]:
        """What its scope says is to be priced."""
        return SCOPES.get(self.scope, ())


@dataclass(frozen=True)
class Schedule:
    """A row of ``schedules.csv``; months run from land clearing."""

    schedule_id: str
    site: str
    project_id: str
    design_id: str
    site_id: str
    power: str
    months_to_first: float | None
    kind: str
    included: str
    reason: str


@dataclass(frozen=True)
class Projects:
    """All rows, judged or not, in the order of the files."""

    projects: tuple[Project, ...]
    schedules: tuple[Schedule, ...]
