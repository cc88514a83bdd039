"""A comparison on a terminal, and as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from planner import show
from planner.analyses.compare import Comparison, Pair
from planner.comparison.sections import WORDS, Figure, Section, headline, no_plan, of_pair, overview

MOST_ROWS = 18
#: widest cell of a table, and to what the name of a row may shrink
WIDEST_CELL, NARROW_NAME = 38, 26
#: columns that a narrow terminal does without, the first first
SPARED = ("Source", "Base", "As a command line", "Low", "High", "95 % band, +-", "With its sign (mu)", "Found")
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
    base, other = (f"{label} ({WORDS.get(str(run.document.get('verdict')), '')})" for label, run in comparison.runs)
    parts = [textwrap.fill(f"{other} against {base}", show.WIDTH)]
    if not differs(pair):
        return f"{parts[0]}\n\nNothing differs: the inputs, the plan and its figures are the same."
    if message := no_plan(pair):
        parts.append(fold(message))
    parts += [
        section_text(section) for section in of_pair(pair, brief=True) if section.rows or section.title[0] in "IF"
    ]
    return "\n\n".join(parts)


def differs(pair: Pair) -> bool:
    return bool(pair.inputs or pair.decisions or pair.indicators or pair.decisions is None)


def section_text(section: Section, width: int | None = None) -> str:
    """A table of the terminal; in so many columns, cells wrap, and columns that matter least are left out and named."""
    title = "\n".join(textwrap.wrap(section.title.upper(), width or show.WIDTH))
    if not section.rows:
        return f"{title}\n  {section.empty}"
    rows = [tuple(str(cell) for cell in row) for row in section.rows[:MOST_ROWS]]
    kept, widths = list(range(len(section.headers))), [WIDEST_CELL] * len(section.headers)
    if width is not None:
        kept, widths = _fitted(section.headers, rows, width)
    headers = [section.headers[c] for c in kept]
    right = [n for n, c in enumerate(kept) if c in section.right]
    text = show.table(headers, [tuple(row[c] for c in kept) for row in rows], widths, right=right)
    more = len(section.rows) - len(rows)
    lines = [title, text] + ([f"  ... and {more} more; --json and --out have them all"] if more > 0 else [])
    left = [h for c, h in enumerate(section.headers) if c not in kept]
    if left:
        lines.append(f"  Not shown for want of space: {', '.join(left)}; --json and --out have them.")
    if section.note:
        lines += textwrap.wrap(section.note, width or show.WIDTH, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)


def _fitted(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> tuple[list[int], list[int]]:
    """Columns to show and their widths, in a total of ``width``: the widest give way first, none within a word."""
    sheet = [headers, *rows]

    def longest(c: int, words: bool) -> int:
        parts = [part for row in sheet for part in (row[c].split() if words else [row[c]])]
        return min(WIDEST_CELL, max((len(part) for part in parts), default=1))

    def total(sizes: Sequence[int]) -> int:
        return sum(sizes) + 2 * len(sizes)

    kept = list(range(len(headers)))
    # the first column names the row: it may break within a word, as references do at their dots and slashes
    least = {c: min(longest(c, True), NARROW_NAME if c == 0 else WIDEST_CELL) for c in kept}
    for name in SPARED:
        if total([least[c] for c in kept]) <= width:
            break
        kept = [c for c in kept if headers[c] != name]
    sizes = {c: longest(c, False) for c in kept}
    while total(list(sizes.values())) > width:
        able = [c for c in kept if sizes[c] > least[c]]
        if not able:
            break
        sizes[max(able, key=lambda c: sizes[c] - least[c])] -= 1
    return kept, [sizes[c] for c in kept]


def _many(comparison: Comparison) -> str:
    columns = (*_SIDE, *_LAST)
    rows = []
    for label, run in comparison.runs:
        cells = [label, WORDS.get(str(run.document.get("verdict")), "")]
        for _, key in columns:
            figure, base = headline(run, key), headline(comparison.base, key)
            text = str(figure)
            if figure.value is not None and base.value and figure.value != base.value:
                text += f" {Figure(figure.value / base.value - 1, 'share', signed=True)}"
            cells.append(text)
        rows.append(tuple(cells))
    headers = ("Run", "Verdict", *(title for title, _ in columns))
    table = show.table(headers, rows, (28, 10, *((24,) * len(columns))), right=range(2, len(headers)))
    note = "Changes are relative to the first run. 'planner compare A B' says how two of them differ; --out writes all."
    parts = [f"SIDE BY SIDE\n{table}\n  {note}"]
    parts += [fold(message) for pair in comparison.pairs if pair.other.plan is None and (message := no_plan(pair))]
    return "\n\n".join(parts)


def fold(text: str, width: int = show.WIDTH) -> str:
    return "\n".join(textwrap.fill(line, width) for line in text.splitlines())


def markdown(comparison: Comparison) -> str:
    lines = ["# Comparison of runs", ""]
    for section in overview(comparison):
        lines += markdown_section(section, 2)
    for pair in comparison.pairs:
        lines += [f"## {plain(pair.label)} against {plain(pair.base_label)}", ""]
        if message := no_plan(pair):
            lines += [plain(message), ""]
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


def plain(text: str) -> str:
    """Text that Markdown takes for nothing else."""
    for mark in "\\`*_[]<>|":
        text = text.replace(mark, f"\\{mark}")
    return " ".join(text.split())
