"""Software, security and training of the made-up plan, their gates, and the split they leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from planner.inputs.case import PROGRAMME, Case, Rate

Rows = dict[str, list[tuple[Any, ...]]]
#: what is done once for the programme: initiative -> start
STARTS = {
    "PLATFORM": 0,
    "OPEN-INTERFACES": 0,
    "TRAIN-CURRICULUM": 0,
    "SOC": 5,
    "GOV-BOARD": 1,
    "UTIL-SCHED": 2,
    "CNSA2": 2,
    "SVC-BRAKET": 3,
}
PORTS = ("SVC-SAGEMAKER", "SVC-BEDROCK", "SVC-PCLUSTER")
CODES = {"software": ("2.1.1", "2.1.2"), "security": ("2.2.3", "2.2.4"), "training": ("2.3.2", "2.3.3")}
HEADS = {"AWARENESS": 10000.0, "PRACTITIONER": 2000.5, "ENGINEER": 200.25, "OPERATOR": 50.0}


def add(case: Case, rows: Rows, line: Callable[..., None], sites: list[str]) -> None:
    """Decisions of software, security and training and their cost lines."""
    _accreditations(case, rows, line, sites)
    _initiatives(case, rows, line, sites)
    _training(case, rows, line, sites)
    p = case.periods
    for n, s in enumerate(sites):
        rows["hardened"].append((s, "secret", p.label(2 + n % 2), 5.0))
        rows["goes_live"].append((s, p.label(4), 1))
        for t in range(4, p.count):
            for role in case.staffing.values():
                rate = case.rate("staffing", role.role_id, "loaded_usd_per_head_year")
                line(
                    role.wbs_code, s, role.role_id, t, role.heads_per_site + 10 * role.heads_per_mw, "head-years", rate
                )
    rows["bonus"].append((sites[0], "training", "gov", p.label(p.last), 12.5))
    for a in case.agencies:
        for t in range(1, p.count):
            gates = {"AGENCY-ONBOARD": min(1.0, 0.2 * (t - 2)), "PRACTITIONER": min(1.0, 0.15 * t)}
            gates = {gate: max(0.0, share) for gate, share in gates.items()}
            for gate, share in {**gates, "all": min(gates.values())}.items():
                rows["admitted"].append((a, gate, p.label(t), share))


def _accreditations(case: Case, rows: Rows, line: Callable[..., None], sites: list[str]) -> None:
    p = case.periods
    for s in sites:
        at = 1 if s not in {site for site, _ in case.existing_accreditations} else 0
        for x, entry in case.accreditations.items():
            had = (s, x) in case.existing_accreditations
            if (s, entry.level_id) not in case.site_levels or at + 2 > p.last:
                continue
            ready = at if had else p.ready(at, entry.duration_months)
            if not had:
                rows["accredits"].append((s, x, p.label(at), 1))
                line("2.2.1", s, f"{x} accreditation", at, 1.0, "sites", case.rate("accreditations", x, "cost_usd"))
            for t in range(ready + 1, p.count):
                rate = case.rate("accreditations", x, "monitoring_usd_per_year")
                line("2.2.2", s, f"{x} monitoring", t, p.years, "site-years", rate)
            at = max(at, ready) if had else ready + 1


def _initiatives(case: Case, rows: Rows, line: Callable[..., None], sites: list[str]) -> None:
    p = case.periods

    def start(table: str, y: str, keys: tuple[str, ...], t: int, units: float, place: str = PROGRAMME) -> None:
        entry = case.initiatives[y]
        once, yearly = CODES[entry.category]
        order = (keys[0], y, *keys[1:]) if table == "ports" else (y, *keys)
        rows[table].append((*order, p.label(t), units))
        name = " ".join((y, *keys))
        line(once, place, name, t, units, "units", case.rate("initiatives", y, "cost_usd"))
        ready = p.ready(t, entry.duration_months)
        for u in range(ready + 1, p.count):
            rate = case.rate("initiatives", y, "recurring_usd_per_year")
            line(yearly, place, f"{name} yearly", u, units * p.years, "unit-years", rate)

    for y, t in STARTS.items():
        start("starts", y, (), t, 1.0)
    for s in sites:
        levels = [level for level in case.levels if (s, level) in case.site_levels]
        for n, level in enumerate(levels):
            for y in (*PORTS, *(("CROSS-DOMAIN",) if n else ())):
                if sum(r[1] == y for r in rows["ports"]) < case.initiatives[y].need_ceiling_units:
                    start("ports", y, (s, level), 2 + n, 1.0, s)
    for n, level in enumerate(case.levels):
        for y in PORTS[: 3 - n]:
            start("packages", "AUTH-PACKAGE", (y, level), 1 + n, 1.0)
    for n, (a, group) in enumerate(case.agencies.items()):
        for y in ("AGENCY-ONBOARD", "ZERO-TRUST", "GOV-AGENCY"):
            start("onboards", y, (a,), 2 + n % 3, min(group.large_agencies, 0.75))
        start("connects", "SYSTEM-LINK", (a,), 3 + n % 2, 12.5 * (n + 1))
    start("connects", "AGENCY-SMALL", (list(case.agencies)[-1],), 3, 20.0)
    start("connects", "LEGACY-CORE", (next(iter(case.agencies)),), 4, 4.0)


def _training(case: Case, rows: Rows, line: Callable[..., None], sites: list[str]) -> None:
    p = case.periods
    for r, heads in HEADS.items():
        track = case.tracks[r]
        places = sites if track.learners == "operation" else [a for a, k in case.training_needs if k == r]
        for k in places:
            held = [0.0] * p.count
            for t in range(1, p.last - 1, 1 if track.learners != "operation" else 3):
                rows["courses"].append((r, k, p.label(t), heads))
                at = k if track.learners == "operation" else PROGRAMME
                rate = case.rate("training_tracks", r, "cost_usd_per_head")
                line("2.3.1", at, f"{r} courses", t, heads, "heads", rate)
                ready = p.ready(t, track.duration_months)
                for u in range(ready, p.count):
                    held[u] += heads * (1 - track.attrition_per_year) ** (p.years * (u - ready))
            if track.learners == "operation":
                continue
            rows["trained"] += [(r, k, p.label(t), x) for t, x in enumerate(held) if x]


def contingency(case: Case, detail: list[tuple[Any, ...]], line: Callable[..., None]) -> None:
    """On every soft category, place and period."""
    base: dict[tuple[str, str, str], float] = {}
    codes = {"software": "2.1.9", "security": "2.2.9", "training": "2.3.9"}
    for r in detail:
        if r[1] in codes and r[0] not in (*codes.values(), "2.9"):
            base[r[1], r[3], r[5]] = base.get((r[1], r[3], r[5]), 0.0) + r[6] * r[8] * r[10] * r[11]
    for (category, place, label), usd in base.items():
        t, share = case.periods.labels().index(label), case.categories[category].contingency_share
        rate = Rate(1.0, "none", None, f"categories.{category}.contingency_share")
        line(codes[category], place, "contingency", t, usd, "USD", rate, share)


def split(case: Case, rows: Rows, detail: list[tuple[Any, ...]], line: Callable[..., None]) -> None:
    """The even line that the split and the band ask for."""
    p, programme = case.periods, case.programme
    most = programme.infrastructure_share + programme.infrastructure_share_tolerance
    low = case.parameter("soft_band_low")
    years = {p.label(t): p.year(t) for t in p}

    def spent(side: str, year: int) -> float:
        return sum(r[-1] for r in detail if case.wbs[r[0]].side == side and years[r[5]] == year) / 100

    infra = {y: spent("infrastructure", y) for y in set(years.values())}
    soft = {y: spent("soft", y) for y in infra}
    needs = [(sum(infra.values()) / most - sum(infra.values()) - sum(soft.values())) / p.count, 0.0]
    for y in infra:
        if y >= case.parameter("soft_band_from_year"):
            needs.append((low / (1 - low) * infra[y] - soft[y]) / len(p.of_year(y)))
    musd = max(needs) / 1e6
    for t in p:
        rows["unallocated"].append((p.label(t), musd))
        rate = Rate(1.0, "none", None, "programme.infrastructure_share")
        line("2.9", PROGRAMME, "unallocated by the split", t, musd * 1e6, "USD", rate)


def funding(case: Case, rows: Rows, detail: list[tuple[Any, ...]]) -> None:
    """Operating cost shared out in proportion to the caps."""
    p = case.periods
    for t in p:
        cost = sum(r[-1] for r in detail if r[2] == "operations" and r[5] == p.label(t)) / 1e8
        caps = {f: case.funding_cap_musd(f, t) for f in case.funding_sources}
        rows["funded"] += [(f, p.label(t), cost * cap / sum(caps.values())) for f, cap in caps.items() if cost]
