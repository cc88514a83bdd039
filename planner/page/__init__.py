"""The page that policy staff send: one static file, no script, no address, no request; the same bytes every time."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from planner.inputs.case import Case
from planner.page import draw, words
from planner.page.figures import Figures
from planner.page.html import Markup, join, tag
from planner.page.sections import (
    about,
    accounts,
    claims,
    compute,
    evidence,
    investment,
    power,
    promises,
    sites,
    soft,
    summary,
    timeline,
)
from planner.page.style import CSS
from planner.plan import Plan

#: in the order of reading
SECTIONS = (summary, promises, claims, sites, timeline, investment, evidence, power, compute, soft, accounts, about)


def write(path: Path, case: Case, plan: Plan, document: Mapping[str, Any]) -> None:
    """Writes the page. ``document`` is what ``optimize --json`` prints; the bytes depend on the three alone."""
    path.write_text(page(Figures(case, plan, document)), encoding="utf-8", newline="\n")


def page(f: Figures) -> str:
    title = f"{f.case.programme.title}: the plan"
    return f"<!DOCTYPE html>\n{tag('html', _head(title), _body(f, title), lang='en-US')}\n"


def _head(title: str) -> Markup:
    """Nothing may load or run but the one style sheet, known by its hash."""
    digest = base64.b64encode(hashlib.sha256(CSS.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", title),
        tag("style", Markup(CSS)),
    )


def _body(f: Figures, title: str) -> Markup:
    word, sentence = words.proof(f.document)
    links = [tag("li", tag("a", s.HEADING, href=f"#{s.NAME}")) for s in SECTIONS]
    verdict = tag("p", tag("strong", f"{word}."), " ", sentence, " ", words.check(f.document), class_="verdict")
    why = tag("p", f.case.programme.why) if f.case.programme.why else None
    run = tag("p", f"Run {f.document.get('run', '')}, as of {f.case.programme.as_of}.", class_="quiet")
    return tag(
        "body",
        tag("a", "Skip to the summary", href=f"#{summary.NAME}", class_="skip"),
        draw.patterns(),
        tag("header", tag("h1", title), why, verdict, run),
        tag("nav", tag("ul", *links), aria_label="Sections"),
        tag("main", join(s.fill(f) for s in SECTIONS)),
    )
