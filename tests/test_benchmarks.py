"""What measurements stand on: generated programmes are sound and repeatable, the frozen matrices are unchanged."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from planner.inputs import read

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(BENCHMARKS))

import alone  # noqa: E402
import freeze  # noqa: E402
import large  # noqa: E402
import programmes  # noqa: E402
import race  # noqa: E402
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


def test_the_frozen_matrices_are_those_of_the_list(tmp_path: Path) -> None:
    assert freeze.check(BENCHMARKS / "baseline")
    for path in (BENCHMARKS / "baseline").iterdir():
        shutil.copy(path, tmp_path)
    (tmp_path / "mid-2.mps.xz").write_bytes(b"another")
    assert not freeze.check(tmp_path)


def test_what_ifs_of_a_sweep_are_the_same_work_with_other_figures(tmp_path: Path) -> None:
    base, *asked = (job.case for job in sweeps.jobs(tmp_path, 3))
    assert len({base.sha256, *(case.sha256 for case in asked)}) == 4
    assert {(len(case.sites), case.periods.count) for case in (base, *asked)} == {(sweeps.SITES, sweeps.YEARS)}
    assert not base.programme.claims


@pytest.mark.parametrize(
    ("section", "most"), [("OBJSENSE\n    MAX\n", True), ("OBJSENSE\n    MIN\n", False), ("", False)]
)
def test_the_sense_of_a_file_is_told(tmp_path: Path, section: str, most: bool) -> None:
    """CBC minimises whatever the file asks for; it is told the sense apart."""
    file = tmp_path / "stage.mps"
    file.write_text(f"NAME x\n{section}ROWS\n N obj\n")
    assert alone.maximised(str(file)) is most


def test_one_who_proves_another_value_is_out_of_the_race() -> None:
    runs = {
        r: [{"reached": True, "values": [v], "gaps": [0.0]}]
        for r, v in [("planner", 100.0), ("cbc", 4.0), ("highs", 100.5)]
    }
    race._compared(runs, 0.01)
    assert [runs[r][0]["reached"] for r in runs] == [True, False, True]


def test_a_line_a_stage_of_a_large_run_and_one_where_there_is_no_plan() -> None:
    stage = {"name": "mission value", "value": 130742.2, "bound": 132166.4, "gap": 0.010893}
    found = {"times": 4, "size": {"rows": 72825, "columns": 103575, "integers": 13540}, "wall": 250.2, "peak_mb": 999.6}
    size = ("4", "72,825", "103,575", "13,540", "250")
    told = large.rows(found | {"stages": [stage, stage], "verification": {"passed": True}})
    assert told[0] == (*size, "mission value", "130,742", "132,166", "1.09%", "yes", "1,000")
    assert told[1][:6] == ("", "", "", "", "", "mission value")
    unplanned = {"name": "mission value", "value": None, "bound": 132166.4, "gap": None}
    assert large.rows(found | {"stages": [unplanned]}) == [
        (*size, "mission value", "none", "132,166", "none", "no", "1,000")
    ]


def test_help_says_what_can_be_measured() -> None:
    words = [sys.executable, str(BENCHMARKS / "measure.py"), "--help"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert {"solve", "scale", "large", "linear", "sweep", "start", "report", "memory"} <= set(
        said.replace(",", " ").split()
    )
