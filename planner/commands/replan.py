"""``planner replan``: a stored plan made again from a date, with what happened up to it."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.commands.asking import Out, planned
from planner.commands.kept import keep, tell_workbook
from planner.commands.storing import exit_code, solved
from planner.errors import UsageError
from planner.options import Debug, Edits, Gap, Json, Quiet, Reports, Run
from planner.terminal import Style

if TYPE_CHECKING:
    from planner.inputs.case import Case
    from planner.run import Result
    from planner.store import Stored


def replan(
    run: Run,
    actuals: Annotated[
        Path | None, typer.Option(metavar="FILE", help="CSV of what happened. [default: what the plan said]")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(metavar="DATE", help="YYYY-MM-DD: what ended by then is past. [default: the plan's]")
    ] = None,
    write_actuals: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what the plan said of the past, to edit; solve nothing.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Programme to plan on with. [default: that of the run]")
    ] = None,
    edits: Edits = None,
    name: Annotated[str | None, typer.Option(help="Name of the new run. [default: that of the programme]")] = None,
    gap: Gap = None,
    time_limit: Annotated[float | None, typer.Option(min=0, help="Seconds for solving. [default: 170]")] = None,
    out: Out = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Plan again from a date: what happened up to it is fixed, the rest is planned anew and set against the run.

    Exit codes: 0 proven, 3 actuals that cannot be, 4 nothing keeps the promises after them, 5 stopped at a limit,
    6 no plan found, 130 interrupted.
    """
    began = time.perf_counter()
    style = Style(json, quiet, debug)
    from planner import run as solver
    from planner import store

    at, stored = planned(run, reports, out, "to start from")
    day = _day(as_of or stored.case.programme.as_of)
    if write_actuals is not None:
        return _written(style, stored, day, write_actuals)
    case = _case(stored, at, day, actuals, model, edits or [])
    options = solver.Options(gap=gap, seconds=solver.SECONDS if time_limit is None else time_limit)
    gates, past = stored.document.get("gates"), case.periods.labels()[: case.past]
    with store.draft(at.parent, store.run_name(name, case.name)) as draft:

        def complete(result: Result) -> None:
            result.document["baseline"] = {"run": at.name, "as_of": day, "past": past}

        _, new = solved(
            style, draft, began, lambda tell: solver.optimize(case, options, start=gates, progress=tell), complete
        )
    return _shown(style, stored, store.load(new.path), new.path, out or ())


def _day(given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise UsageError(f"--as-of {given}: write a date as 2028-01-01") from None


def _case(stored: Stored, at: Path, day: str, actuals: Path | None, model: str | None, edits: list[str]) -> Case:
    """What is planned on with, after what happened."""
    from planner.analyses.replan import taken
    from planner.inputs import read

    case = read.load(model or str(at / "inputs" / "model.toml"), tuple(edits)) if model or edits else stored.case
    if case.programme.base_year != stored.case.programme.base_year:
        raise UsageError("the programme speaks of dollars of another base year than the run")
    assert stored.plan is not None
    found = read.with_actuals(case, actuals or taken(stored.case, stored.plan, day), day)
    if actuals is None and found.past and case.programme.horizon != stored.case.programme.horizon:
        raise UsageError("the programme has another horizon than the run: say what happened with --actuals FILE")
    if found.past == found.periods.count:
        raise UsageError(f"nothing is left to plan: the horizon ends by {day}")
    return found


def _written(style: Style, stored: Stored, day: str, path: Path) -> int:
    from planner.analyses.replan import taken
    from planner.files import replacing
    from planner.inputs.actuals import text

    assert stored.plan is not None
    rows = taken(stored.case, stored.plan, day)
    with replacing(path.expanduser().absolute()) as draft:
        draft.write_text(text(rows, stored.case.periods), encoding="utf-8")
    document = {"schema": "planner/actuals/1", "as_of": day, "rows": len(rows), "files": [str(path)]}
    style.answer(
        document, f"{len(rows)} rows of what the plan said up to {day}. Edit them, then replan with them.\n{path}"
    )
    return 0


def _shown(style: Style, base: Stored, now: Stored, at: Path, out: list[Path] | tuple[()]) -> int:
    """Show the plan and its variance, which is kept with the new run."""
    from planner import answers, show
    from planner.analyses.compare import compare
    from planner.analyses.variance import variance
    from planner.answers import variances

    document, text = now.document, show.summary(now.document, now.case, now.plan)
    kept = None
    if now.plan is not None:
        answer = variances.answer(now, variance(base, now), compare([base, now]))
        files = [str(answers.write(answer, path)) for path in out]
        kept = keep(style, at, "variance", answer)
        document = {**document, "variance": answer.document, "files": [*document["files"], *files]}
        text = "\n\n".join([text, answers.terminal(answer), *files])
    style.answer(document, text, f"{show.verdict(document)}\n{at}")
    if kept is not None:
        tell_workbook(style, kept)
    return exit_code(document)
