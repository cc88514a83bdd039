"""What a claim says is what the model holds it to: units are converted or refused, levels are in reach of a rule."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from faulty import found
from tiny import write_tiny

from planner.analyses.source import Source
from planner.inputs import read

POWER = {"metric": "power", "tier": "commissioned", "by": 2028, "binding": "firm"}
SECURED = {**POWER, "tier": "secured"}
COMPUTE = {"metric": "compute", "tier": "installed", "precision": "fp8", "by": 2028, "binding": "firm"}
BUDGET = {"metric": "budget", "by": 2028}


def written(folder: Path, claim: dict[str, Any]) -> Path:
    return write_tiny(folder, programme={"claims": [{"id": "x", "claim": "a claim", "said_by": "us", **claim}]})


@pytest.mark.parametrize(
    ("claim", "level", "unit", "right", "shown"),
    [
        (POWER, 0.02, "GW", 20, "MW"),
        (POWER, 1.3, "GW IT", 1300, "MW IT"),
        (POWER, 20_000, "kW", 20, "MW"),
        (SECURED, 5, "GW facility", 5000, "MW facility"),
        (COMPUTE, 0.16, "EFLOP/s", 160, "PFLOP/s"),
        (COMPUTE, 0.16, "exaflops fp8", 160, "PFLOP/s fp8"),
        (COMPUTE, 500, "TFLOPS", 0.5, "PFLOP/s"),
        (BUDGET, 0.5, "$B", 5e8, "USD"),
        (BUDGET, 500, "USD M", 5e8, "USD"),
        (BUDGET, 0.5, "billion USD", 5e8, "USD"),
        ({"metric": "split", "binding": "firm"}, 100, "%", 1.0, "share"),
    ],
)
def test_a_level_is_read_in_its_unit_and_said(
    tmp_path: Path, claim: dict[str, Any], level: float, unit: str, right: float, shown: str
) -> None:
    case = read.load(written(tmp_path, {**claim, "level": level, "unit": unit}))
    (asked,) = case.programme.claims
    assert (asked.level, asked.unit) == (pytest.approx(right, rel=1e-14), shown)
    assert case.remarks == (f"Claim x: {level:.15g} {unit} is read as {right:.15g} {shown}.",)


def test_a_price_is_of_the_unit_that_it_was_given_in(tmp_path: Path) -> None:
    goal = {**POWER, "binding": "goal", "level": 0.02, "unit": "GW", "price_usd": 5e9}
    (asked,) = read.load(written(tmp_path, goal)).programme.claims
    assert (asked.level, asked.price_usd) == (20, 5e6)


def test_a_unit_set_on_the_command_line_is_read(tmp_path: Path) -> None:
    model = written(tmp_path, {**POWER, "level": 20, "unit": "MW"})
    (asked,) = read.load(model, ("claims.x.unit=GW", "claims.x.level=5")).programme.claims
    assert (asked.level, asked.unit) == (5000, "MW")


def test_a_firm_ceiling_below_the_budget_is_remarked(tmp_path: Path) -> None:
    model = written(tmp_path, {"metric": "budget", "level": 5e8, "unit": "USD", "binding": "firm"})
    (said,) = read.load(model).remarks
    assert "500000000 USD, while budget_usd is 1000000000" in said
    assert read.load(model, ("programme.budget_usd=5e8",)).remarks == ()


@pytest.mark.parametrize("edit", ["claims.x.level=0.03", "claims.x.level+=0.01", "programme.claims.x.level=5"])
def test_a_new_level_of_a_claim_in_another_unit_says_its_unit(tmp_path: Path, edit: str) -> None:
    model = written(tmp_path, {**POWER, "level": 0.02, "unit": "GW"})
    (fault,) = found(model, edit)
    assert fault.file == "--set"
    assert "claims.x.unit=GW" in fault.suggestion
    assert "claims.x.unit=MW" in fault.suggestion
    assert read.load(model, (edit, "claims.x.unit=GW")).programme.claims[0].unit == "MW"


def test_a_change_in_per_cent_needs_no_unit(tmp_path: Path) -> None:
    model = written(tmp_path, {**POWER, "level": 0.02, "unit": "GW"})
    assert read.load(model, ("claims.x.level=+10%",)).programme.claims[0].level == pytest.approx(22)


def test_an_analysis_asks_in_the_unit_of_the_model(tmp_path: Path) -> None:
    model = written(tmp_path, {**POWER, "binding": "goal", "level": 0.02, "unit": "GW", "price_usd": 5e9})
    (asked,) = Source(str(model)).case(("claims.x.level=15",)).programme.claims
    assert (asked.level, asked.unit, asked.price_usd) == (15, "MW", 5e6)


@pytest.mark.parametrize("unit", ["MW", "MW IT", ""])
def test_a_unit_of_the_model_changes_nothing(tmp_path: Path, unit: str) -> None:
    case = read.load(written(tmp_path, {**POWER, "level": 20, "unit": unit}))
    assert (case.programme.claims[0].level, case.programme.claims[0].unit, case.remarks) == (20, unit, ())


@pytest.mark.parametrize(
    ("claim", "unit", "advice"),
    [
        (POWER, "PFLOP/s", "MW IT"),
        (POWER, "MW facility", "MW IT"),
        (SECURED, "MW IT", "MW facility"),
        (POWER, "MWh", "MW IT"),
        (COMPUTE, "PFLOP/s fp64", "PFLOP/s fp8"),
        (COMPUTE, "MW", "PFLOP/s fp8"),
        (BUDGET, "EUR", "USD"),
        (BUDGET, "B", "USD"),
        ({"metric": "split"}, "points", "share"),
    ],
)
def test_another_unit_is_refused_with_the_one_to_write(
    tmp_path: Path, claim: dict[str, Any], unit: str, advice: str
) -> None:
    (fault,) = found(written(tmp_path, {**claim, "level": 1, "unit": unit}))
    assert (fault.column, fault.found) == ("claims.x.unit", unit)
    assert fault.suggestion == f"Write {advice}, and the level in it."


@pytest.mark.parametrize(
    ("claim", "column", "allowed"),
    [
        ({"metric": "split", "level": 0.9, "binding": "firm"}, "level", "infrastructure_share"),
        ({"metric": "split", "level": 90}, "level", "0 to 1"),
        ({"metric": "governance", "level": 80}, "level", "0 to 1"),
        ({"metric": "funding", "level": 0.5, "binding": "firm"}, "level", "payers"),
        ({"metric": "budget", "level": 6e7, "binding": "goal"}, "binding", "firm or reported"),
        ({"metric": "sites", "level": 1, "binding": "goal"}, "binding", "firm or reported"),
        ({"metric": "funding", "level": 1, "binding": "goal"}, "binding", "firm or reported"),
        ({**POWER, "tier": "serving", "level": 5}, "tier", "secured"),
        ({**COMPUTE, "tier": "populated", "level": 5, "binding": "reported"}, "tier", "installed"),
        ({**POWER, "level": float("inf")}, "level", "1000000000000000"),
    ],
)
def test_a_claim_that_no_rule_could_hold_is_refused(
    tmp_path: Path, claim: dict[str, Any], column: str, allowed: str
) -> None:
    (fault,) = found(written(tmp_path, claim))
    assert fault.column == f"claims.x.{column}"
    assert allowed in fault.allowed
