"""The parts of an uncertainty file: which rates and months vary, how, and together with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from planner.errors import Fault

Shape = Literal["triangular", "pert", "lognormal"]
Asset = Literal["racks", "halls"]
#: what may be late: energising the grid, building halls and plant, accrediting a site
Late = Literal["grid", "works", "accreditation"]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
Status = Literal["read", "read-excerpt", "secondary", "derived", "recalled", "assumption", "unsupported"]
MONTH = r"^20\d\d-(0[1-9]|1[0-2])$"
Words = Annotated[tuple[str, ...], Field(strict=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Family(_Strict):
    """Cost lines that one factor multiplies; without ``low`` and ``high`` the figures behind the lines give the range.

    ``ends`` is the share of draws below low, and above high, of a lognormal.
    """

    id: Id
    name: str = Field(min_length=3)
    lines: Words = Field(min_length=1)
    shape: Shape
    low: float | None = Field(default=None, ge=0)
    mid: float = Field(default=1.0, ge=0)
    high: float | None = Field(default=None, ge=0, le=1000)
    ends: float = Field(default=0.1, gt=0, lt=0.5)
    status: Status
    basis: str = Field(min_length=3)


class Delay(_Strict):
    """Months that a site is late by: from the lead times ``figures`` names, or as given; ``moves`` are cost lines.

    ``between_sites`` is the correlation of two sites, ``chance`` the share of draws with any delay.
    """

    id: Late
    name: str = Field(min_length=3)
    figures: Words = ()
    shape: Shape = "triangular"
    chance: float = Field(default=1.0, ge=0, le=1)
    low_months: float = Field(default=0.0, ge=0)
    mid_months: float = Field(default=0.0, ge=0)
    high_months: float | None = Field(default=None, ge=0, le=600)
    between_sites: float = Field(ge=0, le=1)
    moves: Words = ()
    status: Status
    basis: str = Field(min_length=3)


class Stop(_Strict):
    """What is dropped first where the money ends; of each, the latest first."""

    drop_first: Annotated[tuple[Asset, ...], Field(strict=False)] = Field(min_length=1)


class Head(_Strict):
    """The promise whose joint confidence with the budget is shown first, and the confidence to set money aside for.

    ``until`` is the month, YYYY-MM, at whose opening more is known: what is signed before it holds in every future.
    """

    title: str = Field(min_length=3)
    why: str = ""
    milestone: str
    confidence: float = Field(gt=0, lt=1)
    until: str | None = Field(default=None, pattern=MONTH)


@dataclass(frozen=True)
class Uncertainty:
    """A read file; ``correlations`` has a row for each family, then each delay. ``rows`` are lines of the file."""

    file: str
    sha256: str
    title: str
    milestone: str
    confidence: float
    families: tuple[Family, ...]
    delays: tuple[Delay, ...]
    correlations: NDArray[np.float64]
    drop_first: tuple[str, ...]
    rows: Mapping[tuple[str, ...], int]
    until: str | None = None

    def fault(self, part: Family | Delay, field: str, found: str, allowed: str, suggestion: str = "") -> Fault:
        """A fault of a family or a delay that shows only with a plan."""
        kind = "family" if isinstance(part, Family) else "delay"
        row = self.rows.get((kind, part.id, field)) or self.rows.get((kind, part.id))
        return Fault(self.file, row, f"{kind}.{part.id}.{field}", found, allowed, suggestion)
