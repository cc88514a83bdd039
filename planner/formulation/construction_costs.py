"""What construction costs: halls, land, leases, hardening, the framework discount, and running the halls."""

from __future__ import annotations

from typing import Any

from planner.formulation import combinations as combos
from planner.formulation.accounts import Cost, Posting, Terms
from planner.inputs.case import Case, Design

HALL_LINES = (
    ("1.1.3", "civil and fit-out", "civil_usd_per_mw"),
    ("1.1.4", "shell", "shell_usd_per_mw"),
    ("1.2.3", "electrical plant", "electrical_usd_per_mw"),
    ("1.2.4", "cooling plant", "mechanical_usd_per_mw"),
)


def reference_shell(case: Case) -> Design:
    """The greenfield design with the dearest shell: the base of hardening and of the framework discount."""
    greenfield = [d for d in case.designs.values() if not d.brings_own_power]
    return max(greenfield or list(case.designs.values()), key=lambda d: d.shell_usd_per_mw)


def site_levels(case: Case) -> list[tuple[str, str]]:
    return [(s, level) for s in case.sites for level in case.levels if (s, level) in case.site_levels]


def investment(
    b: Any, case: Case, by_site: dict[str, Any], design_sites: dict[str, list[str]], greenfield_sites: list[str]
) -> list[Posting]:
    p = case.periods
    costs: list[Posting] = []
    shell = reference_shell(case)
    for s, designs in design_sites.items():
        multiplier = case.sites[s].construction_multiplier
        for d in designs:
            design = case.designs[d]
            paid: dict[int, Terms] = {t: [] for t in p}
            acres: dict[int, Terms] = {t: [] for t in p}
            leased: dict[int, Terms] = {t: [] for t in p}
            for _, _, u in (i for i in by_site[s] if i[1] == d):
                mw = design.module_mw
                for t, share in p.payments(u, design.lead_months, case.profile(design.profile_id)).items():
                    paid[t].append((share * mw, b.modules[s, d, u]))
                acres[u].append((design.acres_per_mw * mw, b.modules[s, d, u]))
                for t in p:
                    if u in combos.standing_starts(case, d, t):
                        leased[t].append((mw * p.years, b.modules[s, d, u]))
            for t in p:
                for wbs, item, column in HALL_LINES:
                    if paid[t] and getattr(design, column):
                        costs.append(
                            Cost(
                                wbs, s, f"{d} {item}", t, paid[t], "MW IT", case.rate("designs", d, column), multiplier
                            )
                        )
                if acres[t] and design.acres_per_mw and case.sites[s].land_price_usd_per_acre:
                    costs.append(
                        Cost(
                            "1.1.2",
                            s,
                            f"{d} land",
                            t,
                            acres[t],
                            "acres",
                            case.rate("sites", s, "land_price_usd_per_acre"),
                        )
                    )
                if leased[t] and design.lease_usd_per_mw_year:
                    costs.append(
                        Cost(
                            "1.1.5",
                            s,
                            f"{d} lease",
                            t,
                            leased[t],
                            "MW IT-years",
                            case.rate("designs", d, "lease_usd_per_mw_year"),
                        )
                    )
    for s, level in site_levels(case):
        factor = case.levels[level].hardening_share * case.sites[s].construction_multiplier
        for t in p:
            rate = case.rate("designs", shell.design_id, "shell_usd_per_mw")
            new = [
                (1.0, b.hardened_to_date[s, level, t]),
                *([(-1.0, b.hardened_to_date[s, level, t - 1])] if t else []),
            ]
            costs.append(Cost("1.1.6", s, f"hardening {level}", t, new, "MW IT", rate, factor))
    for s in greenfield_sites:
        factor = case.parameter("volume_discount_share") * case.sites[s].construction_multiplier
        for t in p:
            for item, column in (("shell", "shell_usd_per_mw"), ("civil and fit-out", "civil_usd_per_mw")):
                rate = case.rate("designs", shell.design_id, column)
                costs.append(
                    Cost(
                        "1.1.7",
                        s,
                        f"framework discount, {item}",
                        t,
                        [(-1.0, b.discounted[s, t])],
                        "MW IT",
                        rate,
                        factor,
                    )
                )
    return costs


def operations(case: Case, standing: Any, design_sites: dict[str, list[str]]) -> list[Posting]:
    p = case.periods
    costs: list[Posting] = []
    for s, designs in design_sites.items():
        for t in p:
            if t == 0:
                continue
            halls: Terms = []
            for d in designs:
                served = [(mw * p.years, v) for mw, v in standing(s, d, t - 1)]
                halls += served
                if served and case.designs[d].facility_om_usd_per_mw_year:
                    rate = case.rate("designs", d, "facility_om_usd_per_mw_year")
                    costs.append(Cost("3.2.1", s, f"{d} facility O&M", t, served, "MW IT-years", rate))
            heads = case.parameter("site_staff_per_mw")
            if halls and heads:
                rate = case.rate("parameters", "site_staff_usd_per_year", "value")
                costs.append(
                    Cost("3.2.3", s, "site staff", t, [(heads * mw, v) for mw, v in halls], "head-years", rate)
                )
    return costs
