"""Accounts: where components meet. A component posts terms under a key; a closer adds them up once.

A *term* is ``(coefficient, variable)``; an amount is a list of terms. Cost lines carry quantity, rate,
factor and period apart, so that the same line can be read in the model, in Detail and by a reviewer.
Amounts and cost lines are named tuples: a model has tens of thousands, made in a quarter of a frozen dataclass's time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from planner.formulation.terms import Key, Terms
from planner.inputs.case import Case, Rate

#: account -> (key, unit, meaning)
ACCOUNTS: dict[str, tuple[str, str, str]] = {
    "opened": ("site", "0/1", "the site is chosen"),
    "secured_mw": ("site, period", "MW facility", "grid rights, own service, firm plant, at the end of the period"),
    "grid_rights_mw": ("site, period", "MW facility", "what the grid may deliver, at the end of the period"),
    "racks_peak_mw": ("site, period", "MW facility", "racks in place at the peak PUE of their halls"),
    "power_need_mw": ("site, period", "MW facility", "what halls must have secured"),
    "commissioned_mw": ("site, cooling, period", "MW IT", "halls with power and cooling"),
    "populated_mw": ("site, period", "MW IT", "racks housed at the site"),
    "housed_mw": ("site, rack class, period", "MW IT", "racks of a class housed at the site"),
    "installed_mw": ("place, rack class, period", "MW IT", "racks in place"),
    "installed_racks": ("place, chip, period", "racks", "racks in place"),
    "energy_gwh": ("site, period", "GWh", "facility energy: what comes less what is used"),
    "it_energy_mwh": ("site, period", "MWh", "IT energy"),
    "emissions_t": ("site, period", "t CO2", "emissions"),
    "clusters": ("place, workload, period", "PFLOP/s", "peak in place that can run the workload"),
    "lasting": ("place, chip, year after", "racks", "racks with life left after the horizon"),
    "in_use_mw": ("site, level, period", "MW IT", "halls at work at a level"),
    "late_halls_mw": ("site, level, period", "MW IT", "halls that had the months a hardened level takes"),
    "installed_pflops": ("period, precision", "PFLOP/s", "peak of racks in place"),
    "serving_pflops": ("period, precision", "PFLOP/s", "peak that serves work of the precision"),
    "facility_mw": ("site, period", "MW facility", "halls at their peak PUE, at the end of the period"),
    "halls_mw": ("site, period", "MW IT", "all halls of the site"),
    "leases_ended_mw": ("site, period", "MW IT", "leased halls that go out of term in the period"),
    "serves": ("site, level, period", "0/1", "the site may serve the level in the period"),
    "guarded": ("level, period", "0/1", "the programme's guards of the level are in place in the period"),
    "done": ("initiative, unit, period", "units", "an initiative is done at the end of the period"),
    "guard_begun": (
        "initiative, period",
        "0/1",
        "a dated initiative of the programme is begun by the end of the period",
    ),
    "begun": ("initiative", "0/1", "an initiative of the programme is done at its one date"),
    "trained": ("track, agency, period", "heads", "trained heads at the end of the period"),
    "depth": ("agency, workload, level, period, tranche", "PFLOP/s delivered-years", "service by depth of demand"),
    "admitted": ("agency, period", "fraction", "part of an agency's demand that may be served"),
    "accredited": ("site, accreditation, period", "0/1", "an accreditation is held at the end of the period"),
    "live": ("site, period", "0/1", "the site is staffed in the period"),
    "priced": ("agency, period", "M then-year USD", "service at its price, whatever its depth"),
    "value": ("period", "M USD base year, present", "mission value; after the horizon under the number of periods"),
    "cost_after": ("period", "M USD base year, present", "running cost of service after the horizon"),
    "owed_after": ("site, period", "M USD base year, present", "owed after the horizon, by the period energised"),
    "terminal_value": ("site, asset, period", "M USD base year, present", "worth at the end, by the period it stood"),
    "bill_above_musd": ("period", "M USD then-year", "bill of unused power above its take less what is used"),
    "tie_break": ("site", "MW", "physical size, for the tie-break"),
}


class Post(NamedTuple):
    """An amount under a key of an account; the label says what it is."""

    account: str
    key: Key
    terms: Terms
    label: str = ""


class Of(NamedTuple):
    """So many times what is posted under a key of an account, perhaps by another component."""

    factor: float
    account: str
    key: Key


@dataclass(frozen=True)
class Meeting:
    """A rule in which own terms meet accounts: ``terms + of <= most``; ``rule`` is its address."""

    rule: str
    index: Key
    terms: Terms
    of: tuple[Of, ...]
    says: str
    most: float = 0.0


@dataclass(frozen=True)
class Limit:
    """What a site can bear: ``terms <= most`` where the site is open, nothing where it is not.

    ``rule`` is the address of the constraint, ``index`` its place in it. A limit that scales with the opening
    keeps the linear relaxation from using a tenth of every site.
    """

    rule: str
    site: str
    terms: Terms
    most: float
    says: str
    index: Key


class Cost(NamedTuple):
    """One cost line: quantity x rate x factor x escalation, in the dollars of its period.

    What accounts hold under ``of`` is part of the quantity.
    """

    wbs: str
    site: str
    item: str
    period: int
    quantity: Terms
    unit: str
    rate: Rate
    factor: float = 1.0
    of: tuple[Of, ...] = ()

    def musd_per_unit(self, case: Case) -> float:
        return case.musd(self.rate, self.period) * self.factor


Posting = Post | Cost | Limit | Meeting


class Accounts:
    """All posts of all components."""

    def __init__(self) -> None:
        self._posts: dict[str, dict[Key, list[Post]]] = {name: defaultdict(list) for name in ACCOUNTS}
        self.costs: list[Cost] = []
        self.limits: dict[str, list[Limit]] = defaultdict(list)
        self.meetings: dict[str, list[Meeting]] = defaultdict(list)

    def add(self, posts: Iterable[Posting]) -> None:
        for post in posts:
            if isinstance(post, Post):
                account, key, _, _ = post
                self._posts[account][key].append(post)
            elif isinstance(post, Cost):
                self.costs.append(post)
            elif isinstance(post, Limit):
                self.limits[post.rule].append(post)
            else:
                self.meetings[post.rule].append(post)

    def keys(self, account: str) -> list[Key]:
        return list(self._posts[account])

    def posts(self, account: str, key: Key) -> list[Post]:
        return self._posts[account].get(key, [])

    def terms(self, account: str, *key: Hashable) -> Terms:
        """All terms under a key; an unused key holds none."""
        return [term for post in self.posts(account, key) for term in post.terms]

    def of(self, parts: Iterable[Of]) -> Terms:
        return [(n * part.factor, v) for part in parts for n, v in self.terms(part.account, *part.key)]

    def settle_costs(self) -> None:
        """Once all components have posted: quantities in full, and no line of nothing."""
        full = [c._replace(quantity=[*c.quantity, *self.of(c.of)], of=()) if c.of else c for c in self.costs]
        self.costs = [c for c in full if c.quantity]
