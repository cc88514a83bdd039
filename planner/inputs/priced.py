"""Margin and prices of service, computed and written into the tables of a data folder."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from planner.files import replacing
from planner.inputs.case import Case
from planner.inputs.service_price import fit, prices

#: significant digits of a price index and of MW per PFLOP/s in the tables
DIGITS = 5

Cells = Mapping[tuple[str, ...], Mapping[str, str]]


def tables(case: Case) -> dict[str, Cells]:
    """Table -> key of a row -> column -> text, for every cell that follows from the formula."""
    margin = round(fit(case, next(iter(case.service_prices))).margin, 2)
    frame = case.tables["service_prices"].assign(margin=margin)
    fitted = replace(case, tables={**case.tables, "service_prices": frame})
    base, last = case.programme.base_year, int(case.tables["rent_paths"]["year"].max())
    found = {(p.workload, p.year): p for w in case.service_prices for p in prices(fitted, w, last)}
    rents = {w: round(found[w, base].usd) for w in case.service_prices}
    return {
        "service_prices": {
            (w,): {"margin": f"{margin:g}", "mw_per_pflops": _short(found[w, base].mw_per_pflops)} for w in rents
        },
        "workloads": {(w,): {"rent_usd_per_pflops_year": f"{usd}"} for w, usd in rents.items()},
        "rent_paths": {
            (w, f"{y}"): {"rent_index": _short(1.0 if y == base else p.usd / rents[w])} for (w, y), p in found.items()
        },
    }


def _short(number: float) -> str:
    return f"{float(f'{number:.{DIGITS}g}'):.15g}"


def write(case: Case, folder: Path) -> None:
    """Put the cells into the tables of a folder; rows and columns that do not follow from the formula stay.

    Raises StorageError where a file cannot be written.
    """
    for name, cells in tables(case).items():
        path = folder / f"{name}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        keys = [k for k in rows[0] if k in ("workload_id", "year")]
        for row in rows:
            row.update(cells.get(tuple(row[k] for k in keys), {}))
        with replacing(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
