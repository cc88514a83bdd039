"""What construction costs: halls, land, leases, hardening, the framework discount, and running the halls.

1.1.3, 1.1.4, 1.2.3, 1.2.4   MW paid along the spend profile · usd_per_mw · construction_multiplier
1.1.2   acres started · land_price_usd_per_acre
1.1.5   leased MW commissioned at the end of t · years · lease_usd_per_mw_year
1.1.6   new hardened MW · shell_usd_per_mw of the reference shell · hardening_share · construction_multiplier
1.1.7   - discounted MW · shell and civil of the reference shell · volume_discount_share, at the programme
3.2.1   MW commissioned at the end of t-1 · years · facility_om_usd_per_mw_year
3.2.3   site_staff_per_mw · that MW · years · site_staff_usd_per_year
"""

from __future__ import annotations

from typing import Any

from planner.formulation.accounts import Cost, Posting
from planner.formulation.combinations import Places
from planner.formulation.halls import Halls
from planner.formulation.terms import Terms, scaled
from planner.inputs.case import PROGRAMME, Case, Design
from planner.wbs import DISCOUNT, FACILITY_UPKEEP, HALL_LINES, HARDENING, LAND, LEASE, SITE_STAFF

DISCOUNTED = (("shell", "shell_usd_per_mw"), ("civil and fit-out", "civil_usd_per_mw"))


def reference_shell(case: Case) -> Design:
    """The greenfield design with the dearest shell: the base of hardening and of the framework discount."""
    greenfield = [d for d in case.designs.values() if not d.brings_own_power]
    return max(greenfield or list(case.designs.values()), key=lambda d: d.shell_usd_per_mw)


def investment(b: Any, case: Case, halls: Halls, places: Places) -> list[Posting]:
    costs: list[Posting] = []
    for s, designs in halls.designs.items():
        for d in designs:
            costs += _building(case, halls, s, d)
    shell = reference_shell(case).design_id
    rate = case.rate("designs", shell, "shell_usd_per_mw")
    for r, level, t in b.hardened:
        multiplier = case.sites[r].construction_multiplier if places[r] == (r,) else 1.0
        new = [(1 / multiplier, b.hardened[r, level, t])]
        if (r, level, t - 1) in b.hardened:
            new.append((-1 / multiplier, b.hardened[r, level, t - 1]))
        factor = case.levels[level].hardening_share * multiplier
        costs.append(Cost(HARDENING, r, f"hardening {level}", t, new, "MW IT", rate, factor))
    share = case.parameter("volume_discount_share")
    for t, v in b.discounted.items():
        for item, column in DISCOUNTED:
            rate = case.rate("designs", shell, column)
            costs.append(Cost(DISCOUNT, PROGRAMME, f"framework discount, {item}", t, [(-1.0, v)], "MW IT", rate, share))
    return costs


def _building(case: Case, halls: Halls, s: str, d: str) -> list[Posting]:
    """Halls of a design at a site: building, land and rent."""
    p, design, site = case.periods, case.designs[d], case.sites[s]
    paid: dict[int, Terms] = {t: [] for t in p}
    for u in halls.starts.dates(s, d):
        for t, share in p.payments(u, design.lead_months, case.profile(design.profile_id)).items():
            paid[t] += halls.new(s, d, u, share)
    costs: list[Posting] = []
    for t in p:
        for wbs, item, column in HALL_LINES:
            if paid[t] and getattr(design, column):
                rate = case.rate("designs", d, column)
                costs.append(Cost(wbs, s, f"{d} {item}", t, paid[t], "MW IT", rate, site.construction_multiplier))
        acres = halls.new(s, d, t, design.acres_per_mw)
        if acres and design.acres_per_mw and site.land_price_usd_per_acre:
            rate = case.rate("sites", s, "land_price_usd_per_acre")
            costs.append(Cost(LAND, s, f"{d} land", t, acres, "acres", rate))
        leased = halls.standing(s, d, t, per_mw=p.years)
        if leased and design.lease_usd_per_mw_year:
            rate = case.rate("designs", d, "lease_usd_per_mw_year")
            costs.append(Cost(LEASE, s, f"{d} lease", t, leased, "MW IT-years", rate))
    return costs


def operations(case: Case, halls: Halls) -> list[Posting]:
    p, heads = case.periods, case.parameter("site_staff_per_mw")
    staff = case.rate("parameters", "site_staff_usd_per_year", "value")
    costs: list[Posting] = []
    for s, designs in halls.designs.items():
        for t in list(p)[1:]:
            working: Terms = []
            for d in designs:
                served = halls.standing(s, d, t - 1, per_mw=p.years)
                working += served
                if served and case.designs[d].facility_om_usd_per_mw_year:
                    rate = case.rate("designs", d, "facility_om_usd_per_mw_year")
                    costs.append(Cost(FACILITY_UPKEEP, s, f"{d} facility O&M", t, served, "MW IT-years", rate))
            if working and heads:
                costs.append(Cost(SITE_STAFF, s, "site staff", t, scaled(working, heads), "head-years", staff))
    return costs
