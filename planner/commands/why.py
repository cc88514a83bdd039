"""Why, and at what price: ``planner explain`` and ``planner price``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from planner.options import Debug, Edits, Json, Quiet, Reports, examples
from planner.terminal import INTERRUPTED, Style, live

if TYPE_CHECKING:
    from planner.run import Update

PRICE_CODES = {"priced": 0, "infeasible": 4, "unknown": 6}
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
    from planner.solve import interruptible

    source = Source.find(asked, edits or (), store.reports_folder(reports))
    seconds = why.SECONDS if time_limit is None else time_limit
    with live(style) as progress, interruptible() as interrupt:
        tell = told(progress)
        stored = store.load(source.run) if source.run and not source.edits else None
        if stored is not None and stored.plan is not None:
            document = binding.explain_plan(source, stored.case, stored.plan, stored.document, seconds, tell)
            text, verdict = binding.text(document), "plan"
        else:
            found = why.explain(source, seconds=seconds, tell=tell)
            document, verdict = why.document(source, found), found.verdict
            text = _wrapped(explain_words.text(found))
        stopped = interrupt.signal
    style.answer(document, text, text.partition("\n")[0])
    return INTERRUPTED if stopped else EXIT_CODES[verdict]


def price(
    asked: Asked = None,
    edits: Edits = None,
    time_limit: Annotated[
        float | None, typer.Option(min=1, help="Seconds for all solves together. [default: 900]")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Ask everything again, whatever an earlier call found.")
    ] = False,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Say what each promise and limit costs: the programme re-solved without it, and with one unit more of it.

    Exit codes: 0 priced, 4 infeasible (see 'explain'), 5 stopped at a limit with what was priced so far, 6 nothing
    priced, 130 interrupted. The same command goes on where it was stopped.
    """
    style = Style(json, quiet, debug)
    from planner import store
    from planner.analyses import price as pricing
    from planner.analyses import price_words
    from planner.analyses.notebook import Notebook
    from planner.analyses.source import Source
    from planner.solve import interruptible

    folder = store.reports_folder(reports)
    source = Source.find(asked, edits or (), folder)
    notebook = Notebook(folder, "price", source.case().sha256, fresh)
    seconds = pricing.SECONDS if time_limit is None else time_limit
    with live(style) as progress, interruptible() as interrupt:
        found = pricing.price(source, notebook, seconds=seconds, tell=told(progress))
        stopped = interrupt.signal
    text = price_words.text(found)
    style.answer(pricing.document(source, found), text, text.partition("\n")[0])
    if stopped:
        return INTERRUPTED
    return 5 if found.verdict == "priced" and not found.complete else PRICE_CODES[found.verdict]


def _wrapped(text: str) -> str:
    """Long lines cut to the width of the other commands, the rest of a line under its beginning."""
    from textwrap import fill

    from planner.show import WIDTH

    return "\n".join(fill(x, WIDTH, subsequent_indent="     " if x.startswith(" ") else "") for x in text.split("\n"))


def told(progress: Callable[[Update], None] | None) -> Callable[[str], None]:
    """What an analysis is at, on the live line."""
    from planner.run import Update

    def tell(phase: str) -> None:
        if progress:
            progress(Update(phase, 0.0, None, None, None, ""))

    return tell


def add(app: typer.Typer) -> None:
    """Put the commands of this file on the command line."""
    app.command(epilog=examples("planner explain latest", "planner explain latest --json"))(explain)
    app.command(
        epilog=examples("planner price latest --time-limit 120", "planner price latest --time-limit 120 --json")
    )(price)
