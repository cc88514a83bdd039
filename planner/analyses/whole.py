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


class Whole:
    """Each plan is a start for the next one: what gates service in it may fit the other programme too."""

    def __init__(self, source: Source, work: Work, tell: Tell, small: bool) -> None:
        self.source, self.work, self.tell, self.small = source, work, tell, small
        self.gates: Mapping[str, float] = {}
        self.without_presolve = False

    def holds(self, dropped: Iterable[Term], edits: tuple[str, ...] = ()) -> bool:
        """Whether a plan exists with some terms given up, in whatever way; Undecided where that is not known."""
        unknown = False
        for way in given_up(dropped):
            case = self.source.case_or_none((*edits, *way))
            if case is None:
                continue
            found = self._asked(case)
            if found:
                return True
            unknown = unknown or found is None
        if unknown:
            raise Undecided
        return False

    def plan(self, edits: tuple[str, ...]) -> bool:
        """Whether a plan of the edited programme was found and passed its check; Undecided where none was in time."""
        case = self.source.case_or_none(edits)
        if case is None:
            return False
        self.tell("plan of: " + "; ".join(edits))
        found = self._asked(case)
        if found is None:
            raise Undecided
        return found

    def _asked(self, case: Case) -> bool | None:
        """A checked plan, a proof that there is none, or neither."""
        settled = Settled(self.work.notebook, case)
        noted = settled.known("whole")
        if noted is None:
            answer = ask(case, gap=ANY_PLAN, seconds=self.work.seconds(SECONDS), start=self.gates)
            if answer.interrupted and not answer.passed:
                raise Undecided
            if not answer.passed and not answer.none:
                return None
            self.gates = answer.gates or self.gates
            noted = {"plan": answer.passed, "without_presolve": answer.without_presolve}
            settled.keep("whole", (), noted)
        self.without_presolve = self.without_presolve or bool(noted["without_presolve"])
        return bool(noted["plan"])
