"""The lean model against version 0.1.0, on small programmes in which no rule differs.

The stored results are those of version 0.1.0 with net present value as its one stage, solved to a gap of 0.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from small import solved
from tiny import tiny_programme

from .programmes import PROGRAMMES, made

STORED = Path(__file__).parent
NET_BENEFIT = {"mission_value": 1.0, "present_cost": -1.0}


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((STORED / f"{name}.json").read_text(encoding="utf-8"))
    return found


def test_every_programme_has_a_stored_result() -> None:
    assert {path.stem for path in STORED.glob("*.json")} == set(PROGRAMMES)


@pytest.mark.parametrize("name", sorted(PROGRAMMES))
def test_value_money_sites_and_sizes_are_those_of_version_0_1_0(name: str, tmp_path: Path) -> None:
    tables, asked = made(name)
    result = solved(tmp_path, tables, {**tiny_programme(), **asked, "objective": NET_BENEFIT})
    assert result.plan is not None
    old = expected(name)
    value = result.document["objective"]["value"] / 1e6
    assert value == pytest.approx(old["net_present_value_musd"], rel=1e-6, abs=1e-6)
    detail = result.plan["detail"]
    for column in ("ledger", "wbs_code"):
        cents = {str(key): int(sum_) for key, sum_ in detail.groupby(column)["cents"].sum().items()}
        assert cents == old[f"cents_by_{column}"]
    assert sorted(result.plan["opens"]["site_id"]) == old["sites"]
    for table, rows in old["sizes"].items():
        found = sorted(([*row] for row in result.plan[table].itertuples(index=False)), key=str)
        assert [row[:-1] for row in found] == [row[:-1] for row in rows], table
        assert [row[-1] for row in found] == pytest.approx([row[-1] for row in rows], abs=1e-5), table
