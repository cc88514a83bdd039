"""Reading and checking the projects of ``projects.py``, with every fault by file, row and column."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import Fault, InputError, UsageError
from planner.files import read_input
from planner.inputs import parse
from planner.inputs.parse import Row, Sheet, did_you_mean, listing
from planner.inputs.projects import GRID, GROUPS, PROJECTS, SCHEDULES, SCOPES, STANDING, Project, Projects, Schedule
from planner.inputs.schema import Table

if TYPE_CHECKING:
    from planner.inputs.case import Case

#: how far facility MW may be from IT MW times PUE, a share; days of a month
ROUNDING, MONTH = 0.01, 30.44


def load(folder: Path, case: Case) -> Projects:
    """Read and check a folder of projects against the data set whose rates are judged.

    Raises InputError with every fault, by file, row and column; UsageError where there is no such folder.
    """
    if not folder.is_dir():
        raise UsageError(f"no folder {folder}: name one with projects.csv and schedules.csv")
    sheets, faults = {}, []
    for table in (PROJECTS, SCHEDULES):
        sheets[table.name], wrong = _sheet(folder / f"{table.name}.csv", table)
        faults += wrong
    known = {row.values["project_id"] for row in sheets["projects"].rows if row.good("project_id")}
    for row in sheets["projects"].rows:
        faults += _project_faults(row, case)
    for row in sheets["schedules"].rows:
        faults += _schedule_faults(row, case, known)
    if faults:
        raise InputError(sorted(set(faults), key=lambda f: (f.file, f.row or 0, f.column, f.found)))
    projects = tuple(_record(Project, row) for row in sheets["projects"].rows)
    return Projects(projects, tuple(_record(Schedule, row) for row in sheets["schedules"].rows))


def _sheet(path: Path, table: Table) -> tuple[Sheet, list[Fault]]:
    try:
        sheet, faults = parse.split(read_input(path).decode("utf-8-sig"), table)
    except FileNotFoundError:
        return Sheet(table, lost=True), [Fault(path.name, None, "", "no such file", f"a table: {table.meaning}")]
    except UnicodeDecodeError:
        return Sheet(table, lost=True), [Fault(path.name, None, "", "bytes that are not UTF-8", "UTF-8 text")]
    return sheet, faults + ([] if sheet.lost else parse.type_cells(sheet))


def _record(cls: type[Any], row: Row) -> Any:
    values = {f.name: row.values[f.name] for f in fields(cls)}
    return cls(**{k: None if isinstance(v, float) and math.isnan(v) else v for k, v in values.items()})


# what cells of a row say of one another and of the data set


def _project_faults(row: Row, case: Case) -> Iterator[Fault]:
    """Faults of a project that is judged; of one that is not, its words and numbers suffice."""
    file = "projects.csv"
    if not row.good(*(c.name for c in PROJECTS.columns)):
        return
    p: Project = _record(Project, row)
    yield from _references(file, row, {"site_id": case.sites, "design_id": case.designs})
    yield from _unknown(file, row, "chip_ids", p.chips, case.chips)
    if p.included == "no":
        return
    if p.group == "none":
        yield Fault(file, row.line, "group", "none", listing(GROUPS), "A project that is judged has a group.")
    if not p.parts:
        yield Fault(file, row.line, "scope", p.scope, listing(SCOPES), "A project of this scope cannot be judged.")
    if p.budget_kind == "none":
        yield Fault(file, row.line, "budget_kind", "none", "announced, outturn")
    needed = [("usd_low", "a number"), ("usd_mid", "a number"), ("usd_high", "a number"), ("money_year", "a year")]
    needed += [("design_id", "a design, since halls are priced")] if "halls" in p.parts else []
    needed += [("chip_ids", "a chip, since chips are priced")] if "chips" in p.parts else []
    for column, allowed in needed:
        if getattr(p, column) in (None, ""):
            yield Fault(file, row.line, column, "an empty cell", allowed)
    yield from _money_faults(file, row, p, case)
    yield from _mw_faults(file, row, p)


def _money_faults(file: str, row: Row, p: Project, case: Case) -> Iterator[Fault]:
    low, mid, high = p.usd_low, p.usd_mid, p.usd_high
    if low is not None and mid is not None and high is not None and not 0 < low <= mid <= high:
        found = f"{low:g}, {mid:g}, {high:g}"
        yield Fault(file, row.line, "usd_mid", found, "0 < usd_low <= usd_mid <= usd_high")
    years = {int(y) for y in case.tables["price_indices"]["year"]}
    if p.money_year is not None and int(p.money_year) not in years:
        yield Fault(file, row.line, "money_year", f"{p.money_year:g}", f"a year of price_indices, from {min(years)}")


def _mw_faults(file: str, row: Row, p: Project) -> Iterator[Fault]:
    counted = p.scope == "chips" and p.chip_count is not None
    if p.mw_it is None and p.mw_facility is None and not counted:
        yield Fault(file, row.line, "mw_it", "no MW", "MW IT or MW of the facility, to price by")
    if p.mw_it is not None and p.mw_facility is not None:
        if p.mw_facility < p.mw_it:
            yield Fault(file, row.line, "mw_facility", f"{p.mw_facility:g}", f"at least the IT load, {p.mw_it:g} MW")
        elif p.pue is not None and abs(p.mw_facility / (p.mw_it * p.pue) - 1) > ROUNDING:
            found = f"{p.mw_facility:g} MW for {p.mw_it:g} MW IT at {p.pue:g}"
            yield Fault(file, row.line, "pue", found, "facility MW = MW IT x PUE, to 1 %")
    if len(p.chips) > 1 and p.chip_count is not None:
        found = f"{p.chip_count:g} of {p.chip_ids}"
        yield Fault(file, row.line, "chip_count", found, "one chip, where chips are counted")


def _schedule_faults(row: Row, case: Case, known: set[str]) -> Iterator[Fault]:
    file = "schedules.csv"
    if not row.good(*(c.name for c in SCHEDULES.columns)):
        return
    s: Schedule = _record(Schedule, row)
    yield from _references(file, row, {"site_id": case.sites, "design_id": case.designs})
    yield from _unknown(file, row, "project_id", (s.project_id,), dict.fromkeys(known))
    if s.power not in (GRID, STANDING):
        yield from _unknown(file, row, "power", (s.power,), {GRID: 0, STANDING: 0, **dict.fromkeys(case.plants)})
    dates: dict[str, date] = {}
    for column in ("land_clearing", "first_power_date", "later_date"):
        text = row.values[column]
        try:
            dates |= {column: date.fromisoformat(text)} if text else {}
        except ValueError:
            yield Fault(file, row.line, column, text, "a date as 2026-11-30")
    if s.included == "no":
        return
    if s.months_to_first is None or not s.months_to_first > 0:
        yield Fault(file, row.line, "months_to_first", row.text["months_to_first"] or "an empty cell", "months above 0")
    elif "land_clearing" in dates and "first_power_date" in dates:
        months = (dates["first_power_date"] - dates["land_clearing"]).days / MONTH
        if abs(months - s.months_to_first) > 1:
            found = f"{s.months_to_first:g}"
            yield Fault(file, row.line, "months_to_first", found, f"{months:.1f}, as the dates say, to one month")


def _references(file: str, row: Row, among: Mapping[str, Mapping[str, Any]]) -> Iterator[Fault]:
    for column, there in among.items():
        value = row.values[column]
        yield from _unknown(file, row, column, (value,) if value else (), there)


def _unknown(file: str, row: Row, column: str, given: tuple[str, ...], among: Mapping[str, Any]) -> Iterator[Fault]:
    for value in given:
        if value not in among:
            yield Fault(file, row.line, column, value, listing(among), did_you_mean(value, among))
