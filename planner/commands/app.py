"""app: the page to ask with, in the browser, on this machine alone."""

from __future__ import annotations

from typing import Annotated

import typer

from planner.errors import UsageError
from planner.options import Debug, Json, Model, Quiet, Reports
from planner.terminal import Style

SCHEMA = "planner/app/1"
#: packages of the extra, whose absence is no fault of the program
EXTRA = ("nicegui", "fastapi", "uvicorn", "starlette")


def app(
    model: Model = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port on this machine. [default: a free one]")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Solves at a time. [default: one a core]")] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Solve on a Dask cluster, as tcp://host:8786.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check programme and store, and serve nothing.")] = False,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Open a page in the browser to ask "what if", queue solves, compare and send; nothing leaves this machine.

    Needs the extra: pip install 'planner[app]'. Solves go on when the page is closed; Ctrl-C ends the page alone.
    """
    style = Style(json, quiet, debug)
    try:
        import nicegui  # noqa: F401
    except ModuleNotFoundError as error:
        if error.name not in EXTRA:
            raise
        raise UsageError("'planner app' needs an extra: pip install 'planner[app]'") from error
    import webbrowser
    from pathlib import Path

    from planner import store
    from planner.analyses.sweep import cores
    from planner.app.desk import Desk
    from planner.app.jobs import Queue
    from planner.app.shelf import Shelf
    from planner.inputs import read, shipped

    asked = model or shipped.DEFAULT_MODEL
    if shipped.named(Path(asked)) is None:
        asked = str(Path(asked).expanduser().absolute())
    read.load(asked)
    shelf = Shelf(store.reports_folder(reports))
    count = len(shelf.rows())
    if dry_run:
        document = {"schema": SCHEMA, "model": asked, "reports": str(shelf.reports), "runs": count}
        style.answer(document, f"The programme reads, and {shelf.reports} holds {count} runs. Nothing is served.")
        return 0
    from planner.app.server import serve

    def ready(address: str) -> None:
        document = {"schema": SCHEMA, "model": asked, "reports": str(shelf.reports), "address": address}
        style.answer(document, f"The page is at\n{address}\nCtrl-C ends it; solves go on.", address)
        if not no_browser and not webbrowser.open(address):
            style.say("No browser opened. Open the address yourself.")

    serve(Desk(shelf, Queue(shelf, workers or cores(), scheduler), asked), port or 0, ready)
    return 0
