"""A file system that refuses once: the n-th write, fsync, rename or mkdir below a folder fails."""

from __future__ import annotations

import builtins
import errno
import io
import os
from pathlib import Path
from types import TracebackType
from typing import Any

#: functions of ``os``, and whether they are given a descriptor
FUNCTIONS = {"mkdir": False, "rename": False, "replace": False, "fsync": True, "sendfile": True}


class Refusing:
    """Counts the operations of this process below ``folder``; refuses number ``at``, with a full or a broken disk."""

    def __init__(self, folder: Path, at: int | None = None) -> None:
        self.folder, self.at = str(folder.resolve()), at
        self.done: list[str] = []
        self.refused = ""
        self._kept = {name: getattr(os, name) for name in FUNCTIONS}
        self._open = builtins.open

    def __enter__(self) -> Refusing:
        for name in FUNCTIONS:
            setattr(os, name, self._watched(name))
        builtins.open = io.open = self._opened  # type: ignore[assignment]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for name, function in self._kept.items():
            setattr(os, name, function)
        builtins.open = io.open = self._open

    def tick(self, kind: str, path: Any) -> None:
        given = Path(f"/proc/self/fd/{path}").readlink() if isinstance(path, int) else Path(os.fsdecode(path))
        place = str(given.absolute())
        if not place.startswith(self.folder):
            return
        self.done.append(kind)
        if len(self.done) - 1 == self.at:
            self.refused = f"{kind} {os.path.relpath(place, self.folder)}"
            number = (errno.ENOSPC, errno.EIO)[len(self.done) % 2]
            raise OSError(number, os.strerror(number), place)

    def _watched(self, name: str) -> Any:
        function = self._kept[name]

        def watched(*given: Any, **named: Any) -> Any:
            self.tick("write" if name == "sendfile" else name, given[0])
            return function(*given, **named)

        return watched

    def _opened(
        self,
        file: Any,
        mode: str = "r",
        buffering: int = -1,
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
        closefd: bool = True,
        opener: Any = None,
    ) -> Any:
        """A file that is written to asks before each write to the system, not before each of the program."""
        if isinstance(file, int) or not set(mode) & set("wax+"):
            return self._open(file, mode, buffering, encoding, errors, newline, closefd, opener)
        refusing = self

        class Raw(io.FileIO):
            def write(self, data: Any) -> int:
                refusing.tick("write", self.fileno())
                return super().write(data)

        raw = Raw(file, mode.replace("b", "").replace("t", ""), closefd, opener)
        if not buffering:
            return raw
        buffered = io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
        return buffered if "b" in mode else io.TextIOWrapper(buffered, encoding, errors, newline)
