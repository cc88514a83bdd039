"""Bounds from the pooled model, with the gates of a good plan: in this process, or beside it in a second one."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from multiprocessing.connection import Connection
from typing import Any

from planner.formulation.combinations import one_pool
from planner.inputs.case import Case
from planner.solve.highs import Watch
from planner.solve.interrupt import INTERRUPT
from planner.solve.models import Conditions, Gates, Model, Stopwatch
from planner.solve.program import Contradiction
from planner.solve.values import Outcome, Progress, SolveLimits, Step, Verdict

#: seconds between two looks at the second process
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Task:
    """A question to the pool.

    ``relaxed``: nothing is whole. ``whole_halls``: halls are whole, else in MW; plant and racks are in MW always, gates
    and clusters whole. ``limits.gap`` is a share of the present cost of the relaxation. ``start``: gates of a known
    plan. ``fixed``: gates that are held; ``forbidden``: choices of sites that are left out; with these the bound is
    one of some plans alone.
    """

    name: str
    limits: SolveLimits
    relaxed: bool = False
    whole_halls: bool = False
    start: Gates | None = None
    fixed: Gates | None = None
    forbidden: Sequence[Gates] = ()


@dataclass(frozen=True)
class Found:
    """The answer, with the gates of its best plan (fractional where nothing is whole) and that plan's present cost."""

    outcome: Outcome
    gates: dict[str, float] | None = None
    cost: float = 0.0
    steps: list[Step] = field(default_factory=list)


class Pool:
    """The pooled model in this process; built when it is first asked."""

    def __init__(self, case: Case, conditions: Conditions | None) -> None:
        self._case, self._conditions = case, conditions
        self._steps: list[Step] = []

    @cached_property
    def _model(self) -> Model:
        model = Model.of(self._case, self._conditions, one_pool(self._case), self._steps)
        watch = Stopwatch()
        tightened = model.tightened()
        self._steps.append(watch.step("tighten the pool"))
        return tightened

    @cached_property
    def _relaxed(self) -> Outcome:
        model, watch = self._model, Stopwatch()
        outcome = model.relaxed(None)
        self._steps.append(watch.step("relaxing the pool", outcome))
        return outcome

    @property
    def _cost(self) -> float:
        """Present cost of the relaxation, M USD."""
        return self._model.cost_of(self._relaxed)

    def solve(self, task: Task, watch: Watch) -> Found:
        try:
            outcome = self._relaxed if task.relaxed else self._solved(task, watch)
        except Contradiction:
            return Found(Outcome(Verdict.INFEASIBLE, confirmed_without_presolve=True))
        finally:
            steps, self._steps = self._steps, []
        if outcome.values is None:
            return Found(outcome, steps=steps)
        model = self._model
        gates = model.named(outcome.values, model.gates, rounded=not task.relaxed)
        return Found(outcome, gates, model.cost_of(outcome), steps)

    def _solved(self, task: Task, watch: Watch) -> Outcome:
        limits = replace(task.limits, gap=task.limits.gap * self._cost)
        model = self._model
        stopwatch = Stopwatch()
        whole = model.program.whole & ~model.kinds("plant", "racks", *([] if task.whole_halls else ["halls"]))
        rows = [model.other_sites(gates) for gates in task.forbidden]
        start = None
        if task.start is not None:
            known = model.holding(task.start)
            held = model.program.restricted(whole=whole, fixed=known, rows=rows)
            first = held.solve(model.objective, limits, confirm=False, clean=False)
            start = first.values
            self._steps.append(stopwatch.step(f"{task.name}: start", first))
        asked = model.program.restricted(whole=whole, fixed=model.holding(task.fixed or {}), rows=rows)
        confirm = task.fixed is None
        outcome = asked.solve(model.objective, limits, start=start, watch=watch, confirm=confirm, clean=False)
        self._steps.append(stopwatch.step(task.name, outcome))
        return outcome


class Prover:
    """Asks the pool: one task at a time, in a second process where there is one."""

    def __init__(self, case: Case, conditions: Conditions | None, processes: int) -> None:
        self.here = Pool(case, conditions)
        self._task: Task | None = None
        self._process = self._pipe = None
        if processes > 1 and not multiprocessing.current_process().daemon and _picklable(conditions):
            context = multiprocessing.get_context("spawn")
            self._pipe, there = context.Pipe()
            self._process = context.Process(target=_serve, args=(there, case, conditions), daemon=True)
            self._process.start()
            there.close()

    @property
    def beside(self) -> bool:
        """Whether what is asked is worked on while this process does something else."""
        return self._process is not None

    def ask(self, task: Task) -> None:
        self._task = task
        if self._pipe is not None:
            try:
                self._pipe.send(task)
            except OSError:
                self.close()

    def answer(self, watch: Watch) -> Found:
        """Wait for what was asked; the watch learns how far it is, and may end it and with it the second process."""
        assert self._task is not None
        if self._pipe is not None:
            found = self._heard(watch)
            if found is not None:
                return found
            self.close()
        if INTERRUPT.signal is not None:
            return Found(Outcome(Verdict.UNKNOWN, interrupted=True))
        return self.here.solve(self._task, watch)

    def _heard(self, watch: Watch) -> Found | None:
        """None if the second process ended by itself."""
        assert self._pipe is not None
        last = Progress(0.0, None, None, 0)
        while True:
            try:
                while self._pipe.poll(LOOK_SECONDS):
                    received = self._pipe.recv()
                    if not isinstance(received, Progress):
                        return self._answered(received)
                    last = received
            except (EOFError, OSError):
                return None
            if watch(last) or INTERRUPT.signal is not None:
                self.close()
                bound, nodes = last.bound, last.nodes
                return Found(Outcome(Verdict.UNKNOWN, None, bound, last.seconds, nodes, interrupted=True))

    @staticmethod
    def _answered(received: Found | BaseException) -> Found:
        if isinstance(received, BaseException):
            raise received
        return received

    def close(self) -> None:
        """End the second process at once."""
        if self._process is not None and self._pipe is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
        self._process = self._pipe = None


def _picklable(conditions: Conditions | None) -> bool:
    try:
        pickle.dumps(conditions)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


def _serve(pipe: Connection, case: Case, conditions: Conditions | None) -> None:
    """The second process: answers tasks until it is ended. The user's signals are for the first process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pool = Pool(case, conditions)
    while True:
        try:
            task: Any = pipe.recv()
            pipe.send(_tried(pool, task, pipe))
        except (EOFError, OSError):
            return  # the first process is gone


def _tried(pool: Pool, task: Task, pipe: Connection) -> Found | BaseException:
    try:
        return pool.solve(task, pipe.send)
    except OSError:
        raise
    except Exception as error:  # raised again by the caller
        return error
