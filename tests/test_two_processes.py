"""A second process for the pool: the same answer as with one, also where it ends by itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from small import case_of, chip_on_sale, free_tables, programme

from planner.inputs.case import Case
from planner.solve import Limits, Verdict, scheme
from planner.solve.standing import Options

ONE = Limits(gap=1e-3, seconds=60, processes=1)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    tables = free_tables() | {"chip_supply": chip_on_sale("X", [2026, 2028], 1e6)}
    return case_of(tmp_path, tables, programme(budget_usd=20e6))


@pytest.mark.parametrize("killed", [False, True])
def test_the_answer_is_that_of_one_process(case: Case, killed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended(scheme.Prover):
        def ask(self, task):
            super().ask(task)
            assert self.beside
            if killed and task.name == scheme.PROVE:
                self._process.kill()

    alone = scheme.solve(case, ONE, options=Options(small=0))
    monkeypatch.setattr(scheme, "Prover", Ended)
    found = scheme.solve(case, replace(ONE, processes=2), options=Options(small=0))
    assert (found.verdict, alone.verdict) == (Verdict.OPTIMAL,) * 2
    assert found.value == pytest.approx(alone.value, abs=2e-3 * (alone.present_cost or 0.0))
