"""Initiatives of the soft half: what is started where, in which order, and what waits until it is done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pandas as pd

from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.accounts import Cost, Key, Limit, Meeting, Of, Post, Posting, Terms, total
from planner.formulation.combinations import Places
from planner.formulation.dates import counted, counts
from planner.formulation.families import columns, over
from planner.inputs.case import PROGRAMME, Case, Initiative
from planner.plan import NOISE, frame

#: category -> (line of the starts, line of the years after)
LINES = {"software": ("2.1.1", "2.1.2"), "security": ("2.2.3", "2.2.4"), "training": ("2.3.2", "2.3.3")}
#: the unit of an initiative that is done once for the programme
WHOLE: Key = ()


class Starts:
    """What is started, by initiative and unit; a unit is the rest of a variable's index."""

    def __init__(self, b: Any, case: Case) -> None:
        self.case = case
        self.units: dict[str, dict[Key, dict[int, Any]]] = {y: defaultdict(dict) for y in case.initiatives}
        for (y, t), v in b.starts.items():
            self.units[y][WHOLE][t] = v
        for (s, y, level, t), v in b.ports.items():
            self.units[y][s, level][t] = v
        for (y, o, level, t), v in b.packages.items():
            self.units[y][o, level][t] = v
        for variable in (b.onboards, b.connects):
            for (y, a, t), v in variable.items():
                self.units[y][(a,)][t] = v

    def by(self, y: str, unit: Key, t: int) -> Terms:
        """Started up to a period."""
        return [(1.0, v) for u, v in self.units[y].get(unit, {}).items() if u <= t]

    def done(self, y: str, unit: Key, t: int) -> Terms:
        """Done at the end of a period."""
        last = self.case.periods.last_start(t, self.case.initiatives[y].duration_months)
        return self.by(y, unit, last)

    def before_first(self, e: Initiative, unit: Key, most: float, t: int) -> Any:
        """What is started of a unit to date waits for its prerequisite."""
        ready = self.done(e.prerequisite_id, WHOLE, t - 1)
        return total([*self.by(e.initiative_id, unit, t), *((-most * n, v) for n, v in ready)]) <= 0


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Starts; posts what is done, the gates of halls and of agencies, and costs."""
    p = case.periods
    b.starts = columns(soft.programme_starts(case), bounds=(0, 1), doc="done once for the programme: started")
    b.ports = columns(soft.port_starts(case), bounds=(0, 1), doc="started at a site for a level")
    b.packages = columns(soft.package_starts(case), bounds=(0, 1), doc="authorisation of a service at a level")

    def of_agency(b: Any, y: str, a: str, t: int) -> tuple[float, float]:
        return 0, soft.units_of_agency(case, y, a)

    whole, parts = soft.agency_starts(case, "agency"), soft.agency_starts(case, "small agency", "system")
    b.onboards = columns(whole, bounds=of_agency, doc="large agencies of a group, started in the period")
    b.connects = columns(parts, bounds=of_agency, doc="small agencies or systems of a group, started in the period")
    b.started_by = counted(b.starts, "the programme's initiatives started by the end of the period")
    b.ported_by = counted(b.ports, "initiatives of a site and level started by the end of the period")
    b.packaged_by = counted(b.packages, "authorisations started by the end of the period")
    b.onboarded_by = counted(b.onboards, "large agencies of a group started by the end of the period")

    @b.Constraint(over(b.starts), doc="counts the programme's initiatives by date")
    def counting_starts(b: Any, *index: Any) -> Any:
        return counts(b.starts, b.started_by, index)

    @b.Constraint(over(b.ports), doc="counts initiatives of sites and levels by date")
    def counting_ports(b: Any, *index: Any) -> Any:
        return counts(b.ports, b.ported_by, index)

    @b.Constraint(over(b.packages), doc="counts authorisations by date")
    def counting_packages(b: Any, *index: Any) -> Any:
        return counts(b.packages, b.packaged_by, index)

    @b.Constraint(over(b.onboards), doc="counts large agencies by date")
    def counting_onboards(b: Any, *index: Any) -> Any:
        return counts(b.onboards, b.onboarded_by, index)

    starts = Starts(b, case)
    initiatives = case.initiatives

    def units(y: str) -> Iterable[Key]:
        return starts.units[y]

    once = [y for y, e in initiatives.items() if e.per == "programme" and starts.units[y]]
    packaged = [(y, *k) for y, e in initiatives.items() if e.per == "service-level" for k in units(y)]
    of_agencies = [(y, *k) for y, e in initiatives.items() if e.per in soft.PER_AGENCY for k in units(y)]
    several = [y for y in initiatives if y not in once and starts.units[y]]

    @b.Constraint(over(once), doc="what is done once for the programme is started once")
    def start_once(b: Any, y: str) -> Any:
        return total(starts.by(y, WHOLE, p.last)) <= 1

    @b.Constraint(over(packaged), doc="a service is authorised once at a level")
    def packages_once(b: Any, y: str, o: str, level: str) -> Any:
        return total(starts.by(y, (o, level), p.last)) <= 1

    @b.Constraint(over(of_agencies), doc="no more units than the agencies have")
    def units_of_agency(b: Any, y: str, a: str) -> Any:
        return total(starts.by(y, (a,), p.last)) <= soft.units_of_agency(case, y, a)

    @b.Constraint(over(several), doc="no more units than the need")
    def within_need(b: Any, y: str) -> Any:
        return total(x for k in units(y) for x in starts.by(y, k, p.last)) <= initiatives[y].need_ceiling_units

    def waiting(variable: Any, at: int) -> list[Any]:
        """Members of a variable that wait for a prerequisite; the initiative stands at a place of the index."""
        return [i for i in variable if initiatives[i[at]].prerequisite_id]

    @b.Constraint(over(waiting(b.starts, 0)), doc="the programme's initiatives wait for what they stand on")
    def start_after_prerequisite(b: Any, y: str, t: int) -> Any:
        return starts.before_first(initiatives[y], WHOLE, 1.0, t)

    @b.Constraint(over(waiting(b.ports, 1)), doc="initiatives of a site and level wait for what they stand on")
    def port_after_prerequisite(b: Any, s: str, y: str, level: str, t: int) -> Any:
        return starts.before_first(initiatives[y], (s, level), 1.0, t)

    @b.Constraint(over(waiting(b.packages, 0)), doc="authorisations wait for what they stand on")
    def package_after_prerequisite(b: Any, y: str, o: str, level: str, t: int) -> Any:
        return starts.before_first(initiatives[y], (o, level), 1.0, t)

    of_both = [*waiting(b.onboards, 0), *waiting(b.connects, 0)]

    @b.Constraint(over(of_both), doc="initiatives of agencies wait for what they stand on")
    def units_after_prerequisite(b: Any, y: str, a: str, t: int) -> Any:
        return starts.before_first(initiatives[y], (a,), soft.units_of_agency(case, y, a), t)

    posts: list[Posting] = [
        Post("done", (y, k, t), done, y)
        for y in initiatives
        for k in units(y)
        for t in p
        if (done := starts.done(y, k, t))
    ]
    posts += _ports(case, starts)
    posts += _gates_of_halls(case, starts)
    posts += _gates_of_agencies(case, starts)
    posts += _costs(case, starts)
    return posts


def _ports(case: Case, starts: Starts) -> list[Posting]:
    ports = [
        (str(s), y, str(level))
        for y, e in case.initiatives.items()
        if e.per == "site-level"
        for s, level in starts.units[y]
    ]
    posts: list[Posting] = [
        Limit(
            "software.ports_at_open_sites",
            s,
            t,
            starts.by(y, (s, level), t),
            1.0,
            "a port is started at an open site, once",
            (s, y, level, t),
        )
        for s, y, level in ports
        for t in soft.opening_rows(case)
    ]
    posts += [
        Meeting(
            "software.ports_at_authorised_levels",
            (s, y, level, x),
            starts.by(y, (s, level), case.periods.last),
            (Of(-1.0, "accredited", (s, x)),),
            "a port stands where the level is accredited",
        )
        for s, y, level in ports
        for x in soft.opens(case, level)
        if (s, x) not in case.existing_accreditations
    ]
    return posts


def _gates_of_halls(case: Case, starts: Starts) -> list[Posting]:
    posts: list[Posting] = []

    def shut(most: float, y: str, unit: Key, t: int) -> Terms:
        return [(-most * n, v) for n, v in starts.done(y, unit, t - 1)]

    by_service: dict[tuple[str, str, int], list[Key]] = defaultdict(list)
    for s, o, level, t in use.halls_in_use(case):
        if o == soft.NO_SERVICE:
            continue
        by_service[o, level, t].append((s, o, level, t))
        posts.append(
            Meeting(
                "software.in_use_where_ported",
                (s, o, level, t),
                shut(use.most_mw(case, s, o, level, t), o, (s, level), t),
                (Of(1.0, "hall_in_use_mw", (s, o, level, t)),),
                "halls are in use for a service where it is ported",
            )
        )
    posts += [
        Meeting(
            "software.in_use_where_packaged",
            (e.initiative_id, o, level, t),
            shut(use.service_limit_mw(case, o, level, t), e.initiative_id, (o, level), t),
            tuple(Of(1.0, "hall_in_use_mw", key) for key in in_use),
            "halls are in use for a service at a level where it is authorised",
        )
        for e in soft.with_effect(case, "authorises service")
        for (o, level, t), in_use in by_service.items()
    ]
    for (s, level, t), in_use in use.halls_by_level(case).items():
        for y in case.level_needs[level]:
            unit = WHOLE if case.initiatives[y].per == "programme" else (s, level)
            posts.append(
                Meeting(
                    "software.in_use_where_guarded",
                    (s, y, level, t),
                    shut(use.hall_limit_mw(case, s, t - 1), y, unit, t),
                    tuple(Of(1.0, "hall_in_use_mw", key) for key in in_use),
                    "halls are in use at a level once what guards it is done",
                )
            )
    return posts


def _gates_of_agencies(case: Case, starts: Starts) -> list[Posting]:
    """Each bounds the part of an agency's demand that may be served."""
    small = soft.small_gate(case)

    def fraction(y: str, a: str, units: float, part: float, t: int) -> tuple[Terms, float]:
        """The part that is done; a part without agencies counts as done."""
        if not units:
            return [], part
        return [(part / units * n, v) for n, v in starts.done(y, (a,), t - 1)], 0.0

    posts: list[Posting] = []
    for y, a in soft.agency_gates(case):
        if y not in case.initiatives:
            continue
        group = case.agencies[a]
        for t in list(case.periods)[1:]:
            if case.initiatives[y].per == "agency":
                terms, known = fraction(y, a, group.large_agencies, 1 - group.small_demand_share, t)
                name, count = (small.initiative_id, group.small_agencies) if small else (y, 0.0)
                more, also = fraction(name, a, count, group.small_demand_share, t)
                terms, known = [*terms, *more], known + also
            else:
                terms, known = fraction(y, a, soft.units_of_agency(case, y, a), 1.0, t)
            posts.append(
                Meeting(
                    "workload.within_gates",
                    (a, y, t),
                    [(-n, v) for n, v in terms],
                    (Of(1.0, "admitted", (a, t)),),
                    "an agency is served in the part that its gates admit",
                    known,
                )
            )
    return posts


