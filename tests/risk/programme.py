"""A small programme whose draws can be reckoned by hand, and its uncertainty file.

Site A or B: 10 MW halls of 4 M$ a MW in 12 months, grid at 0.1 M$ a MW in 9 months, racks of 1 MW, 10 PFLOP/s and 1 M$.
Money later is worth more, so everything is started as late as its promise allows.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from broken import claim, compute
from small import LEAST_COST, Row, change, free_tables, parameter, programme
from tiny import FIRST_YEAR, PRICE_YEARS, _figures, tiny_tables, write_tiny

from planner.inputs.case import Case
from planner.inputs.read import load
from planner.plan import Plan
from planner.risk.found import Risk, risk
from planner.risk.reading import read
from planner.run import optimize

#: sourced ranges: rates, then lead times
RANGES = {
    ("chip_supply", "*", "rack_price_usd"): (0.5e6, 2e6),
    ("designs", "*", "shell_usd_per_mw"): (0.8e6, 1.5e6),
    ("grid_tranches", "*", "lead_months"): (5, 21),
    ("designs", "*", "lead_months"): (8, 24),
    ("accreditations", "*", "duration_months"): (12, 24),
}
BUDGET = claim("budget", 1e9, 2029, metric="budget", tier=None, unit="USD")
CLAIMS = [
    BUDGET,
    claim("secured", 12, 2028, tier="secured", unit="MW facility"),
    claim("halls", 10, 2028),
    compute("installed", 50, 2028),
    compute("serving", 40, 2029, "serving"),
    claim("sites", 1, 2029, metric="sites", tier=None, unit="sites"),
]
FAMILIES = """
[[family]]
id = "halls"
name = "Halls and grid"
lines = ["1.1.1", "1.1.3", "1.1.4", "1.2.1", "1.2.3", "1.2.4"]
shape = "pert"
low = {halls[0]}
mid = {halls[1]}
high = {halls[2]}
status = "assumption"
basis = "a test"

[[family]]
id = "racks"
name = "Racks and fabric"
lines = ["1.3.1", "1.3.2"]
shape = "{shape}"
low = {racks[0]}
mid = {racks[1]}
high = {racks[2]}
status = "assumption"
basis = "a test"
"""
DELAYS = """
[[delay]]
id = "grid"
name = "Grid late"
{grid}
between_sites = 0.4
moves = ["1.2.1"]
status = "assumption"
basis = "a test"

[[delay]]
id = "works"
name = "Works late"
{works}
between_sites = 0.0
moves = ["1.1.3", "1.1.4", "1.2.3", "1.2.4"]
status = "assumption"
basis = "a test"

[[delay]]
id = "accreditation"
name = "Accreditation late"
{accreditation}
between_sites = 0.0
moves = []
status = "assumption"
basis = "a test"
"""
CORRELATIONS = """
[correlations]
halls = [1, 0.6, 0, 0, 0]
racks = [0.6, 1, 0.3, 0, 0]
grid = [0, 0.3, 1, 0, 0]
works = [0, 0, 0, 1, 0]
accreditation = [0, 0, 0, 0, 1]
"""
HEAD = 'title = "A test"\nmilestone = "secured"\nconfidence = 0.8\n'
STOP = '\n[stop]\ndrop_first = ["racks", "halls"]\n'
NEVER = "high_months = 0.0"
SURE = (1.0, 1.0, 1.0)


def months(table: str) -> str:
    return f'figures = ["{table}"]'


def file_of(
    folder: Path,
    halls: tuple[float, float, float] = SURE,
    racks: tuple[float, float, float] = SURE,
    shape: str = "triangular",
    **late: str,
) -> Path:
    """An uncertainty file in which only what is given varies."""
    delays = {"grid": NEVER, "works": NEVER, "accreditation": NEVER, **late}
    text = HEAD + FAMILIES.format(halls=halls, racks=racks, shape=shape) + DELAYS.format(**delays)
    path = folder / "uncertainty.toml"
    path.write_text(text + CORRELATIONS + STOP, encoding="utf-8")
    return path


def tables() -> dict[str, list[Row]]:
    rows = free_tables()
    change(rows, "discount_rates", real_rate=0.07)
    change(rows, "designs", shell_usd_per_mw=1e6, civil_usd_per_mw=1e6, electrical_usd_per_mw=1e6)
    change(rows, "designs", mechanical_usd_per_mw=1e6, lead_months=12, acres_per_mw=0)
    change(rows, "sites", existing_mw=0, max_onsite_mw=0, opening_cost_usd=1e6)
    change(rows, "sites", {"site_id": "B"}, opening_cost_usd=9e6)
    change(rows, "grid_tranches", connection_usd_per_mw=1e5, lead_months=9, mw=20)
    change(rows, "chip_supply", rack_price_usd=1e6)
    change(rows, "categories", {"category": "chips"}, contingency_share=0.05)
    change(rows, "categories", {"category": "construction"}, contingency_share=0.2)
    rows["price_indices"] = [
        {**row, "index_value": 100 * 1.03 ** max(0, row["year"] - 2026) if row["index_id"] == "construction" else 100}
        for row in rows["price_indices"]
    ]
    rows["accreditations"] = [{"accreditation_id": "HIGH", "level_id": "gov", "opens_level": 1, "duration_months": 12}]
    parameter(rows, programme_management_share=0.1, minimum_site_mw=10, counted_site_by_year=2029)
    whole = {**tiny_tables(), **rows}
    lines = {(f["table"], f["key"], f["column"]): f for f in _figures(whole, FIRST_YEAR)}
    for key, (low, high) in RANGES.items():
        lines[key] = {**lines[key], "low": low, "high": high}
    rows["figures"] = list(lines.values())
    assert PRICE_YEARS[0] <= 2026
    return rows


def model(folder: Path, **fields: Any) -> Path:
    claims = [{k: v for k, v in one.items() if v is not None} for one in CLAIMS]
    asked = programme(LEAST_COST, claims=claims, **{"budget_usd": 1e9, "gap": 0.0, **fields})
    return write_tiny(folder, tables(), asked)


@cache
def planned() -> tuple[Case, Plan]:
    with tempfile.TemporaryDirectory() as folder:
        result = optimize(load(model(Path(folder))))
    assert result.plan is not None, result.document
    return result.case, result.plan


def drawn(path: Path, draws: int = 4096, seed: int = 0, case: Case | None = None) -> Risk:
    own, plan = planned()
    case = case or own
    return risk(case, plan, read(path, case), draws, seed)
