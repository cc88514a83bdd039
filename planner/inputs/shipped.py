"""Where the data sets and programmes that come with the tool lie: inside the wheel, or beside the package."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
DEFAULT_MODEL = "federal-ai"
#: folder of real projects beside the data sets; it is none of them
BACKTEST = "backtest"


def _folder(kind: str) -> Path:
    inside = PACKAGE / "_shipped" / kind
    return inside if inside.is_dir() else PACKAGE.parent / kind


def data_folder(name: str) -> Path:
    """Folder of a shipped data set; it need not exist."""
    return _folder("data") / name


def model_file(name: str) -> Path:
    """File of a shipped programme; it need not exist."""
    return _folder("models") / f"{name}.toml"


def models() -> list[str]:
    """Names of the shipped programmes."""
    return sorted(path.stem for path in _folder("models").glob("*.toml"))


def named(path: Path) -> str | None:
    """The shipped programme that ``federal-ai``, ``federal-ai.toml`` or ``models/federal-ai.toml`` names."""
    name = path.stem if path.suffix == ".toml" and path.parent.name in ("", "models") else str(path)
    return name if name in models() else None


def what_if_files() -> dict[str, Path]:
    """Files of the shipped what-ifs by name."""
    return {path.stem: path for path in sorted((_folder("models") / "what-ifs").glob("*.toml"))}


def grid_file() -> Path:
    """The points of the reference programme that were solved before; it need not exist."""
    inside = PACKAGE / "_shipped" / "grid"
    return (inside if inside.is_dir() else PACKAGE.parent / "reports" / "grid") / "points.json"


def uncertainty_file(data_set: str) -> Path:
    """What is not sure about a shipped data set; it need not exist."""
    return _folder("models") / "uncertainty" / f"{data_set}.toml"


def data_sets() -> list[str]:
    """Names of the shipped data sets."""
    folder = _folder("data")
    folders = {path.name for path in folder.iterdir() if path.is_dir()} if folder.is_dir() else set()
    return sorted(folders - {BACKTEST})
