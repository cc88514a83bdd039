"""Processes that store one solved run again and again, crowded or killed; what a reader saw is printed as JSON.

    python storing.py crowd MODEL SOLVED REPORTS WRITERS EACH
    python storing.py kill MODEL SOLVED REPORTS KILLS SEED

MODEL is the programme, SOLVED its plan and document, pickled: a case does not travel once it is solved.
"""

from __future__ import annotations

import json
import multiprocessing
import pickle
import random
import sys
import time
from pathlib import Path
from typing import Any

from stored_runs import Finished, write_note

from planner import store
from planner.errors import PlannerError
from planner.inputs.read import load

#: a fork begins to write at once, where a new process would import for seconds
FORK = multiprocessing.get_context("fork")
NAME = "small"


def write(reports: Path, result: Finished, published: Path, count: int | None) -> None:
    """Store ``count`` runs, or until killed; each is reported once it is published."""
    done = 0
    while count is None or done < count:
        run = store.save(reports, NAME, result, write_note).run
        with published.open("a", encoding="utf-8") as file:
            file.write(f"{run}\n")
        done += 1


def lines(published: Path) -> list[str]:
    return published.read_text(encoding="utf-8").split() if published.exists() else []


class Reader:
    """Looks at every run when it first appears, and that none goes again."""

    def __init__(self, reports: Path) -> None:
        self.reports = reports
        self.seen: set[str] = set()
        self.faults: list[str] = []

    def look(self) -> list[str]:
        """The runs that came since the last look."""
        try:
            found = {info.run: info for info in store.runs(self.reports)}
        except PlannerError as error:
            self.faults.append(f"no list: {error}")
            return []
        new = sorted(found.keys() - self.seen)
        for run in new:
            try:
                bad = store.damaged(found[run].folder)
            except PlannerError as error:
                bad = [str(error)]
            self.faults += [f"{run}: {text}" for text in bad]
        self.faults += [f"{run} is {info.verdict}" for run, info in found.items() if info.verdict != "optimal"]
        self.faults += [f"{run} is gone" for run in self.seen - found.keys()]
        self.seen |= found.keys()
        return new


def crowd(result: Finished, reports: Path, writers: int, each: int) -> dict[str, Any]:
    """Writers at once, a reader beside them."""
    published = [reports.with_name(f"published-{k}") for k in range(writers)]
    processes = [FORK.Process(target=write, args=(reports, result, path, each)) for path in published]
    for process in processes:
        process.start()
    reader, looks = Reader(reports), 0
    while any(process.is_alive() for process in processes):
        reader.look()
        looks += bool(reader.seen)
        time.sleep(0.5)
    reader.look()
    return {
        "exits": [process.exitcode for process in processes],
        "published": [run for path in published for run in lines(path)],
        "seen": sorted(reader.seen),
        "faults": reader.faults,
        "looks": looks,
    }


def kill(result: Finished, reports: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kill after kill, each followed by a look and by the next writer, which is this process."""
    dice = random.Random(seed)
    # beyond one store too: such a process has reported a run before it dies in its second
    moments = [1.5 * (k + dice.random()) / kills for k in range(kills)]
    dice.shuffle(moments)
    for _ in range(2):  # the first one imports
        seconds, _ = stored(reports.with_name("measured"), result)
    reader, found = Reader(reports), []
    for k, moment in enumerate(moments):
        published, before = reports.with_name(f"published-{k}"), remains(reports)
        process = FORK.Process(target=write, args=(reports, result, published, None))
        process.start()
        time.sleep(moment * seconds)
        process.kill()
        process.join()
        new = reader.look()
        left = remains(reports) - before
        seconds, after = stored(reports, result)  # a machine that slows down moves the next moment with it
        found.append(
            {
                "exit": process.exitcode,
                "published": lines(published),
                "new": new,
                "left": [files_in(folder) for folder in left],
                "after": after,
                "after_seen": reader.look(),
            }
        )
    return {"kills": found, "seen": sorted(reader.seen), "faults": reader.faults}


def stored(reports: Path, result: Finished) -> tuple[float, str]:
    """Seconds of one store, and its run or why there is none."""
    began = time.perf_counter()
    try:
        run = store.save(reports, NAME, result, write_note).run
    except PlannerError as error:
        run = str(error)
    return time.perf_counter() - began, run


def remains(reports: Path) -> set[Path]:
    return set(reports.glob(".*")) if reports.exists() else set()


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def main(what: str, model: str, solved: str, reports: str, count: str, other: str) -> None:
    result = Finished(load(model), *pickle.loads(Path(solved).read_bytes()))
    print(json.dumps({"crowd": crowd, "kill": kill}[what](result, Path(reports), int(count), int(other))))


if __name__ == "__main__":
    main(*sys.argv[1:])
