"""Where each rule of the model binds: the shipped reference, or the reference after edits inside the sourced ranges."""

from __future__ import annotations

from binding_lp import Question, high, low

LOW_DEMAND = "programme.demand_case=low"
#: what a hall and a rack cost at their least: the same money builds more
CHEAP = low("designs.*.*_usd_per_mw", "chip_supply.*.rack_price_usd", "sites.*.opening_cost_usd")
#: four sites with little land and much grid, the others without
SMALL_SITES = low("grid_tranches.*.mw", there=("SC-SRS", "VA-NOVA", "AZ-PHX", "TN-ORR"))
DRY = ("AZ-PHX", "UT-MIL")
MANY_HALLS = high("parameters.counted_factor.value")
SCARCE_GRID = low("grid_tranches.*.mw")

SHIPPED = {
    "value less cost": Question(
        "net present value",
        (
            "sites.chosen_count",
            "sites.minimum_commissioned",
            "construction.hardened_within_halls",
            "construction.hardened_grows",
            "construction.discount_within_starts",
            "construction.discount_above_threshold",
            "construction.discount_only_when_reached",
            "construction.within_existing_halls",
            "power.tranches_in_order",
            "power.within_generation",
            "power.delivery_of_energy",
            "power.delivery_of_minimum_take",
            "power.contract_once",
            "power.within_ppa_limit",
            "power.energy_balance",
            "power.secured_covers_halls",
            "cooling.racks_housed",
            "cooling.within_halls",
            "fleet.kept_within_alive",
            "fleet.surviving_within_kept",
            "fleet.surviving_within_life",
            "workload.delivered",
            "workload.bonus_within_output",
            "workload.served_by_depth",
            "workload.must_serve",
            "workload.running_is_use",
            "workload.within_admitted",
            "workload.tail_delivered",
            "workload.bonus_when_scheduled",
            "workload.within_gates",
            "workload.racks_assigned",
            "workload.within_hardened",
            "workload.tail_within_survivors",
            "security.predecessor_first",
            "security.in_use_where_authorised",
            "software.start_once",
            "software.start_after_prerequisite",
            "software.port_after_prerequisite",
            "software.units_after_prerequisite",
            "software.ports_at_authorised_levels",
            "software.in_use_where_ported",
            "software.in_use_where_packaged",
            "software.in_use_where_guarded",
            "training.within_capacity",
            "training.operators_in_post",
            "training.in_use_where_live",
            "budget.within_authority",
            # the authority to date ends at the budget: they say the same of the last period
            ("budget.within_budget", "budget.within_authority"),
            "budget.split_most",
            "budget.band_most",
            "commitments.firm",
            "commitments.governance_done",
            "commitments.governance_agencies",
            "commitments.governance_authorised",
            "commitments.governance_live",
            "commitments.governance_aware",
            "commitments.services_offered",
        ),
    ),
    "least cost": Question(
        "present cost",
        (
            "sites.minimum_serving",
            "power.units_after_first",
            "software.ports_at_open_sites",
            "budget.band_least",
        ),
    ),
    "least shortfall": Question(
        "goal shortfall",
        ("commitments.counted_is_commissioned", "commitments.counted_is_populated", "commitments.goal"),
    ),
    # in the pool, what may be bought at the one place is the supply
    "value, racks at each site": Question("mission value", ("fleet.within_supply",), pooled=False),
    "most secured power": Question("secured power", ("power.within_onsite_limit",)),
    "least cost that keeps the value": Question(
        "present cost",
        ("objective.give_back", "objective.moved", "objective.moved_dollars"),
        after="mission value",
    ),
}

