"""The money of the plan by hand, line by line."""

from __future__ import annotations

#: code, period, quantity, rate, reference, factor, escalation
Line = tuple[str, str, float, float, str, float, float]

#: Set aside in each of three years, M dollars. Infrastructure by year with management and contingency:
#: 66.9528 - 1.836 + 80.784 + 123.9 = 269.8008; 1.085535 + 0.01155 = 1.097085; 10.456845; together 281.35473.
#: Software, security and training:
#: 6.8 * 1.25 + 7 * 1.2 + 1.1975 * 1.1 = 18.21725; 15.07 * 1.25 + 7.26 * 1.2 + 0.4015 * 1.1 = 27.99115;
#: 7.2479 * 1.25 + 3.146 * 1.2 + 0.27225 * 1.1 = 13.13455; together 59.34295.
#: At most 73 % is infrastructure; in 2028 a quarter of 10.456845 is less than what is spent.
UNALLOCATED = (281.35473 / 0.73 - 281.35473 - 59.34295) / 3

SITE_LINES: list[Line] = [
    ("1.1.1", "2026", 0.5, 1e6, "sites.S1.opening_cost_usd", 1.5, 1),
    ("1.1.2", "2026", 20, 1e4, "sites.S1.land_price_usd_per_acre", 1, 1),
    ("1.1.3", "2026", 20, 5e5, "designs.GF.civil_usd_per_mw", 1.5, 1),
    ("1.1.3", "2026", 5, 1e5, "designs.LE.civil_usd_per_mw", 1.5, 1),
    ("1.1.4", "2026", 20, 1e6, "designs.GF.shell_usd_per_mw", 1.5, 1),
    ("1.1.5", "2026", 5, 1e6, "designs.LE.lease_usd_per_mw_year", 1, 1),
    ("1.1.6", "2026", 10, 1e6, "designs.GF.shell_usd_per_mw", 0.3, 1),
    # 0.75 + 0.2 + 15 + 0.75 + 30 + 5 + 3 = 54.7 M
    ("1.1.8", "2026", 54.7e6, 1, "parameters.programme_management_share.value", 0.02, 1),
    ("1.1.9", "2026", 55.794e6, 1, "categories.construction.contingency_share", 0.2, 1),
    ("1.2.1", "2026", 40, 1e5, "grid_tranches.S1/1.connection_usd_per_mw", 1.5, 1),
    ("1.2.2", "2026", 10_000, 1000, "plants.ENG.capex_usd_per_kw", 1.5, 1),
    ("1.2.3", "2026", 20, 1e6, "designs.GF.electrical_usd_per_mw", 1.5, 1),
    ("1.2.4", "2026", 20, 5e5, "designs.GF.mechanical_usd_per_mw", 1.5, 1),
    # 6 + 15 + 30 + 15 = 66 M
    ("1.2.8", "2026", 66e6, 1, "parameters.programme_management_share.value", 0.02, 1),
    ("1.2.9", "2026", 67.32e6, 1, "categories.power and cooling.contingency_share", 0.2, 1),
    ("1.3.1", "2026", 100, 1e6, "chip_supply.C/2026.rack_price_usd", 1, 1),
    ("1.3.2", "2026", 100, 1e5, "chips.C.fabric_usd_per_rack", 1, 1),
    ("1.3.3", "2026", 100, 1e6, "chip_supply.C/2026.rack_price_usd", 0.03, 1),
    ("1.3.4", "2026", 100, 1e6, "chip_supply.C/2026.rack_price_usd", 0.05, 1),
    # 100 + 10 + 3 + 5 = 118 M
    ("1.3.9", "2026", 118e6, 1, "categories.chips.contingency_share", 0.05, 1),
    ("1.3.5", "2027", 10, 1000, "parameters.disposal_usd_per_rack.value", 1, 1.1),
    ("1.3.9", "2027", 11_000, 1, "categories.chips.contingency_share", 0.05, 1),
    ("1.3.1", "2028", 10, 8e5, "chip_supply.C/2028.rack_price_usd", 1, 1),
    ("1.3.2", "2028", 10, 1e5, "chips.C.fabric_usd_per_rack", 1, 1.21),
    ("1.3.3", "2028", 10, 8e5, "chip_supply.C/2028.rack_price_usd", 0.03, 1),
    ("1.3.4", "2028", 10, 8e5, "chip_supply.C/2028.rack_price_usd", 0.05, 1),
    ("1.3.5", "2028", 90, 1000, "parameters.disposal_usd_per_rack.value", 1, 1.21),
    # 8 + 1.21 + 0.24 + 0.4 + 0.1089 = 9.9589 M
    ("1.3.9", "2028", 9_958_900, 1, "categories.chips.contingency_share", 0.05, 1),
    ("3.1.1", "2027", 65_336, 50, "sites.S1.tariff_usd_per_mwh", 1, 1.05),
    ("3.1.1", "2028", 66_926.4, 50, "sites.S1.tariff_usd_per_mwh", 1, 1.1025),
    ("3.1.2", "2027", 214_984, 10, "sites.S1.delivery_usd_per_mwh", 1, 1.05),
    ("3.1.2", "2028", 213_393.6, 10, "sites.S1.delivery_usd_per_mwh", 1, 1.1025),
    ("3.1.3", "2027", 8760, 40, "ppas.WIND/S1.price_usd_per_mwh", 1, 1),
    ("3.1.3", "2028", 8760, 40, "ppas.WIND/S1.price_usd_per_mwh", 1, 1),
    ("3.1.4", "2027", 80_000, 4, "gas_prices.south/2027.price_usd_per_mmbtu", 1, 1.1),
    ("3.1.5", "2027", 10_000, 5, "plants.ENG.variable_om_usd_per_mwh", 1, 1.1),
    ("3.1.5", "2027", 10_000, 20, "plants.ENG.fixed_om_usd_per_kw_year", 1, 1.1),
    ("3.1.5", "2028", 10_000, 20, "plants.ENG.fixed_om_usd_per_kw_year", 1, 1.21),
    ("3.1.6", "2027", 30_134.4, 10, "parameters.carbon_price_usd_per_t.value", 1, 1.1),
    ("3.1.6", "2028", 26_770.56, 10, "parameters.carbon_price_usd_per_t.value", 1, 1.21),
    ("3.2.1", "2027", 20, 1e5, "designs.GF.facility_om_usd_per_mw_year", 1, 1.1),
    ("3.2.1", "2027", 5, 1e5, "designs.LE.facility_om_usd_per_mw_year", 1, 1.1),
    ("3.2.1", "2028", 20, 1e5, "designs.GF.facility_om_usd_per_mw_year", 1, 1.21),
    ("3.2.2", "2027", 7008, 2, "parameters.cost_of_water_usd_per_m3.value", 1, 1.1),
    ("3.2.2", "2028", 6307.2, 2, "parameters.cost_of_water_usd_per_m3.value", 1, 1.21),
    ("3.2.3", "2027", 12.5, 1e5, "parameters.site_staff_usd_per_year.value", 1, 1.1),
    ("3.2.3", "2028", 10, 1e5, "parameters.site_staff_usd_per_year.value", 1, 1.21),
    ("3.2.4", "2027", 100, 9e5, "chip_supply.C/2027.rack_price_usd", 0.03, 1),
    ("3.2.4", "2028", 90, 8e5, "chip_supply.C/2028.rack_price_usd", 0.03, 1),
    ("3.3.1", "2027", 80, 100, "movement.AG/S1.movement_usd_per_pflops_year", 1, 1),
    ("3.3.1", "2028", 80, 100, "movement.AG/S1.movement_usd_per_pflops_year", 1, 1),
    # an eighth of a MW hardened for Secret, at 0.3 of the shell, 0.061875 M with its index; 0.825 M of the opening
    ("1.1.1", "2027", 0.5, 1e6, "sites.S1.opening_cost_usd", 1.5, 1.1),
    ("1.1.6", "2027", 0.125, 1e6, "designs.GF.shell_usd_per_mw", 0.45, 1.1),
    ("1.1.8", "2027", 0.886875e6, 1, "parameters.programme_management_share.value", 0.02, 1),
    ("1.1.9", "2027", 904_612.5, 1, "categories.construction.contingency_share", 0.2, 1),
    # 7.3 and 2.5 of inference
    ("3.3.1", "2028", 9.8, 50, "movement.AS/S1.movement_usd_per_pflops_year", 1, 1),
    # peak of the halls at the end of the year before: 20 * 1.25 + 5 * 1.3 = 31.5 MW, then 25; and four guards a site
    ("3.2.5", "2027", 10.3, 1e5, "staffing.GUARD.loaded_usd_per_head_year", 1, 1.1),
    ("3.2.5", "2028", 9, 1e5, "staffing.GUARD.loaded_usd_per_head_year", 1, 1.21),
    ("3.2.7", "2027", 3.15, 2e5, "staffing.SUPPORT.loaded_usd_per_head_year", 1, 1.1),
    ("3.2.7", "2028", 2.5, 2e5, "staffing.SUPPORT.loaded_usd_per_head_year", 1, 1.21),
    ("2.1.1", "2027", 2, 3e6, "initiatives.SVC.cost_usd", 1, 1.1),
    ("2.1.9", "2027", 6.6e6, 1, "categories.software.contingency_share", 0.25, 1),
    ("2.1.2", "2028", 2, 5e5, "initiatives.SVC.recurring_usd_per_year", 1, 1.21),
    ("2.1.9", "2028", 1.21e6, 1, "categories.software.contingency_share", 0.25, 1),
    ("2.2.1", "2026", 1, 2e6, "accreditations.HIGH.cost_usd", 1, 1),
    ("2.2.9", "2026", 2e6, 1, "categories.security.contingency_share", 0.2, 1),
    ("2.2.1", "2027", 1, 3e6, "accreditations.IL6.cost_usd", 1, 1.1),
    ("2.2.2", "2027", 1, 5e5, "accreditations.HIGH.monitoring_usd_per_year", 1, 1.1),
    ("2.2.3", "2027", 1, 1e6, "initiatives.CROSS.cost_usd", 1, 1.1),
    # (3 + 0.5 + 1) * 1.1
    ("2.2.9", "2027", 4.95e6, 1, "categories.security.contingency_share", 0.2, 1),
    ("2.2.2", "2028", 1, 5e5, "accreditations.HIGH.monitoring_usd_per_year", 1, 1.21),
    ("2.2.2", "2028", 1, 6e5, "accreditations.IL6.monitoring_usd_per_year", 1, 1.21),
    ("2.2.4", "2028", 1, 2e5, "initiatives.CROSS.recurring_usd_per_year", 1, 1.21),
    # (0.5 + 0.6 + 0.2) * 1.21
    ("2.2.9", "2028", 1.573e6, 1, "categories.security.contingency_share", 0.2, 1),
    ("2.3.1", "2026", 12.5, 15_000, "training_tracks.OPS.cost_usd_per_head", 1, 1),
    ("2.3.9", "2026", 0.1875e6, 1, "categories.training.contingency_share", 0.1, 1),
    ("2.3.1", "2028", 1, 15_000, "training_tracks.OPS.cost_usd_per_head", 1, 1.21),
    ("2.3.9", "2028", 18_150, 1, "categories.training.contingency_share", 0.1, 1),
]
#: lines that stand at no site
PROGRAMME_LINES: list[Line] = [
    ("1.1.7", "2026", -10, 1e6, "designs.GF.shell_usd_per_mw", 0.1, 1),
    ("1.1.7", "2026", -10, 5e5, "designs.GF.civil_usd_per_mw", 0.1, 1),
    ("1.1.8", "2026", -1.5e6, 1, "parameters.programme_management_share.value", 0.02, 1),
    ("1.1.9", "2026", -1.53e6, 1, "categories.construction.contingency_share", 0.2, 1),
    ("2.1.1", "2026", 1, 2e6, "initiatives.PLATFORM.cost_usd", 1, 1),
    ("2.1.1", "2026", 1, 1e6, "initiatives.OPEN.cost_usd", 1, 1),
    ("2.1.1", "2026", 1, 3e6, "initiatives.SCHEDULER.cost_usd", 1, 1),
    ("2.1.1", "2026", 800, 1000, "initiatives.LINK.cost_usd", 1, 1),
    # 2 + 1 + 3 + 0.8
    ("2.1.9", "2026", 6.8e6, 1, "categories.software.contingency_share", 0.25, 1),
    ("2.1.1", "2027", 1, 4e6, "initiatives.ONBOARD.cost_usd", 1, 1.1),
    ("2.1.1", "2027", 5, 1e5, "initiatives.SMALL.cost_usd", 1, 1.1),
    ("2.1.1", "2027", 120, 1000, "initiatives.LINK.cost_usd", 1, 1.1),
    ("2.1.1", "2027", 48, 5e4, "initiatives.LEGACY.cost_usd", 1, 1.1),
    ("2.1.2", "2027", 1, 2e5, "initiatives.PLATFORM.recurring_usd_per_year", 1, 1.1),
    ("2.1.2", "2027", 1, 1e5, "initiatives.OPEN.recurring_usd_per_year", 1, 1.1),
    ("2.1.2", "2027", 1, 3e5, "initiatives.SCHEDULER.recurring_usd_per_year", 1, 1.1),
    ("2.1.2", "2027", 800, 100, "initiatives.LINK.recurring_usd_per_year", 1, 1.1),
    # (4 + 0.5 + 0.12 + 2.4 + 0.2 + 0.1 + 0.3 + 0.08) * 1.1
    ("2.1.9", "2027", 8.47e6, 1, "categories.software.contingency_share", 0.25, 1),
    ("2.1.1", "2028", 1, 4e6, "initiatives.ONBOARD.cost_usd", 1, 1.21),
    ("2.1.2", "2028", 1, 2e5, "initiatives.PLATFORM.recurring_usd_per_year", 1, 1.21),
    ("2.1.2", "2028", 1, 1e5, "initiatives.OPEN.recurring_usd_per_year", 1, 1.21),
    ("2.1.2", "2028", 1, 3e5, "initiatives.SCHEDULER.recurring_usd_per_year", 1, 1.21),
    ("2.1.2", "2028", 920, 100, "initiatives.LINK.recurring_usd_per_year", 1, 1.21),
    ("2.1.2", "2028", 1, 2e5, "initiatives.ONBOARD.recurring_usd_per_year", 1, 1.21),
    ("2.1.2", "2028", 5, 1e4, "initiatives.SMALL.recurring_usd_per_year", 1, 1.21),
    ("2.1.2", "2028", 48, 1000, "initiatives.LEGACY.recurring_usd_per_year", 1, 1.21),
    # (4 + 0.2 + 0.1 + 0.3 + 0.092 + 0.2 + 0.05 + 0.048) * 1.21
    ("2.1.9", "2028", 6.0379e6, 1, "categories.software.contingency_share", 0.25, 1),
    ("2.2.3", "2026", 1, 4e6, "initiatives.SOC.cost_usd", 1, 1),
    ("2.2.3", "2026", 1, 1e6, "initiatives.BOARD.cost_usd", 1, 1),
    ("2.2.9", "2026", 5e6, 1, "categories.security.contingency_share", 0.2, 1),
    ("2.2.3", "2027", 2, 5e5, "initiatives.PACKAGE.cost_usd", 1, 1.1),
    ("2.2.4", "2027", 1, 1e6, "initiatives.SOC.recurring_usd_per_year", 1, 1.1),
    ("2.2.4", "2027", 1, 1e5, "initiatives.BOARD.recurring_usd_per_year", 1, 1.1),
    # (1 + 1 + 0.1) * 1.1
    ("2.2.9", "2027", 2.31e6, 1, "categories.security.contingency_share", 0.2, 1),
    ("2.2.4", "2028", 1, 1e6, "initiatives.SOC.recurring_usd_per_year", 1, 1.21),
    ("2.2.4", "2028", 1, 1e5, "initiatives.BOARD.recurring_usd_per_year", 1, 1.21),
    ("2.2.4", "2028", 2, 1e5, "initiatives.PACKAGE.recurring_usd_per_year", 1, 1.21),
    # (1 + 0.1 + 0.2) * 1.21
    ("2.2.9", "2028", 1.573e6, 1, "categories.security.contingency_share", 0.2, 1),
    ("2.3.2", "2026", 1, 1e6, "initiatives.COURSES.cost_usd", 1, 1),
    ("2.3.1", "2026", 1000, 10, "training_tracks.AWARE.cost_usd_per_head", 1, 1),
    ("2.3.9", "2026", 1.01e6, 1, "categories.training.contingency_share", 0.1, 1),
    ("2.3.1", "2027", 300, 500, "training_tracks.USE.cost_usd_per_head", 1, 1.1),
    ("2.3.1", "2027", 1500, 10, "training_tracks.AWARE.cost_usd_per_head", 1, 1.1),
    ("2.3.3", "2027", 1, 2e5, "initiatives.COURSES.recurring_usd_per_year", 1, 1.1),
    # (0.15 + 0.015 + 0.2) * 1.1
    ("2.3.9", "2027", 0.4015e6, 1, "categories.training.contingency_share", 0.1, 1),
    ("2.3.1", "2028", 1000, 10, "training_tracks.AWARE.cost_usd_per_head", 1, 1.21),
    ("2.3.3", "2028", 1, 2e5, "initiatives.COURSES.recurring_usd_per_year", 1, 1.21),
    # (0.01 + 0.2) * 1.21
    ("2.3.9", "2028", 0.2541e6, 1, "categories.training.contingency_share", 0.1, 1),
    *[("2.9", year, 1e6 * UNALLOCATED, 1, "programme.infrastructure_share", 1, 1) for year in ("2026", "2027", "2028")],
]


