"""Whether a rule binds: the linear relaxation of a case, and what leaving the rule out is worth.

Rows are left out one rule at a time from the optimal basis: each row gets a column that can undo it, so the old
vertex stays feasible and every step of the primal simplex is a better point of the relaxation without the rule. A
few hundred steps that end above the old optimum prove that the rule binds; only a solve to the end proves that it
does not.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

import highspy
import numpy as np

from planner.formulation import build
from planner.formulation.combinations import one_pool
from planner.formulation.objective import SENSES, investment_by_place
from planner.inputs import shipped
from planner.inputs.read import load
from planner.search.levels import Kept, Level
from planner.solve import Limits, Program
from planner.solve.highs import Run

#: the programme with every room
WHOLE = "federal-ai-whole"

#: steps of the simplex that a rule has to show that it binds
STEPS = 800
BINDS = 1e-6
#: how variables end that count starts up to a period
TO_DATE = "_by"


@functools.cache
def figures() -> list[dict[str, str]]:
    folder = shipped.data_folder("federal-ai")
    with (folder / "figures.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass(frozen=True)
class End:
    """The figures of a path ``table.key.column`` (``*`` for any text) at one end of their ranges.

    ``there`` names keys that go to the other end instead: what is scarce but there.
    """

    end: str
    path: str
    there: tuple[str, ...] = ()

    def edits(self) -> list[str]:
        table, _, rest = self.path.partition(".")
        key, _, column = rest.rpartition(".")
        other = "high" if self.end == "low" else "low"
        found = []
        for row in figures():
            if row["table"] == table and fnmatchcase(row["column"], column) and fnmatchcase(row["key"], key):
                end = other if any(name in row["key"] for name in self.there) else self.end
                if row[end]:
                    found.append(f"{table}.{row['key']}.{row['column']}={row[end]}")
        assert found, f"no figure with a range under {self.path}"
        return found


def low(*paths: str, there: tuple[str, ...] = ()) -> tuple[End, ...]:
    return tuple(End("low", path, there) for path in paths)


def high(*paths: str, there: tuple[str, ...] = ()) -> tuple[End, ...]:
    return tuple(End("high", path, there) for path in paths)


@dataclass(frozen=True)
class Question:
    """One relaxation of the shipped reference: an objective, edits, and the rules it has to show.

    A rule may be a pair: it binds once the second, which says the same at the optimum, is left out as well.
    """

    aim: str
    rules: tuple[str | tuple[str, str], ...]
    edits: tuple[str | End, ...] = ()
    pooled: bool = True
    #: an earlier stage that is solved first and kept
    after: str = ""

    def names(self) -> list[str]:
        return [rule if isinstance(rule, str) else rule[0] for rule in self.rules]

    def written(self) -> list[str]:
        """The edits as on the command line."""
        return [text for e in self.edits for text in ([e] if isinstance(e, str) else e.edits())]

    def relaxation(self) -> Relaxation:
        stages = [s.name for s in load(WHOLE).programme.stages]
        edits = self.written()
        if self.aim not in stages:
            edits.append(f"programme.stages.0.name={self.aim}")
            stages[0] = self.aim
        case = load(WHOLE, edits)
        built = build(case, one_pool(case) if self.pooled else None)
        # offers follow from the gates for whole plans, and would speak for them here; so would the most that a total to
        # date may be, for what is started once
        program = Program.compile(built.model).without("offers.")
        totals = [i for i, v in enumerate(program.columns) if v.parent_component().name.endswith(TO_DATE)]
        program.upper[totals] = np.inf
        level = Level.of(built, program)
        if self.after:
            _keep(level, stages.index(self.after))
        return Relaxation(level, stages.index(self.aim))


def _keep(level: Level, k: int) -> None:
    """Hold stage ``k`` at its relaxed value, less what it may give back."""
    first = Relaxation(level, k)
    stage = level.aims[k].stage
    slack = stage.give_back_share * abs(first.value)
    floor = first.value - slack if level.aims[k].sense == "max" else first.value + slack
    invested = {
        place: level.program.linear(terms).at(first.values)
        for place, terms in investment_by_place(level.formulation.model).items()
    }
    assert stage.give_back_budget_share is not None
    limit = stage.give_back_budget_share * level.formulation.case.budget_musd
    level.keep(Kept(k, floor, invested, limit))


@dataclass
class Relaxation:
    """The relaxation at its optimum."""

    level: Level
    k: int
    value: float = field(init=False)

    def __post_init__(self) -> None:
        level, program = self.level, self.level.program
        aim = level.aims[self.k]
        self.sign = 1.0 if SENSES[aim.stage.name] == "max" else -1.0
        objective = level.objectives[self.k]
        run = Run(program, objective, aim.sense, Limits(seconds=None), level.rows, program.whole, {}, None)
        self.solver = run.model(relaxed=True)
        self.lower = np.concatenate([program.row_lower, [row.lower for row in level.rows]])
        self.upper = np.concatenate([program.row_upper, [row.upper for row in level.rows]])
        self.rows: dict[str, list[int]] = {}
        for i, name in enumerate([*program.row_names, *(row.name for row in level.rows)]):
            self.rows.setdefault(name.partition("[")[0], []).append(i)
        self._set(solver="ipm")
        self._run(need=True)
        # to the last digit, by the same simplex that later leaves rules out
        self._set(
            solver="simplex", presolve="off", simplex_strategy=4, primal_simplex_bound_perturbation_multiplier=0.0
        )
        self.value = self._run(need=True)
        self.basis = self.solver.getBasis()
        solution = self.solver.getSolution()
        self.values = np.array(solution.col_value)
        self.duals = np.abs(np.array(solution.row_dual))

    def _set(self, **options: str | float | int) -> None:
        for name, value in options.items():
            self.solver.setOptionValue(name, value)

    def _run(self, *, need: bool = False) -> float:
        self.solver.run()
        status = self.solver.getModelStatus()
        if need:
            assert status == highspy.HighsModelStatus.kOptimal, status
        if status == highspy.HighsModelStatus.kUnbounded:
            return self.sign * np.inf
        info = self.solver.getInfo()
        assert info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible, status
        return float(info.objective_function_value)

    def dual(self, rule: str) -> float:
        """The largest price of a row of the rule; a rule without one can be left out for nothing."""
        return float(max(self.duals[self.rows[rule]], default=0.0)) if rule in self.rows else 0.0

    def gain(self, *rules: str, steps: int = STEPS) -> float:
        """How much better the optimum is without the rules, relative; at least, if the steps run out."""
        left_out = [i for rule in rules for i in self.rows[rule]]
        count = self.solver.getNumCol()
        basis = highspy.HighsBasis()
        at = highspy.HighsBasisStatus
        columns = list(self.basis.col_status)
        for i in left_out:
            above, below = np.isfinite(self.upper[i]), np.isfinite(self.lower[i])
            ends = (-np.inf if above else 0.0, np.inf if below else 0.0)
            self.solver.addCol(0.0, *ends, 1, np.array([i], dtype=np.int32), np.ones(1))
            columns.append(at.kZero if above and below else at.kUpper if above else at.kLower)
        basis.col_status, basis.row_status, basis.valid = columns, list(self.basis.row_status), True
        self.solver.setBasis(basis)
        self._set(simplex_iteration_limit=steps)
        reached = self._run()
        self.ended = self.solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        if left_out:
            self.solver.deleteCols(len(left_out), np.arange(count, count + len(left_out), dtype=np.int32))
        return self.sign * (reached - self.value) / abs(self.value)

    def binds(self, rule: str | tuple[str, str]) -> bool:
        """Leaving the rule out is worth something; a pair: more than leaving out its second alone."""
        name, *beside = (rule,) if isinstance(rule, str) else rule
        if not beside:
            return self.dual(name) > 0 and self.gain(name) > BINDS
        alone = self.gain(*beside, steps=10**6)
        assert self.ended
        return self.gain(name, *beside, steps=10**6) > alone + BINDS

    def slack(self, rule: str) -> float:
        """The smallest slack of a row in which something happens, relative to the larger of its sides."""
        found = [1.0]
        for i in self.rows.get(rule, []):
            row = self.level.program.matrix.getrow(i)
            terms = row.data * self.values[row.indices]
            bound = self.upper[i] if np.isfinite(self.upper[i]) else self.lower[i]
            more, less = terms[terms > 0].sum() + max(-bound, 0.0), -terms[terms < 0].sum() + max(bound, 0.0)
            if max(more, less) > 1e-6:
                found.append(abs(more - less) / max(more, less))
        return float(min(found))


def outside(edit: str) -> str:
    """Why an edit is not one inside the sourced range; empty if it is."""
    path, _, text = edit.partition("=")
    table, _, rest = path.partition(".")
    if table in ("programme", "claims"):
        return ""
    key, _, column = rest.rpartition(".")
    for row in figures():
        if (row["table"], row["key"], row["column"]) == (table, key, column):
            if not row["low"] or not row["high"]:
                return f"{path} has no range"
            inside = float(row["low"]) <= float(text) <= float(row["high"])
            return "" if inside else f"{edit} is not between {row['low']} and {row['high']}"
    return f"{path} is no figure"


def of_document(path: Path, heading: str) -> Sequence[str]:
    """Lines of a section of a document."""
    text = path.read_text(encoding="utf-8").partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return text.splitlines()
