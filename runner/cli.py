"""The commands. They hold no logic: each calls the function that does the work."""

import json
import re
import sys
import traceback
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import click

from runner.errors import ExitCode, RunnerError, disk_fault
from runner.files import keep_to_ourselves
from runner.home import Home, find_home
from runner.months import Month

SECTIONS = {
    "The monthly cycle": ("land", "plan", "refresh", "status", "diff", "sign-off", "publish", "rollback"),
    "Assurance": (
        "check",
        "reconcile",
        "trace",
        "lineage",
        "register",
        "scorecard",
        "audit-pack",
        "check-report",
    ),
    "Outputs": (
        "site",
        "report",
        "narrative",
        "export",
        "analyst-copy",
        "analyst-key",
    ),
    "Personal data": ("erase", "retain"),
    "Set-up": ("demo", "simulate", "doctor"),
}
"""The order in which `--help` lists the commands."""


class RunnerGroup(click.Group):
    """Turns a RunnerError into one sentence, what to do next, and its exit code."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands by section; arguments are click's own."""
        for section, names in SECTIONS.items():
            known = [
                (name, self.commands[name].get_short_help_str(formatter.width - 12))
                for name in names
                if name in self.commands
            ]
            if known:
                with formatter.section(section):
                    formatter.write_dl(known)

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
            if said := disk_fault(fault):
                click.echo(f"{said} Nothing was published.\nNext: `runner doctor`.", err=True)
            elif "--debug" not in sys.argv:
                click.echo(f"A fault in the program: {type(fault).__name__}.", err=True)
                click.echo(
                    "Next: run the same command after `runner --debug` and report what it prints.", err=True
                )
            sys.exit(ExitCode.FAULT)


def tell(line: str) -> None:
    """Tells how far a command is, on standard error."""
    click.echo(line, err=True)


