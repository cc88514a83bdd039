"""The workbook that ships prints on few pages, and no number is too wide for its column."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
SAMPLE = Path(__file__).parents[2] / "reports" / "sample" / "plan.xlsx"
MOST_PAGES = 45


def test_the_book_prints_on_45_pages_without_a_cut_number(tmp_path: Path) -> None:
    assert shutil.which("soffice"), "LibreOffice is not installed"
    words = ["soffice", f"-env:UserInstallation=file://{tmp_path}/user", "--headless", "--convert-to", "pdf"]
    subprocess.run([*words, "--outdir", str(tmp_path), str(SAMPLE)], check=True, capture_output=True, timeout=300)
    pages = re.findall(rb"/Type\s*/Page[^s]", (tmp_path / "plan.pdf").read_bytes())
    assert 20 < len(pages) <= MOST_PAGES
    assert shutil.which("pdftotext"), "poppler is not installed"
    text = subprocess.run(["pdftotext", str(tmp_path / "plan.pdf"), "-"], check=True, capture_output=True).stdout
    assert b"Sources and uses" in text
    assert b"###" not in text
