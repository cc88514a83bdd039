"""Inputs in a workbook: nothing is lost on the way there and back, and each fault is reported at its cell."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import numbers

sys.path.insert(0, str(Path(__file__).parent))

from hostile import unzipped
from stored_runs import finished
from tiny import write_tiny
from workbooks import HEADER, column, found, opened, places, put, write_cell

from planner import store
from planner.inputs import read, shipped
from planner.inputs.excel import layout
from planner.inputs.programme import Horizon, Objective, Programme, Sites
from planner.inputs.schema import PARAMETERS, TABLES
from planner.workbook import template

FIRST = HEADER + 1
_FIELDS = [entry.place for entry in layout.fields()]
PRESENT_COST, SITE_COUNT = (FIRST + _FIELDS.index(name) for name in ("objective.present_cost", "sites.count"))
#: shipped programmes of the quick suite; the others differ from the reference in their objectives alone
QUICK = ("federal-ai", "power-first", "most-compute")
#: a word that no table has
NOBODY = "no-such-name-"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of the reference programme; tests copy it."""
    path = tmp_path_factory.mktemp("reference") / "inputs.xlsx"
    template.write(path, read.load())
    return path


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    model = write_tiny(folder)
    template.write(folder / "inputs.xlsx", read.load(model))
    return folder / "inputs.xlsx"


Edit = Callable[[Callable[[Workbook], Any]], Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inputs.xlsx"


@pytest.fixture
def edit(tiny: Path, path: Path) -> Edit:
    """Change a copy of the tiny workbook at ``path``; the answer is what the change answers."""

    def change(how: Callable[[Workbook], Any]) -> Any:
        book = opened(tiny)
        answer = how(book)
        book.save(path)
        return answer

    return change


# there and back


@pytest.mark.parametrize(
    "name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in shipped.models()]
)
def test_the_way_there_and_back_keeps_the_hash(path: Path, name: str) -> None:
    case = read.load(name)
    template.write(path, case)
    back = read.load(path)
    assert back.sha256 == case.sha256
    assert back.changes == ()
    assert back.programme.model_dump(exclude={"data"}) == case.programme.model_dump(exclude={"data"})
    for table, frame in case.tables.items():
        assert back.tables[table].equals(frame), table


def test_a_changed_cell_changes_the_hash(edit: Edit, tiny: Path, path: Path) -> None:
    edit(lambda book: put(book, "Sites", FIRST, "land_acres", 1001))
    assert found(path) == []
    assert read.load(path).sha256 != read.load(tiny).sha256


def test_the_same_case_gives_the_same_bytes(tiny: Path, path: Path) -> None:
    template.write(path, read.load(tiny))
    assert path.read_bytes() == tiny.read_bytes()


def test_another_program_saves_it(reference: Path, tmp_path: Path) -> None:
    book = opened(reference)
    book.save(tmp_path / "again.xlsx")
    assert read.load(tmp_path / "again.xlsx").sha256 == read.load().sha256


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_saves_it(reference: Path, tmp_path: Path) -> None:
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--headless", "--convert-to", "xlsx"]
    subprocess.run([*command, "--outdir", str(tmp_path), str(reference)], check=True, capture_output=True, timeout=180)
    assert read.load(tmp_path / "inputs.xlsx").sha256 == read.load().sha256


def test_rows_may_stand_in_any_order_with_gaps(edit: Edit, tiny: Path, path: Path) -> None:
    def turn(book: Workbook) -> None:
        sheet = book["Sites"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=FIRST)]
        for number, row in enumerate(reversed(rows)):
            for at, value in enumerate(row, 1):
                sheet.cell(FIRST + number, at).value = None
                sheet.cell(FIRST + 10 + 3 * number, at).value = value

    edit(turn)
    assert read.load(path).sha256 == read.load(tiny).sha256


def test_a_stored_run_keeps_the_inputs(tiny: Path, tmp_path: Path) -> None:
    case = read.load(tiny, ("parameters.tail_years=3",))
    folder = store.save(tmp_path / "reports", "base", finished(case), lambda at, document: None)
    back = store.load(folder.path).case
    assert (back.sha256, back.name, back.changes) == (case.sha256, "inputs", ("parameters.tail_years=3",))
    assert back.programme.data_set == case.programme.data_set
    assert (folder.path / "inputs" / "data" / case.programme.data_set / "sites.csv").is_file()


