"""What is tested how, with the latest figures, and what is not: writes ``docs/assurance.md`` from measurements.

    python benchmarks/assurance.py                       counts rules, constraints and cases again and writes the page
    python benchmarks/assurance.py --collect             also asks pytest how many tests there are of each kind
    python benchmarks/assurance.py --coverage FILE       also takes the figures of a ``coverage json`` report
    python benchmarks/assurance.py --mutants FILE        also takes what ``benchmarks/mutants.py`` printed

Figures that need a run are kept in ``benchmarks/assurance.json`` with the command that prints each; what can be counted
without running anything is counted each time, and a test holds the page to it.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
MEASURED, PAGE = ROOT / "benchmarks" / "assurance.json", ROOT / "docs" / "assurance.md"
#: folder or file of tests -> what they show; the first that fits counts
KINDS = {
    "tests/test_pencil": "programmes solved on paper",
    "tests/algebra": "each constraint against its golden text; documents name all of them",
    "tests/verify": "each rule of the checker, broken by one changed number",
    "tests/differential": "random programmes against SCIP, brute force and relaxations",
    "tests/test_properties": "properties of random programmes",
    "tests/acceptance": "plans of the first version, found again",
    "tests/test_orlib": "warehouse problems against brute force and published optima",
    "tests/inputs": "inputs: each fault named by file, row and column",
    "tests/cases": "faults that users of such tools reported",
    "tests/test_exact": "calendar, discounting, amounts and files, value by value",
    "tests/test_store": "stored plans: signals, kills, full disks, damage",
    "tests/workbook": "the workbook: totals tie, formulas recalculate",
    "tests/page": "the page to send: accessible, no request, prints",
    "tests/test_supply": "what is installed; no text is run, no pickle read, no network used",
    "tests/test_architecture": "imports, sizes",
    "tests/test_prose": "words and sentences of documents",
    "tests": "commands, analyses, reports and the rest",
}
#: files that carry money, time or bytes: the aim is every branch
EXACT = ("planner/files.py", "planner/inputs/check", "planner/inputs/periods.py")
EXACT += ("planner/measures.py", "planner/store.py", "planner/verify/")


def counted() -> dict[str, int]:
    """What can be counted without running a test."""
    from planner.verify import RULES

    rows = json.loads((ROOT / "docs" / "sbom.json").read_text(encoding="utf-8"))["components"]
    return {
        "rules": len(RULES),
        "constraints": len([*(ROOT / "tests" / "algebra" / "golden").glob("*.txt")]),
        "cases": len([p for p in (ROOT / "tests" / "cases").iterdir() if p.name.isdigit()]),
        "acceptance": len([*(ROOT / "tests" / "acceptance").glob("*.json")]),
        "what-ifs": len([*(ROOT / "models" / "what-ifs").glob("*.toml")]),
        "packages": len(rows),
    }


def kinds(collected: str) -> dict[str, int]:
    """What ``pytest --collect-only -q`` prints -> tests by kind."""
    files = [line.partition("::")[0] for line in collected.splitlines() if "::" in line]
    return dict(Counter(next(kind for kind in KINDS if file.startswith(kind)) for file in files))


def collect() -> dict[str, dict[str, int]]:
    """Tests by kind, fast and slow."""
    found = {}
    for name, asked in (("fast", "not slow"), ("slow", "slow")):
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "--collect-only", "-m", asked, "tests"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
        found[name] = kinds(done.stdout)
    return found


def coverage(report: dict[str, Any]) -> dict[str, Any]:
    """Percent of lines and branches together, of each file whose every branch is aimed at."""
    files = {name: row["summary"]["percent_covered"] for name, row in report["files"].items()}
    chosen = {name: round(share, 1) for name, share in sorted(files.items()) if name.startswith(EXACT)}
    return {"files": chosen}


def mutants(printed: str) -> dict[str, list[int]]:
    """Target -> mutants noticed, tried, and there are."""
    found = re.findall(r"^(\w+): (\d+) of (\d+) noticed, of (\d+)", printed, re.M)
    return {name: [int(x) for x in numbers] for name, *numbers in found}


def page(measured: dict[str, Any], counts: dict[str, int]) -> str:
    """The page as Markdown."""
    return "\n".join(
        [
            "# Assurance",
            "",
            "What is tested how, with the latest figures, and what is not.",
            "`benchmarks/assurance.py` writes this page; do not edit it.",
            f"What needs a run was measured on {measured['day']}; the rest is counted when the page is written.",
            "",
            *_not(measured),
            *_counts(counts),
            *_tests(measured["tests"]),
            *_published(measured["published"]),
            *_coverage(measured["coverage"]),
            *_mutants(measured["mutants"]),
            *_supply(measured["supply"], counts),
        ]
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> list[str]:
    names = list(head)
    lines = [names, ["---"] * len(names), *rows]
    return [*(f"| {' | '.join(str(x) for x in row)} |" for row in lines), ""]


def _not(measured: dict[str, Any]) -> list[str]:
    return ["## What is not shown", "", *(f"- {line}" for line in measured["not_shown"]), ""]


def _counts(counts: dict[str, int]) -> list[str]:
    says = {
        "rules": "rules of the checker, which shares no code with the model; each is broken by a test",
        "constraints": "constraints with golden text",
        "cases": "faults that users of such tools reported, each with its right answer",
        "acceptance": "plans of the first version that the lean model finds again",
        "what-ifs": "files of what-ifs that ship; each is applied and checked",
        "packages": "packages in the bill of materials",
    }
    return ["## What is held", "", *_table(("number", "of what"), [(counts[k], text) for k, text in says.items()])]


def _tests(found: dict[str, dict[str, int]]) -> list[str]:
    rows = [
        (f"`{kind}`", found["fast"].get(kind, 0), found["slow"].get(kind, 0), text)
        for kind, text in KINDS.items()
        if kind in found["fast"] or kind in found["slow"]
    ]
    rows.append(("all", sum(found["fast"].values()), sum(found["slow"].values()), ""))
    return [
        "## Tests",
        "",
        "The fast tests run with each change. The slow ones solve whole programmes, and need LibreOffice and Chromium.",
        "",
        *_table(("where", "fast", "slow", "what they show"), rows),
    ]


def _published(rows: dict[str, list[str]]) -> list[str]:
    return [
        "## Against published results",
        "",
        "Capacitated warehouse problems of the OR-Library, as ordinary programmes (`benchmarks/orlib.py FILE`).",
        "",
        *_table(("problem", "published optimum", "what the tool prints"), [(k, *v) for k, v in rows.items()]),
    ]


def _coverage(found: dict[str, Any]) -> list[str]:
    rows = [(f"`{name}`", f"{share:.1f} %") for name, share in found["files"].items()]
    return ["## Coverage", "", found["says"], "", *_table(("file", "lines and branches"), rows)]


def _mutants(found: dict[str, list[int]]) -> list[str]:
    rows = [(name, tried, every, f"{noticed / tried:.0%}") for name, (noticed, tried, every) in found.items()]
    noticed, tried = sum(x[0] for x in found.values()), sum(x[1] for x in found.values())
    return [
        "## Mutants",
        "",
        "One comparison, operator, number or truth of a file is changed, and its tests are run: do they notice?",
        f"Of a sample drawn by a seed, {noticed} of {tried} were noticed, {noticed / tried:.0%}.",
        "`benchmarks/mutants.py` prints this, with each mutant that no test noticed.",
        "",
        *_table(("what", "tried", "there are", "noticed"), rows),
    ]


def _supply(lines: list[str], counts: dict[str, int]) -> list[str]:
    first = (
        f"- {counts['packages']} packages are pinned by hash: [licences](licences.md), [bill of materials](sbom.json)."
    )
    return ["## Supply chain", "", first, *(f"- {line}" for line in lines), ""]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--collect", action="store_true", help="ask pytest how many tests there are")
    words.add_argument("--coverage", type=Path, metavar="FILE", help="the answer of coverage json")
    words.add_argument("--mutants", type=Path, metavar="FILE", help="what benchmarks/mutants.py printed")
    words.add_argument("--day", help="when what needs a run was measured, yyyy-mm-dd")
    asked = words.parse_args()
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    if asked.collect:
        measured["tests"] = collect()
    if asked.coverage:
        measured["coverage"] |= coverage(json.loads(asked.coverage.read_text(encoding="utf-8")))
    if asked.mutants:
        measured["mutants"] |= mutants(asked.mutants.read_text(encoding="utf-8"))
    measured["day"] = asked.day or measured["day"]
    MEASURED.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(measured, counted()), encoding="utf-8")


if __name__ == "__main__":
    main()
