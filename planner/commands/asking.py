"""How an analysis begins: what it is asked about, what an earlier call of it left, and what it says while at work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.errors import UsageError
from planner.terminal import Style

if TYPE_CHECKING:
    from planner.analyses.notebook import Notebook
    from planner.analyses.source import Source
    from planner.solve import Report
    from planner.store import Stored

Out = Annotated[list[Path] | None, typer.Option("--out", metavar="PATH", help="Write it: .xlsx, .md or .json.")]
Fresh = Annotated[bool, typer.Option("--fresh", help="Ask everything again, whatever an earlier call found.")]


def opened(
    style: Style,
    what: str,
    asked: str | None,
    edits: Callable[[str | None], list[str]],
    reports: Path | None,
    fresh: bool,
    out: Sequence[Path] | None,
) -> tuple[Source, Notebook]:
    """What is asked about, and the answers that an earlier call left; refuses files it could not write.

    ``edits`` are made of the programme that the name stands for. Where it could also be a programme, says so.
    """
    from planner import answers, store
    from planner.analyses.notebook import Notebook
    from planner.analyses.source import Source

    for path in out or ():
        answers.check_suffix(path)
    folder = store.reports_folder(reports)
    source = Source.find(asked, (), folder)
    source = replace(source, edits=tuple(edits(source.model)))
    style.say(source.note)
    return source, Notebook(folder, what, source.case().sha256, fresh)


def planned(run: str, reports: Path | None, out: Sequence[Path] | None, purpose: str) -> tuple[Path, Stored]:
    """A stored run that has a plan, and its folder; refuses files that the answer could not be written to."""
    from planner import answers, store
    from planner.analyses.source import stored_run

    for path in out or ():
        answers.check_suffix(path)
    at = stored_run(run, store.reports_folder(reports))
    stored = store.load(at)
    if stored.plan is None:
        raise UsageError(f"{at.name} has no plan {purpose}: 'planner explain {at.name}' says why")
    return at, stored


def reporting(progress: Callable[[Report], None] | None, seconds: float) -> Callable[[str], None]:
    """What an analysis is at, on the live line, and how long it may take."""
    from planner.solve import Report

    def tell(phase: str) -> None:
        if progress:
            progress(Report(phase, 0.0, most=seconds))

    return tell
