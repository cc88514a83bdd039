"""The plan by hand with something changed, and the rules that break."""

from __future__ import annotations

from planner.plan import Plan
from planner.verify import Verification

from .hand import plan


def broken_rules(found: Verification) -> set[str]:
    return {breach.rule for breach in found.broken}


def spoilt(table: str, row: int, column: str, value: object) -> Plan:
    """The plan with one cell changed."""
    return cell(plan(), table, row, column, value)


def cell(found: Plan, table: str, row: int, column: str, value: object) -> Plan:
    """Any plan with one cell changed; rows count from the end where they are negative."""
    tables = dict(found.tables)
    changed = tables[table].copy()
    changed[column] = changed[column].astype(object)
    changed.loc[changed.index[row], column] = value
    tables[table] = changed.infer_objects()
    return Plan(tables)


def without(table: str, row: int) -> Plan:
    tables = dict(plan().tables)
    tables[table] = tables[table].drop(index=row)
    return Plan(tables)
