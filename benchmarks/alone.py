"""One contestant in a process of its own: seconds until its own gap is reached, or how far it came, as a line of JSON.

python benchmarks/alone.py planner MODEL GAP SECONDS [--stages all]
python benchmarks/alone.py highs|scip|cbc FILE[,FILE...] GAP SECONDS [--threads N] [--give-back SHARE,...]

Several files are the stages of one programme: the same rows and columns, other objectives. HiGHS takes them one after
the other, each held to its give-back while the next is solved, with what is left of the time. The gap printed is
|plan - bound| / |plan| for everybody.
"""

from __future__ import annotations

import argparse
import importlib
import json
import lzma
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Found = tuple[float | None, float | None]
"""Objective of the best plan, and bound."""


#: imported before the clock starts
NEEDS = {
    "planner": ("planner.run", "planner.inputs.read"),
    "highs": ("highspy",),
    "scip": ("pyscipopt",),
    "cbc": ("pulp",),
}


def planner(model: str, gap: float, seconds: float, stages: str) -> list[Found]:
    """From reading the tables to a checked plan; the stages that were asked for."""
    from dataclasses import replace

    from planner import run
    from planner.inputs import read

    case = read.load(model, ())
    if stages != "all":
        first = case.programme.stages[:1]
        case = replace(case, programme=case.programme.model_copy(update={"stages": first}))
    document = run.optimize(case, run.Options(gap=gap, seconds=seconds)).document
    if document["verification"] is not None and not document["verification"]["passed"]:
        raise SystemExit("the plan breaks a rule")
    found = [(s["value"], s["bound"]) for s in document["stages"]]
    return found + [(None, None)] * (len(case.programme.stages) - len(found))


def highs(paths: list[str], gap: float, seconds: float, threads: int, give_back: list[float]) -> list[Found]:
    import highspy
    import numpy as np

    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("threads", threads)
    h.setOptionValue("mip_rel_gap", gap)
    costs = []
    for path in paths:
        h.readModel(path)
        lp = h.getLp()
        costs.append((np.array(lp.col_cost_), lp.offset_, lp.sense_))
    count, end, found = len(costs[0][0]), time.perf_counter() + seconds, []
    for k, (cost, offset, sense) in enumerate(costs):
        h.changeColsCost(count, np.arange(count, dtype=np.int32), cost)
        h.changeObjectiveOffset(offset)
        h.changeObjectiveSense(sense)
        h.setOptionValue("time_limit", h.getRunTime() + max(0.1, end - time.perf_counter()))
        h.run()
        info = h.getInfo()
        if info.primal_solution_status != 2:
            return [*found, *[(None, None)] * (len(costs) - k)]
        value = info.objective_function_value
        found.append((value, info.mip_dual_bound))
        if k + 1 < len(costs):
            used = np.flatnonzero(cost)
            most = sense == highspy.ObjSense.kMinimize
            slack = max(give_back[k], gap) * abs(value) + 1e-6 * max(1.0, abs(value))
            low, high = (-np.inf, value - offset + slack) if most else (value - offset - slack, np.inf)
            h.addRow(low, high, len(used), used.astype(np.int32), cost[used])
    return found


def scip(path: str, gap: float, seconds: float) -> Found:
    from pyscipopt import Model

    m = Model()
    m.hideOutput()
    m.setParam("limits/gap", gap)
    m.setParam("limits/time", seconds)
    m.readProblem(path)
    m.optimize()
    return (m.getPrimalbound() if m.getNSols() else None), m.getDualbound()


def cbc(path: str, gap: float, seconds: float, threads: int) -> Found:
    import pulp

    words = [pulp.PULP_CBC_CMD().path, path, "-ratio", str(gap), "-sec", str(seconds)]
    words += ["-threads", str(threads)] if threads > 1 else []
    words += ["-max"] if maximised(path) else []
    text = subprocess.run([*words, "-solve"], capture_output=True, text=True, timeout=seconds + 60).stdout

    def last(word: str) -> float | None:
        found = re.findall(rf"^{word}:\s+(-?[0-9.e+-]+)$", text, re.MULTILINE)
        return float(found[-1]) if found else None

    value = last("Objective value")
    bound = last("(?:Lower|Upper) bound")
    if value is not None and bound is None and "Optimal solution found" in text:
        within = last("Gap")  # within the gap that was asked for, if it says none
        bound = value * (1 + (gap if within is None and "within gap" in text else within or 0.0))
    if value is not None and bound is not None and bound * value < 0:
        bound = -bound  # a maximum is told with its sign, its bound without
    return value, bound


def maximised(path: str) -> bool:
    """Whether the file asks for a maximum: CBC does not read that section, and minimises."""
    with Path(path).open() as file:
        for line in file:
            if line.startswith("OBJSENSE"):
                return "MAX" in line or "MAX" in next(file, "")
            if line.startswith("ROWS"):
                break
    return False


def apart(found: Found) -> float | None:
    value, bound = found
    if value is None or bound is None or abs(bound) > 1e19:
        return None
    return abs(value - bound) / (abs(value) if abs(value) >= 1e-9 else 1.0)


def unpacked(path: str, room: Path) -> str:
    if not path.endswith(".xz"):
        return path
    target = room / Path(path).name.removesuffix(".xz")
    target.write_bytes(lzma.decompress(Path(path).read_bytes()))
    return str(target)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("who", choices=("planner", "highs", "scip", "cbc"))
    words.add_argument("what")
    words.add_argument("gap", type=float)
    words.add_argument("seconds", type=float)
    words.add_argument("--threads", type=int, default=1)
    words.add_argument("--stages", choices=("first", "all"), default="first")
    words.add_argument("--give-back", default="0.01,0.005")
    a = words.parse_args()
    with tempfile.TemporaryDirectory() as name:
        paths = [unpacked(path, Path(name)) for path in a.what.split(",")] if a.who != "planner" else []
        give_back = [float(x) for x in a.give_back.split(",")]
        ways: dict[str, Callable[[], list[Any]]] = {
            "planner": lambda: planner(a.what, a.gap, a.seconds, a.stages),
            "highs": lambda: highs(paths, a.gap, a.seconds, a.threads, give_back),
            "scip": lambda: [scip(paths[0], a.gap, a.seconds)],
            "cbc": lambda: [cbc(paths[0], a.gap, a.seconds, a.threads)],
        }
        if len(paths) > 1 and a.who != "highs":
            words.error("only HiGHS takes stages")
        for module in NEEDS[a.who]:
            importlib.import_module(module)
        began = time.perf_counter()
        found = ways[a.who]()
        taken = time.perf_counter() - began
    gaps = [apart(x) for x in found]
    reached = all(g is not None and g <= a.gap * 1.001 + 1e-9 for g in gaps)
    print(json.dumps({"seconds": taken, "reached": reached, "gaps": gaps, "values": [v for v, _ in found]}))


if __name__ == "__main__":
    main()
