"""``planner check``: every fault of the inputs at once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from planner.errors import InputError, UsageError
from planner.options import AcceptFormulas, Debug, Edits, Json, Quiet
from planner.terminal import Style


def check(
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="MODEL_or_FOLDER", help="A programme, a workbook of inputs, or a folder of data tables."
        ),
    ] = None,
    edits: Edits = None,
    mark_up: Annotated[
        Path | None,
        typer.Option("--mark-up", metavar="XLSX", help="Write a copy of the workbook with every fault marked."),
    ] = None,
    accept_formulas: AcceptFormulas = False,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> int:
    """Check inputs and name every fault at once: file or sheet, cell, what was found, what is allowed."""
    from planner.inputs import named, read

    style = Style(json, quiet, debug)
    marked = _marked(model, mark_up)
    if model is not None and Path(model).is_dir():
        if edits:
            raise UsageError("--set needs a programme, not a folder of tables")
        faults = read.check_folder(Path(model))
        if faults:
            raise InputError(faults)
        checked: dict[str, Any] = {"checked": str(Path(model).absolute())}
        text = f"{model}: no fault found."
    else:
        try:
            case = read.load(model, tuple(edits or ()), accept_formulas)
        except InputError as error:
            if marked is not None:
                _write(Path(str(model)).expanduser(), marked, error, style)
            raise
        rows = sum(len(table) for table in case.tables.values())
        checked = {
            "checked": case.name,
            "title": case.programme.title,
            "changes": list(case.changes),
            "remarks": list(case.remarks),
            "inputs_sha256": case.sha256,
            "tables": len(case.tables),
            "rows": rows,
        }
        said = {edit.text for edit in named.expand(tuple(edits or ()))[0].edits}
        accepted = [change for change in case.changes if change not in said]
        text = f"{case.programme.title}\nNo fault found in {len(case.tables)} tables, {rows:,} rows."
        text += "".join(f"\nFormula accepted: {change}." for change in accepted)
        text += "".join(f"\n{remark}" for remark in case.remarks)
    if marked is not None:
        style.say(f"Nothing to mark: {marked} was not written.")
    style.answer({"schema": "planner/check/1", "valid": True, "faults": [], **checked}, text)
    return 0


def _marked(model: str | None, target: Path | None) -> Path | None:
    """Where the marked copy goes; never over the workbook itself."""
    if target is None:
        return None
    from planner.inputs import excel

    source = Path(model or "").expanduser()
    if not source.is_file() or not excel.is_workbook(source):
        raise UsageError("--mark-up needs a workbook of inputs; 'planner template' writes one")
    target = target.expanduser().absolute()
    if target.suffix.lower() != ".xlsx":
        raise UsageError(f"--mark-up {target.name}: the name of an Excel workbook, ending in .xlsx")
    if target.resolve() == source.resolve():
        raise UsageError("--mark-up writes a copy: name another file than the workbook that is checked")
    return target


def _write(source: Path, target: Path, error: InputError, style: Style) -> None:
    from planner.files import replacing
    from planner.inputs.excel import Refused

    if isinstance(error, Refused):
        style.say(f"No marked copy: {source.name} was refused as a whole.")
        return
    from planner.workbook.template import mark_up

    try:
        with replacing(target) as draft:
            mark_up(source, draft, error.faults)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as broken:
        style.say(f"No marked copy: {source.name} cannot be written again ({type(broken).__name__}: {broken}).")
        return
    style.say(f"Every fault is marked in {target}.")
