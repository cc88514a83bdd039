"""Answers kept with a run as sections of its page: the same words, and the charts of the workbook."""

from __future__ import annotations

from page.conftest import figures
from page.lint import findings

from planner import page
from planner.answers import Answer, Chart, pages
from planner.comparison.shapes import Section
from planner.report.shapes import Figure


def answer() -> Answer:
    """A table with bars, one with lines, one without a chart that says that it is empty."""
    moved = [(n, [Figure(usd * n, "USD", signed=True) for usd in (-1e9, 5e8)]) for n in (3, 2, 1)]
    swings = tuple((f"figure {n}", *ends) for n, ends in moved)
    points = tuple((Figure(at, "MW IT"), Figure(1e9 + at, "USD"), Figure(None, "USD")) for at in (1.0, 2.0))
    known = (*points, (Figure(3.0, "MW IT"), Figure(1e9, "USD"), Figure(2e9, "USD")))
    sections = [
        (
            "bars",
            Section("Swings", ("Figure", "Below", "Above"), swings),
            Chart("bars", 0, (1, 2), "", "", "3 <swings>"),
        ),
        ("lines", Section("Curve", ("Level", "Bound", "Cost"), known), Chart("lines", 0, (1,), "", "", "3 points")),
        ("none", Section("Broken", ("Rule",), (), empty="No rule is broken."), None),
    ]
    return Answer("A question", "The lead & more.", figures("whole").case, {}, sections, ["A note."])


def test_an_analysis_is_a_section_with_its_charts() -> None:
    f = figures("whole")
    found = pages.sections([("sensitivity", answer()), ("compare one", answer())])
    assert [s.name for s in found] == ["analysis-sensitivity", "analysis-compare-one"]
    text = page.page(f, found)
    assert findings(text) == []
    for words in ("The lead &amp; more.", "A note.", "Broken: No rule is broken.", "3 &lt;swings&gt;", "3 points"):
        assert text.count(words) >= 2
    assert "figure 3: -$3.00B to +$1.50B" in text
    assert text.count('<figure id="analysis-') == 4
    assert text.index("analysis-sensitivity") < text.index('<section id="about"')


def test_points_without_a_figure_are_not_drawn() -> None:
    chart = Chart("lines", 0, (1, 2), "", "", "1 point")
    whole = answer()
    (_, section, _) = whole.sections[1]
    (found,) = pages.sections([("frontier", Answer("t", "l", whole.case, {}, [("a", section, chart)]))])
    (drawn,) = [b for b in found.blocks if b.kind == "beside"]
    assert "Cost $2.00B" in drawn.blocks[0].shapes  # type: ignore[union-attr]
