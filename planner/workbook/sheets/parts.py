"""Where the sheets that others draw from keep their tables."""

from __future__ import annotations

from typing import NamedTuple

from planner.workbook.sheets import (
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
    """Places on the other sheets that the summary, the promises and the checks draw from."""

    investment: investment.Places
    power: power.Places
    sites: sites.Places
    chips: chips.Places
    compute: compute.Places
    present: present.Places
    solved: Solved
    security: security.Places
    software: software.Places
    training: training.Places
    federal: federal.Places
    funding: funding.Places
    evidence: evidence.Places
