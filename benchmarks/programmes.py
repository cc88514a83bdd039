"""Programmes of many times the reference, as files that ``planner check`` accepts.

    python benchmarks/programmes.py 16 FOLDER [--seed N] [--months 6]

Sites, chips and agencies are copied under new names, each copy with figures of its own a tenth up or down from a seed;
periods are halved. Budget, promises, supply, workers and demand grow with the number of sites, so that the programme
asks as much of each site as the reference does. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import random
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.inputs.schema import BY_NAME, PARAMETERS, TABLES, Table
from planner.inputs.shipped import data_folder, model_file

REFERENCE = "federal-ai"
KINDS = {"sites": "site_id", "chips": "chip_id", "agencies": "agency_id"}
#: a copy's own figures; those of one group move together
OWN: dict[tuple[str, str], str] = {
    ("sites", "land_acres"): "land",
    ("sites", "tariff_usd_per_mwh"): "power",
    ("sites", "delivery_usd_per_mwh"): "power",
    ("sites", "construction_multiplier"): "building",
    ("sites", "peak_craft_workers"): "workers",
    ("ppas", "price_usd_per_mwh"): "power",
    ("chip_supply", "rack_price_usd"): "price",
    ("demand", "base_pflops_years"): "demand",
    ("movement", "movement_usd_per_pflops_year"): "movement",
}
SPREAD = 0.1
GROWING = ("budget", "power", "compute", "sites")
Row = dict[str, str]


@dataclass(frozen=True)
class Size:
    """How many times the reference has of each; ``periods`` 1, 2 or 4: years, half years, quarters."""

    sites: int = 1
    periods: int = 1
    chips: int = 1
    agencies: int = 1

    def of(self, kind: str) -> int:
        return int(getattr(self, kind))

    @property
    def months(self) -> int:
        return 12 // self.periods


#: times the reference -> what is multiplied: racks by site, chip and period, service by site, agency and period
SIZES = {1: Size(), 4: Size(2, 2), 16: Size(4, 2, 2, 2), 64: Size(8, 4, 2, 2)}


def read(folder: Path) -> dict[str, list[Row]]:
    found = {}
    for table in TABLES:
        with (folder / f"{table.name}.csv").open(encoding="utf-8-sig", newline="") as file:
            found[table.name] = list(csv.DictReader(file))
    return found


def write(tables: dict[str, list[Row]], folder: Path, heads: dict[str, list[str]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, heads[name], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)


def make(size: Size, folder: Path, seed: int = 0, reference: str = REFERENCE) -> Path:
    """The programme's file in ``folder``, its tables beside it."""
    tables = read(data_folder(reference))
    heads = {name: list(rows[0]) if rows else [c.name for c in BY_NAME[name].columns] for name, rows in tables.items()}
    for kind in KINDS:
        tables = copied(tables, kind, size.of(kind), seed)
    grow(tables, size)
    write(tables, folder / "tables", heads)
    path = folder / "programme.toml"
    path.write_text(programme(size, reference), encoding="utf-8")
    return path


def named(value: str, copy: int) -> str:
    return value if copy == 0 else f"{value}-X{copy}"


def copied(tables: dict[str, list[Row]], kind: str, times: int, seed: int) -> dict[str, list[Row]]:
    """Every row that speaks of a site (a chip, an agency) once for each copy of it."""
    column = KINDS[kind]
    return {
        name: [
            copy
            for row in rows
            for copy in (
                _of_figures(row, kind, times, seed)
                if name == "figures"
                else _of_row(BY_NAME[name], row, column, times, seed)
            )
        ]
        for name, rows in tables.items()
    }


def _of_row(table: Table, row: Row, column: str, times: int, seed: int) -> Iterable[Row]:
    """A row that only mentions the entity, as a published cost mentions a chip, stays one row."""
    yield row
    if column not in table.keys:
        return
    for k in range(1, times):
        new = row | {column: named(row[column], k)}
        if table.keys == (column,) and "name" in row:
            new["name"] = f"{row['name']} ({k + 1})"
        for (name, figure), group in OWN.items():
            if name == table.name:
                new[figure] = times_own(row[figure], new[column], group, seed)
        yield new


