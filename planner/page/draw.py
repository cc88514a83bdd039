"""Charts as SVG shapes. Series differ by pattern, dash and marker, so that they differ in a grey print."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from planner.page.html import Markup, join, number, tag

#: fills of stacked columns, in the order of series; defined in ``patterns``
FILLS = ("f0", "f1", "f2", "f3", "f4", "f5", "f6")
MARKERS = ("circle", "square", "diamond")
WIDE, HIGH = 760.0, 330.0
LEFT, TOP, BELOW = 78.0, 34.0, 46.0


class Series(NamedTuple):
    name: str
    values: Sequence[float]


class Mark(NamedTuple):
    """A promised level in a year."""

    year: int
    level: float
    name: str


class Plot(NamedTuple):
    """The field of a chart: years across, from 0 to ``top`` upwards."""

    years: Sequence[int]
    top: float
    right: float = 150.0
    high: float = HIGH

    @property
    def step(self) -> float:
        return (WIDE - LEFT - self.right) / len(self.years)

    @property
    def floor(self) -> float:
        return self.high - BELOW

    def x(self, place: float) -> float:
        """Middle of the place-th year."""
        return LEFT + (place + 0.5) * self.step

    def y(self, value: float) -> float:
        return self.floor - value / self.top * (self.floor - TOP)


def ticks(most: float) -> list[float]:
    """Round steps from 0 to the first at or above ``most``."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / 5
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * m for m in (1, 2, 2.5, 5, 10) if unit * m >= rough * (1 - 1e-9))
    return [step * n for n in range(math.ceil(most / step - 1e-9) + 1)]


def label(value: float) -> str:
    """A tick's text: as many places as it needs."""
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:g}"


def axes(plot: Plot, steps: Sequence[float], unit: str, every: int = 1) -> Markup:
    """Grid lines with figures, the years below, and what the figures are above."""
    shapes = [tag("text", unit, x=LEFT - 8, y=TOP - 14, class_="unit")]
    for value in steps:
        y = plot.y(value)
        shapes.append(tag("line", x1=LEFT, x2=WIDE - plot.right, y1=y, y2=y, class_="grid" if value else "base"))
        shapes.append(tag("text", label(value), x=LEFT - 8, y=y + 4, class_="tick end"))
    for place, year in enumerate(plot.years):
        if place % every == 0:
            shapes.append(tag("text", year, x=plot.x(place), y=plot.floor + 18, class_="tick middle"))
    return join(shapes)


def stacked(years: Sequence[int], series: Sequence[Series], unit: str) -> Markup:
    """Columns by year, one part a series, with a legend at the right in the order of the parts."""
    totals = [math.fsum(s.values[n] for s in series) for n in range(len(years))]
    steps = ticks(max(totals, default=0.0))
    plot = Plot(years, steps[-1])
    shapes = [axes(plot, steps, unit)]
    for place, total in enumerate(totals):
        base = 0.0
        for n, s in enumerate(series):
            value = s.values[place]
            if value > 0:
                top = plot.y(base + value)
                size = {"width": plot.step * 0.66, "height": plot.y(base) - top}
                shapes.append(tag("rect", x=plot.x(place) - plot.step * 0.33, y=top, class_=f"part {FILLS[n]}", **size))
                base += value
        shapes.append(tag("text", f"{total:,.1f}", x=plot.x(place), y=plot.y(base) - 6, class_="tick middle"))
    shapes.append(legend([(s.name, FILLS[n]) for n, s in reversed(list(enumerate(series)))], WIDE - 138, TOP))
    return join(shapes)


def legend(entries: Sequence[tuple[str, str]], x: float, y: float) -> Markup:
    shapes: list[Markup] = []
    for place, (name, fill) in enumerate(entries):
        at = y + 24 * place
        shapes.append(tag("rect", x=x, y=at, width=16, height=14, class_=f"part {fill}"))
        shapes.append(tag("text", name, x=x + 23, y=at + 12, class_="name"))
    return join(shapes)


