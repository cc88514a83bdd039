"""Comparisons: exactly the inputs that were edited, dollars to the cent, nothing between a run and itself."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from compare_cases import small_model, solved_run
from openpyxl import load_workbook
from page.lint import findings

from planner import comparison, store
from planner.analyses.compare import compare
from planner.analyses.compare.bridge import MOST_STEPS, Bridge, bridge
from planner.analyses.compare.indicators import changed_indicators
from planner.analyses.compare.inputs import changed_inputs
from planner.comparison.leads import lead
from planner.comparison.sections import of_pair, promises
from planner.errors import UsageError
from planner.inputs import read
from planner.inputs.programme import NET_BENEFIT
from planner.plan import Plan

DEARER = "chip_supply.X/2026.rack_price_usd=+50%"
ENERGY = "sites.A.tariff_usd_per_mwh=60"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("compare")


@pytest.fixture(scope="module")
def base(folder: Path) -> store.Stored:
    return solved_run(folder / "reports", small_model(folder))


@pytest.fixture(scope="module")
def other(folder: Path, base: store.Stored) -> store.Stored:
    return solved_run(folder / "reports", folder / "model.toml", DEARER, ENERGY, "programme.budget_usd=-50%")


def usd_cents(value: float) -> int:
    return round(100 * value)


def sums(found: Bridge) -> bool:
    document = found.as_dict()
    steps = sum(usd_cents(step["usd"]) for step in document["steps"])
    return usd_cents(document["from"]) + steps == usd_cents(document["to"])


def test_exactly_the_edited_inputs(base: store.Stored, other: store.Stored) -> None:
    document = compare([base, other]).as_dict()
    assert [(c["table"], c["key"], c["column"], c["from"], c["to"]) for c in document["inputs"]] == [
        ("programme", "", "budget_usd", 150e6, 75e6),
        ("sites", "A", "tariff_usd_per_mwh", 50.0, 60.0),
        ("chip_supply", "X/2026", "rack_price_usd", 1e6, 1.5e6),
    ]


@pytest.mark.parametrize(
    ("edit", "place", "old", "new"),
    [
        ("claims.phase-2.by-=1", ("claims", "phase-2", "by"), 2029, 2028),
        ("programme.sites.count=5", ("programme", "sites", "count"), 4, 5),
        ("programme.objective.mission_value=0.9", ("programme", "objective", "mission_value"), 1, 0.9),
        ("parameters.carbon_price_usd_per_t=190", ("parameters", "carbon_price_usd_per_t", "value"), 0, 190),
        ("workloads.training.service_id=SVC-BEDROCK", ("workloads", "training", "service_id"), None, "SVC-BEDROCK"),
        ("claims.power-populated=drop", ("claims", "power-populated", ""), "present", "absent"),
        ("plants.SMR=drop", ("plants", "SMR", ""), "present", "absent"),
    ],
)
def test_one_edit_is_one_change(edit: str, place: tuple[str, str, str], old: Any, new: Any) -> None:
    edits = (edit, "claims.sites.level=5") if "count" in edit else (edit,)
    first, *rest = changed_inputs(read.load(), read.load(None, edits))
    assert (first.table, first.key, first.column) == place
    assert first.new == new
    assert first.old == old or old is None
    assert len(rest) == len(edits) - 1


def test_what_the_other_way_round_differs_the_other_way_round(base: store.Stored, other: store.Stored) -> None:
    there, back = compare([base, other]).as_dict(), compare([other, base]).as_dict()
    assert [(c["from"], c["to"]) for c in there["inputs"]] == [(c["to"], c["from"]) for c in back["inputs"]]
    assert [i["delta"] for i in there["indicators"]] == pytest.approx(
        [
            -i["delta"]
            for i in sorted(back["indicators"], key=lambda i: [j["name"] for j in there["indicators"]].index(i["name"]))
        ]
    )


def test_a_run_and_itself(base: store.Stored) -> None:
    document = compare([base, base]).as_dict()
    assert [document[key] for key in ("inputs", "decisions", "indicators")] == [[], [], []]
    assert document["bridge"]["steps"] == document["operations_bridge"]["steps"] == []
    assert document["bridge"]["from"] == document["bridge"]["to"] > 0
    assert "Nothing differs" in comparison.terminal(compare([base, base]))


# the bridge


def test_a_bridge_sums_to_the_cent(base: store.Stored, other: store.Stored) -> None:
    (pair,) = compare([base, other]).pairs
    for found, ledger in ((pair.bridge, "investment"), (pair.operations, "operations")):
        assert found is not None
        detail = [run.plan["detail"] for run in (base, other) if run.plan]
        totals = [int(d.loc[d["ledger"] == ledger, "cents"].sum()) for d in detail]
        assert [found.start, found.end] == totals
        assert found.start != found.end
        assert sums(found)
        assert 0 < len(found.steps) <= MOST_STEPS
    assert not sums(replace(pair.bridge, end=pair.bridge.end + 1))  # type: ignore[type-var, union-attr]


def _priced(stored: store.Stored, factor: float) -> Plan:
    """The same plan where every investment line but those on top costs more each."""
    assert stored.plan is not None
    detail = stored.plan["detail"].copy()
    lines = (detail["ledger"] == "investment") & ~detail["rate_ref"].str.endswith("contingency_share")
    detail.loc[lines, "rate_usd"] *= factor
    detail.loc[lines, "cents"] = (detail.loc[lines, "cents"] * factor).round().astype("int64")
    return Plan({**stored.plan.tables, "detail": detail})


def test_a_pure_change_of_prices_is_one_step(base: store.Stored) -> None:
    assert base.plan is not None
    found = bridge(base.plan, _priced(base, 2.0), base.case, "investment")
    assert [step.name for step in found.steps] == ["prices and escalation of what both plans buy"]
    assert sums(found)
    assert found.end == 2 * found.start


def test_more_of_the_same_is_not_a_change_of_prices(base: store.Stored) -> None:
    assert base.plan is not None
    detail = base.plan["detail"].copy()
    chips = detail["category"] == "chips"
    detail.loc[chips, ["quantity", "cents"]] *= 3
    found = bridge(base.plan, Plan({**base.plan.tables, "detail": detail}), base.case, "investment")
    assert [step.name for step in found.steps] == ["chips: racks, network, storage"]
    assert found.steps[0].cents == 2 * int(base.plan["detail"].loc[chips, "cents"].sum())


def test_too_many_steps_are_gathered(base: store.Stored) -> None:
    assert base.plan is not None
    one = base.plan["detail"][base.plan["detail"]["ledger"] == "investment"].head(1)
    lines = [one.assign(category=f"category {n}", item=f"item {n}", cents=101 + n, rate_ref="x") for n in range(11)]
    none, many = (Plan({**base.plan.tables, "detail": d}) for d in (one.iloc[:0], pd.concat(lines, ignore_index=True)))
    found = bridge(none, many, base.case, "investment")
    assert [step.cents for step in found.steps] == [111, 110, 109, 108, 107, 106, 105, 101 + 102 + 103 + 104]
    assert found.steps[-1].name == "everything else"
    assert sums(found)


# gaps


def document(value: float, bound: float, spend: float, gap: float | None = 0.01) -> dict[str, Any]:
    """A run that is worth twice its objective, which its present cost takes half of."""
    gap_usd = None if gap is None else bound - value
    figures = {"mission_value_usd": 2 * value, "spend_usd": spend}
    return {"objective": {"value": value, "bound": bound, "gap_usd": gap_usd, "gap": gap}, "indicators": figures}


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (document(100, 101, 1000), document(100.5, 102, 1019), (True, True, True)),
        (document(100, 101, 1000), document(101.5, 102, 1025), (False, False, False)),
        (document(100, 101, 1000), document(99, 100.2, 990, None), (True, None, None)),
    ],
)
def test_differences_within_the_gaps_are_flagged(a: Any, b: Any, expected: tuple[bool | None, ...]) -> None:
    names = ("objective_usd", "mission_value_usd", "spend_usd")
    assert {i.name: i.within_gap for i in changed_indicators(a, b)} == dict(zip(names, expected, strict=True))


def test_other_dollars_are_refused(base: store.Stored) -> None:
    case = replace(base.case, programme=base.case.programme.model_copy(update={"base_year": 2025}))
    with pytest.raises(UsageError, match=r"different base years.*2026.*2025"):
        compare([base, store.Stored(case, base.plan, {**base.document, "run": "other"})])
    with pytest.raises(UsageError, match="two runs"):
        compare([base])


def test_a_run_without_a_plan_has_inputs_to_compare(base: store.Stored) -> None:
    document = {**base.document, "run": "none", "verdict": "infeasible", "explanation": "5 GW costs $70B", "gap": None}
    found = compare([base, store.Stored(base.case, None, document)])
    answer = found.as_dict()
    assert [answer[key] for key in ("decisions", "indicators", "bridge")] == [None, None, None]
    text = comparison.terminal(found)
    assert "no plan" in text
    assert "5 GW costs $70B" in text


# what is written


@pytest.fixture(scope="module")
def hostile(base: store.Stored, other: store.Stored) -> store.Stored:
    case = replace(other.case, changes=("sites.A.name=<script>alert(1)</script>|*x*",))
    return store.Stored(case, other.plan, {**other.document, "run": '"><img src=x>'})


def test_the_page_is_static_and_safe(tmp_path: Path, base: store.Stored, hostile: store.Stored) -> None:
    text = comparison.write(compare([base, hostile, base]), tmp_path / "c.html").read_text(encoding="utf-8")
    assert findings(text) == []
    assert "&lt;script&gt;" in text
    again = comparison.write(compare([base, hostile, base]), tmp_path / "again.html")
    assert again.read_text(encoding="utf-8") == text


def test_the_first_sentence_says_how_two_runs_differ(base: store.Stored, other: store.Stored) -> None:
    (pair,) = compare([base, other]).pairs
    assert "beyond what the proofs leave open" in lead(pair)
    value = base.document["objective"]["value"]
    proven = {**base.document["objective"], "value": value - 9, "bound": value + 9}
    document = {**base.document, "run": "other", "objective": proven}
    (near,) = compare([base, store.Stored(base.case, base.plan, document)]).pairs
    assert "this difference is within the proof" in lead(near)
    case = replace(other.case, name="another")
    (kinds,) = compare([base, store.Stored(case, other.plan, other.document)]).pairs
    assert lead(kinds).startswith("These are two programmes that differ in kind")
    claims = tuple(c.model_copy(update={"level": 2 * c.level}) if c.level else c for c in base.case.programme.claims)
    case = replace(base.case, programme=base.case.programme.model_copy(update={"claims": claims}))
    (promises,) = compare([base, store.Stored(case, other.plan, other.document)]).pairs
    assert lead(promises).startswith("The promises differ (")
    assert "Nothing differs" in lead(compare([base, base]).pairs[0])


def test_net_benefit_is_judged_by_the_proof_of_net_benefit_alone(base: store.Stored, other: store.Stored) -> None:
    def weighed(run: store.Stored, **weights: float) -> store.Stored:
        programme = run.case.programme
        objective = programme.objective.model_copy(update={**NET_BENEFIT, **weights})
        return run._replace(case=replace(run.case, programme=programme.model_copy(update={"objective": objective})))

    (both,) = compare([weighed(base), weighed(other)]).pairs
    assert " net benefit than " in lead(both)
    assert "beyond what the proofs leave open" in lead(both)
    (one,) = compare([weighed(base), weighed(other, mission_value=0.0)]).pairs
    assert " net benefit than " in lead(one)
    assert lead(one).endswith("not comparable by proof, because they maximise different things.")
    (neither,) = compare([weighed(base, mission_value=0.0), weighed(other, mission_value=0.0)]).pairs
    assert " objective than " in lead(neither)
    assert "beyond what the proofs leave open" in lead(neither)


def test_every_face_of_a_comparison_says_the_same(tmp_path: Path, base: store.Stored, other: store.Stored) -> None:
    found = compare([base, other])
    sentence = lead(found.pairs[0])
    page = comparison.write(found, tmp_path / "c.html").read_text(encoding="utf-8")
    markdown = comparison.write(found, tmp_path / "c.md").read_text(encoding="utf-8")
    book = load_workbook(comparison.write(found, tmp_path / "c.xlsx"))
    rows = [row for name in ("Compare", "Promises") for row in book[name].iter_rows(values_only=True)]
    cells = [str(value) for row in rows for value in row if value is not None]
    faces = (comparison.terminal(found), unescape(page), markdown.replace("\\", ""), " ".join(cells))
    for face in (" ".join(text.split()) for text in faces):
        assert " ".join(sentence.split()) in face
    for claim, *verdicts in promises(found).rows:
        assert all(str(word) in text for word in (claim, *verdicts) for text in (unescape(page), " ".join(cells)))
        assert str(claim) in markdown.replace("\\", "")


def test_names_stand_in_place_of_keys(base: store.Stored, other: store.Stored) -> None:
    sections = [s for pair in compare([base, other]).pairs for s in of_pair(pair)]
    names = [
        str(row[0]) for s in sections if s.title in ("All figures that differ", "Inputs changed") for row in s.rows
    ]
    assert "delivered price of grid energy, USD/MWh" in names
    assert not [n for n in names if "_" in n]


def test_the_workbook_ties_and_is_the_same_each_time(tmp_path: Path, base: store.Stored, hostile: store.Stored) -> None:
    found = compare([base, hostile, base])
    path = comparison.write(found, tmp_path / "c.xlsx")
    assert comparison.write(found, tmp_path / "again.xlsx").read_bytes() == path.read_bytes()
    values, formulas = load_workbook(path, data_only=True), load_workbook(path)
    assert values.sheetnames == ["Compare", "Runs", "Promises", "Years", "Bridge", "Inputs", "Figures", "Decisions"]
    differences = [cell.value for cell in values["Bridge"]["D"][6:] if cell.value is not None]
    assert differences == [0] * 4
    texts = [cell for sheet in formulas for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert len(texts) > 20
    assert all(values[cell.parent.title][cell.coordinate].value is not None for cell in texts)
    assert not any("script" in str(cell.value) for cell in texts)


def test_markdown_and_json(tmp_path: Path, base: store.Stored, hostile: store.Stored, other: store.Stored) -> None:
    text = comparison.write(compare([base, hostile]), tmp_path / "c.md").read_text(encoding="utf-8")
    assert "\\<script\\>" in text
    assert "### Bridge of investment" in text
    found = json.loads(comparison.write(compare([base, other, base]), tmp_path / "c.json").read_text(encoding="utf-8"))
    assert found["schema"] == "planner/compare/1"
    assert [run["label"] for run in found["runs"]][1].startswith("small-")
    assert [len(entry["inputs"]) for entry in found["others"]] == [0]
    with pytest.raises(UsageError, match=r"\.xlsx"):
        comparison.write(compare([base, other]), tmp_path / "c.doc")
    assert {p.name for p in tmp_path.iterdir()} == {"c.md", "c.json"}


def test_several_runs_stand_side_by_side(tmp_path: Path, base: store.Stored, other: store.Stored) -> None:
    compared = compare([base, other, other, base])
    text = comparison.terminal(compared)
    opening, _, tables = text.partition("SIDE BY SIDE")
    for pair in compared.pairs:  # a sentence a run comes first, on every face
        said = lead(pair).splitlines()
        assert all(line in " ".join(opening.split()) for line in said)
        page = comparison.write(compared, tmp_path / "c.html").read_text(encoding="utf-8")
        assert page.index(said[0]) < page.index("<table")
        written = comparison.write(compared, tmp_path / "c.md").read_text(encoding="utf-8")
        assert written.index(said[0]) < written.index("## Side by side")
    assert tables
    assert len([line for line in text.splitlines() if "proven" in line]) >= 4
    assert "PROMISES SIDE BY SIDE" in text
    assert all(claim.claim in text for claim in base.case.programme.claims)
