"""The ten levers of a question: a plain name, a unit, the sourced low and high, and the edits that each stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from planner.analyses.ranges import Range, ranges
from planner.errors import InputError, UsageError
from planner.inputs import levers as plain
from planner.inputs import read
from planner.inputs.case import Case
from planner.inputs.numerals import NUMBER, number_of
from planner.measures import percent, usd

#: what a lever holds on the form: nothing, one value, or several choices
Value = str | Sequence[str]
BUILDING = tuple(f"{part}_usd_per_mw" for part in ("shell", "civil", "electrical", "mechanical"))
#: parts by which a budget is moved, and points by which a split is, in the what-ifs that ship
BUDGET_PART, SPLIT_POINTS = 0.2, 0.1
QUESTION = "the span that the shipped what-ifs ask about; no source gives a range"
SOURCES_NAMED = 3


@dataclass(frozen=True)
class Lever:
    """One field of the form. ``low`` and ``high`` are in ``unit``; a lever with ``choices`` has neither.

    ``edits`` makes the edits of a value that lies within the bounds; ``paths`` begin the edits that faults name.
    """

    name: str
    title: str
    unit: str
    base: str
    source: str
    edits: Callable[[Value], Sequence[str]]
    paths: tuple[str, ...]
    low: float | None = None
    high: float | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    many: bool = False

    @property
    def bounds(self) -> str:
        """The low and the high as a person writes them."""
        return "" if self.low is None or self.high is None else f"{self.shown(self.low)} to {self.shown(self.high)}"

    def shown(self, value: float) -> str:
        """A value of the lever with its unit; changes have their sign."""
        return usd(value) if self.unit == "USD" else f"{value:{'' if self.name == 'split' else '+'}g} {self.unit}"

    def fault(self, given: str) -> str:
        """What is wrong with a number that was typed; empty where nothing is."""
        digits = number_of(given.removesuffix("%").strip())
        if not NUMBER.fullmatch(digits):
            return f"{given} is no number. Write one from {self.bounds}."
        value = float(digits)
        if self.low is None or self.high is None or self.low <= value <= self.high:
            return ""
        return f"{self.shown(value)} is outside the bounds, {self.bounds}."


def of_case(case: Case, model: str | Path | None) -> list[Lever]:
    """The levers of a programme, those alone that its data and its promises have."""
    found, _ = ranges(case)
    made = [
        _budget(case, model),
        _demand(case),
        _scaled("chips", "Chip prices", found, "chip_supply", ("rack_price_usd",)),
        _scaled("rents", "Rents of service", found, "workloads", ("rent_usd_per_pflops_year",)),
        _delay(found),
        _scaled("building", "Construction cost", found, "designs", BUILDING),
        _split(case),
        *_sites(case),
        *_promises(case, model),
        _discount(case),
    ]
    return [lever for lever in made if lever is not None]


def question(levers: Sequence[Lever], values: Mapping[str, Value]) -> tuple[list[str], dict[str, str]]:
    """The edits of what was set, in the order of the levers; and by lever what is wrong with it."""
    words: list[str] = []
    faults: dict[str, str] = {}
    for lever in levers:
        given = values.get(lever.name)
        given = given.strip() if isinstance(given, str) else given
        if not given:
            continue
        wrong = lever.fault(given) if isinstance(given, str) and not lever.choices else ""
        try:
            words += [] if wrong else lever.edits(given)
        except UsageError as error:
            wrong = str(error)
        if wrong:
            faults[lever.name] = wrong
    return words, faults


def checked(
    model: str | Path | None, levers: Sequence[Lever], words: Sequence[str]
) -> tuple[Case | None, dict[str, list[str]]]:
    """The case of a question, read and checked as the command line does; else its faults by lever.

    Faults that belong to no lever are found under the empty name.
    """
    try:
        return read.load(model, words), {}
    except InputError as error:
        faults: dict[str, list[str]] = {}
        for fault in error.faults:
            mine = next((x.name for x in levers if fault.column and fault.column.startswith(x.paths)), "")
            faults.setdefault(mine, []).append(fault.sentence())
        return None, faults
    except UsageError as error:
        return None, {"": [str(error)]}


def _one(value: Value) -> str:
    return value if isinstance(value, str) else ",".join(value)


def _number(value: Value) -> float:
    return float(number_of(_one(value).removesuffix("%").strip()))


def _budget(case: Case, model: str | Path | None) -> Lever:
    base = case.programme.budget_usd
    low, high = base * (1 - BUDGET_PART), base * (1 + BUDGET_PART)

    def edits(value: Value) -> list[str]:
        return plain.edits(model, budget=number_of(_one(value)))

    paths = ("programme.budget", "claims.budget")
    return Lever("budget", "Budget", "USD", usd(base), QUESTION, edits, paths, low, high)


def _demand(case: Case) -> Lever:
    choices = {"low": "low path", "mid": "mid path", "high": "high path"}
    path, source = "programme.demand_case", "the three paths of the data set"

    def edits(value: Value) -> list[str]:
        return [f"{path}={_one(value)}"]

    return Lever("demand", "Demand", "", choices[case.programme.demand_case], source, edits, (path,), choices=choices)


def _middle(found: Sequence[Range], table: str, columns: Sequence[str]) -> list[Range]:
    return [r for r in found if r.table == table and r.column in columns and r.base]


def _median(rows: Sequence[Range], end: str) -> float:
    """The middle of what the sources give, as a multiple of the value in use."""
    ends = [row.low if end == "low" else row.high for row in rows]
    return median(at / (row.base or 1.0) for at, row in zip(ends, rows, strict=True))


def _sources(rows: Sequence[Range]) -> str:
    """How many sourced ranges a bound is the median of, and the documents that give most of them."""
    counted: dict[str, int] = {}
    for row in rows:
        counted[row.source_id] = counted.get(row.source_id, 0) + 1
    most = sorted(counted, key=lambda name: (-counted[name], name))
    named = ", ".join(most[:SOURCES_NAMED]) + (f" and {len(most) - SOURCES_NAMED} more" if most[SOURCES_NAMED:] else "")
    return f"median of {len(rows)} sourced ranges ({named})"


def _scaled(name: str, title: str, found: Sequence[Range], table: str, columns: Sequence[str]) -> Lever | None:
    """A lever that moves all prices of a kind by so many percent."""
    rows = _middle(found, table, columns)
    if not rows:
        return None
    low, high = (float(round(100 * (_median(rows, end) - 1))) for end in ("low", "high"))

    def edits(value: Value) -> list[str]:
        by = _number(value)
        return [f"{table}.*.{column}={by:+g}%" for column in columns] if by else []

    paths = tuple(f"{table}.*.{column}" for column in columns)
    return Lever(name, title, "%", "+0 %", _sources(rows), edits, paths, low, high)


def _delay(found: Sequence[Range]) -> Lever | None:
    rows = _middle(found, "grid_tranches", ("lead_months",))
    if not rows:
        return None
    low, high = (float(round(median(getattr(r, end) - (r.base or 0.0) for r in rows))) for end in ("low", "high"))

    def edits(value: Value) -> list[str]:
        by = _number(value)
        return [f"grid_tranches.*.lead_months{'+' if by > 0 else '-'}={abs(by):g}"] if by else []

    path = ("grid_tranches.*.lead_months",)
    return Lever("grid", "Grid delay", "months", "+0 months", _sources(rows), edits, path, low, high)


def _split(case: Case) -> Lever:
    base = case.programme.infrastructure_share
    low, high = (round(100 * min(1.0, max(0.0, base + by))) for by in (-SPLIT_POINTS, SPLIT_POINTS))
    claims = [c.id for c in case.programme.claims if c.metric == "split" and c.level is not None]

    def edits(value: Value) -> list[str]:
        share = f"{_number(value) / 100:g}"
        return [f"programme.infrastructure_share={share}", *(f"claims.{c}.level={share}" for c in claims)]

    title, paths = "Share for infrastructure", ("programme.infrastructure_share", *(f"claims.{c}." for c in claims))
    return Lever("split", title, "%", percent(base), QUESTION, edits, paths, float(low), float(high))


def _sites(case: Case) -> list[Lever]:
    names = {s: f"{s}, {site.name}" for s, site in case.sites.items()}
    count = case.programme.sites.count

    def barred(value: Value) -> list[str]:
        return [f"sites.{s}=drop" for s in ([value] if isinstance(value, str) else value)]

    def forced(value: Value) -> list[str]:
        chosen = [value] if isinstance(value, str) else list(value)
        if len(chosen) != count:
            raise UsageError(f"The programme opens {count} sites: name all {count}, or bar some instead.")
        return [f"sites.{s}=drop" for s in names if s not in chosen]

    source = "the candidate sites of the data set"
    about = {"choices": names, "many": True}
    return [
        Lever("barred", "Sites barred", "", "none", source, barred, ("sites.",), **about),  # type: ignore[arg-type]
        Lever("forced", f"Sites forced, all {count}", "", "none", source, forced, ("sites.",), **about),  # type: ignore[arg-type]
    ]


def _promises(case: Case, model: str | Path | None) -> list[Lever]:
    """Promises that hold the plan may be only reported; those with a level that do not may be made firm."""
    claims = [c for c in case.programme.claims if c.level is not None]
    held = {c.id: c.claim for c in claims if c.binding != "reported"}
    free = {c.id: c.claim for c in claims if c.binding != "firm" and c.metric not in case.programme.unmodelled}

    def off(value: Value) -> list[str]:
        return plain.edits(model, without=[value] if isinstance(value, str) else list(value))

    def on(value: Value) -> list[str]:
        return [f"claims.{c}.binding=firm" for c in ([value] if isinstance(value, str) else value)]

    source = "the promises of the programme"
    made = (("off", "Promises off", held, off), ("on", "Promises made firm", free, on))
    return [
        Lever(name, title, "", "none", source, edits, tuple(f"claims.{c}." for c in choices), choices=choices, many=True)  # noqa: E501
        for name, title, choices, edits in made
        if choices
    ]  # fmt: skip


def _discount(case: Case) -> Lever:
    rows = case.tables["discount_rates"]
    rates = dict(zip(rows["rate_id"].astype(str), rows["real_rate"].astype(float), strict=True))
    choices = {name: f"{percent(rate)} real ({name})" for name, rate in rates.items()}
    named = dict.fromkeys(f.source_id for f in case.figures if f.table == "discount_rates")
    base, path = choices.get(case.programme.discount_rate, ""), "programme.discount_rate"

    def edits(value: Value) -> list[str]:
        return [f"{path}={_one(value)}"]

    source = ", ".join(named)
    return Lever("discount", "Discount rate", "", base, source, edits, (path,), choices=choices)
