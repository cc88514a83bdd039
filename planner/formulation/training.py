"""Training and staff: cohorts by track, operators and guards before halls are in use, what staff costs."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.accounts import Cost, Limit, Meeting, Of, Post, Posting, Terms, total
from planner.formulation.combinations import Places
from planner.formulation.dates import counted, counts
from planner.formulation.families import columns, over
from planner.inputs.case import PROGRAMME, Case
from planner.plan import frame


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Cohorts and sites that go live; posts trained heads, gates of halls and agencies, and costs."""
    p = case.periods
    tracks, operators = case.tracks, soft.operator_track(case)
    b.cohorts = columns(
        soft.cohort_starts(case),
        domain=pyo.NonNegativeIntegers,
        bounds=lambda b, r, k, t: (0, soft.most_cohorts(case, tracks[r])),
        doc="whole cohorts started in the period",
    )
    b.goes_live = columns(use.live_starts(case), bounds=(0, 1), doc="the site is staffed from the period on")
    b.live_by = counted(b.goes_live, "the site is staffed by the end of the period")

    @b.Constraint(over(b.goes_live), doc="counts staffed sites by date")
    def counting_live_sites(b: Any, *index: Any) -> Any:
        return counts(b.goes_live, b.live_by, index)

    when: dict[tuple[str, str], list[int]] = defaultdict(list)
    for r, k, t in b.cohorts:
        when[r, k].append(t)

    def trained(r: str, k: str, t: int) -> Terms:
        shares = ((soft.staying(case, tracks[r], u, t), u) for u in when.get((r, k), []))
        return [(tracks[r].cohort_heads * share, b.cohorts[r, k, u]) for share, u in shares if share]

    def live(s: str, t: int) -> Terms:
        return [(1.0, b.goes_live[s, u]) for u in p if u <= t and (s, u) in b.goes_live]

    learning = {r: [k for q, k in when if q == r] for r in tracks}

    @b.Constraint(
        over([(r, t) for r in tracks for t in p if any(trained(r, k, t) for k in learning[r])]),
        doc="no more trained heads than the need",
    )
    def within_need(b: Any, r: str, t: int) -> Any:
        return total(x for k in learning[r] for x in trained(r, k, t)) <= tracks[r].need_ceiling_heads

    posts: list[Posting] = [
        Post("trained", (r, k, t), heads, r) for r, k in when for t in p if (heads := trained(r, k, t))
    ]
    staffed = list(dict.fromkeys(s for s, _ in b.goes_live))
    posts += [Post("live", (s, t), here, s) for s in staffed for t in p if (here := live(s, t))]
    for r, t in dict.fromkeys((r, t) for r, _, t in b.cohorts):
        track = tracks[r]
        most = track.capacity_heads_per_year * p.years
        first = (Of(-most, "done", (track.prerequisite_id, (), t - 1)),) if track.prerequisite_id else ()
        posts.append(
            Meeting(
                "training.within_capacity",
                (r, t),
                [(track.cohort_heads, b.cohorts[r, k, t]) for k in learning[r] if (r, k, t) in b.cohorts],
                first,
                "trainers start no more heads than they can, once they have what they teach with",
                0.0 if first else most,
            )
        )
    for s in learning[operators.track_id] if operators else ():
        r = operators.track_id  # type: ignore[union-attr]
        for t in soft.opening_rows(case):
            begun = [u for u in when[r, s] if u <= t]
            posts.append(
                Limit(
                    "training.cohorts_at_open_sites",
                    s,
                    t,
                    [(1.0, b.cohorts[r, s, u]) for u in begun],
                    float(soft.most_cohorts(case, tracks[r]) * len(begun)),
                    "operators are trained for open sites",
                )
            )
    posts += [
        Limit("training.live_at_open_sites", s, t, live(s, t), 1.0, "an open site is staffed, once")
        for s in staffed
        for t in soft.opening_rows(case)
    ]
    for (s, t), in_use in use.halls_by_site(case).items():
        if operators:
            per_mw = case.parameter("site_staff_per_mw")
            posts.append(
                Meeting(
                    "training.operators_in_post",
                    (s, t),
                    [(-n, v) for n, v in trained(operators.track_id, s, t - 1)],
                    tuple(Of(per_mw, "hall_in_use_mw", key) for key in in_use),
                    "operators are in post for the halls in use",
                )
            )
        if soft.sites_go_live(case):
            limit = use.hall_limit_mw(case, s, t - 1)
            posts.append(
                Meeting(
                    "training.in_use_where_live",
                    (s, t),
                    [(-limit * n, v) for n, v in live(s, t)],
                    tuple(Of(1.0, "hall_in_use_mw", key) for key in in_use),
                    "halls are in use where the site is staffed",
                )
            )
    posts += [
        Meeting(
            "workload.within_gates",
            (a, r, t),
            [(-n / case.training_needs[a, r], v) for n, v in trained(r, a, t - 1)],
            (Of(1.0, "admitted", (a, t)),),
            "an agency is served in the part that its gates admit",
        )
        for r, a in soft.agency_gates(case)
        if r in tracks
        for t in list(p)[1:]
    ]
    posts += _costs(b, case, learning, live)
    return posts


def _costs(b: Any, case: Case, learning: dict[str, list[str]], live: Any) -> list[Posting]:
    p = case.periods
    costs: list[Posting] = []
    operators = soft.operator_track(case)
    for r, track in case.tracks.items():
        rate = case.rate("training_tracks", r, "cost_usd_per_head")
        groups = [(k, [k]) for k in learning[r]] if track is operators else [(PROGRAMME, learning[r])]
        for place, learners in groups if rate.usd else ():
            for t in p:
                heads = [(track.cohort_heads, b.cohorts[r, k, t]) for k in learners if (r, k, t) in b.cohorts]
                costs.append(Cost("2.3.1", place, f"{r} cohorts", t, heads, "heads", rate))
    for role_id, role in case.staffing.items():
        rate = case.rate("staffing", role_id, "loaded_usd_per_head_year")
        for s in case.sites if rate.usd else ():
            for t in list(p)[1:]:
                fixed = [(p.years * role.heads_per_site * n, v) for n, v in live(s, t)] if role.heads_per_site else []
                by_mw = p.years * role.heads_per_mw
                halls = (Of(by_mw, "facility_mw", (s, t - 1)),) if by_mw else ()
                costs.append(Cost(role.wbs_code, s, role_id, t, fixed, "head-years", rate, of=halls))
    return costs


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label = case.periods.label
    cohorts = [(r, k, label(t), round(v.value)) for (r, k, t), v in b.cohorts.items() if v.value > 0.5]
    live = [(s, label(t), 1) for (s, t), v in b.goes_live.items() if v.value > 0.5]
    return {"cohorts": frame("cohorts", cohorts), "goes_live": frame("goes_live", live)}
