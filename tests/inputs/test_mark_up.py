"""The commands around a workbook: template, check with a marked copy, optimize; and what the marked copy says."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faulty import ROOT
from hostile import unzipped, zipped
from tiny import write_tiny
from workbooks import HEADER, column, found, opened, places, put

from planner.cli import run_command
from planner.inputs import read
from planner.inputs.excel import book, layout, package, workbook
from planner.workbook import template
from planner.workbook.template import marks

FIRST = HEADER + 1
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a programme and its workbook."""
    folder = tmp_path_factory.mktemp("tiny")
    template.write(folder / "inputs.xlsx", read.load(write_tiny(folder)))
    return folder


@pytest.fixture
def here(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(tiny, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def faulty(here: Path) -> list[str]:
    """Four faults, one of them in a cell with a note and one that stands in no cell; their places in order."""
    made = opened(here / "inputs.xlsx")
    seeded = [
        put(made, "Programme", FIRST + 4, "value", "=1+1"),
        put(made, "Sites", FIRST, "land_acres", "plenty"),
        put(made, "Gas prices", FIRST, "price_usd_per_mmbtu", -1),
    ]
    made["Sites"].cell(FIRST, column(made["Sites"], "land_acres")).comment = marks.Comment("mine", "me")
    made.remove(made["Plants"])
    made.save(here / "inputs.xlsx")
    return [*seeded[:2], "sheet Plants", seeded[2]]


def test_the_marked_copy(here: Path, faulty: list[str], capsys: Capture) -> None:
    before = (here / "inputs.xlsx").read_bytes()
    assert run_command(["check", "inputs.xlsx", "--mark-up", "out/marked.xlsx"]) == 3
    said = capsys.readouterr().err
    assert str(here / "out" / "marked.xlsx") in said
    assert all(place in said for place in faulty)
    assert (here / "inputs.xlsx").read_bytes() == before
    made = opened(here / "out" / "marked.xlsx")
    sheet = made.worksheets[0]
    assert (sheet.title, sheet["A1"].value) == ("Faults", "4 faults")
    listed = [(sheet.cell(r, 2).value, sheet.cell(r, 3).value) for r in range(5, 9)]
    cells = [place.replace("'", "").rpartition("!") for place in faulty]
    assert [f"{s}!{c}" if c else f"sheet {s}" for s, c in listed] == [p.replace("'", "") for p in faulty]
    for name, _, cell in cells:
        if name:
            (rules,) = [list(a.rules) for a in made[name].conditional_formatting if cell in str(a.sqref).split()]
            assert rules[0].formula == [marks.ALWAYS]
            assert made[name][cell].comment.text.startswith("Fault ")
    assert made["Sites"][cells[1][2]].comment.text.endswith("Before:\nmine")
    assert not any(b"<f>" in part for part in unzipped((here / "out" / "marked.xlsx").read_bytes()).values())


def test_a_marked_copy_is_mended_and_checked_like_any_workbook(here: Path, faulty: list[str], capsys: Capture) -> None:
    run_command(["check", "inputs.xlsx", "--mark-up", "one.xlsx"])
    assert places(found(here / "one.xlsx")) == faulty
    made = opened(here / "one.xlsx")
    put(made, "Sites", FIRST, "land_acres", 1000)
    made.save(here / "one.xlsx")
    assert run_command(["check", "one.xlsx", "--mark-up", "two.xlsx"]) == 3
    made = opened(here / "two.xlsx")
    assert made.sheetnames.count("Faults") == 1
    assert made["Faults"]["A1"].value == "3 faults"
    cell = made["Sites"].cell(FIRST, column(made["Sites"], "land_acres"))
    assert cell.comment.text == "mine"
    assert not any(cell.coordinate in str(area.sqref).split() for area in made["Sites"].conditional_formatting)
    capsys.readouterr()


def test_a_workbook_that_cannot_be_written_again_still_gets_its_faults(
    here: Path, faulty: list[str], capsys: Capture
) -> None:
    parts = unzipped((here / "inputs.xlsx").read_bytes())
    parts["xl/styles.xml"] = (
        parts["xl/styles.xml"].replace(b"<cellXfs", b"<cellXf ").replace(b"</cellXfs", b"</cellXf ")
    )
    (here / "inputs.xlsx").write_bytes(zipped(parts))
    assert run_command(["check", "inputs.xlsx", "--mark-up", "out.xlsx"]) == 3
    said = capsys.readouterr().err
    assert "No marked copy" in said
    assert all(place in said for place in faulty)
    assert sorted(p.name for p in here.glob("*.xlsx")) == ["inputs.xlsx"]


def test_the_list_of_faults_is_for_people() -> None:
    assert layout.folded(marks.SHEET).startswith(layout.UNREAD)


def test_nothing_is_written_where_there_is_nothing_to_mark(here: Path, capsys: Capture) -> None:
    assert run_command(["check", "inputs.xlsx", "--mark-up", "out.xlsx"]) == 0
    assert "Nothing to mark" in capsys.readouterr().err
    (here / "bad.xlsx").write_bytes(b"PK\x03\x04")
    assert run_command(["check", "bad.xlsx", "--mark-up", "out.xlsx"]) == 3
    assert "refused as a whole" in capsys.readouterr().err
    assert not (here / "out.xlsx").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["check", "inputs.xlsx", "--mark-up", "./inputs.xlsx"],
        ["check", "inputs.xlsx", "--mark-up", "out.csv"],
        ["check", "--mark-up", "out.xlsx"],
        ["check", "model.toml", "--mark-up", "out.xlsx"],
        ["template", "model.toml"],
        ["template", "model.toml", "-o", "out.csv"],
        ["check", "input.xlsx"],
    ],
)
def test_words_that_are_off(here: Path, words: list[str], capsys: Capture) -> None:
    before = {path.name: path.stat().st_mtime_ns for path in here.iterdir()}
    assert run_command([*words, "--json"]) == 2
    streams = capsys.readouterr()
    assert json.loads(streams.out)["error"]["code"] == 2
    assert streams.err == ""
    assert {path.name: path.stat().st_mtime_ns for path in here.iterdir()} == before


