"""What the product is made of: a bill of materials and the licences of all that ``requirements.lock`` installs.

    python -m venv CLEAN && CLEAN/bin/pip install --require-hashes -r requirements.lock
    python -m venv TOOLS && TOOLS/bin/pip install cyclonedx-bom
    python benchmarks/supply.py TOOLS/bin/cyclonedx-py CLEAN/bin/python

It writes ``docs/sbom.json`` (CycloneDX) and ``docs/licences.md``. Both say the same bytes on every machine: no time, no
serial number, no folder, no address. ``pip`` and ``setuptools``, which a new environment has by itself, are left out.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BILL, LICENCES = ROOT / "docs" / "sbom.json", ROOT / "docs" / "licences.md"
LOCK = ROOT / "requirements.lock"
#: how a lock file names what the product itself asks for
DIRECT = "-r requirements.in"
#: what an environment has before anything is installed
OWN = {"pip", "setuptools"}
#: licences that ask for more than a notice, as far as their own files are changed
MORE = ("MPL", "LGPL", "GPL", "Mozilla")


def pinned(lock: str) -> dict[str, tuple[str, list[str]]]:
    """Package of a lock file -> its version, and what needs it; ``-r requirements.in`` is what the product asks for."""
    found: dict[str, tuple[str, list[str]]] = {}
    for line in lock.splitlines():
        if match := re.match(r"([a-z0-9-]+)==(\S+)", line):
            needed_by: list[str] = []
            found[match[1]] = match[2], needed_by
        elif match := re.match(r" +# +(?:via +)?(\S.*)", line):
            needed_by += [match[1]] if match[1] != "via" else []
    return found


def name_of(part: dict[str, Any]) -> str:
    """The name of a component as a lock file writes it."""
    return re.sub(r"[-_.]+", "-", part["name"]).lower()


def bill(tool: str, python: str) -> dict[str, Any]:
    """The bill of an environment, without what differs from machine to machine; what needs what is as pinned."""
    command = [tool, "environment", "--output-reproducible", "--pyproject", str(ROOT / "pyproject.toml"), python]
    made = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    parts = {name_of(p): _plain(p) for p in made["components"] if p["name"] not in OWN}
    product, lock = _plain(made["metadata"]["component"]), pinned(LOCK.read_text(encoding="utf-8"))
    needs: dict[str, list[str]] = {x["bom-ref"]: [] for x in (product, *parts.values())}
    for name, (_, by) in lock.items():
        for other in by:
            needs[product["bom-ref"] if other == DIRECT else parts[other]["bom-ref"]].append(parts[name]["bom-ref"])
    made["components"] = [parts[name] for name in sorted(parts)]
    made["dependencies"] = [{"ref": ref, "dependsOn": sorted(there)} for ref, there in sorted(needs.items())]
    made["metadata"] = {"component": product}
    return dict(made)


def _plain(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if key not in ("externalReferences", "properties")}


def licence(part: dict[str, Any]) -> str:
    """What a component declares, in the short words of SPDX where it has them; empty where it declares none."""
    held = part.get("licenses", ())
    short = [x.get("expression") or x["license"].get("id") for x in held]
    long = [
        x["license"]["name"].removeprefix("License :: OSI Approved :: ") for x in held if "name" in x.get("license", {})
    ]
    return next((name for name in (*short, *long) if name), "")


def page(made: dict[str, Any], lock: str) -> str:
    """The list of licences as Markdown."""
    by = {name: ", ".join("planner" if x == DIRECT else x for x in found) for name, (_, found) in pinned(lock).items()}
    rows = [(p["name"], p["version"], licence(p), by[name_of(p)]) for p in made["components"]]
    more = [f"`{name}`" for name, _, held, _ in rows if any(word in held for word in MORE)]
    return "\n".join(
        [
            "# Licences",
            "",
            f"All {len(rows)} packages that `requirements.lock` installs, as each declares its licence.",
            "The bill of materials in the CycloneDX format is [sbom.json](sbom.json).",
            "Both are made by `benchmarks/supply.py`; do not edit them.",
            "",
            _says(more),
            "Packages that only `hatchling` needs build the product and are not used when it runs.",
            "",
            *_table(rows),
            "",
        ]
    )


def _says(more: list[str]) -> str:
    if not more:
        return "Each licence asks for a notice alone."
    return f"Each licence asks for a notice alone, apart from that of {', '.join(more)}: its own files stay open."


def _table(rows: Iterable[tuple[str, ...]]) -> list[str]:
    head = ["| package | version | licence | needed by |", "|---|---|---|---|"]
    return [*head, *(f"| {' | '.join(row)} |" for row in rows)]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("tool", help="the program cyclonedx-py")
    words.add_argument("python", help="the interpreter of an environment with requirements.lock alone")
    asked = words.parse_args()
    made = bill(asked.tool, asked.python)
    BILL.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    LICENCES.write_text(page(made, LOCK.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"{BILL.name} and {LICENCES.name}: {len(made['components'])} packages")


if __name__ == "__main__":
    main()
