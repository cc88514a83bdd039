"""One programme, start to finish: build, solve in stages, read, verify."""

from __future__ import annotations

import platform
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from planner import __version__
from planner.formulation import Formulation, build
from planner.formulation.objective import aims
from planner.inputs.case import Case
from planner.plan import NOISE, Plan
from planner.results import indicators, read_plan
from planner.results.claims import claim_check
from planner.search import Search, Solved, clash, clash_words, solve_stages
from planner.solve import Limits, Program, Progress, Verdict, interruptible
from planner.verify import StageClaim, Verification, verify

PACKAGES = ("pyomo", "highspy", "numpy", "pandas", "openpyxl")


@dataclass(frozen=True)
class Options:
    """``seconds`` is for solving; ``repeatable`` replaces it by a node limit, so that a run can be repeated exactly."""

    gap: float = 0.0025
    seconds: float | None = 360.0
    nodes: int | None = None
    repeatable: bool = False
    seed: int = 0

    def limits(self) -> Limits:
        if self.repeatable:
            return Limits(self.gap, None, self.nodes or REPEATABLE_NODES, self.seed)
        return Limits(self.gap, self.seconds, self.nodes, self.seed)


#: nodes per solve of a repeatable run that names no limit
REPEATABLE_NODES = 2000


@dataclass(frozen=True)
class Update:
    """Where a run is."""

    phase: str
    seconds: float
    incumbent: float | None
    bound: float | None
    gap: float | None
    unit: str


@dataclass(frozen=True)
class Result:
    """``document`` is the JSON document of the run, without its id, folder and files."""

    case: Case
    plan: Plan | None
    document: dict[str, Any]


class Exporter:
    """The matrix of a stage for another solver."""

    def __init__(self, built: Formulation) -> None:
        self._program = Program.compile(built.model)
        self._aims = aims(built.model, built.case, built.accounts)
        self.size = self._program.size

    def write_mps(self, path: Path, stage: int = 1) -> None:
        self._write(path, stage, ".mps")

    def write_lp(self, path: Path, stage: int = 1) -> None:
        self._write(path, stage, ".lp")

    def _write(self, path: Path, stage: int, suffix: str) -> None:
        aim = self._aims[stage - 1]
        self._program.export(path, self._program.linear(aim.terms), aim.sense, suffix=suffix)


def compile_only(case: Case) -> Exporter:
    return Exporter(build(case))


def optimize(
    case: Case, options: Options, *, progress: Callable[[Update], None] | None = None, log: Path | None = None
) -> Result:
    """Build, solve every stage, read the plan and verify it. A plan that breaks a rule comes with its verdict."""
    tell = progress or (lambda update: None)
    seconds: dict[str, float] = {}
    began = time.perf_counter()

    def spent(name: str, since: float) -> None:
        seconds[name] = time.perf_counter() - since

    tell(Update("build", 0.0, None, None, None, ""))
    built = build(case)
    spent("build", began)
    at = time.perf_counter()
    program = Program.compile(built.model, log)
    search = Search(case, built, program)
    spent("compile", at)
    size = program.size
    at = time.perf_counter()
    stages = aims(built.model, case, built.accounts)

    def note(k: int, phase: str, p: Progress) -> None:
        name = f"stage {k + 1} of {len(stages)}: {stages[k].stage.name} ({phase})"
        tell(Update(name, time.perf_counter() - began, p.incumbent, p.bound, p.gap, stages[k].unit))

    with interruptible() as interrupt:
        solved = solve_stages(search, options.limits(), note)
        stopped = interrupt.signal
    spent("solve", at)
    document = _document(case, options, solved, size, seconds, stopped)
    if solved[-1].outcome.values is None and len(solved) == 1:
        document["explanation"] = _no_plan(case, solved[0])
        if solved[0].outcome.verdict is Verdict.INFEASIBLE:
            at = time.perf_counter()
            tell(Update("what clashes", at - began, None, None, None, ""))
            with interruptible():
                found = clash.find(case, options.limits(), log)
            document["clash"] = found.as_dict()
            document["explanation"] = f"{clash_words.text(found)}\n{document['explanation']}"
            spent("explain", at)
        return Result(case, None, document)
    at = time.perf_counter()
    tell(Update("verify", time.perf_counter() - began, None, None, None, ""))
    final = search.exact.formulation
    _drop_noise(final)
    plan = read_plan(final)
    checked = verify(case, plan, _claims(solved))
    spent("verify", at)
    _add_plan(document, case, plan, solved, checked)
    return Result(case, plan, document)


