"""Rows that every plan left to a search keeps, found by asking the relaxation how far things can go.

Once a plan is known, only plans that beat it by the gap are looked for, and the relaxation says how much hall, power
and service such a plan can have at a site. A grid tranche then counts for no more than the halls that can stand there,
the framework threshold is told from the halls that can be built at all, and a gate opens no more than can be in use.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.accounts import Key, Terms
from planner.search.levels import Level
from planner.solve import Program, Questions, Row

Most = Callable[[Terms], float | None]


class Empty(Exception):
    """No plan is left: the relaxation with the rows asked has no point."""


def tightened(level: Level, program: Program, rows: Sequence[Row], seconds: float | None, cores: int = 1) -> list[Row]:
    """Valid rows for plans that keep ``rows``. Raises Empty where there are none."""
    found = _asked(level, program, rows, _physical(level), seconds, cores)
    return found + _asked(level, program, [*rows, *found], _gates(level), seconds, cores)


Question = Callable[[Most], list[Row]]


def _asked(
    level: Level, program: Program, rows: Sequence[Row], questions: list[Question], seconds: float | None, cores: int
) -> list[Row]:
    def ask(part: list[Question]) -> list[Row]:
        open_model = Questions(program, rows, seconds)
        if open_model.empty:
            raise Empty
        return [
            row for question in part for row in question(lambda terms: open_model.most(level.program.linear(terms)))
        ]

    with ThreadPoolExecutor(cores) as pool:
        return [row for part in pool.map(ask, [questions[i::cores] for i in range(cores)]) for row in part]


def _physical(level: Level) -> list[Question]:
    sites = list(level.formulation.case.sites)
    return [lambda most: _framework(level, most), *(lambda most, s=s: _covers(level, most, s) for s in sites)]  # type: ignore[misc]


def _framework(level: Level, most: Most) -> list[Row]:
    """Greenfield MW pass the threshold only with the framework: ``MW - (most - threshold) reached <= threshold``."""
    case, halls = level.formulation.case, level.formulation.model.construction
    starts = [
        (case.designs[d].module_mw, halls.modules[s, d, t])
        for s, d, t in halls.modules
        if not case.designs[d].brings_own_power
    ]
    built = most(starts) if starts else None
    threshold = case.parameter("volume_threshold_mw")
    if built is None or built <= threshold:
        return []
    terms = [*starts, (threshold - built, halls.reached)]
    return [Row("tightened.framework", level.program.linear(terms), upper=threshold)]


def _covers(level: Level, most: Most, site: str) -> list[Row]:
    """The need for power is covered by tranches, each for no more than the need can be, and by plant.

    Holds where tranches are energised in the order in which they are contracted.
    """
    case, accounts, power = level.formulation.case, level.formulation.accounts, level.formulation.model.power
    p = case.periods
    tranches = [(g, e) for (s, g), e in sorted(case.tranches_of_grid.items()) if s == site]
    leads = [e.lead_months for _, e in tranches]
    if not tranches or leads != sorted(leads):
        return []
    own = {d for d, design in case.designs.items() if design.brings_own_power}

    def need(t: int) -> Terms:
        return [x for q in accounts.posts("power_need_mw", (site, t)) if q.label not in own for x in q.terms]

    # halls of these routes have no term, so the need never falls: its end is its most
    needed = most(need(p.last)) if need(p.last) else None
    if needed is None:
        return []
    rows = []
    for t in p:
        if not need(t):
            continue
        plant = [(-n, v) for q in accounts.posts("secured_mw", (site, t)) if q.label in case.plants for n, v in q.terms]
        grid: Terms = []
        left = needed
        for g, tranche in tranches:
            counts = min(tranche.mw, max(0.0, left))
            left -= tranche.mw
            grid += [
                (-counts, v)
                for (s, h, u), v in power.contract.items()
                if (s, h) == (site, g) and counts > 0 and p.ready(u, tranche.lead_months) <= t
            ]
        terms = level.program.linear([*need(t), *grid, *plant])
        rows.append(Row(f"tightened.cover[{site},{p.label(t)}]", terms, upper=0.0))
    return rows


def _gates(level: Level) -> list[Question]:
    """A gate at a site opens no more than can be in use there, all levels and services together."""
    at_site = use.halls_by_site(level.formulation.case)
    return [lambda most, s=s, t=t, keys=keys: _gates_of(level, most, s, t, keys) for (s, t), keys in at_site.items()]  # type: ignore[misc]


def _gates_of(level: Level, most: Most, s: str, t: int, keys: Sequence[tuple[str, str, str, int]]) -> list[Row]:
    case, accounts = level.formulation.case, level.formulation.accounts
    behind: dict[Key, Terms] = {}
    used: dict[Key, Terms] = defaultdict(list)
    for key in keys:
        _, o, level_id, _ = key
        gates: list[tuple[Key, Terms]] = []
        if o != soft.NO_SERVICE:
            gates.append(((o, level_id), accounts.terms("done", o, (s, level_id), t - 1)))
        gates += [
            ((x, level_id), accounts.terms("held", s, x, t))
            for x in soft.opens(case, level_id)
            if (s, x) not in case.existing_accreditations
        ]
        gates += [
            ((y, level_id), accounts.terms("done", y, (s, level_id), t - 1))
            for y in case.level_needs[level_id]
            if case.initiatives[y].per != "programme"
        ]
        for gate, opened in gates:
            behind[gate] = opened
            used[gate] += accounts.terms("hall_in_use_mw", *key)
    limit = most([x for key in keys for x in accounts.terms("hall_in_use_mw", *key)]) if used else None
    if limit is None:
        return []
    label = case.periods.label(t)
    return [
        Row(
            f"tightened.gate[{s},{gate[0]},{gate[1]},{label}]",
            level.program.linear([*terms, *((-limit * n, v) for n, v in behind[gate])]),
            upper=0.0,
        )
        for gate, terms in used.items()
    ]
