"""The price of service: by hand for two chips, the fit without each quote, and no factor used twice."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from planner.answers import service_prices as answer
from planner.errors import InputError, UsageError
from planner.inputs import priced
from planner.inputs.case import Case
from planner.inputs.cohorts import cohorts, real_return, recovered
from planner.inputs.read import load
from planner.inputs.service_price import Build, Seller, annuity, fit, prices, sold_in_volume, user_cost
from tests import tiny

ROOT = Path(__file__).parents[2]


@cache
def reference() -> Case:
    return load("federal-ai")


def test_user_cost_by_hand() -> None:
    """At 0 % interest, a fall of half a year and nothing to run: 1 + 1/2 + 1/4 years' worth; 1.75 for three years."""
    assert user_cost(Build("x", 7.0, {}, 3), 0.0, 0.5).usd == pytest.approx(4.0)
    # with a running cost of 1 a year: (7 + 1) / 1 = 8, (7 + 2) / 1.5 = 6, (7 + 3) / 1.75 = 5.714…
    found = user_cost(Build("x", 7.0, {"energy": 1.0}, 3), 0.0, 0.5)
    assert (found.usd, found.years) == (pytest.approx(40 / 7), 3)
    # with 3 a year the third year earns 1/4 of the first and costs 3: it is retired after two, (7 + 6) / 1.5
    found = user_cost(Build("x", 7.0, {"energy": 3.0}, 3), 0.0, 0.5)
    assert (found.usd, found.years) == (pytest.approx(26 / 3), 2)


def test_user_cost_is_the_price_less_what_the_rack_still_earns() -> None:
    """Economic depreciation: g = K (1 + r)^½ less the present value of later net earnings, plus the running cost."""
    build, r, d = Build("x", 9.0, {"hall": 0.5}, 5), 0.07, 0.27
    g = user_cost(build, r, d).usd
    later = sum(max(0.0, g * (1 - d) ** a - 0.5) / (1 + r) ** a for a in range(1, 5))
    assert g == pytest.approx(9.0 * math.sqrt(1 + r) - later + 0.5)


def test_an_annuity_pays_for_its_asset() -> None:
    paid = annuity(100.0, 120, 0.07)
    assert sum(paid / 1.07 ** (a + 0.5) for a in range(10)) == pytest.approx(100)
    assert annuity(100.0, 120, 0.0) == pytest.approx(10)


@pytest.mark.parametrize(
    ("chip", "year", "kw", "rack", "fabric", "maintained"),
    [("MI355X", 2026, 134, 2_192_000, 685_000, 0.03), ("TRN3", 2026, 175, 1_723_000, 662_000, 0.03)],
)
def test_two_chips_of_the_reference_by_hand(
    chip: str, year: int, kw: float, rack: float, fabric: float, maintained: float
) -> None:
    """One general-purpose and one captive chip, from the cells of the tables, to the cent."""
    case, mw = reference(), kw / 1000
    hall = case.designs["GF-D2C"]
    site, climate = case.sites["OH-COL"], case.climate("OH-COL", hall.cooling_id)

    def real(table: str, key: str, column: str) -> float:
        rate = case.rate(table, key, column)
        at = case.price_index
        return rate.usd * at(rate.index_id, 2026) / at(rate.index_id, rate.money_year or 2026)

    def yearly(usd: float, years: float) -> float:
        return usd / sum(1.07 ** -(a + 0.5) for a in range(round(years)))

    shell, civil, electrical, mechanical = (
        real("designs", "GF-D2C", f"{part}_usd_per_mw") * site.construction_multiplier
        for part in ("shell", "civil", "electrical", "mechanical")
    )
    mwh = mw * 0.8 * 8760
    running = [
        mw * (yearly(shell + civil, 39) + yearly(electrical + mechanical, 15)),
        mw * climate.pue_peak * 1.1 * yearly(real("grid_tranches", "OH-COL/1", "connection_usd_per_mw"), 20),
        mwh * climate.pue_average * real("sites", "OH-COL", "tariff_usd_per_mwh"),
        mwh * climate.wue_l_per_kwh * real("parameters", "cost_of_water_usd_per_m3", "value"),
        mw * real("designs", "GF-D2C", "facility_om_usd_per_mw_year"),
        mw * 0.8 * real("parameters", "site_staff_usd_per_year", "value"),
        maintained * rack,
    ]
    whole = rack * 1.03 + fabric
    by_years = [
        (whole + sum(running) * sum(1.07 ** -(a + 0.5) for a in range(n)))
        / sum(0.73**a * 1.07 ** -(a + 0.5) for a in range(n))
        for n in range(1, 6)
    ]
    seller = Seller(case, "inference")
    found = seller.cost(seller.build(case.chips[chip], year))
    assert found.usd == pytest.approx(min(by_years), abs=0.005)
    assert found.years == 1 + int(np.argmin(by_years))


