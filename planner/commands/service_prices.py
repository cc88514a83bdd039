"""``planner service-prices``: how the price of service follows from what a rack costs a seller."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.options import Debug, Edits, Json, Model, Quiet
from planner.terminal import Style


def service_prices(
    model: Model = None,
    edits: Edits = None,
    out: Annotated[Path | None, typer.Option("--out", metavar="PAGE.md", help="Write the page in Markdown.")] = None,
    write: Annotated[
        Path | None,
        typer.Option("--write", metavar="FOLDER", help="Write margin and prices into the tables of a data folder."),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Compute the price of service by user cost: the formula, the fit to quotes, prices by year, return by chip.

    The prices in the data do not move with edits. This command computes them anew from the edited tables.
    """
    from planner import files
    from planner.answers import service_prices as answer
    from planner.inputs import priced, read

    style = Style(json, quiet, debug)
    case = read.load(model, tuple(edits or ()))
    document, text = answer.document(case), answer.text(case)
    if out is not None:
        with files.replacing(out) as draft:
            draft.write_text(answer.page(case), encoding="utf-8")
        text += f"\n{out}"
    if write is not None:
        priced.write(case, write)
        text += f"\nMargin and prices are written into {write}."
    style.answer(document, text)
    return 0
