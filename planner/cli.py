"""The command line: parse, call, print, exit code. Nothing heavy is imported until a command runs."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from planner import __version__
from planner.commands.app import app as page
from planner.commands.backtest import backtest
from planner.commands.check import check
from planner.commands.compare import compare
from planner.commands.optimizing import optimize
from planner.commands.questions import questions
from planner.commands.replan import replan
from planner.commands.rerun import rerun
from planner.commands.risk import risk
from planner.commands.runs import export, report, runs, show, verify
from planner.commands.service_prices import service_prices
from planner.commands.template import template
from planner.commands.trade_offs import alternatives, frontier, sensitivity
from planner.commands.what_if import what_if
from planner.commands.why import explain, price
from planner.errors import UsageError
from planner.files import HANG_UP, heeded
from planner.terminal import SIGNALLED, Style, complain

#: longest first sentence of a command's help
FIRST_SENTENCE = 200
#: commands as the first page of the help has them, each with an example; a second one where it is not that with --json
GROUPS: dict[str, tuple[tuple[Callable[..., int], str, str], ...]] = {
    "Plan": (
        (optimize, "--dry-run", "--budget 60B --dry-run --json"),
        (what_if, "--list", "gas-ban --dry-run --json"),
        (replan, "latest --write-actuals actuals.csv", ""),
        (rerun, "latest", ""),
        (page, "--dry-run", ""),
    ),
    "Understand": (
        (show, "latest", ""),
        (questions, "latest", "latest --out six.md --json"),
        (explain, "latest", ""),
        (price, "latest --time-limit 120", ""),
        (sensitivity, "latest --time-limit 60", ""),
        (risk, "latest", "latest --draws 2000 --json"),
        (frontier, "latest --curve sites --time-limit 60", ""),
        (alternatives, "latest --time-limit 120", ""),
        (compare, "latest latest", ""),
    ),
    "Runs": (
        (runs, "", ""),
        (report, "latest --out review", ""),
        (verify, "latest", ""),
        (export, "federal-ai --mps plan.mps", "federal-ai --lp plan.lp"),
    ),
    "Inputs and data": (
        (check, "", "federal-ai --json"),
        (template, "", "federal-ai -o mine.xlsx --json"),
        (backtest, "", "--out backtest.md --json"),
        (service_prices, "", ""),
    ),
}


class Grouped(TyperGroup):
    """Commands under the headings of what they are for."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Every group with its commands, each with the first sentence of its help."""
        for title, commands in GROUPS.items():
            rows = [(n, self.commands[n].get_short_help_str(FIRST_SENTENCE)) for n in (_name(c[0]) for c in commands)]
            with formatter.section(title):
                formatter.write_dl(rows)


def _name(command: Callable[..., int]) -> str:
    return command.__name__.replace("_", "-")


def _examples(*lines: str) -> str:
    """The end of a help text; a test runs every line."""
    return "\b\nExamples:\n" + "\n".join(f"  {' '.join(line.split())}" for line in lines)


app = typer.Typer(
    name="planner",
    help="Plan a national AI-compute programme and prove the plan. 'planner optimize' runs the reference programme.",
    cls=Grouped,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for command, first, second in (row for rows in GROUPS.values() for row in rows):
    words = f"planner {_name(command)}"
    app.command(epilog=_examples(f"{words} {first}", f"{words} {second or first + ' --json'}"))(command)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"planner {__version__}")
        raise typer.Exit(0)


@app.callback(epilog=_examples("planner optimize --dry-run", "planner check"))
def _root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
) -> None:
    pass


class _Terminated(BaseException):
    """Someone asked the process to end, by this signal."""


def _terminate(number: int, _: object) -> NoReturn:
    raise _Terminated(number)


def run_command(words: list[str]) -> int:
    """Run one command line; the answer is the exit code."""
    style = Style.of(words)
    try:
        command = typer.main.get_command(app)
        with command.make_context("planner", list(words) or ["--help"]) as context:
            return int(command.invoke(context) or 0)
    except typer.Exit as finished:
        return finished.exit_code
    except _Terminated as ended:
        for note in ("Asked to end.", *getattr(ended, "__notes__", ())):
            style.say(note)
        return SIGNALLED + int(ended.args[0])
    except typer.TyperException as error:
        return complain(
            UsageError(f"{error.format_message().replace('Value error, ', '')} 'planner --help' tells more."), style
        )
    except (Exception, KeyboardInterrupt) as error:
        return complain(error, style)


def main() -> NoReturn:
    """Entry of the console script; a shell that completes words asks Typer itself."""
    if "_PLANNER_COMPLETE" in os.environ:
        app(prog_name="planner")
    for number in heeded(signal.SIGTERM, *HANG_UP):
        signal.signal(number, _terminate)
    sys.exit(run_command(sys.argv[1:]))
