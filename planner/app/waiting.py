"""Queue: what is being proven, how far, about how long; stop, go on."""

from __future__ import annotations

import asyncio

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from planner.app.desk import Desk, called, command_line
from planner.app.frame import Page, view, words
from planner.app.jobs import OPEN, RUNNING, STOPPED, WAITING, Job, State

#: seconds between two looks at the queue, and questions on the screen
EVERY, SHOWN = 1.0, 40
Found = list[tuple[Job, State]]


async def show(desk: Desk) -> None:
    """Build the view, and keep it up to date for as long as it is open."""
    with view("Queue", "/queue") as page:
        words("p", f"Up to {desk.queue.workers} at a time. They go on when this page is closed.", "quiet")
        said = words("p", "", "lead").props("role=status")
        place = ui.element("ul").classes("plain")
        _Waiting(desk, page, said, place).start(await asyncio.to_thread(desk.queue.jobs))


class _Waiting:
    """The queue in one browser. Elements are made anew only where a question changes its state, so that focus stays."""

    def __init__(self, desk: Desk, page: Page, said: TextElement, place: ui.element) -> None:
        self.desk, self.page, self.said, self.place = desk, page, said, place
        self.kinds: list[tuple[str, str, str]] | None = None
        self.lines: dict[str, tuple[TextElement, ui.linear_progress]] = {}
        self.trouble = ""

    def start(self, found: Found) -> None:
        self._update(found)
        ui.timer(EVERY, self._look)

    async def _look(self) -> None:
        try:
            self._update(await asyncio.to_thread(self.desk.queue.jobs))
        except Exception as error:
            self.page.complain(error)

    def _update(self, found: Found) -> None:
        if self.desk.trouble != self.trouble:
            self.trouble = self.desk.trouble
            self.page.say(self.trouble)
        kinds = [(job.id, state.kind, state.run) for job, state in found[:SHOWN]]
        if kinds != self.kinds:
            self.kinds, self.lines = kinds, {}
            self.said.text = _summary(found)
            self.place.clear()
            with self.place:
                for place, (job, state) in enumerate(found[:SHOWN]):
                    self._card(job, state, sum(s.kind in OPEN for _, s in found[place + 1 :]))
        for job, state in found[:SHOWN]:
            if job.id in self.lines:
                line, bar = self.lines[job.id]
                line.text = _line(job, state)
                bar.value = round(state.share or 0.0, 2)

    def _card(self, job: Job, state: State, before: int) -> None:
        with ui.element("li").classes("card"):
            words("h2", job.title).style("margin:0;font-size:1.05rem")
            words("p", f"{state.kind[:1].upper()}{state.kind[1:]}", "verdict")
            line = words("p", _line(job, state) or (f"{before} before it." if state.kind == WAITING else state.says))
            if state.kind == RUNNING:
                bar = ui.linear_progress(state.share or 0.0, show_value=False)
                bar.props["aria-label"] = f"Time that is over: {job.title}"
                self.lines[job.id] = line, bar
            words("span", command_line(called(job.model), job.words), "code")
            with ui.element("div").classes("line").style("margin-top:.4rem"):
                if state.run:
                    self.page.button("Open", lambda: ui.navigate.to(f"/run/{state.run}"), first=True, label=job.title)
                if state.kind in OPEN:
                    self.page.button("Stop", lambda: self._do(self.desk.queue.stop, job), label=job.title)
                elif not state.run or state.kind == STOPPED:
                    self.page.button("Go on", lambda: self._do(self.desk.queue.go_on, job), label=job.title)
                if state.kind not in OPEN:
                    self.page.button("Forget", lambda: self._do(self.desk.queue.forget, job), label=job.title)

    async def _do(self, what: object, job: Job) -> None:
        await asyncio.to_thread(what, job.id)  # type: ignore[arg-type]
        self.kinds = None
        await self._look()


def _summary(found: Found) -> str:
    if not found:
        return "Nothing was asked yet."
    working, waiting = (sum(state.kind == kind for _, state in found) for kind in (RUNNING, WAITING))
    more = f" The last {SHOWN} of {len(found)} are shown." if len(found) > SHOWN else ""
    return f"{working} at work, {waiting} waiting, {len(found) - working - waiting} ended.{more}"


def _line(job: Job, state: State) -> str:
    """What is being proven, and about how long it takes."""
    if state.kind != RUNNING:
        return ""
    about = f" About {state.about:.0f} s in all." if state.about else ""
    passed = f"{(state.share or 0.0):.0%} of the time is over." if state.share is not None else "Just begun."
    return f"{state.says}. {passed}{about}"
