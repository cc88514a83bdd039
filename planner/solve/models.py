"""A formulation that is built, compiled and sorted: which columns are gates, halls, plant, racks and clusters."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from planner.formulation import Formulation, build
from planner.formulation.combinations import Places
from planner.inputs.case import Case
from planner.solve.program import Program
from planner.solve.values import Flags, Linear, Outcome, Row, SolveLimits, Step, Vector, Verdict

#: adds Pyomo constraints on a block ``asked`` of the model; the same for the pool and the exact model. To be used in
#: two processes it must be picklable: a function of a module, or a frozen dataclass with ``__call__``
Conditions = Callable[[Formulation], None]
#: name of a gate's column -> its whole value
Gates = Mapping[str, float]

SITES = "sites.open"
#: columns of MW in use, and rows that limit them to what is live or in its role
IN_USE = "workload.in_use["
LIMITED_USE = ("roles.in_use_where_live", "roles.in_use_in_role")
#: slack beside the optimum of a linear program, for its rounding
ROUNDING = 1e-6
#: rows by which a chosen site runs at least so many MW
LEAST_SERVED = "sites.minimum_serving"
#: whole things that are placed once the gates are decided; every other whole column is a gate
KINDS = {
    "halls": "construction.started_by",
    "plant": "power.ordered_by",
    "racks": "fleet.bought",
    "clusters": "workload.hosts",
}


@dataclass(frozen=True)
class Model:
    """One formulation, compiled. Money in M USD."""

    formulation: Formulation
    program: Program
    objective: Linear
    present_cost: Linear

    @classmethod
    def of(cls, case: Case, conditions: Conditions | None, places: Places, steps: list[Step]) -> Model:
        """The model of these places; what building and compiling took is added to ``steps``.

        Raises Contradiction if a rule without variables does not hold.
        """
        name, watch = "each site" if len(places) == len(case.sites) else "the pool", Stopwatch()
        formulation = build(case, places)
        if conditions is not None:
            conditions(formulation)
        steps.append(watch.step(f"build {name}"))
        program = Program.compile(formulation.model)
        objective, cost = program.linear(formulation.objective), program.linear(formulation.present_cost)
        steps.append(watch.step(f"compile {name}"))
        return cls(formulation, program, objective, cost)

    @cached_property
    def _families(self) -> list[str]:
        return [name.partition("[")[0] for name in self.program.names]

    def whole(self, *families: str) -> Flags:
        """The whole columns of these families."""
        flags: Flags = self.program.whole & np.array([f in families for f in self._families], dtype=bool)
        return flags

    def kinds(self, *kinds: str) -> Flags:
        """The whole columns of these kinds."""
        return self.whole(*(KINDS[kind] for kind in kinds))

    @cached_property
    def gates(self) -> Flags:
        return self.program.whole & ~self.kinds(*KINDS)

    def named(self, values: Vector, flags: Flags, *, rounded: bool = True) -> dict[str, float]:
        """Columns by name, at these values or the whole numbers next to them."""
        values = np.round(values) if rounded else values
        return {self.program.names[i]: float(values[i]) for i in np.flatnonzero(flags).tolist()}

    def holding(self, gates: Gates) -> dict[int, float]:
        """Columns to fix; names that this model has not are left out."""
        return {self.program.index[n]: v for n, v in gates.items() if n in self.program.index}

    def other_sites(self, gates: Gates) -> Row:
        """A row that forbids this set of sites, and no other."""
        sites = self.holding(sites_of(gates))
        signs = np.array([1.0 if v > 0.5 else -1.0 for v in sites.values()])
        row = Linear(np.array(list(sites), dtype=np.int64), signs)
        return Row("another set of sites", row, upper=float((signs > 0).sum()) - 1.0)

    def room_for_whole_racks(self, gates: Gates) -> list[Row]:
        """At each chosen site, serve a rack more than the least: halls filled exactly by it hold no whole racks."""
        chosen = {n.partition("[")[2].rstrip("]") for n, v in sites_of(gates).items() if v > 0.5}
        largest = max((c.rack_mw for c in self.formulation.case.chips.values()), default=0.0)
        matrix, rows = self.program.matrix.tocsr(), []
        for i, name in enumerate(self.program.row_names):
            family, _, index = name.partition("[")
            if family == LEAST_SERVED and index.split(",")[0] in chosen:
                inside = slice(matrix.indptr[i], matrix.indptr[i + 1])
                expression = Linear(matrix.indices[inside].astype(np.int64), matrix.data[inside].astype(float))
                rows.append(Row("slack for whole racks", expression, lower=self.program.row_lower[i] + largest))
        return rows

    def tightened(self, most: Mapping[int, float]) -> Model:
        """The same plans with tighter big-M limits: no site runs more MW than all sites together can in the period.

        ``most`` is what all sites can run, of ``most_in_use``; where the share rule holds, a site runs at most its
        share of that. Measured on the reference: the proof of the gates takes half the time.
        """
        if not most:
            return self
        case, matrix = self.formulation.case, self.program.matrix.tocsr().copy()
        since, share = (case.parameter(name) for name in ("share_rule_from_year", "largest_site_share"))
        for i, name in enumerate(self.program.row_names):
            family, _, index = name.partition("[")
            if family in LIMITED_USE:
                t = int(index.rstrip("]").split(",")[-1])
                limit = most.get(t, np.inf) * (share if case.periods.year(t) >= since else 1.0)
                inside = slice(matrix.indptr[i], matrix.indptr[i + 1])
                matrix.data[inside] = np.maximum(matrix.data[inside], -limit)
        return replace(self, program=replace(self.program, matrix=matrix.tocsc()))

    def most_in_use(self) -> dict[int, float]:
        """Most MW IT that all sites together can run in each period: one linear program for each."""
        columns: dict[int, list[int]] = {}
        for i, name in enumerate(self.program.names):
            if name.startswith(IN_USE):
                columns.setdefault(int(name.rstrip("]").split(",")[-1]), []).append(i)
        sums = [Linear(np.array(here, dtype=np.int64), np.ones(len(here))) for here in columns.values()]
        most = zip(columns, self.program.most(sums), strict=True)
        return {t: max(1.0, (1 + ROUNDING) * mw) for t, mw in most if mw is not None}

    def relaxed(self, seconds: float | None) -> Outcome:
        """The linear relaxation."""
        limits, nothing = SolveLimits(seconds=seconds), np.zeros_like(self.program.whole)
        return self.program.restricted(whole=nothing).solve(self.objective, limits, confirm=False)

    def cost_of(self, outcome: Outcome) -> float:
        """Present cost of a plan, M USD; 0 of none."""
        return 0.0 if outcome.values is None else max(0.0, self.present_cost.at(outcome.values))


def sites_of(gates: Gates) -> dict[str, float]:
    """Of gates, the choice of sites alone."""
    return {n: v for n, v in gates.items() if n.partition("[")[0] == SITES}


class Stopwatch:
    """Wall and CPU seconds of this process since the last step."""

    def __init__(self) -> None:
        self._began, self._cpu = time.perf_counter(), time.process_time()
        self._first = self._began

    @property
    def total(self) -> float:
        """Wall seconds since the first step began."""
        return time.perf_counter() - self._first

    def step(self, name: str, outcome: Outcome | None = None) -> Step:
        began, cpu, found = self._began, self._cpu, outcome or Outcome(verdict=Verdict.UNKNOWN)
        self._began, self._cpu = time.perf_counter(), time.process_time()
        return Step(name, self._began - began, self._cpu - cpu, found.value, found.bound, found.nodes)