def not_blank(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Refuses a text that says nothing where the ledger is to keep it."""
    if value is not None and not value.strip():
        raise click.BadParameter("say it in words; the ledger keeps it.")
    return value


def answer(as_json: bool, value: Any, text: str) -> None:
    """Prints a command's answer on standard output, as JSON or as text."""
    click.echo(json.dumps(value, default=str, ensure_ascii=False, indent=2) if as_json else text)


class MonthType(click.ParamType):
    """A month written 2024-06."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Month:
        """Reads the month; arguments are click's own."""
        if isinstance(value, Month):
            return value
        try:
            return Month.parse(value)
        except ValueError as fault:
            self.fail(str(fault), param, ctx)


class DateType(click.ParamType):
    """A date written 2024-07-02."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Reads the date; arguments are click's own."""
        if isinstance(value, date):
            return value
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            with suppress(ValueError):
                return date.fromisoformat(value)
        self.fail(f"{value!r} is not a date: write it as 2024-07-02.", param, ctx)


MONTH, DATE = MonthType(), DateType()
release_option = click.option(
    "--release", "named", help="A release such as 2024-06-r1, or the path of a built DuckDB file."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


@click.group(cls=RunnerGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home", type=click.Path(file_okay=False, path_type=Path), help="Folder of landing/ and releases/."
)
@click.option("--debug", is_flag=True, help="Show the traceback of a fault in the program.")
@click.version_option(package_name="safeguarding-scorecard")
@click.pass_context
def main(context: click.Context, home: Path | None, debug: bool) -> None:
    """Case events in; a scorecard out that traces, reconciles and explains its revisions."""
    keep_to_ourselves()
    context.obj = Home(home.resolve()) if home else find_home()


@main.command("land")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--as-at", type=DATE, required=True, help="The date on which the extract was taken.")
@click.option("--backfill", is_flag=True, help="Land an extract older than the published one.")
@click.option("--allow-gap", is_flag=True, help="Land it although a month before it has no extract.")
@click.option("--replace", is_flag=True, help="Set aside another extract landed for the same date.")
@json_option
@click.pass_obj
def land_command(
    home: Home, folder: Path, as_at: date, backfill: bool, allow_gap: bool, replace: bool, as_json: bool
) -> None:
    """Land the extract in FOLDER, checked and whole, or not at all.

    FOLDER holds one CSV or Parquet file for each table of the contract, named after it.
    """
    from runner.landing.land import land, landed_text

    landed = land(
        folder,
        as_at,
        home,
        backfill=backfill,
        allow_gap=allow_gap,
        replace=replace,
        progress=tell,
    )
    answer(as_json, {"status": landed.status, **landed.manifest}, landed_text(landed))


@main.command("plan")
@click.argument("month", type=MONTH)
@click.option("--as-at", type=DATE, help="The extract to build from.")
@json_option
@click.pass_obj
def plan_command(home: Home, month: Month, as_at: date | None, as_json: bool) -> None:
    """Say what a refresh of MONTH would do; write nothing.

    What would run, what is new in the extract, which months are open, closing or frozen, and what is expected
    to move in what is published.
    """
    from runner.releases.plan import plan, plan_text

    planned = plan(home, month, as_at)
    answer(as_json, planned, plan_text(planned))


@main.command()
@click.argument("month", type=MONTH, required=False)
@click.option("--as-at", type=DATE, help="The extract to build from; else the month's own.")
@click.option("--from", "first", type=MONTH, help="With --to: every month from this one, oldest first.")
@click.option("--to", "last", type=MONTH, help="With --from: up to and including this month.")
@click.option("--publish", "publishes", is_flag=True, help="With --from: publish each month, unsigned.")
@click.option(
    "--control",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A control report of MONTH (see reconcile): what it does not explain stops the release.",
)
@json_option
@click.pass_obj
def refresh(
    home: Home,
    month: Month | None,
    as_at: date | None,
    first: Month | None,
    last: Month | None,
    publishes: bool,
    control: Path | None,
    as_json: bool,
) -> None:
    """Build MONTH and make a draft release of it.

    Each month is built from the newest extract dated in the month after it; failing that, from the first one
    after the month's end, and then it is said that the month cannot be known as it was. Nothing is published,
    unless a range is built with --publish: then each month is, before the next is built and compared with it.
    """
    from runner.releases.backfill import backfill
    from runner.releases.refresh import refresh as refresh_months
    from runner.releases.refresh import refreshed_text

    if (month is None) == (first is None) or (first is None) != (last is None):
        raise click.UsageError("Name one MONTH, or a range with --from and --to.")
    if first and control:
        raise click.UsageError("A control report is of one extract: name one MONTH.")
    if first and (as_at or first > last):
        raise click.UsageError(
            "A range goes from an earlier month to a later one, each with its own extract."
        )
    if publishes and not first:
        raise click.UsageError("--publish goes with --from and --to; else type `runner publish`.")
    months = Month.range(first, last) if first else [month]
    done = backfill(home, months, tell) if publishes else refresh_months(home, months, as_at, tell, control)
    answer(as_json, [one.facts() for one in done], refreshed_text(done))


@main.command()
@json_option
@click.pass_obj
def status(home: Home, as_json: bool) -> None:
    """Show what is landed, built and published, month by month."""
    from runner.releases import status as releases

    months = releases.status(home)
    answer(as_json, months, releases.status_text(months))


@main.command("diff")
@click.argument("before", default="published")
@click.argument("after", default="draft")
@click.option("--by", type=click.Choice(["cause", "team"]), help="Gather what moved by cause or team.")
@click.option("--measure", help="Only this measure, with the units behind each cause.")
@click.option("--exit-code", "tells_by_code", is_flag=True, help="End with 8 where a figure moved.")
@json_option
@click.pass_obj
def diff_command(
    home: Home,
    before: str,
    after: str,
    by: str | None,
    measure: str | None,
    tells_by_code: bool,
    as_json: bool,
) -> int:
    """Say which figures moved between two releases, and why.

    BEFORE and AFTER are releases such as 2024-06-r1, months (the newest release is meant), `published` or
    `draft`; without them, the published release and the newest draft.
    """
    from runner.revisions.diff import diff
    from runner.revisions.diff_text import diff_text

    moved = diff(home, before, after, measure=measure, by=by)
    answer(as_json, moved, diff_text(moved))
    return ExitCode.DIFFERENCES if tells_by_code and moved["figures"] else ExitCode.DONE


@main.command("sign-off")
@click.argument("release")
@click.option(
    "--role",
    required=True,
    help="Who answers for it, such as 'Head of Performance'; no name.",
    callback=not_blank,
)
@click.option("--refuse", is_flag=True, help="Refuse it: it cannot be published. Needs --reason.")
@click.option("--reason", help="Why it is refused, for the ledger; no names.", callback=not_blank)
@json_option
@click.pass_obj
def sign_off_command(
    home: Home, release: str, role: str, refuse: bool, reason: str | None, as_json: bool
) -> None:
    """Sign RELEASE off, or refuse it, in a role's name.

    RELEASE is a release such as 2024-06-r1, a month, whose newest is meant, `published` or `draft`. Each
    role's last word counts, and one refusal is enough.
    """
    from runner.releases.sign_off import sign_off, signed_text

    if refuse != (reason is not None) or not role.strip() or (refuse and not reason.strip()):
        raise click.UsageError("Give a --role; a refusal, and only a refusal, has a --reason.")
    word = sign_off(home, release, role.strip(), reason)
    answer(as_json, word, signed_text(home, word))


@main.command()
@click.argument("release", required=False)
@json_option
@click.pass_obj
def publish(home: Home, release: str | None, as_json: bool) -> None:
    """Make RELEASE the one that is read.

    RELEASE is a release such as 2024-06-r1, or a month, whose newest is meant; the newest draft
    where none is given.
    """
    from runner.releases import publish as releases
    from runner.releases.sign_off import state
    from runner.releases.store import current

    published = releases.publish(home, release)
    if state(home, published) is None:
        tell(f"UNSIGNED: nobody has signed off {published.name}.")
    answer(as_json, current(home), f"{published.name} is published, as at {published.as_at}.")


@main.command()
@click.argument("release")
@click.option("--reason", required=True, help="Why, for the ledger; no names.", callback=not_blank)
@json_option
@click.pass_obj
def rollback(home: Home, release: str, reason: str, as_json: bool) -> None:
    """Go back to RELEASE, which was published before."""
    from runner.releases import publish as releases
    from runner.releases.store import current

    published = releases.roll_back(home, release, reason)
    answer(as_json, current(home), f"{published.name} is published again, as at {published.as_at}.")


@main.command()
@click.pass_context
def demo(context: click.Context) -> None:
    """Publish an invented council's June 2024 and show it.

    Simulates the council, lands its extracts and publishes three releases.

    Everything goes into the folder demo/, apart from a council's own data; --home names another.
    """
    from runner.demo import demonstrate, demonstration_text

    home = context.obj if context.parent.params["home"] else Home(context.obj.root / "demo")
    command = "python -m runner" if sys.argv[0].endswith("__main__.py") else sys.argv[0]
    click.echo(demonstration_text(home, demonstrate(home, tell), command))


@main.command()
@click.option("--verify", is_flag=True, help="Hold every byte of every release against its hash as well.")
@json_option
@click.pass_obj
def doctor(home: Home, verify: bool, as_json: bool) -> None:
    """Look for faults and say what to put right.

    Looks at tools, folders, landed extracts, releases, CURRENT and the ledger.
    """
    from dataclasses import asdict

    from runner.releases.doctor import examine, findings_text, raise_for_faults

    findings = examine(home, verify)
    answer(as_json, [asdict(finding) for finding in findings], findings_text(findings))
    raise_for_faults(findings)


@main.command("check")
@click.argument("release", required=False)
@json_option
@click.pass_obj
def check_command(home: Home, release: str | None, as_json: bool) -> None:
    """Print what the checks found in RELEASE, by family.

    RELEASE is a release such as 2024-06-r1, or a month, whose newest is meant; the published one where none
    is given.
    """
    from runner.readers.checks import check, check_text

    checked = check(home, release)
    answer(as_json, checked, check_text(checked))


@main.command("reconcile")
@click.argument("month", type=MONTH, required=False)
@click.option("--control", type=click.Path(path_type=Path), help="Compare with this control report instead.")
@release_option
@json_option
@click.pass_obj
def reconcile_command(
    home: Home, month: Month | None, control: Path | None, named: str | None, as_json: bool
) -> int:
    """Print every published figure beside ours.

    With MONTH, only the figures about periods that end in it.

    With --control, our counts beside those of a control report: a CSV from the case system's own screens
    with the columns measure, month, team (its id or name; blank for all teams) and count. Every difference
    is bridged by reason. Ends with 3 where a difference, or a part of it, is not explained, and with 9 where
    the file is not as it must be.
    """
    if control:
        from runner.assurance.control import control_result, control_text
        from runner.readers.release import find_built

        result = control_result(home, find_built(home, named), control, month)
        answer(as_json, result.facts(), control_text(result))
        return ExitCode.BLOCKED if result.unexplained else ExitCode.DONE
    from runner.readers.reconcile import counts, reconcile, reconcile_text

    figures = reconcile(home, month, named)
    answer(as_json, {"counts": counts(figures), "figures": figures}, reconcile_text(figures))
    return ExitCode.DONE


@main.command("audit-pack")
@click.argument("month", type=MONTH)
@click.option("--release", "named", help="A release of the month; else its newest.")
@click.option("--out", type=click.Path(path_type=Path), help="The pack's folder; else audit-packs/RELEASE.")
@click.option(
    "--tolerance",
    type=click.Choice(["1", "2", "3", "5", "10"]),
    default="5",
    show_default=True,
    help="Percent of records that may be wrong.",
)
@click.option("--measure", "measures", multiple=True, help="Sample this measure only; may be repeated.")
@click.option("--control", type=click.Path(path_type=Path), help="A control report to reconcile with.")
@click.option(
    "--import", "filled", type=click.Path(path_type=Path), help="Read this filled-in sheet instead."
)
@json_option
@click.pass_obj
def audit_pack_command(
    home: Home,
    month: Month,
    named: str | None,
    out: Path | None,
    tolerance: str,
    measures: tuple[str, ...],
    control: Path | None,
    filled: Path | None,
    as_json: bool,
) -> int:
    """Make the auditor's folder of MONTH: evidence, and samples to compare with the source.

    The pack's sample sheets name persons; nothing else in it does.

    With --import, reads a sheet of the pack that was filled in and projects the share of records that are
    wrong, with its exact upper bound. Ends with 8 where that is above the tolerance, and with 9 where the
    sheet is not as it must be.
    """
    from fractions import Fraction

    from runner.assurance.audit_pack import pack as packs
    from runner.assurance.audit_pack.projection import projected_text
    from runner.releases.store import choose_release

    release = choose_release(home, named or str(month))
    if release.month != month:
        raise click.UsageError(f"{release.name} is no release of {month}.")
    folder = out or packs.default_folder(home, release)
    if filled:
        projected = packs.import_sheet(home, release, folder, filled)
        answer(as_json, projected.facts(), projected_text(projected))
        return ExitCode.DIFFERENCES if projected.has_exceptions_above else ExitCode.DONE
    pack = packs.make_pack(home, release, folder, Fraction(int(tolerance), 100), list(measures), control)
    answer(as_json, {"folder": str(pack.folder), **pack.manifest}, packs.pack_text(pack))
    return ExitCode.DONE


@main.command("trace")
@click.argument("measure")
@click.argument("month", type=MONTH)
@click.option("--outcome", type=click.Choice(["yes", "no", "pending", "excluded"]), help="List only these.")
@click.option("--population", default="all", show_default=True, help="A named group of the measure.")
@release_option
@json_option
@click.pass_obj
def trace_command(
    home: Home,
    measure: str,
    month: Month,
    outcome: str | None,
    population: str,
    named: str | None,
    as_json: bool,
) -> int:
    """List the units behind a figure, to their source rows."""
    from runner.readers.release import find_built
    from runner.readers.trace import of_outcome, trace, trace_text

    traced = trace(home, find_built(home, named), measure, month, population)
    listed = of_outcome(traced, outcome)
    answer(as_json, listed, trace_text(listed))
    return ExitCode.BLOCKED if traced["differences"] else ExitCode.DONE


@main.command("lineage")
@click.argument("name")
@release_option
@json_option
@click.pass_obj
def lineage_command(home: Home, name: str, named: str | None, as_json: bool) -> None:
    """Print where a column comes from, or what it reaches.

    NAME is a column such as measure_results.value, a table, a measure (the columns of its fact that make the
    figure), or a source column such as cont_contact_date, which is followed to all that depends on it.
    """
    from runner.lineage.read import find_lineage
    from runner.lineage.show import facts_of, find, lineage_text

    lineage = find_lineage(home, named)
    columns = find(lineage, name)
    answer(as_json, [facts_of(lineage, column) for column in columns], lineage_text(lineage, columns))


@main.command("register")
@click.argument("measure", required=False)
@click.option("--section", help="A section of the register, such as activity.")
@click.option("--status", type=click.Choice(["live", "planned", "retired"]))
@json_option
@click.pass_obj
def register_command(
    home: Home, measure: str | None, section: str | None, status: str | None, as_json: bool
) -> None:
    """List the measures, or print one measure's whole definition."""
    from runner.readers.maturity import with_maturity
    from runner.readers.register import list_text, measure_text, register

    measures = with_maturity(home, register(measure, section, status))
    answer(as_json, measures, measure_text(measures[0]) if measure else list_text(measures))


@main.command("scorecard")
@click.argument("month", type=MONTH)
@click.option("--populations", is_flag=True, help="Show each measure's named groups too.")
@release_option
@json_option
@click.pass_obj
def scorecard_command(home: Home, month: Month, populations: bool, named: str | None, as_json: bool) -> None:
    """Print the figures of MONTH, each with its change."""
    from runner.readers.release import find_built, opened
    from runner.readers.scorecard import scorecard, scorecard_text

    with opened(find_built(home, named)) as connection:
        card = scorecard(connection, month)
    answer(as_json, card, scorecard_text(card, populations))


@main.command("site")
@click.argument("release", required=False)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Where the pages go.")
@click.option(
    "--mode",
    type=click.Choice(["internal", "partner", "public"]),
    default="internal",
    show_default=True,
    help="For whom.",
)
@json_option
@click.pass_obj
def site_command(home: Home, release: str | None, out: Path | None, mode: str, as_json: bool) -> None:
    """Make the pages of RELEASE anew; each release holds its own.

    RELEASE is a release such as 2024-06-r1, or the path of a built DuckDB file; else the published
    release. The pages go into site/RELEASE unless --out names another folder. In partner and public mode
    small numbers are suppressed as in an export, the pages go into site/RELEASE-MODE, which must be new, and
    RELEASE is a release's name.
    """
    from runner.disclosure.modes import Mode
    from runner.exports.pages import make_outside_site
    from runner.readers.release import find_built
    from runner.releases.store import find_release
    from runner.site.make import made_of, make_site

    built = find_built(home, release)
    name = Path(built.name).name
    if mode == "internal":
        page = make_site(built, made_of(built), out or home.root / "site" / name)
    else:
        folder = out or home.root / "site" / f"{name}-{mode}"
        page = make_outside_site(home, find_release(home, built.name), Mode(mode), folder)
    answer(as_json, {"release": built.name, "page": str(page)}, str(page))


@main.command("report")
@click.argument("month", type=MONTH)
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Where it goes.")
@release_option
@json_option
@click.pass_obj
def report_command(home: Home, month: Month, folder: Path | None, named: str | None, as_json: bool) -> None:
    """Make the board's report of MONTH anew; each release holds its own.

    An HTML page and a Word document that say the same, from the month's newest release unless --release names
    another. They go into report/RELEASE unless --to names another folder.
    """
    from runner.readers.release import Built
    from runner.releases.store import release_of
    from runner.report.make import FOLDER, make_report, statement_of
    from runner.site.make import made_of

    release = release_of(home, month, named)
    built = Built(release.name, release.file)
    folder = folder or home.root / FOLDER / release.name
    page, document = make_report(built, made_of(built), statement_of(built), folder)
    facts = {"release": release.name, "page": str(page), "document": str(document)}
    answer(as_json, facts, f"{page}\n{document}")


@main.command("narrative")
@click.argument("month", type=MONTH)
@click.option("--tokens", "measure", help="List the tokens of this measure, and what each prints.")
@release_option
@json_option
@click.pass_obj
def narrative_command(home: Home, month: Month, measure: str | None, named: str | None, as_json: bool) -> int:
    """Hold what is written about MONTH against its figures.

    Narratives are kept as narrative/MONTH/MEASURE.md in the home folder; a refresh checks them too, and puts
    them on the pages. Ends with 3 where a number, a month or a trend word is refused; each is named with its
    line.
    """
    from runner.narrative import read as narratives
    from runner.narrative.source import folder_of
    from runner.readers.release import Built
    from runner.releases.store import release_of

    release = release_of(home, month, named)
    built = Built(release.name, release.file)
    if measure:
        tokens = narratives.tokens_of(built, month, measure)
        answer(as_json, tokens, narratives.tokens_text(tokens))
        return ExitCode.DONE
    checked = narratives.read_narratives(folder_of(home, month), built, month)
    facts = narratives.facts_of(checked, release.name)
    answer(as_json, facts, narratives.narratives_text(checked, release.name))
    return ExitCode.BLOCKED if checked.refusals else ExitCode.DONE


@main.command("export")
@click.argument("month", type=MONTH)
@click.option("--mode", type=click.Choice(["internal", "partner", "public"]), required=True, help="For whom.")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path), help="Its folder; else exports/RELEASE-MODE."
)
@release_option
@json_option
@click.pass_obj
def export_command(
    home: Home, month: Month, mode: str, folder: Path | None, named: str | None, as_json: bool
) -> None:
    """Write the figures of MONTH's release for others to use.

    A spreadsheet, CSV, the shape of Explore Education Statistics, Parquet for Power BI and Excel, and DuckDB,
    of the month's newest release unless --release names another.

    internal shows all; partner hides counts of 1 to 5; public, of the published release alone, hides all that
    they could be worked out from, in this export and the ones before. Ends with 3 where a count of 1 to 5
    could be recovered, and with 6 where the release is not published; then nothing is written.
    """
    from runner.disclosure.modes import Mode
    from runner.exports import export as exports
    from runner.releases.store import release_of

    release = release_of(home, month, named)
    folder = folder or exports.default_folder(home, release, Mode(mode))
    made = exports.export(home, release, Mode(mode), folder)
    answer(as_json, {"folder": str(made.folder), **made.manifest}, exports.export_text(made))


