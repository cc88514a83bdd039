"""The queue: one small file a question, put in place whole; each solve is a process of its own that outlives the page.

A solve holds the lock of its question for as long as it lives. The lock, not a number of a process that may be used
again, says whether it is at work: to this program, to one that is started later, and to a second one beside it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from planner import files as fs
from planner.app.shelf import Row, Shelf
from planner.errors import PlannerError, StorageError, UsageError
from planner.registry import run_name

FOLDER = ".queue"
WAITING, RUNNING, DONE, STOPPED, FAILED = "waiting", "at work", "answered", "stopped", "ended without a plan"
#: questions that are not over
OPEN = (WAITING, RUNNING)
LONGEST_NAME = 40
#: what a line of progress begins with
_AT = re.compile(r"(?P<at>[0-9]+) s(?: of at most (?P<most>[0-9]+))? \| (?P<rest>.*)")
_TAIL_BYTES = 8192
#: earlier solves that a guess of the time rests on
GUESSED_FROM = 20
#: how much less a solve presses than the page that waits for it
KINDER = 5
KILLED = "Its process was ended from outside before it had a plan. Nothing else is lost: go on solves it again."


@dataclass(frozen=True)
class Job:
    """A question. ``words`` are its edits and what-ifs, ``name`` its run's, ``point`` its place in the grid."""

    id: str
    title: str
    model: str
    words: tuple[str, ...]
    name: str
    asked: str
    point: str = ""
    seconds: float | None = None
    started: float | None = None
    pid: int | None = None
    stopped: bool = False


@dataclass(frozen=True)
class State:
    """Where a question is. ``share`` is the part of the time that is over, ``about`` the seconds it may take in all."""

    kind: str
    says: str = ""
    run: str = ""
    share: float | None = None
    about: float | None = None


class Queue:
    """The questions of a store. Any number of programs may serve the same one."""

    def __init__(self, shelf: Shelf, workers: int, scheduler: str | None = None) -> None:
        self.shelf, self.workers, self.scheduler = shelf, workers, scheduler
        self.folder = shelf.reports / FOLDER
        self._changing = threading.Lock()
        self.children: list[subprocess.Popen[bytes]] = []

    # what is there

    def jobs(self) -> list[tuple[Job, State]]:
        """Every question with its state, the last asked first."""
        rows = self.shelf.rows()
        runs = {row.name: row for row in reversed(rows)}
        return [(job, self._state(job, runs, rows)) for job in reversed(self._all())]

    def open(self) -> int:
        """Questions that wait or are at work."""
        return sum(state.kind in OPEN for _, state in self.jobs())

    def find(self, name: str) -> Job:
        found = next((job for job in self._all() if job.id == name), None)
        if found is None:
            raise UsageError("That question is no longer in the queue.")
        return found

    def _all(self) -> list[Job]:
        """In the order of asking; a file that cannot be read is no question."""
        if not self.folder.is_dir():
            return []
        with fs.plainly(f"read {self.folder}"):
            return [job for path in sorted(self.folder.glob("q-*.json")) if (job := _read(path)) is not None]

    def _state(self, job: Job, runs: dict[str, Row], rows: Sequence[Row]) -> State:
        about = guess(rows, job.model)
        if _held(self._lock(job)):
            return _progress(job, self._log(job), about)
        if (row := runs.get(job.name)) is not None:
            return State(STOPPED if row.interrupted else DONE, row.verdict, row.run)
        if job.started is None:
            return State(STOPPED if job.stopped else WAITING, about=about)
        # a run is published before its process ends: it may have come since the list was read
        late = next((row for row in self.shelf.rows() if row.name == job.name), None)
        if late is not None:
            return State(STOPPED if late.interrupted else DONE, late.verdict, late.run)
        return State(STOPPED if job.stopped else FAILED, _reason(self._log(job)))

    # what is done with it

    def ask(self, title: str, model: str, words: Sequence[str], point: str = "", seconds: float | None = None) -> Job:
        """Put a question at the end of the queue. Raises StorageError where it cannot be written: then it is not."""
        now = datetime.now(UTC)
        name = f"q-{now:%Y%m%d-%H%M%S-%f}-{secrets.token_hex(2)}"
        job = Job(name, title, model, tuple(words), _run_name(title), now.isoformat(), point, seconds)
        self._write(job)
        return job

    def stop(self, name: str) -> None:
        """A solve keeps its plan so far; a question that waits is not begun."""
        job = self.find(name)
        with self._alone():
            job = self.find(name)
            self._write(replace(job, stopped=True))
        if job.pid is not None and _held(self._lock(job)):
            os.killpg(job.pid, signal.SIGINT)

    def go_on(self, name: str) -> None:
        """Solve a question again that was stopped or came to nothing; what is stored of it stays."""
        with self._alone():
            job = self.find(name)
            if _held(self._lock(job)):
                raise UsageError("It is still at work.")
            self._write(replace(job, name=_run_name(job.title), started=None, pid=None, stopped=False))

    def forget(self, name: str) -> None:
        """Take a question out of the list; its run stays."""
        job = self.find(name)
        if _held(self._lock(job)):
            raise UsageError("It is still at work: stop it first.")
        with fs.plainly(f"remove the question from {self.folder}"):
            for path in (self._path(job), self._log(job), self._lock(job)):
                path.unlink(missing_ok=True)

    def tick(self) -> None:
        """Begin what waits, as many at a time as there are workers. Raises StorageError where that cannot be noted."""
        self.children = [child for child in self.children if child.poll() is None]
        with self._alone(wait=False) as mine:
            if not mine:
                return
            found = self.jobs()
            free = self.workers - sum(state.kind == RUNNING for _, state in found)
            for job in [job for job, state in reversed(found) if state.kind == WAITING][: max(0, free)]:
                self._begin(job)

    def _begin(self, job: Job) -> None:
        """Start the process of a question. It gets the lock; what it says goes to its log."""
        with (
            fs.plainly(f"start the solve in {self.folder}"),
            self._lock(job).open("ab") as lock,
            self._log(job).open("wb") as log,
        ):
            fcntl.flock(lock, fcntl.LOCK_EX)
            begun = replace(job, started=time.time())
            self._write(begun)
            child = subprocess.Popen(
                self.command(job),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
                env={**os.environ, "COLUMNS": "400", "TERM": "dumb"},
            )
            self.children.append(child)
            os.setpriority(os.PRIO_PROCESS, child.pid, min(19, os.getpriority(os.PRIO_PROCESS, 0) + KINDER))
            self._write(replace(begun, pid=child.pid))

    def command(self, job: Job) -> list[str]:
        """What solves a question: the command line itself, or one that hands it to a cluster."""
        words = [word for given in job.words for word in ("--set", given)]
        words += ["--name", job.name, "--reports", str(self.shelf.reports)]
        words += ["--time-limit", f"{job.seconds:g}"] if job.seconds is not None else []
        if self.scheduler:
            return [sys.executable, "-m", "planner.app.cluster", self.scheduler, job.model, *words]
        processes = "2" if self.workers == 1 else "1"
        return [sys.executable, "-m", "planner", "optimize", job.model, *words, "--no-price", "--processes", processes]

    # files

    def _path(self, job: Job) -> Path:
        return self.folder / f"{job.id}.json"

    def _log(self, job: Job) -> Path:
        return self.folder / f"{job.id}.log"

    def _lock(self, job: Job) -> Path:
        return self.folder / f"{job.id}.lock"

    def _write(self, job: Job) -> None:
        with fs.replacing(self._path(job)) as draft:
            draft.write_text(fs.json_text(asdict(job)), encoding="utf-8")

    @contextmanager
    def _alone(self, wait: bool = True) -> Iterator[bool]:
        """One program changes the queue at a time; without ``wait`` the answer says whether it is this one."""
        with self._changing, fs.plainly(f"write into {self.folder}"):
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / "lock").open("ab") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
                except BlockingIOError:
                    yield False
                    return
                yield True


