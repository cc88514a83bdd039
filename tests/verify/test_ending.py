"""The plan by hand with what is left at the end of 2028, two years after halls and connection came to stand.

Twenty MW of halls house 1 MW of racks; 40 MW of connection carry the 1.25 MW that these draw. Halls cost 1.5 M$ of
civil works and shell, which last 240 months, and 1.5 M$ of plant, which lasts 120, each times 1.5; land 10,000 $ a
MW.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd
import pytest

from planner.inputs.case import Case
from planner.plan import Plan, frame
from planner.verify import ObjectiveClaim, verify

from .hand import case, claim, plan
from .spoils import broken_rules

RULES = {
    "residual.serving_halls_stand",
    "residual.serving_house_racks",
    "residual.connections_carry_load",
    "residual.terminal_value",
}
# two years in the horizon and two after it, in which racks still serve
HALL = 1.5 * (1.5e6 * 0.8 + 1.5e6 * 0.6) + 10_000
CONNECTION = 1.25 * 1e5 * 1.5 * 0.8
PRESENT = 1.07**-5
Rows = list[tuple[Any, ...]]
ROWS: Rows = [
    ("S1", "GF", "2026", 1.0, HALL, HALL * PRESENT),
    ("S1", "connection", "2026", 1.25, CONNECTION, CONNECTION * PRESENT),
]


def with_the_end(weight: float = 1.0, land: float = 0.0) -> Case:
    lives = dict.fromkeys(("1.1.3", "1.1.4", "1.2.1"), 240.0) | dict.fromkeys(("1.2.3", "1.2.4"), 120.0)
    table = pd.DataFrame([*lives.items(), ("1.1.2", land)], columns=["wbs_code", "life_months"])
    programme = case().programme
    objective = programme.objective.model_copy(update={"terminal_value": weight})
    tables = case().tables | {"asset_lives": table}
    return dataclasses.replace(case(), tables=tables, programme=programme.model_copy(update={"objective": objective}))


def shown(rows: Rows) -> Plan:
    return Plan({**plan().tables, "terminal_value": frame("terminal_value", rows)})


def test_what_is_left_by_hand() -> None:
    musd = (HALL + CONNECTION) * PRESENT / 1e6
    due = ObjectiveClaim(claim().value_musd + musd, claim().value_musd + musd + 1.0)
    assert broken_rules(verify(with_the_end(), shown(ROWS), due)) == set()
    assert broken_rules(verify(with_the_end(), shown(ROWS), claim())) == {"objective.value", "objective.bound"}
    twice = ObjectiveClaim(claim().value_musd + 2 * musd, None)
    assert broken_rules(verify(with_the_end(2.0), shown(ROWS), twice)) == set()


def test_land_may_wear_off_too() -> None:
    less = 10_000.0
    rows = [("S1", "GF", "2026", 1.0, HALL - less, (HALL - less) * PRESENT), ROWS[1]]
    assert broken_rules(verify(with_the_end(land=48.0), shown(rows), None)) & RULES == set()


@pytest.mark.parametrize(
    ("row", "column", "value", "rules"),
    [
        # twenty MW stand, of which racks fill one
        (0, 3, 20.0, {"residual.serving_house_racks", "residual.terminal_value"}),
        # none came to stand in 2027
        (0, 2, "2027", {"residual.serving_halls_stand", "residual.terminal_value"}),
        # a lease is not the programme's own
        (0, 1, "LE", RULES - {"residual.connections_carry_load"}),
        (0, 1, "racks", {"residual.serving_halls_stand", "residual.terminal_value"}),
        (0, 4, HALL + 1e5, {"residual.terminal_value"}),
        (0, 5, HALL, {"residual.terminal_value"}),
        (1, 3, 40.0, {"residual.connections_carry_load", "residual.terminal_value"}),
        (1, 2, "2027", {"residual.connections_carry_load", "residual.terminal_value"}),
    ],
)
def test_a_spoilt_row_is_named(row: int, column: int, value: object, rules: set[str]) -> None:
    rows = [list(r) for r in ROWS]
    rows[row][column] = value
    assert broken_rules(verify(with_the_end(), shown([tuple(r) for r in rows]), None)) & RULES == rules


def test_what_serves_is_not_passed_over() -> None:
    assert broken_rules(verify(with_the_end(), shown(ROWS[1:]), None)) & RULES == {"residual.terminal_value"}
    assert broken_rules(verify(with_the_end(), shown([]), None)) & RULES == {"residual.terminal_value"}


def test_nothing_is_left_that_the_objective_does_not_weigh() -> None:
    assert broken_rules(verify(with_the_end(0.0), shown([]), None)) & RULES == set()
    assert "residual.terminal_value" in broken_rules(verify(with_the_end(0.0), shown(ROWS), None))
