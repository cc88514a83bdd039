"""Why a programme has no plan, and every way out: the smallest conflict of terms, then a menu of confirmed repairs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from planner.analyses.conflict import Remembered, apart, irreducible, smallest
from planner.analyses.notebook import Notebook
from planner.analyses.question import Answer, Model, Tell, Undecided, Work
from planner.analyses.repairs import WANTED, Menu, Repair
from planner.analyses.source import Source
from planner.analyses.terms import Term
from planner.search.clash import LIMITS, Limit

SECONDS = 165.0
#: what the terms of a programme are never traded for, but may run into
PHYSICAL = ("budget.", "commitments.")


@dataclass(frozen=True)
class Member:
    """A term of the conflict; ``without_it`` tells whether the rest of the conflict holds, and what shows it."""

    term: Term
    without_it: bool | None
    shown_by: str
    alone_enough: bool | None

    def as_dict(self) -> dict[str, object]:
        told = {"without_it_the_rest_holds": self.without_it, "shown_by": self.shown_by}
        return {**self.term.as_dict(), **told, "giving_it_up_is_enough": self.alone_enough}


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


class _Explaining:
    def __init__(self, source: Source, seconds: float | None, tell: Tell, notebook: Notebook | None) -> None:
        self.source, self.tell = source, tell
        self.work = Work(seconds, notebook)
        tell("build")
        self.model = Model(source.case(), self.work)
        self.notes: list[str] = []
        self.whole = False
        self.holds = Remembered(self._ask)

    def _ask(self, kept: frozenset[Term]) -> bool:
        self.tell(f"can {len(kept)} of {len(self.model.terms)} terms hold together?")
        dropped = [t for t in self.model.terms if t not in kept]
        answer = self.model.whole(dropped) if self.whole else self.model.linear(dropped)
        if answer is Answer.UNKNOWN:
            raise Undecided
        return answer is Answer.YES

    def verdict(self) -> Answer:
        """Of the whole programme; the relaxation is enough for a no."""
        self.whole = self.model.small
        answer = self.model.linear()
        if answer is Answer.YES:
            self.whole = True
            answer = self.model.whole()
        return answer

    def members(self, conflict: Sequence[Term], alone: Sequence[Term], repairs: Sequence[Repair]) -> tuple[Member, ...]:
        return tuple(self._member(t, conflict, alone, repairs) for t in conflict)

    def _member(self, term: Term, conflict: Sequence[Term], alone: Sequence[Term], repairs: Sequence[Repair]) -> Member:
        enough = term in alone if self.whole else (None if term in alone else False)
        mine = [r for r in repairs if r.confirmed and {c.lever.term.id for c in r.changes} == {term.id}]
        if mine:
            return Member(term, True, "a checked plan that changes this alone", True)
        rest = [t for t in self.model.terms if t is term or t not in conflict]
        try:
            answer = self.model.whole(rest)
        except Undecided:
            answer = Answer.UNKNOWN
        if answer is Answer.UNKNOWN:
            return Member(term, None, "not shown: a limit was hit", enough)
        shown = "a plan of everything whole" if answer is Answer.YES else "it still clashes"
        return Member(term, answer is Answer.YES, shown, enough)


def explain(
    source: Source,
    *,
    seconds: float | None = SECONDS,
    wanted: int = WANTED,
    tell: Tell | None = None,
    notebook: Notebook | None = None,
) -> Explanation:
    """The explanation of a programme that may have no plan.

    ``wanted`` repairs at the least, if there are so many; 0 asks for the conflict alone. What the time or the user cut
    off is said in the notes; with the same notebook a later call goes on from there.
    """
    began = time.perf_counter()
    asking = _Explaining(source, seconds, tell or (lambda phase: None), notebook)
    try:
        answer = asking.verdict()
    except Undecided:
        answer = Answer.UNKNOWN
    if answer is not Answer.NO:
        word = "feasible" if answer is Answer.YES else "unknown"
        return Explanation(word, seconds=time.perf_counter() - began)
    sure = bool(asking.model.without_presolve)
    conflict: tuple[Term, ...] = ()
    others: list[tuple[Term, ...]] = []
    repairs: list[Repair] = []
    runs_into: tuple[Limit, ...] = ()
    members: tuple[Member, ...] = ()
    settled = False
    try:
        everything = asking.model.terms
        if not asking.holds(frozenset()):
            note = (
                "The clash is in the inputs and physical limits alone: no promise or limit of the programme is in it."
            )
            return Explanation("infeasible", notes=(note,), without_presolve=sure, seconds=time.perf_counter() - began)
        conflict, alone = smallest(asking.holds, everything)
        settled = True
        others = apart(asking.holds, everything, conflict)
        if wanted:
            menu = Menu(source, asking.model, asking.holds, alone, asking.tell)
            repairs = menu.confirmed(menu.singles(), wanted)
            if not menu.complete:
                asking.notes.append(
                    "Some questions about repairs hit a limit: there may be repairs that are not listed."
                )
        members = asking.members(conflict, alone, repairs)
        runs_into = _runs_into(asking, conflict)
    except Undecided:
        if not conflict:
            asking.notes.append("The time ended before the conflict was found.")
        else:
            asking.notes.append("The time ended before every question was answered.")
        members = members or tuple(Member(t, None, "not shown: the time ended", None) for t in conflict)
    if not asking.whole and settled:
        asking.notes.append(
            "The clash is seen with nothing whole: no plan of whole things avoids it. Clashes beside it that only "
            "whole things make were not looked for."
        )
    proven = settled and all(m.without_it for m in members)
    return Explanation(
        "infeasible",
        members,
        tuple(others),
        runs_into,
        tuple(repairs),
        proven,
        sure,
        tuple(asking.notes),
        time.perf_counter() - began,
    )


def _runs_into(asking: _Explaining, conflict: Sequence[Term]) -> tuple[Limit, ...]:
    """Physical limits without which the conflict would be none; told only where the model is asked in a moment."""
    model = asking.model
    if not model.small:
        return ()
    there = {name.partition("[")[0] for name in model.program.row_names}
    rules = [r for r in LIMITS if r in there and not r.startswith(PHYSICAL)]
    limits = [Limit(r, str(model.level.formulation.model.find_component(r).doc)) for r in rules]
    dropped = [t for t in model.terms if t not in conflict]

    def ask(kept: frozenset[Any]) -> bool:
        gone = [x.rule for x in limits if x not in kept]
        return model.whole(dropped, gone) is Answer.YES

    if not limits or not ask(frozenset()):
        return ()
    return irreducible(ask, limits)  # type: ignore[arg-type,return-value]


def document(source: Source, found: Explanation) -> dict[str, Any]:
    """The JSON document."""
    from planner.analyses.explain_words import repair_sentence, text

    return {
        "schema": "planner/explain/1",
        "source": source.words,
        "verdict": found.verdict,
        "conflict": [m.as_dict() for m in found.conflict],
        "irreducible": found.irreducible,
        "smallest": found.smallest,
        "other_conflicts": [[t.as_dict() for t in terms] for terms in found.others],
        "runs_into": [{"rule": x.rule, "says": x.says} for x in found.runs_into],
        "repairs": [
            {
                "rank": n,
                "changes": [c.as_dict() for c in r.changes],
                "edits": list(r.edits),
                "part_given_away": r.part,
                "cost_usd": r.cost_usd,
                "confirmed": r.confirmed,
                "says": repair_sentence(r),
            }
            for n, r in enumerate(found.repairs, start=1)
        ],
        "confirmed_without_presolve": found.without_presolve,
        "notes": list(found.notes),
        "explanation": text(found),
        "seconds": found.seconds,
    }
