"""The same sweep on a Dask cluster that stands already. Workers get the case with the job and need no shared disk."""

from __future__ import annotations

import logging
from collections.abc import Generator, Sequence
from typing import Any, cast

from planner.analyses.sweep.jobs import Job, Keep, Outcome
from planner.analyses.sweep.local import Event
from planner.analyses.sweep.work import solve
from planner.errors import UsageError

CONNECT_SECONDS = 20
#: states of a job that will be answered yet
UNDER_WAY = ("pending", "lost")


class Cluster:
    """Jobs on the workers of a scheduler. Close it when done: jobs that nobody waits for are taken back."""

    def __init__(self, address: str) -> None:
        """UsageError where Dask is not installed, or nothing answers at the address."""
        try:
            from distributed import Client
        except ModuleNotFoundError as error:
            raise UsageError(f"--scheduler needs the package distributed (planner[cluster]): {error}") from error
        logging.getLogger("distributed").setLevel(logging.ERROR)
        try:
            self._client: Any = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise UsageError(f"no Dask scheduler answers at {address}: {error}") from error
        self.address = address

    @property
    def workers(self) -> int:
        """Workers that are there now; more may come."""
        return len(self._client.scheduler_info(n_workers=-1)["workers"])

    def run(self, jobs: Sequence[Job], keep: Keep) -> Generator[Event]:
        """Answers as they come, their runs stored here. A worker that is lost gives its job to another one."""
        from distributed import as_completed

        known = {self._client.submit(solve, job, pure=False, key=None, retries=1): job for job in jobs}
        waiting = as_completed(list(known), loop=self._client.loop)
        for future in waiting:
            if future.status in UNDER_WAY:
                # its answer went with the worker that had it, after it was reported: the scheduler has it made again
                waiting.add(future)
                continue
            job = known[future]
            yield job, keep(job, _outcome(future))
            future.release()

    def close(self) -> None:
        self._client.close()


def _outcome(future: Any) -> Outcome:
    if future.status == "finished":
        return cast(Outcome, future.result())
    if future.status == "error":
        failure = future.exception()
        return Outcome(error=f"{type(failure).__name__}: {failure}")
    return Outcome(error=f"the scheduler let go of it ({future.status})")
