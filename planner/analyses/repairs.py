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
from planner.analyses.linear import Pool
from planner.analyses.source import Source
from planner.analyses.terms import Term
from planner.analyses.whole import Whole
from planner.analyses.words import rounded
from planner.analyses.work import Tell, Undecided

#: repairs that a menu holds at the least, if there are so many
WANTED = 5
#: what part an amount is carried beyond its bound until a plan is found: of small programmes, and of large ones
MARGINS, MARGINS_LARGE = (1e-3, 0.02, 0.1, 0.3), (0.1, 0.3)
#: steps of a ladder beyond the nearest that are tried
FURTHER = 3
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
    """Changes that together leave a plan; ``confirmed``: a plan of them was found and passed its check."""

    changes: tuple[Change, ...]
    confirmed: bool = False

    @property
    def edits(self) -> tuple[str, ...]:
        return tuple(edit for change in self.changes for edit in change.step.edits)

    @property
    def part(self) -> float:
        """What part of what was agreed it gives away: what a menu is ranked by."""
        return sum(change.step.part for change in self.changes)

    @property
    def cost_usd(self) -> float | None:
        """Dollars it adds to the budget; None where it is not made of dollars."""
        added = [float(c.step.to) - float(c.lever.before) for c in self.changes if c.lever.what == "budget"]
        return sum(added) if added else None


