"""Which promises a draw keeps: what stands at each site when grid, works or accreditation are late.

Halls, engines and grid rights stand from the month in which the plan has them done, plus the delay of their site. Racks
work in halls that stand and have power: a site's MW are the least of its racks, its halls and what its power carries.
A promise on power or compute is read at the end of its year and of every later period.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planner.inputs.programme import Claim
from planner.risk.account import OPERATIONS, Account, Cash
from planner.risk.fitting import Floats
from planner.risk.sampling import Draws
from planner.verify.infrastructure import rack_pflops
from planner.verify.measures import filled_mw
from planner.verify.world import World

Held = NDArray[np.bool_]
#: months, and share of a level, that rounding may take
HAIR, ROOM = 1e-6, 1e-6
GRID, WORKS, ACCREDITATION = "grid", "works", "accreditation"
UNTOUCHED = "nothing that varies here touches it"


@dataclass(frozen=True)
class Verdict:
    """A dated promise: in which draws it is kept, None where that cannot be said; ``why`` says what is behind it."""

    claim: Claim
    held: Held | None
    why: str


class Site:
    """What stands at a site at the end of a period, in every draw: MW (N,)."""

    def __init__(self, world: World, draws: Draws, site: str) -> None:
        self.world, self.site, self.clock = world, site, world.facts.clock
        self.late = {kind: draws.late((kind,), site) for kind in (GRID, WORKS, ACCREDITATION)}
        self.none = np.zeros(draws.count)

    def by(self, month: float, kind: str, t: int) -> Floats:
        """1 where something of a month stands at the end of a period."""
        return np.asarray(month + self.late[kind] <= (t + 1) * self.clock.months + HAIR, dtype=float)

    def _stands(self, starts: Floats, lead: float, kind: str, t: int, term: float = 0.0) -> Floats:
        """What of some starts stands at the end of a period; a term ends when the plan has it end."""
        total = self.none
        for u in np.flatnonzero(starts).tolist():
            if term <= 0 or t <= self.clock.last_end(self.clock.ready(u, lead), term):
                total = total + starts[u] * self.by(self.clock.done(u, lead), kind, t)
        return total

    def _halls(self, t: int, new: bool, peak: bool) -> Floats:
        """MW IT of new halls, or of retrofit and leased ones; ``peak``: as facility MW on the design day."""
        facts, total = self.world.facts, self.none
        for (s, d), mw in self.world.started_mw.items():
            design = facts.designs[d]
            if s == self.site and (design.route == "greenfield") == new:
                times = facts.pue_peak(s, d) if peak else 1.0
                total = total + times * self._stands(mw, design.lead_months, WORKS, t, design.term_months)
        return total

    def _bought_power(self, t: int) -> Floats:
        """Facility MW of grid rights and engines."""
        facts, total = self.world.facts, self.none
        for (s, g), n in self.world.contract.items():
            if s == self.site:
                total = total + self._stands(n * facts.grid[s, g].mw, facts.grid[s, g].lead_months, GRID, t)
        for (s, k), n in self.world.units.items():
            if s == self.site:
                plant = facts.plants[k]
                total = total + self._stands(n * plant.unit_mw * plant.firm_share, plant.lead_months, WORKS, t)
        return total

    def secured(self, t: int) -> Floats:
        """Facility MW; retrofit and leased halls bring their own."""
        return self._bought_power(t) + self._halls(t, new=False, peak=True)

    def commissioned(self, t: int) -> Floats:
        """MW IT of halls that have power."""
        needed = (1 + self.world.facts.parameter("power_reserve_share")) * self._halls(t, new=True, peak=True)
        supplied = self._bought_power(t)
        powered = np.minimum(1.0, np.divide(supplied, needed, out=np.ones_like(needed), where=needed > 0))
        # the checker lets a plan be short of power by its tolerance
        powered = np.where(powered > 1 - ROOM, 1.0, powered)
        return self._halls(t, new=True, peak=False) * powered + self._halls(t, new=False, peak=False)

    def share(self, t: int) -> Floats:
        """The part of the plan's racks that have a hall with power."""
        racks = float(self.world.populated[self.site][t])
        if racks <= 0:
            return self.none
        share = np.minimum(1.0, self.commissioned(t) / racks)
        return np.where(share > 1 - ROOM, 1.0, share)

    def accredited(self, level: str, t: int) -> Floats:
        """1 where the accreditation that opens a level is done by the end of a period."""
        soft = self.world.facts.soft
        mine = [x for x in soft.accredited[self.site] if soft.accreditations[x].opens_level]
        months = [self._month(x) for x in mine if soft.accreditations[x].level_id == level]
        return self._done(months, t)

    def authorised(self, t: int) -> Floats:
        """1 where every accreditation that a chosen site must hold first is done."""
        soft = self.world.facts.soft
        first = [x for x in soft.accredited[self.site] if soft.accreditations[x].opens_level]
        return self._done([self._month(x) for x in first if not soft.accreditations[x].predecessor_id], t)

    def _month(self, accreditation: str) -> float:
        """Month in which the plan has it; nothing delays what exists."""
        existing = (self.site, accreditation) in self.world.facts.soft.existing
        return -math.inf if existing else self.world.soft.accreditation_month(self.site, accreditation)

    def _done(self, months: Sequence[float], t: int) -> Floats:
        return self.by(max(months, default=-math.inf), ACCREDITATION, t)


