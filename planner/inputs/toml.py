"""TOML documents, as far as a programme or a what-if needs them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from planner.files import read_input

#: levels of a document; a programme has four
_DEEPEST = 20
_TOO_DEEP = "values within values, more than twenty deep"


def read(path: Path) -> dict[str, Any]:
    """The document of a TOML file.

    Raises TOMLDecodeError, also for what TOML allows and no programme has: values too deep in one another, and whole
    numbers of thousands of digits. Raises OSError and UnicodeDecodeError as reading does.
    """
    text = read_input(path).decode("utf-8-sig").replace("\r\n", "\n")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise tomllib.TOMLDecodeError(_TOO_DEEP) from None
    except ValueError as error:
        raise tomllib.TOMLDecodeError(str(error).partition(";")[0]) from None
    level: list[Any] = [document]
    for _ in range(_DEEPEST):
        level = [v for x in level if isinstance(x, dict | list) for v in (x.values() if isinstance(x, dict) else x)]
    if level:
        raise tomllib.TOMLDecodeError(_TOO_DEEP)
    return document
