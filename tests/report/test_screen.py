"""The first and the second screen: what they say follows from the plan, to the cent, in one vocabulary."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbook.sample import sample

from planner.measures import amount, count, date, megawatts, percent, usd
from planner.plan import Plan
from planner.report import markdown, screen, second
from planner.report.facts import Facts, left_out
from planner.report.shapes import Figure
from planner.results import verdicts
from planner.results.evidence import RESERVE, UNALLOCATED, UNSPENT


def changed(plan: Plan, table: str, **columns: Any) -> Plan:
    return Plan({**plan.tables, table: plan[table].assign(**columns)})


def test_sources_and_uses_balance_to_the_cent() -> None:
    case, plan, _ = sample()
    table = screen.sources_and_uses(Facts(case, plan))
    source, *uses, total = (row[1].value for row in table.rows if isinstance(row[1], Figure))
    assert round(100 * source) == sum(round(100 * used) for used in uses) == round(100 * total)
    spent = plan["detail"].query("ledger == 'investment'")["cents"].sum()
    held = [Facts(case, plan).uses()[name] for name in (RESERVE, UNSPENT)]
    assert round(100 * source) - spent == sum(round(100 * usd_) for usd_ in held)


def test_the_rows_of_the_worth_add_up_to_net_benefit() -> None:
    shown = screen.first(*sample()).figures()
    names = ("mission_value_usd", "terminal_value_usd", "present_cost_usd", "owed_after_horizon_usd")
    value, left, cost, owed = (shown[name].value or 0.0 for name in names)
    assert left > 0
    assert shown["net_benefit_usd"].value == pytest.approx(value + left - cost - owed, rel=1e-12)


def test_what_the_split_leaves_is_a_use_of_its_own() -> None:
    case, plan, _ = sample()
    nothing = plan["detail"].query("wbs_code == '2.9'")["cents"].sum() / 100
    assert nothing > 0
    facts = Facts(case, plan)
    assert facts.uses()[UNALLOCATED] == nothing
    assert nothing == facts.unallocated_usd
    invested = plan["detail"].query("ledger == 'investment'")["cents"].sum() / 100
    assert facts.spent_usd + nothing == pytest.approx(invested, abs=0.005)


def test_dollars_by_status_sum_to_what_is_spent_on_things() -> None:
    case, plan, document = sample()
    shown = screen.first(case, plan, document).figures()
    parts = [f.value for key, f in shown.items() if key.startswith("evidence_") and key != "evidence_usd"]
    assert sum(parts) == pytest.approx(shown["evidence_usd"].value, abs=0.005)
    bought = sum(Facts(case, plan).spent_by_category().values())
    assert shown["evidence_usd"].value == pytest.approx(bought, abs=0.005)


def test_the_headline_states_the_finding() -> None:
    case, plan, document = sample()
    text = screen.first(case, plan, document).headline
    facts = Facts(case, plan)
    assert text.startswith(
        f"{usd(facts.spent_usd)} spent by 2035 buys {megawatts(facts.tier('commissioned', 2035), 'IT')}"
    )
    assert "MW promised by" in text
    assert text.endswith("firm promises are kept.")


def test_the_headline_names_the_basis_of_each_amount() -> None:
    case, plan, document = sample()
    claim = Facts(case, plan).largest_power_claim()
    assert claim is not None
    many = changed(plan, "tiers", commissioned_mw=claim.level, secured_mw=0.0, populated_mw=7.0)
    sites = len(plan["opens"])
    halls = count(sites * (claim.level or 0))
    built = f"0 MW facility are secured, {halls} MW IT are built and {7 * sites} MW IT hold racks."
    assert built in screen.first(case, many, document).headline
    none = changed(plan, "tiers", commissioned_mw=0.0)
    assert "buys no AI halls." in screen.first(case, none, document).headline


def test_a_firm_promise_without_an_amount_is_not_counted() -> None:
    case, plan, document = sample()
    vague = {
        **document["commitments"][0],
        "id": "vague",
        "binding": "firm",
        "level": None,
        "met": None,
        "planned": None,
    }
    known = {**document, "commitments": [*document["commitments"], vague]}
    claims = (*case.programme.claims, case.programme.claims[0].model_copy(update={"id": "vague", "level": None}))
    asked = replace(case, programme=case.programme.model_copy(update={"claims": claims}))
    assert screen.first(asked, plan, known).headline == screen.first(case, plan, document).headline


def test_a_broken_promise_is_in_the_headline_and_in_the_list() -> None:
    case, plan, document = sample()
    first = next(c for c in document["commitments"] if c["binding"] == "firm")
    broken = {**first, "met": False, "shortfall": 1.5}
    known = {**document, "commitments": [broken if c is first else c for c in document["commitments"]]}
    shown = screen.first(case, plan, known)
    firm = sum(c["binding"] == "firm" for c in document["commitments"])
    assert f"1 of {firm} firm promises are not kept." in shown.headline
    assert verdicts.promise(broken) in [row[2] for row in shown.table("not_kept").rows]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"level": 5.0, "planned": 5.0, "met": True, "binding": "firm"}, "kept"),
        ({"level": 5.0, "planned": 5.0, "met": True, "binding": "goal"}, "kept"),
        ({"level": 5.0, "planned": 5.0, "met": True, "binding": "reported"}, "shown only"),
        (
            {"level": 5.0, "planned": 3.0, "met": False, "shortfall": 2.0, "unit": "MW", "binding": "firm"},
            "not kept, short by 2 MW",
        ),
        (
            {
                "level": 5e9,
                "planned": 6e9,
                "met": False,
                "shortfall": 1e9,
                "unit": "USD",
                "metric": "budget",
                "binding": "firm",
            },
            "not kept, over by $1.00B",
        ),
        (
            {"level": 5.0, "planned": 3.0, "met": False, "shortfall": 2.0, "unit": "MW", "binding": "goal"},
            "goal missed by 2 MW",
        ),
        (
            {"level": 5.0, "planned": 3.0, "met": False, "shortfall": 2.0, "unit": "MW", "binding": "reported"},
            "shown only, short by 2 MW",
        ),
        ({"level": None, "binding": "reported"}, "shown only"),
        ({"level": 5.0, "planned": None, "met": None, "binding": "firm"}, "left out"),
    ],
)
def test_verdicts_of_promises(item: dict[str, Any], words: str) -> None:
    assert verdicts.promise(item) == words


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        ("optimal", "proven within $2.0M present, 0.10 % of present cost"),
        ("within_limits", "checked, not proven (gap $2.0M present, 0.10 % of present cost)"),
        ("infeasible", "no plan exists"),
        ("unknown", "no plan found"),
    ],
)
def test_verdicts_of_plans(verdict: str, words: str) -> None:
    assert verdicts.plan({"verdict": verdict, "objective": {"gap_usd": 2e6, "gap": 0.001}}) == words


def test_a_plan_that_failed_its_check_is_never_called_proven() -> None:
    document = {"verdict": "optimal", "verification": {"passed": False}, "objective": {"gap_usd": 1.0, "gap": 0.1}}
    assert verdicts.plan(document) == verdicts.FAILED


@pytest.mark.parametrize(("verdict", "words"), [("infeasible", "No plan exists"), ("unknown", "No plan was found")])
def test_a_run_without_a_plan_has_a_headline_and_unsettled_promises(verdict: str, words: str) -> None:
    case, _, document = sample()
    known = {**document, "verdict": verdict, "verification": {}, "commitments": []}
    shown = screen.first(case, None, known)
    assert shown.headline.startswith(words)
    assert {row[3] for row in shown.table("promises").rows} == {"not settled", "shown only"}
    assert second.second(case, None, known) == ()


def test_parts_that_are_left_out_are_named() -> None:
    case, plan, document = sample(soft=False)
    assert "software initiatives" in left_out(case)
    promises = next(t for t in second.second(case, plan, document) if t.name == "promises")
    assert "leaves out: software initiatives" in promises.note


def test_the_price_of_secured_power_stands_beside_the_tiers_when_it_is_known() -> None:
    case, plan, document = sample()
    secured = next(c.id for c in case.programme.claims if c.tier == "secured")
    without = {"promise": secured, "price": {"low_usd": 4.7e9, "high_usd": 5.2e9}, "without": {"secured_mw": 600.0}}
    shown = screen.first(case, plan, document, {"without": without})
    assert shown.figures()["price_low_usd"].text == "$4.70B"
    assert shown.table("tiers").headers[-1] == "without 5,000 MW secured"
    assert str(shown.table("tiers").rows[0][-1]) == "600 MW facility"


@given(st.dictionaries(st.integers(2026, 2035), st.floats(0, 1e10), min_size=10, max_size=10))
def test_fiscal_years_hold_every_dollar_once(by_year: dict[int, float]) -> None:
    assert sum(second.fiscal(by_year).values()) == pytest.approx(sum(by_year.values()), rel=1e-9, abs=1e-6)


def test_no_year_shows_more_slack_than_a_later_ceiling_leaves() -> None:
    case, plan, document = sample()
    cash = next(t for t in second.second(case, plan, document) if t.name == "cash")
    slack = [row[4].value for row in cash.rows if isinstance(row[4], Figure)]
    assert slack == sorted(slack)


def test_markdown_holds_every_figure_and_no_open_markup() -> None:
    case, plan, document = sample()
    text = markdown.text(case, plan, document)
    shown = screen.first(case, plan, document)
    assert shown.headline in text
    assert shown.proof in text
    for figure in shown.figures().values():
        assert figure.text in text
    named = case.programme.claims[0].model_copy(update={"claim": "a | b *c* <d>"})
    asked = case.programme.model_copy(update={"claims": (named, *case.programme.claims[1:])})
    assert r"a \| b \*c\* \<d\>" in markdown.text(replace(case, programme=asked), plan, document)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (usd(30_283_362_478.70), "$30.28B"),
        (usd(-19e9), "-$19.00B"),
        (usd(812_345_678), "$812.3M"),
        (usd(999_999_999), "$1.00B"),
        (usd(None), "–"),
        (usd(float("nan")), "–"),
        (megawatts(424.4, "IT"), "424 MW IT"),
        (percent(0.7031), "70.3 %"),
        (percent(0.0052), "0.52 %"),
        (amount(15.0, "PFLOP/s"), "15 PFLOP/s"),
        (amount(15.66, "PFLOP/s"), "15.7 PFLOP/s"),
        (amount(0.7, "share of caps"), "70.0 %"),
        (count(712.5), "713"),
        (count(-0.001, 1), "0.0"),
        (date("2026-11-30"), "30 November 2026"),
    ],
)
def test_one_formatter_for_each_kind_of_amount(shown: str, words: str) -> None:
    assert shown == words
