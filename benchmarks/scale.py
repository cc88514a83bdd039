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
#: the same matrix handed to the solver as it stands
DIRECT = "direct"
#: series of the plot: what it is, its ink
DRAWN = (("build s", "#1b1b1b", ""), ("memory MB", "#767676", "6 4"))


def one(model: str) -> dict[str, Any]:
    """CPU seconds of each step up to a filled solver, the most memory held, and direct arrays beside that."""
    import rivals

    from planner.formulation import build
    from planner.formulation.objective import aims
    from planner.inputs import read
    from planner.solve import Program

    seconds: dict[str, float] = {}

    def timed(name: str, make: Callable[[], Any]) -> Any:
        began = time.process_time()
        made = make()
        seconds[name] = time.process_time() - began
        return made

    case = timed("inputs", lambda: read.load(model, ()))
    built = timed("algebra", lambda: build(case))
    program = timed("arrays", lambda: Program.compile(built.model))

    def fill() -> tuple[Any, Any]:
        first = program.linear(aims(built.model, case, built.accounts)[0].terms)
        return rivals.passed(program, first), first

    solver, cost = timed("solver", fill)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    del solver
    matrix = rivals.Matrix.holding(program, cost)
    timed(DIRECT, lambda: rivals.direct(matrix))
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
            middle = {part: median(r["seconds"][part] for r in runs) for part in (*PARTS, DIRECT)}
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
            *(f"{line['seconds'][part]:.2f}" for part in (*PARTS, DIRECT)),
            f"{sum(line['seconds'][part] for part in PARTS) / line['seconds'][DIRECT]:.1f}",
            f"{line['peak_mb']:,.0f}",
        )
        for line in lines
    ]


HEAD = ("times", "rows", "columns", "nonzeros", *(f"{part} s" for part in (*PARTS, DIRECT)), "times direct", "peak MB")


def summary(lines: list[dict[str, Any]]) -> str:
    if len(lines) < 2:
        return "One size has no exponent."
    told = []
    for size in ("nonzeros", "columns"):
        time_by, memory_by = (exponent(lines, of, size) for of in (built_in, lambda line: float(line["peak_mb"])))
        told.append(f"n^{time_by:.3f} in {size}, memory n^{memory_by:.3f}")
    return f"Algebra and arrays grow as {'; '.join(told)}."


def plot(lines: list[dict[str, Any]], caption: str) -> str:
    """Both on logarithms against nonzeros, as SVG."""
    wide, high, left, top, right, bottom = 720, 460, 70, 30, 50, 90
    xs = [line["nonzeros"] for line in lines]
    series = [[built_in(line) for line in lines], [line["peak_mb"] for line in lines]]
    x_low, x_high = math.floor(math.log10(min(xs))), math.ceil(math.log10(max(xs)))
    y_low = math.floor(math.log10(min(map(min, series))))
    y_high = math.ceil(math.log10(max(map(max, series))))

    def at(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - x_low) / (x_high - x_low)
        up = (math.log10(y) - y_low) / (y_high - y_low)
        return left + across * (wide - left - right), high - bottom - up * (high - top - bottom)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" font-family="sans-serif" font-size="13">',
        f"<title>{caption}</title>",
        f'<rect width="{wide}" height="{high}" fill="#ffffff"/>',
    ]
    for e in range(x_low, x_high + 1):
        x, y = at(10**e, 10**y_low)
        parts.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{10**e:,}</text>')
    for e in range(y_low, y_high + 1):
        x, y = at(10**x_low, 10**e)
        parts.append(f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{wide - right}" y2="{y:.1f}" stroke="#dddddd"/>')
        parts.append(f'<text x="{x - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{10.0**e:g}</text>')
    for (name, ink, dash), values in zip(DRAWN, series, strict=True):
        points = [at(x, y) for x, y in zip(xs, values, strict=True)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{ink}" stroke-width="2" stroke-dasharray="{dash}"/>'
        )
        for (x, y), line_of, value in zip(points, lines, values, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{ink}"/>')
            anchor, dx = ("start", 8) if line_of is lines[0] else ("end", -6)
            text = f"{value:,.0f}" if value >= 100 else f"{value:.2g}"
            parts.append(f'<text x="{x + dx:.1f}" y="{y - 8:.1f}" text-anchor="{anchor}" fill="{ink}">{text}</text>')
        x, y = points[0]
        parts.append(f'<text x="{x:.1f}" y="{y - 26:.1f}" fill="{ink}" font-weight="bold">{name}</text>')
    middle = (left + wide - right) / 2
    parts.append(f'<text x="{middle}" y="{high - 52}" text-anchor="middle">nonzeros</text>')
    for k, line in enumerate(caption.split("; ", 1)):
        parts.append(f'<text x="{left - 50}" y="{high - 26 + 16 * k}" font-size="10" fill="#555555">{line}</text>')
    return "\n".join([*parts, "</svg>", ""])


if __name__ == "__main__":
    print(json.dumps(one(sys.argv[1])))
