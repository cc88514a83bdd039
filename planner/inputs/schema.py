"""The shape of a data set, declared once: every table, column, unit, bound and meaning.

Checks, the data dictionary, the template workbook and the glossary all read these lines.

A table is a CSV of the same name, one row an entity, the unit part of the column's name. Where a
figure comes from stands beside it in ``figures.csv``: one row per (table, key, column), or ``*`` as
the key for a whole column, with low, high, money year, source and status.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

Kind = Literal["text", "number", "integer", "flag"]

#: status of a figure -> meaning, from the strongest to the weakest unless the table ``evidence_statuses`` says otherwise
STATUSES = {
    "read": "read in the cited document",
    "read-excerpt": "read in an excerpt of the cited document",
    "secondary": "another document reports it",
    "derived": "computed from read figures; the note says how",
    "recalled": "from memory of the cited document, not opened again",
    "assumption": "chosen for this programme; the note gives the reason",
    "unsupported": "said without a source",
}
PRECISIONS = ("fp64", "bf16", "fp8")
#: family and sale_status of parts that third parties sell in volume: they set the price of service
SOLD_IN_VOLUME = ("GPU", "on sale")
#: families that nobody outside their maker can buy
CAPTIVE = ("Trainium", "Inferentia")
CATEGORIES = ("construction", "power and cooling", "chips", "software", "security", "training", "operations")
SIDES = ("infrastructure", "soft", "none")
LEDGERS = ("investment", "operations")
#: what one unit of an initiative is
PER = ("programme", "site-level", "service-level", "agency", "small agency", "system")
#: what an initiative does -> what its unit may be
EFFECTS: dict[str, tuple[str, ...]] = {
    "prerequisite": ("programme",),
    "phase 3": ("programme", "system"),
    "gates service": ("site-level",),
    "authorises service": ("service-level",),
    "gates level": ("programme", "site-level"),
    "gates agency": ("agency", "small agency"),
    "connects demand": ("system",),
    "raises utilisation": ("programme",),
}
#: what a training track is for
LEARNERS = ("awareness", "use", "operation")
#: who signs a contract for grid power and owes what it does not use
OBLIGORS = ("investor", "agency")
PAYERS = ("investor", "appropriation", "cost share", "pay-as-you-go", "none")


@dataclass(frozen=True)
class Column:
    """One column: ``minimum`` and ``maximum`` are inclusive; ``reference`` is ``table.column``.

    ``price_index`` marks money: the index that carries the figure from its money year to the year
    it is spent ("none": the figure is already in the dollars of the year it is spent).
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()
    reference: str = ""
    price_index: str = ""
    optional: bool = False
    #: a table without this column reads as one where it is empty
    may_be_missing: bool = False

    @property
    def is_figure(self) -> bool:
        """A number that owes a row in ``figures.csv``."""
        return self.kind in ("number", "integer")


@dataclass(frozen=True)
class Table:
    name: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    meaning: str
    figures: bool = True
    may_be_empty: bool = False
    #: a data set without this table reads as one where it is empty
    may_be_missing: bool = False

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @cached_property
    def figure_columns(self) -> tuple[Column, ...]:
        if not self.figures:
            return ()
        return tuple(c for c in self.columns if c.is_figure and c.name not in self.keys)


def _key(name: str, meaning: str, reference: str = "") -> Column:
    return Column(name, "text", meaning, reference=reference)


def _text(name: str, meaning: str, allowed: tuple[str, ...] = (), optional: bool = False) -> Column:
    return Column(name, "text", meaning, allowed=allowed, optional=optional)


def _optional_key(name: str, meaning: str, reference: str) -> Column:
    return Column(name, "text", meaning, reference=reference, optional=True)


def _number(
    name: str, unit: str, low: float | None, high: float | None, meaning: str, optional: bool = False
) -> Column:
    return Column(name, "number", meaning, unit, low, high, optional=optional)


def _money(name: str, unit: str, high: float, index: str, meaning: str) -> Column:
    return Column(name, "number", meaning, unit, 0.0, high, price_index=index)


def _left_out(column: Column) -> Column:
    """A column that a table may leave empty, or do without."""
    return replace(column, optional=True, may_be_missing=True)


def _year(name: str, meaning: str) -> Column:
    return Column(name, "integer", meaning, "year", 2015, 2100)


SITE = _key("site_id", "candidate site", "sites.site_id")
LEVEL = _key("level_id", "classification level", "levels.level_id")
WORKLOAD = _key("workload_id", "kind of work", "workloads.workload_id")
AGENCY = _key("agency_id", "agency or group of agencies", "agencies.agency_id")
CHIP = _key("chip_id", "chip generation, bought by the rack", "chips.chip_id")
COOLING = _key("cooling_id", "cooling design", "cooling.cooling_id")

