"""How frontiers are traced: one question a point, each another case or a condition, with the same gap and checks."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from planner.analyses.ask import Answer
from planner.analyses.conditions import Conditions, Within, family
from planner.analyses.points import Curve, Point, closed, middles
from planner.analyses.questions import Figures, Question, Questions
from planner.analyses.terms import MEASURED
from planner.analyses.work import Undecided
from planner.formulation import Formulation
from planner.inputs.case import Case
from planner.inputs.programme import Claim, Objective
from planner.wbs import WATER

#: least and most level of a milestone, budget and share served that are asked about; levels as parts of the promised
LEAST_PART, MOST_PART, LEAST_SERVED = 0.5, 1.5, 0.5
#: weight of cost beside another aim: enough to choose the cheaper of equal plans
HAIR = 1e-6
CHEAPEST = Objective(present_cost=-1.0)
UNITS = {"emissions": "t CO2", "water": "m3"}
COST = "Least present cost"


class Tracing:
    """The questions of all frontiers of a case; figures are least ones, M USD, those of compute turned round."""

    def __init__(self, questions: Questions) -> None:
        self.questions, self.case = questions, questions.case
        self.gap = self.case.programme.gap
        self.milestones = [c for c in self.case.programme.claims if c.metric in MEASURED and c.level and c.by]
        self.years = sorted({self.case.periods.year(t) for t in self.case.periods})
        self.gates: Mapping[str, float] = {}

    # points

    def figures(self, asked: Question, aim: Objective = CHEAPEST) -> Figures:
        """Figures of one question with another aim; the last plan's gates are where it starts."""
        case = asked.case or self.questions.source.case(asked.edits)
        found = self.questions.ask(replace(asked, case=aimed(case, aim)), self.gates)
        self.gates = found.gates or self.gates
        return found

    def least(self, at: float, asked: Question) -> Point:
        """One point of least cost; unsettled where the time ended."""
        try:
            found = self.figures(asked)
        except Undecided:
            return Point(at)
        return point(at, found)

    def nested(self, asks: Sequence[tuple[float, Question]], ask: Callable[[float, Question], Point]) -> list[Point]:
        """Points from the loosest to the tightest; one whose neighbours settle it is not solved."""
        found: dict[int, Point] = {}
        for i in middles(len(asks)):
            at, question = asks[i]
            bound = max((p.bound for j, p in found.items() if j < i and p.bound is not None), default=None)
            value = min((p.value for j, p in found.items() if j > i and p.value is not None), default=None)
            between = Point(at, value, bound, taken=True)
            settled = bound == math.inf or between.proven(self.gap)
            found[i] = between if settled else ask(at, question)
        return closed([found[i] for i in range(len(asks))])

    # curves

    def level(self, claim: Claim, points: int) -> Curve:
        level = float(claim.level or 0.0)
        parts = sorted({*np.linspace(LEAST_PART, MOST_PART, points).tolist(), 1.0})
        asks = [(part * level, self._held(claim, part * level, int(claim.by or 0))) for part in parts]
        title = f"{claim.claim} ({claim.id}): cost by level, by {claim.by}"
        found = self.nested(asks, self.least)
        return Curve(f"level:{claim.id}", title, "Level", claim.unit, COST, level, tuple(found))

    def date(self, claim: Claim, _: int) -> Curve:
        """A promise holds from its date on: an earlier one is never cheaper."""
        level = float(claim.level or 0.0)
        asks = [(float(year), self._held(claim, level, year)) for year in reversed(self.years)]
        title = f"{claim.claim} ({claim.id}): cost by date, {level:g} {claim.unit}"
        found = tuple(self.nested(asks, self.least)[::-1])
        return Curve(f"date:{claim.id}", title, "By the end of", "year", COST, float(claim.by or 0), found)

    def _held(self, claim: Claim, level: float, year: int) -> Question:
        name = f"claims.{claim.id}"
        edits = (f"{name}.binding=firm", f"{name}.level={level:.12g}", f"{name}.by={year}")
        return Question(f"cost: {claim.id} of {level:.6g} by {year}", edits)

    def cap(self, name: str, points: int) -> Curve:
        """Least cost under caps on what the cheapest plan has, down to the least that any plan has."""
        cheapest = self.figures(Question("cost: as it is"))
        title = f"Cost of all firm promises by {name}"
        shape = (f"{name.capitalize()} at most", UNITS[name], COST, None)
        loose = cheapest.more.get(name)
        tight = self._cleanest(name, cheapest) if loose else None
        if loose is None or tight is None:
            return Curve(name, title, *shape, ())
        steps = 1 if loose - tight <= 1e-6 * max(1.0, abs(loose)) else points
        caps = dict.fromkeys(_up(x) for x in np.linspace(loose, tight, steps).tolist())
        asks = [(x, Question(f"cost: {name} at most {x:.6g}", conditions=_capped(name, x))) for x in caps]
        return Curve(name, title, *shape, tuple(self.nested(asks, self.least)))

    def _cleanest(self, name: str, cheapest: Figures) -> float | None:
        """The least of an amount that a plan has; of water, what the plan of least emissions has where that is less."""
        size = float(cheapest.more["emissions"] or 1.0)
        price = 1e6 * (cheapest.present_cost or 1.0) / size
        aim = Objective(present_cost=-HAIR, emissions_usd_per_t=-max(1.0, min(1e9, price)))
        found = self.figures(Question("least emissions"), aim)
        least = found.more.get(name)
        return None if least is None else min(float(least), float(cheapest.more[name]))

    def sites(self, _: int) -> Curve:
        """Each number of sites by itself: every site must have its own halls and service."""
        asked = self.case.programme.sites.count
        most = min(len(self.case.sites), 2 * asked)
        claims = [c.id for c in self.case.programme.claims if c.metric == "sites" and c.level]
        regions = self.case.programme.sites.minimum_regions
        found = []
        for n in range(1, most + 1):
            edits = (f"programme.sites.count={n}", *(f"claims.{i}.level={n}" for i in claims))
            fewer = (f"programme.sites.minimum_regions={min(n, regions)}",)
            found.append(self.least(n, Question(f"cost: {n} sites", (*edits, *fewer))))
        title = "Cost of all firm promises by number of sites"
        return Curve("sites", title, "Sites", "sites", COST, float(asked), tuple(found))

    def served(self, points: int) -> Curve:
        """Least cost of serving a part of all demand, workloads weighed by their rent."""
        shares = sorted({*np.linspace(LEAST_SERVED, 1.0, points).tolist(), 0.95})
        whole = demand(self.case)
        asks = [
            (100 * x, Question(f"cost: {100 * x:.4g} % served", conditions=Within(_service, x * whole))) for x in shares
        ]
        title = "Cost of all firm promises by demand served"
        return Curve("served", title, "Served at least", "%", COST, None, tuple(self.nested(asks, self.least)))

    def compute(self, points: int) -> Curve:
        """The most compute at the end of the horizon by budget, the largest budget first in the making."""
        claim = next(c for c in self.case.programme.claims if c.metric == "compute" and c.precision)
        usd = self.case.programme.budget_usd
        worth = min(1e12, max(1.0, usd / max(1.0, float(claim.level or 1.0))))
        aim = Objective(present_cost=-HAIR, compute_usd_per_pflops=worth, compute_precision=claim.precision)

        def most(at: float, asked: Question) -> Point:
            try:
                found = self.figures(asked, aim)
            except Undecided:
                return Point(at)
            if found.none:
                return Point(at, None, math.inf)
            value = found.more.get("compute", {}).get(claim.precision)
            # the hair of cost is at most that of ten budgets
            bound = None if found.bound is None else (1e6 * found.bound + HAIR * 10 * usd) / worth
            return Point(at, None if value is None else -float(value), None if bound is None else -bound).within()

        budgets = [part * usd for part in np.linspace(MOST_PART, LEAST_PART, points).tolist()]
        asks = [(x, Question(f"compute: budget {x:.6g}", _budget(self.case, x))) for x in budgets]
        found = self.nested(asks, most)[::-1]
        title = f"Compute ({claim.precision}) by budget"
        return Curve("compute", title, "Budget", "USD", "Most compute", usd, tuple(found), "PFLOP/s", 3 * self.gap)

    def curves(self) -> dict[str, Callable[[int], Curve]]:
        """How each frontier is traced with so many points, by its id."""
        found: dict[str, Callable[[int], Curve]] = {}
        if any(c.metric == "compute" and c.precision for c in self.case.programme.claims):
            found["compute"] = self.compute
        for c in self.milestones:
            found[f"level:{c.id}"] = partial(self.level, c)
            found[f"date:{c.id}"] = partial(self.date, c)
        found |= {name: partial(self.cap, name) for name in UNITS}
        return {**found, "served": self.served, "sites": self.sites}


