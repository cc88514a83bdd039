"""Solves in a process of their own: the same answers, ended at once, and nothing left behind."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest

from planner.solve import Limits, Linear, Outcome, Program, Row, Sense, Vector, Verdict, apart
from planner.solve.highs import FEASIBLE
from planner.solve.interrupt import INTERRUPT

#: seconds in which a solve that is no longer wanted has ended, of the 120 that it was given, on a busy machine
AT_ONCE = 10.0
#: columns of a program that no tree closes in a test
HARD = 1_200


@pytest.fixture
def all_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "LARGE", 1)


def knapsacks(seed: int, columns: int, sense: Sense) -> tuple[Program, Linear]:
    draw = random.Random(seed)
    m = pyo.ConcreteModel()
    m.x = pyo.Var(range(columns), domain=pyo.Binary)
    m.fits = pyo.ConstraintList()
    for _ in range(4 if columns < HARD else 40):
        weights = [draw.randint(5, 99) for _ in range(columns)]
        total = sum(weights) // 3
        expression = sum(w * m.x[i] for i, w in enumerate(weights))
        m.fits.add(expression <= total if sense == "max" else expression >= total)
    program = Program.compile(m)
    return program, program.linear([(draw.randint(10, 60) + 0.5, m.x[i]) for i in range(columns)])


def ended_after_a_plan(program: Program, worth: Linear, sense: Sense, **how: object) -> tuple[Outcome, float]:
    """What a hard solve comes to that is cancelled once it has told a plan, and the seconds that it took to end."""
    cancel, ended = threading.Event(), time.perf_counter()

    def told(_: Vector) -> None:
        nonlocal ended
        if not cancel.is_set():
            ended = time.perf_counter()
            cancel.set()

    limits = Limits(0.0, 120.0, **how)  # type: ignore[arg-type]
    found = program.solve(worth, sense, limits, cancel=cancel, found=told)
    return found, time.perf_counter() - ended


@pytest.mark.parametrize("sense", ["max", "min"])
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.usefixtures("all_apart")
def test_another_process_answers_as_this_one(seed: int, sense: Sense) -> None:
    program, worth = knapsacks(seed, 40, sense)
    here = program.solve(worth, sense, Limits(0.0, 60.0))
    heard: list[Vector] = []
    told: list[float] = []
    there = program.solve(
        worth,
        sense,
        Limits(0.0, 60.0),
        cancel=threading.Event(),
        found=heard.append,
        progress=lambda p: told.append(p.seconds),
    )
    assert there.verdict is here.verdict is Verdict.OPTIMAL
    assert there.objective == here.objective
    assert there.values is not None
    assert here.values is not None
    np.testing.assert_array_equal(there.values, here.values)
    assert told
    assert worth.at(np.round(heard[-1])) == pytest.approx(here.objective)


@pytest.mark.usefixtures("all_apart")
def test_rows_boxes_and_what_is_held_are_taken_along() -> None:
    program, worth = knapsacks(7, 40, "max")
    few = Row("few", Linear(np.arange(40), np.ones(40)), upper=6.0)

    def solved(cancel: threading.Event | None) -> Outcome:
        held = {0: 1.0, 1: 0.0}
        limits = Limits(0.0, 60.0)
        return program.solve(worth, "max", limits, rows=[few], fixed=held, boxed={2: (1.0, 1.0)}, cancel=cancel)

    here, there = solved(None), solved(threading.Event())
    assert there.objective == here.objective
    assert there.values is not None
    assert there.values.sum() <= 6.0
    assert there.values[:3].tolist() == [1.0, 0.0, 1.0]


@pytest.mark.parametrize("sense", ["max", "min"])
def test_what_is_no_longer_wanted_ends_at_once_with_its_best_plan(sense: Sense) -> None:
    program, worth = knapsacks(1, HARD, sense)
    found, seconds = ended_after_a_plan(program, worth, sense)
    assert seconds < AT_ONCE
    assert found.values is not None
    assert found.objective is not None
    assert program.violation(found.values) <= FEASIBLE
    assert found.objective == pytest.approx(worth.at(found.values))
    assert not found.interrupted
    if found.bound is not None:
        assert found.bound >= found.objective if sense == "max" else found.bound <= found.objective


def test_the_next_solve_finds_a_process_again() -> None:
    program, worth = knapsacks(2, HARD, "max")
    for _ in range(3):
        ended_after_a_plan(program, worth, "max")
    small, gain = knapsacks(3, HARD - 1, "max")
    loose = small.solve(gain, "max", Limits(0.5, 60.0), cancel=threading.Event())
    assert loose.verdict is Verdict.OPTIMAL


def test_ended_before_it_found_anything_a_solve_has_its_start_or_nothing() -> None:
    program, worth = knapsacks(4, HARD, "max")
    over = threading.Event()
    over.set()
    none = program.solve(worth, "max", Limits(0.0, 60.0), cancel=over)
    assert none.verdict is Verdict.UNKNOWN
    assert none.values is None
    start = np.zeros(HARD)
    start[5] = 1.0
    same = program.solve(worth, "max", Limits(0.0, 60.0), start=start, cancel=over)
    assert same.verdict is Verdict.WITHIN_LIMITS
    assert same.objective == worth.at(start)
    beyond = program.solve(worth, "max", Limits(0.0, 60.0, beyond=1e9), start=start, cancel=over)
    assert beyond.values is None


def test_only_plans_beyond_a_value_are_told_and_kept() -> None:
    program, worth = knapsacks(5, HARD, "max")
    loose = program.solve(worth, "max", Limits(0.1, 60.0))
    assert loose.objective is not None
    mark = 0.5 * loose.objective
    found, _ = ended_after_a_plan(program, worth, "max", beyond=mark)
    assert found.objective is not None
    assert found.objective > mark


def test_the_users_signal_ends_it_too() -> None:
    program, worth = knapsacks(6, HARD, "max")
    try:
        timer = threading.Timer(0.5, lambda: setattr(INTERRUPT, "signal", signal.SIGINT))
        timer.start()
        began = time.perf_counter()
        found = program.solve(worth, "max", Limits(0.0, 120.0), cancel=threading.Event())
        assert time.perf_counter() - began < 0.5 + AT_ONCE
        assert found.interrupted
    finally:
        timer.join()
        INTERRUPT.signal = None


@pytest.mark.parametrize(
    ("seconds", "columns", "apart_too"), [(60.0, 50_000, True), (None, 50_000, False), (60.0, 49_999, False)]
)
def test_a_huge_solve_that_nobody_may_end_is_one_a_signal_ends(
    seconds: float | None, columns: int, apart_too: bool
) -> None:
    """But not one to be repeated, which has no limit in seconds."""
    run: Any = SimpleNamespace(
        cancel=None, limits=Limits(seconds=seconds), program=SimpleNamespace(columns=range(columns))
    )
    assert apart.wanted(run) is apart_too


@pytest.mark.usefixtures("all_apart")
def test_what_fails_there_is_raised_here() -> None:
    m = pyo.ConcreteModel()
    m.x = pyo.Var(domain=pyo.NonNegativeIntegers)
    m.least = pyo.Constraint(expr=m.x >= 1)
    program = Program.compile(m)
    with pytest.raises(RuntimeError, match="unbounded"):
        program.solve(program.linear([(1.0, m.x)]), "max", Limits(), cancel=threading.Event())


def test_a_process_that_dies_is_an_error_and_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    program, worth = knapsacks(8, HARD, "max")
    made: list[int] = []
    whole = apart._Worker.ask

    def ask(worker: apart._Worker, run: apart.Run, start: Vector | None) -> None:
        whole(worker, run, start)
        made.append(worker._process.pid)
        threading.Timer(0.3, os.kill, (worker._process.pid, signal.SIGKILL)).start()

    monkeypatch.setattr(apart._Worker, "ask", ask)
    with pytest.raises(RuntimeError, match="without an answer"):
        program.solve(worth, "max", Limits(0.0, 120.0), cancel=threading.Event())
    assert len(made) == 1


def test_small_solves_and_those_that_nobody_ends_stay_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> Outcome:
        raise AssertionError("a process was asked")

    monkeypatch.setattr(apart, "go", refused)
    small, gain = knapsacks(9, 40, "max")
    assert small.solve(gain, "max", Limits(0.0, 60.0), cancel=threading.Event()).verdict is Verdict.OPTIMAL
    large, worth = knapsacks(9, HARD, "max")
    assert large.solve(worth, "max", Limits(0.5, 60.0)).verdict is Verdict.OPTIMAL


def test_nothing_is_left_behind_whoever_asked_is_killed(tmp_path: Path) -> None:
    """The process that asked is ended the hard way while a solve goes on: the other one ends by itself."""
    script = tmp_path / "asks.py"
    script.write_text(
        "import threading\n"
        "from planner.solve import Limits, apart\n"
        "from test_apart import HARD, knapsacks\n"
        "program, worth = knapsacks(10, HARD, 'max')\n"
        "whole = apart._Worker.ask\n"
        "def ask(worker, run, start):\n"
        "    whole(worker, run, start)\n"
        "    print(worker._process.pid, flush=True)\n"
        "apart._Worker.ask = ask\n"
        "program.solve(worth, 'max', Limits(0.0, 120.0), cancel=threading.Event())\n",
        encoding="utf-8",
    )
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    asking = subprocess.Popen(
        [sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths}
    )
    try:
        assert asking.stdout is not None
        solving = int(asking.stdout.readline())
        time.sleep(0.5)
        assert _runs(solving)
    finally:
        asking.kill()
        asking.communicate()
    until = time.perf_counter() + 10
    while _runs(solving) and time.perf_counter() < until:
        time.sleep(0.05)
    assert not _runs(solving)


def _runs(pid: int) -> bool:
    """Whether a process is there and no ghost of one."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
