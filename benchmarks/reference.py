"""Whole runs of the reference with each case of demand, as a user makes them: ``planner optimize`` and its reports."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import Any

DEMANDS = ("low", "mid", "high")
HEAD = (
    "demand",
    "verdict",
    "checked",
    "gap",
    "seconds",
    "CPU s",
    "rows",
    "columns",
    "integers",
    "build, compile CPU s",
)


@dataclass(frozen=True)
class Go:
    """One run: seconds by the clock from start to published reports, and CPU seconds of all its processes."""

    demand: str
    seconds: float
    cpu: float
    document: dict[str, Any]


def once(model: str, demand: str) -> Go:
    with tempfile.TemporaryDirectory() as room:
        words = ["optimize", model, "--set", f"programme.demand_case={demand}", "--json", "--quiet", "--reports", room]
        began, cpu = time.perf_counter(), _cpu()
        done = subprocess.run([sys.executable, "-m", "planner", *words], text=True, capture_output=True)
        taken = time.perf_counter() - began, _cpu() - cpu
    document = json.loads(done.stdout)
    if "error" in document:
        raise SystemExit("\n".join([str(document["error"]), done.stderr]))
    return Go(demand, *taken, document)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(model: str, repeats: int) -> list[Go]:
    """The demands in turn, so that a machine that drifts drifts for all."""
    found = []
    for _ in range(repeats):
        for demand in DEMANDS:
            found.append(once(model, demand))
            print(f"{demand}: {found[-1].seconds:.1f} s", file=sys.stderr, flush=True)
    return sorted(found, key=lambda go: DEMANDS.index(go.demand))


def row(go: Go) -> tuple[str, ...]:
    document, cpu = go.document, go.document.get("cpu_seconds") or {}
    gap, size, checked = document.get("gap"), document.get("size") or {}, document.get("verification") or {}
    return (
        go.demand,
        str(document["verdict"]),
        "yes" if checked.get("passed") else "no",
        "none" if gap is None else f"{100 * gap:.2f} %",
        f"{go.seconds:.1f}",
        f"{go.cpu:.1f}",
        *(f"{size.get(word, 0):,}" for word in ("rows", "columns", "integers")),
        " and ".join(f"{cpu.get(phase, 0.0):.2f}" for phase in ("build", "compile")),
    )
