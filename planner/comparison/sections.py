"""A comparison as tables of words and figures, the same for the terminal, Markdown, the page and the workbook."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.analyses.compare import Bridge, Comparison, Indicator, Pair, name
from planner.measures import amount
from planner.store import Stored

GAP_NOTE = (
    "Within the gaps: an objective whose proven ranges in the two runs meet; present dollars that move by no more than "
    "the two gaps together, and any other figure by no more than their shares. Plans of equal value may differ more."
)
WORDS = {"optimal": "proven", "within_limits": "NOT PROVEN", "infeasible": "no plan", "unknown": "no answer"}
#: indicator -> what a person calls it; those by year are shown at the end of the horizon
HEADLINES = {
    "net_benefit_usd": "Net benefit (present)",
    "mission_value_usd": "Mission value (present)",
    "present_cost_usd": "Present cost",
    "spend_usd": "Investment",
    "operations_usd": "Operations",
    "unallocated_by_split_usd": "Set aside by the split",
    "secured_mw": "Secured",
    "commissioned_mw": "Commissioned",
    "populated_mw": "Populated",
    "serving_pflops.fp64": "Serving fp64",
    "serving_pflops.bf16": "Serving bf16",
    "serving_pflops.fp8": "Serving fp8",
    "served_share": "Demand served",
    "emissions_t": "Emissions",
}
#: figures of the table that sets runs side by side
BESIDE = ("net_benefit_usd", "mission_value_usd", "present_cost_usd", "spend_usd", "commissioned_mw", "served_share")


@dataclass(frozen=True)
class Figure:
    """A number with its unit; ``signed`` for differences."""

    value: float | None
    unit: str
    signed: bool = False

    def __str__(self) -> str:
        if self.value is None or not math.isfinite(self.value):
            return "-"
        sign = "-" if self.value < 0 else "+" if self.signed and self.value > 0 else ""
        return sign + amount(abs(self.value), self.unit)


Cell = str | Figure


@dataclass(frozen=True)
class Section:
    """``long``: a table that a page folds away."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    empty: str = "Nothing differs."
    long: bool = False

    @property
    def right(self) -> list[int]:
        """Columns of figures."""
        columns = range(len(self.headers))
        figures = {c for c in columns if any(isinstance(row[c], Figure) for row in self.rows)}
        return sorted(figures | {c for c in columns if self.headers[c].startswith("USD")})


def overview(comparison: Comparison) -> list[Section]:
    """Who is compared, and the runs side by side."""
    return [_runs(comparison), _beside(comparison)]


def of_pair(pair: Pair, brief: bool = False) -> list[Section]:
    """What differs in one run; ``brief`` leaves the long tables out."""
    found = [_inputs(pair)]
    if pair.indicators is not None and pair.decisions is not None and pair.bridge and pair.operations:
        found += [_headlines(pair, pair.indicators), _bridge(pair.bridge), _bridge(pair.operations)]
        found += [_sites(pair)] if brief else [_sites(pair), _decisions(pair), _all(pair.indicators)]
    return found


def no_plan(pair: Pair) -> str:
    """Why there is nothing but inputs to compare; empty where there are two plans."""
    both = ((pair.base_label, pair.base), (pair.label, pair.other))
    without = [(label, run) for label, run in both if run.plan is None]
    missing = [f"{label} has no plan ({WORDS.get(str(r.document.get('verdict')), 'damaged')})" for label, r in without]
    reason = str(pair.other.document.get("explanation") or "") if pair.other.plan is None else ""
    return ". ".join([*missing, *([reason] if reason else [])])


def _runs(comparison: Comparison) -> Section:
    rows = []
    for place, (label, run) in enumerate(comparison.runs):
        gap, role = run.document.get("gap"), "base" if place == 0 else "compared"
        verdict = WORDS.get(str(run.document.get("verdict")), "")
        rows.append((label, role, verdict, Figure(gap, "share"), name(run), ", ".join(run.case.changes) or "none"))
    return Section("Runs", ("Run", "Role", "Verdict", "Gap", "Id", "Edits"), tuple(rows))


def headline(run: Stored, key: str) -> Figure:
    """A headline figure of one run, at the end of the horizon where it has years."""
    unit = {"usd": "USD", "mw": "MW", "share": "share", "t": "t CO2"}.get(key.rsplit("_", 1)[-1], "PFLOP/s")
    value: Any = run.document.get("indicators") or {}
    for part in key.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, Mapping):
        value = value[max(value)] if value else None
    return Figure(value, unit)


