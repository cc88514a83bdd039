"""``planner optimize``: the solve and its reports; a dry run, why there is no plan, the price of secured power."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.commands.runs import open_page
from planner.commands.storing import exit_code, solved
from planner.errors import PlannerError
from planner.options import (
    AcceptFormulas,
    Budget,
    Debug,
    Demand,
    Edits,
    Gap,
    Json,
    Model,
    Open,
    Quiet,
    Reports,
    Without,
    pulled,
)
from planner.terminal import Style, live

if TYPE_CHECKING:
    from planner.answers import Answer
    from planner.inputs.case import Case
    from planner.run import Options, Result
    from planner.store import RunFolder

#: seconds in which an infeasible programme's smallest clash is looked for
CLASH_SECONDS = 40.0


def optimize(
    model: Model = None,
    edits: Edits = None,
    budget: Budget = None,
    demand: Demand = None,
    without: Without = None,
    accept_formulas: AcceptFormulas = False,
    name: Annotated[str | None, typer.Option(help="Name of the run. [default: the model's]")] = None,
    gap: Gap = None,
    time_limit: Annotated[float | None, typer.Option(min=0, help="Seconds for solving. [default: 170]")] = None,
    nodes: Annotated[int | None, typer.Option(min=1, help="Search nodes per solve: the same on any machine.")] = None,
    processes: Annotated[int | None, typer.Option(min=1, help="Solvers at work at once. [default: 2]")] = None,
    repeatable: Annotated[bool, typer.Option("--repeatable", help="The same plan each time; limits by nodes.")] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the search.")] = 0,
    no_price: Annotated[
        bool, typer.Option("--no-price", help="Leave out the second solve, without the promise of secured power.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check the inputs and build the model, no more.")] = False,
    opens: Open = False,
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
    from planner.inputs import read

    run_name = store.run_name(name, "") if name is not None else None
    edits = pulled(model, edits, budget, demand, without)
    case = read.load(model, tuple(edits), accept_formulas)
    if dry_run:
        return checked(case, style, began)
    read_seconds = time.perf_counter() - began

    from planner import run

    given = {"gap": gap, "seconds": time_limit, "nodes": nodes, "processes": processes}
    options = run.Options(repeatable=repeatable, seed=seed, **{k: v for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    with store.draft(store.reports_folder(reports), run_name or store.run_name(None, case.name)) as draft:

        def complete(result: Result) -> None:
            result.document["seconds"] = {**(result.document.get("seconds") or {}), "read": read_seconds}
            if result.document["verdict"] == "infeasible":
                explain_clash(result.document, model, edits)

        result, stored = solved(style, draft, began, lambda tell: run.optimize(case, options, progress=tell), complete)
    try:
        return _answered(result, stored, None if no_price else options, style, opens)
    except BaseException as error:
        error.add_note(f"The plan is stored as {stored.run}.")
        raise


def _answered(result: Result, stored: RunFolder, price: Options | None, style: Style, opens: bool) -> int:
    """Say what was found and stored, and what the promise of secured power costs where that is asked."""
    from planner import show, store
    from planner.files import plain

    document, text = stored.document, show.summary(stored.document, result.case, result.plan)
    if not style.json:
        style.answer(document, text, f"{show.verdict(document)}\n{stored.path}")
    if price is not None and (found := _priced(result, stored.path, price, style)):
        held = [str(stored.path / store.PRICE)] if (stored.path / store.PRICE).is_file() else []
        files = sorted([*document["files"], *held])
        document, text = {**document, "without": plain(found.document), "files": files}, found.lead
        if not style.json:
            style.answer(document, text)
    if style.json:
        style.answer(document, text)
    if opens:
        open_page(stored.path / store.PAGE, style)
    return exit_code(stored.document)


def explain_clash(document: dict[str, Any], model: str | None, edits: Sequence[str] | None) -> None:
    """Say which promises clash; 'planner explain' has the ways out."""
    from planner.analyses import explain_words
    from planner.analyses.explain import explain
    from planner.analyses.source import Source

    found = explain(Source(model, tuple(edits or ())), seconds=CLASH_SECONDS, wanted=0)
    if found.verdict == "infeasible":
        words = explain_words.text(found).replace("No repair was found.", "'planner explain' looks for ways out.")
        document["explanation"] = f"{words}\n{document['explanation']}"


def _priced(result: Result, folder: Path, options: Options, style: Style) -> Answer | None:
    """The second solve; an error in it does not take away the answer of the first, which is stored."""
    try:
        return without_promise(result, folder, options, style)
    except PlannerError as error:
        style.say(f"The promise of secured power has no price: {error}")
        return None


def without_promise(result: Result, folder: Path, options: Options, style: Style) -> Answer | None:
    """The programme without its promise of secured power, kept with the run; None where there is nothing to price."""
    from planner.analyses import without as second
    from planner.answers import withouts
    from planner.commands.kept import keep, renew

    claim = second.promise(result.case)
    if claim is None or result.plan is None or result.document.get("interrupted"):
        return None
    style.say(f"Solving once more without '{claim.id}', to price it; --no-price leaves this out.")
    with live(style) as progress:
        found = second.without(result.case, claim, result.document, result.gates, options, progress)
    if found.result.document.get("interrupted"):
        style.say("Stopped: the promise has no price. The plan is stored; 'planner price' finds prices later.")
        return None
    answer = withouts.answer(result.case, found, result.document)
    if (at := keep(style, folder, "without", answer)) is not None:
        renew(folder, at, style)
    return answer


def checked(case: Case, style: Style, began: float) -> int:
    from planner import run

    program = run.compile_only(case)
    size = dict(getattr(program, "size", None) or {})
    document = {
        "schema": "planner/dry-run/1",
        "model": case.name,
        "title": case.programme.title,
        "changes": list(case.changes),
        "inputs_sha256": case.sha256,
        "size": size,
        "seconds": {"total": time.perf_counter() - began},
    }
    counts = ", ".join(f"{count:,} {word}" for word, count in size.items())
    style.answer(document, f"{case.programme.title}\nThe inputs are valid and the model builds: {counts}. Not solved.")
    return 0
