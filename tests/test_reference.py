"""The shipped programmes, whole: the main job on real data. Slow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]


#: rules that bind somewhere in the reference plan: none of their rooms is decoration
BINDING = (
    "budget.within_authority",
    "commitments.goal",
    "construction.discount_above_threshold",
    "construction.hardened_within_halls",
    "construction.within_existing_halls",
    "cooling.within_halls",
    "fleet.within_supply",
    "power.contract_once",
    "power.delivery_of_energy",
    "power.delivery_of_minimum_take",
    "power.tranches_in_order",
    "power.within_ppa_limit",
    "workload.delivered",
    "workload.racks_assigned",
    "workload.tail_delivered",
    "workload.tail_within_survivors",
    "workload.within_hardened",
)


def planner(reports: Path, *words: str) -> tuple[int, dict]:
    call = [sys.executable, "-m", "planner", *words, "--json", "--reports", str(reports)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("case", ["low", "mid", "high"])
def test_the_reference_is_proven_and_verified(tmp_path: Path, case: str) -> None:
    code, document = planner(tmp_path, "optimize", "--set", f"programme.demand_case={case}")
    assert code == 0
    assert document["verdict"] == "optimal"
    assert document["verification"]["passed"]
    assert document["gap"] == document["objective"]["gap"] <= 0.0075
    firm = [c for c in document["commitments"] if c["firm"]]
    phases = {"phase-1", "phase-2", "phase-3"}
    assert {c["id"] for c in firm} == {
        "budget",
        "power-secured",
        "sites",
        "split",
        "funding",
        "services",
        "interfaces",
    } | phases
    assert all(c["met"] for c in firm)
    idle = {rule for rule in BINDING if document["verification"]["tightest"][rule] > 1e-6}
    assert not idle or case != "mid"
    shortfall = next(c for c in document["commitments"] if c["id"] == "power-commissioned")["shortfall"]
    assert shortfall > 0


def test_the_announcement_taken_literally_is_infeasible_and_says_so(tmp_path: Path) -> None:
    code, document = planner(tmp_path, "optimize", "announced")
    assert code == 4
    assert document["verdict"] == "infeasible"
    assert "5 GW" in document["explanation"]
    assert "With $50B at most 1,2" in document["explanation"]
    clash = document["clash"]
    (commissioned,) = (p for p in clash["promises"] if p["at_most"] is not None)
    assert (commissioned["promise"], commissioned["promised"]) == ("power-commissioned", 5000)
    # the reference plan commissions some 560 MW that count; 5 GW are nearly four times its budget
    assert 560 < commissioned["at_most"] < 1300
    assert 180e9 < clash["at_least_budget_usd"] < 210e9
    assert clash["budget_alone"]
