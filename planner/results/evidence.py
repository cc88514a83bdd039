"""Dollars of a plan by the status of their evidence: a dollar is as good as the weakest figure behind it.

Then-year dollars of investment, in cents. Behind a dollar are its unit rate, the figures of its factor and its price
index. Quantities are a table of their own. Management and contingency follow the base that they stand on, category by
category. The reserve, what the split leaves unallocated and what is unspent complete the budget.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from planner import wbs
from planner.inputs.case import Case, Figure
from planner.inputs.records import records
from planner.inputs.schema import BY_NAME, STATUSES
from planner.plan import Plan
from planner.results.behind import CostLine, chip_of, figure, figures_behind

UNALLOCATED, RESERVE, UNSPENT = "unallocated by the split", "management reserve", "unspent"
#: parts of the budget that no figure prices -> what they are
APART = {
    UNALLOCATED: "set aside by the split; it buys nothing",
    RESERVE: "held, not spent",
    UNSPENT: "may be spent, less invested",
}
ON_TOP = {code for codes in wbs.ON_TOP.values() for code in codes if code}
#: what counts as its base does: management and contingency
FOLLOWS = "on top"
#: status of a line whose rate is no figure of the data set
NO_FIGURE = "unsupported"
ON_SALE = "on sale"
LARGEST = 30
#: figures that make quantities, by table; the shares at the end make dollars of other dollars
QUANTITIES: Mapping[str, tuple[str, ...]] = {
    "chips": ("rack_kw", "life_months", "fp64_pflops", "bf16_pflops", "fp8_pflops"),
    "chip_supply": ("supply_racks_per_year",),
    "climate": ("pue_average", "pue_peak", "wue_l_per_kwh"),
    "designs": ("module_mw", "lead_months", "acres_per_mw"),
    "spend_profiles": ("share",),
    "grid_tranches": ("mw", "lead_months"),
    "plants": ("unit_mw", "lead_months", "firm_share", "heat_rate_mmbtu_per_mwh"),
    "workloads": ("utilisation", "availability", "cluster_pflops"),
    "demand": ("base_pflops_years",),
    "demand_paths": ("multiplier",),
    "initiatives": ("need_ceiling_units", "duration_months"),
    "training_needs": ("heads",),
    "training_tracks": ("need_ceiling_heads", "attrition_per_year"),
    "parameters": (
        "power_reserve_share",
        "average_draw_share",
        "programme_management_share",
        "management_reserve_share",
    ),
    "categories": ("contingency_share",),
}


@dataclass(frozen=True)
class Line:
    """A cost line of investment; ``place`` is its row in the plan's ``detail``, ``weakest`` what gives its status."""

    place: int
    at: CostLine
    category: str
    period: str
    unit: str
    cents: int
    status: str
    rate: Figure | None
    weakest: Figure | None

    @property
    def rate_status(self) -> str:
        """Status of the unit rate alone."""
        return self.rate.status if self.rate else NO_FIGURE


@dataclass(frozen=True)
class Part:
    """A part of the budget: dollars of a status, or money that buys nothing; ``share`` is of the budget.

    ``rate_cents`` are the cents that would have the status if the unit rate alone were asked.
    """

    status: str
    meaning: str
    cents: int
    rate_cents: int
    share: float

    def as_dict(self) -> dict[str, Any]:
        """As ``optimize --json`` prints it."""
        about = {"status": self.status, "usd": self.cents / 100, "share": self.share}
        return {**about, "usd_by_rate_alone": self.rate_cents / 100}


@dataclass(frozen=True)
class Quantity:
    """A column that makes quantities: its figures in use by status, and the weakest of them."""

    ref: str
    meaning: str
    unit: str
    by_status: Mapping[str, int]
    weakest: str


def statuses(case: Case) -> dict[str, str]:
    """Status -> meaning, from the strongest to the weakest."""
    rows = sorted(records(case.tables["evidence_statuses"]), key=lambda r: int(r["order"]))
    return {str(r["status"]): str(r["meaning"]) for r in rows} or dict(STATUSES)


