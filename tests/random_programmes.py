"""Small programmes at random in which every gate, promise and chain of lead times may stand in the way of another."""

from __future__ import annotations

import random
from typing import Any

from small import Tables, change, chip_on_sale, gates, parameter, programme
from tiny import Row, tiny_tables

NET_BENEFIT = {"mission_value": 1.0, "present_cost": -1.0}
PROMISE: Row = {"claim": "A promise", "said_by": "pencil"}


def random_programme(seed: int) -> tuple[Tables, Row]:
    """Two unlike sites, in years or half years; the seed decides all figures and what there is."""
    draw = random.Random(seed)
    tables = _sites_and_racks(draw)
    gates(tables, cost_usd=draw.choice([0, 1e5, 1e6]))
    _initiatives(tables, draw)
    _training(tables, draw)
    if draw.random() < 0.6:
        _secret(tables, draw)
    if draw.random() < 0.3:
        tables["existing_accreditations"] = [{"site_id": "B", "accreditation_id": "HIGH", "source_id": "pencil"}]
    _figures(tables, draw)
    asked: Row = {
        "budget_usd": draw.choice([150e6, 400e6]),
        "sites": {"count": draw.choice([1, 2]), "minimum_regions": 1},
    }
    if draw.random() < 0.4:
        asked["horizon"] = {"first_year": 2026, "periods": 8, "months_per_period": 6}
    return tables, programme(NET_BENEFIT, **asked, **_promises(tables, draw))


def _sites_and_racks(draw: random.Random) -> Tables:
    tables = tiny_tables()
    change(tables, "demand", base_pflops_years=draw.uniform(100, 250))
    change(tables, "movement", {"site_id": "B"}, movement_usd_per_pflops_year=3000)
    change(tables, "designs", {"route": "greenfield"}, lead_months=draw.choice([12, 24]))
    parameter(tables, tail_years=2, tail_taper=0.5, disposal_usd_per_rack=1000)
    tables["chip_supply"] = chip_on_sale("X", [2026, 2027], 1.1e6) + chip_on_sale("H", [2026], 1e6)
    for row in tables["sites"]:
        row.update(opening_cost_usd=draw.uniform(1e6, 9e6), tariff_usd_per_mwh=draw.uniform(30, 70))
        row.update(existing_mw=draw.choice([0, 10, 20, 30]), land_acres=draw.choice([15, 35]))
    for row in tables["chip_supply"]:
        row.update(rack_price_usd=draw.uniform(1e6, 3e6), supply_racks_per_year=draw.randint(5, 25))
    return tables


def _initiatives(tables: Tables, draw: random.Random) -> None:
    for row in tables["initiatives"]:
        row.update(duration_months=draw.choice([1, 3, 6, 9, 12, 15, 18]), recurring_usd_per_year=draw.choice([0, 1e5]))
        row["need_ceiling_units"] = 1 if row["per"] == "programme" else draw.choice([1, 2, 10])
    if draw.random() < 0.5:
        tools = {"initiative_id": "TOOLS", "per": "programme", "effect": "prerequisite", "need_ceiling_units": 1}
        for row in [*tables["initiatives"], *tables["training_tracks"]]:
            if draw.random() < 0.5:
                row["prerequisite_id"] = "TOOLS"
        tables["initiatives"].append({**tables["initiatives"][0], "prerequisite_id": "", **tools})


def _training(tables: Tables, draw: random.Random) -> None:
    for row in tables["training_tracks"]:
        row.update(duration_months=draw.choice([1, 6, 9, 12]), attrition_per_year=draw.choice([0, 0.2, 0.5, 1]))
        row.update(capacity_heads_per_year=draw.choice([15, 30, 100]), cost_usd_per_head=draw.choice([0, 1e4]))


def _secret(tables: Tables, draw: random.Random) -> None:
    """A role at both sites, behind a chain of accreditations and guards."""
    added = draw.choice([0, 6])
    secret = {"level_id": "secret", "hardening_share": 0.3, "added_months": added, "rent_premium": 1.5}
    tables["levels"] = [{"level_id": "gov"}, secret]
    tables["site_levels"] += [{"site_id": s, "level_id": "secret"} for s in ("A", "B")]
    (high,) = tables["accreditations"]
    high["duration_months"] = draw.choice([1, 3, 12])
    chain = {"accreditation_id": "IL6", "level_id": "secret", "predecessor_id": "HIGH"}
    tables["accreditations"].append({**high, **chain, "duration_months": draw.choice([3, 9])})
    tables["demand"].append({**tables["demand"][0], "level_id": "secret", "base_pflops_years": 40})
    tables["level_needs"] = [{"level_id": "secret", "initiative_id": "WATCH"}]
    if draw.random() < 0.5:
        watch = next(row for row in tables["initiatives"] if row["initiative_id"] == "WATCH")
        cross = {"initiative_id": "CROSS", "per": "site-level", "prerequisite_id": "WATCH", "need_ceiling_units": 5}
        tables["initiatives"].append({**watch, **cross, "duration_months": draw.choice([3, 6])})
        tables["level_needs"].append({"level_id": "secret", "initiative_id": "CROSS"})


def _figures(tables: Tables, draw: random.Random) -> None:
    change(tables, "agencies", large_agencies=draw.choice([0, 1, 3]), small_agencies=draw.choice([0, 4]))
    change(tables, "staffing", heads_per_site=draw.choice([0, 5]), loaded_usd_per_head_year=draw.choice([1e4, 3e5]))
    change(tables, "categories", {"category": "construction"}, contingency_share=0.1)
    parameter(
        tables,
        site_staff_per_mw=draw.choice([0, 0.5, 1]),
        site_staff_usd_per_year=1e5,
        minimum_take_share=draw.choice([0, 0.6]),
        largest_site_share=draw.choice([1, 0.7]),
        share_rule_from_year=2028,
        volume_threshold_mw=10,
        volume_discount_share=0.1,
        programme_management_share=0.02,
    )


def _promises(tables: Tables, draw: random.Random) -> Row:
    """Claims, and the fields of the programme that go with them."""
    claims: list[dict[str, Any]] = []
    fields: Row = {}
    if draw.random() < 0.5:
        governance = {"id": "phase-3", "metric": "governance", "level": 1.0, "by": draw.choice([2028, 2029])}
        claims.append({**PROMISE, **governance, "binding": draw.choice(["firm", "reported"])})
    if draw.random() < 0.4:
        services = {
            "id": "services",
            "metric": "services",
            "initiatives": ["PORT", "SCHEDULER"],
            "level": 2,
            "by": 2029,
        }
        claims.append({**PROMISE, **services, "unit": "services", "binding": draw.choice(["firm", "reported"])})
    if draw.random() < 0.3:
        halls = {"id": "halls", "metric": "power", "tier": "commissioned", "level": 15.0, "unit": "MW", "by": 2028}
        how = draw.choice([{"binding": "firm"}, {"binding": "goal"}, {"binding": "goal", "price_usd": 3e6}])
        claims.append({**PROMISE, **halls, **how})
    if draw.random() < 0.4:
        split = {"id": "split", "metric": "split", "level": 0.8, "unit": "share", "by": 2029, "binding": "firm"}
        claims.append({**PROMISE, **split})
        fields = {"infrastructure_share": 0.8, "infrastructure_share_tolerance": 0.03}
        band = {"soft_band_from_year": draw.choice([2027, 2100]), "soft_band_low": draw.choice([0.05, 0.1, 0.2])}
        parameter(tables, **band, soft_band_high=0.5)
    return {"claims": claims, **fields}
