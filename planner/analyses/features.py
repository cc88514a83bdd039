"""What makes two plans structurally different: sites opened, designs built, plants ordered, chips bought; and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planner.analyses.conditions import Conditions, Within, family
from planner.formulation import Formulation
from planner.inputs.case import Case
from planner.plan import Plan

#: kind -> variables of the model, table and column of a plan
KINDS = {
    "site": ("sites.open", "opens", "site_id"),
    "design": ("construction.started_by", "modules", "design_id"),
    "plant": ("power.ordered_by", "units", "plant_id"),
    "chip": ("fleet.bought", "bought", "chip_id"),
}
#: kind of timing -> variables of the model, and the table of a plan that has its sites and periods
TIMED = {"first halls": ("construction.started_by", "modules"), "going live": ("roles.live_by", "goes_live")}
#: kinds that gate service: with sites, roles and dates held there is nothing to ask of them
GATES = ("site", "going live")


@dataclass(frozen=True)
class Feature:
    """A site or technology, or something of a site by the end of the period ``until``; in a plan with one of it."""

    kind: str
    name: str
    until: int | None = None
    label: str = ""

    @property
    def id(self) -> str:
        by = "" if self.until is None else f" by {self.label}"
        return f"{self.kind}:{self.name}{by}"

    def forced(self) -> Conditions:
        return Within(self._amount, least=1.0)

    def barred(self) -> Conditions:
        return Within(self._amount, most=0.0)

    def _amount(self, built: Formulation) -> list[tuple[float, Any]]:
        """How much of it there is; of what is counted up over time, the last that is not after ``until``."""
        name = KINDS[self.kind][0] if self.kind in KINDS else TIMED[self.kind][0]
        mine = {i: v for i, v in family(built, name).items() if self.name in i}
        if not name.endswith("_by"):
            return [(1.0, v) for v in mine.values()]
        last: dict[tuple[Any, ...], tuple[int, Any]] = {}
        for (*key, t), v in mine.items():
            at = tuple(key)
            if (self.until is None or t <= self.until) and (at not in last or t > last[at][0]):
                last[at] = (t, v)
        return [(1.0, v) for _, v in last.values()]


def features(case: Case) -> list[Feature]:
    """Every site and technology that a plan may have."""
    sold = {str(row.chip_id) for row in case.chip_supply.values() if row.supply_racks_per_year}
    names = {
        "site": list(case.sites),
        "design": list(case.designs),
        "plant": list(case.plants),
        "chip": [c for c in case.chips if c in sold],
    }
    return [Feature(kind, name) for kind in KINDS for name in names[kind]]


@dataclass(frozen=True)
class Structure:
    """What of each kind a plan has; the periods in which each site has its first halls started and goes live."""

    has: Mapping[str, tuple[str, ...]]
    started: Mapping[str, str] = field(default_factory=dict)
    live: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, plan: Plan) -> Structure:
        has = {kind: tuple(sorted(set(plan[table][column]))) for kind, (_, table, column) in KINDS.items()}
        return cls(has, *(_first(plan, table) for _, table in TIMED.values()))

    @classmethod
    def read(cls, noted: Mapping[str, Any]) -> Structure:
        """From what was kept of it."""
        return cls({k: tuple(v) for k, v in noted["has"].items()}, noted["started"], noted["live"])

    def kept(self) -> dict[str, Any]:
        return {
            "has": {k: list(v) for k, v in self.has.items()},
            "started": dict(self.started),
            "live": dict(self.live),
        }

    def inside(self, feature: Feature) -> bool:
        return feature.name in self.has.get(feature.kind, ())

    def edges(self, case: Case) -> list[tuple[Feature, bool]]:
        """Around when each site has things: the period it has them in, and the one before, which it has not."""
        found = []
        labels = case.periods.labels()
        for kind, when in (("first halls", self.started), ("going live", self.live)):
            for site, label in when.items():
                t = labels.index(label)
                if t > 0:
                    found.append((Feature(kind, site, t - 1, labels[t - 1]), False))
                found.append((Feature(kind, site, t, label), True))
        return found

    def against(self, other: Structure) -> list[str]:
        """What differs, as "+chip X" and "-site A"; "site B goes live 2028, not 2027" for those that both have."""
        found = []
        for kind, mine in self.has.items():
            theirs = other.has[kind]
            found += [f"+{kind} {x}" for x in mine if x not in theirs]
            found += [f"-{kind} {x}" for x in theirs if x not in mine]
        for words, mine_at, theirs_at in (
            ("has its first halls started", self.started, other.started),
            ("goes live", self.live, other.live),
        ):
            found += [
                f"site {s} {words} {t}, not {theirs_at[s]}" for s, t in mine_at.items() if theirs_at.get(s, t) != t
            ]
        return found

    def differs(self, other: Structure) -> bool:
        """In a site or a technology; timing alone is reported but makes no other structure."""
        return self.has != other.has

    def retimed(self, other: Structure) -> bool:
        """The same sites and technology at other times."""
        return self.has == other.has and (self.started, self.live) != (other.started, other.live)


def _first(plan: Plan, table: str) -> dict[str, str]:
    """The first period of each site in a table; labels of periods sort as time does."""
    rows = plan[table][["site_id", "period"]].itertuples(index=False, name=None)
    ordered = sorted((str(s), str(t)) for s, t in rows)
    return dict(reversed(ordered))  # the earliest stays
