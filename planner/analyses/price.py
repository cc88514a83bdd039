"""What each promise and limit costs: the programme solved without it, and with one unit more of it.

Each figure is one objective alone (the most mission value, or the least present cost), with nothing given back to later
stages, so that it cannot vanish in a give-back. A figure is a band: between what the plans found and the bounds proven
leave. On large programmes the model with racks in one pool and in parts stands for the exact one, and says so.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from planner.analyses.notebook import Notebook
from planner.analyses.question import Model, Tell, Undecided, Work
from planner.analyses.source import Source
from planner.analyses.terms import Term
from planner.formulation.objective import Aim, aims
from planner.inputs.programme import Stage
from planner.search.base import relaxed
from planner.solve import Linear, Program, Row, Vector, Verdict, marginals

SECONDS = 900.0
#: gap of one solve: of an exact one, of one with racks in parts; and its seconds
GAP_WHOLE, GAP_POOLED, SOLVE_SECONDS = 1e-6, 0.0025, 60.0
#: a promise whose price is below this part of the whole is no constraint
NOTHING_SHARE = 1e-3
#: a unit more, as part of a level that is counted in hundreds and more
UNIT_SHARE, LARGE = 0.01, 100.0
#: dollars a unit below which a dual value is the rounding of the solver
LEAST_WORTH = 1e-6
ObjectiveName = Literal["mission value", "present cost"]
OBJECTIVES: tuple[ObjectiveName, ...] = ("mission value", "present cost")
YEARS = ("budget.within_authority", "budget.within_budget")
SITE_LIMITS = (
    "construction.within_land",
    "construction.within_existing_halls",
    "construction.within_build_rate",
    "construction.within_craft_workers",
    "power.within_onsite_limit",
    "power.within_ppa_limit",
    "cooling.within_water",
)


@dataclass(frozen=True)
class Band:
    """A figure that lies between the two, ends included; M USD."""

    low: float
    high: float

    def less(self, other: Band) -> Band:
        """The difference of two figures, each anywhere in its band."""
        return Band(self.low - other.high, self.high - other.low)

    def at_least_zero(self) -> Band:
        """More freedom never costs: what is below zero is the width of the bands."""
        return Band(max(0.0, self.low), max(0.0, self.high))

    def as_usd(self) -> dict[str, float]:
        return {"low_usd": self.low * 1e6, "high_usd": self.high * 1e6}


@dataclass(frozen=True)
class Price:
    """What a term costs of one objective: given up, and per unit more (None where it has no unit or it clashes)."""

    term: Term
    objective: ObjectiveName
    given_up: Band | None
    unit_more: float | None
    per_unit: Band | None
    clashes_with_more: bool
    whole: Band

    @property
    def verdict(self) -> str:
        if self.given_up is None:
            return "not settled"
        size = max(abs(self.whole.low), abs(self.whole.high), 1e-9)
        if self.given_up.high < NOTHING_SHARE * size:
            return "not a constraint"
        return "a constraint" if self.given_up.low >= NOTHING_SHARE * size else "within the gap"

    def as_dict(self) -> dict[str, object]:
        return {
            **self.term.as_dict(),
            "objective": self.objective,
            "price": self.given_up.as_usd() if self.given_up else None,
            "verdict": self.verdict,
            "unit_more": self.unit_more,
            "price_per_unit": self.per_unit.as_usd() if self.per_unit else None,
            "one_unit_more_clashes": self.clashes_with_more,
        }


@dataclass(frozen=True)
class Worth:
    """What one unit more of a limit is worth in the fixed-integer LP; dollars of mission value."""

    rule: str
    where: str
    usd_per_unit: float


@dataclass(frozen=True)
class Prices:
    verdict: str
    exact: bool
    prices: tuple[Price, ...] = ()
    worth: tuple[Worth, ...] = ()
    notes: tuple[str, ...] = ()
    complete: bool = True
    seconds: float = 0.0


class Clashes(Exception):
    """There is no plan to price."""


class Pricing:
    """The model of a case with both objectives; answers are kept in the notebook as they come."""

    def __init__(self, source: Source, work: Work, notebook: Notebook, tell: Tell) -> None:
        self.model, self.work, self.notebook, self.tell = Model(source.case(), work), work, notebook, tell
        case = self.model.case
        stages = tuple(Stage(name=name) for name in OBJECTIVES)
        both = replace(case, programme=case.programme.model_copy(update={"stages": stages}))
        built = self.model.level.formulation
        self.aims: dict[str, Aim] = dict(zip(OBJECTIVES, aims(built.model, both, built.accounts), strict=True))
        self.plans: dict[str, Vector] = {}

    def objective(self, name: ObjectiveName) -> Linear:
        return self.model.program.linear(self.aims[name].terms)

    def best(self, name: ObjectiveName, label: str, program: Program, rows: Iterable[Row] = ()) -> Band | None:
        """The band of the optimum; None where nothing is known in time. Raises Clashes where there is no plan."""
        known = self.notebook.known(f"{name}: {label}")
        if known is not None:
            if known == "clashes":
                raise Clashes
            return Band(*known)
        self.tell(f"{name}: {label}")
        small, aim = self.model.small, self.aims[name]
        limits = replace(self.work.limits(SOLVE_SECONDS), gap=GAP_WHOLE if small else GAP_POOLED)
        parts = None if small else relaxed(self.model.level)
        found = program.solve(
            self.objective(name), aim.sense, limits, rows=tuple(rows), relaxed=parts, start=None, confirm=small
        )
        if found.verdict is Verdict.INFEASIBLE:
            self.notebook.keep(f"{name}: {label}", "clashes")
            raise Clashes
        if found.interrupted:
            raise Undecided
        if found.objective is None or found.bound is None:
            return None
        if label == "as it is" and found.values is not None:
            self.plans[name] = found.values
        band = Band(min(found.objective, found.bound), max(found.objective, found.bound))
        self.notebook.keep(f"{name}: {label}", [band.low, band.high])
        return band

    def price(self, name: ObjectiveName, term: Term, base: Band) -> Price:
        free = self.model.program.without(*term.rules)
        without = self.best(name, f"without {term.id}", free)
        given_up = None
        if without is not None:
            given_up = (without.less(base) if name == "mission value" else base.less(without)).at_least_zero()
        unit, more, clashes = self._unit(term), None, False
        if unit is not None and term.claim is not None:
            (rule,) = term.rules
            row = self.model.program.matrix[self.model.program.row_names.index(rule)]
            measure = Linear(row.indices.astype(np.int64), row.data.astype(float))
            lower = float(term.claim.level or 0.0) + unit
            try:
                band = self.best(
                    name, f"{unit:g} more of {term.id}", free, [Row("one unit more", measure, lower=lower)]
                )
            except Clashes:
                band, clashes = None, True
            if band is not None:
                lost = (base.less(band) if name == "mission value" else band.less(base)).at_least_zero()
                more = Band(lost.low / unit, lost.high / unit)
        return Price(term, name, given_up, unit, more, clashes, base)

    def _unit(self, term: Term) -> float | None:
        if term.claim is None or term.kind not in ("power", "compute") or not term.claim.level:
            return None
        return UNIT_SHARE * term.claim.level if term.claim.level >= LARGE else 1.0

    def worth(self) -> list[Worth] | None:
        """Each budget year and site limit, from the linear programme around the whole choices of the best plan."""
        plan = self.plans.get("mission value")
        if plan is None:
            found = self.model.program.solve(
                self.objective("mission value"),
                "max",
                replace(self.work.limits(SOLVE_SECONDS), gap=GAP_WHOLE if self.model.small else GAP_POOLED),
                relaxed=None if self.model.small else relaxed(self.model.level),
                confirm=False,
            )
            plan = found.values
        if plan is None:
            return None
        program = self.model.program
        if not self.model.small:
            program = replace(program, whole=program.whole & ~relaxed(self.model.level))
        duals = marginals(program, self.objective("mission value"), "max", plan, self.work.limits(SOLVE_SECONDS))
        if duals is None:
            return None
        sums: dict[tuple[str, str], float] = defaultdict(float)
        for row, dual in duals.items():
            rule, _, index = row.partition("[")
            if rule in YEARS:
                sums[rule, self._label(index.rstrip("]"))] += dual
            elif rule in SITE_LIMITS:
                sums[rule, index.rstrip("]").split(",")[0]] += dual
        # a ceiling of M USD: dollars of value per dollar; a site limit: dollars of value per unit in every period
        scale = {rule: 1.0 if rule in YEARS else 1e6 for rule, _ in sums}
        return [Worth(rule, where, scale[rule] * x) for (rule, where), x in sums.items()]

    def _label(self, index: str) -> str:
        return self.model.case.periods.label(int(index)) if index.isdigit() else "all years"


def price(source: Source, notebook: Notebook, *, seconds: float | None = SECONDS, tell: Tell | None = None) -> Prices:
    """Every term priced on both objectives. What the time or the user cut off is said in the notes."""
    began = time.perf_counter()
    pricing = Pricing(source, Work(seconds), notebook, tell or (lambda phase: None))
    notes: list[str] = []
    found: list[Price] = []
    worth: list[Worth] | None = None
    try:
        for name in OBJECTIVES:
            base = pricing.best(name, "as it is", pricing.model.program)
            if base is None:
                notes.append(f"{name}: no figure in the time allowed.")
                continue
            for term in pricing.model.terms:
                if term.kind not in ("budget", "authority"):
                    found.append(pricing.price(name, term, base))
        worth = pricing.worth()
    except Clashes:
        return Prices("infeasible", pricing.model.small, seconds=time.perf_counter() - began)
    except Undecided:
        notes.append("The time ended before everything was priced; the same command goes on from here.")
    if worth is None:
        notes.append("What a unit more of budget years and site limits is worth was not found.")
    if not pricing.model.small:
        notes.append("Prices are those of the model with racks in one pool and in parts, not of exact plans.")
    told = tuple(w for w in worth or () if w.usd_per_unit > LEAST_WORTH)
    whole = worth is not None and all(p.given_up is not None for p in found)
    word, seconds_taken = "priced" if found else "unknown", time.perf_counter() - began
    return Prices(word, pricing.model.small, tuple(found), told, tuple(notes), whole, seconds_taken)


def document(source: Source, found: Prices) -> dict[str, Any]:
    return {
        "schema": "planner/price/1",
        "source": source.words,
        "verdict": found.verdict,
        "model": "exact" if found.exact else "racks in one pool",
        "prices": [p.as_dict() for p in found.prices],
        "marginal_worth": {
            "basis": "dual values of the linear programme around the whole choices of one plan; mission value",
            "rows": [{"rule": w.rule, "where": w.where, "usd_per_unit": w.usd_per_unit} for w in found.worth],
        },
        "notes": list(found.notes),
        "seconds": found.seconds,
    }
