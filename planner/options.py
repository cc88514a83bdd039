"""The words that several commands share, and the examples of their help."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer


def run_names(incomplete: str) -> list[str]:
    """Names and ids of stored runs that begin so, for the completion of a shell."""
    from planner import registry

    known = registry.runs(registry.reports_folder())
    names = dict.fromkeys(["latest", *(info.name for info in known), *(info.run for info in known)])
    return [name for name in names if name.startswith(incomplete)]


def model_names(incomplete: str) -> list[str]:
    """Names of the programmes that ship and begin so."""
    from planner.inputs import shipped

    return [name for name in shipped.models() if name.startswith(incomplete)]


Model = Annotated[
    str | None,
    typer.Argument(
        metavar="MODEL", help="Programme: a name that ships, a TOML file or a workbook.", autocompletion=model_names
    ),
]
Run = Annotated[
    str,
    typer.Argument(metavar="RUN", help="A run: its id, its name, its folder, or 'latest'.", autocompletion=run_names),
]
Asked = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN_or_MODEL",
        help="A stored run, or a programme (name or TOML file).",
        autocompletion=lambda incomplete: [*run_names(incomplete), *model_names(incomplete)],
    ),
]
Edits = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        "--what-if",
        metavar="EDIT",
        help="Change inputs: table.key.column=value (or +10%, *2), += adds, table.key=drop; or a what-if by its name.",
    ),
]


def share(text: str) -> float:
    """A share from 0 to 1, as 0.005 or 0.5%."""
    from planner.inputs.numerals import NUMBER, number_of

    digits = number_of(text)
    if not NUMBER.fullmatch(digits) or not 0 <= float(digits) <= 1:
        raise typer.BadParameter(f"'{text}' is no share from 0 to 1: write 0.005 or 0.5%.")
    return float(digits)


Gap = Annotated[
    float | None,
    typer.Option(
        parser=share, metavar="SHARE", help="Gap of a proof, a share of present cost: 0.5%. [default: the programme's]"
    ),
]
Budget = Annotated[
    str | None, typer.Option("--budget", metavar="USD", help="Another budget: 60B, 60e9, or a change, as -20%.")
]
Demand = Annotated[Literal["low", "mid", "high"] | None, typer.Option("--demand", help="Another path of demand.")]
Without = Annotated[
    list[str] | None, typer.Option("--without", metavar="PROMISE", help="Only report this promise; may be given again.")
]
Open = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]
AcceptFormulas = Annotated[
    bool, typer.Option("--accept-formulas", help="Take the last value of formulas in a workbook; the run records each.")
]
Reports = Annotated[
    Path | None,
    typer.Option("--reports", metavar="DIR", help="Where runs live. [default: PLANNER_REPORTS, or reports]"),
]
Json = Annotated[bool, typer.Option("--json", help="Exactly one JSON document on stdout.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="The result in brief, no progress and no messages.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")]


def pulled(
    model: str | Path | None,
    edits: Sequence[str] | None,
    budget: str | None,
    demand: str | None,
    without: Sequence[str] | None,
) -> list[str]:
    """The edits of the plain levers, then those that were given in full."""
    if budget is None and demand is None and not without:
        return list(edits or ())
    from planner.inputs import levers

    return [*levers.edits(model, budget, demand, without or ()), *(edits or ())]
