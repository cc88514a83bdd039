"""Structurally different plans nearly as good as the best, and what forcing or barring each site and technology costs.

Every site and technology is one question: where the best plan has it, the best plan without it, else the best with it.
So is timing: what of each site the best plan has by the end of a period, one period earlier, and not by then.
Every plan is whole and checked. Losses are of the programme's objective, as parts of the present cost of the best plan.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from planner.analyses.ask import Answer
from planner.analyses.conditions import AtGates, Both
from planner.analyses.features import GATES, Feature, Structure, features
from planner.analyses.notebook import Notebook
from planner.analyses.questions import Figures, Question, Questions
from planner.analyses.source import Source
from planner.analyses.work import Tell, Undecided, Work

SECONDS = 900.0
#: seconds of one question with sites, roles and dates held, and its gap as part of present cost
HELD_SECONDS, HELD_GAP = 20.0, 1e-3
#: parts of present cost that an alternative may lose
WITHIN = (0.01, 0.02, 0.05)


@dataclass(frozen=True)
class Worth:
    """A feature: whether the best plan has it, and the best of the other way. Losses are parts of present cost."""

    feature: Feature
    inside: bool
    other: Figures

    def loss(self, best: Figures) -> tuple[float, float] | None:
        """Between which parts forcing it (where it is out) or barring it (where it is in) costs."""
        if self.other.none or best.value is None or best.bound is None or self.other.bound is None:
            return None
        size = max(abs(best.present_cost or best.value), 1e-9)
        least = (best.value - self.other.bound) / size
        most = float("inf") if self.other.value is None else (best.bound - self.other.value) / size
        return max(0.0, least), max(0.0, most)

    def word(self, best: Figures, within: float) -> str:
        """always, never or sometimes within so much of the best; open where the interval leaves it so."""
        certain = "always" if self.inside else "never"
        if self.other.none:
            return certain
        loss = self.loss(best)
        if loss is None:
            return "open"
        return certain if loss[0] > within else "sometimes" if loss[1] <= within else "open"


@dataclass(frozen=True)
class Alternative:
    """A checked plan of another structure; against what is proven of the best it loses ``loss`` at the most."""

    asked: str
    value: float
    loss: float
    structure: Structure
    differs: tuple[str, ...]
    timing_alone: bool = False


@dataclass(frozen=True)
class Alternatives:
    best: Figures
    worths: tuple[Worth, ...]
    found: tuple[Alternative, ...]
    notes: tuple[str, ...]
    seconds: float

    @property
    def verdict(self) -> str:
        """found, infeasible (there is no plan), or unknown."""
        return "infeasible" if self.best.none else "unknown" if self.best.value is None else "found"

    @property
    def complete(self) -> bool:
        words = {w.word(self.best, x) for w in self.worths for x in WITHIN}
        return self.verdict == "found" and "open" not in words


def structure_of(found: Figures) -> Structure | None:
    """Of the plan, if it passed its check."""
    noted = found.more.get("structure")
    return Structure.read(noted) if noted and found.passed else None


class _Searching:
    """The best under one condition at a time."""

    def __init__(self, questions: Questions) -> None:
        self.questions, self.case = questions, questions.case
        try:
            self.best = questions.ask(Question("the best"))
        except Undecided:
            self.best = Figures()

    def other(self, feature: Feature, inside: bool) -> Worth:
        """The best of the other way: at the sites and dates of the best plan where that is near enough, else anew."""
        condition = feature.barred() if inside else feature.forced()
        label = f"without {feature.id}" if inside else f"with {feature.id}"
        gates, found = self.best.gates, Worth(feature, inside, Figures())
        try:
            if feature.kind not in GATES:
                held = Question(
                    f"{label}, same sites and dates",
                    conditions=Both(AtGates(gates), condition),
                    gap=HELD_GAP,
                    seconds=HELD_SECONDS,
                )
                near = self.questions.ask(held, gates)
                found = replace(found, other=replace(near, none=False, bound=self.best.bound))
                if found.word(self.best, WITHIN[0]) == "sometimes":
                    return found
            full = self.questions.ask(Question(label, conditions=condition), gates)
        except Undecided:
            return found
        return replace(found, other=_better(full, found.other, self.best))

    def worths(self) -> list[Worth]:
        best = structure_of(self.best)
        if best is None:
            return []
        asked = [(f, best.inside(f)) for f in features(self.case)]
        return [self.other(f, inside) for f, inside in (*asked, *best.edges(self.case))]


def _better(full: Figures, near: Figures, best: Figures) -> Figures:
    """The better of two plans under the same condition; no condition lets a plan pass the bound of the best."""
    bounds = [x for x in (full.bound, best.bound) if x is not None]
    bound = min(bounds, default=None)
    if near.value is not None and (full.value is None or near.value > full.value):
        return replace(near, bound=bound)
    return replace(full, bound=bound)


def _read(answer: Answer) -> dict[str, Any]:
    return {} if answer.plan is None else {"structure": Structure.of(answer.plan).kept()}


def alternatives(
    source: Source, notebook: Notebook, *, seconds: float | None = SECONDS, tell: Tell | None = None
) -> Alternatives:
    """The map of sites and technologies, and the different plans found on the way."""
    began = time.perf_counter()
    questions = Questions(source, Work(seconds), notebook, tell or (lambda phase: None), _read)
    searching = _Searching(questions)
    worths = searching.worths()
    notes = []
    if questions.stopped:
        notes.append(
            "The time ended before every site and technology was asked about; the same command goes on from here."
        )
    found = _different(searching.best, worths)
    return Alternatives(searching.best, tuple(worths), tuple(found), tuple(notes), time.perf_counter() - began)


def _different(best: Figures, worths: Sequence[Worth]) -> list[Alternative]:
    """Checked plans that differ from the best one and from each other, within the most that may be lost."""
    found: list[Alternative] = []
    mine = structure_of(best)
    if mine is None or best.bound is None:
        return found
    for w in worths:
        theirs, loss = structure_of(w.other), w.loss(best)
        if theirs is None or w.other.value is None or loss is None or loss[1] > WITHIN[-1]:
            continue
        retimed = theirs.retimed(mine)
        if not (retimed or theirs.differs(mine)):
            continue
        asked = f"{'without' if w.inside else 'with'} {w.feature.id}"
        found.append(Alternative(asked, w.other.value, loss[1], theirs, tuple(theirs.against(mine)), retimed))
    kept: list[Alternative] = []
    for one in sorted(found, key=lambda a: (a.timing_alone, a.loss)):
        same = [k for k in kept if not one.structure.differs(k.structure)]
        if one.timing_alone:  # any two of these have the same sites and technology
            same = [k for k in same if not one.structure.retimed(k.structure)]
        if not same:
            kept.append(one)
    return kept
