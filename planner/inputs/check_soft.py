"""Checks of security and software: accreditations and initiatives in an order that ends, effects that fit units."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from planner.errors import Fault
from planner.inputs.check import Sheets, good_rows, known, sure
from planner.inputs.parse import Row, Sheet, listing
from planner.inputs.schema import EFFECTS

#: (table, column of the row before)
CHAINS = (("accreditations", "predecessor_id"), ("initiatives", "prerequisite_id"))
#: (table, column, what the initiative must do there: its effects, or what its unit must be)
USES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("initiatives", "prerequisite_id", "per", ("programme",)),
    ("training_tracks", "prerequisite_id", "per", ("programme",)),
    ("workloads", "service_id", "effect", ("gates service",)),
    ("level_needs", "initiative_id", "effect", ("gates level",)),
)
#: numbers under 3, which the lines of a plan are ordered by
STAFF_LINE = re.compile(r"3(\.[0-9]+)+")


def check(sheets: Sheets) -> Iterator[Fault]:
    """Faults of the soft tables that no column shows by itself."""
    yield from _chains(sheets)
    yield from _effects(sheets["initiatives"])
    yield from _uses(sheets)
    yield from _only_one(sheets)
    yield from _needs(sheets)
    yield from _staff_lines(sheets)
    yield from _without_group(sheets)


def _without_group(sheets: Sheets) -> list[Fault]:
    """Where agencies have money by group, each is in one: another could buy without a limit."""
    there = known(sheets["agency_groups"], "agency_id")
    allowed = "an agency with a row in agency_groups.csv, as others have"
    return [
        Fault(sheets["agencies"].file, row.line, "agency_id", f"{row.values['agency_id']}, without a group", allowed)
        for row in good_rows(sheets["agencies"], "agency_id")
        if there and row.values["agency_id"] not in there
    ]


def _chains(sheets: Sheets) -> Iterator[Fault]:
    """One fault at the first row from which the chain comes back to itself."""
    for table, column in CHAINS:
        sheet = sheets[table]
        (key,) = sheet.table.keys
        before = {row.values[key]: row.values[column] for row in good_rows(sheet, key, column)}
        for row in good_rows(sheet, key, column):
            seen = [row.values[key]]
            while before.get(seen[-1]) and before[seen[-1]] not in seen:
                seen.append(before[seen[-1]])
            if before.get(seen[-1]) == row.values[key]:
                found = " < ".join([*seen, row.values[key]])
                yield Fault(sheet.file, row.line, column, found, "an order that comes to an end")
                break


def _effects(sheet: Sheet) -> list[Fault]:
    return [
        Fault(
            sheet.file,
            row.line,
            "per",
            f"{row.values['per']} for an initiative that {_does(row)}",
            listing(EFFECTS[row.values["effect"]]),
        )
        for row in good_rows(sheet, "per", "effect")
        if row.values["per"] not in EFFECTS[row.values["effect"]]
    ]


def _does(row: Row) -> str:
    effect = str(row.values["effect"])
    return effect if effect.split()[0].endswith("s") else f"is there for {effect}"


def _uses(sheets: Sheets) -> Iterator[Fault]:
    """Where another row leans on an initiative, the initiative does what it is leant on for."""
    initiatives = {row.values["initiative_id"]: row for row in good_rows(sheets["initiatives"], "initiative_id")}
    for table, column, trait, allowed in USES:
        for row in good_rows(sheets[table], column):
            meant = initiatives.get(row.values[column])
            if meant is None or not meant.good(trait) or meant.values[trait] in allowed:
                continue
            found = f"{row.values[column]}, whose {trait} is {meant.values[trait]}"
            what = f"an initiative whose {trait} is {listing(allowed)}"
            yield Fault(sheets[table].file, row.line, column, found, what)


def _only_one(sheets: Sheets) -> Iterator[Fault]:
    """Where two rows would be indistinguishable."""
    initiatives, tracks = sheets["initiatives"], sheets["training_tracks"]
    small = [r for r in good_rows(initiatives, "per") if r.values["per"] == "small agency"]
    uplift = [r for r in good_rows(initiatives, "effect") if r.values["effect"] == "raises utilisation"]
    operators = [r for r in good_rows(tracks, "learners") if r.values["learners"] == "operation"]
    yield from _second(initiatives, "per", small) + _second(initiatives, "effect", uplift)
    yield from _second(tracks, "learners", operators)
    large = any(r.values["per"] == "agency" for r in good_rows(initiatives, "per"))
    if small and not large and sure(initiatives) and not any(r.bad for r in initiatives.rows):
        allowed = "an initiative per agency beside the one per small agency"
        yield Fault(initiatives.file, small[0].line, "per", "small agency, but no agency", allowed)


def _second(sheet: Sheet, column: str, rows: Iterable[Row]) -> list[Fault]:
    found = list(rows)
    return [
        Fault(sheet.file, row.line, column, str(row.values[column]), f"one such row; the first is row {found[0].line}")
        for row in found[1:]
    ]


def _needs(sheets: Sheets) -> list[Fault]:
    """Operators are asked for by MW; agencies need the other tracks."""
    tracks = good_rows(sheets["training_tracks"], "track_id", "learners")
    learners = {row.values["track_id"]: row.values["learners"] for row in tracks}
    sheet = sheets["training_needs"]
    return [
        Fault(sheet.file, row.line, "track_id", f"{row.values['track_id']}, for operation", "a track for staff")
        for row in good_rows(sheet, "track_id")
        if learners.get(row.values["track_id"]) == "operation"
    ]


def _staff_lines(sheets: Sheets) -> Iterator[Fault]:
    """Staff are operating cost: their line has the category, the ledger and a number of its own under 3."""
    lines = {r.values["wbs_code"]: r for r in good_rows(sheets["wbs"], "wbs_code", "category", "ledger")}
    for row in good_rows(sheets["staffing"], "wbs_code"):
        code = row.values["wbs_code"]
        line = lines.get(code)
        if line is None:
            continue
        category, ledger = line.values["category"], line.values["ledger"]
        if (category, ledger) != ("operations", "operations") or not STAFF_LINE.fullmatch(code):
            found = f"{code}, whose category is {category or 'empty'} and ledger {ledger}"
            allowed = "a line under 3 whose category and ledger are operations"
            yield Fault("staffing.csv", row.line, "wbs_code", found, allowed)
