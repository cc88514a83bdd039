"""What ``check`` accepts, every report can hold; and many what-ifs in one process take no more memory than a few."""

from __future__ import annotations

import html
import os
import subprocess
import sys
from pathlib import Path

import pytest
from small import free_tables, programme
from tiny import write_tiny

from planner import reports, run, store
from planner.errors import InputError
from planner.inputs import read

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from mutate_text import WORDS  # noqa: E402

#: tables whose names stand in reports
NAMED = ("sites", "chips", "agencies", "workloads", "plants", "wbs")


def accepts(model: Path) -> bool:
    try:
        read.load(model)
    except InputError:
        return False
    return True


def test_what_is_accepted_can_be_reported(tmp_path: Path) -> None:
    """Each word is asked of ``check`` alone; those that it accepts are the names of things in one plan."""
    import openpyxl

    accepted = []
    for word in dict.fromkeys(WORDS):
        tables = free_tables()
        tables["sites"][0]["name"] = word
        if accepts(write_tiny(tmp_path / "one", tables, programme(title=word or "x"))):
            accepted.append(word)
    assert 20 < len(accepted) < len(set(WORDS))
    tables, words = free_tables(), list(accepted)
    for name in NAMED:
        for row in tables[name]:
            row["name"] = words.pop() if words else accepted[0]
    claims = [
        {"id": f"c{n}", "claim": word, "said_by": word, "metric": "power", "tier": "secured", "level": 1.0, "by": 2028}
        | {"unit": "MW", "binding": "reported", "note": word}
        for n, word in enumerate(accepted)
    ]
    case = read.load(write_tiny(tmp_path, tables, programme(title=accepted[-1], claims=claims)))
    result = run.optimize(case)
    kept = store.save(tmp_path / "reports", "x", result, lambda at, doc: reports.write(at, case, result.plan, doc)).path
    book = openpyxl.load_workbook(kept / store.WORKBOOK)
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "s"}
    page, summary = ((kept / name).read_text(encoding="utf-8") for name in (store.PAGE, store.SUMMARY))
    for word in accepted:
        assert any(word in cell for cell in cells), word[:80]
        assert word[:200] in html.unescape(page), word[:80]
    assert summary
    book.close()


MEMORY = """
import gc, sys
from pathlib import Path
from small import free_tables, programme
from tiny import write_tiny
from planner import run
from planner.inputs import read

model = write_tiny(Path(sys.argv[1]), free_tables(), programme())
for n in range(int(sys.argv[2])):
    case = read.load(model, (f"sites.A.tariff_usd_per_mwh=+{n % 50}%", f"programme.budget_usd={1e9 + n}"))
    assert run.optimize(case, run.Options(processes=1)).document["verdict"] == "optimal"
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    print(pages * 4096 / 2**20, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_two_hundred_what_ifs_in_one_process_keep_nothing(tmp_path: Path) -> None:
    path = os.pathsep.join(map(str, (HERE.parents[1], HERE.parent)))
    done = subprocess.run(
        [sys.executable, "-c", MEMORY, str(tmp_path), "200"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    megabytes = [float(line) for line in done.stdout.split()]
    assert (done.returncode, len(megabytes)) == (0, 200), done.stderr
    early, late = max(megabytes[20:60]), max(megabytes[160:])
    print(f"MB after 1, 20, 60, 200 what-ifs: {[round(megabytes[n]) for n in (0, 19, 59, 199)]}")
    assert late < 1.1 * early, megabytes
