"""The embedded pool: as many processes as there are cores, each of which solves and stores one job after the other.

A process that is killed, or takes all memory, takes no other job with it: another one is started in its place.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from planner.analyses.sweep.jobs import Answer, Job, Keep
from planner.solve import Report

Event = tuple[Job, Report | Answer]
#: what a worker says once it can take jobs
READY = None
#: for a worker that is storing a run to remove its draft
PARTING_SECONDS = 2.0


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class Worker:
    """A process, and the job that it is at, with the second when it got it."""

    process: BaseProcess
    job: Job | None = None
    began: float = 0.0


@dataclass
class Pool:
    """``workers`` processes at a time."""

    workers: int
    _staff: dict[Connection, Worker] = field(default_factory=dict)

    def run(self, jobs: Sequence[Job], keep: Keep) -> Generator[Event]:
        """Events as they come: where a job is, and in the end its answer. Leaving the loop ends every process."""
        left = list(jobs)
        try:
            for _ in range(min(self.workers, len(left))):
                self._hire(keep)
            while self._staff:
                for connection in wait(list(self._staff)):
                    yield from self._hear(connection, left, keep)  # type: ignore[arg-type]
        finally:
            self._dismiss(*self._staff)

    def _hire(self, keep: Keep) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, keep), daemon=True, name="what-if worker")
        process.start()
        theirs.close()
        self._staff[ours] = Worker(process)

    def _hear(self, connection: Connection, left: list[Job], keep: Keep) -> Iterator[Event]:
        worker = self._staff[connection]
        try:
            news: Any = connection.recv()
        except (EOFError, OSError):
            yield from self._lost(connection, left, keep)
            return
        job = worker.job
        if news is READY or isinstance(news, Answer):
            self._give(connection, left)
        if job is not None:
            yield job, news

    def _give(self, connection: Connection, left: list[Job]) -> None:
        """The next job, or the end of the work. A worker that is gone by now is noticed when its pipe is read."""
        if not left:
            self._dismiss(connection)
            return
        worker = self._staff[connection]
        worker.job, worker.began = left.pop(0), time.perf_counter()
        with suppress(OSError):
            connection.send(worker.job)

    def _lost(self, connection: Connection, left: list[Job], keep: Keep) -> Iterator[Event]:
        """Its job is not tried again; nor is that which a worker would have got that never came to work."""
        worker = self._staff[connection]
        worker.process.join()
        error = _ended(worker.process.exitcode)
        self._dismiss(connection)
        job = worker.job or (left.pop(0) if left else None)
        if left:
            self._hire(keep)
        if job is not None:
            seconds = time.perf_counter() - worker.began if worker.job else 0.0
            yield job, Answer(job.name, error=error, seconds=seconds)

    def _dismiss(self, *connections: Connection) -> None:
        for connection in connections:
            self._staff[connection].process.terminate()
        for connection in connections:
            process = self._staff.pop(connection).process
            process.join(PARTING_SECONDS)
            process.kill()
            process.join()
            connection.close()


def _ended(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):
            return f"its process was ended from outside ({signal.Signals(-code).name})"
    return f"its process ended without an answer (exit code {code})"


def _serve(connection: Connection, keep: Keep) -> None:
    """The life of a worker. It ends with its parent, and leaves signals of the keyboard to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
    from planner.analyses.sweep.work import solve

    connection.send(READY)
    while True:
        job = connection.recv()
        outcome = solve(job, connection.send)
        with _orderly_end():
            answer = keep(job, outcome)
        connection.send(answer)
        del job, outcome
        gc.collect()  # a model holds itself in circles


@contextmanager
def _orderly_end() -> Iterator[None]:
    """A process that is ended meanwhile leaves no draft; at other times there is nothing to clear away."""

    def end(number: int, frame: Any) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
