"""What a page owes to everyone who reads it, and to a locked-down browser, as a list of findings."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"meta", "link", "br", "col", "wbr"}
LARGEST = 2_000_000
LOADS = ("src", "srcset", "data", "action", "formaction", "poster", "background", "style")


@dataclass
class Node:
    tag: str
    attrs: dict[str, str]
    children: list[Node] = field(default_factory=list)
    text: str = ""

    def all(self, *tags: str) -> list[Node]:
        found = [self] if self.tag in tags else []
        return found + [n for child in self.children for n in child.all(*tags)]

    def every(self) -> list[Node]:
        return [self, *(n for child in self.children for n in child.every())]

    def words(self) -> str:
        return " ".join([self.text, *(child.words() for child in self.children)]).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("", {})
        self.open = [self.root]
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {k: v or "" for k, v in attrs})
        if len(node.attrs) != len(attrs):
            self.faults.append(f"{tag}: an attribute twice")
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if self.open[-1].tag != tag:
            self.faults.append(f"{tag} closes {self.open[-1].tag}")
        else:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].text += data


def read(text: str) -> tuple[Node, list[str]]:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.root, reader.faults + [f"{node.tag} is not closed" for node in reader.open[1:]]


def findings(text: str) -> list[str]:
    root, found = read(text)
    found = list(found)
    nodes = root.every()
    ids = [n.attrs["id"] for n in nodes if "id" in n.attrs]
    found += [f"id {i} twice" for i in sorted(set(ids)) if ids.count(i) > 1]
    if not text.startswith("<!DOCTYPE html>") or [n.attrs.get("lang") for n in root.all("html")] != ["en-US"]:
        found.append("no doctype or language")
    if not any(n.words() for n in root.all("head") for n in n.all("title")):
        found.append("no title")
    for landmark in ("header", "nav", "main"):
        if len(root.all(landmark)) != 1:
            found.append(f"not one {landmark}")
    found += _headings(root) + _tables(root) + _pictures(root, set(ids)) + _safety(text, root)
    links = [n.attrs.get("href", "") for n in root.all("a")]
    found += [f"link to {link}" for link in links if link[:1] != "#" or link[1:] not in ids]
    return found


def _headings(root: Node) -> list[str]:
    levels = [int(n.tag[1]) for n in root.all("h1", "h2", "h3", "h4", "h5", "h6")]
    found = [f"heading {b} after {a}" for a, b in pairwise(levels) if b > a + 1]
    return found + ([] if levels[:1] == [1] and levels.count(1) == 1 else ["not one first heading"])


def _tables(root: Node) -> list[str]:
    found = []
    for table in root.all("table"):
        name = " ".join(n.words() for n in table.all("caption"))
        head = [n for part in table.all("thead") for n in part.all("th")]
        rows = [n for part in table.all("tbody") for n in part.all("tr")]
        if not name or not head or not rows:
            found.append(f"table {name!r} without caption, header or rows")
        if any(n.attrs.get("scope") not in ("col", "row") for n in table.all("th")):
            found.append(f"table {name!r}: a header without scope")
        found += [
            f"table {name!r}: {len(r.children)} cells, {len(head)} headers"
            for r in rows
            if len(r.children) != len(head)
        ]
        found += [f"table {name!r}: a row without header" for r in rows if r.children[0].tag != "th"]
        found += [f"table {name!r}: an empty header" for n in head if not n.words()]
    scrolled = [n for n in root.all("div") if "wide" in n.attrs.get("class", "")]
    return found + [
        f"region without name or focus: {n.attrs}" for n in scrolled if {"tabindex", "aria-label"} - n.attrs.keys()
    ]


def _pictures(root: Node, ids: set[str]) -> list[str]:
    found = []
    for svg in root.all("svg"):
        if svg.attrs.get("aria-hidden") == "true":
            continue
        named = svg.attrs.get("aria-labelledby", "").split()
        described = {n.attrs.get("id"): n.words() for n in svg.all("title", "desc")}
        if svg.attrs.get("role") != "img" or len(named) != 2 or not all(described.get(i) for i in named):
            found.append(f"picture without role, title or description: {named}")
        if not any(re.search(r"\d", words) for words in described.values()):
            found.append(f"a description without a figure: {named}")
    for part in root.all("section"):
        if part.all("figure") and not part.all("table"):
            found.append(f"no table behind the picture of {part.attrs.get('id')}")
        if part.attrs.get("aria-labelledby") not in ids:
            found.append(f"section {part.attrs.get('id')} without a name")
    return found


def _safety(text: str, root: Node) -> list[str]:
    found = [f"{len(text.encode())} bytes"] if len(text.encode()) >= LARGEST else []
    found += [
        f"{n.tag} in the page" for n in root.all("script", "iframe", "object", "embed", "img", "link", "form", "base")
    ]
    for node in root.every():
        found += [f"{node.tag} {name}" for name in node.attrs if name.startswith("on") or name in LOADS]
    bare = text.replace("http://www.w3.org/2000/svg", "")
    found += re.findall(r"https?:|//[a-z]+\.|@import|javascript:|url\((?!#)", bare)
    policy = [
        n.attrs.get("content", "") for n in root.all("meta") if n.attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    styles = [n.text for n in root.all("style")]
    allowed = [f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in styles]
    if len(policy) != 1 or "default-src 'none'" not in policy[0] or not all(a in policy[0] for a in allowed):
        found.append("no policy, or one that does not know the style sheet")
    return found
