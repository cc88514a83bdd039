"""The page of three runs: the whole programme, one without soft tables, and one that leaves its soft side out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from workbook.sample import sample

from planner import page
from planner.page.figures import Figures

KINDS = ("whole", "without soft tables", "left out")


def figures(kind: str) -> Figures:
    case, plan, document = sample(soft=kind == "whole")
    if kind == "left out":
        case = replace(case, programme=case.programme.model_copy(update={"soft_side": "left out"}))
        known = case.programme.unmodelled
        states = [
            {**c, "planned": None, "met": None, "shortfall": None, "state": "not modelled yet"}
            if c["metric"] in known
            else c
            for c in document["commitments"]
        ]
        document = {**document, "commitments": states}
    return Figures(case, plan, document)


@pytest.fixture(scope="session", params=KINDS)
def shown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Figures, Path]:
    f = figures(request.param)
    path = tmp_path_factory.mktemp("page") / "report.html"
    page.write(path, f.case, f.plan, f.document)
    return f, path
