"""``planner backtest``: the cost rates of a programme's data set against real public projects, without a solver."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.commands.asking import Out
from planner.options import Debug, Edits, Json, Quiet
from planner.terminal import Style


def backtest(
    data: Annotated[
        Path | None,
        typer.Argument(
            metavar="DATA", help="Folder with projects.csv and schedules.csv. [default: the one that ships]"
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Programme whose tables are judged. [default: federal-ai]")
    ] = None,
    edits: Edits = None,
    out: Out = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Judge the cost rates and lead times by real public projects: what the tables say they cost, and the error.

    A missed aim is a finding and ends with exit code 0. Exit code 3: a fault in the projects or in the programme.
    """
    style = Style(json, quiet, debug)
    from planner import answers
    from planner.analyses import backtest as tests
    from planner.answers import backtests
    from planner.inputs import read, read_projects, shipped

    for path in out or ():
        answers.check_suffix(path)
    folder = (data or shipped.data_folder(shipped.BACKTEST)).expanduser()
    case = read.load(model, tuple(edits or ()))
    found = tests.backtest(case, read_projects.load(folder, case), folder)
    whole = backtests.answer(found)
    written = [str(answers.write(whole, path)) for path in out or ()]
    text = answers.terminal(backtests.answer(found, brief=True))
    document = {**whole.document, "folder": str(folder), "files": written}
    style.answer(document, "\n\n".join([text, *written]), "\n".join([whole.lead, *written]))
    return 0
