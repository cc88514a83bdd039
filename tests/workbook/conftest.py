"""One finished workbook for all tests of the folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import programme, solved
from tiny import tiny_tables
from workbook.sample import sample

from planner import workbook


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("workbook") / "plan.xlsx"
    workbook.write(path, *sample())
    return path


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workbook of a small solved run: two sites, no claims; tables that are empty here are full in the other."""
    result = solved(tmp_path_factory.mktemp("case"), tiny_tables(), programme())
    assert result.plan is not None
    path = tmp_path_factory.mktemp("workbook") / "small.xlsx"
    workbook.write(path, result.case, result.plan, result.document)
    return path
