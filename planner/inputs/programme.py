"""The programme file: what is asked of the data. Strict values; no figure that a data table holds."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePath
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from planner.inputs.numerals import LONGEST_TEXT

#: fields that older programme files have -> what to write instead
INSTEAD = {
    "stages": "Write one [objective] instead, mission_value = 1.0 and present_cost = -1.0; a goal has a price_usd.",
    "soft_side": "Remove it: accreditation, services, training and funding are always modelled.",
    "priority": "Remove it: the price_usd of a goal says what a missed unit costs.",
}
Metric = Literal[
    "power", "compute", "sites", "budget", "split", "governance", "services", "interconnect", "funding", "memo"
]
Tier = Literal["secured", "commissioned", "populated", "installed", "serving"]
Precision = Literal["fp64", "bf16", "fp8"]
#: workload, level, label of a period
ServiceKey = tuple[str, str, str]
#: measures of the objective that are base-year present dollars
MONEY = ("mission_value", "present_cost", "owed_after_horizon", "terminal_value")
#: weights with which the objective is net benefit, where nothing else has a price
NET_BENEFIT = {"mission_value": 1.0, "present_cost": -1.0, "owed_after_horizon": -1.0, "terminal_value": 1.0}
#: part of present cost within which a plan is proven best, unless a programme says otherwise
GAP = 0.0075
#: what no workbook can hold; line breaks and tabs it can
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
#: the first and the last year that the files of a run can carry as their date
_FIRST_DAY, _LAST_DAY = 1980, 2107


def _writable(text: str) -> str:
    if _UNWRITABLE.search(text):
        raise ValueError("text without control characters")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"at most {LONGEST_TEXT:,} characters")
    return text


def _day(text: str) -> str:
    try:
        if (
            re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
            and _FIRST_DAY <= date.fromisoformat(text).year <= _LAST_DAY
        ):
            return text
    except ValueError:
        pass  # a month or a day that is none
    raise ValueError(f"a day of the calendar as yyyy-mm-dd, {_FIRST_DAY} to {_LAST_DAY}")


Text = Annotated[str, AfterValidator(_writable)]
Day = Annotated[str, AfterValidator(_day)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _weight(most: float) -> Any:
    return Field(default=0.0, ge=-most, le=most)


class Horizon(_Strict):
    """Periods of equal length from the opening of ``first_year``."""

    first_year: int = Field(ge=2020, le=2090)
    periods: int = Field(ge=1, le=160)
    months_per_period: Literal[3, 6, 12] = 12


class Sites(_Strict):
    count: int = Field(ge=1, le=1000)
    minimum_regions: int = Field(ge=1, le=100)


class Claim(_Strict):
    """One row of the announcement. ``metric`` says which rule measures it.

    A claim with a ``level`` and a ``by`` year is a commitment: firm ones hold or the run is
    infeasible, ``reported`` ones are only shown. A goal costs the objective ``price_usd``, base-year
    present value, for each unit that is missed; at 0 its shortfall is only measured.
    ``initiatives`` are what a claim on services names: each is offered by the end of ``by``.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    claim: Text = Field(min_length=3)
    said_by: Text = Field(min_length=2)
    metric: Metric
    tier: Tier | None = None
    precision: Precision | None = None
    level: float | None = Field(default=None, ge=0, le=1e15)
    unit: Text = ""
    by: int | None = Field(default=None, ge=2020, le=2100)
    binding: Literal["firm", "goal", "reported"] = "reported"
    price_usd: float = Field(default=0.0, ge=0, le=1e15)
    initiatives: tuple[Text, ...] = Field(default=(), strict=False)
    note: Text = ""


class Objective(_Strict):
    """What is maximised: the sum of each weight times its measure. What is not named weighs nothing.

    ``MONEY`` weighs base-year present dollars. The others are base-year present dollars a unit: a t CO2 over the
    horizon, a PFLOP/s of ``compute_precision`` installed at the end, a MW of facility power secured at the end.
    """

    mission_value: float = _weight(1e6)
    present_cost: float = _weight(1e6)
    owed_after_horizon: float = _weight(1e6)
    terminal_value: float = Field(default=0.0, ge=0, le=1e6)
    emissions_usd_per_t: float = _weight(1e9)
    compute_usd_per_pflops: float = _weight(1e12)
    compute_precision: Precision | None = None
    secured_usd_per_mw: float = _weight(1e12)

    @property
    def weights(self) -> dict[str, float]:
        """Measure -> weight, of those that weigh something."""
        fields = self.model_dump(exclude={"compute_precision"})
        return {name: weight for name, weight in fields.items() if weight}


class Programme(_Strict):
    """A programme file, read. ``gap`` is a share of present cost; ``serve_as`` names the run whose service is kept.

    ``actuals`` names the table of what happened up to ``as_of``: the periods that ended by then are planned no more.
    """

    title: Text = Field(min_length=3)
    why: Text = ""
    data: Text = Field(min_length=1)
    as_of: Day
    base_year: int = Field(ge=2015, le=2100)
    budget_usd: float = Field(gt=0, le=1e14)
    infrastructure_share: float = Field(ge=0, le=1)
    infrastructure_share_tolerance: float = Field(default=0.03, ge=0, le=1)
    demand_case: Literal["low", "mid", "high"] = "mid"
    discount_rate: Text = "real7"
    gap: float = Field(default=GAP, ge=0, le=1)
    serve_as: Text | None = Field(default=None, min_length=1)
    actuals: Text | None = Field(default=None, min_length=1)
    objective: Objective
    sites: Sites
    horizon: Horizon
    claims: tuple[Claim, ...] = ()

    @property
    def data_set(self) -> str:
        """The name of the data set, wherever its folder is."""
        name = PurePath(self.data).name
        return name if name.strip(".") else "data"

    @property
    def unmodelled(self) -> frozenset[str]:
        """Metrics that no rule measures."""
        return frozenset({"interconnect"})
