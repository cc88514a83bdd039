"""Relations between the optima of a programme and of a changed one: what each change does to the objective is known.

A relation gets a programme that has a plan and a source of random choices. It changes a copy of it, or returns None
where the programme has nothing that it could change.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from small import Tables, change, money_doubled, parameter
from tiny import Row

from planner.inputs.schema import TABLES
from planner.plan import Plan

Asked = tuple[Tables, Row]
#: what stands in each table: the tables and the programme, changed in place or replaced
Change = Callable[[Tables, Row, random.Random, Plan], Asked | None]
NOTHING = "nothing changes"
HELPS = "never hurts"
HURTS = "never helps"
TWICE = "twice the objective"
#: ids that the product knows by their words
FIXED = {"parameter_id", "index_id", "rate_id", "case_id", "profile_id", "source_id"}
#: columns of ids that may have other names
NAMED = {c.name for t in TABLES for c in t.columns if c.name.endswith("_id")} - FIXED | {"grid_region", "climate_zone"}
#: columns and parameters that are years of the calendar
DATED = ("year", "first_order_year", "fiscal_year", "money_year")
DATED_PARAMETERS = ("must_serve_from_year", "share_rule_from_year", "counted_site_by_year", "soft_band_from_year")


class Relation(NamedTuple):
    effect: str
    change: Change


RELATIONS: dict[str, Relation] = {}


def relation(effect: str) -> Callable[[Change], Change]:
    def kept(make: Change) -> Change:
        RELATIONS[make.__name__] = Relation(effect, make)
        return make

    return kept


def parameter_of(tables: Tables, name: str) -> float:
    return next(row["value"] for row in tables["parameters"] if row["parameter_id"] == name)


# --- nothing changes -------------------------------------------------------------------------------------------------


@relation(NOTHING)
def other_names(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    """Every id has another name, in another order of the alphabet."""

    def name(text: str) -> str:
        return text and f"{'zyx'[len(text) % 3]}-{text[::-1]}"

    for rows in tables.values():
        for row in rows:
            row.update({k: name(v) for k, v in row.items() if k in NAMED})
    claims = [{k: [name(x) for x in v] if k == "initiatives" else v for k, v in c.items()} for c in asked["claims"]]
    return tables, {**asked, "claims": claims}


@relation(NOTHING)
def another_order_of_rows(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    """Levels alone are ordered by their table."""
    for name, rows in tables.items():
        if name != "levels":
            d.shuffle(rows)
    d.shuffle(asked["claims"])
    return tables, asked


@relation(NOTHING)
def other_years(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    """Three years later, prices and promises with them."""
    for rows in tables.values():
        for row in rows:
            row.update({k: v + 3 for k, v in row.items() if k in DATED})
    for row in tables["parameters"]:
        if row["parameter_id"] in DATED_PARAMETERS:
            row["value"] = min(row["value"] + 3, 2100)
    horizon = {**asked["horizon"], "first_year": asked["horizon"]["first_year"] + 3}
    claims = [{**c, "by": c["by"] + 3} for c in asked["claims"]]
    return tables, {**asked, "horizon": horizon, "base_year": asked["base_year"] + 3, "claims": claims}


@relation(NOTHING)
def index_of_another_base(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    """Only ratios of a price index count."""
    factor = d.uniform(0.5, 3)
    for row in tables["price_indices"]:
        row["index_value"] *= factor
    return tables, asked


@relation(NOTHING)
def a_promise_only_reported(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    claim = {"id": "more", "claim": "More power", "said_by": "pencil", "metric": "power", "tier": "populated"}
    return tables, {**asked, "claims": [*asked["claims"], {**claim, "by": 2028, "level": 900.0, "unit": "MW"}]}


@relation(NOTHING)
def a_promise_kept_already(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    """A firm promise of what the best plan has in its last period."""
    tiers = plan["tiers"]
    had = tiers[tiers["period"] == tiers["period"].iloc[-1]]["secured_mw"].sum()
    if had < 1:
        return None
    claim = {"id": "kept", "claim": "As it is", "said_by": "pencil", "metric": "power", "tier": "secured"}
    last = asked["horizon"]["first_year"] + asked["horizon"]["periods"] * asked["horizon"]["months_per_period"] // 12
    claim |= {"by": last - 1, "level": float(had) - 1e-6, "unit": "MW", "binding": "firm"}
    return tables, {**asked, "claims": [*asked["claims"], claim]}


@relation(NOTHING)
def a_goal_without_a_price(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    claim = {"id": "wish", "claim": "A wish", "said_by": "pencil", "metric": "compute", "tier": "installed"}
    claim |= {"by": 2028, "level": 500.0, "unit": "PFLOP/s", "precision": "fp8", "binding": "goal", "price_usd": 0.0}
    return tables, {**asked, "claims": [*asked["claims"], claim]}


@relation(NOTHING)
def an_unused_chip_withdrawn(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    unused = {row["chip_id"] for row in tables["chips"]} - set(plan["bought"]["chip_id"])
    if not unused or len(unused) == len(tables["chips"]):
        return None
    rows = [row for row in tables["chip_supply"] if row["chip_id"] not in unused]
    return {**tables, "chip_supply": rows}, asked


@relation(NOTHING)
def an_unused_site_withdrawn(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    unused = {row["site_id"] for row in tables["sites"]} - set(plan["opens"]["site_id"])
    if not unused:
        return None
    return {k: [r for r in rows if r.get("site_id") not in unused] for k, rows in tables.items()}, asked


@relation(NOTHING)
def a_site_offered_twice(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    """Of two equal sites one is chosen, where one is asked for."""
    if asked["sites"]["count"] > 1:
        return None
    return {
        k: [*rows, *({**r, "site_id": "A2"} for r in rows if r.get("site_id") == "A")] for k, rows in tables.items()
    }, asked


@relation(NOTHING)
def a_depth_of_demand_in_two(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    first, *others = tables["demand_tranches"]
    half = {**first, "share": first["share"] / 2}
    return {**tables, "demand_tranches": [half, {**half, "tranche_id": "other half"}, *others]}, asked


@relation(NOTHING)
def a_step_of_spending_in_two(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    """Each slice of a lead time cut in two equal ones."""
    rows = []
    for row in tables["spend_profiles"]:
        rows += [{**row, "step": 2 * row["step"] - n, "share": row["share"] / 2} for n in (1, 0)]
    return {**tables, "spend_profiles": rows}, asked


# --- money and weights -----------------------------------------------------------------------------------------------


@relation(TWICE)
def money_of_twice_the_size(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    return money_doubled(tables, asked)


@relation(TWICE)
def every_weight_twice(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    objective = {k: v if k == "compute_precision" else 2 * v for k, v in asked["objective"].items()}
    claims = [{k: 2 * v if k == "price_usd" else v for k, v in c.items()} for c in asked["claims"]]
    return tables, {**asked, "objective": objective, "claims": claims}


# --- more is allowed, or less is asked -------------------------------------------------------------------------------


@relation(HELPS)
def more_budget(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    return tables, {**asked, "budget_usd": asked["budget_usd"] * d.uniform(1, 2)}


@relation(HELPS)
def a_promise_dropped(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    firm = [c["id"] for c in asked["claims"] if c["binding"] == "firm"]
    if not firm:
        return None
    one = d.choice(firm)
    return tables, {**asked, "claims": [{**c, "binding": "reported"} if c["id"] == one else c for c in asked["claims"]]}


@relation(HELPS)
def a_goal_given_up(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    goals = [c["id"] for c in asked["claims"] if c["binding"] == "goal" and c["price_usd"]]
    if not goals:
        return None
    one = d.choice(goals)
    return tables, {**asked, "claims": [{**c, "price_usd": 0.0} if c["id"] == one else c for c in asked["claims"]]}


@relation(HELPS)
def one_more_site_to_choose_from(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    more: Tables = {k: [{**r, "site_id": "Z"} for r in rows if r.get("site_id") == "B"] for k, rows in tables.items()}
    change(more, "sites", lat_deg=30, lon_deg=-99, grid_region="SOUTH", tariff_usd_per_mwh=d.uniform(21, 60))
    return {k: [*rows, *more[k]] for k, rows in tables.items()}, asked


@relation(HELPS)
def one_more_agreement_for_power(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    new = {"ppa_id": "WIND", "site_id": "B", "price_usd_per_mwh": d.uniform(5, 40), "max_mw": 10, "lead_months": 6}
    return {**tables, "ppas": [*tables["ppas"], {**new, "capacity_factor": 0.3}]}, asked


@relation(HELPS)
def a_chip_sold_in_another_year(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    sold = {(r["chip_id"], r["year"]) for r in tables["chip_supply"]}
    free = [(c["chip_id"], y) for c in tables["chips"] for y in (2026, 2027) if (c["chip_id"], y) not in sold]
    if not free:
        return None
    chip, year = d.choice(free)
    new = {"chip_id": chip, "year": year, "rack_price_usd": d.uniform(1e6, 4e6), "supply_racks_per_year": 7}
    return {**tables, "chip_supply": [*tables["chip_supply"], new]}, asked


@relation(HELPS)
def no_continuing_resolution(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    return ({**tables, "continuing_resolutions": []}, asked) if tables["continuing_resolutions"] else None


@relation(HELPS)
def no_largest_share_of_a_site(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    if parameter_of(tables, "largest_site_share") == 1:
        return None
    parameter(tables, largest_site_share=1)
    return tables, asked


@relation(HELPS)
def a_smaller_reserve_of_power(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    if not parameter_of(tables, "power_reserve_share"):
        return None
    parameter(tables, power_reserve_share=0.02)
    return tables, asked


# --- less is allowed, or more is asked -------------------------------------------------------------------------------


@relation(HURTS)
def a_new_promise(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    claim = {"id": "new", "claim": "More power", "said_by": "pencil", "metric": "power", "binding": "firm", "by": 2028}
    claim |= {"tier": d.choice(["secured", "commissioned", "populated"]), "level": d.choice([1.0, 6.0, 12.0])}
    return tables, {**asked, "claims": [*asked["claims"], {**claim, "unit": "MW"}]}


@relation(HURTS)
def a_dearer_shortfall(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    if not any(c.get("price_usd") for c in asked["claims"]):
        return None
    return tables, {**asked, "claims": [{**c, "price_usd": 3 * c.get("price_usd", 0.0)} for c in asked["claims"]]}


@relation(HURTS)
def sites_in_two_regions(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    if asked["sites"] != {"count": 2, "minimum_regions": 1}:
        return None
    return tables, {**asked, "sites": {"count": 2, "minimum_regions": 2}}


@relation(HURTS)
def a_year_of_continuing_resolution(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    return {**tables, "continuing_resolutions": [{"fiscal_year": d.choice([2027, 2028]), "months": 12}]}, asked


@relation(HURTS)
def a_price_on_emissions(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    less = asked["objective"].get("emissions_usd_per_t", 0.0) - d.choice([20.0, 300.0])
    return tables, {**asked, "objective": {**asked["objective"], "emissions_usd_per_t": less}}


@relation(HURTS)
def a_smaller_site_does_not_count(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
    if parameter_of(tables, "minimum_site_mw"):
        return None
    parameter(tables, minimum_site_mw=d.choice([5, 20]), counted_site_by_year=2028)
    return tables, asked


# --- one column of one table -----------------------------------------------------------------------------------------

#: table, column, factor, effect
COLUMNS = (
    ("chip_supply", "rack_price_usd", 0.7, HELPS),
    ("chip_supply", "supply_racks_per_year", 2, HELPS),
    ("sites", "tariff_usd_per_mwh", 0.8, HELPS),
    ("sites", "opening_cost_usd", 0.4, HELPS),
    ("sites", "land_acres", 2, HELPS),
    ("sites", "existing_mw", 2, HELPS),
    ("sites", "water_budget_m3_per_year", 2, HELPS),
    ("sites", "peak_craft_workers", 0.5, HURTS),
    ("sites", "equipment_tax_share", 2, HURTS),
    ("designs", "shell_usd_per_mw", 0.5, HELPS),
    ("grid_tranches", "connection_usd_per_mw", 3, HURTS),
    ("workloads", "rent_usd_per_pflops_year", 1.3, HELPS),
    ("demand", "must_serve_share", 0.5, HELPS),
    ("movement", "movement_usd_per_pflops_year", 3, HURTS),
    ("funding_sources", "cap_usd", 0.5, HURTS),
    ("categories", "contingency_share", 2, HURTS),
    ("initiatives", "cost_usd", 0.3, HELPS),
    ("training_tracks", "capacity_heads_per_year", 2, HELPS),
)


def _of_a_column(table: str, column: str, factor: float) -> Change:
    def make(tables: Tables, asked: Row, d: random.Random, plan: Plan) -> Asked | None:
        rows = [row for row in tables[table] if row.get(column)]
        for row in rows:
            row[column] *= factor
        return (tables, asked) if rows else None

    return make


for _table, _column, _factor, _effect in COLUMNS:
    RELATIONS[f"{_table}.{_column} times {_factor}"] = Relation(_effect, _of_a_column(_table, _column, _factor))
