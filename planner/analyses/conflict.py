"""The smallest set of terms that cannot hold together, whatever becomes of all the others.

A set that hits every way out is a conflict; conflicts and ways out are found from each other, so that few questions are
asked. What comes out is irreducible, and no smaller set clashes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from planner.analyses.terms import Term

#: whether these terms hold together, all others left out; raises Undecided where that is not known
Holds = Callable[[frozenset[Term]], bool]


class Remembered:
    """Answers once given also settle the sets within a set that holds, and those around one that does not."""

    def __init__(self, ask: Holds) -> None:
        self._ask = ask
        self.hold: list[frozenset[Term]] = []
        self.clash: list[frozenset[Term]] = []

    def __call__(self, kept: frozenset[Term]) -> bool:
        if any(kept <= known for known in self.hold):
            return True
        if any(kept >= known for known in self.clash):
            return False
        answer = self._ask(kept)
        (self.hold if answer else self.clash).append(kept)
        return answer


def irreducible(holds: Holds, everything: Sequence[Term]) -> tuple[Term, ...]:
    """Some conflict within terms that clash, none of them idle; by halves, those named first are in it first."""
    found = _needed(holds, frozenset(), list(reversed(everything)), asked=False)
    return tuple(t for t in everything if t in found)


def _needed(holds: Holds, given: frozenset[Term], group: list[Term], asked: bool) -> frozenset[Term]:
    """Terms of the group without which, beside those given, nothing clashes."""
    if asked and not holds(given):
        return frozenset()
    if len(group) == 1:
        return frozenset(group)
    idle, likely = group[: len(group) // 2], group[len(group) // 2 :]
    some = _needed(holds, given | frozenset(likely), idle, asked=True)
    return some | _needed(holds, given | some, likely, asked=bool(some))


def smallest(holds: Holds, everything: Sequence[Term]) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """The smallest conflict and the terms each of which, left out alone, lets all others hold."""
    whole = frozenset(everything)
    best = irreducible(holds, everything)
    alone = tuple(t for t in best if holds(whole - {t}))
    if len(alone) == len(best):
        return best, alone
    ways: list[frozenset[Term]] = [frozenset({t}) for t in alone]
    while True:
        candidate = _hitting(ways, everything, len(best))
        if candidate is None:
            return best, alone
        if not holds(candidate):
            return tuple(t for t in everything if t in candidate), alone
        kept = candidate
        for t in everything:
            if t not in kept and holds(kept | {t}):
                kept |= {t}
        ways.append(whole - kept)


def _hitting(ways: Sequence[frozenset[Term]], everything: Sequence[Term], below: int) -> frozenset[Term] | None:
    """The smallest set, of fewer terms than ``below``, that has a term of every way out."""
    for size in range(below):
        for terms in combinations(everything, size):
            if all(way & frozenset(terms) for way in ways):
                return frozenset(terms)
    return None


def apart(holds: Holds, everything: Sequence[Term], first: Sequence[Term]) -> list[tuple[Term, ...]]:
    """Conflicts that share no term with the first or one another: each is a cause of its own."""
    found: list[tuple[Term, ...]] = []
    left = [t for t in everything if t not in first]
    while left and not holds(frozenset(left)):
        found.append(smallest(holds, left)[0])
        left = [t for t in left if t not in found[-1]]
    return found
