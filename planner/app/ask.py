"""Ask: ten levers, the what-ifs that ship as cards, edits of one's own; checked as the command line checks them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from nicegui import events, ui

from planner.app import levers as lever_of
from planner.app.desk import Desk, called, command_line
from planner.app.frame import Page, view, words
from planner.app.levers import Lever, Value
from planner.inputs import named, read
from planner.inputs.case import Case

#: letters of a title
LONGEST_TITLE = 90
SECONDS = {None: "the usual limit", 60.0: "1 minute", 300.0: "5 minutes", 900.0: "15 minutes"}


async def show(desk: Desk, model: str = "", edits: Sequence[str] = (), faults: Sequence[str] = ()) -> None:
    """Build the view; ``edits`` are in the field of edits from the start, as those of a run that is asked again."""
    with view("Ask", "/ask") as page:
        words("p", "Set what should be different and leave the rest empty. Nothing is kept until you ask.", "quiet")
        form = _Form(desk, page, model if model in desk.models() else desk.model, list(edits))
        form.build()
        page.say(*faults)
        await form.read()


@lru_cache(maxsize=1)
def _library() -> dict[str, named.WhatIf]:
    """The what-ifs that ship, read once."""
    return named.library()


class _Form:
    """The form in one browser."""

    def __init__(self, desk: Desk, page: Page, model: str, edits: list[str]) -> None:
        self.desk, self.page, self.model, self.given = desk, page, model, edits
        self.case: Case | None = None
        self.levers: list[Lever] = []
        self.fields: dict[str, Any] = {}
        self.cards: list[str] = []
        self.asked = ""

    def build(self) -> None:
        with ui.element("div").classes("line"):
            self.models = ui.select(self._models(), value=self.model, label="Programme", on_change=self._other)
            self.models.style("min-width:min(100%,18rem)")
            with ui.element("form").props("action=/upload method=post enctype=multipart/form-data").classes("line"):
                with words("label", "Or a workbook of inputs").style("font-size:.9rem"):
                    ui.element("input").props("type=file name=file accept=.xlsx,.toml required").classes("file")
                words("button", "Read it", "q-btn second plainly").props("type=submit")
        words("h2", "Levers")
        self.place = ui.element("div").classes("apart")
        library = _library()
        with ui.expansion(f"What-ifs that ship: {len(library)} cards").classes("card"):
            self.find = ui.input("Find a what-if", on_change=self._filter).props("clearable debounce=200")
            self.deck = ui.element("div").classes("cards").props('role=group aria-label="What-ifs that ship"')
            self._cards(library.values())
        with ui.expansion("Anything else, as on the command line", value=bool(self.given)).classes("card"):
            self.more = ui.textarea("Edits, one on a line", value="\n".join(self.given), on_change=self._changed)
            self.more.props("outlined stack-label autogrow").props["hint"] = "Such as sites.*.tariff_usd_per_mwh=+10%"
        with ui.element("div").classes("apart").style("margin-top:.8rem"):
            self.title = ui.input("Name of the question", placeholder="made from what you set")
            self.limit = ui.select(SECONDS, value=None, label="Time for the proof")
        words("h2", "Ask")
        self.said = words("p", "", "quiet").props("role=status")
        self.line = words("span", command_line(called(self.model), []), "code")
        with ui.element("div").classes("line").style("margin-top:.6rem"):
            self.page.button("Ask", self._ask, first=True)
            self.page.button("Check only", self._check)
            self.page.button("Start afresh", lambda: ui.navigate.to("/ask"))
            ui.link("Leave without asking", "/")

    def _models(self) -> dict[str, str]:
        return {model: called(model) for model in self.desk.models()}

    # the programme

    async def read(self) -> None:
        """Read the programme and build its levers. Whatever is wrong with it is shown."""
        self.case = await asyncio.to_thread(read.load, self.model)
        self.levers = await asyncio.to_thread(lever_of.of_case, self.case, self.model)
        self.place.clear()
        with self.place:
            self.fields = {lever.name: self._field(lever) for lever in self.levers}
        self._show_line()

    async def _other(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self.model = str(event.value)
        await self.page.safely(self.read)()

    # fields

    def _field(self, lever: Lever) -> Any:
        now = f"now {lever.base}" if lever.base and lever.choices else ""
        hint = "; ".join(part for part in (now, lever.bounds, lever.source) if part)
        label = ", ".join(part for part in (lever.title, lever.unit) if part)
        made: Any
        if lever.choices:
            made = ui.select(dict(lever.choices), label=label, multiple=lever.many, clearable=True)
            made.on_value_change(self._changed)
            made.props("use-chips" if lever.many else "")
        else:
            made = ui.input(label, placeholder=lever.base, on_change=self._changed)
            made.on("blur", lambda: self._at_field(lever, made))
        made.props["hint"] = f"{hint[:1].upper()}{hint[1:]}."
        return made

    def _at_field(self, lever: Lever, field: Any) -> None:
        """A number that is none, or outside its bounds, is reported as soon as its field is left."""
        given = str(field.value or "").strip()
        self._fault(field, lever.fault(given) if given else "")

    def _fault(self, field: Any, text: str) -> None:
        field.props["error-message"] = text
        field.props.set_bool("error", bool(text))

    def _cards(self, library: Iterable[named.WhatIf]) -> None:
        self.boxes: list[tuple[ui.element, str]] = []
        with self.deck:
            for one in sorted(library, key=lambda one: one.title):
                with ui.element("div") as card:
                    box = ui.checkbox(one.title, on_change=lambda e, name=one.name: self._card(name, e.value))
                    box.props["aria-describedby"] = f"why-{one.name}"
                    words("p", one.why, "quiet why").props(f"id=why-{one.name}")
                self.boxes.append((card, f"{one.name} {one.title} {one.why}".lower()))

    def _filter(self) -> None:
        wanted = str(self.find.value or "").lower().split()
        for card, text in self.boxes:
            card.set_visibility(all(word in text for word in wanted))

    def _card(self, name: str, chosen: bool) -> None:
        self.cards = [card for card in self.cards if card != name] + ([name] if chosen else [])
        self._changed()

    # the question

    def _changed(self) -> None:
        self.asked = ""
        self._show_line()

    def _values(self) -> dict[str, Value]:
        return {name: field.value for name, field in self.fields.items() if field.value}

    def _words(self) -> tuple[list[str], dict[str, str]]:
        made, faults = lever_of.question(self.levers, self._values())
        typed = [line.strip() for line in str(self.more.value or "").splitlines() if line.strip()]
        return [*self.cards, *made, *typed], faults

    def _show_line(self) -> None:
        self.line.text = command_line(called(self.model), self._words()[0])

    def _titled(self) -> str:
        """What was set, in words, where no name was given."""
        if given := str(self.title.value or "").strip():
            return given[:LONGEST_TITLE]
        library = _library()
        parts = [library[name].title for name in self.cards]
        for lever in self.levers:
            value = self._values().get(lever.name)
            if value:
                each = [value] if isinstance(value, str) else list(value)
                parts.append(f"{lever.title} {', '.join(lever.choices.get(v, v) for v in each)}")
        parts += [line for line in str(self.more.value or "").splitlines() if line.strip()]
        return "; ".join(parts)[:LONGEST_TITLE] or f"{called(self.model)} as it is"

    async def _checked(self) -> Case | None:
        made, faults = self._words()
        for name, field in self.fields.items():
            self._fault(field, faults.get(name, ""))
        if faults:
            self.page.say("Not asked: " + "; ".join(f"{self._called(name)}: {text}" for name, text in faults.items()))
            return None
        case, found = await asyncio.to_thread(lever_of.checked, self.model, self.levers, made)
        for name, sentences in found.items():
            if name in self.fields:
                self._fault(self.fields[name], " ".join(sentences))
        if case is None:
            self.page.say("Not asked:", *(sentence for sentences in found.values() for sentence in sentences))
        return case

    def _called(self, name: str) -> str:
        return next(lever.title for lever in self.levers if lever.name == name)

    async def _check(self) -> None:
        if case := await self._checked():
            known = await asyncio.to_thread(self._answered, case)
            self.said.text = "No fault found." + (f" The run {known} answers it already." if known else "")

    def _answered(self, case: Case) -> str:
        """A run of the same inputs, if there is one with a plan."""
        rows = self.desk.shelf.rows()
        return next((row.run for row in rows if row.inputs_sha256 == case.sha256 and row.has_plan), "")

    async def _ask(self) -> None:
        case = await self._checked()
        if case is None:
            return
        known = await asyncio.to_thread(self._answered, case)
        if known and self.asked != known:
            self.asked = known
            self.said.text = ""
            self.page.say(f"The run {known} answers this already. Press Ask again to solve it anew.")
            return
        made, _ = self._words()
        await asyncio.to_thread(self.desk.queue.ask, self._titled(), self.model, made, "", self.limit.value)
        ui.navigate.to("/queue")
