"""Inputs changed at random as people, programs and disks change them; the same seed gives the same bytes."""

from __future__ import annotations

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath

Dice = random.Random
Parts = dict[str, bytes]

#: what a cell of text or of a number may hold by mistake or by malice
WORDS = [
    *("", " ", "0", "-0", "1", "-1", "2", "1e308", "-1e308", "1e309", "5e-324", "1e-400", "NaN", "nan", "inf", "-Infinity"),
    *("1_000", "1,5", "1.000,50", "1 000", "0x10", "1e", "+5", "--1", "50%", "$5", "١٢٣", "１２", "½", "²", "1d3", "TRUE", "None"),
    *("9" * 400, "0" * 5000 + "1", "1." + "3" * 5000, "9" * 5000, "1e" + "9" * 5000),
    *("2026-02-30", "0000-00-00", "9999-12-31", "31/12/2026", "2026-01-01T00:00:00Z", "45658", "Jan-26"),
    *("=1+1", "+A1", "@SUM(1)", "-2+3", "=HYPERLINK(\"http://x\")", "#REF!", "#N/A", "<5", ">5 MW", "<>", "*", "?", "~"),
    *("ТX-АВІ", "TX\u200bABI", "TX\u00a0ABI", "e\u0301", "\u202eevil", "\ufeffx", "\ud7ff", "\U0001f4a9", "ſ", "K", "İ", "ß"),
    *("a\x00b", "a\x0bb", "a\x1bb", "a\nb", "a\r\nb", "a\tb", "\x85", "\u2028", "\ufffe", "\x7f"),
    *("..", "../../../etc/passwd", "/dev/zero", "/dev/stdin", "CON", "a/b", "a\\b", "a|b", "a;b", 'a"b', "a'b", "%s%n", "${x}", "{0}"),
    *("x" * 32_768, "é" * 70_000, "y" * 140_000, "a," * 300, '"' * 301, "*" * 200, "[" * 400, "(" * 400),
]  # fmt: skip
#: bytes that stand for something else than text
MARKS = [
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\x00",
    b"\x1a",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\r",
    b"\n",
    b'"',
]
#: encodings that programs save in
ENCODINGS = ["utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp1252", "latin-1", "cp037", "shift_jis", "utf-7"]


def mutated(dice: Dice, name: str, data: bytes) -> tuple[str, bytes]:
    """What was done, in words, and the new bytes of a file."""
    kinds = {".csv": CSV, ".toml": TOML, ".xlsx": XLSX}[PurePosixPath(name).suffix]
    done = []
    for _ in range(dice.choice((1, 1, 1, 2, 3))):
        how = dice.choice([*kinds, *BYTES]) if not done else dice.choice(kinds)
        try:
            data = how(dice, data)
        except Exception:  # what was cut or flipped before is no text or no zip any more
            how = dice.choice(BYTES)
            data = how(dice, data)
        done.append(how.__name__.strip("_"))
    return " + ".join(done), data


# bytes


def _flip(dice: Dice, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 5, 50))):
        if changed:
            changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _cut(dice: Dice, data: bytes) -> bytes:
    return data[: dice.randrange(len(data) + 1)]


def _hole(dice: Dice, data: bytes) -> bytes:
    at = dice.randrange(len(data) + 1)
    return data[:at] + data[at + dice.choice((1, 10, 1000)) :]


def _mark(dice: Dice, data: bytes) -> bytes:
    at = dice.choice((0, 0, len(data), dice.randrange(len(data) + 1)))
    return data[:at] + dice.choice(MARKS) * dice.choice((1, 1, 2, 3000)) + data[at:]


def _twice(dice: Dice, data: bytes) -> bytes:
    return data + data


BYTES = [_flip, _cut, _hole, _mark, _twice]


# text


def _encoding(dice: Dice, data: bytes) -> bytes:
    return data.decode("utf-8").encode(dice.choice(ENCODINGS), "replace")


def _ends(dice: Dice, data: bytes) -> bytes:
    return data.replace(b"\n", dice.choice((b"\r\n", b"\r", b"\n\n", b"\r\r\n", "\u2028".encode())))


def _stir(dice: Dice, data: bytes) -> bytes:
    lines = data.decode("utf-8").split("\n")
    dice.shuffle(lines)
    return "\n".join(lines).encode("utf-8")


def _look_alike(dice: Dice, data: bytes) -> bytes:
    """A letter for another that looks the same."""
    text = data.decode("utf-8")
    pairs = [
        ("a", "а"),
        ("e", "е"),
        ("o", "о"),
        ("-", "−"),
        (" ", "\u00a0"),
        ('"', "“"),
        ("1", "l"),
        ("=", "＝"),
        (",", "，"),
        (".", "．"),
    ]
    old, new = dice.choice(pairs)
    places = [match.start() for match in re.finditer(re.escape(old), text)]
    at = dice.choice(places)
    return (text[:at] + new + text[at + 1 :]).encode("utf-8")


