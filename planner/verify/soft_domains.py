"""The tables of software, security and training: which rows can exist at all, and the most that a row can hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from planner.verify.soft_facts import SoftFacts

Keys = tuple[Any, ...]


def soft_may_start(soft: SoftFacts) -> dict[str, Callable[[Keys], bool]]:
    """For each table, whether a row with these keys can exist at all."""
    clock, facts = soft.clock, soft.facts
    index = {label: t for t, label in enumerate(clock.labels())}

    def starts(label: str, months: float, after: float) -> bool:
        """Begins in its period once month ``after`` is over, and is ready inside the horizon."""
        t = index[label]
        return t >= clock.can_begin(after) and clock.ready(t, months, after) <= clock.last

    def accreditation(site: str, x: str, label: str) -> bool:
        if x not in soft.accredited[site] or (site, x) in soft.existing:
            return False
        return starts(label, soft.accreditations[x].duration_months, soft.accreditation_after(site, x))

    def initiative(y: str, label: str, *units: str) -> bool:
        started = soft.initiatives[y]
        return started.per in units and starts(label, started.duration_months, soft.initiative_after(y))

    def port(site: str, y: str, level: str, label: str) -> bool:
        wanted = (y, level) in soft.asking or y in soft.level_needs[level]
        return (site, level) in facts.site_levels and wanted and initiative(y, label, "site-level")

    def package(y: str, service: str, level: str, label: str) -> bool:
        return (service, level) in soft.asking and initiative(y, label, "service-level")

    def at_agency(y: str, agency: str, label: str, *units: str) -> bool:
        return initiative(y, label, *units) and soft.units(y, agency) > 0

    def course(r: str, place: str, label: str) -> bool:
        operates = soft.tracks[r].learners == "operation"
        there = (r == soft.operators and place in facts.sites) if operates else (r, place) in soft.heads
        return there and starts(label, soft.tracks[r].duration_months, soft.track_after(r))

    return {
        "accredits": lambda k: accreditation(*k),
        "starts": lambda k: initiative(k[0], k[1], "programme"),
        "ports": lambda k: port(*k),
        "packages": lambda k: package(*k),
        "onboards": lambda k: at_agency(*k, "agency"),
        "connects": lambda k: at_agency(*k, "small agency", "system"),
        "courses": lambda k: course(*k),
        "goes_live": lambda k: soft.goes_live and index[k[1]] >= soft.live_from(k[0]),
        "unallocated": lambda k: soft.split_is_firm,
    }


def soft_bounds(soft: SoftFacts) -> dict[str, Callable[[Keys], float]]:
    """For each table, the most that a row can hold."""
    return {
        "onboards": lambda k: soft.units(k[0], k[1]),
        "connects": lambda k: soft.units(k[0], k[1]),
        "courses": lambda k: soft.most_heads(k[0]),
    }
