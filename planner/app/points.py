"""The grid of solved points: budget by demand by price of chips. What is between two points is asked, never guessed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from planner import files as fs
from planner import store
from planner.app.shelf import Row
from planner.errors import StorageError
from planner.inputs import levers, shipped
from planner.measures import gap_text
from planner.page.parts import fragment, shown
from planner.report import screen
from planner.results import verdicts
from planner.stored import Stored

SCHEMA = "planner/grid/1"
#: percent by which budget and prices of chips are moved, and paths of demand; the base has none of them
BUDGETS, DEMANDS, CHIPS = (-20.0, -10.0, 0.0, 10.0, 20.0), ("low", "mid", "high"), (-25.0, 0.0, 25.0)
#: tables of the first screen that a point keeps
TABLES = ("tiers", "money", "not_kept", "worth")
NET_BENEFIT = "net_benefit_usd"


@dataclass(frozen=True)
class Point:
    """A place in the grid."""

    budget: float
    demand: str
    chips: float

    @property
    def name(self) -> str:
        return f"budget{self.budget:+g} demand-{self.demand} chips{self.chips:+g}"

    @property
    def title(self) -> str:
        return f"Budget {self.budget:+g} %, {self.demand} demand, chip prices {self.chips:+g} %"

    def words(self, model: str | Path | None, demand: str) -> list[str]:
        """Its edits; ``demand`` is the path of the programme itself, which needs none."""
        budget = f"{self.budget:+g}%" if self.budget else None
        made = levers.edits(model, budget, self.demand if self.demand != demand else None)
        return made + ([f"chip_supply.*.rack_price_usd={self.chips:+g}%"] if self.chips else [])


@dataclass(frozen=True)
class Solved:
    """What a point came to. ``tables`` are HTML, ``net_benefit`` the words of the figure, ``shipped`` its origin."""

    run: str
    verdict: str
    net_benefit: str
    gap: str
    headline: str
    tables: str
    inputs_sha256: str
    shipped: bool


_NAME = re.compile(r"budget(?P<budget>[+-][0-9.]+) demand-(?P<demand>low|mid|high) chips(?P<chips>[+-][0-9.]+)")


def named(name: str) -> Point | None:
    """The point of a name; None where it names none."""
    found = _NAME.fullmatch(name)
    return Point(float(found["budget"]), found["demand"], float(found["chips"])) if found else None


def grid() -> list[Point]:
    """Every point that ships, the base first."""
    base = Point(0.0, "mid", 0.0)
    return [base, *(p for at in product(BUDGETS, DEMANDS, CHIPS) if (p := Point(*at)) != base)]


def record(stored: Stored) -> dict[str, Any]:
    """What the file of points keeps of a run: words, digits and small tables, nothing that can be computed with."""
    document = stored.document
    made = screen.first(stored.case, stored.plan, document)
    figures = made.figures()
    tables = [shown(table) for table in made.tables if table.name in TABLES]
    return {
        "run": str(document.get("run") or ""),
        "inputs_sha256": stored.case.sha256,
        "verdict": verdicts.plan(document),
        "gap": gap_text(document),
        "net_benefit": figures[NET_BENEFIT].text if NET_BENEFIT in figures else "",
        "headline": made.headline,
        "tables": fragment(tables, "This point"),
    }


def file(reports: Path) -> Path:
    """The points of the store, else those that ship."""
    own = reports / "grid" / "points.json"
    return own if own.is_file() else shipped.grid_file()


def of_file(path: Path, model: str) -> dict[str, Solved]:
    """Solved points of a programme by name; none where the file is about another one, or is not there."""
    with fs.plainly(f"read {path}"):
        if not path.is_file():
            return {}
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            if held["schema"] != SCHEMA or held["model"] != model:
                return {}
            return {str(name): Solved(**about, shipped=True) for name, about in held["points"].items()}
        except (ValueError, KeyError, TypeError) as error:
            raise StorageError(f"{path} holds no grid: make it again with benchmarks/grid.py") from error


def write(path: Path, model: str, points: Mapping[str, Mapping[str, Any]]) -> None:
    """Put the file of points in place whole."""
    held = {"schema": SCHEMA, "model": model, "of": len(grid()), "points": dict(sorted(points.items()))}
    with fs.replacing(path) as draft:
        draft.write_text(fs.json_text(held), encoding="utf-8")


def of_store(rows: Sequence[Row], model: str, words: Sequence[str]) -> Row | None:
    """The latest run with a plan, or the proof that there is none, of these edits of a programme."""
    known = (row for row in rows if row.model == model and list(row.changes) == list(words))
    return next((row for row in known if row.has_plan or row.verdict == verdicts.NO_PLAN), None)


@lru_cache(maxsize=64)
def solved(folder: Path) -> Solved:
    """A stored run as a point."""
    return Solved(**record(store.load(folder)), shipped=False)
