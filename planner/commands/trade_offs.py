"""What trades against what: ``planner frontier``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.commands.why import told
from planner.options import Debug, Edits, Json, Quiet, Reports, examples
from planner.terminal import INTERRUPTED, Style, live

if TYPE_CHECKING:
    from planner.answers import Answer

Asked = Annotated[
    str | None, typer.Argument(metavar="MODEL_or_RUN", help="A programme (name or TOML file), or a stored run.")
]
Out = Annotated[list[Path] | None, typer.Option("--out", metavar="PATH", help="Write it: .xlsx, .md or .json.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Ask everything again, whatever an earlier call found.")]
Seconds = Annotated[float | None, typer.Option(min=1, help="Seconds for all solves together. [default: 900]")]


def frontier(
    asked: Asked = None,
    curves: Annotated[
        list[str] | None,
        typer.Option("--curve", metavar="ID", help="level:PROMISE, date:PROMISE, emissions, water, sites. [all]"),
    ] = None,
    points: Annotated[int, typer.Option(min=2, max=50, help="Points of a frontier, its ends included.")] = 5,
    edits: Edits = None,
    time_limit: Seconds = None,
    fresh: Fresh = False,
    out: Out = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Trace what promises cost: the budget by level and date of each milestone, cost by emissions, water and sites.

    Every point is a band: what a plan takes, and what is proven that none goes below. Exit codes: 0 every point
    settled, 4 no point has a plan, 5 stopped at a limit with some, 6 with none, 130 interrupted. The same command goes
    on where it was stopped.
    """
    style = Style(json, quiet, debug)
    from planner import answers, store
    from planner.analyses import frontier as tracing
    from planner.analyses.notebook import Notebook
    from planner.analyses.source import Source
    from planner.answers import frontiers
    from planner.solve import interruptible

    for path in out or ():
        answers.check_suffix(path)
    folder = store.reports_folder(reports)
    source = Source.find(asked, edits or (), folder)
    notebook = Notebook(folder, "frontier", source.case().sha256, fresh)
    seconds = tracing.SECONDS if time_limit is None else time_limit
    with live(style) as progress, interruptible() as interrupt:
        tell = told(progress)
        found = tracing.frontier(source, notebook, asked=curves or (), points=points, seconds=seconds, tell=tell)
        stopped = interrupt.signal
    _answer(style, frontiers.answer(source, found), out or ())
    if stopped:
        return INTERRUPTED
    return {"traced": 0 if found.complete else 5, "infeasible": 4}.get(found.verdict, 6)


def _answer(style: Style, answer: Answer, out: Sequence[Path]) -> None:
    """Write what was asked for, then say it."""
    from planner import answers

    written = [str(answers.write(answer, path)) for path in out]
    document: Mapping[str, object] = {**answer.document, "files": written}
    style.answer(document, "\n\n".join([answers.terminal(answer), *written]), "\n".join([answer.lead, *written]))


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command(
        epilog=examples(
            "planner frontier latest --curve sites --time-limit 60",
            "planner frontier latest --curve sites --time-limit 60 --json",
        )
    )(frontier)