def test_edits_are_made_to_a_workbook_too(tiny: Path) -> None:
    assert read.load(tiny, ("parameters.tail_years=3",)).parameter("tail_years") == 3
    (fault,) = found(tiny, "sites.Z.land_acres=1")
    assert (fault.file, fault.sheet) == ("--set", "")
    (fault,) = found(tiny, "programme.data=other")
    assert fault.column == "programme.data"


# forty faults


def _candidates(book: Workbook, draw: random.Random) -> list[tuple[str, str, str, Any]]:
    """(sheet, column, kind of fault, value): every column that is no key, with each fault that it can have."""
    found: list[tuple[str, str, str, Any]] = []
    for table in TABLES:
        for c in table.columns:
            if c.name in table.keys:
                continue
            values: dict[str, Any] = {"formula": "==1+1", "error": "#N/A"}
            if c.kind == "text":
                values |= {"looks like a formula": draw.choice("=+-@") + "x", "spaces": " x", "part of a number": 1.5}
            else:
                values |= {"words": "plenty", "date": "date"}
            if c.allowed:
                values["no such word"] = NOBODY
            if c.reference:
                values["no such row"] = NOBODY + table.name + c.name
            if c.minimum is not None:
                values["too small"] = c.minimum - 1
            if c.maximum is not None:
                values["too large"] = c.maximum * 2 + 1
            if c.kind in ("integer", "flag"):
                values["no whole number"] = 2.5
            if c.kind == "flag":
                values["yes or no"] = True
            if not c.optional:
                values["empty"] = None
            found += [(layout.sheet_name(table.name), c.name, kind, value) for kind, value in values.items()]
    return found


def _seed(book: Workbook, seed: int, count: int) -> list[str]:
    """Break so many cells, no two in a row, as many kinds of fault as there are."""
    draw = random.Random(seed)
    last = {sheet.title: sheet.max_row for sheet in book}
    pool = _candidates(book, draw)
    kinds = sorted({kind for _, _, kind, _ in pool})
    seeded = [
        put(book, "Programme", FIRST + 4, "value", "plenty"),
        put(book, "Programme", PRESENT_COST, "value", "plenty"),
        put(book, "Claims", FIRST + 1, "level", "plenty"),
        put(book, "Claims", FIRST + 2, "binding", "frm"),
    ]
    taken: set[tuple[str, int]] = set()
    while len(seeded) < count:
        kind = kinds[len(seeded) % len(kinds)]
        sheet, name, _, value = draw.choice([entry for entry in pool if entry[2] == kind])
        if last[sheet] < FIRST:
            continue  # a table without rows
        page, row = book[sheet], draw.randint(FIRST, last[sheet])
        if (sheet, row) in taken or page.cell(row, 1).value is None:
            continue
        taken.add((sheet, row))
        if value == "date":
            place = put(book, sheet, row, name, 45000)
            page.cell(row, column(page, name)).number_format = numbers.FORMAT_DATE_YYYYMMDD2
        else:
            place = put(book, sheet, row, name, f"{value}{row}" if value and NOBODY in str(value) else value)
        seeded.append(place)
    return seeded


@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 6))])
def test_forty_seeded_faults_are_each_reported_at_their_cell(reference: Path, path: Path, seed: int) -> None:
    book = opened(reference)
    seeded = _seed(book, seed, 40)
    book.save(path)
    faults = found(path)
    assert sorted(set(places(faults)) ^ set(seeded)) == []
    assert len(faults) == 40
    for fault in faults:
        assert fault.file == "inputs.xlsx"
        assert fault.sheet
        assert fault.row == int(re.sub("[A-Z]", "", fault.cell))
        assert fault.found
        assert fault.allowed


# one fault