class Menu:
    """The ways out of a clash: ``alone`` are the terms each of which is enough."""

    def __init__(self, source: Source, pool: Pool, whole: Whole, holds: Holds, alone: Sequence[Term]) -> None:
        self.source, self.pool, self.whole, self.holds, self.alone = source, pool, whole, holds, tuple(alone)
        self.tell: Tell = whole.tell
        self.complete = True

    def singles(self) -> list[Repair]:
        """Every single repair that exists, the smallest part given away first."""
        ways = [lever for term in self.alone for lever in levers(self.pool.case, term)]
        found = self._each(self._single, ways)
        return sorted(found, key=lambda r: r.part)

    def pairs(self, singles: Sequence[Repair], wanted: int) -> list[Repair]:
        """Pairs that are enough where neither is; then a part of one single repair with what that leaves of another."""
        found: list[Repair] = self._each(lambda pair: self._pair(*pair), list(self._needed_pairs()))
        if len(found) < wanted:
            shared = list(self._shared(singles))[: 2 * wanted]
            found += self._each(lambda pair: self._beside(*pair), shared)
        return sorted(found, key=lambda r: r.part)[: max(wanted, 0)]

    def confirmed(self, wanted: int) -> list[Repair]:
        """Repairs with the plan that was found for each, until as many as are wanted are confirmed; singles first."""
        singles = self.singles()
        ready = self._confirm(singles, wanted)
        lacking = wanted - sum(r.confirmed for r in ready)
        return ready + self._confirm(self.pairs(singles, lacking), lacking) if lacking > 0 else ready

    def _confirm(self, repairs: Sequence[Repair], wanted: int) -> list[Repair]:
        """On a large programme no more plans are made than are wanted; the rest stays as linear questions left it."""
        done: list[Repair] = []
        for repair in repairs:
            enough = not self.whole.small and sum(r.confirmed for r in done) >= wanted
            done.append(repair if enough else self._confirmed(repair))
        return done

    # one change

    def _single(self, lever: Lever, given: Sequence[Change] = ()) -> Repair | None:
        edits = tuple(edit for change in given for edit in change.step.edits)
        if lever.unit == "binding" and not given:  # the model without the term, which is known to hold
            (step,) = lever.steps
            return Repair((Change(lever, step, None),))
        self.tell(f"{lever.term.id}: {lever.what}")
        change = self._least(lever, edits)
        return None if change is None else Repair((*given, change))

    def _least(self, lever: Lever, edits: tuple[str, ...], dropped: Iterable[Term] = ()) -> Change | None:
        """The least of a lever that lets everything hold beside the edits, with some terms left out."""
        gone = tuple(dropped)
        if lever.amount is not None:
            pool = self._pool(edits) if edits else self.pool
            return None if pool is None else self._amount(lever, pool, gone)
        steps = [s for s in lever.steps if not set(_paths(s.edits)) & set(_paths(edits))]
        at = self._nearest(lever, steps, lambda step: self._holds((*edits, *step.edits), gone))
        return None if at is None else Change(lever, steps[at], steps[at].to)

    def _amount(self, lever: Lever, pool: Pool, dropped: tuple[Term, ...]) -> Change | None:
        assert lever.amount is not None
        up = lever.what == "budget"
        bound = pool.least_budget_usd(dropped) if up else pool.most(lever.term, dropped)
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
        terms, everything = self.pool.terms, frozenset(self.pool.terms)
        for one, other in combinations([t for t in terms if t not in self.alone], 2):
            if self.holds(everything - {one, other}):
                for first in levers(self.pool.case, one):
                    for second in levers(self.pool.case, other):
                        yield first, second

    def _pair(self, one: Lever, other: Lever) -> Repair | None:
        """The least of one with the other out of the way, then the least of the other beside that."""
        self.tell(f"{one.term.id}: {one.what}, with {other.term.id}: {other.what}")
        first = self._least(one, (), dropped=(other.term,))
        if first is None:
            return None
        second = self._least(other, first.step.edits)
        return None if second is None else Repair((first, second))

    def _shared(self, singles: Sequence[Repair]) -> Iterable[tuple[Change, Change]]:
        """Half of the way of one repair and what that leaves of another."""
        amounts = [r.changes[0] for r in singles if r.changes[0].lever.amount]
        for one, other in combinations(amounts, 2):
            if one.lever.term != other.lever.term:
                for a, b in ((one, other), (other, one)):
                    yield _half(a), b

    def _beside(self, given: Change, change: Change) -> Repair | None:
        """The second change once the first is made; None if that spares nothing of it."""
        if set(_paths(given.step.edits)) & set(_paths(change.step.edits)):
            return None
        found = self._single(change.lever, (given,))
        if found is None or found.changes[-1].step.part > change.step.part * (1 - HELPS):
            return None
        return found

    # asking

    def _pool(self, edits: Sequence[str]) -> Pool | None:
        case = self.source.case_or_none(edits)
        return None if case is None else Pool(case, self.pool.work)

    def _holds(self, edits: tuple[str, ...], dropped: tuple[Term, ...]) -> bool:
        pool = self._pool(edits)
        if pool is None or not pool.holds(dropped):
            return False
        return self.whole.holds(dropped, edits) if self.whole.small else True

    def _each(self, ask: Callable[[Any], Repair | None], given: Sequence[Any]) -> list[Repair]:
        """Answers in the order asked, two at a time; what ended at a limit leaves the menu incomplete."""

        def safely(item: Any) -> Repair | None:
            try:
                return ask(item)
            except Undecided:
                self.complete = False
                return None

        with ThreadPoolExecutor(1 if self.whole.small else CORES) as cores:
            return [answer for answer in cores.map(safely, given) if answer is not None]

    def _confirmed(self, repair: Repair) -> Repair:
        try:
            for tried in self._carried(repair):
                if self.whole.plan(tried.edits):
                    return replace(tried, confirmed=True)
        except Undecided:
            self.complete = False
        return repair

    def _carried(self, repair: Repair) -> Iterable[Repair]:
        """The repair, then the same with its last change carried further."""
        *before, last = repair.changes
        lever = last.lever
        if lever.amount is None:
            at = lever.steps.index(last.step)
            for step in lever.steps[at : at + FURTHER]:
                yield Repair((*before, replace(last, step=step)))
            return
        bound, up = float(last.step.to), lever.what == "budget"
        if self.whole.small or before:
            yield repair
        if not up and not before:
            most = self.whole.most(lever.term)
            to = rounded(min(bound, most or 0.0), math.floor)
            if to > 0:  # that plan has as much of it, and keeps all else
                step = lever.amount(to)
                self.whole.shown.add(step.edits)
                yield Repair((replace(last, step=step),))
        for margin in MARGINS if self.whole.small else MARGINS_LARGE:
            to = rounded(bound * (1 + margin), math.ceil) if up else rounded(bound * (1 - margin), math.floor)
            if to > 0:
                yield Repair((*before, replace(last, step=lever.amount(to))))


def _half(change: Change) -> Change:
    """Half of the way, as a ratio: amounts may lie far apart."""
    assert change.lever.amount is not None
    middle = math.sqrt(float(change.lever.before) * float(change.step.to))
    return Change(change.lever, change.lever.amount(rounded(middle, math.ceil)), None)


def _paths(edits: Iterable[str]) -> list[str]:
    return [edit.partition("=")[0] for edit in edits]
