"""The objectives that ship beside the reference: what each asks for, and that it gets it in a case solved by hand.

Halls in modules of 10 MW cost 20 M$; a rack is 1 MW and 1 M$. An X delivers 5 PFLOP/s-years a year, worth 10 M$; all
demand is 25 a year and must be met from 2027 to 2029: five X, 150 M$. Three PFLOP/s fp64 are promised for the end of
2029: three H. 20 MW commissioned are a goal. Site B has half the emissions of A and costs 1 M$ to open.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from small import change, free_tables, lives, must_serve, programme, solved, value
from tiny import Row

from planner.inputs import read, shipped
from planner.run import Result

GOAL = "power-commissioned"
FP64 = {"id": "fp64", "metric": "compute", "tier": "installed", "precision": "fp64", "level": 3, "binding": "firm"}
HALLS = {"id": GOAL, "metric": "power", "tier": "commissioned", "level": 20, "binding": "goal"}


def asked(name: str) -> Row:
    shipped_one = read.load(name).programme
    price = next(c.price_usd for c in shipped_one.claims if c.id == GOAL)
    claims = [{"claim": "So much", "said_by": "someone", "by": 2029, **claim} for claim in (FP64, HALLS)]
    claims[1]["price_usd"] = price
    objective = shipped_one.objective.model_dump(exclude_none=True)
    return {**programme(objective), "claims": claims, "budget_usd": 50e6}


def plan(folder: Path, name: str) -> Result:
    tables = free_tables()
    must_serve(tables)
    change(tables, "demand", base_pflops_years=25)
    change(tables, "designs", {"route": "retrofit"}, shell_usd_per_mw=2e6)
    change(tables, "chips", {"chip_id": "X"}, bf16_pflops=100)
    change(tables, "chip_supply", rack_price_usd=1e6)
    change(tables, "sites", {"site_id": "A"}, grid_emissions_kg_per_mwh=100)
    change(tables, "sites", {"site_id": "B"}, grid_emissions_kg_per_mwh=50, opening_cost_usd=1e6)
    lives(tables, 12)
    return solved(folder, tables, asked(name))


@pytest.mark.parametrize(
    ("name", "weights", "price"),
    [
        ("power-first", {"mission_value": 1, "present_cost": -1, "owed_after_horizon": -1, "terminal_value": 1}, 50e6),
        ("least-cost", {"present_cost": -1}, 0),
        ("most-compute", {"present_cost": -1, "owed_after_horizon": -1, "compute_usd_per_pflops": 50_000}, 0),
        (
            "least-emissions",
            {"mission_value": 1, "present_cost": -1, "owed_after_horizon": -1, "terminal_value": 1}
            | {"emissions_usd_per_t": -10_000},
            0,
        ),
    ],
)
def test_it_changes_the_objective_alone(name: str, weights: dict[str, float], price: float) -> None:
    case, reference = read.load(name), read.load()
    assert name in shipped.models()
    assert case.programme.title != reference.programme.title
    assert case.programme.why
    assert case.programme.objective.weights == weights
    prices = [c.price_usd for c in case.programme.claims]
    assert prices == [price if c.id == GOAL else 0 for c in reference.programme.claims]
    unpriced = tuple(c.model_copy(update={"price_usd": 0.0}) for c in case.programme.claims)
    kept, parts = case.programme.model_copy(update={"claims": unpriced}), {"title", "why", "objective"}
    assert kept.model_dump(exclude=parts) == reference.programme.model_dump(exclude=parts)
    assert all(case.tables[table].equals(reference.tables[table]) for table in reference.tables)


def test_the_literal_announcement_changes_one_promise() -> None:
    case, reference = read.load("announced").programme, read.load().programme
    (one,) = (pair for pair in zip(case.claims, reference.claims, strict=True) if pair[0] != pair[1])
    assert one[0] == one[1].model_copy(update={"binding": "firm"})
    assert one[0].id == GOAL


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        # Two modules, three H and seven X are 50 M$ and count 1.25 · 10 = 12.5 of 20 MW: 150 - 50 - 7.5 · 50.
        # The second module comes to stand at the very end, with racks in it, and keeps its 20 M$; the first wore off.
        ("power-first", -255),
        # One module, three H and five X.
        ("least-cost", -28),
        # One module holds seven X, at 100 PFLOP/s each worth 5 M$: 35 - 20 - 3 - 7.
        ("most-compute", 5),
        # Five X at B for three years, H at the very end: 15 · 8760 MWh · 0.05 t are 65.7 M$; 150 - 29 - 65.7.
        ("least-emissions", 55.3),
    ],
)
def test_it_gets_what_it_asks_for(tmp_path: Path, name: str, wanted: float) -> None:
    assert value(plan(tmp_path, name)) == pytest.approx(wanted, abs=1e-3)
