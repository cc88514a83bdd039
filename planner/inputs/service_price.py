"""The price of service: what the cheapest rack that third parties sell in volume costs a seller, with one margin.

User cost ``g`` of a rack in its first year, base-year dollars: with price ``K`` of rack, fabric, storage and tax,
yearly running cost ``e`` (hall and grid connection over their own lives, energy, water, maintenance, staff, upkeep),
real rate ``r``, yearly fall ``d`` of the price per PFLOP/s, and ``n`` years of service, a rack pays for itself when

    K = Σ_{a<n} (g · (1 - d)^a - e) / (1 + r)^(a + ½),    so    g = min_n (K + e · A_n) / D_n,
    A_n = Σ_{a<n} (1 + r)^-(a + ½),                       D_n = Σ_{a<n} (1 - d)^a · (1 + r)^-(a + ½).

This is economic depreciation: ``g`` is the price less what the rack can still earn later, plus the year's running cost.

    price of a reserved PFLOP/s-year = margin · g / (PFLOP/s of the rack · occupancy of the seller)

Up to the newest part on sale, the cheapest part of the year sets the price; later years follow the trend ``d``.
Source of the method: Jorgenson's user cost of capital. Sold in volume means family GPU, on sale. Captive parts, parts
that are only announced and classes of later parts never set a price.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planner.inputs.case import Case, Chip, Quote, Rate
from planner.inputs.periods import HOURS_PER_YEAR
from planner.inputs.schema import SOLD_IN_VOLUME

GENERAL_PURPOSE = "general purpose"
#: cost of a hall's part -> WBS code whose life it has
HALL_PARTS = {
    "shell_usd_per_mw": "1.1.4",
    "civil_usd_per_mw": "1.1.3",
    "electrical_usd_per_mw": "1.2.3",
    "mechanical_usd_per_mw": "1.2.4",
}
CONNECTION_LIFE = "1.2.1"


@dataclass(frozen=True)
class Build:
    """A rack at the reference site: base-year dollars, ``running`` by part and year."""

    name: str
    price_usd: float
    running_usd: dict[str, float]
    most_years: int

    @property
    def running(self) -> float:
        return math.fsum(self.running_usd.values())


@dataclass(frozen=True)
class UserCost:
    """Of a rack in its first year: base-year dollars, and the years after which it is retired."""

    usd: float
    years: int


def user_cost(build: Build, real_rate: float, decline: float) -> UserCost:
    """The least yearly price, falling by ``decline`` a year, at which the rack pays for itself."""
    best, paid, earned = UserCost(math.inf, 0), 0.0, 0.0
    for age in range(build.most_years):
        factor = (1 + real_rate) ** -(age + 0.5)
        paid, earned = paid + factor, earned + (1 - decline) ** age * factor
        best = min(best, UserCost((build.price_usd + build.running * paid) / earned, age + 1), key=lambda x: x.usd)
    return best


def annuity(usd: float, months: float, real_rate: float) -> float:
    """Yearly payment in the middle of each year that pays for an asset over its life."""
    years = months / 12
    if years <= 0:
        return usd * real_rate
    if real_rate == 0:
        return usd / years
    return float(usd * real_rate / ((1 - (1 + real_rate) ** -years) * (1 + real_rate) ** 0.5))


class Seller:
    """What a rack costs a seller of service at the reference site and hall of a workload."""

    def __init__(self, case: Case, workload: str) -> None:
        self.case, self.basis = case, case.service_prices[workload]
        self.workload = case.workloads[workload]
        self.year = case.programme.base_year
        self.lives = case.asset_lives

    def connection_usd(self, rack_kw: float) -> float:
        """The grid connection of a rack: secured power at the site's first tranche."""
        case, s = self.case, self.basis.site_id
        first = min((n for at, n in case.tranches_of_grid if at == s), default=None)
        if first is None:
            return 0.0
        peak = case.climate(s, case.designs[self.basis.design_id].cooling_id).pue_peak
        each = case.base_year_usd("grid_tranches", f"{s}/{first}", "connection_usd_per_mw")
        return rack_kw / 1000 * peak * (1 + case.parameter("power_reserve_share")) * each

    def running(self, rack_kw: float, maintained_usd: float, maintenance_share: float) -> dict[str, float]:
        """Yearly cost of a rack at work, by part."""
        case, s, d = self.case, self.basis.site_id, self.basis.design_id
        site, design, mw, r = case.sites[s], case.designs[d], rack_kw / 1000, case.real_rate
        climate = case.climate(s, design.cooling_id)
        hall = math.fsum(
            annuity(case.base_year_usd("designs", d, part) * site.construction_multiplier, self.lives[code], r)
            for part, code in HALL_PARTS.items()
        )
        mwh = mw * case.parameter("average_draw_share") * HOURS_PER_YEAR
        heads = case.parameter("site_staff_per_mw")
        return {
            "hall": mw * hall,
            "grid connection": annuity(self.connection_usd(rack_kw), self.lives[CONNECTION_LIFE], r),
            "energy": mwh * climate.pue_average * case.base_year_usd("sites", s, "tariff_usd_per_mwh"),
            "water": mwh
            * climate.wue_l_per_kwh
            * case.base_year_usd("parameters", "cost_of_water_usd_per_m3", "value"),
            "upkeep of the hall": mw * case.base_year_usd("designs", d, "facility_om_usd_per_mw_year"),
            "staff": mw * heads * case.base_year_usd("parameters", "site_staff_usd_per_year", "value"),
            "maintenance": maintenance_share * maintained_usd,
        }

    def _real(self, rate: Rate, year: int) -> float:
        """A price of a year in base-year dollars: one without an index is in the dollars of that year."""
        index, since = ("general", year) if rate.index_id == "none" else (rate.index_id, rate.money_year or self.year)
        return rate.usd * self.case.price_index(index, self.year) / self.case.price_index(index, since)

    def build(self, chip: Chip, year: int) -> Build:
        """A rack bought in a year."""
        case = self.case
        rack = self._real(case.rate("chip_supply", f"{chip.chip_id}/{year}", "rack_price_usd"), year)
        fabric = self._real(case.fabric_rate(chip.chip_id, year), year)
        tax = case.sites[self.basis.site_id].equipment_tax_share
        whole = (rack * (1 + chip.storage_share) + fabric) * (1 + tax)
        running = self.running(chip.rack_kw, rack, chip.maintenance_share)
        return Build(chip.chip_id, whole, running, max(1, round(chip.life_months / 12)))

    def quoted(self, quote: Quote) -> Build:
        """One chip of a quoted part, as if it were a rack."""
        running = self.running(quote.chip_kw, quote.system_usd_per_chip, quote.maintenance_share)
        return Build(quote.chip, quote.system_usd_per_chip, running, max(1, round(quote.life_months / 12)))

    def cost(self, build: Build) -> UserCost:
        return user_cost(build, self.case.real_rate, self.basis.decline_share)

    def reserved_usd(self, build: Build, pflops: float) -> float:
        """Price of a reserved PFLOP/s-year of this rack, base-year dollars."""
        return self.basis.margin * self.cost(build).usd / pflops / self.basis.seller_occupancy


