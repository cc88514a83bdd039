"""Bounds from the pooled model, with the gates of a good plan: in this process, or beside it in a second one."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from typing import Any

from planner.formulation.combinations import one_pool
from planner.inputs.case import Case
from planner.solve.highs import Watch
from planner.solve.interrupt import INTERRUPT
from planner.solve.models import Conditions, Gates, Model, Stopwatch
from planner.solve.program import Contradiction
from planner.solve.values import Outcome, Progress, SolveLimits, Step, Vector, Verdict

#: seconds between two looks at the second process
LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Task:
    """A question to the pool.

    ``relaxed``: nothing is whole; else gates, halls and clusters are, and plant and racks are in MW. ``limits.gap`` is
    a share of the present cost of the relaxation. ``start``: gates of a known plan. ``fixed``: gates that are held;
    ``forbidden``: choices of sites that are left out; with these the bound is one of some plans alone. ``most``: MW
    IT that all sites together can run, by period, which tightens the model; None: the pool finds it first.
    """

    name: str
    limits: SolveLimits
    relaxed: bool = False
    start: Gates | None = None
    fixed: Gates | None = None
    forbidden: Sequence[Gates] = ()
    most: Mapping[int, float] | None = None


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
        #: of the last plan of the pool, which the next question may begin with
        self._gates: Gates | None = None
        self._values: Vector | None = None

    @cached_property
    def _model(self) -> Model:
        return Model.of(self._case, self._conditions, one_pool(self._case), self._steps)

    @cached_property
    def _relaxed(self) -> Outcome:
        model, watch = self._model, Stopwatch()
        outcome = model.relaxed(None)
        self._steps.append(watch.step("relaxing the pool", outcome))
        return outcome

    @cached_property
    def _most(self) -> dict[int, float]:
        model, watch = self._model, Stopwatch()
        most = model.most_in_use()
        self._steps.append(watch.step("what all sites can run"))
        return most

    def most_in_use(self) -> tuple[dict[int, float], list[Step]]:
        """What all sites together can run in each period, MW IT, for a task; with the steps that found it."""
        try:
            most = self._most
        except Contradiction:  # which the answer to a task says
            most = {}
        steps, self._steps = self._steps, []
        return most, steps

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
        if not task.relaxed:
            self._gates, self._values = gates, outcome.values
        return Found(outcome, gates, model.cost_of(outcome), steps)

    def _solved(self, task: Task, watch: Watch) -> Outcome:
        limits = replace(task.limits, gap=task.limits.gap * self._cost)
        model = self._model
        if task.fixed is None:
            model = model.tightened(self._most if task.most is None else task.most)
        stopwatch = Stopwatch()
        whole = model.program.whole & ~model.kinds("plant", "racks")
        rows = [model.other_sites(gates) for gates in task.forbidden]
        start = None
        if task.start is not None and task.start == self._gates:
            start = self._values
        elif task.start is not None:
            known = model.holding(task.start)
            held = model.program.restricted(whole=whole, fixed=known, rows=rows)
            first = held.solve(model.objective, limits, confirm=False, clean=False)
            start = first.values
            self._steps.append(stopwatch.step(f"{task.name}: start", first))
        asked = model.program.restricted(whole=whole, fixed=model.holding(task.fixed or {}), rows=rows)

        def named(p: Progress) -> bool | None:
            better = None if p.values is None else model.named(p.values, model.gates)
            return watch(replace(p, values=None, gates=better))

        confirm = task.fixed is None
        outcome = asked.solve(model.objective, limits, start=start, watch=named, confirm=confirm, clean=False)
        self._steps.append(stopwatch.step(task.name, outcome))
        return outcome


class Prover:
    """Asks the pool: one task at a time, in a second process where there is one."""

    def __init__(self, case: Case, conditions: Conditions | None, processes: int) -> None:
        self.here = Pool(case, conditions)
        self._task: Task | None = None
        self._answer: Found | BaseException | None = None
        self._last = Progress(0.0, None, None, 0)
        self._process = self._pipe = self._reader = None
        self._inbox: SimpleQueue[Progress | Found | BaseException | None] = SimpleQueue()
        if processes > 1 and not multiprocessing.current_process().daemon and _picklable(conditions):
            context = multiprocessing.get_context("spawn")
            self._pipe, there = context.Pipe()
            self._process = context.Process(target=_serve, args=(there, case, conditions), daemon=True)
            self._process.start()
            there.close()
            self._reader = threading.Thread(target=_read, args=(self._pipe, self._inbox), daemon=True)
            self._reader.start()

    @property
    def beside(self) -> bool:
        """Whether what is asked is worked on while this process does something else."""
        return self._process is not None

    def ask(self, task: Task) -> None:
        self._task, self._answer, self._last = task, None, Progress(0.0, None, None, 0)
        if self._pipe is not None:
            try:
                self._pipe.send(task)
            except OSError:
                self.close()

    def better(self, watch: Watch) -> Gates | None:
        """Wait for gates of a better plan of the pool than it had before; None once there will be no more."""
        while self._answer is None and self.beside:
            if (gates := self._heard(watch)) is not None:
                return gates
        return None

    def answer(self, watch: Watch) -> Found:
        """Wait for what was asked; the watch learns how far it is, and may end it and with it the second process."""
        while self._answer is None and self.beside:
            self._heard(watch)
        if isinstance(self._answer, BaseException):
            raise self._answer
        if self._answer is not None:
            return self._answer
        if INTERRUPT.signal is not None:
            return Found(Outcome(Verdict.UNKNOWN, interrupted=True))
        assert self._task is not None
        return self.here.solve(self._task, watch)

    def _heard(self, watch: Watch) -> Gates | None:
        """What came from the second process within a moment: the newest gates, if there are some."""
        newest, wait = None, True
        while wait or not self._inbox.empty():
            try:
                received = self._inbox.get(timeout=LOOK_SECONDS)
            except Empty:
                break
            wait = False
            if received is None:  # the second process ended by itself
                self.close()
            elif isinstance(received, Progress):
                self._last, newest = received, received.gates or newest
            else:
                self._answer = received
        if self.beside and self._answer is None and (watch(self._last) or INTERRUPT.signal is not None):
            self.close()
            last = self._last
            self._answer = Found(Outcome(Verdict.UNKNOWN, None, last.bound, last.seconds, last.nodes, interrupted=True))
        return newest

    def close(self) -> None:
        """End the second process at once."""
        if self._process is not None and self._pipe is not None and self._reader is not None:
            self._process.kill()
            self._process.join()
            self._reader.join()
            self._pipe.close()
        self._process = self._pipe = self._reader = None


def _read(pipe: Connection, inbox: SimpleQueue[Any]) -> None:
    """Take what the second process sends at once, so that it never waits; None when it has ended."""
    try:
        while True:
            inbox.put(pipe.recv())
    except (EOFError, OSError):
        inbox.put(None)


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
