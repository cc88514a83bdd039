"""The Case: everything a plan depends on, frozen and typed. Money is scaled to millions here, once.

``Case`` is what flows down the pipe. Tables of the data set become small dataclasses whose fields
are the schema's columns; a money figure is asked for as a ``Rate``, which knows its money year and
its index, so that the same figure can be traced from the model to the workbook.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, TypeVar

import pandas as pd

from planner.inputs.actuals import Actual, past_periods
from planner.inputs.periods import Periods
from planner.inputs.programme import Claim, Programme, ServiceKey
from planner.inputs.records import records
from planner.inputs.schema import (
    BY_NAME,
    MONEY_PARAMETERS,
    TABLE_OF,
    Accreditation,
    Agency,
    Benchmark,
    Category,
    Chip,
    ChipSupply,
    Climate,
    Cooling,
    Demand,
    Design,
    GridContract,
    GridTranche,
    HallBenchmark,
    Initiative,
    Level,
    Plant,
    Ppa,
    Quote,
    QuotedPart,
    Role,
    ServicePrice,
    Site,
    Source,
    Track,
    Tranche,
    WbsLine,
    Workload,
)

USD_PER_MUSD = 1e6
#: where cost lines stand that belong to no site
PROGRAMME = "programme"
#: who has money together where the data name no groups
ALL_AGENCIES = "all agencies"

E = TypeVar("E")
K = TypeVar("K")


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
class Rate:
    """A money figure: dollars of ``money_year`` per unit, carried to a year by ``index_id``."""

    usd: float
    index_id: str
    money_year: int | None
    ref: str


def by(cls: type[E], key: Callable[[E], K]) -> cached_property[dict[K, E]]:
    """Rows of the table of a class, by a key and in the order of the table."""
    table = TABLE_OF[cls]
    names = [c.name for c in table.columns]

    def found(case: Case) -> dict[K, E]:
        entities = (cls(**{n: record[n] for n in names}) for record in records(case.tables[table.name]))
        return {key(e): e for e in entities}

    return cached_property(found)


def amounts(name: str) -> cached_property[dict[Any, float]]:
    """The one figure of each row of a table, by its keys; by the key itself where it is the only one."""
    table = BY_NAME[name]
    (figure,) = table.figure_columns

    def found(case: Case) -> dict[Any, float]:
        rows = records(case.tables[name])
        keys = [tuple(r[k] for k in table.keys) if len(table.keys) > 1 else r[table.keys[0]] for r in rows]
        return {key: float(r[figure.name]) for key, r in zip(keys, rows, strict=True)}

    return cached_property(found)


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

    sites = by(Site, lambda e: e.site_id)
    levels = by(Level, lambda e: e.level_id)

    @cached_property
    def site_levels(self) -> set[tuple[str, str]]:
        return set(self.tables["site_levels"][["site_id", "level_id"]].itertuples(index=False, name=None))

    cooling = by(Cooling, lambda e: e.cooling_id)
    designs = by(Design, lambda e: e.design_id)
    tranches_of_grid = by(GridTranche, lambda e: (e.site_id, int(e.tranche)))
    #: terms by site; a site without a row owes a minimum take of delivery, by the parameter, as operating cost
    grid_contracts = by(GridContract, lambda e: e.site_id)
    plants = by(Plant, lambda e: e.plant_id)
    #: by (ppa, site)
    ppas = by(Ppa, lambda e: (e.ppa_id, e.site_id))
    chips = by(Chip, lambda e: e.chip_id)
    #: by (chip, year of order)
    chip_supply = by(ChipSupply, lambda e: (e.chip_id, int(e.year)))

    def fabric_rate(self, chip: str, year: int) -> Rate:
        """Fabric of a rack ordered in a year that is on sale: the price of that year, or else that of the chip."""
        if math.isnan(self.chip_supply[chip, year].fabric_usd_per_rack):
            return self.rate("chips", chip, "fabric_usd_per_rack")
        return self.rate("chip_supply", f"{chip}/{year}", "fabric_usd_per_rack")

    workloads = by(Workload, lambda e: e.workload_id)
    #: by workload; empty where the data say nothing of how prices are set
    service_prices = by(ServicePrice, lambda e: e.workload_id)
    rent_quotes = by(Quote, lambda e: e.quote_id)
    #: by part, as the quotes name it
    quoted_parts = by(QuotedPart, lambda e: e.chip)

    def occupancy(self, workload: str) -> float:
        """Share of the hours of its own racks that the programme fills; 1 where nothing is said."""
        return self.service_prices[workload].occupancy if workload in self.service_prices else 1.0

    def delivered_share(self, workload: str) -> float:
        """Delivered against installed PFLOP/s of the programme's own racks."""
        return self.workloads[workload].used_share * self.occupancy(workload)

    _addons = amounts("level_addons")

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

    agencies = by(Agency, lambda e: e.agency_id)
    #: by (agency, workload, level)
    demands = by(Demand, lambda e: e.key)
    demand_tranches = by(Tranche, lambda e: e.tranche_id)
    categories = by(Category, lambda e: e.category)
    wbs = by(WbsLine, lambda e: e.wbs_code)
    # software, security and training: an empty table is no gate

    accreditations = by(Accreditation, lambda e: e.accreditation_id)

    @cached_property
    def existing_accreditations(self) -> set[tuple[str, str]]:
        """(site, accreditation) held before the programme starts."""
        frame = self.tables["existing_accreditations"]
        return set(frame[["site_id", "accreditation_id"]].itertuples(index=False, name=None))

    initiatives = by(Initiative, lambda e: e.initiative_id)

    @cached_property
    def level_needs(self) -> dict[str, tuple[str, ...]]:
        """Level -> initiatives that must be done before it serves."""
        rows = records(self.tables["level_needs"])
        return {k: tuple(r["initiative_id"] for r in rows if r["level_id"] == k) for k in self.levels}

    tracks = by(Track, lambda e: e.track_id)

    @cached_property
    def training_needs(self) -> dict[tuple[str, str], float]:
        """(agency, track) -> trained heads with which the agency could use all its demand."""
        rows = records(self.tables["training_needs"])
        return {(r["agency_id"], r["track_id"]): float(r["heads"]) for r in rows if r["heads"] > 0}

    staffing = by(Role, lambda e: e.role_id)
    _funding = amounts("funding_sources")

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

    _group_shares = amounts("group_money")

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

    benchmarks = by(Benchmark, lambda e: e.benchmark_id)
    hall_benchmarks = by(HallBenchmark, lambda e: e.benchmark_id)
    sources = by(Source, lambda e: e.source_id)
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

    _index = amounts("price_indices")

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

    #: code of a cost line -> months over which what it buys wears off; 0: it keeps its value
    asset_lives = amounts("asset_lives")

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

    _climate = by(Climate, lambda e: (e.cooling_id, e.climate_zone))

    def profile(self, profile_id: str) -> list[float]:
        """Shares of a cost by step, in the order of the steps."""
        return self._profiles.get(profile_id, [])

    @cached_property
    def _profiles(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for row in records(self.tables["spend_profiles"].sort_values("step")):
            found.setdefault(row["profile_id"], []).append(float(row["share"]))
        return found

    _resolutions = amounts("continuing_resolutions")

    def resolution_months(self, fiscal_year: int) -> float:
        """Months at the opening of a federal fiscal year under a continuing resolution."""
        return self._resolutions.get(fiscal_year, 0.0)

    _authority = amounts("authority")

    def authority_share(self, t: int) -> float:
        """Share of the budget authorised in a period."""
        return self._authority.get(self.periods.year(t), 0.0) * self.periods.years

    _paths = amounts("demand_paths")

    def demand_pflops_years(self, key: tuple[str, str, str], t: int) -> float:
        """Delivered PFLOP/s-years that a demand row asks for in a period."""
        row = self.demands[key]
        path = self._paths[self.programme.demand_case, row.workload_id, self.periods.year(t)]
        return row.base_pflops_years * path * self.periods.years

    _rent = amounts("rent_paths")

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

    _movement = amounts("movement")

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
