"""The objectives that ship beside the reference: what each asks for, and that it gets it in a case solved by hand.

Halls in modules of 10 MW cost 20 M$; a rack is 1 MW and 1 M$. An X delivers 5 PFLOP/s-years a year, worth 10 M$; all
demand is 25 a year and must be met from 2027 to 2029: five X, 150 M$. Three PFLOP/s fp64 are promised for the end of
2029: three H. 20 MW commissioned are a goal. Site B has half the emissions of A and costs 1 M$ to open.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from small import change, free_tables, must_serve, programme, solved, values
from tiny import Row

from planner.inputs import read, shipped
from planner.run import Result

STAGES = {
    "power-first": ["goal shortfall", "mission value", "present cost"],
    "net-present-value": ["net present value"],
    "least-cost": ["present cost"],
    "most-compute": ["compute", "present cost"],
    "least-emissions": ["emissions", "mission value"],
}
FP64 = {"id": "fp64", "metric": "compute", "tier": "installed", "precision": "fp64", "level": 3, "binding": "firm"}
HALLS = {"id": "halls", "metric": "power", "tier": "commissioned", "level": 20, "binding": "goal"}
CLAIMS = [{"claim": "So much", "said_by": "someone", "by": 2029, **claim} for claim in (FP64, HALLS)]


def asked(name: str) -> Row:
    stages = [stage.model_dump(exclude_none=True) for stage in read.load(name).programme.stages]
    return {**programme(claims=CLAIMS, budget_usd=50e6), "stages": stages}


def plan(folder: Path, name: str) -> Result:
    tables = free_tables()
    must_serve(tables)
    change(tables, "demand", base_pflops_years=25)
    change(tables, "designs", {"route": "retrofit"}, shell_usd_per_mw=2e6)
    change(tables, "chips", {"chip_id": "X"}, bf16_pflops=5)
    change(tables, "chip_supply", rack_price_usd=1e6)
    change(tables, "sites", {"site_id": "A"}, grid_emissions_kg_per_mwh=100)
    change(tables, "sites", {"site_id": "B"}, grid_emissions_kg_per_mwh=50, opening_cost_usd=1e6)
    return solved(folder, tables, asked(name))


@pytest.mark.parametrize("name", STAGES)
def test_it_changes_the_objective_alone(name: str) -> None:
    case, reference = read.load(name), read.load()
    assert name in shipped.models()
    assert case.programme.title != reference.programme.title
    assert case.programme.why
    assert [stage.name for stage in case.programme.stages] == STAGES[name]
    parts = {"title", "why", "stages"}
    assert case.programme.model_dump(exclude=parts) == reference.programme.model_dump(exclude=parts)
    assert all(case.tables[table].equals(reference.tables[table]) for table in reference.tables)


def test_the_literal_announcement_changes_one_promise() -> None:
    case, reference = read.load("announced").programme, read.load().programme
    (one,) = (pair for pair in zip(case.claims, reference.claims, strict=True) if pair[0] != pair[1])
    assert one[0] == one[1].model_copy(update={"binding": "firm"})
    assert one[0].id == "power-commissioned"


@pytest.mark.parametrize(
    ("name", "wanted", "tolerance"),
    [
        # Two modules, three H and seven X are 50 M$ and count 1.25 · 10 = 12.5 of 20 MW. One module counts 10.
        ("power-first", [0.375, 150, 50], 1e-5),
        # 150 − 20 − 3 − 5.
        ("net-present-value", [122], 1e-5),
        ("least-cost", [28], 1e-5),
        # One module holds ten racks, three of them H; two leave money for ten racks. 7 · 5 = 35 PFLOP/s, 20 + 3 + 7 M$.
        ("most-compute", [35, 30], 1e-5),
        # Five X at B for three years, H at the very end: 15 · 8760 MWh · 0.05 t.
        ("least-emissions", [6570, 150], 1e-3),
    ],
)
def test_it_gets_what_it_asks_for(tmp_path: Path, name: str, wanted: list[float], tolerance: float) -> None:
    assert values(plan(tmp_path, name)) == pytest.approx(wanted, abs=tolerance)