@main.command("analyst-copy")
@click.argument("month", type=MONTH)
@click.option("--release", "named", help="A release of the month; else its newest.")
@click.option("--key-file", type=click.Path(path_type=Path), required=True, help="The key of pseudonyms.")
@click.option(
    "--to", "file", type=click.Path(path_type=Path), required=True, help="The DuckDB file to write."
)
@json_option
@click.pass_obj
def analyst_copy_command(
    home: Home, month: Month, named: str | None, key_file: Path, file: Path, as_json: bool
) -> None:
    """Copy MONTH's marts under pseudonyms, for analysts.

    The copy holds no name, number, address or day of birth; ids of people, units, workers and source rows are
    pseudonyms made with the key, the same in every copy made with it. The key's file has mode 0600 and lies
    outside the project and the home folder: `analyst-key` makes one.
    """
    from runner.analyst.copy import copied_text, make_copy
    from runner.analyst.key import read_key
    from runner.releases.store import release_of

    release = release_of(home, month, named)
    made = make_copy(home, release, read_key(home, key_file), key_file, file)
    answer(as_json, made.facts(), copied_text(made))


@main.command("analyst-key")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@click.pass_obj
def analyst_key_command(home: Home, file: Path, as_json: bool) -> None:
    """Make a key of pseudonyms in FILE.

    Keep it apart from the data: whoever has the key and a copy can tell who is in it, and without it no later
    copy has the same pseudonyms.
    """
    from runner.analyst.key import make_key

    key = make_key(home, file)
    answer(as_json, {"file": str(file), "key_id": key.id}, f"{file} holds a new key, {key.id}.")


