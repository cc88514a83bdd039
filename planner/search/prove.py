"""A bound by contradiction: no plan beats the one at hand by the gap.

What is looked for is only a plan beyond a mark. That makes every limit of the relaxation tight (``search.tighten``).
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from planner.formulation.objective import Aim
from planner.search.levels import FIRST_KEPT, FIRST_MOVED, Clock, Level
from planner.search.racks import Note, untold
from planner.search.tighten import Empty, tightened
from planner.search.verdicts import tightest
from planner.solve import Limits, Linear, Outcome, Program, Progress, Row, Sense, Vector, Verdict

#: parts of the gap: how far beyond the plan the mark stands
BEYOND = 0.97


@dataclass(frozen=True)
class Mark:
    """A value that no plan is to pass; ``row`` holds only plans that do.

    They are looked for by ``objective``, until one reaches ``target``; ``own``: that objective is the mark's.
    """

    value: float
    row: Row
    objective: Linear
    sense: Sense
    target: float
    own: bool = True


def mark(aim: Aim, objective: Linear, value: float, gap: float) -> Mark:
    """Beyond a plan's value by the gap; the gap is absolute where the value is 0."""
    sign = 1 if aim.sense == "max" else -1
    far = value + sign * BEYOND * gap * (abs(value) if abs(value) >= 1e-9 else 1.0)
    row = Row("beyond the mark", objective, **{"lower" if sign > 0 else "upper": far})
    return Mark(far, row, objective, aim.sense, far)


def led(at: Mark, row: Row) -> Mark:
    """The same mark, its plans looked for by what a kept row limits.

    A shortfall comes in steps of halls, so that no branch seems worse than another; what a branch costs tells.
    """
    rising = row.lower > -math.inf
    target = row.lower if rising else row.upper
    return replace(at, objective=row.expression, sense="max" if rising else "min", target=target, own=False)


def scarcer(level: Level, program: Program, at: Mark, limits: Limits, seconds: float | None) -> Row:
    """Of what the first stage left, value above its floor and dollars to move, that which plans beyond a mark use up.

    The relaxation tells: how much of either is left without the mark, and with it. Where compute is worth nothing a
    hall costs no value, and where halls are worth much it costs that before it costs dollars.
    """
    kept = {row.name: row for row in level.rows}
    floor, dollars = kept[FIRST_KEPT], kept.get(FIRST_MOVED)
    if dollars is None:
        return floor

    def most_left(row: Row, rows: Sequence[Row]) -> float:
        others = [r for r in rows if r is not row]
        asked = replace(limits, seconds=seconds, bound_only=False)
        rising = row.lower > -math.inf
        found = program.solve(
            row.expression, "max" if rising else "min", asked, rows=others, relaxed=program.whole, confirm=False
        )
        if found.objective is None:
            return 0.0
        return max(0.0, found.objective - row.lower if rising else row.upper - found.objective)

    def used(row: Row) -> float:
        before = most_left(row, level.rows)
        return 1.0 - most_left(row, [*level.rows, at.row]) / before if before else 1.0

    with ThreadPoolExecutor(2) as pool:
        of_floor, of_dollars = pool.map(used, (floor, dollars))
    return dollars if of_dollars > of_floor else floor


