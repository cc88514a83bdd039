"""What makes two plans structurally different: sites opened, designs built, plants ordered, chips bought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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
class Structure:
    """What of each kind a plan has, and the period in which each site is opened."""

    has: Mapping[str, tuple[str, ...]]
    opened: Mapping[str, str]

    @classmethod
    def of(cls, plan: Plan) -> Structure:
        has = {kind: tuple(sorted(set(plan[table][column]))) for kind, (table, column) in TABLES.items()}
        rows = plan["opens"][["site_id", "period"]].itertuples(index=False, name=None)
        return cls(has, {str(s): str(t) for s, t in rows})

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
        return found

    def differs(self, other: Structure) -> bool:
        """In a site or a technology; timing alone is told but makes no other structure."""
        return self.has != other.has
