"""The baseline: matrices of the reference as its first complete algebra had them, before it was strengthened.

    python benchmarks/freeze.py [FOLDER] [--commit C]      makes them; FOLDER is benchmarks/baseline
    python benchmarks/freeze.py [FOLDER] --check           tells whether they are those of the list

For low, mid and high demand one MPS file a stage: the same rows and columns, another objective. Files are compressed
and listed with their SHA-256 in ``SHA256SUMS``. The tree of the commit is taken from git into a temporary folder
and run by this Python, whose libraries are those of the lock; nothing of today's planner takes part.
"""

from __future__ import annotations

import argparse
import hashlib
import lzma
import os
import subprocess
import sys
import tempfile
from pathlib import Path

#: stages, plan and check in one run for the first time. Two steps of docs/solving.md were taken before the history
#: begins and are in it: limits scale with the opening, and racks kept instead of vintages retired.
COMMIT = "2c323d94de423bbcb1071fde0e762014efee4cac"
HERE = Path(__file__).parent
LIST = "SHA256SUMS"
DEMANDS = ("low", "mid", "high")
STAGES = (1, 2, 3)
EXPORT = """
import sys
from pathlib import Path
from planner import run
from planner.inputs.read import load
model, demand, room = sys.argv[1:]
exporter = run.compile_only(load(model, (f"programme.demand_case={demand}",)))
for stage in (1, 2, 3):
    exporter.write_mps(Path(room) / f"{demand}-{stage}.mps", stage=stage)
print(exporter.size)
"""


def freeze(folder: Path, commit: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        tree, room = Path(name) / "tree", Path(name) / "mps"
        tree.mkdir()
        room.mkdir()
        packed = subprocess.run(["git", "archive", commit], cwd=HERE.parent, capture_output=True, check=True).stdout
        subprocess.run(["tar", "x", "-C", str(tree)], input=packed, check=True)
        for demand in DEMANDS:
            words = [sys.executable, "-c", EXPORT, str(tree / "models" / "federal-ai.toml"), demand, str(room)]
            done = subprocess.run(
                words, cwd=tree, env=os.environ | {"PYTHONPATH": str(tree)}, text=True, capture_output=True
            )
            if done.returncode:
                raise SystemExit(f"{demand}: {done.stderr.strip()[-800:]}")
            print(demand, done.stdout.strip())
        for path in sorted(room.glob("*.mps")):
            target = folder / f"{path.name}.xz"
            target.write_bytes(lzma.compress(path.read_bytes(), preset=9))
            print(f"{target.name}: {path.stat().st_size / 1e6:.1f} MB, {target.stat().st_size / 1e6:.2f} MB compressed")
    lines = [f"{_digest(path)}  {path.name}" for path in sorted(folder.glob("*.mps.xz"))]
    (folder / LIST).write_text("\n".join([*lines, ""]), encoding="utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check(folder: Path) -> bool:
    """Every file of the list is there and unchanged."""
    listed = [line.split() for line in (folder / LIST).read_text(encoding="utf-8").splitlines()]
    wrong = [name for digest, name in listed if not (folder / name).is_file() or _digest(folder / name) != digest]
    print(f"changed or missing: {', '.join(wrong)}" if wrong else f"{len(listed)} matrices as listed")
    return not wrong


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("folder", type=Path, nargs="?", default=HERE / "baseline")
    words.add_argument("--commit", default=COMMIT)
    words.add_argument("--check", action="store_true")
    asked = words.parse_args()
    if asked.check:
        sys.exit(0 if check(asked.folder) else 1)
    freeze(asked.folder, asked.commit)


if __name__ == "__main__":
    main()
