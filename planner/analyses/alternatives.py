"""Structurally different plans nearly as good as the best, and what forcing or barring each site and technology costs.

Every site and technology is one question: where the best plan has it, the best plan without it, else the best with it.
So is timing: what of each site the best plan has by the end of a year, a year earlier, and not by then.
Answers are bands of the first objective alone. The plans are made whole, read and checked like any other.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from planner.analyses.features import Feature, Structure, edges, features, timings
from planner.analyses.notebook import Notebook
from planner.analyses.question import Model, Tell, Undecided, Work
from planner.analyses.source import Source
from planner.plan import NOISE, Plan
from planner.results import read_plan
from planner.search import Search
from planner.search.base import relaxed
from planner.search.levels import Clock
from planner.search.models import level_of
from planner.solve import Limits, Outcome, Row, Verdict
from planner.verify import verify

SECONDS, SOLVE_SECONDS = 900.0, 60.0
GAP_WHOLE, GAP_POOLED = 1e-6, 0.0025
#: parts of the best that an alternative may lose
WITHIN = (0.01, 0.02, 0.05)


@dataclass(frozen=True)
class Best:
    """The best under a condition: ``value`` of its plan and what none passes, in the objective's unit.

    ``none``: there is no plan. ``placed`` is what the plan has as a whole, checked one; ``structure`` its sites and
    technology. ``has`` are the features of the solve.
    """

    value: float | None
    bound: float | None
    none: bool = False
    has: tuple[str, ...] = ()
    placed: float | None = None
    passed: bool = False
    structure: Structure | None = None

    def as_dict(self) -> dict[str, Any]:
        found = {k: v for k, v in self.__dict__.items() if k != "structure"}
        if self.structure is None:
            return {**found, "structure": None}
        return {**found, "structure": {name: dict(x) for name, x in vars(self.structure).items()}}

    @classmethod
    def of(cls, noted: Mapping[str, Any]) -> Best:
        s = noted["structure"]
        has = {} if s is None else {k: tuple(v) for k, v in s["has"].items()}
        structure = None if s is None else Structure(has, s["opened"], s["started"])
        return cls(**{**noted, "has": tuple(noted["has"]), "structure": structure})


@dataclass(frozen=True)
class Worth:
    """A feature: whether the best plan has it, and the best of the other way. Losses are parts of the best."""

    feature: Feature
    inside: bool
    other: Best

    def loss(self, best: Best, sign: float) -> tuple[float, float] | None:
        """Between which parts of the best forcing it (where it is out) or barring it (where it is in) costs."""
        if self.other.none or None in (best.value, best.bound, self.other.bound):
            return None
        size = max(abs(best.value), 1e-9)  # type: ignore[arg-type]
        least = sign * (best.value - self.other.bound) / size  # type: ignore[operator]
        most = float("inf") if self.other.value is None else sign * (best.bound - self.other.value) / size  # type: ignore[operator]
        return max(0.0, least), max(0.0, most)

    def word(self, best: Best, sign: float, within: float) -> str:
        """always, never or sometimes within so much of the best; open where the band leaves it so."""
        certain = "always" if self.inside else "never"
        if self.other.none:
            return certain
        loss = self.loss(best, sign)
        if loss is None:
            return "open"
        return certain if loss[0] > within else "sometimes" if loss[1] <= within else "open"


@dataclass(frozen=True)
class Alternative:
    """A checked plan of another structure; it loses ``loss`` of the bound of the best at the most."""

    asked: str
    value: float
    loss: float
    structure: Structure
    differs: tuple[str, ...]
    timing_alone: bool = False


@dataclass(frozen=True)
class Alternatives:
    objective: str
    unit: str
    sign: float
    exact: bool
    best: Best
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
        words = {w.word(self.best, self.sign, x) for w in self.worths for x in WITHIN}
        return self.verdict == "found" and "open" not in words


class Searching:
    """The model of a case, asked for the best under one condition at a time."""

    def __init__(self, source: Source, work: Work, notebook: Notebook, tell: Tell) -> None:
        self.case, self.work, self.notebook, self.tell = source.case(), work, notebook, tell
        self.model = Model(self.case, work)
        self.level = self.model.level
        self.features, self.timings = features(self.level), timings(self.level, self.case)
        self.aim, self.objective = self.level.aims[0], self.level.objectives[0]
        self.gap = GAP_WHOLE if self.model.small else GAP_POOLED
        self.stopped = False

    def ask(self, label: str, rows: Sequence[Row] = ()) -> Best:
        noted = self.notebook.known(label)
        if noted is not None:
            return Best.of(noted)
        try:
            if self.stopped:
                raise Undecided
            limits = replace(self.work.limits(SOLVE_SECONDS), gap=self.gap)
        except Undecided:
            self.stopped = True
            return Best(None, None)
        self.tell(label)
        parts = None if self.model.small else relaxed(self.level)
        found = self.level.program.solve(
            self.objective, self.aim.sense, limits, rows=rows, relaxed=parts, confirm=self.model.small
        )
        if found.verdict is Verdict.INFEASIBLE:
            best = Best(None, None, none=True)
        else:
            best = self._placed(found, limits)
        if found.interrupted:
            self.stopped = True
        else:
            self.notebook.keep(label, best.as_dict())
        return best

    def _placed(self, found: Outcome, limits: Limits) -> Best:
        if found.values is None:
            return Best(None, found.bound)
        known = (*self.features, *(b.feature for b in self.timings))
        has = tuple(f.id for f in known if f.inside(found.values))
        best = Best(found.objective, found.bound, has=has)
        whole = self._whole(found, limits)
        if whole is None:
            return best
        plan, value = whole
        passed = verify(self.case, plan, []).passed
        return replace(best, placed=value, passed=passed, structure=Structure.of(plan))

    def _whole(self, found: Outcome, limits: Limits) -> tuple[Plan, float] | None:
        """The plan of the exact model; on large programmes whole racks are placed around its choices."""
        assert found.values is not None
        level, values = self.level, found.values
        if not self.model.small:
            sites = [f.name for f in self.features if f.kind == "site" and f.inside(values)]
            few = level_of(self.case.only(sites), None)
            search = Search(few.formulation.case, few.formulation, few.program)
            clock = Clock(limits.seconds)
            placed = search._carried(self.level, search.exact, 0, found, limits, clock, lambda phase, progress: None)
            if placed is None or placed.values is None:
                return None
            level, values = search.exact, placed.values
        level.program.load(np.where(np.abs(values) <= NOISE, 0.0, values))
        return read_plan(level.formulation), level.objectives[0].at(values)


def alternatives(
    source: Source, notebook: Notebook, *, seconds: float | None = SECONDS, tell: Tell | None = None
) -> Alternatives:
    """The map of sites and technologies, and the different plans found on the way."""
    began = time.perf_counter()
    tell = tell or (lambda phase: None)
    tell("build")
    searching = Searching(source, Work(seconds), notebook, tell)
    sign = 1.0 if searching.aim.sense == "max" else -1.0
    best = searching.ask("the best")
    worths: list[Worth] = []
    if best.value is not None:
        for f in (*searching.features, *edges(searching.timings, best.has)):
            inside = f.id in best.has
            other = searching.ask(
                f"without {f.id}" if inside else f"with {f.id}", [f.banned() if inside else f.forced()]
            )
            worths.append(Worth(f, inside, other))
    found = _different(best, worths, sign)
    return Alternatives(
        str(searching.aim.stage.name),
        searching.aim.unit,
        sign,
        searching.model.small,
        best,
        tuple(worths),
        tuple(found),
        tuple(_notes(searching)),
        time.perf_counter() - began,
    )


def _different(best: Best, worths: Sequence[Worth], sign: float) -> list[Alternative]:
    """Checked plans that differ from the best one and from each other, within the most that may be lost."""
    found: list[Alternative] = []
    if best.structure is None or best.bound is None:
        return found
    for w in worths:
        other = w.other
        if other.structure is None or other.placed is None or not other.passed:
            continue
        loss = max(0.0, sign * (best.bound - other.placed) / max(abs(best.bound), 1e-9))
        retimed = other.structure.retimed(best.structure)
        if loss > WITHIN[-1] or not (retimed or other.structure.differs(best.structure)):
            continue
        asked = f"{'without' if w.inside else 'with'} {w.feature.id}"
        differs = tuple(other.structure.against(best.structure))
        found.append(Alternative(asked, other.placed, loss, other.structure, differs, retimed))
    kept: list[Alternative] = []
    for one in sorted(found, key=lambda a: (a.timing_alone, a.loss)):
        same = [k for k in kept if not one.structure.differs(k.structure)]
        if one.timing_alone:  # any two of these have the same sites and technology
            same = [k for k in same if not one.structure.retimed(k.structure)]
        if not same:
            kept.append(one)
    return kept


def _notes(searching: Searching) -> list[str]:
    notes = []
    if searching.stopped:
        notes.append(
            "The time ended before every site and technology was asked about; the same command goes on from here."
        )
    if not searching.model.small:
        notes.append(
            "The map is of the model with racks in one pool and in parts; plans listed are whole and checked, and what "
            "they lose is counted from the bound, so part of it is the whole racks."
        )
    return notes