def test_a_later_year_has_the_fabric_of_its_year() -> None:
    """MI355X of 2029, dollars of that year: 2,039,000 · 1.03 + 637,000 for fabric, where 2026 has 685,000."""
    case = reference()
    assert case.chip_supply["MI355X", 2029].fabric_usd_per_rack == 637_000 == round(685 * 2_039 / 2_192) * 1000
    growth = case.price_index("general", 2029) / case.price_index("general", 2026)
    found = Seller(case, "inference").build(case.chips["MI355X"], 2029).price_usd
    assert found == pytest.approx((2_039_000 * 1.03 + 637_000) / growth, abs=0.005)


def test_the_tables_hold_what_the_formula_says() -> None:
    """``planner service-prices --write data/federal-ai`` has been run since the last change of a cost."""
    case = reference()
    found = priced.tables(case)
    rents = {w: float(case.workloads[w].rent_usd_per_pflops_year) for w in case.workloads}
    assert {k[0]: float(v["rent_usd_per_pflops_year"]) for k, v in found["workloads"].items()} == rents
    assert {k[0]: float(v["margin"]) for k, v in found["service_prices"].items()} == {
        w: case.service_prices[w].margin for w in rents
    }
    path = case.tables["rent_paths"]
    held = {(w, str(y)): x for w, y, x in zip(path["workload_id"], path["year"], path["rent_index"], strict=True)}
    assert {k: float(v["rent_index"]) for k, v in found["rent_paths"].items()} == held


def test_the_page_is_what_the_command_writes() -> None:
    page = (ROOT / "docs" / "service-prices.md").read_text(encoding="utf-8")
    assert page == answer.page(reference()), "planner service-prices --out docs/service-prices.md"


def test_a_margin_left_out_is_fitted_on_the_others() -> None:
    found = fit(reference(), "inference")
    names = list(found.ratios)
    assert "INF2-AWS-1Y" not in names
    others = [found.ratios[n] for n in names[1:]]
    expected = math.prod(others) ** (1 / len(others)) / found.ratios[names[0]] - 1
    assert found.left_out[names[0]] == pytest.approx(expected)
    assert found.margin == pytest.approx(math.prod(found.ratios.values()) ** (1 / len(names)))
    assert found.percentile(0) == min(found.ratios.values())
    assert found.percentile(1) == max(found.ratios.values())


def test_captive_and_unsold_parts_set_no_price() -> None:
    case = reference()
    for w in case.service_prices:
        chips = {chip.chip_id for chip in sold_in_volume(case, w)}
        assert chips
        assert all(case.chips[c].family == "GPU" and case.chips[c].sale_status == "on sale" for c in chips)
        assert {p.chip for p in prices(case, w, 2040)} <= chips
        assert [p.year for p in prices(case, w, 2040)] == list(range(2026, 2041))


def test_prices_do_not_move_with_the_costs_of_the_plan() -> None:
    dearer = load("federal-ai", ["designs.GF-D2C.shell_usd_per_mw=*2", "sites.OH-COL.tariff_usd_per_mwh=*2"])
    assert dearer.rent_musd("inference", 2030) == reference().rent_musd("inference", 2030)
    asked = priced.tables(dearer)["workloads"][("inference",)]["rent_usd_per_pflops_year"]
    assert float(asked) > reference().workloads["inference"].rent_usd_per_pflops_year


def test_no_factor_is_used_twice() -> None:
    """Seller's occupancy moves the price alone, the programme's own its deliveries alone; use and faults move both."""
    case, w = reference(), "inference"
    frame = case.tables["service_prices"]
    seller = replace(case, tables={**case.tables, "service_prices": frame.assign(seller_occupancy=0.5)})
    own = replace(case, tables={**case.tables, "service_prices": frame.assign(occupancy=0.5)})
    of = {name: next(iter(prices(c, w, 2026))).usd for name, c in (("as is", case), ("seller", seller), ("own", own))}
    # at the same margin: the fit would take the seller's occupancy out again
    assert of["seller"] == pytest.approx(of["as is"] * 0.725 / 0.5)
    assert of["own"] == of["as is"]
    assert seller.delivered_share(w) == case.delivered_share(w)
    assert own.delivered_share(w) == pytest.approx(case.delivered_share(w) * 0.5 / 0.725)
    work = case.workloads[w]
    assert case.rent_musd(w, 2026) == pytest.approx(work.rent_usd_per_pflops_year / 1e6 / 0.3 / 0.95)
    assert case.delivered_share(w) == pytest.approx(0.3 * 0.95 * 0.725)