def lines(
    years: Sequence[int],
    series: Sequence[Series],
    unit: str,
    marks: Sequence[Mark] = (),
    high: float = HIGH,
) -> Markup:
    """A line a series, named at its end, with a marker of its own; promised levels as crosses with their words."""
    most = max([*(v for s in series for v in s.values), *(m.level for m in marks)], default=0.0)
    steps = ticks(most)
    plot = Plot(years, steps[-1], high=high)
    shapes = [axes(plot, steps, unit)]
    for n, s in enumerate(series):
        points = [(plot.x(place), plot.y(value)) for place, value in enumerate(s.values)]
        path = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        shapes.append(tag("polyline", points=path, class_=f"line l{n}"))
        shapes += [marker(MARKERS[n % len(MARKERS)], x, y) for x, y in points]
    ends = spread([plot.y(s.values[-1]) for s in series])
    for n, (s, y) in enumerate(zip(series, ends, strict=True)):
        x = plot.x(len(years) - 1) + 12
        shapes.append(marker(MARKERS[n % len(MARKERS)], x + 4, y))
        shapes.append(tag("text", s.name, x=x + 14, y=y + 4, class_="name"))
    shapes += [_promise(plot, mark) for mark in marks if mark.year in years]
    return join(shapes)


def _promise(plot: Plot, mark: Mark) -> Markup:
    x, y = plot.x(list(plot.years).index(mark.year)), plot.y(mark.level)
    cross = f"M{number(x - 6)},{number(y - 6)}l12,12m0,-12l-12,12"
    # about 7 units a letter; the words stand right of the cross where they end before the names of the lines
    anchor = "end" if x + 10 + 7 * len(mark.name) > plot.x(len(plot.years) - 1) else ""
    words = tag("text", mark.name, x=x - 10 if anchor else x + 10, y=y - 8, class_=f"name promise {anchor}".strip())
    return join((tag("path", d=cross, class_="cross"), words))


def marker(kind: str, x: float, y: float) -> Markup:
    if kind == "circle":
        return tag("circle", cx=x, cy=y, r=4, class_="marker")
    if kind == "square":
        return tag("rect", x=x - 4, y=y - 4, width=8, height=8, class_="marker")
    return tag("path", d=f"M{number(x)},{number(y - 5.5)}l5.5,5.5l-5.5,5.5l-5.5,-5.5z", class_="marker")


def spread(places: Sequence[float], apart: float = 16.0) -> list[float]:
    """Places of labels moved down until none covers another, in their order from the top."""
    moved = list(places)
    order = sorted(range(len(places)), key=lambda n: (places[n], n))
    for before, here in pairwise(order):
        moved[here] = max(moved[here], moved[before] + apart)
    return moved


def patterns() -> Markup:
    """The fills, defined once in the page: full, hatched, dotted, empty, barred, crossed, grey."""

    def pattern(name: str, size: float, *shapes: Markup, turned: bool = False) -> Markup:
        turn = "rotate(45)" if turned else None
        ground = tag("rect", width=size, height=size, class_="ground")
        return tag(
            "pattern",
            ground,
            *shapes,
            id=name,
            width=size,
            height=size,
            patternUnits="userSpaceOnUse",
            patternTransform=turn,
        )

    bar: Callable[[float, float], Markup] = lambda w, h: tag("rect", width=w, height=h, class_="ink")  # noqa: E731
    made = [
        pattern("p1", 6, bar(3, 6), turned=True),
        pattern("p2", 6, tag("circle", cx=3, cy=3, r=1.5, class_="ink")),
        pattern("p4", 5, bar(5, 1.6)),
        pattern("p5", 6, bar(1.6, 6), bar(6, 1.6), turned=True),
    ]
    return tag("svg", tag("defs", *made), class_="hidden", aria_hidden="true", width=0, height=0)
