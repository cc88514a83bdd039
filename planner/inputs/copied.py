"""A case written as a programme and its tables again: the inputs that a stored run holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from planner.files import write_table
from planner.inputs import actuals, service
from planner.inputs.schema import BY_NAME

if TYPE_CHECKING:
    from planner.inputs.case import Case


def write(folder: Path, case: Case) -> None:
    """A copy of the checked inputs, edits applied, that reads back as the same case."""
    import tomli_w

    data = f"data/{case.programme.data_set}"
    (folder / data).mkdir(parents=True)
    own = {} if case.programme.actuals is None else {"actuals": actuals.COPY}
    programme = _without_none({**case.programme.model_dump(mode="python"), "data": data, **own})
    (folder / "model.toml").write_text(tomli_w.dumps(programme), encoding="utf-8")
    if case.programme.serve_as is not None:
        service.write(folder, case.programme.serve_as, case.service_path)
    if own:
        (folder / actuals.COPY).write_text(actuals.text(case.actuals, case.periods), encoding="utf-8")
    for name, table in case.tables.items():
        whole = [c.name for c in BY_NAME[name].columns if c.kind in ("integer", "flag") and c.name in table]
        write_table(folder / data / f"{name}.csv", table.astype(dict.fromkeys(whole, "Int64")).astype(object))


def _without_none(value: Any) -> Any:
    """TOML has no null: what is not said is left out."""
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_without_none(item) for item in value]
    return value