def beyond(
    level: Level,
    k: int,
    program: Program,
    at: Mark,
    relaxed: np.ndarray,
    limits: Limits,
    clock: Clock,
    note: Note,
    cores: int = 1,
    parts: Sequence[Sequence[Row]] = ((),),
    tight: bool = True,
    over: threading.Event | None = None,
    told: Callable[[float | None], None] | None = None,
    step: float = 0.0,
    planned: Callable[[Vector], None] | None = None,
) -> Outcome:
    """A plan beyond the mark, or the proof that there is none: then INFEASIBLE, with the mark as the bound.

    ``parts`` cut the search into pieces that cover it, looked at side by side; ``tight``: limits are asked for in each.
    Each has its share of the time, so that none is left without a bound; what is open then has what others left.
    ``over`` ends the search from outside, and is set by a plan beyond the mark; ``told`` hears of each new bound.
    With a ``step`` a plan beyond the mark is no end: those better than it by this share are looked for, until there are
    none; ``planned`` hears of each.
    """
    began = time.perf_counter()
    aim = level.aims[k]
    none = Outcome(Verdict.INFEASIBLE, None, at.value, None, 0.0, 0, None)
    over = over or threading.Event()
    bounds: dict[int, float | None] = dict.fromkeys(range(len(parts)))

    def hear(i: int, bound: float | None) -> None:
        bounds[i] = tightest(aim, bounds[i], bound)
        if told is not None:
            told(weakest(aim, [at.value, *bounds.values()]))

    def look(i: int, turns: int) -> Outcome:
        """``turns``: how often those that look are free again until all parts have been looked at."""
        rows = [*level.rows, at.row, *parts[i]]
        # the row that tells what is looked for is left to the solver as a limit of its tree: as a row it is in the way
        aimed = [r for r in rows if (r is not at.row if at.own else r.expression is not at.objective)]

        def progress(p: Progress) -> None:
            note("proof", p if at.own else untold(p))
            hear(i, p.bound if at.own else None)

        try:
            aimed += tightened(level, program, rows, _seconds(clock, turns)) if tight else []
        except Empty:
            return none
        outcome = program.solve(
            at.objective,
            at.sense,
            replace(
                limits,
                seconds=_seconds(clock, turns),
                bound_only=True,
                target=None if step else at.target,
                beyond=at.target,
                step=step,
            ),
            rows=aimed,
            relaxed=relaxed,
            progress=progress,
            confirm=False,
            # one plan beyond the mark is enough; a run that is to be repeated waits for all parts
            cancel=over if limits.seconds is not None else None,
            found=planned,
        )
        if outcome.values is not None:
            over.set()
        hear(i, at.value if outcome.verdict is Verdict.INFEASIBLE else None)
        if not at.own and outcome.verdict is not Verdict.INFEASIBLE:
            value = None if outcome.values is None else level.objectives[k].at(outcome.values)
            outcome = replace(outcome, objective=value, bound=None, gap=None)
        return outcome

    def all_of(asked: Sequence[int]) -> list[Outcome]:
        turns = [math.ceil((len(asked) - i) / cores) for i in range(len(asked))]
        with ThreadPoolExecutor(cores) as pool:
            return list(pool.map(look, asked, turns))

    left_at_first = clock.left()
    found = all_of(range(len(parts)))
    still = [i for i, o in enumerate(found) if o.verdict is not Verdict.INFEASIBLE]
    ended = over.is_set() or any(o.interrupted for o in found)
    more = limits.seconds is not None and clock.left() > left_at_first / math.ceil(len(parts) / cores)
    if still and more and not ended:
        for i, o in zip(still, all_of(still), strict=True):
            found[i] = replace(o, bound=tightest(aim, found[i].bound, o.bound))
    seconds, nodes = time.perf_counter() - began, sum(o.nodes for o in found)
    left = [o for o in found if o.verdict is not Verdict.INFEASIBLE]
    if not left:
        return replace(none, seconds=seconds, nodes=nodes)
    bound = weakest(aim, [at.value, *(o.bound for o in left)])
    best = next((o for o in left if o.values is not None), left[0])
    return replace(best, bound=bound, seconds=seconds, nodes=nodes, interrupted=any(o.interrupted for o in left))


def parts_by_halls(source: Level, values: Vector, level: Level) -> list[list[Row]]:
    """More halls than a plan of ``source`` has of the design it has most of, or no more.

    Dollars and megawatts come by whole halls: told apart by their number, a bound rises fast.
    """
    construction = source.formulation.model.construction
    halls = {d: float(values[source.program.column_of(v)]) for d, v in construction.halls_of_design.items()}
    if not halls:
        return [[]]
    design = max(halls, key=lambda d: halls[d])
    count = level.program.linear([(1.0, level.formulation.model.construction.halls_of_design[design])])
    most = float(round(halls[design]))
    return [[Row("more halls", count, lower=most + 1)], [Row("no more halls", count, upper=most)]]


def _seconds(clock: Clock, turns: int) -> float | None:
    return None if clock.left() == float("inf") else max(0.1, clock.left() / turns)


def weakest(aim: Aim, bounds: Sequence[float | None]) -> float | None:
    """The bound of a whole from those of its parts; none where a part has none."""
    known = [b for b in bounds if b is not None]
    if len(known) < len(bounds) or not known:
        return None
    return max(known) if aim.sense == "max" else min(known)
