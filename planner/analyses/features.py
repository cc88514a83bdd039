"""What makes two plans structurally different: sites opened, designs built, plants ordered, chips bought."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from planner.inputs.case import Case
from planner.plan import Plan
from planner.search.levels import Level
from planner.solve import Linear, Row, Vector

#: kind -> family of columns, and the place of its name in their index
KINDS: dict[str, tuple[str, int]] = {
    "site": ("sites.opens", 0),
    "design": ("construction.modules", 1),
    "plant": ("power.units", 1),
    "chip": ("fleet.bought", 1),
}
#: kind -> table and column of a plan
TABLES = {
    "site": ("opens", "site_id"),
    "design": ("modules", "design_id"),
    "plant": ("units", "plant_id"),
    "chip": ("bought", "chip_id"),
}
#: kind of timing -> family of columns, and the places of site and period in their index
TIMED: dict[str, tuple[str, int, int]] = {
    "opening": ("sites.opens", 0, -1),
    "first halls": ("construction.modules", 0, -1),
}
#: kind of timing -> table of a plan that tells it
TIMED_TABLES = {"opening": "opens", "first halls": "modules"}
#: amounts from which something is there
THERE = 0.5


@dataclass(frozen=True)
class Feature:
    """A site or technology, and its columns; it is in a plan that has one of it at least."""

    kind: str
    name: str
    columns: NDArray[np.int64] = field(compare=False)

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.name}"

    def forced(self) -> Row:
        return Row(f"force {self.id}", Linear(self.columns, np.ones(len(self.columns))), lower=1.0)

    def banned(self) -> Row:
        return Row(f"ban {self.id}", Linear(self.columns, np.ones(len(self.columns))), upper=0.0)

    def inside(self, values: Vector) -> bool:
        return float(values[self.columns].sum()) > THERE


def features(level: Level) -> list[Feature]:
    """Every site and technology that the model has columns of."""
    columns: dict[tuple[str, str], list[int]] = {}
    for i, v in enumerate(level.program.columns):
        for kind, (family, place) in KINDS.items():
            if v.parent_component().name == family:
                columns.setdefault((kind, str(v.index()[place])), []).append(i)
    order = list(KINDS)
    found = [Feature(kind, name, np.array(at, dtype=np.int64)) for (kind, name), at in columns.items()]
    return sorted(found, key=lambda f: order.index(f.kind))


@dataclass(frozen=True)
class By:
    """Something of a site that is there by the end of a year: ``feature`` has the columns of all years up to it."""

    kind: str
    site: str
    year: int
    feature: Feature


def timings(level: Level, case: Case) -> list[By]:
    """Openings and first halls of every site by the end of each year, the last one apart: by then, all that ever is."""
    columns: dict[tuple[str, str], dict[int, list[int]]] = {}
    for i, v in enumerate(level.program.columns):
        for kind, (family, site, period) in TIMED.items():
            if v.parent_component().name == family:
                index = v.index()
                at = columns.setdefault((kind, str(index[site])), {})
                at.setdefault(case.periods.year(int(index[period])), []).append(i)
    found = []
    for (kind, name), years in columns.items():
        so_far: list[int] = []
        for year in sorted(years)[:-1]:
            so_far = [*so_far, *years[year]]
            found.append(By(kind, name, year, Feature(kind, f"{name} by {year}", np.array(so_far, dtype=np.int64))))
    order = list(TIMED)
    return sorted(found, key=lambda b: (order.index(b.kind), b.site, b.year))


def edges(found: Sequence[By], has: Collection[str]) -> list[Feature]:
    """Around what a plan has: the year of each of its sites, and the one before; forced there, it comes earlier."""
    asked = []
    for kind in TIMED:
        for site in dict.fromkeys(b.site for b in found if b.kind == kind):
            mine = [b for b in found if (b.kind, b.site) == (kind, site)]
            there = [b for b in mine if b.feature.id in has]
            if not there and f"site:{site}" not in has:
                continue
            before = [b for b in mine if b.feature.id not in has]
            asked += [b.feature for b in (*before[-1:], *there[:1])]
    return asked


@dataclass(frozen=True)
class Structure:
    """What of each kind a plan has; the periods in which each site is opened and has its first halls started."""

    has: Mapping[str, tuple[str, ...]]
    opened: Mapping[str, str]
    started: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan) -> Structure:
        has = {kind: tuple(sorted(set(plan[table][column]))) for kind, (table, column) in TABLES.items()}
        first = {}
        for kind, table in TIMED_TABLES.items():
            rows = plan[table][["site_id", "period"]].itertuples(index=False, name=None)
            ordered = sorted((str(s), str(t)) for s, t in rows)
            first[kind] = dict(reversed(ordered))  # the earliest stays
        return cls(has, first["opening"], first["first halls"])

    def against(self, other: Structure) -> list[str]:
        """What differs, as "+chip X" and "-site A"; "site B opens 2028, not 2027" for those that both open."""
        found = []
        for kind, mine in self.has.items():
            theirs = other.has[kind]
            found += [f"+{kind} {x}" for x in mine if x not in theirs]
            found += [f"-{kind} {x}" for x in theirs if x not in mine]
        for s, t in self.opened.items():
            if other.opened.get(s, t) != t:
                found.append(f"site {s} opens {t}, not {other.opened[s]}")
        for s, t in self.started.items():
            if other.started.get(s, t) != t:
                found.append(f"site {s} has its first halls started {t}, not {other.started[s]}")
        return found

    def differs(self, other: Structure) -> bool:
        """In a site or a technology; timing alone is told but makes no other structure."""
        return self.has != other.has

    def retimed(self, other: Structure) -> bool:
        """The same sites and technology at other times."""
        return self.has == other.has and (self.opened, self.started) != (other.opened, other.started)
