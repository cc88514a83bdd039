"""Training: heads that start courses, by agency; operators of sites, counted by halls.

Variables: ``heads[r,a,t]`` (heads that start a course), ``operators[r,t]`` (heads trained for halls of a place that
stand at the end of t, in place of those who left).

    within_capacity[r,t]      heads that start ≤ capacity_heads_per_year · years · what the track stands on begun
    within_need[r,t]          trained heads ≤ need_ceiling_heads
    operators_of_halls[r,t]   operators ≥ N[t] - (1 - attrition)^years · N[t-1], N = site_staff_per_mw · MW commissioned
    operators_asked_for[r,t]  operators ≤ the same + (1 - attrition)^years · staff of the halls whose lease ended in t
    operators_within_need[r,t]  Σ_s N[t] ≤ need_ceiling_heads
    within_heads[a,r,t]       admitted[a,t] ≤ trained[r,a,t-1] / heads needed

Operators begin their course just in time; none are counted before the first could be ready, and nothing serves before.
Cost 2.3.1: heads that start · cost_usd_per_head, operators at their site, others at the programme.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import soft_combinations as soft
from planner.formulation.accounts import Cost, Meeting, Of, Post, Posting
from planner.formulation.combinations import Places
from planner.formulation.terms import Terms, over, total
from planner.inputs.case import PROGRAMME, Case
from planner.plan import NOISE, frame
from planner.wbs import COURSES


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Courses; posts trained heads, gates of agencies, and costs."""
    p, operators = case.periods, soft.operator_track(case)
    b.heads = pyo.Var(over(soft.course_starts(case)), domain=pyo.NonNegativeReals, doc="heads that start a course")
    b.operators = pyo.Var(over(operator_ends(case, places)), domain=pyo.NonNegativeReals, doc="operators trained for t")
    when: dict[tuple[str, str], list[int]] = {}
    for r, a, t in b.heads:
        when.setdefault((r, a), []).append(t)

    def trained(r: str, a: str, t: int) -> Terms:
        shares = ((soft.staying(case, case.tracks[r], u, t), u) for u in when.get((r, a), []))
        return [(share, b.heads[r, a, u]) for share, u in shares if share]

    of_track: dict[tuple[str, int], Terms] = {}
    for r, a in when:
        for t in p:
            of_track.setdefault((r, t), []).extend(trained(r, a, t))

    @b.Constraint(over(i for i, x in of_track.items() if x), doc="no more trained heads than the need")
    def within_need(b: Any, r: str, t: int) -> Any:
        return total(of_track[r, t]) <= case.tracks[r].need_ceiling_heads

    posts: list[Posting] = [Post("trained", (r, a, t), x, r) for r, a in when for t in p if (x := trained(r, a, t))]
    posts += _capacity(case, _starting(b, case))
    posts += [
        Meeting(
            "training.within_heads",
            (a, r, t),
            [(-n / case.training_needs[a, r], v) for n, v in trained(r, a, t - 1)],
            (Of(1.0, "admitted", (a, t)),),
            "an agency is served in the part that its gates admit",
        )
        for r, a in soft.agency_gates(case)
        if r in case.tracks
        for t in list(p)[1:]
    ]
    return [*posts, *(_operators(b, case, places) if operators else []), *_costs(b, case)]


def operator_ends(case: Case, places: Places) -> list[tuple[str, int]]:
    """(place, period) at whose end operators of the halls that stand are in post."""
    track = soft.operator_track(case)
    first = soft.first_trained(case, track) if track else None
    return [] if first is None else [(r, t) for r in places for t in case.periods if t >= first - 1]


def operator_start(case: Case, t: int) -> int:
    """Last start of a course of operators that is ready at the end of ``t``."""
    track = soft.operator_track(case)
    start = soft.last_start(case, track, t) if track else None
    return 0 if start is None else start


def _starting(b: Any, case: Case) -> dict[tuple[str, int], Terms]:
    """(track, period) -> heads that start a course."""
    found: dict[tuple[str, int], Terms] = {}
    for (r, _, t), v in b.heads.items():
        found.setdefault((r, t), []).append((1.0, v))
    track = soft.operator_track(case)
    for (_, t), v in b.operators.items():
        found.setdefault((track.track_id, operator_start(case, t)), []).append((1.0, v))  # type: ignore[union-attr]
    return found


