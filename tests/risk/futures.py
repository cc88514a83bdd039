"""A programme whose best first step depends on what comes later, small enough to try every first step.

A rack is 1 MW and serves 5 PFLOP/s-years a year, worth 2 M$ each; demand is for two racks. Halls of 2 MW are fitted in
two years at A, or at B for 1.5 M$ more: those of 2026 serve in 2028 and 2029. Racks are on sale in 2026 and in 2027;
what they cost in 2027, 10 M$ times a factor, is not known in 2026.
"""

from __future__ import annotations

from pathlib import Path

from small import NET_BENEFIT, Tables, change, free_tables, programme
from tiny import write_tiny

from planner.inputs.read import load
from planner.solve.extensive import Future

#: racks that may be bought in 2026
FIRST = 2


def tables(first_price: float = 31e6, hall: float = 6e6, lead: int = 24) -> Tables:
    rows = free_tables()
    shared = {"chip_id": "X", "supply_racks_per_year": FIRST}
    rows["chip_supply"] = [
        {**shared, "year": 2026, "rack_price_usd": first_price},
        {**shared, "year": 2027, "rack_price_usd": 10e6},
    ]
    change(rows, "demand", base_pflops_years=10)
    change(rows, "sites", existing_mw=4, max_onsite_mw=0)
    change(rows, "sites", {"site_id": "B"}, opening_cost_usd=1.5e6)
    change(rows, "designs", module_mw=2, max_modules_per_year=1)
    change(rows, "designs", {"route": "retrofit"}, shell_usd_per_mw=hall, lead_months=lead)
    change(rows, "chips", life_months=36)
    change(rows, "grid_tranches", mw=4, lead_months=12)
    return rows


def futures(folder: Path, prices: dict[str, tuple[float, float]], **more: float) -> list[Future]:
    """Futures by name, each with its price of a rack in 2027 as a factor, and its probability."""
    model = write_tiny(folder, tables(**more), programme(NET_BENEFIT, budget_usd=100e6, gap=0.0))
    return [
        Future(name, load(model, [f"chip_supply.X/2027.rack_price_usd=*{factor}"]), p)
        for name, (factor, p) in prices.items()
    ]
