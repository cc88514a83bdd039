"""What a programme leaves out: tables of rooms that it does not ask for are empty. An empty table is no gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planner.inputs.programme import Programme

if TYPE_CHECKING:
    import pandas as pd

#: what gates service, trains, staffs sites and pays for operations
SOFT_TABLES = (
    "accreditations",
    "existing_accreditations",
    "initiatives",
    "level_needs",
    "training_tracks",
    "training_needs",
    "staffing",
    "funding_sources",
    "continuing_resolutions",
)


def left_out(programme: Programme, tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """What is left of the tables that the programme leaves out, after they were checked in full."""
    if programme.soft_side == "modelled":
        return {}
    empty = {name: tables[name].iloc[:0] for name in SOFT_TABLES}
    return empty | {"workloads": tables["workloads"].assign(service_id="")}
