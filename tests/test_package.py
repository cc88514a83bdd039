"""The package: what the wheel holds, and that an installed copy works in an empty folder far from the sources."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*words: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PLANNER_REPORTS")}
    return subprocess.run(
        [sys.executable, *words],
        cwd=cwd,
        env={**environment, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = run("-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT), cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    options = ("--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check", "--target", str(folder))
    done = run("-m", "pip", "install", "-q", *options, str(wheel), cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_wheel_holds_the_package_and_what_it_ships(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"planner"}
    templates = {f"planner/page/templates/{name}" for name in ("page.html.j2", "parts.html.j2", "style.css.j2")}
    assert templates <= set(names)
    shipped = {name.removeprefix("planner/_shipped/") for name in names if name.startswith("planner/_shipped/")}
    sources = {
        path.relative_to(ROOT).as_posix().removeprefix("reports/")
        for folder in ("data", "models", "reports/grid")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert shipped == sources
    assert "models/federal-ai.toml" in shipped
    modules = {name for name in names if name.endswith(".py")}
    assert modules == {path.relative_to(ROOT).as_posix() for path in (ROOT / "planner").rglob("*.py")}


def test_an_installed_copy_checks_what_it_ships(installed: Path, tmp_path: Path) -> None:
    done = run("-m", "planner", "check", cwd=tmp_path, PYTHONPATH=str(installed))
    assert done.returncode == 0, done.stderr
    where = run("-c", "import planner; print(planner.__file__)", cwd=tmp_path, PYTHONPATH=str(installed))
    assert Path(where.stdout.strip()).is_relative_to(installed)
    assert list(tmp_path.iterdir()) == []
    assert (installed / "bin" / "planner").exists() or (installed / "Scripts" / "planner.exe").exists()


@pytest.mark.slow
def test_an_installed_copy_plans(installed: Path, tmp_path: Path) -> None:
    words = ("-m", "planner", "optimize", "--time-limit", "200", "--no-price")
    done = run(*words, cwd=tmp_path, PYTHONPATH=str(installed))
    assert done.returncode in (0, 5), done.stderr
    (folder,) = (tmp_path / "reports").iterdir()
    assert (folder / "plan.xlsx").stat().st_size > 10_000


# what is pinned


def pins(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9][a-z0-9-]*)==(\S+)", text, re.M))


def wanted(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~\[; ]", line)[0].lower() for line in requirements}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_locks_name_no_place_and_hash_everything(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|file:|@ |--(extra-)?index|--find-links|--trusted|/[a-z]+/[a-z]+/", text)
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    assert len(entries) == len(pins(name))
    assert all("--hash=sha256:" in entry for entry in entries)


def test_locks_hold_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime, tests = pins("requirements.lock"), pins("requirements-test.lock")
    declared = project["project"]["dependencies"] + project["build-system"]["requires"]
    assert wanted(declared) <= runtime.keys()
    assert wanted(project["project"]["optional-dependencies"]["test"]) <= tests.keys()
    assert runtime.items() <= tests.items()
    inputs = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    assert wanted([line for line in inputs if line and not line.startswith("#")]) == wanted(declared)


def test_ci_runs_the_command_of_the_readme(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    script = tmp_path / ".ci" / "run"
    script.write_bytes((ROOT / ".ci" / "run").read_bytes())
    script.chmod(0o755)
    readme = tmp_path / "README.md"
    for command, code, said in (("echo it ran && exit 5", 5, "it ran"), ("false\ntrue", 1, ""), ("", 1, "")):
        readme.write_text(f"```\nnot this\n```\n<!-- test command -->\n```sh\n{command}\n```\n", encoding="utf-8")
        done = subprocess.run([str(script)], cwd="/", capture_output=True, text=True, check=False)
        assert done.returncode == code
        assert said in done.stdout
        assert "not this" not in done.stdout
