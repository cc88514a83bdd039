"""The words that several commands share, and the examples of their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Model = Annotated[
    str | None, typer.Argument(metavar="MODEL", help="Programme: a name that ships, a TOML file or a workbook.")
]
Run = Annotated[str, typer.Argument(metavar="RUN", help="A run: its id, its name, its folder, or 'latest'.")]
Edits = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "--what-if",
        metavar="EDIT",
        help="Change inputs: table.key.column=value (or +10%, *2), += adds, table.key=drop; or a what-if by its name.",
    ),
]
AcceptFormulas = Annotated[
    bool,
    typer.Option("--accept-formulas", help="Take the last value of formulas in a workbook; the run records each."),
]
Reports = Annotated[
    Path | None,
    typer.Option("--reports", metavar="DIR", help="Where runs live. [default: PLANNER_REPORTS, or reports]"),
]
Json = Annotated[bool, typer.Option("--json", help="Exactly one JSON document on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="The result in brief, no progress and no messages.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")]


def examples(*lines: str) -> str:
    """The end of a help text; a test runs every line."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)
