"""Comparisons and relations over many seeds, with their figures: ``PYTHONPATH=.:tests python -m differential.many``."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from differential.relations import RELATIONS
from differential.test_differential import against_all_decisions, against_scip
from differential.test_relations import holds

#: what is compared -> examples asked for
COMPARED = {"scip": 500, "brute": 200, "relations": 200}


def checks(name: str) -> dict[str, Callable[[Path, int], str]]:
    """Each check of a seed, by the name that its disagreement is printed under."""
    if name == "relations":
        return {one: lambda folder, seed, one=one: holds(folder, one, seed) for one in RELATIONS}
    return {name: against_scip if name == "scip" else against_all_decisions}


def compared(name: str, seeds: range) -> int:
    """Prints each example that does not agree, then the counts; returns how many there are."""
    begun, said, wrong = time.monotonic(), Counter[str](), 0
    for seed in seeds:
        for check, asked in checks(name).items():
            with tempfile.TemporaryDirectory() as folder:
                try:
                    said[asked(Path(folder), seed)] += 1
                except AssertionError as fault:
                    wrong += 1
                    print(f"{check} seed {seed} does not agree: {str(fault).splitlines()[0]}", flush=True)
    counts = ", ".join(f"{n} with {words}" for words, n in sorted(said.items()))
    seconds = time.monotonic() - begun
    print(f"{name}, {len(seeds)} seeds from {seeds.start}: {counts}, {wrong} do not agree; {seconds:.0f} s", flush=True)
    return wrong


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    for name, many in COMPARED.items():
        asked.add_argument(f"--{name}", type=int, default=many, help="examples")
    asked.add_argument("--first", type=int, default=0, help="first seed")
    given = asked.parse_args()
    return sum(compared(name, range(given.first, given.first + getattr(given, name))) for name in COMPARED)


if __name__ == "__main__":
    raise SystemExit(min(main(), 1))
