"""Checks within and between tables. What follows from a fault already reported is not reported again."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from planner.errors import Fault
from planner.inputs import parse
from planner.inputs.parse import Row, Sheet, did_you_mean, listing, show, span
from planner.inputs.schema import CATEGORIES, PARAMETERS
from planner.wbs import COLLATERAL, UNUSED_POWER

Sheets = Mapping[str, Sheet]

#: codes that costs are posted to
POSTED = (
    *(f"1.1.{n}" for n in range(1, 10)),
    *(f"1.2.{n}" for n in (1, 2, 3, 4, 8, 9)),
    *(f"1.3.{n}" for n in (1, 2, 3, 4, 5, 9)),
    *(f"2.1.{n}" for n in (1, 2, 9)),
    *(f"2.2.{n}" for n in (1, 2, 3, 4, 9)),
    *(f"2.3.{n}" for n in (1, 2, 3, 9)),
    "2.9",
    *(f"3.1.{n}" for n in range(1, 7)),
    *(f"3.2.{n}" for n in range(1, 5)),
    "3.3.1",
)
#: (table, column) that name another row of the same table, or nothing
WITHIN = (("wbs", "parent"), ("accreditations", "predecessor_id"), ("initiatives", "prerequisite_id"))
CONNECTION_PROFILE = "connection"
TOLERANCE = 1e-6


def check(sheets: Sheets) -> Iterator[Fault]:
    """Type every cell, then compare rows with rows."""
    for sheet in sheets.values():
        if not sheet.lost:
            yield from parse.type_cells(sheet)
    rules: tuple[Callable[[Sheets], Iterable[Fault]], ...] = (
        _references,
        _within,
        _parameters,
        _shares,
        _peaks,
        _profiles,
        _gas_regions,
        _climate,
        _categories,
        _posted,
    )
    for rule in rules:
        yield from rule(sheets)


def good_rows(sheet: Sheet, *columns: str) -> Iterable[Row]:
    """Rows whose cells in these columns can be trusted."""
    return (row for row in sheet.rows if row.good(*columns))


def known(sheet: Sheet, column: str) -> set[Any] | None:
    """Values of a column, with what a torn row may hold; None where they cannot be known."""
    if sheet.lost or sheet.unsure or column in sheet.bad_columns or any(column in row.bad for row in sheet.rows):
        return None
    return {row.values[column] for row in sheet.rows} | {text.strip() for cells in sheet.torn for text in cells}


def sure(sheet: Sheet) -> bool:
    """Whether a row that is not there is really missing."""
    return not (sheet.lost or sheet.unsure or sheet.torn)


def _mark(sheet: Sheet, row: Row, column: str) -> None:
    row.bad.add(column)
    if column in sheet.table.keys:
        sheet.unsure = True


# references


def _references(sheets: Sheets) -> Iterator[Fault]:
    found: list[tuple[Sheet, str, list[Row]]] = []
    for sheet in sheets.values():
        for column in sheet.table.columns:
            table, _, target = column.reference.partition(".")
            there = known(sheets[table], target) if table else None
            if there is not None:
                lost = _lost(sheet, column.name, there)
                found += [(sheet, column.name, rows) for rows in lost]
                yield from _dangling(sheet, column.name, lost, f"{target} of {table}.csv", there)
    for sheet, name, rows in found:
        for row in rows:
            _mark(sheet, row, name)


def _lost(sheet: Sheet, column: str, there: set[Any]) -> list[list[Row]]:
    """Rows that name what is not there, together by what they name."""
    rows: dict[Any, list[Row]] = defaultdict(list)
    for row in good_rows(sheet, column):
        if row.values[column] and row.values[column] not in there:
            rows[row.values[column]].append(row)
    return list(rows.values())


def _dangling(sheet: Sheet, column: str, lost: list[list[Row]], what: str, there: Iterable[Any]) -> Iterator[Fault]:
    """One fault for each name, at its first row."""
    words = sorted(map(str, there))
    for rows in lost:
        value = str(rows[0].values[column])
        found = value if len(rows) == 1 else f"{value} (and in rows {listing((str(r.line) for r in rows[1:]), 6)})"
        yield Fault(sheet.file, rows[0].line, column, found, f"a {what}", did_you_mean(value, words))


def _within(sheets: Sheets) -> Iterator[Fault]:
    for table, column in WITHIN:
        sheet = sheets[table]
        (key,) = sheet.table.keys
        there = known(sheet, key)
        if there is not None:
            yield from _dangling(sheet, column, _lost(sheet, column, there), f"{key} of the same table", there)


def _named(sheets: Sheets, table: str, column: str, where: str) -> Iterator[Fault]:
    """A name that must have rows in another table, of which it is not the whole key."""
    there = known(sheets[where], column)
    if there is not None:
        lost = _lost(sheets[table], column, there)
        yield from _dangling(sheets[table], column, lost, f"{column} of {where}.csv", there)


def _gas_regions(sheets: Sheets) -> Iterator[Fault]:
    return _named(sheets, "sites", "gas_region", "gas_prices")


def _profiles(sheets: Sheets) -> Iterator[Fault]:
    yield from _named(sheets, "designs", "profile_id", "spend_profiles")
    yield from _named(sheets, "plants", "profile_id", "spend_profiles")
    there = known(sheets["spend_profiles"], "profile_id")
    if there is not None and CONNECTION_PROFILE not in there:
        found = f"no rows of {CONNECTION_PROFILE}"
        allowed = "the profile that grid connections are paid by"
        yield Fault("spend_profiles.csv", None, "profile_id", found, allowed)


def _climate(sheets: Sheets) -> Iterator[Fault]:
    """Every cooling design in every site's climate zone."""
    climate, sites, cooling = sheets["climate"], sheets["sites"], sheets["cooling"]
    zones = known(climate, "climate_zone")
    yield from _named(sheets, "sites", "climate_zone", "climate")
    if zones is None or not sure(climate) or cooling.lost or sites.lost:
        return
    pairs = {(r.values["cooling_id"], r.values["climate_zone"]) for r in climate.rows}
    wanted = {r.values["climate_zone"] for r in good_rows(sites, "climate_zone")} & zones
    for row in good_rows(cooling, "cooling_id"):
        lacking = sorted(zone for zone in wanted if (row.values["cooling_id"], zone) not in pairs)
        if lacking:
            found = f"no row {listing(row.values['cooling_id'] + '/' + zone for zone in lacking)}"
            yield Fault(climate.file, None, "climate_zone", found, "every cooling design in every site's zone")


