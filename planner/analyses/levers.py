"""What can be renegotiated of a term, in its own unit, as edits that a command line can repeat.

A ladder is the same thing loosened step by step; the steps of ``monotone`` ones hold from some step on. Amounts without
steps (a level, the budget) are asked of the model directly. Physical limits have no lever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from planner.analyses.terms import Term, counts
from planner.inputs.case import Case

#: weaker readings of a promise, nearest first
WEAKER = {"populated": ("commissioned", "secured"), "commissioned": ("secured",), "serving": ("installed",)}
UNIT_OF_TIER = {"secured": "MW facility", "commissioned": "MW IT", "populated": "MW IT"}
#: steps of ladders: points of a share, parts of a whole, growth a step, months
POINT, PARTS, GROWTH, MONTHS = 0.005, 20, 1.05, 3


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
    made: dict[str, Callable[[Case, Term], list[Lever]]] = {
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
        "site size": partial(_lowered, "minimum_site_mw", "least size of a site"),
        "site service": partial(_lowered, "minimum_site_serving_mw", "least service of a site"),
        "largest site": _largest,
        "demand": _demand,
    }
    return [lever for lever in made[term.kind](case, term) if lever.steps or lever.amount]


def number(value: float) -> str:
    """As an edit writes it."""
    return f"{value:.10g}"


def _steps(
    values: Iterable[float], path: str, part: Callable[[float], float], size: float = 1.0, sign: str = ""
) -> tuple[Step, ...]:
    """A ladder of one input; ``to`` is the value times ``size``, as people say it."""
    return tuple(Step(round(size * v, 6), (f"{path}={sign}{number(v)}",), part(v)) for v in values)


def _binding(term: Term, to: str, part: float) -> Lever:
    return Lever(term, "binding", "binding", "firm", (Step(to, (f"claims.{term.id}.binding={to}",), part),))


def _later(case: Case, term: Term) -> Lever:
    by = int(term.claim.by or 0) if term.claim else 0
    years = range(by + 1, max(case.periods.year(t) for t in case.periods) + 1)
    steps = _steps(years, f"claims.{term.id}.by", lambda y: (y - by) / max(1, len(case.periods.labels())))
    return Lever(term, "date", "year", by, steps)


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
    ways = [Lever(term, "level", c.unit, level, amount=lower), _later(case, term)]
    return [*ways, Lever(term, "tier", "tier", c.tier or "", tuple(tiers)), _binding(term, "goal", 3.0)]


def _conditions(case: Case, term: Term) -> list[Lever]:
    return [_later(case, term), _binding(term, "reported", 2.0)]


def _budget(case: Case, term: Term) -> list[Lever]:
    usd = case.programme.budget_usd
    claims = [c.id for c in case.programme.claims if c.metric == "budget" and c.level]

    def raised(to: float) -> Step:
        edits = (f"programme.budget_usd={number(to)}", *(f"claims.{i}.level={number(to)}" for i in claims))
        return Step(to, edits, (to - usd) / usd)

    reserve = case.parameter("management_reserve_share")
    freed = [reserve - n * POINT for n in range(1, int(reserve / POINT) + 1)] + ([0.0] if reserve else [])
    steps = _steps(freed, "parameters.management_reserve_share", lambda r: reserve - r, 100)
    less = Lever(term, "management reserve", "points of the budget", 100 * reserve, steps)
    return [Lever(term, "budget", "USD", usd, amount=raised), less]


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
    wider = [min(1.0, around + n * POINT) for n in range(1, int((farthest - around) / POINT) + 2)]
    steps = _steps(wider, "programme.infrastructure_share_tolerance", lambda w: w - around, 100)
    return [Lever(term, "tolerance of the split", "points of the split", 100 * around, steps)]


def _band(case: Case, term: Term) -> list[Lever]:
    low, high = case.parameter("soft_band_low"), case.parameter("soft_band_high")
    steps = []
    for n in range(1, int(max(low, 1 - high) / POINT) + 2):
        less, more = max(0.0, low - n * POINT), min(1.0, high + n * POINT)
        edits = (f"parameters.soft_band_low={number(less)}", f"parameters.soft_band_high={number(more)}")
        steps.append(Step(100 * n * POINT, edits, n * POINT))
    return [Lever(term, "yearly band", "points wider on both sides", 0, tuple(steps))]


def _payers(case: Case, term: Term) -> list[Lever]:
    more = [GROWTH**n for n in range(1, 96)]
    steps = tuple(Step(round(100 * (x - 1), 3), (f"funding_sources.*.cap_usd=*{number(x)}",), x - 1) for x in more)
    return [Lever(term, "caps of the payers", "% more each year", 0, steps)]


def _sites(case: Case, term: Term) -> list[Lever]:
    asked = case.programme.sites.count
    ways = {n: Step(n, edits, abs(n - asked) / asked) for n, edits in counts(case).items()}
    fewer, more = (tuple(step for n, step in ways.items() if (n < asked) is below) for below in (True, False))
    made = (("fewer sites", fewer), ("more sites", more))
    return [Lever(term, what, "sites", asked, steps, monotone=False) for what, steps in made]


def _regions(case: Case, term: Term) -> list[Lever]:
    least = case.programme.sites.minimum_regions
    steps = _steps(range(least - 1, 0, -1), "programme.sites.minimum_regions", lambda n: (least - n) / least)
    return [Lever(term, "grid regions", "regions", least, steps)]


def _lowered(name: str, what: str, case: Case, term: Term) -> list[Lever]:
    value = case.parameter(name)
    down = [value * (1 - n / PARTS) for n in range(1, PARTS + 1)] if value else []
    return [Lever(term, what, "MW IT", value, _steps(down, f"parameters.{name}", lambda v: 1 - v / value))]


def _largest(case: Case, term: Term) -> list[Lever]:
    share = case.parameter("largest_site_share")
    more = [min(1.0, share + n / PARTS) for n in range(1, PARTS + 1) if share + (n - 1) / PARTS < 1]
    steps = _steps(more, "parameters.largest_site_share", lambda s: s - share, 100)
    return [Lever(term, "largest site", "% of what runs", 100 * share, steps)]


def _demand(case: Case, term: Term) -> list[Lever]:
    years = [case.periods.year(t) for t in case.periods]
    start = int(max(case.parameter("must_serve_from_year"), min(years)))
    less = [1 - n / PARTS for n in range(1, PARTS + 1)]
    shares = _steps(less, "demand.*.must_serve_share", lambda s: 1 - s, 100, "*")
    later = _steps(
        range(start + 1, max(years) + 2), "parameters.must_serve_from_year", lambda y: (y - start) / len(years)
    )
    return [
        Lever(term, "marked demand", "% of it that must be met", 100, shares),
        Lever(term, "marked demand", "year from which it must be met", start, later),
    ]
