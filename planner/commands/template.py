"""``planner template``: the inputs of a programme as a workbook to edit."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from planner.errors import UsageError
from planner.options import Debug, Edits, Json, Model, Quiet
from planner.terminal import Style


def template(
    model: Model = None,
    out: Annotated[Path, typer.Option("--output", "-o", metavar="XLSX", help="The workbook to write.")] = Path(
        "inputs.xlsx"
    ),
    edits: Edits = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a workbook that is there.")] = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Write the inputs of a programme as an Excel workbook to edit; 'check' and 'optimize' read it back.

    One sheet a table, with units, meaning, bounds, lists and sources. Read back unedited it is the same programme.
    """
    style = Style(json, quiet, debug)
    target = out.expanduser().absolute()
    if target.suffix.lower() != ".xlsx":
        raise UsageError(f"--output {out}: the name of an Excel workbook, ending in .xlsx")
    if target.exists() and not force:
        raise UsageError(f"{target} is there already, and may hold edits; --force replaces it")
    from planner.inputs import read

    case = read.load(model, tuple(edits or ()))
    from planner.files import replacing
    from planner.workbook.template import write

    style.say("Writing the workbook and reading it back")
    with replacing(target) as draft:
        write(draft, case)
    rows = sum(len(table) for table in case.tables.values())
    document = {
        "schema": "planner/template/1",
        "model": case.name,
        "title": case.programme.title,
        "changes": list(case.changes),
        "inputs_sha256": case.sha256,
        "tables": len(case.tables),
        "rows": rows,
        "files": [str(target)],
    }
    lines = (
        case.programme.title,
        f"{len(case.tables)} tables, {rows:,} rows, in {target}",
        f"Edit it, then: planner check {out}, planner optimize {out}",
    )
    style.answer(document, "\n".join(lines), str(target))
    return 0
