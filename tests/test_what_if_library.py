"""The what-ifs that ship: each applies to the shipped programme and moves what its title says."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from planner.formulation import build
from planner.inputs import named, read
from planner.inputs.case import Case
from planner.inputs.programme import Claim
from planner.inputs.schema import STATUSES
from planner.solve import Program

LIBRARY = named.library()


def claim(case: Case, name: str) -> Claim:
    return next(c for c in case.programme.claims if c.id == name)


def binding(name: str, before: str, after: str, level: float = 5000) -> Callable[[Case, Case], bool]:
    """The claim keeps its level and changes how it binds."""
    return lambda base, case: (
        [(claim(c, name).binding, claim(c, name).level) for c in (base, case)] == [(before, level), (after, level)]
    )


def split(share: float) -> Callable[[Case, Case], bool]:
    return lambda base, case: case.programme.infrastructure_share == claim(case, "split").level == share


def column(case: Case, table: str, name: str) -> float:
    return math.fsum(case.tables[table][name])


def scaled(table: str, name: str, factor: float) -> Callable[[Case, Case], bool]:
    return lambda base, case: math.isclose(column(case, table, name), factor * column(base, table, name))


def milestones(precision: str, factor: float = 1) -> Callable[[Case, Case], bool]:
    def moved(base: Case, case: Case) -> bool:
        pairs = [(claim(base, p), claim(case, p)) for p in ("phase-1", "phase-2")]
        changed = {"precision", "level", "unit", "note"}
        return all(
            (new.precision, new.level) == (precision, factor * (old.level or 0))
            and (precision != old.precision or factor != 1)
            and new.model_dump(exclude=changed) == old.model_dump(exclude=changed)
            for old, new in pairs
        )

    return moved


def frozen(base: Case, case: Case) -> bool:
    total = [math.fsum(c.authority_share(t) for t in c.periods) for c in (base, case)]
    caps = case.tables["funding_sources"].set_index(["source", "year"])["cap_usd"]
    return (
        case.authority_share(2) == 0 < base.authority_share(2)
        and math.isclose(*total)
        and caps["appropriation", 2028] == caps["appropriation", 2027]
    )


def high_end_of_money(base: Case, case: Case) -> bool:
    """Every cap is at the high end of its range, and a group has its share of more."""
    high = {f.key: f.high for f in base.figures if f.table == "funding_sources"}
    caps = case.tables["funding_sources"]
    share = base.tables["group_money"].set_index(["group_id", "year"])["share"]["defence", 2028]
    money = case.group_money_musd("defence", 2)
    at_high = all(high[f"{f}/{y}"] == usd for f, y, usd in caps.itertuples(index=False))
    return at_high and math.isclose(money, share * 10_000) and money > base.group_money_musd("defence", 2)


def escalated(base: Case, case: Case) -> bool:
    def growth(c: Case, year: int) -> float:
        return c.price_index("construction", year) / c.price_index("construction", year - 1)

    def faster(year: int) -> bool:
        return growth(case, year) > 1.029 * growth(base, year)

    return all(map(faster, range(2027, 2037))) and growth(case, 2026) == growth(base, 2026)


def rented(base: Case, case: Case) -> bool:
    return {d.route for d in case.designs.values()} == {"lease"} and scaled("sites", "existing_mw", 10)(base, case)


def stands_still(base: Case, case: Case) -> bool:
    """From 2028 on no price moves, and a later class is its forerunner."""
    prices = case.tables["chip_supply"].set_index(["chip_id", "year"])["rack_price_usd"]
    of_base = base.tables["chip_supply"].set_index(["chip_id", "year"])["rack_price_usd"]
    forerunner = {
        f"{maker}-{y}": of for y in (2030, 2032, 2034) for maker, of in (("GPU", "VR-NVL72"), ("TRN", "TRN4"))
    }
    return all(
        price == of_base[forerunner.get(chip, chip), min(year, 2028)] for (chip, year), price in prices.items()
    ) and all(
        getattr(case.chips[new], p) == getattr(base.chips[old], p)
        for new, old in forerunner.items()
        for p in ("fp64_pflops", "bf16_pflops", "fp8_pflops")
    )


def cheap_campuses(base: Case, case: Case) -> bool:
    """A new hall costs 5 to 6.25M USD a MW, and hardening as much as before."""

    def hall(c: Case, design: str) -> float:
        parts = ("shell_usd_per_mw", "civil_usd_per_mw", "electrical_usd_per_mw", "mechanical_usd_per_mw")
        rows = c.tables["designs"].set_index("design_id")
        return math.fsum(rows.loc[design, p] for p in parts)

    def hardening(c: Case, level: str) -> float:
        shell = c.tables["designs"].set_index("design_id").loc["GF-D2C", "shell_usd_per_mw"]
        return float(shell) * c.levels[level].hardening_share

    new = [d.design_id for d in base.designs.values() if d.route == "greenfield"]
    return all(5e6 <= hall(case, d) <= 6.25e6 < hall(base, d) for d in new) and all(
        math.isclose(hardening(case, level), hardening(base, level)) for level in base.levels
    )


def halved_for_defence(base: Case, case: Case) -> bool:
    def of(c: Case, defence: bool) -> float:
        rows = c.tables["demand"]
        return math.fsum(rows[(rows["agency_id"] == "DOD") == defence]["base_pflops_years"])

    return math.isclose(of(case, True), 0.5 * of(base, True)) and of(case, False) == of(base, False)


#: what holds of (base, changed) when the what-if moves the way its title says
DIRECTIONS: dict[str, Callable[[Case, Case], bool]] = {
    "5gw-dropped": binding("power-secured", "firm", "reported"),
    "5gw-commissioned": binding("power-commissioned", "goal", "firm"),
    "5gw-populated": binding("power-populated", "reported", "firm"),
    "investor-1-3gw": lambda b, c: (
        [x.level for x in c.programme.claims if x.metric == "power" and x.binding != "reported"] == [1300]
    ),
    "power-first": lambda b, c: (
        claim(b, "power-commissioned").price_usd < claim(c, "power-commissioned").price_usd
        and c.programme.claims == read.load("power-first").programme.claims
    ),
    "chips-on-sale-only": lambda b, c: {x.sale_status for x in c.chips.values()} == {"on sale"} and c.chips != b.chips,
    "milestones-bf16": milestones("bf16"),
    "milestones-fp8": milestones("fp8"),
    "milestones-exaflops": milestones("bf16", 1000),
    "budget-minus-20": lambda b, c: math.isclose(c.spendable_musd, 0.8 * b.spendable_musd),
    "budget-plus-20": lambda b, c: math.isclose(c.spendable_musd, 1.2 * b.spendable_musd),
    "frozen-year": frozen,
    "money-high": high_end_of_money,
    "chips-dearer": scaled("chip_supply", "rack_price_usd", 1.25),
    "chips-cheaper": scaled("chip_supply", "rack_price_usd", 0.75),
    "supply-halved": scaled("chip_supply", "supply_racks_per_year", 0.5),
    "grid-two-years-late": lambda b, c: all(
        c.tranches_of_grid[k].lead_months == g.lead_months + 24 for k, g in b.tranches_of_grid.items()
    ),
    "gas-ban": lambda b, c: (
        {p.fuel for p in c.plants.values()} == {"nuclear"} and {p.fuel for p in b.plants.values()} > {"nuclear"}
    ),
    "carbon-price": lambda b, c: (
        c.parameter("carbon_price_usd_per_t") == 190 > b.parameter("carbon_price_usd_per_t") == 0
    ),
    "drought": scaled("sites", "water_budget_m3_per_year", 0.25),
    "construction-escalation": escalated,
    "site-lost": lambda b, c: set(b.sites) - set(c.sites) == {"TX-ABI"} and not c.has_movement("DOD", "TX-ABI"),
    "two-extra-sites": lambda b, c: (
        c.programme.sites.count == b.programme.sites.count + 2 == claim(c, "sites").level
        and len(c.sites) == len(b.sites)
    ),
    "split-60-40": split(0.6),
    "split-80-20": split(0.8),
    "discount-1-5": lambda b, c: c.real_rate == 0.015 and c.present_factor(9) > b.present_factor(9),
    "later-accreditation": lambda b, c: (
        min(c.accreditations[k].duration_months - a.duration_months for k, a in b.accreditations.items()) == 12
    ),
    "no-terminal-value": lambda b, c: b.values_the_end and not c.values_the_end,
    "no-retrofit": lambda b, c: {d.route for d in c.designs.values()} == {"greenfield", "lease"},
    "rent-not-build": rented,
    "old-level-premiums": lambda b, c: (
        [x.rent_premium for x in c.levels.values()] == [1.2, 1.62, 1.78]
        and all(c.level_addon_usd(k, w) == 0 < b.level_addon_usd(k, w) for k in c.levels for w in c.workloads)
    ),
    "no-progress-after-2028": stands_still,
    "investor-campuses": cheap_campuses,
    "rival-defence": halved_for_defence,
    "phase-2-sooner": lambda b, c: claim(c, "phase-2").by == 2028 and claim(b, "phase-2").by == 2029,
    "demand-high": lambda b, c: all(c.demand_pflops_years(k, 9) > b.demand_pflops_years(k, 9) for k in b.demands),
    "demand-low": lambda b, c: all(c.demand_pflops_years(k, 9) < b.demand_pflops_years(k, 9) for k in b.demands),
    "electricity-dearer": scaled("sites", "tariff_usd_per_mwh", 1.25),
}


def test_every_what_if_has_its_direction() -> None:
    assert set(DIRECTIONS) == set(LIBRARY)
    assert len(LIBRARY) >= 20


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_it_moves_what_its_title_says(name: str) -> None:
    base, case = read.load(), read.load(None, (name,))
    assert case.sha256 != base.sha256
    assert case.what_ifs == (name,)
    assert case.changes == LIBRARY[name].changes
    assert DIRECTIONS[name](base, case)
    assert not DIRECTIONS[name](base, base), "a direction that an unchanged programme has too tells nothing"


@pytest.mark.parametrize("name", sorted(LIBRARY))
def test_its_figures_say_where_they_come_from(name: str) -> None:
    one = LIBRARY[name]
    assert one.status in (*STATUSES, "question")
    assert one.status == "question" or one.basis
    assert one.title[-1] not in ".?!"
    assert one.why.endswith((".", "?"))


def test_the_guide_lists_them_all() -> None:
    guide = (Path(__file__).parent.parent / "docs" / "what-ifs.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| (.+) \| (\w+) \|$", guide, re.M)
    assert rows == [(one.name, one.title, one.status) for one in LIBRARY.values()]


def matrix_of(case: Case) -> str:
    """A mark of all figures that the solver is given."""
    built = build(case)
    program = Program.compile(built.model)
    p = program.problem(program.linear(built.objective))
    parts = (p.matrix.data, p.matrix.indices, p.row_lower, p.row_upper, p.lower, p.upper, p.whole, p.cost)
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


@pytest.mark.slow
def test_every_one_changes_what_is_solved() -> None:
    base = matrix_of(read.load())
    assert matrix_of(read.load()) == base
    assert [name for name in LIBRARY if matrix_of(read.load(None, (name,))) == base] == []
