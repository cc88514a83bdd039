"""The figures behind a cost line: its unit rate, the figures of its factor, and its price index.

What a line's quantity was made from (rack kW, PUE, spend profiles) is not among them. Shares of management and
contingency stand on other lines, so they are not either.
"""

from __future__ import annotations

from typing import NamedTuple

from planner import wbs
from planner.inputs.case import Case, Figure
from planner.inputs.records import records
from planner.inputs.schema import BY_NAME, MONEY_PARAMETERS

#: lines whose factor is the building cost of the site against the average
BUILT = (wbs.OPENING, wbs.CIVIL, wbs.SHELL, wbs.CONNECTION, wbs.PLANT, wbs.ELECTRICAL, wbs.COOLING_PLANT)
#: lines whose factor is a share of the price of a rack -> column of ``chips``
SHARES = {wbs.STORAGE: "storage_share", wbs.RACK_MAINTENANCE: "maintenance_share"}


class CostLine(NamedTuple):
    """What says which figures are behind a line; ``rate_ref`` is table.key.column, ``year`` that of its dollars."""

    wbs: str
    site: str
    item: str
    rate_ref: str
    year: int


def figure(case: Case, ref: str) -> Figure | None:
    """The figure of a reference table.key.column; None where it is none, as in what the programme file says."""
    known: dict[str, Figure] | None = case.remembered.get(("figures by reference",))
    if known is None:
        known = case.remembered[("figures by reference",)] = {f.ref: f for f in case.figures}
    return known.get(ref)


def leans_on(case: Case, known: Figure) -> tuple[str, ...]:
    """Documents that a figure was derived from beside its source."""
    rows: dict[tuple[str, str, str], tuple[str, ...]] | None = case.remembered.get(("leans on",))
    if rows is None:
        rows = case.remembered[("leans on",)] = {}
        for r in records(case.tables["leans_on"]):
            ref = (r["table"], r["key"], r["column"])
            rows[ref] = (*rows.get(ref, ()), str(r["source_id"]))
    exact = rows.get((known.table, known.key, known.column))
    return exact or rows.get((known.table, "*", known.column), ())


def chip_of(rate_ref: str) -> str | None:
    """The chip whose price or fabric a rate is."""
    table, _, rest = rate_ref.partition(".")
    return rest.rpartition(".")[0].split("/")[0] if table in ("chips", "chip_supply") else None


def factor_refs(line: CostLine) -> tuple[str, ...]:
    """References of the figures whose product is the line's factor; none where the factor is 1 by itself."""
    multiplier = f"sites.{line.site}.construction_multiplier"
    if line.wbs in BUILT:
        return (multiplier,)
    if line.wbs == wbs.HARDENING:
        return f"levels.{line.item.removeprefix('hardening ')}.hardening_share", multiplier
    if line.wbs == wbs.DISCOUNT:
        return ("parameters.volume_discount_share.value",)
    if line.wbs == wbs.COLLATERAL:
        return (f"grid_contracts.{line.site}.collateral_fee_share",)
    if line.wbs == wbs.SALES_TAX:
        return (f"sites.{line.site}.equipment_tax_share",)
    column = SHARES.get(line.wbs)
    return (f"chips.{chip_of(line.rate_ref)}.{column}",) if column else ()


def escalation_refs(case: Case, line: CostLine) -> tuple[str, ...]:
    """The price index in the year of the dollars, then in the money year of the rate; none where it has no index."""
    rate = figure(case, line.rate_ref)
    if rate is None or rate.money_year is None:
        return ()
    if rate.table == "parameters":
        index = MONEY_PARAMETERS.get(rate.key, "none")
    else:
        index = BY_NAME[rate.table].column(rate.column).price_index
    if index in ("", "none"):
        return ()
    return tuple(f"price_indices.{index}/{year}.index_value" for year in (line.year, rate.money_year))


def figures_behind(case: Case, line: CostLine) -> list[Figure]:
    """The rate first, then the factor's figures, then the index where it moves the dollars to another year."""
    escalation = escalation_refs(case, line)
    moved = escalation if len(set(escalation)) > 1 else ()
    refs = (line.rate_ref, *factor_refs(line), *moved)
    return [known for known in (figure(case, ref) for ref in refs) if known is not None]


def in_words(case: Case, item: str) -> str:
    """An item of a cost line with the name of what its code stands for, the code in brackets."""
    code, _, rest = item.partition(" ")
    tables = (case.plants, case.initiatives, case.chips, case.designs, case.tracks, case.staffing, case.accreditations)
    name = next((table[code].name for table in tables if code in table), None)
    return item if name is None else f"{name} ({code}) {rest}".rstrip()
