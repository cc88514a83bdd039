"""The only reader of disk: a programme file and the tables it names, or one workbook, become a checked Case."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from planner.collection import no_collection
from planner.errors import Fault, InputError, UsageError
from planner.files import read_input
from planner.inputs import (
    actuals,
    check,
    check_actuals,
    check_figures,
    check_names,
    check_programme,
    check_soft,
    check_spans,
    excel,
    named,
    parse,
    service,
    shipped,
    what_if,
    written,
)
from planner.inputs.edit_tables import edit_tables
from planner.inputs.parse import Sheet, did_you_mean, listing
from planner.inputs.schema import TABLES, Table

if TYPE_CHECKING:
    from planner.inputs.actuals import Actual
    from planner.inputs.case import Case
    from planner.inputs.programme import Programme, ServiceKey


@no_collection()
def load(
    model: str | Path | None = None,
    edits: Sequence[str | what_if.Given] = (),
    accept_formulas: bool = False,
    reports: Path | None = None,
) -> Case:
    """The Case of a programme: a path to a .toml or a workbook, or the name of a shipped one.

    ``edits`` are PATH=VALUE or named what-ifs, in their order. ``reports`` is where a run that ``serve_as`` names
    is looked for, if not in the usual folder.

    Raises InputError with every independent fault, UsageError where there is no such programme.
    """
    path = _find(model)
    if excel.is_workbook(path):
        return _workbook(path, edits, accept_formulas, reports)
    asked, faults = written.read(path)
    if asked is None:
        raise InputError(faults)
    edited, asked_for, changes, wrong = _edited(asked.raw, edits)
    faults += wrong
    folder = _data_folder(asked.path_of("data"), asked.raw.get("data"), edited, faults)
    sheets, wrong = _sheets(folder) if folder is not None else (None, [])
    whole = _whole(asked.raw, asked.file_of, edited, sheets, changes)
    faults += wrong + whole.faults
    served = _served(whole, asked.path_of("serve_as").parent, reports, faults)
    if faults or whole.programme is None or sheets is None:
        raise InputError(sorted(set(faults), key=_order))
    case = _case(path.stem, whole, asked_for, served)
    return _happened(case, asked.path_of("actuals").parent)


def _workbook(path: Path, edits: Sequence[str | what_if.Given], accept_formulas: bool, reports: Path | None) -> Case:
    """The same way for a workbook, whose faults are reported at their cells."""
    book = excel.load(path, accept_formulas)
    edited, asked_for, changes, faults = _edited(book.raw, edits)
    if "data" in edited:
        faults.append(Fault("--set", None, edited["data"], "another data set", "the tables of the workbook itself"))
    whole = _whole(book.raw, book.file_of, edited, book.sheets, changes)
    faults += whole.faults
    served = _served(whole, path.parent, reports, faults)
    faults = excel.located(book, faults)
    if faults or whole.programme is None:
        raise InputError(sorted(set(faults), key=excel.order))
    return _happened(_case(path.stem, whole, asked_for, served, book.accepted), path.parent)


class _Whole(NamedTuple):
    """A programme with its tables, edits made: what was found in them, and which field a fault speaks of."""

    programme: Programme | None
    sheets: dict[str, Sheet]
    remarks: list[str]
    faults: list[Fault]
    file_of: check_programme.FileOf
    edited: dict[str, str]


def _edited(
    raw: dict[str, Any], edits: Sequence[str | what_if.Given]
) -> tuple[dict[str, str], named.Expanded, list[what_if.Edit], list[Fault]]:
    """Make the edits of the programme; the answer says which fields they set."""
    asked_for, faults = named.expand(edits)
    changes, wrong = what_if.parse_edits(asked_for.edits)
    edited, refused = what_if.edit_programme(raw, changes)
    return edited, asked_for, changes, faults + wrong + refused


def _whole(
    raw: dict[str, Any],
    file_of: check_programme.FileOf,
    edited: dict[str, str],
    sheets: dict[str, Sheet] | None,
    changes: list[what_if.Edit],
) -> _Whole:
    """Make the edits of the tables, and check all but the service of another run."""
    programme, faults = check_programme.validate(raw, file_of, edited)
    remarks: list[str] = []
    if programme is not None:
        absolute = {
            dotted for dotted, path in edited.items() if any(e.path == path and not e.scales() for e in changes)
        }
        programme, remarks, wrong = check_programme.in_units(programme, file_of, edited, absolute)
        faults += wrong
    if sheets is not None:
        faults += edit_tables(sheets, changes) + _tables(sheets)
        if programme is not None:
            faults += check_programme.check(programme, sheets, file_of, edited)
            remarks += check_spans.remarks(programme, sheets)
    return _Whole(programme, sheets or {}, remarks, faults, file_of, edited)


def _served(whole: _Whole, home: Path, reports: Path | None, faults: list[Fault]) -> dict[ServiceKey, float]:
    """The service of the run that ``serve_as`` names."""
    if whole.programme is None or not whole.sheets:
        return {}
    served, refused = service.read(whole.programme, home, whole.sheets, reports)
    faults += check_programme.fault("serve_as", refused, whole.file_of, whole.edited)
    return served


def _case(
    name: str, whole: _Whole, asked_for: named.Expanded, path: dict[ServiceKey, float], accepted: Sequence[str] = ()
) -> Case:
    from planner.inputs.case import Case

    assert whole.programme is not None
    tables = {name: sheet.frame() for name, sheet in whole.sheets.items()}
    changes = (*(edit.text for edit in asked_for.edits), *accepted)
    return Case(name, whole.programme, tables, changes, asked_for.names, path, tuple(whole.remarks))


def _happened(case: Case, home: Path) -> Case:
    """The case with the table that its programme calls its actuals; InputError with every fault in it."""
    name = case.programme.actuals
    return case if name is None else with_actuals(case, home / Path(name).expanduser())


def with_actuals(case: Case, given: Path | Sequence[Actual], as_of: str | None = None) -> Case:
    """The case planned again from a date (its own), after what a table or its rows say happened.

    At the opening nothing is past, and the case is the one without actuals. InputError with every fault of a table.
    """
    at = as_of or case.programme.as_of
    name = given.name if isinstance(given, Path) else actuals.COPY
    later = replace(case, programme=case.programme.model_copy(update={"as_of": at, "actuals": name}))
    rows, faults = check_actuals.read(given, later) if isinstance(given, Path) else (tuple(given), [])
    if faults:
        raise InputError(faults)
    if not later.past:
        return replace(case, programme=case.programme.model_copy(update={"as_of": at, "actuals": None}))
    return replace(later, actuals=rows)


def claims(model: str | Path | None = None) -> list[dict[str, Any]]:
    """The promises of a programme as they are written, before anything is checked."""
    path = _find(model)
    if excel.is_workbook(path):
        raw = excel.load(path, True).raw
    else:
        asked, faults = written.read(path)
        if asked is None:
            raise InputError(faults)
        raw = asked.raw
    rows = raw.get("claims")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def check_folder(path: Path) -> list[Fault]:
    """Every fault of a folder of tables, without a programme."""
    sheets, faults = _sheets(Path(path))
    faults += _tables(sheets)
    return sorted(set(faults), key=_order)


def _tables(sheets: dict[str, Sheet]) -> list[Fault]:
    """Faults of the tables: cells first, then what rows say of one another."""
    return [fault for rules in (check, check_names, check_soft, check_figures) for fault in rules.check(sheets)]


def _order(fault: Fault) -> tuple[str, int, str, str]:
    return fault.file, fault.row or 0, fault.column, fault.found


def _find(model: str | Path | None) -> Path:
    if model is None:
        return shipped.model_file(shipped.DEFAULT_MODEL)
    path = Path(model).expanduser()
    if re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", path.name):
        raise UsageError(f"the name of {str(model)!a} holds what no report can show; give the file another name")
    if path.is_file():
        return path
    if (name := shipped.named(path)) is not None:
        return shipped.model_file(name)
    if path.is_dir():
        raise UsageError(f"{model} is a folder; name a programme file (.toml), a workbook or a shipped programme")
    beside = [str(p) for s in ("toml", "xlsx") for p in path.parent.glob(f"*.{s}")] if path.parent.is_dir() else []
    advice = did_you_mean(str(model), [*shipped.models(), *beside])
    raise UsageError(f"no programme {model}: neither a file nor one of {listing(shipped.models())}. {advice}".strip())


def _data_folder(model: Path, name: object, edited: dict[str, str], faults: list[Fault]) -> Path | None:
    """Beside the programme, then in the data folder beside its folder, then shipped."""
    if not isinstance(name, str) or not name:
        return None
    home = model.parent
    places = (home / name, home / ".." / "data" / name, shipped.data_folder(name))
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        around = [where for where in (home, home.parent / "data") if where.is_dir()]
        near = [p.name for where in around for p in where.iterdir() if p.is_dir()]
        file, column = ("--set", edited["data"]) if "data" in edited else (model.name, "data")
        advice = did_you_mean(name, [*shipped.data_sets(), *near])
        faults.append(Fault(file, None, column, name, "a folder beside the programme, or a shipped data set", advice))
    return folder


def _sheets(folder: Path) -> tuple[dict[str, Sheet], list[Fault]]:
    sheets: dict[str, Sheet] = {}
    faults: list[Fault] = []
    there = sorted(p.name for p in folder.iterdir()) if folder.is_dir() else []
    expected = {f"{table.name}.csv" for table in TABLES}
    strays = [name for name in there if name.endswith(".csv") and name not in expected]
    later = [table for table in TABLES if table.may_be_missing and f"{table.name}.csv" not in there]
    for table in TABLES:
        if table not in later:
            sheets[table.name], wrong = _sheet(folder / f"{table.name}.csv", table, strays)
            faults += wrong
    spoken_of = {row.text.get("table", "").strip() for row in sheets["figures"].rows}
    for table in later:
        known = table.name not in spoken_of and not did_you_mean(f"{table.name}.csv", strays)
        sheets[table.name], wrong = (Sheet(table), []) if known else _sheet(folder / f"{table.name}.csv", table, strays)
        faults += wrong
    return sheets, faults


def _sheet(path: Path, table: Table, strays: Sequence[str]) -> tuple[Sheet, list[Fault]]:
    try:
        return parse.split(read_input(path).decode("utf-8-sig"), table)
    except FileNotFoundError:
        fault = Fault(path.name, None, "", "no such file", f"a table: {table.meaning}", did_you_mean(path.name, strays))
    except UnicodeDecodeError as error:
        row = error.object[: error.start].count(b"\n") + 1
        fault = Fault(path.name, row, "", "bytes that are not UTF-8", "UTF-8 text", "Save the file as CSV UTF-8.")
    except OSError as error:
        fault = Fault(path.name, None, "", f"a file that cannot be read ({error.strerror})", "a readable file")
    return Sheet(table, lost=True), [fault]
