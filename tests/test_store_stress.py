"""The run store under stress: many writers at once, and writers killed at any moment of their writing."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from small import free_tables, programme, solved
from stored_runs import Finished, write_note

from planner import store
from planner.inputs.read import load

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="writers are forked, so that they write at once"),
]

HERE = Path(__file__).parent
WRITERS, EACH = 8, 50
KILLS, SEED = 60, 20260101


class Solved(NamedTuple):
    model: Path
    pickled: Path

    @property
    def finished(self) -> Finished:
        return Finished(load(str(self.model)), *pickle.loads(self.pickled.read_bytes()))


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Solved:
    folder = tmp_path_factory.mktemp("solved")
    result = solved(folder, free_tables(), programme())
    pickled = folder / "solved.pickle"
    pickled.write_bytes(pickle.dumps((result.plan, result.document)))
    return Solved(folder / "model.toml", pickled)


def process(*words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(HERE.parent), str(HERE)))}
    done = subprocess.run(
        [sys.executable, *words], env=environment, cwd=HERE.parent, capture_output=True, text=True, timeout=1800
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def stressed(what: str, run: Solved, reports: Path, count: int, other: int) -> Any:
    words = [str(HERE / "storing.py"), what, str(run.model), str(run.pickled), str(reports), str(count), str(other)]
    return json.loads(process(*words))


def listed(reports: Path) -> list[str]:
    """What ``planner runs`` lists, each with its verdict checked."""
    runs = json.loads(process("-m", "planner", "runs", "--json", "--reports", str(reports)))["runs"]
    assert {info["verdict"] for info in runs} == {"optimal"}
    return [info["run"] for info in runs]


def test_eight_writers_at_once_lose_nothing(run: Solved, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    saw = stressed("crowd", run, reports, WRITERS, EACH)
    assert saw["exits"] == [0] * WRITERS
    assert saw["faults"] == []
    assert saw["looks"] > 3, "nobody read while they wrote"
    assert len(set(saw["published"])) == len(saw["published"]) == WRITERS * EACH
    known = [info.run for info in store.runs(reports)]
    assert sorted(known) == sorted(listed(reports)) == saw["seen"] == sorted(saw["published"])
    assert {path.name for path in reports.iterdir()} == set(known)  # and no draft is left
    kept = run.finished.case.sha256
    for name in known[::10]:
        back = store.load(reports / name)
        assert back.plan is not None
        assert back.case.sha256 == kept


def test_a_kill_at_any_moment_leaves_no_half_written_run(run: Solved, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    saw = stressed("kill", run, reports, KILLS, SEED)
    kills = saw["kills"]
    assert [k["exit"] for k in kills] == [-signal.SIGKILL] * KILLS
    assert saw["faults"] == []
    for k in kills:
        assert set(k["published"]) <= set(k["new"])
        assert len(k["new"]) <= len(k["published"]) + 1  # killed after the rename, before it reported
        assert k["after_seen"] == [k["after"]]  # what is left behind stops no one
        assert len(k["left"]) <= 1
    # the kills were within the writing, and at many places of it
    left = [tuple(k["left"][0]) for k in kills if k["left"]]
    assert len(left) >= KILLS / 2
    assert len(set(left)) >= KILLS / 6
    assert any(k["published"] for k in kills), "none lived to publish"
    assert sorted(listed(reports)) == saw["seen"]

    remains = [path for path in reports.iterdir() if path.name.startswith(".")]
    assert len(remains) == len(left)
    old = time.time() - 30 * 86400
    for path in remains:
        os.utime(path, (old, old))
    last = store.save(reports, "small", run.finished, write_note)
    assert {path.name for path in reports.iterdir()} == {*saw["seen"], last.run}
    assert store.load(store.find(reports, "latest")).case.sha256 == run.finished.case.sha256
