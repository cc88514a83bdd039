"""What trades against what, and what matters: ``planner frontier``, ``sensitivity`` and ``alternatives``."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from planner.commands.asking import Fresh, Out, opened, planned, reporting
from planner.commands.kept import answered
from planner.options import Asked, Debug, Edits, Gap, Json, Quiet, Reports, Run
from planner.terminal import INTERRUPTED, Style, live

if TYPE_CHECKING:
    from planner.analyses.ranges import Range
    from planner.analyses.sensitivity import Sensitivity
    from planner.run import Options

Seconds = Annotated[float | None, typer.Option(min=1, help="Seconds for all solves together. [default: 900]")]


def frontier(
    asked: Asked = None,
    curves: Annotated[
        list[str] | None,
        typer.Option(
            "--curve", metavar="ID", help="compute, level:PROMISE, date:PROMISE, emissions, water, served, sites. [all]"
        ),
    ] = None,
    points: Annotated[int, typer.Option(min=2, max=50, help="Points of a frontier, its ends included.")] = 5,
    edits: Edits = None,
    time_limit: Seconds = None,
    fresh: Fresh = False,
    out: Out = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Trace what more costs: milestones by level and date, emissions, water, service, sites; compute by budget.

    Every point is an interval: what a plan takes, and what is proven that none goes below. Exit codes: 0 every point
    settled, 4 no point has a plan, 5 stopped at a limit with some, 6 with none, 130 interrupted. The same command goes
    on where it was stopped.
    """
    style = Style(json, quiet, debug)
    from planner.analyses import frontier as tracing
    from planner.answers import frontiers
    from planner.solve import interruptible

    source, notebook = opened(style, "frontier", asked, lambda _: list(edits or ()), reports, fresh, out)
    seconds = tracing.SECONDS if time_limit is None else time_limit
    with live(style) as progress, interruptible() as interrupt:
        tell = reporting(progress, seconds)
        found = tracing.frontier(source, notebook, asked=curves or (), points=points, seconds=seconds, tell=tell)
        stopped = interrupt.signal
    answered(style, "frontier", frontiers.answer(source, found), out or (), source)
    if stopped:
        return INTERRUPTED
    return {"traced": 0 if found.complete else 5, "infeasible": 4}.get(found.verdict, 6)


