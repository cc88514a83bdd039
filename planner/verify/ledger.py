"""Every cost line of the algebra, recomputed from the decisions."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

import numpy as np

from planner.inputs.case import PROGRAMME
from planner.verify.codes import INITIATIVES, MANAGEMENT, SPENT, SPLIT, UNALLOCATED, UPLIFTS, Group, GroupKey
from planner.verify.contracts import owed_by_investor, unused_generation_mwh
from planner.verify.levels import Levels
from planner.verify.tally import Vector
from planner.verify.time import before


class Ledger:
    """All cost lines of the algebra for a plan."""

    def __init__(self, world: Levels) -> None:
        self.world, self.facts = world, world.facts
        self.groups: dict[GroupKey, Group] = defaultdict(Group)
        self.unpriced: set[tuple[str, str]] = set()
        self._construction()
        self._power()
        self._chips()
        self._operations()
        self._security()
        self._initiatives()
        self._training()
        self._staff()
        self._uplifts()
        for t, musd in enumerate(world.soft.unallocated.tolist()):
            if musd != 0:
                self._enter((UNALLOCATED, PROGRAMME, t, SPLIT), 1e6 * musd, 1.0, 1.0)
        self._past()

    def _post(self, code: str, site: str, ref: str, quantity: Vector, factor: float = 1.0) -> None:
        price = self.facts.price(ref)
        for t in np.flatnonzero(quantity).tolist():
            if price is None:
                self.unpriced.add((f"{code},{site},{self.facts.clock.label(t)}", ref))
                continue
            self._enter((code, site, t, ref), float(quantity[t]), factor, price[0] * self.facts.escalation(price, t))

    def _enter(self, key: GroupKey, quantity: float, factor: float, rate: float, uplift: bool = False) -> None:
        group = self.groups[key]
        group.amount += quantity * factor
        group.usd += quantity * factor * rate
        group.size += abs(quantity * factor)
        group.factors.add(factor)
        group.uplift = uplift

    def _construction(self) -> None:
        world, facts = self.world, self.facts
        window = facts.opening_window()
        even = np.array([float(t in window) / len(window) for t in range(facts.clock.count)])
        for s, opened in world.opened.items():
            ref, factor = f"sites.{s}.opening_cost_usd", facts.sites[s].construction_multiplier
            self._post("1.1.1", s, ref, opened * even, factor)
        lines = (("1.1.3", "civil"), ("1.1.4", "shell"), ("1.2.3", "electrical"), ("1.2.4", "mechanical"))
        for (s, d), mw in world.started_mw.items():
            design, multiplier = facts.designs[d], facts.sites[s].construction_multiplier
            paid = facts.clock.paid(mw, design.lead_months, facts.profiles[design.profile_id])
            for code, part in lines:
                self._post(code, s, f"designs.{d}.{part}_usd_per_mw", paid, multiplier)
            self._post("1.1.2", s, f"sites.{s}.land_price_usd_per_acre", design.acres_per_mw * mw)
        for (s, d), mw in world.commissioned.items():
            if facts.designs[d].route == "lease":
                self._post("1.1.5", s, f"designs.{d}.lease_usd_per_mw_year", mw * facts.clock.years)
        dearest = facts.dearest_shell()
        for (s, level), mw in world.hardened.items():
            factor = facts.levels[level].hardening_share * facts.sites[s].construction_multiplier
            self._post("1.1.6", s, f"designs.{dearest.design_id}.shell_usd_per_mw", mw, factor)
        for part in ("shell", "civil"):
            ref = f"designs.{dearest.design_id}.{part}_usd_per_mw"
            self._post("1.1.7", PROGRAMME, ref, -world.discounted, facts.parameter("volume_discount_share"))

    def _power(self) -> None:
        world, facts = self.world, self.facts
        for (s, g), n in world.contract.items():
            tranche = facts.grid[s, g]
            paid = facts.clock.paid(tranche.mw * n, tranche.lead_months, facts.profiles["connection"])
            ref = f"grid_tranches.{s}/{g}.connection_usd_per_mw"
            self._post("1.2.1", s, ref, paid, facts.sites[s].construction_multiplier)
            self._collateral(s, tranche.mw * n, tranche.lead_months)
        for (s, k), n in world.units.items():
            plant = facts.plants[k]
            paid = facts.clock.paid(1000.0 * plant.unit_mw * n, plant.lead_months, facts.profiles[plant.profile_id])
            self._post("1.2.2", s, f"plants.{k}.capex_usd_per_kw", paid, facts.sites[s].construction_multiplier)

    def _collateral(self, s: str, signed_mw: Vector, lead_months: float) -> None:
        """What an investor pays for what it holds as collateral, from the opening of a contract's period to its end."""
        clock, contract = self.facts.clock, self.facts.case.grid_contracts.get(s)
        if contract is None or contract.obligor != "investor" or not contract.collateral_fee_share > 0:
            return
        held = clock.zeros()
        for u in np.flatnonzero(signed_mw).tolist():
            end = (clock.ready(u, lead_months) + 1) * clock.months + contract.ramp_months + contract.term_months
            until = np.clip(end - clock.months * np.arange(clock.count), 0.0, clock.months)
            until[:u] = 0.0
            held += signed_mw[u] * until / 12.0
        self._post("1.2.6", s, f"grid_contracts.{s}.collateral_usd_per_mw", held, contract.collateral_fee_share)

    def _chips(self) -> None:
        world, facts, clock = self.world, self.facts, self.facts.clock
        leaving: dict[tuple[str, str], Vector] = defaultdict(clock.zeros)
        for (s, c), racks in world.bought.items():
            chip = facts.chips[c]
            for v in np.flatnonzero(racks).tolist():
                order = clock.zeros()
                order[v] = racks[v]
                ref = f"chip_supply.{c}/{clock.year(v)}.rack_price_usd"
                self._post("1.3.1", s, ref, order)
                offer = facts.supply.get((c, clock.year(v)))
                dated = offer is not None and not np.isnan(offer.fabric_usd_per_rack)
                listed = f"chip_supply.{c}/{clock.year(v)}" if dated else f"chips.{c}"
                self._post("1.3.2", s, f"{listed}.fabric_usd_per_rack", order)
                self._post("1.3.3", s, ref, order, chip.storage_share)
                self._post("1.3.4", s, ref, order, facts.sites[s].equipment_tax_share)
                gone = clock.last_end(clock.ready(v, chip.lead_months), chip.life_months) + 1
                if gone <= clock.last:
                    leaving[s, c][gone] += racks[v]
        for (s, c, v), racks in world.retired.items():
            gone = clock.last_end(clock.ready(v, facts.chips[c].lead_months), facts.chips[c].life_months) + 1
            leaving[s, c] += racks
            if gone <= clock.last:
                leaving[s, c][gone] -= float(racks.sum())
        for (s, _), racks in leaving.items():
            self._post("1.3.5", s, "parameters.disposal_usd_per_rack.value", racks)

    def _operations(self) -> None:
        world, facts, clock = self.world, self.facts, self.facts.clock
        for s, site in facts.sites.items():
            self._post("3.1.1", s, f"sites.{s}.tariff_usd_per_mwh", world.imported[s,])
            self._delivery(s)
            self._post("3.1.6", s, "parameters.carbon_price_usd_per_t.value", world.emissions[s])
            self._post("3.2.2", s, "parameters.cost_of_water_usd_per_m3.value", world.water[s])
            staff = facts.parameter("site_staff_per_mw") * before(world.commissioned_at[s]) * clock.years
            self._post("3.2.3", s, "parameters.site_staff_usd_per_year.value", staff)
            for (at, k), mwh in world.generated.items():
                for t in np.flatnonzero(mwh).tolist() if at == s else ():
                    burnt = clock.zeros()
                    burnt[t] = mwh[t] * facts.plants[k].heat_rate_mmbtu_per_mwh
                    self._post("3.1.4", s, f"gas_prices.{site.gas_region}/{clock.year(t)}.price_usd_per_mmbtu", burnt)
        for (s, p), mwh in world.ppa_mwh.items():
            self._post("3.1.3", s, f"ppas.{p}/{s}.price_usd_per_mwh", mwh)
        for (s, k), mwh in world.generated.items():
            self._post("3.1.5", s, f"plants.{k}.variable_om_usd_per_mwh", mwh)
        for (s, k), n in world.units_ready.items():
            kw_years = 1000.0 * facts.plants[k].unit_mw * before(n) * clock.years
            self._post("3.1.5", s, f"plants.{k}.fixed_om_usd_per_kw_year", kw_years)
        for (s, d), mw in world.commissioned.items():
            self._post("3.2.1", s, f"designs.{d}.facility_om_usd_per_mw_year", before(mw) * clock.years)
        for (s, c), racks in world.installed.items():
            served = before(racks) * clock.years
            for t in np.flatnonzero(served).tolist() if facts.listed_year(c, clock.first_year) else ():
                one = clock.zeros()
                one[t] = served[t]
                ref = f"chip_supply.{c}/{facts.listed_year(c, clock.year(t))}.rack_price_usd"
                self._post("3.2.4", s, ref, one, facts.chips[c].maintenance_share)
        for (s, a, _, _), amount in world.served.items():
            self._post("3.3.1", s, f"movement.{a}/{s}.movement_usd_per_pflops_year", amount)

    def _delivery(self, s: str) -> None:
        """Delivery beside the tariff, and generation not used: the investor pays what serves no load."""
        world, clean = self.world, self.world.ppa_at(s)
        ref, unused = f"sites.{s}.delivery_usd_per_mwh", "3.1.2"
        if owed_by_investor(world, s):
            unused = "1.2.5"
            self._post("3.1.2", s, ref, clean)
            self._post(unused, s, ref, world.billed[s,] - world.imported[s,] - clean)
        else:
            self._post(unused, s, ref, world.billed[s,] - world.imported[s,])
        generation = unused_generation_mwh(world, s)
        self._post(unused, s, f"grid_contracts.{s}.generation_usd_per_mwh", generation)

    def _security(self) -> None:
        world, soft = self.world, self.facts.soft
        for (s, x), n in list(world.soft.accredits.items()):
            self._post("2.2.1", s, f"accreditations.{x}.cost_usd", n)
        for s, accreditations in soft.accredited.items():
            for x in accreditations:
                years = world.soft.held(s, x) * self.facts.clock.years
                self._post("2.2.2", s, f"accreditations.{x}.monitoring_usd_per_year", years)

    def _initiatives(self) -> None:
        world, soft = self.world, self.facts.soft
        for key, n in list(world.soft.started.items()):
            y = soft.initiatives[key[0]]
            once, yearly = INITIATIVES[y.category]
            place = key[1] if y.per == "site-level" else PROGRAMME
            self._post(once, place, f"initiatives.{y.initiative_id}.cost_usd", n)
            years = before(world.soft.done[key]) * self.facts.clock.years
            self._post(yearly, place, f"initiatives.{y.initiative_id}.recurring_usd_per_year", years)

    def _training(self) -> None:
        for (r, place), heads in list(self.world.soft.courses.items()):
            track = self.facts.soft.tracks[r]
            where = place if track.learners == "operation" else PROGRAMME
            self._post("2.3.1", where, f"training_tracks.{r}.cost_usd_per_head", heads)

    def _staff(self) -> None:
        world, facts = self.world, self.facts
        for s in facts.sites:
            mw = before(world.peak_mw(s, greenfield=True) + world.peak_mw(s, greenfield=False))
            for h, role in facts.soft.roles.items():
                heads = role.heads_per_mw * mw + role.heads_per_site * world.soft.live(s)
                self._post(role.wbs_code, s, f"staffing.{h}.loaded_usd_per_head_year", heads * facts.clock.years)

    def _uplifts(self) -> None:
        categories = self.facts.case.tables["categories"]
        shares = dict(zip(categories["category"], categories["contingency_share"].astype(float), strict=True))
        management_share = self.facts.parameter("programme_management_share")
        for category, codes, management, contingency in UPLIFTS:
            base: dict[tuple[str, int], float] = defaultdict(float)
            for (code, s, t, _), group in self.groups.items():
                if code in codes:
                    base[s, t] += group.usd
            for (s, t), usd in base.items():
                lifted = usd
                if management:
                    self._enter((management, s, t, MANAGEMENT), usd, management_share, 1.0, uplift=True)
                    lifted += usd * management_share
                ref = f"categories.{category}.contingency_share"
                self._enter((contingency, s, t, ref), lifted, shares[category], 1.0, uplift=True)

    @cached_property
    def spent(self) -> dict[tuple[str, int], float]:
        """(category, period) -> dollars that the actuals say were spent."""
        return {(row.key[0], row.t): row.amount for row in self.facts.case.actuals if row.kind == "spent"}

    def posted_cents(self, category: str, t: int, without: str = "") -> int:
        """What the detail shows of a category's investment in a period, without what is set aside."""
        detail = self.world.tables["detail"]
        mine = (detail["category"] == category) & (detail["period"] == self.facts.clock.label(t))
        mine &= (detail["ledger"] == "investment") & (detail["wbs_code"] != UNALLOCATED)
        return int(detail.loc[mine & (detail["rate_ref"] != without), "cents"].sum())

    def _past(self) -> None:
        """What was spent, less the lines that the decisions explain, each of which is checked by itself."""
        contingency = {category: code for category, _, _, code in UPLIFTS}
        for (category, t), usd in self.spent.items():
            ref = SPENT + category
            cents = round(100 * usd) - self.posted_cents(category, t, without=ref)
            if cents:
                self._enter((contingency[category], PROGRAMME, t, ref), cents / 100.0, 1.0, 1.0)

    # totals by period, unrounded

    def usd(self, *codes: str) -> Vector:
        """Dollars of all lines under these codes, without what is set aside."""
        out = self.facts.clock.zeros()
        for (code, _, t, _), group in self.groups.items():
            if code.startswith(codes) and code != UNALLOCATED:
                out[t] += group.usd
        return out

    def infrastructure_usd(self) -> Vector:
        return self.usd("1.")

    def soft_usd(self) -> Vector:
        return self.usd("2.")

    def operations_usd(self) -> Vector:
        return self.usd("3.")

    def resources_usd(self) -> Vector:
        """Both ledgers."""
        return self.usd("")

    def investment_usd(self) -> Vector:
        """Infrastructure, software, security and training, and what is set aside."""
        return self.usd("1.", "2.") + 1e6 * self.world.soft.unallocated