TEXT = [_encoding, _ends, _stir, _look_alike]


# tables: rows of cells, without a parser that would mend them


def _rows(data: bytes) -> list[list[str]]:
    return [line.split(",") for line in data.decode("utf-8").split("\n")]


def _joined(rows: list[list[str]]) -> bytes:
    return "\n".join(",".join(row) for row in rows).encode("utf-8", "surrogatepass")


def _on_rows(change: Callable[[Dice, list[list[str]]], object]) -> Callable[[Dice, bytes], bytes]:
    def mutate(dice: Dice, data: bytes) -> bytes:
        rows = _rows(data)
        change(dice, rows)
        return _joined(rows)

    mutate.__name__ = change.__name__
    return mutate


def _word(dice: Dice, rows: list[list[str]]) -> None:
    row = dice.choice(rows)
    row[dice.randrange(len(row))] = dice.choice(WORDS)


def _quoted(dice: Dice, rows: list[list[str]]) -> None:
    row = dice.choice(rows)
    row[dice.randrange(len(row))] = '"' + dice.choice(WORDS).replace('"', '""') + '"'


def _column_of_words(dice: Dice, rows: list[list[str]]) -> None:
    at, word = dice.randrange(len(rows[0])), dice.choice(WORDS)
    for row in rows[1:]:
        if at < len(row):
            row[at] = word


def _swap(dice: Dice, rows: list[list[str]]) -> None:
    one, other = dice.choice(rows), dice.choice(rows)
    a, b = dice.randrange(len(one)), dice.randrange(len(other))
    one[a], other[b] = other[b], one[a]


def _lose_row(dice: Dice, rows: list[list[str]]) -> None:
    del rows[dice.randrange(len(rows))]


def _lose_rows(dice: Dice, rows: list[list[str]]) -> None:
    del rows[dice.choice((0, 1)) : dice.randrange(1, len(rows) + 1)]


def _repeat_row(dice: Dice, rows: list[list[str]]) -> None:
    row = dice.choice(rows)
    rows[1:1] = [list(row) for _ in range(dice.choice((1, 1, 2, 20_000)))]


def _lose_column(dice: Dice, rows: list[list[str]]) -> None:
    at = dice.randrange(len(rows[0]))
    for row in rows:
        del row[at : at + 1]


def _repeat_column(dice: Dice, rows: list[list[str]]) -> None:
    at, count = dice.randrange(len(rows[0])), dice.choice((1, 1, 300))
    for row in rows:
        row[at:at] = row[at : at + 1] * count


def _rename_column(dice: Dice, rows: list[list[str]]) -> None:
    at = dice.randrange(len(rows[0]))
    name = rows[0][at]
    rows[0][at] = dice.choice(
        [name.upper(), name + "s", name[1:], f" {name} ", name.replace("usd", "eur"), dice.choice(WORDS)]
    )


def _empty_rows(dice: Dice, rows: list[list[str]]) -> None:
    rows += [[""] * len(rows[0])] * dice.choice((1, 1000))


CSV = [
    *TEXT,
    *map(_on_rows, (_word, _word, _word, _word, _quoted, _quoted, _column_of_words, _column_of_words, _swap, _lose_row)),
    *map(_on_rows, (_lose_rows, _repeat_row, _lose_column, _repeat_column, _rename_column, _empty_rows)),
]  # fmt: skip


# programmes


VALUES = [
    *("1", "0", "-1", "1e400", "nan", "inf", "-inf", "9" * 400, "9" * 5000, "0x" + "f" * 300, "1_0", "0.1", "1e-320", "true", '""'),
    *("2026-01-01", "2026-02-30", "2026-01-01T00:00:00+23:59", "10:00:00", "1979-05-27T07:32:00Z", "9999-12-31", "0001-01-01"),
    *("[]", "{}", "[[]]", "[1, 'a', {}]", "{a = 1}", "[{}]", "{a = {a = {a = 1}}}", "[" * 200 + "]" * 200, "[" * 5000 + "]" * 5000),
    *("{a=" * 1500 + "1" + "}" * 1500, "[" + "1," * 50_000 + "]", "'''x\ny'''", '"\\u0000"', '"\\ud800"', '"\\U0010ffff"'),
]  # fmt: skip
LINES = [
    *("[sites]", "[[sites]]", "[[claims]]", "[claims]", "[[horizon]]", "[objective.x]", "[a.b.c]", "title.x = 1", "claims = 1"),
    *('base = "federal-ai"', 'base = "x"', 'base = "../data"', "base = 1", 'serve_as = "latest"', 'serve_as = "a\\u0000b"'),
    *("[" + "a." * 2000 + "a]", "a" + ".a" * 2000 + " = 1", "[[" + "b." * 900 + "b]]", "x = [", "x = {", '"', "'''", "#" * 100_000),
]  # fmt: skip