class Promises:
    """Every dated promise of a programme under the draws."""

    def __init__(self, world: World, draws: Draws, account: Account, cash: Cash) -> None:
        self.world, self.draws, self.account, self.cash = world, draws, account, cash
        self.clock = world.facts.clock
        self.sites = {s: Site(world, draws, s) for s, opened in world.opened.items() if opened[-1] > 0.5}

    def verdicts(self, met: Mapping[str, bool | None]) -> list[Verdict]:
        """Of claims with a date and a level that the plan measures; ``met`` is what its table says of each."""
        claims = (c for c in self.world.facts.claims.values() if c.by is not None and c.level is not None)
        return [self._verdict(claim, bool(met[claim.id])) for claim in claims if not pd.isna(met.get(claim.id))]

    def _verdict(self, claim: Claim, met: bool) -> Verdict:
        t = self.world.due_at(claim)
        if not met or t is None:
            return Verdict(claim, np.zeros(self.draws.count, dtype=bool), "the plan itself does not keep it")
        match claim.metric:
            case "power" | "compute":
                return Verdict(claim, self._level(claim, t), "grid, works and accreditation on time")
            case "sites":
                return Verdict(claim, self._counted(claim, t), "so many sites built, powered and accredited")
            case "governance":
                held = np.logical_and.reduce([s.authorised(t) > 0.5 for s in self.sites.values()])
                return Verdict(
                    claim, np.broadcast_to(held, self.draws.count), "every site accredited; the rest as planned"
                )
            case "budget":
                return Verdict(claim, self.cash.invested.sum(axis=1) <= (claim.level or 0.0) + 0.005, "investment")
            case "split":
                return Verdict(claim, self._split(claim), "rates of both sides")
            case "funding":
                return Verdict(claim, self._funded(), "operating cost of every period within the caps")
            case _:
                return Verdict(claim, None, UNTOUCHED)

    def _level(self, claim: Claim, due: int) -> Held:
        held = np.ones(self.draws.count, dtype=bool)
        for t in range(due, self.clock.count):
            amount = self._amount(claim, t)
            held &= amount >= (claim.level or 0.0) - ROOM * max(1.0, claim.level or 0.0)
        return held

    def _amount(self, claim: Claim, t: int) -> Floats:
        """What a claim on power or compute measures at the end of a period."""
        if claim.metric == "power":
            return np.asarray(sum(self._power(claim, s, t) for s in self.sites.values()) + np.zeros(self.draws.count))
        total = np.zeros(self.draws.count)
        for s, site in self.sites.items():
            share = site.share(t)
            if claim.tier == "installed":
                total = total + share * self._installed(str(claim.precision), s, t)
            else:
                for level, amount in self._serving(str(claim.precision)).get(s, {}).items():
                    total = total + share * site.accredited(level, t) * float(amount[t])
        return total

    def _power(self, claim: Claim, site: Site, t: int) -> Floats:
        if claim.tier == "secured":
            return site.secured(t)
        if claim.tier == "populated":
            return site.share(t) * float(self.world.populated[site.site][t])
        if claim.binding == "reported":
            return site.commissioned(t)
        due = self.world.due_at(claim)
        return np.minimum(
            site.commissioned(t), filled_mw(self.world, site.site, self.clock.last if due is None else due)
        )

    def _installed(self, precision: str, site: str, t: int) -> float:
        chips = self.world.facts.chips
        racks = ((c, n) for (s, c), n in self.world.installed.items() if s == site)
        return math.fsum(rack_pflops(chips[c], precision) * float(n[t]) for c, n in racks)

    def _serving(self, precision: str) -> dict[str, dict[str, Floats]]:
        """Site -> level -> PFLOP/s that serve, by period."""
        if precision not in self._served:
            facts, found = self.world.facts, dict[str, dict[str, Floats]]()
            for s, workload, level, amount in self._served_rows():
                if facts.workloads[workload].precision == precision:
                    mine = found.setdefault(s, {})
                    each = amount / (facts.delivered_share(workload) * self.clock.years)
                    mine[level] = mine.get(level, self.clock.zeros()) + each
            self._served[precision] = found
        return self._served[precision]

    @cached_property
    def _served(self) -> dict[str, dict[str, dict[str, Floats]]]:
        return {}

    def _served_rows(self) -> Iterator[tuple[str, str, str, Floats]]:
        for (s, _, workload, level), amount in self.world.served.items():
            yield s, workload, level, amount
        for (s, workload, level), amount in self.world.soft.bonus.items():
            yield s, workload, level, -amount

    def _counted(self, claim: Claim, t: int) -> Held:
        """Sites that have their least MW, as far as the plan gives it, and are authorised."""
        least, count = self.world.facts.parameter("minimum_site_mw"), np.zeros(self.draws.count)
        for s, site in self.sites.items():
            asked = min(least, float(self.world.commissioned_at[s][t])) * (1 - ROOM)
            count += (site.commissioned(t) >= asked) & (site.authorised(t) > 0.5)
        return count >= (claim.level or 0.0) - ROOM

    def _split(self, claim: Claim) -> Held:
        """Infrastructure against all invested; each category with contingency in the plan's proportion."""
        hard = whole = np.zeros(self.draws.count)
        for category in self.account.categories:
            base, held = self.account.base_of(category), self.account.contingency_of(category)
            spent = self.cash.spent(category) * (1 + held / base if base else 1.0)
            whole = whole + spent
            if self.world.facts.case.categories[category].side == "infrastructure":
                hard = hard + spent
        invested = np.maximum(whole + self.account.set_aside, 0.01)
        band = self.world.facts.programme.infrastructure_share_tolerance
        return np.asarray(np.abs(hard / invested - (claim.level or 0.0)) <= band + ROOM)

    def _funded(self) -> Held:
        soft, spent = self.world.facts.soft, self.cash.by_category.get(OPERATIONS)
        if spent is None or not soft.sources:
            return np.ones(self.draws.count, dtype=bool)
        caps = 1e6 * self.world.total(soft.caps_musd(f) for f in soft.sources)
        return np.asarray((spent[:, : self.clock.count] <= caps * (1 + ROOM)).all(axis=1))
