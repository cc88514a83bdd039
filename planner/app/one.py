"""One run: its verdict, headline, tables and charts as its report has them; and what can be sent of it."""

from __future__ import annotations

import asyncio

from nicegui import ui

from planner import reports, store
from planner.app import pictures
from planner.app.desk import Desk, address, repeats
from planner.app.frame import Page, report, view, words
from planner.app.shelf import Row

FIGURES = ("map", "cash", "tiers", "spend")
#: files of a run that can be sent, and what they are
FILES = {store.PAGE: "The page", store.WORKBOOK: "The workbook", store.SUMMARY: "The summary, as Markdown"}


async def show(desk: Desk, name: str) -> None:
    """Build the view."""
    with view("Run", "") as page:
        row = await asyncio.to_thread(desk.shelf.row, name)
        ui.page_title(f"{row.name} · planner")
        words("h2", row.name)
        words("p", f"{row.model}: {row.asks}. {row.day} UTC.", "quiet")
        words("p", row.verdict[:1].upper() + row.verdict[1:], "verdict")
        words("p", row.headline, "lead")
        _send(desk, page, row)
        written = desk.reports / row.run / store.PAGE
        if written.is_file():
            report(await asyncio.to_thread(pictures.section, written, "answer"))
            drawn = await asyncio.to_thread(pictures.figures, written, FIGURES, "run")
            words("h2", "The same graphs as in its report")
            report(f'<div class="beside">{drawn}</div>')
        elif not row.has_plan:
            explained = str((await asyncio.to_thread(desk.shelf.document, row.run)).get("explanation") or "")
            words("p", explained)


def _send(desk: Desk, page: Page, row: Row) -> None:
    words("h2", "Send")
    there = [name for name in FILES if (desk.reports / row.run / name).is_file()]
    with ui.element("ul").classes("line plain"):
        for name in there:
            with ui.element("li"):
                ui.link(FILES[name], f"/files/{row.run}/{name}", new_tab=True)
    if row.has_plan and store.PAGE not in there:
        words("p", "This run has no page and no workbook yet.")

        async def write() -> None:
            await asyncio.to_thread(reports.rebuild, desk.reports / row.run, None)
            ui.navigate.to(f"/run/{row.run}")

        page.button("Write its page and workbook", write, first=True)
    words("p", "The command line that repeats it:", "quiet")
    line = repeats(row)
    words("span", line, "code")
    with ui.element("div").classes("line").style("margin-top:.4rem"):
        page.button("Copy the command line", lambda: ui.clipboard.write(line))
        again = address("/ask", model=row.model, edits="\n".join(row.changes))
        page.button("Ask again with changes", lambda: ui.navigate.to(again))
