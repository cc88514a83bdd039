"""``planner questions``: a reviewer's six questions, answered from a stored run without a solve."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.errors import UsageError
from planner.options import Debug, Json, Quiet, Reports, Run
from planner.terminal import Style


def questions(
    run: Run,
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.md", help="Write the answers in Markdown.")] = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Answer a reviewer's six questions about a stored run, each in under 200 words and with figures of the run."""
    if out is not None and out.suffix.lower() != ".md":
        raise UsageError(f"--out {out}: the answers are written as .md")
    from planner import answers, store
    from planner.analyses.source import stored_run
    from planner.answers import questions as six
    from planner.answers.stored import kept

    folder = stored_run(run, store.reports_folder(reports))
    stored = store.load(folder)
    found, passed_over = kept(folder, stored.case)
    notes = [f"Not used: {reason}." for reason in passed_over]
    answer = six.answer(folder.name, stored, dict(found), notes)
    written = [str(answers.write(answer, out))] if out is not None else []
    parts = [f"{section.title.upper()}\n{section.empty}" for _, section, _ in answer.sections]
    text = "\n\n".join([answer.lead, *parts, *notes, *written])
    Style(json, quiet, debug).answer({**answer.document, "files": written}, text, "\n".join([answer.lead, *written]))
    return 0
