"""Which combinations exist: pure functions of the Case, tested without a solver."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import wraps
from itertools import pairwise
from typing import Any, Concatenate, ParamSpec, TypeVar

from planner.inputs.case import Case, Chip, Design

#: where racks and service are tracked: place -> sites in it. Site by site is the model itself; a place of several
#: sites is a relaxation: inside it racks change sites for nothing
Places = Mapping[str, tuple[str, ...]]
#: the one class of racks where work at a site is known by MW alone
ANY_CLASS = "any"


Asked = ParamSpec("Asked")
Answer = TypeVar("Answer")


def once(function: Callable[Concatenate[Case, Asked], Answer]) -> Callable[Concatenate[Case, Asked], Answer]:
    """Answer a question about a Case once; nobody changes the answer."""

    @wraps(function)
    def answer(case: Case, /, *args: Asked.args, **kwargs: Asked.kwargs) -> Answer:
        question: tuple[Any, ...] = (function, *args, *kwargs.items())
        if question not in case.remembered:
            case.remembered[question] = function(case, *args, **kwargs)
        found: Answer = case.remembered[question]
        return found

    return answer


def each_site(case: Case) -> Places:
    """Racks and service site by site: the model itself."""
    return {s: (s,) for s in case.sites}


def one_pool(case: Case) -> Places:
    """Racks and service in one pool over all sites."""
    return {"all sites": tuple(case.sites)}


def openings(case: Case) -> list[int]:
    """Periods at whose opening a site may be opened."""
    p = case.periods
    return [t for t in p if t * p.months < max(1.0, case.parameter("opening_window_months"))]


def site_designs(case: Case) -> list[tuple[str, str]]:
    """Greenfield everywhere; retrofit and lease where at least one module of halls stands."""
    return [
        (s, d)
        for s, site in case.sites.items()
        for d, design in case.designs.items()
        if not design.brings_own_power or site.existing_mw >= design.module_mw
    ]


@once
def hall_starts(case: Case) -> list[tuple[str, str, int]]:
    """Starts that are commissioned inside the horizon, where a hall fits the site and the design is worth offering.

    A design that racks on sale cannot fill once is left out where another, which they can, holds all that it holds.
    """
    p = case.periods
    fits = [(s, d) for s, d in site_designs(case) if most_halls(case, s, d) >= 1]
    filled = {d for d, design in case.designs.items() if fillable_mw(case, d) >= design.module_mw}
    classes = {d: {q for q in rack_classes(case) if e.cooling_id in q.split("+")} for d, e in case.designs.items()}

    def is_offered(s: str, d: str) -> bool:
        return d in filled or not any(r == s and o in filled and classes[d] <= classes[o] for r, o in fits)

    return [
        (s, d, t) for s, d in fits if is_offered(s, d) for t in p if p.ready(t, case.designs[d].lead_months) <= p.last
    ]


def most_modules(case: Case, design: Design) -> int:
    return max(1, math.floor(design.max_modules_per_year * case.periods.years + 1e-9))


def fillable_mw(case: Case, design_id: str) -> float:
    """MW IT of racks that the design may hold and that are still on sale for the time from which it can be ready."""
    p, design = case.periods, case.designs[design_id]
    first = p.ready(0, design.lead_months)
    return sum(
        case.chips[c].rack_mw * case.chip_supply[c, p.year(v)].supply_racks_per_year * p.years
        for c, v in orders(case)
        if p.ready(v, case.chips[c].lead_months) >= first
        and design.cooling_id in rack_class(case, case.chips[c]).split("+")
    )


def standing_span(case: Case, design: Design, t: int, added_months: float) -> tuple[int, int]:
    """Halls that stand at the end of ``t`` are those started by the first period given, less those by the second.

    ``added_months`` delays only their use (hardening), not the end of a lease.
    """
    p = case.periods
    gone = -1
    if design.term_months:
        gone = p.last_start(t, design.lead_months) - p.after(0, design.term_months)
    return p.last_start(t, design.lead_months + added_months), gone


@once
def most_halls(case: Case, site: str, design_id: str) -> int:
    """Halls of a design that a site can start over the horizon, by land or existing halls and by the builders."""
    design, e, p = case.designs[design_id], case.sites[site], case.periods
    dates = [t for t in p if p.ready(t, design.lead_months) <= p.last]
    room = math.inf
    if design.brings_own_power:
        terms = 1 if not design.term_months else math.ceil(p.count / p.after(0, design.term_months))
        room = terms * e.existing_mw / design.module_mw
    elif design.acres_per_mw:
        room = e.land_acres / design.acres_per_mw / design.module_mw
    return math.floor(min(most_modules(case, design) * len(dates), room) + 1e-9)


def under_resolution(case: Case, t: int) -> bool:
    """A continuing resolution lasts to the end of the period, or of the fiscal year in which the period opens."""
    p = case.periods
    opening = p.fiscal_month(t)
    return case.resolution_months(p.fiscal_year(t)) >= min(12, opening + p.months)


@once
def greenfield_limit_mw(case: Case, site: str) -> float:
    """Greenfield MW that fit the land, over the designs."""
    per_acre = [d.acres_per_mw for d in case.designs.values() if not d.brings_own_power]
    least = min(per_acre) if per_acre else 0.0
    most_starts = sum(
        most_modules(case, case.designs[d]) * case.designs[d].module_mw
        for s, d, _ in hall_starts(case)
        if s == site and not case.designs[d].brings_own_power
    )
    return min(case.sites[site].land_acres / least, most_starts) if least > 0 else most_starts


@once
def tranche_starts(case: Case) -> list[tuple[str, int, int]]:
    p = case.periods
    return [(s, g, t) for (s, g), e in case.tranches_of_grid.items() for t in p if p.ready(t, e.lead_months) <= p.last]


def tranche_before(case: Case) -> dict[tuple[str, int], int]:
    """(site, tranche) -> the tranche of the site that is taken before it; a site's first tranche has none."""
    found: dict[tuple[str, int], int] = {}
    for s in case.sites:
        numbers = sorted(g for r, g in case.tranches_of_grid if r == s)
        found |= {(s, g): earlier for earlier, g in pairwise(numbers)}
    return found


