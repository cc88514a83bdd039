"""Where inputs are in a workbook: its sheets, and what a programme file says as columns and rows of cells.

The template is written from these lines and read by them.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from planner.inputs.programme import Claim, Horizon, Objective, Programme, Sites
from planner.inputs.schema import TABLES, Column, Kind, Table

READ_ME, PROGRAMME, CLAIMS = "Read me", "Programme", "Claims"
#: a sheet that older workbooks have, and what is said of it
STAGES = "Stages"
#: sheets whose names begin so are for people and are not read
UNREAD = ("read me", "faults", "notes")
#: the columns of the sheet Programme; only the value is read
FIELD, VALUE = "field", "value"
#: a field of the programme file that a workbook has no use for: its tables are in it
DATA = "data"

#: unit and meaning of each field; the bounds are in ``planner.inputs.programme``
_PROGRAMME: dict[str, tuple[str, str]] = {
    "title": ("", "what the programme is called on every report"),
    "why": ("", "what is asked with it"),
    "as_of": ("yyyy-mm-dd", "date the inputs speak of"),
    "base_year": ("year", "year of constant dollars and of present value"),
    "budget_usd": ("USD", "total investment, then-year dollars"),
    "infrastructure_share": ("fraction of budget", "part for construction, power, cooling and chips"),
    "infrastructure_share_tolerance": ("fraction of budget", "how far the split may be off"),
    "demand_case": ("", "case of demand_paths"),
    "discount_rate": ("", "row of discount_rates"),
    "gap": ("fraction of present cost", "how close to the best a plan is proven to be"),
    "serve_as": ("", "run or CSV file whose service by workload, level and period is kept; empty: none"),
    "actuals": ("", "CSV file of what happened up to as_of; empty: the plan starts at its opening"),
    "objective.mission_value": ("weight", "value of what is served, less its running cost after the horizon"),
    "objective.present_cost": ("weight", "cost of both ledgers; below 0, however little"),
    "objective.owed_after_horizon": ("weight", "what contracts still owe after the horizon"),
    "objective.terminal_value": ("weight", "what halls, land and connections that serve are worth at the end"),
    "objective.emissions_usd_per_t": ("USD/t CO2", "price of emissions over the horizon; below 0 to avoid them"),
    "objective.compute_usd_per_pflops": ("USD/PFLOP/s", "price of compute installed at the end"),
    "objective.compute_precision": ("", "precision that this compute is counted in"),
    "objective.secured_usd_per_mw": ("USD/MW", "price of facility power secured at the end"),
    "sites.count": ("sites", "sites to be opened"),
    "sites.minimum_regions": ("regions", "grid regions they must lie in"),
    "horizon.first_year": ("year", "first year of the plan"),
    "horizon.periods": ("periods", "length of the plan"),
    "horizon.months_per_period": ("months", "length of a period"),
}
_CLAIMS: dict[str, tuple[str, str]] = {
    "id": ("", "short name: a-z, 0-9 and -"),
    "claim": ("", "what was announced"),
    "said_by": ("", "who said it"),
    "metric": ("", "what it is measured by"),
    "tier": ("", "reading of power (MW) or compute (PFLOP/s)"),
    "precision": ("", "precision that compute is counted in"),
    "level": ("see unit", "the amount"),
    "unit": ("", "unit of the level"),
    "by": ("year", "year by whose end it must hold"),
    "binding": ("", "firm: holds or there is no plan; goal: missed at its price; reported: shown only"),
    "price_usd": ("USD/unit", "what a unit costs that a goal misses, base-year present value; 0: only measured"),
    "initiatives": ("", "ids of initiatives that a claim on services names, with commas between them"),
    "note": ("", "how the claim was read"),
}
_PARTS: dict[str, type[BaseModel]] = {"objective": Objective, "sites": Sites, "horizon": Horizon}


def sheet_name(table: str) -> str:
    """The sheet of a table: grid_tranches stands on Grid tranches."""
    return {"wbs": "WBS", "ppas": "PPAs"}.get(table, table.replace("_", " ").capitalize())


def folded(name: str) -> str:
    """A sheet's name without what a person may write differently."""
    return " ".join(name.replace("_", " ").split()).casefold()


#: folded name of a sheet -> table that stands on it
TABLE_OF: dict[str, str] = {folded(sheet_name(table.name)): table.name for table in TABLES}


@dataclass(frozen=True)
class Field:
    """One row of the sheet Programme; ``default`` holds where the cell is empty, None asks for a value."""

    place: str
    column: Column
    default: Any


def fields() -> list[Field]:
    """The rows of the sheet Programme, in the order of the programme file."""
    found = []
    for name, info in Programme.model_fields.items():
        if name in _PARTS:
            parts = _PARTS[name].model_fields
            found += [(f"{name}.{part}", inner) for part, inner in parts.items()]
        elif name not in (DATA, "claims"):
            found.append((name, info))
    return [Field(place, _column(place, info, _PROGRAMME), _default(info)) for place, info in found]


def claims() -> Table:
    """The sheet Claims as a table."""
    columns = tuple(_column(field, info, _CLAIMS) for field, info in Claim.model_fields.items())
    return Table("claims", ("id",), columns, "the announcement, row by row", figures=False, may_be_empty=True)


def _default(info: Any) -> Any:
    return None if info.is_required() else info.default


def _column(place: str, info: Any, about: Mapping[str, tuple[str, str]]) -> Column:
    kind, allowed = _kind(info.annotation)
    bounds = {type(rule).__name__: rule for rule in info.metadata}
    low, high = bounds.get("Ge") or bounds.get("Gt"), bounds.get("Le") or bounds.get("Lt")
    unit, meaning = about[place]
    return Column(
        place,
        kind,
        meaning,
        unit,
        None if low is None else float(getattr(low, "ge", getattr(low, "gt", 0.0))),
        None if high is None else float(getattr(high, "le", getattr(high, "lt", 0.0))),
        allowed,
        optional=not info.is_required(),
    )


def _kind(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    """How cells of a field are typed, and the words they may hold."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return _kind(next(a for a in inner if a is not type(None)))
    if origin is Literal:
        whole = all(isinstance(word, int) for word in inner)
        return ("integer" if whole else "text"), tuple(str(word) for word in inner)
    return {int: "integer", float: "number"}.get(annotation, "text"), ()  # type: ignore[return-value]