def _capacity(case: Case, starting: dict[tuple[str, int], Terms]) -> list[Posting]:
    posts: list[Posting] = []
    for (r, t), heads in starting.items():
        track = case.tracks[r]
        most = track.capacity_heads_per_year * case.periods.years
        first = (Of(-most, "begun", (track.prerequisite_id,)),) if track.prerequisite_id else ()
        says = "trainers start no more heads than they can, once they have what they teach with"
        posts.append(Meeting("training.within_capacity", (r, t), heads, first, says, 0.0 if first else most))
    return posts


def _operators(b: Any, case: Case, places: Places) -> list[Posting]:
    track, per_mw = soft.operator_track(case), case.parameter("site_staff_per_mw")
    assert track is not None
    stay = (1 - track.attrition_per_year) ** case.periods.years
    says = "operators are trained for the halls that stand, and again as they leave"
    posts: list[Posting] = []
    for r, t in b.operators:
        halls = [Of(per_mw, "halls_mw", (s, t)) for s in places[r]]
        if (r, t - 1) in b.operators:
            halls += [Of(-stay * per_mw, "halls_mw", (s, t - 1)) for s in places[r]]
        posts.append(Meeting("training.operators_of_halls", (r, t), [(-1.0, b.operators[r, t])], tuple(halls), says))
        most = [Of(-h.factor, h.account, h.key) for h in halls]
        if (r, t - 1) in b.operators:
            most += [Of(-stay * per_mw, "leases_ended_mw", (s, t)) for s in places[r]]
        no_more = "no more operators are trained than the halls ask for"
        posts.append(Meeting("training.operators_asked_for", (r, t), [(1.0, b.operators[r, t])], tuple(most), no_more))
    for t in dict.fromkeys(t for _, t in b.operators):
        need = tuple(Of(per_mw, "halls_mw", (s, t)) for s in case.sites)
        posts.append(
            Meeting(
                "training.operators_within_need",
                (track.track_id, t),
                [],
                need,
                "no more operators than the need",
                track.need_ceiling_heads,
            )
        )
    return posts


def _costs(b: Any, case: Case) -> list[Posting]:
    costs: list[Posting] = []
    by_track: dict[tuple[str, int], Terms] = {}
    for (r, _, t), v in b.heads.items():
        by_track.setdefault((r, t), []).append((1.0, v))
    for (r, t), heads in by_track.items():
        rate = case.rate("training_tracks", r, "cost_usd_per_head")
        if rate.usd:
            costs.append(Cost(COURSES, PROGRAMME, f"{r} courses", t, heads, "heads", rate))
    by_site: dict[tuple[str, int], Terms] = {}
    for (s, t), v in b.operators.items():
        by_site.setdefault((s, operator_start(case, t)), []).append((1.0, v))
    track = soft.operator_track(case)
    for (s, t), heads in by_site.items() if track else ():
        rate = case.rate("training_tracks", track.track_id, "cost_usd_per_head")  # type: ignore[union-attr]
        if rate.usd:
            item = f"{track.track_id} courses"  # type: ignore[union-attr]
            costs.append(Cost(COURSES, s, item, t, heads, "heads", rate))
    return costs


def settle(b: Any, case: Case, halls_mw: Any) -> None:
    """Train no more operators than the halls ask for. ``halls_mw(site, t)`` are MW commissioned at the end of t."""
    track, per_mw = soft.operator_track(case), case.parameter("site_staff_per_mw")
    stay = (1 - track.attrition_per_year) ** case.periods.years if track else 0.0
    for (s, t), v in b.operators.items():
        before = halls_mw(s, t - 1) if (s, t - 1) in b.operators else 0.0
        v.set_value(max(0.0, per_mw * (halls_mw(s, t) - stay * before)), skip_validation=True)


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label, track = case.periods.label, soft.operator_track(case)
    rows: list[tuple[object, ...]] = [(r, a, label(t), v.value) for (r, a, t), v in b.heads.items() if v.value > NOISE]
    operators: dict[tuple[str, int], float] = {}
    for (s, t), v in b.operators.items():
        key = (s, operator_start(case, t))
        operators[key] = operators.get(key, 0.0) + v.value
    rows += [(track.track_id, s, label(t), n) for (s, t), n in operators.items() if n > NOISE]  # type: ignore[union-attr]
    return {"courses": frame("courses", rows)}
