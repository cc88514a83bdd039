"""``planner explain``: why there is no plan and every way out; or, of a stored plan, what binds."""

from __future__ import annotations

from typing import Annotated

import typer

from planner.options import Debug, Edits, Json, Quiet, Reports, examples
from planner.terminal import INTERRUPTED, Style, live

#: exit code by verdict
EXIT_CODES = {"feasible": 0, "infeasible": 4, "unknown": 6, "plan": 0}
Asked = Annotated[
    str | None, typer.Argument(metavar="MODEL_or_RUN", help="A programme (name or TOML file), or a stored run.")
]


def explain(
    asked: Asked = None,
    edits: Edits = None,
    time_limit: Annotated[
        float | None, typer.Option(min=1, help="Seconds for all questions together. [default: 165]")
    ] = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Say why there is no plan, and every way out; of a stored plan, what binds and which promise breaks first.

    Exit codes: 0 a plan exists, 4 infeasible and explained, 6 not settled in the time allowed, 130 interrupted with
    what was found so far.
    """
    style = Style(json, quiet, debug)
    from planner import store
    from planner.analyses import binding, explain_words
    from planner.analyses import explain as why
    from planner.analyses.source import Source
    from planner.run import Update
    from planner.solve import interruptible

    source = Source.find(asked, edits or (), store.reports_folder(reports))
    seconds = why.SECONDS if time_limit is None else time_limit
    with live(style) as progress, interruptible() as interrupt:

        def tell(phase: str) -> None:
            if progress:
                progress(Update(phase, 0.0, None, None, None, ""))

        stored = store.load(source.run) if source.run and not source.edits else None
        if stored is not None and stored.plan is not None:
            document = binding.explain_plan(source, stored.case, stored.plan, stored.document, seconds, tell)
            text, verdict = binding.text(document), "plan"
        else:
            found = why.explain(source, seconds=seconds, tell=tell)
            document, text, verdict = why.document(source, found), explain_words.text(found), found.verdict
        stopped = interrupt.signal
    style.answer(document, text, text.partition("\n")[0])
    return INTERRUPTED if stopped else EXIT_CODES[verdict]


def register(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command(epilog=examples("planner explain latest", "planner explain latest --json"))(explain)
