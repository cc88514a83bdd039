"""Security: accreditation of sites, in order, before anything is in use at the level it opens."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planner.formulation import soft_combinations as soft
from planner.formulation import use_combinations as use
from planner.formulation.accounts import Cost, Limit, Meeting, Of, Post, Posting, Terms, total
from planner.formulation.combinations import Places
from planner.formulation.dates import counted, counts
from planner.formulation.families import columns, over
from planner.inputs.case import Case
from planner.plan import frame


def add(b: Any, case: Case, places: Places) -> list[Posting]:
    """Starts of accreditations; posts what is started and held, the gates of levels, and costs."""
    p = case.periods
    b.accredits = columns(
        soft.accreditation_starts(case), bounds=(0, 1), doc="accreditation of the site is started in the period"
    )
    b.accredited_by = counted(b.accredits, "accreditation of the site is started by the end of the period")

    @b.Constraint(over(b.accredits), doc="counts accreditations by date")
    def counting_accreditations(b: Any, *index: Any) -> Any:
        return counts(b.accredits, b.accredited_by, index)

    pairs = soft.site_accreditations(case)
    when: dict[tuple[str, str], list[int]] = {}
    for s, x, t in b.accredits:
        when.setdefault((s, x), []).append(t)

    def started(s: str, x: str, t: int) -> Terms:
        return [(1.0, b.accredits[s, x, u]) for u in when.get((s, x), []) if u <= t]

    def held(s: str, x: str, t: int) -> Terms:
        months = case.accreditations[x].duration_months
        return [(1.0, b.accredits[s, x, u]) for u in when.get((s, x), []) if p.ready(u, months) < t]

    after_another = [
        (s, x, t)
        for s, x, t in b.accredits
        if (before := case.accreditations[x].predecessor_id) and (s, before) not in case.existing_accreditations
    ]

    @b.Constraint(over(after_another), doc="an accreditation starts once the one before it is held")
    def predecessor_first(b: Any, s: str, x: str, t: int) -> Any:
        before = held(s, case.accreditations[x].predecessor_id, t)
        return total([*started(s, x, t), *((-n, v) for n, v in before)]) <= 0

    posts: list[Posting] = [
        Limit(
            "security.accredit_at_open_sites",
            s,
            t,
            started(s, x, t),
            1.0,
            "an open site is accredited, once",
            (s, x, t),
        )
        for s, x in when
        for t in soft.opening_rows(case)
    ]
    posts += [Post("accredited", (s, x), started(s, x, p.last), x) for s, x in when]
    posts += [Post("held", (s, x, t), held(s, x, t), x) for s, x in when for t in range(p.count + 1) if held(s, x, t)]
    for (s, level, t), in_use in use.halls_by_level(case).items():
        limit = use.hall_limit_mw(case, s, t - 1)
        posts += [
            Meeting(
                "security.in_use_where_authorised",
                (s, x, t),
                [(-limit * n, v) for n, v in held(s, x, t)],
                tuple(Of(1.0, "hall_in_use_mw", key) for key in in_use),
                "halls are in use at a level where the site is accredited for it",
            )
            for x in soft.opens(case, level)
            if (s, x) not in case.existing_accreditations
        ]
    for s, x, t in b.accredits:
        rate = case.rate("accreditations", x, "cost_usd")
        posts.append(Cost("2.2.1", s, x, t, [(1.0, b.accredits[s, x, t])], "accreditations", rate))
    for s, x in pairs:
        rate = case.rate("accreditations", x, "monitoring_usd_per_year")
        for t in p if rate.usd else ():
            years = [(p.years * n, v) for n, v in held(s, x, t)]
            there = (Of(p.years, "opened", (s, t)),) if (s, x) in case.existing_accreditations else ()
            posts.append(Cost("2.2.2", s, f"{x} monitoring", t, years, "accreditation-years", rate, of=there))
    return posts


def read(b: Any, case: Case) -> dict[str, pd.DataFrame]:
    label = case.periods.label
    rows = [(s, x, label(t), 1) for (s, x, t), v in b.accredits.items() if v.value > 0.5]
    return {"accredits": frame("accredits", rows)}
