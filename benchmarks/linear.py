"""A what-if on numbers alone: the budget a tenth larger, in the linear relaxation of stage 1.

The budget stands in the right sides of the ceilings and nowhere else in the matrix, so that edited arrays must be those
of a model built anew. Both are compared bit by bit before anything is timed.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from planner.formulation import build
from planner.formulation.objective import aims
from planner.inputs import read
from planner.inputs.case import Case
from planner.solve import Limits, Linear, Program
from planner.solve.highs import Run

CEILINGS = ("budget.within_budget", "budget.within_authority")


def compiled(case: Case) -> tuple[Program, Linear]:
    built = build(case)
    program = Program.compile(built.model)
    return program, program.linear(aims(built.model, case, built.accounts)[0].terms)


def edited(program: Program, ceilings: np.ndarray, before: Case, after: Case) -> Program:
    upper = program.row_upper.copy()
    upper[ceilings] = upper[ceilings] / before.spendable_musd * after.spendable_musd
    return replace(program, row_upper=upper)


def relaxed(program: Program, cost: Linear) -> Any:
    return Run(program, cost, "max", Limits(seconds=None), (), program.whole, {}, None).model(relaxed=True)


def timed(make: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    taken, made = [], None
    for _ in range(repeats):
        gc.collect()
        began = time.process_time()
        made = make()
        taken.append(time.process_time() - began)
    return median(taken), made


def compare(model: str, repeats: int) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    before = read.load(model, ())
    after = read.load(model, ("programme.budget_usd=+10%",))
    program, cost = compiled(before)
    ceilings = np.array([i for i, name in enumerate(program.row_names) if name.startswith(CEILINGS)])
    anew, (again, _) = timed(lambda: compiled(after), repeats)
    edit, changed = timed(lambda: edited(program, ceilings, before, after), repeats)
    if program.matrix.data.tobytes() != again.matrix.data.tobytes() or not np.allclose(
        changed.row_upper, again.row_upper, rtol=1e-12, atol=0
    ):
        raise SystemExit("edited arrays are not those of a model built anew")

    cold_model = relaxed(changed, cost)
    cold, _ = timed(lambda: (cold_model.clearSolver(), cold_model.run()), repeats)
    open_model = relaxed(program, cost)
    open_model.run()
    basis, rows = open_model.getBasis(), ceilings.astype(np.int32)

    def warm() -> float:
        open_model.changeRowsBounds(len(rows), rows, changed.row_lower[rows], changed.row_upper[rows])
        open_model.run()
        return float(open_model.getInfo().objective_function_value)

    taken = []
    for _ in range(repeats):
        open_model.changeRowsBounds(len(rows), rows, program.row_lower[rows], program.row_upper[rows])
        open_model.setBasis(basis)
        began = time.process_time()
        value = warm()
        taken.append(time.process_time() - began)
    away = abs(value - cold_model.getInfo().objective_function_value)
    if away > 1e-6 * abs(value):
        raise SystemExit(f"warm and cold differ by {away:g}")
    pairs = [
        ("model built anew to arrays", anew, "1"),
        ("arrays edited", edit, f"1/{anew / max(edit, 1e-9):,.0f}"),
        ("linear solve, cold", cold, "1"),
        ("linear solve, from the last basis", median(taken), f"1/{cold / median(taken):,.1f}"),
    ]
    return ("what", "median CPU s", "of the line for it"), [(n, f"{s:.5f}", ratio) for n, s, ratio in pairs]
