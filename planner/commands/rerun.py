"""rerun: a stored run once more, from the inputs and options it recorded."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from planner.commands.storing import exit_code, solved
from planner.errors import UsageError
from planner.options import Debug, Json, Quiet, Reports, Run
from planner.terminal import Style

if TYPE_CHECKING:
    from planner.plan import Plan
    from planner.run import Result

SCHEMA = "planner/rerun/1"


def rerun(run: Run, reports: Reports = None, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> int:
    """Solve a stored run again and say whether the plan is the same. The new run is stored beside it.

    A run that ended at a time limit may end elsewhere on another machine; one made with --repeatable does not.
    Exit codes are those of 'optimize' for the new run.
    """
    began = time.perf_counter()
    style = Style(json, quiet, debug)
    from planner import run as solver
    from planner import show, store
    from planner.analyses.source import stored_run

    folder = store.reports_folder(reports)
    old_folder = stored_run(run, folder)
    old = store.load(old_folder)
    recorded = old.document.get("options")
    if not recorded:
        raise UsageError(f"run {old_folder.name} recorded no options; it cannot be repeated as it was")
    names = {field.name for field in fields(solver.Options)}
    options = solver.Options(**{key: value for key, value in recorded.items() if key in names})
    read_seconds = time.perf_counter() - began
    with store.draft(folder, store.run_name(None, old_folder.name.rsplit("-", 3)[0])) as draft:

        def complete(result: Result) -> None:
            result.document["seconds"] = {**(result.document.get("seconds") or {}), "read": read_seconds}

        result, new = solved(
            style, draft, began, lambda tell: solver.optimize(old.case, options, progress=tell), complete
        )
    tables = differing(old.plan, result.plan)
    versions = other_versions(old.document, new.document)
    document = {
        "schema": SCHEMA,
        "repeats": old_folder.name,
        "run": new.run,
        "folder": str(new.path),
        "verdict": new.document.get("verdict"),
        "same_inputs": old.document.get("inputs_sha256") == result.case.sha256,
        "same_verdict": old.document.get("verdict") == new.document.get("verdict"),
        "same_plan": not tables,
        "differing_tables": tables,
        "other_versions": versions,
    }
    message = f"THE SAME PLAN as {old_folder.name}." if not tables else f"ANOTHER PLAN than {old_folder.name}: "
    if tables:
        message += f"{len(tables)} tables differ. 'planner compare {old_folder.name} {new.run}' tells how."
    if versions:
        changed = "; ".join(f"{n} {a} then, {b} now" for n, (a, b) in versions.items())
        message += f"\nMade with other versions: {changed}"
    style.answer(document, f"{message}\n{show.verdict(new.document)}\n{show.places(new.document)}", message)
    return exit_code(new.document)


def differing(old: Plan | None, new: Plan | None) -> list[str]:
    """Tables of two plans that differ in any cell; where just one is a plan, all of its tables."""
    if old is None or new is None:
        there = old or new
        return sorted(there.tables) if there else []
    return sorted(name for name in old.tables if not _same(old, new, name))


def _same(old: Plan, new: Plan, name: str) -> bool:
    """Equal values row by row; how an empty table types its columns is no difference."""
    a, b = (plan[name].astype(object).where(plan[name].notna(), None) for plan in (old, new))
    return bool(a.to_dict("records") == b.to_dict("records"))


def other_versions(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    then, now = old.get("versions") or {}, new.get("versions") or {}
    return {name: (str(then.get(name)), str(now[name])) for name in now if then.get(name) != now[name]}
