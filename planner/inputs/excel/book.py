"""The cells of a workbook: what they hold, as numbers, words, dates, errors or formulas with their last value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from planner.inputs.excel.package import Package, Refused
from planner.inputs.numerals import NUMBER

MAIN = ("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main")
_RELATIONS = ("http://schemas.openxmlformats.org/officeDocument/2006/relationships",)
_RELATION_ID = tuple(f"{name} id" for name in (*_RELATIONS, "http://purl.oclc.org/ooxml/officeDocument/relationships"))
#: bounds of what is read; the reference programme has 1,644 rows on one sheet, 20 columns and 20,000 cells in all
LAST_ROW, LAST_COLUMN = 20_000, 200
MOST_CELLS = 100_000
MOST_SHEETS = 100
MOST_MERGED = 200
LONGEST_TEXT = 32_767
#: number formats that show a number as a date
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|General', re.IGNORECASE)
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """``kind``: number, text, date, flag or error; a formula that was never ``calculated`` has no text."""

    kind: str
    text: str
    formula: str | None = None
    calculated: bool = True


@dataclass
class Grid:
    """One sheet; ``cells`` by (row, column), both from 1."""

    name: str
    cells: dict[Place, Cell] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    hidden: bool = False
    is_chart: bool = False


def read(path: Path) -> list[Grid]:
    """Every sheet of a workbook, in its order. Raises Refused where the file is not safe to read."""
    return _Reader(Package(path)).sheets()


def letters(column: int) -> str:
    """7 is G."""
    word = ""
    while column:
        column, rest = divmod(column - 1, 26)
        word = chr(ord("A") + rest) + word
    return word


def address(row: int, column: int) -> str:
    return f"{letters(column)}{row}"


def place(text: str) -> Place | None:
    match = _PLACE.fullmatch(text)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(match[2]), column


def escaped(text: str) -> str:
    """Text as the file holds it: what looks like an escape is escaped."""
    return _ESCAPE.sub(r"_x005F_x\1_", text)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


@lru_cache(1000)
def _local(tag: str) -> str:
    """Name of an element of the spreadsheet's own namespaces; empty for others."""
    space, _, name = tag.rpartition(" ")
    return name if space in MAIN else ""


class _Reader:
    def __init__(self, package: Package) -> None:
        self.package = package
        self.count = 0
        self.strings: list[str] = []
        self.dates: list[bool] = []
        self.from_1904 = False

    def sheets(self) -> list[Grid]:
        package = self.package
        relations = package.relations("xl/workbook.xml")
        kinds = dict(relations.values())
        listed: list[tuple[str, str, str]] = []

        def start(tag: str, given: dict[str, str]) -> None:
            match _local(tag):
                case "workbookPr":
                    self.from_1904 = given.get("date1904", "0") in ("1", "true")
                case "sheet":
                    target = next((given[name] for name in _RELATION_ID if name in given), "")
                    listed.append((given.get("name", ""), given.get("state", "visible"), target))

        package.parse("xl/workbook.xml", start)
        if len(listed) > MOST_SHEETS:
            raise package.refuse(f"{len(listed)} sheets", f"at most {MOST_SHEETS} sheets")
        if not listed:
            raise package.refuse("a workbook without sheets", "the sheets of a template")
        self._strings(kinds.get("sharedStrings", ""))
        self._styles(kinds.get("styles", ""))
        grids, parts = [], set()
        for name, state, target in listed:
            kind, part = relations.get(target, ("", ""))
            grid = Grid(name, hidden=state != "visible", is_chart=kind == "chartsheet")
            if part not in package.parts or part in parts or not part.endswith(".xml"):
                raise package.refuse(f"the sheet {name!r} without a part of its own", "an ordinary Excel workbook")
            parts.add(part)
            if kind == "worksheet":
                self._sheet(grid, part)
            elif not grid.is_chart:
                raise package.refuse(f"the sheet {name!r} of the kind {kind!r}", "sheets of cells")
            grids.append(grid)
        package.look_at_rest()
        return grids

    def _strings(self, part: str) -> None:
        if part not in self.package.parts:
            return
        pieces: list[str] = []
        inside: list[str] = []

        def start(tag: str, given: dict[str, str]) -> None:
            name = _local(tag)
            if name == "si":
                pieces.clear()
            inside.append(name)

        def end(tag: str) -> None:
            inside.pop()
            if _local(tag) == "si":
                self.strings.append(self._text("".join(pieces)))

        def text(piece: str) -> None:
            if inside and inside[-1] == "t" and "rPh" not in inside:  # rPh: how a word is spoken
                pieces.append(piece)

        self.package.parse(part, start, end, text)

    def _text(self, text: str) -> str:
        if len(text) > LONGEST_TEXT:
            raise self.package.refuse(f"a text of {len(text):,} characters", f"at most {LONGEST_TEXT:,} in a cell")
        return _unescaped(text)

    def _styles(self, part: str) -> None:
        """Which cell styles show dates."""
        if part not in self.package.parts:
            return
        codes: dict[int, str] = {}
        formats: list[int] = []
        inside: list[str] = []

        def start(tag: str, given: dict[str, str]) -> None:
            name = _local(tag)
            number = given.get("numFmtId", "0")
            if name == "numFmt" and number.isdigit():
                codes[int(number)] = given.get("formatCode", "")
            elif name == "xf" and inside and inside[-1] == "cellXfs":
                formats.append(int(number) if number.isdigit() else 0)
            inside.append(name)

        self.package.parse(part, start, lambda tag: inside.clear() if len(inside) == 1 else inside.__delitem__(-1))
        shown = {n for n, code in codes.items() if re.search("[ymdhs]", _QUOTED.sub("", code.lower()))}
        self.dates = [n in shown or (n in _DATES and n not in codes) for n in formats]

    def _sheet(self, grid: Grid, part: str) -> None:
        cells = _Cells(self, grid)
        self.package.parse(part, cells.start, cells.end, cells.text)


