"""One solver alone on an MPS file, one thread: seconds until its own gap is reached, or how far it came.

python benchmarks/alone.py highs|scip|cbc FILE.mps GAP SECONDS
"""

from __future__ import annotations

import re
import subprocess
import sys
import time


def highs(path: str, gap: float, seconds: float) -> float | None:
    import highspy

    h = highspy.Highs()
    h.setOptionValue("output_flag", False)
    h.setOptionValue("threads", 1)
    h.setOptionValue("mip_rel_gap", gap)
    h.setOptionValue("time_limit", seconds)
    h.readModel(path)
    h.run()
    return float(h.getInfo().mip_gap)


def scip(path: str, gap: float, seconds: float) -> float | None:
    from pyscipopt import Model

    m = Model()
    m.hideOutput()
    m.setParam("limits/gap", gap)
    m.setParam("limits/time", seconds)
    m.readProblem(path)
    m.optimize()
    return float(m.getGap())


def cbc(path: str, gap: float, seconds: float) -> float | None:
    import pulp

    words = [pulp.PULP_CBC_CMD().path, path, "-ratio", str(gap), "-sec", str(seconds), "-solve"]
    text = subprocess.run(words, capture_output=True, text=True, timeout=seconds + 60).stdout
    if "Optimal solution found" in text:
        return gap
    found = re.findall(r"^Gap:\s+([0-9.e+-]+)$", text, re.MULTILINE)
    return float(found[-1]) if found else None


def main() -> None:
    name, path, gap, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    began = time.perf_counter()
    reached = {"highs": highs, "scip": scip, "cbc": cbc}[name](path, gap, seconds)
    taken = time.perf_counter() - began
    if reached is None or reached == float("inf"):
        print(f"no gap in {taken:.0f} s")
    elif reached <= gap * 1.001:
        print(f"{taken:.1f} s")
    else:
        print(f"{100 * reached:.2f} % in {taken:.0f} s")


if __name__ == "__main__":
    main()