def point(at: float, found: Figures) -> Point:
    """Cost is the objective turned round."""
    if found.none:
        return Point(at, None, math.inf)
    return Point(at, _less(found.value), _less(found.bound)).within()


def aimed(case: Case, aim: Objective) -> Case:
    """The case with another objective, goals without a price among it."""
    claims = tuple(c.model_copy(update={"price_usd": 0.0}) for c in case.programme.claims)
    return replace(case, programme=case.programme.model_copy(update={"objective": aim, "claims": claims}))


def read(answer: Answer) -> dict[str, Any]:
    """What frontiers read of a plan: emissions, water, and compute at the end of the horizon by precision."""
    if answer.plan is None:
        return {}
    energy, compute = answer.plan["energy"], answer.plan["compute"]
    last = compute["period"].max() if len(compute) else None
    at_end = compute[compute["period"] == last]
    installed = {str(p): float(x) for p, x in zip(at_end["precision"], at_end["installed_pflops"], strict=True)}
    amounts = {"emissions": float(energy["emissions_t"].sum()), "water": float(energy["water_m3"].sum())}
    return {**amounts, "compute": installed}


def demand(case: Case) -> float:
    """All demand after the first period, PFLOP/s-years weighed by base-year rent, M USD."""
    rent = {w: case.rent_musd(w, case.programme.base_year) for w in case.workloads}
    return math.fsum(rent[k[1]] * case.demand_pflops_years(k, t) for k in case.demands for t in list(case.periods)[1:])


