"""Grid: sliders that snap to solved points. Nothing is interpolated: a point that is not solved offers to be."""

from __future__ import annotations

import asyncio
from typing import Any

from nicegui import ui

from planner.app import points
from planner.app.desk import Desk, called
from planner.app.frame import Page, report, view, words
from planner.app.jobs import DONE, OPEN
from planner.app.points import Point, Solved
from planner.errors import UsageError
from planner.inputs import read
from planner.inputs.numerals import NUMBER, number_of
from planner.page.parts import Table, fragment

EVERY = 2.0


async def show(desk: Desk) -> None:
    """Build the view."""
    with view("Grid", "/grid") as page:
        case = await asyncio.to_thread(read.load, desk.model)
        demand, share = case.programme.demand_case, case.programme.budget_usd
        words("p", f"{case.programme.title}. Budget {share / 1e9:g} billion USD, {demand} demand.", "quiet")
        await _Grid(desk, page, demand).build()


class _Grid:
    """The grid in one browser; ``demand`` is the path of the programme itself."""

    def __init__(self, desk: Desk, page: Page, demand: str) -> None:
        self.desk, self.page, self.demand = desk, page, demand
        self.axes: dict[str, list[Any]] = {
            "budget": list(points.BUDGETS), "demand": list(points.DEMANDS), "chips": list(points.CHIPS)
        }  # fmt: skip
        self.at: dict[str, Any] = {"budget": 0.0, "demand": "mid", "chips": 0.0}
        self.shown: tuple[Point, str] | None = None

    async def build(self) -> None:
        self.known = await asyncio.to_thread(points.of_file, points.file(self.desk.reports), called(self.desk.model))
        for job, state in await asyncio.to_thread(self.desk.queue.jobs):
            if state.kind == DONE and (between := points.named(job.point)):
                self.axes["budget"] = sorted({*self.axes["budget"], between.budget})
                self.axes["chips"] = sorted({*self.axes["chips"], between.chips})
        with ui.element("div").classes("apart"):
            self._slider("budget", "Budget", lambda v: f"{v:+g} %")
            self._slider("demand", "Demand", lambda v: f"{v} path")
            self._slider("chips", "Chip prices", lambda v: f"{v:+g} %")
        self.place = ui.element("section").props('aria-live=polite aria-label="The point"')
        with ui.expansion("A point between").classes("card"):
            words("p", "It is solved, in the queue, and then joins the points of this store.", "quiet")
            with ui.element("div").classes("line"):
                self.budget = ui.input("Budget, % from -20 to 20", value="-5")
                self.chips = ui.input("Chip prices, % from -25 to 25", value="0")
                self.page.button("Solve the point between", self._between)
        words("h2", "Which points are solved")
        self.table = ui.element("div")
        await self._renew()
        ui.timer(EVERY, self._look)

    def _slider(self, axis: str, title: str, shown: Any) -> None:
        values = self.axes[axis]
        with ui.element("div"):
            name = words("p", f"{title}: {shown(self.at[axis])}").style("font-weight:600")

            async def moved(event: Any) -> None:
                self.at[axis] = values[int(event.value)]
                name.text = f"{title}: {shown(self.at[axis])}"
                slider.props["aria-valuetext"] = shown(self.at[axis])
                await self.page.safely(self._renew)()

            slider = ui.slider(min=0, max=len(values) - 1, step=1, value=values.index(self.at[axis]))
            slider.on_value_change(moved)
            slider.props(f'snap markers aria-label="{title}"')

    # points

    def _point(self) -> Point:
        return Point(self.at["budget"], self.at["demand"], self.at["chips"])

    def _solved(self, point: Point) -> tuple[Solved | None, list[str]]:
        """What is known of a point: in the store, which is the user's own, else in the file that ships."""
        made = point.words(self.desk.model, self.demand)
        row = points.of_store(self.desk.shelf.rows(), called(self.desk.model), made)
        if row is not None:
            return points.solved(self.desk.reports / row.run), made
        return self.known.get(point.name), made

    def _asked(self, point: Point) -> str:
        """Where the question for a point is, if it is not over."""
        return next((s.kind for j, s in self.desk.queue.jobs() if j.point == point.name and s.kind in OPEN), "")

    async def _look(self) -> None:
        try:
            if self.shown != (self._point(), await asyncio.to_thread(self._asked, self._point())):
                await self._renew()
        except Exception as error:
            self.page.complain(error)

    async def _renew(self) -> None:
        point = self._point()
        found, made = await asyncio.to_thread(self._solved, point)
        asked = await asyncio.to_thread(self._asked, point)
        self.shown = (point, asked)
        self.place.clear()
        with self.place:
            words("h2", point.title)
            if found is None:
                self._unsolved(point, made, asked)
            else:
                await self._answer(found, made)
        overview = await asyncio.to_thread(self._overview)
        self.table.clear()
        with self.table:
            report(overview)

    def _unsolved(self, point: Point, made: list[str], asked: str) -> None:
        if asked:
            words("p", f"Not solved yet; in the queue: {asked}.", "verdict")
            ui.link("The queue", "/queue")
            return
        words("p", "This point is not solved. Nothing is shown in its place.", "verdict")

        async def solve() -> None:
            await self._solve(point, made)

        self.page.button("Solve this point", solve, first=True)

    async def _answer(self, found: Solved, made: list[str]) -> None:
        words("p", found.verdict[:1].upper() + found.verdict[1:], "verdict")
        case = await asyncio.to_thread(read.load, self.desk.model, made)
        if case.sha256 != found.inputs_sha256:
            words("p", "Solved with other figures than the programme has now: solve it again to be sure.", "alert")
        words("p", found.headline, "lead")
        if found.shipped:
            words("p", "Solved before; its tables are those of the file of points.", "quiet")
        else:
            ui.link("Open the run", f"/run/{found.run}")
        report(found.tables)

    def _overview(self) -> str:
        """Net benefit with its gap for every point of the grid, or that it is not solved."""
        headers = ("Demand, chip prices", *(f"Budget {b:+g} %" for b in points.BUDGETS))
        rows = []
        for demand in points.DEMANDS:
            for chips in points.CHIPS:
                cells = [self._solved(Point(budget, demand, chips))[0] for budget in points.BUDGETS]
                rows.append((f"{demand}, {chips:+g} %", *map(_cell, cells)))
        done = sum(cell != "not solved" for row in rows for cell in row[1:])
        count = len(points.BUDGETS) * len(rows)
        title = f"Net benefit, and how much better a plan may be; {done} of {count} points are solved"
        return fragment([Table(title, headers, rows, range(1, len(headers)))], "Grid")

    async def _between(self) -> None:
        budget, chips = (self._percent(field) for field in (self.budget, self.chips))
        point = Point(budget, self.at["demand"], chips)
        if not (points.BUDGETS[0] <= budget <= points.BUDGETS[-1] and points.CHIPS[0] <= chips <= points.CHIPS[-1]):
            raise UsageError(f"{point.title} is outside the grid.")
        found, made = await asyncio.to_thread(self._solved, point)
        if found is not None:
            ui.navigate.to(f"/run/{found.run}")
            return
        await self._solve(point, made)

    def _percent(self, field: Any) -> float:
        text = number_of(str(field.value or "").strip().removesuffix("%").strip())
        if not NUMBER.fullmatch(text):
            raise UsageError(f"{field.value or 'nothing'} is no number of percent.")
        return float(text)

    async def _solve(self, point: Point, made: list[str]) -> None:
        await asyncio.to_thread(self.desk.queue.ask, point.title, self.desk.model, made, point.name)
        await self._renew()


def _cell(found: Solved | None) -> str:
    if found is None:
        return "not solved"
    return f"{found.net_benefit or found.verdict} (gap {found.gap or 'not known'})"