class _Cells:
    """Takes the events of one sheet."""

    def __init__(self, reader: _Reader, grid: Grid) -> None:
        self.reader, self.grid = reader, grid
        self.row = self.column = 0
        self.given: dict[str, str] = {}
        self.inside: list[str] = []
        self.value: list[str] = []
        self.formula: list[str] | None = None
        self.has_value = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = _local(tag)
        self.inside.append(name)
        if name == "row":
            number = given.get("r", "")
            self.row = int(number) if number.isascii() and number.isdigit() and len(number) < 9 else self.row + 1
            self.column = 0
        elif name == "c":
            at = place(given["r"]) if "r" in given else (self.row, self.column + 1)
            if at is None:
                raise self._refuse(f"a cell at {given['r'][:20]!r}", "cells with an address")
            self.row, self.column = at
            self.given, self.value, self.formula, self.has_value = given, [], None, False
        elif name == "f":
            self.formula = []
        elif name == "v":
            self.has_value = True
        elif name == "mergeCell":
            self.grid.merged.append(given.get("ref", "")[:20])
            if len(self.grid.merged) > MOST_MERGED:
                raise self._refuse(f"more than {MOST_MERGED} merged areas", "one value a cell", "Unmerge them.")

    def text(self, piece: str) -> None:
        holder = self.inside[-1] if self.inside else ""
        if holder == "v" or (holder == "t" and "is" in self.inside and "rPh" not in self.inside):
            self.value.append(piece)
        elif holder == "f" and self.formula is not None:
            self.formula.append(piece)

    def end(self, tag: str) -> None:
        self.inside.pop()
        if _local(tag) == "c":
            self._keep()

    def _keep(self) -> None:
        text = "".join(self.value)
        if not text and self.formula is None:
            return
        at = self.row, self.column
        if self.row > LAST_ROW or self.column > LAST_COLUMN:
            last = address(LAST_ROW, LAST_COLUMN)
            raise self._refuse(f"a cell at {address(*at)}", f"cells up to {last}", "Remove it.")
        if at in self.grid.cells:
            raise self._refuse(f"the cell {address(*at)} twice", "each cell once")
        self.reader.count += 1
        if self.reader.count > MOST_CELLS:
            raise self._refuse(f"more than {MOST_CELLS:,} cells", "fewer cells")
        kind, text = self._typed(text)
        calculated = bool(text) or (self.has_value and self.given.get("t") == "str")
        self.grid.cells[at] = Cell(kind, text, None if self.formula is None else "".join(self.formula), calculated)

    def _typed(self, text: str) -> tuple[str, str]:
        kind = self.given.get("t", "n")
        if kind == "s":
            number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
            if not 0 <= number < len(self.reader.strings):
                raise self._refuse(f"a cell {address(self.row, self.column)} that names no text", "a whole workbook")
            return "text", self.reader.strings[number]
        if kind in ("str", "inlineStr"):
            return "text", self.reader._text(text)
        if kind == "b":
            return "flag", "TRUE" if text in ("1", "true") else "FALSE"
        if kind == "d":
            return "date", text.removesuffix("T00:00:00")
        if kind == "e":
            return "error", text
        return self._number(text)

    def _number(self, text: str) -> tuple[str, str]:
        if not text:
            return "text", ""
        number = float(text) if NUMBER.fullmatch(text) else float("nan")
        if not abs(number) < float("inf"):
            return "error", text[:80]
        style = self.given.get("s", "0")
        known = style.isascii() and style.isdigit() and len(style) < 7 and int(style) < len(self.reader.dates)
        if known and self.reader.dates[int(style)]:
            return "date", _date(number, self.reader.from_1904)
        return "number", str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)

    def _refuse(self, found: str, allowed: str, advice: str = "") -> Refused:
        return self.reader.package.refuse(f"{found} on the sheet {self.grid.name!r}", allowed, advice)


def _date(days: float, from_1904: bool) -> str:
    first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
    try:
        moment = first + timedelta(days=days)
    except OverflowError:
        return f"day {days:g}"
    return moment.date().isoformat() if days == int(days) else moment.isoformat(" ", "seconds")
