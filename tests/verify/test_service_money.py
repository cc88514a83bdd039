"""Service beyond the money of agencies: the checker names it."""

from __future__ import annotations

from pathlib import Path

from small import NET_BENEFIT, case_of, change, programme, solved
from test_pencil_prices import tables, two_groups

from planner.verify import verify


def test_service_beyond_the_money_is_found_by_the_checker(tmp_path: Path) -> None:
    result = solved(tmp_path, tables(), programme(NET_BENEFIT))
    assert result.plan is not None
    poorer = tables()
    change(poorer, "funding_sources", cap_usd=199e6)
    asked = case_of(tmp_path / "poorer", poorer, programme(NET_BENEFIT))
    found = verify(asked, result.plan, None)
    assert {breach.rule for breach in found.broken} == {"budget.service_within_money"}


def test_service_of_one_group_beyond_its_part_is_found_by_the_checker(tmp_path: Path) -> None:
    """With a tenth of the money of all, science may use service worth 20 M$ a year; the plan has 50."""
    result = solved(tmp_path, two_groups(0.25), programme(NET_BENEFIT))
    assert result.plan is not None
    found = verify(case_of(tmp_path / "poorer", two_groups(0.1), programme(NET_BENEFIT)), result.plan, None)
    assert {(breach.rule, breach.where) for breach in found.broken} == {
        ("budget.service_within_money", f"science,{y}") for y in (2027, 2028, 2029)
    }
