"""What a worker does with a job, wherever it runs."""

from __future__ import annotations

import time
from collections.abc import Callable

from planner import __version__
from planner.analyses.sweep.jobs import Job, Outcome
from planner.errors import PlannerError
from planner.run import Update, optimize


def solve(job: Job, progress: Callable[[Update], None] | None = None) -> Outcome:
    """Solve a job. Whatever goes wrong with it is told in words: one failure never stops the others."""
    began = time.perf_counter()

    def failed(error: str) -> Outcome:
        return Outcome(error=error, seconds=time.perf_counter() - began)

    if job.version != __version__:
        return Outcome(error=f"the worker runs planner {__version__}, the sweep {job.version}")
    try:
        result = optimize(job.case, job.options, progress=progress)
        broken = (result.document.get("verification") or {}).get("broken")
        if broken:
            return failed(f"the plan breaks {len(broken)} rules")
        return Outcome(result.document, result.plan, seconds=time.perf_counter() - began)
    except PlannerError as error:
        return failed(str(error))
    except Exception as error:
        return failed(f"{type(error).__name__}: {error}")
