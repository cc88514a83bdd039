"""What the product is made of, and what it never does: run text as code, read a pickle, call a shell, use a network."""

from __future__ import annotations

import ast
import json
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "benchmarks"))

import supply  # noqa: E402

FILES = sorted(p for p in (ROOT / "planner").rglob("*.py") if "_shipped" not in p.parts)
LOCK = supply.LOCK.read_text(encoding="utf-8")
MADE = json.loads(supply.BILL.read_text(encoding="utf-8"))
#: called by their own name
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}
#: called as a part of something else
RUNS_OR_READS = {"system", "popen", "Unpickler", "read_pickle", "execv", "execve", "spawnl", "spawnv"}
#: what may be asked of pickle: whether something can be sent to another process
PICKLE = {"dumps", "PicklingError"}
#: modules that read objects from bytes, or a network
NEVER = {"marshal", "shelve", "dill", "joblib", "cloudpickle", "ssl", "socket", "socketserver", "http", "urllib"}
NEVER |= {"ftplib", "smtplib", "xmlrpc", "requests", "httpx", "aiohttp"}


def found_in(text: str) -> Iterator[str]:
    """What a source text does that no file of the product may do."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            yield from (f"imports parts of {name}" for name in names if name == "pickle")
        yield from (f"imports {name}" for name in names if name.partition(".")[0] in NEVER)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "pickle" and node.attr not in PICKLE:
            yield f"uses pickle.{node.attr}"
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if isinstance(node.func, ast.Name) and called in RUNS_TEXT:
            yield f"calls {called}"
        if isinstance(node.func, ast.Attribute) and node.func.attr in RUNS_OR_READS:
            yield f"calls {called}"
        yield from (
            f"calls {called} with {word.arg}" for word in node.keywords if word.arg in ("shell", "allow_pickle")
        )


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_file_runs_text_reads_pickles_calls_a_shell_or_uses_a_network(path: Path) -> None:
    assert list(found_in(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')",
        "import os\nos.system('ls')",
        "import pickle\npickle.load(open('x', 'rb'))",
        "from pickle import load",
        "import pandas as pd\npd.read_pickle('x')",
        "import subprocess\nsubprocess.run('ls', shell=True)",
        "import numpy as np\nnp.load('x', allow_pickle=True)",
        "from urllib.request import urlopen",
        "import socket",
    ],
)
def test_what_may_not_be_is_found(text: str) -> None:
    assert list(found_in(text))


def test_the_bill_holds_what_the_lock_installs() -> None:
    there = {supply.name_of(part): part["version"] for part in MADE["components"]}
    assert there == {name: version for name, (version, _) in supply.pinned(LOCK).items()}
    assert {part["purl"] for part in MADE["components"]} == {f"pkg:pypi/{n}@{v}" for n, v in there.items()}
    refs = {part["bom-ref"] for part in [*MADE["components"], MADE["metadata"]["component"]]}
    assert {row["ref"] for row in MADE["dependencies"]} == refs
    assert {ref for row in MADE["dependencies"] for ref in row["dependsOn"]} == refs - {"root-component"}


def test_the_bill_says_nothing_of_a_machine_or_a_time() -> None:
    text = supply.BILL.read_text(encoding="utf-8")
    assert re.findall('https?://[^"]*', text) == [MADE["$schema"]]
    assert "timestamp" not in text
    assert "serialNumber" not in text
    assert not re.search(r'"(/|[A-Z]:|file:)', text)
    assert text == json.dumps(MADE, indent=1, sort_keys=True) + "\n"


def test_every_package_has_a_hash_and_a_licence_that_lets_the_product_be() -> None:
    hashed = re.findall(r"^([a-z0-9-]+)==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", LOCK, re.M)
    assert set(hashed) == set(supply.pinned(LOCK))
    held = {part["name"]: supply.licence(part) for part in MADE["components"]}
    assert all(held.values()), held
    strong = [name for name, licence in held.items() if re.search(r"\bA?GPL|Affero|SSPL|BUSL|NonCommercial", licence)]
    assert not strong


def test_the_list_of_licences_is_that_of_the_bill() -> None:
    assert supply.LICENCES.read_text(encoding="utf-8") == supply.page(MADE, LOCK)


@pytest.mark.parametrize("address", [("192.0.2.1", 80), ("127.0.0.1", 9)])
def test_a_test_that_connects_fails(sockets: Any, address: tuple[str, int]) -> None:
    with socket.socket() as made, pytest.raises(ConnectionRefusedError, match="may not reach"):
        made.connect(address)
    with pytest.raises(ConnectionRefusedError, match=r"planner\.invalid"):
        socket.getaddrinfo("planner.invalid", 80)
    assert sockets.refused == [f"socket.connect {address[0]}", "socket.getaddrinfo planner.invalid"]
    sockets.refused.clear()