def most_units(case: Case, site: str, plant: str) -> int:
    return math.floor(case.sites[site].max_onsite_mw / case.plants[plant].unit_mw + 1e-9)


@once
def plant_orders(case: Case) -> list[tuple[str, str, int]]:
    p = case.periods
    return [
        (s, k, t)
        for s in case.sites
        for k, plant in case.plants.items()
        if most_units(case, s, k) >= 1
        for t in p
        if p.ready(t, plant.lead_months) <= p.last and p.year(t) >= plant.first_order_year
    ]


def ppa_starts(case: Case) -> list[tuple[str, str, int]]:
    """(site, ppa, period) whose first energy comes inside the horizon."""
    p = case.periods
    return [(s, i, t) for (i, s), e in case.ppas.items() for t in p if p.ready(t, e.lead_months) < p.last]


def rack_class(case: Case, chip: Chip) -> str:
    """Racks that fit the same cooling designs are one class; its name lists them."""
    return "+".join(
        c
        for c, e in case.cooling.items()
        if chip.rack_kw <= e.rack_kw_max and (e.holds_liquid_racks or not chip.needs_liquid)
    )


@once
def rack_classes(case: Case) -> list[str]:
    return list(dict.fromkeys(rack_class(case, chip) for chip in case.chips.values()))


@once
def housings(case: Case) -> list[tuple[str, str, str, int]]:
    """(site, cooling, rack class, first period at whose end a hall of the cooling may stand there)."""
    p = case.periods
    first: dict[tuple[str, str], int] = {}
    for s, d, t in hall_starts(case):
        design = case.designs[d]
        ready = p.ready(t, design.lead_months)
        first[s, design.cooling_id] = min(ready, first.get((s, design.cooling_id), ready))
    return [(s, c, q, t) for (s, c), t in first.items() for q in rack_classes(case) if c in q.split("+")]


@once
def orders(case: Case) -> list[tuple[str, int]]:
    """(chip, period of order) on sale and installed inside the horizon."""
    p = case.periods
    return [
        (c, t)
        for c, chip in case.chips.items()
        for t in p
        if (c, p.year(t)) in case.chip_supply and p.ready(t, chip.lead_months) <= p.last
    ]


@once
def vintages(case: Case, chip: str) -> list[int]:
    """Order periods of a chip."""
    return [t for c, t in orders(case) if c == chip]


def life(case: Case, chip: Chip, vintage: int) -> tuple[int, int]:
    """First and last period at whose end a rack of the vintage is installed; the last may lie past the horizon."""
    ready = case.periods.ready(vintage, chip.lead_months)
    return ready, case.periods.after(ready, chip.life_months) - 1


def retirements(case: Case, chip: Chip, vintage: int) -> range:
    """Ends of periods at which a rack of the vintage may be removed early."""
    first, last = life(case, chip, vintage)
    return range(first + 1, min(last, case.periods.last) + 1)


def years_after(case: Case) -> range:
    return range(1, int(case.parameter("tail_years")) + 1)


def survives(case: Case, chip: Chip, vintage: int, year_after: int) -> bool:
    """The rack serves through the whole n-th year past the horizon."""
    ready = case.periods.ready(vintage, chip.lead_months)
    return (ready - case.periods.last) * case.periods.months + chip.life_months >= 12 * year_after


@once
def survivors(case: Case) -> dict[str, dict[int, list[int]]]:
    """chip -> year after the horizon -> vintages that serve through it."""
    found: dict[str, dict[int, list[int]]] = {}
    for c in case.chips:
        for n in years_after(case):
            lasting = [v for v in vintages(case, c) if survives(case, case.chips[c], v, n)]
            if lasting:
                found.setdefault(c, {})[n] = lasting
    return found


@once
def presence(case: Case) -> list[tuple[str, int]]:
    """(chip, period) at whose end some rack of the chip may be installed."""
    found = []
    for c, chip in case.chips.items():
        spans = [life(case, chip, v) for v in vintages(case, c)]
        found += [(c, t) for t in case.periods if any(first <= t <= last for first, last in spans)]
    return found


def serving_chips(case: Case) -> list[tuple[str, int]]:
    """(chip, period) in which some rack of the chip may serve."""
    return [(c, t + 1) for c, t in presence(case) if t < case.periods.last]


def asked(case: Case) -> set[tuple[str, str]]:
    """(workload, level) that some agency asks for."""
    return {(d.workload_id, d.level_id) for d in case.demands.values()}


def cluster_workloads(case: Case) -> list[str]:
    return [w for w, e in case.workloads.items() if e.cluster_pflops > 0]
