"""What each change of the figures does alone: the reference solved again with that change undone.

    python benchmarks/bridge.py RUNS                solve what RUNS does not hold yet, then print the table
    python benchmarks/bridge.py RUNS old-rents ...  only these

The earlier figures come from the history of the data, so the script needs a clone with its history.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from planner.inputs import schema

ROOT = Path(__file__).parents[1]
DATA = "data/federal-ai"
REFERENCE = "federal-ai"
#: as in ``sample.py``: more than the default, so that a slow machine proves most rows
SECONDS = "220"


def now(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader((ROOT / DATA / f"{table}.csv").read_text(encoding="utf-8").splitlines()))


def before(table: str, commit: str) -> list[dict[str, str]]:
    """The rows of a table as they stood before a commit."""
    words = ["git", "show", f"{commit}^:{DATA}/{table}.csv"]
    text = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, encoding="utf-8").stdout
    return list(csv.DictReader(text.splitlines()))


def undone(table: str, commit: str, *columns: str) -> list[str]:
    """Edits that give each cell in both tables the earlier value; only ``columns`` where some are named."""
    keys = next(t.keys for t in schema.TABLES if t.name == table)
    today = {tuple(row[k] for k in keys): row for row in now(table)}
    edits = []
    for row in before(table, commit):
        key = tuple(row[k] for k in keys)
        for column in columns or [c for c in row if c not in keys]:
            value, present = row.get(column, ""), today.get(key, {}).get(column, "")
            if value and present and value != present:
                edits.append(f"{table}.{'/'.join(key)}.{column}={value}")
    return edits


def one_price_of_fabric() -> list[str]:
    first: dict[str, str] = {}
    for row in now("chip_supply"):
        first.setdefault(row["chip_id"], row["fabric_usd_per_rack"])
    return [f"chip_supply.{chip}/*.fabric_usd_per_rack={price}" for chip, price in first.items()]


def dropped(*tables: str) -> list[str]:
    keys = {t.name: t.keys for t in schema.TABLES}
    return [f"{t}.{'/'.join(row[k] for k in keys[t])}=drop" for t in tables for row in now(t)]


def changes() -> dict[str, tuple[str, list[str]]]:
    """By a short name: what a row of the bridge undoes, and the edits that undo it."""
    rents = undone("workloads", "3f7f8b1", "rent_usd_per_pflops_year") + undone("rent_paths", "3f7f8b1")
    levels = ["levels.gov.rent_premium=1.2", "levels.secret.rent_premium=1.62", "levels.topsecret.rent_premium=1.78"]
    halls = undone("designs", "c729241") + undone("levels", "c729241", "hardening_share")
    sites = undone("sites", "e574f5b") + undone("grid_tranches", "e574f5b")
    return {
        "old-rents": ("price of service: the rents earlier than the audit", rents),
        "old-levels": (
            "levels: premiums on the rent in place of add-ons",
            [*levels, "level_addons.*.addon_usd_per_mw_year=0"],
        ),
        "no-occupancy": ("occupancy: none of the programme's racks stands idle", ["service_prices.*.occupancy=1"]),
        "no-money": ("money of agencies: caps a hundred times as high", ["funding_sources.*.cap_usd=*100"]),
        "no-groups": ("money by group: one cap for all agencies", dropped("agency_groups")),
        "no-contracts": ("contracts for power: no term, take, exit fee or collateral", dropped("grid_contracts")),
        "no-fee": ("collateral: no yearly fee", ["grid_contracts.*.collateral_fee_share=0"]),
        "no-end": (
            "end of the horizon: halls, land and connections worth nothing",
            ["programme.objective.terminal_value=0"],
        ),
        "old-racks": (
            "chips: rack prices before the memory market of 2026",
            undone("chip_supply", "ebe13b5", "rack_price_usd"),
        ),
        "old-supply": (
            "chips: supply before what others have ordered",
            undone("chip_supply", "7d233b3", "supply_racks_per_year"),
        ),
        "one-fabric": ("chips: fabric at its first price in every year", one_price_of_fabric()),
        "old-halls": ("halls: before owner's cost, plant and hardening were in the base", halls),
        "old-sites": ("sites: grid and land as before the news of 2026", sites),
        "old-plants": (
            "power plants: costs and gas prices earlier than 2026",
            undone("plants", "eaf8f31") + undone("gas_prices", "eaf8f31"),
        ),
    }


def solve(runs: Path, name: str, edits: list[str]) -> None:
    if list(runs.glob(f"{name}-2*/run.json")):
        return
    words = ["optimize", REFERENCE, "--no-price", "--name", name, "--reports", str(runs), "--time-limit", SECONDS]
    for edit in edits:
        words += ["--set", edit]
    done = subprocess.run([sys.executable, "-m", "planner", *words, "--quiet"], cwd=ROOT, check=False)
    print(f"{name}: exit code {done.returncode}", file=sys.stderr, flush=True)


def document(runs: Path, name: str) -> dict[str, Any] | None:
    found = sorted(runs.glob(f"{name}-2*/run.json"))
    return json.loads(found[-1].read_text(encoding="utf-8")) if found else None


def row(label: str, found: dict[str, Any], base: dict[str, Any]) -> str:
    """One line of the table: what the change gives is today's value less the value without it, as an interval."""
    (value, bound), (reference, limit) = (
        (run["objective"]["value"] / 1e9, run["objective"]["bound"] / 1e9) for run in (found, base)
    )
    low, high = reference - bound, limit - value
    step = f"{low:.2f} to {high:.2f}" if low > 0 or high < 0 else "not distinguishable"
    return f"| {label} | {value:.2f} | {bound:.2f} | {100 * found['gap']:.2f} % | {step} |"


def main(words: list[str]) -> None:
    runs, asked = Path(words[0]).absolute(), words[1:]
    rows = {name: what for name, what in changes().items() if not asked or name in asked}
    for name, (_, edits) in {REFERENCE: ("", []), **rows}.items():
        solve(runs, name, edits)
    base = document(runs, REFERENCE)
    if base is None:
        raise SystemExit("the reference has no plan: give it more time")
    print(
        "| without this change | net benefit | no plan passes | gap | what the change adds |\n|---|---:|---:|---:|---:|"
    )
    print(row("none: the reference", base, base).replace("not distinguishable", ""))
    for name, (label, _) in rows.items():
        found = document(runs, name)
        print(row(label, found, base) if found else f"| {label} | no plan | | | |")


if __name__ == "__main__":
    main(sys.argv[1:])
