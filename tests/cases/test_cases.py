"""Cases from reports about similar tools, each asked for its right answer (README.md of this folder)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

CASES = Path(__file__).parent
ROOT = CASES.parents[1]
#: cases whose answer is still wrong, by number; taken away by whoever mends the fault
STILL_WRONG: set[int] = set()
#: cases that need what not every machine has, and the reason
NEEDS = {54: "a file system that can be mounted read-only"}


class Right(NamedTuple):
    """What the output must say and must not say; ``command`` in place of run.txt where a part of it is enough."""

    says: str = ""
    never: str = "Traceback"
    command: str = ""


CHECK = 'planner check model.toml; echo "exit $?"'
REFUSED = Right(says=r"exit [^0]", never="No fault found|Traceback", command=CHECK)
RIGHT = {
    1: Right(says=r"20 MW", command=CHECK),
    3: Right(says=r"160 PFLOP/s", command=CHECK),
    4: Right(says=r"500,?000,?000|500 ?M|500e6|5e\+?0?8", command=CHECK),
    5: Right(says="exit 0", never="exit 9"),
    8: Right(says="infrastructure_share", never="No fault found", command=CHECK),
    9: REFUSED,
    12: Right(says="2107", command=CHECK),
    13: REFUSED,
    14: REFUSED,
    17: Right(says="exit [05]", never="exit [^05]"),
    18: Right(says="exit [056]", never="exit [^056]"),
    20: REFUSED,
    22: REFUSED,
    23: REFUSED,
    24: REFUSED,
    27: Right(never="No fault found", command='planner check model.toml --set "chips.*=drop"'),
    29: Right(never="No fault found", command='planner check model.toml --set "designs.*=drop"'),
    31: Right(says="explain: exit 0", never="exit [^0]"),
    33: Right(never=r"one more acre"),
    34: Right(says=r"1\.2\b", never=r"Write 12\."),
    35: Right(says="exit [^0]", never=r"1\.00050"),
    39: Right(says="exit 0"),
    42: Right(says="exit 0", never="exit [^0]"),
    43: Right(says=r"runs kept: \['", never=r"runs kept: \[\]"),
    46: Right(says="life_months", command='planner check model.toml --set "chips.*.life_months=1"'),
    47: Right(never=r"20(\.0)? points"),
    48: Right(
        says="exit [^0]",
        never="No fault found",
        command='planner check model.toml --set "sites.A.land_acres=+50"; echo "exit $?"',
    ),
    49: Right(says="No fault found"),
    50: Right(never="exit 9|unable to parse|Traceback"),
    51: Right(says="^site_id,"),
    52: Right(says="exit 8"),
    55: Right(says="not a programme", never="Expected = after a key"),
    56: Right(says="planner template"),
    57: Right(says="[Dd]elete the empty rows"),
    58: Right(never=r"\b1[0-9] faults"),
    60: Right(says="yyyy-mm-dd(.|\n)*60000000000"),
    61: Right(says="No fault found"),
}


@pytest.fixture
def run(tmp_path: Path) -> Callable[[int, str], str]:
    """Runs a case on a copy: the commands of run.txt, or those given."""
    command = tmp_path / "bin" / "planner"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m planner "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    room = tmp_path / "room"
    path = f"{command.parent}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "PLANNER_REPORTS": str(room / "reports")}

    def output(number: int, commands: str = "") -> str:
        shutil.copytree(CASES / "small", room)
        shutil.copytree(CASES / str(number), room, dirs_exist_ok=True)
        words = ["bash", "-c", commands or (room / "run.txt").read_text(encoding="utf-8")]
        done = subprocess.run(words, cwd=room, env=env, capture_output=True, timeout=300, check=False)
        return (done.stdout + done.stderr).decode("utf-8", "replace")

    return output


def marked(numbers: set[int] | dict[int, Right]) -> list[object]:
    """Parameters for the cases; those that are still wrong are expected to fail."""
    marks = {n: [pytest.mark.xfail(strict=True, reason="still wrong")] for n in STILL_WRONG}
    return [pytest.param(n, id=str(n), marks=marks.get(n, [])) for n in sorted(numbers)]


@pytest.mark.slow
@pytest.mark.parametrize("number", marked(RIGHT))
def test_the_answer_is_right(run: Callable[[int, str], str], number: int) -> None:
    right = RIGHT[number]
    commands = right.command or (CASES / str(number) / "run.txt").read_text(encoding="utf-8")
    if "soffice" in commands and not shutil.which("soffice"):
        pytest.skip("needs LibreOffice")
    said = run(number, right.command)
    assert re.search(right.says, said, re.MULTILINE), said
    assert not re.search(right.never, said), said


@pytest.mark.slow
@pytest.mark.parametrize("number", marked({10}))
def test_a_goal_out_of_reach_asks_for_as_much_as_one_in_reach(run: Callable[[int, str], str], number: int) -> None:
    plans = [f"planner optimize model.toml --set claims.power.level={mw} --quiet" for mw in (5000000, 5000)]
    built = re.findall(r"([\d.,]+) MW +NOT KEPT", run(number, "; planner show latest; ".join([*plans, ""])))
    assert len(built) == 2
    assert built[0] == built[1] != "0"


@pytest.mark.slow
@pytest.mark.parametrize("number", marked({41}))
def test_authority_before_the_horizon_is_not_lost_without_a_word(run: Callable[[int, str], str], number: int) -> None:
    later = "--set programme.horizon.first_year=2027"
    said = run(
        number,
        f"planner check model.toml {later}; planner optimize model.toml {later} --quiet; planner show latest --json",
    )
    spent = sum(
        float(x) for x in re.findall(r'"20\d\d": ([\d.]+)', said.partition("spend_by_year")[2].partition("}")[0])
    )
    assert spent > 96e6 or re.search("2026.*(lost|before the horizon)", said), said


@pytest.mark.slow
@pytest.mark.parametrize("number", marked({45}))
def test_equal_sites_give_one_plan(run: Callable[[int, str], str], number: int) -> None:
    chosen = set(re.findall(r"^\[?('[AB]'|\d)", run(number, ""), re.MULTILINE))
    assert len(chosen) <= 1


@pytest.mark.slow
@pytest.mark.parametrize("number", marked({62}))
def test_no_line_is_wider_than_the_terminal(run: Callable[[int, str], str], number: int) -> None:
    if not shutil.which("script"):
        pytest.skip("needs script")
    assert int(run(number, "").split()[-1]) <= 60


def test_every_case_has_a_right_answer_and_is_asked_for_it() -> None:
    there = {int(folder.name) for folder in CASES.iterdir() if folder.name.isdigit()}
    listed = {
        int(n) for n in re.findall(r"^\| (\d+) \|", (CASES / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert listed == there
    assert {*RIGHT, *NEEDS, 10, 41, 45, 62} == there
