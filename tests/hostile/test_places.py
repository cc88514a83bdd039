"""Where a run is made changes nothing: names that are no UTF-8, locales, time zones; nor how long it looks ahead."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import tiny
from small import free_tables, must_serve, programme
from tiny import write_tiny

from planner import files, reports, run, store
from planner.inputs import read

ROOT = Path(__file__).parents[2]
LATIN = os.fsdecode(b"M\xfcnchen")
PLACES = [
    {"LC_ALL": "C", "PYTHONUTF8": "0", "TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "7"},
    {"LC_ALL": "de_DE.UTF-8", "LANG": "de_DE.UTF-8", "TZ": "Etc/GMT+12", "PYTHONHASHSEED": "8"},
    {"LC_ALL": "tr_TR.UTF-8", "TZ": "", "PYTHONCOERCECLOCALE": "0", "PYTHONHASHSEED": "9"},
]


def planner(*words: str | Path, cwd: Path, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "planner", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), **env},
        capture_output=True,
        check=False,
    )


def kept(folder: Path) -> dict[str, str]:
    """Digests of all that does not tell of time."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name not in ("manifest.json", "times.json"))
    return {path.relative_to(folder).as_posix(): files.sha256(path) for path in paths}


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> store.RunFolder:
    room = tmp_path_factory.mktemp("stored")
    result = run.optimize(read.load(write_tiny(room, free_tables(), programme())))
    return store.save(
        room / "reports", "small", result, lambda at, doc: reports.write(at, result.case, result.plan, doc)
    )


def rebuilt(stored: store.RunFolder, out: Path, env: dict[str, str]) -> dict[str, str]:
    done = planner("report", stored.path, "--out", out, cwd=out.parent, **env)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    return kept(out)


def test_a_report_is_the_same_at_the_other_end_of_the_world(stored: store.RunFolder, tmp_path: Path) -> None:
    there = kept(stored.path)
    here = rebuilt(stored, tmp_path / "out", PLACES[0])
    assert len(here) > 40
    assert here == {name: there[name] for name in here}


@pytest.mark.slow
@pytest.mark.parametrize("env", PLACES[1:])
def test_a_report_is_the_same_everywhere(stored: store.RunFolder, tmp_path: Path, env: dict[str, str]) -> None:
    there = kept(stored.path)
    here = rebuilt(stored, tmp_path / "out", env)
    assert here == {name: there[name] for name in here}


@pytest.mark.slow
def test_a_plan_is_the_same_everywhere(tmp_path: Path) -> None:
    model = write_tiny(tmp_path, free_tables(), programme())
    plans = []
    for n, env in enumerate(PLACES):
        words = ("--repeatable", "--processes", "1", "--quiet", "--reports", tmp_path / str(n))
        assert planner("optimize", model, *words, cwd=tmp_path, **env).returncode == 0
        (info,) = store.runs(tmp_path / str(n))
        found = {name: digest for name, digest in kept(info.folder).items() if name.startswith(("tables/", "inputs/"))}
        plans.append(found)
    assert len(plans[0]) > 50
    assert plans[0] == plans[1] == plans[2]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
def test_names_that_are_no_utf_8(stored: store.RunFolder, tmp_path: Path) -> None:
    """Around the inputs and around the store they do no harm; of the programme itself such a name is refused."""
    home = tmp_path / LATIN
    model = write_tiny(home, free_tables(), programme())
    (home / "data" / f"{LATIN}.csv").write_text("x\n", encoding="utf-8")
    (home / f"{LATIN}.toml").write_text("x = 1\n", encoding="utf-8")
    there = home / "reports"
    shutil.copytree(stored.path.parent, there)
    (there / LATIN).mkdir()
    (there / f".{LATIN}.partial").mkdir()
    (there / f"{LATIN}.txt").write_text("x", encoding="utf-8")
    asked: list[tuple[int, tuple[str | Path, ...]]] = [
        (0, ("check", model, "--json")),
        (0, ("check", "model.toml")),
        (0, ("check", home / "data")),
        (2, ("check", f"{LATIN}.toml")),
        (2, ("check", f"{LATIN}.tom")),
        (0, ("runs", "--json")),
        (0, ("show", "latest", "--json")),
        (0, ("report", "latest", "--out", LATIN)),
        (0, ("verify", "latest")),
        (2, ("show", LATIN)),
    ]
    for code, words in asked:
        done = planner(*words, cwd=home)
        assert (done.returncode, b"Traceback" in done.stderr) == (code, False), (words, done.stdout, done.stderr)
        if "--json" in words:
            assert json.loads(done.stdout.decode("utf-8", "replace"))
    assert kept(home / LATIN).keys() >= {"plan.xlsx", "report.html", "summary.md"}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
def test_a_run_in_a_folder_that_is_no_utf_8(tmp_path: Path) -> None:
    home = tmp_path / LATIN
    model = write_tiny(home, free_tables(), programme())
    done = planner("optimize", model, "--json", "--processes", "1", cwd=home)
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr
    (info,) = store.runs(home / "reports")
    assert store.damaged(info.folder) == []
    assert store.load(info.folder).plan is not None


@pytest.mark.slow
@pytest.mark.parametrize(("periods", "months"), [(30, 12), (60, 3), (1, 12), (1, 3), (2, 6)])
def test_long_and_short_horizons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, periods: int, months: int) -> None:
    """Check, plan, reports and a second check of thirty years, sixty quarters, one period, and two half years."""
    monkeypatch.setattr(tiny, "PRICE_YEARS", range(2019, 2076))
    tables = free_tables()
    if periods > 2:
        must_serve(tables)
    horizon = {"first_year": 2026, "periods": periods, "months_per_period": months}
    model = write_tiny(tmp_path, tables, programme(horizon=horizon, gap=0.01))
    words: list[Any] = ["optimize", model, "--no-price", "--quiet", "--processes", "1"]
    for asked in (["check", model], words, ["verify", "latest"], ["report", "latest"], ["show", "latest"]):
        done = planner(*asked, cwd=tmp_path)
        assert done.returncode == 0, (asked[0], done.stdout, done.stderr)
    (info,) = store.runs(tmp_path / "reports")
    assert (info.folder / store.WORKBOOK).stat().st_size > 100_000
    seconds = store.load(info.folder).document["seconds"]
    print(f"{periods} periods of {months} months: {seconds}")
