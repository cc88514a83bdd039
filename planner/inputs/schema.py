"""The shape of a data set, declared once: every table, column, unit, bound and meaning.

Checks, the data dictionary, the template workbook and the glossary all read these lines, and ``Case`` gives the rows
of a table as objects of its class.

A table is a CSV of the same name, one row an entity, the unit part of the column's name. Where a
figure comes from stands beside it in ``figures.csv``: one row per (table, key, column), or ``*`` as
the key for a whole column, with low, high, money year, source and status.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, TypeVar, dataclass_transform

Kind = Literal["text", "number", "integer", "flag"]
E = TypeVar("E")

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


def _key(meaning: str, reference: str = "", optional: bool = False) -> Any:
    return Column("", "text", meaning, reference=reference, optional=optional)


def _text(meaning: str, allowed: tuple[str, ...] = (), optional: bool = False) -> Any:
    return Column("", "text", meaning, allowed=allowed, optional=optional)


def _number(unit: str, low: float | None, high: float | None, meaning: str, optional: bool = False) -> Any:
    return Column("", "number", meaning, unit, low, high, optional=optional)


def _money(unit: str, high: float, index: str, meaning: str) -> Any:
    return Column("", "number", meaning, unit, 0.0, high, price_index=index)


def _integer(unit: str, low: float, high: float, meaning: str, optional: bool = False) -> Any:
    return Column("", "integer", meaning, unit, low, high, optional=optional)


def _year(meaning: str) -> Any:
    return _integer("year", 2015, 2100, meaning)


def _flag(meaning: str) -> Any:
    return Column("", "flag", meaning)


def _left_out(column: Column) -> Any:
    """A column that a table may leave empty, or do without."""
    return replace(column, optional=True, may_be_missing=True)


#: class of a row -> its table, in the order in which they are declared
TABLE_OF: dict[type[Any], Table] = {}


@dataclass_transform(frozen_default=True, kw_only_default=True)
def table(
    name: str, keys: str, meaning: str, figures: bool = True, may_be_empty: bool = False, may_be_missing: bool = False
) -> Callable[[type[E]], type[E]]:
    """A class whose attributes are columns, with blanks between its ``keys``: rows of a table, frozen and typed."""

    def declare(cls: type[E]) -> type[E]:
        columns = tuple(replace(vars(cls)[column], name=column) for column in cls.__annotations__)
        for column in columns:
            delattr(cls, column.name)
        empty = may_be_empty or may_be_missing
        TABLE_OF[cls] = Table(name, tuple(keys.split()), columns, meaning, figures, empty, may_be_missing)
        return dataclass(frozen=True, kw_only=True)(cls)

    return declare


SITE = _key("candidate site", "sites.site_id")
LEVEL = _key("classification level", "levels.level_id")
WORKLOAD = _key("kind of work", "workloads.workload_id")
AGENCY = _key("agency or group of agencies", "agencies.agency_id")
CHIP = _key("chip generation, bought by the rack", "chips.chip_id")
COOLING = _key("cooling design", "cooling.cooling_id")


@table("sites", "site_id", "candidate sites")
class Site:
    site_id: str = _key("candidate site")
    name: str = _text("name of the site")
    state: str = _text("two-letter state")
    lat_deg: float = _number("degrees", -90, 90, "latitude")
    lon_deg: float = _number("degrees", -180, 180, "longitude")
    grid_region: str = _text("balancing area; the programme asks for several")
    climate_zone: str = _text("ASHRAE 169 climate zone, a row of climate")
    gas_region: str = _text("census division of the gas price, a row of gas_prices")
    land_acres: float = _number("acres", 0, 1e6, "land that could be developed")
    land_price_usd_per_acre: float = _money("USD/acre", 1e7, "general", "price of land")
    opening_cost_usd: float = _money(
        "USD", 1e10, "construction", "campus fixed cost: studies, permits, roads, substation yard"
    )
    tariff_usd_per_mwh: float = _money("USD/MWh", 1000, "electricity", "delivered price of grid energy")
    delivery_usd_per_mwh: float = _money(
        "USD/MWh", 1000, "electricity", "part of the tariff for delivery and capacity, owed on the minimum take"
    )
    grid_emissions_kg_per_mwh: float = _number("kg CO2/MWh", 0, 2000, "emissions of grid energy")
    water_budget_m3_per_year: float = _number("m3/year", 0, 1e9, "water that cooling may use")
    construction_multiplier: float = _number("ratio", 0.3, 3, "building cost against the US average")
    equipment_tax_share: float = _number("fraction", 0, 0.2, "sales tax on racks after any exemption")
    peak_craft_workers: float = _number("workers", 0, 1e5, "craft workers the labour market can supply")
    existing_mw: float = _number("MW IT", 0, 1e4, "existing data-hall MW that can be retrofitted or leased")
    max_onsite_mw: float = _number("MW", 0, 1e5, "on-site plant the site's land, gas and air permits allow")


@table("site_levels", "site_id level_id", "levels a site may host", figures=False)
class SiteLevel:
    site_id: str = SITE
    level_id: str = LEVEL


@table("levels", "level_id", "classification levels")
class Level:
    level_id: str = _key("classification level")
    name: str = _text("name")
    hardening_share: float = _number("fraction", 0, 2, "premium on shell cost of the halls that serve this level")
    added_months: float = _number(
        "months", 0, 60, "months that hardening adds before the hall may hold racks of this level"
    )
    rent_premium: float = _number("ratio", 0.5, 10, "market rent at this level against commercial regions")


@table("cooling", "cooling_id", "cooling designs")
class Cooling:
    cooling_id: str = _key("cooling design")
    name: str = _text("name")
    holds_liquid_racks: int = _flag("1 where direct-to-chip racks fit")
    rack_kw_max: float = _number("kW/rack", 1, 2000, "largest rack it can cool")


@table("climate", "cooling_id climate_zone", "PUE and WUE by cooling design and climate zone")
class Climate:
    cooling_id: str = COOLING
    climate_zone: str = _key("ASHRAE 169 climate zone")
    pue_average: float = _number("ratio", 1, 3, "yearly average power usage effectiveness")
    pue_peak: float = _number("ratio", 1, 3.5, "power usage effectiveness on the design day")
    wue_l_per_kwh: float = _number("L/kWh IT", 0, 10, "water usage effectiveness on IT energy")


@table("designs", "design_id", "data-hall designs: route and cooling")
class Design:
    design_id: str = _key("data-hall design")
    name: str = _text("name")
    route: str = _text("how the hall comes about", ("greenfield", "retrofit", "lease"))
    cooling_id: str = COOLING
    module_mw: float = _number("MW IT", 0.1, 500, "critical IT load of one whole hall")
    lead_months: float = _number("months", 0, 120, "start to commissioned")
    term_months: float = _number("months", 0, 600, "months in service; 0 means owned")
    profile_id: str = _text("spend profile over the lead time, a row of spend_profiles")
    shell_usd_per_mw: float = _money(
        "USD/MW IT", 1e8, "construction", "shell, core, back of house: the base of hardening"
    )
    civil_usd_per_mw: float = _money("USD/MW IT", 1e8, "construction", "site works and white-space fit-out")
    electrical_usd_per_mw: float = _money("USD/MW IT", 1e8, "construction", "electrical plant of the hall")
    mechanical_usd_per_mw: float = _money("USD/MW IT", 1e8, "construction", "cooling plant of the hall")
    lease_usd_per_mw_year: float = _money("USD/MW IT-year", 1e8, "general", "rent of leased space")
    acres_per_mw: float = _number("acres/MW IT", 0, 50, "land taken")
    workers_per_mw: float = _number("workers/MW IT", 0, 100, "craft workers at peak while under construction")
    facility_om_usd_per_mw_year: float = _money(
        "USD/MW IT-year", 1e8, "wages", "operation and maintenance without energy"
    )
    max_modules_per_year: float = _number("modules/year", 0, 1000, "starts a site can run in a year")

    @property
    def brings_own_power(self) -> bool:
        """Retrofit and lease use the service of the halls that stand."""
        return self.route != "greenfield"


@table("spend_profiles", "profile_id step", "how a cost is paid along its lead time")
class SpendStep:
    profile_id: str = _key("spend profile")
    step: int = _integer("step", 1, 60, "equal slice of the lead time")
    share: float = _number("fraction", 0, 1, "share of the cost paid in the slice; shares sum to 1")


@table("grid_tranches", "site_id tranche", "grid rights by site, in whole tranches")
class GridTranche:
    site_id: str = SITE
    tranche: int = _integer("", 1, 20, "order in which the tranches are taken")
    mw: float = _number("MW", 0, 1e4, "grid right of the whole tranche, at the meter")
    lead_months: float = _number("months", 0, 240, "contract to energised")
    connection_usd_per_mw: float = _money("USD/MW", 1e7, "construction", "network upgrades and substation")


@table(
    "grid_contracts",
    "site_id",
    "who owes grid power that is not used, and for how long; a site without a row owes by minimum_take_share alone",
    may_be_missing=True,
)
class GridContract:
    """Terms of every grid contract of a site: who owes what is not used, and for how long."""

    site_id: str = SITE
    tariff: str = _text("tariff or pledge that the terms come from")
    known_tariff: int = _flag("1 where a tariff that was read gives the terms; 0 where they are assumed")
    obligor: str = _text("who signs, and owes what is not used", OBLIGORS)
    ramp_months: float = _number("months", 0, 120, "from energised, time over which the take rises evenly to its share")
    term_months: float = _number("months", 1, 360, "months of the full take after the ramp")
    minimum_take_share: float = _number("fraction", 0, 1, "share of contracted MW whose delivery is owed, used or not")
    generation_take_share: float = _number(
        "fraction", 0, 1, "share of contracted MW whose generation is owed, used or not"
    )
    generation_usd_per_mwh: float = _money(
        "USD/MWh", 1000, "electricity", "generation owed per MWh of its take that is not used: capacity without fuel"
    )
    collateral_usd_per_mw: float = _money("USD/MW", 1e8, "electricity", "held from signing to the end of the term")
    exit_fee_usd_per_mw: float = _money("USD/MW", 1e8, "electricity", "ends the contract of a MW after the horizon")
    resale_share: float = _number("fraction", 0, 1, "part of the remaining take that another user would pay")
    collateral_fee_share: float = _left_out(
        _number(
            "fraction of collateral/year",
            0,
            1,
            "yearly cost of what an investor holds as collateral; empty: it costs nothing",
        )
    )

    @property
    def owed_by_investor(self) -> bool:
        """Power that is contracted and not used is paid from investment."""
        return self.obligor == "investor"

    @property
    def yearly_fee(self) -> float:
        """Part of the collateral that the investor pays a year for holding it; an agency posts none."""
        return self.collateral_fee_share if self.owed_by_investor and self.collateral_fee_share > 0 else 0.0

    @property
    def months(self) -> float:
        """From energised to the end of the contract."""
        return self.ramp_months + self.term_months


@table("plants", "plant_id", "on-site plant, in whole units", may_be_empty=True)
class Plant:
    plant_id: str = _key("on-site plant")
    name: str = _text("name")
    fuel: str = _text("fuel", ("gas", "nuclear"))
    unit_mw: float = _number("MW", 0.1, 2000, "one whole unit")
    lead_months: float = _number("months", 0, 240, "order to operation")
    first_order_year: int = _year("first year in which a unit can be ordered")
    profile_id: str = _text("spend profile over the lead time, a row of spend_profiles")
    capex_usd_per_kw: float = _money("USD/kW", 1e5, "construction", "overnight cost")
    fixed_om_usd_per_kw_year: float = _money("USD/kW-year", 1e4, "general", "fixed operation and maintenance")
    variable_om_usd_per_mwh: float = _money(
        "USD/MWh", 1e3, "general", "variable operation and maintenance, with nuclear fuel"
    )
    heat_rate_mmbtu_per_mwh: float = _number("MMBtu/MWh", 0, 30, "gas burnt per MWh; 0 for nuclear")
    emissions_kg_per_mwh: float = _number("kg CO2/MWh", 0, 2000, "direct emissions")
    capacity_factor_max: float = _number("fraction", 0, 1, "largest yearly capacity factor")
    firm_share: float = _number(
        "fraction", 0, 1, "part of a unit's MW that counts as firm: 1 less its forced outage rate"
    )


@table("ppas", "ppa_id site_id", "clean energy matched over the year; brings no firm capacity", may_be_empty=True)
class Ppa:
    ppa_id: str = _key("power purchase agreement")
    site_id: str = SITE
    price_usd_per_mwh: float = _money("USD/MWh", 1000, "none", "fixed price over the term, in the dollars of each year")
    max_mw: float = _number("MW", 0, 1e5, "nameplate that can be signed")
    capacity_factor: float = _number("fraction", 0, 1, "yearly capacity factor")
    lead_months: float = _number("months", 0, 240, "signature to first energy")


@table("gas_prices", "gas_region year", "gas price by region and year")
class GasPrice:
    gas_region: str = _key("census division")
    year: int = _year("calendar year")
    price_usd_per_mmbtu: float = _money("USD/MMBtu", 100, "general", "delivered to power plants")


@table("chips", "chip_id", "chips by generation")
class Chip:
    chip_id: str = _key("chip generation, bought by the rack")
    name: str = _text("name")
    family: str = _text("family", ("Trainium", "Inferentia", "GPU", "APU", "HPC", "CPU"))
    sale_status: str = _text("on sale, announced, or projected from the trend", ("on sale", "announced", "projected"))
    chips_per_rack: float = _number("chips/rack", 1, 10000, "chips in one bought unit")
    fp64_pflops: float = _number("PFLOP/s per rack", 0, 1e6, "dense peak in fp64")
    bf16_pflops: float = _number("PFLOP/s per rack", 0, 1e6, "dense peak in bf16")
    fp8_pflops: float = _number("PFLOP/s per rack", 0, 1e6, "dense peak in fp8")
    rack_kw: float = _number(
        "kW IT/rack", 0.1, 5000, "all-in IT power of one rack with its share of network and storage"
    )
    needs_liquid: int = _flag("1 where the rack needs direct-to-chip cooling")
    lead_months: float = _number("months", 0, 60, "order to installed")
    life_months: float = _number("months", 1, 240, "service life")
    fabric_id: str = _key("fabric of its cluster", "fabric.fabric_id")
    fabric_usd_per_rack: float = _money(
        "USD/rack", 1e8, "general", "network of the cluster, per rack, where its year has no price"
    )
    storage_share: float = _number("fraction of rack price", 0, 1, "storage bought with the rack")
    maintenance_share: float = _number("fraction of rack price/year", 0, 0.5, "spares and support per year in service")

    @property
    def rack_mw(self) -> float:
        return self.rack_kw / 1000

    def pflops(self, precision: str) -> float:
        """Dense peak of one rack, PFLOP/s."""
        return {"fp64": self.fp64_pflops, "bf16": self.bf16_pflops, "fp8": self.fp8_pflops}[precision]


@table("chip_supply", "chip_id year", "price and supply of racks by year of order")
class ChipSupply:
    chip_id: str = CHIP
    year: int = _year("year of order; a chip without a row cannot be ordered in that year")
    rack_price_usd: float = _money("USD/rack", 1e9, "none", "price of one rack, in the dollars of that year")
    supply_racks_per_year: float = _number("racks/year", 0, 1e7, "racks the programme can get")
    fabric_usd_per_rack: float = _left_out(
        _money(
            "USD/rack",
            1e8,
            "none",
            "network of the cluster, per rack, in the dollars of that year; empty: the price of the chip",
        )
    )


@table("fabric", "fabric_id", "fabric tiers and what latency physics allows")
class Fabric:
    fabric_id: str = _key("fabric tier")
    name: str = _text("name")
    scope: str = _text("what it connects", ("rack", "site", "country"))
    latency_us: float = _number("microseconds", 0, 1e6, "one-way latency across its scope")


@table("workloads", "workload_id", "kinds of work")
class Workload:
    workload_id: str = _key("kind of work")
    name: str = _text("name")
    precision: str = _text("precision it computes in", PRECISIONS)
    utilisation: float = _number("fraction", 0.01, 1, "delivered against installed PFLOP/s while available")
    availability: float = _number("fraction", 0.1, 1, "share of the year the racks are available")
    rent_usd_per_pflops_year: float = _money(
        "USD/PFLOP/s installed-year", 1e9, "none", "market rent of installed compute, base-year dollars"
    )
    cluster_pflops: float = _number(
        "PFLOP/s installed", 0, 1e7, "size of the one-site cluster a job needs; 0: any size"
    )
    service_id: str = _key(
        "service that must be ported to a site and level before the work runs there; empty: none",
        "initiatives.initiative_id",
        optional=True,
    )
    uplift_share: float = _number("fraction", 0, 0.5, "more output of running racks once the scheduler is in use")

    @property
    def used_share(self) -> float:
        """Delivered against reserved PFLOP/s: how much of what is paid for its user gets."""
        return self.utilisation * self.availability


@table("suitability", "chip_id workload_id", "what a chip can run", figures=False)
class Suitable:
    chip_id: str = CHIP
    workload_id: str = WORKLOAD


@table("rent_paths", "workload_id year", "market rent over time")
class RentIndex:
    workload_id: str = WORKLOAD
    year: int = _year("calendar year")
    rent_index: float = _number("ratio", 0, 10, "market rent per PFLOP/s against the base year, constant dollars")


@table(
    "service_prices",
    "workload_id",
    "how the price of service is set; without a row its rent is a given figure and own racks are always full",
    may_be_missing=True,
)
class ServicePrice:
    """How the price of a workload is set: the reference build of a seller, its margin, and occupancy of both sides."""

    workload_id: str = WORKLOAD
    site_id: str = _key("reference site of a seller of service", "sites.site_id")
    design_id: str = _key("reference hall of a seller of service", "designs.design_id")
    decline_share: float = _number("fraction/year", 0, 0.8, "yearly fall of the price per PFLOP/s, constant dollars")
    seller_occupancy: float = _number("fraction", 0.05, 1, "share of its racks' hours that a seller of service rents")
    margin: float = _number("ratio", 0.05, 10, "price of a rented hour against its user cost, fitted to quotes")
    occupancy: float = _number("fraction", 0.05, 1, "share of the hours of its own racks that the programme fills")
    mw_per_pflops: float = _number("MW IT/PFLOP/s", 0, 100, "of the part that sets the price in the base year")


@table(
    "level_addons",
    "level_id",
    "what service at a level is worth above the commercial price, at the reference scale; without a row nothing",
    may_be_missing=True,
)
class LevelAddon:
    level_id: str = LEVEL
    addon_usd_per_mw_year: float = _money("USD/MW IT-year", 1e8, "general", "what the level costs above open service")


@table("rent_quotes", "quote_id", "rents on one-year terms that the margin is fitted to", may_be_missing=True)
class Quote:
    """A rent quoted on a one-year term, with what one chip of the part costs its owner."""

    quote_id: str = _key("quote")
    chip: str = _text("part that is rented")
    part_class: str = _text("whether third parties sell the part in volume", ("general purpose", "captive"))
    seller: str = _text("who quoted it, and when")
    usd_per_chip_hour: float = _money("USD/chip-hour", 1000, "none", "rent on a one-year term, base-year dollars")
    system_usd_per_chip: float = _money("USD/chip", 1e6, "none", "price of chip, host, fabric and storage, base year")
    chip_kw: float = _number("kW/chip", 0.01, 100, "all-in IT power of a chip with its host and network share")
    maintenance_share: float = _number("fraction/year", 0, 0.5, "maintenance against the price of the system")
    life_months: float = _number("months", 1, 240, "months in service")


@table(
    "quoted_parts",
    "chip",
    "what a rented part delivers at its peak: turns a quoted rent into a price per PFLOP/s; in no rule of a plan",
    may_be_missing=True,
)
class QuotedPart:
    """What one chip of a rented part delivers at its dense peak, PFLOP/s."""

    chip: str = _key("part that is rented, as rent_quotes names it")
    fp64_pflops: float = _number("PFLOP/s per chip", 0, 1e4, "dense peak in fp64")
    bf16_pflops: float = _number("PFLOP/s per chip", 0, 1e4, "dense peak in bf16")
    fp8_pflops: float = _number("PFLOP/s per chip", 0, 1e4, "dense peak in fp8")

    def pflops(self, precision: str) -> float:
        return {"fp64": self.fp64_pflops, "bf16": self.bf16_pflops, "fp8": self.fp8_pflops}[precision]


@table("agencies", "agency_id", "agencies")
class Agency:
    agency_id: str = _key("agency or group of agencies")
    name: str = _text("name")
    lat_deg: float = _number("degrees", -90, 90, "latitude of its main data")
    lon_deg: float = _number("degrees", -180, 180, "longitude of its main data")
    large_agencies: float = _number("agencies", 0, 1000, "large agencies in the group, each onboarded by itself")
    small_agencies: float = _number("agencies", 0, 10000, "small agencies in the group, onboarded together")
    small_demand_share: float = _number("fraction", 0, 1, "part of the group's demand that small agencies have")


@table("movement", "agency_id site_id", "data movement between site and agency")
class Movement:
    agency_id: str = AGENCY
    site_id: str = SITE
    movement_usd_per_pflops_year: float = _money(
        "USD/PFLOP/s delivered-year",
        1e9,
        "none",
        "moving the data of one delivered PFLOP/s-year between site and agency",
    )


@table("demand", "agency_id workload_id level_id", "demand by agency, workload and level in the base year")
class Demand:
    agency_id: str = AGENCY
    workload_id: str = WORKLOAD
    level_id: str = LEVEL
    base_pflops_years: float = _number(
        "PFLOP/s delivered-years per year", 0, 1e9, "valued demand in the base year, mid case"
    )
    must_serve_share: float = _number(
        "fraction", 0, 1, "share of the demand that must be met from must_serve_from_year"
    )

    @property
    def key(self) -> tuple[str, str, str]:
        return self.agency_id, self.workload_id, self.level_id


@table("demand_paths", "case_id workload_id year", "demand over time, by case")
class DemandIndex:
    case_id: str = _key("low, mid or high")
    workload_id: str = WORKLOAD
    year: int = _year("calendar year")
    multiplier: float = _number("ratio", 0, 1e6, "demand against the mid case's base year")


@table("demand_tranches", "tranche_id", "how value falls with the depth of demand")
class Tranche:
    tranche_id: str = _key("depth of demand")
    share: float = _number("fraction", 0, 1, "share of demand; shares sum to 1")
    value_share: float = _number("fraction", 0, 1, "value against market rent")


@table("price_indices", "index_id year", "indices that carry a figure from its money year to the year it is spent")
class PriceIndex:
    index_id: str = _key("price index")
    year: int = _year("calendar year")
    index_value: float = _number("index", 0.01, 1e6, "level of the index")


@table("discount_rates", "rate_id", "discount rates as dated inputs")
class DiscountRate:
    rate_id: str = _key("discount rate")
    real_rate: float = _number("fraction/year", 0, 0.3, "real rate")
    as_of: str = _text("date of the rule")


@table("categories", "category", "cost categories")
class Category:
    category: str = _text("cost category", CATEGORIES)
    side: str = _text("side of the split", SIDES)
    contingency_share: float = _number("fraction of base cost", 0, 1, "contingency inside the category")


@table("wbs", "wbs_code", "every cost line, once", figures=False)
class WbsLine:
    wbs_code: str = _key("work breakdown structure code")
    parent: str = _text("code of the parent; empty at the top", optional=True)
    name: str = _text("name")
    category: str = _text("cost category; empty on headings", CATEGORIES, optional=True)
    side: str = _text("side of the split", SIDES)
    ledger: str = _text("ledger", LEDGERS)
    payer: str = _text("who pays", PAYERS)
    fund_type: str = _text("federal fund type; empty for private money", optional=True)
    availability: str = _text("period of availability; empty for private money", optional=True)


@table("authority", "year", "investment ceiling by year")
class Authority:
    year: int = _year("calendar year")
    share_of_budget: float = _number(
        "fraction", 0, 1, "investment authorised in the year; what is not spent carries over"
    )


@table("parameters", "parameter_id", "figures that belong to no other table")
class Parameter:
    parameter_id: str = _key("name of the figure")
    value: float = _number("see unit", None, None, "value")
    unit: str = _text("unit")
    meaning: str = _text("meaning")


@table("cost_benchmarks", "benchmark_id", "published cost per MW, to test the plan against", may_be_empty=True)
class Benchmark:
    benchmark_id: str = _key("published all-in cost")
    chip_id: str = _key("chip it speaks of", "chips.chip_id")
    usd_per_mw: float = _money("USD/MW facility", 1e9, "general", "published all-in capital cost")
    basis: str = _text("MW basis and what is covered")


@table(
    "hall_benchmarks",
    "benchmark_id",
    "published cost of data halls per MW, to test claims of capacity against",
    may_be_missing=True,
)
class HallBenchmark:
    benchmark_id: str = _key("published cost of data halls without chips")
    usd_per_mw: float = _money("USD/MW", 1e9, "construction", "buildings with power and cooling, on the basis named")
    mw_basis: str = _text("what the MW are", ("facility", "IT", "not said"))
    covers: str = _text("what is in it")


@table(
    "accreditations",
    "accreditation_id",
    "security accreditations by level; a level that none opens is open",
    may_be_empty=True,
)
class Accreditation:
    accreditation_id: str = _key("accreditation")
    level_id: str = LEVEL
    name: str = _text("name")
    opens_level: int = _flag("1 where the level serves only when this is held; 0: a step on the way")
    predecessor_id: str = _text("accreditation that must be held before; may be empty", optional=True)
    cost_usd: float = _money("USD", 1e9, "wages", "one-off cost")
    duration_months: float = _number("months", 0, 120, "start to accredited")
    monitoring_usd_per_year: float = _money("USD/year", 1e9, "wages", "continuous monitoring")


@table(
    "existing_accreditations",
    "site_id accreditation_id",
    "accreditations that a site holds before the programme starts",
    figures=False,
    may_be_empty=True,
)
class ExistingAccreditation:
    site_id: str = SITE
    accreditation_id: str = _key("accreditation", "accreditations.accreditation_id")
    source_id: str = _key("document", "sources.source_id")
    note: str = _text("what is known of it")


@table("initiatives", "initiative_id", "software, security and training initiatives", may_be_empty=True)
class Initiative:
    initiative_id: str = _key("initiative")
    name: str = _text("name")
    category: str = _text("cost category", ("software", "security", "training"))
    per: str = _text("what one unit is", PER)
    cost_usd: float = _money("USD", 1e10, "wages", "one-off cost of one unit")
    recurring_usd_per_year: float = _money("USD/year", 1e10, "wages", "yearly cost of one unit")
    duration_months: float = _number("months", 0, 120, "start to done")
    need_ceiling_units: float = _number("units", 0, 1e7, "units the need can use")
    prerequisite_id: str = _text("initiative that must be done before; may be empty", optional=True)
    effect: str = _text("what it does in the model", tuple(EFFECTS))
    purpose: str = _text("what it is for")


@table(
    "level_needs",
    "level_id initiative_id",
    "initiatives that must be done before a level serves",
    figures=False,
    may_be_empty=True,
)
class LevelNeed:
    level_id: str = LEVEL
    initiative_id: str = _key("initiative that gates the level", "initiatives.initiative_id")


@table("training_tracks", "track_id", "training tracks", may_be_empty=True)
class Track:
    track_id: str = _key("training track")
    name: str = _text("name")
    cost_usd_per_head: float = _money("USD/head", 1e6, "wages", "direct cost")
    duration_months: float = _number("months", 0, 60, "start to trained")
    attrition_per_year: float = _number("fraction/year", 0, 1, "trained staff who leave in a year")
    need_ceiling_heads: float = _number("heads", 0, 1e7, "trained heads the need can use at a time")
    capacity_heads_per_year: float = _number("heads/year", 0, 1e7, "heads that trainers can start in a year")
    learners: str = _text("awareness of all staff, use by agencies, operation of sites", LEARNERS)
    prerequisite_id: str = _key(
        "initiative that must be done before a course starts; may be empty", "initiatives.initiative_id", optional=True
    )


@table(
    "training_needs",
    "agency_id track_id",
    "trained staff an agency needs; an agency without a row needs none",
    may_be_empty=True,
)
class TrainingNeed:
    agency_id: str = AGENCY
    track_id: str = _key("training track", "training_tracks.track_id")
    heads: float = _number("heads", 0, 1e7, "trained staff with which the agency could use all its demand")


@table("staffing", "role_id", "site and platform staff", may_be_empty=True)
class Role:
    """Staff of a site, paid from operating money."""

    role_id: str = _key("role")
    name: str = _text("name")
    heads_per_mw: float = _number("heads/MW facility", 0, 20, "heads per MW")
    heads_per_site: float = _number("heads/site", 0, 10000, "heads per site")
    loaded_usd_per_head_year: float = _money("USD/head-year", 1e7, "wages", "loaded cost")
    wbs_code: str = _key("cost line", "wbs.wbs_code")


@table("funding_sources", "source year", "operating money by source and year; no row at all: no cap", may_be_empty=True)
class FundingSource:
    source: str = _text("who pays operating cost", ("appropriation", "cost share", "pay-as-you-go"))
    year: int = _year("calendar year")
    cap_usd: float = _money("USD/year", 1e12, "none", "most it can pay in the year, dollars of that year")


@table(
    "agency_groups",
    "agency_id",
    "which agencies have money together; no row at all: all of them",
    figures=False,
    may_be_missing=True,
)
class AgencyGroup:
    agency_id: str = AGENCY
    group_id: str = _text("group of agencies that have their money together")


@table(
    "group_money",
    "group_id year",
    "how the money of all payers is split over groups of agencies: each buys service up to its part",
    may_be_missing=True,
)
class GroupMoney:
    group_id: str = _key("group of agencies", "agency_groups.group_id")
    year: int = _year("calendar year")
    share: float = _number("fraction", 0, 1, "part of the money of all payers that the group has; a year sums to 1")


@table(
    "outlay_profiles",
    "fund_type year_after",
    "how federal authority is paid out; a fund type without a row is paid in its own year",
    may_be_empty=True,
)
class OutlayStep:
    fund_type: str = _key("federal fund type, as in wbs")
    year_after: int = _integer("year", 0, 30, "years after the authority was given; 0 is its own year")
    share: float = _number("fraction of authority", 0, 1, "part paid out in the year; shares sum to 1")


@table(
    "continuing_resolutions",
    "fiscal_year",
    "fiscal years that begin under a continuing resolution; a year without a row begins under none",
    may_be_missing=True,
)
class ContinuingResolution:
    fiscal_year: int = _year("federal fiscal year, which begins in October of the year before")
    months: float = _number("months", 0, 12, "months from its first day under a continuing resolution; 12: all of it")


@table(
    "asset_lives",
    "wbs_code",
    "how long what a cost line buys keeps a value: terminal value, price of service, a memo; racks have a life in chips",
    may_be_missing=True,
)
class AssetLife:
    wbs_code: str = _key("cost line that buys the asset", "wbs.wbs_code")
    life_months: float = _number("months", 0, 1200, "months over which its value wears off; 0: it keeps its value")


@table("sources", "source_id", "documents the figures come from", figures=False)
class Source:
    source_id: str = _key("short name of the document")
    title: str = _text("title of the original document")
    publisher: str = _text("publisher")
    year: str = _text("year of publication", optional=True)
    address: str = _text("where it stands; empty where it has none", optional=True)


@table("figures", "table key column", "where each figure comes from and how far it may be off", figures=False)
class Origin:
    table: str = _key("table of the figure")
    key: str = _key("key of the row, parts joined by /; * for the whole column")
    column: str = _key("column of the figure")
    low: float = _number("", None, None, "low end of the range; empty where none is known", optional=True)
    high: float = _number("", None, None, "high end of the range; empty where none is known", optional=True)
    money_year: float = _integer("year", 2000, 2100, "year of the dollars; empty where not money", optional=True)
    source_id: str = _key("document", "sources.source_id")
    status: str = _text("how well the figure is known", tuple(STATUSES))
    note: str = _text("reason, anchor, arithmetic", optional=True)


@table(
    "leans_on",
    "table key column source_id",
    "further documents behind a figure, apart from its source; most figures have none",
    figures=False,
    may_be_missing=True,
)
class LeansOn:
    table: str = _key("table of the figure")
    key: str = _key("key of its row in figures, parts joined by /; * for the whole column")
    column: str = _key("column of the figure")
    source_id: str = _key("second document that the figure was derived from", "sources.source_id")


@table(
    "evidence_statuses",
    "status",
    "statuses of figures from the strongest to the weakest; no row at all: the order in figures",
    figures=False,
    may_be_missing=True,
)
class EvidenceStatus:
    status: str = _text("status of a figure, as in figures", tuple(STATUSES))
    order: int = _integer("", 1, 100, "place from the strongest, 1, to the weakest; each place once")
    meaning: str = _text("what the status says of a figure")


TABLES = tuple(TABLE_OF.values())
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
