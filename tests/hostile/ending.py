"""Whole runs of a small programme that are refused, killed or asked to end; what is left is printed as JSON lines.

python ending.py refused ROOM STEP      every STEP-th write, fsync, rename and mkdir fails once
python ending.py killed ROOM COUNT      COUNT runs killed at random moments
python ending.py signalled ROOM STEP    each signal at the beginning of each phase, every STEP-th pair of them
python ending.py closed ROOM            the terminal is closed while a run goes on
python ending.py crowded ROOM COUNT     COUNT runs at once into one store
python ending.py full ROOM              files may have only so many bytes
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import random
import resource
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

from refusing import Refusing
from small import free_tables, programme
from tiny import write_tiny

from planner import cli, page, reports, run, show, store, workbook
from planner.errors import PlannerError
from planner.inputs import read
from planner.solve import scheme

#: a fork begins at once, because these are imported before
IMPORTED = (page, workbook)
SEED = 20260101
REPORTS = ("plan.xlsx", "values.csv", "report.html", "summary.md")


class Room:
    """A programme and a store, with one earlier run."""

    def __init__(self, folder: Path) -> None:
        self.model = write_tiny(folder / "inputs", free_tables(), programme())
        self.reports = folder / "reports"
        (folder / "tmp").mkdir()
        tempfile.tempdir = str(folder / "tmp")
        self.words = ["optimize", str(self.model), "--reports", str(self.reports), "--no-price", "--processes", "1"]

    def state(self) -> dict[str, Any]:
        """Runs that are there, faults of them, and what is left beside them."""
        known = store.runs(self.reports)
        faults, without = [], []
        for info in known:
            try:
                faults += [f"{info.run}: {text}" for text in store.damaged(info.folder)]
                if store.load(info.folder).plan is None:
                    without.append(info.run)
                elif info.verdict != "optimal":
                    faults.append(f"{info.run} is {info.verdict}")
            except PlannerError as error:
                faults.append(f"{info.run}: {error}")
        hidden = [path.name for path in self.reports.rglob(".*")] if self.reports.exists() else []
        return {"runs": [info.run for info in known], "without": without, "faults": faults, "hidden": hidden}

    def reported(self, name: str) -> list[str]:
        """What is missing of the reports of a run."""
        return [file for file in REPORTS if not (self.reports / name / file).is_file()]

    def mended(self, name: str) -> bool:
        """Whether ``planner report`` writes what is missing."""
        code, _, _ = command(["report", name, "--reports", str(self.reports)])
        return code == 0 and not self.reported(name) and not store.damaged(self.reports / name)


def command(words: list[str]) -> tuple[int, str, str]:
    """Exit code and both streams; what Python could not raise is on stderr too, as a user would see it."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.run_command(words)
    return code, out.getvalue(), err.getvalue()


def fork(words: list[str], before: Callable[[], object] = lambda: None, said: Path | None = None) -> int:
    """The command as a process of its own; the answer is its id."""
    child = os.fork()
    if child:
        return child
    stream = os.open(said or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    code = 99
    try:
        before()
        sys.argv = ["planner", *words]
        cli.main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        for pipe in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):
                pipe.flush()
        os._exit(code)


