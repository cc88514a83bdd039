"""What a page is made of: sections of text, tables and pictures as values, which templates turn into HTML."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from planner.report import shapes as report
from planner.report.shapes import Figure
from planner.results import verdicts


@dataclass(frozen=True)
class Text:
    """A paragraph; ``look`` is the class of the style sheet it is set in."""

    words: str
    look: str = ""
    kind: str = field(default="text", init=False)


@dataclass(frozen=True)
class Table:
    """Rows of text; ``words`` are columns that hold no figures, the last ``foot`` rows are totals.

    A ``folded`` table opens on a click and in print.
    """

    caption: str
    headers: Sequence[str]
    rows: Sequence[Sequence[object]]
    words: Sequence[int] = ()
    foot: int = 0
    folded: bool = False
    note: str = ""
    kind: str = field(default="table", init=False)


@dataclass(frozen=True)
class Picture:
    """A chart: its finding as the title, a description with figures, and the shapes; ``name`` is unique on a page."""

    name: str
    title: str
    says: str
    shapes: Markup
    wide: float
    high: float
    kind: str = field(default="picture", init=False)


@dataclass(frozen=True)
class Beside:
    """Charts or tables beside each other where the screen is wide enough."""

    blocks: Sequence[Picture | Table]
    kind: str = field(default="beside", init=False)


Block = Text | Table | Picture | Beside


@dataclass(frozen=True)
class Section:
    """A part of the page; ``name`` is the address of its heading."""

    name: str
    heading: str
    blocks: Sequence[Block]


def beside(*charts: Picture | None) -> list[Block]:
    """The charts that have something to show, beside each other; nothing where there is none."""
    drawn = [chart for chart in charts if chart is not None]
    return [Beside(drawn)] if drawn else []


def shown(table: report.Table) -> Table:
    """A table of the first screens, as this page shows it: the same words and digits."""
    columns = range(len(table.headers))
    words = [c for c in columns if not any(isinstance(row[c], Figure) for row in table.rows)]
    rows = [[str(cell) for cell in row] for row in table.rows]
    headers = [h[:1].upper() + h[1:] for h in table.headers]
    return Table(table.title, headers, rows, words, table.foot, note=table.note)


def tone(cell: object) -> str:
    """Class of a cell by the verdict in it; the word is there as well."""
    text = str(cell)
    if text == verdicts.KEPT:
        return "good"
    return "bad" if text.startswith((verdicts.NOT_KEPT, verdicts.MISSED, verdicts.FAILED)) else ""


@cache
def _templates() -> Environment:
    loader = PackageLoader("planner.page", "templates")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made.filters["tone"] = tone
    return made


def style_sheet() -> str:
    """The rules that every page made of these parts is shown by; the first lines name its colours."""
    return _templates().get_template("style.css.j2").render()


def fragment(blocks: Sequence[Block], of: str) -> str:
    """Blocks as HTML without a page around them; ``of`` names the section for a screen reader."""
    block = _templates().get_template("parts.html.j2").module.block  # type: ignore[attr-defined]
    return "\n".join(str(block(b, of)) for b in blocks)


def render(title: str, headline: str, verdict: str, notes: Sequence[str], sections: Sequence[Section]) -> str:
    """The page, whose policy lets nothing load or run but its one style sheet, known by its hash."""
    style = style_sheet()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    shown = {"title": title, "headline": headline, "verdict": verdict, "notes": notes, "sections": sections}
    return _templates().get_template("page.html.j2").render(**shown, style=Markup(style), digest=digest) + "\n"
