"""What differs between stored runs: inputs, decisions, figures, dollars. The others are held to the first run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planner.analyses.compare.bridge import Bridge, Step, bridge
from planner.analyses.compare.decisions import Decision, changed_decisions
from planner.analyses.compare.indicators import Indicator, changed_indicators
from planner.analyses.compare.inputs import InputChange, changed_inputs
from planner.errors import UsageError
from planner.store import Stored

__all__ = ["Bridge", "Comparison", "Decision", "Indicator", "InputChange", "Pair", "Step", "compare"]

SCHEMA = "planner/compare/1"
LONGEST_LABEL = 40
_ABOUT = ("title", "model", "changes", "verdict", "gap", "inputs_sha256")


@dataclass(frozen=True)
class Pair:
    """One run against the first. What needs two plans is None where one of the runs has none."""

    base: Stored
    other: Stored
    base_label: str
    label: str
    inputs: tuple[InputChange, ...]
    decisions: tuple[Decision, ...] | None
    indicators: tuple[Indicator, ...] | None
    bridge: Bridge | None
    operations: Bridge | None

    @property
    def run(self) -> str:
        return name(self.other)

    def as_dict(self) -> dict[str, Any]:
        """What differs; ``bridge`` is the investment, which operating cost is never added to."""
        return {
            "inputs": [change.as_dict() for change in self.inputs],
            "decisions": None if self.decisions is None else [d.as_dict() for d in self.decisions],
            "indicators": None if self.indicators is None else [i.as_dict() for i in self.indicators],
            "bridge": self.bridge.as_dict() if self.bridge else None,
            "operations_bridge": self.operations.as_dict() if self.operations else None,
        }


@dataclass(frozen=True)
class Comparison:
    base: Stored
    pairs: tuple[Pair, ...]

    @property
    def runs(self) -> tuple[tuple[str, Stored], ...]:
        """Every run with what it is called here, the base first."""
        return (self.pairs[0].base_label, self.base), *((pair.label, pair.other) for pair in self.pairs)

    def as_dict(self) -> dict[str, Any]:
        """The first pair by its own keys; further ones under ``others``, each with its ``run``."""
        first, *rest = self.pairs
        return {
            "schema": SCHEMA,
            "runs": [about(label, stored) for label, stored in self.runs],
            **first.as_dict(),
            "others": [{"run": pair.run, **pair.as_dict()} for pair in rest],
        }


def name(stored: Stored) -> str:
    return str(stored.document.get("run") or stored.case.name)


def labels(runs: Sequence[Stored]) -> list[str]:
    """What a person calls each run: what it asks, else its programme; its id where two are alike."""

    def asked(stored: Stored) -> str:
        case = stored.case
        words = " + ".join(case.what_ifs or case.changes)
        return words if words and len(words) <= LONGEST_LABEL else name(stored) if words else case.name

    known = [asked(run) for run in runs]
    programmes = {run.case.name for run in runs}
    if len(programmes) > 1:
        known = [w if w == r.case.name else f"{r.case.name}: {w}" for w, r in zip(known, runs, strict=True)]
    return [w if known.count(w) == 1 else name(r) for w, r in zip(known, runs, strict=True)]


def about(label: str, stored: Stored) -> dict[str, Any]:
    document: Mapping[str, Any] = stored.document
    figures = {key: document.get(key) for key in _ABOUT}
    asked = {"what_ifs": list(stored.case.what_ifs), "base_year": stored.case.programme.base_year}
    return {"run": name(stored), "label": label, **figures, **asked}


def compare(runs: Sequence[Stored]) -> Comparison:
    """Every run against the first. UsageError where their dollars cannot be compared."""
    if len(runs) < 2:
        raise UsageError("a comparison needs two runs at least")
    base, *others = runs
    _same_dollars(runs)
    first, *called = labels(runs)
    pairs = (_pair(base, other, first, label) for other, label in zip(others, called, strict=True))
    return Comparison(base, tuple(pairs))


def _pair(base: Stored, other: Stored, first: str, label: str) -> Pair:
    inputs = tuple(changed_inputs(base.case, other.case))
    if base.plan is None or other.plan is None:
        return Pair(base, other, first, label, inputs, None, None, None, None)
    return Pair(
        base,
        other,
        first,
        label,
        inputs,
        tuple(changed_decisions(base.plan, other.plan)),
        tuple(changed_indicators(base.document, other.document)),
        bridge(base.plan, other.plan, other.case, "investment"),
        bridge(base.plan, other.plan, other.case, "operations"),
    )


def _same_dollars(runs: Sequence[Stored]) -> None:
    years = {name(run): run.case.programme.base_year for run in runs}
    if len(set(years.values())) > 1:
        listed = "; ".join(f"{run} has {year}" for run, year in years.items())
        raise UsageError(f"these runs speak of dollars of different base years and cannot be compared: {listed}")
