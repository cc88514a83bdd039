"""The exported matrix gives another solver the same optimum."""

from __future__ import annotations

from pathlib import Path

import pyscipopt
import pytest
from small import EXACT, LEAST_COST, NET_BENEFIT, VALUE_FIRST, Tables, case_of, change, programme
from tiny import Row, tiny_tables

from planner.run import compile_only, optimize


def unlike_sites() -> Tables:
    tables = tiny_tables()
    change(tables, "sites", {"site_id": "B"}, tariff_usd_per_mwh=40, opening_cost_usd=3e6)
    change(tables, "demand", base_pflops_years=250, must_serve_share=0.4)
    change(tables, "parameters", {"parameter_id": "must_serve_from_year"}, value=2027)
    return tables


def scip_optimum(path: Path) -> float:
    """SCIP reads the sense from the file and gives the value in that sense.

    Without presolve: its dual presolving has given a part of a binary column as the optimum of such a matrix.
    """
    model = pyscipopt.Model()
    model.hideOutput()
    model.setParam("presolving/maxrounds", 0)
    model.readProblem(str(path))
    model.optimize()
    assert model.getStatus() == "optimal"
    best = model.getBestSol()
    whole = [v for v in model.getVars() if v.vtype() != "CONTINUOUS"]
    assert max(abs(best[v] - round(best[v])) for v in whole) <= 1e-5
    return float(model.getObjVal())


@pytest.mark.parametrize(
    ("objective", "suffix"), [(VALUE_FIRST, ".mps"), (VALUE_FIRST, ".lp"), (LEAST_COST, ".mps"), (NET_BENEFIT, ".mps")]
)
def test_scip_finds_the_same_optimum(tmp_path: Path, objective: Row, suffix: str) -> None:
    case = case_of(tmp_path, unlike_sites(), programme(objective, budget_usd=150e6))
    found = optimize(case, EXACT).document["objective"]
    path = tmp_path / f"matrix{suffix}"
    exporter = compile_only(case)
    {".mps": exporter.write_mps, ".lp": exporter.write_lp}[suffix](path)
    assert scip_optimum(path) == pytest.approx(found["value"] / 1e6, rel=1e-6)
