"""How sure a plan is: ``planner risk``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.commands.asking import Out
from planner.errors import UsageError
from planner.options import Debug, Json, Quiet, Reports, Run, share
from planner.terminal import Style


def risk(
    run: Run,
    draws: Annotated[int, typer.Option(min=64, max=1_000_000, help="Draws at least.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the draws.")] = 0,
    confidence: Annotated[
        float | None,
        typer.Option(parser=share, metavar="SHARE", help="Confidence that contingency is for. [default: the file's]"),
    ] = None,
    milestone: Annotated[
        str | None,
        typer.Option(metavar="PROMISE", help="Promise of the joint confidence. [default: the file's]"),
    ] = None,
    uncertainty: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Uncertainty file. [default: the one that ships with the run's data]"),
    ] = None,
    out: Out = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Say how sure a stored plan is: its decisions as they are, with rates and lead times as they may turn out.

    Gives the S-curve of investment, the joint confidence of budget and milestone, the probability of each promise,
    contingency by category and year, and the MW that the budget as a hard limit leaves. Nothing is decided anew.
    """
    style = Style(json, quiet, debug)
    from planner import answers, store
    from planner.analyses.source import Source, stored_run
    from planner.answers import risks
    from planner.commands.kept import answered
    from planner.inputs import shipped
    from planner.risk.document import document
    from planner.risk.found import risk as counted
    from planner.risk.reading import read

    for path in out or ():
        answers.check_suffix(path)
    at = stored_run(run, store.reports_folder(reports))
    stored = store.load(at)
    if stored.plan is None:
        raise UsageError(f"{at.name} has no plan to draw: 'planner explain {at.name}' says why")
    data = stored.case.programme.data_set
    file = uncertainty.expanduser() if uncertainty else shipped.uncertainty_file(data)
    if not file.is_file():
        known = (
            f"no uncertainty file ships with the data set {data}" if uncertainty is None else f"there is no file {file}"
        )
        raise UsageError(f"{known}: write one after docs/risk.md and name it with --uncertainty PATH")
    found = counted(stored.case, stored.plan, read(file, stored.case, milestone, confidence), draws, seed)
    answer = risks.answer(at.name, stored.case, document(at.name, found))
    answered(style, "risk", answer, out or (), Source(str(at / "inputs" / "model.toml"), run=at))
    return 0
