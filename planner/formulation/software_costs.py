"""What initiatives of the programme and of agencies cost: units begun · cost_usd, done · years · recurring cost.

Lines 2.1.1 and 2.1.2 (software), 2.2.3 and 2.2.4 (security), 2.3.2 and 2.3.3 (training), at the programme.
"""

from __future__ import annotations

from planner.formulation import initiative_combinations as ini
from planner.formulation import soft_combinations as soft
from planner.formulation.accounts import Cost, Posting
from planner.formulation.initiative_terms import Initiatives
from planner.formulation.terms import Terms, scaled
from planner.inputs.case import PROGRAMME, Case
from planner.wbs import INITIATIVES


def costs(case: Case, done: Initiatives) -> list[Posting]:
    found: list[Posting] = []
    for y, (start, units) in ini.dates(case).items():
        found += _lines(case, y, {start: done.begun(y, units)})
    for y in done.guard_ids:
        found += _lines(case, y, {t: done.guards.at((y,), t) for t in done.guards.dates(y)})
    for e in ini.of_agencies(case):
        begun: dict[int, Terms] = {}
        for (_, t), terms in done.begun_units(e).items():
            begun.setdefault(t, []).extend(terms)
        found += _lines(case, e.initiative_id, begun)
    packaged: dict[str, dict[int, Terms]] = {}
    for y, o, level in done.packages.things():
        for t in done.packages.dates(y, o, level):
            packaged.setdefault(str(y), {}).setdefault(t, []).extend(done.packages.at((y, o, level), t))
    for y, by_period in packaged.items():
        found += _lines(case, y, by_period)
    return found


def _lines(case: Case, y: str, begun: dict[int, Terms]) -> list[Posting]:
    """Cost of what is begun, and of every year once it is done."""
    e, p = case.initiatives[y], case.periods
    once, yearly = INITIATIVES[e.category]
    cost, kept = (case.rate("initiatives", y, c) for c in ("cost_usd", "recurring_usd_per_year"))
    found: list[Posting] = []
    done: dict[int, Terms] = {}
    for t, terms in sorted(begun.items()):
        if cost.usd and terms:
            found.append(Cost(once, PROGRAMME, y, t, terms, "units", cost))
        for u in range(soft.ready(case, e, t) + 1, p.count):
            done.setdefault(u, []).extend(scaled(terms, p.years))
    if kept.usd:
        found += [
            Cost(yearly, PROGRAMME, f"{y} yearly", t, done[t], "unit-years", kept) for t in sorted(done) if done[t]
        ]
    return found