def _service(built: Formulation) -> list[tuple[float, Any]]:
    case = built.case
    rent = {w: case.rent_musd(w, case.programme.base_year) for w in case.workloads}
    found = family(built, "workload.depth").items()
    return [(rent[next(x for x in i if x in rent)], v) for i, v in found]


def _capped(name: str, most: float) -> Conditions:
    return Within(_emissions if name == "emissions" else _water, most=most)


def _emissions(built: Formulation) -> list[tuple[float, Any]]:
    return list(built.measures["emissions_usd_per_t"])


def _water(built: Formulation) -> list[tuple[float, Any]]:
    return [x for c in built.accounts.costs if c.wbs == WATER for x in c.quantity]


def _budget(case: Case, usd: float) -> tuple[str, ...]:
    claims = [c.id for c in case.programme.claims if c.metric == "budget" and c.level]
    return (f"programme.budget_usd={usd:.12g}", *(f"claims.{i}.level={usd:.12g}" for i in claims))


def _less(x: float | None) -> float | None:
    return None if x is None else -x


def _up(x: float) -> float:
    """Rounded up to six digits, so that a plan with so much still keeps it."""
    if x <= 0:
        return max(0.0, x)
    step = 10.0 ** (math.floor(math.log10(x)) - 5)
    return float(f"{math.ceil(x / step) * step:.6g}")
