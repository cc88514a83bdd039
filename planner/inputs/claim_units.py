"""Units of claims: each is read once, here. A level is then in the unit that the model and every report use."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from planner.inputs.parse import show
from planner.inputs.programme import Claim

#: says what is wrong: field, found, allowed, suggestion
Say = Callable[..., None]
_THOUSANDS = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15, "e": 1e18, "z": 1e21}
_POWER = re.compile(r"(?P<scale>[kmgt]?)w(?P<basis> ?it| ?facility)?", re.IGNORECASE)
_COMPUTE = re.compile(r"(?P<scale>[kmgtpez]?)flops?(/s(ec)?)?( ?(?P<precision>fp64|bf16|fp8))?", re.IGNORECASE)
_DOLLARS = re.compile(r"us\$|usd|\$|dollars?", re.IGNORECASE)
_AMOUNTS = {
    **dict.fromkeys(("",), 1.0),
    **dict.fromkeys(("k", "thousand"), 1e3),
    **dict.fromkeys(("m", "mm", "mn", "mio", "million", "millions"), 1e6),
    **dict.fromkeys(("b", "bn", "billion", "billions"), 1e9),
    **dict.fromkeys(("t", "tn", "trillion", "trillions"), 1e12),
}
_SHARE = re.compile(r"(?P<percent>%|per ?cent|pct)|share( of [\w ]+)?", re.IGNORECASE)
#: which power a tier counts
_BASIS = {"secured": "facility", "commissioned": "IT", "populated": "IT"}
#: largest level that the programme file allows
_MOST = 1e15


class _Read(NamedTuple):
    """A unit in that of the model: ``each`` is how many of those it is; ``unit`` is how it is shown."""

    each: float
    unit: str


def converted(claim: Claim, say: Say) -> tuple[Claim, str]:
    """The claim in the unit of the model and, where that is another one, a sentence that says so.

    A unit that is not known is a fault that says what to write.
    """
    found, allowed = _read(claim)
    place = f"claims.{claim.id}"
    if found is None:
        say(f"{place}.unit", claim.unit, allowed, f"Write {allowed.partition(',')[0]}, and the level in it.")
        return claim, ""
    if found.each == 1.0:
        return claim, ""
    price = float(show(claim.price_usd / found.each))
    level = None if claim.level is None else float(show(claim.level * found.each))
    new = claim.model_copy(update={"unit": found.unit, "price_usd": price, "level": level})
    if level is None:
        return new, f"Claim {claim.id}: {claim.unit} is read as {found.unit}."
    was = f"{show(claim.level or 0.0)} {claim.unit}"
    if level > _MOST:
        say(f"{place}.level", was, f"at most {_MOST:g} {found.unit}")
    priced = f" and a price of {show(price)} USD per {found.unit}" if price else ""
    return new, f"Claim {claim.id}: {was} is read as {show(level)} {found.unit}{priced}."


def _read(claim: Claim) -> tuple[_Read | None, str]:
    """What the unit of a claim is, and which are allowed, first the one to write."""
    unit = " ".join(claim.unit.split())
    if claim.metric == "power":
        basis = _BASIS.get(claim.tier or "", "")
        because = f": {claim.tier} power is counted so" if basis else ""
        allowed = f"{f'MW {basis}'.strip()}, kW, GW or TW of the same{because}"
        match = _POWER.fullmatch(unit)
        meant = (match["basis"] or "").strip().lower() if match else ""
        if match and (not basis or meant in ("", basis.lower())):
            words = {"it": " IT", "facility": " facility"}.get(meant, "")
            return _Read(_ratio(match["scale"], "m"), f"MW{words}"), allowed
    elif claim.metric == "compute":
        precision = claim.precision or ""
        allowed = f"PFLOP/s {precision}".strip() + ", TFLOP/s, EFLOP/s or another multiple, of the claim's precision"
        match = _COMPUTE.fullmatch(re.sub("(?i)(peta|exa|tera)(?=flop)", lambda m: m[0][0], unit))
        meant = (match["precision"] or "").lower() if match else ""
        if match and meant in ("", precision):
            return _Read(_ratio(match["scale"], "p"), f"PFLOP/s {meant}".strip()), allowed
    elif claim.metric == "budget":
        allowed = "USD, with K, M, B or T"
        if _DOLLARS.search(unit):
            each = _AMOUNTS.get(_DOLLARS.sub("", unit).strip().lower())
            return None if each is None else _Read(each, "USD"), allowed
    elif claim.metric in ("split", "governance", "funding"):
        allowed = "share, or %"
        if match := _SHARE.fullmatch(unit):
            return _Read(0.01 if match["percent"] else 1.0, "share"), allowed
    else:  # a count, or nothing that is measured: the unit is a label
        return _Read(1.0, unit), unit
    return (None if unit else _Read(1.0, "")), allowed


def _ratio(scale: str, to: str) -> float:
    return float(show(_THOUSANDS[scale.lower()] / _THOUSANDS[to]))
