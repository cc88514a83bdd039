"""Checks mutated inputs in one process of bounded memory: python batch.py ROOM FIRST COUNT; a line of JSON for each.

Each tenth input is one of the shipped data set, the others are of a small one, which is built as well if it is valid.
"""

from __future__ import annotations

import contextlib
import faulthandler
import io
import json
import random
import resource
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mutate import mutated
from small import free_tables, gates, programme
from tiny import write_tiny
from typer import main as typer_main

from planner.cli import app, run_command
from planner.inputs import read, shipped
from planner.workbook import template

BASES = (*["small"] * 9, "shipped")
KINDS = ("csv", "csv", "toml", "xlsx")
MEMORY_BYTES = 1 << 30
#: processor seconds that the promise is about, and wall seconds after which the process says where it hangs
LONGEST_SECONDS = 60

CLAIM = {
    "id": "power",
    "claim": "Ten MW",
    "said_by": "pencil",
    "metric": "power",
    "tier": "commissioned",
    "level": 10.0,
}
CLAIM |= {"unit": "MW", "by": 2028, "binding": "goal", "price_usd": 1.0}


def prepare(room: Path) -> None:
    """Sound inputs of both bases: a programme beside its data folder, and a workbook."""
    write_tiny(room / "small", gates(free_tables()), programme(claims=[CLAIM]))
    shipped_folder = room / "shipped"
    shutil.copytree(shipped.data_folder("federal-ai"), shipped_folder / "federal-ai")
    for model in shipped.models():
        shutil.copy(shipped.model_file(model), shipped_folder)
    for folder, model in ((room / "small", "model"), (shipped_folder, "federal-ai")):
        template.write(folder / "inputs.xlsx", read.load(folder / f"{model}.toml"))


@contextlib.contextmanager
def changed(path: Path, dice: random.Random) -> Iterator[str]:
    """A file with other bytes for a while."""
    sound = path.read_bytes()
    what, data = mutated(dice, path.name, sound)
    path.write_bytes(data)
    try:
        yield what
    finally:
        path.write_bytes(sound)


def command(*words: str) -> tuple[int, str, str, float]:
    """Exit code, both streams and processor seconds."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        began = time.process_time()
        code = run_command(list(words))
    return code, out.getvalue(), err.getvalue(), time.process_time() - began


def tried(room: Path, seed: int) -> dict[str, Any]:
    """One input: what was changed and what the commands made of it."""
    dice = random.Random(seed)
    folder = room / BASES[seed % len(BASES)]
    kind = KINDS[seed // len(BASES) % len(KINDS)]
    model = folder / ("model.toml" if folder.name == "small" else "federal-ai.toml")
    path = dice.choice(sorted(folder.rglob(f"*.{kind}")))
    asked = model if kind == "csv" else path
    with changed(path, dice) as what:
        marked = ["--mark-up", str(room / "marked.xlsx")] if kind == "xlsx" and dice.random() < 0.2 else []
        answers = [command("check", str(asked), "--json", *marked)]
        if kind == "csv" and dice.random() < 0.2:
            answers.append(command("check", str(path.parent), "--json"))
        if answers[0][0] == 0 and folder.name == "small":
            answers.append(command("optimize", str(asked), "--dry-run", "--json"))
    bad = [answer for answer in answers if answer[0] not in (0, 2, 3) or not one_document(answer[1])]
    wrong = [(code, out[-600:], err[-600:]) for code, out, err, _ in bad]
    status = Path("/proc/self/status").read_text(encoding="ascii")  # ru_maxrss would count what the parent had
    peak = 1024 * int(status.partition("VmHWM:")[2].split()[0])
    seconds = max(took for *_, took in answers)
    codes = [code for code, *_ in answers]
    name = path.relative_to(room).as_posix()
    return {"seed": seed, "file": name, "what": what, "codes": codes, "seconds": seconds, "peak": peak, "wrong": wrong}


def one_document(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def main(room: Path, first: int, count: int) -> None:
    prepare(room)
    parser = typer_main.get_command(app)  # made once, not for each of thousands of commands
    typer_main.get_command = lambda _: parser  # type: ignore[assignment]
    command("optimize", str(room / "small" / "model.toml"), "--dry-run", "--json")
    command("check", str(room / "shipped" / "inputs.xlsx"), "--json")
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES, taken + MEMORY_BYTES))
    for seed in range(first, first + count):
        faulthandler.dump_traceback_later(LONGEST_SECONDS, exit=True)
        print(json.dumps(tried(room, seed)), flush=True)
        faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