def weakest(case: Case, figures: list[Figure]) -> Figure | None:
    """The figure with the weakest status; the first of those that are as weak."""
    ranks: dict[str, int] | None = case.remembered.get(("ranks of statuses",))
    if ranks is None:
        ranks = case.remembered[("ranks of statuses",)] = {name: n for n, name in enumerate(statuses(case))}
    return max(figures, key=lambda f: ranks.get(f.status, len(ranks)), default=None)


def counts_as(case: Case, line: CostLine) -> str:
    """What the dollars of an investment line count as: a status, or ``FOLLOWS`` where it stands on other lines."""
    if line.wbs == wbs.UNALLOCATED:
        return UNALLOCATED
    if line.wbs in ON_TOP:
        return FOLLOWS
    found = weakest(case, figures_behind(case, line))
    return found.status if found else NO_FIGURE


def sold_as(case: Case, line: CostLine) -> str:
    """How the chip that a line pays for is sold; empty for other lines."""
    chip = chip_of(line.rate_ref)
    return case.chips[chip].sale_status if chip in case.chips and case.wbs[line.wbs].category == "chips" else ""


def evidence_keys(case: Case, row: Any, year: int) -> tuple[str, str, str]:
    """Of a row of ``detail``: status and category, the same by the unit rate alone, and how its chip is sold.

    Empty for operations.
    """
    if row.ledger != "investment":
        return "", "", ""
    line = CostLine(row.wbs_code, row.site_id or "", row.item, row.rate_ref, year)
    status, rate = counts_as(case, line), figure(case, line.rate_ref)
    alone = status if status in (UNALLOCATED, FOLLOWS) else rate.status if rate else NO_FIGURE
    return f"{status}|{row.category}", f"{alone}|{row.category}", sold_as(case, line)


