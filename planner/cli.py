"""The command line: parse, call, print, exit code. Nothing heavy is imported until a command runs."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from planner import __version__
from planner.commands import compare, optimizing, questions, rerun, service_prices, trade_offs, what_if, why
from planner.commands.backtest import backtest
from planner.commands.check import check
from planner.commands.template import template
from planner.errors import PlannerError, UsageError
from planner.options import AcceptFormulas, Debug, Edits, Json, Model, Quiet, Reports, Run, examples
from planner.terminal import INTERRUPTED, TERMINATED, Style, complain, live

if TYPE_CHECKING:
    from planner.inputs.case import Case

#: exit code of a finished search, by its verdict
EXIT_CODES = {"optimal": 0, "infeasible": 4, "within_limits": 5, "unknown": 6}

app = typer.Typer(
    name="planner",
    help="Plan a national AI-compute programme and prove the plan. 'planner optimize' runs the reference programme.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.command(
    epilog=examples("planner optimize --dry-run", "planner optimize --set programme.budget_usd=60e9 --dry-run --json")
)
def optimize(
    model: Model = None,
    edits: Edits = None,
    accept_formulas: AcceptFormulas = False,
    name: Annotated[str | None, typer.Option(help="Name of the run. [default: the model's]")] = None,
    gap: Annotated[
        float | None,
        typer.Option(min=0, max=1, help="Gap of a proof, a share of present cost. [default: the programme's, 0.0075]"),
    ] = None,
    time_limit: Annotated[float | None, typer.Option(min=0, help="Seconds for solving. [default: 170]")] = None,
    nodes: Annotated[
        int | None,
        typer.Option(min=1, help="Search nodes per solve: the same on any machine."),
    ] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="Solvers at work at once. [default: 2]")] = None,
    repeatable: Annotated[bool, typer.Option("--repeatable", help="The same plan each time; limits by nodes.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the search.")] = 0,
    no_price: Annotated[
        bool, typer.Option("--no-price", help="Leave out the second solve, without the promise of secured power.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the inputs and build the model, no more.")] = False,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Find the best plan by the programme's objective, prove it, check it again and write its reports.

    Exit codes: 0 proven within the gap, 3 invalid input, 4 infeasible, 5 stopped at a limit with a checked plan,
    6 limit and no plan, 7 the plan failed its check, 8 file system, 130 interrupted with the plan so far.
    """
    began = time.perf_counter()
    style = Style(json, quiet, debug)
    from planner import store

    run_name = store.run_name(name, "") if name is not None else None
    case = _load(model, edits, accept_formulas)
    if dry_run:
        return optimizing.dry_run(case, style, began)
    read_seconds = time.perf_counter() - began

    from planner import reports as people
    from planner import run, show
    from planner.files import plain

    given = {"gap": gap, "seconds": time_limit, "nodes": nodes, "processes": processes}
    options = run.Options(repeatable=repeatable, seed=seed, **{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    with store.draft(store.reports_folder(reports), run_name or store.run_name(None, case.name)) as draft:
        people.prepare()
        with live(style) as progress:
            result = run.optimize(case, options, progress=progress)
        result.document["seconds"] = {**(result.document.get("seconds") or {}), "read": read_seconds}
        if result.document["verdict"] == "infeasible":
            optimizing.explain_clash(result.document, model, edits)
        try:
            stored = draft.publish(result, lambda at, doc: people.write(at, result.case, result.plan, doc), began)
        except PlannerError:
            if not json:
                style.say(show.summary(result.document, result.case, result.plan))
            raise
    document, text = stored.document, show.summary(stored.document, result.case, result.plan)
    if not json:
        style.answer(document, text, f"{show.verdict(document)}\n{stored.path}")
    if not no_price and (found := optimizing.without_promise(result, stored.path, options, style)):
        document, text = {**document, "without": plain(found.document)}, found.lead
        if not json:
            style.answer(document, text)
    if json:
        style.answer(document, text)
    if stopped_by := stored.document.get("interrupted"):
        return TERMINATED if stopped_by in (signal.SIGTERM, "SIGTERM") else INTERRUPTED
    return EXIT_CODES.get(str(stored.document.get("verdict")), 9)


app.command(epilog=examples("planner check", "planner check federal-ai --json"))(check)
app.command(epilog=examples("planner template", "planner template federal-ai -o mine.xlsx --json"))(template)
app.command(epilog=examples("planner backtest", "planner backtest --out backtest.md --json"))(backtest)
for topic in (what_if, compare, why, trade_offs, rerun, service_prices, questions):
    topic.add(app)


@app.command(epilog=examples("planner verify latest", "planner verify latest --json"))
def verify(run: Run, reports: Reports = None, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> int:
    """Check a stored run: its files against their checksums, then every rule, recomputed without the solver."""
    from planner import reports as people
    from planner import show as texts
    from planner import store

    folder = store.find(store.reports_folder(reports), run)
    found = people.recheck(folder)
    changed = store.damaged(folder)
    about = {"run": folder.name, "folder": str(folder), "verification": found, "changed_files": changed}
    text = texts.verified(folder.name, found, changed)
    Style(json, quiet, debug).answer({"schema": "planner/verify/1", **about}, text)
    return 0


@app.command(epilog=examples("planner show latest", "planner show latest --json"))
def show(run: Run, reports: Reports = None, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> int:
    """Show what a stored run found, as 'optimize' showed it."""
    from planner import show as texts
    from planner import store
    from planner.answers.stored import kept
    from planner.results.claims import claim_check
    from planner.results.evidence import Evidence

    folder = store.find(store.reports_folder(reports), run)
    stored = store.load(folder)
    document = stored.document
    if stored.plan is not None:  # a run from before these were stored is counted anew
        found = {"claim_check": claim_check(stored.case, stored.plan)}
        document = {**found, **Evidence(stored.case, stored.plan).as_dict(), **document}
    answers = dict(kept(folder, stored.case)[0])
    text = texts.summary(document, stored.case, stored.plan, {name: a.document for name, a in answers.items()})
    if without := answers.get("without"):
        document, text = {**document, "without": without.document}, f"{text}\n\n{without.lead}"
    Style(json, quiet, debug).answer(document, text, text)
    return 0


@app.command(epilog=examples("planner runs", "planner runs --json"))
def runs(reports: Reports = None, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> int:
    """List the stored runs, oldest first."""
    from planner import show as texts
    from planner import store

    found = store.runs(store.reports_folder(reports))
    document = {"schema": "planner/runs/1", "runs": [info.as_dict() for info in found]}
    text = texts.run_list(found)
    Style(json, quiet, debug).answer(document, text, text)
    return 0


@app.command(epilog=examples("planner report latest --out review", "planner report latest --out review --json"))
def report(
    run: Run,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Where to. [default: restore them in the run]")
    ] = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Rebuild the workbook and the tables of a stored run: the same files, byte for byte.

    What explain, price, frontier, sensitivity, alternatives and compare found of the run becomes sheets of the workbook
    in --out DIR, else of one beside the run, which itself never changes.
    """
    from planner import reports as people
    from planner import store
    from planner.commands.kept import more_sheets

    folder = store.find(store.reports_folder(reports), run)
    more, beside = more_sheets(folder, Style(json, quiet, debug))
    written = [str(path) for path in people.rebuild(folder, out, more, beside)]
    document = {"schema": "planner/report/1", "run": folder.name, "folder": str(out or folder), "files": written}
    Style(json, quiet, debug).answer(document, "\n".join(written))
    return 0


@app.command(epilog=examples("planner export federal-ai --mps plan.mps", "planner export federal-ai --lp plan.lp"))
def export(
    source: Annotated[str, typer.Argument(metavar="RUN_or_MODEL", help="A stored run, or a programme.")],
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
    from planner import run, store
    from planner.files import replacing

    folder = store.find_run_or_none(store.reports_folder(reports), source)
    case = store.load(folder).case if folder else _load(source, None)
    program = run.compile_only(case)
    written = []
    for path, write in ((mps, program.write_mps), (lp, program.write_lp)):
        if path is not None:
            with replacing(path.expanduser().absolute()) as draft:
                write(draft)
            written.append(str(path.expanduser().absolute()))
    document = {"schema": "planner/export/1", "source": source, "files": written}
    Style(json, quiet, debug).answer(document, "\n".join(written))
    return 0


def _load(model: str | None, edits: Sequence[str] | None, accept_formulas: bool = False) -> Case:
    from planner.inputs import read

    return read.load(model, tuple(edits or ()), accept_formulas)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"planner {__version__}")
        raise typer.Exit(0)


@app.callback(epilog=examples("planner optimize --dry-run", "planner check"))
def _root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
) -> None:
    pass


class _Terminated(BaseException):
    """Someone asked the process to end."""


def _terminate(*_: object) -> NoReturn:
    raise _Terminated


def run_command(words: list[str]) -> int:
    """Run one command line; the answer is the exit code."""
    style = Style.of(words)
    try:
        command = typer.main.get_command(app)
        with command.make_context("planner", list(words) or ["--help"]) as context:
            return int(command.invoke(context) or 0)
    except typer.Exit as finished:
        return finished.exit_code
    except _Terminated:
        return TERMINATED
    except typer.TyperException as error:
        return complain(UsageError(f"{error.format_message()} 'planner --help' tells more."), style)
    except (Exception, KeyboardInterrupt) as error:
        return complain(error, style)


def main() -> NoReturn:
    """Entry of the console script."""
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(run_command(sys.argv[1:]))
