"""Why a programme has no plan, and every way out: the smallest conflict of terms, then a menu of confirmed repairs."""

from __future__ import annotations

import time
from typing import Any

from planner.analyses.conflict import Remembered, apart, irreducible, smallest
from planner.analyses.explanation import Explanation, Limit, Member
from planner.analyses.linear import Pool
from planner.analyses.notebook import Notebook
from planner.analyses.repairs import WANTED, Menu, Repair
from planner.analyses.source import Source
from planner.analyses.terms import Term
from planner.analyses.whole import SMALL, Whole
from planner.analyses.work import Tell, Undecided, Work

SECONDS = 60.0
#: physical limits that promises may run into, and are never traded for: rule, words, the input that would free it
PHYSICAL = (
    ("fleet.within_supply", "chips on sale", "chip_supply.*.supply_racks_per_year"),
    ("construction.within_national_workers", "craft workers of the nation", "parameters.national_craft_workers"),
    ("construction.within_build_rate", "what can be built in a year", "parameters.max_build_mw_per_year"),
    ("construction.within_craft_workers", "craft workers at a site", "sites.*.peak_craft_workers"),
    ("power.within_onsite_limit", "plant on site", "sites.*.max_onsite_mw"),
    ("construction.within_existing_halls", "halls that stand", "sites.*.existing_mw"),
    ("construction.within_land", "land", "sites.*.land_acres"),
)
#: times as much of it as frees a limit
FREED = 10


class _Explaining:
    """The programme in its pooled relaxation and whole, and what was found of its clash so far."""

    def __init__(self, source: Source, seconds: float | None, tell: Tell, notebook: Notebook | None) -> None:
        self.source, self.tell = source, tell
        self.work = Work(seconds, notebook)
        self.pool = Pool(source.case(), self.work, confirm=True)
        self.notes: list[str] = []
        self.whole = False
        self.holds = Remembered(self._ask)
        self.conflict: tuple[Term, ...] = ()
        self.alone: tuple[Term, ...] = ()
        self.others: list[tuple[Term, ...]] = []
        self.repairs: list[Repair] = []
        self.members: tuple[Member, ...] = ()
        self.runs_into: tuple[Limit, ...] = ()

    def verdict(self) -> bool | None:
        """Whether a plan exists; the relaxation is enough for a no. Small programmes are asked whole from the start."""
        try:
            self.tell("build")
            self.exact = Whole(self.source, self.work, self.tell, self.pool.whole <= SMALL)
            self.whole = self.exact.small
            if not self.pool.holds():
                return False
            self.whole = True
            return self.exact.holds(())
        except Undecided:
            return None

    @property
    def without_presolve(self) -> bool:
        return self.pool.without_presolve or self.exact.without_presolve

    def _ask(self, kept: frozenset[Term]) -> bool:
        self.tell(f"can {len(kept)} of {len(self.pool.terms)} terms hold together?")
        dropped = [t for t in self.pool.terms if t not in kept]
        if not self.pool.holds(dropped):
            return False
        return self.exact.holds(dropped) if self.whole else True

    def find(self, wanted: int) -> None:
        """The smallest conflict, those of their own beside it, the repairs and what shows that each term is needed."""
        everything = self.pool.terms
        self.conflict, self.alone = smallest(self.holds, everything)
        self.others = apart(self.holds, everything, self.conflict)
        if wanted:
            menu = Menu(self.source, self.pool, self.exact, self.holds, self.alone)
            self.repairs = menu.confirmed(wanted)
            if not menu.complete:
                self.notes.append("Some questions about repairs hit a limit: there may be repairs that are not listed.")
        self.members = tuple(self._member(t) for t in self.conflict)
        self.runs_into = self._runs_into()

    def _member(self, term: Term) -> Member:
        enough = term in self.alone if self.whole else (None if term in self.alone else False)
        mine = [r for r in self.repairs if r.confirmed and {c.lever.term.id for c in r.changes} == {term.id}]
        if mine:
            return Member(term, True, "a checked plan that changes this alone", True)
        rest = [t for t in self.pool.terms if t is term or t not in self.conflict]
        try:
            holds = self.pool.holds(rest) and self.exact.holds(rest)
        except Undecided:
            return Member(term, None, "not shown: a limit was hit", enough)
        return Member(term, holds, "a plan of everything whole" if holds else "it still clashes", enough)

    def _runs_into(self) -> tuple[Limit, ...]:
        """Physical limits without which the relaxation sees no conflict; given for small programmes alone."""
        dropped = [t for t in self.pool.terms if t not in self.conflict]
        if not self.exact.small or self.pool.holds(dropped):
            return ()
        every = [Limit(rule, says, f"{path}=*{FREED}") for rule, says, path in PHYSICAL]
        limits = [x for x in every if self.source.case_or_none((x.edit,)) is not None]

        def ask(kept: frozenset[Any]) -> bool:
            case = self.source.case([x.edit for x in limits if x not in kept])
            return Pool(case, self.work).holds(dropped)

        return irreducible(ask, limits) if limits and ask(frozenset()) else ()  # type: ignore[arg-type,return-value]


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
    answer = asking.verdict()
    if answer is not False:
        return Explanation("feasible" if answer else "unknown", seconds=time.perf_counter() - began)
    try:
        if not asking.holds(frozenset()):
            asking.notes.append(
                "The clash is in the inputs and physical limits alone: no promise or limit of the programme is in it."
            )
        else:
            asking.find(wanted)
    except Undecided:
        before = "every question was answered" if asking.conflict else "the conflict was found"
        asking.notes.append(f"The time ended before {before}.")
    return _explanation(asking, time.perf_counter() - began)


def _explanation(asking: _Explaining, seconds: float) -> Explanation:
    if not asking.whole and asking.conflict:
        asking.notes.append(
            "The clash is seen with nothing whole: no plan of whole things avoids it. Clashes beside it that only "
            "whole things make were not looked for."
        )
    unshown = tuple(Member(t, None, "not shown: the time ended", None) for t in asking.conflict)
    members = asking.members or unshown
    return Explanation(
        "infeasible",
        members,
        tuple(asking.others),
        asking.runs_into,
        tuple(asking.repairs),
        bool(members) and all(m.without_it for m in members),
        asking.without_presolve,
        tuple(asking.notes),
        seconds,
    )


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
