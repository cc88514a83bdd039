"""An answer as values: a title, a lead sentence, sections with their charts, and the whole document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from planner.comparison.sections import Section
from planner.inputs.case import Case


@dataclass(frozen=True)
class Chart:
    """A native chart of a section: ``lines`` over the figures of column ``x``, or ``bars`` with names there.

    ``ys`` are columns of figures; of bars, the first one only carries the others and is not drawn. ``rows`` cuts it.
    """

    kind: Literal["lines", "bars"]
    x: int
    ys: tuple[int, ...]
    x_title: str
    y_title: str
    says: str
    rows: int | None = None


@dataclass(frozen=True)
class Answer:
    """``sections``, each with the name of its sheet and its chart (None: none); the document is all of it."""

    title: str
    lead: str
    case: Case
    document: Mapping[str, Any]
    sections: Sequence[tuple[str, Section, Chart | None]]
    notes: Sequence[str] = ()
