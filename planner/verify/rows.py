"""Rows of the plan's tables: what names one, and which of them the rules can compute with."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

import numpy as np
import pandas as pd

from planner.inputs.case import PROGRAMME
from planner.plan import DECISIONS, RESULTS, TABLES
from planner.verify.facts import Facts
from planner.verify.infrastructure import PRECISIONS, RackClass
from planner.verify.soft_facts import EVERY_GATE

#: columns of the result tables that name the row
RESULT_KEYS: dict[str, tuple[str, ...]] = {
    "detail": ("wbs_code", "site_id", "item", "period", "rate_ref"),
    "tiers": ("site_id", "period"),
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


def filled(table: str, frame: pd.DataFrame) -> pd.Series:
    """Rows without a gap; numbers must be finite."""
    good = pd.Series(True, index=frame.index)
    for column in TABLES[table]:
        if column in OPTIONAL.get(table, ()):
            continue
        good &= frame[column].notna()
        if pd.api.types.is_numeric_dtype(frame[column]):
            good &= np.isfinite(frame[column].to_numpy(dtype=float, na_value=np.nan))
    return good


def recognised(facts: Facts, table: str, frame: pd.DataFrame) -> pd.Series:
    """Rows all of whose ids the case knows."""
    known = _known(facts)
    if table == "detail":
        known["site_id"] = lambda site: site == PROGRAMME or site in facts.sites
    good = pd.Series(True, index=frame.index)
    for column in keys_of(table):
        if column in known and not (table == "commitments" and column == "precision"):
            fits = {value: bool(known[column](value)) for value in frame[column].dropna().unique().tolist()}
            good &= frame[column].map(lambda value, fits=fits: fits.get(value, False)).astype(bool)
    pairs: dict[str, tuple[str, str, Container[Any]]] = {
        "contract": ("site_id", "tranche", facts.grid),
        "signed": ("ppa_id", "site_id", facts.ppas),
    }
    if table in pairs:
        one, other, there = pairs[table]
        rows = frame[[one, other]].itertuples(index=False, name=None)
        good &= pd.Series([key in there for key in rows], index=frame.index, dtype=bool)
    return good


def numeric(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Quantities as floats; what is not a number becomes a gap."""
    out = frame.copy()
    value = DECISIONS[table][-1]
    out[value] = pd.to_numeric(out[value], errors="coerce").astype(float)
    return out


def readable(facts: Facts, table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that the other rules can compute with; the rest is reported by the rules of this file."""
    out = numeric(table, frame) if table in DECISIONS else frame
    return out[filled(table, out) & recognised(facts, table, out)]