CELLS: list[tuple[str, int, str, Any, str]] = [
    ("Sites", FIRST, "land_acres", "1,000", "Write 1000, or 1.000 if the comma is a decimal point."),
    ("Sites", FIRST, "equipment_tax_share", "10%", "Write 0.1."),
    ("Sites", FIRST, "name", "=1+1", "A spreadsheet would take it for a formula; start with another character."),
    ("Sites", FIRST, "name", "+x", "A spreadsheet would take it for a formula; start with another character."),
    ("Sites", FIRST, "name", "-x", "A spreadsheet would take it for a formula; start with another character."),
    ("Sites", FIRST, "name", "@x", "A spreadsheet would take it for a formula; start with another character."),
    ("Sites", FIRST, "name", "a\nb", ""),
    ("Sites", FIRST, "name", 1.5, "Format the cell as text and write it again."),
    ("Sites", FIRST, "name", True, ""),
    ("Sites", FIRST, "land_acres", True, ""),
    ("Chips", FIRST, "needs_liquid", True, "Write 1."),
    ("Chips", FIRST, "family", "GPUs", "Did you mean GPU?"),
    ("Designs", FIRST, "cooling_id", "d2x", "Did you mean d2c?"),
    ("Designs", FIRST, "profile_id", "evan", "Did you mean even?"),
    ("Parameters", FIRST, "value", 1.5, ""),
    ("Grid tranches", FIRST, "tranche", 1.5, ""),
    ("Sites", FIRST, "lat_deg", "#DIV/0!", ""),
    ("Sites", FIRST, "lat_deg", None, ""),
    ("Programme", FIRST, "value", None, "Add title."),
    ("Programme", FIRST + 4, "value", "50e9 USD", ""),
    ("Programme", FIRST + 7, "value", "middle", ""),
    ("Programme", PRESENT_COST, "value", 0, "Write present_cost = -1.0."),
    ("Programme", PRESENT_COST, "value", "-1 USD", ""),
]


@pytest.mark.parametrize(("sheet", "row", "name", "value", "suggestion"), CELLS)
def test_a_faulty_cell_is_the_only_fault(
    tiny: Path, path: Path, sheet: str, row: int, name: str, value: Any, suggestion: str
) -> None:
    place = write_cell(tiny, path, sheet, row, name, value)
    faults = found(path)
    assert places(faults) == [place]
    assert faults[0].suggestion == suggestion or not suggestion
    assert place in faults[0].sentence()


def test_words_of_faults_speak_of_sheets(edit: Edit, path: Path) -> None:
    edit(lambda book: put(book, "Designs", FIRST, "cooling_id", "zzz"))
    (fault,) = found(path)
    assert fault.allowed == "a cooling_id of the sheet Cooling"


def test_a_whole_number_may_be_text_and_a_date_may_be_one(edit: Edit, path: Path) -> None:
    def write(book: Workbook) -> None:
        put(book, "Sources", FIRST, "year", 2025)
        put(book, "Discount rates", FIRST, "as_of", 45000)
        book["Discount rates"].cell(FIRST, 3).number_format = numbers.FORMAT_DATE_YYYYMMDD2
        put(book, "Sites", FIRST, "name", "a _x0041_ b")

    edit(write)
    case = read.load(path)
    assert case.sources["pencil"].year == "2025"
    assert case.tables["discount_rates"]["as_of"].tolist()[0] == "2023-03-15"


def test_text_that_looks_like_an_escape_or_a_formula_stays_text(tmp_path: Path) -> None:
    title = "=cmd|' /C calc'!A0 _x0041_ _x0007_ end"
    case = read.load(write_tiny(tmp_path, programme={"title": title, "why": "+1\n@2"}))
    template.write(tmp_path / "inputs.xlsx", case)
    back = read.load(tmp_path / "inputs.xlsx")
    assert (back.programme.title, back.programme.why) == (title, "+1\n@2")
    assert back.sha256 == case.sha256
    for part in unzipped((tmp_path / "inputs.xlsx").read_bytes()).values():
        assert b"<f>" not in part


def _duplicate(book: Workbook, state: str) -> None:
    copy = book.copy_worksheet(book["Sites"])
    copy.title = "sites "
    copy.sheet_state = state


