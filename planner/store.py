"""The run store: one immutable folder a run, written under a hidden name and published by a rename.

Readers look only at folders whose name is a run id, so a crash, a full disk or a kill leaves earlier
runs as they were and no half-written one visible. Every file's checksum is in ``manifest.json``.
What differs between two runs that are otherwise the same (times) lives in ``times.json`` alone.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from planner import files as fs
from planner.errors import InputError, StorageError
from planner.registry import MANIFEST, RunInfo, find, find_run_or_none, reports_folder, run_name, runs

if TYPE_CHECKING:
    from planner.inputs.case import Case
    from planner.plan import Plan

__all__ = [
    "Draft",
    "Finished",
    "RunFolder",
    "RunInfo",
    "Stored",
    "checksums",
    "damaged",
    "draft",
    "find",
    "find_run_or_none",
    "load",
    "reports_folder",
    "run_name",
    "runs",
    "save",
    "stable",
    "write_plan_tables",
]

WORKBOOK, VALUES, PAGE = "plan.xlsx", "values.csv", "report.html"
#: keys of the document that differ between two runs that are otherwise the same
_TIMES = ("seconds", "cpu_seconds", "steps")
_ABANDONED_AFTER_SECONDS = 7 * 86400

#: writes the reports of a run into a folder, from the document without anything volatile
WriteReports = Callable[[Path, dict[str, Any]], None]


class Finished(Protocol):
    """What a run leaves."""

    @property
    def case(self) -> Case: ...
    @property
    def plan(self) -> Plan | None: ...
    @property
    def document(self) -> dict[str, Any]: ...


class Stored(NamedTuple):
    """A run read back; ``plan`` is None where the run found none."""

    case: Case
    plan: Plan | None
    document: dict[str, Any]


@dataclass(frozen=True)
class RunFolder:
    """A published run; ``document`` is what ``optimize --json`` prints."""

    run: str
    path: Path
    document: dict[str, Any]


# writing


@dataclass(frozen=True)
class Draft:
    """A run being written; invisible to readers until published."""

    reports: Path
    name: str
    folder: Path

    def publish(self, result: Finished, write_reports: WriteReports, began: float | None = None) -> RunFolder:
        """Write everything, force it to disk, make it visible in one step. ``began`` is from perf_counter."""
        opened = time.perf_counter()
        now = datetime.now(UTC)
        run = f"{self.name}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        document = {**fs.plain(result.document), "run": run, "changes": list(result.case.changes)}
        stable, times = _split(document)
        with fs.plainly(f"write the run into {self.reports}"):
            kinds = _write_tables(self.folder, result.plan)
            _write_inputs(self.folder / "inputs", result.case)
            write_reports(self.folder, stable)
            (self.folder / "run.json").write_text(
                fs.json_text({**stable, "files": sorted([*_listed(self.folder), "run.json", "times.json", MANIFEST])}),
                encoding="utf-8",
            )
            seconds = times["seconds"]
            seconds["report"] = time.perf_counter() - opened
            seconds["total"] = time.perf_counter() - (began if began is not None else opened)
            when = fs.json_text({"published": now.isoformat(), **times})
            (self.folder / "times.json").write_text(when, encoding="utf-8")
            manifest = {
                "schema": "planner/manifest/1",
                "run": run,
                "model": result.case.name,
                "changes": list(result.case.changes),
                "what_ifs": list(result.case.what_ifs),
                "tables": kinds,
                "sha256": {name: fs.sha256(self.folder / name) for name in _listed(self.folder)},
            }
            (self.folder / MANIFEST).write_text(fs.json_text(manifest), encoding="utf-8")
            fs.sync_tree(self.folder)
            final = self.reports / run
            self.folder.rename(final)
            fs.sync_file(self.reports)
        return RunFolder(run, final, _document(final))


@contextmanager
def draft(reports: Path, name: str) -> Iterator[Draft]:
    """Room for a run that is about to be solved: a full or forbidden disk is noticed before, not after."""
    with fs.plainly(f"write into {reports}"):
        reports.mkdir(parents=True, exist_ok=True)
        _sweep(reports)
        folder = reports / f".{name}.{secrets.token_hex(6)}.partial"
        folder.mkdir()
    try:
        yield Draft(reports, name, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # gone already if it was published


def save(reports: Path, name: str, result: Finished, write_reports: WriteReports) -> RunFolder:
    """Store a finished run."""
    with draft(reports, run_name(name, name)) as room:
        return room.publish(result, write_reports)


def write_plan_tables(folder: Path, plan: Plan | None) -> None:
    """The tidy tables of a plan as ``tables/<table>.csv``."""
    _write_tables(folder, plan)


def _write_tables(folder: Path, plan: Plan | None) -> dict[str, fs.Kinds]:
    if plan is None:
        return {}
    (folder / "tables").mkdir(parents=True)
    return {name: fs.write_table(folder / "tables" / f"{name}.csv", table) for name, table in plan.tables.items()}


def _write_inputs(folder: Path, case: Case) -> None:
    """A copy of the checked inputs, edits applied, that reads back as the same case."""
    import tomli_w

    from planner.inputs import service
    from planner.inputs.schema import BY_NAME

    data = f"data/{case.programme.data_set}"
    (folder / data).mkdir(parents=True)
    programme = _without_none({**case.programme.model_dump(mode="python"), "data": data})
    (folder / "model.toml").write_text(tomli_w.dumps(programme), encoding="utf-8")
    if case.programme.serve_as is not None:
        service.write(folder, case.programme.serve_as, case.service_path)
    for name, table in case.tables.items():
        whole = [c.name for c in BY_NAME[name].columns if c.kind in ("integer", "flag") and c.name in table]
        fs.write_table(folder / data / f"{name}.csv", table.astype(dict.fromkeys(whole, "Int64")).astype(object))


def _without_none(value: Any) -> Any:
    """TOML has no null: what is not said is left out."""
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_without_none(item) for item in value]
    return value


def _split(document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is the same for the same run, and what is not."""
    stable = {key: value for key, value in document.items() if key not in (*_TIMES, "folder", "files")}
    times = {key: document[key] for key in _TIMES if key in document}
    if (objective := document.get("objective")) is not None:
        stable["objective"] = {key: value for key, value in objective.items() if key != "seconds"}
        times["objective_seconds"] = objective.get("seconds")
    return stable, {**times, "seconds": dict(document.get("seconds") or {})}


