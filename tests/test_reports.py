"""The reports of a run: the same bytes each time, and an earlier report survives a full disk, a lock and a kill."""

from __future__ import annotations

import csv
import errno
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from analyses.test_without import plan_of
from openpyxl import load_workbook
from small import EXACT, programme, solved
from tiny import tiny_tables
from workbook.sample import sample

from planner import files, reports, store, workbook
from planner.analyses.without import promise, without
from planner.answers import stored, withouts
from planner.commands import kept
from planner.errors import StorageError
from planner.terminal import Style

#: sheets of parts that the sample without soft tables leaves out
LEFT_OUT = {"Security", "Software", "Training", "Federal BA and outlays", "Federal funding"}
ROOT = Path(__file__).parents[1]
EXPORT = """
import sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/tests"]
from workbook.sample import sample
from planner import reports
assert not reports.write(Path(sys.argv[2]), *sample(soft=False))
"""
NAMES = (store.WORKBOOK, store.VALUES, store.PAGE, store.SUMMARY)
#: written again into a folder, but the process dies in the middle of the second file
KILLED = """
import os, sys
from pathlib import Path
from planner.files import replacing
for name in sys.argv[2:]:
    with replacing(Path(sys.argv[1]) / name) as draft:
        draft.write_bytes(b"half")
        if name == sys.argv[3]:
            os.kill(os.getpid(), 9)
"""


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run, solved and stored, with its reports."""
    result = solved(tmp_path_factory.mktemp("case"), tiny_tables(), programme())
    folder = tmp_path_factory.mktemp("reports")
    return store.save(folder, "kept", result, lambda at, doc: reports.write(at, result.case, result.plan, doc)).path


def digests(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in NAMES}


def test_three_hash_seeds_three_seconds_apart_give_one_file(tmp_path: Path) -> None:
    found = []
    for seed in ("0", "1", "4711"):
        began = time.monotonic()
        folder = tmp_path / seed
        folder.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", EXPORT, str(ROOT), str(folder)], check=True, env=environment)
        found.append(digests(folder))
        time.sleep(max(0.0, 3.0 - (time.monotonic() - began)))
    assert found[0] == found[1] == found[2]


def test_values_are_those_of_the_workbook(tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    case, plan, document = sample(soft=False)
    totals = workbook.write(tmp_path / "plan.xlsx", case, plan, {**document, "run": "=1+1"}, path)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    cells = {(r["sheet"], r["cell"]): r["value"] for r in rows}
    assert float(cells["Sources and uses", "B6"]) == totals["budget_usd"]
    assert "'=1+1" in cells.values()
    assert not any(r["value"].startswith(("=", "+", "@")) for r in rows)
    assert {r["sheet"] for r in rows} == set(workbook.ORDER) - {"Detail", "Assumptions", "Glossary", *LEFT_OUT}


def test_a_report_is_rebuilt_to_the_byte(earlier: Path, tmp_path: Path) -> None:
    written = reports.rebuild(earlier, tmp_path / "again")
    assert {tmp_path / "again" / name for name in NAMES} <= set(written)
    assert digests(tmp_path / "again") == digests(earlier)


def test_a_full_disk_leaves_the_earlier_report(earlier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy into place runs out of room after the first file."""
    target = tmp_path / "out"
    reports.rebuild(earlier, target)
    (target / store.PAGE).write_text("signed copy", encoding="utf-8")
    before = digests(target)
    copied = []

    def full(source: Path, draft: Path) -> None:
        copied.append(draft)
        draft.write_bytes(source.read_bytes()[:100])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(draft))

    monkeypatch.setattr(reports.shutil, "copyfile", full)
    with pytest.raises(StorageError, match="the disk is full"):
        reports.rebuild(earlier, target)
    assert copied
    assert digests(target) == before
    assert sorted(p.name for p in target.iterdir()) == sorted([*NAMES, "tables"])


