"""Safe file habits: nothing half-written is ever visible, and a refusal of the file system is a plain sentence.

Tables are CSV with the full digits of every number. What CSV cannot say (types, and whether an empty
cell is "no value" or "no text") is said beside it by the column's kind, so a table read back is the
table that was written.
"""

from __future__ import annotations

import csv
import errno
import hashlib
import json
import math
import os
import secrets
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.errors import StorageError

if TYPE_CHECKING:
    import pandas as pd

#: column -> (dtype of the frame, kind of the values)
Kinds = dict[str, list[str]]
#: bytes of a table or a programme; the largest table of the reference programme has 0.3 MB
LARGEST_INPUT = 8 << 20
#: a terminal that closes, where the system tells of it
HANG_UP = (signal.SIGHUP,) if hasattr(signal, "SIGHUP") else ()

_SENTENCES = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file is larger than allowed here",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.EROFS: "the file system is read-only",
    errno.ENOTDIR: "part of the path is a file, not a folder",
    errno.EEXIST: "something of that name is already there",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOENT: "there is no such file or folder",
    errno.EISDIR: "it is a folder, not a file",
    errno.EIO: "the disk reports an input/output error",
    errno.EMFILE: "too many files are open",
}


@contextmanager
def plainly(doing: str) -> Iterator[None]:
    """Turn a refusal of the file system into a StorageError: "cannot <doing>: <why>"."""
    try:
        yield
    except OSError as error:
        why = _SENTENCES.get(error.errno or 0, error.strerror or str(error))
        place = f" ({error.filename})" if error.filename else ""
        raise StorageError(f"cannot {doing}: {why}{place}") from error


def heeded(*numbers: signal.Signals) -> list[signal.Signals]:
    """Those of the signals that the process does not ignore; ``nohup`` starts it so that it ignores a hang-up."""
    return [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]


@contextmanager
def undisturbed() -> Iterator[None]:
    """Puts off what asks the process to end until a short piece of work is done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    asking = heeded(signal.SIGINT, signal.SIGTERM, *HANG_UP)
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in asking}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        if came:
            signal.raise_signal(came[0])


def sync_file(path: Path) -> None:
    """Force a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:  # some file systems cannot sync a folder; the rename stays atomic
        if not (path.is_dir() and error.errno in (errno.EINVAL, errno.ENOTSUP)):
            raise
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Force every file below a folder, then the folders, to the disk."""
    for here, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync_file(Path(here) / name)
        sync_file(Path(here))


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path to write to; on success it takes the place of ``path`` in one step, else nothing changes."""
    draft = path.with_name(f".{secrets.token_hex(6)}-{path.name}")
    with plainly(f"write {path}"):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            yield draft
            sync_file(draft)
            draft.replace(path)
            sync_file(path.parent)
        finally:
            draft.unlink(missing_ok=True)


def read_input(path: Path) -> bytes:
    """A file that a person gives, as far as a person's file goes; OSError for a longer one, which may have no end."""
    with path.open("rb") as stream:
        data = stream.read(LARGEST_INPUT + 1)
    if len(data) > LARGEST_INPUT:
        raise OSError(errno.EFBIG, f"it has more than {LARGEST_INPUT >> 20} MB", str(path))
    return data


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def plain(value: Any) -> Any:
    """The value as JSON knows it: no NaN, no numpy, keys as text."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)


def json_text(value: Any) -> str:
    """One JSON document, readable, the same for the same value."""
    return json.dumps(plain(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


# tables


def write_table(path: Path, frame: pd.DataFrame) -> Kinds:
    """Write a frame as CSV; the answer says how to read it back."""
    kinds = {str(name): [str(frame[name].dtype), _kind(frame[name])] for name in frame.columns}
    columns = [_cells(frame[name], kinds[str(name)][1]) for name in frame.columns]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([str(name) for name in frame.columns])
        writer.writerows(zip(*columns, strict=True))
    return kinds


def read_table(path: Path, kinds: Kinds) -> pd.DataFrame:
    """Read what ``write_table`` wrote: same columns, same types, same digits."""
    import pandas as pd

    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in header]
    return pd.DataFrame(
        {
            name: pd.Series([_value(text, kinds[name][1]) for text in cells], dtype=kinds[name][0])
            for name, cells in zip(header, columns, strict=True)
        },
        columns=header,
    )


def _present(column: pd.Series[Any]) -> list[Any]:
    return column[column.notna()].tolist()


def _kind(column: pd.Series[Any]) -> str:
    """text, number, integer or flag; a ``?`` after it says that an empty cell means no value."""
    present = _present(column)
    types = {type(value) for value in present}
    if types <= {bool} and present:
        kind = "flag"
    elif types <= {int} and present:
        kind = "integer"
    elif types <= {int, float} and (present or "float" in str(column.dtype)):
        kind = "number"
    else:
        kind = "text"
    return kind + ("?" if len(present) < len(column) else "")


def _cells(column: pd.Series[Any], kind: str) -> list[str]:
    nulls = column.isna().tolist()
    return ["" if null else _cell(value, kind) for value, null in zip(column.tolist(), nulls, strict=True)]


def _cell(value: Any, kind: str) -> str:
    match kind.rstrip("?"):
        case "flag":
            return "true" if value else "false"
        case "integer":
            return str(int(value))
        case "number":
            return repr(float(value))
    return str(value)


def _value(text: str, kind: str) -> Any:
    if not text and kind.endswith("?"):
        return None
    match kind.rstrip("?"):
        case "flag":
            return text == "true"
        case "integer":
            return int(text)
        case "number":
            return float(text)
    return text
