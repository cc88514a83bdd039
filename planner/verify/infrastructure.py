"""What the data say, read from the raw tables of the case: ids, who fits where, prices, demand, present factors."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from planner.inputs.case import Case, Chip, Design
from planner.inputs.programme import Claim
from planner.inputs.schema import BY_NAME, MONEY_PARAMETERS
from planner.verify.tally import Vector
from planner.verify.time import Clock

RackClass = frozenset[str]
Price = tuple[float, str, int | None]
PRECISIONS = ("fp64", "bf16", "fp8")


def rack_pflops(chip: Chip, precision: str) -> float:
    """Dense peak of one rack, PFLOP/s."""
    return float(getattr(chip, f"{precision}_pflops"))


class Infrastructure:
    """Sites, halls, power, chips, demand and money of a case as the checker reads it."""

    def __init__(self, case: Case) -> None:
        horizon = case.programme.horizon
        self.case = case
        self.programme = case.programme
        self.clock = Clock(horizon.first_year, horizon.periods, horizon.months_per_period)
        self.sites, self.designs, self.levels = case.sites, case.designs, case.levels
        self.plants, self.ppas, self.grid = case.plants, case.ppas, case.tranches_of_grid
        self.chips, self.supply, self.workloads = case.chips, case.chip_supply, case.workloads
        self.agencies, self.demands, self.depths = case.agencies, case.demands, case.demand_tranches
        self.site_levels = self._pairs("site_levels", "site_id", "level_id")
        self.listed = self._pairs("suitability", "chip_id", "workload_id")
        self.movement = self._pairs("movement", "agency_id", "site_id")
        self.claims: dict[str, Claim] = {claim.id: claim for claim in self.programme.claims}
        climate = case.tables["climate"].to_dict("records")
        self._climate: dict[tuple[str, str], dict[Any, Any]] = {
            (r["cooling_id"], r["climate_zone"]): r for r in climate
        }
        self._index = self._by_year("price_indices", "index_id", "index_value")
        self._rent = self._by_year("rent_paths", "workload_id", "rent_index")
        paths = case.tables["demand_paths"]
        self._paths = {
            (r["workload_id"], int(r["year"])): float(r["multiplier"])
            for r in paths[paths["case_id"] == self.programme.demand_case].to_dict("records")
        }
        authority = case.tables["authority"].to_dict("records")
        self.authority = {int(r["year"]): float(r["share_of_budget"]) for r in authority}
        profiles: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for r in case.tables["spend_profiles"].to_dict("records"):
            profiles[r["profile_id"]].append((int(r["step"]), float(r["share"])))
        self.profiles = {name: [share for _, share in sorted(steps)] for name, steps in profiles.items()}
        self.wbs = {r["wbs_code"]: r for r in case.tables["wbs"].to_dict("records")}
        rates = case.tables["discount_rates"].to_dict("records")
        self.real_rate = next(float(r["real_rate"]) for r in rates if r["rate_id"] == self.programme.discount_rate)
        self.tail_years = round(case.parameter("tail_years"))
        self.rack_class = {c: self._class_of(chip) for c, chip in self.chips.items()}
        self.classes: list[RackClass] = list(dict.fromkeys(self.rack_class.values()))
        self._records: dict[str, dict[str, dict[Any, Any]]] = {}
        self._prices: dict[str, Price | None] = {}
        origin = case.tables["figures"]
        years = origin["money_year"].tolist()
        keys = origin[["table", "key", "column"]].itertuples(index=False, name=None)
        self._money_year = {key: None if pd.isna(y) else int(y) for key, y in zip(keys, years, strict=True)}

    def _pairs(self, table: str, one: str, other: str) -> set[tuple[str, str]]:
        return set(self.case.tables[table][[one, other]].itertuples(index=False, name=None))

    def _by_year(self, table: str, key: str, value: str) -> dict[tuple[str, int], float]:
        return {(r[key], int(r["year"])): float(r[value]) for r in self.case.tables[table].to_dict("records")}

    def parameter(self, name: str) -> float:
        return self.case.parameter(name)

    # who fits where

    def _class_of(self, chip: Chip) -> RackClass:
        return frozenset(
            c.cooling_id
            for c in self.case.cooling.values()
            if chip.rack_kw <= c.rack_kw_max and (not chip.needs_liquid or c.holds_liquid_racks)
        )

    def design_at(self, site: str, design: str) -> bool:
        """Greenfield everywhere; retrofit and lease where a whole module of halls stands."""
        d = self.designs[design]
        return d.route == "greenfield" or self.sites[site].existing_mw >= d.module_mw

    def suits(self, chip: str, workload: str) -> bool:
        return (chip, workload) in self.listed and self.pflops(chip, workload) > 0

    def pflops(self, chip: str, workload: str) -> float:
        """Peak of a rack in the precision of the workload."""
        return rack_pflops(self.chips[chip], self.workloads[workload].precision)

    def used_share(self, workload: str) -> float:
        """Delivered against reserved: what users get of the hours that are paid."""
        w = self.workloads[workload]
        return w.utilisation * w.availability

    def delivered_share(self, workload: str) -> float:
        """Delivered against installed, of the programme's own racks."""
        row = self.record("service_prices", workload)
        return self.used_share(workload) * (float(row["occupancy"]) if row else 1.0)

    def rack_mw(self, chip: str) -> float:
        return self.chips[chip].rack_kw / 1000.0

    def climate(self, site: str, cooling: str) -> dict[Any, Any]:
        return self._climate[cooling, self.sites[site].climate_zone]

    def pue_peak(self, site: str, design: str) -> float:
        return float(self.climate(site, self.designs[design].cooling_id)["pue_peak"])

    def coolings_at(self, site: str) -> list[str]:
        """Cooling of the halls that the site can have, in the order of the designs."""
        return list(dict.fromkeys(d.cooling_id for name, d in self.designs.items() if self.design_at(site, name)))

    def listed_year(self, chip: str, year: int) -> int | None:
        """Year of the latest listed price of a chip not after ``year``, else its first; None where it has none."""
        years = sorted(listed for c, listed in self.supply if c == chip)
        return max((y for y in years if y <= year), default=years[0]) if years else None

    def opening_window(self) -> list[int]:
        """Periods over which the opening of a site is paid."""
        window = max(1.0, self.parameter("opening_window_months"))
        return [t for t in range(self.clock.count) if t * self.clock.months < window]

    def max_modules(self, design: str) -> int:
        """Halls that a site can start in a period."""
        return max(1, int(np.floor(self.designs[design].max_modules_per_year * self.clock.years + 1e-9)))

    def max_units(self, site: str, plant: str) -> int:
        return int(np.floor(self.sites[site].max_onsite_mw / self.plants[plant].unit_mw + 1e-9))

    def dearest_shell(self) -> Design:
        """The greenfield design with the dearest shell, first of equals; of all designs where none is greenfield."""
        of_all = list(self.designs.values())
        greenfield = [d for d in of_all if d.route == "greenfield"]
        return max(greenfield or of_all, key=lambda d: d.shell_usd_per_mw)

    # demand and value

    def demand(self, agency: str, workload: str, level: str) -> Vector:
        """Delivered PFLOP/s-years asked for in each period."""
        row = self.demands.get((agency, workload, level))
        if row is None:
            return self.clock.zeros()
        path = [self._paths[workload, self.clock.year(t)] for t in range(self.clock.count)]
        return row.base_pflops_years * np.array(path, dtype=float) * self.clock.years

    def demand_of(self, workload: str) -> Vector:
        """The same over all agencies and levels."""
        rows = [self.demand(*key) for key in self.demands if key[1] == workload]
        return np.sum(rows, axis=0) if rows else self.clock.zeros()

    def rent_musd(self, workload: str, year: int, level: str | None = None) -> float:
        """M base-year dollars of a delivered PFLOP/s-year; the last year of the path stays."""
        known = sorted(y for w, y in self._rent if w == workload)
        path = self._rent[workload, max(known[0], min(year, known[-1]))]
        premium, addon = (
            (1.0, 0.0) if level is None else (self.levels[level].rent_premium, self._addon(level, workload))
        )
        reserved = premium * self.workloads[workload].rent_usd_per_pflops_year + addon
        return reserved * path / self.used_share(workload) / 1e6

    def _addon(self, level: str, workload: str) -> float:
        """Dollars that a level adds to a reserved PFLOP/s-year of the base year."""
        price, row = self.price(f"level_addons.{level}.addon_usd_per_mw_year"), self.record("service_prices", workload)
        if price is None or row is None:
            return 0.0
        usd, index, year = price
        growth = 1.0 if year is None else self._index[index, self.programme.base_year] / self._index[index, year]
        return usd * growth * float(row["mw_per_pflops"])

    # money

    def present_factor(self, years_after_opening: float) -> float:
        """Present value of one base-year dollar, ``years_after_opening`` of the horizon, at the real rate."""
        years = self.clock.first_year - self.programme.base_year + years_after_opening
        return float((1.0 + self.real_rate) ** -years)

    def present_factors(self) -> Vector:
        return np.array([self.present_factor((t + 0.5) * self.clock.years) for t in range(self.clock.count)])

    def deflators(self) -> Vector:
        """Base-year dollars of a then-year dollar, by the general index."""
        base = self._index["general", self.programme.base_year]
        return np.array([base / self._index["general", self.clock.year(t)] for t in range(self.clock.count)])

    def key(self, table: str, record: Mapping[Any, Any]) -> str:
        """The key of a row as a reference writes it: parts joined by /."""
        columns = [BY_NAME[table].column(k) for k in BY_NAME[table].keys]
        return "/".join(str(int(record[c.name])) if c.kind == "integer" else str(record[c.name]) for c in columns)

    def record(self, table: str, key: str) -> dict[Any, Any] | None:
        if table not in self._records:
            rows = self.case.tables[table].to_dict("records") if table in BY_NAME else []
            self._records[table] = {self.key(table, r): r for r in rows}
        return self._records[table].get(key)

    def price(self, ref: str) -> Price | None:
        """(dollars as read, index, money year) of ``table.key.column``; None where there is no such figure."""
        if ref not in self._prices:
            self._prices[ref] = self._read_price(ref)
        return self._prices[ref]

    def _read_price(self, ref: str) -> Price | None:
        table, _, rest = ref.partition(".")
        key, _, column = rest.rpartition(".")
        record = self.record(table, key)
        if record is None or column not in record or pd.isna(record[column]):
            return None
        index = MONEY_PARAMETERS.get(key, "") if table == "parameters" else BY_NAME[table].column(column).price_index
        year = self._money_year.get((table, key, column), self._money_year.get((table, "*", column)))
        return float(record[column]), index or "none", year

    def escalation(self, price: Price, t: int) -> float:
        """Then-year dollars of ``t`` per dollar of the figure's money year."""
        _, index, money_year = price
        if index == "none" or money_year is None:
            return 1.0
        return self._index[index, self.clock.year(t)] / self._index[index, money_year]
