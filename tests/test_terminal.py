"""What the terminal prints at 60, 80, 120 and 200 columns: no line too long, no id and no figure broken."""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path

import pytest
from broken import base, claim
from small import change, parameter
from stored_runs import finished
from tiny import write_tiny

from planner import store
from planner.cli import run_command
from planner.inputs import read
from planner.report.layout import fold, table, width_at_hand

WIDTHS = (60, 80, 120, 200)
HEADERS = ("Claim", "Promised", "Planned", "Verdict", "Source")
ROWS = (
    ("5 GW, read as power-secured", "5,000 MW facility by 2033", "5,001 MW facility", "kept", "TX-ABI/grid-2"),
    ("5 GW, read as power-commissioned", "5,000 MW IT by 2033", "244 MW IT", "goal missed by 4,756 MW IT", "TX-ABI"),
)
#: commands on the small runs, on a run of the reference, and on what ships
ON_SMALL = (
    "show two",
    "verify two",
    "runs",
    "compare one two",
    "explain two",
    "price two",
    "sensitivity two",
    "frontier two --curve sites",
    "alternatives two",
    "questions two",
)
ON_REFERENCE = ("show reference", "runs", "questions reference")
ON_SHIPPED = ("what-if --list", "backtest", "service-prices", "check", "check nonsense", "show nothing")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small runs, and what analyses found of the second, which go on from there."""
    folder = tmp_path_factory.mktemp("small")
    made = base("near")
    made.claims, made.fields = [claim("halls", 12, 2028)], {"budget_usd": 90e6}
    change(made.tables, "demand", must_serve_share=1, base_pflops_years=25)
    parameter(made.tables, must_serve_from_year=2027)
    change(made.tables, "sites", {"site_id": "B"}, opening_cost_usd=1e6)
    model, where = str(write_tiny(folder / "case", made.tables, made.asked)), ["--quiet", "--reports", str(folder)]
    assert run_command(["optimize", model, "--name", "one", *where]) == 0
    assert run_command(["optimize", model, "--name", "two", "--set", "programme.budget_usd=80e6", *where]) == 0
    for command in ON_SMALL[4:9]:
        assert run_command([*command.split(), *where]) in (0, 5)
    return folder


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    store.save(folder, "reference", finished(read.load()), lambda at, document: None)
    return folder


def printed(command: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    run_command([*command.split(), *([] if command in ON_SHIPPED[:-1] else ["--reports", str(folder)])])
    said = capsys.readouterr()
    return said.out + said.err


def ids(folder: Path) -> set[str]:
    """Names with a hyphen that the text may hold: of runs, sites, claims and chips."""
    runs = [info.run for info in store.runs(folder)]
    case = read.load()
    names = {*runs, *case.sites, *case.chips, *(c.id for c in case.programme.claims)}
    return {name for name in names if "-" in name}


def assert_fits(texts: dict[int, str], names: set[str]) -> None:
    for width, text in texts.items():
        for line in text.splitlines():
            assert len(line) <= width or " " not in line.strip(), (width, line)
            assert not re.search(r"\w[-_/](\s{2}|$)", line.replace("+-", "")), (width, line)
        if "Not shown for want of space" not in text:
            assert {n for n in names if n in texts[200]} <= {n for n in names if n in text}


@pytest.mark.parametrize(
    ("command", "of"), [*((c, "small") for c in ON_SMALL), *((c, "reference") for c in (*ON_REFERENCE, *ON_SHIPPED))]
)
def test_texts_fit(
    command: str,
    of: str,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run, texts = request.getfixturevalue(of), {}
    capsys.readouterr()  # what the commands that made the run printed
    for width in WIDTHS:
        monkeypatch.setenv("COLUMNS", str(width))
        texts[width] = printed(command, run, capsys)
        assert texts[width]
    assert_fits(texts, ids(run))


def test_the_width_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, width in (("40", 60), ("80", 80), ("400", 200)):
        monkeypatch.setenv("COLUMNS", columns)
        assert width_at_hand() == width


@pytest.mark.parametrize("width", WIDTHS)
def test_a_table_breaks_no_word_and_no_figure(width: int) -> None:
    text = table(HEADERS, ROWS, right=(2,), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert text.isascii()
    for whole in ("power-commissioned", "power-secured", "5,001 MW facility", "244 MW IT", "TX-ABI/grid-2"):
        assert whole in text


def test_columns_that_matter_least_are_left_out_and_named() -> None:
    text = table(HEADERS, ROWS, right=(2,), width=62, spare=("Source",))
    assert "TX-ABI" not in text
    assert "Not shown for want of space: Source; --json" in text
    assert "TX-ABI" in table(HEADERS, ROWS, right=(2,), width=120, spare=("Source",))


def test_a_row_that_no_column_holds_is_a_paragraph() -> None:
    row = ("sites.TX-ABI.grid_connection_years_after_signature", "a" * 40, "5 MW", "kept", "")
    text = table(HEADERS, [row], right=(2,), width=60)
    assert text.splitlines()[0].strip() == row[0]
    assert "Planned: 5 MW | Verdict: kept" in text


def test_a_paragraph_goes_on_under_its_beginning() -> None:
    assert fold("  - power-secured and more words", 20) == "  - power-secured\n    and more words"
    assert fold("Split: half power-secured", 20) == "Split: half\n       power-secured"
    assert fold("/a folder/with spaces of its own", 20) == "/a folder/with spaces of its own"
    assert fold("Page: /a folder/with spaces of its own", 20) == "Page:\n      /a folder/with spaces of its own"
    assert (
        fold("find it with 'planner show base --open' today", 30) == "find it with\n'planner show base --open'\ntoday"
    )
    assert fold("there are nearly 5,000 MW of it", 20) == "there are nearly\n5,000 MW of it"
    assert fold("Folder: /a/very/long/path/of-a-file", 20).splitlines()[1].strip() == "/a/very/long/path/of-a-file"


class Screen(StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb"), ("TERM", "xterm-256color")])
def test_colour_is_only_beside_a_word(
    name: str, value: str, reference: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = printed("show reference", reference, capsys)
    for variable in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv(name, value)
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    assert run_command(["show", "reference", "--reports", str(reference)]) == 0
    shown = screen.getvalue()
    assert ("\x1b" in shown) is (value == "xterm-256color")
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == plain
