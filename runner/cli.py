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
