"""What each promise and limit costs: the programme re-solved without it, and with one unit more of it.

A price is an interval of the programme's own objective (net benefit, present dollars): from what plans reach to what
none is proven to pass. First at the sites, roles and dates of the plan as it is; in full where that settles nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from planner.analyses.ask import Answer
from planner.analyses.conditions import AtGates
from planner.analyses.notebook import Notebook
from planner.analyses.questions import Figures, Question, Questions
from planner.analyses.source import Source
from planner.analyses.terms import MEASURED, Term, goals, terms
from planner.analyses.work import Tell, Undecided, Work
from planner.analyses.worth import Worth, kept_worth
from planner.inputs.case import Case

SECONDS = 900.0
#: seconds of one question with sites, roles and dates held, and its gap as part of present cost
HELD_SECONDS, HELD_GAP = 30.0, 1e-4
#: a promise whose price is below this part of the whole is no constraint; rounding of a solver, the same way
NOTHING_SHARE, ROUNDING = 1e-3, 1e-6
#: a unit more, as part of a level that is counted in hundreds and more
UNIT_SHARE, LARGE = 0.01, 100.0
#: terms that are about sites, roles and dates: with these held they cost nothing, so they are asked in full
OF_GATES = ("sites", "regions", "governance", "services")
HELD, FULL = "same sites and dates", "in full"


@dataclass(frozen=True)
class Band:
    """A figure that lies between the two, ends included; M USD."""

    low: float
    high: float

    @classmethod
    def gained(cls, to: Figures, over: Figures) -> Band | None:
        """What the best of one question is above that of another, each between its plan and its bound."""
        if to.value is None or over.value is None or to.bound is None or over.bound is None:
            return None
        return cls(to.value - over.bound, to.bound - over.value)

    def at_least_zero(self) -> Band:
        """More freedom never costs: what is below zero is the width of the intervals."""
        return Band(max(0.0, self.low), max(0.0, self.high))

    def per(self, unit: float) -> Band:
        return Band(self.low / unit, self.high / unit)

    def as_usd(self) -> dict[str, float]:
        return {"low_usd": self.low * 1e6, "high_usd": self.high * 1e6}


@dataclass(frozen=True)
class Price:
    """What a term costs: ``given_up``, and ``per_unit`` more of it (None where it has no unit or it clashes).

    ``size`` is the objective of the plan as it is, M USD.
    """

    term: Term
    size: float
    given_up: Band | None = None
    basis: str = HELD
    unit_more: float | None = None
    per_unit: Band | None = None
    clashes_with_more: bool = False

    @property
    def verdict(self) -> str:
        """A goal without a price binds nothing; else what the interval says."""
        if not self.term.ways:
            return "a goal"
        if self.given_up is None:
            return "not settled"
        size = max(abs(self.size), 1e-9)
        if self.given_up.high < NOTHING_SHARE * size:
            return "not a constraint"
        return "a constraint" if self.given_up.low > ROUNDING * size else "not settled"

    def as_dict(self) -> dict[str, object]:
        return {
            **self.term.as_dict(),
            "price": self.given_up.as_usd() if self.given_up else None,
            "verdict": self.verdict,
            "basis": self.basis,
            "unit_more": self.unit_more,
            "price_per_unit": self.per_unit.as_usd() if self.per_unit else None,
            "one_unit_more_clashes": self.clashes_with_more,
        }


@dataclass(frozen=True)
class Prices:
    """``whole`` is the objective of the programme as it is: between the plan and the bound."""

    verdict: str
    prices: tuple[Price, ...] = ()
    worth: tuple[Worth, ...] = ()
    notes: tuple[str, ...] = ()
    complete: bool = True
    whole: Band | None = None
    seconds: float = 0.0


@dataclass
class Pricing:
    """Questions about one case: as it is, and with each term given up or made tighter."""

    questions: Questions
    base: Figures = field(default_factory=Figures)
    held: Figures = field(default_factory=Figures)
    answer: Answer | None = None
    plans: dict[str, float] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        return self.questions.case

    def begin(self) -> None:
        """The best plan as it is, then the best at its own sites, roles and dates, proven closer."""
        self.base, self.answer = self.questions.answer(Question("as it is"))
        if self.base.value is None:
            return
        self.held = self._held("as it is")
        if self.held.value is not None and self.held.value > self.base.value:
            self.base = replace(self.base, value=self.held.value)

    def _held(self, label: str, edits: tuple[str, ...] = ()) -> Figures:
        asked = Question(f"{label}, {HELD}", edits, AtGates(self.base.gates), HELD_GAP, HELD_SECONDS)
        return self.questions.ask(asked, self.base.gates)

    def first(self, term: Term) -> Price:
        """With sites, roles and dates as they are."""
        found = Price(term, self.base.value or 0.0)
        if term.ways and term.kind not in OF_GATES:
            without = self._held(f"without {term.id}", term.ways[0])
            if without.value is not None:
                self.plans[term.id] = without.value
            band = Band.gained(without, self.held)
            found = replace(found, given_up=band.at_least_zero() if band else None)
        return self._more(found)

    def full(self, price: Price) -> Price:
        """With everything decided anew; a plan found at the same sites and dates is one here too."""
        term = price.term
        found = self.questions.ask(Question(f"without {term.id}", term.ways[0]), self.base.gates)
        if found.value is not None:
            found = replace(found, value=max(found.value, self.plans.get(term.id, found.value)))
        band = Band.gained(found, self.base)
        if band is None:
            return price
        return replace(price, given_up=band.at_least_zero(), basis=FULL)

    def _more(self, price: Price) -> Price:
        """One unit more of a promise, of a goal one more than the plan has of it."""
        claim, unit = price.term.claim, self.unit(price.term)
        if claim is None or unit is None:
            return price
        level = float(claim.level or 0.0)
        edits: tuple[str, ...] = ()
        if claim.binding == "goal":
            level = float(self.base.more.get("planned", {}).get(claim.id, level))
            edits = (f"claims.{claim.id}.binding=firm",)
        edits = (*edits, f"claims.{claim.id}.level={level + unit:.12g}")
        label = f"{unit:g} more of {price.term.id}"
        found, over = self._held(label, edits), self.held
        if found.value is None:
            found, over = self.questions.ask(Question(label, edits), self.base.gates), self.base
        band = Band.gained(over, found)
        per_unit = band.at_least_zero().per(unit) if band else None
        return replace(price, unit_more=unit, per_unit=per_unit, clashes_with_more=found.none)

    def unit(self, term: Term) -> float | None:
        if term.claim is None or term.kind not in MEASURED or not term.claim.level:
            return None
        return UNIT_SHARE * term.claim.level if term.claim.level >= LARGE else 1.0

    def prices(self, found: dict[str, Price]) -> Iterator[None]:
        """Fill in every price, the quick ones first; a step is yielded where another may be stopped."""
        asked = [t for t in (*terms(self.case), *goals(self.case)) if t.kind not in ("budget", "authority")]
        for term in asked:
            found[term.id] = self.first(term)
            yield
        for term in asked:
            if term.ways and found[term.id].verdict == "not settled":
                found[term.id] = self.full(found[term.id])
                yield


def _planned(answer: Answer) -> dict[str, Any]:
    """What the plan has of each promise and goal."""
    if answer.plan is None:
        return {}
    rows = answer.plan["commitments"]
    known = zip(rows["id"], rows["planned"], strict=True)
    return {"planned": {str(i): float(x) for i, x in known if x is not None and x == x}}


def price(source: Source, notebook: Notebook, *, seconds: float | None = SECONDS, tell: Tell | None = None) -> Prices:
    """Every term priced. What the time or the user cut off is said in the notes."""
    began = time.perf_counter()
    asking = Pricing(Questions(source, Work(seconds), notebook, tell or (lambda phase: None), _planned))
    notes: list[str] = []
    found: dict[str, Price] = {}
    marginal: list[Worth] | None = None
    try:
        asking.begin()
        if asking.base.none:
            return Prices("infeasible", seconds=time.perf_counter() - began)
        if asking.base.value is not None:
            marginal = kept_worth(asking.questions, asking.answer)
            for _ in asking.prices(found):
                pass
    except Undecided:
        notes.append("The time ended before everything was priced; the same command goes on from here.")
    if marginal is None and found:
        notes.append("What a unit more of budget years and site limits is worth was not found.")
    known = all(p.given_up is not None for p in found.values() if p.term.ways)
    complete = bool(found) and not notes and known
    base = asking.base
    whole = None if base.value is None or base.bound is None else Band(base.value, base.bound)
    results = (tuple(found.values()), tuple(marginal or ()), tuple(notes), complete, whole)
    return Prices("priced" if found else "unknown", *results, time.perf_counter() - began)


def document(source: Source, found: Prices) -> dict[str, Any]:
    return {
        "schema": "planner/price/1",
        "source": source.words,
        "verdict": found.verdict,
        "objective": found.whole.as_usd() if found.whole else None,
        "prices": [p.as_dict() for p in found.prices],
        "marginal_worth": {
            "basis": "dual values of the linear programme around the whole choices of one plan; net benefit",
            "rows": [{"rule": w.rule, "where": w.where, "usd_per_unit": w.usd_per_unit} for w in found.worth],
        },
        "notes": list(found.notes),
        "seconds": found.seconds,
    }
