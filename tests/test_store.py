"""The run store: what goes in comes out, nothing half-written is visible, damage is noticed and named."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from stored_runs import Finished, finished, write_note

from planner import files, registry, store
from planner.errors import RunNotFound, StorageError, UsageError, VerificationError
from planner.inputs import read
from planner.inputs.case import Case
from planner.plan import TABLES

RUN_ID = re.compile(r"^[a-z0-9][a-z0-9._-]{0,63}-\d{8}-\d{6}-[0-9a-f]{6}$")


@pytest.fixture(scope="session")
def case() -> Case:
    return read.load()


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    return tmp_path / "reports"


def test_what_is_stored_comes_back(case: Case, reports: Path) -> None:
    result = finished(case)
    saved = store.save(reports, "base", result, write_note)
    assert RUN_ID.match(saved.run)
    assert saved.path == reports / saved.run
    back = store.load(saved.path)
    assert back.case.sha256 == case.sha256
    assert back.case.name == case.name
    assert back.case.programme.data_set == case.programme.data_set
    assert back.case.changes == case.changes
    assert back.plan is not None
    assert result.plan is not None
    for name in TABLES:
        pd.testing.assert_frame_equal(back.plan[name], result.plan[name])
    assert back.document == saved.document
    assert back.document["folder"] == str(saved.path)
    assert back.document["objective"]["seconds"] == 1.25
    assert back.document["seconds"]["total"] >= back.document["seconds"]["report"] >= 0
    assert all(Path(name).is_file() for name in back.document["files"])
    assert not store.damaged(saved.path)


def test_a_plan_that_does_not_read_back_is_no_run_and_its_files_stay(
    case: Case, reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = files.write_table

    def short(path: Path, table: pd.DataFrame) -> files.Kinds:
        return whole(path, table.iloc[:-1] if path.name == "opens.csv" else table)

    monkeypatch.setattr(files, "write_table", short)
    with pytest.raises(StorageError, match="does not read as it was solved: opens") as error:
        store.save(reports, "base", finished(case), write_note)
    assert store.runs(reports) == []
    (kept,) = reports.iterdir()
    assert kept.name.endswith(".unread")
    assert str(kept) in str(error.value)
    assert (kept / "tables" / "opens.csv").is_file()
    assert (kept / "inputs" / "model.toml").is_file()


def test_edited_inputs_come_back_edited(case: Case, reports: Path) -> None:
    site = next(iter(case.sites))
    edited = read.load(None, (f"sites.{site}.tariff_usd_per_mwh=+10%",))
    back = store.load(store.save(reports, "edited", finished(edited), write_note).path)
    assert back.case.sha256 == edited.sha256 != case.sha256
    assert back.case.changes == edited.changes != ()
    assert back.case.sites[site].tariff_usd_per_mwh == pytest.approx(1.1 * case.sites[site].tariff_usd_per_mwh)


def test_times_stay_out_of_what_is_compared(case: Case, reports: Path) -> None:
    folder = store.save(reports, "base", finished(case), write_note).path
    document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert not {"seconds", "cpu_seconds", "steps"} & document.keys()
    assert "seconds" not in document["objective"]
    assert document["objective"]["bound"] is None
    times = json.loads((folder / "times.json").read_text(encoding="utf-8"))
    assert times["seconds"]["solve"] == 1.25
    assert times["cpu_seconds"]["solve"] == 2.5
    assert times["steps"][0]["nodes"] == 3
    noted = json.loads((folder / "note.txt").read_text(encoding="utf-8"))
    assert noted == store.stable(store.load(folder).document)


def test_a_run_without_a_plan_is_kept_too(case: Case, reports: Path) -> None:
    result = Finished(case, None, {"schema": "planner/optimize/1", "verdict": "infeasible", "objective": None})
    folder = store.save(reports, "no-plan", result, lambda at, document: None).path
    assert store.load(folder).plan is None
    assert [info.verdict for info in store.runs(reports)] == ["infeasible"]


def test_tables_keep_every_digit_and_every_gap(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {
            "text": ["a,b", '"quoted"\nlines', ""],
            "maybe": ["x", None, "y"],
            "number": [0.1, 1e300, 1 / 3],
            "partial": [1.0, None, 2.5],
            "whole": [1, 2, 3],
            "flag": [True, False, None],
            "yes": [True, False, True],
            "year": ["2026", "2027", "2028"],
        }
    )
    kinds = files.write_table(tmp_path / "t.csv", table)
    pd.testing.assert_frame_equal(files.read_table(tmp_path / "t.csv", kinds), table)
    empty = table.iloc[:0]
    kinds = files.write_table(tmp_path / "e.csv", empty)
    pd.testing.assert_frame_equal(files.read_table(tmp_path / "e.csv", kinds), empty, check_index_type=False)


@pytest.mark.parametrize(
    "victim", ["tables/imported.csv", "run.json", "inputs/model.toml", "inputs/data/{data_set}/sites.csv"]
)
def test_damage_is_noticed_and_named(case: Case, reports: Path, victim: str) -> None:
    folder = store.save(reports, "base", finished(case), write_note).path
    victim = victim.format(data_set=case.programme.data_set)
    path = folder / victim
    path.write_bytes(path.read_bytes().replace(b"2", b"3", 1))
    with pytest.raises(StorageError, match=re.escape(victim)):
        store.load(folder)
    path.unlink()
    with pytest.raises(StorageError, match="missing"):
        store.load(folder)


def test_runs_are_found_by_id_name_path_and_latest(case: Case, reports: Path) -> None:
    first = store.save(reports, "base", finished(case), write_note)
    second = store.save(reports, "base", finished(case), write_note)
    third = store.save(reports, "other", finished(case), write_note)
    assert [info.run for info in store.runs(reports)] == [first.run, second.run, third.run]
    assert store.find(reports, first.run) == first.path
    assert store.find(reports, "base") == second.path
    assert store.find(reports, "latest") == third.path
    assert store.find(reports, str(first.path)) == first.path
    assert store.find(reports, str(first.path / "run.json")) == first.path
    with pytest.raises(RunNotFound, match="did you mean other"):
        store.find(reports, "othr")
    with pytest.raises(RunNotFound, match="no runs yet"):
        store.find(reports / "nowhere", "latest")
    assert registry.find_run_or_none(reports, "nothing-like-it") is None


@pytest.mark.parametrize("name", ["", "Base", "-x", ".x", "a b", "../x", "a/b", "x" * 65, "latest", "é", "a\n"])
def test_bad_names_are_refused(name: str) -> None:
    with pytest.raises(UsageError):
        store.run_name(name, "x")


def test_a_models_name_is_made_to_fit() -> None:
    assert store.run_name(None, "My Model (2)") == "my-model-2"
    assert store.run_name(None, "///") == "run"


def test_a_plan_is_kept_when_its_reports_fail(case: Case, reports: Path) -> None:
    good = store.save(reports, "base", finished(case), write_note)

    seen: list[str] = []

    def full_disk(folder: Path, document: dict[str, Any]) -> None:
        seen.extend(info.run for info in store.runs(reports) if info.run != good.run)
        (folder / "plan.xlsx").write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder / "plan.xlsx"))

    with pytest.raises(StorageError, match="the disk is full") as error:
        store.save(reports, "base", finished(case), full_disk)
    (kept,) = seen
    assert {path.name for path in reports.iterdir()} == {good.run, kept}
    assert error.value.__notes__ == [f"The plan is stored as {kept}; 'planner report {kept}' writes its reports."]
    assert store.load(reports / kept).plan is not None
    assert not (reports / kept / "plan.xlsx").exists()
    assert not store.damaged(reports / kept)


def test_a_plan_that_breaks_a_rule_is_not_kept(case: Case, reports: Path) -> None:
    broken = finished(case)
    broken.document["verification"] = {"passed": False}

    def refuse(folder: Path, document: dict[str, Any]) -> None:
        raise VerificationError("the workbook does not tie")

    with pytest.raises(VerificationError):
        store.save(reports, "base", broken, refuse)
    assert list(reports.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_until_the_plan_is_stored(
    case: Case, reports: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    def end(*_: object) -> None:
        raise KeyboardInterrupt

    write = files.json_text

    def interrupted(value: Any) -> str:
        signal.raise_signal(number)
        return write(value)

    before = signal.signal(number, end)
    monkeypatch.setattr(files, "json_text", interrupted)
    try:
        with pytest.raises(KeyboardInterrupt):
            store.save(reports, "base", finished(case), write_note)
        assert signal.getsignal(number) is end
    finally:
        signal.signal(number, before)
    (kept,) = store.runs(reports)
    assert store.load(kept.folder).plan is not None


def test_a_reports_folder_that_cannot_be_is_said_before_solving(case: Case, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with (
        pytest.raises(StorageError, match="is a file, not a folder|already there"),
        store.draft(tmp_path / "file", "base"),
    ):
        pytest.fail("the draft was made")


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from stored_runs import finished
from planner import store
from planner.inputs import read
store.save(Path(sys.argv[1]), "base", finished(read.load()), lambda folder, document: os._exit(9))
"""


