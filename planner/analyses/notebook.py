"""Answers of a long analysis, kept as they come, so that one that was stopped goes on where it ended."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

from planner import __version__
from planner.files import json_text, replacing

FOLDER = ".analyses"


class Notebook:
    """One file for one analysis of the same inputs by the same version; None keeps nothing."""

    def __init__(self, reports: Path | None, analysis: str, inputs_sha256: str, fresh: bool = False) -> None:
        self.path = reports / FOLDER / f"{analysis}-{inputs_sha256[:16]}.json" if reports else None
        self.kept: dict[str, Any] = {}
        self.taken = 0
        self._writing = threading.Lock()
        if self.path is not None and self.path.is_file() and not fresh:
            try:
                noted = json.loads(self.path.read_text(encoding="utf-8"))
            except ValueError:  # a file that someone cut or edited: the answers are asked for again
                noted = {}
            if noted.get("planner") == __version__:
                self.kept = dict(noted.get("answers") or {})

    def known(self, question: str) -> Any | None:
        """An answer that was kept, None if there is none."""
        answer = self.kept.get(question)
        self.taken += answer is not None
        return answer

    def keep(self, question: str, answer: Any) -> None:
        with self._writing:  # questions are asked two at a time
            self.kept[question] = answer
            if self.path is not None:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with replacing(self.path) as draft:
                    draft.write_text(json_text({"planner": __version__, "answers": self.kept}), encoding="utf-8")
