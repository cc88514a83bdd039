"""Where the sheets that others draw from keep their tables."""

from __future__ import annotations

from typing import NamedTuple

from planner.workbook.sheets import (
    cash,
    chips,
    compute,
    evidence,
    federal,
    funding,
    investment,
    power,
    present,
    security,
    sites,
    software,
    training,
)
from planner.workbook.sheets.provenance import Solved


class Parts(NamedTuple):
    """Places on the other sheets that others draw from; None for what the programme leaves out."""

    investment: investment.Places
    power: power.Places
    sites: sites.Places
    chips: chips.Places
    compute: compute.Places
    present: present.Places
    solved: Solved
    security: security.Places | None
    software: software.Places | None
    training: training.Places | None
    federal: federal.Places | None
    funding: funding.Places | None
    evidence: evidence.Places
    cash: cash.Places
