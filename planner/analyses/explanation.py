"""Why a programme has no plan, as values: the conflict, what it runs into, and the ways out."""

from __future__ import annotations

from dataclasses import dataclass

from planner.analyses.repairs import Repair
from planner.analyses.terms import Term


@dataclass(frozen=True)
class Limit:
    """A physical limit that a conflict runs into."""

    rule: str
    says: str
    edit: str


@dataclass(frozen=True)
class Member:
    """A term of the conflict; ``without_it`` tells whether the rest of the conflict holds, and what shows it."""

    term: Term
    without_it: bool | None
    shown_by: str
    alone_enough: bool | None

    def as_dict(self) -> dict[str, object]:
        shown = {"without_it_the_rest_holds": self.without_it, "shown_by": self.shown_by}
        return {**self.term.as_dict(), **shown, "giving_it_up_is_enough": self.alone_enough}


@dataclass(frozen=True)
class Explanation:
    """``verdict``: infeasible, feasible, or unknown. Notes say what was not settled."""

    verdict: str
    conflict: tuple[Member, ...] = ()
    others: tuple[tuple[Term, ...], ...] = ()
    runs_into: tuple[Limit, ...] = ()
    repairs: tuple[Repair, ...] = ()
    smallest: bool = False
    without_presolve: bool = False
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def irreducible(self) -> bool:
        return bool(self.conflict) and all(m.without_it for m in self.conflict)
