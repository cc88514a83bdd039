"""What every view works with: the store, the queue, the programme; and what it costs to look at them."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.datastructures import URL

from planner import files as fs
from planner.app.jobs import Queue
from planner.app.shelf import Row, Shelf
from planner.errors import PlannerError, UsageError
from planner.inputs import read, shipped
from planner.registry import run_name

UPLOADS = ".uploads"
ENDINGS = (".xlsx", ".toml")


@dataclass
class Desk:
    """One program that serves pages. ``trouble`` is why the queue does not move, in words."""

    shelf: Shelf
    queue: Queue
    model: str
    trouble: str = ""

    @property
    def reports(self) -> Path:
        return self.shelf.reports

    def models(self) -> list[str]:
        """Programmes to ask about: that of the command, those that ship, workbooks that were given."""
        folder = self.reports / UPLOADS
        given = [str(p) for p in sorted(folder.glob("*")) if p.suffix in ENDINGS and not p.name.startswith(".")]
        return list(dict.fromkeys([self.model, *shipped.models(), *given]))

    def take_in(self, name: str, data: bytes) -> str:
        """Keep a workbook that a person gave, under a name of its own. UsageError where it is none."""
        path = Path(name)
        if path.suffix.lower() not in ENDINGS:
            allowed = "a workbook as 'planner template' makes (.xlsx), or a programme (.toml)"
            raise UsageError(f"{path.name} is no workbook: choose {allowed}.")
        if len(data) > fs.LARGEST_INPUT:
            raise UsageError(f"{path.name} has more than {fs.LARGEST_INPUT >> 20} MB, which no workbook of inputs has.")
        digest = hashlib.sha256(data).hexdigest()[:8]
        kept = self.reports / UPLOADS / f"{run_name(None, path.stem)}-{digest}{path.suffix.lower()}"
        with fs.replacing(kept) as draft:
            draft.write_bytes(data)
        try:
            read.load(kept)
        except PlannerError:
            kept.unlink()
            raise
        return str(kept)


def called(model: str) -> str:
    """What a person calls a programme: its name without the folder."""
    return Path(model).stem if model.endswith(ENDINGS) else model


def command_line(model: str, words: Sequence[str], *more: str) -> str:
    """The words that a terminal repeats a question with."""
    given = [part for word in words for part in ("--set", word)]
    return shlex.join(["planner", "optimize", model, *given, *more])


def repeats(row: Row) -> str:
    """The command line that repeats a run: from its programme where that ships, else from what it recorded."""
    if row.model in shipped.models():
        return command_line(row.model, row.changes)
    return shlex.join(["planner", "rerun", row.run])


def address(path: str, **query: str) -> str:
    """The address of a view on this page."""
    return str(URL(path).include_query_params(**query))
