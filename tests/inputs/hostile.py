"""Workbooks that mean harm or are none, made from a sound one: name -> (its bytes, a word of the refusal)."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from collections.abc import Callable, Iterator

from planner.inputs.excel.book import address
from planner.inputs.schema import BY_NAME

Parts = dict[str, bytes]

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = "xl/worksheets/sheet4.xml"  # Sites: after Read me, Programme and Claims
LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(12))
    + b"]>"
)
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(parts: Parts, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", method, compresslevel=1) as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return raw.getvalue()


def unzipped(data: bytes) -> Parts:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return {name: source.read(name) for name in source.namelist()}


def noise(count: int) -> str:
    """Characters that do not pack well, the same each time."""
    return random.Random(1).randbytes(count // 2).hex()


def far(row: int) -> bytes:
    return rows(f'<row r="{row}"><c r="XFD{row}"><v>1</v></c></row>')


def rows(text: str) -> bytes:
    """A sheet of these rows."""
    return f"<worksheet {MAIN}><sheetData>{text}</sheetData></worksheet>".encode()


def after_declaration(data: bytes, words: bytes) -> bytes:
    """Put a document type where XML has it."""
    if not data.startswith(b"<?xml"):
        return words + data
    end = data.index(b"?>") + 2
    return data[:end] + words + data[end:]


def in_sheet(data: bytes, old: bytes, new: bytes) -> bytes:
    assert old in data
    return data.replace(old, new, 1)


def _lying(sound: bytes, size: int) -> bytes:
    """The directory says that a part is small; what is packed is not."""
    parts = unzipped(sound)
    parts[SHEET] = b" " * size
    data = bytearray(zipped(parts))
    real = struct.pack("<I", size)
    at = data.find(real)
    while at >= 0:
        data[at : at + 4] = struct.pack("<I", 5000)
        at = data.find(real, at + 4)
    return bytes(data)


def _overlapping(sound: bytes) -> bytes:
    """Every entry of the directory leads to the same packed bytes."""
    data = bytearray(zipped(unzipped(sound)))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 42 : at + 46] = struct.pack("<I", 0)
        at = data.find(b"PK\x01\x02", at + 46)
    return bytes(data)


def _flagged(sound: bytes) -> bytes:
    data = bytearray(sound)
    for mark, where in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + where] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def _twice(sound: bytes) -> bytes:
    parts = unzipped(sound)
    raw = io.BytesIO(zipped(parts))
    with zipfile.ZipFile(raw, "a") as target:
        target.writestr(SHEET.upper(), parts[SHEET])
    return raw.getvalue()


def _64(sound: bytes) -> bytes:
    at = sound.rfind(b"PK\x05\x06")
    return sound[:at] + b"PK\x06\x07" + b"\0" * 16 + sound[at:]


def _spoilt(sound: bytes) -> bytes:
    """Bytes changed in the middle of what is packed."""
    at = len(sound) // 3
    return sound[:at] + b"\x55" * 300 + sound[at + 300 :]


def _relation(parts: Parts, kind: str, target: str) -> bytes:
    name = "xl/_rels/workbook.xml.rels"
    link = (
        f'<Relationship Id="rX" TargetMode="External" Target="{target}" '
        f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}"/></Relationships>'
    )
    return parts[name].replace(b"</Relationships>", link.encode())


def cases(sound: bytes) -> Iterator[tuple[str, Callable[[], bytes], str]]:
    """(name, bytes of the file when they are wanted, what the refusal says)."""
    parts = unzipped(sound)

    def having(**changed: bytes) -> Callable[[], bytes]:
        return lambda: zipped({**parts, **changed})

    def spoilt(name: str, words: bytes) -> Callable[[], bytes]:
        return lambda: zipped({**parts, name: after_declaration(parts[name], words)})

    def sheet(make: Callable[[], bytes]) -> Callable[[], bytes]:
        return lambda: zipped({**parts, SHEET: make()})

    yield "no zip at all", lambda: b"site_id,name\nA,B\n", "no workbook"
    yield "empty file", lambda: b"", "empty file"
    yield "truncated", lambda: sound[: len(sound) // 2], "damaged"
    yield "end cut off", lambda: sound[:-10], "damaged"
    yield "spoilt bytes", lambda: _spoilt(sound), "damaged"
    yield "random bytes in a zip's clothes", lambda: b"PK\x03\x04" + bytes(range(256)) * 4000, "damaged"
    yield "old xls", lambda: OLE + b"\0" * 4000, "old format"
    yield "encrypted by Office", lambda: OLE + b"\0" * 900 + "EncryptedPackage".encode("utf-16-le"), "encrypted"
    yield "encrypted zip", lambda: _flagged(sound), "encrypted"
    yield "OpenDocument", lambda: zipped({"mimetype": b"application/ods"}), "OpenDocument"
    yield "xlsb", having(**{"xl/workbook.bin": b"x"}), "xlsb"
    yield "some other zip", lambda: zipped({"a.txt": b"x"}), "a zip without"
    yield "64-bit zip", lambda: _64(sound), "64-bit"
    yield "another packing", lambda: zipped(parts, zipfile.ZIP_LZMA), "packed in a way"

    yield "bomb", sheet(lambda: rows(" " * 100_000_000)), "packed"
    yield "bomb in a part nobody reads", having(**{"xl/media/image1.png": b"\0" * 100_000_000}), "packed"
    yield "bomb that lies about its size", lambda: _lying(sound, 100_000_000), "damaged"
    yield "bomb of many parts", having(**{f"xl/media/{n}.bin": b"\0" * 900_000 for n in range(60)}), "unpacked"
    yield "parts within parts", lambda: _overlapping(sound), "lie in one another"
    yield "5000 parts", having(**{f"xl/media/{n}.bin": b"x" for n in range(5000)}), "parts"
    yield "file of 9 MB", lambda: b"PK\x03\x04" + bytes(9 << 20), "8 MB"
    yield "part twice", lambda: _twice(sound), "twice"
    yield "part outside", having(**{"../../evil.xml": b"<a/>"}), "names that stay"

    for place in ("[Content_Types].xml", "xl/workbook.xml", "xl/styles.xml", SHEET, "docProps/core.xml"):
        yield f"entities in {place}", spoilt(place, LAUGHS), "document type"
    yield "outside entity", spoilt(SHEET, OUTSIDE), "document type"
    sneaky = after_declaration(rows(""), OUTSIDE).decode().encode("utf-16")
    yield "document type in UTF-16", having(**{SHEET: sneaky}), "document type"
    yield "document type in a drawing", having(**{"xl/drawings/d.vml": LAUGHS + b"<x/>"}), "document type"

    yield "macro", having(**{"xl/vbaProject.bin": b"x"}), "macro"
    kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    types = parts["[Content_Types].xml"].replace(
        b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", kind
    )
    yield "macro by its type", having(**{"[Content_Types].xml": types}), "macro"
    yield "macro sheet", having(**{"xl/macrosheets/sheet1.xml": b"<x/>"}), "macro sheet"
    yield "ActiveX", having(**{"xl/activeX/activeX1.xml": b"<x/>"}), "ActiveX"
    yield "embedded document", having(**{"xl/embeddings/oleObject1.bin": b"x"}), "embedded"
    yield "external link", having(**{"xl/externalLinks/externalLink1.xml": b"<x/>"}), "another workbook"
    yield "data connection", having(**{"xl/connections.xml": b"<x/>"}), "data connection"
    rels = "xl/_rels/workbook.xml.rels"
    yield "link outside", having(**{rels: _relation(parts, "oleObject", "file://server/share/x")}), "a link to"

    yield "cell at the far end", sheet(lambda: far(1_048_576)), "XFD1048576"
    yield "row beyond all rows", sheet(lambda: far(9_999_999)), "XFD9999999"
    one = "<row>" + "<c><v>1</v></c>" * 100 + "</row>"
    yield "half a million cells", sheet(lambda: rows(one * 5000)), "cells"
    yield (
        "half a million elements",
        sheet(lambda: rows("".join(f"<a>{n}</a>" for n in range(500_000)))),
        "more or deeper",
    )
    yield "deep elements", sheet(lambda: rows("<a>" * 100_000 + "</a>" * 100_000)), "more or deeper"
    few = "<row " + " ".join(f'a{n}="{n}"' for n in range(90)) + "/>"
    yield "a million attributes", sheet(lambda: rows(few * 11_000)), "no row of column names"
    lots = "<row " + " ".join(f'a{n}=""' for n in range(5000)) + "/>"
    yield "5000 attributes", sheet(lambda: rows(lots)), "more or deeper"
    many = " ".join(f'a{n}=""' for n in range(300_000))
    yield "300,000 attributes", sheet(lambda: rows(f"<row {many}/>")), "a tag of more than"
    yield "a comment of 10 MB", sheet(lambda: rows(f"<!--{noise(10_000_000)}-->")), "a tag of more than"
    yield "an entity that is not declared", sheet(lambda: rows("<a>&b;</a>")), "damaged"
    wrong = "".join(f'<c r="A{n}"><f>1+{n}</f><v>{n}</v></c>' for n in range(6, 19_000))
    header = "".join(
        f'<c r="{address(5, n)}" t="str"><v>{c.name}</v></c>' for n, c in enumerate(BY_NAME["sites"].columns, 1)
    )
    yield "19,000 formulas", sheet(lambda: rows(header + wrong)), "formulas"
    merged = rows("").replace(
        b"</worksheet>", b"<mergeCells>%s</mergeCells></worksheet>" % (b'<mergeCell ref="A1:B9"/>' * 9999)
    )
    yield "9999 merged areas", sheet(lambda: merged), "merged areas"
    long = f'<c r="A1" t="str"><v>{noise(10_000_000)}</v></c>'
    yield "a text of 10 MB", sheet(lambda: rows(long)), "characters"
    yield "cell twice", sheet(lambda: rows('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>')), "twice"
    yield "cell without a place", sheet(lambda: rows('<row r="1"><c r="ZZZZ1"><v>1</v></c></row>')), "address"
    yield "text that is not there", sheet(lambda: rows('<c r="A1" t="s"><v>99</v></c>')), "names no text"
    yield "sheet that is no XML", having(**{SHEET: b"<worksheet"}), "damaged"
    book = parts["xl/workbook.xml"]
    yield (
        "a thousand sheets",
        having(
            **{"xl/workbook.xml": book.replace(b"</sheets>", b'<sheet name="x" sheetId="1"/>' * 1000 + b"</sheets>")}
        ),
        "sheets",
    )
    yield (
        "two sheets of one part",
        having(**{rels: parts[rels].replace(b"worksheets/sheet5.xml", b"worksheets/sheet4.xml")}),
        "part of its own",
    )
