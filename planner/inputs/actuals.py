"""What happened to date, as a table of its own: what was decided, came to stand, was served and spent.

One row a fact: the period, the kind, where, what, an amount and its unit. Kinds are the decision tables of a plan;
``commissioned`` and ``delivered`` say the same of halls and racks by the period at whose end they were ready. Periods
that end on or before the programme's ``as_of`` are past. The past is whole: what no row says did not happen. Only of
money a category and period without a row is what its decisions cost.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from planner.inputs.periods import Periods

COPY = "actuals.csv"
COLUMNS = ("period", "kind", "where", "what", "amount", "unit")
PROGRAMME, SPENT = "programme", "spent"


@dataclass(frozen=True)
class Kind:
    """``where`` and ``what`` are columns of ids (what is not at a place is at the programme); ``most`` of one row."""

    where: str
    what: tuple[str, ...]
    unit: str
    whole: bool = False
    most: float = float("inf")


KINDS: dict[str, Kind] = {
    "opens": Kind("site_id", (), "sites", True, 1),
    "modules": Kind("site_id", ("design_id",), "halls", True),
    "hardened": Kind("site_id", ("level_id",), "MW IT"),
    "discounted": Kind(PROGRAMME, (), "MW IT"),
    "contract": Kind("site_id", ("tranche",), "contracts", True, 1),
    "units": Kind("site_id", ("plant_id",), "units", True),
    "signed": Kind("site_id", ("ppa_id",), "MW"),
    "generated": Kind("site_id", ("plant_id",), "MWh"),
    "bought": Kind("site_id", ("chip_id",), "racks", True),
    "retired": Kind("site_id", ("chip_id",), "racks"),
    "served": Kind("site_id", ("agency_id", "workload_id", "level_id"), "PFLOP/s-years"),
    "accredits": Kind("site_id", ("accreditation_id",), "accreditations", True, 1),
    "goes_live": Kind("site_id", (), "sites", True, 1),
    "ports": Kind("site_id", ("initiative_id", "level_id"), "initiatives", True, 1),
    "starts": Kind(PROGRAMME, ("initiative_id",), "initiatives", True, 1),
    "packages": Kind(PROGRAMME, ("initiative_id", "service_id", "level_id"), "initiatives", True, 1),
    "onboards": Kind("agency_id", ("initiative_id",), "agencies"),
    "connects": Kind("agency_id", ("initiative_id",), "units"),
    "courses": Kind("place_id", ("track_id",), "heads"),
    SPENT: Kind(PROGRAMME, ("category",), "USD"),
}
#: kind that has the date at which something is ready -> the kind that has the date of its start
READY = {"commissioned": "modules", "delivered": "bought"}


@dataclass(frozen=True)
class Actual:
    """One row, by the period in which it began; ``line`` is its row in the file, ``key`` where and what."""

    kind: str
    key: tuple[str, ...]
    t: int
    amount: float
    line: int = 0


def past_periods(periods: Periods, as_of: str) -> int:
    """How many periods end on or before the opening of a date."""
    day = date.fromisoformat(as_of)
    months = 12 * (day.year - periods.first_year) + day.month - 1
    return max(0, min(periods.count, months // periods.months))


def text(rows: Iterable[Actual], periods: Periods) -> str:
    """The table as CSV, with the full digits of every number."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        kind = KINDS[row.kind]
        where, what = (PROGRAMME, row.key) if kind.where == PROGRAMME else (row.key[0], row.key[1:])
        amount = f"{row.amount:.2f}" if row.kind == SPENT else f"{row.amount:.0f}" if kind.whole else repr(row.amount)
        writer.writerow((periods.label(row.t), row.kind, where, "/".join(what), amount, kind.unit))
    return file.getvalue()
