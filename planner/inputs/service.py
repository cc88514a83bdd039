"""The service that a programme keeps: that of a stored run, or of a CSV, by workload, level and period.

``serve_as`` names the run. What it serves is summed over agencies and tranches of demand, and is kept whole: nothing
more, nothing less, and none where the run has none. A run that is stored holds a copy beside its programme file, which
says what it is a copy of, so that it reads back without the first run.
"""

from __future__ import annotations

import csv
import math
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.errors import RunNotFound
from planner.inputs.check import Sheets, good_rows, sure
from planner.inputs.numerals import NUMBER
from planner.inputs.parse import listing
from planner.inputs.periods import Periods
from planner.inputs.programme import Programme, ServiceKey
from planner.registry import find, reports_folder

#: (found, allowed, suggestion)
Wrong = tuple[str, str, str]
COPY = "service_path.csv"
KEY, AMOUNT, ORIGIN = ("workload_id", "level_id", "period"), "pflops_years", "serve_as"
ALLOWED = "the id, name or path of a stored run with a plan, or the path of a CSV"


@dataclass(eq=False)
class Refused(Exception):
    """Why a service path cannot be taken, as a fault says it."""

    found: str
    allowed: str = ALLOWED
    suggestion: str = ""


def read(
    programme: Programme, home: Path, sheets: Sheets, reports: Path | None
) -> tuple[dict[ServiceKey, float], Wrong | None]:
    """PFLOP/s-years that ``serve_as`` asks for; none where it asks for nothing. ``home`` is the programme's folder."""
    name = programme.serve_as
    if name is None:
        return {}, None
    try:
        return _known(name, _summed(name, _rows(name, programme, home, reports)), programme, sheets), None
    except Refused as refused:
        return {}, (refused.found, refused.allowed, refused.suggestion)


def write(folder: Path, name: str, path: Mapping[ServiceKey, float]) -> None:
    """The copy that a stored run holds, with the full digits of every number."""
    with (folder / COPY).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*KEY, AMOUNT, ORIGIN))
        writer.writerows((*key, repr(amount), name) for key, amount in sorted(path.items()))


def _rows(name: str, programme: Programme, home: Path, reports: Path | None) -> list[dict[str, Any]]:
    copy = _table(home / COPY) if (home / COPY).is_file() else []
    if copy and copy[0].get(ORIGIN) == name:
        return copy
    places = (home / name, Path(name).expanduser())
    file = next((p for p in places if p.suffix == ".csv" and p.is_file()), None)
    return _table(_depth(name, programme, reports) if file is None else file)


def _depth(name: str, programme: Programme, reports: Path | None) -> Path:
    """The table of a stored run that says what it serves, for a run of the same periods."""
    try:
        folder = find(reports_folder(reports), name)
    except RunNotFound as error:
        raise Refused(name, suggestion=f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    table = folder / "tables" / "depth.csv"
    if not table.is_file():
        raise Refused(f"{name}, a run without a plan")
    try:
        theirs = tomllib.loads((folder / "inputs" / "model.toml").read_text(encoding="utf-8"))["horizon"]
    except (OSError, ValueError, KeyError) as error:
        raise Refused(f"{name}, a run whose inputs cannot be read") from error
    own = programme.horizon.model_dump()
    if {**own, **theirs} != own:
        raise Refused(f"{name}, a run of {_span({**own, **theirs})}", f"a run of {_span(own)}, as here")
    return table


def _span(horizon: Mapping[str, Any]) -> str:
    return f"{horizon['periods']} periods of {horizon['months_per_period']} months from {horizon['first_year']} on"


def _table(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused(f"{path.name}, which cannot be read ({error})") from error


def _summed(name: str, rows: Sequence[Mapping[str, Any]]) -> dict[ServiceKey, float]:
    parts: dict[ServiceKey, list[float]] = defaultdict(list)
    for line, row in enumerate(rows, 2):
        if not all(isinstance(row.get(column), str) for column in (*KEY, AMOUNT)):
            raise Refused(f"{name}, whose row {line} lacks a cell", f"a table with {', '.join((*KEY, AMOUNT))}")
        amount = float(row[AMOUNT]) if NUMBER.fullmatch(row[AMOUNT]) else math.nan
        if not 0 <= amount < math.inf:
            raise Refused(f"{name}, with {row[AMOUNT] or 'an empty cell'} in row {line}", f"{AMOUNT} of 0 or more")
        parts[row[KEY[0]], row[KEY[1]], row[KEY[2]]].append(amount)
    return {key: total for key, amounts in parts.items() if (total := math.fsum(amounts)) > 0}


def _known(name: str, path: dict[ServiceKey, float], programme: Programme, sheets: Sheets) -> dict[ServiceKey, float]:
    """The path, where all of it can be served here."""
    if not path:
        raise Refused(f"{name}, which serves nothing")
    horizon, demand = programme.horizon, sheets["demand"]
    periods = Periods(horizon.first_year, horizon.periods, horizon.months_per_period)
    asked = {(r.values["workload_id"], r.values["level_id"]) for r in good_rows(demand, "workload_id", "level_id")}
    strays = [k for k in sorted(path) if k[2] not in periods.labels() or (sure(demand) and k[:2] not in asked)]
    if strays:
        found = f"{name}, which serves {listing(('/'.join(key) for key in strays), 4)}"
        raise Refused(found, "service of workloads, levels and periods that have demand here")
    return path
