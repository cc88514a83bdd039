"""Published warehouse problems: the product's own tables give the optimum that brute force, or the library, gives."""

from __future__ import annotations

import itertools
import os
import re
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from tiny import write_tiny

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import orlib

#: in the format of the library; the first warehouse is the cheapest everywhere and too small for all
SMALL = """ 4 5
 60 750.
 40 0.
 20 1200.5
 80 2100.
 13
 100.12500 205.05000 310.40000 98.50000
 21
 240.86250 199.07500 512.40000 410.85000
 8
 61.00000 60.60000 22.40000 76.80000
 30
 372.11250 982.22500 424.32500 681.40000
 27
 171.46250 552.17500 577.90000 461.75000
"""
#: the files themselves are read from the folder that this variable names
FOLDER = "ORLIB_FOLDER"
PUBLISHED = {"cap41": "1040444.375", "cap71": "932615.750"}


def brute_force(found: orlib.Instance) -> float:
    """The least cost over all sets of open warehouses; how customers are split is a linear program."""
    customers, warehouses = len(found.demands), len(found.fixed)
    cost = np.array([[float(c) for c in row] for row in found.costs])
    demand, capacity = (np.array([float(x) for x in given]) for given in (found.demands, found.capacities))
    met = np.kron(np.eye(customers), np.ones(warehouses))
    load = np.kron(demand, np.eye(warehouses))
    values = []
    for opened in itertools.product((0, 1), repeat=warehouses):
        best = linprog(cost.ravel(), load, capacity * opened, met, np.ones(customers))
        if best.status == 0:
            values.append(best.fun + sum(float(f) for f, x in zip(found.fixed, opened, strict=True) if x))
    return float(min(values))


@pytest.mark.parametrize("change", [("", ""), (" 750.", " 0."), (" 60 ", " 33.5 "), ("2100.", "1.")], ids=str)
def test_a_small_problem_costs_what_brute_force_finds(tmp_path: Path, change: tuple[str, str]) -> None:
    found = orlib.read(SMALL.replace(*change, 1) if change[0] else SMALL)
    best = orlib.solve(write_tiny(tmp_path, *orlib.tables(found)))
    assert float(best.cost) == pytest.approx(brute_force(found), abs=1e-5)
    assert float(best.bound) == pytest.approx(float(best.cost), abs=1e-5)
    assert 0 < len(best.opened) < 4


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_optimum_comes_out_to_its_last_digit(tmp_path: Path, name: str) -> None:
    files = [p for p in Path(os.environ.get(FOLDER, tmp_path)).iterdir() if re.search(rf"{name}\b", p.stem)]
    if not files:
        pytest.skip(f"{FOLDER} names no folder with {name}")
    best = orlib.solve(write_tiny(tmp_path, *orlib.tables(orlib.read(files[0].read_text(encoding="utf-8")))))
    assert round(best.cost, 3) == round(best.bound, 3) == Decimal(PUBLISHED[name])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1 1 5 1 2", "ends before"),
        ("1 1 5 1 2 3 4", "follows the last"),
        ("1 1 capacity 1 2 3", "'capacity' is where a number belongs"),
        ("1 1 5 1 0 3", "not above 0"),
        ("2 1 1000.001 1 1000 1 2 3 3", "whole multiples"),
    ],
)
def test_another_format_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        orlib.read(text)
