"""Questions of an analysis about one source: each asked once, its figures kept in the notebook as they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from planner.analyses.ask import Answer, ask
from planner.analyses.conditions import Conditions
from planner.analyses.notebook import Notebook
from planner.analyses.source import Source
from planner.analyses.work import Tell, Undecided, Work
from planner.inputs.case import Case
from planner.solve import Verdict

#: seconds of one question in full
SECONDS = 120.0


@dataclass(frozen=True)
class Question:
    """The source with edits or another ``case``, under conditions; ``gap`` None: that of the programme."""

    label: str
    edits: tuple[str, ...] = ()
    conditions: Conditions | None = None
    gap: float | None = None
    seconds: float = SECONDS
    case: Case | None = None


@dataclass(frozen=True)
class Figures:
    """M USD of the objective: ``value`` of the checked plan, ``bound`` that none passes; ``none``: there is no plan.

    ``settled``: no more time would change it. ``more`` is what the analysis reads of the plan.
    """

    value: float | None = None
    bound: float | None = None
    none: bool = False
    present_cost: float | None = None
    settled: bool = False
    passed: bool = False
    gates: Mapping[str, float] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)


class Questions:
    """``more`` reads of a plan what the analysis keeps with its figures."""

    def __init__(
        self,
        source: Source,
        work: Work,
        notebook: Notebook,
        tell: Tell,
        more: Callable[[Answer], dict[str, Any]] | None = None,
    ) -> None:
        self.source, self.work, self.notebook, self.tell, self.more = source, work, notebook, tell, more
        self.case = source.case()
        self.stopped = False

    def ask(self, asked: Question, start: Mapping[str, float] | None = None) -> Figures:
        """Figures of a question; raises Undecided where no time is left, InputError where an edit makes no input."""
        found, _ = self.answer(asked, start)
        return found

    def answer(self, asked: Question, start: Mapping[str, float] | None = None) -> tuple[Figures, Answer | None]:
        """The same with the answer itself; none of an earlier call, which kept its figures alone."""
        noted = self.notebook.known(asked.label)
        if noted is not None and noted["settled"]:
            return Figures(**noted), None
        try:
            seconds = self.work.seconds(asked.seconds)
        except Undecided:
            self.stopped = True
            if noted is not None:
                return Figures(**noted), None
            raise
        self.tell(asked.label)
        case = asked.case or (self.source.case(asked.edits) if asked.edits else self.case)
        answer = ask(case, gap=asked.gap, seconds=seconds, start=start, conditions=asked.conditions)
        self.stopped = self.stopped or answer.interrupted
        sure = answer.verdict in (Verdict.OPTIMAL, Verdict.INFEASIBLE)
        found = Figures(
            answer.value if answer.passed else None,
            answer.bound,
            answer.none,
            answer.present_cost,
            sure or (seconds >= asked.seconds and not answer.interrupted),
            answer.passed,
            dict(answer.gates),
            self.more(answer) if self.more and answer.plan is not None else {},
        )
        if not answer.interrupted:
            self.notebook.keep(asked.label, asdict(found))
        return found, answer
