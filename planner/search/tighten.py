"""Rows that every plan left to a search keeps, found by asking the relaxation how far things can go.

Once the money that may move is known, few halls can be added at a site. A grid tranche then counts for no more than
the halls that can stand there, and the framework threshold is told from the halls that can be built at all.
"""

from __future__ import annotations

from planner.formulation.accounts import Terms
from planner.search.levels import Level
from planner.solve import Limits, Program, Row, Verdict

#: room for the tolerances of the linear solves
MARGIN = 1e-6


def tightened(level: Level, program: Program, limits: Limits) -> list[Row]:
    """Valid rows for the level: by the most greenfield MW of all sites, and by each site's most need of power."""
    rows = []
    if (row := _framework(level, program, limits)) is not None:
        rows.append(row)
    for s in level.formulation.case.sites:
        rows += _covers(level, program, limits, s)
    return rows


def _most(level: Level, program: Program, terms: Terms, limits: Limits) -> float | None:
    found = program.solve(level.program.linear(terms), "max", limits, rows=level.rows, relaxed=program.whole)
    if found.verdict is not Verdict.OPTIMAL or found.bound is None:
        return None
    return found.bound + MARGIN * max(1.0, abs(found.bound))


def _framework(level: Level, program: Program, limits: Limits) -> Row | None:
    """Greenfield MW pass the threshold only with the framework: ``MW - (most - threshold) reached <= threshold``."""
    case, halls = level.formulation.case, level.formulation.model.construction
    starts = [
        (case.designs[d].module_mw, halls.modules[s, d, t])
        for s, d, t in halls.modules
        if not case.designs[d].brings_own_power
    ]
    most = _most(level, program, starts, limits) if starts else None
    threshold = case.parameter("volume_threshold_mw")
    if most is None or most <= threshold:
        return None
    terms = [*starts, (threshold - most, halls.reached)]
    return Row("tightened.framework", level.program.linear(terms), upper=threshold)


def _covers(level: Level, program: Program, limits: Limits, site: str) -> list[Row]:
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
    most = _most(level, program, need(p.last), limits) if need(p.last) else None
    if most is None:
        return []
    rows = []
    for t in p:
        if not need(t):
            continue
        plant = [(-n, v) for q in accounts.posts("secured_mw", (site, t)) if q.label in case.plants for n, v in q.terms]
        grid: Terms = []
        left = most
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