TABLES: tuple[Table, ...] = (
    Table(
        "sites",
        ("site_id",),
        (
            _key("site_id", "candidate site"),
            _text("name", "name of the site"),
            _text("state", "two-letter state"),
            _number("lat_deg", "degrees", -90, 90, "latitude"),
            _number("lon_deg", "degrees", -180, 180, "longitude"),
            _text("grid_region", "balancing area; the programme asks for several"),
            _text("climate_zone", "ASHRAE 169 climate zone, a row of climate"),
            _text("gas_region", "census division of the gas price, a row of gas_prices"),
            _number("land_acres", "acres", 0, 1e6, "land that could be developed"),
            _money("land_price_usd_per_acre", "USD/acre", 1e7, "general", "price of land"),
            _money(
                "opening_cost_usd",
                "USD",
                1e10,
                "construction",
                "campus fixed cost: studies, permits, roads, substation yard",
            ),
            _money("tariff_usd_per_mwh", "USD/MWh", 1000, "electricity", "delivered price of grid energy"),
            _money(
                "delivery_usd_per_mwh",
                "USD/MWh",
                1000,
                "electricity",
                "part of the tariff for delivery and capacity, owed on the minimum take",
            ),
            _number("grid_emissions_kg_per_mwh", "kg CO2/MWh", 0, 2000, "emissions of grid energy"),
            _number("water_budget_m3_per_year", "m3/year", 0, 1e9, "water that cooling may use"),
            _number("construction_multiplier", "ratio", 0.3, 3, "building cost against the US average"),
            _number("equipment_tax_share", "fraction", 0, 0.2, "sales tax on racks after any exemption"),
            _number("peak_craft_workers", "workers", 0, 1e5, "craft workers the labour market can supply"),
            _number("existing_mw", "MW IT", 0, 1e4, "existing data-hall MW that can be retrofitted or leased"),
            _number("max_onsite_mw", "MW", 0, 1e5, "on-site plant the site's land, gas and air permits allow"),
        ),
        "candidate sites",
    ),
    Table("site_levels", ("site_id", "level_id"), (SITE, LEVEL), "levels a site may host", figures=False),
    Table(
        "levels",
        ("level_id",),
        (
            _key("level_id", "classification level"),
            _text("name", "name"),
            _number("hardening_share", "fraction", 0, 2, "premium on shell cost of the halls that serve this level"),
            _number(
                "added_months",
                "months",
                0,
                60,
                "months that hardening adds before the hall may hold racks of this level",
            ),
            _number("rent_premium", "ratio", 0.5, 10, "market rent at this level against commercial regions"),
        ),
        "classification levels",
    ),
    Table(
        "cooling",
        ("cooling_id",),
        (
            _key("cooling_id", "cooling design"),
            _text("name", "name"),
            Column("holds_liquid_racks", "flag", "1 where direct-to-chip racks fit"),
            _number("rack_kw_max", "kW/rack", 1, 2000, "largest rack it can cool"),
        ),
        "cooling designs",
    ),
    Table(
        "climate",
        ("cooling_id", "climate_zone"),
        (
            COOLING,
            _key("climate_zone", "ASHRAE 169 climate zone"),
            _number("pue_average", "ratio", 1, 3, "yearly average power usage effectiveness"),
            _number("pue_peak", "ratio", 1, 3.5, "power usage effectiveness on the design day"),
            _number("wue_l_per_kwh", "L/kWh IT", 0, 10, "water usage effectiveness on IT energy"),
        ),
        "PUE and WUE by cooling design and climate zone",
    ),
    Table(
        "designs",
        ("design_id",),
        (
            _key("design_id", "data-hall design"),
            _text("name", "name"),
            _text("route", "how the hall comes about", ("greenfield", "retrofit", "lease")),
            COOLING,
            _number("module_mw", "MW IT", 0.1, 500, "critical IT load of one whole hall"),
            _number("lead_months", "months", 0, 120, "start to commissioned"),
            _number("term_months", "months", 0, 600, "months in service; 0 means owned"),
            _text("profile_id", "spend profile over the lead time, a row of spend_profiles"),
            _money(
                "shell_usd_per_mw",
                "USD/MW IT",
                1e8,
                "construction",
                "shell, core, back of house: the base of hardening",
            ),
            _money("civil_usd_per_mw", "USD/MW IT", 1e8, "construction", "site works and white-space fit-out"),
            _money("electrical_usd_per_mw", "USD/MW IT", 1e8, "construction", "electrical plant of the hall"),
            _money("mechanical_usd_per_mw", "USD/MW IT", 1e8, "construction", "cooling plant of the hall"),
            _money("lease_usd_per_mw_year", "USD/MW IT-year", 1e8, "general", "rent of leased space"),
            _number("acres_per_mw", "acres/MW IT", 0, 50, "land taken"),
            _number("workers_per_mw", "workers/MW IT", 0, 100, "craft workers at peak while under construction"),
            _money(
                "facility_om_usd_per_mw_year",
                "USD/MW IT-year",
                1e8,
                "wages",
                "operation and maintenance without energy",
            ),
            _number("max_modules_per_year", "modules/year", 0, 1000, "starts a site can run in a year"),
        ),
        "data-hall designs: route and cooling",
    ),
    Table(
        "spend_profiles",
        ("profile_id", "step"),
        (
            _key("profile_id", "spend profile"),
            Column("step", "integer", "equal slice of the lead time", "step", 1, 60),
            _number("share", "fraction", 0, 1, "share of the cost paid in the slice; shares sum to 1"),
        ),
        "how a cost is paid along its lead time",
    ),
    Table(
        "grid_tranches",
        ("site_id", "tranche"),
        (
            SITE,
            Column("tranche", "integer", "order in which the tranches are taken", "", 1, 20),
            _number("mw", "MW", 0, 1e4, "grid right of the whole tranche, at the meter"),
            _number("lead_months", "months", 0, 240, "contract to energised"),
            _money("connection_usd_per_mw", "USD/MW", 1e7, "construction", "network upgrades and substation"),
        ),
        "grid rights by site, in whole tranches",
    ),
    Table(
        "grid_contracts",
        ("site_id",),
        (
            SITE,
            _text("tariff", "tariff or pledge that the terms come from"),
            Column("known_tariff", "flag", "1 where a tariff that was read gives the terms; 0 where they are assumed"),
            _text("obligor", "who signs, and owes what is not used", OBLIGORS),
            _number(
                "ramp_months", "months", 0, 120, "from energised, time over which the take rises evenly to its share"
            ),
            _number("term_months", "months", 1, 360, "months of the full take after the ramp"),
            _number(
                "minimum_take_share", "fraction", 0, 1, "share of contracted MW whose delivery is owed, used or not"
            ),
            _number(
                "generation_take_share",
                "fraction",
                0,
                1,
                "share of contracted MW whose generation is owed, used or not",
            ),
            _money(
                "generation_usd_per_mwh",
                "USD/MWh",
                1000,
                "electricity",
                "generation owed per MWh of its take that is not used: capacity without fuel",
            ),
            _money("collateral_usd_per_mw", "USD/MW", 1e8, "electricity", "held from signing to the end of the term"),
            _money("exit_fee_usd_per_mw", "USD/MW", 1e8, "electricity", "ends the contract of a MW after the horizon"),
            _number("resale_share", "fraction", 0, 1, "part of the remaining take that another user would pay"),
            _left_out(
                _number(
                    "collateral_fee_share",
                    "fraction of collateral/year",
                    0,
                    1,
                    "yearly cost of what an investor holds as collateral; empty: it costs nothing",
                )
            ),
        ),
        "who owes grid power that is not used, and for how long; a site without a row owes by minimum_take_share alone",
        may_be_empty=True,
        may_be_missing=True,
    ),
    Table(
        "plants",
        ("plant_id",),
        (
            _key("plant_id", "on-site plant"),
            _text("name", "name"),
            _text("fuel", "fuel", ("gas", "nuclear")),
            _number("unit_mw", "MW", 0.1, 2000, "one whole unit"),
            _number("lead_months", "months", 0, 240, "order to operation"),
            _year("first_order_year", "first year in which a unit can be ordered"),
            _text("profile_id", "spend profile over the lead time, a row of spend_profiles"),
            _money("capex_usd_per_kw", "USD/kW", 1e5, "construction", "overnight cost"),
            _money("fixed_om_usd_per_kw_year", "USD/kW-year", 1e4, "general", "fixed operation and maintenance"),
            _money(
                "variable_om_usd_per_mwh",
                "USD/MWh",
                1e3,
                "general",
                "variable operation and maintenance, with nuclear fuel",
            ),
            _number("heat_rate_mmbtu_per_mwh", "MMBtu/MWh", 0, 30, "gas burnt per MWh; 0 for nuclear"),
            _number("emissions_kg_per_mwh", "kg CO2/MWh", 0, 2000, "direct emissions"),
            _number("capacity_factor_max", "fraction", 0, 1, "largest yearly capacity factor"),
            _number(
                "firm_share", "fraction", 0, 1, "part of a unit's MW that counts as firm: 1 less its forced outage rate"
            ),
        ),
        "on-site plant, in whole units",
        may_be_empty=True,
    ),
    Table(
        "ppas",
        ("ppa_id", "site_id"),
        (
            _key("ppa_id", "power purchase agreement"),
            SITE,
            _money(
                "price_usd_per_mwh", "USD/MWh", 1000, "none", "fixed price over the term, in the dollars of each year"
            ),
            _number("max_mw", "MW", 0, 1e5, "nameplate that can be signed"),
            _number("capacity_factor", "fraction", 0, 1, "yearly capacity factor"),
            _number("lead_months", "months", 0, 240, "signature to first energy"),
        ),
        "clean energy matched over the year; brings no firm capacity",
        may_be_empty=True,
    ),
    Table(
        "gas_prices",
        ("gas_region", "year"),
        (
            _key("gas_region", "census division"),
            _year("year", "calendar year"),
            _money("price_usd_per_mmbtu", "USD/MMBtu", 100, "general", "delivered to power plants"),
        ),
        "gas price by region and year",
    ),
    Table(
        "chips",
        ("chip_id",),
        (
            _key("chip_id", "chip generation, bought by the rack"),
            _text("name", "name"),
            _text("family", "family", ("Trainium", "Inferentia", "GPU", "APU", "HPC", "CPU")),
            _text(
                "sale_status", "on sale, announced, or projected from the trend", ("on sale", "announced", "projected")
            ),
            _number("chips_per_rack", "chips/rack", 1, 10000, "chips in one bought unit"),
            _number("fp64_pflops", "PFLOP/s per rack", 0, 1e6, "dense peak in fp64"),
            _number("bf16_pflops", "PFLOP/s per rack", 0, 1e6, "dense peak in bf16"),
            _number("fp8_pflops", "PFLOP/s per rack", 0, 1e6, "dense peak in fp8"),
            _number(
                "rack_kw", "kW IT/rack", 0.1, 5000, "all-in IT power of one rack with its share of network and storage"
            ),
            Column("needs_liquid", "flag", "1 where the rack needs direct-to-chip cooling"),
            _number("lead_months", "months", 0, 60, "order to installed"),
            _number("life_months", "months", 1, 240, "service life"),
            _key("fabric_id", "fabric of its cluster", "fabric.fabric_id"),
            _money(
                "fabric_usd_per_rack",
                "USD/rack",
                1e8,
                "general",
                "network of the cluster, per rack, where its year has no price",
            ),
            _number("storage_share", "fraction of rack price", 0, 1, "storage bought with the rack"),
            _number(
                "maintenance_share", "fraction of rack price/year", 0, 0.5, "spares and support per year in service"
            ),
        ),
        "chips by generation",
    ),
    Table(
        "chip_supply",
        ("chip_id", "year"),
        (
            CHIP,
            _year("year", "year of order; a chip without a row cannot be ordered in that year"),
            _money("rack_price_usd", "USD/rack", 1e9, "none", "price of one rack, in the dollars of that year"),
            _number("supply_racks_per_year", "racks/year", 0, 1e7, "racks the programme can get"),
            _left_out(
                _money(
                    "fabric_usd_per_rack",
                    "USD/rack",
                    1e8,
                    "none",
                    "network of the cluster, per rack, in the dollars of that year; empty: the price of the chip",
                )
            ),
        ),
        "price and supply of racks by year of order",
    ),
    Table(
        "fabric",
        ("fabric_id",),
        (
            _key("fabric_id", "fabric tier"),
            _text("name", "name"),
            _text("scope", "what it connects", ("rack", "site", "country")),
            _number("latency_us", "microseconds", 0, 1e6, "one-way latency across its scope"),
        ),
        "fabric tiers and what latency physics allows",
    ),
    Table(
        "workloads",
        ("workload_id",),
        (
            _key("workload_id", "kind of work"),
            _text("name", "name"),
            _text("precision", "precision it computes in", PRECISIONS),
            _number("utilisation", "fraction", 0.01, 1, "delivered against installed PFLOP/s while available"),
            _number("availability", "fraction", 0.1, 1, "share of the year the racks are available"),
            _money(
                "rent_usd_per_pflops_year",
                "USD/PFLOP/s installed-year",
                1e9,
                "none",
                "market rent of installed compute, base-year dollars",
            ),
            _number(
                "cluster_pflops", "PFLOP/s installed", 0, 1e7, "size of the one-site cluster a job needs; 0: any size"
            ),
            _optional_key(
                "service_id",
                "service that must be ported to a site and level before the work runs there; empty: none",
                "initiatives.initiative_id",
            ),
            _number("uplift_share", "fraction", 0, 0.5, "more output of running racks once the scheduler is in use"),
        ),
        "kinds of work",
    ),
    Table("suitability", ("chip_id", "workload_id"), (CHIP, WORKLOAD), "what a chip can run", figures=False),
    Table(
        "rent_paths",
        ("workload_id", "year"),
        (
            WORKLOAD,
            _year("year", "calendar year"),
            _number("rent_index", "ratio", 0, 10, "market rent per PFLOP/s against the base year, constant dollars"),
        ),
        "market rent over time",
    ),
    Table(
        "service_prices",
        ("workload_id",),
        (
            WORKLOAD,
            _key("site_id", "reference site of a seller of service", "sites.site_id"),
            _key("design_id", "reference hall of a seller of service", "designs.design_id"),
            _number("decline_share", "fraction/year", 0, 0.8, "yearly fall of the price per PFLOP/s, constant dollars"),
            _number(
                "seller_occupancy", "fraction", 0.05, 1, "share of its racks' hours that a seller of service rents"
            ),
            _number("margin", "ratio", 0.05, 10, "price of a rented hour against its user cost, fitted to quotes"),
            _number("occupancy", "fraction", 0.05, 1, "share of the hours of its own racks that the programme fills"),
            _number("mw_per_pflops", "MW IT/PFLOP/s", 0, 100, "of the part that sets the price in the base year"),
        ),
        "how the price of service is set; without a row its rent is a given figure and own racks are always full",
        may_be_empty=True,
        may_be_missing=True,
    ),
    Table(
        "level_addons",
        ("level_id",),
        (
            LEVEL,
            _money(
                "addon_usd_per_mw_year", "USD/MW IT-year", 1e8, "general", "what the level costs above open service"
            ),
        ),
        "what service at a level is worth above the commercial price, at the reference scale; without a row nothing",
        may_be_empty=True,
        may_be_missing=True,
    ),
    Table(
        "rent_quotes",
        ("quote_id",),
        (
            _key("quote_id", "quote"),
            _text("chip", "part that is rented"),
            _text("part_class", "whether third parties sell the part in volume", ("general purpose", "captive")),
            _text("seller", "who quoted it, and when"),
            _money("usd_per_chip_hour", "USD/chip-hour", 1000, "none", "rent on a one-year term, base-year dollars"),
            _money(
                "system_usd_per_chip", "USD/chip", 1e6, "none", "price of chip, host, fabric and storage, base year"
            ),
            _number("chip_kw", "kW/chip", 0.01, 100, "all-in IT power of a chip with its host and network share"),
            _number("maintenance_share", "fraction/year", 0, 0.5, "maintenance against the price of the system"),
            _number("life_months", "months", 1, 240, "months in service"),
        ),
        "rents on one-year terms that the margin is fitted to",
        may_be_empty=True,
        may_be_missing=True,
    ),
    Table(
        "quoted_parts",
        ("chip",),
        (
            _key("chip", "part that is rented, as rent_quotes names it"),
            _number("fp64_pflops", "PFLOP/s per chip", 0, 1e4, "dense peak in fp64"),
            _number("bf16_pflops", "PFLOP/s per chip", 0, 1e4, "dense peak in bf16"),
            _number("fp8_pflops", "PFLOP/s per chip", 0, 1e4, "dense peak in fp8"),
        ),
        "what a rented part delivers at its peak: turns a quoted rent into a price per PFLOP/s; in no rule of a plan",
        may_be_empty=True,
        may_be_missing=True,
    ),
    Table(
        "agencies",
        ("agency_id",),
        (
            _key("agency_id", "agency or group of agencies"),
            _text("name", "name"),
            _number("lat_deg", "degrees", -90, 90, "latitude of its main data"),
            _number("lon_deg", "degrees", -180, 180, "longitude of its main data"),
            _number("large_agencies", "agencies", 0, 1000, "large agencies in the group, each onboarded by itself"),
            _number("small_agencies", "agencies", 0, 10000, "small agencies in the group, onboarded together"),
            _number("small_demand_share", "fraction", 0, 1, "part of the group's demand that small agencies have"),
        ),
        "agencies",
    ),
    Table(
        "movement",
        ("agency_id", "site_id"),
        (
            AGENCY,
            SITE,
            _money(
                "movement_usd_per_pflops_year",
                "USD/PFLOP/s delivered-year",
                1e9,
                "none",
                "moving the data of one delivered PFLOP/s-year between site and agency",
            ),
        ),
        "data movement between site and agency",
    ),
    Table(
        "demand",
        ("agency_id", "workload_id", "level_id"),
        (
            AGENCY,
            WORKLOAD,
            LEVEL,
            _number(
                "base_pflops_years",
                "PFLOP/s delivered-years per year",
                0,
                1e9,
                "valued demand in the base year, mid case",
            ),
            _number(
                "must_serve_share", "fraction", 0, 1, "share of the demand that must be met from must_serve_from_year"
            ),
        ),
        "demand by agency, workload and level in the base year",
    ),
    Table(
        "demand_paths",
        ("case_id", "workload_id", "year"),
        (
            _key("case_id", "low, mid or high"),
            WORKLOAD,
            _year("year", "calendar year"),
            _number("multiplier", "ratio", 0, 1e6, "demand against the mid case's base year"),
        ),
        "demand over time, by case",
    ),
    Table(
        "demand_tranches",
        ("tranche_id",),
        (
            _key("tranche_id", "depth of demand"),
            _number("share", "fraction", 0, 1, "share of demand; shares sum to 1"),
            _number("value_share", "fraction", 0, 1, "value against market rent"),
        ),
        "how value falls with the depth of demand",
    ),
    Table(
        "price_indices",
        ("index_id", "year"),
        (
            _key("index_id", "price index"),
            _year("year", "calendar year"),
            _number("index_value", "index", 0.01, 1e6, "level of the index"),
        ),
        "indices that carry a figure from its money year to the year it is spent",
    ),
    Table(
        "discount_rates",
        ("rate_id",),
        (
            _key("rate_id", "discount rate"),
            _number("real_rate", "fraction/year", 0, 0.3, "real rate"),
            _text("as_of", "date of the rule"),
        ),
        "discount rates as dated inputs",
    ),
    Table(
        "categories",
        ("category",),
        (
            Column("category", "text", "cost category", allowed=CATEGORIES),
            _text("side", "side of the split", SIDES),
            _number("contingency_share", "fraction of base cost", 0, 1, "contingency inside the category"),
        ),
        "cost categories",
    ),
    Table(
        "wbs",
        ("wbs_code",),
        (
            _key("wbs_code", "work breakdown structure code"),
            _text("parent", "code of the parent; empty at the top", optional=True),
            _text("name", "name"),
            _text("category", "cost category; empty on headings", CATEGORIES, optional=True),
            _text("side", "side of the split", SIDES),
            _text("ledger", "ledger", LEDGERS),
            _text("payer", "who pays", PAYERS),
            _text("fund_type", "federal fund type; empty for private money", optional=True),
            _text("availability", "period of availability; empty for private money", optional=True),
        ),
        "every cost line, once",
        figures=False,
    ),
    Table(
        "authority",
        ("year",),
        (
            _year("year", "calendar year"),
            _number(
                "share_of_budget", "fraction", 0, 1, "investment authorised in the year; what is not spent carries over"
            ),
        ),
        "investment ceiling by year",
    ),
    Table(
        "parameters",
        ("parameter_id",),
        (
            _key("parameter_id", "name of the figure"),
            _number("value", "see unit", None, None, "value"),
            _text("unit", "unit"),
            _text("meaning", "meaning"),
        ),
        "figures that belong to no other table",
    ),
    Table(
        "cost_benchmarks",
        ("benchmark_id",),
        (
            _key("benchmark_id", "published all-in cost"),
            _key("chip_id", "chip it speaks of", "chips.chip_id"),
            _money("usd_per_mw", "USD/MW facility", 1e9, "general", "published all-in capital cost"),
            _text("basis", "MW basis and what is covered"),
        ),
        "published cost per MW, to test the plan against",
        may_be_empty=True,
    ),
    Table(
        "hall_benchmarks",
        ("benchmark_id",),
        (
            _key("benchmark_id", "published cost of data halls without chips"),
            _money("usd_per_mw", "USD/MW", 1e9, "construction", "buildings with power and cooling, on the basis named"),
            _text("mw_basis", "what the MW are", ("facility", "IT", "not said")),
            _text("covers", "what is in it"),
        ),
        "published cost of data halls per MW, to test claims of capacity against",
        may_be_empty=True,
        may_be_missing=True,
    ),
    Table(
        "accreditations",
        ("accreditation_id",),
        (
            _key("accreditation_id", "accreditation"),
            LEVEL,
            _text("name", "name"),
            Column("opens_level", "flag", "1 where the level serves only when this is held; 0: a step on the way"),
            _text("predecessor_id", "accreditation that must be held before; may be empty", optional=True),
            _money("cost_usd", "USD", 1e9, "wages", "one-off cost"),
            _number("duration_months", "months", 0, 120, "start to accredited"),
            _money("monitoring_usd_per_year", "USD/year", 1e9, "wages", "continuous monitoring"),
        ),
        "security accreditations by level; a level that none opens is open",
        may_be_empty=True,
    ),
    Table(
        "existing_accreditations",
        ("site_id", "accreditation_id"),
        (
            SITE,
            _key("accreditation_id", "accreditation", "accreditations.accreditation_id"),
            _key("source_id", "document", "sources.source_id"),
            _text("note", "what is known of it"),
        ),
        "accreditations that a site holds before the programme starts",
        figures=False,
        may_be_empty=True,
    ),
    Table(
        "initiatives",
        ("initiative_id",),
        (
            _key("initiative_id", "initiative"),
            _text("name", "name"),
            _text("category", "cost category", ("software", "security", "training")),
            _text("per", "what one unit is", PER),
            _money("cost_usd", "USD", 1e10, "wages", "one-off cost of one unit"),
            _money("recurring_usd_per_year", "USD/year", 1e10, "wages", "yearly cost of one unit"),
            _number("duration_months", "months", 0, 120, "start to done"),
            _number("need_ceiling_units", "units", 0, 1e7, "units the need can use"),
            _text("prerequisite_id", "initiative that must be done before; may be empty", optional=True),
            _text("effect", "what it does in the model", tuple(EFFECTS)),
            _text("purpose", "what it is for"),
        ),
        "software, security and training initiatives",
        may_be_empty=True,
    ),
    Table(
        "level_needs",
        ("level_id", "initiative_id"),
        (LEVEL, _key("initiative_id", "initiative that gates the level", "initiatives.initiative_id")),
        "initiatives that must be done before a level serves",
        figures=False,
        may_be_empty=True,
    ),
    Table(
        "training_tracks",
        ("track_id",),
        (
            _key("track_id", "training track"),
            _text("name", "name"),
            _money("cost_usd_per_head", "USD/head", 1e6, "wages", "direct cost"),
            _number("duration_months", "months", 0, 60, "start to trained"),
            _number("attrition_per_year", "fraction/year", 0, 1, "trained staff who leave in a year"),
            _number("need_ceiling_heads", "heads", 0, 1e7, "trained heads the need can use at a time"),
            _number("capacity_heads_per_year", "heads/year", 0, 1e7, "heads that trainers can start in a year"),
            _text("learners", "awareness of all staff, use by agencies, operation of sites", LEARNERS),
            _optional_key(
                "prerequisite_id",
                "initiative that must be done before a course starts; may be empty",
                "initiatives.initiative_id",
            ),
        ),
        "training tracks",
        may_be_empty=True,
    ),
    Table(
        "training_needs",
        ("agency_id", "track_id"),
        (
            AGENCY,
            _key("track_id", "training track", "training_tracks.track_id"),
            _number("heads", "heads", 0, 1e7, "trained staff with which the agency could use all its demand"),
        ),
        "trained staff an agency needs; an agency without a row needs none",
        may_be_empty=True,
    ),
    Table(
        "staffing",
        ("role_id",),
        (
            _key("role_id", "role"),
            _text("name", "name"),
            _number("heads_per_mw", "heads/MW facility", 0, 20, "heads per MW"),
            _number("heads_per_site", "heads/site", 0, 10000, "heads per site"),
            _money("loaded_usd_per_head_year", "USD/head-year", 1e7, "wages", "loaded cost"),
            _key("wbs_code", "cost line", "wbs.wbs_code"),
        ),
        "site and platform staff",
        may_be_empty=True,
    ),
    Table(
        "funding_sources",
        ("source", "year"),
        (
            Column(
                "source", "text", "who pays operating cost", allowed=("appropriation", "cost share", "pay-as-you-go")
            ),
            _year("year", "calendar year"),
            Column(
                "cap_usd",
                "number",
                "most it can pay in the year, dollars of that year",
                "USD/year",
                0,
                1e12,
                price_index="none",
            ),
        ),
        "operating money by source and year; no row at all: no cap",
        may_be_empty=True,
    ),
    Table(
        "agency_groups",
        ("agency_id",),
        (AGENCY, _text("group_id", "group of agencies that have their money together")),
        "which agencies have money together; no row at all: all of them",
        figures=False,
        may_be_empty=True,
        may_be_missing=True,
    ),
    Table(
        "group_money",
        ("group_id", "year"),
        (
            _key("group_id", "group of agencies", "agency_groups.group_id"),
            _year("year", "calendar year"),
            _number("share", "fraction", 0, 1, "part of the money of all payers that the group has; a year sums to 1"),
        ),
        "how the money of all payers is split over groups of agencies: each buys service up to its part",
        may_be_empty=True,
        may_be_missing=True,
    ),
    Table(
        "outlay_profiles",
        ("fund_type", "year_after"),
        (
            _key("fund_type", "federal fund type, as in wbs"),
            Column("year_after", "integer", "years after the authority was given; 0 is its own year", "year", 0, 30),
            _number("share", "fraction of authority", 0, 1, "part paid out in the year; shares sum to 1"),
        ),
        "how federal authority is paid out; a fund type without a row is paid in its own year",
        may_be_empty=True,
    ),
    Table(
        "continuing_resolutions",
        ("fiscal_year",),
        (
            _year("fiscal_year", "federal fiscal year, which begins in October of the year before"),
            _number(
                "months", "months", 0, 12, "months from its first day under a continuing resolution; 12: all of it"
            ),
        ),
        "fiscal years that begin under a continuing resolution; a year without a row begins under none",
        may_be_empty=True,
        may_be_missing=True,
    ),
    Table(
        "asset_lives",
        ("wbs_code",),
        (
            _key("wbs_code", "cost line that buys the asset", "wbs.wbs_code"),
            _number("life_months", "months", 0, 1200, "months over which its value wears off; 0: it keeps its value"),
        ),
        "how long what a cost line buys keeps a value: terminal value, price of service, a memo; racks have a life in chips",
        may_be_empty=True,
        may_be_missing=True,
    ),
    Table(
        "sources",
        ("source_id",),
        (
            _key("source_id", "short name of the document"),
            _text("title", "title of the original document"),
            _text("publisher", "publisher"),
            _text("year", "year of publication", optional=True),
            _text("address", "where it stands; empty where it has none", optional=True),
        ),
        "documents the figures come from",
        figures=False,
    ),
    Table(
        "figures",
        ("table", "key", "column"),
        (
            _key("table", "table of the figure"),
            _key("key", "key of the row, parts joined by /; * for the whole column"),
            _key("column", "column of the figure"),
            Column("low", "number", "low end of the range; empty where none is known", optional=True),
            Column("high", "number", "high end of the range; empty where none is known", optional=True),
            Column(
                "money_year", "integer", "year of the dollars; empty where not money", "year", 2000, 2100, optional=True
            ),
            _key("source_id", "document", "sources.source_id"),
            _text("status", "how well the figure is known", tuple(STATUSES)),
            _text("note", "reason, anchor, arithmetic", optional=True),
        ),
        "where each figure comes from and how far it may be off",
        figures=False,
    ),
    Table(
        "leans_on",
        ("table", "key", "column", "source_id"),
        (
            _key("table", "table of the figure"),
            _key("key", "key of its row in figures, parts joined by /; * for the whole column"),
            _key("column", "column of the figure"),
            _key("source_id", "second document that the figure was derived from", "sources.source_id"),
        ),
        "further documents behind a figure, apart from its source; most figures have none",
        figures=False,
        may_be_empty=True,
        may_be_missing=True,
    ),
    Table(
        "evidence_statuses",
        ("status",),
        (
            Column("status", "text", "status of a figure, as in figures", allowed=tuple(STATUSES)),
            Column("order", "integer", "place from the strongest, 1, to the weakest; each place once", "", 1, 100),
            _text("meaning", "what the status says of a figure"),
        ),
        "statuses of figures from the strongest to the weakest; no row at all: the order in figures",
        figures=False,
        may_be_empty=True,
        may_be_missing=True,
    ),
)

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}

