"""Inputs changed at random as people, programs and disks change them; the same seed gives the same bytes."""

from __future__ import annotations

from pathlib import PurePosixPath

from mutate_books import XLSX
from mutate_text import BYTES, CSV, TOML, Dice


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
