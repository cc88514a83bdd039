"""Dollars by the status of their evidence: traced by hand, to the cent, and the same on every face."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small import programme, solved
from tiny import tiny_tables, write_tiny
from workbook.sample import sample

from planner import page, show, workbook
from planner.errors import InputError
from planner.inputs import read
from planner.inputs.case import Case
from planner.inputs.schema import BY_NAME, MONEY_PARAMETERS, PARAMETERS, STATUSES
from planner.measures import usd
from planner.page.figures import Figures
from planner.plan import Plan
from planner.results.behind import leans_on
from planner.results.evidence import APART, QUANTITIES, Evidence, spread, statuses
from planner.workbook.book import letter
from planner.workbook.sheets import evidence as sheet
from planner.workbook.sheets import moving
from planner.workbook.sheets.detail import DOLLARS

DATA = Path(__file__).parents[1] / "data" / "federal-ai"
WEAKER = ("read", "read-excerpt", "secondary", "derived", "recalled", "assumption", "unsupported")
#: cost lines by WBS code and item, with what stands behind them as a reviewer reads it off Detail; the index last
TRACED: tuple[tuple[str, str, str, tuple[str, ...], str], ...] = (
    (
        "1.1.1",
        "campus opening",
        "sites",
        ("sites.{s}.opening_cost_usd", "sites.{s}.construction_multiplier"),
        "construction",
    ),
    (
        "1.2.2",
        "RECIP",
        "plants",
        ("plants.RECIP.capex_usd_per_kw", "sites.{s}.construction_multiplier"),
        "construction",
    ),
    ("1.3.3", "TRN4 storage", "chips", ("chip_supply.TRN4/{y}.rack_price_usd", "chips.TRN4.storage_share"), ""),
    ("1.3.2", "fabric renewal", "chips", ("chips.TRN2.fabric_usd_per_rack",), "general"),
    (
        "1.1.7",
        "framework discount, shell",
        "designs",
        ("designs.GF-D2C.shell_usd_per_mw", "parameters.volume_discount_share.value"),
        "construction",
    ),
)


def listed() -> dict[str, dict[str, str]]:
    """Rows of figures.csv as they stand in the file, by table.key.column."""
    with (DATA / "figures.csv").open(encoding="utf-8") as stream:
        return {f"{r['table']}.{r['key']}.{r['column']}": r for r in csv.DictReader(stream)}


def with_statuses(case: Case, word: str, **other: str) -> Case:
    """The case with one status for every figure, and another for those of a table and column."""
    frame = case.tables["figures"].copy()
    frame["status"] = word
    for name, status in other.items():
        table, _, column = name.partition("__")
        frame.loc[(frame["table"] == table) & (frame["column"] == column), "status"] = status
    return replace(case, tables={**case.tables, "figures": frame})


def cents(case: Case, plan: Plan) -> dict[str, int]:
    return {part.status: part.cents for part in Evidence(case, plan).parts}


@pytest.mark.parametrize(("code", "item", "table", "refs", "index"), TRACED, ids=[t[1] for t in TRACED])
def test_a_line_traced_by_hand(code: str, item: str, table: str, refs: tuple[str, ...], index: str) -> None:
    case, plan, _ = sample()
    known = listed()
    found = [line for line in Evidence(case, plan).lines if (line.at.wbs, line.at.item) == (code, item)]
    assert found
    for line in found:
        asked = [ref.format(s=line.at.site, y=line.period) for ref in refs]
        rate = known.get(asked[0]) or known[f"{table}.*.{asked[0].rpartition('.')[2]}"]
        year = rate["money_year"]
        if index and year != line.period:
            asked += [f"price_indices.{index}/{at}.index_value" for at in (line.period, year)]
        words = [(known.get(r) or known[f"{r.split('.')[0]}.*.{r.rpartition('.')[2]}"])["status"] for r in asked]
        assert line.status == max(words, key=WEAKER.index)
        assert line.rate_status == words[0]
        row = plan["detail"].iloc[line.place]
        assert (row["item"], row["cents"]) == (item, line.cents)
        assert row["quantity"] * row["rate_usd"] * row["factor"] * row["escalation"] == pytest.approx(
            line.cents / 100, abs=0.006
        )


@pytest.mark.parametrize(("code", "item", "table", "refs", "index"), TRACED, ids=[t[1] for t in TRACED])
def test_each_figure_behind_a_line_can_weaken_it(
    code: str, item: str, table: str, refs: tuple[str, ...], index: str
) -> None:
    case, plan, _ = sample()
    weak = [f"{ref.split('.')[0]}__{ref.rpartition('.')[2]}" for ref in refs]
    weak += ["price_indices__index_value"] if index else []
    for one in [*weak, "chips__rack_kw", "spend_profiles__share"]:
        spoilt = Evidence(with_statuses(case, "read", **{one: "unsupported"}), plan)
        found = {line.status for line in spoilt.lines if (line.at.wbs, line.at.item) == (code, item)}
        assert ("unsupported" in found) == (one in weak), one


@pytest.mark.parametrize("soft", [True, False])
def test_the_parts_are_the_budget_to_the_cent(soft: bool) -> None:
    case, plan, _ = sample(soft=soft)
    found = Evidence(case, plan)
    parts = {part.status: part for part in found.parts}
    assert list(parts) == [*STATUSES, *APART]
    assert sum(p.cents for p in parts.values()) == round(100 * case.programme.budget_usd)
    assert sum(p.share for p in parts.values()) == pytest.approx(1)
    detail = plan["detail"][plan["detail"]["ledger"] == "investment"]
    invested = int(detail["cents"].sum())
    for alone in (False, True):
        amounts = [p.rate_cents if alone else p.cents for s, p in parts.items() if s in STATUSES]
        assert sum(amounts) + parts["unallocated by the split"].cents == invested
        for category, whole in detail[detail["wbs_code"] != "2.9"].groupby("category")["cents"].sum().items():
            assert sum(n for (c, _), n in found.by_category(alone).items() if c == category) == whole


def test_a_weaker_figure_moves_its_dollars_and_what_stands_on_them() -> None:
    case, plan, _ = sample()
    before = cents(with_statuses(case, "read"), plan)
    after = cents(with_statuses(case, "read", chips__storage_share="recalled"), plan)
    storage = plan["detail"][plan["detail"]["wbs_code"] == "1.3.3"]["cents"].sum()
    moved = storage * (1 + case.categories["chips"].contingency_share)
    assert before["recalled"] == 0
    assert after["recalled"] == pytest.approx(moved, abs=2)
    assert after["recalled"] == before["read"] - after["read"]
    stronger = cents(with_statuses(case, "assumption", chips__storage_share="read"), plan)
    assert stronger["assumption"] == before["read"]  # the price of the rack is as weak as before
    alone = {p.status: p.rate_cents for p in Evidence(with_statuses(case, "read"), plan).parts}
    assert alone["read"] == before["read"]


def test_an_index_counts_only_where_it_moves_dollars() -> None:
    case, plan, _ = sample()
    found = cents(with_statuses(case, "read", price_indices__index_value="assumption"), plan)
    assert found["read"] > 0
    racks = plan["detail"][plan["detail"]["wbs_code"] == "1.3.1"]["cents"].sum()
    assert found["read"] > racks > 0  # rack prices are in the dollars of their year
    assert found["assumption"] > 0


def test_the_order_of_statuses_is_data() -> None:
    case, plan, _ = sample()
    assert list(statuses(case)) == list(STATUSES) == list(WEAKER)
    mixed = with_statuses(case, "read", chips__storage_share="recalled")
    assert cents(mixed, plan)["recalled"] > 0
    table = case.tables["evidence_statuses"].assign(order=range(7, 0, -1))
    turned = replace(mixed, tables={**mixed.tables, "evidence_statuses": table})
    assert cents(turned, plan)["recalled"] == 0
    empty = replace(mixed, tables={**mixed.tables, "evidence_statuses": table.iloc[:0]})
    assert cents(empty, plan) == cents(mixed, plan)


@pytest.mark.parametrize(
    ("amount", "weights", "expected"),
    [
        (100, {"a": 1, "b": 1, "c": 1}, {"a": 34, "b": 33, "c": 33}),
        (-100, {"a": 2, "b": 1}, {"a": -67, "b": -33}),
        (7, {"a": 0, "b": 0}, {"a": 0, "b": 7}),
        (-7, {"a": -3, "b": -1}, {"a": -5, "b": -2}),
        (0, {"a": 5}, {"a": 0}),
    ],
)
def test_cents_are_spread_whole(amount: int, weights: dict[str, int], expected: dict[str, int]) -> None:
    assert spread(amount, weights) == expected


def test_chips_that_are_not_on_sale_have_their_share() -> None:
    case, plan, _ = sample()
    detail = plan["detail"][plan["detail"]["wbs_code"].isin(["1.3.1", "1.3.2", "1.3.3", "1.3.4"])]
    chip = [r.rate_ref.split(".", 1)[1].rpartition(".")[0].split("/")[0] for r in detail.itertuples()]
    late = sum(n for c, n in zip(chip, detail["cents"], strict=True) if case.chips[c].sale_status != "on sale")
    share = Evidence(case, plan).not_on_sale_share
    assert share == pytest.approx(late / detail["cents"].sum())
    assert share is not None
    assert 0 < share < 1
    none = Plan({**plan.tables, "detail": plan["detail"].iloc[:0]})
    assert Evidence(case, none).not_on_sale_share is None
    assert cents(case, none)["unspent"] > 0


def test_quantities_are_figures_and_no_unit_rates() -> None:
    for table, columns in QUANTITIES.items():
        for column in columns:
            if table == "parameters":
                assert column in PARAMETERS
                assert column not in MONEY_PARAMETERS
            else:
                assert BY_NAME[table].column(column).is_figure
                assert not BY_NAME[table].column(column).price_index
    case, plan, _ = sample()
    found = {q.ref: q for q in Evidence(case, plan).quantities()}
    bought = set(plan["bought"]["chip_id"])
    assert sum(found["chips.rack_kw"].by_status.values()) == len(bought)
    words = [listed()[f"chips.{c}.rack_kw"]["status"] for c in bought]
    assert found["chips.rack_kw"].weakest == max(words, key=WEAKER.index)
    assert "climate.pue_peak" in found


def rows(book: workbook.Book) -> Iterator[tuple[str, dict[int, Any]]]:
    """Rows of the sheet by their first cell."""
    values = book.pages[sheet.ME].values
    for row in sorted({r for r, _ in values}):
        yield str(values.get((row, 1))), {c: v for (r, c), v in values.items() if r == row}


@pytest.mark.parametrize("soft", [True, False])
def test_the_workbook_ties_and_says_the_same(soft: bool) -> None:
    case, plan, document = sample(soft=soft)
    case = with_statuses(case, "read", chips__storage_share="recalled", designs__shell_usd_per_mw="secondary")
    book, failures = workbook.build(case, plan, {**document, "inputs_sha256": case.sha256})
    assert failures == []
    told = dict(reversed(list(rows(book))))
    found = Evidence(case, plan)
    for part in found.parts:
        assert told[part.status][4] == pytest.approx(part.cents / 100, abs=0.01)
        assert told[part.status][6] == pytest.approx(part.share)
        if part.status in STATUSES:
            assert told[part.status][7] == pytest.approx(part.rate_cents / 100, abs=0.01)
    assert told["Budget"][4] == pytest.approx(case.programme.budget_usd)
    assert told["Not on sale"][5] == pytest.approx(found.not_on_sale_share)
    names = [str(v) for v in book.pages["Checks"].values.values()]
    assert sum(name.startswith(("Investment: by status", "Evidence: ")) for name in names) == 3
    live = book.pages[sheet.ME].formulas
    start = next(
        r for (r, c), v in book.pages[sheet.ME].values.items() if str(v).startswith("Investment by the status")
    )
    assert all((r, 4) in live for r in range(start + 2, start + 14))


def test_the_largest_lines_lead_to_detail() -> None:
    case, plan, document = sample()
    book, _ = workbook.build(case, plan, document)
    lines = Evidence(case, plan).largest()
    assert len(lines) == 30
    values, formulas = book.pages[sheet.ME].values, book.pages[sheet.ME].formulas
    head = next(r for (r, c), v in values.items() if c == 1 and str(v).startswith("The largest cost lines"))
    for row, line in enumerate(lines, head + 2):
        assert values[row, 4] == line.cents / 100
        assert formulas[row, 4].startswith(f"=Detail!{letter(DOLLARS)}")
        assert (values[row, 9], values[row, 10]) == (line.rate_status, line.status)
        assert line.rate is not None
        assert values[row, 5] == line.rate.value
        with (DATA / "leans_on.csv").open(encoding="utf-8") as stream:
            own = [
                r["source_id"]
                for r in csv.DictReader(stream)
                if f"{r['table']}.{r['key']}.{r['column']}" == line.rate.ref
            ]
        assert values[row, 12] == (", ".join(own) or "none")
    assert [x.cents for x in lines] == sorted((x.cents for x in Evidence(case, plan).lines), reverse=True)[:30]


def test_a_kept_sensitivity_takes_the_place_of_not_run() -> None:
    book, _ = workbook.build(*sample())
    assert [cells.get(4) for _, cells in rows(book)].count("not assessed") == 10
    swings = [
        {"figure": f"chips.*.c{n}", "source": "s", "unit": "u", "low": 1.0, "base": None, "high": 2.0,
         "status": "read", "swing": {"net_benefit_usd": 1e6 * n}}
        for n in range(12)
    ]  # fmt: skip
    moving.by_sensitivity(book, {"figures": swings})
    found = [(name, cells) for name, cells in rows(book) if name.startswith("chips.*.")]
    assert [name for name, _ in found] == [f"chips.*.c{n}" for n in range(11, 1, -1)]
    assert found[0][1][4] == 11e6
    assert not any(cells.get(4) == "not assessed" for _, cells in rows(book))


def test_page_and_terminal_say_the_same() -> None:
    case, plan, document = sample()
    text = page.page(Figures(case, plan, document))
    assert "The budget by the status of its evidence" in text
    assert "for chips that are not on sale" in text
    found = Evidence(case, plan)
    told = show.summary({**document, **found.as_dict()}, case, plan)
    part = next(p for p in found.parts if p.status == "assumption")
    line = next(x for x in told.splitlines() if x.strip().startswith("assumption "))
    assert usd(part.cents / 100) in line
    assert "14.3 %" in next(x for x in told.splitlines() if x.strip().startswith("Chips not on sale"))


def test_a_solved_run_has_it_in_its_document(tmp_path: Path) -> None:
    result = solved(tmp_path, tiny_tables(), programme())
    assert result.plan is not None
    told = result.document["evidence"]
    assert [part["status"] for part in told] == [*STATUSES, *APART]
    assert round(100 * sum(part["usd"] for part in told)) == round(100 * result.case.programme.budget_usd)
    assert {"status", "usd", "share"} <= told[0].keys()


def test_the_table_of_statuses_is_checked(tmp_path: Path) -> None:
    row = {"meaning": "known"}
    twice = [{"status": "assumption", "order": 1, **row}, {"status": "read", "order": 1, **row}]
    with pytest.raises(InputError) as found:
        read.load(write_tiny(tmp_path / "a", {"evidence_statuses": twice}))
    assert [(f.file, f.row, f.column) for f in found.value.faults] == [("evidence_statuses.csv", 3, "order")]
    with pytest.raises(InputError) as found:
        read.load(write_tiny(tmp_path / "b", {"evidence_statuses": [{"status": "read", "order": 1, **row}]}))
    assert {(f.file, f.column, f.found) for f in found.value.faults} == {("figures.csv", "status", "assumption")}


def test_a_second_document_stands_apart_from_the_source(tmp_path: Path) -> None:
    case, _, _ = sample()
    rack = next(f for f in case.figures if f.ref == "chip_supply.TRN4/2029.rack_price_usd")
    assert leans_on(case, rack)
    assert rack.source_id not in leans_on(case, rack)
    row = {"table": "chips", "key": "*", "column": "rack_kw", "source_id": "pencil"}
    with pytest.raises(InputError) as found:
        read.load(write_tiny(tmp_path, {"leans_on": [row, {**row, "column": "rack_mw"}]}))
    assert [(f.file, f.row, f.column) for f in found.value.faults] == [
        ("leans_on.csv", 2, "source_id"),
        ("leans_on.csv", 3, "key"),
    ]
