"""The page of two runs: the whole programme, and one without soft tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from workbook.sample import sample

from planner import page
from planner.page.figures import Figures

KINDS = ("whole", "without soft tables")


def figures(kind: str) -> Figures:
    return Figures(*sample(soft=kind == "whole"))


@pytest.fixture(scope="session", params=KINDS)
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Figures, Path]:
    f = figures(request.param)
    path = tmp_path_factory.mktemp("page") / "report.html"
    page.write(path, f.case, f.plan, f.document)
    return f, path
