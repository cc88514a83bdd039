"""The inputs of a programme as a workbook to edit, and a user's workbook with its faults marked."""

from __future__ import annotations

from pathlib import Path

from planner.errors import VerificationError
from planner.inputs.case import Case
from planner.workbook.template.marks import mark_up
from planner.workbook.template.pages import build

__all__ = ["mark_up", "write"]


def write(path: Path, case: Case) -> None:
    """Write the template; the same case gives the same bytes.

    It is read back before it is left: VerificationError where that would be another case.
    """
    from planner.inputs import read
    from planner.workbook.finish import pack, parts_of

    pack(path, parts_of(build(case)), case.programme.as_of)
    found = read.load(path).sha256
    if found != case.sha256:
        raise VerificationError("the workbook would not read back as the inputs it was written from")
