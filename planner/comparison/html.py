"""A comparison as one static page, made of the same parts and templates as the page of a run."""

from __future__ import annotations

from planner.analyses.compare import Bridge, Comparison, Pair
from planner.comparison.leads import lead
from planner.comparison.sections import YEARS, Section, by_year, of_pair, overview
from planner.page import charts
from planner.page import parts as page_parts
from planner.page.parts import Block, Table, Text, beside, render
from planner.report.shapes import Figure


def page(comparison: Comparison) -> str:
    """The page as text: what is compared, the runs over the years, then each run against the first."""
    labels = [label for label, _ in comparison.runs]
    title = f"Comparison: {', '.join(labels[:3])}"
    title += f" and {len(labels) - 3} more" if len(labels) > 3 else ""
    leads = [lead(pair) for pair in comparison.pairs]
    headline, more = (leads[0], "") if len(leads) == 1 else ("", "\n".join(leads))
    drawn = [_years(comparison, key) for key in YEARS]
    tables = [table(section) for section in by_year(comparison)]
    sections = [
        page_parts.Section(
            "runs",
            "Runs and promises",
            [*map(Text, more.splitlines()), *(b for s in overview(comparison) for b in blocks(s))],
        ),
        page_parts.Section("years", "Over the years", [*beside(*drawn), *tables]),
        *(_pair(pair, place) for place, pair in enumerate(comparison.pairs, 1)),
    ]
    return render(title, headline, "", [], sections)


def _pair(pair: Pair, place: int) -> page_parts.Section:
    """What differs in a run."""
    found: list[Block] = []
    for section in of_pair(pair):
        found += blocks(section)
        if section.title == "Bridge of investment" and pair.bridge and pair.bridge.steps:
            found += beside(_waterfall(pair.bridge, f"bridge-{place}"))
    return page_parts.Section(f"pair-{place}", f"{pair.label} against {pair.base_label}", found)


def blocks(section: Section, most: int | None = None) -> list[Block]:
    """A section as a table with its note, folded from so many rows; one without rows as a sentence."""
    return [table(section, most)] if section.rows else [Text(f"{section.title}: {section.empty}")]


def table(section: Section, most: int | None = None) -> Table:
    headers = [text or "Remark" for text in section.headers]
    words = [c for c in range(len(headers)) if c not in section.right]
    rows = [[str(cell) for cell in row] for row in section.rows]
    return Table(
        section.title,
        headers,
        rows,
        words,
        folded=section.long or (most is not None and len(rows) > most),
        note=section.note,
    )


def _years(comparison: Comparison, key: str) -> charts.Picture | None:
    """A line a run over the years."""
    name, unit = YEARS[key]
    found = [(label, (run.document.get("indicators") or {}).get(key) or {}) for label, run in comparison.runs]
    years = sorted({int(year) for _, values in found for year in values})
    runs = {label: [values.get(str(year), 0.0) for year in years] for label, values in found if values}
    by, axis = charts.dollars(x for row in runs.values() for x in row) if unit == "USD" else (1.0, unit)
    series = [charts.Series(label, [x / by for x in row]) for label, row in runs.items()]
    total, when = (sum, "in all") if unit == "USD" else (max, "at most")
    ends = "; ".join(f"{label} {Figure(total(row), unit)}" for label, row in runs.items())
    title = f"{name} {when}: {ends}"
    place = f"years-{key.replace('_', '-')}"
    return charts.lines(place, title, f"Lines by year. {title}.", years, series, axis)


def _waterfall(bridge: Bridge, name: str) -> charts.Picture | None:
    """The steps from one total to the other, from zero."""
    at, bars = bridge.start, [charts.Bar(f"From: {Figure(bridge.start / 100, 'USD')}", 0.0, bridge.start)]
    for step in bridge.steps:
        words = f"{step.name}: {Figure(step.cents / 100, 'USD', signed=True)}"
        bars.append(charts.Bar(words, at, at + step.cents, 1 if step.cents > 0 else 2))
        at += step.cents
    bars.append(charts.Bar(f"To: {Figure(bridge.end / 100, 'USD')}", 0.0, bridge.end))
    ends = [str(Figure(cents / 100, "USD")) for cents in (bridge.start, bridge.end)]
    title = f"Investment goes from {ends[0]} to {ends[1]} in {len(bridge.steps)} steps"
    return charts.bars(name, title, f"{title}: " + "; ".join(b.words for b in bars) + ".", bars)
