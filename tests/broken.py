"""Small programmes broken on purpose, with their causes: drawn by a seed, each worked out by hand.

A MW of hall costs 2 M$ in modules of 10, a rack of 1 MW and 10 PFLOP/s costs 1 M$; a commissioned MW counts up to 1.25
times the racks; 20 MW stand at each of two sites. So n MW of halls, whole modules, take 2 n + 0.8 n M$.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from small import LEAST_COST, Row, Tables, change, free_tables, parameter, programme


@dataclass
class Broken:
    """A programme without a plan; ``causes`` are the sets of terms that clash, by the arithmetic beside each."""

    name: str
    tables: Tables
    claims: list[Row] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    causes: list[set[str]] = field(default_factory=list)
    only_whole: bool = False

    @property
    def asked(self) -> Row:
        return programme(LEAST_COST, claims=self.claims, **{"budget_usd": 1e9, "gap": 0.0, **self.fields})


def claim(name: str, level: float, by: int, **more: Any) -> Row:
    what = {"id": name, "claim": f"Promise {name}", "said_by": "someone", "binding": "firm", "level": level, "by": by}
    return {**what, "metric": "power", "tier": "commissioned", "unit": "MW IT", **more}


def compute(name: str, level: float, by: int, tier: str = "installed") -> Row:
    return claim(name, level, by, metric="compute", tier=tier, precision="fp8", unit="PFLOP/s")


def base(name: str) -> Broken:
    rows = free_tables()
    change(rows, "designs", {"route": "retrofit"}, shell_usd_per_mw=2e6)
    change(rows, "chip_supply", rack_price_usd=1e6)
    return Broken(name, rows)


def small_budget(draw: random.Random, to: Broken) -> None:
    """20 MW take 56 M$; so does half of it in whole modules with 28."""
    to.claims.append(claim("halls", 20, 2028))
    to.fields["budget_usd"] = draw.uniform(15e6, 50e6)
    to.causes.append({"halls", "budget"})


def whole_modules(draw: random.Random, to: Broken) -> None:
    """11 to 17 MW take at most 47.6 M$ in parts, but two modules and racks take 48.8 M$ at the least."""
    level = draw.randint(11, 17)
    to.claims.append(claim("halls", level, 2028))
    to.fields["budget_usd"] = 48e6
    to.causes.append({"halls", "budget"})
    to.only_whole = True


def late_authority(draw: random.Random, to: Broken) -> None:
    """Halls of 2026 are paid in 2026: 40 M$, and the year may spend less than that of 80."""
    first = draw.uniform(0.1, 0.45)
    to.tables["authority"] = [{"year": 2026, "share_of_budget": first}, {"year": 2027, "share_of_budget": 1 - first}]
    to.claims.append(claim("halls", 20, 2026))
    to.fields["budget_usd"] = 80e6
    to.causes.append({"halls", "budget", "authority"})


def one_site(draw: random.Random, to: Broken) -> None:
    """20 MW of halls stand at a site; two sites would hold 40."""
    to.claims.append(claim("halls", draw.randint(22, 38), 2028))
    to.causes.append({"halls", "sites"})


def too_early(draw: random.Random, to: Broken) -> None:
    """Racks ordered in the first year serve from the second."""
    to.claims.append(compute("early", draw.randint(5, 50), 2026, "serving"))
    to.causes.append({"early"})


def more_than_stands(draw: random.Random, to: Broken) -> None:
    """Both sites together hold 40 MW."""
    to.claims.append(claim("giant", draw.randint(45, 90), 2029))
    to.causes.append({"giant"})


def large_sites(draw: random.Random, to: Broken) -> None:
    """Every site must have more than the 20 MW that stand there; another number of sites helps nothing."""
    parameter(to.tables, minimum_site_mw=draw.randint(25, 60), counted_site_by_year=2028)
    to.causes.append({"site-size"})


def much_compute(draw: random.Random, to: Broken) -> None:
    """10 PFLOP/s take a rack of 1 M$ in a MW of 2 M$: 3 M$; 150 take 45 in parts, 55 in modules."""
    to.claims.append(compute("chips", 150, 2028))
    to.fields["budget_usd"] = draw.uniform(10e6, 40e6)
    to.causes.append({"chips", "budget"})


def all_demand(draw: random.Random, to: Broken) -> None:
    """100 PFLOP/s-years take 20 racks in 20 MW of halls: 60 M$."""
    change(to.tables, "demand", must_serve_share=1)
    parameter(to.tables, must_serve_from_year=2028)
    to.fields["budget_usd"] = draw.uniform(10e6, 55e6)
    to.causes.append({"must-serve", "budget"})


def two(one: Callable[..., None], other: Callable[..., None]) -> Callable[[random.Random, Broken], None]:
    def both(draw: random.Random, to: Broken) -> None:
        one(draw, to)
        other(draw, to)

    both.__name__ = f"{one.__name__} and {other.__name__}"
    return both


#: the last of a pair may not change the budget of the first
KINDS = (
    small_budget,
    whole_modules,
    late_authority,
    one_site,
    too_early,
    more_than_stands,
    large_sites,
    much_compute,
    all_demand,
    two(small_budget, too_early),
    two(whole_modules, too_early),
    two(much_compute, too_early),
    two(small_budget, large_sites),
)


def programmes(count: int, seed: int) -> list[Broken]:
    """So many, every kind in turn."""
    draw = random.Random(seed)
    found = []
    for n in range(count):
        kind = KINDS[n % len(KINDS)]
        broken = base(f"{n:02}-{kind.__name__.replace(' ', '-').replace('_', '-')}")
        kind(draw, broken)
        found.append(broken)
    return found
