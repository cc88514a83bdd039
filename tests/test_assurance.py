"""The page of assurance says what can be counted, as it is now."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import assurance

MEASURED = json.loads(assurance.MEASURED.read_text(encoding="utf-8"))


def test_the_page_matches_what_can_be_counted() -> None:
    says = assurance.PAGE.read_text(encoding="utf-8")
    assert says == assurance.page(MEASURED, assurance.counted()), "run benchmarks/assurance.py"


@pytest.mark.parametrize("what", ["rules", "constraints", "cases", "acceptance", "what-ifs", "packages"])
def test_another_count_is_another_page(what: str) -> None:
    counts = assurance.counted()
    assert counts[what] > 10
    assert assurance.page(MEASURED, counts) != assurance.page(MEASURED, {**counts, what: counts[what] + 1})


def test_tests_are_counted_by_kind() -> None:
    printed = "tests/algebra/test_golden.py::test_a[x]\ntests/test_pencil_end.py::test_b\ntests/test_cli.py::test_c\n"
    found = assurance.kinds(printed + "tests/algebra/test_golden.py::test_a[y::z]\n\n4 tests collected in 1.00s\n")
    assert found == {"tests/algebra": 2, "tests/test_pencil": 1, "tests": 1}


def test_measurements_are_read() -> None:
    shares = {"planner/files.py": 100.0, "planner/cli.py": 50.0}
    files = {name: {"summary": {"percent_covered": share}} for name, share in shares.items()}
    assert assurance.coverage({"files": files}) == {"files": {"planner/files.py": 100.0}}
    printed = "files: 9 of 10 noticed, of 99 mutants\n    line 3: a  ->  b\n9 of 10 noticed: 90.0%\n"
    assert assurance.mutants(printed) == {"files": [9, 10, 99]}
