"""Checks of a programme: its own fields, its promises, and the years it asks of the tables."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Any

from pydantic import BaseModel, ValidationError

from planner.errors import Fault
from planner.inputs import check_claims, check_prices, check_spans, claim_units
from planner.inputs.check import Sheets, good_rows, known, sure
from planner.inputs.check_figures import money_index
from planner.inputs.numerals import SHARES, plain
from planner.inputs.parse import did_you_mean, listing
from planner.inputs.periods import Periods
from planner.inputs.programme import INSTEAD, Claim, Horizon, Objective, Programme, Sites
from planner.inputs.schema import BY_NAME, PRICE_INDICES
from planner.wbs import WORTH_AT_THE_END

_MODELS: dict[str, type[BaseModel]] = {"claims": Claim, "objective": Objective, "sites": Sites, "horizon": Horizon}
#: what an earlier programme had in the place of an objective
_OLD = ("stages", "soft_side")
Edited = Mapping[str, str]
FileOf = Callable[[str], str]


class _Faults(list[Fault]):
    """Faults of a programme, each in the file that says the field; a field set by an edit is named by the edit."""

    def __init__(self, file_of: FileOf, edited: Edited) -> None:
        super().__init__()
        self.file_of, self.edited = file_of, edited

    def say(self, column: str, found: object, allowed: str, suggestion: str = "") -> None:
        file = "--set" if column in self.edited else self.file_of(column)
        self.append(Fault(file, None, self.edited.get(column, column), str(found), allowed, suggestion))


# its own fields


def validate(raw: Mapping[str, Any], file_of: FileOf, edited: Edited) -> tuple[Programme | None, list[Fault]]:
    """The programme, and its faults. Where only some promises are faulty, the others are still returned."""
    faults = _Faults(file_of, edited)
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}
    plain = _as_of_now(plain, faults)
    try:
        return Programme.model_validate(plain), faults
    except ValidationError as error:
        details = error.errors(include_url=False)
    within = {detail["loc"][:n] for detail in details for n in range(1, len(detail["loc"]))}
    details = [detail for detail in details if detail["loc"] not in within]
    unknown = _unknown(raw, details)
    explained = {(d.rpartition(".")[0], near) for d, near in unknown.items()}
    for detail in details:
        column = _dotted(raw, detail["loc"])
        if detail["type"] == "extra_forbidden":
            faults.say(column, column.rpartition(".")[2], listing(_fields(detail["loc"]), 30), unknown[column])
        elif detail["type"] == "missing":
            parent, _, name = column.rpartition(".")
            if (parent, f"Did you mean {name}?") not in explained:
                faults.say(column, "nothing", "a value", f"Add {name}.")
        else:
            faults.say(column, *_refused(detail))
    return _rest(plain, [detail["loc"] for detail in details]), faults


def _refused(detail: Any) -> tuple[object, str, str]:
    """What was found in a field, what is allowed, and what to write."""
    message = detail["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    given, allowed = detail["input"], _list_of(detail.get("ctx", {}).get("expected", ""))
    if not isinstance(given, str):
        return given, message, ""
    if not given.isprintable():
        return repr(given), message, ""
    if detail["type"] in ("float_type", "int_type"):
        return given, message, plain(given, detail["loc"][-1] in SHARES)
    if day := re.fullmatch(r"(\d\d?)/(\d\d?)/(\d{4})", given) if detail["loc"][-1] == "as_of" else None:
        month, of_month, year = day.groups()
        sure = int(of_month) > 12 >= int(month)  # 1/2/2026 is January in one country and February in another
        return given, message, f"Write {year}-{month:0>2}-{of_month:0>2}." if sure else ""
    return given, message, did_you_mean(given, allowed) if len(allowed) > 1 else ""


def _as_of_now(plain: dict[str, Any], faults: _Faults) -> dict[str, Any]:
    """Without what only older programme files have, which is one fault; an objective replaces the stages."""
    old = [name for name in _OLD if name in plain]
    if not old:
        return plain
    faults.say(old[0], " and ".join(old), "one objective", " ".join(INSTEAD[name] for name in old))
    stand_in = {"objective": {"mission_value": 1.0, "present_cost": -1.0}} if "stages" in old else {}
    return stand_in | {name: value for name, value in plain.items() if name not in old}


def _unknown(raw: Mapping[str, Any], details: Iterable[Any]) -> dict[str, str]:
    """Fields that no programme has -> what was probably meant."""
    found = {}
    for detail in details:
        if detail["type"] == "extra_forbidden":
            *place, name = detail["loc"]
            absent = [d["loc"] for d in details if d["type"] == "missing"]
            lacking = [str(loc[-1]) for loc in absent if list(loc[:-1]) == place]
            near = did_you_mean(str(name), lacking) or did_you_mean(str(name), _fields(detail["loc"]))
            found[_dotted(raw, detail["loc"])] = INSTEAD.get(str(name)) or near
    return found


def _list_of(expected: object) -> list[str]:
    """The words of 'a', 'b' or 'c'."""
    return [word.strip(" '") for word in str(expected).replace(" or ", ", ").split(",") if word.strip(" '")]


def _fields(loc: tuple[Any, ...]) -> list[str]:
    model = Programme if len(loc) == 1 else _MODELS.get(str(loc[0]), Programme)
    return list(model.model_fields)


def _dotted(raw: Mapping[str, Any], loc: tuple[Any, ...]) -> str:
    """claims.<id>.<field> where the id is known, its place in the list otherwise."""
    parts = [str(part) for part in loc]
    if len(loc) > 1 and isinstance(loc[1], int):
        row = raw[str(loc[0])][loc[1]]
        label = row.get("id") if isinstance(row, dict) else None
        if isinstance(label, str) and label and label != row.get(loc[-1]):
            parts[1] = label
    return ".".join(parts)


def _rest(plain: Mapping[str, Any], faulty: Iterable[tuple[Any, ...]]) -> Programme | None:
    """The programme without its faulty claims and unknown fields; None where more is at fault."""
    left = {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}
    for loc in faulty:
        if loc[0] == "claims" and len(loc) > 1 and isinstance(loc[1], int):
            left["claims"][loc[1]] = None
        elif len(loc) == 1 and loc[0] not in Programme.model_fields:
            left.pop(str(loc[0]), None)
    for name, value in left.items():
        left[name] = tuple(item for item in value if item is not None) if isinstance(value, list) else value
    try:
        return Programme.model_validate(left)
    except ValidationError:
        return None


def in_units(
    programme: Programme, file_of: FileOf, edited: Edited, absolute: Set[str]
) -> tuple[Programme, list[str], list[Fault]]:
    """The programme with every claim in the units of the model, what was converted in words, and faults.

    ``absolute`` names fields that edits set or step: of a claim in another unit they must say the unit as well.
    """
    faults = _Faults(file_of, edited)
    claims, said = [], []
    for claim in programme.claims:
        new, words = claim_units.converted(claim, faults.say)
        claims.append(new)
        said += [words] if words else []
        unit = f"claims.{claim.id}.unit"
        for field in (f"claims.{claim.id}.level", f"claims.{claim.id}.price_usd"):
            if words and field in absolute and unit not in edited:
                advice = f"Add --set {unit}={claim.unit}, or --set {unit}={new.unit}."
                faults.say(field, f"a number without a unit, of a claim in {claim.unit}", "its unit as well", advice)
    return programme.model_copy(update={"claims": tuple(claims)}), said, faults


def fault(column: str, wrong: tuple[str, str, str] | None, file_of: FileOf, edited: Edited) -> list[Fault]:
    """A field with what was found, what is allowed and a suggestion; none where nothing is wrong."""
    faults = _Faults(file_of, edited)
    if wrong is not None:
        faults.say(column, *wrong)
    return faults


# what it asks


def check(programme: Programme, sheets: Sheets, file_of: FileOf, edited: Edited) -> list[Fault]:
    """Faults of a valid programme against itself and the tables."""
    faults = _Faults(file_of, edited)
    h = programme.horizon
    periods = Periods(h.first_year, h.periods, h.months_per_period)
    years = sorted({periods.year(t) for t in periods})
    _objective(programme.objective, faults)
    _lives(programme.objective, sheets, faults)
    check_claims.check(programme, years, known(sheets["initiatives"], "initiative_id"), faults.say)
    _sites(programme, sheets, faults)
    rates = known(sheets["discount_rates"], "rate_id")
    if rates is not None and programme.discount_rate not in rates:
        advice = did_you_mean(programme.discount_rate, rates)
        faults.say("discount_rate", programme.discount_rate, listing(sorted(rates)), advice)
    faults += _indices(programme, sheets, years)
    faults += _years(sheets, "gas_prices", ("gas_region",), _values(sheets, "sites", "gas_region"), years)
    used = _values(sheets, "demand", "workload_id")
    paths = [(programme.demand_case, *key) for key in used]
    faults += _years(sheets, "demand_paths", ("case_id", "workload_id"), paths, years)
    workloads = _values(sheets, "workloads", "workload_id")
    faults += _years(sheets, "rent_paths", ("workload_id",), workloads, years)
    sources = _values(sheets, "funding_sources", "source")
    faults += _years(sheets, "funding_sources", ("source",), sources, years)
    faults += _years(sheets, "group_money", ("group_id",), _values(sheets, "agency_groups", "group_id"), years)
    faults += check_prices.check(programme, sheets)
    return faults + check_spans.check(periods, sheets)


def _objective(objective: Objective, faults: _Faults) -> None:
    if not objective.weights:
        allowed = "a weight of at least one measure, present_cost below 0 among them"
        faults.say("objective", "nothing that weighs", allowed, "Write present_cost = -1.0 and mission_value = 1.0.")
    elif objective.present_cost >= 0:
        allowed = "a number below 0, however small: otherwise nothing keeps the plan from waste"
        faults.say("objective.present_cost", f"{objective.present_cost:g}", allowed, "Write present_cost = -1.0.")
    if objective.compute_usd_per_pflops and objective.compute_precision is None:
        allowed = "fp64, bf16 or fp8, which never add up: compute_usd_per_pflops is a price of one of them"
        faults.say("objective.compute_precision", "nothing", allowed)


def _lives(objective: Objective, sheets: Sheets, faults: _Faults) -> None:
    """What is worth something at the end of the horizon wears off over a life."""
    there = known(sheets["asset_lives"], "wbs_code")
    absent = [code for code in WORTH_AT_THE_END if there is not None and code not in there]
    if objective.terminal_value and absent:
        allowed = f"a row of asset_lives for each of {listing(WORTH_AT_THE_END)}"
        faults.say("objective.terminal_value", f"no life of {', '.join(absent)}", allowed, "Add the rows.")


def _sites(programme: Programme, sheets: Sheets, faults: _Faults) -> None:
    sites, asked = sheets["sites"], programme.sites
    if not sure(sites):
        return
    if asked.count > len(sites.rows):
        faults.say("sites.count", asked.count, f"at most {len(sites.rows)}, the rows of sites.csv")
    regions = known(sites, "grid_region")
    if regions is not None and asked.minimum_regions > len(regions):
        allowed = f"at most {len(regions)}, the grid regions of sites.csv"
        faults.say("sites.minimum_regions", asked.minimum_regions, allowed)
    elif asked.minimum_regions > asked.count:
        faults.say("sites.minimum_regions", asked.minimum_regions, f"at most sites.count, {asked.count}")


# years


def _values(sheets: Sheets, table: str, column: str) -> list[tuple[Any, ...]]:
    return list(dict.fromkeys((row.values[column],) for row in good_rows(sheets[table], column)))


def _indices(programme: Programme, sheets: Sheets, years: list[int]) -> Iterator[Fault]:
    """Every index in every year of the horizon, the base year, and the money years of the figures it carries."""
    wanted = {index: {*years, programme.base_year} for index in PRICE_INDICES}
    for row in good_rows(sheets["figures"], "table", "key", "column", "money_year"):
        ref = (row.values["table"], row.values["key"], row.values["column"])
        columns = {c.name for c in BY_NAME[ref[0]].figure_columns} if ref[0] in BY_NAME else set()
        if ref[2] in columns and not math.isnan(row.values["money_year"]) and money_index(ref):
            wanted[money_index(ref)].add(int(row.values["money_year"]))
    for index, asked in wanted.items():
        yield from _years(sheets, "price_indices", ("index_id",), [(index,)], sorted(asked), even_without_rows=True)


def _years(
    sheets: Sheets,
    table: str,
    columns: tuple[str, ...],
    keys: Iterable[tuple[Any, ...]],
    years: list[int],
    even_without_rows: bool = False,
) -> Iterator[Fault]:
    """One fault for each key that lacks years; a gas region without any row is reported at its site."""
    sheet = sheets[table]
    if not sure(sheet):
        return
    there = {(*(row.values[c] for c in columns), row.values["year"]) for row in sheet.rows}
    keys_there = {entry[:-1] for entry in there}
    for key in keys:
        lacking = [year for year in years if (*key, year) not in there]
        if lacking and (key in keys_there or even_without_rows or table != "gas_prices"):
            found = f"{'/'.join(map(str, key))} without {listing(map(str, lacking), 40)}"
            yield Fault(sheet.file, None, "year", found, "a row for every year that is asked for")
