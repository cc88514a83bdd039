"""What is not safe to read is refused within a second and 300 MB, in words and without a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faulty import ROOT
from hostile import SHEET, cases, unzipped, zipped
from tiny import write_tiny

from planner.errors import InputError
from planner.inputs import read
from planner.workbook import template

#: the promise is 1 s; a shared machine is given more, in seconds of its processor; -s prints what it took
SECONDS, MEGABYTES = 3.0, 300.0


def _sound() -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        model = write_tiny(Path(folder))
        path = Path(folder) / "inputs.xlsx"
        template.write(path, read.load(model))
        return path.read_bytes()


SOUND = _sound()
CASES = list(cases(SOUND))


PROGRAM = """
import sys, time
from pathlib import Path
from planner.cli import run_command
code = run_command(["check", sys.argv[1], "--json", *sys.argv[3:]])
high = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
Path(sys.argv[2]).write_text(f"{high.split()[1]} {time.process_time()} {'pandas' in sys.modules}")
sys.exit(code)
"""


def check(path: Path, *words: str) -> tuple[int, str, str, float, float, bool]:
    """Exit code, both streams, processor seconds, MB, and whether pandas came in: ``planner check`` by itself."""
    used = path.parent.parent / f"{path.parent.name}.used"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path), str(used), *words],
        cwd=path.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    kilobytes, seconds, heavy = used.read_text().split()
    return done.returncode, done.stdout, done.stderr, float(seconds), int(kilobytes) / 1024, heavy == "True"


every_case = pytest.mark.parametrize(("name", "make", "word"), CASES, ids=[name for name, _, _ in CASES])


@every_case
def test_refused_in_words(tmp_path: Path, name: str, make: Callable[[], bytes], word: str) -> None:
    path = tmp_path / "inputs.xlsx"
    path.write_bytes(make())
    with pytest.raises(InputError) as refused:
        read.load(path)
    assert any(word in fault.found + fault.allowed for fault in refused.value.faults), refused.value.faults
    assert {fault.file for fault in refused.value.faults} == {"inputs.xlsx"}


@pytest.mark.slow
@every_case
def test_refused_quickly(tmp_path: Path, name: str, make: Callable[[], bytes], word: str) -> None:
    path = tmp_path / "inputs.xlsx"
    path.write_bytes(make())
    code, out, err, seconds, megabytes, heavy = check(path)
    print(f"{name}: {seconds:.2f} s, {megabytes:.0f} MB")
    assert not heavy, "a library is imported before the file is refused"
    assert (code, err) == (3, "")
    assert json.loads(out)["error"]["faults"]
    assert seconds < SECONDS
    assert megabytes < MEGABYTES
    assert sorted(p.name for p in tmp_path.iterdir()) == ["inputs.xlsx"]


def test_a_bomb_in_a_process_of_its_own(tmp_path: Path) -> None:
    """One of them in the quick suite; all are in the slow one."""
    bomb = next(make for name, make, _ in CASES if name == "half a million cells")
    test_refused_quickly(tmp_path, "bomb", bomb, "")


def test_the_sound_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "inputs.xlsx"
    path.write_bytes(SOUND)
    code, out, err, *_ = check(path)
    assert (code, err) == (0, "")
    assert json.loads(out)["valid"] is True


def test_a_dimension_alone_does_no_harm(tmp_path: Path) -> None:
    parts = unzipped(SOUND)
    sheet = parts[SHEET]
    at = sheet.index(b"<dimension ref=")
    end = sheet.index(b">", at)
    parts[SHEET] = sheet[:at] + b'<dimension ref="A1:XFD1048576"/' + sheet[end:]
    path = tmp_path / "inputs.xlsx"
    path.write_bytes(zipped(parts))
    code, _, _, seconds, megabytes, _ = check(path)
    assert code == 0
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


def test_a_hyperlink_does_no_harm(tmp_path: Path) -> None:
    """Excel makes one of every address that is typed; nothing follows it."""
    parts = unzipped(SOUND)
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" '
        b'Target="https://www.example.com/" TargetMode="External"/></Relationships>'
    )
    path = tmp_path / "inputs.xlsx"
    path.write_bytes(zipped(parts))
    assert check(path)[0] == 0