def then_year_usd(*codes: str, period: str = "") -> float:
    """Dollars of the lines under these codes, in one period or in all."""
    lines = [line for line in SITE_LINES + PROGRAMME_LINES if line[0].startswith(codes) and period in ("", line[1])]
    return sum(q * r * f * e for _, _, q, r, _, f, e in lines)


def operations_musd() -> dict[str, float]:
    """Operating cost by year, M then-year dollars; nothing runs in the first year."""
    return {year: then_year_usd("3.", period=year) / 1e6 for year in ("2027", "2028")}


def present_cost_musd() -> float:
    """All lines but what is set aside, in base-year dollars of the middle of each year."""
    half, general = {"2026": 0.5, "2027": 1.5, "2028": 2.5}, {"2026": 1.0, "2027": 1.1, "2028": 1.21}
    lines = [line for line in SITE_LINES + PROGRAMME_LINES if line[0] != "2.9"]
    return float(sum(q * r * f * e / general[p] * 1.07 ** -half[p] for _, p, q, r, _, f, e in lines)) / 1e6


def rack_year_usd() -> float:
    """A rack of 100 kW for a year after the horizon, in dollars of 2026.

    0.1 MW * 0.8 * 8760 h = 700.8 MWh at the halls' 1.2 and 0.1 m3; 3 % of 800,000; half a head, a quarter of a guard
    and an eighth of user support a MW. Electricity costs 1.1025 times as much by 2028, other things 1.21 times.
    """
    energy = 700.8 * 1.2 * 50 * 1.1025 / 1.21
    water = 700.8 * 0.1 * 2
    maintenance = 0.03 * 8e5 / 1.21
    staff = 0.1 * (0.5 * 1e5 + 0.25 * 1e5 + 0.125 * 2e5)
    return energy + water + maintenance + staff


def tail_cost_musd() -> float:
    """Ten racks for two years."""
    return 10 * rack_year_usd() * (0.8 * 1.07**-3.5 + 0.8**2 * 1.07**-4.5) / 1e6
