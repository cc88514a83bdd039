"""How frontiers are traced: one model of a case that measures every milestone in every year, and its solves."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from planner.analyses.notebook import Notebook
from planner.analyses.points import Curve, Point, by_then, closed, middles
from planner.analyses.question import Model, Tell, Undecided, Work
from planner.analyses.source import Source
from planner.formulation.commitments import MEASURED
from planner.formulation.objective import Aim, aims
from planner.inputs.case import Case
from planner.inputs.programme import Claim, Stage
from planner.search.base import relaxed
from planner.search.clash import elastic
from planner.search.levels import Level
from planner.solve import Limits, Linear, Program, Row, Vector, Verdict

SOLVE_SECONDS = 60.0
#: gap of a proven point: of the exact model, and of racks in one pool
GAP_WHOLE, GAP_POOLED = 1e-6, 0.0025
#: least and most level of a milestone that is asked about, as parts of the one promised
LEAST_PART, MOST_PART = 0.5, 1.5
#: excess over a row up to which another point's plan counts as a plan here
FITS = 1e-7
WATER = "3.2.2"
COSTS = {"emissions": "t CO2", "water": "m3"}


@dataclass
class Family:
    """Points of one objective; a plan found for one of them starts the next."""

    name: str
    program: Program
    objective: Linear
    plans: list[Vector] = field(default_factory=list)

    def parts(self, level: Level, small: bool) -> NDArray[np.bool_] | None:
        """Columns that need not be whole; the budget of an elastic program is one more column than the level has."""
        if small:
            return None
        some = relaxed(level)
        return np.pad(some, (0, len(self.program.columns) - len(some)))

    def best(self, rows: Sequence[Row]) -> Vector | None:
        """The best plan known that keeps these rows."""
        fitting = [p for p in self.plans if self.program.violation(p, rows) <= FITS]
        return min(fitting, key=self.objective.at, default=None)


Ask = tuple[str, float, tuple[Row, ...]]


class Tracing:
    """The model of a case with every milestone measured in every year, and both families of points."""

    def __init__(self, source: Source, work: Work, notebook: Notebook, tell: Tell) -> None:
        self.case, self.work, self.notebook, self.tell = source.case(), work, notebook, tell
        self.milestones = [c for c in self.case.programme.claims if c.metric in MEASURED and c.level and c.by]
        self.years = sorted({self.case.periods.year(t) for t in self.case.periods})
        self.model = Model(_measured(self.case, self.milestones, self.years), work)
        self.stopped = False
        program = self.model.program
        self.firm = {
            c.id: Row(f"firm {c.id}", self._row(name), lower=float(c.level or 0.0))
            for c in self.milestones
            if (name := f"commitments.firm[{c.id}]") in program.row_names
        }
        free = program.without(*(f"commitments.firm[{i}]" for i in self.firm))
        budget, musd = elastic(free, self.case.budget_musd)
        self.budget = Family("budget", budget, musd)
        self.cost = Family("cost", free, program.linear(self._aim("present cost").terms))
        self.gap = GAP_WHOLE if self.model.small else GAP_POOLED

    def _aim(self, name: str) -> Aim:
        built = self.model.level.formulation
        stages = (Stage(name=name),)  # type: ignore[arg-type]
        case = replace(self.case, programme=self.case.programme.model_copy(update={"stages": stages}))
        return aims(built.model, case, built.accounts)[0]

    def _row(self, name: str) -> Linear:
        program = self.model.program
        row = program.matrix[program.row_names.index(name)]
        return Linear(row.indices.astype(np.int64), row.data.astype(float))

    def measure(self, claim: Claim, year: int) -> Linear:
        """What a plan holds of a milestone at the end of a year, in its unit."""
        i = _name(claim, year)
        whole = self._row(f"commitments.goal[{i}]")
        short = self.model.program.column_of(self.model.level.formulation.model.commitments.shortfall[i])
        kept = whole.columns != short
        return Linear(whole.columns[kept], whole.coefficients[kept])

    # points

    def ask(self, family: Family, label: str, at: float, rows: tuple[Row, ...]) -> Point:
        """One point by a solve, or from an earlier call where that settled it. At a limit: what there is."""
        question = f"{family.name}: {label}"
        noted = self.notebook.known(question)
        known = Point(at) if noted is None else Point(at, noted["value"], noted["bound"])
        if noted is not None and noted["none"]:
            return Point(at, None, math.inf)
        if self.stopped or known.proven(self.gap):
            return known
        try:
            limits = replace(self.work.limits(SOLVE_SECONDS), gap=self.gap)
        except Undecided:
            self.stopped = True
            return known
        self.tell(question)
        start, small = family.best(rows), self.model.small
        found = family.program.solve(
            family.objective,
            "min",
            limits,
            rows=rows,
            relaxed=family.parts(self.model.level, small),
            start=start,
            confirm=small,
        )
        if found.verdict is Verdict.INFEASIBLE:
            self.notebook.keep(question, {"value": None, "bound": None, "none": True})
            return Point(at, None, math.inf)
        self.stopped = self.stopped or found.interrupted
        if found.values is not None:
            family.plans.append(found.values)
        best = family.best(rows)
        values = [x for x in (known.value, None if best is None else family.objective.at(best)) if x is not None]
        bounds = [x for x in (known.bound, found.bound) if x is not None and math.isfinite(x)]
        point = Point(at, min(values, default=None), max(bounds, default=None)).within()
        self.notebook.keep(question, {"value": point.value, "bound": point.bound, "none": False})
        return point

    def nested(self, family: Family, asks: Sequence[Ask]) -> tuple[Point, ...]:
        """Points from the loosest to the tightest; one whose neighbours settle it is not solved."""
        found: dict[int, Point] = {}
        for i in middles(len(asks)):
            label, at, rows = asks[i]
            bound = max((p.bound for j, p in found.items() if j < i and p.bound is not None), default=None)
            value = min((p.value for j, p in found.items() if j > i and p.value is not None), default=None)
            between = Point(at, value, bound, taken=True)
            settled = bound == math.inf or between.proven(self.gap)
            found[i] = between if settled else self.ask(family, label, at, rows)
        return tuple(closed([found[i] for i in range(len(asks))]))

    # curves

    def level(self, claim: Claim, points: int) -> Curve:
        year, level = int(claim.by or 0), float(claim.level or 0.0)
        parts = sorted({*np.linspace(LEAST_PART, MOST_PART, points).tolist(), 1.0})
        measure = self.measure(claim, year)
        asks = [
            (f"{claim.id} of {part * level:.6g} by {year}", part * level, self._held(claim, measure, part * level))
            for part in parts
        ]
        title = f"{claim.claim} ({claim.id}): budget by level, by {year}"
        found = self.nested(self.budget, asks)
        return Curve(f"level:{claim.id}", title, "Level", claim.unit, "Least budget", level, found)

    def date(self, claim: Claim) -> Curve:
        level = float(claim.level or 0.0)
        least = self.ask(self.budget, f"without {claim.id}", 0.0, self._others(claim)).bound
        found: list[Point] = []
        for year in self.years:
            early = min((p.value for p in found if p.value is not None), default=None)
            cheap = Point(year, early, least, taken=True)
            if cheap.proven(self.gap):  # what an earlier date takes is what holds without the promise
                found.append(cheap)
                continue
            if least == math.inf:
                found.append(Point(year, None, math.inf, taken=True))
                continue
            rows = self._held(claim, self.measure(claim, year), level)
            found.append(self.ask(self.budget, f"{claim.id} of {level:.6g} by {year}", year, rows))
        title = f"{claim.claim} ({claim.id}): budget by date, {level:g} {claim.unit}"
        done = tuple(by_then(found, least))
        return Curve(f"date:{claim.id}", title, "By the end of", "year", "Least budget", float(claim.by or 0), done)

    def cap(self, name: str, points: int) -> Curve:
        """Least cost under caps on what the cheapest plan has, down to the least that any plan has."""
        firm, measure = tuple(self.firm.values()), self._amount(name)
        cheapest = self.ask(self.cost, "as it is", math.inf, firm)
        title = f"Cost of all firm promises by {name}"
        shape = (f"{name.capitalize()} at most", COSTS[name], "Least present cost", None)
        ends = self._ends(name, measure, firm) if cheapest.value is not None else None
        if ends is None:
            return Curve(name, title, *shape, ())
        tight, loose = ends
        steps = 1 if loose - tight <= 1e-6 * max(1.0, abs(loose)) else points
        caps = [_up(x) for x in np.linspace(loose, tight, steps).tolist()]
        asks = [(f"{name} at most {x:.6g}", x, (*firm, Row(name, measure, upper=x))) for x in dict.fromkeys(caps)]
        return Curve(name, title, *shape, self.nested(self.cost, asks))

    def _ends(self, name: str, measure: Linear, firm: tuple[Row, ...]) -> tuple[float, float] | None:
        """The least of an amount that a plan has, and that of the cheapest plan; kept, so that the points stay put."""
        noted = self.notebook.known(f"ends of {name}")
        if noted is None:
            cheapest = self.cost.best(firm)
            if cheapest is None:  # an earlier call priced it and kept no plan
                parts = self.cost.parts(self.model.level, self.model.small)
                found = self.cost.program.solve(
                    self.cost.objective, "min", self._limits(), rows=firm, relaxed=parts, confirm=False
                )
                cheapest = found.values
            least = self._least(measure, firm)
            if cheapest is None or least is None:
                return None
            noted = [measure.at(least), max(measure.at(least), measure.at(cheapest))]
            self.notebook.keep(f"ends of {name}", noted)
        return noted[0], noted[1]

    def _least(self, measure: Linear, firm: tuple[Row, ...]) -> Vector | None:
        parts = self.cost.parts(self.model.level, self.model.small)
        found = self.cost.program.solve(measure, "min", self._limits(), rows=firm, relaxed=parts, confirm=False)
        if found.values is not None:
            self.cost.plans.append(found.values)
        return found.values

    def _limits(self) -> Limits:
        return replace(self.work.limits(SOLVE_SECONDS), gap=self.gap)

    def sites(self) -> Curve:
        opens = [(1.0, v) for v in self.model.level.formulation.model.sites.opens.values()]
        count = self.model.program.linear(opens)
        free = Family("sites", self.cost.program.without("sites.chosen_count"), self.cost.objective)
        asked, firm = self.case.programme.sites.count, tuple(self.firm.values())
        most = min(len(self.case.sites), 2 * asked)
        asks = [
            (f"{n} sites at least", float(n), (*firm, Row("sites", count, lower=float(n)))) for n in range(1, most + 1)
        ]
        title = "Cost of all firm promises by number of sites"
        found = self.nested(free, asks)
        return Curve("sites", title, "Sites at least", "sites", "Least present cost", float(asked), found)

    def _amount(self, name: str) -> Linear:
        if name == "emissions":
            return self.model.program.linear(self._aim("emissions").terms)
        built = self.model.level.formulation
        return self.model.program.linear([x for c in built.accounts.costs if c.wbs == WATER for x in c.quantity])

    def _others(self, claim: Claim) -> tuple[Row, ...]:
        return tuple(row for i, row in self.firm.items() if i != claim.id)

    def _held(self, claim: Claim, measure: Linear, level: float) -> tuple[Row, ...]:
        return (*self._others(claim), Row(f"{claim.id} held", measure, lower=level))

    def curves(self, points: int) -> dict[str, Callable[[], Curve]]:
        """How each frontier is traced, by its id."""
        found: dict[str, Callable[[], Curve]] = {}
        for c in self.milestones:
            found[f"level:{c.id}"] = partial(self.level, c, points)
            found[f"date:{c.id}"] = partial(self.date, c)
        found |= {name: partial(self.cap, name, points) for name in COSTS}
        return {**found, "sites": self.sites}


def _name(claim: Claim, year: int) -> str:
    return f"{claim.id}@{year}"


def _measured(case: Case, milestones: Sequence[Claim], years: Sequence[int]) -> Case:
    """The case with every milestone as a goal of every year: goals ask for nothing, and measure."""
    goals = [
        c.model_copy(update={"id": _name(c, year), "by": year, "binding": "goal"}) for c in milestones for year in years
    ]
    claims = (*case.programme.claims, *goals)
    return replace(case, programme=case.programme.model_copy(update={"claims": claims}))


def _up(x: float) -> float:
    """Rounded up to six digits, so that a plan with so much still keeps it."""
    if x <= 0:
        return max(0.0, x)
    step = 10.0 ** (math.floor(math.log10(x)) - 5)
    return float(f"{math.ceil(x / step) * step:.6g}")
