"""Where each figure comes from, as the text of a note."""

from __future__ import annotations

import pandas as pd

LONGEST = 600


def notes(figures: pd.DataFrame, sources: pd.DataFrame) -> dict[str, dict[str, str]]:
    """table.column -> key, or * for the whole column -> note."""
    titles = dict(zip(sources["source_id"], sources["title"], strict=True))
    found: dict[str, dict[str, str]] = {}
    for row in figures.to_dict("records"):
        lines = []
        if row["low"] == row["low"] or row["high"] == row["high"]:
            lines.append(f"Range: {_end(row['low'])} to {_end(row['high'])}")
        if row["money_year"] == row["money_year"]:
            lines.append(f"Dollars of {row['money_year']:.0f}")
        lines += [f"Status: {row['status']}", f"Source: {titles.get(row['source_id'], row['source_id'])}"]
        lines += [str(row["note"])] if row["note"] else []
        text = "\n".join(lines)
        text = text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
        found.setdefault(f"{row['table']}.{row['column']}", {})[str(row["key"])] = text
    return found


def _end(value: float) -> str:
    return "not known" if value != value else f"{value:,.15g}"
