"""A stored plan once more in rational arithmetic: texts of its tables and inputs as exact decimals, no rounding at all.

What is found here is what the stored plan ties to: each line to half a cent, every total to the cent, every limit of
money to half a cent a line, energy to a millionth of a kWh in a MWh, each row of the matrix to 1e-6 of its size.
"""

from __future__ import annotations

import csv
import dataclasses
import json
from collections import defaultdict
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from differential.programmes import any_programme
from small import EXACT, case_of

from planner import store
from planner.formulation import build
from planner.run import optimize
from planner.solve import Program, SolveLimits

from .test_stored import lively

CENT = Fraction(1, 100)
HALF_A_CENT = CENT / 2
#: what a product of five floats may lose, as a part of it
FLOAT = Fraction(1, 10**14)
#: excess over a row, as a part of its size, that a plan may have
ROW = Fraction(1, 10**6)


class Stored:
    """A run as its files have it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.document: dict[str, Any] = json.loads((folder / "run.json").read_text("utf-8"), parse_float=Fraction)

    def table(self, name: str) -> list[dict[str, str]]:
        return self._rows(self.folder / "tables" / f"{name}.csv")

    def inputs(self, name: str) -> list[dict[str, str]]:
        return self._rows(self.folder / "inputs" / "data" / "data" / f"{name}.csv")

    def _rows(self, path: Path) -> list[dict[str, str]]:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def usd(lines: Iterable[dict[str, str]]) -> Fraction:
    return sum((Fraction(line["cents"]) for line in lines), Fraction(0)) * CENT


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """Prices grow unevenly, so that no factor is a round number."""
    case = lively(tmp_path_factory.mktemp("inputs"))
    prices = case.tables["price_indices"]
    growth = prices["index_id"].map({"general": 1.021, "construction": 1.047, "wages": 1.033, "electricity": 1.013})
    grown = prices.assign(index_value=100.0 * growth ** (prices["year"] - 2026))
    result = optimize(dataclasses.replace(case, tables={**case.tables, "price_indices": grown}), EXACT)
    return Stored(store.save(tmp_path_factory.mktemp("reports"), "lively", result, lambda at, document: None).path)


def test_each_line_is_quantity_times_rate_to_half_a_cent(run: Stored) -> None:
    for line in run.table("detail"):
        exact = Fraction(1)
        for factor in ("quantity", "rate_usd", "factor", "escalation"):
            exact *= Fraction(line[factor])
        assert abs(exact - usd([line])) <= HALF_A_CENT + FLOAT * abs(exact), line


def test_each_rate_is_the_figure_as_it_stands(run: Stored) -> None:
    """A rate names table, row and column; sums and shares of the plan's own dollars have a rate of one."""
    read = 0
    for line in run.table("detail"):
        table, _, rest = line["rate_ref"].partition(".")
        key, _, column = rest.rpartition(".")
        if not key:  # shares of dollars of the plan itself
            assert Fraction(line["rate_usd"]) == 1, line
            continue
        (row,) = [row for row in run.inputs(table) if f"{'/'.join(row.values())}/".startswith(f"{key}/")]
        assert Fraction(line["rate_usd"]) == Fraction(row[column]), line
        read += 1
    assert read > 20


def test_each_escalation_is_the_ratio_of_its_index(run: Stored) -> None:
    """Of some index of its period to that of the base year; a price of its own year has none."""
    indices: dict[str, set[Fraction]] = defaultdict(lambda: {Fraction(1)})
    base = {
        row["index_id"]: Fraction(row["index_value"]) for row in run.inputs("price_indices") if row["year"] == "2026"
    }
    for row in run.inputs("price_indices"):
        indices[row["year"]].add(Fraction(row["index_value"]) / base[row["index_id"]])
    escalated = 0
    for line in run.table("detail"):
        said = Fraction(line["escalation"])
        assert min(abs(said - ratio) for ratio in indices[line["period"]]) <= FLOAT, line
        escalated += said != 1
    assert escalated > 20


