"""The command line: parse, call, print, exit code. Nothing heavy is imported until a command runs."""

from __future__ import annotations

import os
import signal
import sys
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from planner import __version__
from planner.commands import compare, optimizing, questions, rerun, runs, service_prices, trade_offs, what_if, why
from planner.commands.backtest import backtest
from planner.commands.check import check
from planner.commands.template import template
from planner.errors import UsageError
from planner.options import examples
from planner.terminal import TERMINATED, Style, complain

#: longest first sentence of a command's help
FIRST_SENTENCE = 200
#: commands as the first page of the help has them
GROUPS = {
    "Plan": ("optimize", "what-if", "rerun"),
    "Understand": (
        "show",
        "questions",
        "explain",
        "price",
        "sensitivity",
        "frontier",
        "alternatives",
        "compare",
    ),
    "Runs": ("runs", "report", "verify", "export"),
    "Inputs and data": ("check", "template", "backtest", "service-prices"),
}


class Grouped(TyperGroup):
    """Commands under the headings of what they are for."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Every group with its commands, each with the first sentence of its help."""
        for title, names in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(n, self.commands[n].get_short_help_str(FIRST_SENTENCE)) for n in names])


app = typer.Typer(
    name="planner",
    help="Plan a national AI-compute programme and prove the plan. 'planner optimize' runs the reference programme.",
    cls=Grouped,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


app.command(epilog=examples("planner check", "planner check federal-ai --json"))(check)
app.command(epilog=examples("planner template", "planner template federal-ai -o mine.xlsx --json"))(template)
app.command(epilog=examples("planner backtest", "planner backtest --out backtest.md --json"))(backtest)
for topic in (optimizing, what_if, compare, why, trade_offs, rerun, service_prices, questions, runs):
    topic.add(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"planner {__version__}")
        raise typer.Exit(0)


@app.callback(epilog=examples("planner optimize --dry-run", "planner check"))
def _root(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show the version.")
    ] = False,
) -> None:
    pass


class _Terminated(BaseException):
    """Someone asked the process to end."""


def _terminate(*_: object) -> NoReturn:
    raise _Terminated


def run_command(words: list[str]) -> int:
    """Run one command line; the answer is the exit code."""
    style = Style.of(words)
    try:
        command = typer.main.get_command(app)
        with command.make_context("planner", list(words) or ["--help"]) as context:
            return int(command.invoke(context) or 0)
    except typer.Exit as finished:
        return finished.exit_code
    except _Terminated:
        return TERMINATED
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
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(run_command(sys.argv[1:]))
