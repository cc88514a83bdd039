"""From the cells of a workbook to the tables and the programme that its sheets say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from planner.inputs import parse
from planner.inputs.excel import layout
from planner.inputs.excel.book import Grid, address, read
from planner.inputs.excel.package import Refused
from planner.inputs.excel.workbook import Header, Workbook
from planner.inputs.numerals import NUMBER
from planner.inputs.parse import Sheet, did_you_mean
from planner.inputs.schema import BY_NAME, TABLES, Column, Table

#: rows among which the header is looked for
HEADER_WITHIN = 30
#: what a sheet holds that is no table of the data set
_OWN = {layout.folded(name): name.lower() for name in (layout.PROGRAMME, layout.CLAIMS)}
_MEANT = {**layout.TABLE_OF, **_OWN, layout.folded(layout.STAGES): layout.folded(layout.STAGES)}
_NAMES = {name: layout.sheet_name(name) for name in (*layout.TABLE_OF.values(), *_OWN.values())}


def load(path: Path, accept_formulas: bool) -> Workbook:
    """Read a workbook. Raises Refused where it is not safe to read; its other faults are listed in it."""
    book = Workbook(path.name, accept_formulas)
    found = read(path)
    _refuse_other_workbooks(path.name, found)
    grids = _sorted(book, found)
    for table in TABLES:
        book.sheets[table.name] = _table(book, grids.get(table.name), table)
    book.raw = _fields(book, grids.get("programme"))
    book.raw["claims"] = _records(book, grids.get("claims"), layout.claims())
    if layout.folded(layout.STAGES) in grids:
        book.raw["stages"] = []  # the check of the programme says what to write instead
        book.places["stages"] = grids[layout.folded(layout.STAGES)].name, 1, 1
    book.raw[layout.DATA] = path.name
    return book


def _refuse_other_workbooks(file: str, grids: list[Grid]) -> None:
    """One fault for a workbook that was never a template, not one for each of its sheets."""
    there = {_MEANT.get(layout.folded(grid.name)) for grid in grids}
    needed = [name for name in _NAMES if name not in BY_NAME or not BY_NAME[name].may_be_missing]
    if _OWN.keys() & {layout.folded(grid.name) for grid in grids} or 2 * len(there & set(needed)) >= len(needed):
        return
    advice = "'planner template -o inputs.xlsx' writes one, as does 'planner template RUN' for a stored run."
    raise Refused(file, "a workbook that is no workbook of inputs", "the sheets of a template", advice)


def _sorted(book: Workbook, grids: list[Grid]) -> dict[str, Grid]:
    """Sheets by what stands on them; any other sheet is a fault, unless its name says that it is for people."""
    found: dict[str, Grid] = {}
    for grid in grids:
        meant = _MEANT.get(layout.folded(grid.name))
        if grid.hidden:
            book.fault(grid.name, "", "", "a hidden sheet", "sheets that can be seen", "Show it or remove it.")
        elif meant is not None and meant in found:
            advice = "Remove one of the two."
            book.fault(grid.name, "", "", f"the sheet {found[meant].name} again", "each sheet once", advice)
        elif meant is not None and grid.is_chart:
            book.fault(grid.name, "", "", "a chart", "a sheet of cells")
        elif meant is not None:
            found[meant] = grid
            for area in grid.merged:
                advice = "Unmerge them and write each cell."
                book.fault(grid.name, area, "", "merged cells", "one value a cell", advice)
                book.merged.append((grid.name, area))
    named = {_MEANT.get(layout.folded(grid.name)) for grid in grids}
    missing = [name for name in _NAMES if name not in named]
    strays = [g.name for g in grids if not g.hidden and layout.folded(g.name) not in _MEANT]
    for name in strays:
        if not layout.folded(name).startswith(layout.UNREAD):
            advice = did_you_mean(name, [_NAMES[m] for m in missing])
            missing = [m for m in missing if f" {_NAMES[m]}?" not in advice]  # said here, not as missing too
            advice = advice or "Remove it, or let its name begin with Notes."
            book.fault(name, "", "", "a sheet that is none of the template's", "the sheets of a template", advice)
    for name in missing:
        if name in BY_NAME and BY_NAME[name].may_be_missing:
            continue
        what = BY_NAME[name].meaning if name in BY_NAME else "what is asked of the data"
        book.fault(_NAMES[name], "", "", "no such sheet", f"a sheet that holds {what}")
    return found


def _header_row(grid: Grid, names: set[str]) -> int | None:
    """The row with the most column names, at least half of them: a meaning may be one of them too."""
    found: dict[int, set[str]] = {}
    for (row, _), cell in grid.cells.items():
        if row <= HEADER_WITHIN and cell.text.strip() in names:
            found.setdefault(row, set()).add(cell.text.strip())
    best = max(found, key=lambda row: (len(found[row]), -row), default=None)
    return best if best is not None and 2 * len(found[best]) >= len(names) else None


def _table(book: Workbook, grid: Grid | None, table: Table) -> Sheet:
    """A sheet as the CSV of the table would read; faulty cells are marked, so that nothing follows from them."""
    sheet = Sheet(table)
    known = {column.name: column for column in table.columns}
    header = None if grid is None else _header_row(grid, set(known))
    if grid is None and table.may_be_missing:
        return sheet
    if grid is None or header is None:
        sheet.lost = True
        if grid is not None:
            allowed = f"a row that says {', '.join(known)}"
            book.fault(grid.name, "", "", "no row of column names", allowed)
        return sheet
    heads = {c: cell.text.strip() for (r, c), cell in sorted(grid.cells.items()) if r == header and cell.text.strip()}
    book.headers[table.name] = Header(grid.name, header, {name: c for c, name in heads.items()})
    rows = set()
    for (row, column), cell in sorted(grid.cells.items()):
        if row > header and (cell.text.strip() or cell.formula is not None):
            if column in heads:
                rows.add(row)
            else:
                advice = "Remove it, or give its column a name of the table."
                found = cell.text[:80] or "a formula"
                book.fault(grid.name, address(row, column), "", found, "nothing beside the table", advice)
    lines = [(header, list(heads.values()))]
    bad: dict[int, set[str]] = {}
    for row in sorted(rows):
        cells = []
        for at, name in heads.items():
            text = book.text(grid, (row, at), known[name]) if name in known else _shown(grid, row, at)
            if text is None:
                bad.setdefault(row, set()).add(name)
            cells.append(text or "")
        lines.append((row, cells))
    book.faults += parse.fit(sheet, lines)
    for entry in sheet.rows:
        entry.bad |= bad.get(entry.line, set())
        sheet.unsure = sheet.unsure or bool(entry.bad & set(table.keys))
    return sheet


def _shown(grid: Grid, row: int, column: int) -> str:
    cell = grid.cells.get((row, column))
    return cell.text if cell else ""


# the programme


def _fields(book: Workbook, grid: Grid | None) -> dict[str, Any]:
    """The sheet Programme: a field a row."""
    raw: dict[str, Any] = {}
    names = (layout.FIELD, layout.VALUE)
    header = None if grid is None else _header_row(grid, set(names))
    heads = {} if grid is None else {cell.text.strip(): c for (r, c), cell in grid.cells.items() if r == header}
    if grid is None or header is None or not set(names) <= set(heads):
        book.lost.add("")
        if grid is not None:
            book.fault(grid.name, "", "", "no row of column names", f"a row that says {', '.join(names)}")
        return raw
    field_at, value_at = (heads[name] for name in names)
    book.places[""] = grid.name, header, field_at
    known = {entry.place: entry.column for entry in layout.fields()}
    for row in sorted({r for r, c in grid.cells if r > header and c in (field_at, value_at)}):
        name = _shown(grid, row, field_at).strip()
        if not name or name in book.places:
            allowed = "each field once, with its name"
            book.fault(grid.name, address(row, field_at), "", name or "a value without a field", allowed)
            continue
        if name in (layout.DATA, "claims"):
            book.fault(grid.name, address(row, field_at), name, name, "a field", "The workbook has sheets for it.")
            continue
        book.places[name] = grid.name, row, value_at if name in known else field_at
        column = known.get(name, Column(name, "text", ""))
        text = book.text(grid, (row, value_at), column)
        head, _, last = name.rpartition(".")
        if text and text.strip():
            (raw.setdefault(head, {}) if head else raw)[last] = _value(text, column)
    return raw


def _records(book: Workbook, grid: Grid | None, table: Table) -> list[dict[str, Any]]:
    """The rows of Claims, as the programme file has them."""
    sheet = _table(book, grid, table)
    if sheet.lost:
        book.lost.add(table.name)
        return []
    header = book.headers[table.name]
    (key,) = table.keys
    book.places[table.name] = header.sheet, header.row, min(header.columns.values())
    records = []
    for number, row in enumerate(sheet.rows):
        record = {}
        for column in table.columns:
            place = header.sheet, row.line, header.columns.get(column.name, min(header.columns.values()))
            for owner in (str(number), row.text.get(key, "").strip()):
                book.places[f"{table.name}.{owner}"] = header.sheet, row.line, place[2]
                book.places[f"{table.name}.{owner}.{column.name}"] = place
            text = row.text.get(column.name, "")
            if column.name in sheet.bad_columns:
                book.lost.add(f"{table.name}.{number}.{column.name}")
                book.lost.add(f"{table.name}.{row.text.get(key, '').strip()}.{column.name}")
            elif text.strip() and column.name not in row.bad:
                record[column.name] = _value(text, column)
        records.append(record)
    return records


def _value(text: str, column: Column) -> Any:
    """Typed as a TOML file types it; what cannot be stays text, for the programme's own check to refuse."""
    if column.kind in ("number", "integer") and NUMBER.fullmatch(text):
        return int(text) if re.fullmatch(r"[+-]?[0-9]{1,18}", text) else float(text)
    if column.name == "initiatives":
        return [word.strip() for word in text.split(",") if word.strip()]
    return text
