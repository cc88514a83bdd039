"""Runs read back: inputs, plan and document of a stored run, after its checksums have been compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from planner import files as fs
from planner.errors import InputError, StorageError
from planner.registry import MANIFEST

if TYPE_CHECKING:
    from planner.inputs.case import Case
    from planner.plan import Plan

#: keys of the document that differ between two runs that are otherwise the same
_TIMES = ("seconds", "cpu_seconds", "steps")


class Stored(NamedTuple):
    """A run read back; ``plan`` is None where the run found none."""

    case: Case
    plan: Plan | None
    document: dict[str, Any]


def load(folder: Path) -> Stored:
    """A run read back, after its checksums have been compared."""
    import planner.inputs.read as read
    from planner.plan import LATER, Plan, frame

    manifest = manifest_of(folder)
    bad = damaged(folder, lambda name: name in ("run.json", "times.json") or name.startswith(("tables/", "inputs/")))
    if bad:
        raise StorageError(f"run {folder.name} is damaged: {'; '.join(bad)}")
    document = document_of(folder)
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
    return dict(manifest_of(folder)["sha256"])


def stable(document: dict[str, Any]) -> dict[str, Any]:
    """The document as the reports saw it when they were first written."""
    return split(document)[0]


def manifest_of(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        manifest["sha256"], manifest["tables"], manifest["model"], manifest["changes"]
        return manifest
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StorageError(f"run {folder.name} is damaged: {MANIFEST} cannot be read") from error


def document_of(folder: Path) -> dict[str, Any]:
    """run.json with its times and its present place."""
    try:
        document = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        seconds = manifest_of(folder).get("seconds", {})
        times = json.loads((folder / "times.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StorageError(f"run {folder.name} is damaged: run.json or times.json cannot be read") from error
    took = times.pop("objective_seconds", None)
    if document.get("objective") is not None:
        document["objective"]["seconds"] = took
    return {
        **document,
        **{key: times[key] for key in _TIMES if key in times},
        "seconds": {**times.get("seconds", {}), **seconds},
        "folder": str(folder.absolute()),
        "files": [str(folder.absolute() / name) for name in sorted([*listed(folder), MANIFEST])],
    }


def split(document: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is the same for the same run, and what is not."""
    stable = {key: value for key, value in document.items() if key not in (*_TIMES, "folder", "files")}
    times = {key: document[key] for key in _TIMES if key in document}
    if (objective := document.get("objective")) is not None:
        stable["objective"] = {key: value for key, value in objective.items() if key != "seconds"}
        times["objective_seconds"] = objective.get("seconds")
    return stable, {**times, "seconds": dict(document.get("seconds") or {})}


def listed(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST)
