"""Hard recalculation by LibreOffice, for tests: a profile of its own, values read back from the converted file."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def recalculated(path: Path, folder: Path, to: str = "xlsx") -> Path:
    """The file as LibreOffice computes it from scratch."""
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(SETTINGS)
    out = folder / "out"
    command = ["soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", to, "--outdir"]
    environment = {**os.environ, "HOME": str(folder)}
    subprocess.run([*command, str(out), str(path)], check=True, capture_output=True, timeout=300, env=environment)
    return out / f"{path.stem}.{to}"
