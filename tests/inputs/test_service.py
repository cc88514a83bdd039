"""A programme that keeps the service of a stored run or of a CSV: what it takes, keeps and refuses."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faulty import found
from stored_runs import Finished, finished, small_plan
from tiny import tiny_tables, write_tiny

from planner import store
from planner.inputs import read, service
from planner.plan import Plan, frame

SERVED = [
    ("AG", "inference", "gov", "all", "2027", 0.1),
    ("AG", "inference", "gov", "all", "2028", 1 / 3),
    ("AG2", "inference", "gov", "all", "2027", 0.2),
]
PATH = {("inference", "gov", "2027"): 0.1 + 0.2, ("inference", "gov", "2028"): 1 / 3}


@pytest.fixture
def reports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PLANNER_REPORTS", str(tmp_path / "reports"))
    return tmp_path / "reports"


def stored(folder: Path, reports: Path, rows: list[tuple[Any, ...]] = SERVED, **programme: Any) -> store.RunFolder:
    """A run named first that serves these rows."""
    case = read.load(write_tiny(folder / "first", programme=programme))
    plan = Plan({**small_plan(case).tables, "depth": frame("depth", rows)})
    return store.save(reports, "first", replace(finished(case), plan=plan), lambda at, document: None)


def asking(folder: Path, name: str) -> Path:
    return write_tiny(folder / "second", programme={"serve_as": name})


def test_nothing_asked_is_no_path(tmp_path: Path) -> None:
    assert read.load(write_tiny(tmp_path)).service_path == {}


def test_a_run_by_name_id_or_path(tmp_path: Path, reports: Path) -> None:
    run = stored(tmp_path, reports)
    plain = read.load(write_tiny(tmp_path / "plain"))
    cases = [read.load(asking(tmp_path, name)) for name in ("first", run.run, str(run.path), "latest")]
    assert all(case.service_path == pytest.approx(PATH) for case in cases)
    assert len({case.sha256 for case in cases}) == 1
    assert cases[0].sha256 != plain.sha256
    assert read.load(write_tiny(tmp_path / "plain"), ("programme.serve_as=first",)).sha256 == cases[0].sha256


def test_another_folder_of_runs(tmp_path: Path) -> None:
    stored(tmp_path, tmp_path / "elsewhere")
    assert read.load(asking(tmp_path, "first"), reports=tmp_path / "elsewhere").service_path == pytest.approx(PATH)


def test_a_csv_beside_the_programme(tmp_path: Path, reports: Path) -> None:
    run = stored(tmp_path, reports)
    model = asking(tmp_path, "served.csv")
    (model.parent / "served.csv").write_bytes((run.path / "tables" / "depth.csv").read_bytes())
    assert read.load(model).sha256 == read.load(asking(tmp_path / "other", "first")).sha256


def test_a_stored_run_reads_back_without_the_first_one(tmp_path: Path, reports: Path) -> None:
    stored(tmp_path, reports)
    case = read.load(asking(tmp_path, "first"))
    again = store.save(tmp_path / "kept", "second", finished(case), lambda at, document: None)
    for folder in reports.iterdir():
        folder.rename(tmp_path / folder.name)
    back = store.load(again.path).case
    assert (back.sha256, back.service_path) == (case.sha256, case.service_path)
    assert back.programme.serve_as == "first"
    (fault,) = found(again.path / "inputs" / "model.toml", "programme.serve_as=frist")
    assert (fault.file, fault.column, fault.found) == ("--set", "programme.serve_as", "frist")


def test_a_copy_of_something_else_is_not_taken(tmp_path: Path, reports: Path) -> None:
    stored(tmp_path, reports)
    model = asking(tmp_path, "first")
    service.write(model.parent, "other", {("inference", "gov", "2027"): 5.0})
    assert read.load(model).service_path == pytest.approx(PATH)
    service.write(model.parent, "first", {("inference", "gov", "2027"): 5.0})
    assert read.load(model).service_path == {("inference", "gov", "2027"): 5.0}


def refused(model: Path) -> str:
    (fault,) = found(model)
    assert (fault.file, fault.column) == ("model.toml", "serve_as")
    assert fault.allowed
    return f"{fault.found} {fault.suggestion}"


def test_no_such_run(tmp_path: Path, reports: Path) -> None:
    assert "holds no runs yet" in refused(asking(tmp_path, "first"))
    stored(tmp_path, reports)
    assert "did you mean first" in refused(asking(tmp_path, "frist"))
    assert "No run 'served.csv'" in refused(asking(tmp_path, "served.csv"))


def test_a_run_without_a_plan(tmp_path: Path, reports: Path) -> None:
    case = read.load(write_tiny(tmp_path / "first"))
    store.save(reports, "first", Finished(case, None, {"verdict": "infeasible"}), lambda at, document: None)
    assert "without a plan" in refused(asking(tmp_path, "first"))


def test_a_run_of_other_periods(tmp_path: Path, reports: Path) -> None:
    stored(tmp_path, reports, horizon={"first_year": 2026, "periods": 3, "months_per_period": 12})
    assert "3 periods of 12 months from 2026 on" in refused(asking(tmp_path, "first"))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "serves nothing"),
        ([("AG", "simulation", "gov", "all", "2027", 1.0)], "simulation/gov/2027"),
        ([("AG", "inference", "gov", "all", "2099", 1.0)], "inference/gov/2099"),
        ([("AG", "inference", "gov", "all", "2027", -1.0)], "-1.0 in row 2"),
    ],
)
def test_service_that_cannot_be_asked_here(
    tmp_path: Path, reports: Path, rows: list[tuple[Any, ...]], words: str
) -> None:
    stored(tmp_path, reports, rows)
    assert words in refused(asking(tmp_path, "first"))


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "workload_id,level_id,period,pflops_years\ninference,gov\n", '"'])
def test_a_csv_that_says_no_service(tmp_path: Path, text: str) -> None:
    model = asking(tmp_path, "served.csv")
    (model.parent / "served.csv").write_text(text, encoding="utf-8")
    assert refused(model).startswith("served.csv")


def test_faults_of_the_tables_are_reported_beside_it(tmp_path: Path, reports: Path) -> None:
    tables = {"demand": [{**tiny_tables()["demand"][0], "level_id": "gvo"}]}
    faults = found(write_tiny(tmp_path, tables, {"serve_as": "first"}))
    assert [(fault.file, fault.column) for fault in faults] == [("demand.csv", "level_id"), ("model.toml", "serve_as")]


def test_the_way_through_a_workbook_keeps_it(tmp_path: Path, reports: Path) -> None:
    from planner.workbook import template

    stored(tmp_path, reports)
    case = read.load(asking(tmp_path, "first"))
    template.write(tmp_path / "inputs.xlsx", case)
    back = read.load(tmp_path / "inputs.xlsx")
    assert (back.sha256, back.service_path) == (case.sha256, case.service_path)