def _value(dice: Dice, data: bytes) -> bytes:
    """One value of another kind, size or meaning."""
    lines = data.decode("utf-8").split("\n")
    at = dice.choice([n for n, line in enumerate(lines) if " = " in line])
    quoted = '"' + dice.choice(WORDS).replace("\\", "\\\\").replace('"', '\\"') + '"'
    lines[at] = lines[at].split(" = ")[0] + " = " + dice.choice([dice.choice(VALUES), quoted, dice.choice(WORDS)])
    return "\n".join(lines).encode("utf-8")


def _key(dice: Dice, data: bytes) -> bytes:
    lines = data.decode("utf-8").split("\n")
    at = dice.choice([n for n, line in enumerate(lines) if " = " in line])
    name, _, value = lines[at].partition(" = ")
    other = [
        name.upper(),
        name + "s",
        name[1:],
        f"{name}.{name}",
        f'"{name}"',
        "é",
        '""',
        "id",
        "level",
        "data",
        "base",
    ]
    lines[at] = f"{dice.choice(other)} = {value}"
    return "\n".join(lines).encode("utf-8")


def _line(dice: Dice, data: bytes) -> bytes:
    lines = data.decode("utf-8").split("\n")
    lines.insert(dice.randrange(len(lines) + 1), dice.choice(LINES))
    return "\n".join(lines).encode("utf-8")


def _lose_line(dice: Dice, data: bytes) -> bytes:
    lines = data.decode("utf-8").split("\n")
    del lines[dice.randrange(len(lines))]
    return "\n".join(lines).encode("utf-8")


def _repeat_line(dice: Dice, data: bytes) -> bytes:
    lines = data.decode("utf-8").split("\n")
    at = dice.randrange(len(lines))
    lines[at:at] = lines[at : at + dice.choice((1, 1, 10))] * dice.choice((1, 1, 3000))
    return "\n".join(lines).encode("utf-8")


def _swap_values(dice: Dice, data: bytes) -> bytes:
    lines = data.decode("utf-8").split("\n")
    there = [n for n, line in enumerate(lines) if " = " in line]
    a, b = dice.choice(there), dice.choice(there)
    (x, _, p), (y, _, q) = lines[a].partition(" = "), lines[b].partition(" = ")
    lines[a], lines[b] = f"{x} = {q}", f"{y} = {p}"
    return "\n".join(lines).encode("utf-8")


TOML = [*TEXT, _value, _value, _value, _value, _key, _line, _line, _lose_line, _repeat_line, _swap_values]


# workbooks: the XML of their parts


CELL = re.compile(rb'<c r="([A-Z]+)([0-9]+)"([^>]*?)(/>|>.*?</c>)', re.DOTALL)
ROW = re.compile(rb"<row [^>]*?(?:/>|>.*?</row>)", re.DOTALL)
RAW = [
    b"<v>1e400</v>", b"<v>NaN</v>", b"<v></v>", b"<v/>", b"<v>-1</v>", b"<v>0</v>", b"<v>1e308</v>", b"<v>" + b"9" * 5000 + b"</v>",
    b"<v>45658</v>", b"<v>2958466</v>", b"<v>-1e9</v>", b"<v>1 000</v>", b"<f>1/0</f><v>0</v>", b"<f>SUM(A1:A9)</f>", b"<f/>", b"<v>1</v><v>2</v>",
    b'<f t="shared" si="99"/>', b'<f t="array" ref="A1:ZZ99">1</f><v>1</v>', b"<f>" + b"(" * 9000 + b"</f><v>1</v>", b"<is><t>x</t></is>",
    b"<is><r><t>a</t></r><r><t>b</t></r></is>", b"<v>&#0;</v>", b"<v>&lt;</v>", b"<v>\xff</v>", b"<x/>", b"<v><v>1</v></v>",
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
    parts[name] = _encoding(dice, parts[name])


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
    *map(_on_parts, (_cell, _cell, _cell, _cell, _cell, _cell_type, _cell_type, _cell_place, _xml_swap, _xml_row, _xml_row)),
    *map(_on_parts, (_xml_column, _merged, _hidden, _sheet_name, _lose_part, _swap_parts, _part_bytes, _part_encoding)),
    *map(_on_parts, (_tag, _attribute)),
]  # fmt: skip
