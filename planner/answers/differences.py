"""A comparison with another run as an answer about one run."""

from __future__ import annotations

from planner.analyses.compare import Pair
from planner.answers import Answer
from planner.comparison.leads import lead
from planner.comparison.sections import of_pair

#: title of a section -> its sheet
SHEETS = {
    "Inputs changed": "inputs",
    "Bridge of investment": "bridge",
    "Bridge of operating cost": "bridge, operations",
    "Decisions changed": "decisions",
    "Decisions by period": "by period",
    "All figures that differ": "figures",
}


def answer(pair: Pair) -> Answer:
    sections = [(SHEETS.get(s.title, "headlines"), s, None) for s in of_pair(pair)]
    return Answer(f"Compared with {pair.base_label}", lead(pair), pair.other.case, {}, sections)