def guess(rows: Sequence[Row], model: str) -> float | None:
    """Seconds that a solve of a programme takes, the median of the last ones; None where none is known."""
    name = Path(model).stem if model.endswith((".toml", ".xlsx")) else model
    took = [row.seconds for row in rows if row.model == name and row.seconds][:GUESSED_FROM]
    return median(took) if took else None


def _run_name(title: str) -> str:
    words = run_name(None, title)[:LONGEST_NAME].strip("-._")
    return f"{words or 'question'}-{secrets.token_hex(3)}"


def _held(lock: Path) -> bool:
    """Whether a process holds a lock; asking takes nothing from one that asks at the same time."""
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _read(path: Path) -> Job | None:
    try:
        raw: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Job(**{**raw, "words": tuple(raw["words"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _said(log: Path) -> list[str]:
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            return file.read().decode("utf-8", "replace").splitlines()
    except FileNotFoundError:
        return []


def _progress(job: Job, log: Path, about: float | None) -> State:
    """What is being proven, from the last line that says it."""
    passed = time.time() - job.started if job.started else 0.0
    found = [match for line in _said(log) if (match := _AT.match(line))]
    most = float(found[-1]["most"]) if found and found[-1]["most"] else None
    whole = most or about
    says = "stopping, and keeping the plan so far" if job.stopped else found[-1]["rest"] if found else "reading inputs"
    return State(RUNNING, says, share=min(1.0, passed / whole) if whole else None, about=about or most)


def _reason(log: Path) -> str:
    """Why there is no run: what the command said, without where it says it."""
    said = [line for line in _said(log) if line.strip() and not _AT.match(line)]
    start = next((n for n, line in enumerate(said) if line.startswith("planner: ")), None)
    if start is None:
        return KILLED
    return " ".join(line.strip() for line in said[start : start + 6]).removeprefix("planner: ")


def error_text(error: BaseException) -> str:
    """An error as the page shows it: the words of a polite one, never a trace."""
    if isinstance(error, StorageError):
        return f"{error}. Nothing that was stored is lost."
    if isinstance(error, PlannerError):
        return str(error)
    return "This is a fault of the program, not of your question. The terminal shows where it is."