SHAPES: list[tuple[str, Callable[[Workbook], Any], list[str], str]] = [
    ("merged", lambda b: b["Sites"].merge_cells("B6:B7"), ["Sites!B6:B7"], "merged cells"),
    ("hidden", lambda b: setattr(b["Climate"], "sheet_state", "hidden"), ["sheet Climate"], "a hidden sheet"),
    ("hidden duplicate", lambda b: _duplicate(b, "veryHidden"), ["sheet 'sites '"], "a hidden sheet"),
    ("duplicate", lambda b: _duplicate(b, "visible"), ["sheet 'sites '"], "the sheet Sites again"),
    ("renamed", lambda b: setattr(b["Sites"], "title", "Site"), ["sheet Site"], "none of the template's"),
    ("missing", lambda b: b.remove(b["Plants"]), ["sheet Plants"], "no such sheet"),
    ("no programme", lambda b: b.remove(b["Programme"]), ["sheet Programme"], "no such sheet"),
    ("no claims", lambda b: b.remove(b["Claims"]), ["sheet Claims"], "no such sheet"),
    ("earlier stages", lambda b: b.create_sheet("Stages"), ["Stages!A1"], "stages"),
    ("foreign", lambda b: b.create_sheet("Scratch"), ["sheet Scratch"], "none of the template's"),
    ("beside the table", lambda b: b["Levels"].cell(FIRST, 9, 5), [f"Levels!I{FIRST}"], "5"),
    ("no header", lambda b: b["Levels"].delete_rows(HEADER), ["sheet Levels"], "no row of column names"),
    ("unknown field", lambda b: b["Programme"].cell(FIRST + 30, 1, "colour"), [], ""),
    ("field with a sheet", lambda b: b["Programme"].cell(40, 1, "claims"), ["Programme!A40"], "claims"),
    ("field twice", lambda b: b["Programme"].cell(40, 1, "title"), ["Programme!A40"], "title"),
    ("other unit", lambda b: b["Sites"].cell(HEADER, 12, "tariff_usd_per_kwh"), ["Sites!L5"], "in another unit"),
    ("missing column", lambda b: b["Claims"].delete_cols(13), ["Claims!A5"], "no such column"),
]


@pytest.mark.parametrize(("name", "how", "expected", "word"), SHAPES, ids=[name for name, *_ in SHAPES])
def test_a_faulty_shape(
    edit: Edit, path: Path, name: str, how: Callable[[Workbook], Any], expected: list[str], word: str
) -> None:
    edit(how)
    faults = found(path)
    assert places(faults) == expected
    assert all(word in fault.found for fault in faults)


def test_a_misspelt_sheet_is_suggested(edit: Edit, path: Path) -> None:
    edit(lambda book: setattr(book["Grid tranches"], "title", "Grid tranche"))
    (fault,) = found(path)
    assert fault.suggestion == "Did you mean Grid tranches?"


def test_sheets_for_people_are_not_read(edit: Edit, path: Path) -> None:
    def write(book: Workbook) -> None:
        book.create_sheet("Notes of mine")["A1"] = "=1+1"
        book.remove(book["Read me"])
        book["Sites"].title = "elsewhere"
        book["elsewhere"].title = "SITES"

    edit(write)
    assert found(path) == []


def test_faults_of_the_programme_stand_at_their_cells(edit: Edit, path: Path) -> None:
    def write(book: Workbook) -> list[str]:
        for at, value in enumerate(("p", "abc", "me", "power", "secured"), 1):
            book["Claims"].cell(FIRST, at).value = value
        put(book, "Claims", FIRST, "binding", "firm")
        return [
            put(book, "Programme", SITE_COUNT, "value", 99),
            put(book, "Programme", FIRST + 30, "field", "colour"),
            put(book, "Claims", FIRST, "level", None),
            put(book, "Claims", FIRST, "by", 2099),
        ]

    expected = edit(write)
    put_in = edit(lambda book: (write(book), put(book, "Programme", FIRST + 30, "value", "red")))[0]
    assert sorted(places(found(path))) == sorted(expected)
    assert put_in == expected


# formulas


