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

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def sentence(self) -> str:
        place = self.file + (f", row {self.row}" if self.row else "") + (f", {self.column}" if self.column else "")
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
