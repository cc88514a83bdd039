"""Every fault of an uncertainty file at once, by its line and field; the one that ships fits every programme."""

from __future__ import annotations

from pathlib import Path

import pytest
from risk.programme import drawn, file_of, planned

from planner.errors import Fault, InputError
from planner.inputs import shipped
from planner.inputs.read import load
from planner.risk.reading import read


def faults(path: Path, **options: str) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read(path, planned()[0], **options)  # type: ignore[arg-type]
    return caught.value.faults


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    path = file_of(folder)
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return path


RACKS = "racks = [0.6, 1, 0.3, 0, 0]"


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "found"),
    [
        ("low = 1.0\nmid = 1.0", "low = 1.5\nmid = 1.0", "low = 1.5", "family.halls.low", "low 1.5, mid 1, high 1"),
        ("high = 1.0\n", "", "low = 1.0", "family.halls.low", "one of low and high"),
        ("low = 1.0\nmid", "low = -1.0\nmid", "low = -1.0", "family.halls.low", "-1.0"),
        ('shape = "pert"', 'shape = "normal"', "shape =", "family.halls.shape", "normal"),
        ('"1.1.3", ', '"1.1.33", ', "lines =", "family.halls.lines", "1.1.33"),
        ('"1.1.3", ', '"1.1.9", ', "lines =", "family.halls.lines", "1.1.9"),
        ('["1.3.1", ', '["1.1.3", ', 'lines = ["1.1.3", "1.3.2"]', "family.racks.lines", "1.1.3"),
        ("high_months = 0.0", "high_months = -3.0", "high_months = -3.0", "delay.grid.high_months", "-3.0"),
        (
            "high_months = 0.0",
            "low_months = 5.0\nhigh_months = 2.0",
            "low_months = 5.0",
            "delay.grid.low_months",
            "low 5, mid 0, high 2",
        ),
        ("high_months = 0.0", 'figures = ["designs.cost"]', "figures =", "delay.grid.figures", "designs.cost"),
        ('id = "grid"', 'id = "weather"', 'id = "weather"', "delay.weather.id", "weather"),
        ('milestone = "secured"', 'milestone = "secure"', "milestone", "milestone", "secure"),
        ("confidence = 0.8", "confidence = 80", "confidence", "confidence", "80"),
        (RACKS, "racks = [0.5, 1, 0.3, 0, 0]", "racks = [", "correlations.racks", "0.5 with halls"),
        (RACKS, "racks = [0.6, 1, 0.3, 0]", "racks = [", "correlations.racks", "[0.6, 1, 0.3, 0]"),
        (RACKS, "racks = [0.6, 0.9, 0.3, 0, 0]", "racks = [", "correlations.racks", "0.9"),
        (RACKS, "racks = [0.6, 1, 1.3, 0, 0]", "racks = [", "correlations.racks", "[0.6, 1, 1.3, 0, 0]"),
        (RACKS, "rucks = [0.6, 1, 0.3, 0, 0]", "rucks = [", "correlations.rucks", "rucks"),
        ('["racks", "halls"]', '["racks", "roads"]', "drop_first", "stop.drop_first.1", "roads"),
    ],
)
def test_a_fault_names_its_line(tmp_path: Path, old: str, new: str, line: str, column: str, found: str) -> None:
    path = changed(tmp_path, (old, new))
    lines = path.read_text(encoding="utf-8").splitlines()
    mine = [f for f in faults(path) if f.column == column]
    assert mine, [f.sentence() for f in faults(path)]
    assert mine[0].row is not None
    assert lines[mine[0].row - 1].startswith(line)
    assert mine[0].found.startswith(found)
    assert mine[0].file == "uncertainty.toml"


def test_correlations_that_cannot_hold_together(tmp_path: Path) -> None:
    """A goes with B and C, which go against each other."""
    path = changed(
        tmp_path,
        ("halls = [1, 0.6, 0, 0, 0]", "halls = [1, 0.9, 0.9, 0, 0]"),
        (RACKS, "racks = [0.9, 1, -0.9, 0, 0]"),
        ("grid = [0, 0.3, 1, 0, 0]", "grid = [0.9, -0.9, 1, 0, 0]"),
    )
    (fault,) = faults(path)
    assert fault.allowed == "a positive semidefinite matrix"
    assert fault.column in ("correlations.halls", "correlations.racks", "correlations.grid")
    assert fault.found == "a least eigenvalue of -0.8"


def test_correlations_of_one_are_a_matrix(tmp_path: Path) -> None:
    """On the edge, and drawn so: both factors rise together, draw by draw."""
    path = file_of(tmp_path, (0.8, 1.0, 1.6), (0.5, 1.0, 2.5))
    text = path.read_text().replace("[1, 0.6, 0, 0, 0]", "[1, 1, 0, 0, 0]")
    path.write_text(text.replace(RACKS, "racks = [1, 1, 0, 0, 0]").replace("[0, 0.3, 1, 0, 0]", "[0, 0, 1, 0, 0]"))
    halls, racks = drawn(path, 512).draws.factors.T
    assert (halls.argsort() == racks.argsort()).mean() > 0.99


def test_all_faults_at_once(tmp_path: Path) -> None:
    path = changed(
        tmp_path,
        ("low = 1.0\nmid", "low = 2.0\nmid"),
        ("high_months = 0.0", "high_months = -1.0"),
        ('milestone = "secured"', 'milestone = "never"'),
        (RACKS, "rucks = [0.6, 1, 0.3, 0, 0]"),
    )
    found = {fault.column for fault in faults(path)}
    assert found == {"milestone", "family.halls.low", "delay.grid.high_months", "correlations", "correlations.rucks"}
    rows = [fault.row for fault in faults(path)]
    assert rows == sorted(rows, key=lambda row: row or 0)


def test_a_milestone_of_the_command_line_is_told_as_such(tmp_path: Path) -> None:
    (fault,) = faults(file_of(tmp_path), milestone="secure")
    assert (fault.file, fault.row, fault.suggestion) == ("--milestone", None, "Did you mean secured?")


def test_a_lognormal_needs_its_tail_above(tmp_path: Path) -> None:
    path = file_of(tmp_path, racks=(0.2, 1.0, 1.5), shape="lognormal")
    with pytest.raises(InputError) as caught:
        drawn(path)
    (fault,) = caught.value.faults
    assert fault.column == "family.racks.shape"
    assert fault.row is not None
    assert path.read_text().splitlines()[fault.row - 1] == 'shape = "lognormal"'


@pytest.mark.parametrize(("content", "allowed"), [("a = [", "a TOML document"), (None, "a readable file in UTF-8")])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: str | None, allowed: str) -> None:
    path = tmp_path / "none.toml"
    if content is not None:
        path.write_text(content)
    assert [fault.allowed for fault in faults(path)] == [allowed]


@pytest.mark.parametrize("name", shipped.models())
def test_the_file_that_ships_fits_every_programme(name: str) -> None:
    case = load(name)
    found = read(shipped.uncertainty_file(case.programme.data_set), case)
    varied = {code for family in found.families for code in family.lines}
    assert {family.shape for family in found.families} == {"pert", "lognormal", "triangular"}
    assert {delay.id for delay in found.delays} == {"grid", "works", "accreditation"}
    left_out = {c for c, line in case.wbs.items() if line.category and c not in varied}
    assert left_out == {"1.1.8", "1.1.9", "1.2.8", "1.2.9", "1.3.9", "2.1.9", "2.2.9", "2.3.9", "2.9", "3.1.6"}
