"""The pass over the finished zip: computed values into formula cells, alt text, language, fixed dates and order."""

from __future__ import annotations

import errno
import os
import posixpath
import tempfile
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from lxml import etree
from openpyxl import Workbook
from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

from planner.workbook.book import Book, Value

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
CORE_DATES = ("{http://purl.org/dc/terms/}created", "{http://purl.org/dc/terms/}modified")
LARGEST_SAFE = 1e15


def save(book: Book, path: Path) -> None:
    """Writes the workbook to ``path``; the same book gives the same bytes."""
    parts = parts_of(book.workbook)
    sheets = _sheet_parts(parts)
    for name, part in sheets.items():
        page = book.pages[name]
        wanted = {cell: page.values[cell] for cell in page.formulas}
        parts[part] = _with_values(parts[part], wanted, name)
        if name in book.alternatives:
            drawing = _target(parts, part, "/drawing")
            parts[drawing] = _with_descriptions(parts[drawing], book.alternatives[name])
    pack(path, parts, book.case.programme.as_of)


def parts_of(workbook: Workbook) -> dict[str, bytes]:
    """The parts of the file that openpyxl would write."""
    raw = BytesIO()
    try:
        workbook.save(raw)
    except etree.SerialisationError as error:  # its sheets are files in the temporary folder; the text is IO_ENOSPC
        number = getattr(errno, str(error).removeprefix("IO_"), errno.EIO)
        raise OSError(number, os.strerror(number), tempfile.gettempdir()) from error
    with zipfile.ZipFile(raw) as source:
        return {name: source.read(name) for name in source.namelist()}


def pack(path: Path, parts: dict[str, bytes], as_of: str) -> None:
    """A zip of the parts in a fixed order, dated as the inputs are."""
    core = "docProps/core.xml"
    parts = {**parts, core: _with_dates(parts[core], f"{as_of}T00:00:00Z")}
    year, month, day = (int(x) for x in as_of.split("-"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target:
        for name in sorted(parts, key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, (max(year, 1980), month, day, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            target.writestr(entry, parts[name])


def _relations(parts: Mapping[str, bytes], part: str) -> list[tuple[str, str, str]]:
    """(id, type, target part) of a part's relations."""
    folder, name = posixpath.split(part)
    tree = etree.fromstring(parts[f"{folder}/_rels/{name}.rels"])
    found = []
    for item in tree:
        target = item.get("Target")
        full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found.append((item.get("Id"), item.get("Type"), full))
    return found


def _target(parts: Mapping[str, bytes], part: str, kind: str) -> str:
    return next(full for _, type_, full in _relations(parts, part) if type_.endswith(kind))


def _sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    by_id = {id_: full for id_, _, full in _relations(parts, "xl/workbook.xml")}
    tree = etree.fromstring(parts["xl/workbook.xml"])
    return {s.get("name"): by_id[s.get(f"{RELATION}id")] for s in tree.iter(f"{MAIN}sheet")}


def _with_values(xml: bytes, wanted: dict[tuple[int, int], Value], name: str) -> bytes:
    tree = etree.fromstring(xml)
    filled = 0
    for cell in tree.iter(f"{MAIN}c"):
        if cell.find(f"{MAIN}f") is None:
            continue
        column, row = coordinate_from_string(cell.get("r"))
        value = wanted[row, column_index_from_string(column)]
        holder = cell.find(f"{MAIN}v")
        if holder is None:
            holder = etree.SubElement(cell, f"{MAIN}v")
        if isinstance(value, str):
            cell.set("t", "str")
            holder.text = value
        else:
            cell.attrib.pop("t", None)
            holder.text = number(value)
        filled += 1
    if filled != len(wanted):
        raise ValueError(f"{name}: {len(wanted) - filled} formula cells were not found in the file")
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))


def number(value: float | int) -> str:
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < LARGEST_SAFE else repr(number)


def _with_descriptions(xml: bytes, texts: list[tuple[str, str]]) -> bytes:
    tree = etree.fromstring(xml)
    frames = [frame.find(f".//{DRAWING}cNvPr") for frame in tree.iter(f"{DRAWING}graphicFrame")]
    for place, (frame, (name, description)) in enumerate(zip(frames, texts, strict=True), 2):
        frame.set("id", str(place))
        frame.set("name", name)
        frame.set("descr", description)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))


def _with_dates(xml: bytes, moment: str) -> bytes:
    tree = etree.fromstring(xml)
    for item in tree:
        if item.tag in CORE_DATES:
            item.text = moment
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))