def ended(child: int) -> int:
    """Exit code of a process, negative for the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def refused(room: Room, step: int) -> Iterator[dict[str, Any]]:
    """The solve is made once; each run has its plan, so that all the rest of a run is tried again and again."""
    solved = run.optimize(read.load(room.model))
    run.optimize = lambda *_, **__: solved  # type: ignore[assignment]
    command(room.words)
    with Refusing(room.reports.parent) as counting:
        assert (answer := command(room.words))[0] == 0, answer
    earlier = set(room.state()["runs"])
    yield {"operations": len(counting.done), "kinds": {kind: counting.done.count(kind) for kind in set(counting.done)}}
    for at in range(0, len(counting.done), step):
        with Refusing(room.reports.parent, at) as refusing:
            code, out, err = command(room.words)
        after = room.state()
        new = sorted(set(after["runs"]) - earlier)
        missing = room.reported(new[0]) if new else []
        yield {
            "at": at,
            "operation": refusing.refused,
            "code": code,
            "said": (out + err)[-2000:],
            "new": new,
            "missing": missing,
            "mended": room.mended(new[0]) if new else None,
            "lost": sorted(earlier - set(after["runs"])),
            "faults": after["faults"],
            "hidden": after["hidden"],
        }
        earlier |= set(new)
        for name in new:  # the store stays small
            earlier.discard(name)
            for path in sorted((room.reports / name).rglob("*"), reverse=True):
                path.rmdir() if path.is_dir() else path.unlink()
            (room.reports / name).rmdir()


def killed(room: Room, count: int) -> Iterator[dict[str, Any]]:
    began = time.perf_counter()
    assert ended(fork(room.words)) == 0
    seconds = time.perf_counter() - began
    dice, seen = random.Random(SEED), set(room.state()["runs"])
    moments = [1.2 * (k + dice.random()) / count for k in range(count)]
    dice.shuffle(moments)
    for moment in moments:
        before = set(room.reports.glob(".*"))
        child = fork(room.words)
        time.sleep(moment * seconds)
        os.kill(child, signal.SIGKILL)
        code = ended(child)
        after = room.state()
        new = sorted(set(after["runs"]) - seen)
        yield {
            "moment": moment,
            "code": code,
            "new": new,
            "left": [len(list(path.rglob("*"))) for path in set(room.reports.glob(".*")) - before],
            "missing": room.reported(new[0]) if new else None,
            "lost": sorted(seen - set(after["runs"])),
            "faults": after["faults"],
        }
        seen |= set(new)


#: (phase, where its function lies, its name)
PHASES: list[tuple[str, Any, str]] = [
    ("reading", read, "load"),
    ("solving", scheme, "solve"),
    ("reading the plan", run, "read_plan"),
    ("checking", run, "verify"),
    ("storing", store, "_write_tables"),
    ("reporting", reports, "write"),
    ("telling", show, "summary"),
]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def signalled(room: Room, step: int) -> Iterator[dict[str, Any]]:
    pairs = [(number, *phase) for phase in PHASES for number in SIGNALS][::step]
    for number, phase, where, name in pairs:
        before = set(room.state()["runs"])
        said = room.reports.parent / "said.txt"
        child = fork(room.words, lambda w=where, n=name, s=number: _raising(w, n, s), said)
        code = ended(child)
        after = room.state()
        new = sorted(set(after["runs"]) - before)
        yield {
            "phase": phase,
            "signal": number.name,
            "code": code,
            "new": new,
            "said": said.read_text(encoding="utf-8"),
            "mended": room.mended(new[0]) if new and new != after["without"][-1:] else None,
            "without": [name for name in after["without"] if name in new],
            "faults": after["faults"],
            "hidden": after["hidden"],
        }


def _raising(where: Any, name: str, number: signal.Signals) -> None:
    """A function that the process is asked to end in."""
    function = getattr(where, name)

    def asked(*given: Any, **named: Any) -> Any:
        os.kill(os.getpid(), number)
        return function(*given, **named)

    setattr(where, name, asked)


def closed(room: Room, _: int) -> Iterator[dict[str, Any]]:
    """The terminal is closed while the plan is checked."""
    for term in ("xterm", "dumb"):
        before = set(room.state()["runs"])
        reading, writing = os.pipe()
        child, terminal = pty.fork()
        if not child:
            _on_terminal(room.words, term, writing)
        while not select.select([reading], [], [], 0.1)[0]:
            if select.select([terminal], [], [], 0)[0]:
                os.read(terminal, 10_000)
        os.close(terminal)
        code, after = ended(child), room.state()
        new = sorted(set(after["runs"]) - before)
        yield {"term": term, "code": code, "new": new, "mended": room.mended(new[0]) if new else None, **after}


def _on_terminal(words: list[str], term: str, writing: int) -> NoReturn:
    """A run that says when it begins to check its plan, and takes its time."""
    verify = run.verify

    def checking(*given: Any) -> Any:
        os.write(writing, b"x")
        time.sleep(2)
        return verify(*given)

    run.verify = checking  # type: ignore[assignment]
    os.environ["TERM"] = term
    sys.argv = ["planner", *words]
    try:
        cli.main()
    except SystemExit as ended_by:
        os._exit(int(ended_by.code or 0))
    finally:
        os._exit(98)


def crowded(room: Room, count: int) -> Iterator[dict[str, Any]]:
    codes = [ended(child) for child in [fork(room.words) for _ in range(count)]]
    yield {"codes": codes, **room.state()}


def full(room: Room, _: int) -> Iterator[dict[str, Any]]:
    """No file may be larger than so many bytes."""
    assert ended(fork(room.words)) == 0
    for limit in (0, 1, 100, 4096, 20_000, 60_000, 150_000, 1 << 20):
        before = set(room.state()["runs"])
        said = room.reports.parent / "said.txt"
        said.unlink(missing_ok=True)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            os._exit(cli.run_command(room.words))
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as stream:
            text = stream.read()
        code, after = ended(child), room.state()
        new = sorted(set(after["runs"]) - before)
        yield {
            "limit": limit,
            "code": code,
            "new": new,
            "said": text,
            "missing": room.reported(new[0]) if new else None,
            "mended": room.mended(new[0]) if new else None,
            "faults": after["faults"],
            "hidden": after["hidden"],
        }


def main(what: str, folder: str, count: str = "1") -> None:
    room = Room(Path(folder))
    for line in globals()[what](room, int(count)):
        print(json.dumps(line), file=sys.__stdout__, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
