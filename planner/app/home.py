"""Home: the stored runs, found by words, opened, compared, and put into the bin."""

from __future__ import annotations

import asyncio

from nicegui import ui

from planner.app.desk import Desk, address
from planner.app.frame import Page, view, words
from planner.app.pictures import FEWEST, MOST
from planner.app.shelf import Row

#: runs on one screen
SHOWN = 20


async def show(desk: Desk) -> None:
    """Build the view."""
    with view("Runs", "/") as page:
        rows = await asyncio.to_thread(desk.shelf.rows)
        titles = {job.name: job.title for job, _ in await asyncio.to_thread(desk.queue.jobs)}
        _List(desk, page, rows, titles).build()


class _List:
    """The list in one browser: what is looked for, how many are shown, which are chosen."""

    def __init__(self, desk: Desk, page: Page, rows: list[Row], titles: dict[str, str]) -> None:
        self.desk, self.page, self.rows, self.titles = desk, page, rows, titles
        self.text, self.most, self.chosen = "", SHOWN, list[str]()

    def build(self) -> None:
        if not self.rows:
            words("p", "No runs yet. Ask the first question, or run 'planner optimize' in a terminal.", "lead")
            ui.link("Ask a question", "/ask")
        with ui.element("div").classes("line").props("role=search"):
            found = ui.input("Find runs", placeholder="words of name, question, verdict, day", on_change=self._look)
            found.props("debounce=200 clearable").style("min-width:min(100%,22rem)")
            self.compare = self.page.button("Compare", self._compare, first=True)
        self.said = words("p", "", "quiet").props("role=status")
        self.list = ui.element("ul").classes("plain")
        self._renew()
        self.bin = ui.element("section")
        self._renew_bin()

    def _look(self, event: object) -> None:
        self.text, self.most = str(getattr(event, "value", "") or ""), SHOWN
        self._renew()

    def _renew(self) -> None:
        found = [row for row in self.rows if row.holds(f"{self.text}") or self._titled(row)]
        self._say(len(found))
        self.list.clear()
        with self.list:
            for row in found[: self.most]:
                self._row(row)
            if len(found) > self.most:
                with ui.element("li"):
                    self.page.button(f"Show {min(SHOWN, len(found) - self.most)} more", self._more)

    def _titled(self, row: Row) -> bool:
        return self.text.lower() in self.titles.get(row.name, "").lower()

    def _more(self) -> None:
        self.most += SHOWN
        self._renew()

    def _say(self, found: int) -> None:
        chosen = f" {len(self.chosen)} chosen." if self.chosen else f" Choose {FEWEST} to {MOST} to compare."
        self.said.text = f"{found} of {len(self.rows)} runs.{chosen}"
        self.found = found

    def _row(self, row: Row) -> None:
        with ui.element("li").classes("card"):
            name = self.titles.get(row.name, row.name)
            with ui.element("div").classes("line"):
                box = ui.checkbox(value=row.run in self.chosen, on_change=lambda e, row=row: self._choose(row, e.value))
                box.props["aria-label"] = f"Choose {name}, {row.day}"
                with words("h2", "").style("margin:0;font-size:1.05rem"):
                    ui.link(name, f"/run/{row.run}")
                words("span", f"{row.day} UTC", "quiet")
            words("p", row.verdict[:1].upper() + row.verdict[1:], "verdict")
            words("p", row.headline)
            words("p", f"{row.model}: {row.asks}", "quiet")
            with ui.element("div").classes("line"):
                self.page.button("Open", lambda: ui.navigate.to(f"/run/{row.run}"), label=name)
                self.page.button("Delete", lambda: self._throw(row), label=name)

    def _choose(self, row: Row, wanted: bool) -> None:
        self.chosen = [run for run in self.chosen if run != row.run] + ([row.run] if wanted else [])
        self._say(self.found)

    def _compare(self) -> None:
        if not FEWEST <= len(self.chosen) <= MOST:
            self.page.say(f"Choose {FEWEST} to {MOST} runs to compare; {len(self.chosen)} are chosen.")
            return
        ui.navigate.to(address("/compare", runs=",".join(self.chosen)))

    # the bin

    async def _throw(self, row: Row) -> None:
        await asyncio.to_thread(self.desk.shelf.throw, row.run)
        await self._read()
        self.said.text += f" {row.name} is in the bin, below."

    async def _put_back(self, name: str) -> None:
        await asyncio.to_thread(self.desk.shelf.put_back, name)
        await self._read()

    async def _read(self) -> None:
        self.rows = await asyncio.to_thread(self.desk.shelf.rows)
        self.chosen = [name for name in self.chosen if any(row.run == name for row in self.rows)]
        self._renew()
        self._renew_bin()

    def _renew_bin(self) -> None:
        binned = self.desk.shelf.binned()
        self.bin.clear()
        if not binned:
            return
        with self.bin:
            words("h2", f"Bin: {len(binned)} runs")
            with ui.element("ul").classes("plain"):
                for name in binned[:SHOWN]:
                    with ui.element("li").classes("line"):
                        words("span", name)
                        self.page.button("Put back", lambda name=name: self._put_back(name), label=name)
            words("p", f"They lie in {self.desk.shelf.reports / '.bin'}; nothing removes them.", "quiet")