def test_a_level_adds_its_cost_without_margin() -> None:
    case, w = reference(), "inference"
    more = case.rent_musd(w, 2026, "secret") - case.rent_musd(w, 2026)
    mw = case.service_prices[w].mw_per_pflops
    assert more == pytest.approx(179_000 * mw / 1e6 / 0.3 / 0.95)
    later = case.rent_musd(w, 2030, "secret") / case.rent_musd(w, 2030)
    assert later == pytest.approx(case.rent_musd(w, 2026, "secret") / case.rent_musd(w, 2026))


@pytest.mark.parametrize(("level", "chain"), [("gov", 2), ("secret", 3), ("topsecret", 4)])
def test_what_a_level_adds_follows_from_the_tables(level: str, chain: int) -> None:
    """At 100 MW: hardening of the dearest shell over 39 years, accreditations over five, guards above the lowest."""
    case = reference()
    greenfield = [d for d, x in case.designs.items() if x.route == "greenfield"]
    shell = max(case.base_year_usd("designs", d, "shell_usd_per_mw") for d in greenfield)
    steps = list(case.accreditations)[:chain]
    cost, monitoring = (
        sum(case.base_year_usd("accreditations", x, f"{column}") for x in steps)
        for column in ("cost_usd", "monitoring_usd_per_year")
    )
    guard = case.staffing["GUARD"]
    heads = guard.heads_per_mw + guard.heads_per_site / 100
    guards = 0.0 if level == "gov" else heads * case.base_year_usd("staffing", "GUARD", "loaded_usd_per_head_year")
    hardening = annuity(shell * case.levels[level].hardening_share, 468, case.real_rate)
    found = hardening + (annuity(cost, 60, case.real_rate) + monitoring) / 100 + guards
    assert case.base_year_usd("level_addons", level, "addon_usd_per_mw_year") == pytest.approx(found, abs=500)


def test_without_the_table_rents_are_given_and_racks_are_full(tmp_path: Path) -> None:
    case = load(tiny.write_tiny(tmp_path))
    w = next(iter(case.workloads))
    assert case.occupancy(w) == 1
    assert case.delivered_share(w) == case.workloads[w].used_share
    with pytest.raises(UsageError, match="service_prices"):
        answer.document(case)


def test_recovery_and_return_by_hand() -> None:
    """100 earned over two halves of 60: 100 / 60 years. 100 that comes back as 121 after two years earns 10 %."""
    assert recovered(100, [60, 60]) == pytest.approx(20)
    assert recovered(100, [60, 30]) is None
    assert real_return(100, [0, 0], 121) == pytest.approx(0.1)
    assert real_return(100, [10, 0], 50) is None


def test_a_rack_that_sets_the_price_earns_the_programmes_rate() -> None:
    """At margin 1, equal occupancy and its own price, the reference part returns the real rate it was priced at."""
    case = reference()
    frame = case.tables["service_prices"].assign(margin=1.0, occupancy=0.725)
    fitted = replace(case, tables={**case.tables, "service_prices": frame})
    price = next(iter(prices(fitted, "inference", 2026)))
    seller = Seller(fitted, "inference")
    build = seller.build(fitted.chips[price.chip], 2026)
    pflops = fitted.chips[price.chip].fp8_pflops
    earned = [price.usd * 0.73**a * pflops * 0.725 - build.running for a in range(5)]
    assert real_return(build.price_usd, earned, 0.0) == pytest.approx(case.real_rate, abs=1e-6)
    assert all(c.months is None or c.months > 0 for c in cohorts(fitted))


def test_a_workload_without_a_part_on_sale_has_no_price() -> None:
    """Every GPU leaves the market: the rows that ask for a price are named."""
    with pytest.raises(InputError) as refused:
        load(
            "federal-ai", [f"chips.{c}.sale_status=announced" for c in ("H200", "GB200", "GB300", "VR-NVL72", "MI355X")]
        )
    faults = [f for f in refused.value.faults if f.file == "service_prices.csv"]
    assert [f.found for f in faults] == ["training", "frontier_training", "inference", "simulation"]
    assert all(f.column == "workload_id" and f.row is not None and "2026" in f.allowed for f in faults)
