"""The registry of runs: which are there, and which one a person means. The folders are the registry."""

from __future__ import annotations

import difflib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner import files as fs
from planner.errors import RunNotFound, UsageError

NAME = re.compile(r"^[a-z0-9][a-z0-9._-]{0,63}$")
RUN_ID = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]{0,63})-(?P<stamp>\d{8}-\d{6})-[0-9a-f]{6}$")
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class RunInfo:
    """One line of the registry."""

    run: str
    name: str
    folder: Path
    created: str
    verdict: str
    gap: float | None
    title: str

    def as_dict(self) -> dict[str, Any]:
        return {**self.__dict__, "folder": str(self.folder)}


def reports_folder(given: Path | None = None) -> Path:
    """Where runs live: as given, else PLANNER_REPORTS, else ``reports`` under the current folder."""
    return (given or Path(os.environ.get("PLANNER_REPORTS") or "reports")).expanduser().absolute()


def run_name(given: str | None, fallback: str) -> str:
    """The checked name of a run; without one, the model's name made to fit."""
    if given is None:
        return re.sub(r"[^a-z0-9._-]+", "-", fallback.lower()).strip("-._")[:64] or "run"
    if not NAME.fullmatch(given) or given == "latest":
        raise UsageError(
            f"run name {given!r}: up to 64 of a-z 0-9 . _ -, beginning with a letter or digit, and not 'latest'"
        )
    return given


def runs(reports: Path) -> list[RunInfo]:
    """Every published run, oldest first; a damaged one is listed as such."""
    with fs.plainly(f"read {reports}"):
        if not reports.exists():
            return []
        folders = [p for p in reports.iterdir() if RUN_ID.fullmatch(p.name) and p.is_dir()]
    return sorted((_info(folder) for folder in folders), key=lambda info: (info.created, info.run))


def _info(folder: Path) -> RunInfo:
    match = RUN_ID.fullmatch(folder.name)
    assert match is not None
    day, of_day = match["stamp"].split("-")  # of a folder that anybody may have named: it may be no time at all
    stamp = f"{day[:4]}-{day[4:6]}-{day[6:]}T{of_day[:2]}:{of_day[2:4]}:{of_day[4:]}+00:00"
    try:
        document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        created = json.loads((folder / "times.json").read_text(encoding="utf-8"))["published"]
        title = str(document.get("title") or "")
        return RunInfo(
            folder.name, match["name"], folder, created, document.get("verdict", ""), document.get("gap"), title
        )
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return RunInfo(folder.name, match["name"], folder, stamp, "damaged", None, "")


def find(reports: Path, ref: str) -> Path:
    """The folder of a run by id, name (its latest), path or ``latest``."""
    known = runs(reports)
    if ref == "latest" and known:
        return known[-1].folder
    for wanted in (lambda info: info.run == ref, lambda info: info.name == ref):
        hits = [info.folder for info in known if wanted(info)]
        if hits:
            return hits[-1]
    path = Path(ref).expanduser()
    for folder in (path, path.parent):
        if ref and path.exists() and (folder / MANIFEST).is_file():
            return folder.absolute()
    if not known:
        raise RunNotFound(f"no run {ref!r}: {reports} holds no runs yet; 'planner optimize' makes one")
    names = [*dict.fromkeys(info.name for info in reversed(known)), *(info.run for info in reversed(known)), "latest"]
    close = difflib.get_close_matches(ref, names, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}?" if close else "'planner runs' lists them"
    raise RunNotFound(f"no run {ref!r} in {reports}; {hint}")


def find_run_or_none(reports: Path, ref: str) -> Path | None:
    """As ``find``, for words that may also mean something else."""
    try:
        return find(reports, ref)
    except RunNotFound:
        return None
