"""Checks of ids: none means something else where it stands beside words of the plan, or beside ids of another table."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

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
    "arrived",
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
APART = (("designs", "plants"), ("chips", "workloads"), ("sites", "agencies"), ("initiatives", "training_tracks"))
#: characters that join ids: of a key, of a row of the workbook, of the cooling designs that a rack fits
JOINING = "/|+"
#: characters that a criterion of a spreadsheet reads as something else: the workbook sums by id
CRITERIA = "*?~<>"
#: tables whose keys repeat those of others
REPEATING = ("figures", "leans_on")
#: columns whose different words are counted -> their table
COUNTED = {"grid_region": "sites", "group_id": "agency_groups"}


def check(sheets: Sheets) -> Iterator[Fault]:
    """Faults of ids that would be taken for something else."""
    for table in NAMED:
        yield from _words(sheets[table], sheets[table].table.keys[0])
    yield from _words(sheets["agency_groups"], "group_id")
    for table, other in APART:
        yield from _apart(sheets[table], sheets[other])
    for sheet in sheets.values():
        for column in sheet.table.columns:
            own = column.name in sheet.table.keys and column.kind == "text" and not column.reference
            if (own and sheet.table.name not in REPEATING) or COUNTED.get(column.name) == sheet.table.name:
                yield from _alike(sheet, column.name)


def _alike(sheet: Sheet, column: str) -> Iterator[Fault]:
    """Words that look the same, or that a spreadsheet takes for the same, and are not."""
    first: dict[str, tuple[str, int]] = {}
    for row in good_rows(sheet, column):
        word = row.values[column]
        known, line = first.setdefault(_seen(word), (word, row.line))
        if word != known:
            found = f"{word if word.isprintable() else ascii(word)}, which looks the same as {known} of row {line}"
            allowed = "the same word, or one that differs in more than capitals, blanks and marks that are not seen"
            yield Fault(sheet.file, row.line, column, found, allowed, f"Write {known} in both, or another id.")


def _seen(word: str) -> str:
    """What a reader sees of a word, without capitals."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    return "".join(c for c in folded if unicodedata.category(c) not in ("Cf", "Zs", "Zl", "Zp"))


def _words(sheet: Sheet, column: str) -> Iterator[Fault]:
    for row in good_rows(sheet, column):
        name = row.values[column]
        joining = [c for c in JOINING if c in name]
        if name in RESERVED:
            allowed = f"an id that is none of the words {listing(sorted(RESERVED), 20)}"
            yield Fault(sheet.file, row.line, column, name, allowed, "Plans use the word for something else.")
        elif criteria := [c for c in CRITERIA if c in name]:
            allowed = f"an id without {' '.join(CRITERIA)}"
            advice = f"A sum of the workbook would read {criteria[0]} as a condition."
            yield Fault(sheet.file, row.line, column, name, allowed, advice)
        elif joining:
            allowed = f"an id without {' '.join(JOINING)}"
            yield Fault(sheet.file, row.line, column, name, allowed, f"Write {_joined(name)}.")


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
