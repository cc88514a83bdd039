"""The programme file: what is asked of the data. Strict values; no figure that a data table holds."""

from __future__ import annotations

from pathlib import PurePath
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Metric = Literal[
    "power",
    "compute",
    "sites",
    "budget",
    "split",
    "governance",
    "services",
    "interconnect",
    "funding",
    "memo",
]
Tier = Literal["secured", "commissioned", "populated", "installed", "serving"]
Precision = Literal["fp64", "bf16", "fp8"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Horizon(_Strict):
    """Periods of equal length from the opening of ``first_year``."""

    first_year: int = Field(ge=2020, le=2090)
    periods: int = Field(ge=1, le=160)
    months_per_period: Literal[3, 6, 12] = 12


class Sites(_Strict):
    count: int = Field(ge=1, le=1000)
    minimum_regions: int = Field(ge=1, le=100)


class Claim(_Strict):
    """One row of the announcement. ``metric`` says which room speaks to it.

    A claim with a ``level`` and a ``by`` year is a commitment: firm ones hold or the run is
    infeasible, goals are approached in the objective's order, ``reported`` ones are only shown.
    ``initiatives`` are what a claim on services names: each is offered by the end of ``by``.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    claim: str = Field(min_length=3)
    said_by: str = Field(min_length=2)
    metric: Metric
    tier: Tier | None = None
    precision: Precision | None = None
    level: float | None = Field(default=None, ge=0)
    unit: str = ""
    by: int | None = Field(default=None, ge=2020, le=2100)
    binding: Literal["firm", "goal", "reported"] = "reported"
    priority: int = Field(default=1, ge=1, le=9)
    initiatives: tuple[str, ...] = Field(default=(), strict=False)
    note: str = ""


class Stage(_Strict):
    """One objective in the declared order, with what later stages may give back of it.

    ``give_back_share`` is a share of this stage's value; ``give_back_budget_share`` is a share of
    the budget: dollars that later stages may add anywhere (category by site) to this stage's plan.
    """

    name: Literal[
        "mission value",
        "goal shortfall",
        "present cost",
        "net present value",
        "secured power",
        "compute",
        "emissions",
    ]
    give_back_share: float = Field(default=0.0, ge=0, le=1)
    give_back_budget_share: float | None = Field(default=None, ge=0, le=1)
    precision: Precision | None = None


class Programme(_Strict):
    """A programme file, read.

    With the soft side left out nothing gates service, nobody is trained, and the soft share of the budget is set aside.
    """

    title: str = Field(min_length=3)
    why: str = ""
    data: str = Field(min_length=1)
    as_of: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    base_year: int = Field(ge=2015, le=2100)
    budget_usd: float = Field(gt=0, le=1e14)
    infrastructure_share: float = Field(ge=0, le=1)
    infrastructure_share_tolerance: float = Field(default=0.03, ge=0, le=1)
    demand_case: Literal["low", "mid", "high"] = "mid"
    discount_rate: str = "real7"
    soft_side: Literal["modelled", "left out"] = "modelled"
    sites: Sites
    horizon: Horizon
    stages: tuple[Stage, ...] = Field(min_length=1)
    claims: tuple[Claim, ...] = ()

    @property
    def data_set(self) -> str:
        """The name of the data set, wherever its folder is."""
        name = PurePath(self.data).name
        return name if name.strip(".") else "data"

    @property
    def unmodelled(self) -> frozenset[str]:
        """Metrics that no room of this programme measures."""
        left_out = {"split", "governance", "services", "funding"} if self.soft_side == "left out" else set()
        return frozenset({"interconnect", *left_out})
