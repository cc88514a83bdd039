"""The file as such: a zip of XML within bounds, and nothing in it that runs, links or hides.

Its directory is looked at before anything is unpacked; every XML part is streamed, those that nobody reads too, and
none is ever held whole. What is refused here is refused before anything heavy is imported.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

from planner.errors import Fault, InputError

MEGABYTE = 1 << 20
#: bounds of a file; the template of the reference programme has 0.3 MB, 3.3 MB unpacked, its largest part 1 MB
LARGEST_FILE = 8 * MEGABYTE
LARGEST_PART = 12 * MEGABYTE
LARGEST_TOTAL = 24 * MEGABYTE
LARGEST_DIRECTORY = MEGABYTE
MOST_PARTS = 1000
#: unpacked against packed, for parts that are not small; a sheet of numbers has 5 to 20
LARGEST_RATIO = 200
SMALL_PART = MEGABYTE
#: elements (that template has 86,000), how deep they may lie in each other, and attributes of one of them
MOST_ELEMENTS = 400_000
DEEPEST = 64
MOST_ATTRIBUTES = 100
CHUNK = 1 << 16
#: bytes of one tag or comment, which no part of it can be looked at before its end
LONGEST_TAG = 4 * CHUNK

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SUFFIXES = (".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods")
_SAVE = "Save it as an Excel workbook (.xlsx)."
#: (part of a name, what it is, what to do): what has no place in a workbook of inputs
_BARRED = (
    ("vbaproject", "a macro", _SAVE),
    ("macrosheets/", "a macro sheet", _SAVE),
    ("dialogsheets/", "a dialog sheet", "Remove it."),
    ("activex/", "an ActiveX control", "Remove it."),
    ("ctrlprops/", "a form control", "Remove it."),
    ("embeddings/", "an embedded document", "Remove it."),
    ("externallinks/", "a link to another workbook", "Break the links (Data, Edit links), then save."),
    ("connections.xml", "a data connection", "Remove it (Data, Queries and connections)."),
    ("querytables/", "a query", "Remove it (Data, Queries and connections)."),
    ("xl/model/", "a data model", "Remove it."),
    ("pivotcache/", "a pivot table, which holds a copy of data", "Remove it."),
)
_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships Relationship"

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


class Refused(InputError):
    """The file as such; nothing of it was read."""

    def __init__(self, file: str, found: str, allowed: str, suggestion: str = "") -> None:
        super().__init__([Fault(file, None, "", found, allowed, suggestion)])


def is_workbook(path: Path) -> bool:
    """Whether a file is meant as a workbook, by its name or its first bytes."""
    if path.suffix.lower() in SUFFIXES:
        return True
    try:
        with path.open("rb") as stream:
            start = stream.read(8)
    except OSError:
        return False
    return start[:4] == _ZIP or start == _OLE


class Package:
    """A workbook's parts. Raises Refused when opened, or at the part that breaks a bound."""

    def __init__(self, path: Path) -> None:
        self.file = path.name
        data = self._bytes(path)
        self._directory(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
            raise self._damaged(str(error)) from error
        self._large: tuple[str, str, str] | None = None
        self.parts = self._parts(len(data))
        self._elements = 0
        self._seen: set[str] = set()
        if self._large:
            raise self._large_sheet(*self._large)
        self.parse("[Content_Types].xml", self._content_type)
        for name in self.parts:
            if name.endswith(".rels"):
                self.parse(name, self._relation)

    def look_at_rest(self) -> None:
        """Stream what was not read, so that nothing in the file holds a document type or is without bounds."""
        for name in self.parts:
            if name not in self._seen and name.endswith((".xml", ".vml")):
                self.parse(name)

    def refuse(self, found: str, allowed: str, suggestion: str = "") -> Refused:
        return Refused(self.file, found, allowed, suggestion)

    def _damaged(self, why: str) -> Refused:
        return self.refuse(f"a damaged file ({why})", "a whole Excel workbook", "Open it in Excel and save it again.")

    def _large_sheet(self, part: str, found: str, allowed: str) -> Refused:
        """A sheet that is mostly format, by the name that a reader knows."""
        ids = {key for key, (_, target) in self.relations("xl/workbook.xml").items() if target == part}
        names: list[str] = []

        def start(tag: str, given: dict[str, str]) -> None:
            if tag.endswith(" sheet") and ids & set(given.values()):
                names.append(given.get("name", ""))

        self.parse("xl/workbook.xml", start)
        where = f"the sheet {names[0]!r} ({found})" if names else found
        return self.refuse(where, allowed, "Delete the empty rows below its table and the columns beside it.")

    # the directory

    def _bytes(self, path: Path) -> bytes:
        try:
            with path.open("rb") as stream:
                data = stream.read(LARGEST_FILE + 1)
        except OSError as error:
            raise self.refuse(f"a file that cannot be read ({error.strerror})", "a readable file") from error
        if len(data) > LARGEST_FILE:
            raise self.refuse(f"more than {LARGEST_FILE // MEGABYTE} MB", "a smaller file")
        if data.startswith(_OLE):
            if "EncryptedPackage".encode("utf-16-le") in data:
                raise self.refuse("an encrypted workbook", "one without a password", "Remove the password and save it.")
            raise self.refuse("a workbook of the old format (.xls)", "an Excel workbook (.xlsx)", _SAVE)
        if not data.startswith(_ZIP):
            found = "an empty file" if not data else "a file that is no workbook"
            raise self.refuse(found, "an Excel workbook (.xlsx)", _SAVE)
        return data

    def _directory(self, data: bytes) -> None:
        """Bounds of the directory itself, before the library builds an object for each of its entries."""
        end = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
        if end < 0 or end + 22 > len(data):
            raise self._damaged("its end is missing")
        if data[end - 20 : end - 16] == b"PK\x06\x07":
            raise self.refuse("a zip of the 64-bit kind", "an ordinary Excel workbook", "Save it with Excel again.")
        entries, size = struct.unpack("<HI", data[end + 10 : end + 16])
        if entries > MOST_PARTS or size > LARGEST_DIRECTORY:
            raise self.refuse(f"{entries} parts", f"at most {MOST_PARTS} parts")

    def _parts(self, size: int) -> dict[str, zipfile.ZipInfo]:
        listed = self._zip.infolist()
        if len(listed) > MOST_PARTS:
            raise self.refuse(f"{len(listed)} parts", f"at most {MOST_PARTS} parts")
        names = {info.filename for info in listed}
        if "mimetype" in names:
            raise self.refuse("an OpenDocument file", "an Excel workbook (.xlsx)", _SAVE)
        if "xl/workbook.bin" in names:
            raise self.refuse("a binary workbook (.xlsb)", "an Excel workbook (.xlsx)", _SAVE)
        parts: dict[str, zipfile.ZipInfo] = {}
        folded: set[str] = set()
        total, free = 0, 0
        for info in sorted(listed, key=lambda entry: entry.header_offset):
            name = info.filename
            if info.flag_bits & 0x1:
                raise self.refuse("an encrypted workbook", "one without a password", "Remove the password and save it.")
            if name.lower() in folded:
                raise self.refuse(f"the part {name!r} twice", "each part once")
            if name.startswith(("/", "\\")) or ".." in name or "\\" in name or not name.isprintable():
                raise self.refuse(f"a part named {name!r}", "names that stay in the workbook")
            if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise self.refuse(f"{name} packed in a way that Excel does not use", "an ordinary Excel workbook")
            self._barred(name)
            if info.header_offset < free or info.header_offset + info.compress_size > size:
                raise self.refuse("parts that lie in one another", "an ordinary Excel workbook")
            free = info.header_offset + 30 + len(name.encode()) + info.compress_size
            total += info.file_size
            ratio = info.file_size / max(info.compress_size, 1)
            if info.file_size > LARGEST_PART or (info.file_size > SMALL_PART and ratio > LARGEST_RATIO):
                found = f"{name}: {info.file_size / MEGABYTE:,.0f} MB, packed {ratio:,.0f} times"
                allowed = f"parts of at most {LARGEST_PART // MEGABYTE} MB, packed at most {LARGEST_RATIO} times"
                if "worksheets/" not in name:
                    raise self.refuse(found, allowed)
                self._large = self._large or (name, found, allowed)
                continue
            folded.add(name.lower())
            parts[name] = info
        if total > LARGEST_TOTAL and not self._large:
            raise self.refuse(f"{total / MEGABYTE:,.0f} MB unpacked", f"at most {LARGEST_TOTAL // MEGABYTE} MB")
        for needed in ("[Content_Types].xml", "xl/workbook.xml"):
            if needed not in parts:
                raise self.refuse(f"a zip without {needed}", "an Excel workbook (.xlsx)", _SAVE)
        return parts

    def _barred(self, name: str) -> None:
        for word, what, advice in _BARRED:
            if word in name.lower():
                raise self.refuse(f"{what} ({name})", "a workbook of values alone", advice)

    # the parts

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part in pieces, unpacked within the size that its entry declares."""
        try:
            with self._zip.open(self.parts[name]) as stream:
                while chunk := stream.read(CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
            raise self._damaged(f"{name}: {error}") from error

    def _content_type(self, tag: str, given: dict[str, str]) -> None:
        if "macro" in given.get("ContentType", "").lower():
            raise self.refuse("a workbook with macros", "a workbook of values alone", _SAVE)

    def _relation(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("Type", "").rpartition("/")[2]
        if tag == _RELATION and given.get("TargetMode") == "External" and kind != "hyperlink":
            found = f"a link to {given.get('Target', '')[:80]!r}"
            raise self.refuse(found, "a workbook that needs no other file", "Break the link, then save.")

    def relations(self, name: str) -> dict[str, tuple[str, str]]:
        """Relation id -> (last word of its type, part)."""
        folder, _, last = name.rpartition("/")
        part = f"{folder}/_rels/{last}.rels"
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, given: dict[str, str]) -> None:
            if tag == _RELATION and given.get("TargetMode") != "External":
                target = given.get("Target", "")
                full = target[1:] if target.startswith("/") else f"{folder}/{target}"
                as_named = next((name for name in self.parts if name.lower() == full.lower()), full)
                found[given.get("Id", "")] = (given.get("Type", "").rpartition("/")[2], as_named)

        if part in self.parts:
            self.parse(part, start)
        return found

    def parse(self, name: str, start: Start | None = None, end: End | None = None, text: Text | None = None) -> None:
        """Stream a part through expat; tags are "namespace name"."""
        self._seen.add(name)
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        depth, count = 0, self._elements

        def opened(tag: str, given: dict[str, str]) -> None:
            nonlocal depth, count
            depth += 1
            count += 1
            if depth > DEEPEST or count > MOST_ELEMENTS or len(given) > MOST_ATTRIBUTES:
                allowed = f"{MOST_ELEMENTS:,} elements, {DEEPEST} deep, each with {MOST_ATTRIBUTES} attributes, at most"
                raise self.refuse(f"{name}: more or deeper elements", allowed)
            if start is not None:
                start(tag, given)

        def closed(tag: str) -> None:
            nonlocal depth
            depth -= 1
            if end is not None:
                end(tag)

        parser.StartDoctypeDeclHandler = self._no_doctype(name)
        parser.StartElementHandler, parser.EndElementHandler = opened, closed
        if text is not None:
            parser.CharacterDataHandler = text
        given = 0
        try:
            for chunk in self.chunks(name):
                parser.Parse(chunk, False)
                given += len(chunk)
                if given - parser.CurrentByteIndex > LONGEST_TAG:
                    raise self.refuse(f"{name}: a tag of more than {LONGEST_TAG:,} bytes", "XML as Excel writes it")
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise self._damaged(f"{name}: {error}") from error
        self._elements = count

    def _no_doctype(self, name: str) -> Callable[[str, str | None, str | None, bool], None]:
        def declared(*_: object) -> None:
            raise self.refuse(f"a document type or entities in {name}", "plain XML, as Excel writes it")

        return declared