def test_totals_of_the_document_are_the_sums_of_cents(run: Stored) -> None:
    said, lines = run.document["indicators"], run.table("detail")
    invested = [line for line in lines if line["ledger"] == "investment"]
    assert usd(invested) == said["spend_usd"]
    assert usd(line for line in lines if line["ledger"] == "operations") == said["operations_usd"]
    for part, of in (("spend_by_category_usd", "category"), ("spend_by_year_usd", "period")):
        sums: dict[str, Fraction] = defaultdict(Fraction)
        for line in invested:
            sums[line[of]] += usd([line])
        if part == "spend_by_category_usd":
            aside = [line for line in invested if line["wbs_code"] == "2.9"]
            sums["unallocated by the split"] = usd(aside)
            sums[aside[0]["category"]] -= usd(aside)
        assert {k: v for k, v in sums.items() if v} == {k: v for k, v in said[part].items() if v}


def test_money_stays_within_its_limits(run: Stored) -> None:
    """What is invested by the end of each year within what is authorised; what is paid to operate is owed."""
    parameters = {row["parameter_id"]: Fraction(row["value"]) for row in run.inputs("parameters")}
    spendable = 100_000_000 * (1 - parameters["management_reserve_share"])
    authority = {row["year"]: Fraction(row["share_of_budget"]) for row in run.inputs("authority")}
    lines = run.table("detail")
    invested = [line for line in lines if line["ledger"] == "investment"]
    years = sorted({line["period"] for line in lines})
    for year in years:
        by_now = [line for line in invested if line["period"] <= year]
        given = spendable * sum(share for y, share in authority.items() if y <= year)
        assert usd(by_now) <= given * (1 + ROW) + HALF_A_CENT * len(by_now)
        owed = [line for line in lines if line["ledger"] == "operations" and line["period"] == year]
        paid = sum(Fraction(row["musd"]) for row in run.table("funded") if row["period"] == year) * 10**6
        assert abs(paid - usd(owed)) <= ROW * paid + HALF_A_CENT * len(owed)


def test_energy_that_comes_is_energy_that_is_used(run: Stored) -> None:
    """To the millionth of a kWh in a MWh."""
    came: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for name in ("imported", "generated"):
        for row in run.table(name):
            came[row["site_id"], row["period"]] += Fraction(row["mwh"])
    used = {(row["site_id"], row["period"]): Fraction(row["facility_mwh"]) for row in run.table("energy")}
    assert sum(used.values()) > 100_000
    for key in {*came, *used}:
        assert abs(came[key] - used.get(key, 0)) <= Fraction(1, 10**9) * max(1, came[key])


@pytest.mark.parametrize("seed", [0, 7])
def test_each_row_of_the_matrix_holds_in_rational_arithmetic(tmp_path: Path, seed: int) -> None:
    """Activities without rounding; whole columns are whole."""
    built = build(case_of(tmp_path, *any_programme(seed)))
    program = Program.compile(built.model)
    values = program.solve(program.linear(built.objective), SolveLimits(seconds=60.0)).values
    assert values is not None
    exact = [Fraction(float(x)) for x in values]
    assert all(exact[i].denominator == 1 for i in np.flatnonzero(program.whole))
    rows = program.matrix.tocsr()
    for r, (low, high) in enumerate(zip(program.row_lower, program.row_upper, strict=True)):
        entries = slice(rows.indptr[r], rows.indptr[r + 1])
        parts = [Fraction(float(a)) * exact[i] for i, a in zip(rows.indices[entries], rows.data[entries], strict=True)]
        room = ROW * max([Fraction(1), *map(abs, parts)])
        for bound, side in ((low, -1), (high, 1)):
            if np.isfinite(bound):
                assert side * (sum(parts) - Fraction(float(bound))) <= room
