"""One programme, start to finish: build, solve, read, verify."""

from __future__ import annotations

import gc
import platform
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from planner import __version__
from planner.formulation import Formulation, build
from planner.formulation.objective import weights
from planner.formulation.terms import value
from planner.inputs.case import USD_PER_MUSD, Case
from planner.inputs.programme import MONEY
from planner.measures import amount
from planner.plan import NOISE, Plan
from planner.report import screen
from planner.report.facts import Facts
from planner.results import indicators, money_measures, read_plan, scoring, verdicts
from planner.results.accounts import accounts
from planner.results.claims import claim_check
from planner.results.evidence import Evidence
from planner.solve import Limits, Program, Report, Verdict, interruptible
from planner.solve import scheme as solving
from planner.solve.standing import Solution
from planner.verify import ObjectiveClaim, Verification, verify

PACKAGES = ("pyomo", "highspy", "numpy", "pandas", "openpyxl")
#: nodes per solve of a repeatable run that names no limit
REPEATABLE_NODES = 2000
#: seconds for everything up to the checked plan, unless the user says otherwise
SECONDS = 170.0


@dataclass(frozen=True)
class Options:
    """``gap`` is a share of present cost (None: the programme's), ``seconds`` are for everything from building on.

    ``repeatable`` replaces the time limit by a node limit, so that a run can be repeated exactly.
    """

    gap: float | None = None
    seconds: float | None = SECONDS
    nodes: int | None = None
    repeatable: bool = False
    seed: int = 0
    processes: int = 2

    def limits(self, case: Case) -> Limits:
        gap = case.programme.gap if self.gap is None else self.gap
        nodes = (self.nodes or REPEATABLE_NODES) if self.repeatable else self.nodes
        return Limits(gap, None if self.repeatable else self.seconds, nodes, self.seed, self.processes)


@dataclass(frozen=True)
class Result:
    """``document`` is the JSON document of the run, without its id, folder and files; ``gates`` start a next solve."""

    case: Case
    plan: Plan | None
    document: dict[str, Any]
    gates: dict[str, float]


class Exporter:
    """The exact model's matrix, for another solver."""

    def __init__(self, built: Formulation) -> None:
        self._program = Program.compile(built.model)
        self._objective = self._program.linear(built.objective)
        self.size = self._program.size

    def write_mps(self, path: Path) -> None:
        self._program.export(path, self._objective, suffix=".mps")

    def write_lp(self, path: Path) -> None:
        self._program.export(path, self._objective, suffix=".lp")


def compile_only(case: Case) -> Exporter:
    return Exporter(build(case))


def optimize(
    case: Case,
    options: Options | None = None,
    *,
    start: solving.Gates | None = None,
    conditions: solving.Conditions | None = None,
    progress: Callable[[Report], None] | None = None,
) -> Result:
    """Build, solve, read the plan and verify it. A plan that breaks a rule comes with its verdict."""
    options = options or Options()
    limits = options.limits(case)
    gc.collect()  # the model of an earlier run, which ``no_collection`` put where it would stay for long
    clock = _Clock()
    with interruptible() as interrupt:
        solved = solving.solve(case, limits, start=start, conditions=conditions, progress=progress)
        stopped = interrupt.signal
    clock.took("solve")
    document = _document(case, options, solved, stopped)
    if solved.formulation is None:
        document["explanation"] = _no_plan(case, solved)
        document |= screen.first(case, None, document).as_dict()
        return Result(case, None, document | clock.as_dict(solved), {})
    _drop_noise(solved.formulation)
    plan = read_plan(solved.formulation)
    clock.took("read plan")
    checked = verify(case, plan, _claim(solved))
    clock.took("verify")
    _add_plan(document, solved, plan, checked)
    return Result(case, plan, document | clock.as_dict(solved), dict(solved.gates))


class _Clock:
    """Wall and CPU seconds by phase."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()
        self.seconds: dict[str, float] = {}
        self.cpu_seconds: dict[str, float] = {}

    def took(self, phase: str) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        self.seconds[phase], self.cpu_seconds[phase] = wall - self._wall, cpu - self._cpu
        self._wall, self._cpu = wall, cpu

    def as_dict(self, solved: Solution) -> dict[str, Any]:
        """With building and compiling apart, and the seconds of the second process."""
        steps = [asdict(s) for s in solved.steps]
        self.cpu_seconds["solve"] = sum(s.cpu_seconds for s in solved.steps)
        for phase in ("build", "compile"):
            mine = [s for s in solved.steps if s.name.startswith(phase)]
            self.seconds[phase] = sum(s.seconds for s in mine)
            self.cpu_seconds[phase] = sum(s.cpu_seconds for s in mine)
        return {"seconds": self.seconds, "cpu_seconds": self.cpu_seconds, "steps": steps}


def _drop_noise(built: Formulation) -> None:
    """Quantities below the solver's rounding are zero."""
    import pyomo.environ as pyo

    for variable in built.model.component_data_objects(pyo.Var, active=True):
        if variable.value is not None and abs(variable.value) <= NOISE:
            variable.set_value(0.0, skip_validation=True)


