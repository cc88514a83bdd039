"""What is drawn: means, quantiles and correlations of the file; dollars and months of a draw by hand."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from risk.programme import CLAIMS, NEVER, RANGES, SURE, drawn, file_of, months, planned
from scipy import stats
from workbook.sample import sample

from planner.inputs import shipped
from planner.risk.account import moved
from planner.risk.document import document
from planner.risk.fitting import Fitted, fitted
from planner.risk.found import risk
from planner.risk.reading import read
from planner.risk.sampling import sizes

GRID = {"grid": months("grid_tranches.lead_months")}
LATE = {**GRID, "works": months("designs.lead_months")}


def scores(values: np.ndarray) -> np.ndarray:
    """Normal scores of the ranks."""
    return np.asarray(stats.norm.ppf((stats.rankdata(values) - 0.5) / len(values)))


def test_means_quantiles_and_correlations_are_those_of_the_file(tmp_path: Path) -> None:
    found = drawn(file_of(tmp_path, (0.8, 1.0, 1.6), (0.5, 1.0, 3.0), "lognormal", **GRID), 16384)
    halls, racks = found.draws.factors.T
    assert halls.mean() == pytest.approx((0.8 + 4 * 1.0 + 1.6) / 6, abs=1e-3)
    assert halls.min() >= 0.8
    assert halls.max() <= 1.6
    assert np.quantile(racks, [0.1, 0.5, 0.9]) == pytest.approx([0.5, 1.0, 3.0], rel=0.01)
    assert racks.max() > 6  # a tail well beyond the high of the file
    assert np.corrcoef(scores(halls), scores(racks))[0, 1] == pytest.approx(0.6, abs=0.02)


@pytest.mark.parametrize("shape", ["triangular", "pert", "lognormal"])
def test_a_shape_has_its_three_points(tmp_path: Path, shape: str) -> None:
    found = drawn(file_of(tmp_path, racks=(0.5, 1.0, 3.0), shape=shape), 16384).families[1]
    own = found.distribution
    if shape == "lognormal":
        assert [own.cdf(x) for x in (0.5, 1.0, 3.0)] == pytest.approx([0.1, 0.5, 0.9])
        return
    assert [own.cdf(0.5), own.cdf(3.0)] == [0.0, 1.0]
    around = np.linspace(0.5, 3.0, 1001)
    assert around[np.argmax(own.pdf(around))] == pytest.approx(1.0, abs=0.01)
    mean = 1.5 if shape == "triangular" else (0.5 + 4 + 3.0) / 6
    assert own.mean() == pytest.approx(mean)


def test_delays_are_the_late_part_of_a_triangular_lead_time(tmp_path: Path) -> None:
    found = drawn(file_of(tmp_path, **GRID), 16384)
    low, high = RANGES["grid_tranches", "*", "lead_months"]
    lead = stats.triang((9 - low) / (high - low), low, high - low)
    (late,) = found.draws.months["grid"].values()
    assert np.mean(late > 0) == pytest.approx(lead.sf(9), abs=0.01)
    for quantile in (0.5, 0.8, 0.95):
        assert np.quantile(late, quantile) == pytest.approx(max(0.0, lead.ppf(quantile) - 9), abs=0.05)


def test_two_sites_are_late_together_as_the_file_says(tmp_path: Path) -> None:
    case, plan = planned()
    path = file_of(tmp_path, grid="low_months = 1.0\nmid_months = 2.0\nhigh_months = 4.0")
    opens = plan["opens"]
    tables = {**plan.tables, "opens": opens.iloc[[0, 0]].assign(site_id=["A", "B"])}
    found = risk(case, replace(plan, tables=tables), read(path, case), 16384, 0)
    one, other = found.draws.months["grid"].values()
    assert np.corrcoef(scores(one), scores(other))[0, 1] == pytest.approx(0.4, abs=0.02)


def test_the_same_seed_gives_the_same_curve(tmp_path: Path) -> None:
    path = file_of(tmp_path, (0.8, 1.0, 1.6), (0.5, 1.0, 3.0), **LATE)
    one, again, other = (drawn(path, 1024, seed) for seed in (3, 3, 4))
    assert np.array_equal(one.cost, again.cost)
    assert not np.array_equal(one.cost, other.cost)
    both = [{**document("r", found), "seconds": 0} for found in (one, again)]
    assert both[0] == both[1]


def test_the_error_of_p80_is_that_of_repeated_seeds(tmp_path: Path) -> None:
    path = file_of(tmp_path, (0.8, 1.0, 1.6), (0.5, 1.0, 3.0), **LATE)
    found = drawn(path, 10_000)
    assert found.draws.count == 10 * 1024
    assert found.error(80) <= 0.005 * np.quantile(found.cost, 0.8)
    pooled = [np.quantile(drawn(path, 1000, seed).cost, 0.8) for seed in range(12)]
    told = drawn(path, 1000).error(80)
    assert 0.1 * told < np.std(pooled) < 4 * told


@pytest.mark.parametrize(
    ("asked", "made"), [(64, (8, 8)), (1000, (16, 64)), (10_000, (10, 1024)), (12_345, (13, 1024))]
)
def test_draws_come_in_replicates_of_a_power_of_two(asked: int, made: tuple[int, int]) -> None:
    assert sizes(asked) == made


def test_without_variance_it_is_the_plan_to_the_cent(tmp_path: Path) -> None:
    case, plan = planned()
    found = drawn(file_of(tmp_path), 64)
    about = document("r", found)
    detail = plan["detail"]
    assert about["plan_usd"]["investment"] == detail.loc[detail["ledger"] == "investment", "cents"].sum() / 100
    assert np.abs(found.cost - found.base).max() < 0.005
    posted = detail[(detail["ledger"] == "investment") & ~detail["wbs_code"].isin(["1.1.9", "1.3.9"])]
    by_year = posted.groupby("period")["cents"].sum() / 100
    for percentile in ("50", "80"):
        cash = about["cash_by_year_usd"][percentile]
        assert {year: round(usd, 2) for year, usd in cash.items() if usd} == by_year.to_dict()
    assert about["contingency_usd"]["total"] == pytest.approx(0, abs=0.005)
    met = plan["commitments"].set_index("id")["met"]
    assert {c["id"]: c["probability_met"] for c in about["commitments"]} == {i: float(m) for i, m in met.items()}
    left, last = about["when_spending_stops"], plan["tiers"][plan["tiers"]["period"] == "2029"]
    for tier in ("commissioned", "populated"):
        assert left[f"{tier}_mw"]["p80"] == pytest.approx(last[f"{tier}_mw"].sum())
    assert len(case.programme.claims) == len(CLAIMS)


def test_a_draw_costs_its_lines_times_their_factors(tmp_path: Path) -> None:
    """Racks at three times their price and all else as planned; management stands on construction alone."""
    case, plan = planned()
    found = drawn(file_of(tmp_path, racks=(3.0, 3.0, 3.0)), 64)
    detail = plan["detail"].set_index("wbs_code")["cents"]
    assert found.cost == pytest.approx(found.base + 2 * detail["1.3.1"].sum() / 100)
    found = drawn(file_of(tmp_path, halls=(2.0, 2.0, 2.0)), 64)
    held = detail[["1.1.1", "1.1.3", "1.1.4", "1.2.1", "1.2.3", "1.2.4", "1.1.8", "1.2.8"]]
    assert found.cost == pytest.approx(found.base + held.sum() / 100)
    assert case.programme.budget_usd > found.cost.max()


def test_ranges_of_the_data_are_weighed_by_dollars(tmp_path: Path) -> None:
    """Four rates of 1 M$ a MW, of which the shell alone has a range: a quarter of it."""
    case, plan = planned()
    path = file_of(tmp_path)
    text = path.read_text().replace('["1.1.1", "1.1.3", "1.1.4", "1.2.1", "1.2.3", "1.2.4"]', '["1.1.4", "1.1.3"]')
    path.write_text(text.replace("low = 1.0\nmid = 1.0\nhigh = 1.0\n", "", 1))
    family, _ = fitted(read(path, case), case, plan)[0]
    assert (family.low, family.mid, family.high) == pytest.approx((0.9, 1.0, 1.25))
    assert family.unranged_usd == pytest.approx(family.usd / 2)


def test_a_delay_pays_later_and_dearer(tmp_path: Path) -> None:
    """Works a year late: what construction costs then, 3 % more a year, is paid in 2029 instead of 2028."""
    late = "low_months = 12.0\nmid_months = 12.0\nhigh_months = 12.0"
    found, plain = (drawn(file_of(tmp_path, works=given), 64) for given in (late, NEVER))
    cash, before = (f.cash.by_category["construction"][0] for f in (found, plain))
    detail = planned()[1]["detail"]
    works = detail[detail["wbs_code"].isin(["1.1.3", "1.1.4"]) & (detail["period"] == "2028")]["cents"].sum() / 100
    works *= 1.1  # management
    assert cash[:4] - before[:4] == pytest.approx([0, 0, -works, 1.03 * works])
    assert found.cost.max() - plain.base == pytest.approx(0.03 * works * 2)  # electrical and cooling plant as well


@pytest.mark.parametrize(
    ("periods", "paid"),
    [(0.0, [4, 8, 0, 0, 0]), (0.5, [2, 6, 4, 0, 0]), (1.0, [0, 4, 8, 0, 0]), (2.25, [0, 0, 3, 7, 2])],
)
def test_amounts_move_at_an_even_rate(periods: float, paid: Sequence[float]) -> None:
    assert moved(np.array([[4.0, 8.0]]), np.array([periods]), 3).tolist() == [list(paid)]


def test_the_made_up_plan_of_the_shipped_data_in_two_seconds() -> None:
    """Seconds of the processor, so that others at work do not count."""
    case, plan, _ = sample()
    uncertainty = read(shipped.uncertainty_file("federal-ai"), case)
    began = time.process_time()
    found = risk(case, plan, uncertainty, 10_000, 0)
    assert time.process_time() - began < 2.0
    assert found.error(80) <= 0.005 * np.quantile(found.cost, 0.8)
    assert isinstance(found.families[0], Fitted)
    assert (found.families[0].low, found.families[0].mid, found.families[0].high) != SURE