def test_template_check_and_optimize_speak_of_the_same_inputs(here: Path, capsys: Capture) -> None:
    assert run_command(["template", "model.toml", "--force", "--json"]) == 0
    streams = capsys.readouterr()
    written = json.loads(streams.out)
    assert written["files"] == [str(here / "inputs.xlsx")]
    for words in (["check", "inputs.xlsx"], ["optimize", "inputs.xlsx", "--dry-run"]):
        assert run_command([*words, "--json", "--quiet"]) == 0
        assert json.loads(capsys.readouterr().out)["inputs_sha256"] == written["inputs_sha256"]


def test_optimize_refuses_a_faulty_workbook(here: Path, faulty: list[str], capsys: Capture) -> None:
    assert run_command(["optimize", "inputs.xlsx", "--json"]) == 3
    faults = json.loads(capsys.readouterr().out)["error"]["faults"]
    assert [fault["sheet"] for fault in faults] == ["Programme", "Sites", "Plants", "Gas prices"]
    assert [fault["cell"] for fault in faults] == ["B10", "I6", "", "C6"]
    assert not (here / "reports").exists()


def test_a_template_of_a_workbook_keeps_its_edits(here: Path, capsys: Capture) -> None:
    assert run_command(["template", "inputs.xlsx", "--set", "parameters.tail_years=3", "-o", "b.xlsx", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert read.load(here / "b.xlsx").sha256 == document["inputs_sha256"]
    assert read.load(here / "b.xlsx").parameter("tail_years") == 3


def test_a_run_of_a_workbook_keeps_its_inputs(here: Path, capsys: Capture) -> None:
    assert run_command(["optimize", "inputs.xlsx", "--json", "--quiet"]) == 0
    document = json.loads(capsys.readouterr().out)
    folder = Path(document["folder"])
    assert document["run"].startswith("inputs-")
    assert document["inputs_sha256"] == read.load(here / "inputs.xlsx").sha256
    assert read.load(folder / "inputs" / "model.toml").sha256 == document["inputs_sha256"]
    assert run_command(["verify", "latest", "--json"]) == 0
    capsys.readouterr()


def test_the_bounds_in_the_docs_are_those_of_the_code() -> None:
    said = " ".join((ROOT / "docs" / "excel.md").read_text(encoding="utf-8").lower().split())
    unit = package.MEGABYTE
    for words in (
        f"more than {package.LARGEST_FILE // unit} MB, {package.MOST_PARTS:,} parts",
        f"{package.LARGEST_PART // unit} MB a part or {package.LARGEST_TOTAL // unit} MB unpacked",
        f"more than {package.LARGEST_RATIO} times",
        f"more than {book.MOST_CELLS:,} cells, {package.MOST_ELEMENTS:,} elements, {book.MOST_SHEETS} sheets",
        f"{book.MOST_MERGED} merged areas",
        f"row {book.LAST_ROW:,} or column {book.LAST_COLUMN}",
        f"{book.LONGEST_TEXT:,} characters",
        f"or {workbook.MOST_FORMULAS:,} formulas",
    ):
        assert words.lower() in said
