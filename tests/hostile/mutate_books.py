"""Workbooks changed at random: the XML of their parts, the parts, and the zip that holds them."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from collections.abc import Callable

from mutate_text import BYTES, WORDS, Dice, encoding

Parts = dict[str, bytes]

CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"([^>]*?)(/>|>.*?</c>)', re.DOTALL)
ROW = re.compile(rb"<row [^>]*?(?:/>|>.*?</row>)", re.DOTALL)
RAW = [
    b"<v>1e400</v>", b"<v>NaN</v>", b"<v></v>", b"<v/>", b"<v>-1</v>", b"<v>0</v>", b"<v>1e308</v>",
    b"<v>" + b"9" * 5000 + b"</v>",
    b"<v>45658</v>", b"<v>2958466</v>", b"<v>-1e9</v>", b"<v>1 000</v>", b"<f>1/0</f><v>0</v>",
    b"<f>SUM(A1:A9)</f>", b"<f/>", b"<v>1</v><v>2</v>",
    b'<f t="shared" si="99"/>', b'<f t="array" ref="A1:ZZ99">1</f><v>1</v>',
    b"<f>" + b"(" * 9000 + b"</f><v>1</v>", b"<is><t>x</t></is>",
    b"<is><r><t>a</t></r><r><t>b</t></r></is>", b"<v>&#0;</v>", b"<v>&lt;</v>", b"<v>\xff</v>", b"<x/>",
    b"<v><v>1</v></v>",
]  # fmt: skip
TYPES = [
    b"",
    b' t="s"',
    b' t="str"',
    b' t="inlineStr"',
    b' t="b"',
    b' t="e"',
    b' t="d"',
    b' t="n"',
    b' t="z"',
    b' s="9999"',
    b' s="-1"',
    b' s="3"',
]


def unzipped(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}


def zipped(parts: Parts) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for name, data in parts.items():
            target.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return raw.getvalue()


def _on_parts(change: Callable[[Dice, Parts], object]) -> Callable[[Dice, bytes], bytes]:
    def mutate(dice: Dice, data: bytes) -> bytes:
        parts = unzipped(data)
        change(dice, parts)
        return zipped(parts)

    mutate.__name__ = change.__name__
    return mutate


def _sheet(dice: Dice, parts: Parts) -> str:
    return dice.choice([name for name in parts if name.startswith("xl/worksheets/sheet")])


def _xml_text(word: str) -> bytes:
    for old, new in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        word = word.replace(old, new)
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe]", "_x0001_", word).encode("utf-8", "replace")


def _cell(dice: Dice, parts: Parts) -> None:
    """One cell or a few hold something else."""
    name = _sheet(dice, parts)
    for _ in range(dice.choice((1, 1, 3, 30))):
        found = dice.choice(list(CELL.finditer(parts[name])))
        text = b' t="inlineStr"><is><t>' + _xml_text(dice.choice(WORDS)) + b"</t></is></c>"
        other = dice.choice(TYPES) + b">" + dice.choice(RAW) + b"</c>"
        fresh = b'<c r="%s%s"%s' % (found[1], found[2], dice.choice((text, text, other)))
        parts[name] = parts[name][: found.start()] + fresh + parts[name][found.end() :]


def _cell_type(dice: Dice, parts: Parts) -> None:
    name = _sheet(dice, parts)
    found = dice.choice(list(CELL.finditer(parts[name])))
    fresh = b'<c r="%s%s"%s%s' % (found[1], found[2], dice.choice(TYPES), found[4])
    parts[name] = parts[name][: found.start()] + fresh + parts[name][found.end() :]


def _cell_place(dice: Dice, parts: Parts) -> None:
    name = _sheet(dice, parts)
    found = dice.choice(list(CELL.finditer(parts[name])))
    place = dice.choice([b"A1", b"XFD1048576", b"ZZZZ9", b"A0", b"", b"A-1", b"1A", b"a6", b"$A$6", "Б6".encode()])
    fresh = b'<c r="%s"%s%s' % (place, found[3], found[4])
    parts[name] = parts[name][: found.start()] + fresh + parts[name][found.end() :]


def _xml_swap(dice: Dice, parts: Parts) -> None:
    name = _sheet(dice, parts)
    one, other = sorted(dice.sample(list(CELL.finditer(parts[name])), 2), key=lambda m: m.start())
    data = parts[name]
    a, b = (b'<c r="%s%s"%s%s' % (x[1], x[2], y[3], y[4]) for x, y in ((one, other), (other, one)))
    parts[name] = data[: one.start()] + a + data[one.end() : other.start()] + b + data[other.end() :]


def _xml_row(dice: Dice, parts: Parts) -> None:
    name = _sheet(dice, parts)
    found = dice.choice(list(ROW.finditer(parts[name])))
    fresh = found[0] * dice.choice((0, 0, 2, 300))
    parts[name] = parts[name][: found.start()] + fresh + parts[name][found.end() :]


def _xml_column(dice: Dice, parts: Parts) -> None:
    """A column is lost, from the header or from everywhere."""
    name = _sheet(dice, parts)
    column = dice.choice(list(CELL.finditer(parts[name])))[1]
    header = dice.random() < 0.5
    parts[name] = CELL.sub(lambda m: b"" if m[1] == column and (not header or m[2] == b"5") else m[0], parts[name])


def _merged(dice: Dice, parts: Parts) -> None:
    name = _sheet(dice, parts)
    area = dice.choice([b"A1:B9", b"A6:A8", b"B5:D5", b"A1:XFD1048576", b"A1", b"B2:A1", b"nonsense", b""])
    merges = b'<mergeCells><mergeCell ref="%s"/></mergeCells></worksheet>' % area
    parts[name] = parts[name].replace(b"</worksheet>", merges)


def _hidden(dice: Dice, parts: Parts) -> None:
    name = _sheet(dice, parts)
    parts[name] = parts[name].replace(b"<row ", b'<row hidden="1" ht="0" ', dice.choice((1, 10)))


def _sheet_name(dice: Dice, parts: Parts) -> None:
    names = list(re.finditer(rb'<sheet [^>]*?name="([^"]*)"', parts["xl/workbook.xml"]))
    one, other = dice.choice(names), dice.choice(names)
    word = dice.choice([other[1], one[1].upper(), one[1] + b" ", b"Sheet1", b"", "Ѕites".encode(), b"x" * 300])
    book = parts["xl/workbook.xml"]
    parts["xl/workbook.xml"] = book[: one.start(1)] + word + book[one.end(1) :]


def _lose_part(dice: Dice, parts: Parts) -> None:
    del parts[dice.choice(list(parts))]


def _swap_parts(dice: Dice, parts: Parts) -> None:
    a, b = dice.choice(list(parts)), dice.choice(list(parts))
    parts[a], parts[b] = parts[b], parts[a]


def _part_bytes(dice: Dice, parts: Parts) -> None:
    name = dice.choice(list(parts))
    parts[name] = dice.choice(BYTES)(dice, parts[name])


def _part_encoding(dice: Dice, parts: Parts) -> None:
    name = dice.choice(list(parts))
    parts[name] = encoding(dice, parts[name])


def _tag(dice: Dice, parts: Parts) -> None:
    """One tag of a part is another one."""
    name = dice.choice([name for name in parts if name.endswith((".xml", ".rels"))])
    found = dice.choice(list(re.finditer(rb"<(/?)(\w+)", parts[name])))
    word = dice.choice([b"c", b"row", b"v", b"f", b"x", b"sheet", b"worksheet", b"!--", b"?x"])
    parts[name] = parts[name][: found.start(2)] + word + parts[name][found.end(2) :]


def _attribute(dice: Dice, parts: Parts) -> None:
    name = dice.choice([name for name in parts if name.endswith((".xml", ".rels"))])
    found = dice.choice(list(re.finditer(rb'="([^"]*)"', parts[name])))
    word = dice.choice(
        [b"", b"-1", b"0", b"99999999999999999999", b"x", b"rId1", b"&amp;", b"1e9", "é".encode(), b"y" * 5000]
    )
    parts[name] = parts[name][: found.start(1)] + word + parts[name][found.end(1) :]


def _header_lie(dice: Dice, data: bytes) -> bytes:
    """A number of the directory of the zip is another one."""
    places = [m.start() for m in re.finditer(b"PK[\x01\x03\x05][\x02\x04\x06]", data)]
    at = dice.choice(places) + dice.randrange(4, 46, 2)
    return data[:at] + struct.pack("<H", dice.choice((0, 1, 8, 14, 99, 0xFFFF))) + data[at + 2 :]


XLSX = [
    _header_lie,
    *map(_on_parts, (_cell, _cell, _cell, _cell, _cell, _cell_type, _cell_type, _cell_place, _xml_swap,
    _xml_row, _xml_row)),
    *map(_on_parts, (_xml_column, _merged, _hidden, _sheet_name, _lose_part, _swap_parts, _part_bytes, _part_encoding)),
    *map(_on_parts, (_tag, _attribute)),
]  # fmt: skip
