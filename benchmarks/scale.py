"""Time and memory against size: programmes of many times the reference, each in a process of its own.

``python benchmarks/scale.py PROGRAMME`` measures one and prints a line of JSON.
"""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

PARTS = ("inputs", "algebra", "arrays", "solver")


def one(model: str) -> dict[str, Any]:
    """CPU seconds of each step up to a filled solver, and the most memory held."""
    from planner.formulation import build
    from planner.inputs import read
    from planner.solve import Program
    from planner.solve.highs import passed

    seconds: dict[str, float] = {}

    def timed(name: str, make: Callable[[], Any]) -> Any:
        began = time.process_time()
        made = make()
        seconds[name] = time.process_time() - began
        return made

    case = timed("inputs", lambda: read.load(model, ()))
    built = timed("algebra", lambda: build(case))
    program = timed("arrays", lambda: Program.compile(built.model))

    solver = timed("solver", lambda: passed(program.problem(program.linear(built.objective))))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    del solver
    return {"seconds": seconds, "peak_mb": peak, **program.size}


def measure(sizes: list[int], seed: int, repeats: int) -> list[dict[str, Any]]:
    """One line a size, medians of the repeats."""
    import programmes

    environment, found = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}, []
    with tempfile.TemporaryDirectory() as name:
        for times in sizes:
            model = programmes.make(programmes.SIZES[times], Path(name) / str(times), seed)
            runs = []
            for _ in range(repeats if times < 64 else 1):
                done = subprocess.run(
                    [sys.executable, __file__, str(model)], env=environment, text=True, capture_output=True, check=True
                )
                runs.append(json.loads(done.stdout))
                print(f"{times}: {runs[-1]}", file=sys.stderr, flush=True)
            middle = {part: median(r["seconds"][part] for r in runs) for part in PARTS}
            found.append({**runs[0], "times": times, "seconds": middle, "peak_mb": median(r["peak_mb"] for r in runs)})
    return found


def built_in(line: dict[str, Any]) -> float:
    return float(line["seconds"]["algebra"] + line["seconds"]["arrays"])


def exponent(lines: list[dict[str, Any]], of: Callable[[dict[str, Any]], float], size: str) -> float:
    """Slope of the least squares line on logarithms."""
    xs, ys = [math.log(line[size]) for line in lines], [math.log(of(line)) for line in lines]
    x0, y0 = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - x0) * (y - y0) for x, y in zip(xs, ys, strict=True)) / sum((x - x0) ** 2 for x in xs)


def rows(lines: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [
        (
            f"{line['times']}",
            f"{line['rows']:,}",
            f"{line['columns']:,}",
            f"{line['nonzeros']:,}",
            *(f"{line['seconds'][part]:.2f}" for part in PARTS),
            f"{line['peak_mb']:,.0f}",
        )
        for line in lines
    ]


HEAD = ("times", "rows", "columns", "nonzeros", *(f"{part} s" for part in PARTS), "peak MB")


def summary(lines: list[dict[str, Any]]) -> str:
    if len(lines) < 2:
        return "One size has no exponent."
    told = []
    for size in ("nonzeros", "columns"):
        time_by, memory_by = (exponent(lines, of, size) for of in (built_in, lambda line: float(line["peak_mb"])))
        told.append(f"n^{time_by:.3f} in {size}, memory n^{memory_by:.3f}")
    return f"Algebra and arrays grow as {'; '.join(told)}."


if __name__ == "__main__":
    print(json.dumps(one(sys.argv[1])))