def _drop_noise(built: Formulation) -> None:
    """Quantities below the solver's rounding are zero."""
    import pyomo.environ as pyo

    for variable in built.model.component_data_objects(pyo.Var, active=True):
        if variable.value is not None and abs(variable.value) <= NOISE:
            variable.set_value(0.0, skip_validation=True)


def _claims(solved: list[Solved]) -> list[StageClaim]:
    return [
        StageClaim(
            name=s.stage.name,
            value=s.outcome.objective,  # type: ignore[arg-type]
            floor=s.kept.floor if s.kept else None,
            sense=s.aim.sense,
            achieved=s.achieved,  # type: ignore[arg-type]
            moved_limit_musd=s.kept.moved_limit_musd if s.kept else None,
            moved_musd=s.moved_musd,
        )
        for s in solved
        if s.outcome.values is not None
    ]


def _verdict(solved: list[Solved], stages: int) -> Verdict:
    """Optimal only if every stage ran and is proven."""
    verdicts = [s.outcome.verdict for s in solved]
    if len(solved) == 1 and solved[0].outcome.values is None:
        return verdicts[0]
    complete = len(solved) == stages and all(v is Verdict.OPTIMAL for v in verdicts)
    return Verdict.OPTIMAL if complete else Verdict.WITHIN_LIMITS


def _document(
    case: Case,
    options: Options,
    solved: list[Solved],
    size: dict[str, int],
    seconds: dict[str, float],
    stopped: int | None,
) -> dict[str, Any]:
    programme = case.programme
    gaps = [s.outcome.gap for s in solved]
    stages = []
    for s in solved:
        o, k = s.outcome, s.kept
        stages.append(
            {
                "name": s.stage.name,
                "sense": s.aim.sense,
                "unit": s.aim.unit,
                "verdict": str(o.verdict),
                "value": o.objective,
                "bound": o.bound,
                "gap": o.gap,
                "seconds": o.seconds,
                "nodes": o.nodes,
                "achieved": s.achieved,
                "floor": k.floor if k else None,
                "moved_limit_musd": k.moved_limit_musd if k else None,
                "moved_musd": s.moved_musd,
            }
        )
    return {
        "schema": "planner/optimize/1",
        "title": programme.title,
        "model": case.name,
        "changes": list(case.changes),
        "what_ifs": list(case.what_ifs),
        "verdict": str(_verdict(solved, len(programme.stages))),
        "interrupted": signal.Signals(stopped).name if stopped else None,
        "stages": stages,
        "stages_declared": [s.name for s in programme.stages],
        "gap": None if any(g is None for g in gaps) else max(g for g in gaps if g is not None),
        "seconds": seconds,
        "size": size,
        "options": {
            "gap": options.gap,
            "seconds": None if options.repeatable else options.seconds,
            "nodes": options.limits().nodes,
            "repeatable": options.repeatable,
            "seed": options.seed,
        },
        "verification": None,
        "indicators": {},
        "commitments": [],
        "inputs_sha256": case.sha256,
        "versions": {"planner": __version__, "python": platform.python_version(), **{p: version(p) for p in PACKAGES}},
    }


def _add_plan(document: dict[str, Any], case: Case, plan: Plan, solved: list[Solved], checked: Verification) -> None:
    achieved = {str(s.stage.name): s.achieved for s in solved if s.achieved is not None}
    document["verification"] = checked.as_dict()
    document["indicators"] = indicators(case, plan, achieved)
    rows = plan["commitments"].to_dict("records")
    document["claim_check"] = claim_check(case, plan)
    years = {c.id: c.by for c in case.programme.claims}
    document["commitments"] = [
        {str(k): _plain(v) for k, v in r.items()} | {"by": years[r["id"]], "firm": r["binding"] == "firm"} for r in rows
    ]


def _plain(value: Any) -> Any:
    """JSON has no NaN: a missing number is null."""
    if value is None or (isinstance(value, float) and value != value):
        return None
    return value.item() if hasattr(value, "item") else value


def _no_plan(case: Case, solved: Solved) -> str:
    firm = [
        f"{c.claim} ({clash_words.amount(c.level, c.unit)} by {c.by})"
        for c in case.programme.claims
        if c.binding == "firm" and c.level
    ]
    promises = (
        f" Firm promises: {'; '.join(firm)}." if firm else " The programme makes no firm promise; its rules clash."
    )
    if solved.outcome.verdict is Verdict.INFEASIBLE:
        return (
            "No plan keeps all rules and firm promises at once. The solver proved it, if need be on a relaxation, "
            "and confirmed it with presolve off." + promises
        )
    return "The search ended before any plan was found; that does not mean none exists." + promises
