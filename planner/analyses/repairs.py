"""The menu of ways out: every single repair, then pairs; each an edited case, each confirmed by a plan of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

from planner.analyses.conflict import Holds
from planner.analyses.levers import Lever, Step, levers
from planner.analyses.question import Answer, Found, Model, Tell, Undecided, Work
from planner.analyses.source import Source
from planner.analyses.terms import Term

#: repairs that a menu holds at the least, if there are so many
WANTED = 5
#: what part an amount is carried beyond its bound until a plan is found; bounds of everything whole are near
MARGINS_WHOLE, MARGINS_RELAXED = (0.0, 1e-3, 0.02), (0.1, 0.3)
#: digits of an amount
DIGITS = 4
#: a second change helps if it saves this part of the first
HELPS = 0.01
CORES = 2


@dataclass(frozen=True)
class Change:
    """One thing set to another value; ``at_best`` is what no plan does better, where that is proven."""

    lever: Lever
    step: Step
    at_best: float | str | None

    def as_dict(self) -> dict[str, object]:
        lever = self.lever
        return {
            "promise": lever.term.id,
            "what": lever.what,
            "from": lever.before,
            "to": self.step.to,
            "unit": lever.unit,
            "at_best": self.at_best,
            "edits": list(self.step.edits),
        }


@dataclass(frozen=True)
class Repair:
    """Changes that together leave a plan; ``found`` is what the re-solve says of it, None before it was asked."""

    changes: tuple[Change, ...]
    found: Found | None = None

    @property
    def edits(self) -> tuple[str, ...]:
        return tuple(edit for change in self.changes for edit in change.step.edits)

    @property
    def part(self) -> float:
        """What part of what was agreed it gives away: what a menu is ranked by."""
        return sum(change.step.part for change in self.changes)

    @property
    def confirmed(self) -> bool:
        return self.found is not None and self.found.passed

    @property
    def cost_usd(self) -> float | None:
        """Dollars it adds to the budget; None where it is not made of dollars."""
        added = [float(c.step.to) - float(c.lever.before) for c in self.changes if c.lever.what == "budget"]
        return sum(added) if added else None


class Menu:
    """The ways out of a clash: ``alone`` are the terms each of which is enough."""

    def __init__(self, source: Source, model: Model, holds: Holds, alone: Sequence[Term], tell: Tell) -> None:
        self.source, self.model, self.holds, self.alone, self.tell = source, model, holds, tuple(alone), tell
        self.work: Work = model.work
        self.complete = True

    def singles(self) -> list[Repair]:
        """Every single repair that exists, the smallest part given away first."""
        ways = [lever for term in self.alone for lever in levers(self.model.case, term)]
        found = self._each(self._single, ways)
        return sorted(found, key=lambda r: r.part)

    def pairs(self, singles: Sequence[Repair], wanted: int) -> list[Repair]:
        """Pairs that are enough where neither is; then a part of one single repair with what that leaves of another."""
        found: list[Repair] = self._each(lambda pair: self._pair(*pair), list(self._needed_pairs()))
        if len(found) < wanted:
            shared = list(self._shared(singles))[: 2 * wanted]
            found += self._each(lambda pair: self._beside(*pair), shared)
        return sorted(found, key=lambda r: r.part)[: max(wanted, 0)]

    def confirm(self, repairs: Sequence[Repair]) -> list[Repair]:
        """Each with the plan that was found for it; carried a little further where its bound was too near."""
        return self._each(self._confirmed, repairs)

    # one change

    def _single(self, lever: Lever, given: Sequence[Change] = ()) -> Repair | None:
        edits = tuple(edit for change in given for edit in change.step.edits)
        if lever.unit == "binding" and not given:  # the model without the term, which is known to hold
            (step,) = lever.steps
            return Repair((Change(lever, step, None),))
        self.tell(f"{lever.term.id}: {lever.what}")
        change = self._least(lever, edits)
        return None if change is None else Repair((*given, change))

    def _least(self, lever: Lever, edits: tuple[str, ...], dropped: Iterable[str] = ()) -> Change | None:
        """The least of a lever that lets everything hold beside the edits, with some terms left out."""
        gone = tuple(dropped)
        if lever.amount is not None:
            model = self._model(edits) if edits else self.model
            return None if model is None else self._amount(lever, model, gone)
        steps = [s for s in lever.steps if not set(_paths(s.edits)) & set(_paths(edits))]
        at = self._nearest(lever, steps, lambda step: self._holds((*edits, *step.edits), gone))
        return None if at is None else Change(lever, steps[at], steps[at].to)

    def _amount(self, lever: Lever, model: Model, dropped: tuple[str, ...]) -> Change | None:
        assert lever.amount is not None
        up = lever.what == "budget"
        bound = model.least_budget_usd(dropped) if up else model.most(lever.term.id, dropped)
        if bound is None:
            return None
        to = rounded(bound, math.ceil if up else math.floor)
        if up:
            return Change(lever, lever.amount(max(to, float(lever.before))), bound)
        return Change(lever, lever.amount(min(to, float(lever.before))), bound) if to > 0 else None

    def _nearest(self, lever: Lever, steps: Sequence[Step], holds: Callable[[Step], bool]) -> int | None:
        if not lever.monotone:
            return next((n for n, step in enumerate(steps) if holds(step)), None)
        if not steps or not holds(steps[-1]):
            return None
        low, high = 0, len(steps) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if holds(steps[middle]) else (middle + 1, high)
        return high

    # two changes

    def _needed_pairs(self) -> Iterable[tuple[Lever, Lever]]:
        terms, everything = self.model.terms, frozenset(self.model.terms)
        for one, other in combinations([t for t in terms if t not in self.alone], 2):
            if self.holds(everything - {one, other}):
                for first in levers(self.model.case, one):
                    for second in levers(self.model.case, other):
                        yield first, second

    def _pair(self, one: Lever, other: Lever) -> Repair | None:
        """The least of one with the other out of the way, then the least of the other beside that."""
        self.tell(f"{one.term.id}: {one.what}, with {other.term.id}: {other.what}")
        first = self._least(one, (), dropped=(other.term.id,))
        if first is None:
            return None
        second = self._least(other, first.step.edits)
        return None if second is None else Repair((first, second))

    def _shared(self, singles: Sequence[Repair]) -> Iterable[tuple[Change, Change]]:
        """Half of the way of one repair and what that leaves of another; then what others spare of an amount."""
        amounts = [r.changes[0] for r in singles if r.changes[0].lever.amount]
        for one, other in combinations(amounts, 2):
            if one.lever.term != other.lever.term:
                for a, b in ((one, other), (other, one)):
                    yield _half(a), b
        helpers = [lever for term in self.model.terms for lever in levers(self.model.case, term) if lever.steps]
        taken = {(r.changes[0].lever.term.id, r.changes[0].lever.what) for r in singles}
        spare = [h for h in helpers if (h.term.id, h.what) not in taken]
        for change in amounts:
            for helper in sorted(spare, key=lambda h: h.term not in (*self.alone, change.lever.term)):
                for n in dict.fromkeys((len(helper.steps) // 2, len(helper.steps) - 1)):
                    yield Change(helper, helper.steps[n], None), change

    def _beside(self, given: Change, change: Change) -> Repair | None:
        """The second change once the first is made; None if that spares nothing of it."""
        if set(_paths(given.step.edits)) & set(_paths(change.step.edits)):
            return None
        found = self._single(change.lever, (given,))
        if found is None or found.changes[-1].step.part > change.step.part * (1 - HELPS):
            return None
        return found

    # asking

    def _model(self, edits: Sequence[str]) -> Model | None:
        case = self.source.case_or_none(edits)
        return None if case is None else Model(case, self.work)

    def _holds(self, edits: tuple[str, ...], dropped: tuple[str, ...]) -> bool:
        model = self._model(edits)
        if model is None:
            return False
        gone = [t for t in model.terms if t.id in dropped]
        answer = model.whole(gone) if model.small else model.linear(gone)
        if answer is Answer.UNKNOWN:
            raise Undecided
        return answer is Answer.YES

    def _each(self, ask: Callable[[Any], Repair | None], given: Sequence[Any]) -> list[Repair]:
        """Answers in the order asked, two at a time; what ended at a limit leaves the menu incomplete."""

        def safely(item: Any) -> Repair | None:
            try:
                return ask(item)
            except Undecided:
                self.complete = False
                return item if isinstance(item, Repair) else None

        with ThreadPoolExecutor(1 if self.model.small else CORES) as cores:
            return [answer for answer in cores.map(safely, given) if answer is not None]

    def confirmed(self, repairs: Sequence[Repair], wanted: int) -> list[Repair]:
        """All repairs and as many pairs as are wanted, confirmed.

        On a large programme a plan of the tightest is made while pairs are looked for: its choices may fit the others.
        """
        if self.model.small or not repairs:
            ready = self.confirm(repairs)
            lacking = wanted - sum(r.confirmed for r in ready)
            return ready + (self.confirm(self.pairs(repairs, lacking)) if lacking > 0 else [])
        tightest = next((r for r in repairs if _is_level(r)), repairs[0])
        with ThreadPoolExecutor(1) as other_core:
            first = other_core.submit(self.confirm, [tightest])
            pairs = self.pairs(repairs, wanted + 1 - len(repairs)) if wanted >= len(repairs) else []
            done = first.result()
        rest = self.confirm([r for r in (*repairs, *pairs) if r is not tightest])
        return sorted((*done, *rest), key=lambda r: (len(r.changes), r.part))

    def _confirmed(self, repair: Repair) -> Repair:
        for tried in self._carried(repair):
            self.tell("plan of: " + "; ".join(tried.edits))
            model = self._model(tried.edits)
            if model is None:
                continue
            found = model.plan()
            tried = replace(tried, found=found)
            if tried.confirmed:
                return tried
            if found.answer is Answer.UNKNOWN:
                self.complete = False
        return repair

    def _carried(self, repair: Repair) -> Iterable[Repair]:
        """The repair, then the same with its last change carried further."""
        *before, last = repair.changes
        lever = last.lever
        if lever.amount is None:
            at = lever.steps.index(last.step)
            for step in lever.steps[at : at + 3]:
                yield Repair((*before, replace(last, step=step)))
            return
        for margin in MARGINS_WHOLE if self.model.small else MARGINS_RELAXED:
            bound = float(last.step.to)
            up = lever.what == "budget"
            to = rounded(bound * (1 + margin), math.ceil) if up else rounded(bound * (1 - margin), math.floor)
            if to > 0:
                yield Repair((*before, replace(last, step=lever.amount(to))))


def rounded(value: float, to: Callable[[float], int], digits: int = DIGITS) -> float:
    """To so many digits, down or up, but for the solver's tolerance."""
    if value <= 0:
        return 0.0
    size = 10.0 ** (math.floor(math.log10(value)) + 1 - digits)
    sure = value * (1 + 1e-6) if to is math.floor else value * (1 - 1e-6)
    return float(f"{to(sure / size) * size:.{digits}g}")


def _is_level(repair: Repair) -> bool:
    return repair.changes[0].lever.what == "level"


def _half(change: Change) -> Change:
    """Half of the way, as a ratio: amounts may lie far apart."""
    assert change.lever.amount is not None
    middle = math.sqrt(float(change.lever.before) * float(change.step.to))
    return Change(change.lever, change.lever.amount(rounded(middle, math.ceil)), None)


def _paths(edits: Iterable[str]) -> list[str]:
    return [edit.partition("=")[0] for edit in edits]
