"""One question on a Dask cluster: the words of ``planner optimize``, solved by a worker there, stored here.

python -m planner.app.cluster tcp://host:8786 MODEL --set EDIT --name NAME --reports DIR
"""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

from planner import reports, store
from planner.analyses.sweep.cluster import Cluster
from planner.analyses.sweep.jobs import Answer, Job, Outcome
from planner.errors import PlannerError, StorageError
from planner.inputs import read
from planner.run import Options, Result
from planner.solve import Report
from planner.terminal import INTERRUPTED, Style, complain


def keep(folder: Path, name: str, job: Job, outcome: Outcome) -> Answer:
    """Store the run of an answer with its reports, as ``optimize`` does."""
    if outcome.document is None:
        return Answer(job.name, error=outcome.error)
    result = Result(job.case, outcome.plan, outcome.document, {})
    with store.draft(folder, name) as draft:
        stored = draft.publish(result, lambda at, document: reports.write(at, job.case, outcome.plan, document))
    return Answer(job.name, stored.run, str(outcome.document.get("verdict")))


def main(words: list[str]) -> int:
    """The exit code is 0 where a run is stored."""
    asked = argparse.ArgumentParser()
    asked.add_argument("address")
    asked.add_argument("model")
    asked.add_argument("--set", action="append", default=[])
    asked.add_argument("--name", required=True)
    asked.add_argument("--reports", type=Path, required=True)
    asked.add_argument("--time-limit", type=float)
    given = asked.parse_args(words)
    seconds = {} if given.time_limit is None else {"seconds": given.time_limit}
    try:
        case = read.load(given.model, given.set)
        job = Job(given.name, given.name, case, Options(processes=1, **seconds))
        cluster = Cluster(given.address)
        print(Report("at work on the cluster", 0.0).step, file=sys.stderr, flush=True)
        with closing(cluster), closing(cluster.run([job], partial(keep, given.reports, given.name))) as events:
            for _, news in events:
                if isinstance(news, Answer) and news.error:
                    raise StorageError(news.error)
    except (PlannerError, KeyboardInterrupt) as error:
        return complain(error, Style()) or INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