class Evidence:
    """The investment of one plan, line by line and added up."""

    def __init__(self, case: Case, plan: Plan) -> None:
        self.case, self.plan = case, plan
        self.statuses = statuses(case)
        self.lines: list[Line] = []
        self._on_top: dict[str, int] = defaultdict(int)
        self._unallocated = 0
        year = {case.periods.label(t): case.periods.year(t) for t in case.periods}
        for place, r in enumerate(plan.rows("detail")):
            at = CostLine(str(r.wbs_code), str(r.site_id or ""), str(r.item), str(r.rate_ref), year[str(r.period)])
            cents, status = int(r.cents), counts_as(case, at) if r.ledger == "investment" else ""
            if status == UNALLOCATED:
                self._unallocated += cents
            elif status == FOLLOWS:
                self._on_top[str(r.category)] += cents
            elif status:
                figures = figures_behind(case, at)
                rate = next((f for f in figures if f.ref == at.rate_ref), None)
                about = (str(r.category), str(r.period), str(r.unit))
                self.lines.append(Line(place, at, *about, cents, status, rate, weakest(case, figures)))

    def by_category(self, alone: bool = False) -> dict[tuple[str, str], int]:
        """(category, status) -> cents, with management and contingency spread as the base is.

        ``alone``: by the status of the unit rate alone.
        """
        base: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for line in self.lines:
            base[line.category][line.rate_status if alone else line.status] += line.cents
        found: dict[tuple[str, str], int] = {}
        for category in dict.fromkeys([*base, *self._on_top]):
            own = base[category] or {NO_FIGURE: 0}
            extra = spread(self._on_top[category], own)
            found |= {(category, status): cents + extra[status] for status, cents in own.items()}
        return found

    @property
    def parts(self) -> list[Part]:
        """The budget: dollars of each status from the strongest on, then what buys nothing; the sum is the budget."""
        case, cents, alone = self.case, self._by_status(False), self._by_status(True)
        budget = round(case.programme.budget_usd * 100)
        reserve = round(case.programme.budget_usd * case.parameter("management_reserve_share") * 100)
        rest = budget - reserve - self._unallocated - sum(cents.values())
        apart = {UNALLOCATED: self._unallocated, RESERVE: reserve, UNSPENT: rest}
        meaning = {**STATUSES, **self.statuses, **APART}
        return [
            Part(s, meaning[s], c, alone.get(s, c if s in apart else 0), c / budget if budget else 0.0)
            for s, c in (*cents.items(), *apart.items())
        ]

    def _by_status(self, alone: bool) -> dict[str, int]:
        cents = dict.fromkeys([*self.statuses, *([] if NO_FIGURE in self.statuses else [NO_FIGURE])], 0)
        for (_, status), amount in self.by_category(alone).items():
            cents[status] += amount
        return cents

    def as_dict(self) -> dict[str, Any]:
        """What the document of a run holds of it: dollars by status, and the share of chips not on sale."""
        parts = [part.as_dict() for part in self.parts]
        return {"evidence": parts, "chips_not_on_sale_share": self.not_on_sale_share}

    def largest(self, count: int = LARGEST) -> list[Line]:
        """The largest lines by dollars; management and contingency, which have no rate of their own, are not lines."""
        return sorted(self.lines, key=lambda line: (-line.cents, line.place))[:count]

    @cached_property
    def chip_cents(self) -> dict[str, int]:
        """How a chip is sold -> cents for its racks, fabric, storage and sales tax."""
        found: dict[str, int] = defaultdict(int)
        for line in self.lines:
            if sale := sold_as(self.case, line.at):
                found[sale] += line.cents
        return dict(found)

    @property
    def not_on_sale_share(self) -> float | None:
        """Share of chip dollars on chips that are not on sale; None where no chip is bought."""
        everything = sum(self.chip_cents.values())
        return 1 - self.chip_cents.get(ON_SALE, 0) / everything if everything else None

    def quantities(self) -> list[Quantity]:
        """Figures that make quantities of this plan, by column, each with the statuses of those in use."""
        found: dict[str, list[Figure]] = defaultdict(list)
        for f in self.case.figures:
            column = f.key if f.table == "parameters" else f.column
            if column in QUANTITIES.get(f.table, ()) and self._in_use(f):
                found[f"{f.table}.{column}"].append(f)
        order = [f"{table}.{column}" for table, columns in QUANTITIES.items() for column in columns]
        return [self._quantity(ref, found[ref]) for ref in order if found.get(ref)]

    def _quantity(self, ref: str, figures: list[Figure]) -> Quantity:
        table, _, column = ref.partition(".")
        if table == "parameters":
            rows = self.case.tables["parameters"]
            meaning = str(rows.loc[rows["parameter_id"] == column, "meaning"].iloc[0])
        else:
            meaning = BY_NAME[table].column(column).meaning
        counts = {s: n for s in self.statuses if (n := sum(f.status == s for f in figures))}
        found = weakest(self.case, figures)
        return Quantity(ref, meaning, figures[0].unit, counts, found.status if found else NO_FIGURE)

    @cached_property
    def _used(self) -> dict[str, set[str]]:
        """Column of a key -> what the plan uses of it; other keys are all in use."""
        plan, case = self.plan, self.case
        sites, designs = set(plan["opens"]["site_id"]), set(plan["modules"]["design_id"])
        return {
            "site_id": sites,
            "chip_id": set(plan["bought"]["chip_id"]),
            "design_id": designs,
            "plant_id": set(plan["units"]["plant_id"]),
            "cooling_id": {case.designs[d].cooling_id for d in designs},
            "climate_zone": {case.sites[s].climate_zone for s in sites},
            "case_id": {case.programme.demand_case},
            "initiative_id": {str(x) for t in ("starts", "ports", "packages", "onboards", "connects")
                              for x in plan[t]["initiative_id"]},
            "track_id": set(plan["courses"]["track_id"]),
        }  # fmt: skip

    def _in_use(self, f: Figure) -> bool:
        parts = dict(zip(BY_NAME[f.table].keys, f.key.split("/"), strict=True))
        return all(part in self._used.get(name, {part}) for name, part in parts.items())


def spread(cents: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Whole cents in proportion to weights; what rounding leaves goes to the largest parts that were cut off.

    Where the weights come to nothing, all of it goes to the last.
    """
    total = sum(weights.values())
    if not total:
        last = list(weights)[-1]
        return {name: cents if name == last else 0 for name in weights}
    floors = {name: cents * weight // total for name, weight in weights.items()}
    left = cents - sum(floors.values())
    order = sorted(weights, key=lambda name: (-(cents * weights[name] % total) / total, name))
    return {name: floors[name] + (name in order[:left]) for name in weights}
