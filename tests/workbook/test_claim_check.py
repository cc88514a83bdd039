"""The claim check: the sheet's formulas and the plain rows reach the same figures; every price is traced."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from small import programme, solved
from tiny import tiny_tables
from workbook.sample import sample

from planner import page, workbook
from planner.results.claims import by_year, claim_check, unit_cost

ME = "Promises"


@pytest.fixture(scope="module")
def shown(finished: Path) -> Worksheet:
    return load_workbook(finished, data_only=True)[ME]


@pytest.fixture(scope="module")
def live(finished: Path) -> Worksheet:
    return load_workbook(finished)[ME]


def _first(sheet: Worksheet) -> int:
    """The first row of the table of what all of a claim would take."""
    return next(r for r in range(1, sheet.max_row) if sheet.cell(r, 7).value == "Held from") + 1


def _columns(sheet: Worksheet) -> dict[str, int]:
    return {str(sheet.cell(_first(sheet) - 1, c).value): c for c in range(1, 17)}


def test_every_claim_has_its_row(shown: Worksheet) -> None:
    claims = sample()[0].programme.claims
    assert [shown.cell(_first(shown) + n, 1).value for n in range(len(claims))] == [c.claim for c in claims]
    assert all(shown.cell(_first(shown) + n, _columns(shown)["What settles it"]).value for n in range(len(claims)))
    assert all(shown.cell(_first(shown) + n, _columns(shown)["What the plan shows"]).value for n in range(len(claims)))


def test_a_claim_on_the_interconnect_is_read_beside_the_latencies(shown: Worksheet) -> None:
    claims = [c.metric for c in sample()[0].programme.claims]
    row = _first(shown) + claims.index("interconnect")
    assert shown.cell(row, _columns(shown)["What the plan shows"]).value == "1 to 30000 us across the fabric tiers"


def test_the_sheet_and_the_plain_rows_agree(shown: Worksheet) -> None:
    case, plan, _ = sample()
    at, priced = _columns(shown), 0
    for n, row in enumerate(claim_check(case, plan), _first(shown)):
        if row["unit_cost_usd"] is None:
            continue
        priced += 1
        pairs = {
            "$M a unit, as the plan pays": row["unit_cost_usd"],
            "All of it as the plan pays, $M": row["whole_claim_usd"],
            "True for so much more, $M": row["true_for_usd_more"],
            "All of it, published low, $M": (row["whole_claim_published_usd"] or [None, None])[0],
            "All of it, published high, $M": (row["whole_claim_published_usd"] or [None, None])[1],
        }
        for name, wanted in pairs.items():
            found = shown.cell(n, at[name]).value
            assert found == (None if wanted is None else pytest.approx(wanted, rel=1e-9)), (row["id"], name)
        held = shown.cell(n, at["Held from"]).value
        assert held == (row["held_from"] or f"not by {case.periods.year(case.periods.last)}")
        assert shown.cell(n, at["Published by"]).value
    assert priced >= 6


def test_figures_are_formulas_and_published_ones_name_their_source(live: Worksheet, shown: Worksheet) -> None:
    numbers = [c for row in shown.iter_rows(min_row=7) for c in row if isinstance(c.value, int | float)]
    assert numbers
    assert all(live[c.coordinate].data_type == "f" for c in numbers)
    case = sample()[0]
    titles = {s.title for s in case.sources.values()}
    for name in case.hall_benchmarks:
        (row,) = [r for r in range(1, shown.max_row + 1) if shown.cell(r, 1).value == name]
        assert any(str(shown.cell(row, 9).value).endswith(f". {title}") for title in titles)
        assert shown.cell(row, 9).value


def test_a_claim_that_is_held_costs_nothing_more_and_one_that_is_not_does() -> None:
    case, plan, _ = sample()
    claim = next(c for c in case.programme.claims if c.metric == "power" and c.tier == "populated" and c.level)
    most = max(by_year(case, plan, claim).values())
    least = claim.model_copy(
        update={"level": 0.5 * min(by_year(case, plan, claim)[y] for y in (2034, 2035)), "by": 2035}
    )
    beyond = claim.model_copy(update={"level": 2 * most, "by": 2035})
    frame = plan["commitments"].copy()
    asked = {least.id: least}
    for wanted, short in ((least, 0.0), (beyond, most)):
        frame.loc[frame["id"] == claim.id, "shortfall"] = short
        asked = {claim.id: wanted}
        claims = tuple(asked.get(c.id, c) for c in case.programme.claims)
        edited = replace(case, programme=case.programme.model_copy(update={"claims": claims}))
        row = next(
            r
            for r in claim_check(edited, replace(plan, tables={**plan.tables, "commitments": frame}))
            if r["id"] == claim.id
        )
        assert row["held"] is (short == 0)
        assert (row["held_from"] is None) is (short > 0)
        cost = unit_cost(edited, plan, wanted)
        assert cost is not None
        assert row["true_for_usd_more"] == pytest.approx(cost.usd * short)


def test_a_programme_without_published_halls_says_so(tmp_path: Path) -> None:
    case, plan, document = sample()
    empty = replace(case, tables={**case.tables, "hall_benchmarks": case.tables["hall_benchmarks"].iloc[:0]})
    workbook.write(tmp_path / "x.xlsx", empty, plan, document)
    sheet = load_workbook(tmp_path / "x.xlsx", data_only=True)[ME]
    n = next(
        n
        for n, c in enumerate(case.programme.claims, _first(sheet))
        if c.metric == "power" and c.tier == "commissioned"
    )
    assert "no published price" in str(sheet.cell(n, _columns(sheet)["Published by"]).value)
    assert sheet.cell(n, _columns(sheet)["All of it, published low, $M"]).value is None


def test_another_programme_is_not_told_of_this_announcement(tmp_path: Path) -> None:
    """Claims with the ids of the reference, but other words; and one that names the family of the chip bought."""
    about = {"said_by": "a test"}
    claims = [
        {"id": "chips", "claim": "A building of brick", "metric": "memo", **about},
        {"id": "output", "claim": "Everybody is glad", "metric": "memo", **about},
        {"id": "kind", "claim": "Only GPUs are bought", "metric": "memo", **about},
        {"id": "places", "claim": "A site", "metric": "sites", "level": 1, "by": 2029, "binding": "firm", **about},
    ]
    result = solved(tmp_path / "case", tiny_tables(), programme(claims=claims))
    assert result.plan is not None
    written = tmp_path / "plan.xlsx"
    workbook.write(written, result.case, result.plan, result.document)
    page.write(tmp_path / "report.html", result.case, result.plan, result.document)
    book = load_workbook(written, data_only=True)
    cells = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]
    words = " ".join([*cells, (tmp_path / "report.html").read_text(encoding="utf-8")]).lower()
    assert not [w for w in ("announcement", "announced budget", "within 1 us", "within one rack") if w in words]
    rules = [str(row[0].value) for row in book["Ground rules"].iter_rows() if row[0].value]
    assert not [rule for rule in rules if rule.startswith(("Output and jobs", "MW are shown"))]
    sheet = book["Promises"]
    start = next(r for r in range(1, sheet.max_row) if sheet.cell(r, 14).value == "What the plan shows") + 1
    found = {str(sheet.cell(r, 1).value): sheet.cell(r, 14).value for r in range(start, start + len(claims))}
    assert found == {
        "A building of brick": "shown only",
        "Everybody is glad": "shown only",
        "Only GPUs are bought": "1 of 1 families are bought",
        "A site": "kept",
    }
