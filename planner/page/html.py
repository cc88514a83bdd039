"""HTML and SVG as text, safe by construction: what is not Markup already is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

#: elements that hold nothing and are not closed
VOID = {"meta", "link", "br", "col", "wbr"}


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


def escaped(child: object) -> str:
    return child if isinstance(child, Markup) else html.escape(number(child), quote=True)


def number(value: object) -> str:
    """Coordinates with two places at most; everything else as it reads."""
    if isinstance(value, float):
        text = f"{value:.2f}".rstrip("0").rstrip(".")
        return "0" if text == "-0" else text
    return str(value)


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """An element. ``class_`` is class, ``data_x`` is data-x; an attribute that is None is left out."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in VOID:
        return Markup(f"<{name}{written}>")
    return Markup(f"<{name}{written}>{join(children)}</{name}>")


def join(children: Iterable[object]) -> Markup:
    return Markup("".join(escaped(child) for child in children if child is not None))


def table(
    caption: str, headers: Sequence[str], rows: Sequence[Sequence[object]], *, text: Sequence[int] = (), foot: int = 0
) -> Markup:
    """A table with a caption and headers of columns and rows; ``text`` are columns of words, the last ``foot`` totals.

    It is in a region that can be scrolled with the keyboard where it is wider than the screen.
    """
    words = {0, *text}

    def row(cells: Sequence[object], total: bool) -> Markup:
        made = [
            tag("th", cell, scope="row") if place == 0 else tag("td", cell, class_=None if place in words else "number")
            for place, cell in enumerate(cells)
        ]
        return tag("tr", *made, class_="total" if total else None)

    head = tag(
        "tr", *(tag("th", h, scope="col", class_=None if n in words else "number") for n, h in enumerate(headers))
    )
    first_total = len(rows) - foot
    body = [row(cells, place >= first_total) for place, cells in enumerate(rows)]
    inner = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body))
    return tag("div", inner, class_="wide", role="region", tabindex="0", aria_label=caption)


def picture(name: str, title: str, description: str, size: tuple[float, float], *shapes: object) -> Markup:
    """An SVG that a screen reader reads as one image, scrolled where it is wider than the screen; its table follows."""
    drawn = tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", description, id=f"{name}-desc"),
        *shapes,
        viewBox=f"0 0 {number(size[0])} {number(size[1])}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        xmlns="http://www.w3.org/2000/svg",
    )
    seen = tag("div", drawn, class_="wide", role="region", tabindex="0", aria_label=f"Picture: {title}")
    return tag("figure", seen, tag("figcaption", description), id=name)


def section(name: str, heading: str, *children: object) -> Markup:
    return tag(
        "section", tag("h2", heading, id=f"{name}-heading"), *children, aria_labelledby=f"{name}-heading", id=name
    )
