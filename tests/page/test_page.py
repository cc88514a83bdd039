"""report.html: safe, whole, readable by everyone, and the same figures as the plan."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import pytest
from page.conftest import figures
from page.lint import Node, findings, read

from planner import page
from planner.page import draw
from planner.page.figures import TIERS, Figures
from planner.page.html import Markup, tag
from planner.page.sections import sites, timeline
from planner.page.words import proof, verdict

Shown = tuple[Figures, Path]


def table(root: Node, opening: str) -> dict[str, list[str]]:
    """Rows of the table whose caption opens so, by their header."""
    (found,) = [t for t in root.all("table") if t.all("caption")[0].words().startswith(opening)]
    rows = [r for part in found.all("tbody") for r in part.all("tr")]
    return {r.children[0].words(): [c.words() for c in r.children[1:]] for r in rows}


def number(text: str) -> float:
    return float(re.sub(r"[$,B%]", "", text).strip())


def test_the_page_has_no_finding(shown: Shown) -> None:
    assert findings(shown[1].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' lang="en-US"', ""),
        ("<title>", "<title></title><p>"),
        ("<h3>", "<h5>"),
        (' scope="col"', ""),
        (' role="img"', ""),
        ("<caption>", "<caption hidden>"),
        (' tabindex="0"', ""),
        ("</main>", "<script>1</script></main>"),
        ("</main>", '<img src="https://example.org/a.png"></main>'),
        ("</main>", '<p onclick="x()">a</p></main>'),
        ("body{", "body {"),
        ('href="#promises"', 'href="#nowhere"'),
        ("</section>", ""),
    ],
)
def test_the_lint_can_fail(old: str, new: str) -> None:
    f = figures("without soft tables")
    text = page.page(f)
    assert old in text
    spoilt = text.replace(old, new, 1) if old == "</section>" else text.replace(old, new)
    if old == "<caption>":  # gone with its words
        spoilt = re.sub(r"<caption>.*?</caption>", "", text)
    assert findings(spoilt)


def test_text_of_the_inputs_is_text() -> None:
    f = figures("whole")
    evil = "<script>alert(1)</script>\"'&"
    claims = (f.case.programme.claims[0].model_copy(update={"note": evil, "claim": evil}), *f.case.programme.claims[1:])
    programme = f.case.programme.model_copy(update={"title": evil, "why": evil, "claims": claims})
    text = page.page(replace(f, case=replace(f.case, programme=programme), document={**f.document, "run": evil}))
    assert findings(text) == []
    assert read(text)[0].all("h1")[0].words() == f"{evil}: the plan"


def test_markup_is_escaped_once() -> None:
    assert (
        tag("p", "a<b", Markup("<b>c</b>"), class_="x", data_y=1.50) == '<p class="x" data-y="1.5">a&lt;b<b>c</b></p>'
    )
    assert tag("br") == "<br>"


def test_dollars_are_those_of_the_plan(shown: Shown) -> None:
    f, path = shown
    root, _ = read(path.read_text(encoding="utf-8"))
    detail = f.plan["detail"]
    cents = detail.groupby("ledger")["cents"].sum()
    figures_ = table(root, "Key figures")
    assert number(figures_["Investment"][0]) == pytest.approx(cents["investment"] / 1e11, abs=0.005)
    assert number(figures_["Operations"][0]) == pytest.approx(cents["operations"] / 1e11, abs=0.005)
    rows = table(root, "Investment by category and year")
    for column in range(len(f.years) + 1):
        parts = [number(row[column]) for name, row in rows.items() if name != "Total"]
        assert math.fsum(parts) == pytest.approx(number(rows["Total"][column]), abs=0.05 * len(parts) + 0.051)
    assert number(rows["Total"][-1]) == pytest.approx(cents["investment"] / 1e8, abs=0.051)
    by_site = table(root, "Chosen sites")
    parts = [number(row[-2]) for name, row in by_site.items() if name != "Total"]
    assert math.fsum(parts) == pytest.approx(cents["investment"] / 1e8, abs=0.06 * len(parts))


def test_levels_are_those_of_the_plan(shown: Shown) -> None:
    f, path = shown
    root, _ = read(path.read_text(encoding="utf-8"))
    tiers = f.plan["tiers"]
    last = tiers[tiers["period"] == f.case.periods.labels()[-1]]
    rows = table(root, "Power at the end of each year")
    for column, (name, _) in TIERS.items():
        assert number(rows[name][-1]) == pytest.approx(last[column].sum(), abs=0.051)
    compute = f.plan["compute"].set_index(["period", "precision"])
    rows = table(root, "Compute at the end of each year")
    installed = compute["installed_pflops"][f.case.periods.labels()[-1], "bf16"]
    assert installed >= 10_000  # so it is shown as a whole number
    assert number(rows["Installed bf16"][-1]) == round(installed)


def test_the_objective_is_reported_with_its_gap_in_dollars() -> None:
    f = figures("whole")
    root, _ = read(page.page(f))
    rows = table(root, "The objective")
    assert [number(cell) for cell in rows["Mission value"]] == [1.0, 60.0, 60.0]
    assert number(rows["Present cost"][-1]) == -21.0
    assert number(rows["No plan can be worth more than"][-1]) == 39.04
    assert any(name.startswith("Gap: $44M present, 0.21 % of present cost") for name in rows)


def test_every_step_of_the_plan_is_on_the_timeline() -> None:
    f = figures("whole")
    steps = timeline.steps(f)
    for kind, tables in (
        ("power", ("contract", "units")),
        ("construction", ("modules",)),
        ("accreditation", ("accredits",)),
    ):
        assert sum(s.kind == kind for s in steps) == sum(len(f.plan[t]) for t in tables) > 0
    r = f.plan["modules"].iloc[0]
    mine = next(s for s in steps if s.kind == "construction" and s.site == r["site_id"])
    assert mine.ready == f.case.periods.ready(mine.start, f.case.designs[r["design_id"]].lead_months)


def test_the_map_has_every_state_once_and_marks_the_sites() -> None:
    assert len(sites.PLACES) == 51
    f = figures("whole")
    root, _ = read(page.page(f))
    (drawn,) = [svg for svg in root.all("svg") if svg.attrs.get("aria-labelledby", "").startswith("map")]
    states = {f.case.sites[s].state for s in f.sites}
    assert sum(n.attrs.get("class") == "chosen" for n in drawn.all("rect")) == len(states) + 1  # and the legend
    assert all(f.site_name(s) in drawn.words() for s in f.sites)


def test_a_site_in_no_state_is_named_below_the_map() -> None:
    f = figures("whole")
    tables = {**f.case.tables, "sites": f.case.tables["sites"].assign(state="")}
    assert "Not on the map" in page.page(replace(f, case=replace(f.case, tables=tables)))


def test_an_unproven_plan_never_looks_proven() -> None:
    f = figures("whole")
    word, sentence = proof(f.document)
    assert word == "Proven"
    assert "$44M present, 0.21 % of present cost" in sentence
    late = {**f.document, "verdict": "within_limits", "gap": None, "objective": {"value": 1e9, "bound": None}}
    word, sentence = proof(late)
    assert word == "Not proven"
    assert "not known" in sentence
    text = page.page(replace(f, document={**late, "verification": {"passed": False, "broken": ["a"]}}))
    assert "FAILED ITS CHECK" in text
    assert findings(text) == []


def test_verdicts_in_words() -> None:
    claims = {c.id: c for c in figures("whole").case.programme.claims}
    power, budget, report = claims["power-commissioned"], claims["budget"], claims["power-populated"]
    assert verdict(power, {"planned": 1.0, "met": False, "shortfall": 4999.0, "state": "short"}).startswith(
        "NOT KEPT, short by 4,999"
    )
    assert (
        verdict(budget, {"planned": 6e10, "met": False, "shortfall": 1e10, "state": "short"})
        == "NOT KEPT, over by $10.00B"
    )
    assert verdict(report, {"planned": 1.0, "met": False, "shortfall": 5.0, "state": "reported"}).startswith(
        "reported: not"
    )
    assert verdict(power, {"planned": 5e3, "met": True, "shortfall": 0.0, "state": "met"}) == "kept"
    assert verdict(claims["output"], {"planned": None, "state": "reported"}) == "shown, not tested"


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (0, [0, 1]),
        (4.6, [0, 1, 2, 3, 4, 5]),
        (5000, [0, 1000, 2000, 3000, 4000, 5000]),
        (0.9, [0, 0.2, 0.4, 0.6, 0.8, 1]),
    ],
)
def test_ticks_are_round_and_reach_the_top(most: float, expected: list[float]) -> None:
    assert draw.ticks(most) == pytest.approx(expected)


def test_labels_never_cover_each_other() -> None:
    moved = draw.spread([100.0, 101.0, 50.0, 100.5])
    assert moved[2] == 50.0
    assert sorted(moved)[1:] == pytest.approx([100.0, 116.0, 132.0])