@dataclass(frozen=True)
class Price:
    """Of a workload in a year: USD per reserved PFLOP/s-year in base-year dollars, and the part that sets it."""

    workload: str
    year: int
    usd: float
    chip: str
    mw_per_pflops: float


def sold_in_volume(case: Case, workload: str) -> list[Chip]:
    """General-purpose parts on sale that can do the work."""
    return [
        chip
        for c, chip in case.chips.items()
        if (chip.family, chip.sale_status) == SOLD_IN_VOLUME and (c, workload) in case.suitable
    ]


def prices(case: Case, workload: str, last: int) -> Iterator[Price]:
    """Prices from the base year to ``last``: the cheapest part sold; after the newest part, the trend."""
    seller, precision = Seller(case, workload), case.workloads[workload].precision
    sold = sold_in_volume(case, workload)
    began = {chip.chip_id: min(y for c, y in case.chip_supply if c == chip.chip_id) for chip in sold}
    newest, price = max((*began.values(), seller.year)), None
    for year in range(seller.year, last + 1):
        found = [
            Price(workload, year, seller.reserved_usd(seller.build(c, year), x), c.chip_id, c.rack_mw / x)
            for c in sold
            if year <= newest and (c.chip_id, year) in case.chip_supply and (x := c.pflops(precision))
        ]
        if found:
            price = min(found, key=lambda p: p.usd)
        elif price is not None:
            fall = 1 - seller.basis.decline_share
            price = Price(workload, year, price.usd * fall, price.chip, price.mw_per_pflops * fall)
        if price is not None:
            yield price


@dataclass(frozen=True)
class Fit:
    """The margin fitted to quotes: the geometric mean of quote over cost, and each quote's error without it."""

    margin: float
    ratios: dict[str, float]
    left_out: dict[str, float]

    def percentile(self, share: float) -> float:
        """Of the ratios, linear between neighbours."""
        return float(np.quantile(list(self.ratios.values()), share))


def fit(case: Case, workload: str) -> Fit:
    """One margin for all quotes of general-purpose parts; ``left_out`` is fitted on the others, less 1, as a share."""
    seller = Seller(case, workload)
    ratios = {
        name: quote.usd_per_chip_hour * HOURS_PER_YEAR * seller.basis.seller_occupancy / seller.cost(built).usd
        for name, quote in case.rent_quotes.items()
        if quote.part_class == GENERAL_PURPOSE and (built := seller.quoted(quote))
    }
    logs = {name: math.log(x) for name, x in ratios.items()}
    left_out = {
        name: math.exp(statistics.fmean(x for other, x in logs.items() if other != name)) / ratio - 1
        for name, ratio in ratios.items()
        if len(ratios) > 1
    }
    return Fit(math.exp(statistics.fmean(logs.values())), ratios, left_out)
