"""Side by side: two to four runs, with the tables and charts of the comparison and of each run's own report."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from nicegui import ui

from planner import store
from planner.app import pictures
from planner.app.desk import Desk, address, repeats
from planner.app.frame import Page, report, view, words
from planner.app.shelf import Row

FIGURES = ("map", "cash")
TIERS = "tiers"


async def show(desk: Desk, given: str) -> None:
    """Build the view of runs whose names are given with commas between."""
    with view("Side by side", "") as page:
        names = [name for name in dict.fromkeys(given.split(",")) if name]
        if not pictures.FEWEST <= len(names) <= pictures.MOST:
            words("p", f"Choose {pictures.FEWEST} to {pictures.MOST} runs in the list of runs, then Compare.")
            ui.link("The list of runs", "/")
            return
        rows = [await asyncio.to_thread(desk.shelf.row, name) for name in names]
        _heads(desk, rows)
        _send(rows)
        words("h2", "What moved, and what lies within the proof")
        place = ui.element("div")
        with place:
            words("p", "Comparing …").props("role=status")
        ui.timer(0.01, page.safely(lambda: _compare(desk, page, rows, place)), once=True)


async def _compare(desk: Desk, page: Page, rows: Sequence[Row], place: ui.element) -> None:
    """The comparison takes seconds the first time; the view is there before it."""
    try:
        made = await asyncio.to_thread(pictures.compared, desk.reports, [row.run for row in rows])
        html = await asyncio.to_thread(pictures.sections, made)
    except Exception:
        place.clear()
        raise
    place.clear()
    with place:
        report(html)


def _heads(desk: Desk, rows: Sequence[Row]) -> None:
    with ui.element("div").classes("apart"):
        for place, row in enumerate(rows, 1):
            with ui.element("section").props(f'aria-label="Run {place}"'):
                words("h2", f"{place}. {row.name}")
                words("p", f"{row.model}: {row.asks}", "quiet")
                words("p", row.verdict[:1].upper() + row.verdict[1:], "verdict")
                words("p", row.headline)
                ui.link("Open", f"/run/{row.run}").props["aria-label"] = f"Open {row.name}"
                written = desk.reports / row.run / store.PAGE
                if written.is_file():
                    report(pictures.figures(written, (*FIGURES, TIERS), f"run{place}"))
                elif row.has_plan:
                    words("p", "It has no page yet: open it and write one to see its map and its cash.", "quiet")


def _send(rows: Sequence[Row]) -> None:
    words("h2", "Send")
    runs = ",".join(row.run for row in rows)
    names = {".html": "The comparison as a page", ".xlsx": "As a workbook", ".md": "As Markdown"}
    with ui.element("ul").classes("line plain"):
        for suffix, name in names.items():
            with ui.element("li"):
                ui.link(name, address(f"/comparison{suffix}", runs=runs), new_tab=True)
    words("p", "The command lines that repeat it:", "quiet")
    compares = f"planner compare {' '.join(row.run for row in rows)}"
    words("span", "\n".join([*(repeats(row) for row in rows), compares]), "code")
