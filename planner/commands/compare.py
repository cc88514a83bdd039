"""compare: what differs between stored runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.commands.kept import keep, tell_workbook
from planner.options import Debug, Json, Quiet, Reports
from planner.terminal import Style


def compare(
    runs: Annotated[list[str], typer.Argument(metavar="A B [C...]", help="Runs; the first is the base of the others.")],
    out: Annotated[
        list[Path] | None, typer.Option("--out", metavar="PATH", help="Write it: .xlsx, .html, .md or .json.")
    ] = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """What differs between stored runs: inputs, decisions, figures, and a cost bridge that sums to the cent.

    A difference smaller than what the proofs leave open says so. Runs in dollars of other base years are refused.
    """
    from planner import comparison, store
    from planner.analyses.compare import compare as compared
    from planner.analyses.source import stored_run
    from planner.answers.differences import answer as comparison_answer

    for path in out or ():
        comparison.check_suffix(path)
    folder = store.reports_folder(reports)
    places = [stored_run(run, folder) for run in runs]
    found = compared([store.load(place) for place in places])
    written = [str(comparison.write(found, path)) for path in out or ()]
    text = "\n".join([comparison.terminal(found), *([""] if written else []), *written])
    style = Style(json, quiet, debug)
    style.answer({**found.as_dict(), "files": written}, text, "\n".join(written) or text)
    base = places[0]
    for place, pair in zip(places[1:], found.pairs, strict=True):
        if place != base and pair.other.plan is not None:
            at = keep(style, place, f"compare {base.name}", comparison_answer(pair))
            if at is not None:
                tell_workbook(style, at)
    return 0
