"""All measurements in one script: side by side in one process or one run, medians, ratios, versions, machine.

    python benchmarks/measure.py reference [MODEL]  whole runs at low, mid and high demand: verdict, gap, seconds, sizes
    python benchmarks/measure.py build [MODEL]      handing the model to the solver: planner and others
    python benchmarks/measure.py scale              build time and memory at 1, 4, 16 and 64 times the reference
    python benchmarks/measure.py sweep              the same what-ifs with one worker and with two
    python benchmarks/measure.py start              start-up of the command line
    python benchmarks/measure.py report RUN         writing the workbook of a stored run
    python benchmarks/measure.py memory [MODEL]     the whole command: seconds and peak memory

``--repeats N`` (5; sweep 3, reference 1), ``--write PATH`` keeps the table.
``scale``: ``--sizes 1,4,16``, ``--seed N``.
``sweep``: ``--what-ifs N`` (24), ``--workers 1,2``.
"""

from __future__ import annotations

import argparse
import gc
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("planner", "pyomo", "highspy", "pyscipopt", "pulp", "linopy", "openpyxl", "numpy")


def machine() -> str:
    """Processor, cores, Python and versions."""
    names = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} from the checkout" if package == "planner" else f"{package} missing")
    processor = names[0] if names else platform.machine()
    return f"{processor}, {os.cpu_count()} cores, load {load}, Python {platform.python_version()}; {', '.join(found)}"


def _lines(path: str) -> list[str]:
    return Path(path).read_text().splitlines() if Path(path).exists() else []


def medians(makers: Sequence[tuple[str, Callable[[], Any]]], repeats: int) -> list[tuple[str, float, float, float]]:
    """(name, median, least, most) seconds; in turn, so that a machine that drifts drifts for all."""
    taken: dict[str, list[float]] = {name: [] for name, _ in makers}
    for _ in range(repeats):
        for name, make in makers:
            gc.collect()
            gc.freeze()  # what stays from before is not the rival's garbage to look through
            began = time.perf_counter()
            kept = make()
            taken[name].append(time.perf_counter() - began)
            del kept
            gc.unfreeze()
    return [(name, statistics.median(x), min(x), max(x)) for name, x in taken.items()]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(
        ["| " + " | ".join(head) + " |", "|" + "---|" * len(head), *("| " + " | ".join(row) + " |" for row in rows)]
    )


def with_ratios(found: list[tuple[str, float, float, float]], to: str) -> str:
    unit = next(seconds for name, seconds, _, _ in found if name == to)
    rows = [(n, f"{s:.3f}", f"{low:.3f} to {high:.3f}", f"{s / unit:.2f}") for n, s, low, high in found]
    return table(("what", "median s", "range", f"times {to}"), rows)


def reference(model: str, repeats: int) -> str:
    """Whole runs, each in a process of its own."""
    import reference as runs

    return f"{model}\n\n{table(runs.HEAD, [runs.row(go) for go in runs.measure(model, repeats)])}"


def build(model: str, repeats: int) -> str:
    """Everything but the run of the solver."""
    import rivals

    from planner.formulation import build as formulate
    from planner.inputs import read

    case = read.load(model, ())
    matrix, built = rivals.Matrix.of(case), formulate(case)
    makers = [
        ("direct arrays", lambda: rivals.direct(matrix)),
        ("planner: inputs, algebra, arrays, solver", lambda: rivals.planner(read.load(model, ()))),
        ("planner: arrays, solver", lambda: rivals.translated(built)),
        ("Pyomo appsi: arrays, solver", lambda: rivals.by_appsi(built)),
        ("PuLP", lambda: rivals.by_pulp(matrix)),
        ("linopy", lambda: rivals.by_linopy(matrix)),
    ]
    size = ", ".join(f"{n:,} {word}" for word, n in matrix.program.size.items())
    return f"{model}: {size}\n\n{with_ratios(medians(makers, repeats), 'direct arrays')}"


def scale(asked: argparse.Namespace) -> str:
    """Build time and memory against size."""
    import scale as sizes

    lines = sizes.measure([int(x) for x in asked.sizes.split(",")], asked.seed, asked.repeats)
    return f"CPU seconds, seed {asked.seed}\n\n{table(sizes.HEAD, sizes.rows(lines))}\n\n{sizes.summary(lines)}"


def sweep(asked: argparse.Namespace) -> str:
    """What-ifs a minute, by the number of workers."""
    import sweeps

    found = sweeps.throughput(asked.what_ifs, [int(x) for x in asked.workers.split(",")], asked.repeats)
    return f"{sweeps.summary(asked.what_ifs)}\n\n{table(sweeps.HEAD, sweeps.rows(found))}"


def start(repeats: int) -> str:
    def go(*words: str) -> Callable[[], Any]:
        return lambda: subprocess.run([sys.executable, *words], capture_output=True, check=True)

    makers = [
        ("python -c pass", go("-c", "pass")),
        ("planner --help", go("-m", "planner", "--help")),
        ("planner runs", go("-m", "planner", "runs", "--json")),
        ("planner optimize --dry-run", go("-m", "planner", "optimize", "--dry-run", "--json")),
    ]
    return with_ratios(medians(makers, repeats), "python -c pass")


def report(stored: Path, repeats: int) -> str:
    from planner import reports, store

    with tempfile.TemporaryDirectory() as room:
        makers = [("workbook, page and tables", lambda: reports.rebuild(stored, Path(room)))]
        found = medians(makers, repeats)
        loaded = medians([("reading the run", lambda: store.load(stored))], repeats)
    return with_ratios([*loaded, *found], "reading the run")


def memory(model: str) -> str:
    """One whole run."""
    with tempfile.TemporaryDirectory() as room:
        began = time.perf_counter()
        words = [sys.executable, "-m", "planner", "optimize", model, "--quiet", "--reports", room]
        code = subprocess.run(words, capture_output=True).returncode
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return table(("programme", "exit", "seconds", "peak MB"), [(model, str(code), f"{seconds:.1f}", f"{peak:.0f}")])


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("what", choices=("reference", "build", "scale", "sweep", "start", "report", "memory"))
    words.add_argument("of", nargs="?", help="a programme, or a stored run's folder")
    words.add_argument("--repeats", type=int)
    words.add_argument("--sizes", default="1,4,16,64")
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--what-ifs", type=int, default=24)
    words.add_argument("--workers", default="1,2")
    words.add_argument("--write", type=Path)
    asked = words.parse_args()
    asked.repeats = asked.repeats or {"reference": 1, "sweep": 3}.get(asked.what, 5)
    model = asked.of or "federal-ai"
    if asked.what == "report" and asked.of is None:
        words.error("say which run: a folder")
    answers: dict[str, Callable[[], str]] = {
        "reference": lambda: reference(model, asked.repeats),
        "build": lambda: build(model, asked.repeats),
        "scale": lambda: scale(asked),
        "sweep": lambda: sweep(asked),
        "start": lambda: start(asked.repeats),
        "report": lambda: report(Path(asked.of), asked.repeats),
        "memory": lambda: memory(model),
    }
    text = f"## {asked.what}\n\n{machine()}\n\n{answers[asked.what]()}\n"
    print(text)
    if asked.write:
        asked.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