def _formula(value: object) -> Callable[[Workbook], str]:
    return lambda book: put(book, "Sites", FIRST, "land_acres", value)


def _calculated(path: Path, value: str) -> None:
    """Put a last value beside the formula, which openpyxl cannot."""
    from planner.workbook.finish import pack

    parts = unzipped(path.read_bytes())
    for name, part in parts.items():
        if b"<f>500*2</f>" in part:
            parts[name] = re.sub(b"<f>500[*]2</f><v ?/?>(</v>)?", f"<f>500*2</f><v>{value}</v>".encode(), part)
    pack(path, parts, "2026-01-01")


def test_a_formula_is_refused_unless_accepted_and_then_recorded(edit: Edit, path: Path, tiny: Path) -> None:
    place = edit(_formula("==500*2"))
    (fault,) = found(path)
    assert (fault.at, fault.found) == (place, "the formula =500*2")
    (fault,) = found(path, accept=True)
    assert fault.found == "=500*2, never calculated"
    _calculated(path, "1000")
    (fault,) = found(path)
    assert "1000" in fault.suggestion
    case = read.load(path, (), True)
    assert case.changes == (f"{place} taken as 1000, the last value of =500*2",)
    edit(_formula(1000))
    assert read.load(path).sha256 == case.sha256


def test_an_accepted_formula_is_checked_like_any_value(edit: Edit, path: Path) -> None:
    place = edit(_formula("==500*2"))
    _calculated(path, "-5")
    (fault,) = found(path, accept=True)
    assert (fault.at, fault.found) == (place, "-5")


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell(edit: Edit, path: Path, tiny: Path) -> None:
    from planner.workbook.finish import pack

    place = edit(lambda book: put(book, "WBS", FIRST, "parent", '==IF(TRUE,"","x")'))
    parts = unzipped(path.read_bytes())
    for name, part in parts.items():
        cell = rb'<c r="([A-Z]+[0-9]+)"([^>]*)><f>IF[^<]*</f><v ?/?>(</v>)?</c>'
        parts[name] = re.sub(cell, rb'<c r="\1" t="str"><f>IF(TRUE,"","x")</f><v></v></c>', part)
    pack(path, parts, "2026-01-01")
    (fault,) = found(path)
    assert "an empty cell" in fault.suggestion
    case = read.load(path, (), True)
    assert case.changes == (f'{place} taken as an empty cell, the last value of =IF(TRUE,"","x")',)


def test_a_workbook_that_was_never_a_template_is_one_fault(path: Path) -> None:
    book = Workbook()
    book.active.append(["Plant", "MW"])
    book.create_sheet("Sites")
    book.save(path)
    (fault,) = found(path)
    assert fault.found == "a workbook that is no workbook of inputs"
    assert "planner template" in fault.suggestion


def test_empty_rows_that_were_formatted_are_told_by_their_sheet(tiny: Path, path: Path) -> None:
    from planner.workbook.finish import pack

    parts = unzipped(tiny.read_bytes())
    rows = b"".join(b'<row r="%d" s="1" customFormat="1"/>' % n for n in range(100, 400_000))
    name = "xl/worksheets/sheet4.xml"
    pack(path, {**parts, name: parts[name].replace(b"</sheetData>", rows + b"</sheetData>")}, "2026-01-01")
    (fault,) = found(path)
    assert "the sheet 'Sites'" in fault.found
    assert fault.suggestion.startswith("Delete the empty rows")


def test_a_total_below_a_table_is_one_fault(edit: Edit, path: Path) -> None:
    def total(book: Workbook) -> None:
        put(book, "Sites", FIRST + 5, "site_id", "Total")
        put(book, "Sites", FIRST + 5, "land_acres", 2000)

    edit(total)
    (fault,) = found(path)
    assert fault.row == FIRST + 5
    assert "a total" in fault.suggestion


def test_faults_of_a_row_stand_in_the_order_of_its_cells(edit: Edit, path: Path) -> None:
    edit(lambda book: [put(book, "Sites", FIRST, name, "x") for name in ("land_acres", "lat_deg", "existing_mw")])
    assert [fault.column for fault in found(path)] == ["lat_deg", "land_acres", "existing_mw"]