def test_a_full_disk_while_writing_keeps_the_plan_and_report_writes_the_rest(
    earlier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = store.load(earlier)

    def full(folder: Path, doc: dict[str, object]) -> None:
        (folder / store.WORKBOOK).write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = digests(earlier)
    with store.draft(earlier.parent, "next") as room, pytest.raises(StorageError, match="the disk is full"):
        room.publish(result, full)
    (kept,) = (p for p in earlier.parent.iterdir() if p != earlier)
    assert not (kept / store.WORKBOOK).exists()
    assert digests(earlier) == before
    reports.rebuild(kept, None)
    assert {store.WORKBOOK, store.PAGE, store.VALUES} <= store.checksums(kept).keys()
    assert not store.damaged(kept)
    reports.rebuild(kept, None)  # and are the same from now on


def test_a_read_only_folder_leaves_the_earlier_report(
    earlier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system refuses to create a file there, whoever asks (root too, so the refusal is simulated)."""
    target = tmp_path / "out"
    reports.rebuild(earlier, target)
    before, opened = digests(target), reports.shutil.copyfile

    def refused(source: Path, draft: Path) -> None:
        if draft.parent == target:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(draft))
        opened(source, draft)

    monkeypatch.setattr(reports.shutil, "copyfile", refused)
    with pytest.raises(StorageError, match="read-only"):
        reports.rebuild(earlier, target)
    assert digests(target) == before


def test_a_kill_during_writing_leaves_every_file_whole(earlier: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    reports.rebuild(earlier, target)
    before = digests(target)
    call = [sys.executable, "-c", KILLED, str(target), store.WORKBOOK, store.VALUES, store.PAGE]
    call[4:] = [store.VALUES, store.VALUES, store.WORKBOOK]
    done = subprocess.run(call, check=False, cwd=ROOT)
    assert done.returncode == -9
    assert digests(target) == before
    assert files.sha256(target / store.PAGE) == before[store.PAGE]


class _Priced(NamedTuple):
    """A stored run whose promise has a price, and the file of the price."""

    run: Path
    answer: Path


@pytest.fixture
def priced(tmp_path: Path) -> _Priced:
    result = plan_of(tmp_path / "case")
    claim = promise(result.case)
    assert claim is not None
    found = without(result.case, claim, result.document, result.gates, EXACT)
    run = store.save(
        tmp_path / "reports", "kept", result, lambda at, doc: reports.write(at, result.case, result.plan, doc)
    ).path
    return _Priced(run, stored.keep(run, "without", withouts.answer(result.case, found, result.document)))


def test_reports_are_written_once_more_with_the_price(priced: _Priced, tmp_path: Path) -> None:
    run, style = priced.run, Style(json=False, quiet=True, debug=False)
    first, sealed = digests(run), {k: v for k, v in store.checksums(run).items() if k not in NAMES}
    assert "Price of the promise" not in (run / store.SUMMARY).read_text(encoding="utf-8")
    assert kept.renew(run, priced.answer, style)
    for name in (store.SUMMARY, store.PAGE):
        assert "Price of the promise of secured power, from" in (run / name).read_text(encoding="utf-8")
    summary = load_workbook(run / store.WORKBOOK, data_only=True)["Summary"]
    prices = [summary.cell(r, 2).value for r in range(1, 99) if "Price of the promise" in str(summary.cell(r, 1).value)]
    assert prices == pytest.approx([30e6, 30e6], abs=10)
    assert not store.damaged(run)
    now = store.checksums(run)
    assert {name: now[name] for name in sealed} == sealed
    assert all(now[name] != first[name] for name in NAMES)
    reports.rebuild(run, None, own=kept.own(run, style))  # the same to the byte
    reports.rebuild(run, tmp_path / "again", own=kept.own(run, style))
    assert digests(tmp_path / "again") == digests(run)


def test_first_reports_stand_when_the_second_ones_fail(priced: _Priced, monkeypatch: pytest.MonkeyPatch) -> None:
    run, before = priced.run, digests(priced.run)

    def full(source: Path, draft: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(draft))

    monkeypatch.setattr(reports.shutil, "copyfile", full)
    assert not kept.renew(run, priced.answer, Style(json=False, quiet=True, debug=False))
    assert digests(run) == before
    assert not store.damaged(run)
    assert sorted(p.name for p in run.parent.iterdir()) == sorted([run.name, f"{run.name}.answers"])


def test_a_kill_between_the_files_leaves_the_first_reports_to_be_rebuilt(
    priced: _Priced, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is written last: until then it is that of the first reports."""
    run, before = priced.run, digests(priced.run)

    class Killed(BaseException):
        pass

    def killed(run: Path, *more: object, **others: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(store, "list_again", killed)
        kept.renew(run, priced.answer, Style(json=False, quiet=True, debug=False))
    assert digests(run) != before
    style = Style(json=False, quiet=True, debug=False)
    reports.rebuild(run, None, own=kept.own(run, style))
    assert digests(run) == before
    reports.rebuild(run, None, own=kept.own(run, style))
    assert kept.renew(run, priced.answer, style)
    assert not store.damaged(run)