def _beside(comparison: Comparison) -> Section:
    headers = ["Run", "Verdict"]
    for key in BESIDE:
        headers += [HEADLINES[key], "change"]
    rows = []
    for label, run in comparison.runs:
        cells: list[Cell] = [label, WORDS.get(str(run.document.get("verdict")), "")]
        for key in BESIDE:
            figure, base = headline(run, key), headline(comparison.base, key)
            cells += [figure, _relative(figure, base) if run is not comparison.base else ""]
        rows.append(tuple(cells))
    return Section("Side by side", tuple(headers), tuple(rows), "Changes are relative to the first run.")


def _relative(figure: Figure, base: Figure) -> Cell:
    if figure.value is None or not base.value:
        return ""
    return Figure((figure.value - base.value) / abs(base.value), "share", signed=True)


def _inputs(pair: Pair) -> Section:
    rows = tuple((c.table, c.key, c.column, _cell(c.old), _cell(c.new)) for c in pair.inputs)
    headers = ("Table", "Key", "Column", "From", "To")
    return Section("Inputs changed", headers, rows, empty="The inputs are the same.", long=len(rows) > 25)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.10g}"
    return "-" if value is None else ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _headlines(pair: Pair, indicators: Sequence[Indicator]) -> Section:
    wanted = dict(_wanted(pair))
    changed = {one.name: one for one in indicators}
    rows = [_figure_row(title, changed[key]) for key, title in wanted.items() if key in changed]
    headers = ("Figure", "From", "To", "Change", "Relative", "")
    return Section("Figures changed", headers, tuple(rows), GAP_NOTE if rows else "")


def _wanted(pair: Pair) -> Iterator[tuple[str, str]]:
    indicators = pair.other.document.get("indicators") or {}
    for key, title in HEADLINES.items():
        value: Any = indicators
        for part in key.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, Mapping) and value:
            yield f"{key}.{max(value)}", f"{title}, end of {max(value)}"
        else:
            yield key, title
    for promise in pair.other.document.get("commitments") or []:
        yield f"promises.{promise['id']}", f"Promise: {promise['id']}"


def _figure_row(title: str, one: Indicator) -> tuple[Cell, ...]:
    unit = "" if one.name == "goal_shortfall" else one.unit
    points = one.delta is not None and unit == "share"
    change = Figure(100 * (one.delta or 0.0), "points", signed=True) if points else Figure(one.delta, unit, signed=True)
    flag = {True: "within the gaps", None: "gap unknown"}.get(one.within_gap, "")
    return (
        title,
        Figure(one.old, unit),
        Figure(one.new, unit),
        change,
        Figure(one.relative, "share", signed=True),
        flag,
    )


def _bridge(bridge: Bridge) -> Section:
    def row(title: str, cents: int, signed: bool) -> tuple[Cell, ...]:
        exact = f"{cents // 100:,}.{cents % 100:02}" if cents >= 0 else f"-{-cents // 100:,}.{-cents % 100:02}"
        return title, Figure(cents / 100, "USD", signed), exact

    rows = [row("From", bridge.start, False), *(row(s.name, s.cents, True) for s in bridge.steps)]
    title = "Bridge of investment" if bridge.ledger == "investment" else "Bridge of operating cost"
    rows.append(row("To", bridge.end, False))
    return Section(title, ("Step", "Change", "USD, to the cent"), tuple(rows), "Then-year dollars as posted.")


def _sites(pair: Pair) -> Section:
    """Totals by kind and item over all periods: what a person can take in."""
    sums: dict[tuple[str, str, str], list[float]] = {}
    for d in pair.decisions or ():
        place = (d.decision, d.item, d.unit)
        total = sums.setdefault(place, [0.0, 0.0])
        total[0] += d.old
        total[1] += d.new
    rows = []
    for (kind, item, unit), (old, new) in sums.items():
        if abs(new - old) > 1e-6:
            rows.append((kind, item, Figure(new - old, unit, signed=True)))
    note = "Over all periods; what only moves in time is among the decisions by period."
    return Section("Decisions changed", ("Decision", "Item", "Change"), tuple(rows), note if rows else "")


def _decisions(pair: Pair) -> Section:
    rows = [
        (d.decision, d.item, d.period, Figure(d.old, d.unit), Figure(d.new, d.unit), Figure(d.delta, d.unit, True))
        for d in pair.decisions or ()
    ]
    headers = ("Decision", "Item", "Period", "From", "To", "Change")
    return Section("Decisions by period", headers, tuple(rows), long=True)


def _all(indicators: Sequence[Indicator]) -> Section:
    rows = [_figure_row(one.name, one) for one in indicators]
    headers = ("Figure", "From", "To", "Change", "Relative", "")
    return Section("All figures that differ", headers, tuple(rows), GAP_NOTE if rows else "", long=True)