def test_an_accepted_formula_is_kept_in_the_run(edit: Edit, path: Path, tmp_path: Path) -> None:
    edit(_formula("==500*2"))
    _calculated(path, "1000")
    case = read.load(path, (), True)
    folder = store.save(tmp_path / "reports", "base", finished(case), lambda at, document: None)
    assert folder.document["changes"] == list(case.changes)
    assert store.load(folder.path).case.changes == case.changes


# what the template says


def test_every_bound_list_and_reference_is_a_rule_of_its_column(reference: Path) -> None:
    book = opened(reference)
    for table in TABLES:
        sheet = book[layout.sheet_name(table.name)]
        rules = {}
        for rule in sheet.data_validations.dataValidation:
            for area in rule.sqref.ranges:
                rules.setdefault(area.min_col, rule)
        for c in table.columns:
            if (table.name, c.name) == ("parameters", "value"):
                continue
            rule = rules[column(sheet, c.name)]
            assert rule.prompt.startswith(f"{c.meaning}."[:250])
            if c.reference:
                name = "list_" + c.reference.replace(".", "_")
                assert (rule.type, rule.formula1) == ("list", name)
                target = c.reference.partition(".")[0]
                area = book.defined_names[name].attr_text
                assert area.replace("'", "").startswith(f"{layout.sheet_name(target)}!$")
            elif c.allowed:
                assert rule.formula1 == f'"{",".join(c.allowed)}"'
            elif c.kind in ("number", "integer") and c.minimum is not None:
                assert rule.type == ("whole" if c.kind == "integer" else "decimal")
                assert (float(rule.formula1), float(rule.formula2)) == (c.minimum, c.maximum)
            assert len(rule.prompt) <= 255
            assert len(rule.promptTitle) <= 32


def test_each_parameter_has_its_own_bounds(reference: Path) -> None:
    sheet = opened(reference)["Parameters"]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    for row in range(FIRST, FIRST + len(PARAMETERS)):
        unit, low, high, meaning = PARAMETERS[sheet.cell(row, 1).value]
        rule = rules[f"B{row}"]
        assert (float(rule.formula1), float(rule.formula2)) == (low, high)
        assert rule.prompt.startswith(meaning)
        assert unit in rule.prompt


def test_units_meanings_and_sources_are_shown(reference: Path) -> None:
    book = opened(reference)
    case = read.load()
    for table in TABLES:
        sheet = book[layout.sheet_name(table.name)]
        for c in table.columns:
            at = column(sheet, c.name)
            assert sheet.cell(HEADER - 2, at).value.startswith(c.meaning)
            assert c.unit in sheet.cell(HEADER - 1, at).value
    comments = sum(cell.comment is not None for sheet in book for row in sheet.iter_rows() for cell in row)
    sourced = {(r["table"], r["key"], r["column"]) for r in case.tables["figures"].to_dict("records")}
    assert comments == len(sourced)
    note = book["Sites"].cell(FIRST, column(book["Sites"], "land_acres")).comment.text
    assert note.startswith("Range: 250 to 750\nStatus: assumption\nSource: ")


def test_it_is_fit_for_everyone(reference: Path) -> None:
    book = opened(reference)
    assert book.properties.title.startswith("Inputs: ")
    assert book.properties.language == "en-US"
    for sheet in book:
        assert sheet["A1"].value
        assert sheet.sheet_state == "visible"
        assert not sheet.merged_cells.ranges
        assert sheet.freeze_panes
        if layout.folded(sheet.title) in layout.TABLE_OF:
            (made,) = sheet.tables.values()
            assert made.ref.startswith(f"A{HEADER}:")


def test_every_field_of_a_programme_stands_on_its_sheet() -> None:
    places = {entry.place for entry in layout.fields()}
    models = {"objective": Objective, "sites": Sites, "horizon": Horizon}
    parts = {f"{name}.{n}" for name, model in models.items() for n in model.model_fields}
    assert places == (set(Programme.model_fields) - {"data", "claims", *models}) | parts