def _costs(case: Case, starts: Starts) -> list[Posting]:
    costs: list[Posting] = []
    for y, e in case.initiatives.items():
        once, yearly = LINES[e.category]
        by_place: dict[str, list[Key]] = defaultdict(list)
        for k in starts.units[y]:
            by_place[str(k[0]) if e.per == "site-level" else PROGRAMME].append(k)
        cost = case.rate("initiatives", y, "cost_usd")
        kept = case.rate("initiatives", y, "recurring_usd_per_year")
        for place, units in by_place.items():
            for t in case.periods:
                begun = [(1.0, starts.units[y][k][t]) for k in units if t in starts.units[y][k]]
                years = [(case.periods.years * n, v) for k in units for n, v in starts.done(y, k, t - 1)]
                if cost.usd:
                    costs.append(Cost(once, place, y, t, begun, "units", cost))
                if kept.usd:
                    costs.append(Cost(yearly, place, f"{y} yearly", t, years, "unit-years", kept))
    return costs


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label = case.periods.label
    found: dict[str, list[tuple[object, ...]]] = {
        "starts": [(y, label(t), 1) for (y, t), v in b.starts.items() if v.value > 0.5],
        "ports": [(s, y, k, label(t), 1) for (s, y, k, t), v in b.ports.items() if v.value > 0.5],
        "packages": [(y, o, k, label(t), 1) for (y, o, k, t), v in b.packages.items() if v.value > 0.5],
        "onboards": [(y, a, label(t), round(v.value)) for (y, a, t), v in b.onboards.items() if v.value > 0.5],
        "connects": [(y, a, label(t), v.value) for (y, a, t), v in b.connects.items() if v.value > NOISE],
    }
    return {name: frame(name, rows) for name, rows in found.items()}
