"""A comparison as sentences and tables, the same for the terminal, Markdown, the page and the workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from planner.analyses.compare import Bridge, Comparison, Indicator, InputChange, Pair, name
from planner.analyses.compare.indicators import UNITS
from planner.comparison.leads import HEADLINES, called, verdict
from planner.comparison.shapes import Section
from planner.inputs.schema import BY_NAME
from planner.report.shapes import Cell, Figure
from planner.results import verdicts
from planner.store import Stored

GAP_NOTE = (
    "Within the gaps: an objective whose proven ranges in the two runs meet; present dollars that move by no more than "
    "the two gaps together, and any other figure by no more than their shares. Plans of equal value may differ more."
)
#: indicator by year -> what a person calls it, and its unit
YEARS = {
    "secured_mw": ("Secured power", "MW facility"),
    "commissioned_mw": ("Commissioned power", "MW IT"),
    "populated_mw": ("Populated power", "MW IT"),
    "spend_by_year_usd": ("Investment", "USD"),
}
#: figures of the table that sets runs side by side
BESIDE = ("net_benefit_usd", "mission_value_usd", "present_cost_usd", "spend_usd", "commissioned_mw", "served_share")


def overview(comparison: Comparison) -> list[Section]:
    """Who is compared, the runs side by side, and their promises side by side."""
    return [_runs(comparison), _beside(comparison), promises(comparison)]


def promises(comparison: Comparison) -> Section:
    """Every promise of any run, with its verdict in each."""
    runs = [run for _, run in comparison.runs]
    claims = {c.id: c for run in reversed(runs) for c in run.case.programme.claims}
    order = dict.fromkeys(c.id for run in runs for c in run.case.programme.claims)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (claims[claim].claim, *(_kept(run, claim) for run in runs)) for claim in order
    )
    headers = ("Promise", *(label for label, _ in comparison.runs))
    return Section("Promises side by side", headers, rows, empty="No run has a promise.")


def _kept(run: Stored, claim: str) -> str:
    asked = {c.id: c.model_dump() for c in run.case.programme.claims}
    found = {str(item["id"]): item for item in run.document.get("commitments") or []}
    return (
        verdicts.promise(asked[claim] | found.get(claim, {}), run.plan is not None) if claim in asked else "not asked"
    )


def by_year(comparison: Comparison) -> list[Section]:
    """The runs over the years, a table a figure."""
    found = []
    for key, (title, unit) in YEARS.items():
        values = [(label, (run.document.get("indicators") or {}).get(key) or {}) for label, run in comparison.runs]
        years = sorted({str(year) for _, of in values for year in of})
        rows: tuple[tuple[Cell, ...], ...] = tuple(
            (label, *(Figure(of.get(y), unit if unit == "USD" else "") for y in years)) for label, of in values if of
        )
        if rows and any(cell.value for row in rows for cell in row if isinstance(cell, Figure)):
            found.append(Section(f"{title} by year, {unit}", ("Run", *years), rows))
    return found


def of_pair(pair: Pair, brief: bool = False) -> list[Section]:
    """What differs in one run; ``brief`` leaves the long tables out."""
    found = [_inputs(pair)]
    if pair.indicators is not None and pair.decisions is not None and pair.bridge and pair.operations:
        found += [_headlines(pair, pair.indicators), _bridge(pair.bridge), _bridge(pair.operations)]
        found += [_sites(pair)] if brief else [_sites(pair), _decisions(pair), _all(pair, pair.indicators)]
    return found


def _runs(comparison: Comparison) -> Section:
    rows = []
    for place, (label, run) in enumerate(comparison.runs):
        role, programme = "base" if place == 0 else "compared", run.case.programme.title
        rows.append((label, role, verdict(run), programme, name(run), ", ".join(run.case.changes) or "none"))
    return Section("Runs", ("Run", "Role", "Verdict", "Programme", "Id", "Edits"), tuple(rows))


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
        cells: list[Cell] = [label, verdict(run)]
        for key in BESIDE:
            figure, base = headline(run, key), headline(comparison.base, key)
            cells += [figure, relative(figure, base) if run is not comparison.base else ""]
        rows.append(tuple(cells))
    return Section("Side by side", tuple(headers), tuple(rows), "Changes are relative to the first run.")


def relative(figure: Figure, base: Figure) -> Cell:
    """How a figure moves as a share of the size of the other; nothing where that is not known."""
    if figure.value is None or not base.value:
        return ""
    return Figure((figure.value - base.value) / abs(base.value), "share", signed=True)


def _inputs(pair: Pair) -> Section:
    claims = {c.id: c.claim for run in (pair.base, pair.other) for c in run.case.programme.claims}
    rows = tuple((_meaning(c, claims), c.path, _cell(c.old), _cell(c.new)) for c in pair.inputs)
    headers = ("Input", "Where", "From", "To")
    return Section("Inputs changed", headers, rows, empty="The inputs are the same.", long=len(rows) > 25)


def _meaning(change: InputChange, claims: Mapping[str, str]) -> str:
    """What an input is, in the words of the data dictionary and of the programme."""
    if change.table == "claims":
        return f"{change.column or 'all'} of the promise '{claims.get(change.key, change.key)}'"
    table = BY_NAME.get(change.table)
    columns = {c.name: c for c in table.columns} if table else {}
    if change.column not in columns:
        name, _, unit = change.column.rpartition("_")
        words = f"{name}, {unit.upper()}" if unit in UNITS and name else change.column
        return " ".join(part for part in (change.table, change.key, words) if part).replace("_", " ")
    column = columns[change.column]
    return f"{column.meaning}, {column.unit}" if column.unit else column.meaning


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.15g}"  # every digit of a budget
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
    for claim in pair.other.case.programme.claims:
        yield f"promises.{claim.id}", f"Planned: {claim.claim}"


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
        return title, Figure(cents / 100, "USD", signed=signed), exact

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
    rows: list[tuple[Cell, ...]] = []
    for d in pair.decisions or ():
        moved = Figure(d.delta, d.unit, signed=True)
        rows.append((d.decision, d.item, d.period, Figure(d.old, d.unit), Figure(d.new, d.unit), moved))
    headers = ("Decision", "Item", "Period", "From", "To", "Change")
    return Section("Decisions by period", headers, tuple(rows), long=True)


def _all(pair: Pair, indicators: Sequence[Indicator]) -> Section:
    claims = {c.id: c.claim for run in (pair.base, pair.other) for c in run.case.programme.claims}
    rows = [_figure_row(called(one.name, claims), one) for one in indicators]
    headers = ("Figure", "From", "To", "Change", "Relative", "")
    return Section("All figures that differ", headers, tuple(rows), GAP_NOTE if rows else "", long=True)