@main.command("erase")
@click.option(
    "--people", "file", type=click.Path(path_type=Path), required=True, help="File of person ids, one a line."
)
@click.option("--reason", required=True, help="Why, for the ledger; no names.", callback=not_blank)
@json_option
@click.pass_obj
def erase_command(home: Home, file: Path, reason: str, as_json: bool) -> None:
    """Erase people from all that is kept.

    Takes their rows out of every landed extract and makes their units in every release nobody's. Published
    figures stay as they were. The ids come from a file of mode 0600, so that none is seen in a list of
    processes or kept in a shell's history. No ledger line, message or answer names anybody.
    """
    from runner.erasure.erase import erase, erased_text
    from runner.erasure.people import read_people

    done = erase(home, read_people(file), reason, tell)
    answer(as_json, done.facts() | {"unknown": done.unknown, "left": done.left}, erased_text(done))


@main.command("retain")
@click.option(
    "--landed-for", "months", type=click.IntRange(1), required=True, help="Months to keep extracts."
)
@click.option("--with-states", is_flag=True, help="Also extracts that alone tell a month's latest states.")
@click.option("--remove", is_flag=True, help="Remove them; without it, only say what would go.")
@json_option
@click.pass_obj
def retain_command(home: Home, months: int, with_states: bool, remove: bool, as_json: bool) -> None:
    """Remove landed extracts older than a period.

    Releases keep their figures and rows. The newest extract and the published release's own always stay.
    """
    from runner.erasure.retain import retain, retained_text

    done = retain(home, months, date.today(), with_states=with_states, remove=remove)
    answer(as_json, done.facts(), retained_text(done))


