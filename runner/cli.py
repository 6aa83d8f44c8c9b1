"""The commands. They hold no logic: each calls the function that does the work."""

import json
import sys
import traceback
from pathlib import Path
from typing import Any

import click

from runner.errors import ExitCode, RunnerError
from runner.home import Home, find_home


class RunnerGroup(click.Group):
    """Turns a RunnerError into one sentence, what to do next, and its exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the command line; arguments are click's own."""
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
            sys.exit(code if isinstance(code, int) else ExitCode.DONE)
        except click.exceptions.Exit as end:
            sys.exit(end.exit_code)
        except click.ClickException as fault:
            fault.show()
            sys.exit(ExitCode.USAGE)
        except click.Abort:
            click.echo("Stopped. Nothing was published.", err=True)
            sys.exit(ExitCode.FAULT)
        except RunnerError as fault:
            click.echo(f"{fault.message}\nNext: {fault.next_step}", err=True)
            sys.exit(fault.exit_code)
        except Exception as fault:
            if "--debug" in sys.argv:
                traceback.print_exc()
            else:
                click.echo(f"A fault in the program: {type(fault).__name__}.", err=True)
                click.echo(
                    "Next: run the same command after `runner --debug` and report what it prints.", err=True
                )
            sys.exit(ExitCode.FAULT)


def answer(as_json: bool, value: Any, text: str) -> None:
    """Prints a command's answer on standard output, as JSON or as text."""
    click.echo(json.dumps(value, default=str, ensure_ascii=False, indent=2) if as_json else text)


@click.group(cls=RunnerGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home", type=click.Path(file_okay=False, path_type=Path), help="Folder of landing/ and releases/."
)
@click.option("--debug", is_flag=True, help="Show the traceback of a fault in the program.")
@click.version_option(package_name="safeguarding-scorecard")
@click.pass_context
def main(context: click.Context, home: Path | None, debug: bool) -> None:
    """Case events in; a scorecard out that traces, reconciles and explains its revisions."""
    context.obj = Home(home.resolve()) if home else find_home()


@main.command("reconcile")
@click.argument("month", required=False)
@click.option("--release", "named", help="A release such as 2024-06-r1, or the path of a built DuckDB file.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.pass_obj
def reconcile_command(home: Home, month: str | None, named: str | None, as_json: bool) -> None:
    """Print every published figure beside ours: agrees, disagrees, or why there is no comparison."""
    from runner.readers.reconcile import counts, reconcile, reconcile_text
    from runner.readers.release import parse_month

    figures = reconcile(home, parse_month(month) if month else None, named)
    answer(as_json, {"counts": counts(figures), "figures": figures}, reconcile_text(figures))


@main.command("trace")
@click.argument("measure")
@click.argument("month")
@click.option("--outcome", type=click.Choice(["yes", "no", "pending", "excluded"]), help="List only these.")
@click.option("--population", default="all", show_default=True, help="A named group of the measure.")
@click.option("--release", "named", help="A release such as 2024-06-r1, or the path of a built DuckDB file.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.pass_obj
def trace_command(
    home: Home,
    measure: str,
    month: str,
    outcome: str | None,
    population: str,
    named: str | None,
    as_json: bool,
) -> int:
    """List the units behind a figure, with their dates, reasons and source rows."""
    from runner.readers.release import find_release, parse_month
    from runner.readers.trace import of_outcome, trace, trace_text

    first_day = parse_month(month)
    traced = trace(home, find_release(home, named), measure, first_day, population)
    listed = of_outcome(traced, outcome)
    answer(as_json, listed, trace_text(listed))
    return ExitCode.BLOCKED if traced["differences"] else ExitCode.DONE


@main.command("register")
@click.argument("measure", required=False)
@click.option("--section", help="A section of the register, such as activity.")
@click.option("--status", type=click.Choice(["live", "planned", "retired"]))
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
def register_command(measure: str | None, section: str | None, status: str | None, as_json: bool) -> None:
    """List the measures, or print one measure's whole definition."""
    from runner.readers.register import list_text, measure_text, register

    measures = register(measure, section, status)
    answer(as_json, measures, measure_text(measures[0]) if measure else list_text(measures))


@main.command("scorecard")
@click.argument("month")
@click.option("--release", "named", help="A release such as 2024-06-r1, or the path of a built DuckDB file.")
@click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
@click.pass_obj
def scorecard_command(home: Home, month: str, named: str | None, as_json: bool) -> None:
    """Print the figures of a month, with their change and their mean of 12 months."""
    from runner.readers.release import find_release, opened, parse_month
    from runner.readers.scorecard import scorecard, scorecard_text

    first_day = parse_month(month)
    with opened(find_release(home, named)) as connection:
        card = scorecard(connection, first_day)
    answer(as_json, card, scorecard_text(card))
