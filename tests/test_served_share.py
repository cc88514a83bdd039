"""The share of demand that is served does not depend on how a year is cut into periods."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import free_tables, programme, solved


@pytest.mark.parametrize("months", [12, 6, 3])
def test_a_year_in_parts_serves_the_same_share(tmp_path: Path, months: int) -> None:
    horizon = {"first_year": 2026, "periods": 4 * 12 // months, "months_per_period": months}
    result = solved(tmp_path, free_tables(), {**programme(), "horizon": horizon})
    assert result.document["indicators"]["served_share"] == pytest.approx(1.0)
