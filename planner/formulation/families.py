"""Families of variables and rules over lists of keys: each key is there once and as it is meant."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import pyomo.environ as pyo
from pyomo.core.base.var import IndexedVar


def over(keys: Iterable[Any]) -> Any:
    """An index set of keys as they are given; Pyomo would look at every part of every key."""
    return pyo.SetOf(list(keys))


class Family(IndexedVar):
    """Variables that are looked up by their key as it stands; Pyomo asks of each key first what it might be."""

    def __getitem__(self, key: Hashable) -> Any:
        member = self._data.get(key)
        return super().__getitem__(key) if member is None else member

    def items(self, *told: Any, **said: Any) -> Any:
        """In the order of the keys; any other order is Pyomo's own."""
        return super().items(*told, **said) if told or said else self._data.items()


def columns(keys: Iterable[Any], **said: Any) -> Family:
    """A variable for each key; ``said`` is what ``pyo.Var`` is told."""
    return Family(over(keys), **said)