def test_a_process_killed_while_it_writes_reports_leaves_the_plan(case: Case, reports: Path) -> None:
    here = str(Path(__file__).parent)
    code = subprocess.run(
        [sys.executable, "-c", KILLED, str(reports), here], check=False, cwd=Path(here).parent
    ).returncode
    assert code == 9
    (leftover,) = reports.glob(".*")
    (kept,) = store.runs(reports)
    assert store.load(kept.folder).plan is not None
    good = store.save(reports, "base", finished(case), write_note)
    assert store.find(reports, "latest") == good.path
    old = time.time() - 30 * 86400
    os.utime(leftover, (old, old))
    store.save(reports, "base", finished(case), write_note)
    assert not leftover.exists()


def test_a_draft_that_is_published_while_others_are_swept_stops_no_writer(
    case: Case, reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter([self / ".other.0123456789ab.partial"]))
    saved = store.save(reports, "base", finished(case), write_note)
    assert [path.name for path in reports.iterdir()] == [saved.run]


def test_a_folder_named_after_no_time_at_all_hides_no_run(case: Case, reports: Path) -> None:
    kept = store.save(reports, "kept", finished(case), write_note)
    (reports / "copy-20250101-000097-abcdef").mkdir()
    assert {info.name: info.verdict for info in store.runs(reports)} == {"copy": "damaged", "kept": "optimal"}
    assert store.find(reports, "kept") == kept.path


def test_a_damaged_run_does_not_hide_the_others(case: Case, reports: Path) -> None:
    first = store.save(reports, "base", finished(case), write_note)
    second = store.save(reports, "base", finished(case), write_note)
    (first.path / "run.json").write_text("{", encoding="utf-8")
    assert {info.run: info.verdict for info in store.runs(reports)} == {first.run: "damaged", second.run: "optimal"}
    shutil.rmtree(second.path)
    (first.path / "manifest.json").unlink()
    with pytest.raises(StorageError, match="manifest"):
        store.load(first.path)


def test_replacing_keeps_the_old_file_when_writing_fails(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(RuntimeError), files.replacing(target) as draft:
        draft.write_text("new", encoding="utf-8")
        raise RuntimeError
    assert target.read_text(encoding="utf-8") == "old"
    with files.replacing(target) as draft:
        draft.write_text("new", encoding="utf-8")
    assert target.read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
