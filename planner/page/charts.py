"""Charts as SVG by matplotlib: text stays text, colours follow the page's, the same figures give the same bytes."""

from __future__ import annotations

import io
import logging
import math
import re
import textwrap
import warnings
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple
from xml.etree import ElementTree

import matplotlib as mpl
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from planner.measures import count
from planner.page.parts import Picture

# a cache of faces that cannot be kept is no concern of somebody who plans
logging.getLogger("matplotlib").setLevel(logging.ERROR)

#: width of a chart; the page shows it between 0.85 and 1.5 times as wide
WIDE, HIGH = 420.0, 262.0
TEXT, SMALL = 11.0, 10.0
#: colour that matplotlib draws -> the page's, which differs in dark mode
COLOURS = {
    "#1a1a1a": "currentColor",
    "#fefefe": "var(--paper)",
    "#d9d9d9": "var(--faint)",
    "#a3240f": "var(--promise)",
    "#1f3864": "var(--c0)",
    "#c55a11": "var(--c1)",
    "#2a8c82": "var(--c2)",
    "#b38600": "var(--c3)",
    "#7b4fa3": "var(--c4)",
    "#7f8a99": "var(--c5)",
    "#c9d3e0": "var(--c6)",
}
INK, PAPER, FAINT, PROMISE, *SERIES = COLOURS
#: series differ by pattern, dash and marker as well, so that they differ in a grey print
HATCHES = ("", "////", "", "....", "", "\\\\\\\\", "")
DASHES, MARKERS = ("-", (0, (5, 2)), (0, (1, 1.5))), "osD^v"
RULES: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "planner",
    "font.family": "DejaVu Sans",
    "font.size": TEXT,
    "text.parse_math": False,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.7,
}
NO_DATE: Any = {"Date": None, "Creator": None, "Format": None, "Type": None}
#: how something is drawn, in matplotlib's words
Look = dict[str, Any]
#: width of a letter of figures, and letters of a name that fits at the end of its line
LETTER, LONGEST_NAME = 6.4, 24
#: longest line of words across a chart
LINE = 58


class Series(NamedTuple):
    """A series by year; ``end`` are the words at the end of its line, by default its last figure."""

    name: str
    values: Sequence[float]
    end: str = ""


class Promise(NamedTuple):
    """A promised level by the end of a year."""

    year: int
    level: float
    words: str


class Bar(NamedTuple):
    """A bar from one value to another, with the words above it."""

    words: str
    start: float
    end: float
    colour: int = 0


def dollars(values: Iterable[float]) -> tuple[float, str]:
    """What dollars are divided by on an axis, and what the axis is then called."""
    return (1e9, "$B") if max(map(abs, values), default=0.0) >= 1e9 else (1e6, "$M")


def canvas(high: float, box: tuple[float, float, float, float]) -> tuple[Figure, Axes]:
    """A figure, and axes that leave so much free at its left, bottom, right and top."""
    figure = Figure(figsize=(WIDE / 72, high / 72))
    figure.patch.set_visible(False)
    left, bottom, right, top = box
    axes = figure.add_axes((left / WIDE, bottom / high, 1 - (left + right) / WIDE, 1 - (bottom + top) / high))
    axes.patch.set_visible(False)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(length=0, labelsize=SMALL)
    return figure, axes


def _legend(axes: Axes, columns: int) -> None:
    """Below the years."""
    place: Look = {"loc": "upper left", "bbox_to_anchor": (-0.02, -22 / (HIGH - 50)), "borderaxespad": 0.0}
    axes.legend(ncols=columns, frameon=False, fontsize=SMALL, handlelength=2, labelspacing=0.25, **place)


def _tick(value: float, _: object = None) -> str:
    return f"{value:,.10g}"


def _left(least: float, most: float) -> float:
    """Width of the figures beside an axis."""
    return LETTER * max(len(_tick(value)) for value in MaxNLocator(5).tick_values(least, most)) + 12


