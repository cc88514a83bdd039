"""However a run ends, its plan is stored or nothing has changed, and what is said says which.

All of it: ``pytest -m slow tests/hostile/test_ending.py -s`` prints the counts.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="runs are forked, so that they begin at once")

HERE = Path(__file__).parent
KILLS, AT_ONCE = 200, 8


def tried(what: str, room: Path, count: int = 1) -> list[dict[str, Any]]:
    path = os.pathsep.join(map(str, (HERE.parents[1], HERE.parent, HERE)))
    done = subprocess.run(
        [sys.executable, str(HERE / "ending.py"), what, str(room), str(count)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def refused(room: Path, step: int) -> None:
    """A full and a broken disk in turn, at one operation of a run after another."""
    counted, *answers = tried("refused", room, step)
    print(f"{counted['operations']} operations {counted['kinds']}, of which {len(answers)} failed once:")
    print(dict(Counter((a["code"], bool(a["new"]), bool(a["missing"])) for a in answers)), "(code, stored, incomplete)")
    assert len(answers) == -(-counted["operations"] // step)
    for a in answers:
        assert a["operation"], a  # it was refused
        assert (a["lost"], a["faults"], a["hidden"]) == ([], [], []), a
        assert "Traceback" not in a["said"], a
        if a["code"] == 0:  # what was refused was not needed, such as a folder that is there
            assert a["operation"].startswith("mkdir"), a
            assert a["missing"] == [], a
            continue
        assert a["code"] == 8, a
        said = " ".join(a["said"].split())
        assert "the disk is full" in said or "the disk reports an input/output error" in said, a
        if a["new"]:
            assert f"The plan is stored as {a['new'][0]}" in said, a
            assert a["mended"], a
        else:
            assert "cannot write" in said, a
    assert {bool(a["new"]) for a in answers} == {True, False}


def test_a_refusal_now_and_then(tmp_path: Path) -> None:
    refused(tmp_path, 150)


@pytest.mark.slow
def test_every_operation_fails_once(tmp_path: Path) -> None:
    refused(tmp_path, 1)


def killed(room: Path, count: int) -> list[dict[str, Any]]:
    answers = tried("killed", room, count)
    stored = [a for a in answers if a["new"]]
    print(
        f"{len(answers)} kills: {sum(a['code'] == 0 for a in answers)} came after the end, {len(stored)} left a run, "
        f"{sum(bool(a['missing']) for a in stored)} of them without all reports, "
        f"{sum(bool(a['left']) for a in answers)} left a draft"
    )
    for a in answers:
        assert a["code"] in (0, -signal.SIGKILL), a
        assert (a["lost"], a["faults"]) == ([], []), a
        assert a["code"] or (a["new"] and not a["missing"]), a
    return answers


def test_a_few_kills(tmp_path: Path) -> None:
    killed(tmp_path, 4)


@pytest.mark.slow
def test_two_hundred_kills_leave_no_half_run(tmp_path: Path) -> None:
    answers = killed(tmp_path, KILLS)
    assert sum(a["code"] != 0 for a in answers) > KILLS / 2
    assert any(a["left"] for a in answers)
    assert any(a["new"] for a in answers)
    assert any(a["code"] and not a["new"] for a in answers)


def signalled(room: Path, step: int) -> None:
    answers = tried("signalled", room, step)
    print(f"{len(answers)} signals: {dict(Counter((a['signal'], a['code'], len(a['new'])) for a in answers))}")
    for a in answers:
        said = " ".join(a["said"].split())
        assert a["code"] == 128 + signal.Signals[a["signal"]], a
        assert (a["faults"], a["hidden"]) == ([], []), a
        assert "Traceback" not in said, a
        if a["phase"] == "reading":
            assert a["new"] == [], a
        elif a["phase"] == "solving":  # it has not begun, so there is no plan; what was asked is stored
            assert a["new"] == a["without"], a
        else:
            assert len(a["new"]) == 1, a
            assert a["new"][0] in said, a
            assert a["mended"], a


def test_some_signals(tmp_path: Path) -> None:
    signalled(tmp_path, 8)


@pytest.mark.slow
def test_every_signal_in_every_phase(tmp_path: Path) -> None:
    signalled(tmp_path, 1)


@pytest.mark.slow
def test_a_terminal_that_closes_takes_no_plan_with_it(tmp_path: Path) -> None:
    for a in tried("closed", tmp_path):
        assert a["code"] == 128 + signal.SIGHUP, a
        assert len(a["new"]) == 1, a
        assert a["mended"], a
        assert (a["faults"], a["hidden"]) == ([], []), a


@pytest.mark.slow
def test_eight_runs_at_once_into_one_store(tmp_path: Path) -> None:
    (answer,) = tried("crowded", tmp_path, AT_ONCE)
    assert answer["codes"] == [0] * AT_ONCE
    assert len(set(answer["runs"])) == AT_ONCE
    assert (answer["faults"], answer["hidden"], answer["without"]) == ([], [], [])


@pytest.mark.slow
def test_files_that_may_not_grow(tmp_path: Path) -> None:
    answers = tried("full", tmp_path)
    print([(a["limit"], a["code"], len(a["new"]), a["missing"]) for a in answers])
    for a in answers:
        said = " ".join(a["said"].split())
        assert (a["faults"], a["hidden"]) == ([], []), a
        assert "Traceback" not in said, a
        assert a["code"] == (8 if a["missing"] or not a["new"] else 0), a
        if a["code"]:
            assert "larger than allowed here" in said, a
        if a["new"]:
            assert a["mended"], a
    assert {len(a["new"]) for a in answers} == {0, 1}
    assert answers[-1]["code"] == 0
