"""Small programmes where nothing costs anything but what a test prices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tiny import Row, tiny_programme, tiny_tables, write_tiny

from planner.inputs.case import Case
from planner.inputs.programme import MONEY
from planner.inputs.read import load
from planner.inputs.schema import BY_NAME, MONEY_PARAMETERS
from planner.run import Options, Result, optimize

#: solve to the end
EXACT = Options(gap=0.0, seconds=600.0)
Tables = dict[str, list[Row]]
#: objectives: value, then cost; value less cost; cost alone
VALUE_FIRST: Row = {"mission_value": 1.0, "present_cost": -0.001}
NET_BENEFIT: Row = {"mission_value": 1.0, "present_cost": -1.0}
#: value and what is left at the end, less cost
WITH_THE_END: Row = {**NET_BENEFIT, "terminal_value": 1.0}
LEAST_COST: Row = {"present_cost": -1.0}


def free_tables() -> Tables:
    """The tiny tables without money: no discount, a PUE of one, and no land to build on.

    A rack is 1 MW and 10 PFLOP/s at half delivery: 5 delivered PFLOP/s-years a year, worth 2 M$ each. What is ordered
    in a year serves from the next one.
    """
    tables = tiny_tables()
    for name, rows in tables.items():
        for row in rows:
            row.update({c.name: 0 for c in BY_NAME[name].columns if c.price_index and c.name in row})
    change(tables, "funding_sources", cap_usd=1e12)
    change(tables, "discount_rates", real_rate=0)
    change(tables, "climate", pue_average=1, pue_peak=1)
    change(tables, "sites", land_acres=0)
    change(tables, "designs", {"route": "retrofit"}, acres_per_mw=0)
    change(tables, "workloads", rent_usd_per_pflops_year=1e6)
    change(tables, "chips", life_months=120)
    return tables


def change(tables: Tables, table: str, where: Row | None = None, **columns: Any) -> None:
    """Set columns of the rows that match."""
    for row in tables[table]:
        if all(row[k] == v for k, v in (where or {}).items()):
            row.update(columns)


def parameter(tables: Tables, **values: float) -> None:
    for name, value in values.items():
        change(tables, "parameters", {"parameter_id": name}, value=value)


def gates(tables: Tables, **priced: float) -> Tables:
    """The agency and its level put behind every gate there is; each is done at once, for nothing unless ``priced``."""
    tables["accreditations"] = [{"accreditation_id": "HIGH", "level_id": "gov", "opens_level": 1, **priced}]
    tables["initiatives"] = [
        {"initiative_id": y, "category": "software", "per": per, "effect": effect, "need_ceiling_units": 10, **priced}
        for y, per, effect in [
            ("PORT", "site-level", "gates service"),
            ("PACKAGE", "service-level", "authorises service"),
            ("WATCH", "programme", "gates level"),
            ("JOIN", "agency", "gates agency"),
            ("JOIN-SMALL", "small agency", "gates agency"),
            ("LINK", "system", "connects demand"),
            ("SCHEDULER", "programme", "raises utilisation"),
            ("BOARD", "programme", "phase 3"),
        ]
    ]
    tables["level_needs"] = [{"level_id": "gov", "initiative_id": "WATCH"}]
    tables["training_tracks"] = [
        {"track_id": r, "learners": learners, "need_ceiling_heads": 100, "capacity_heads_per_year": 100}
        for r, learners in [("USE", "use"), ("OPERATE", "operation"), ("AWARE", "awareness")]
    ]
    tables["training_needs"] = [{"agency_id": "AG", "track_id": r, "heads": 20} for r in ("USE", "AWARE")]
    tables["staffing"] = [{"role_id": "GUARD", "heads_per_site": 5, "heads_per_mw": 1, "wbs_code": "3.2.5"}]
    change(tables, "workloads", {"workload_id": "inference"}, service_id="PORT", uplift_share=0.1)
    change(tables, "agencies", large_agencies=2, small_agencies=4, small_demand_share=0.25)
    parameter(tables, site_staff_per_mw=1, aware_share=1)
    return tables


def grid_contract(tables: Tables, site: str, **terms: Any) -> None:
    """A contract signed by the investor, of five years without a ramp, that takes nothing but what is named."""
    row = {"site_id": site, "obligor": "investor", "term_months": 60, "ramp_months": 0, **terms}
    tables["grid_contracts"] = [*tables["grid_contracts"], row]


def lives(tables: Tables, months: float, **other: float) -> None:
    """Halls and connections last so long, land for ever; another line is named as ``wbs_1_2_1``."""
    named = {"1.1.2": 0.0} | dict.fromkeys(("1.1.3", "1.1.4", "1.2.1", "1.2.3", "1.2.4"), months)
    named |= {code.removeprefix("wbs_").replace("_", "."): life for code, life in other.items()}
    tables["asset_lives"] = [{"wbs_code": code, "life_months": life} for code, life in named.items()]


def must_serve(tables: Tables) -> None:
    """All demand is met from the second year."""
    change(tables, "demand", must_serve_share=1)
    parameter(tables, must_serve_from_year=2027)


def chip_on_sale(chip: str, years: list[int], price: float, supply: float = 1000) -> list[Row]:
    return [{"chip_id": chip, "year": y, "rack_price_usd": price, "supply_racks_per_year": supply} for y in years]


def programme(objective: Row = VALUE_FIRST, **fields: Any) -> Row:
    return {**tiny_programme(), "objective": objective, **fields}


def case_of(folder: Path, tables: Tables, asked: Row) -> Case:
    return load(write_tiny(folder, tables, asked))


def solved(folder: Path, tables: Tables, asked: Row) -> Result:
    result = optimize(case_of(folder, tables, asked), EXACT)
    assert result.plan is not None, result.document.get("explanation")
    assert result.document["verification"]["passed"], result.document["verification"]["broken"]
    return result


def value(result: Result) -> float:
    """The objective, M USD."""
    return float(result.document["objective"]["value"]) / 1e6


def amounts(result: Result) -> dict[str, float]:
    """Measure -> its amount, of those that weigh something: M USD for money, its own unit otherwise."""
    terms = result.document["objective"]["terms"]
    return {t["measure"]: t["amount"] / (1e6 if t["measure"] in MONEY else 1) for t in terms}


def chosen(result: Result, table: str) -> set[tuple[Any, ...]]:
    """The whole decisions of a table of the plan."""
    assert result.plan is not None
    return {tuple(row) for row in result.plan[table].itertuples(index=False)}


def money_doubled(tables: Tables, asked: Row) -> tuple[Tables, Row]:
    """Every amount of money twice as large."""
    twice: Tables = {}
    for name, rows in tables.items():
        money = {c.name for c in BY_NAME[name].columns if c.price_index}
        twice[name] = [{k: 2 * v if k in money else v for k, v in row.items()} for row in rows]
    for row in twice["parameters"]:
        if row["parameter_id"] in MONEY_PARAMETERS:
            row["value"] *= 2
    prices = ("emissions_usd_per_t", "compute_usd_per_pflops", "secured_usd_per_mw")
    objective = {k: 2 * v if k in prices else v for k, v in asked["objective"].items()}
    claims = [{k: 2 * v if k == "price_usd" else v for k, v in claim.items()} for claim in asked.get("claims", [])]
    return twice, {**asked, "budget_usd": 2 * asked["budget_usd"], "objective": objective, "claims": claims}


def labels_swapped(tables: Tables, one: str = "A", other: str = "B") -> Tables:
    """The two sites under each other's id."""
    swap = {one: other, other: one}
    return {
        name: [{k: swap.get(v, v) if k == "site_id" else v for k, v in row.items()} for row in rows]
        for name, rows in tables.items()
    }
