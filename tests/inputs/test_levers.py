"""The plain levers: which edits they stand for, and what is said of one that means nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import write_tiny

from planner.errors import UsageError
from planner.inputs import levers, read


@pytest.fixture
def model(tmp_path: Path) -> Path:
    claim = {"claim": "Halls", "said_by": "me", "metric": "power", "tier": "secured", "level": 50, "by": 2028}
    money = {"id": "money", "claim": "Money", "said_by": "me", "metric": "budget", "level": 1e9, "by": 2028}
    claims = [
        {**claim, "id": "halls", "binding": "firm"},
        {**claim, "id": "goal", "binding": "goal", "price_usd": 5},
        {**claim, "id": "shown"},
        money,
    ]
    return write_tiny(tmp_path, programme={"claims": claims, "budget_usd": 1e9})


def test_levers_are_edits_of_the_programme(model: Path) -> None:
    asked = levers.edits(model, "2B", "low", ["halls", "goal"])
    assert asked == [
        "programme.demand_case=low",
        "programme.budget_usd=2B",
        "claims.money.level=2B",
        "claims.halls.binding=reported",
        "claims.goal.binding=reported",
        "claims.goal.price_usd=0",
    ]
    case = read.load(model, asked)
    assert case.programme.budget_usd == 2e9
    assert case.programme.demand_case == "low"
    assert [(c.id, c.binding) for c in case.programme.claims[:2]] == [("halls", "reported"), ("goal", "reported")]
    assert case.programme.claims[3].level == 2e9


def test_a_budget_may_be_a_change(model: Path) -> None:
    case = read.load(model, levers.edits(model, "-20%"))
    assert (case.programme.budget_usd, case.programme.claims[3].level) == (8e8, 8e8)


@pytest.mark.parametrize(
    ("budget", "without", "says"),
    [
        ("lots", (), "write dollars, such as 60B or 60e9"),
        ("20%", (), "or a change, such as -20%"),
        (None, ("hals",), "Did you mean halls?"),
        (None, ("x",), "Its promises: halls, goal, shown, money."),
        (None, ("shown",), "only reports it already"),
    ],
)
def test_a_lever_that_means_nothing(model: Path, budget: str | None, without: tuple[str, ...], says: str) -> None:
    with pytest.raises(UsageError, match=says.replace("?", r"\?")):
        levers.edits(model, budget, None, without)


def test_a_programme_that_ships_is_found_by_its_path_too(model: Path) -> None:
    assert read.claims("models/federal-ai.toml") == read.claims("federal-ai") == read.claims()
    with pytest.raises(UsageError):
        read.claims("models/nothing.toml")
