"""One finished workbook for all tests of the folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbook.sample import sample

from planner import workbook


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbook") / "plan.xlsx"
    workbook.write(path, *sample())
    return path
