"""What is done with a job, wherever: it is solved, and its run is stored."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from planner import __version__, store
from planner.analyses.sweep.jobs import Answer, Job, Outcome
from planner.errors import PlannerError
from planner.run import Result, optimize
from planner.solve import Report


def solve(job: Job, progress: Callable[[Report], None] | None = None) -> Outcome:
    """Solve a job. Whatever goes wrong with it is reported in words: one failure never stops the others."""
    began = time.perf_counter()

    def failed(error: str) -> Outcome:
        return Outcome(error=error, seconds=time.perf_counter() - began)

    if job.version != __version__:
        return Outcome(error=f"the worker runs planner {__version__}, the sweep {job.version}")
    try:
        result = optimize(job.case, job.options, start=job.start or None, progress=progress)
        broken = (result.document.get("verification") or {}).get("broken")
        if broken:
            return failed(f"the plan fails its check: {'; '.join(breach['sentence'] for breach in broken)}")
        return Outcome(result.document, result.plan, seconds=time.perf_counter() - began)
    except PlannerError as error:
        return failed(str(error))
    except Exception as error:
        return failed(f"{type(error).__name__}: {error}")


def keep(reports: Path, job: Job, outcome: Outcome) -> Answer:
    """Store the run of an outcome. A run that cannot be stored is the failure of that job alone."""
    if outcome.document is None:
        return Answer(job.name, error=outcome.error, seconds=outcome.seconds)
    began = time.perf_counter() - outcome.seconds
    result = Result(job.case, outcome.plan, outcome.document, {})
    try:
        name = f"{job.case.name}.{job.name.replace('+', '.')}"
        with store.draft(reports, store.run_name(None, name)) as draft:
            stored = draft.publish(result, lambda at, document: None, began)
    except PlannerError as error:
        return Answer(job.name, error=str(error), seconds=outcome.seconds)
    return Answer(job.name, stored.run, str(result.document.get("verdict")), seconds=outcome.seconds)
