"""How sure a plan is: ``planner risk``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from planner.commands.asking import Out, planned
from planner.errors import UsageError
from planner.options import Debug, Gap, Json, Quiet, Reports, Run, share
from planner.terminal import Style

if TYPE_CHECKING:
    from planner.commands.risk_anew import Few


def risk(
    run: Run,
    draws: Annotated[int, typer.Option(min=64, max=1_000_000, help="Draws at least.")] = 10_000,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Seed of the draws.")] = 0,
    confidence: Annotated[
        float | None,
        typer.Option(parser=share, metavar="SHARE", help="Confidence that contingency is for. [default: the file's]"),
    ] = None,
    milestone: Annotated[
        str | None, typer.Option(metavar="PROMISE", help="Promise of the joint confidence. [default: the file's]")
    ] = None,
    uncertainty: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="Uncertainty file. [default: the one that ships with the run's data]"),
    ] = None,
    reoptimise: Annotated[
        int, typer.Option(min=0, max=1000, metavar="N", help="Decide anew in N draws; each is stored as a run.")
    ] = 0,
    stochastic: Annotated[
        bool, typer.Option("--stochastic", help="Say what to sign before more is known, in a few scenarios.")
    ] = False,
    until: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM", help="Stochastic: when more is known. [default: the file's, or two years on]"),
    ] = None,
    scenarios: Annotated[int, typer.Option(min=1, max=100, help="Stochastic: most scenarios.")] = 10,
    cvar_level: Annotated[
        float | None,
        typer.Option(parser=share, metavar="SHARE", help="Stochastic: CVaR is of the worst rest. [default: 80%]"),
    ] = None,
    cvar_weight: Annotated[
        float | None, typer.Option(parser=share, metavar="SHARE", help="Stochastic: weight of CVaR. [default: 0]")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Reoptimise: solves at a time. [default: cores]")] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Reoptimise: on a Dask cluster, as tcp://host:8786.")
    ] = None,
    gap: Gap = None,
    time_limit: Annotated[float | None, typer.Option(min=0, help="Seconds of each solve.")] = None,
    out: Out = None,
    reports: Reports = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Say how sure a stored plan is: its decisions as they are, with rates and lead times as they may turn out.

    Gives the S-curve of investment, the joint confidence of budget and milestone, the probability of each promise,
    contingency by category and year, and the MW that the budget as a hard limit leaves. With --reoptimise the plan is
    decided anew in each draw; with --stochastic, once up to a date and anew after it. Exit codes: 0 answered; deciding
    anew also 4 no plan holds in every scenario, 5 one or more not proven, 6 none found in time, 9 one or more failed.
    """
    style = Style(json, quiet, debug)
    from planner.analyses.source import Source
    from planner.answers import risks
    from planner.commands.kept import answered
    from planner.commands.risk_anew import About, Few, anew, staged
    from planner.risk.document import document
    from planner.risk.found import risk as counted
    from planner.risk.reading import read
    from planner.run import SECONDS, Options

    few = _few(reoptimise, stochastic, (workers, scheduler), Few(draws, scenarios, until, cvar_level, cvar_weight))
    at, stored = planned(run, reports, out, "to draw")
    assert stored.plan is not None
    asked = read(_file(uncertainty, stored.case.programme.data_set), stored.case, milestone, confidence)
    if reoptimise or stochastic:
        options = Options(gap, SECONDS if time_limit is None else time_limit, processes=2 if stochastic else 1)
        about = About(at, stored, stored.plan, asked, seed, options, out or ())
        return staged(style, about, few) if stochastic else anew(style, about, reoptimise, workers, scheduler)
    found = counted(stored.case, stored.plan, asked, draws, seed)
    answer = risks.answer(at.name, stored.case, document(at.name, found))
    answered(style, "risk", answer, out or (), Source(str(at / "inputs" / "model.toml"), run=at))
    return 0


def _file(given: Path | None, data: str) -> Path:
    """The uncertainty file that was named, or that ships with the data. UsageError where there is none."""
    from planner.inputs import shipped

    file = given.expanduser() if given else shipped.uncertainty_file(data)
    if not file.is_file():
        known = f"no uncertainty file ships with the data set {data}" if given is None else f"there is no file {file}"
        raise UsageError(f"{known}: write one after docs/risk.md and name it with --uncertainty PATH")
    return file


def _few(reoptimise: int, stochastic: bool, who: tuple[int | None, str | None], few: Few) -> Few:
    """The scenarios asked for. UsageError where the options contradict each other."""
    if reoptimise and stochastic:
        raise UsageError("--reoptimise and --stochastic are two questions: ask them one after the other")
    if few.cvar_level is not None and few.cvar_level >= 1:
        raise UsageError("--cvar-level is below 1: the mean of the worst rest needs a rest")
    if all(who):
        raise UsageError("--workers is for this machine; a cluster has the workers that it has")
    return few
