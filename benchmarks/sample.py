"""Renew ``reports/sample``: solve the reference and six what-ifs, compare them, and keep what a reader opens first.

    python benchmarks/sample.py RUNS            solve what RUNS does not hold yet, then write reports/sample
    python benchmarks/sample.py RUNS --write    write it from the runs in RUNS alone

A test compares the figures of the README with ``reports/sample/figures.json``, and the inputs with its hashes.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from planner import store
from planner.report import screen

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "reports" / "sample"
BASE = "federal-ai"
#: each answers a question of the first screen: money, demand, the promise of 5 GW, dates, prices of chips
WHAT_IFS = ("5gw-dropped", "budget-minus-20", "chips-dearer", "demand-high", "demand-low", "grid-two-years-late")
#: more than the default limit of a solve: the sample is for a slow machine as well, and claims no speed
SECONDS = "220"
COMPARED = ("comparison.html", "comparison.md", "comparison.xlsx")


def planner(*words: str, codes: tuple[int, ...] = (0,)) -> None:
    """One command line of the product. Raises CalledProcessError where it ends with another code."""
    done = subprocess.run([sys.executable, "-m", "planner", *words], cwd=ROOT, check=False)
    if done.returncode not in codes:
        raise subprocess.CalledProcessError(done.returncode, words)


def solve(runs: Path) -> None:
    """Solve what has no stored run: the reference with the price of secured power, the what-ifs without."""
    for name in (BASE, *WHAT_IFS):
        if not list(runs.glob(f"{name}-2*")):
            asked = () if name == BASE else ("--what-if", name, "--no-price")
            where = ("--name", name, "--reports", str(runs), "--time-limit", SECONDS)
            planner("optimize", *asked, *where, "--quiet", codes=(0, 5))


def newest(runs: Path, name: str) -> Path:
    return max(p for p in runs.glob(f"{name}-2*") if (p / "run.json").is_file())


def figures(folder: Path) -> dict[str, Any]:
    """Headline, verdict and named figures of a stored run, with the hash of its inputs."""
    stored = store.load(folder)
    shown = screen.first(stored.case, stored.plan, stored.document)
    return {"inputs_sha256": stored.document["inputs_sha256"], "proof": shown.proof, **shown.as_dict()}


def write(runs: Path) -> None:
    """The files of the sample: reports of the reference, the comparison, the figures of all."""
    folders = {name: newest(runs, name) for name in (BASE, *WHAT_IFS)}
    with tempfile.TemporaryDirectory(dir=SAMPLE.parent) as room:
        fresh = Path(room)
        planner("report", folders[BASE].name, "--out", str(fresh / "run"), "--reports", str(runs), "--quiet")
        for name in COMPARED:
            ids = [folder.name for folder in folders.values()]
            planner("compare", *ids, "--out", str(fresh / name), "--reports", str(runs), "--quiet")
        for path in (
            *(fresh / "run" / name for name in ("plan.xlsx", "report.html", "summary.md")),
            *map(fresh.joinpath, COMPARED),
        ):
            shutil.copyfile(path, SAMPLE / path.name)
    found = {name: figures(folder) for name, folder in folders.items()}
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (SAMPLE / "figures.json").write_text(text + "\n", encoding="utf-8")


def main(words: list[str]) -> None:
    runs = Path(words[0]).absolute()
    if "--write" not in words:
        solve(runs)
    write(runs)


if __name__ == "__main__":
    main(sys.argv[1:])
