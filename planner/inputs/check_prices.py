"""Checks of the price of service: whether something on sale sets it."""

from __future__ import annotations

from collections.abc import Iterator

from planner.errors import Fault
from planner.inputs.check import Sheets, good_rows, sure
from planner.inputs.programme import Programme
from planner.inputs.schema import SOLD_IN_VOLUME


def check(programme: Programme, sheets: Sheets) -> Iterator[Fault]:
    """A priced workload needs a part on sale, sold in volume, with a price in the base year."""
    names = ("service_prices", "chips", "chip_supply", "suitability", "workloads")
    prices, chips, supply, suits, works = (sheets[name] for name in names)
    if not all(sure(sheet) for sheet in (chips, supply, suits, works)):
        return
    listed = {(r.values["chip_id"], r.values["year"]) for r in supply.rows}
    able = {(r.values["chip_id"], r.values["workload_id"]) for r in suits.rows}
    precision = {r.values["workload_id"]: r.values["precision"] for r in good_rows(works, "workload_id", "precision")}
    sold = [
        r.values
        for r in good_rows(chips, "chip_id", "family", "sale_status", "fp64_pflops", "bf16_pflops", "fp8_pflops")
        if (r.values["family"], r.values["sale_status"]) == SOLD_IN_VOLUME
        and (r.values["chip_id"], programme.base_year) in listed
    ]
    for row in good_rows(prices, "workload_id"):
        w = row.values["workload_id"]
        does = [c for c in sold if (c["chip_id"], w) in able and c.get(f"{precision.get(w)}_pflops", 1)]
        if not does:
            family, status = SOLD_IN_VOLUME
            allowed = f"work that a chip of family {family}, {status}, can do, with a price in {programme.base_year}"
            yield Fault(prices.file, row.line, "workload_id", w, allowed, "Nothing else sets a price.")