@main.command("simulate")
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--as-at", type=DATE, required=True, help="Date of the last extract.")
@click.option(
    "--months", type=click.IntRange(0), default=18, show_default=True, help="Extracts early in a month."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same bytes.")
@click.option(
    "--councils", type=click.IntRange(1, 999), default=1, show_default=True, help="Councils in each extract."
)
@click.option(
    "--control-report",
    type=click.Choice(["plain", "with differences"]),
    help="Write what the case system's own screens count, too: OUT/control_report_<date>.csv.",
)
@click.option("--defects", metavar="NAME|all", help="Plant what landing must reject, or a check report.")
@json_option
def simulate_command(
    out: Path,
    as_at: date,
    months: int,
    seed: int,
    councils: int,
    control_report: str | None,
    defects: str | None,
    as_json: bool,
) -> None:
    """Write extracts of an invented council to OUT.

    One early in each month, and one of --as-at.
    """
    from runner.simulator import simulate

    rows = simulate(out, as_at, months, seed, councils, tell, control_report, defects)
    answer(
        as_json,
        {day.isoformat(): count for day, count in rows.items()},
        "\n".join(f"{out / day.isoformat()}  {count:,} rows" for day, count in rows.items()),
    )


@main.command("check-report")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def check_report(file: Path, as_json: bool) -> int:
    """Find what does not add up in a report's figures.

    FILE is a CSV with the columns figure, measure, month, population, as_at, value, unit, numerator,
    denominator, source and role: one row for each printed figure.

    Ends with 3 where a figure cannot be true as printed (severity `block`), with 9 where FILE cannot be read,
    else with 0.
    """
    from runner.assurance.report_check import examine, load_relations, read_figures

    examination = examine(read_figures(file), load_relations())
    answer(as_json, examination.as_dict(), examination.as_text())
    return ExitCode.BLOCKED if examination.is_blocked else ExitCode.DONE
