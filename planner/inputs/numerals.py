"""Numbers as text: how they are written here, and what a number dressed up for people would be."""

from __future__ import annotations

import math
import re
from decimal import Decimal

NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
#: a number as people say it, and the powers of ten that its ending stands for
AMOUNT = re.compile(rf"\$?(?P<number>{NUMBER.pattern})\s?(?P<ending>%|k|m|bn?)", re.IGNORECASE)
ENDINGS = {"%": -2, "k": 3, "m": 6, "b": 9, "bn": 9}
#: fields of a programme of which a percent is a part
SHARES = ("infrastructure_share", "infrastructure_share_tolerance", "gap")
AN_AMOUNT = "a number, such as 60e9, 60B, 1.5M or 20%"
#: characters of a text; a cell of a workbook holds 32,767, and some hold several texts
LONGEST_TEXT = 4000
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}([,_'.][0-9]{3})+")


def show(number: float) -> str:
    return format(number, ".15g")


def number_of(text: str) -> str:
    """The digits of ``60B``, ``1.5M`` or ``20%``; of anything else, the text as it is."""
    match = AMOUNT.fullmatch(text)
    if match is None:
        return text
    number = float(match["number"])
    if not 1e-99 < abs(number) < 1e99:  # 1e999999999B has a thousand million digits
        return show(number)
    return format(Decimal(match["number"]).scaleb(ENDINGS[match["ending"].lower()]).normalize(), "f")


def plain(text: str, share: bool = False) -> str:
    """How a number dressed up for people is written; nothing where it could be one of two. ``share``: % is a part."""
    bare = re.sub(r"[\s$]", "", text)
    percent = bare.endswith("%")
    bare = bare if percent else number_of(bare)
    bare = _undressed(written := bare.rstrip("%"))
    if not NUMBER.fullmatch(bare) or not math.isfinite(float(bare)) or (percent and not share):
        return ""
    if percent:
        return f"Write {show(float(bare) / 100)}."
    if re.fullmatch("[+-]?[0-9]{1,3},[0-9]{3}", written):
        return f"Write {bare}, or {written.replace(',', '.')} if the comma is a decimal point."
    return f"Write {bare}."


def _undressed(number: str) -> str:
    """A number without marks between thousands, with a point before its decimals; 1,000 is a thousand."""
    marks = [c for c in number if c in ",._'"]
    if "," not in marks and "." not in marks[:-1]:
        return re.sub("[_']", "", number)
    last = marks[-1]
    whole, _, rest = number.rpartition(last)
    one_kind = set(marks) == {last}
    if one_kind and (len(marks) > 1 or last == ",") and _GROUPED.fullmatch(number):
        return number.replace(last, "")
    if marks.count(last) > 1 or (marks[:-1] and not _GROUPED.fullmatch(whole)):
        return ""
    return re.sub(r"[,._']", "", whole) + f".{rest}"