def _listed(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)


def _sweep(reports: Path) -> None:
    """Remove what processes that died long ago left behind."""
    for folder in reports.glob(".*.partial"):
        with suppress(FileNotFoundError):  # another process publishes or removes it meanwhile
            if time.time() - folder.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)


# reading


def load(folder: Path) -> Stored:
    """A run read back, after its checksums have been compared."""
    import planner.inputs.read as read
    from planner.plan import LATER, Plan, frame

    manifest = _manifest(folder)
    bad = damaged(folder, lambda name: name in ("run.json", "times.json") or name.startswith(("tables/", "inputs/")))
    if bad:
        raise StorageError(f"run {folder.name} is damaged: {'; '.join(bad)}")
    document = _document(folder)
    with fs.plainly(f"read {folder}"):
        try:
            case = read.load(str(folder / "inputs" / "model.toml"))
            names = tuple(manifest.get("what_ifs", ()))
            case = replace(case, name=manifest["model"], changes=tuple(manifest["changes"]), what_ifs=names)
            tables = {
                name: fs.read_table(folder / "tables" / f"{name}.csv", kinds)
                for name, kinds in manifest["tables"].items()
            }
            plan = Plan({name: frame(name, []) for name in LATER} | tables) if tables else None
        except (InputError, ValueError, KeyError) as error:
            made = (document.get("versions") or {}).get("planner", "another version")
            raise StorageError(
                f"run {folder.name} was written by planner {made} and cannot be read here: {error}"
            ) from error
    return Stored(case, plan, document)


def damaged(folder: Path, among: Callable[[str], bool] = lambda name: True) -> list[str]:
    """Files of a run that are missing or no longer what was written, in words."""
    found = []
    for name, wanted in checksums(folder).items():
        if among(name):
            try:
                if fs.sha256(folder / name) != wanted:
                    found.append(f"{name} has changed since it was written")
            except FileNotFoundError:
                found.append(f"{name} is missing")
            except OSError as error:
                found.append(f"{name} cannot be read ({error.strerror})")
    return found


def checksums(folder: Path) -> dict[str, str]:
    """Relative path -> SHA-256 of every file as published."""
    return dict(_manifest(folder)["sha256"])


def stable(document: dict[str, Any]) -> dict[str, Any]:
    """The document as the reports saw it when they were first written."""
    return _split(document)[0]


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest["sha256"], manifest["tables"], manifest["model"], manifest["changes"]
        return manifest
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(f"run {folder.name} is damaged: {MANIFEST} cannot be read") from error


def _document(folder: Path) -> dict[str, Any]:
    """run.json with its times and its present place."""
    try:
        document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        times = json.loads((folder / "times.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StorageError(f"run {folder.name} is damaged: run.json or times.json cannot be read") from error
    took = times.pop("objective_seconds", None)
    if document.get("objective") is not None:
        document["objective"]["seconds"] = took
    return {
        **document,
        **{key: times[key] for key in _TIMES if key in times},
        "folder": str(folder.absolute()),
        "files": [str(folder.absolute() / name) for name in document.get("files") or []],
    }
