"""A comparison on a terminal, and as Markdown."""

from __future__ import annotations

from planner.analyses.compare import Comparison, Pair
from planner.comparison.leads import lead
from planner.comparison.sections import Section, by_year, headline, of_pair, overview, promises, relative, verdict
from planner.report.layout import fold, table
from planner.report.markdown import plain

MOST_ROWS = 18
#: columns that a narrow terminal does without, the first first
SPARED = (
    "Source",
    "Base",
    "As a command line",
    "Low",
    "High",
    "95 % band, +-",
    "With its sign (mu)",
    "Found",
    "Kind",
    "10th",
    "90th",
)
_SIDE = (
    ("Net benefit", "net_benefit_usd"),
    ("Mission value", "mission_value_usd"),
    ("Present cost", "present_cost_usd"),
    ("Investment", "spend_usd"),
)
_LAST = (("Commissioned", "commissioned_mw"), ("Served", "served_share"))


def terminal(comparison: Comparison) -> str:
    """Two runs in full, several side by side."""
    if len(comparison.pairs) > 1:
        return _many(comparison)
    (pair,) = comparison.pairs
    base, other = (f"{label} ({verdict(run)})" for label, run in comparison.runs)
    parts = [fold(f"{other} against {base}"), fold(lead(pair))]
    if differs(pair):
        sections = [promises(comparison), *of_pair(pair, brief=True)]
        parts += [section_text(section) for section in sections if section.rows or section.title[0] in "IF"]
    return "\n\n".join(parts)


def differs(pair: Pair) -> bool:
    return bool(pair.inputs or pair.decisions or pair.indicators or pair.decisions is None)


def section_text(section: Section) -> str:
    """A table of the terminal, with its title and note; long ones are cut."""
    if not section.rows:
        return f"{section.title.upper()}\n  {section.empty}"
    rows = [tuple(str(cell) for cell in row) for row in section.rows[:MOST_ROWS]]
    more = len(section.rows) - len(rows)
    parts = [section.title.upper(), table(section.headers, rows, section.right, spare=SPARED)]
    parts += [f"  ... and {more} more; --json and --out have them all"] if more else []
    return "\n".join([*parts, *([f"  {section.note}"] if section.note else [])])


def _many(comparison: Comparison) -> str:
    columns = (*_SIDE, *_LAST)
    rows = []
    for label, run in comparison.runs:
        cells = [label, verdict(run)]
        for _, key in columns:
            figure, base = headline(run, key), headline(comparison.base, key)
            text = str(figure)
            if figure.value != base.value:
                text += f" {relative(figure, base)}"
            cells.append(text)
        rows.append(tuple(cells))
    headers = ("Run", "Verdict", *(title for title, _ in columns))
    note = "Changes are relative to the first run. 'planner compare A B' says how two of them differ; --out writes all."
    parts = [
        *(fold(lead(pair)) for pair in comparison.pairs),
        f"SIDE BY SIDE\n{table(headers, rows, range(2, len(headers)))}\n  {note}",
        section_text(promises(comparison)),
    ]
    return "\n\n".join(parts)


def markdown(comparison: Comparison) -> str:
    lines = ["# Comparison of runs", ""]
    lines += [part for pair in comparison.pairs for line in lead(pair).splitlines() for part in (plain(line), "")]
    for section in (*overview(comparison), *by_year(comparison)):
        lines += markdown_section(section, 2)
    for pair in comparison.pairs:
        lines += [f"## {plain(pair.label)} against {plain(pair.base_label)}", ""]
        for section in of_pair(pair):
            lines += markdown_section(section, 3)
    return "\n".join(lines).rstrip() + "\n"


def markdown_section(section: Section, depth: int) -> list[str]:
    lines = [f"{'#' * depth} {section.title}", ""]
    if not section.rows:
        return [*lines, section.empty, ""]
    right = section.right
    lines.append("| " + " | ".join(section.headers) + " |")
    lines.append("|" + "|".join(" ---: " if c in right else " --- " for c in range(len(section.headers))) + "|")
    lines += ["| " + " | ".join(plain(str(cell)) for cell in row) + " |" for row in section.rows]
    return [*lines, "", *([section.note, ""] if section.note else [])]
