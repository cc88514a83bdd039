"""The embedded pool: a process for each job, as many at a time as there are cores.

A process of its own costs a second or two of imports and means that a job which is killed, or takes all memory, takes
no other job with it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from planner.analyses.sweep.jobs import Job, Outcome
from planner.run import Update

Event = tuple[Job, Update | Outcome]


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass
class Pool:
    """``workers`` processes at a time."""

    workers: int
    _running: dict[Connection, tuple[Job, BaseProcess, float]] = field(default_factory=dict)

    def run(self, jobs: Sequence[Job]) -> Generator[Event]:
        """Events as they come: where a job is, and in the end its outcome. Leaving the loop ends every process."""
        left = list(jobs)
        try:
            while left or self._running:
                while left and len(self._running) < self.workers:
                    self._start(left.pop(0))
                for connection in wait(list(self._running), timeout=0.5):
                    yield self._receive(connection)  # type: ignore[arg-type]
        finally:
            for _, process, _ in self._running.values():
                process.kill()
                process.join()
            self._running.clear()

    def _start(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_serve, args=(job, theirs), daemon=True, name=f"what-if {job.name}")
        process.start()
        theirs.close()
        self._running[ours] = (job, process, time.perf_counter())

    def _receive(self, connection: Connection) -> Event:
        job, process, began = self._running[connection]
        try:
            news: Any = connection.recv()
        except (EOFError, OSError):
            process.join()
            news = Outcome(error=_ended(process.exitcode), seconds=time.perf_counter() - began)
        if isinstance(news, Outcome):
            del self._running[connection]
            connection.close()
            process.join()
        return job, news


def _ended(code: int | None) -> str:
    if code is not None and code < 0:
        with suppress(ValueError):
            return f"its process was ended from outside ({signal.Signals(-code).name})"
    return f"its process ended without an answer (exit code {code})"


def _serve(job: Job, connection: Connection) -> None:
    """The life of a worker: one job. It ends with its parent, and leaves signals of the keyboard to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def follow() -> None:
        if parent is not None:
            wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
    from planner.analyses.sweep.work import solve

    connection.send(solve(job, lambda update: connection.send(update)))
    connection.close()
