"""Tables and programmes changed at random, as people, programs and disks change them."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Dice = random.Random

#: what a cell of text or of a number may hold by mistake or by malice
WORDS = [
    *("", " ", "0", "-0", "1", "-1", "2", "1e308", "-1e308", "1e309", "5e-324", "1e-400", "NaN", "nan", "inf",
          "-Infinity"),
    *("1_000", "1,5", "1.000,50", "1 000", "0x10", "1e", "+5", "--1", "50%", "$5", "١٢٣", "１２", "½", "²",
          "1d3", "TRUE", "None"),
    *("9" * 400, "0" * 5000 + "1", "1." + "3" * 5000, "9" * 5000, "1e" + "9" * 5000),
    *("2026-02-30", "0000-00-00", "9999-12-31", "31/12/2026", "2026-01-01T00:00:00Z", "45658", "Jan-26"),
    *("=1+1", "+A1", "@SUM(1)", "-2+3", "=HYPERLINK(\"http://x\")", "#REF!", "#N/A", "<5", ">5 MW", "<>", "*",
          "?", "~"),
    *("ТX-АВІ", "TX\u200bABI", "TX\u00a0ABI", "e\u0301", "\u202eevil", "\ufeffx", "\ud7ff", "\U0001f4a9", "ſ",
          "K", "İ", "ß"),
    *("a\x00b", "a\x0bb", "a\x1bb", "a\nb", "a\r\nb", "a\tb", "\x85", "\u2028", "\ufffe", "\x7f"),
    *("..", "../../../etc/passwd", "/dev/zero", "/dev/stdin", "CON", "a/b", "a\\b", "a|b", "a;b", 'a"b', "a'b",
          "%s%n", "${x}", "{0}"),
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


def encoding(dice: Dice, data: bytes) -> bytes:
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


TEXT = [encoding, _ends, _stir, _look_alike]


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
    *map(_on_rows, (_word, _word, _word, _word, _quoted, _quoted, _column_of_words, _column_of_words, _swap,
    _lose_row)),
    *map(_on_rows, (_lose_rows, _repeat_row, _lose_column, _repeat_column, _rename_column, _empty_rows)),
]  # fmt: skip


# programmes


VALUES = [
    *("1", "0", "-1", "1e400", "nan", "inf", "-inf", "9" * 400, "9" * 5000, "0x" + "f" * 300, "1_0", "0.1",
          "1e-320", "true", '""'),
    *("2026-01-01", "2026-02-30", "2026-01-01T00:00:00+23:59", "10:00:00", "1979-05-27T07:32:00Z",
          "9999-12-31", "0001-01-01"),
    *("[]", "{}", "[[]]", "[1, 'a', {}]", "{a = 1}", "[{}]", "{a = {a = {a = 1}}}", "[" * 200 + "]" * 200,
          "[" * 5000 + "]" * 5000),
    *("{a=" * 1500 + "1" + "}" * 1500, "[" + "1," * 50_000 + "]", "'''x\ny'''", '"\\u0000"', '"\\ud800"',
          '"\\U0010ffff"'),
]  # fmt: skip
LINES = [
    *("[sites]", "[[sites]]", "[[claims]]", "[claims]", "[[horizon]]", "[objective.x]", "[a.b.c]",
          "title.x = 1", "claims = 1"),
    *('base = "federal-ai"', 'base = "x"', 'base = "../data"', "base = 1", 'serve_as = "latest"',
          'serve_as = "a\\u0000b"'),
    *("[" + "a." * 2000 + "a]", "a" + ".a" * 2000 + " = 1", "[[" + "b." * 900 + "b]]", "x = [", "x = {", '"',
          "'''", "#" * 100_000),
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
