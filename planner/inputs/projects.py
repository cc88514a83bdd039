"""Real public projects against which cost rates are judged: the shape of their two tables.

``projects.csv`` says what a project's dollars cover and on which basis its MW are; ``schedules.csv`` how many months
passed from land clearing to first power. They were frozen before any comparison; ``data/backtest/README.md`` says how.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planner.inputs.schema import TABLE_OF, Column, table

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


def _text(meaning: str, *allowed: str, optional: bool = False) -> Any:
    return Column("", "text", meaning, allowed=allowed, optional=optional)


def _number(unit: str, high: float, meaning: str, low: float = 0.0) -> Any:
    return Column("", "number", meaning, unit, low, high, optional=True)


def _year(meaning: str) -> Any:
    return Column("", "integer", meaning, "year", 2000, 2100, optional=True)


@table("projects", "project_id", "real public projects with what their dollars cover", figures=False)
class Project:
    """A row of ``projects.csv``; numbers that are not given are None. Dollars are USD of ``money_year``."""

    project_id: str = _text("project")
    project: str = _text("name")
    group: str = _text("group in which it is judged, or none", *GROUPS, "none")
    scope: str = _text("what the dollars cover", *SCOPES, *NOT_PRICED)
    covers: str = _text("what the dollars cover, in the words of the source")
    mw_basis: str = _text("MW that the source states", "IT", "facility")
    mw_facility: float | None = _number("MW", 1e5, "MW of the facility")
    mw_it: float | None = _number("MW IT", 1e5, "MW of IT load")
    pue: float | None = _number(
        "ratio", 3, "facility MW per MW IT that converted them; empty: no conversion of this row", 1
    )
    mw_conversion: str = _text("where the MW come from", optional=True)
    site_id: str = _text("site of the data set; empty: national average", optional=True)
    design_id: str = _text("hall design of the data set", optional=True)
    chip_ids: str = _text("chips of the data set, with blanks between; several: equal shares of the MW", optional=True)
    chip_count: float | None = _number("chips", 1e8, "chips, where stated")
    budget_kind: str = _text("budget before the work, or what it cost", "announced", "outturn", "none")
    usd_low: float | None = _number("USD", 1e13, "low end of the dollars")
    usd_mid: float | None = _number("USD", 1e13, "dollars")
    usd_high: float | None = _number("USD", 1e13, "high end of the dollars")
    money_year: float | None = _year("year of the dollars")
    included: str = _text("whether it is judged", *YES_NO)
    reason: str = _text("why, or why not")
    known_as: str = _text("names under which notes of figures may speak of it, with | between", optional=True)
    dependence: str = _text("what is known of rates set with this project in view", optional=True)
    year_start: float | None = _year("start")
    year_full: float | None = _year("complete")
    source_title: str = _text("document")
    publisher: str = _text("who published it")
    source_year: float | None = _year("year of the document")
    address: str = _text("where it can be read")
    status: str = _text("how well the value is known")
    note: str = _text("remarks", optional=True)

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


@table("schedules", "schedule_id", "months from land clearing to first power", figures=False, may_be_empty=True)
class Schedule:
    """A row of ``schedules.csv``; months run from land clearing."""

    schedule_id: str = _text("schedule")
    site: str = _text("name")
    project_id: str = _text("project of projects.csv")
    design_id: str = _text("hall design of the data set")
    site_id: str = _text("site of the data set; empty: national average", optional=True)
    power: str = _text("what has to be ready: grid, standing, or a plant of the data set")
    land_clearing: str = _text("date")
    first_power_date: str = _text("date", optional=True)
    first_it_mw: float | None = _number("MW IT", 1e5, "MW IT at first power")
    later_date: str = _text("date of a later stage", optional=True)
    later_it_mw: float | None = _number("MW IT", 1e5, "MW IT at the later stage")
    months_to_first: float | None = _number("months", 600, "land clearing to first power")
    months_to_later: float | None = _number("months", 600, "land clearing to the later stage")
    kind: str = _text("kind of site")
    included: str = _text("whether it is judged", *YES_NO)
    reason: str = _text("why, or why not")
    source_title: str = _text("document")
    publisher: str = _text("who published it")
    source_year: float | None = _year("year of the document")
    address: str = _text("where it can be read")
    status: str = _text("how well the value is known")


PROJECTS, SCHEDULES = TABLE_OF[Project], TABLE_OF[Schedule]


@dataclass(frozen=True)
class Projects:
    """All rows, judged or not, in the order of the files."""

    projects: tuple[Project, ...]
    schedules: tuple[Schedule, ...]
