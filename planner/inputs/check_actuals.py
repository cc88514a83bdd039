"""Actuals as they are read: every cell, then what rows say together and against the data, each fault at its row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from planner.errors import Fault
from planner.inputs.actuals import COLUMNS, KINDS, PROGRAMME, READY, SPENT, Actual, Kind
from planner.inputs.numerals import NUMBER
from planner.inputs.parse import did_you_mean, listing

if TYPE_CHECKING:
    from planner.inputs.case import Case


def read(path: Path, case: Case) -> tuple[tuple[Actual, ...], list[Fault]]:
    """The rows of a file for a case whose ``as_of`` says what is past, and every fault in them by row and column."""
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        return (), [
            Fault(path.name, None, "", f"a file that cannot be read ({error})", "a table of actuals, CSV UTF-8")
        ]
    if not rows or tuple(cell.strip() for cell in rows[0]) != COLUMNS:
        found = ", ".join(rows[0]) if rows else "no header"
        return (), [Fault(path.name, 1, "", found, f"the columns {', '.join(COLUMNS)}")]
    table = _Table(path.name, case)
    for line, cells in enumerate(rows[1:], 2):
        if any(cell.strip() for cell in cells):
            table.add(line, [cell.strip() for cell in cells])
    table.together()
    return tuple(table.rows), sorted(set(table.faults), key=lambda f: (f.row or 0, f.column))


class _Table:
    """Rows as they are read, with what is wrong."""

    def __init__(self, name: str, case: Case) -> None:
        self.name, self.case, self.known = name, case, _known(case)
        self.rows: list[Actual] = []
        self.faults: list[Fault] = []
        self.lines: dict[tuple[str, tuple[str, ...], int], int] = {}

    def wrong(self, line: int | None, column: str, found: str, allowed: str, advice: str = "") -> None:
        self.faults.append(Fault(self.name, line, column, found, allowed, advice))

    def add(self, line: int, cells: list[str]) -> None:
        """Read one row; a row with a fault in it is left out."""
        if len(cells) != len(COLUMNS):
            self.wrong(line, "", f"{len(cells)} cells", f"{len(COLUMNS)} cells: {', '.join(COLUMNS)}")
            return
        label, named, where, what, amount, unit = cells
        before = len(self.faults)
        kind = KINDS.get(READY.get(named, named))
        if kind is None:
            names = [*KINDS, *READY]
            self.wrong(line, "kind", named or "an empty cell", f"one of {', '.join(names)}", did_you_mean(named, names))
        t = self._period(line, label)
        number = self._amount(line, kind, amount)
        if kind is not None:
            self._ids(line, kind, where, what)
            if unit != kind.unit:
                self.wrong(line, "unit", unit or "an empty cell", f"{kind.unit}, of {named}")
        if len(self.faults) > before or kind is None or t is None:
            return
        key = (*([where] if kind.where != PROGRAMME else []), *(what.split("/") if kind.what else []))
        begun = self._begun(line, named, key, t)
        row = Actual(READY.get(named, named), tuple(key), begun, number, line)
        same = (row.kind, row.key, row.t)
        if same in self.lines:
            self.wrong(line, "kind", f"what row {self.lines[same]} says as well", "each fact once")
        elif begun >= 0:
            self.lines[same] = line
            if number:
                self.rows.append(row)

    def _period(self, line: int, label: str) -> int | None:
        labels, past = self.case.periods.labels(), self.case.past
        if label not in labels:
            self.wrong(
                line, "period", label or "an empty cell", f"a period of the programme, {labels[0]} to {labels[-1]}"
            )
            return None
        if labels.index(label) >= past:
            ended = f"a period that ended by {self.case.programme.as_of}"
            self.wrong(
                line, "period", f"{label}, which lies in the future", f"{ended}: {listing(labels[:past]) or 'none'}"
            )
        return labels.index(label)

    def _amount(self, line: int, kind: Kind | None, amount: str) -> float:
        number = float(amount) if NUMBER.fullmatch(amount) else float("nan")
        if not 0 <= number < float("inf"):
            self.wrong(line, "amount", amount or "an empty cell", "a number of 0 or more")
        elif kind is not None and kind.whole and number != int(number):
            self.wrong(line, "amount", amount, f"a whole number of {kind.unit}")
        elif kind is not None and number > kind.most:
            self.wrong(line, "amount", amount, f"{kind.most:g} at most")
        return number

    def _ids(self, line: int, kind: Kind, where: str, what: str) -> None:
        there = self.known[kind.where]
        if where not in there:
            self.wrong(line, "where", where or "an empty cell", f"a {kind.where}", did_you_mean(where, there))
        parts = what.split("/") if what else []
        if len(parts) != len(kind.what):
            self.wrong(line, "what", what or "an empty cell", "/".join(kind.what) or "an empty cell")
            return
        for part, column in zip(parts, kind.what, strict=True):
            if part not in self.known[column]:
                self.wrong(line, "what", part or "an empty cell", f"a {column}", did_you_mean(part, self.known[column]))

    def _begun(self, line: int, named: str, key: Sequence[str], t: int) -> int:
        """The period of the start, for what is dated by when it was ready."""
        if named not in READY:
            return t
        lead = (self.case.designs if named == "commissioned" else self.case.chips)[key[1]].lead_months
        begun = self.case.periods.last_start(t, lead)
        if begun < 0:
            label = self.case.periods.label(t)
            first = self.case.periods.label(min(self.case.periods.last, self.case.periods.ready(0, lead)))
            self.wrong(line, "period", f"{label}, {named} before its {lead:g} months could pass", f"{first} or later")
        return begun

    # what rows say together

    def together(self) -> None:
        """Sites, supply and authority: what no row shows by itself."""
        opened = {row.key[0]: row.t for row in self.rows if row.kind == "opens"}
        for row in self.rows:
            if KINDS[row.kind].where == "site_id" and row.kind != "opens" and row.key[0] not in opened:
                self.wrong(row.line, "where", f"{row.key[0]}, which no row opens", "a site that is open by then")
            if row.kind == "opens" and row.t != 0:
                first = self.case.periods.label(0)
                self.wrong(row.line, "period", self.case.periods.label(row.t), f"{first}: sites open at the opening")
        self._sums("bought", self._racks, "racks of the chip in the period, over all sites")
        self._sums("contract", lambda row: (row.key, 1.0), "contract of the tranche")
        self._sums("starts", lambda row: (row.key, 1.0), "start of the initiative")
        self._sums("units", lambda row: (row.key[:1], self._plant_room(row)), "units of plant at the site")
        self._opened(opened)
        self._discounted()
        self._authority()

    def _opened(self, opened: dict[str, int]) -> None:
        asked = self.case.programme.sites.count
        if self.case.past and len(opened) != asked:
            advice = "Where nothing was opened yet, plan a programme whose horizon begins with what is left of it."
            allowed = f"{asked}, as the programme asks: sites open together at the opening"
            self.wrong(None, "kind", f"opens of {len(opened)} sites", allowed, advice)

    def _discounted(self) -> None:
        """MW at the framework price: all above its threshold, unless a firm split asks for dollars, and no more."""
        halls = [r for r in self.rows if r.kind == "modules" and not self.case.designs[r.key[1]].brings_own_power]
        mw = sum(r.amount * self.case.designs[r.key[1]].module_mw for r in halls)
        least = max(0.0, mw - self.case.parameter("volume_threshold_mw"))
        had = sum(r.amount for r in self.rows if r.kind == "discounted")
        if not self.case.split_is_firm and had < least - 1e-6:
            found = f"{had:,.10g} MW IT discounted with {mw:,.10g} MW of new halls started"
            self.wrong(halls[-1].line, "amount", found, f"rows of the kind discounted for {least:,.10g} MW IT at least")

    def _sums(self, kind: str, most: Callable[[Actual], tuple[tuple[object, ...], float]], words: str) -> None:
        """Amounts of a kind by group, each within its most; the row that passes it is named."""
        sums: dict[tuple[object, ...], float] = {}
        for row in (r for r in self.rows if r.kind == kind):
            group, limit = most(row)
            sums[group] = sums.get(group, 0.0) + row.amount
            if sums[group] > limit + 1e-9:
                self.wrong(row.line, "amount", f"{sums[group]:,.10g} {words}", f"{limit:,.10g} at most")

    def _racks(self, row: Actual) -> tuple[tuple[object, ...], float]:
        p = self.case.periods
        supply = self.case.chip_supply.get((row.key[1], p.year(row.t)))
        return (row.key[1], row.t), 0.0 if supply is None else supply.supply_racks_per_year * p.years

    def _plant_room(self, row: Actual) -> float:
        return self.case.sites[row.key[0]].max_onsite_mw / self.case.plants[row.key[1]].unit_mw

    def _authority(self) -> None:
        """Money spent to date within what was authorised to date."""
        case, spent, last = self.case, 0.0, {r.t: r for r in self.rows if r.kind == SPENT}
        for t in sorted(last):
            spent += sum(r.amount for r in self.rows if r.kind == SPENT and r.t == t)
            most = 1e6 * sum(case.authority_share(u) for u in case.periods if u <= t) * case.spendable_musd
            if spent > most + 0.005:
                found = f"{spent:,.2f} USD spent by the end of {case.periods.label(t)}"
                self.wrong(last[t].line, "amount", found, f"{most:,.2f} USD, the authority to date less the reserve")


def _known(case: Case) -> dict[str, list[str]]:
    """Ids by column, as text."""
    return {
        PROGRAMME: [PROGRAMME],
        "site_id": list(case.sites),
        "design_id": list(case.designs),
        "level_id": list(case.levels),
        "tranche": list(dict.fromkeys(str(g) for _, g in case.tranches_of_grid)),
        "plant_id": list(case.plants),
        "ppa_id": list(dict.fromkeys(i for i, _ in case.ppas)),
        "chip_id": list(case.chips),
        "agency_id": list(case.agencies),
        "workload_id": list(case.workloads),
        "accreditation_id": list(case.accreditations),
        "initiative_id": list(case.initiatives),
        "service_id": list(dict.fromkeys([*(w.service_id or "none" for w in case.workloads.values())])),
        "track_id": list(case.tracks),
        "place_id": [*case.sites, *case.agencies],
        "category": [c for c, e in case.categories.items() if e.side != "none"],
    }
