"""What is done with stored runs: ``show``, ``runs``, ``report``, ``verify`` and ``export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.errors import UsageError
from planner.options import Debug, Json, Open, Quiet, Reports, Run
from planner.terminal import Style


def show(
    run: Run,
    opens: Open = False,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Show what a stored run found, as 'optimize' showed it."""
    from planner import show as texts
    from planner import store
    from planner.analyses.source import stored_run
    from planner.answers.stored import kept
    from planner.results.claims import claim_check
    from planner.results.evidence import Evidence

    folder = stored_run(run, store.reports_folder(reports))
    stored = store.load(folder)
    document = stored.document
    if stored.plan is not None:  # a run from before these were stored is counted anew
        found = {"claim_check": claim_check(stored.case, stored.plan)}
        document = {**found, **Evidence(stored.case, stored.plan).as_dict(), **document}
    style = Style(json, quiet, debug)
    found_answers, passed_over = kept(folder, stored.case)
    for reason in passed_over:
        style.say(reason)
    answers = dict(found_answers)
    text = texts.summary(document, stored.case, stored.plan, {name: a.document for name, a in answers.items()})
    if without := answers.get("without"):
        document, text = {**document, "without": without.document}, f"{text}\n\n{without.lead}"
    style.answer(document, text, text)
    if opens:
        open_page(folder / store.PAGE, style)
    return 0


def open_page(page: Path, style: Style) -> None:
    """Open the page of a run in the browser; say where it is if that cannot be done."""
    import webbrowser

    if not page.is_file():
        style.say(
            f"There is no page; 'planner report {page.parent.name} --out DIR' writes it where the run has a plan."
        )
    elif not webbrowser.open(page.absolute().as_uri()):
        style.say(f"No browser opened. The page is\n{page}")


def runs(reports: Reports = None, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> int:
    """List the stored runs, oldest first."""
    from planner import show as texts
    from planner import store

    found = store.runs(store.reports_folder(reports))
    document = {"schema": "planner/runs/1", "runs": [info.as_dict() for info in found]}
    text = texts.run_list(found)
    Style(json, quiet, debug).answer(document, text, text)
    return 0


def report(
    run: Run,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to. [default: restore them in the run]")
    ] = None,
    opens: Open = False,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Rebuild the workbook and the tables of a stored run: the same files, byte for byte.

    What explain, price, frontier, sensitivity, risk, alternatives and compare found of the run becomes sheets of the
    workbook in --out DIR, else of one beside the run, which itself never changes.
    """
    from planner import reports as people
    from planner import store
    from planner.analyses.source import stored_run
    from planner.commands.kept import analyses, own

    style = Style(json, quiet, debug)
    folder = stored_run(run, store.reports_folder(reports))
    more, beside = analyses(folder, style)
    written = [str(path) for path in people.rebuild(folder, out, more, beside, own(folder, style))]
    document = {"schema": "planner/report/1", "run": folder.name, "folder": str(out or folder), "files": written}
    style.answer(document, "\n".join(written))
    if opens:
        open_page((out or folder) / store.PAGE, style)
    return 0


def verify(run: Run, reports: Reports = None, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> int:
    """Check a stored run: its files against their checksums, then every rule, recomputed without the solver."""
    from planner import reports as people
    from planner import show as texts
    from planner import store
    from planner.analyses.source import stored_run

    folder = stored_run(run, store.reports_folder(reports))
    found = people.recheck(folder)
    changed = store.damaged(folder)
    about = {"run": folder.name, "folder": str(folder), "verification": found, "changed_files": changed}
    text = texts.verified(folder.name, found, changed)
    Style(json, quiet, debug).answer({"schema": "planner/verify/1", **about}, text)
    return 0


def export(
    asked: Annotated[str, typer.Argument(metavar="RUN_or_MODEL", help="A stored run, or a programme.")],
    mps: Annotated[Path | None, typer.Option(metavar="PATH", help="Write the matrix as MPS.")] = None,
    lp: Annotated[Path | None, typer.Option(metavar="PATH", help="Write the matrix as LP text.")] = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Write the model for another solver."""
    if mps is None and lp is None:
        raise UsageError("say where to: --mps PATH, --lp PATH, or both")
    for path, suffix in ((mps, ".mps"), (lp, ".lp")):
        if path is not None and path.suffix.lower() != suffix:
            raise UsageError(f"--{suffix[1:]} {path.name}: the name of a file that ends in {suffix}")
    from planner import run, store
    from planner.analyses.source import Source
    from planner.files import replacing

    style = Style(json, quiet, debug)
    source = Source.find(asked, (), store.reports_folder(reports))
    style.say(source.note)
    program = run.compile_only(store.load(source.run).case if source.run else source.case())
    written = []
    for path, write in ((mps, program.write_mps), (lp, program.write_lp)):
        if path is not None:
            with replacing(path.expanduser().absolute()) as draft:
                write(draft)
            written.append(str(path.expanduser().absolute()))
    document = {"schema": "planner/export/1", "source": asked, "taken_as": source.taken_as, "files": written}
    style.answer(document, "\n".join(written))
    return 0
