"""Checks of ids: none means something else where it stands beside words of the plan, or beside ids of another table."""

from __future__ import annotations

from planner.errors import Fault
from planner.inputs.check import Sheets, good_rows
from planner.inputs.parse import Sheet, listing

#: tables whose ids label posts, stand as places or gates, and join with others to one key
NAMED = (
    "sites",
    "levels",
    "cooling",
    "designs",
    "plants",
    "chips",
    "workloads",
    "agencies",
    "accreditations",
    "initiatives",
    "training_tracks",
)
#: words that accounts, plans and reports use where an id could stand
RESERVED = {
    "agreements",
    "all",
    "all sites",
    "any",
    "grid",
    "grid and agreements",
    "housed",
    "in use",
    "installed",
    "none",
    "opened",
    "programme",
    "running",
    "scheduler",
    "used",
}
#: tables whose ids meet as labels of one account or in one column of the plan
APART = (
    ("designs", "plants"),
    ("chips", "workloads"),
    ("sites", "agencies"),
    ("initiatives", "training_tracks"),
)
#: characters that join ids: of a key, of a row of the workbook, of the cooling designs that a rack fits
JOINING = "/|+"


def check(sheets: Sheets) -> list[Fault]:
    """Faults of ids that would be taken for something else."""
    faults: list[Fault] = []
    for table in NAMED:
        faults += _words(sheets[table])
    for table, other in APART:
        faults += _apart(sheets[table], sheets[other])
    return faults


def _words(sheet: Sheet) -> list[Fault]:
    column = sheet.table.keys[0]
    faults = []
    for row in good_rows(sheet, column):
        name = row.values[column]
        joining = [c for c in JOINING if c in name]
        if name in RESERVED or name == "*":
            allowed = f"an id that is none of the words {listing(sorted(RESERVED), 20)}, *"
            faults.append(Fault(sheet.file, row.line, column, name, allowed, "Plans use the word for something else."))
        elif joining:
            allowed = f"an id without {' '.join(JOINING)}"
            faults.append(Fault(sheet.file, row.line, column, name, allowed, f"Write {_joined(name)}."))
    return faults


def _joined(name: str) -> str:
    return "".join("-" if c in JOINING else c for c in name)


def _apart(sheet: Sheet, other: Sheet) -> list[Fault]:
    """At the later table: no id of the other one."""
    (mine,), (theirs,) = other.table.keys[:1], sheet.table.keys[:1]
    taken = {row.values[theirs]: row.line for row in good_rows(sheet, theirs)}
    return [
        Fault(
            other.file,
            row.line,
            mine,
            row.values[mine],
            f"an id that no row of {sheet.file} has; row {taken[row.values[mine]]} has it",
        )
        for row in good_rows(other, mine)
        if row.values[mine] in taken
    ]
