"""Tables and paragraphs of the terminal, fitted to the width at hand; plain text that survives a pipe."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from shutil import get_terminal_size

#: columns: fewest, most, and those where there is no terminal
NARROWEST, WIDEST, USUAL = 60, 200, 100
INDENT, GAP = "  ", 2
#: keeps a figure and its unit on one line
TIED = "\u00a0"

Row = Sequence[str]
#: where no line breaks: before a unit, in a short command, and in a path on a line of its own or after a label
_WHOLE = re.compile(r"(?<=\d) (?=MW|GW|%|PFLOP/s)|'planner [^']{1,45}'")
_PATH = re.compile(r"([A-Z][a-z]*:\s+)?/")
#: what a paragraph goes on under: its indent, with a bullet, a number or a label
_HEAD = re.compile(r"\s*((-|\d+\.|[A-Z][a-z]*:)\s+)?")


def width_at_hand() -> int:
    """Columns at hand: COLUMNS, else those of the terminal, else 100; never under 60 or over 200."""
    return max(NARROWEST, min(WIDEST, get_terminal_size((USUAL, 24)).columns))


def fold(text: str, width: int | None = None) -> str:
    """Paragraphs in so many columns; a line goes on under its first word, and no word is broken."""
    return "\n".join(_folded(line, width or width_at_hand()) for line in text.splitlines())


def _folded(line: str, width: int) -> str:
    hang, tied = " " * len(_HEAD.match(line)[0]), _WHOLE.sub(_tied, line)  # type: ignore[index]
    if path := _PATH.match(line):
        tied = line[: path.end()] + line[path.end() :].replace(" ", TIED)
    folded = textwrap.fill(tied, width, subsequent_indent=hang, break_on_hyphens=False, break_long_words=False)
    return folded.replace(TIED, " ")


def _tied(found: re.Match[str]) -> str:
    return found[0].replace(" ", TIED)


def table(
    headers: Row, rows: Sequence[Row], right: Sequence[int] = (), width: int | None = None, spare: Sequence[str] = ()
) -> str:
    """A table in so many columns: no word is broken, and no figure from its unit.

    ``right`` are columns of figures. Where the width is too small, the columns named in ``spare`` are left out, the
    first of them first, and named below; where that is not enough, each row becomes a paragraph.
    """
    most = (width or width_at_hand()) - len(INDENT)
    kept = [c for c, h in enumerate(headers) if h or any(row[c] for row in rows)]
    every, sheet = list(kept), [headers, *rows]
    full = {c: max(len(row[c]) for row in sheet) for c in kept}
    least = {c: _least(headers[c], [row[c] for row in rows], c in right, whole=True) for c in kept}

    def fits(sizes: dict[int, int]) -> bool:
        return sum(sizes[c] for c in kept) + GAP * (len(kept) - 1) <= most

    if not fits(least):
        least = {c: _least(headers[c], [row[c] for row in rows], c in right, whole=False) for c in kept}
    for name in spare:
        if not fits(least):
            kept = [c for c in kept if headers[c] != name]
    if not fits(least):
        return _paragraphs(headers, rows, every, right, most)
    while not fits(full):
        full[max((c for c in kept if full[c] > least[c]), key=lambda c: full[c] - least[c])] -= 1
    lines = _drawn(headers, rows, {c: full[c] for c in kept}, right)
    if left := [headers[c] for c in every if c not in kept]:
        lines += fold(f"Not shown for want of space: {', '.join(left)}; --json has them.", most).split("\n")
    return "\n".join(INDENT + line for line in lines)


def _least(header: str, cells: Sequence[str], figures: bool, whole: bool) -> int:
    """Fewest columns that break no word; of figures, none from its unit, and where ``whole`` none at all."""
    parts = header.split()
    for cell in cells:
        words = cell.split()
        head = len(words) if whole else 2
        parts += [" ".join(words[:head]), *words[head:]] if figures else words
    return max(map(len, parts), default=1)


def _drawn(headers: Row, rows: Sequence[Row], widths: dict[int, int], right: Sequence[int]) -> list[str]:
    """The lines of a table whose columns are known."""
    from io import StringIO

    from rich.box import Box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    ruled = Box("    \n    \n -  \n    \n    \n    \n    \n    \n", ascii=True)
    drawn = Table(box=ruled, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0))
    for c, size in widths.items():
        drawn.add_column(Text(headers[c]), width=size, justify="right" if c in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row(*(Text(row[c]) for c in widths))
    console = Console(file=StringIO(), width=sum(widths.values()) + GAP * len(widths), color_system=None)
    with console.capture() as captured:
        console.print(drawn)
    return [line.rstrip() for line in captured.get().splitlines()]


def _paragraphs(headers: Row, rows: Sequence[Row], kept: Sequence[int], right: Sequence[int], width: int) -> str:
    """A row as its first cell and, under it, the others with their headers."""
    lines = []
    for row in rows:
        parts = [(headers[c], row[c].replace(" ", TIED) if c in right else row[c]) for c in kept[1:] if row[c]]
        said = " | ".join(f"{header}: ".replace(" ", TIED) + cell if header else cell for header, cell in parts)
        for indent, text in ((INDENT, row[kept[0]]), (2 * INDENT, said)):
            lines += textwrap.wrap(
                text, width, initial_indent=indent, subsequent_indent=2 * INDENT, break_on_hyphens=False
            )
    return "\n".join(lines).replace(TIED, " ")
