"""Everything that can go wrong, as a tree.

PlannerError
├── UsageError         2  the call's words are off
├── InputError         3  inputs are wrong; carries every fault found
├── StorageError       8  the file system refused
├── VerificationError  7  a plan broke a rule; names the rules
└── RunNotFound        2  no such run
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with an input, at the precision of a cell."""

    file: str
    row: int | None
    column: str
    found: str
    allowed: str
    suggestion: str = ""
    sheet: str = ""
    cell: str = ""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    @property
    def at(self) -> str:
        """Sheet and cell as a spreadsheet writes them: Sites!D7, 'Grid tranches'!B9."""
        quote = "" if self.sheet.isidentifier() else "'"
        sheet = quote + self.sheet.replace("'", "''") + quote
        return f"{sheet}!{self.cell}" if self.cell else f"sheet {sheet}"

    def sentence(self) -> str:
        """File, cell or row, and column; then what is wrong."""
        row = f", row {self.row}" if self.row and not self.cell else ""
        sheet = f", {self.at}" if self.sheet else ""
        place = self.file + sheet + row + (f", {self.column}" if self.column else "")
        advice = f" {self.suggestion}" if self.suggestion else ""
        return f"{place}: found {self.found}; allowed: {self.allowed}.{advice}"


class PlannerError(Exception):
    """Base of all errors that are answered politely; ``code`` is the exit code."""

    code = 9
    name = "internal"


class UsageError(PlannerError):
    code = 2
    name = "usage"


class RunNotFound(UsageError):
    name = "run-not-found"


class InputError(PlannerError):
    """Carries every independent fault."""

    code = 3
    name = "invalid-input"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        count = len(self.faults)
        super().__init__(f"{count} fault{'s' if count != 1 else ''} in the inputs")


class StorageError(PlannerError):
    code = 8
    name = "file-system"


class VerificationError(PlannerError):
    """A plan that breaks a rule is never published."""

    code = 7
    name = "verification"
