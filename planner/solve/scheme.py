"""How a programme is solved: gates and a bound from the pooled model, a plan placed on the exact one.

    first   sites by rounding the pool's relaxation, their gates, placed: a plan early, kept from then on
    prove   the pool with whole halls, started from those gates: sites, roles, dates, and the bound
    place   beside it each better set of gates in the exact model: halls and plant whole, then racks, then what is left

A small programme is tried as the exact model alone first; so is one whose gap stays above the target, for the time
left. Only an infeasible pool, or exact model, proves that no plan exists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from planner.formulation.combinations import each_site
from planner.inputs.case import Case
from planner.solve.models import SITES, Conditions, Gates, Model, Stopwatch, sites_of
from planner.solve.program import Contradiction
from planner.solve.proving import Found, Prover, Task
from planner.solve.standing import Options, Solution, Standing
from planner.solve.values import Flags, Limits, Linear, Outcome, Report, Row, SolveLimits, Verdict

ALONE, FIRST = "solving the whole programme at once", "a first plan"
PROVE, AGAIN = "choosing sites, roles and dates", "choosing other sites"
PLACE, FREED = "placing halls and plant", "placing with roles and dates freed"
RACKS, FITTED = "making racks whole", "making racks whole with halls and plant freed"
RELAX = "relaxing"
#: a gap asked for, share of present cost, that no relaxation is tight enough to prove
NONE = 1e-4
#: share of the time by which a second process may overrun before it is ended
OVERRUN = 0.05


def solve(
    case: Case,
    limits: Limits,
    *,
    start: Gates | None = None,
    conditions: Conditions | None = None,
    progress: Callable[[Report], None] | None = None,
    options: Options | None = None,
) -> Solution:
    """Solve a programme to the gap asked for, or as far as the limits allow.

    ``start``: gates of another run's plan, tried first. ``conditions`` adds rows to every model of the run.
    """
    now = Standing(limits, progress or (lambda report: None))
    try:
        exact = Model.of(case, conditions, each_site(case), now.steps)
    except Contradiction:
        now.infeasible = True
        return now.solution(None)
    scheme = Scheme(exact, now, start, options or Options())
    scheme.run(lambda: Prover(case, conditions, limits.processes))
    return now.solution(exact)


@dataclass
class Scheme:
    """The steps of one run."""

    exact: Model
    now: Standing
    start: Gates | None
    options: Options
    #: gates that no plan of the exact model has
    failed: list[Gates] = field(default_factory=list)
    #: MW IT that all sites together can run, by period; None: the pool finds it
    most: Mapping[int, float] | None = None

    def run(self, prover: Callable[[], Prover]) -> None:
        now, o = self.now, self.options
        small = int(self.exact.program.whole.sum()) <= o.small
        if small:
            self.alone(o.first_until if now.limits.gap > NONE else o.plan_until)
        if not now.over(o.gates_until):
            asked = prover()
            try:
                self.with_pool(asked)
            finally:
                asked.close()
        if not now.over(o.plan_until) and (small or now.best.values is None or now.limits.clock is not None):
            self.alone(o.plan_until)

    def alone(self, until: float) -> None:
        """The exact model of all sites, everything whole, from the best plan."""
        now = self.now
        if now.limits.gap > 0 and not now.cost:
            self.relax()
        for _ in range(2):  # a plan may cost less than the relaxation did, and the gap is a share of its cost
            found = self.solved(ALONE, now.solve_limits(0.99, until), start=True)
            now.infeasible = found.verdict is Verdict.INFEASIBLE and found.confirmed_without_presolve
            now.keep(found, self.exact)
            now.prove(found.bound)
            if now.over(until) or found.verdict is not Verdict.OPTIMAL:
                return

    def with_pool(self, prover: Prover) -> None:
        """The bound, and the best plan with gates of the pool: those that it begins with, then each better set."""
        now, o = self.now, self.options
        first = self.first_gates(prover)
        if now.over(o.gates_until):
            return
        until = o.whole_until if prover.beside else o.gates_until
        prover.ask(Task(PROVE, self.shares(o.place_gap, until), start=first, most=self.most))
        if first is not None and now.best.values is None:
            self.place(FIRST, first, o.first_gap, o.first_until)
        tried = self.place_beside(prover, first) if now.limits.nodes is None else []
        found = self.answer(prover, PROVE, until)
        now.infeasible = found.outcome.verdict is Verdict.INFEASIBLE and found.outcome.confirmed_without_presolve
        if found.gates is not None and found.gates not in tried and not now.over(o.plan_until):
            self.place_or_choose_again(prover, found.gates)

    def place_beside(self, prover: Prover, first: Gates | None) -> list[Gates]:
        """Place the newest gates while the pool looks for better ones than the first; those with a plan."""
        now, o, tried = self.now, self.options, list[Gates]()
        while gates := prover.better(now.watch(PROVE, bounds=True, until=o.whole_until + OVERRUN)):
            if now.over(o.whole_until):
                break
            if gates != first and self.place(PLACE, gates, o.place_gap, o.whole_until):
                tried.append(gates)
        return tried

    def first_gates(self, prover: Prover) -> Gates | None:
        """Gates to begin with: of the plan there is, of another run, or of the pool at the sites of its relaxation."""
        now, o = self.now, self.options
        prover.ask(Task(RELAX, self.shares(0.0, o.first_until), relaxed=True))
        relaxed = self.answer(prover, RELAX, o.first_until)
        now.cost = now.cost or relaxed.cost
        if now.best.values is not None:
            return self.exact.named(now.best.values, self.exact.gates)
        if self.start is not None and self.place(FIRST, self.start, o.place_gap, o.gates_until):
            return self.start
        sites = None if relaxed.gates is None else self.rounded(relaxed.gates)
        if sites is None or now.over(o.first_until):
            return None
        prover.ask(Task(FIRST, self.shares(o.first_gap, o.first_until / 2), fixed=sites))
        if prover.beside:  # found here meanwhile, where this process would only wait
            self.most, steps = prover.here.most_in_use()
            now.steps += steps
        return self.answer(prover, FIRST, o.first_until, bounds=False).gates

    def place_or_choose_again(self, prover: Prover, gates: Gates) -> None:
        """A plan with these gates; or at these sites; or at others, of which the pool says which are next best."""
        now, o, forbidden = self.now, self.options, list[Gates]()
        while not self.place(PLACE, gates, o.place_gap, o.plan_until):
            if now.over(o.plan_until) or self.place(FREED, sites_of(gates), o.place_gap, o.plan_until):
                return
            forbidden.append(sites_of(gates))
            if now.over(o.whole_until) or len(forbidden) > o.sets:
                return
            task = Task(AGAIN, self.shares(o.place_gap, o.whole_until), forbidden=forbidden, most=self.most)
            found = prover.here.solve(task, now.watch(AGAIN, bounds=False))
            now.steps += found.steps
            if found.gates is None:
                return
            gates = found.gates

    def place(self, step: str, gates: Gates, gap: float, until: float) -> bool:
        """Halls and plant whole with these gates, then racks whole with all that held. False if there is no plan."""
        now, model, last = self.now, self.exact, self.options.plan_until
        if gates in self.failed:
            return False
        fixed, others = model.holding(gates), model.program.whole & ~model.kinds("racks")
        room = model.room_for_whole_racks(gates)
        placed = min(until, max(self.options.whole_until, (now.spent + last) / 2))
        halls = self.solved(step, now.solve_limits(gap, placed), fixed=fixed, whole=others, rows=room)
        if halls.values is None:
            self.failed += [gates] if halls.verdict is Verdict.INFEASIBLE else []
            return False
        held = model.holding(model.named(halls.values, others))
        plan = self.solved(RACKS, now.solve_limits(gap, last), fixed=held)
        if plan.values is None and not now.over(last):
            plan = self.solved(FITTED, now.solve_limits(gap, last), fixed=fixed)
        now.keep(plan, model)
        return plan.values is not None

    def solved(
        self,
        step: str,
        limits: SolveLimits,
        *,
        fixed: Mapping[int, float] | None = None,
        whole: Flags | None = None,
        rows: Sequence[Row] = (),
        start: bool = False,
    ) -> Outcome:
        """One solve of the exact model. With nothing fixed its bounds hold for every plan."""
        now, model, free, stopwatch = self.now, self.exact, fixed is None, Stopwatch()
        found = model.program.restricted(whole=whole, fixed=fixed, rows=rows).solve(
            model.objective,
            limits,
            start=now.best.values if start else None,
            watch=now.watch(step, bounds=free),
            confirm=free,
            clean=whole is None,
        )
        now.steps.append(stopwatch.step(step, found))
        return found

    def relax(self) -> None:
        """The linear relaxation of the exact model: a bound, and what a plan costs about."""
        now, stopwatch = self.now, Stopwatch()
        found = self.exact.relaxed(now.left(self.options.first_until))
        now.steps.append(stopwatch.step(RELAX, found))
        now.prove(found.bound)
        now.cost = self.exact.cost_of(found)

    def rounded(self, relaxed: Gates) -> dict[str, float] | None:
        """The choice of sites that the rules of that choice allow and that has most of the relaxation's."""
        model, program = self.exact, self.exact.program
        sites = np.array([name.startswith(SITES.partition(".")[0] + ".") for name in program.names])
        inside = np.asarray(abs(program.matrix) @ (~sites).astype(float) == 0)
        part = replace(
            program,
            matrix=program.matrix.tocsr()[inside].tocsc(),
            row_lower=program.row_lower[inside],
            row_upper=program.row_upper[inside],
        )
        parts, chosen = model.holding(sites_of(relaxed)), model.whole(SITES)
        most = Linear(np.array(list(parts), dtype=np.int64), np.array(list(parts.values())))
        found = part.restricted(whole=chosen).solve(most, SolveLimits(), confirm=False, clean=False)
        return None if found.values is None else model.named(found.values, chosen)

    def shares(self, gap: float, until: float) -> SolveLimits:
        """Limits of a question to the pool, with the gap as a share of present cost."""
        limits = self.now.limits
        return SolveLimits(gap * limits.gap, self.now.left(until), limits.nodes, limits.seed)

    def answer(self, prover: Prover, step: str, until: float, *, bounds: bool = True) -> Found:
        """Wait for the pool; ``bounds`` says whether its bounds hold for every plan."""
        found = prover.answer(self.now.watch(step, bounds=bounds, until=until + OVERRUN))
        self.now.steps += found.steps
        self.now.prove(found.outcome.bound if bounds else None)
        return found
