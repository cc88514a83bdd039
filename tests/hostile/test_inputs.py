"""Inputs changed at random are refused in words or read: never a traceback, never for long, never in much memory.

The whole of it: ``pytest -m slow tests/hostile/test_inputs.py -s`` prints counts, seconds and megabytes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SECONDS, MEGABYTES = 10.0, 1024
FEW, MANY = 40, 5000


def checked(room: Path, first: int, count: int) -> None:
    """Every one of ``count`` inputs has its answer, in one process that may take a gigabyte."""
    path = os.pathsep.join(map(str, (ROOT, HERE.parent, HERE)))
    done = subprocess.run(
        [sys.executable, str(HERE / "batch.py"), str(room), str(first), str(count)],
        env={**os.environ, "PYTHONPATH": path},
        cwd=room,
        capture_output=True,
        text=True,
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) == count, done.stderr  # where it hung, if it did
    slowest = max(answers, key=lambda a: a["seconds"])
    megabytes = max(a["peak"] for a in answers) / 2**20
    print(
        f"{count} inputs: {sum(len(a['codes']) for a in answers)} commands, by exit code of the check "
        f"{dict(Counter(a['codes'][0] for a in answers))}; at most {slowest['seconds']:.1f} s "
        f"(input {slowest['seed']}) and {megabytes:.0f} MB"
    )
    assert [a for a in answers if a["wrong"]] == []
    assert slowest["seconds"] < SECONDS, slowest
    assert megabytes < MEGABYTES
    codes = {a["codes"][0] for a in answers}
    assert {0, 3} <= codes, "some are sound and some are not, or the changes are not what they should be"


def test_some_mutated_inputs(tmp_path: Path) -> None:
    checked(tmp_path, 10_000, FEW)


@pytest.mark.slow
def test_five_thousand_mutated_inputs(tmp_path: Path) -> None:
    checked(tmp_path, 0, MANY)
