"""what-if: the named what-ifs, and many of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from planner.errors import UsageError
from planner.options import Budget, Debug, Demand, Edits, Gap, Json, Quiet, Reports, Without, pulled
from planner.terminal import INTERRUPTED, Style, live

if TYPE_CHECKING:
    from planner.analyses.compare import Comparison
    from planner.analyses.sweep import Answer, Job, Progress, Workers
    from planner.solve import Report

LIST_SCHEMA, SCHEMA = "planner/what-ifs/1", "planner/what-if/1"
FAILED = 9
#: exit code of a sweep, by the verdicts in it, the worst first; no plan that is explained is an answer
_CODES = (("unknown", 6), ("within_limits", 5))
REPORTS = ("comparison.html", "comparison.xlsx", "comparison.md", "comparison.json")


def what_if(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAMES or FILE]", help="What-ifs, a+b for two at once, or .toml files. [default: all]"),
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the what-ifs that ship, and solve nothing.")] = False,
    model: Annotated[
        str | None, typer.Option(metavar="MODEL", help="The base: a programme. [default: federal-ai]")
    ] = None,
    edits: Edits = None,
    budget: Budget = None,
    demand: Demand = None,
    without: Without = None,
    sweep_name: Annotated[
        str | None,
        typer.Option("--sweep", metavar="NAME", help="Its folder, to go on with. [default: the model's name]"),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Solves at a time. [default: one a core]")] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Solve on a Dask cluster, as tcp://host:8786.")
    ] = None,
    gap: Gap = None,
    time_limit: Annotated[float | None, typer.Option(min=0, help="Seconds for each solve.")] = None,
    repeatable: Annotated[
        bool, typer.Option("--repeatable", help="The same plans each time; limits by nodes.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every what-if, and solve nothing.")] = False,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Solve many what-ifs at once, then compare them with their base.

    Each is stored as a run without a workbook ('planner report RUN --out DIR' writes it). The same command again goes
    on with what has no answer yet. Exit codes: 0 all answered, 5 one or more unproven, 6 one or more without an answer,
    9 one or more failed.
    """
    style = Style(json, quiet, debug)
    if listed:
        return _list(style)
    from planner import store
    from planner.analyses import sweep as sweeps
    from planner.run import Options

    if workers and scheduler:
        raise UsageError("--workers is for this machine; a cluster has the workers that it has")
    given = {k: v for k, v in (("gap", gap), ("seconds", time_limit)) if v is not None}
    edits = pulled(model, edits, budget, demand, without)
    jobs = sweeps.jobs_of(model, names or (), edits, Options(repeatable=repeatable, processes=1, **given))  # type: ignore[arg-type]
    if dry_run:
        return _dry_run(style, jobs)
    folder = store.reports_folder(reports)
    own = sweeps.folder_of(folder, store.run_name(sweep_name, jobs[0].case.name))
    if scheduler:
        from planner.analyses.sweep.cluster import Cluster

        cluster = Cluster(scheduler)
        try:
            return _sweep(style, jobs, folder, own, cluster)
        finally:
            cluster.close()
    return _sweep(style, jobs, folder, own, sweeps.Pool(workers or sweeps.cores()))


def _list(style: Style) -> int:
    from planner.inputs import named
    from planner.report.layout import table

    found = sorted(named.library().values(), key=lambda one: one.name)
    rows = [(one.name, one.title, "; ".join(one.changes), one.status) for one in found]
    text = table(("What-if", "Title", "Changes", "Figures"), rows, spare=("Figures", "Changes"))
    brief = "\n".join(one.name for one in found)
    style.answer({"schema": LIST_SCHEMA, "what_ifs": [one.as_dict() for one in found]}, text, brief)
    return 0


def _dry_run(style: Style, jobs: list[Job]) -> int:
    what_ifs = [{"name": j.name, "title": j.title, "inputs_sha256": j.case.sha256} for j in jobs[1:]]
    document = {"schema": SCHEMA, "base": jobs[0].case.name, "dry_run": True, "what_ifs": what_ifs}
    style.answer(document, f"No fault found in {len(jobs) - 1} what-ifs and their base. Nothing was solved.")
    return 0


def _sweep(style: Style, jobs: list[Job], folder: Path, own: Path, workers: Workers) -> int:
    from planner.analyses.sweep import Progress, sweep

    progress = Progress(len(jobs))

    def follow(news: Progress) -> None:
        nonlocal progress
        progress = news
        if tell:
            tell(update(news))

    try:
        with live(style) as tell:
            answers = sweep(jobs, folder, own, workers, follow)
    except KeyboardInterrupt:
        done = len(progress.answers)
        style.say(f"planner: stopped; {done} of {len(jobs)} answers are kept, the same command goes on from there")
        return INTERRUPTED
    return _tell(style, jobs, folder, own, answers)


def update(progress: Progress) -> Report:
    from planner.solve import Report

    failed = f", {progress.failed} without a run" if progress.failed else ""
    working = f"; at work on {', '.join(progress.at)}" if progress.at else ""
    phase = f"{len(progress.answers)} of {progress.total} answered{failed}{working}"
    return Report(phase, 0.0)


def _tell(style: Style, jobs: list[Job], folder: Path, own: Path, answers: Mapping[str, Answer]) -> int:
    """The comparison of what has a run, in the folder of the sweep and on the terminal; then what has none."""
    from planner import comparison

    compared = _compared(jobs, folder, answers)
    files = [str(comparison.write(compared, own / name)) for name in REPORTS] if compared else []
    titles = {job.name: job.title for job in jobs}
    failed = [f"  {a.job} ({titles[a.job]}): {a.error}" for a in answers.values() if a.error]
    parts = [comparison.terminal(compared)] if compared else []
    parts += ["\n".join(["WITHOUT A RUN", *failed])] if failed else []
    resumed = sum(answer.resumed for answer in answers.values())
    parts += [f"{resumed} of {len(answers)} answers are from an earlier go."] if resumed else []
    parts += ["\n".join(files)] if files else []
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "sweep": str(own),
        "base": answers[jobs[0].name].run or None,
        "answers": [{**answer.as_dict(), "title": titles[answer.job]} for answer in answers.values()],
        "comparison": compared.as_dict() if compared else None,
        "files": files,
    }
    style.answer(document, "\n\n".join(parts), "\n".join([*failed, *files]))
    return _code(answers)


def _compared(jobs: list[Job], folder: Path, answers: Mapping[str, Answer]) -> Comparison | None:
    from planner import store
    from planner.analyses.compare import compare

    runs = [answers[job.name].run for job in jobs]
    if not runs[0] or not any(runs[1:]):
        return None
    return compare([store.load(store.find(folder, run)) for run in runs if run])


def _code(answers: Mapping[str, Answer]) -> int:
    from planner.analyses.sweep import NO_EFFECT

    if any(answer.error and answer.error != NO_EFFECT for answer in answers.values()):
        return FAILED
    verdicts = {answer.verdict for answer in answers.values()}
    return next((code for verdict, code in _CODES if verdict in verdicts), 0)
