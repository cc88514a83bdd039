"""The stored runs as the page lists them: each is read once, because a run never changes; and the bin."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner import files as fs
from planner.answers import stored as answers
from planner.errors import RunNotFound, StorageError
from planner.registry import RUN_ID
from planner.results import verdicts

BIN = ".bin"
DAMAGED = "damaged"


@dataclass(frozen=True)
class Row:
    """One run of the list; ``changes`` are its edits, ``seconds`` what it took."""

    run: str
    name: str
    published: str
    title: str
    model: str
    verdict: str
    headline: str
    changes: tuple[str, ...]
    inputs_sha256: str
    seconds: float
    interrupted: bool
    has_plan: bool

    @property
    def asks(self) -> str:
        """What the run asks, as its edits; the programme alone where it has none."""
        return ", ".join(self.changes) or "the programme as it is"

    def holds(self, text: str) -> bool:
        """Whether every word is in what a person sees of the run."""
        seen = f"{self.run} {self.title} {self.model} {self.verdict} {self.headline} {self.asks} {self.day}".lower()
        return all(word in seen for word in text.lower().split())

    @property
    def day(self) -> str:
        return self.published[:16].replace("T", " ")


class Shelf:
    """The runs of a folder, the newest first. Two threads may ask at once."""

    def __init__(self, reports: Path) -> None:
        self.reports = reports
        self._rows: dict[str, Row] = {}
        self._reading = threading.Lock()

    def rows(self) -> list[Row]:
        """Every run that is there now. Raises StorageError where the folder cannot be read."""
        with self._reading:
            there = set(_runs(self.reports))
            for gone in self._rows.keys() - there:
                del self._rows[gone]
            for run in there - self._rows.keys():
                self._rows[run] = _read(self.reports / run)
            return sorted(self._rows.values(), key=lambda row: (row.published, row.run), reverse=True)

    def row(self, run: str) -> Row:
        """RunNotFound where there is no such run."""
        found = next((row for row in self.rows() if row.run == run), None)
        if found is None:
            raise RunNotFound(f"There is no run {run}. It may be in the bin.")
        return found

    def document(self, run: str) -> dict[str, Any]:
        """What a run says of itself: its file run.json."""
        self.row(run)
        with fs.plainly(f"read the run {run}"):
            try:
                return dict(json.loads((self.reports / run / "run.json").read_text(encoding="utf-8")))
            except ValueError as error:
                raise StorageError(f"run {run} is damaged: run.json cannot be read") from error

    # the bin

    def binned(self) -> list[str]:
        """Runs in the bin, the last named first."""
        return sorted(_runs(self.reports / BIN), reverse=True)

    def throw(self, run: str) -> None:
        """Put a run and the answers about it into the bin."""
        self.row(run)
        _move(run, self.reports, self.reports / BIN)

    def put_back(self, run: str) -> None:
        if run not in self.binned():
            raise RunNotFound(f"There is no run {run} in the bin.")
        _move(run, self.reports / BIN, self.reports)


def _move(run: str, here: Path, there: Path) -> None:
    """Answers go first: a run is never without those that were there."""
    beside = answers.folder_of(here / run)
    with fs.plainly(f"move the run {run} to {there}"):
        there.mkdir(parents=True, exist_ok=True)
        if beside.is_dir():
            beside.rename(answers.folder_of(there / run))
        (here / run).rename(there / run)
        fs.sync_file(there)
        fs.sync_file(here)


def _runs(folder: Path) -> list[str]:
    with fs.plainly(f"read {folder}"):
        try:
            with os.scandir(folder) as entries:
                return [e.name for e in entries if RUN_ID.fullmatch(e.name) and e.is_dir()]
        except FileNotFoundError:
            return []


def _read(folder: Path) -> Row:
    match = RUN_ID.fullmatch(folder.name)
    assert match is not None
    try:
        document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        times = json.loads((folder / "times.json").read_text(encoding="utf-8"))
        return _row(folder.name, match["name"], document, times)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        stamp = match["stamp"]
        day = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}T{stamp[9:11]}:{stamp[11:13]}"
        said = "run.json or times.json cannot be read"
        return Row(folder.name, match["name"], day, folder.name, "", DAMAGED, said, (), "", 0.0, False, False)


def _row(run: str, name: str, document: Mapping[str, Any], times: Mapping[str, Any]) -> Row:
    return Row(
        run,
        name,
        str(times["published"]),
        str(document.get("title") or ""),
        str(document.get("model") or ""),
        verdicts.plan(document),
        str(document.get("headline") or document.get("explanation") or ""),
        tuple(document.get("changes") or ()),
        str(document.get("inputs_sha256") or ""),
        float((times.get("seconds") or {}).get("solve") or 0.0),
        bool(document.get("interrupted")),
        document.get("verdict") in ("optimal", "within_limits"),
    )
