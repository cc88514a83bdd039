"""The run store: one folder a run, written under a hidden name and published by a rename; its reports come after it.

Readers look only at folders whose name is a run id, so a crash, a full disk or a kill leaves earlier
runs as they were and no half-written one visible. ``manifest.json`` holds checksums; only reports are renewed.
What differs between two runs that are otherwise the same (times) lives in ``times.json`` alone.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from planner import files as fs
from planner.errors import StorageError
from planner.registry import MANIFEST, RunInfo, find, find_run_or_none, reports_folder, run_name, runs
from planner.stored import Stored, checksums, damaged, document_of, listed, load, manifest_of, split, stable

if TYPE_CHECKING:
    from planner.inputs.case import Case
    from planner.plan import Plan

__all__ = [
    "Draft", "Finished", "RunFolder", "RunInfo", "Stored", "checksums", "damaged", "draft", "find",
    "find_run_or_none", "list_again", "load", "renew", "reports_folder", "run_name", "runs", "save", "stable",
    "write_plan_tables",
]  # fmt: skip

WORKBOOK, VALUES, PAGE, SUMMARY = "plan.xlsx", "values.csv", "report.html", "summary.md"
#: the price of a promise, found by a second solve after the first reports were written; the run's reports hold it then
PRICE = "without.json"
#: ends the name of a folder that holds what could not be read back; it is no run
UNREAD = ".unread"
_ABANDONED_AFTER_SECONDS = 7 * 86400

#: writes reports from the document without anything volatile; returns the errors of those that are not in the folder
WriteReports = Callable[[Path, dict[str, Any]], Sequence[Exception] | None]


class Finished(Protocol):
    """What a run leaves."""

    @property
    def case(self) -> Case: ...
    @property
    def plan(self) -> Plan | None: ...
    @property
    def document(self) -> dict[str, Any]: ...


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
        """Make inputs, plan and tables visible in one step, then write the reports; ``began`` is from perf_counter.

        Whatever ends the writing of reports, the run is there without them. A plan that breaks a rule is not.
        """
        opened, now = time.perf_counter(), datetime.now(UTC)
        run = f"{self.name}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
        document = {**fs.plain(result.document), "run": run, "changes": list(result.case.changes)}
        stable, times = split(document)
        passed = (document.get("verification") or {}).get("passed", True)
        final = self.reports / run
        try:
            with fs.plainly(f"write the run into {self.reports}"):
                for error in [] if passed else write_reports(self.folder, stable) or ():
                    raise error
                with fs.undisturbed():
                    self._store(result, stable, {"published": now.isoformat(), **times}, final)
                if passed:
                    self.folder.mkdir()
                    failed = write_reports(self.folder, stable)
                    ended = time.perf_counter()
                    seconds = {"report": ended - opened, "total": ended - (opened if began is None else began)}
                    fs.sync_tree(self.folder)
                    with fs.undisturbed():
                        for name in listed(self.folder):
                            (final / name).parent.mkdir(parents=True, exist_ok=True)
                            (self.folder / name).rename(final / name)
                        list_again(final, seconds)
                    for error in failed or ():
                        raise error
        except BaseException as error:
            if final.is_dir():
                error.add_note(f"The plan is stored as {run}; 'planner report {run}' writes its reports.")
            raise
        return RunFolder(run, final, document_of(final))

    def _store(self, result: Finished, stable: dict[str, Any], times: dict[str, Any], final: Path) -> None:
        from planner.inputs import copied

        kinds = _write_tables(self.folder, result.plan)
        copied.write(self.folder / "inputs", result.case)
        (self.folder / "run.json").write_text(fs.json_text(stable), encoding="utf-8")
        (self.folder / "times.json").write_text(fs.json_text(times), encoding="utf-8")
        manifest = {
            "schema": "planner/manifest/1",
            "run": final.name,
            "model": result.case.name,
            "changes": list(result.case.changes),
            "what_ifs": list(result.case.what_ifs),
            "tables": kinds,
            "sha256": {name: fs.sha256(self.folder / name) for name in listed(self.folder)},
        }
        (self.folder / MANIFEST).write_text(fs.json_text(manifest), encoding="utf-8")
        fs.sync_tree(self.folder)
        if other := _read_back(self.folder, result):
            kept = final.with_name(f"{final.name}{UNREAD}")
            self.folder.rename(kept)
            raise StorageError(
                f"the plan does not read as it was solved: {', '.join(other)}. It is no run; its files are in {kept}"
            )
        self.folder.rename(final)
        fs.sync_file(self.reports)


def _read_back(folder: Path, result: Finished) -> list[str]:
    """What of a run does not read as it was solved: inputs, plan, or tables of it; or why nothing can be read."""
    try:
        back, plan = load(folder), result.plan
    except StorageError as error:
        return [str(error)]
    other = [] if back.case.sha256 == result.case.sha256 else ["inputs"]
    if plan is None or back.plan is None:
        return other if plan is back.plan else [*other, "plan"]
    return other + [name for name, table in plan.tables.items() if not back.plan[name].equals(table)]


def renew(run: Path, room: Path) -> None:
    """Reports in a folder, with the price that they hold, take the place of those of a run; its plan stays as it is."""
    names = [name for name in (WORKBOOK, VALUES, PAGE, SUMMARY, PRICE) if (room / name).is_file()]
    fs.sync_tree(room)
    with fs.undisturbed():
        for name in names:
            (room / name).replace(run / name)
        list_again(run, renewed=names)


def list_again(run: Path, seconds: dict[str, float] | None = None, renewed: Sequence[str] = ()) -> None:
    """Put files written after the run was stored into its manifest; only those renewed get another checksum."""
    manifest = manifest_of(run)
    known = {name: digest for name, digest in manifest["sha256"].items() if name not in renewed}
    names = [name for name in listed(run) if name != PRICE or name in (*manifest["sha256"], *renewed)]
    manifest["sha256"] = {name: known.get(name) or fs.sha256(run / name) for name in names} | known
    manifest["seconds"] = {**manifest.get("seconds", {}), **(seconds or {})}
    with fs.replacing(run / MANIFEST) as fresh:
        fresh.write_text(fs.json_text(manifest), encoding="utf-8")


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


def _sweep(reports: Path) -> None:
    """Remove what processes that died long ago left behind."""
    for folder in reports.glob(".*.partial"):
        with suppress(FileNotFoundError):  # another process publishes or removes it meanwhile
            if time.time() - folder.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
