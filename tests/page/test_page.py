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
from planner.page import charts
from planner.page.figures import TIERS, Figures
from planner.page.sections import sites, timeline
from planner.report import screen
from planner.report.second import second
from planner.results.verdicts import promise

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
        ("<h2 ", "<h5 "),
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


def test_dollars_are_those_of_the_plan(shown: Shown) -> None:
    f, path = shown
    root, _ = read(path.read_text(encoding="utf-8"))
    detail = f.plan["detail"]
    cents = detail.groupby("ledger")["cents"].sum()
    operations = table(root, "Operations by payer and year")["All operations"]
    assert number(operations[-1]) == pytest.approx(cents["operations"] / 1e8, abs=0.051)
    uses = {name: row[0] for name, row in table(root, "Sources and uses").items()}
    usd = {n: number(text.replace("M", "")) * (1e9 if "B" in text else 1e6) for n, text in uses.items()}
    parts = [amount for name, amount in usd.items() if name.startswith("Use: ")]
    assert math.fsum(parts) == pytest.approx(f.case.programme.budget_usd, abs=5e6 * len(parts))
    assert usd["All uses"] == usd["Source: the budget"] == f.case.programme.budget_usd
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
    assert rows["Gap"][-1] == "$44.1M"
    assert "Proven within $44M present, 0.21 % of present cost" in root.all("header")[0].words()


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


def test_the_map_has_every_state_once_and_draws_sites_in_proportion() -> None:
    assert len(sites.PLACES) == 51
    f = figures("whole")
    root, _ = read(page.page(f))
    (drawn,) = [svg for svg in root.all("svg") if svg.attrs.get("aria-labelledby", "").startswith("map")]
    written = [n.words() for n in drawn.all("text")]
    shown = {f.case.sites[s].state for s in f.sites}
    assert {state for state in sites.PLACES if state in written} == sites.PLACES.keys() - shown
    assert all(f"{n} {f.case.sites[s].state}" in written for n, s in enumerate(f.sites, 1))
    assert all(f.site_name(s) in drawn.words() for s in f.sites)


def test_a_site_in_no_state_is_named_below_the_map() -> None:
    f = figures("whole")
    (first, *_) = f.sites
    table_ = f.case.tables["sites"]
    away = table_.assign(state=table_["state"].mask(table_["site_id"] == first, ""))
    assert "Not on the map" in page.page(replace(f, case=replace(f.case, tables={**f.case.tables, "sites": away})))


def test_an_unproven_plan_never_looks_proven() -> None:
    f = figures("whole")
    late = {**f.document, "verdict": "within_limits", "gap": None, "objective": {"value": 1e9, "bound": None}}
    text = page.page(replace(f, document=late))
    assert "Checked, not proven (gap not known)" in text
    assert "Proven within" not in text
    text = page.page(replace(f, document={**late, "verification": {"passed": False, "broken": ["a"]}}))
    assert "Failed its check, do not use" in text
    assert findings(text) == []


def test_promises_have_the_one_vocabulary_of_verdicts(shown: Shown) -> None:
    f, path = shown
    root, _ = read(path.read_text(encoding="utf-8"))
    rows = table(root, "Every promise")
    claims = {c.id: c for c in f.case.programme.claims}
    for item in f.document["commitments"]:
        assert rows[claims[item["id"]].claim][2] == promise(item)


def test_the_page_opens_with_the_figures_that_every_face_shows(shown: Shown) -> None:
    f, path = shown
    root, _ = read(path.read_text(encoding="utf-8"))
    found = screen.first(f.case, f.plan, f.document)
    header, (answer,) = root.all("header")[0].words(), [s for s in root.all("section") if s.attrs["id"] == "answer"]
    assert found.headline in header
    assert found.proof in header
    cells = {cell.words() for cell in answer.all("td")}
    assert len(found.figures()) > 20
    assert {figure.text for figure in found.figures().values()} <= cells
    for table_ in (*found.tables, *second(f.case, f.plan, f.document)):
        opening = "Every promise" if table_.name == "promises" else table_.title
        rows = table(root, opening)
        assert list(rows) == [str(row[0]) for row in table_.rows]
        assert [cells[: len(row) - 1] for cells, row in zip(rows.values(), table_.rows, strict=True)] == [
            [str(cell) for cell in row[1:]] for row in table_.rows
        ]


def test_what_a_programme_leaves_out_is_said_and_not_shown() -> None:
    text = page.page(figures("without soft tables"))
    assert "This programme leaves out software initiatives, training, security accreditation" in text
    for words in ("Initiatives of the programme", "Highest level at work", "Trained people", "What each payer could"):
        assert words not in text
        assert words in page.page(figures("whole"))


def test_every_chart_states_a_finding_with_a_figure(shown: Shown) -> None:
    root, _ = read(shown[1].read_text(encoding="utf-8"))
    titles = [figure.all("figcaption")[0].words() for figure in root.all("figure")]
    assert len(titles) >= 8
    assert all(re.search(r"\d", title) for title in titles), titles
    assert any(re.match(r"Commissioned power reaches [\d,]+ MW IT by 2033; 5,000 MW were promised", t) for t in titles)


def test_a_chart_with_nothing_to_show_is_not_drawn() -> None:
    nothing = [charts.Series("a", [0.0, 0.0])]
    assert charts.lines("x", "t", "s", [2026, 2027], nothing, "MW") is None
    assert charts.stacked("x", "t", "s", [2026, 2027], nothing, "MW") is None
    assert charts.bars("x", "t", "s", [charts.Bar("a", 1.0, 1.0)]) is None
    drawn = charts.stacked("x", "t", "s", [2026, 2027], [charts.Series("b", [1.0, 2.0]), *nothing], "MW")
    assert drawn is not None
    assert "b 3.00" in drawn.shapes
    assert "a 0" not in drawn.shapes


def test_charts_are_the_same_bytes_and_obey_the_policy() -> None:
    rows = [charts.Bar("<$5 & $6>", 0.0, 5.0), charts.Bar("b", 5.0, 6.0, 1)]
    first, again = (charts.bars("x", "t", "s", rows) for _ in range(2))
    assert first is not None
    assert first == again
    assert "&lt;$5 &amp; $6&gt;" in first.shapes
    assert "style" not in first.shapes
    assert set(re.findall(r'id="([^"]*)"', first.shapes)) == set(re.findall(r"url\(#([^)]*)\)", first.shapes))


def test_labels_never_cover_each_other() -> None:
    moved = charts.spread([100.0, 101.0, 50.0, 100.5], 16.0)
    assert moved[2] == 50.0
    assert sorted(moved)[1:] == pytest.approx([100.0, 116.0, 132.0])


def test_sites_of_one_state_stand_apart_on_the_map() -> None:
    """The northernmost above; labels are 0.42 tiles high, a circle has at most 0.72 tiles for a radius."""
    texas = sites.PLACES["TX"]
    at = {"A": texas, "B": sites.PLACES["OH"], "C": texas}
    found = sites.apart(at, {"A": 31.0, "B": 40.0, "C": 33.0}, {"A": 1.0, "B": 0.5, "C": 0.01})
    assert found["B"] == at["B"]
    assert found["A"][0] == found["C"][0] == texas[0]
    assert 0.6 < found["A"][1] - found["C"][1] < 1
    assert found["A"][1] + 0.72 < 7.91
    assert (
        sites.apart(dict(reversed(at.items())), {"A": 31.0, "B": 40.0, "C": 33.0}, {"A": 1, "B": 0.5, "C": 0.01})
        == found
    )