EDITED = {
    "a site carries at most 35 %": Question(
        "mission value",
        ("sites.largest_share",),
        low("parameters.largest_site_share.value"),
        pooled=False,
    ),
    "four grid regions": Question(
        "net present value",
        ("sites.enough_regions", "sites.region_has_a_site"),
        ("programme.sites.minimum_regions=4",),
    ),
    "openings within four years, scarce grid": Question(
        "net present value",
        ("sites.opens_once",),
        ("parameters.opening_window_months.value=48", *SCARCE_GRID),
    ),
    "openings within three years": Question(
        "net present value",
        ("security.accredit_at_open_sites",),
        ("parameters.opening_window_months.value=36",),
    ),
    "cheap halls at sites with little land": Question(
        "goal shortfall",
        ("construction.within_land",),
        (*CHEAP, *SMALL_SITES, *MANY_HALLS, *low("sites.*.land_acres"), *high("designs.*.acres_per_mw")),
    ),
    "cheap halls, half the build rate": Question(
        "goal shortfall",
        ("construction.within_build_rate",),
        (
            *CHEAP,
            *SMALL_SITES,
            *MANY_HALLS,
            *low("parameters.max_build_mw_per_year.value"),
            *high("designs.GF*.lead_months"),
        ),
    ),
    "cheap halls, few craft workers in the country": Question(
        "goal shortfall",
        ("construction.within_national_workers",),
        (
            *CHEAP,
            *MANY_HALLS,
            *low("parameters.national_craft_workers.value", "parameters.programme_management_share.value"),
            *low("categories.*.contingency_share"),
            *high("designs.GF-*.workers_per_mw", "designs.GF-*.lead_months", "sites.*.peak_craft_workers"),
            *high("parameters.max_build_mw_per_year.value"),
        ),
    ),
    "few craft workers at the sites": Question(
        "goal shortfall",
        ("construction.within_craft_workers",),
        (
            *low("sites.*.peak_craft_workers"),
            *high("designs.GF-*.workers_per_mw", "designs.GF-*.lead_months"),
            *high("parameters.max_build_mw_per_year.value"),
        ),
    ),
    "little demand, sites that serve little": Question(
        "net present value",
        ("commitments.governance_staffed",),
        (
            LOW_DEMAND,
            *high("workloads.*.cluster_pflops"),
            *low("gas_prices.*.price_usd_per_mmbtu", "parameters.minimum_site_serving_mw.value"),
        ),
    ),
    "few halls of a design in a year": Question(
        "goal shortfall",
        ("construction.modules_of_open_site",),
        (*low("designs.*.max_modules_per_year"), *high("parameters.max_build_mw_per_year.value")),
    ),
    "sites with power and little water": Question(
        "mission value",
        ("cooling.within_water",),
        (
            *CHEAP,
            *low("sites.*.water_budget_m3_per_year", "categories.*.contingency_share"),
            *low("parameters.programme_management_share.value"),
            *high("climate.*.wue_l_per_kwh", "climate.*.pue_peak", "parameters.average_draw_share.value"),
            *high("parameters.power_reserve_share.value"),
            # power, halls and price drive the programme to the two driest sites
            *low("grid_tranches.*.mw", "sites.*.max_onsite_mw", there=DRY),
            *low("sites.*.existing_mw", there=(*DRY, "OH-COL")),
            *high("sites.*.construction_multiplier", "grid_tranches.*.connection_usd_per_mw", there=DRY),
            *high("sites.*.opening_cost_usd", there=DRY),
        ),
    ),
    "little grid power, and gas dear": Question(
        "net present value",
        ("power.within_grid_rights", "fleet.kept_does_not_grow"),
        (
            *SCARCE_GRID,
            *low("sites.*.tariff_usd_per_mwh", "sites.*.delivery_usd_per_mwh"),
            *high("gas_prices.*.*", "plants.*.heat_rate_mmbtu_per_mwh", "plants.*.variable_om_usd_per_mwh"),
        ),
    ),
    "little room for cheap plants": Question(
        "present cost",
        # a site's plant limit says how many units, the first order that there is one of them
        (("power.first_once", "power.within_onsite_limit"),),
        low("sites.*.max_onsite_mw", "plants.*.capex_usd_per_kw"),
    ),
    "little demand, large clusters": Question(
        "net present value",
        (
            "workload.only_on_cluster",
            "workload.cluster_size",
            "workload.tail_within_admitted",
            "budget.split_least",
        ),
        (LOW_DEMAND, *high("workloads.frontier_training.cluster_pflops")),
    ),
    "few people to train": Question(
        "net present value", ("training.within_need",), low("training_tracks.*.need_ceiling_heads")
    ),
    "little demand, few small agencies reached": Question(
        "mission value",
        ("software.within_need",),
        (
            LOW_DEMAND,
            *low("initiatives.AGENCY-SMALL.need_ceiling_units", "initiatives.*.*cost_usd"),
            *low("initiatives.*.recurring_usd_per_year", "training_tracks.*.cost_usd_per_head"),
            *high("agencies.CIV.small_demand_share", "training_tracks.*.need_ceiling_heads"),
            *high("training_tracks.*.capacity_heads_per_year"),
        ),
    ),
    "large agencies take long, small ones do not": Question(
        "mission value",
        # what waits for its prerequisite is bounded by the units of the agency as well
        (("software.units_of_agency", "software.units_after_prerequisite"),),
        (
            LOW_DEMAND,
            "claims.phase-2.binding=reported",
            *high("initiatives.AGENCY-SMALL.need_ceiling_units", "initiatives.AGENCY-ONBOARD.duration_months"),
            *high("agencies.CIV.small_demand_share"),
            *low("agencies.CIV.small_agencies"),
        ),
    ),
    "costly initiatives": Question(
        "present cost",
        ("fleet.new_are_kept",),
        high("initiatives.*.*cost_usd", "initiatives.*.recurring_usd_per_year", "training_tracks.*.cost_usd_per_head"),
    ),
    "payers at their least, operation at its dearest": Question(
        "mission value",
        ("budget.operations_within_caps",),
        (
            *low("funding_sources.*.cap_usd", "chip_supply.*.rack_price_usd"),
            *high("sites.*.tariff_usd_per_mwh", "sites.*.delivery_usd_per_mwh", "chips.*.maintenance_share"),
            *high("parameters.site_staff_per_mw.value", "parameters.site_staff_usd_per_year.value", "staffing.*.*"),
            *high("gas_prices.*.*", "plants.*.heat_rate_mmbtu_per_mwh", "movement.*.*"),
        ),
    ),
}