def _claim(solved: Solution) -> ObjectiveClaim:
    assert solved.formulation is not None
    return ObjectiveClaim(value_musd=value(solved.formulation.objective), bound_musd=solved.bound)


def _usd(musd: float | None) -> float | None:
    return None if musd is None else musd * USD_PER_MUSD


def _document(case: Case, options: Options, solved: Solution, stopped: int | None) -> dict[str, Any]:
    limits, programme = options.limits(case), case.programme
    objective: dict[str, Any] = {
        "name": case.name,
        "sense": "max",
        "value": _usd(solved.value),
        "bound": _usd(solved.bound),
        "gap_usd": solved.gap_usd,
        "gap": solved.gap,
        "seconds": sum(s.seconds for s in solved.steps),
        "terms": [],
    }
    return {
        "schema": "planner/optimize/2",
        "title": programme.title,
        "model": case.name,
        "changes": list(case.changes),
        "what_ifs": list(case.what_ifs),
        "verdict": str(solved.verdict),
        "interrupted": signal.Signals(stopped).name if stopped else None,
        "objective": objective,
        "gap": solved.gap,
        "size": solved.size,
        "options": {
            "gap": limits.gap,
            "seconds": limits.seconds,
            "nodes": limits.nodes,
            "repeatable": options.repeatable,
            "seed": options.seed,
            "processes": options.processes,
        },
        "confirmed_without_presolve": solved.confirmed_without_presolve,
        "verification": None,
        "indicators": {},
        "commitments": [],
        "gates": dict(solved.gates),
        "inputs_sha256": case.sha256,
        "versions": {"planner": __version__, "python": platform.python_version(), **{p: version(p) for p in PACKAGES}},
    }


def _add_plan(document: dict[str, Any], solved: Solution, plan: Plan, checked: Verification) -> None:
    built = solved.formulation
    assert built is not None
    case = built.case
    document["verification"] = checked.as_dict()
    document["objective"]["terms"] = _terms(built)
    document["indicators"] = indicators(case, plan, money_measures(built))
    document["claim_check"] = claim_check(case, plan)
    document["accounts"] = accounts(case, plan)
    document["scoring_test"] = scoring.as_dict(case, plan)
    document |= Evidence(case, plan).as_dict()
    document["indicators"]["sources_and_uses_usd"] = {
        "sources": {"budget": case.programme.budget_usd},
        "uses": Facts(case, plan).uses(),
    }
    years = {c.id: c.by for c in case.programme.claims}
    document["commitments"] = [
        {str(k): _plain(v) for k, v in r.items()} | {"by": years[r["id"]], "firm": r["binding"] == "firm"}
        for r in plan["commitments"].to_dict("records")
    ]
    for item in document["commitments"]:
        item["verdict"] = verdicts.promise(item)
    document |= screen.first(case, plan, document).as_dict()


def _terms(built: Formulation) -> list[dict[str, Any]]:
    """Each part of the objective: its declared weight, what it measures, and what that is worth in dollars."""
    found = []
    for name, weight in weights(built.case).items():
        amount = value(built.measures[name])
        money = name in MONEY
        found.append(
            {
                "measure": name,
                "weight": weight if money else weight * USD_PER_MUSD,
                "amount": amount * USD_PER_MUSD if money else amount,
                "value": weight * amount * USD_PER_MUSD,
            }
        )
    for claim in built.case.programme.claims:
        if claim.id in built.model.commitments.shortfall:
            missed = built.model.commitments.shortfall[claim.id].value
            price = -claim.price_usd
            found.append(
                {"measure": f"missed of {claim.id}", "weight": price, "amount": missed, "value": price * missed}
            )
    return found


def _plain(entry: Any) -> Any:
    """JSON has no NaN: a missing number is null."""
    if entry is None or (isinstance(entry, float) and entry != entry):
        return None
    return entry.item() if hasattr(entry, "item") else entry


def _no_plan(case: Case, solved: Solution) -> str:
    claims = case.programme.claims
    firm = [f"{c.claim} ({amount(c.level, c.unit)} by {c.by})" for c in claims if c.binding == "firm" and c.level]
    promises = (
        f" Firm promises: {'; '.join(firm)}." if firm else " The programme makes no firm promise; its rules clash."
    )
    if case.past:
        promises += f" What happened up to {case.programme.as_of} is fixed: it may break a rule by itself."
    if solved.verdict is Verdict.INFEASIBLE:
        return (
            "No plan keeps all rules and firm promises at once. The solver proved it on the model or a relaxation of "
            "it, and confirmed it with presolve off." + promises
        )
    return "The search ended before any plan was found; that does not mean none exists." + promises