def _of_figures(row: Row, kind: str, times: int, seed: int) -> Iterable[Row]:
    """The provenance of a copied figure: the same, its range moved with it."""
    yield row
    table, column = BY_NAME[row["table"]], KINDS[kind]
    if row["key"] == "*" or column not in table.keys:
        return
    at = table.keys.index(column)
    for k in range(1, times):
        key = row["key"].split("/")
        key[at] = named(key[at], k)
        new = row | {"key": "/".join(key)}
        if group := OWN.get((row["table"], row["column"])):
            for end in ("low", "high"):
                new[end] = times_own(row[end], key[at], group, seed)
        yield new


def times_own(text: str, name: str, group: str, seed: int) -> str:
    """A figure of a copy: the original's, moved by what the seed says of this copy."""
    factor = 1 + SPREAD * random.Random(f"{seed} {name} {group}").uniform(-1, 1)
    return plain(float(text) * factor) if text else text


def plain(x: float) -> str:
    return f"{x:.9g}" if abs(x) < 1e9 else f"{x:.0f}"


def grow(tables: dict[str, list[Row]], size: Size) -> None:
    """What the programme has as a whole grows with its sites."""
    by_agency, by_chip = size.sites / size.agencies, size.sites / size.chips
    factors: dict[tuple[str, str], float] = {
        ("demand", "base_pflops_years"): by_agency,
        ("training_needs", "heads"): by_agency,
        ("chip_supply", "supply_racks_per_year"): by_chip,
        ("funding_sources", "cap_usd"): size.sites,
        ("initiatives", "need_ceiling_units"): size.sites,
        ("training_tracks", "need_ceiling_heads"): size.sites,
        ("training_tracks", "capacity_heads_per_year"): size.sites,
    }
    for (name, figure), factor in factors.items():
        table = BY_NAME[name]
        most = table.column(figure).maximum
        growing = [row for row in tables[name] if row.get("per") != "programme"]
        keys = {"/".join(row[key] for key in table.keys) for row in growing}
        for row in growing:
            row[figure] = _times(row[figure], factor, most)
        for row in tables["figures"]:
            if (row["table"], row["column"]) == (name, figure) and row["key"] in keys:
                row["low"], row["high"] = _times(row["low"], factor, most), _times(row["high"], factor, most)
    for parameter in ("national_craft_workers", "volume_threshold_mw"):
        most = PARAMETERS[parameter][2]
        for row in tables["parameters"]:
            if row["parameter_id"] == parameter:
                row["value"] = _times(row["value"], size.sites, most)
        for row in tables["figures"]:
            if (row["table"], row["key"]) == ("parameters", parameter):
                row["low"] = _times(row["low"], size.sites, most)
                row["high"] = _times(row["high"], size.sites, most)


def _times(text: str, factor: float, most: float | None) -> str:
    if not text or factor == 1:
        return text
    x = float(text) * factor
    return plain(x if most is None else min(x, most))


def programme(size: Size, reference: str) -> str:
    """The reference with more of everything, as what it changes of it."""
    base: dict[str, Any] = tomllib.loads(model_file(reference).read_text(encoding="utf-8"))
    horizon = base["horizon"]
    lines = [
        f'title = "{base["title"]}, {size.sites} times the sites"',
        f'base = "{reference}"',
        'data = "tables"',
        f"budget_usd = {base['budget_usd'] * size.sites!r}",
        "",
        "[sites]",
        f"count = {base['sites']['count'] * size.sites}",
        "",
        "[horizon]",
        f"periods = {horizon['periods'] * size.periods}",
        f"months_per_period = {horizon['months_per_period'] // size.periods}",
    ]
    for claim in base["claims"]:
        if claim.get("level") and claim["metric"] in GROWING:
            level = claim["level"] * size.sites
            lines += ["", "[[claims]]", f'id = "{claim["id"]}"', f"level = {level!r}"]
    return "\n".join(lines) + "\n"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("times", type=int, choices=sorted(SIZES))
    words.add_argument("folder", type=Path)
    words.add_argument("--seed", type=int, default=0)
    words.add_argument("--months", type=int, choices=(12, 6, 3), help="length of a period; told by the size otherwise")
    asked = words.parse_args()
    size = SIZES[asked.times]
    if asked.months:
        size = Size(size.sites, 12 // asked.months, size.chips, size.agencies)
    print(make(size, asked.folder, asked.seed))


if __name__ == "__main__":
    main()
