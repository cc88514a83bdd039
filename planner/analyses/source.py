"""What an analysis asks about: a programme, or the inputs of a stored run, read again with each edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from planner import store
from planner.errors import InputError, RunNotFound, UsageError
from planner.inputs import read, shipped
from planner.inputs.case import Case
from planner.inputs.parse import did_you_mean


@dataclass(frozen=True)
class Source:
    """A programme file (None: the reference) with its edits; ``run`` is the folder of a stored run it comes from.

    ``given`` is what the user called it.
    """

    model: str | None
    edits: tuple[str, ...] = ()
    run: Path | None = None
    given: str | None = None

    @classmethod
    def find(cls, given: str | None, edits: Sequence[str], reports: Path) -> Source:
        """What a name stands for, the same for every command: a stored run first, else a programme.

        A path to a programme, as models/federal-ai.toml, is never a run. UsageError where it is neither.
        """
        folder = store.find_run_or_none(reports, given) if given and not given.endswith(".toml") else None
        if folder is not None:
            return cls(str(folder / "inputs" / "model.toml"), tuple(edits), folder, given)
        if given is not None and not Path(given).expanduser().exists() and shipped.named(Path(given)) is None:
            names = [*shipped.models(), *dict.fromkeys(info.name for info in store.runs(reports)), "latest"]
            advice = did_you_mean(given, names, "'planner runs' lists the runs.")
            raise UsageError(f"{given} is neither a stored run in {reports} nor a programme. {advice}")
        return cls(given, tuple(edits), None, given)

    @property
    def taken_as(self) -> str:
        """``run <id>`` or ``programme <name>``."""
        return f"run {self.run.name}" if self.run else f"programme {self.model or shipped.DEFAULT_MODEL}"

    @property
    def note(self) -> str:
        """Which was taken, where the name is that of a run and of a programme; else empty."""
        if self.run is None or self.given is None or shipped.named(Path(self.given)) is None:
            return ""
        path = f"models/{self.given}.toml"
        return f"{self.given}: taken as the stored run {self.run.name}; give a path or {path} for the programme"

    @property
    def words(self) -> str:
        """As a command line names it."""
        name = self.run.name if self.run else self.model or "federal-ai"
        return " ".join([name, *(f"--set {edit}" for edit in self.edits)])

    def case(self, edits: Sequence[str] = ()) -> Case:
        """The Case with further edits. Raises InputError where they make an input invalid."""
        return read.load(self.model, (*self.edits, *(self._units if edits else ()), *edits))

    @cached_property
    def _units(self) -> tuple[str, ...]:
        """Edits that say claims of another unit in that of the model, in which further edits are."""
        case = read.load(self.model, self.edits)
        return tuple(
            f"claims.{c.id}.{field}={value!r}" if field != "unit" else f"claims.{c.id}.unit={value}"
            for c in case.programme.claims
            if case.converted(c)
            for field, value in (("unit", c.unit), ("price_usd", c.price_usd), ("level", c.level))
            if value is not None
        )

    def case_or_none(self, edits: Sequence[str]) -> Case | None:
        """None where the edits leave the range of what an input may be: such a change is not on offer."""
        try:
            return self.case(edits)
        except InputError:
            return None


def stored_run(given: str, reports: Path) -> Path:
    """The run that a name stands for, for commands that ask about runs alone."""
    source = None if shipped.named(Path(given)) is None else Source.find(given, (), reports)
    if source is not None and source.run is None:
        raise RunNotFound(f"{given} is a programme without a stored run; 'planner optimize {given}' makes one")
    return store.find(reports, given)
