"""A solve in a process of its own, which can be ended at once.

HiGHS hears of an interrupt between nodes of its tree, and not within the smaller searches that it makes for plans:
what is cancelled then goes on for up to ten seconds, and whoever waits for it waits as long. A process is ended in a
hundredth of a second; the best plan and the bound that it told until then are what the solve came to.
"""

from __future__ import annotations

import atexit
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

from planner.solve.highs import Run
from planner.solve.interrupt import INTERRUPT
from planner.solve.values import Outcome, Progress, Vector, Verdict, relative_gap

#: columns from which a solve is worth a process: smaller ones end before it could be told to
LARGE = 1_000
#: columns from which presolve and the first relaxation, which hear nothing, take so long that a signal has to end them
HUGE = 50_000
#: seconds between two looks at whether a solve is still wanted
LISTENING_SECONDS = 0.05
#: processes kept for the next solves
KEPT = 3
#: what a process begins with: it finds what its parent finds
_SERVED = "import sys; sys.path[:] = sys.argv[1:]; from planner.solve.apart import serve; serve()"


@dataclass
class _Bare:
    """A program without the model it was compiled from."""

    columns: list[Any]
    lower: Vector
    upper: Vector
    matrix: csr_matrix
    row_lower: Vector
    row_upper: Vector
    row_names: list[str]
    log: Path | None


def wanted(run: Run) -> bool:
    """Whether a solve may be ended from outside and is long enough for that to matter.

    A run without a limit in seconds is one to be repeated.
    """
    size = len(run.program.columns)
    return (run.cancel is not None and size >= LARGE) or (run.limits.seconds is not None and size >= HUGE)


def go(run: Run, start: Vector | None) -> Outcome:
    """``run.go(start)`` in another process, until it ends or is no longer wanted.

    Raises what the solve raised there, and RuntimeError if the process ended by itself.
    """
    worker = _WORKERS.taken()
    try:
        return _heard(worker, run, start)
    except BaseException:
        worker.kill()
        raise
    finally:
        _WORKERS.back(worker)


def _heard(worker: _Worker, run: Run, start: Vector | None) -> Outcome:
    began, best, told = time.perf_counter(), start, None
    worker.ask(run, start)
    while True:
        if INTERRUPT.signal is not None or (run.cancel is not None and run.cancel.is_set()):
            worker.kill()
            for kind, what in worker.unheard():
                if kind == "outcome":
                    return what  # type: ignore[no-any-return]
                best, told = (what, told) if kind == "plan" else (best, what if kind == "progress" else told)
            return ended(run, best, told, time.perf_counter() - began)
        try:
            kind, what = worker.answers.get(timeout=LISTENING_SECONDS)
        except queue.Empty:
            continue
        if kind == "progress":
            told = what
            if run.progress is not None:
                run.progress(what)
        elif kind == "plan":
            best = what
            if run.found is not None:
                run.found(what)
        elif kind == "outcome":
            return what  # type: ignore[no-any-return]
        else:
            raise what


def ended(run: Run, best: Vector | None, told: Progress | None = None, seconds: float = 0.0) -> Outcome:
    """What a solve had come to when it was ended."""
    bound, nodes = (None, 0) if told is None else (told.bound, max(0, told.nodes))
    history, interrupted = (() if told is None else (told,)), INTERRUPT.signal is not None
    if best is None or not run.is_beyond(run.objective.at(best)):
        return Outcome(Verdict.UNKNOWN, None, bound, None, seconds, nodes, None, history, interrupted)
    value = run.objective.at(best)
    gap = relative_gap(value, bound)
    verdict = Verdict.OPTIMAL if gap is not None and gap <= run.limits.gap + 1e-12 else Verdict.WITHIN_LIMITS
    return Outcome(verdict, value, bound, gap, seconds, nodes, best, history, interrupted)


class _Worker:
    """A process that solves what it is asked, one at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVED, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # the user's signal is for the one who asks
            start_new_session=True,
        )
        self.answers: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def ask(self, run: Run, start: Vector | None) -> None:
        assert self._process.stdin is not None
        p = run.program
        columns = [None] * len(p.columns)
        bare = _Bare(columns, p.lower, p.upper, p.matrix, p.row_lower, p.row_upper, p.row_names, p.log)
        task = replace(run, program=bare, progress=None, cancel=None, found=None)
        try:
            _write(self._process.stdin, (task, start))
        except OSError as error:
            raise RuntimeError(f"the solver's process is gone: {error}") from error

    def unheard(self) -> Iterator[tuple[str, Any]]:
        """What was told before the end and not yet heard."""
        while not self.answers.empty():
            yield self.answers.get()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            try:
                pipe.close()
            except BrokenPipeError:
                # what was not yet written is of no use to a process that has ended
                continue

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            while True:
                self.answers.put(pickle.load(self._process.stdout))
        except (EOFError, pickle.UnpicklingError):
            self.answers.put(("failed", RuntimeError("the solver's process ended without an answer")))


class _Workers:
    """Processes that wait for the next solve."""

    def __init__(self) -> None:
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()

    def taken(self) -> _Worker:
        with self._lock:
            worker = self._idle.pop(0) if self._idle else None
        if worker is not None and not worker.alive:
            worker.kill()
            worker = None
        return worker or _Worker()

    def back(self, worker: _Worker) -> None:
        """One that was ended is replaced at once, so that the next solve need not wait for it."""
        fresh = worker if worker.alive else _Worker()
        with self._lock:
            if len(self._idle) < KEPT:
                self._idle.append(fresh)
                return
        fresh.kill()

    def end(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.kill()


_WORKERS = _Workers()
atexit.register(_WORKERS.end)


def serve() -> None:
    """The other end: solves what comes in on standard input until that ends, and tells on standard output."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, told = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # what the solver may print is no answer
    os.dup2(2, 1)
    tasks: queue.SimpleQueue[tuple[Run, Vector | None]] = queue.SimpleQueue()

    def read() -> None:
        try:
            while True:
                tasks.put(pickle.load(asked))
        except EOFError:
            # whoever asked is gone
            os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    while True:
        run, start = tasks.get()

        def progress(p: Progress) -> None:
            _write(told, ("progress", p))

        def found(values: Vector) -> None:
            _write(told, ("plan", np.asarray(values)))

        try:
            answer: tuple[str, Any] = ("outcome", replace(run, progress=progress, found=found).go(start))
        except Exception as error:  # raised again by whoever asked
            answer = ("failed", error)
        _write(told, answer)


def _write(pipe: BinaryIO | Any, what: Any) -> None:
    pickle.dump(what, pipe, protocol=pickle.HIGHEST_PROTOCOL)
    pipe.flush()
