"""A published problem, solved by the product: capacitated warehouses of the OR-Library (Beasley 1988).

    python benchmarks/orlib.py FILE          the least cost to three decimals, with the warehouses that open
    python benchmarks/orlib.py FILE --keep FOLDER    the programme is written there, for ``planner optimize``

A file has the number of warehouses and of customers; capacity and fixed cost of each warehouse; then for each customer
its demand and, by warehouse, the cost of serving all of it from there. A customer may be split over warehouses.

How each figure of a file becomes a figure of the programme:

    warehouse              a site, of its own; opening it costs the fixed cost
    capacity               ``existing_mw`` of the site: a hall of 1 MW holds one rack, which delivers the largest amount
                           of which every capacity is a whole multiple; halls and racks cost nothing
    customer               an agency whose demand, in PFLOP/s-years, must be met in the second year
    cost of all demand     ``movement_usd_per_pflops_year`` of agency and site: that cost by the demand
    any number of sites    ``count`` is the number of warehouses, and there are as many further sites that cost nothing
                           and may serve no level: they are chosen in the place of warehouses that stay closed

One unit of cost is 100,000 USD, so that every cost of a file is whole dollars, and the cents to which a cost line is
rounded lie seven digits after the point. The real rate of discount is 0 and prices do not move: present cost is cost.
The objective is least present cost, the gap asked for 0. What is printed is the ledger of the checked plan.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from small import LEAST_COST, Tables, change, free_tables, parameter, programme
from tiny import FIRST_YEAR, Row, write_tiny

from planner.inputs.read import load
from planner.run import Options, Result, optimize

USD_PER_UNIT = 100_000
#: most halls of a site: what the schema allows to be started in a year
MOST_HALLS = 1000


@dataclass(frozen=True)
class Instance:
    """Warehouses and customers as a file has them; ``costs[i][j]`` serves all demand of customer i from j."""

    capacities: tuple[Fraction, ...]
    fixed: tuple[Fraction, ...]
    demands: tuple[Fraction, ...]
    costs: tuple[tuple[Fraction, ...], ...]

    @property
    def unit(self) -> Fraction:
        """The largest amount of which every capacity is a whole multiple."""
        shared = math.lcm(*(c.denominator for c in self.capacities))
        return Fraction(math.gcd(*(int(c * shared) for c in self.capacities)), shared)


@dataclass(frozen=True)
class Optimum:
    """In units of the file: what the checked plan costs to the cent, and the cost below which there is no plan."""

    cost: Decimal
    bound: Decimal
    opened: tuple[int, ...]
    seconds: float
    size: dict[str, int]


def read(text: str) -> Instance:
    """A file in the format of the library. Raises ValueError where it is another one."""
    words = iter(text.split())

    def number() -> Fraction:
        word = next(words, None)
        if word is None:
            raise ValueError("the file ends before its last customer")
        try:
            return Fraction(word)
        except ValueError:
            raise ValueError(
                f"{word!r} is where a number belongs; a capacity left open is written into the file"
            ) from None

    warehouses, customers = int(number()), int(number())
    pairs = [(number(), number()) for _ in range(warehouses)]
    rows = [(number(), tuple(number() for _ in range(warehouses))) for _ in range(customers)]
    if (word := next(words, None)) is not None:
        raise ValueError(f"{word!r} follows the last customer")
    found = Instance(*zip(*pairs, strict=True), *zip(*rows, strict=True))
    if min(found.demands) <= 0 or min(found.capacities) <= 0:
        raise ValueError("a demand or a capacity is not above 0")
    if max(found.capacities) / found.unit > MOST_HALLS:
        raise ValueError(f"capacities are not whole multiples, up to {MOST_HALLS:,}, of one amount")
    return found


def tables(found: Instance) -> tuple[Tables, Row]:
    """The tables and the programme of an instance, as the docstring of this file maps them."""
    rows, names = free_tables(), [f"W{j + 1:02}" for j in range(len(found.fixed))]
    customers = [f"C{i + 1:02}" for i in range(len(found.demands))]
    # the model breaks ties by latitude and longitude: at this corner it adds nothing
    place = {**rows["sites"][0], "lat_deg": -90, "lon_deg": -180, "opening_cost_usd": 0, "existing_mw": 0}
    halls = [c / found.unit for c in found.capacities]
    rows["sites"] = [
        {**place, "site_id": name, "opening_cost_usd": float(cost * USD_PER_UNIT), "existing_mw": int(mw)}
        for name, cost, mw in zip(names, found.fixed, halls, strict=True)
    ]
    rows["sites"] += [{**place, "site_id": f"NONE-{name}"} for name in names]
    rows["site_levels"] = [{"site_id": name, "level_id": "gov"} for name in names]
    rows["grid_tranches"] = [{"site_id": names[0], "tranche": 1, "mw": 0, "connection_usd_per_mw": 0}]
    rows["designs"] = [row for row in rows["designs"] if row["route"] == "retrofit"]
    change(rows, "designs", module_mw=1, max_modules_per_year=MOST_HALLS)
    rows["chips"] = [{**rows["chips"][0], "fp8_pflops": float(found.unit), "rack_kw": 1000}]
    rows["chip_supply"] = [
        {"chip_id": "X", "year": FIRST_YEAR, "rack_price_usd": 0, "supply_racks_per_year": int(sum(halls))}
    ]
    rows["suitability"] = [{"chip_id": "X", "workload_id": "inference"}]
    change(rows, "workloads", utilisation=1)
    rows["agencies"] = [{"agency_id": name, "lat_deg": 0, "lon_deg": 0} for name in customers]
    asked = {"workload_id": "inference", "level_id": "gov", "must_serve_share": 1}
    rows["demand"] = [
        {"agency_id": name, "base_pflops_years": float(demand), **asked}
        for name, demand in zip(customers, found.demands, strict=True)
    ]
    rows["movement"] = [
        {"agency_id": a, "site_id": s, "movement_usd_per_pflops_year": float(cost * USD_PER_UNIT / demand)}
        for a, demand, costs in zip(customers, found.demands, found.costs, strict=True)
        for s, cost in zip(names, costs, strict=True)
    ]
    rows["funding_sources"] = []
    parameter(rows, must_serve_from_year=FIRST_YEAR + 1, opening_window_months=12)
    return rows, programme(
        LEAST_COST,
        title="A published warehouse problem",
        budget_usd=float(sum(found.fixed) * USD_PER_UNIT + 1),
        sites={"count": len(names), "minimum_regions": 1},
        horizon={"first_year": FIRST_YEAR, "periods": 2, "months_per_period": 12},
    )


def solve(model: Path, seconds: float | None = None) -> Optimum:
    """The written programme, solved to a gap of 0. Raises RuntimeError without a proven and checked plan."""
    began = time.perf_counter()
    result = optimize(load(model), Options(gap=0.0, seconds=seconds, processes=1))
    if result.plan is None or result.document["verdict"] != "optimal" or not result.document["verification"]["passed"]:
        raise RuntimeError(f"no proven plan that passes the checks: {result.document['verdict']}")
    return _optimum(result, time.perf_counter() - began)


def _optimum(result: Result, seconds: float) -> Optimum:
    assert result.plan is not None
    cents = sum(int(x) for x in result.plan["detail"]["cents"])
    opened = tuple(int(s[1:]) for s in result.plan["opens"]["site_id"] if s.startswith("W"))
    bound = -Decimal(result.document["objective"]["bound"]) / USD_PER_UNIT
    return Optimum(Decimal(cents) / 100 / USD_PER_UNIT, bound, opened, seconds, result.document["size"])


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("file", type=Path, help="an instance of the library")
    words.add_argument("--keep", type=Path, metavar="FOLDER", help="where the programme is written and stays")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = write_tiny(asked.keep or Path(folder), *tables(read(asked.file.read_text(encoding="utf-8"))))
        best = solve(model)
    print(f"{asked.file.name}: {best.cost:,.3f}, no plan below {best.bound:,.3f}, the plan passes every check")
    print(f"warehouses {', '.join(map(str, best.opened))} open")
    size = best.size
    print(f"{size['rows']:,} rows, {size['columns']:,} columns, {size['integers']:,} whole; {best.seconds:.1f} s")


if __name__ == "__main__":
    main()
