"""Reading an uncertainty file: every fault at once, by its line and field."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from planner.errors import Fault, InputError
from planner.inputs.case import Case
from planner.inputs.parse import did_you_mean, listing
from planner.inputs.schema import BY_NAME
from planner.risk.uncertainty import Delay, Family, Head, Stop, Uncertainty
from planner.wbs import ON_TOP, UNALLOCATED

#: least eigenvalue that rounding may give a matrix of correlations
ROUNDING = -1e-9
#: lines that follow from others or buy nothing: they cannot vary by themselves
NOT_BY_THEMSELVES = {UNALLOCATED, *(code for pair in ON_TOP.values() for code in pair if code)}


def read(path: Path, case: Case, milestone: str | None = None, confidence: float | None = None) -> Uncertainty:
    """The file, checked against a case; ``milestone`` and ``confidence`` replace its own.

    Raises InputError with every fault, by line and field.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError([Fault(path.name, None, "", str(error), "a TOML document")]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError([Fault(path.name, None, "", str(error), "a readable file in UTF-8")]) from None
    given = {k: v for k, v in (("milestone", milestone), ("confidence", confidence)) if v is not None}
    return _Reader(path.name, text, {**raw, **given}, case, set(given)).read(hashlib.sha256(content).hexdigest())


class _Reader:
    """One reading: parts that parse are checked together, whatever is wrong with the others."""

    def __init__(self, file: str, text: str, raw: dict[str, Any], case: Case, options: set[str]) -> None:
        self.file, self.raw, self.case, self.options = file, raw, case, options
        self.lines = dict(_lines(text))
        self.faults: list[Fault] = []

    def say(self, place: tuple[str, ...], found: object, allowed: str, suggestion: str = "") -> None:
        if place[:1] and place[0] in self.options:
            self.faults.append(Fault(f"--{place[0]}", None, "", str(found), allowed, suggestion))
            return
        row = next((self.lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in self.lines), None)
        name = self._id(*place[:2]) if len(place) > 1 else ""
        column = ".".join([place[0], name, *place[2:]] if name else place)
        self.faults.append(Fault(self.file, row, column, str(found), allowed, suggestion))

    def read(self, sha256: str) -> Uncertainty:
        known = ("family", "delay", "correlations", "stop")
        head = self._part(Head, {k: v for k, v in self.raw.items() if k not in known}, ())
        families = self._many("family", Family)
        delays = self._many("delay", Delay)
        stop = self._part(Stop, self.raw.get("stop", {}), ("stop",))
        if head is not None:
            self._milestone(head.milestone)
        self._families(families)
        self._delays(delays)
        matrix = self._matrix([str(part.get("id")) for kind in ("family", "delay") for part in self._tables(kind)])
        if self.faults or head is None or stop is None or matrix is None:
            raise InputError(sorted(self.faults, key=lambda f: (f.row or 0, f.column)))
        rows = {(p[0], i, *p[2:]): n for p, n in self.lines.items() if len(p) > 1 and (i := self._id(p[0], p[1]))}
        about = (head.title, head.milestone, head.confidence, tuple(families), tuple(delays))
        return Uncertainty(self.file, sha256, *about, matrix, stop.drop_first, rows, head.until)

    # parts

    def _tables(self, kind: str) -> list[dict[str, Any]]:
        found = self.raw.get(kind, [])
        return [t for t in found if isinstance(t, dict)] if isinstance(found, list) else []

    def _id(self, kind: str, place: str) -> str:
        tables = self._tables(kind) if kind in ("family", "delay") else []
        return str(tables[int(place)].get("id", "")) if place.isdigit() and int(place) < len(tables) else ""

    def _many(self, kind: str, model: type[Any]) -> list[Any]:
        tables = self._tables(kind)
        if kind == "family" and not tables:
            self.say((kind,), "no [[family]]", "at least one family of cost lines")
        found = [self._part(model, table, (kind, str(n))) for n, table in enumerate(tables)]
        return [one for one in found if one is not None]

    def _part(self, model: type[Any], raw: object, place: tuple[str, ...]) -> Any | None:
        """A part as its model reads it; None with a fault for each field that is wrong."""
        try:
            return model.model_validate(raw)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                loc = tuple(map(str, detail["loc"]))
                unknown = detail["type"] == "extra_forbidden"
                allowed = listing(model.model_fields, 20) if unknown else detail["msg"].removeprefix("Input should be ")
                found = loc[-1] if unknown else "nothing" if detail["type"] == "missing" else detail["input"]
                advice = did_you_mean(loc[-1], model.model_fields) if unknown else ""
                if loc[-1:] in (("low_months",), ("mid_months",), ("high_months",)):
                    advice = "A delay is never negative: being early is of no use to a fixed plan."
                self.say((*place, *loc), found, allowed, advice)
            return None

    # what parts say of the case and of each other

    def _milestone(self, given: str) -> None:
        names = [c.id for c in self.case.programme.claims if c.by is not None and c.level is not None]
        if given not in names:
            allowed = (
                f"a dated promise of the programme: {listing(names)}" if names else "the programme dates no promise"
            )
            self.say(("milestone",), given, allowed, did_you_mean(given, names))

    def _families(self, families: Sequence[Family]) -> None:
        owner: dict[str, str] = {}
        for n, table in enumerate(self._tables("family")):
            family = next((f for f in families if f.id == table.get("id")), None)
            if family is None:
                continue
            place = ("family", str(n))
            if (family.low is None) != (family.high is None):
                self.say((*place, "low"), "one of low and high", "both, or neither to take them from the data")
            elif family.low is not None and family.high is not None:
                self._order((*place, "low"), family.low, family.mid, family.high)
            self._codes((*place, "lines"), family.lines)
            for code in family.lines:
                if owner.setdefault(code, family.id) != family.id:
                    self.say((*place, "lines"), code, f"a line of one family; {owner[code]} has it")
        self._twice()

    def _delays(self, delays: Sequence[Delay]) -> None:
        for n, table in enumerate(self._tables("delay")):
            delay = next((d for d in delays if d.id == table.get("id")), None)
            if delay is None:
                continue
            place = ("delay", str(n))
            if bool(delay.figures) == (delay.high_months is not None):
                self.say((*place, "figures"), "both or none of them", "either figures, or low, mid and high_months")
            if delay.high_months is not None:
                self._order((*place, "low_months"), delay.low_months, delay.mid_months, delay.high_months)
            for figure in delay.figures:
                table_name, _, column = figure.partition(".")
                columns = [c.name for c in BY_NAME[table_name].columns] if table_name in BY_NAME else []
                if column not in columns or not column.endswith("_months"):
                    self.say((*place, "figures"), figure, "table.column of a lead time in months")
            self._codes((*place, "moves"), delay.moves)

    def _order(self, place: tuple[str, ...], low: float, mid: float, high: float) -> None:
        if not low <= mid <= high:
            self.say(place, f"low {low:g}, mid {mid:g}, high {high:g}", "low at most mid, mid at most high")

    def _codes(self, place: tuple[str, ...], codes: Sequence[str]) -> None:
        free = [code for code, line in self.case.wbs.items() if line.category and code not in NOT_BY_THEMSELVES]
        for code in codes:
            if code in NOT_BY_THEMSELVES:
                self.say(
                    place, code, "a line of cost; management, contingency and what is set aside follow from others"
                )
            elif code not in free:
                self.say(
                    place, code, f"codes of wbs.csv that carry cost: {listing(free, 50)}", did_you_mean(code, free)
                )

    def _twice(self) -> None:
        seen = set[str]()
        for kind in ("family", "delay"):
            for n, table in enumerate(self._tables(kind)):
                if (name := str(table.get("id"))) in seen:
                    self.say((kind, str(n), "id"), name, "a name that no other family or delay has")
                seen.add(name)

    def _matrix(self, names: Sequence[str]) -> NDArray[np.float64] | None:
        """Correlations in the order of families and delays; None with a fault for each row that is wrong."""
        raw, before = self.raw.get("correlations"), len(self.faults)
        if not isinstance(raw, dict):
            self.say(("correlations",), "no [correlations]", f"a row for each of {listing(names, 40)}")
            return None
        for name, row in raw.items():
            place = ("correlations", name)
            numbers = isinstance(row, list) and all(type(x) in (int, float) for x in row)
            if name not in names:
                self.say(place, name, f"a family or a delay: {listing(names, 40)}", did_you_mean(name, names))
            elif not numbers or len(row) != len(raw):
                self.say(place, row, f"{len(raw)} numbers, one for each row, in the order of the rows")
            elif any(not -1 <= x <= 1 for x in row):
                self.say(place, row, "numbers from -1 to 1")
            elif row[list(raw).index(name)] != 1:
                self.say(place, row[list(raw).index(name)], "1 for the row with itself")
        for name in (n for n in dict.fromkeys(names) if n not in raw):
            self.say(("correlations",), f"no row {name}", "a row for each family and delay")
        if len(self.faults) > before:
            return None
        order = list(raw)
        matrix = np.array([raw[name] for name in order], dtype=float)
        for i, j in zip(*np.nonzero(np.tril(matrix != matrix.T)), strict=True):
            found = f"{matrix[i, j]:g} with {order[j]}, where row {order[j]} has {matrix[j, i]:g}"
            self.say(("correlations", order[i]), found, "the same number in both rows: a correlation has no direction")
        if len(self.faults) > before:
            return None
        least, vectors = np.linalg.eigh(matrix)
        if least[0] < ROUNDING:
            worst = order[int(np.argmax(np.abs(vectors[:, 0])))]
            advice = "Such correlations cannot all hold at once; bring those of the named row nearer to 0."
            self.say(
                ("correlations", worst),
                f"a least eigenvalue of {least[0]:.3g}",
                "a positive semidefinite matrix",
                advice,
            )
            return None
        places = [order.index(name) for name in names]
        return matrix[np.ix_(places, places)]


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Where tables and fields stand: ("family", "0", "low") -> line, counted from 1."""
    place: tuple[str, ...] = ()
    counts: dict[str, int] = {}
    for n, line in enumerate(text.splitlines(), 1):
        if many := re.match(r"\s*\[\[\s*([\w-]+)\s*\]\]", line):
            name = many[1]
            counts[name] = counts.get(name, -1) + 1
            place = (name, str(counts[name]))
            yield place, n
        elif one := re.match(r"\s*\[\s*([\w-]+)\s*\]\s*(#.*)?$", line):
            place = (one[1],)
            yield place, n
        elif field := re.match(r"\s*\"?([\w-]+)\"?\s*=", line):
            yield (*place, field[1]), n
