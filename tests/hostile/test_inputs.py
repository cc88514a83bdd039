"""Inputs changed at random are refused in words or read: never a traceback, never for long, never in much memory.

The whole of it: ``pytest -m slow tests/hostile/test_inputs.py -s`` prints counts, seconds and megabytes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "inputs"))

from faulty import change, found
from small import free_tables, gates
from tiny import tiny_tables, write_tiny

from planner.errors import InputError
from planner.inputs import numerals, read

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


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x = " + "[" * 5000 + "]" * 5000, "more than twenty deep"),
        ("a" + ".a" * 2000 + " = 1", "more than twenty deep"),
        ("x = " + "9" * 5000, "digits"),
        ("#" * (9 << 20), "more than 8 MB"),
    ],
    ids=["nested", "dotted", "digits", "long"],
)
def test_what_toml_allows_and_no_programme_has(tmp_path: Path, line: str, said: str) -> None:
    model = write_tiny(tmp_path)
    model.write_text(f"{line}\n{model.read_text(encoding='utf-8')}", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read.load(model)
    (fault,) = refused.value.faults
    assert said in fault.found


def test_a_table_without_an_end(tmp_path: Path) -> None:
    model = write_tiny(tmp_path)
    sites = tmp_path / "data" / "sites.csv"
    sites.write_bytes(sites.read_bytes() + b"\n" * (9 << 20))
    with pytest.raises(InputError) as refused:
        read.load(model)
    assert [(f.file, "more than 8 MB" in f.found) for f in refused.value.faults] == [("sites.csv", True)]


def test_every_cost_category_has_its_row(tmp_path: Path) -> None:
    tables = tiny_tables()
    tables["categories"] = [row for row in tables["categories"] if row["category"] != "chips"]
    with pytest.raises(InputError) as refused:
        read.load(write_tiny(tmp_path, tables))
    assert ("categories.csv", "no row chips") in [(f.file, f.found) for f in refused.value.faults]


def test_tracks_without_names_are_one_fault_each_way(tmp_path: Path) -> None:
    model = write_tiny(tmp_path, gates(free_tables()))
    change(tmp_path / "data", "training_tracks", lambda lines: [line.pop(0) for line in lines])
    assert [(f.file, f.column) for f in found(model)] == [("training_tracks.csv", "track_id")]


def test_one_wrong_word_in_each_row_of_a_long_table(tmp_path: Path) -> None:
    model = write_tiny(tmp_path)
    change(tmp_path / "data", "categories", lambda lines: lines.extend([["chps", "sft", "0"]] * 20_000))
    began = time.process_time()
    assert len(found(model)) == 40_000
    assert time.process_time() - began < SECONDS


def test_a_number_of_many_digits_is_read_in_one_go() -> None:
    """Each of these took minutes or all of the memory."""
    began = time.process_time()
    assert numerals.NUMBER.fullmatch("9" * 100_000 + "x") is None
    assert numerals.plain("9" * 100_000) == ""
    assert numerals.number_of("1e999999999B") == "inf"
    assert numerals.number_of("1e-999999999%") == "0"
    assert [numerals.number_of(text) for text in ("60B", "1.5M", "20%", "0B")] == ["60000000000", "1500000", "0.2", "0"]
    assert time.process_time() - began < 5


def test_some_mutated_inputs(tmp_path: Path) -> None:
    checked(tmp_path, 10_000, FEW)


@pytest.mark.slow
def test_five_thousand_mutated_inputs(tmp_path: Path) -> None:
    checked(tmp_path, 0, MANY)