def sensitivity(
    run: Run,
    reoptimise: Annotated[
        int, typer.Option(min=0, max=100, metavar="N", help="Decide anew at both ends of the N largest.")
    ] = 0,
    method: Annotated[
        Literal["tornado", "morris"],
        typer.Option(help="tornado: one figure at a time; morris: also all of the largest at once (global)."),
    ] = "tornado",
    factors: Annotated[int, typer.Option(min=1, max=1000, help="morris: so many of the largest figures.")] = 20,
    trajectories: Annotated[int, typer.Option(min=2, max=1000, help="morris: paths through their ranges.")] = 10,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="morris: seed of the paths.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Solves at a time. [default: one a core]")] = None,
    gap: Gap = None,
    solve_limit: Annotated[float | None, typer.Option(min=0, help="Seconds of each solve.")] = None,
    time_limit: Annotated[float | None, typer.Option(min=1, help="Seconds for counting. [default: 900]")] = None,
    fresh: Fresh = False,
    out: Out = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Say how much each figure matters to a stored plan, within the low and high that its source gives.

    The plan's decisions are counted again under each figure, and the rules it would break are named; with --method
    morris also under many at once; with --reoptimise, the N that move the net benefit most are also decided anew.
    Exit codes: 0 all counted, 5 some not in time or not proven, 130 interrupted. The same command goes on where it was
    stopped.
    """
    style = Style(json, quiet, debug)
    from planner.analyses import screening as screens
    from planner.analyses import sensitivity as counting
    from planner.analyses.notebook import Notebook
    from planner.analyses.source import Source
    from planner.answers import tornado
    from planner.run import Options
    from planner.solve import interruptible

    at, stored = planned(run, reports, out, "to count")
    assert stored.plan is not None
    folder = at.parent
    notebook = Notebook(folder, f"sensitivity-{at.name}", stored.case.sha256, fresh)
    seconds = counting.SECONDS if time_limit is None else time_limit
    with live(style) as progress, interruptible() as interrupt:
        tell = reporting(progress, seconds)
        found = counting.sensitivity(stored.case, stored.plan, notebook, seconds=seconds, tell=tell)
        screened = None
        if method == "morris" and not interrupt.signal:
            design = screens.Design(factors, trajectories, seed)
            screened = screens.screening(
                stored.case, stored.plan, _largest(found), notebook, design=design, seconds=seconds, tell=tell
            )
        stopped = interrupt.signal
    rows = None
    if reoptimise and not stopped:
        given = {k: v for k, v in (("gap", gap), ("seconds", solve_limit)) if v is not None}
        chosen = [s.range for s in found.largest(counting.MEASURES[0])[:reoptimise]]
        rows = _anew(style, folder, at, chosen, Options(processes=1, **given), workers)  # type: ignore[arg-type]
    document = counting.document(at.name, found, rows, screens.document(screened) if screened else None)
    answer = tornado.answer(at.name, stored.case, found, document, screened)
    answered(style, "sensitivity", answer, out or (), Source(str(at / "inputs" / "model.toml"), run=at))
    if stopped:
        return INTERRUPTED
    verdicts = {row[f"at_{end}"]["verdict"] for row in rows or () for end in ("low", "base", "high")}
    short = screened is not None and screened.done < screened.asked
    return 5 if found.left or short or not verdicts <= {"optimal", "infeasible"} else 0


def _largest(found: Sensitivity) -> list[Range]:
    """Figures that move a measure, by turns the largest of the net benefit and of each other one."""
    from planner.analyses.sensitivity import MEASURES

    order = [found.largest(m) for m in MEASURES]
    turns = [s.range for row in zip_longest(*order) for s in row if s is not None]
    return list(dict.fromkeys(turns))


def _anew(
    style: Style, folder: Path, at: Path, chosen: list[Range], options: Options, workers: int | None
) -> list[dict[str, Any]]:
    """The figures decided anew, through the sweep that any earlier call left."""
    from planner import store
    from planner.analyses import reoptimised
    from planner.analyses import sweep as sweeps
    from planner.analyses.source import Source
    from planner.commands.what_if import update

    stored = store.load(at)
    source = Source(str(at / "inputs" / "model.toml"), run=at)
    jobs = reoptimised.jobs(source, chosen, options, stored.document.get("gates") or {})
    own = sweeps.folder_of(folder, store.run_name(None, f"sensitivity-{at.name}"))
    pool = sweeps.Pool(workers or sweeps.cores())
    with live(style) as tell:
        found = sweeps.sweep(jobs, folder, own, pool, lambda news: tell(update(news)) if tell else None)
    runs = {name: store.load(store.find(folder, a.run)) for name, a in found.items() if a.run}
    return reoptimised.bands(chosen, found, runs, at.name, stored)


def alternatives(
    asked: Asked = None,
    edits: Edits = None,
    time_limit: Seconds = None,
    fresh: Fresh = False,
    out: Out = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Find different plans nearly as good as the best, and what each site and technology is worth having or barring.

    Exit codes: 0 all answered, 4 infeasible (see 'explain'), 5 stopped at a limit or open in part, 6 no plan found,
    130 interrupted. The same command goes on where it was stopped.
    """
    style = Style(json, quiet, debug)
    from planner.analyses import alternatives as others
    from planner.answers import ways
    from planner.solve import interruptible

    source, notebook = opened(style, "alternatives", asked, lambda _: list(edits or ()), reports, fresh, out)
    seconds = others.SECONDS if time_limit is None else time_limit
    with live(style) as progress, interruptible() as interrupt:
        found = others.alternatives(source, notebook, seconds=seconds, tell=reporting(progress, seconds))
        stopped = interrupt.signal
    answered(style, "alternatives", ways.answer(source, found), out or (), source)
    if stopped:
        return INTERRUPTED
    return {"found": 0 if found.complete else 5, "infeasible": 4}.get(found.verdict, 6)
