"""How an analysis ends: files that were asked for, the answer kept with its run, and where the workbook is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from planner.terminal import Style

if TYPE_CHECKING:
    from planner.analyses.source import Source
    from planner.answers import Answer
    from planner.reports import Analyses


def answered(
    style: Style,
    analysis: str,
    answer: Answer,
    out: Sequence[Path],
    source: Source,
    text: str | None = None,
    has_plan: bool = True,
) -> None:
    """Write what was asked for, keep it with the run it is about, then say it and where its workbook is.

    Edits make it another question than one about the run: its answer is not kept.
    """
    from planner import answers

    run = None if source.edits else source.run

    written = [str(answers.write(answer, path)) for path in out]
    at = None if run is None else keep(style, run, analysis, answer)
    about = {"taken_as": source.taken_as, "files": written, "kept": None if at is None else str(at)}
    document: Mapping[str, object] = {**answer.document, **about}
    said = answers.terminal(answer) if text is None else text
    brief = answer.lead if text is None else text.partition("\n")[0]
    style.answer(document, "\n\n".join([said, *written]), "\n".join([brief, *written]))
    if at is not None and has_plan:
        tell_workbook(style, at)
    elif not written:
        style.say("As a workbook: add --out answer.xlsx.")


def keep(style: Style, run: Path, analysis: str, answer: Answer) -> Path | None:
    """Keep an answer beside its run; None, and a message, where nothing can be written there."""
    from planner.answers import stored
    from planner.errors import StorageError

    try:
        return stored.keep(run, analysis, answer)
    except StorageError as error:
        style.say(f"Not kept with the run: {error}.")
        return None


def tell_workbook(style: Style, kept: Path) -> None:
    run = kept.parent.name.removesuffix(".answers")
    style.say(f"Kept with the run: 'planner report {run} --out DIR' makes it part of workbook and page there.")


def analyses(run: Path, style: Style) -> tuple[Analyses | None, Path]:
    """What analyses of a run found, for its workbook and its page, None where there is nothing; and their folder."""
    from planner import store
    from planner.answers import stored

    folder = stored.folder_of(run)
    return (_parts(*stored.kept(run, store.load(run).case), style) if folder.is_dir() else None), folder


def own(run: Path, style: Style) -> Analyses | None:
    """What the run's own reports hold beside its plan: the price of a promise, once they were written with it."""
    from planner import store
    from planner.answers import stored

    if store.PRICE not in store.checksums(run):
        return None
    return _parts(*stored.read([run / store.PRICE], store.load(run).case), style)


def renew(run: Path, answer: Path, style: Style) -> bool:
    """The run's own reports once more, with an answer that came after them; where that fails, the first ones stand."""
    from planner import reports, store
    from planner.answers import stored
    from planner.errors import PlannerError

    style.say("Writing workbook, page and summary once more, with the price.")
    try:
        found = _parts(*stored.read([answer], store.load(run).case), style)
        if found is not None:
            reports.renew(run, answer, found)
        return found is not None
    except PlannerError as error:
        style.say(f"The run's own workbook and page lack the price: {error}.")
        return False


def _parts(found: list[tuple[str, Answer]], passed_over: list[str], style: Style) -> Analyses | None:
    """Answers as sheets and sections."""
    from planner.answers import pages, sheets
    from planner.reports import Analyses

    for reason in passed_over:
        style.say(f"Not in the reports: {reason}.")
    if not found:
        return None
    documents = {name: answer.document for name, answer in found}
    return Analyses(documents, lambda book: sheets.add(book, found), pages.sections(found))
