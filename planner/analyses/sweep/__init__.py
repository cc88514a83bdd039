"""Many what-ifs at once: on all cores, or on a Dask cluster; each answer is a stored run; what is done stays done."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol

from planner import files
from planner.analyses.compare.inputs import changed_inputs
from planner.analyses.sweep.jobs import BASE, Answer, Job, Keep, answered, folder_of, gates_of, jobs_of, record
from planner.analyses.sweep.local import Event, Pool, cores
from planner.analyses.sweep.work import keep
from planner.solve import Report

__all__ = [
    "BASE",
    "NO_EFFECT",
    "Answer",
    "Job",
    "Pool",
    "Progress",
    "Workers",
    "cores",
    "folder_of",
    "jobs_of",
    "sweep",
]

NO_EFFECT = "changes nothing that this programme reads"


class Workers(Protocol):
    """What solves jobs: the embedded pool, or a cluster. ``keep`` is called once for each that ended."""

    @property
    def workers(self) -> int: ...
    def run(self, jobs: Sequence[Job], keep: Keep) -> Generator[Event]: ...


@dataclass
class Progress:
    """Where a sweep is; ``at`` tells of the jobs in work."""

    total: int
    answers: dict[str, Answer] = field(default_factory=dict)
    at: dict[str, Report] = field(default_factory=dict)

    @property
    def failed(self) -> int:
        return sum(bool(answer.error) for answer in self.answers.values())


def sweep(
    jobs: Sequence[Job],
    reports: Path,
    folder: Path,
    workers: Workers,
    tell: Callable[[Progress], None] = lambda progress: None,
) -> Mapping[str, Answer]:
    """Answers by name of the job, in the order of the jobs. What an earlier go has answered is not solved again.

    The base comes first: all others start from its sites, roles and dates where these still hold.
    """
    with files.plainly(f"write the sweep into {folder}"):
        folder.mkdir(parents=True, exist_ok=True)
    progress = Progress(len(jobs))
    base = next((job for job in jobs if job.name == BASE), None)
    left = []
    for job in jobs:
        known = answered(folder, reports, job) or _idle(base, job)
        if known:
            progress.answers[job.name] = known
        else:
            left.append(job)
    tell(progress)

    def solve(batch: Sequence[Job]) -> None:
        with closing(workers.run(batch, partial(keep, reports))) as events:
            for job, news in events:
                if isinstance(news, Report):
                    progress.at[job.name] = news
                else:
                    progress.at.pop(job.name, None)
                    progress.answers[job.name] = news
                    record(folder, job, news)
                tell(progress)

    solve([job for job in left if job is base])
    start = gates_of(reports, progress.answers.get(BASE))
    solve([replace(job, start=job.start or start) for job in left if job is not base])
    return {job.name: progress.answers[job.name] for job in jobs if job.name in progress.answers}


def _idle(base: Job | None, job: Job) -> Answer | None:
    """A what-if that touches only what the programme leaves out is reported, not solved."""
    if base is None or job is base or changed_inputs(base.case, job.case):
        return None
    return Answer(job.name, error=NO_EFFECT)
