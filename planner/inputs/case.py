"""The Case: everything a plan depends on, frozen and typed. Money is scaled to millions here, once.

``Case`` is what flows down the pipe. Tables of the data set become small dataclasses whose fields
are the schema's columns; a money figure is asked for as a ``Rate``, which knows its money year and
its index, so that the same figure can be traced from the model to the workbook.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import pandas as pd

from planner.inputs.actuals import Actual, past_periods
from planner.inputs.periods import Periods
from planner.inputs.programme import Claim, Programme, ServiceKey
from planner.inputs.records import records
from planner.inputs.schema import BY_NAME, MONEY_PARAMETERS

USD_PER_MUSD = 1e6
#: where cost lines stand that belong to no site
PROGRAMME = "programme"
#: who has money together where the data name no groups
ALL_AGENCIES = "all agencies"


@dataclass(frozen=True)
class Site:
    site_id: str
    name: str
    state: str
    lat_deg: float
    lon_deg: float
    grid_region: str
    climate_zone: str
    gas_region: str
    land_acres: float
    land_price_usd_per_acre: float
    opening_cost_usd: float
    tariff_usd_per_mwh: float
    delivery_usd_per_mwh: float
    grid_emissions_kg_per_mwh: float
    water_budget_m3_per_year: float
    construction_multiplier: float
    equipment_tax_share: float
    peak_craft_workers: float
    existing_mw: float
    max_onsite_mw: float


@dataclass(frozen=True)
class Level:
    level_id: str
    name: str
    hardening_share: float
    added_months: float
    rent_premium: float


@dataclass(frozen=True)
class Cooling:
    cooling_id: str
    name: str
    holds_liquid_racks: int
    rack_kw_max: float


@dataclass(frozen=True)
class Climate:
    cooling_id: str
    climate_zone: str
    pue_average: float
    pue_peak: float
    wue_l_per_kwh: float


@dataclass(frozen=True)
class Design:
    design_id: str
    name: str
    route: str
    cooling_id: str
    module_mw: float
    lead_months: float
    term_months: float
    profile_id: str
    shell_usd_per_mw: float
    civil_usd_per_mw: float
    electrical_usd_per_mw: float
    mechanical_usd_per_mw: float
    lease_usd_per_mw_year: float
    acres_per_mw: float
    workers_per_mw: float
    facility_om_usd_per_mw_year: float
    max_modules_per_year: float

    @property
    def brings_own_power(self) -> bool:
        """Retrofit and lease use the service of the halls that stand."""
        return self.route != "greenfield"


@dataclass(frozen=True)
class GridTranche:
    site_id: str
    tranche: int
    mw: float
    lead_months: float
    connection_usd_per_mw: float


@dataclass(frozen=True)
class GridContract:
    """Terms of every grid contract of a site: who owes what is not used, and for how long."""

    site_id: str
    tariff: str
    known_tariff: int
    obligor: str
    ramp_months: float
    term_months: float
    minimum_take_share: float
    generation_take_share: float
    generation_usd_per_mwh: float
    collateral_usd_per_mw: float
    exit_fee_usd_per_mw: float
    resale_share: float
    collateral_fee_share: float

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


@dataclass(frozen=True)
class Plant:
    plant_id: str
    name: str
    fuel: str
    unit_mw: float
    lead_months: float
    first_order_year: int
    profile_id: str
    capex_usd_per_kw: float
    fixed_om_usd_per_kw_year: float
    variable_om_usd_per_mwh: float
    heat_rate_mmbtu_per_mwh: float
    emissions_kg_per_mwh: float
    capacity_factor_max: float
    firm_share: float


@dataclass(frozen=True)
class Ppa:
    ppa_id: str
    site_id: str
    price_usd_per_mwh: float
    max_mw: float
    capacity_factor: float
    lead_months: float


@dataclass(frozen=True)
class Chip:
    chip_id: str
    name: str
    family: str
    sale_status: str
    chips_per_rack: float
    fp64_pflops: float
    bf16_pflops: float
    fp8_pflops: float
    rack_kw: float
    needs_liquid: int
    lead_months: float
    life_months: float
    fabric_id: str
    fabric_usd_per_rack: float
    storage_share: float
    maintenance_share: float

    @property
    def rack_mw(self) -> float:
        return self.rack_kw / 1000

    def pflops(self, precision: str) -> float:
        """Dense peak of one rack, PFLOP/s."""
        return {"fp64": self.fp64_pflops, "bf16": self.bf16_pflops, "fp8": self.fp8_pflops}[precision]


@dataclass(frozen=True)
class ChipSupply:
    chip_id: str
    year: int
    rack_price_usd: float
    supply_racks_per_year: float
    fabric_usd_per_rack: float


@dataclass(frozen=True)
class Workload:
    workload_id: str
    name: str
    precision: str
    utilisation: float
    availability: float
    rent_usd_per_pflops_year: float
    cluster_pflops: float
    service_id: str
    uplift_share: float

    @property
    def used_share(self) -> float:
        """Delivered against reserved PFLOP/s: how much of what is paid for its user gets."""
        return self.utilisation * self.availability


@dataclass(frozen=True)
class ServicePrice:
    """How the price of a workload is set: the reference build of a seller, its margin, and occupancy of both sides."""

    workload_id: str
    site_id: str
    design_id: str
    decline_share: float
    seller_occupancy: float
    margin: float
    occupancy: float
    mw_per_pflops: float


@dataclass(frozen=True)
class Quote:
    """A rent quoted on a one-year term, with what one chip of the part costs its owner."""

    quote_id: str
    chip: str
    part_class: str
    seller: str
    usd_per_chip_hour: float
    system_usd_per_chip: float
    chip_kw: float
    maintenance_share: float
    life_months: float


@dataclass(frozen=True)
class QuotedPart:
    """What one chip of a rented part delivers at its dense peak, PFLOP/s."""

    chip: str
    fp64_pflops: float
    bf16_pflops: float
    fp8_pflops: float

    def pflops(self, precision: str) -> float:
        return {"fp64": self.fp64_pflops, "bf16": self.bf16_pflops, "fp8": self.fp8_pflops}[precision]


@dataclass(frozen=True)
class Agency:
    agency_id: str
    name: str
    lat_deg: float
    lon_deg: float
    large_agencies: float
    small_agencies: float
    small_demand_share: float


@dataclass(frozen=True)
class Demand:
    agency_id: str
    workload_id: str
    level_id: str
    base_pflops_years: float
    must_serve_share: float

    @property
    def key(self) -> tuple[str, str, str]:
        return self.agency_id, self.workload_id, self.level_id


@dataclass(frozen=True)
class Tranche:
    tranche_id: str
    share: float
    value_share: float


@dataclass(frozen=True)
class Category:
    category: str
    side: str
    contingency_share: float


@dataclass(frozen=True)
class WbsLine:
    wbs_code: str
    parent: str
    name: str
    category: str
    side: str
    ledger: str
    payer: str
    fund_type: str
    availability: str


@dataclass(frozen=True)
class Accreditation:
    accreditation_id: str
    level_id: str
    name: str
    opens_level: int
    predecessor_id: str
    cost_usd: float
    duration_months: float
    monitoring_usd_per_year: float


@dataclass(frozen=True)
class Initiative:
    initiative_id: str
    name: str
    category: str
    per: str
    cost_usd: float
    recurring_usd_per_year: float
    duration_months: float
    need_ceiling_units: float
    prerequisite_id: str
    effect: str
    purpose: str


@dataclass(frozen=True)
class Track:
    track_id: str
    name: str
    cost_usd_per_head: float
    duration_months: float
    attrition_per_year: float
    need_ceiling_heads: float
    capacity_heads_per_year: float
    learners: str
    prerequisite_id: str


@dataclass(frozen=True)
class Role:
    """Staff of a site, paid from operating money."""

    role_id: str
    name: str
    heads_per_mw: float
    heads_per_site: float
    loaded_usd_per_head_year: float
    wbs_code: str


@dataclass(frozen=True)
class Benchmark:
    benchmark_id: str
    chip_id: str
    usd_per_mw: float
    basis: str


@dataclass(frozen=True)
class HallBenchmark:
    benchmark_id: str
    usd_per_mw: float
    mw_basis: str
    covers: str


@dataclass(frozen=True)
class Figure:
    """One number of the data set and where it comes from; ``row`` is its line in the CSV."""

    table: str
    key: str
    column: str
    value: float
    unit: str
    low: float | None
    high: float | None
    money_year: int | None
    source_id: str
    status: str
    note: str

    @property
    def ref(self) -> str:
        return f"{self.table}.{self.key}.{self.column}"


@dataclass(frozen=True)
class Source:
    source_id: str
    title: str
    publisher: str
    year: str
    address: str


@dataclass(frozen=True)
class Rate:
    """A money figure: dollars of ``money_year`` per unit, carried to a year by ``index_id``."""

    usd: float
    index_id: str
    money_year: int | None
    ref: str


def _entities(cls: type[Any], frame: pd.DataFrame) -> list[Any]:
    names = [f.name for f in fields(cls)]
    return [cls(**{n: record[n] for n in names}) for record in records(frame)]


def _origin(row: Mapping[str, Any]) -> tuple[float | None, float | None, int | None, str, str, str]:
    """What a row of figures says of a figure, as its last fields."""
    low, high, year = (None if pd.isna(row[name]) else float(row[name]) for name in ("low", "high", "money_year"))
    return low, high, None if year is None else int(year), row["source_id"], row["status"], row["note"] or ""


def _key_of(table: str, record: Mapping[Any, Any]) -> str:
    return "/".join(str(record[k]) for k in BY_NAME[table].keys)


@dataclass(frozen=True)
class Case:
    """Frozen inputs. ``tables`` are the checked frames (one per schema table, typed columns).

    ``changes`` are the edits made, those of the named ``what_ifs`` among them. ``service_path`` is the service that
    ``serve_as`` asks for: (workload, level, period) -> PFLOP/s-years delivered; empty where it asks for none.
    ``actuals`` is what happened in the periods that are past. ``remarks`` say how inputs were read that could have been
    meant in another way.
    """

    name: str
    programme: Programme
    tables: Mapping[str, pd.DataFrame]
    changes: tuple[str, ...] = ()
    what_ifs: tuple[str, ...] = ()
    service_path: Mapping[ServiceKey, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    actuals: tuple[Actual, ...] = ()
    periods: Periods = field(init=False)

    def __post_init__(self) -> None:
        h = self.programme.horizon
        object.__setattr__(self, "periods", Periods(h.first_year, h.periods, h.months_per_period))

    @property
    def past(self) -> int:
        """Periods that are past: a programme without actuals is planned from its opening."""
        return 0 if self.programme.actuals is None else past_periods(self.periods, self.programme.as_of)

    def converted(self, claim: Claim) -> bool:
        """Whether the programme file says a claim in another unit than the model's."""
        return any(remark.startswith(f"Claim {claim.id}: ") and " is read as " in remark for remark in self.remarks)

    def __getstate__(self) -> dict[str, Any]:
        """What travels to another process: the inputs, none of what was worked out from them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    @cached_property
    def remembered(self) -> dict[tuple[Any, ...], Any]:
        """Answers that pure functions of the case have given, by function and arguments."""
        return {}

    # entities, by id, in the order of the tables

    @cached_property
    def sites(self) -> dict[str, Site]:
        return {e.site_id: e for e in _entities(Site, self.tables["sites"])}

    @cached_property
    def levels(self) -> dict[str, Level]:
        return {e.level_id: e for e in _entities(Level, self.tables["levels"])}

    @cached_property
    def site_levels(self) -> set[tuple[str, str]]:
        return set(self.tables["site_levels"][["site_id", "level_id"]].itertuples(index=False, name=None))

    @cached_property
    def cooling(self) -> dict[str, Cooling]:
        return {e.cooling_id: e for e in _entities(Cooling, self.tables["cooling"])}

    @cached_property
    def designs(self) -> dict[str, Design]:
        return {e.design_id: e for e in _entities(Design, self.tables["designs"])}

    @cached_property
    def tranches_of_grid(self) -> dict[tuple[str, int], GridTranche]:
        return {(e.site_id, int(e.tranche)): e for e in _entities(GridTranche, self.tables["grid_tranches"])}

    @cached_property
    def grid_contracts(self) -> dict[str, GridContract]:
        """Terms by site; a site without a row owes a minimum take of delivery, by the parameter, as operating cost."""
        return {e.site_id: e for e in _entities(GridContract, self.tables["grid_contracts"])}

    @cached_property
    def plants(self) -> dict[str, Plant]:
        return {e.plant_id: e for e in _entities(Plant, self.tables["plants"])}

    @cached_property
    def ppas(self) -> dict[tuple[str, str], Ppa]:
        """By (ppa, site)."""
        return {(e.ppa_id, e.site_id): e for e in _entities(Ppa, self.tables["ppas"])}

    @cached_property
    def chips(self) -> dict[str, Chip]:
        return {e.chip_id: e for e in _entities(Chip, self.tables["chips"])}

    @cached_property
    def chip_supply(self) -> dict[tuple[str, int], ChipSupply]:
        """By (chip, year of order)."""
        return {(e.chip_id, int(e.year)): e for e in _entities(ChipSupply, self.tables["chip_supply"])}

    def fabric_rate(self, chip: str, year: int) -> Rate:
        """Fabric of a rack ordered in a year that is on sale: the price of that year, or else that of the chip."""
        if math.isnan(self.chip_supply[chip, year].fabric_usd_per_rack):
            return self.rate("chips", chip, "fabric_usd_per_rack")
        return self.rate("chip_supply", f"{chip}/{year}", "fabric_usd_per_rack")

    @cached_property
    def workloads(self) -> dict[str, Workload]:
        return {e.workload_id: e for e in _entities(Workload, self.tables["workloads"])}

    @cached_property
    def service_prices(self) -> dict[str, ServicePrice]:
        """By workload; empty where the data say nothing of how prices are set."""
        return {e.workload_id: e for e in _entities(ServicePrice, self.tables["service_prices"])}

    @cached_property
    def rent_quotes(self) -> dict[str, Quote]:
        return {e.quote_id: e for e in _entities(Quote, self.tables["rent_quotes"])}

    @cached_property
    def quoted_parts(self) -> dict[str, QuotedPart]:
        """By part, as the quotes name it."""
        return {e.chip: e for e in _entities(QuotedPart, self.tables["quoted_parts"])}

    def occupancy(self, workload: str) -> float:
        """Share of the hours of its own racks that the programme fills; 1 where nothing is said."""
        return self.service_prices[workload].occupancy if workload in self.service_prices else 1.0

    def delivered_share(self, workload: str) -> float:
        """Delivered against installed PFLOP/s of the programme's own racks."""
        return self.workloads[workload].used_share * self.occupancy(workload)

    @cached_property
    def _addons(self) -> dict[str, float]:
        return {r["level_id"]: float(r["addon_usd_per_mw_year"]) for r in records(self.tables["level_addons"])}

    def level_addon_usd(self, level: str, workload: str) -> float:
        """What a classified level adds to the base-year price of a reserved PFLOP/s-year, base-year dollars."""
        if workload not in self.service_prices or level not in self._addons:
            return 0.0
        return self.base_year_usd("level_addons", level, "addon_usd_per_mw_year") * (
            self.service_prices[workload].mw_per_pflops
        )

    @cached_property
    def suitable(self) -> set[tuple[str, str]]:
        """(chip, workload) pairs that work: listed, and the chip has the precision."""
        listed = self.tables["suitability"][["chip_id", "workload_id"]].itertuples(index=False, name=None)
        return {(c, w) for c, w in listed if self.chips[c].pflops(self.workloads[w].precision) > 0}

    @cached_property
    def agencies(self) -> dict[str, Agency]:
        return {e.agency_id: e for e in _entities(Agency, self.tables["agencies"])}

    @cached_property
    def demands(self) -> dict[tuple[str, str, str], Demand]:
        """By (agency, workload, level)."""
        return {e.key: e for e in _entities(Demand, self.tables["demand"])}

    @cached_property
    def demand_tranches(self) -> dict[str, Tranche]:
        return {e.tranche_id: e for e in _entities(Tranche, self.tables["demand_tranches"])}

    @cached_property
    def categories(self) -> dict[str, Category]:
        return {e.category: e for e in _entities(Category, self.tables["categories"])}

    @cached_property
    def wbs(self) -> dict[str, WbsLine]:
        return {e.wbs_code: e for e in _entities(WbsLine, self.tables["wbs"])}

    # software, security and training: an empty table is no gate

    @cached_property
    def accreditations(self) -> dict[str, Accreditation]:
        return {e.accreditation_id: e for e in _entities(Accreditation, self.tables["accreditations"])}

    @cached_property
    def existing_accreditations(self) -> set[tuple[str, str]]:
        """(site, accreditation) held before the programme starts."""
        frame = self.tables["existing_accreditations"]
        return set(frame[["site_id", "accreditation_id"]].itertuples(index=False, name=None))

    @cached_property
    def initiatives(self) -> dict[str, Initiative]:
        return {e.initiative_id: e for e in _entities(Initiative, self.tables["initiatives"])}

    @cached_property
    def level_needs(self) -> dict[str, tuple[str, ...]]:
        """Level -> initiatives that must be done before it serves."""
        rows = records(self.tables["level_needs"])
        return {k: tuple(r["initiative_id"] for r in rows if r["level_id"] == k) for k in self.levels}

    @cached_property
    def tracks(self) -> dict[str, Track]:
        return {e.track_id: e for e in _entities(Track, self.tables["training_tracks"])}

    @cached_property
    def training_needs(self) -> dict[tuple[str, str], float]:
        """(agency, track) -> trained heads with which the agency could use all its demand."""
        rows = records(self.tables["training_needs"])
        return {(r["agency_id"], r["track_id"]): float(r["heads"]) for r in rows if r["heads"] > 0}

    @cached_property
    def staffing(self) -> dict[str, Role]:
        return {e.role_id: e for e in _entities(Role, self.tables["staffing"])}

    @cached_property
    def _funding(self) -> dict[tuple[str, int], float]:
        rows = records(self.tables["funding_sources"])
        return {(r["source"], int(r["year"])): float(r["cap_usd"]) for r in rows}

    @property
    def funding_sources(self) -> list[str]:
        """Who may pay operating cost; empty: there is no cap."""
        return ordered([source for source, _ in self._funding])

    def funding_cap_musd(self, source: str, t: int) -> float:
        """Most that a source can pay in a period, M then-year dollars; a year without a row pays nothing."""
        return self._funding.get((source, self.periods.year(t)), 0.0) * self.periods.years / USD_PER_MUSD

    @cached_property
    def money_groups(self) -> dict[str, list[str]]:
        """Group -> its agencies, which have money together; without groups in the data, one of all agencies."""
        groups: dict[str, list[str]] = {}
        for row in records(self.tables["agency_groups"]):
            groups.setdefault(row["group_id"], []).append(row["agency_id"])
        return groups or {ALL_AGENCIES: list(self.agencies)}

    @cached_property
    def _group_shares(self) -> dict[tuple[str, int], float]:
        return {(r["group_id"], int(r["year"])): float(r["share"]) for r in records(self.tables["group_money"])}

    def group_money_musd(self, group: str, t: int) -> float:
        """Most that agencies of a group can pay for service in a period, M then-year USD: its part of all caps."""
        share = self._group_shares.get((group, self.periods.year(t)), 0.0) if self._group_shares else 1.0
        return share * sum(self.funding_cap_musd(f, t) for f in self.funding_sources)

    @cached_property
    def demand_shares(self) -> dict[str, float]:
        """Agency -> its part of base-year demand, each workload weighed by its base-year rent; sums to 1."""
        weights = dict.fromkeys(self.agencies, 0.0)
        for d in self.demands.values():
            weights[d.agency_id] += d.base_pflops_years * self.rent_musd(d.workload_id, self.programme.base_year)
        everyone = sum(weights.values())
        return {a: x / everyone if everyone else 0.0 for a, x in weights.items()}

    @property
    def split_is_firm(self) -> bool:
        """Whether the split between infrastructure and the rest is a firm promise."""
        return any(c.metric == "split" and c.binding == "firm" for c in self.programme.claims)

    @cached_property
    def benchmarks(self) -> dict[str, Benchmark]:
        return {e.benchmark_id: e for e in _entities(Benchmark, self.tables["cost_benchmarks"])}

    @cached_property
    def hall_benchmarks(self) -> dict[str, HallBenchmark]:
        return {e.benchmark_id: e for e in _entities(HallBenchmark, self.tables["hall_benchmarks"])}

    @cached_property
    def sources(self) -> dict[str, Source]:
        return {e.source_id: e for e in _entities(Source, self.tables["sources"])}

    # figures

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure with its provenance, in the order of the tables."""
        listed = {(r["table"], r["key"], r["column"]): _origin(r) for r in records(self.tables["figures"])}
        found = []
        for table in BY_NAME.values():
            for record in records(self.tables[table.name]) if table.figure_columns else ():
                key = _key_of(table.name, record)
                for column in table.figure_columns:
                    value = record[column.name]
                    if pd.isna(value):
                        continue
                    origin = listed.get((table.name, key, column.name)) or listed[(table.name, "*", column.name)]
                    unit = record["unit"] if table.name == "parameters" else column.unit
                    found.append(Figure(table.name, key, column.name, float(value), unit, *origin))
        return tuple(found)

    @cached_property
    def _figure_by_ref(self) -> dict[tuple[str, str, str], Figure]:
        return {(f.table, f.key, f.column): f for f in self.figures}

    def parameter(self, parameter_id: str) -> float:
        """A scalar of the table ``parameters``."""
        return self._figure_by_ref["parameters", parameter_id, "value"].value

    def rate(self, table: str, key: str, column: str) -> Rate:
        """A money figure as a Rate; ``key`` parts joined by /."""
        found = self._rates.get((table, key, column))
        if found is None:
            figure = self._figure_by_ref[table, key, column]
            index = MONEY_PARAMETERS[key] if table == "parameters" else BY_NAME[table].column(column).price_index
            found = self._rates[table, key, column] = Rate(figure.value, index, figure.money_year, figure.ref)
        return found

    @cached_property
    def _rates(self) -> dict[tuple[str, str, str], Rate]:
        """Rates that were asked for."""
        return {}

    @cached_property
    def _index(self) -> dict[tuple[str, int], float]:
        frame = self.tables["price_indices"]
        return {(r["index_id"], int(r["year"])): float(r["index_value"]) for r in records(frame)}

    def price_index(self, index_id: str, year: int) -> float:
        return self._index[index_id, year]

    def escalation(self, rate: Rate, t: int) -> float:
        """Then-year dollars of period ``t`` per dollar of the rate's money year."""
        if rate.index_id == "none" or rate.money_year is None:
            return 1.0
        return self._index[rate.index_id, self.periods.year(t)] / self._index[rate.index_id, rate.money_year]

    def base_year_usd(self, table: str, key: str, column: str) -> float:
        """A money figure in base-year dollars, carried by its own index."""
        rate = self.rate(table, key, column)
        if rate.index_id == "none" or rate.money_year is None:
            return rate.usd
        base = self._index[rate.index_id, self.programme.base_year]
        return rate.usd * base / self._index[rate.index_id, rate.money_year]

    def musd(self, rate: Rate, t: int) -> float:
        """The rate in millions of then-year dollars of period ``t``, per unit."""
        return rate.usd * self.escalation(rate, t) / USD_PER_MUSD

    def deflator(self, t: int) -> float:
        """Constant base-year dollars per then-year dollar, by the general index alone."""
        return self._index["general", self.programme.base_year] / self._index["general", self.periods.year(t)]

    @property
    def real_rate(self) -> float:
        return self.discount(self.programme.discount_rate)

    def discount(self, rate_id: str) -> float:
        return self._figure_by_ref["discount_rates", rate_id, "real_rate"].value

    def present_factor(self, t: float, rate_id: str | None = None) -> float:
        """Mid-year present value of one constant base-year dollar of period ``t`` (A-94 practice)."""
        rate = self.real_rate if rate_id is None else self.discount(rate_id)
        years = self.periods.first_year - self.programme.base_year + (t + 0.5) * self.periods.years
        return float((1 + rate) ** -years)

    def present_factor_after(self, n: float) -> float:
        """Present value of one constant base-year dollar in the middle of the n-th year after the horizon."""
        p = self.periods
        end = p.first_year - self.programme.base_year + p.count * p.years
        return float((1 + self.real_rate) ** -(end + n - 0.5))

    @property
    def present_factor_end(self) -> float:
        """Present value of one constant base-year dollar when the last racks may have served: after ``tail_years``."""
        return self.present_factor_after(self.parameter("tail_years") + 0.5)

    @property
    def values_the_end(self) -> bool:
        """Whether the objective counts what is left of halls, land and connections."""
        return self.programme.objective.terminal_value != 0

    @cached_property
    def asset_lives(self) -> dict[str, float]:
        """Code of a cost line -> months over which what it buys wears off; 0: it keeps its value."""
        table = self.tables["asset_lives"]
        return dict(zip(table["wbs_code"], table["life_months"].astype(float), strict=True))

    def left_at_end(self, code: str, ready: int) -> float:
        """Share of what a cost line buys that is left ``tail_years`` after the horizon, of what stood from a period on.

        A straight line over the life, 1 where the life is 0. Racks use halls and connections in the years of the tail.
        """
        tail = 12 * self.parameter("tail_years")
        months, age = self.asset_lives[code], (self.periods.last - ready) * self.periods.months + tail
        return max(0.0, 1 - age / months) if months else 1.0

    # tables by year

    def climate(self, site: str, cooling: str) -> Climate:
        return self._climate[cooling, self.sites[site].climate_zone]

    @cached_property
    def _climate(self) -> dict[tuple[str, str], Climate]:
        return {(e.cooling_id, e.climate_zone): e for e in _entities(Climate, self.tables["climate"])}

    def profile(self, profile_id: str) -> list[float]:
        """Shares of a cost by step, in the order of the steps."""
        return self._profiles.get(profile_id, [])

    @cached_property
    def _profiles(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for row in records(self.tables["spend_profiles"].sort_values("step")):
            found.setdefault(row["profile_id"], []).append(float(row["share"]))
        return found

    @cached_property
    def _resolutions(self) -> dict[int, float]:
        rows = records(self.tables["continuing_resolutions"])
        return {int(r["fiscal_year"]): float(r["months"]) for r in rows}

    def resolution_months(self, fiscal_year: int) -> float:
        """Months at the opening of a federal fiscal year under a continuing resolution."""
        return self._resolutions.get(fiscal_year, 0.0)

    @cached_property
    def _authority(self) -> dict[int, float]:
        return {int(r["year"]): float(r["share_of_budget"]) for r in records(self.tables["authority"])}

    def authority_share(self, t: int) -> float:
        """Share of the budget authorised in a period."""
        return self._authority.get(self.periods.year(t), 0.0) * self.periods.years

    @cached_property
    def _paths(self) -> dict[tuple[str, str, int], float]:
        frame = self.tables["demand_paths"]
        return {(r["case_id"], r["workload_id"], int(r["year"])): float(r["multiplier"]) for r in records(frame)}

    def demand_pflops_years(self, key: tuple[str, str, str], t: int) -> float:
        """Delivered PFLOP/s-years that a demand row asks for in a period."""
        row = self.demands[key]
        path = self._paths[self.programme.demand_case, row.workload_id, self.periods.year(t)]
        return row.base_pflops_years * path * self.periods.years

    @cached_property
    def _rent(self) -> dict[tuple[str, int], float]:
        frame = self.tables["rent_paths"]
        return {(r["workload_id"], int(r["year"])): float(r["rent_index"]) for r in records(frame)}

    def rent_musd(self, workload: str, year: int, level: str = "") -> float:
        """Market value of one delivered PFLOP/s-year in M of base-year dollars; open level where none is named.

        Renters pay reserved hours, so the price per reserved PFLOP/s-year is divided by what their users get of it.
        A level multiplies the price by its premium and adds its cost per MW-year. Both follow the path of the price;
        after the last year of the path its last value stays.
        """
        w = self.workloads[workload]
        last = max(y for i, y in self._rent if i == workload)
        path = self._rent[workload, min(year, last)]
        usd = w.rent_usd_per_pflops_year
        if level:
            usd = usd * self.levels[level].rent_premium + self.level_addon_usd(level, workload)
        return usd * path / w.used_share / USD_PER_MUSD

    @cached_property
    def _movement(self) -> dict[tuple[str, str], float]:
        frame = self.tables["movement"]
        return {(r["agency_id"], r["site_id"]): float(r["movement_usd_per_pflops_year"]) for r in records(frame)}

    def has_movement(self, agency: str, site: str) -> bool:
        """Without a row, the agency cannot be served from the site."""
        return (agency, site) in self._movement

    # limits that follow from the data

    @property
    def budget_musd(self) -> float:
        return self.programme.budget_usd / USD_PER_MUSD

    @property
    def spendable_musd(self) -> float:
        """Budget less the management reserve, which is held and not spent."""
        return self.budget_musd * (1 - self.parameter("management_reserve_share"))

    def only(self, sites: Sequence[str]) -> Case:
        """The same case with just these candidate sites."""
        kept = {name: f[f["site_id"].isin(sites)] if "site_id" in f else f for name, f in self.tables.items()}
        return replace(self, tables=kept)

    # identity

    @cached_property
    def sha256(self) -> str:
        """Hash of every input value; order of rows does not matter, nor a later table or column that is empty."""
        digest = hashlib.sha256()
        asked = self.programme.model_dump(exclude={"data", "serve_as", "actuals"})
        digest.update(json.dumps(asked, sort_keys=True).encode())
        for name in sorted(self.tables):
            if BY_NAME[name].may_be_missing and self.tables[name].empty:
                continue  # the same as a data set from before the table was there
            later = [c.name for c in BY_NAME[name].columns if c.may_be_missing]
            frame = self.tables[name].drop(columns=[c for c in later if self.tables[name][c].isna().all()])
            lines = sorted(json.dumps(r, sort_keys=True, default=str) for r in records(frame))
            digest.update(f"\n#{name}\n".encode())
            digest.update("\n".join(lines).encode())
        if self.programme.serve_as is not None:
            path = [[*key, pflops_years] for key, pflops_years in sorted(self.service_path.items())]
            digest.update(f"\n#service_path\n{json.dumps(path)}".encode())
        if self.programme.actuals is not None:
            happened = sorted([a.kind, a.t, *a.key, a.amount] for a in self.actuals)
            digest.update(f"\n#actuals\n{json.dumps(happened)}".encode())
        return digest.hexdigest()


def ordered(values: Sequence[str]) -> list[str]:
    """Distinct values in the order of first appearance."""
    return list(dict.fromkeys(values))