#: parameter id -> (unit, minimum, maximum, meaning)
PARAMETERS: dict[str, tuple[str, float, float, str]] = {
    "power_reserve_share": ("fraction", 0, 1, "secured power above the facility's design-day peak"),
    "minimum_take_share": (
        "fraction",
        0,
        1,
        "share of contracted grid MW whose delivery charge is owed whether used or not, without a grid contract",
    ),
    "average_draw_share": ("fraction", 0.1, 1, "average rack power against all-in rack power"),
    "counted_factor": ("ratio", 1, 10, "commissioned MW that count toward a goal, per MW the site populates"),
    "counted_within_months": ("months", 0, 120, "time within which the site must populate them"),
    "management_reserve_share": ("fraction of budget", 0, 0.5, "held and not spent"),
    "national_craft_workers": ("workers", 0, 1e6, "craft workers on all the programme's sites together"),
    "max_build_mw_per_year": ("MW IT/year", 0, 1e5, "halls a site can start in a year"),
    "volume_threshold_mw": ("MW IT", 0, 1e5, "greenfield MW of the programme above which a framework discount applies"),
    "volume_discount_share": ("fraction", 0, 0.5, "discount on the MW above the threshold"),
    "cost_of_water_usd_per_m3": ("USD/m3", 0, 100, "price of water"),
    "carbon_price_usd_per_t": ("USD/t CO2", 0, 1000, "price of emissions; 0 for none"),
    "site_staff_per_mw": ("heads/MW IT", 0, 20, "operations staff per commissioned MW"),
    "site_staff_usd_per_year": ("USD/head-year", 0, 1e6, "loaded cost of one head"),
    "tail_years": ("years", 0, 15, "years after the horizon in which service still counts"),
    "tail_taper": ("ratio", 0, 1, "weight of each further year after the horizon against the one before"),
    "opening_window_months": (
        "months",
        1,
        600,
        "time from the horizon's opening within which every chosen site is opened",
    ),
    "minimum_site_mw": ("MW IT", 0, 1e4, "commissioned MW below which a site does not count"),
    "minimum_site_serving_mw": ("MW IT", 0, 1e4, "running MW below which a site does not serve"),
    "largest_site_share": ("fraction", 0, 1, "largest part of what is served that one site may carry"),
    "must_serve_from_year": ("year", 2020, 2100, "first year in which marked demand must be met"),
    "share_rule_from_year": ("year", 2020, 2100, "first year in which the largest-share rule holds"),
    "counted_site_by_year": ("year", 2020, 2100, "year by whose end every chosen site must count"),
    "programme_management_share": (
        "fraction of base cost",
        0,
        0.3,
        "programme management, integration and test on construction, power and cooling",
    ),
    "disposal_usd_per_rack": ("USD/rack", 0, 1e6, "disposal of a rack at the end of its life"),
    "soft_band_from_year": (
        "year",
        2020,
        2100,
        "first year in which the soft share of the year's investment has a band",
    ),
    "soft_band_low": ("fraction", 0, 1, "least soft share of a year's investment"),
    "soft_band_high": ("fraction", 0, 1, "largest soft share of a year's investment"),
    "aware_share": ("fraction", 0, 1, "part of the staff that full operational support asks to be aware"),
    "output_per_dollar": (
        "USD/USD",
        0,
        100,
        "economic output claimed per dollar invested: a memo, in no rule and no objective",
    ),
}
#: parameters that are money: id -> price index
MONEY_PARAMETERS: dict[str, str] = {
    "cost_of_water_usd_per_m3": "general",
    "carbon_price_usd_per_t": "general",
    "site_staff_usd_per_year": "wages",
    "disposal_usd_per_rack": "general",
}
PRICE_INDICES = ("general", "construction", "wages", "electricity")
