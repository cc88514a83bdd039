"""Solving programmes of many times the reference: the command itself, from the tables to the report."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HEAD = ("times", "rows", "columns", "integers", "seconds", "stage", "value", "bound", "gap", "checked", "peak MB")


def solved(times: int, seed: int, gap: float, seconds: float) -> dict[str, Any]:
    """The run's document, with ``wall`` seconds of the command and the most memory it held.

    The first size asked should be the smallest: memory is that of the largest command so far.
    """
    import programmes

    with tempfile.TemporaryDirectory() as name:
        model = programmes.make(programmes.SIZES[times], Path(name) / "programme", seed)
        limits = ["--gap", str(gap), "--time-limit", str(seconds)]
        words = [sys.executable, "-m", "planner", "optimize", str(model), "--json", "--reports", name, *limits]
        began = time.perf_counter()
        done = subprocess.run(words, capture_output=True, text=True)
        wall = time.perf_counter() - began
        if not done.stdout:
            raise RuntimeError(done.stderr.strip()[-500:])
        document: dict[str, Any] = json.loads(done.stdout)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return document | {"times": times, "wall": wall, "peak_mb": peak}


def rows(found: dict[str, Any]) -> list[tuple[str, ...]]:
    """A line a stage; size and time stand on the first."""
    size = [f"{found['size'][name]:,}" for name in ("rows", "columns", "integers")]
    first = (str(found["times"]), *size, f"{found['wall']:.0f}")
    checked = found.get("verification", {}).get("passed")
    lines = []
    for k, stage in enumerate(found["stages"]):
        gap = "none" if stage["gap"] is None else f"{stage['gap']:.2%}"
        told = (stage["name"], _figure(stage["value"]), _figure(stage["bound"]), gap)
        ended = ("yes" if checked else "no", f"{found['peak_mb']:,.0f}")
        lines.append((*(first if k == 0 else ("",) * len(first)), *told, *ended))
    return lines


def _figure(x: float | None) -> str:
    if x is None:
        return "none"
    return f"{x:.4g}" if abs(x) < 10 else f"{x:,.0f}"
