"""A comparison as one static page: no script, no external address, every text escaped."""

from __future__ import annotations

from html import escape

from planner.analyses.compare import Bridge, Comparison, Pair
from planner.comparison.sections import Figure, Section, no_plan, of_pair, overview

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.45 system-ui, "Segoe UI", Arial, sans-serif; color: #1b1b1b; background: #fff;
 max-width: 84rem; margin: 0 auto; padding: 1rem 1.5rem 3rem; }
h1 { font-size: 1.7rem; color: #1f3864; margin: .6rem 0; }
h2 { font-size: 1.3rem; color: #1f3864; border-bottom: 2px solid #1f3864; margin-top: 2.2rem; }
h3 { font-size: 1.05rem; margin: 1.4rem 0 .4rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; }
th, td { padding: .22rem .7rem; border-bottom: 1px solid #d5d5d5; text-align: left; vertical-align: top; }
thead th { background: #1f3864; color: #fff; }
tbody th { font-weight: 600; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
p.note { color: #4d4d4d; font-size: .88rem; max-width: 60rem; }
summary { cursor: pointer; font-weight: 600; padding: .3rem 0; }
svg { max-width: 100%; height: auto; display: block; margin: .5rem 0; }
svg text { font: 13px system-ui, Arial, sans-serif; fill: #1b1b1b; }
@media print { body { max-width: none; padding: 0; } h2 { break-before: auto; } table { font-size: 8.5pt; } }
"""
WIDE, BAR, LABELS, FIGURES = 900, 26, 270, 110


def page(comparison: Comparison) -> str:
    title = f"Comparison: {', '.join(label for label, _ in comparison.runs[:3])}"
    title += f" and {len(comparison.runs) - 3} more" if len(comparison.runs) > 3 else ""
    body = [f"<h1>{escape(title)}</h1>"]
    body += [_section(section, 2) for section in overview(comparison)]
    for pair in comparison.pairs:
        body.append(_pair(pair))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _pair(pair: Pair) -> str:
    parts = [f"<h2>{escape(pair.label)} against {escape(pair.base_label)}</h2>"]
    if text := no_plan(pair):
        parts += [f"<p>{escape(line)}</p>" for line in text.splitlines()]
    for section in of_pair(pair):
        parts.append(_section(section, 3))
        if section.title == "Bridge of investment" and pair.bridge and pair.bridge.steps:
            parts.append(_waterfall(pair.bridge))
    return "\n".join(parts)


def _section(section: Section, depth: int) -> str:
    head = f"<h{depth}>{escape(section.title)}</h{depth}>"
    if not section.rows:
        return f"{head}\n<p>{escape(section.empty)}</p>"
    note = f'<p class="note">{escape(section.note)}</p>' if section.note else ""
    table = _table(section)
    if section.long:
        words = f"{section.title}: {len(section.rows)} rows"
        return f"<details><summary>{escape(words)}</summary>\n{table}\n{note}</details>"
    return f"{head}\n{table}\n{note}"


def _table(section: Section) -> str:
    right = section.right
    heads = "".join(
        f'<th scope="col"{_number(c in right)}>{escape(text) or "Remark"}</th>'
        for c, text in enumerate(section.headers)
    )
    rows = []
    for row in section.rows:
        first, *rest = (escape(str(cell)) for cell in row)
        cells = "".join(f"<td{_number(c in right)}>{text}</td>" for c, text in enumerate(rest, 1))
        rows.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(section.title)}"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>\n" + "\n".join(rows) + "\n</tbody></table></div>"
    )


def _number(is_number: bool) -> str:
    return ' class="n"' if is_number else ""


def _waterfall(bridge: Bridge) -> str:
    """The steps from one total to the other, on a scale that starts below the lowest point of them."""
    at, levels = bridge.start, [bridge.start, bridge.end]
    bars: list[tuple[str, int, int, str]] = []
    for step in bridge.steps:
        bars.append((step.name, at, at + step.cents, str(Figure(step.cents / 100, "USD", signed=True))))
        at += step.cents
        levels.append(at)
    low, high = min(levels), max(levels)
    start = max(0, low - (high - low) // 4)
    totals = [
        ("From", start, bridge.start, str(Figure(bridge.start / 100, "USD"))),
        ("To", start, bridge.end, str(Figure(bridge.end / 100, "USD"))),
    ]
    room = WIDE - LABELS - FIGURES
    parts = []
    for place, (name, begin, end, text) in enumerate([totals[0], *bars, totals[1]]):
        x1, x2 = sorted(LABELS + room * (level - start) / max(high - start, 1) for level in (begin, end))
        y = place * BAR + 4
        total = name in ("From", "To")
        colour = "#1f3864" if total else "#a2491b" if end > begin else "#3f7d3f"
        parts.append(f'<text x="{LABELS - 8}" y="{y + 14}" text-anchor="end">{escape(name)}</text>')
        parts.append(f'<rect x="{x1:.1f}" y="{y}" width="{max(x2 - x1, 1.5):.1f}" height="{BAR - 8}" fill="{colour}"/>')
        parts.append(f'<text x="{x2 + 6:.1f}" y="{y + 14}">{escape(text)}</text>')
    text = (
        f"Investment goes from {totals[0][3]} to {totals[1][3]} in {len(bars)} steps; the axis does not start at zero."
    )
    text = text if start else text.replace("; the axis does not start at zero", "")
    height = (len(bars) + 2) * BAR + 8
    return (
        f'<figure><svg viewBox="0 0 {WIDE} {height}" role="img" aria-label="{escape(text)}">{"".join(parts)}</svg>'
        f'<figcaption class="note">{escape(text)}</figcaption></figure>'
    )
