"""What measurements stand on: generated programmes are sound and repeatable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from planner.inputs import read

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import programmes  # noqa: E402
import reference  # noqa: E402
import scale  # noqa: E402
import sweeps  # noqa: E402


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("size", [programmes.Size(2, 2, 1, 1), programmes.Size(1, 4, 2, 2)], ids=str)
def test_a_generated_programme_has_no_fault_and_is_as_large_as_said(size: programmes.Size, tmp_path: Path) -> None:
    plain, case = read.load("federal-ai", ()), read.load(programmes.make(size, tmp_path), ())
    assert len(case.sites) == size.sites * len(plain.sites)
    assert len(case.chips) == size.chips * len(plain.chips)
    assert len(case.agencies) == size.agencies * len(plain.agencies)
    assert case.periods.count == size.periods * plain.periods.count
    assert case.periods.labels()[-1] == f"2035{'H2' if size.periods == 2 else 'Q4'}"
    assert case.programme.budget_usd == size.sites * plain.programme.budget_usd
    asked = sum(row.base_pflops_years for row in case.demands.values())
    assert asked == pytest.approx(size.sites * sum(r.base_pflops_years for r in plain.demands.values()), rel=0.1)


def test_once_the_reference_is_the_reference(tmp_path: Path) -> None:
    plain, case = read.load("federal-ai", ()), read.load(programmes.make(programmes.Size(), tmp_path), ())
    assert {n: f.to_csv() for n, f in case.tables.items()} == {n: f.to_csv() for n, f in plain.tables.items()}


def test_the_seed_says_every_byte(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        programmes.make(programmes.Size(2), tmp_path / name, seed)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert files(tmp_path / "a") != files(tmp_path / "c")


def test_what_ifs_of_a_sweep_are_the_same_work_with_other_figures(tmp_path: Path) -> None:
    base, *asked = (job.case for job in sweeps.jobs(tmp_path, 3))
    assert len({base.sha256, *(case.sha256 for case in asked)}) == 4
    assert {(len(case.sites), case.periods.count) for case in (base, *asked)} == {(sweeps.SITES, sweeps.YEARS)}
    assert not base.programme.claims


def test_a_line_a_run_and_one_where_there_is_no_plan() -> None:
    size = {"rows": 6420, "columns": 5980, "integers": 1040}
    document = {"verdict": "optimal", "gap": 0.00412, "size": size, "cpu_seconds": {"build": 0.62, "compile": 0.41}}
    row = reference.row(reference.Go("mid", 131.26, 214.0, {**document, "verification": {"passed": True}}))
    sizes = ("6,420", "5,980", "1,040")
    assert row == ("mid", "optimal", "yes", "0.41 %", "131.3", "214.0", *sizes, "0.62 and 0.41")
    assert reference.row(reference.Go("low", 1.0, 1.0, {"verdict": "infeasible"}))[:4] == (
        "low",
        "infeasible",
        "no",
        "none",
    )
    assert len(row) == len(reference.HEAD)


def test_the_exponent_of_what_grows_with_the_square() -> None:
    lines = [{"rows": n, "seconds": n**2} for n in (10, 20, 70)]
    assert scale.exponent(lines, lambda line: float(line["seconds"]), "rows") == pytest.approx(2.0)


def test_help_says_what_can_be_measured() -> None:
    words = [sys.executable, str(BENCHMARKS / "measure.py"), "--help"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert {"reference", "build", "scale", "sweep", "start", "report", "memory"} <= set(said.replace(",", " ").split())
