"""The tables of a plan as they were handed in: which rows have no gap, and which name what the case knows."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.inputs.case import PROGRAMME
from planner.plan import DECISIONS, RESULTS, TABLES
from planner.verify.facts import Facts
from planner.verify.infrastructure import PRECISIONS, RackClass
from planner.verify.soft_facts import EVERY_GATE

Flags = NDArray[np.bool_]
#: columns of the result tables that name the row
RESULT_KEYS: dict[str, tuple[str, ...]] = {
    "detail": ("wbs_code", "site_id", "item", "period", "rate_ref"),
    "tiers": ("site_id", "period"),
    "grid_use": ("site_id", "period"),
    "owed_after": ("site_id", "obligor", "way", "year"),
    "terminal_value": ("site_id", "asset", "period"),
    "energy": ("site_id", "period"),
    "compute": ("period", "precision"),
    "admitted": ("agency_id", "gate_id", "period"),
    "trained": ("track_id", "place_id", "period"),
    "commitments": ("id",),
}
#: columns that may be empty
OPTIONAL: dict[str, tuple[str, ...]] = {
    "commitments": ("tier", "precision", "by", "level", "unit", "planned", "shortfall", "met")
}


def keys_of(table: str) -> tuple[str, ...]:
    """The columns that name a row."""
    return RESULT_KEYS[table] if table in RESULTS else DECISIONS[table][:-1]


def rack_class_of(label: object) -> RackClass:
    """A class of racks is named by the cooling designs it fits, in any order: ``D2C+WATER``; ``none`` for nowhere."""
    parts = frozenset(part for part in str(label).split("+") if part)
    return frozenset() if parts == frozenset({"none"}) else parts


def _known(facts: Facts) -> dict[str, Callable[[Any], bool]]:
    labels = set(facts.clock.labels())
    classes = set(facts.classes)
    years = range(1, facts.tail_years + 1)
    return {
        "site_id": facts.sites.__contains__,
        "design_id": facts.designs.__contains__,
        "cooling_id": facts.case.cooling.__contains__,
        "level_id": facts.levels.__contains__,
        "plant_id": facts.plants.__contains__,
        "ppa_id": {p for p, _ in facts.ppas}.__contains__,
        "tranche": {g for _, g in facts.grid}.__contains__,
        "chip_id": facts.chips.__contains__,
        "workload_id": facts.workloads.__contains__,
        "agency_id": facts.agencies.__contains__,
        "tranche_id": facts.depths.__contains__,
        "period": labels.__contains__,
        "vintage": labels.__contains__,
        "year_after": years.__contains__,
        "commitment": facts.claims.__contains__,
        "id": facts.claims.__contains__,
        "precision": PRECISIONS.__contains__,
        "wbs_code": facts.wbs.__contains__,
        "rack_class": lambda label: rack_class_of(label) in classes,
        "accreditation_id": facts.soft.accreditations.__contains__,
        "initiative_id": facts.soft.initiatives.__contains__,
        "service_id": facts.soft.services.__contains__,
        "track_id": facts.soft.tracks.__contains__,
        "place_id": lambda place: place in facts.sites or place in facts.agencies,
        "gate_id": lambda gate: gate == EVERY_GATE or gate in facts.soft.initiatives or gate in facts.soft.tracks,
        "source": facts.soft.sources.__contains__,
    }


def _filled(table: str, frame: pd.DataFrame) -> Flags:
    """Rows without a gap; numbers must be finite."""
    good = np.ones(len(frame), dtype=bool)
    for column in TABLES[table]:
        if column in OPTIONAL.get(table, ()):
            continue
        good &= frame[column].notna().to_numpy()
        if pd.api.types.is_numeric_dtype(frame[column]):
            good &= np.isfinite(frame[column].to_numpy(dtype=float, na_value=np.nan))
    return good


def _recognised(facts: Facts, table: str, frame: pd.DataFrame) -> Flags:
    """Rows all of whose ids the case knows."""
    good = np.ones(len(frame), dtype=bool)
    if not len(frame):
        return good
    known = _known(facts)
    if table == "detail":
        known["site_id"] = lambda site: site == PROGRAMME or site in facts.sites
    for column in keys_of(table):
        if column in known and not (table == "commitments" and column == "precision"):
            fits = {value: bool(known[column](value)) for value in frame[column].dropna().unique().tolist()}
            good &= np.array([fits.get(value, False) for value in frame[column].tolist()], dtype=bool)
    pairs: dict[str, tuple[str, str, Container[Any]]] = {
        "contract": ("site_id", "tranche", facts.grid),
        "signed": ("ppa_id", "site_id", facts.ppas),
    }
    if table in pairs:
        one, other, there = pairs[table]
        rows = frame[[one, other]].itertuples(index=False, name=None)
        good &= np.array([key in there for key in rows], dtype=bool)
    return good


def _numeric(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Quantities as floats; what is not a number becomes a gap."""
    value = DECISIONS[table][-1]
    return frame.assign(**{value: pd.to_numeric(frame[value], errors="coerce").astype(float)})


@dataclass(frozen=True)
class Rows:
    """A table as it was handed in, quantities as floats; which rows have no gap, and which the case knows."""

    frame: pd.DataFrame
    filled: Flags
    recognised: Flags

    @classmethod
    def of(cls, facts: Facts, table: str, frame: pd.DataFrame) -> Rows:
        out = _numeric(table, frame) if table in DECISIONS else frame
        return cls(out, _filled(table, out), _recognised(facts, table, out))

    @property
    def readable(self) -> pd.DataFrame:
        """The rows that the other rules can compute with; the rest is reported by the rules of this file."""
        return self.frame[self.filled & self.recognised]
