"""Whether an edited programme has a plan, everything whole: each a question through the door, any plan will do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from planner.analyses.ask import ANY_PLAN, ask
from planner.analyses.source import Source
from planner.analyses.terms import Term, given_up
from planner.analyses.work import Settled, Tell, Undecided, Work
from planner.inputs.case import Case

#: seconds of one question
SECONDS = 90.0
#: whole things of the pooled model up to which a programme is small: all questions are asked of everything whole
SMALL = 1500
#: gap of a plan that comes near to a promise, as part of present cost, and its seconds
NEAR, NEAR_SECONDS = 0.05, 25.0


class Whole:
    """Each plan is a start for the next one: what gates service in it may fit the other programme too."""

    def __init__(self, source: Source, work: Work, tell: Tell, small: bool) -> None:
        self.source, self.work, self.tell, self.small = source, work, tell, small
        self.gates: Mapping[str, float] = {}
        self.shown: set[tuple[str, ...]] = set()
        self.without_presolve = False

    def holds(self, dropped: Iterable[Term], edits: tuple[str, ...] = ()) -> bool:
        """Whether a plan exists with some terms given up, in whatever way; Undecided where that is not known."""
        if edits and self.source.case_or_none(edits) is None:
            return False
        answers = []
        for way in given_up(dropped):
            case = self.source.case_or_none((*edits, *way))
            answers.append(None if case is None else self._asked(case, read=False))
            if answers[-1]:
                return True
        if None in answers:
            raise Undecided
        return False

    def plan(self, edits: tuple[str, ...]) -> bool:
        """Whether a plan of the edited programme was found and passed its check; Undecided where none was in time."""
        case = None if edits in self.shown else self.source.case_or_none(edits)
        if case is None:
            return edits in self.shown
        self.tell("plan of: " + "; ".join(edits))
        found = self._asked(case)
        if found is None:
            raise Undecided
        return found

    def most(self, term: Term) -> float | None:
        """What a plan that comes as near to a promise of power or compute as it can has of it; None if none is found.

        The promise becomes a goal whose every missed unit costs more than anything saved by missing it; that plan also
        shows that all else holds beside any goal.
        """
        level = float(term.claim.level or 0.0) if term.claim else 0.0
        price = min(1e15, 10 * self.source.case().programme.budget_usd / max(level, 1e-9))
        edits = (f"claims.{term.id}.binding=goal", f"claims.{term.id}.price_usd={price:.10g}")
        case = self.source.case(edits)
        settled = Settled(self.work.notebook, case)
        if (noted := settled.known("most")) is not None:
            self.shown.add(edits[:1])
            return float(noted)
        self.tell(f"the most of {term.id}")
        gap, seconds = (0.0, SECONDS) if self.small else (NEAR, NEAR_SECONDS)
        answer = ask(case, gap=gap, seconds=self.work.seconds(seconds), start=self.gates)
        if not answer.passed or answer.plan is None:
            return None
        self.gates = answer.gates
        rows = answer.plan["commitments"]
        found = float(rows.loc[rows["id"] == term.id, "planned"].iloc[0])
        settled.keep("most", (), found)
        self.shown.add(edits[:1])
        return found

    def _asked(self, case: Case, read: bool = True) -> bool | None:
        """A plan (checked where it is read), a proof that there is none, or neither."""
        settled, question = Settled(self.work.notebook, case), "plan" if read else "whole"
        noted = settled.known(question)
        if noted is None:
            seconds = self.work.seconds(SECONDS)
            answer = ask(case, gap=ANY_PLAN, seconds=seconds, start=self.gates, read=read)
            found = answer.passed if read else answer.value is not None
            if answer.interrupted and not found:
                raise Undecided
            if not found and not answer.none:
                return None
            self.gates = answer.gates or self.gates
            noted = {"plan": found, "without_presolve": answer.without_presolve}
            settled.keep(question, (), noted)
        self.without_presolve = self.without_presolve or bool(noted["without_presolve"])
        return bool(noted["plan"])
