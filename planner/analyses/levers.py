"""What can be renegotiated of a term, in its own unit, as edits that a command line can repeat.

A ladder is the same thing loosened step by step; the steps of ``monotone`` ones hold from some step on. Amounts without
steps (a level, the budget) are asked of the model directly. Physical limits have no lever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from planner.analyses.terms import Term
from planner.inputs.case import Case

#: weaker readings of a promise, nearest first
WEAKER = {"populated": ("commissioned", "secured"), "commissioned": ("secured",), "serving": ("installed",)}
UNIT_OF_TIER = {"secured": "MW facility", "commissioned": "MW IT", "populated": "MW IT"}
#: steps of ladders
POINTS, PARTS, GROWTH, MONTHS = 0.5, 20, 1.05, 3


@dataclass(frozen=True)
class Step:
    """One loosening: what it is set to, its edits, and what part of what was agreed it gives away."""

    to: float | str
    edits: tuple[str, ...]
    part: float


@dataclass(frozen=True)
class Lever:
    """``steps`` from the nearest to the farthest; ``amount`` makes a step of any amount where there are none."""

    term: Term
    what: str
    unit: str
    before: float | str
    steps: tuple[Step, ...] = ()
    monotone: bool = True
    amount: Callable[[float], Step] | None = None


def levers(case: Case, term: Term) -> list[Lever]:
    """Every way to give way in a term."""
    made = {
        "power": _promise,
        "compute": _promise,
        "governance": _conditions,
        "services": _conditions,
        "budget": _budget,
        "authority": _authority,
        "split": _split,
        "band": _band,
        "payers": _payers,
        "sites": _sites,
        "regions": _regions,
        "site size": _site_size,
        "site service": _site_service,
        "largest site": _largest,
        "demand": _demand,
    }[term.kind]
    return [lever for lever in made(case, term) if lever.steps or lever.amount]


def number(value: float) -> str:
    """As an edit writes it."""
    return f"{value:.10g}"


def _later(case: Case, term: Term) -> Lever:
    c = term.claim
    assert c is not None
    assert c.by is not None
    last = max(case.periods.year(t) for t in case.periods)
    years = range(c.by + 1, last + 1)
    steps = tuple(Step(y, (f"claims.{c.id}.by={y}",), (y - c.by) / max(1, len(case.periods.labels()))) for y in years)
    return Lever(term, "date", "year", c.by, steps)


def _promise(case: Case, term: Term) -> list[Lever]:
    c = term.claim
    assert c is not None
    assert c.level
    level = c.level

    def lower(to: float) -> Step:
        return Step(to, (f"claims.{c.id}.level={number(to)}",), (level - to) / level)

    tiers = []
    for n, tier in enumerate(WEAKER.get(c.tier or "", ())):
        unit = (f"claims.{c.id}.unit={UNIT_OF_TIER[tier]}",) if tier in UNIT_OF_TIER else ()
        tiers.append(Step(tier, (f"claims.{c.id}.tier={tier}", *unit), 1.0 + n))
    return [
        Lever(term, "level", c.unit, level, amount=lower),
        _later(case, term),
        Lever(term, "tier", "tier", c.tier or "", tuple(tiers)),
        Lever(term, "binding", "binding", "firm", (Step("goal", (f"claims.{c.id}.binding=goal",), 3.0),)),
    ]


def _conditions(case: Case, term: Term) -> list[Lever]:
    c = term.claim
    assert c is not None
    dropped = Step("reported", (f"claims.{c.id}.binding=reported",), 2.0)
    return [_later(case, term), Lever(term, "binding", "binding", "firm", (dropped,))]


def _budget(case: Case, term: Term) -> list[Lever]:
    usd = case.programme.budget_usd
    claims = [c.id for c in case.programme.claims if c.metric == "budget" and c.level]

    def raised(to: float) -> Step:
        edits = (f"programme.budget_usd={number(to)}", *(f"claims.{i}.level={number(to)}" for i in claims))
        return Step(to, edits, (to - usd) / usd)

    reserve = case.parameter("management_reserve_share")
    name = "parameters.management_reserve_share"
    freed = [reserve - n * POINTS / 100 for n in range(1, int(reserve / POINTS * 100) + 1)]
    steps = tuple(Step(100 * r, (f"{name}={number(r)}",), reserve - r) for r in (*freed, *((0.0,) if reserve else ())))
    return [
        Lever(term, "budget", "USD", usd, amount=raised),
        Lever(term, "management reserve", "points of the budget", 100 * reserve, steps),
    ]


def _authority(case: Case, term: Term) -> list[Lever]:
    """The same authority so many months earlier; what would fall before the first year falls into it."""
    table = case.tables["authority"]
    shares = dict(zip(table["year"].astype(int), table["share_of_budget"].astype(float), strict=True))
    first, last = min(shares), max(shares)

    def moved(months: int) -> Step:
        new = dict.fromkeys(shares, 0.0)
        for year, share in shares.items():
            whole, part = divmod(months, 12)
            for back, weight in ((whole, 1 - part / 12), (whole + 1, part / 12)):
                at = max(first, year - back)
                new[at if at in new else first] += weight * share
        edits = tuple(f"authority.{y}.share_of_budget={number(x)}" for y, x in new.items())
        return Step(months, edits, months / 12 / max(1, last - first))

    most = 12 * (last - first)
    return [Lever(term, "authority", "months earlier", 0, tuple(moved(m) for m in range(MONTHS, most + 1, MONTHS)))]


def _split(case: Case, term: Term) -> list[Lever]:
    p = case.programme
    around, farthest = p.infrastructure_share_tolerance, max(p.infrastructure_share, 1 - p.infrastructure_share)
    count = int((farthest - around) / POINTS * 100) + 1
    wider = [min(1.0, around + n * POINTS / 100) for n in range(1, count + 1)]
    steps = tuple(
        Step(round(100 * w, 6), (f"programme.infrastructure_share_tolerance={number(w)}",), w - around) for w in wider
    )
    return [Lever(term, "tolerance of the split", "points of the split", 100 * around, steps)]


def _band(case: Case, term: Term) -> list[Lever]:
    low, high = case.parameter("soft_band_low"), case.parameter("soft_band_high")
    count = int(max(low, 1 - high) / POINTS * 100) + 1
    steps = []
    for n in range(1, count + 1):
        less, more = max(0.0, low - n * POINTS / 100), min(1.0, high + n * POINTS / 100)
        edits = (f"parameters.soft_band_low={number(less)}", f"parameters.soft_band_high={number(more)}")
        steps.append(Step(n * POINTS, edits, n * POINTS / 100))
    return [Lever(term, "yearly band", "points wider on both sides", 0, tuple(steps))]


def _payers(case: Case, term: Term) -> list[Lever]:
    steps = [
        Step(round(100 * (GROWTH**n - 1), 3), (f"funding_sources.*.cap_usd=*{number(GROWTH**n)}",), GROWTH**n - 1)
        for n in range(1, 96)
    ]
    return [Lever(term, "caps of the payers", "% more each year", 0, tuple(steps))]


def _sites(case: Case, term: Term) -> list[Lever]:
    asked = case.programme.sites
    claims = [c.id for c in case.programme.claims if c.metric == "sites" and c.level]

    def of(count: int) -> Step:
        edits = [f"programme.sites.count={count}", *(f"claims.{i}.level={count}" for i in claims)]
        if asked.minimum_regions > count:
            edits.append(f"programme.sites.minimum_regions={count}")
        return Step(count, tuple(edits), abs(count - asked.count) / asked.count)

    fewer = tuple(of(n) for n in range(asked.count - 1, 0, -1))
    more = tuple(of(n) for n in range(asked.count + 1, len(case.sites) + 1))
    return [
        Lever(term, "fewer sites", "sites", asked.count, fewer, monotone=False),
        Lever(term, "more sites", "sites", asked.count, more, monotone=False),
    ]


def _regions(case: Case, term: Term) -> list[Lever]:
    least = case.programme.sites.minimum_regions
    steps = tuple(
        Step(n, (f"programme.sites.minimum_regions={n}",), (least - n) / least) for n in range(least - 1, 0, -1)
    )
    return [Lever(term, "grid regions", "regions", least, steps)]


def _lowered(case: Case, term: Term, name: str, what: str, unit: str) -> list[Lever]:
    value = case.parameter(name)
    if not value:
        return []
    down = [value * (1 - n / PARTS) for n in range(1, PARTS + 1)]
    steps = tuple(Step(round(v, 6), (f"parameters.{name}={number(v)}",), 1 - v / value) for v in down)
    return [Lever(term, what, unit, value, steps)]


def _site_size(case: Case, term: Term) -> list[Lever]:
    return _lowered(case, term, "minimum_site_mw", "least size of a site", "MW IT")


def _site_service(case: Case, term: Term) -> list[Lever]:
    return _lowered(case, term, "minimum_site_serving_mw", "least service of a site", "MW IT")


def _largest(case: Case, term: Term) -> list[Lever]:
    share = case.parameter("largest_site_share")
    more = [min(1.0, share + n / PARTS) for n in range(1, PARTS + 1) if share + (n - 1) / PARTS < 1]
    steps = tuple(Step(round(100 * s, 6), (f"parameters.largest_site_share={number(s)}",), s - share) for s in more)
    return [Lever(term, "largest site", "% of what is served", 100 * share, steps)]


def _demand(case: Case, term: Term) -> list[Lever]:
    less = [1 - n / PARTS for n in range(1, PARTS + 1)]
    shares = tuple(Step(round(100 * s, 6), (f"demand.*.must_serve_share=*{number(s)}",), 1 - s) for s in less)
    first, years = case.parameter("must_serve_from_year"), [case.periods.year(t) for t in case.periods]
    start = int(max(first, min(years)))
    later = tuple(
        Step(y, (f"parameters.must_serve_from_year={y}",), (y - start) / len(years))
        for y in range(start + 1, max(years) + 2)
    )
    return [
        Lever(term, "marked demand", "% of it that must be met", 100, shares),
        Lever(term, "marked demand", "year from which it must be met", start, later),
    ]
