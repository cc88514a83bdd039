"""The shipped sample is of the shipped inputs, and the README quotes its figures."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from planner.inputs import read

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "reports" / "sample"
sys.path.insert(0, str(ROOT / "benchmarks"))

import sample as renewal  # noqa: E402

NAMES = (renewal.BASE, *renewal.WHAT_IFS)


def stored() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLE / "figures.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_sample_is_of_the_inputs_that_ship(name: str) -> None:
    edits = () if name == renewal.BASE else (name,)
    case = read.load(renewal.BASE, edits)
    assert stored()[name]["inputs_sha256"] == case.sha256, "python benchmarks/sample.py RUNS renews the sample"


def test_the_readme_quotes_the_sample() -> None:
    text, base = (ROOT / "README.md").read_text(encoding="utf-8"), stored()[renewal.BASE]
    assert base["headline"] in text
    quoted = ("use_unspent_usd", "use_management_reserve_usd", "net_benefit_usd", "secured_mw", "commissioned_mw")
    for key in quoted:
        digits = base["first_screen"][key]["text"].split(" MW")[0].lstrip("-")
        assert digits in text, key


def test_every_file_of_the_sample_is_there_and_small() -> None:
    names = {"README.md", "figures.json", "plan.xlsx", "report.html", "summary.md", *renewal.COMPARED}
    assert {path.name for path in SAMPLE.iterdir()} == names
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < 8_000_000
