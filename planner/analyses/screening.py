"""How figures matter together: a Morris screening of the plan as it stands, within the sourced low and high of each.

An elementary effect is what one figure moves, in dollars over the whole of its range, while the others stand anywhere
in theirs. ``mu_star`` is the mean of its size; ``sigma`` its spread: large against mu_star, the figure works through
others or not in proportion. Sampling and estimates are SALib's; Morris, Technometrics 33 (1991), Campolongo et al.,
Environmental Modelling & Software 22 (2007).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from planner.analyses.notebook import Notebook
from planner.analyses.ranges import Range
from planner.analyses.sensitivity import MEASURES, measured
from planner.analyses.work import Tell, Undecided, Work
from planner.inputs.case import Case
from planner.inputs.schema import BY_NAME
from planner.plan import Plan

SECONDS, FACTORS, TRAJECTORIES, LEVELS = 900.0, 20, 10, 4
#: trajectories without which a spread says nothing
LEAST = 2


@dataclass(frozen=True)
class Effect:
    """Of one figure on one measure, dollars; ``confidence`` is half the width of the 95 % band of mu_star."""

    range: Range
    measure: str
    mu: float
    mu_star: float
    sigma: float
    confidence: float

    def as_dict(self) -> dict[str, Any]:
        about = {"measure": self.measure, "mu": self.mu, "mu_star": self.mu_star, "sigma": self.sigma}
        return {**self.range.as_dict(), **about, "mu_star_confidence": self.confidence}


@dataclass(frozen=True)
class Screening:
    """``done`` of ``asked`` trajectories were counted in time; ``left_out`` figures that move the plan were held."""

    effects: tuple[Effect, ...]
    factors: int
    left_out: int
    asked: int
    done: int
    seed: int
    seconds: float

    def of(self, measure: str) -> list[Effect]:
        mine = [e for e in self.effects if e.measure == measure]
        return sorted(mine, key=lambda e: (-e.mu_star, e.range.ref))


@dataclass(frozen=True)
class Design:
    """How many figures are moved, along how many trajectories, from which seed."""

    factors: int = FACTORS
    trajectories: int = TRAJECTORIES
    seed: int = 0


#: as the command line has it
DESIGN = Design()


def screening(
    case: Case,
    plan: Plan,
    moving: Sequence[Range],
    notebook: Notebook,
    *,
    design: Design = DESIGN,
    seconds: float | None = SECONDS,
    tell: Tell | None = None,
) -> Screening:
    """The first ``design.factors`` of the figures that move the plan, which come with the largest first."""
    from SALib.sample import morris

    began, work, tell = time.perf_counter(), Work(seconds), tell or (lambda phase: None)
    able = [one for one in moving if one.low < one.high]
    chosen = able[: design.factors]
    if not chosen:
        return Screening((), 0, 0, design.trajectories, 0, design.seed, time.perf_counter() - began)
    problem = _problem(chosen)
    points = morris.sample(problem, design.trajectories, num_levels=LEVELS, seed=design.seed)
    key = hashlib.sha256(repr((problem, design.seed, design.trajectories)).encode()).hexdigest()[:12]
    answers: list[list[float]] = []
    step = len(chosen) + 1
    for n in range(design.trajectories):
        known = notebook.known(f"morris {key} {n}")
        if known is None:
            try:
                tell(f"trajectory {n + 1} of {design.trajectories}, {step} counts each")
                known = _counts(case, plan, chosen, points[n * step : (n + 1) * step], work)
            except Undecided:
                break
            notebook.keep(f"morris {key} {n}", known)
        answers += known
    done = len(answers) // step
    effects = _effects(chosen, problem, points[: done * step], answers, design.seed) if done >= LEAST else ()
    taken = time.perf_counter() - began
    return Screening(effects, len(chosen), len(able) - len(chosen), design.trajectories, done, design.seed, taken)


def _problem(chosen: Sequence[Range]) -> dict[str, Any]:
    return {"num_vars": len(chosen), "names": [r.ref for r in chosen], "bounds": [[r.low, r.high] for r in chosen]}


def _counts(case: Case, plan: Plan, chosen: Sequence[Range], points: Any, work: Work) -> list[list[float]]:
    """The measures at each point of a trajectory; Undecided where the time ends within it."""
    found = []
    for point in points:
        work.seconds(1.0)
        at = case
        for one, value in zip(chosen, point, strict=True):
            whole = BY_NAME[one.table].column(one.column).kind == "integer"
            at = one.case(at, round(float(value)) if whole else float(value))
        counted = measured(at, plan)
        found.append([float(counted[m]) for m in MEASURES])
    return found


def _effects(
    chosen: Sequence[Range], problem: dict[str, Any], points: Any, answers: list[list[float]], seed: int
) -> tuple[Effect, ...]:
    import numpy as np
    from SALib.analyze import morris

    found: list[Effect] = []
    for column, measure in enumerate(MEASURES):
        values = np.array([row[column] for row in answers])
        computed = morris.analyze(problem, points, values, num_levels=LEVELS, seed=seed)
        columns = ("mu", "mu_star", "sigma", "mu_star_conf")
        for n, one in enumerate(chosen):
            found.append(Effect(one, measure, *(float(computed[c][n]) for c in columns)))
    return tuple(found)


def document(found: Screening) -> dict[str, Any]:
    return {
        "method": "morris",
        "basis": "the plan's decisions counted again, all chosen figures anywhere within their sourced low and high",
        "seed": found.seed,
        "levels": LEVELS,
        "trajectories": found.done,
        "trajectories_asked": found.asked,
        "figures": found.factors,
        "figures_held_at_their_value": found.left_out,
        "effects_usd": [e.as_dict() for e in sorted(found.effects, key=lambda e: (e.measure, -e.mu_star, e.range.ref))],
        "seconds": found.seconds,
    }