# rules of one table


def _parameters(sheets: Sheets) -> Iterator[Fault]:
    sheet = sheets["parameters"]
    there = {row.values["parameter_id"] for row in good_rows(sheet, "parameter_id")}
    missing = {name for name in PARAMETERS if name not in there}
    for row in list(good_rows(sheet, "parameter_id")):
        name = row.values["parameter_id"]
        if name not in PARAMETERS:
            advice = did_you_mean(name, sorted(missing) or PARAMETERS)
            missing -= {word for word in missing if f" {word}?" in advice}
            _mark(sheet, row, "parameter_id")
            yield Fault(sheet.file, row.line, "parameter_id", name, "a parameter of the tool", advice)
            continue
        unit, low, high, _ = PARAMETERS[name]
        if row.good("value") and not low <= row.values["value"] <= high:
            _mark(sheet, row, "value")
            yield Fault(sheet.file, row.line, "value", row.text["value"], span(low, high, unit))
        if row.good("unit") and row.values["unit"] != unit:
            yield Fault(sheet.file, row.line, "unit", row.values["unit"], unit, "Convert the value.")
    if not sheet.lost and not sheet.torn and "parameter_id" not in sheet.bad_columns:
        unread = any("parameter_id" in row.bad and "parameter_id" not in row.values for row in sheet.rows)
        for name in sorted(missing) if not unread else ():
            yield Fault(sheet.file, None, "parameter_id", f"no row {name}", PARAMETERS[name][3])


def _shares(sheets: Sheets) -> Iterator[Fault]:
    for table, name in (("spend_profiles", "profile_id"), ("outlay_profiles", "fund_type"), ("group_money", "year")):
        yield from _profile_shares(sheets[table], name)
    total = _sum(sheets["demand_tranches"].rows, "share") if sure(sheets["demand_tranches"]) else None
    if total is not None and abs(total - 1) > TOLERANCE:
        found = f"shares that sum to {show(round(total, 9))}"
        yield Fault("demand_tranches.csv", None, "share", found, "shares that sum to 1")
    total = _sum(sheets["authority"].rows, "share_of_budget") if sure(sheets["authority"]) else None
    if total is not None and total > 1 + TOLERANCE:
        found = f"shares that sum to {show(round(total, 9))}"
        yield Fault("authority.csv", None, "share_of_budget", found, "shares that sum to 1 at most")


def _profile_shares(sheet: Sheet, name: str) -> Iterator[Fault]:
    """What stands under each name of a table makes a whole."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in sheet.rows if sure(sheet) else ():
        groups[row.values[name]].append(row)
    for profile, rows in groups.items():
        total = _sum(rows, "share")
        if total is not None and abs(total - 1) > TOLERANCE:
            found = f"shares of {profile} that sum to {show(round(total, 9))}"
            yield Fault(sheet.file, rows[0].line, "share", found, "shares that sum to 1")


def _sum(rows: Iterable[Row], column: str) -> float | None:
    """None where one cell is not known."""
    given = list(rows)
    if not given or not all(row.good(column) for row in given):
        return None
    return math.fsum(row.values[column] for row in given)


def _peaks(sheets: Sheets) -> Iterator[Fault]:
    sheet = sheets["climate"]
    for row in good_rows(sheet, "pue_peak", "pue_average"):
        if row.values["pue_peak"] < row.values["pue_average"]:
            allowed = f"at least {row.text['pue_average']}, pue_average"
            yield Fault(sheet.file, row.line, "pue_peak", row.text["pue_peak"], allowed)
            _mark(sheet, row, "pue_peak")


def _categories(sheets: Sheets) -> list[Fault]:
    there = known(sheets["categories"], "category")
    missing = [name for name in CATEGORIES if there is not None and name not in there]
    allowed = "a row for every cost category"
    return [Fault("categories.csv", None, "category", f"no row {name}", allowed) for name in missing]


def _posted(sheets: Sheets) -> Iterator[Fault]:
    there = known(sheets["wbs"], "wbs_code")
    if there is None:
        return
    allowed = "a row for every code that costs are posted to"
    contracts = sheets["grid_contracts"].rows
    posted = (*POSTED, *((UNUSED_POWER,) if contracts else ()))
    if any(row.good("collateral_fee_share") and row.values["collateral_fee_share"] > 0 for row in contracts):
        posted = (*posted, COLLATERAL)
    yield from (Fault("wbs.csv", None, "wbs_code", f"no row {code}", allowed) for code in posted if code not in there)
    for row in good_rows(sheets["wbs"], "wbs_code", "category"):
        if row.values["wbs_code"] in posted and not row.values["category"]:
            allowed = "the category of a code that costs are posted to"
            yield Fault("wbs.csv", row.line, "category", "an empty cell", allowed)
