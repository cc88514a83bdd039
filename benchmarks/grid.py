"""The grid of solved points that the page ships: budget by demand by price of chips, small tables only.

    python benchmarks/grid.py RUNS            solve the points that RUNS does not hold yet
    python benchmarks/grid.py RUNS --write    only write what RUNS holds

A run of the same edits counts, whoever asked for it. It writes ``reports/grid/points.json`` after every one. It may be
stopped at any time: the same command goes on from there. A point without a plan says so; one that failed is left out.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from planner import store
from planner.analyses.sweep import BASE, Answer, Job, Pool, Progress, cores, folder_of, sweep
from planner.app import points
from planner.app.points import Point
from planner.app.shelf import Shelf
from planner.inputs import read
from planner.inputs.shipped import DEFAULT_MODEL
from planner.run import Options

ROOT = Path(__file__).parents[1]
#: seconds for one point, within which a slow machine proves it with one process
SECONDS = 600.0


def job_name(point: Point) -> str:
    """A name that files can have: shares of the base instead of signs."""
    return f"budget-{100 + point.budget:g}-{point.demand}-chips-{100 + point.chips:g}"


def jobs(model: str, options: Options) -> dict[str, tuple[Point, Job]]:
    """Every point as a job by its name, the base first."""
    plain = read.load(model)
    found = {}
    for point in points.grid():
        words = point.words(model, plain.programme.demand_case)
        name = job_name(point) if words else BASE
        found[name] = point, Job(name, point.title, read.load(model, words), options)
    return found


class Book:
    """The file of points, written anew with every answer."""

    def __init__(self, path: Path, runs: Path, model: str, asked: dict[str, tuple[Point, Job]]) -> None:
        self.path, self.runs, self.model, self.asked = path, runs, model, asked
        self.noted: dict[str, dict[str, object]] = {}

    def note(self, progress: Progress) -> None:
        """What has an answer by now."""
        self.add({name: answer.run for name, answer in progress.answers.items() if answer.run})

    def held(self) -> None:
        """What runs of the store answer already, under whatever name."""
        rows, of = Shelf(self.runs).rows(), Path(self.model).stem
        found = {name: points.of_store(rows, of, job.case.changes) for name, (_, job) in self.asked.items()}
        self.add({name: row.run for name, row in found.items() if row is not None})

    def add(self, runs: dict[str, str]) -> None:
        """Points by the run that answers each; a run is read once."""
        fresh = {name: run for name, run in runs.items() if name not in self.noted}
        for name, run in fresh.items():
            self.noted[name] = points.record(store.load(store.find(self.runs, run)))
            about = f"{self.asked[name][0].title}: {self.noted[name]['verdict']}"
            print(f"{len(self.noted)} of {len(self.asked)}: {about}", flush=True)
        if fresh:
            held = {self.asked[name][0].name: about for name, about in self.noted.items()}
            points.write(self.path, Path(self.model).stem, held)


def solve(runs: Path, model: str, path: Path, options: Options, workers: int, write: bool = False) -> list[Answer]:
    """Solve what is missing, or only ``write`` what is there; the answers that have no run."""
    asked = jobs(model, options)
    book = Book(path, runs, model, asked)
    book.held()
    missing = [] if write else [job for name, (_, job) in asked.items() if name not in book.noted]
    found = sweep(missing, runs, folder_of(runs, "grid"), Pool(workers), book.note) if missing else {}
    return [answer for answer in found.values() if not answer.run]


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("runs", type=Path, help="the store that the runs go to")
    words.add_argument("--model", default=DEFAULT_MODEL, help="the programme")
    words.add_argument("--out", type=Path, default=ROOT / "reports" / "grid" / "points.json", help="the file of points")
    words.add_argument("--time-limit", type=float, default=SECONDS, help="seconds for each point")
    words.add_argument("--write", action="store_true", help="solve nothing")
    words.add_argument("--workers", type=int, default=cores(), help="solves at a time")
    asked = words.parse_args()
    options = Options(processes=1, seconds=asked.time_limit)
    try:
        failed = solve(asked.runs.absolute(), asked.model, asked.out.absolute(), options, asked.workers, asked.write)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from there.", file=sys.stderr)
        return 130
    for answer in failed:
        print(f"{answer.job}: {answer.error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
