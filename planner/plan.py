"""The Plan: frozen tidy tables, one row a fact, no formulas and no Pyomo.

Periods appear by label ("2026", "2026H1"). Decisions are quantities as solved; whole things are whole. Rows whose
quantity is zero are left out. Money appears in ``detail`` alone, in cents, posted once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

#: quantities below this are the solver's rounding and are left out
NOISE = 1e-7

#: table -> columns; the keys come first, the quantity or quantities last
DECISIONS: dict[str, tuple[str, ...]] = {
    # one row a chosen site, in the first period of the horizon: sites open together
    "opens": ("site_id", "period", "opens"),
    "modules": ("site_id", "design_id", "period", "modules"),
    "hardened": ("site_id", "level_id", "period", "mw"),
    "reached": ("scope", "reached"),
    # greenfield MW IT started at the framework price, over all sites
    "discounted": ("period", "mw"),
    "contract": ("site_id", "tranche", "period", "contracts"),
    "units": ("site_id", "plant_id", "period", "units"),
    "signed": ("site_id", "ppa_id", "period", "mw"),
    "generated": ("site_id", "plant_id", "period", "mwh"),
    "imported": ("site_id", "period", "mwh"),
    "billed": ("site_id", "period", "mwh"),
    # MW IT of racks of a class in halls with a cooling, at the end of the period
    "housed": ("site_id", "cooling_id", "rack_class", "period", "mw"),
    "bought": ("site_id", "chip_id", "period", "racks"),
    "retired": ("site_id", "chip_id", "vintage", "period", "racks"),
    "running": ("site_id", "chip_id", "workload_id", "level_id", "period", "racks"),
    "served": ("site_id", "agency_id", "workload_id", "level_id", "period", "pflops_years"),
    "depth": ("agency_id", "workload_id", "level_id", "tranche_id", "period", "pflops_years"),
    "hosts": ("site_id", "workload_id", "period", "hosts"),
    # racks that go on working in each year after the horizon
    "tail_running": ("site_id", "chip_id", "workload_id", "year_after", "racks"),
    "tail_depth": ("workload_id", "tranche_id", "year_after", "pflops_years"),
    "counted": ("commitment", "site_id", "mw"),
    # software, security and training: starts are at the opening of the period
    "accredits": ("site_id", "accreditation_id", "period", "accredits"),
    "starts": ("initiative_id", "period", "starts"),
    "ports": ("site_id", "initiative_id", "level_id", "period", "ports"),
    "packages": ("initiative_id", "service_id", "level_id", "period", "packages"),
    # large agencies, small ones and systems may be begun in part
    "onboards": ("initiative_id", "agency_id", "period", "agencies"),
    "connects": ("initiative_id", "agency_id", "period", "units"),
    # heads that begin a course, at an agency or, for operators, at a site; need not be whole
    "courses": ("track_id", "place_id", "period", "heads"),
    "goes_live": ("site_id", "period", "goes_live"),
    "bonus": ("site_id", "workload_id", "level_id", "period", "pflops_years"),
    # money that is not a cost line of a decision: the same in every period; operating cost by who pays
    "unallocated": ("period", "musd"),
    "funded": ("source", "period", "musd"),
}
RESULTS: dict[str, tuple[str, ...]] = {
    # one row a cost fact: dollars = quantity * rate * factor * escalation, rounded to cents once
    "detail": (
        "wbs_code",
        "category",
        "ledger",
        "site_id",
        "item",
        "period",
        "quantity",
        "unit",
        "rate_usd",
        "rate_ref",
        "factor",
        "escalation",
        "cents",
    ),
    # the three power tiers at the end of each period; secured is facility MW at the meter, the others MW IT
    "tiers": ("site_id", "period", "secured_mw", "commissioned_mw", "populated_mw"),
    # where a site has a grid contract, MW facility at the end of each period; racks in place use what they draw at peak
    "grid_use": ("site_id", "period", "contracted_mw", "used_mw", "unused_mw"),
    # what contracts owe after the horizon for MW that serve no racks, base-year dollars by calendar year;
    # way: "take" (the rest of the minimum take), "exit" (the fee) or "resale" (the loss on it), whichever is least
    "owed_after": ("site_id", "obligor", "way", "year", "usd", "present_usd"),
    # what serves at the end of the horizon, by the period at whose end it came to stand: halls of a design with their
    # land, MW IT, or the "connection", MW facility; base-year dollars, and their present value
    "terminal_value": ("site_id", "asset", "period", "mw", "usd", "present_usd"),
    "energy": ("site_id", "period", "it_mwh", "facility_mwh", "emissions_t", "water_m3"),
    "compute": ("period", "precision", "installed_pflops", "serving_pflops"),
    # from the second period, by agency and gate (initiative or track) the part of demand that may be served, at most 1;
    # gate "all" is the least of them, and the only row of an agency without gates
    "admitted": ("agency_id", "gate_id", "period", "share"),
    # trained heads still there at the end of the period, by agency; operators are not shown
    "trained": ("track_id", "place_id", "period", "heads"),
    # planned and met are null where the model does not speak to the claim
    "commitments": (
        "id",
        "metric",
        "tier",
        "precision",
        "by",
        "level",
        "unit",
        "binding",
        "planned",
        "shortfall",
        "met",
        "state",
    ),
}
TABLES = {**DECISIONS, **RESULTS}
#: tables that runs of earlier versions do not have: empty in them
LATER = ("grid_use", "owed_after", "terminal_value")
#: states of a commitment: "met", "short" (a goal), "broken" (never published), "reported"


@dataclass(frozen=True)
class Plan:
    """Tables by name with exactly the columns of ``TABLES``."""

    tables: Mapping[str, pd.DataFrame]

    def __post_init__(self) -> None:
        for name, columns in TABLES.items():
            if tuple(self.tables[name].columns) != columns:
                raise ValueError(f"table {name} has columns {tuple(self.tables[name].columns)}, expected {columns}")

    def __getitem__(self, table: str) -> pd.DataFrame:
        return self.tables[table]

    def rows(self, table: str) -> Iterator[Any]:
        """Rows of a table, by attribute."""
        return iter(self.tables[table].itertuples(index=False))


def frame(table: str, rows: Sequence[tuple[object, ...]]) -> pd.DataFrame:
    """A table of the plan from plain rows."""
    return pd.DataFrame(list(rows), columns=list(TABLES[table]))
