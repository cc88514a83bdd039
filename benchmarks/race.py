"""Time to a proven gap: every contestant on the same programme, each in a process of its own, in turn."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
GAPS = (0.01, 0.001, 0.0001)
RIVALS = ("planner", "highs", "scip", "cbc", "frozen")
#: beyond its own limit, for reading, presolve and a node that cannot be left
PATIENCE = 180.0
NAMES = {
    "planner": "planner, from the tables to a checked plan",
    "highs": "HiGHS alone",
    "scip": "SCIP alone (one thread)",
    "cbc": "CBC alone",
    "frozen": "HiGHS alone on the frozen baseline",
}


def one(words: list[str], seconds: float) -> dict[str, object]:
    """What a contestant says, or why it says nothing."""
    command = [sys.executable, str(HERE / "alone.py"), *words]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + PATIENCE, env=environment)
    except subprocess.TimeoutExpired:
        return {"seconds": seconds + PATIENCE, "reached": False, "gaps": [], "failed": "did not stop at its limit"}
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        return {"seconds": 0.0, "reached": False, "gaps": [], "failed": last[-120:]}
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def race(
    model: str,
    gaps: tuple[float, ...],
    seconds: float,
    repeats: int,
    rivals: tuple[str, ...],
    threads: int,
    whole: bool,
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Head and rows of the table. ``whole``: all stages, which only planner and HiGHS can take."""
    from planner import run
    from planner.inputs import read

    case = read.load(model, ())
    demand, rows = case.programme.demand_case, []
    count = len(case.programme.stages) if whole else 1
    shares = ",".join(str(stage.give_back_share) for stage in case.programme.stages)
    with tempfile.TemporaryDirectory() as name:
        exporter = run.compile_only(case)
        paths = [Path(name) / f"stage{k + 1}.mps" for k in range(count)]
        for k, path in enumerate(paths):
            exporter.write_mps(path, stage=k + 1)
        frozen = [HERE / "baseline" / f"{demand}-{k + 1}.mps.xz" for k in range(count)]
        files = {"frozen": ",".join(map(str, frozen))}
        taking = [r for r in rivals if not whole or r in ("planner", "highs", "frozen")]
        for gap in gaps:
            found: dict[str, list[dict[str, object]]] = {rival: [] for rival in taking}
            for _ in range(repeats):
                for rival in taking:
                    who = "highs" if rival == "frozen" else rival
                    what = model if rival == "planner" else files.get(rival, ",".join(map(str, paths)))
                    words = [who, what, str(gap), str(seconds), "--threads", str(threads), "--give-back", shares]
                    found[rival].append(one([*words, "--stages", "all" if whole else "first"], seconds))
                    print(f"{gap:g} {rival}: {found[rival][-1]}", file=sys.stderr, flush=True)
            if not whole:
                _compared(found, gap)
            ours = _middle(found["planner"]) if "planner" in found else None
            rows += [_row(NAMES[rival], gap, found[rival], ours) for rival in taking]
    return ("contestant", "asked", "median s", "range", "reached", "times planner"), rows


def _compared(found: dict[str, list[dict[str, object]]], gap: float) -> None:
    """Proven values of one stage lie within both gaps of each other; who stands apart solved something else."""
    proven = {
        rival: [(r, float(r["values"][0])) for r in several if r["reached"]]  # type: ignore[index]
        for rival, several in found.items()
        if rival != "frozen"
    }
    for _, ours in proven.get("planner", [])[:1]:
        for r, value in (x for several in proven.values() for x in several):
            if abs(value - ours) > 2 * gap * abs(ours):
                r["reached"], r["failed"] = False, f"another problem: {value:,.1f}, planner proves {ours:,.1f}"


def _middle(runs: list[dict[str, object]]) -> float | None:
    """Median of those that got there, if all did."""
    return statistics.median(float(str(r["seconds"])) for r in runs) if all(r["reached"] for r in runs) else None


def _row(name: str, gap: float, runs: list[dict[str, object]], ours: float | None) -> tuple[str, ...]:
    taken = [float(str(r["seconds"])) for r in runs]
    middle, failed = _middle(runs), [str(r["failed"]) for r in runs if "failed" in r]
    if middle is None:
        worst = [max((float(g) for g in r["gaps"] if g is not None), default=None) for r in runs]  # type: ignore[attr-defined]
        known = [g for g in worst if g is not None]
        stages = [sum(g is not None for g in r["gaps"]) for r in runs]  # type: ignore[attr-defined]
        far = f"{100 * statistics.median(known):.3g} %, {min(stages)} stages with a plan" if known else "no gap"
        text = failed[0] if failed else f"no: {far}"
        ratio = f"> {min(taken) / ours:.1f}" if ours and not failed else "-"
        return (name, f"{100 * gap:g} %", f"> {statistics.median(taken):.1f}", _range(taken), text, ratio)
    return (name, f"{100 * gap:g} %", f"{middle:.2f}", _range(taken), "yes", f"{middle / ours:.2f}" if ours else "-")


def _range(taken: list[float]) -> str:
    return f"{min(taken):.2f} to {max(taken):.2f}"
