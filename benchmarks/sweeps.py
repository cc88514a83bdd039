"""Throughput of a sweep: the same what-ifs of a small programme with one worker and with more, in turn.

The programme is the reference cut down to four years, four sites to choose two of, a fifth of the money and no claims:
a solve takes seconds, so that neither start-up nor chance in one search decides.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

from planner.analyses.sweep import Answer, Job, Pool, jobs_of, sweep
from planner.analyses.sweep.work import solve
from planner.inputs import read
from planner.inputs.shipped import model_file
from planner.run import Options

REFERENCE = "federal-ai"
SITES, CHOSEN, YEARS, BUDGET = 4, 2, 4, 10e9
#: a limit that only a starved machine meets; what it ends is told as not proven
OPTIONS = Options(gap=0.03, seconds=600.0)
PROGRAMME = """title = "The reference cut down to four years"
base = "{reference}"
budget_usd = {budget!r}

[sites]
count = {chosen}
minimum_regions = 1

[horizon]
first_year = 2026
periods = {years}
months_per_period = 12
"""
WHAT_IF = """[what_ifs.tariff-{n}]
title = "Power {n} % dearer"
why = "Other figures, the same work."
changes = ["sites.*.tariff_usd_per_mwh=+{n}%"]

"""


@dataclass(frozen=True)
class Go:
    """One sweep: seconds by the clock, CPU seconds of all its processes, its answers."""

    seconds: float
    cpu: float
    answers: Sequence[Answer]


def jobs(folder: Path, count: int) -> list[Job]:
    """The base and so many what-ifs."""
    claims = tomllib.loads(model_file(REFERENCE).read_text(encoding="utf-8"))["claims"]
    sites = list(read.load(REFERENCE, ()).sites)
    dropped = [*(f"claims.{c['id']}=drop" for c in claims), *(f"sites.{s}=drop" for s in sites[SITES:])]
    model, asked = folder / "small.toml", folder / "asked.toml"
    text = PROGRAMME.format(reference=REFERENCE, budget=BUDGET, chosen=CHOSEN, years=YEARS)
    model.write_text(text, encoding="utf-8")
    asked.write_text("".join(WHAT_IF.format(n=n) for n in range(1, count + 1)), encoding="utf-8")
    return jobs_of(str(model), [str(asked)], dropped, OPTIONS)


def once(asked: Sequence[Job], workers: int) -> Go:
    with tempfile.TemporaryDirectory() as name:
        reports, cpu, began = Path(name), _cpu(), time.perf_counter()
        answers = list(sweep(asked, reports, reports / "sweep-small", Pool(workers)).values())
        found = Go(time.perf_counter() - began, _cpu() - cpu, answers)
    failed = [f"{a.job}: {a.error}" for a in answers if a.error]
    if failed:
        raise SystemExit("\n".join(failed))
    return found


def alone(folder: Path) -> tuple[float, float]:
    """Seconds and CPU seconds of one solve in this process, its imports made: all that it uses, and nothing else."""
    base, warm = jobs(folder, 1)
    solve(warm)
    began, cpu = time.perf_counter(), time.process_time()
    solve(base)
    return time.perf_counter() - began, time.process_time() - cpu


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def throughput(count: int, workers: Sequence[int], repeats: int) -> dict[int, list[Go]]:
    found: dict[int, list[Go]] = {n: [] for n in workers}
    with tempfile.TemporaryDirectory() as name:
        asked = jobs(Path(name), count)
        for _ in range(repeats):
            for n in workers:
                go = once(asked, n)
                found[n].append(go)
                print(f"{n}: {go.seconds:.1f} s, {go.cpu:.1f} CPU s", file=sys.stderr, flush=True)
    return found


HEAD = (
    "workers",
    "median s",
    "range",
    "solves a minute",
    "s a solve",
    "s to start and store it",
    "CPU s, all in",
    "cores in use",
    "proven",
    "throughput",
)


def rows(found: dict[int, list[Go]]) -> list[tuple[str, ...]]:
    first, told = median(go.seconds for go in next(iter(found.values()))), []
    for workers, goes in found.items():
        taken = [go.seconds for go in goes]
        answers = [a for go in goes for a in go.answers]
        count, middle = len(goes[0].answers), median(taken)
        told.append(
            (
                str(workers),
                f"{middle:.1f}",
                f"{min(taken):.1f} to {max(taken):.1f}",
                f"{60 * count / middle:.1f}",
                f"{mean(a.seconds for a in answers):.2f}",
                f"{mean(taken) * workers / count - mean(a.seconds for a in answers):.2f}",
                f"{median(go.cpu for go in goes) / count:.2f}",
                f"{median(go.cpu / go.seconds for go in goes):.2f}",
                f"{sum(a.verdict == 'optimal' for a in answers)} of {len(answers)}",
                f"{first / middle:.2f}",
            )
        )
    return told


def summary(count: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        seconds, cpu = alone(Path(name))
    return (
        f"{count} what-ifs and their base, gap {100 * OPTIONS.gap:g} %, as many processes as workers. "
        f"The base alone used {cpu:.2f} CPU s in {seconds:.2f} s: {cpu / seconds:.2f} cores."
    )
