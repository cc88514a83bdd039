"""The end of the horizon: what halls that house racks, their land, and connections that carry load are still worth.

Only where the objective weighs ``terminal_value``. Variable: ``serving_mw[s,d,t]``, MW IT of halls of design d that
came to stand at the end of period t and house racks at the end of the horizon. Leased halls go back to their owner.

    serving_halls_stand[s,d,t]      serving ≤ MW of halls that came to stand at the end of t
    serving_house_racks[s,c]        Σ_d of the cooling, t serving ≤ housed MW at the end of the horizon

A MW of halls is worth Σ lines rate · construction_multiplier · left(life), and acres_per_mw · price of land · left; a
MW of connection its rate at the site's first tranche · construction_multiplier · left. ``left`` falls in a straight
line from the end of t to the end of the tail, in which racks go on using halls and connections: 1 less age over life,
at least 0; 1 where the life is 0. Rates are those of t in base-year dollars. All is present value at the end of the
tail, M base-year USD. Idle MW of connections (``power``) have none.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyomo.environ as pyo

from planner.formulation.accounts import Accounts, Post, Posting
from planner.formulation.contracts import connection_musd, energised_in
from planner.formulation.halls import Halls
from planner.formulation.supply import Supply
from planner.formulation.terms import Terms, minus, over, total, value
from planner.inputs.case import USD_PER_MUSD, Case
from planner.plan import NOISE, frame
from planner.wbs import HALL_LINES, LAND

GRID = "connection"


def hall_musd(case: Case, site: str, design: str, ready: int) -> float:
    """What a MW of halls with its land is worth at the end of the horizon: M base-year USD, not discounted."""
    d, musd = case.designs[design], 0.0
    for code, _, column in HALL_LINES:
        rate = case.musd(case.rate("designs", design, column), ready)
        musd += rate * case.sites[site].construction_multiplier * case.left_at_end(code, ready)
    acre = case.musd(case.rate("sites", site, "land_price_usd_per_acre"), ready)
    return (musd + d.acres_per_mw * acre * case.left_at_end(LAND, ready)) * case.deflator(ready)


def add(b: Any, case: Case, halls: Halls, supply: Supply, idle_mw: Any) -> list[Posting]:
    """Halls that serve at the end; posts what they and connections are worth."""
    ready = {
        (s, d, case.periods.ready(u, case.designs[d].lead_months)): u
        for s, designs in halls.designs.items()
        for d in designs
        for u in halls.starts.dates(s, d)
        if case.values_the_end and not case.designs[d].term_months
    }
    b.serving_mw = pyo.Var(over(ready), domain=pyo.NonNegativeReals, doc="MW IT that house racks in the end")

    @b.Constraint(over(ready), doc="halls that serve in the end came to stand")
    def serving_halls_stand(b: Any, s: str, d: str, r: int) -> Any:
        return total([(1.0, b.serving_mw[s, d, r]), *minus(halls.new(s, d, ready[s, d, r]))]) <= 0

    posts: list[Posting] = []
    for (s, d, r), v in b.serving_mw.items():
        posts.append(Post("terminal_value", (s, d, r), [(hall_musd(case, s, d, r) * case.present_factor_end, v)], d))
    for s in case.sites if case.values_the_end else ():
        for r, energised in sorted(energised_in(case, supply, s).items()):
            each = connection_musd(case, s, r) * case.present_factor_end
            used = [(each * n, v) for n, v in [*energised, (-1.0, idle_mw[s, r])]]
            posts.append(Post("terminal_value", (s, GRID, r), used, GRID))
    return posts


def close(b: Any, case: Case, accounts: Accounts) -> None:
    """Only halls that house racks at the end of the horizon serve."""
    serving: dict[tuple[str, str], Terms] = {}
    for (s, d, _), v in b.serving_mw.items():
        serving.setdefault((s, case.designs[d].cooling_id), []).append((1.0, v))

    @b.Constraint(over(serving), doc="halls that serve in the end house racks")
    def serving_house_racks(b: Any, s: str, c: str) -> Any:
        return total([*serving[s, c], *_housed(case, accounts, s, c)]) <= 0


def _housed(case: Case, accounts: Accounts, s: str, c: str) -> Terms:
    """Less the racks in halls of the cooling at the end of the horizon."""
    posts = accounts.posts("commissioned_mw", (s, c, case.periods.last))
    return [x for post in posts if post.label == "housed" for x in post.terms]


def settle(b: Any, case: Case, halls: Halls, accounts: Accounts) -> None:
    """Racks fill the halls that are worth most."""
    room = {
        (s, c): -value(_housed(case, accounts, s, c))
        for s, c in dict.fromkeys((s, case.designs[d].cooling_id) for s, d, _ in b.serving_mw)
    }
    stood = {
        (s, d, case.periods.ready(u, case.designs[d].lead_months)): value(halls.new(s, d, u))
        for s, d in dict.fromkeys((s, d) for s, d, _ in b.serving_mw)
        for u in halls.starts.dates(s, d)
    }
    for s, d, r in sorted(b.serving_mw, key=lambda i: (-hall_musd(case, *i), i)):
        cooling = case.designs[d].cooling_id
        mw = min(room[s, cooling], stood[s, d, r])
        b.serving_mw[s, d, r].set_value(max(0.0, mw), skip_validation=True)
        room[s, cooling] -= max(0.0, mw)


def read(b: Any, case: Case, supply: Supply, idle_mw: Any) -> dict[str, pd.DataFrame]:
    """Rows by what is worth something: MW, and base-year dollars at the end of the horizon and at present."""
    rows = [(s, d, r, v.value, hall_musd(case, s, d, r)) for (s, d, r), v in b.serving_mw.items()]
    for s in case.sites if case.values_the_end else ():
        for r, mw in sorted(energised_in(case, supply, s).items()):
            rows.append((s, GRID, r, value(mw) - idle_mw[s, r].value, connection_musd(case, s, r)))
    found = [
        (s, asset, case.periods.label(r), mw, usd, usd * case.present_factor_end)
        for s, asset, r, mw, each in rows
        if mw > NOISE and (usd := USD_PER_MUSD * mw * each) > NOISE
    ]
    return {"terminal_value": frame("terminal_value", found)}