def _scaled(axes: Axes, years: Sequence[float], ends: tuple[float, float], unit: str) -> None:
    """Years across, at most six of them named, else round figures; round figures up a scale that has zero."""
    room = 0.06 * (ends[1] - ends[0])
    axes.set_ylim(ends[0] - (room if ends[0] else 0.0), ends[1] + (room if ends[1] else 0.0))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(_tick))
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    every = math.ceil(len(years) / 6)
    if all(float(year).is_integer() for year in years):
        axes.set_xticks(list(years)[::every], [f"{year:.10g}" for year in years[::every]])
    else:
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.xaxis.set_major_formatter(FuncFormatter(_tick))
    axes.annotate(unit, (0, 1), (0, 8), xycoords="axes fraction", textcoords="offset points", fontsize=SMALL)


def picture(name: str, title: str, says: str, figure: Figure) -> Picture:
    """The figure as a part of a page: no style attributes, no ids but those it refers to, named after the chart."""
    with mpl.rc_context(RULES), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph")  # a browser has other faces for it
        raw = io.BytesIO()
        figure.savefig(raw, format="svg", metadata=NO_DATE)
    root = ElementTree.fromstring(raw.getvalue())
    for parent in list(root.iter()):
        for child in [c for c in parent if c.tag.endswith(("}style", "}metadata")) or "clipPath" in c.tag]:
            parent.remove(child)
    for node in root.iter():
        _plain(node, name)
    shapes = "".join(ElementTree.tostring(child, encoding="unicode") for child in root)
    wide, high = (72 * float(inches) for inches in figure.get_size_inches())
    return Picture(name, title, says, Markup(re.sub(r"\s+", " ", shapes)), wide, high)


def _plain(node: Any, name: str) -> None:
    """Attributes in place of a style, which the policy of the page forbids."""
    node.tag = node.tag.rpartition("}")[2]
    node.tail = None
    found = {key.rpartition("}")[2]: value for key, value in node.attrib.items()}
    for rule in filter(None, found.pop("style", "").split(";")):
        key, _, value = rule.partition(":")
        found[key.strip()] = value.strip()
    for unused in ("font-family", "clip-path", "font"):
        found.pop(unused, None)
    if node.tag == "g" or found.get("transform", "").startswith("rotate(-0 "):
        found.pop("id" if node.tag == "g" else "transform", None)
    if "id" in found:
        found["id"] = f"{name}-{found['id']}"
    if "href" in found:
        found["href"] = f"#{name}-{found['href'][1:]}"
    for key in ("fill", "stroke"):
        if value := found.get(key):
            found[key] = f"url(#{name}-{value[5:]}" if value.startswith("url(#") else COLOURS.get(value, value)
    node.attrib.clear()
    node.attrib.update(found)


def spread(places: Sequence[float], apart: float) -> list[float]:
    """Places of labels moved up until none covers another, in their order from the lowest."""
    moved = list(places)
    order = sorted(range(len(places)), key=lambda n: (places[n], n))
    for below, here in pairwise(order):
        moved[here] = max(moved[here], moved[below] + apart)
    return moved


def stacked(
    name: str, title: str, says: str, years: Sequence[int], series: Sequence[Series], unit: str
) -> Picture | None:
    """Columns by year, one part a series, named below with its total; None where there is nothing."""
    shown = [s for s in series if any(s.values)]
    if not shown:
        return None
    with mpl.rc_context(RULES):
        below, top = 15.0 * math.ceil(len(shown) / 2), max(map(math.fsum, zip(*(s.values for s in shown), strict=True)))
        figure, axes = canvas(HIGH + below, (_left(0.0, top), 28 + below, 4, 24))
        floor = [0.0] * len(years)
        for n, s in enumerate(shown):
            look: Look = {"color": SERIES[n % 7], "hatch": HATCHES[n % 7], "edgecolor": PAPER, "linewidth": 0.6}
            axes.bar(years, s.values, 0.72, bottom=floor, label=f"{s.name} {count(math.fsum(s.values), 2)}", **look)
            floor = [a + b for a, b in zip(floor, s.values, strict=True)]
        for year, total in zip(years, floor, strict=True):
            words = count(total, 1 if top >= 2 else 2)
            if total >= top / 100:
                axes.annotate(words, (year, total), (0, 3), textcoords="offset points", ha="center", fontsize=9)
        _scaled(axes, years, (0.0, top), unit)
        _legend(axes, 2)
        return picture(name, title, says, figure)


