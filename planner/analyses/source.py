"""What an analysis asks about: a programme, or the inputs of a stored run, read again with each edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from planner import store
from planner.errors import InputError
from planner.inputs import read
from planner.inputs.case import Case


@dataclass(frozen=True)
class Source:
    """A programme file (None: the reference) with its edits; ``run`` is the folder of a stored run it comes from."""

    model: str | None
    edits: tuple[str, ...] = ()
    run: Path | None = None

    @classmethod
    def find(cls, given: str | None, edits: Sequence[str], reports: Path) -> Source:
        """A stored run where the words name one and no programme, else a programme."""
        folder = store.find_run_or_none(reports, given) if given and not _is_programme(given) else None
        if folder is None:
            return cls(given, tuple(edits))
        return cls(str(folder / "inputs" / "model.toml"), tuple(edits), folder)

    @property
    def words(self) -> str:
        """As a command line names it."""
        name = self.run.name if self.run else self.model or "federal-ai"
        return " ".join([name, *(f"--set {edit}" for edit in self.edits)])

    def case(self, edits: Sequence[str] = ()) -> Case:
        """The Case with further edits. Raises InputError where they make an input invalid."""
        return read.load(self.model, (*self.edits, *edits))

    def case_or_none(self, edits: Sequence[str]) -> Case | None:
        """None where the edits leave the range of what an input may be: such a change is not on offer."""
        try:
            return self.case(edits)
        except InputError:
            return None


def _is_programme(given: str) -> bool:
    from planner.inputs import shipped

    return Path(given).suffix == ".toml" or given in shipped.models()