def lines(
    name: str,
    title: str,
    says: str,
    years: Sequence[float],
    series: Sequence[Series],
    unit: str,
    promises: Sequence[Promise] = (),
) -> Picture | None:
    """A line a series, named at its end with its last figure; promised levels across. None where there is nothing."""
    shown = [s for s in series if any(s.values)]
    if not shown:
        return None
    values = [*(v for s in shown for v in s.values), *(p.level for p in promises)]
    least, most = min(0.0, *values), max(0.0, *values)
    ends = [f"{s.name} {s.end or count(s.values[-1], 0 if abs(s.values[-1]) >= 10 else 1)}" for s in shown]
    direct = max(map(len, ends)) <= LONGEST_NAME
    below = 0.0 if direct else 15.0 * len(shown)
    with mpl.rc_context(RULES):
        right = LETTER * max(map(len, ends)) + 14 if direct else 10.0
        figure, axes = canvas(HIGH + below, (_left(least, most), 26 + below, right, 24))
        _scaled(axes, years, (least, most), unit)
        for n, s in enumerate(shown):
            look: Look = {"linestyle": DASHES[n % 3], "marker": MARKERS[n % 5], "markersize": 4, "label": ends[n]}
            axes.plot(years, s.values, color=SERIES[n % 7], linewidth=1.8, markerfacecolor=PAPER, **look)
        axes.margins(x=0.04)
        apart = 1.06 * (most - least) / (HIGH - 50) * 14
        place: Look = {"xytext": (9, -4), "textcoords": "offset points", "annotation_clip": False}
        for words, at in zip(ends, spread([s.values[-1] for s in shown], apart), strict=True) if direct else ():
            axes.annotate(words, (years[-1], at), **place)
        if not direct:
            _legend(axes, 1)
        for p, at in zip(promises, spread([p.level for p in promises], apart), strict=True):
            axes.axhline(p.level, color=PROMISE, linewidth=1.2, linestyle=(0, (6, 3)))
            axes.plot([p.year], [p.level], marker="X", color=PROMISE, markersize=8)
            side: Look = (
                {"va": "top", "xytext": (0, -4)} if p.level > 0.9 * most else {"va": "bottom", "xytext": (0, 3)}
            )
            words = textwrap.fill(p.words, int((WIDE - right - 60) / (LETTER + 1.2)))
            axes.annotate(words, (years[0], at), textcoords="offset points", color=PROMISE, weight="bold", **side)
        return picture(name, title, says, figure)


def bars(name: str, title: str, says: str, rows: Sequence[Bar]) -> Picture | None:
    """Bars across, one below the other, their words above them, on a scale that has zero."""
    if not any(b.start != b.end for b in rows):
        return None
    with mpl.rc_context(RULES):
        texts = [textwrap.wrap(b.words, LINE) or [""] for b in rows]
        high = sum(14 * len(t) + 23 for t in texts) + 2.0
        figure, axes = canvas(high, (2, 2, 2, 2))
        ends = [0.0, *(v for b in rows for v in (b.start, b.end))]
        least, most = min(ends), max(ends)
        axes.set_xlim(least, most + (most - least) * 0.001)
        axes.set_ylim(high - 4, 0)
        axes.axis("off")
        axes.axvline(0.0, color=INK, linewidth=1)
        at = 4.0
        for b, text in zip(rows, texts, strict=True):
            axes.annotate("\n".join(text), (least, at), (4, 0), textcoords="offset points", va="top", linespacing=1.15)
            at += 14 * len(text)
            wide = max(abs(b.end - b.start), (most - least) / 400 if b.end != b.start else 0)
            look: Look = {"color": SERIES[b.colour], "hatch": HATCHES[b.colour], "edgecolor": PAPER}
            axes.barh(at + 6, wide, 11, left=min(b.start, b.end), **look)
            at += 23
        return picture(name, title, says, figure)
