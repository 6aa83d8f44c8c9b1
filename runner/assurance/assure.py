"""Assuring a finished build: every check run, its results put among the marts, and the gate."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.assurance.control import BRIDGES, ControlResult, write_bridges
from runner.assurance.control.check import check_result
from runner.assurance.counting import count, seeing
from runner.assurance.definitions import load_checks
from runner.assurance.effects import effects
from runner.assurance.opinion import Scope, statement
from runner.assurance.own_report import own_report
from runner.assurance.samples import check_result as sample_result
from runner.assurance.statement_text import write_statement
from runner.assurance.suites import Result, validate
from runner.building.build import Build
from runner.building.extracts import Extract
from runner.database import in_memory
from runner.errors import ExitCode, RunnerError
from runner.landing.values import quoted
from runner.months import Month

COLUMNS = {
    "check_id": ("varchar", "The check's name."),
    "suite": ("varchar", "The suite it belongs to: a family of source tables, or `facts`."),
    "title": ("varchar", "What is the matter where a row fails."),
    "family": ("varchar", "The family of checks, F01 to F20."),
    "severity": ("varchar", "`block`, `quarantine`, `warn` or `info`."),
    "dimension": ("varchar", "The dimension of the Government Data Quality Framework."),
    "owner": ("varchar", "The role that puts it right."),
    "consequence": ("varchar", "What is wrong with the figures where it fails."),
    "dfe_rules": (
        "varchar",
        "Rules of the DfE that say the same; null where none does.",
    ),
    "reads": ("varchar", "The landed tables and marts that it looks at, between semicolons."),
    "rows_tested": ("bigint", "Rows that were looked at."),
    "rows_failed": ("bigint", "Rows that failed."),
    "limit_share": ("double", "The share of rows that may fail without a note."),
    "status": ("varchar", "`passed`, or `exception`: published with this note."),
}


@dataclass(frozen=True)
class Assured:
    """What the checks came to, and what is said of the release."""

    results: list[Result]
    statement: dict[str, Any]
    reconciled: ControlResult | None = None

    def write(self, folder: Path) -> None:
        """Writes the statement into a folder, and the bridges of a control report."""
        write_statement(self.statement, folder)
        if self.reconciled:
            write_bridges(self.reconciled, folder / BRIDGES)


def assure(
    built: Build,
    project: Path,
    month: Month,
    extract: Extract,
    previous: Extract | None,
    reconciled: ControlResult | None = None,
    samples: Sequence[dict[str, Any]] = (),
    narrated: Result | None = None,
) -> Assured:
    """Runs every check on a finished build and puts `check_results` among its marts.

    Args:
        built: The build; nothing has its files open.
        project: The folder whose `checks/` hold.
        month: The last month reported.
        extract: The extract that the build was made from.
        previous: The extract landed before it, if any.
        reconciled: A control report held against the build, if one was given.
        samples: The last samples that were drawn (`runner.assurance.samples.last_samples`).
        narrated: What came of the month's narratives, if there are any.

    Raises:
        RunnerError: A check blocks, or did not run (blocked). The statement is in the build's folder.
    """
    with seeing(built.file, built.marts, extract, previous) as connection:
        results = validate([count(connection, check) for check in load_checks(project)])
        touched = effects(connection, results, project)
        own_results, own_touched = own_report(connection, project, extract)
    results += own_results
    touched |= own_touched
    if reconciled:
        results.append(check_result(reconciled))
    if traced := sample_result(samples):
        results.append(traced)
    if narrated:
        results.append(narrated)
    counted = reconciled.measures_of(month) if reconciled else None
    said = statement(results, _scope(built, month, extract), counted, touched, samples)
    said["control_report"] = reconciled.summary() if reconciled else None
    assured = Assured(results, said, reconciled)
    refused = [result for result in results if result.status in ("blocked", "not run")]
    if refused:
        folder = built.marts.parent / "assurance"
        assured.write(folder)
        raise _blocked(refused, len(results), folder)
    write_results(built.marts, results)
    return assured


def _blocked(refused: list[Result], checks: int, folder: Path) -> RunnerError:
    """One sentence for a person, about the first of the checks that block."""
    first = refused[0]
    if first.status == "not run":
        found = f"it could not run ({first.fault or 'an error in its suite'})"
    elif not first.tested:
        found = "it saw no rows"
    else:
        found = f"{first.check.title}: {first.failed:,} of {first.tested:,}"
    return RunnerError(
        f"{len(refused)} of {checks} checks block the release, {first.check.id} first: {found}."
        " Nothing was published.",
        f"read {folder / 'statement.md'}; it stays until the next run. {first.check.owner} puts it right.",
        ExitCode.BLOCKED,
    )


def _scope(built: Build, month: Month, extract: Extract) -> Scope:
    """What was looked at, as the landed extract and the marts say."""
    tables = json.loads(extract.manifest.read_text(encoding="utf-8"))["tables"].values()
    with in_memory(built.marts) as connection:
        connection.execute(f"attach {quoted(str(built.marts))} as release (read_only)")
        facts = connection.execute(
            "select count(*) from duckdb_tables()"
            " where database_name = 'release' and starts_with(table_name, 'fct_')"
        ).fetchall()[0][0]
    return Scope(
        month=str(month),
        as_at=str(extract.as_at),
        measures=facts,
        tables=len(tables),
        read=sum(table.get("rows_read", 0) for table in tables),
        rejected=sum(table.get("rejected", 0) for table in tables),
        build_checks=len(built.checks),
    )


def write_results(marts: Path, results: list[Result]) -> None:
    """Puts the table `check_results` among a finished file's marts; no row of it is about a person.

    Args:
        marts: The file; nothing has it open.
        results: What the checks came to.
    """
    rows = [
        (
            result.check.id,
            result.check.suite,
            result.check.title,
            result.check.family,
            result.check.severity,
            result.check.dimension,
            result.check.owner,
            result.check.consequence,
            result.check.dfe_rules or None,
            "; ".join(result.check.reads) or None,
            result.tested,
            result.failed,
            result.check.limit,
            result.status,
        )
        for result in results
    ]
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    with in_memory(marts) as connection:
        connection.execute(f"attach {quoted(str(marts))} as release")
        connection.execute(f"create or replace table release.marts.check_results ({columns})")
        connection.execute(
            "comment on table release.marts.check_results is"
            " 'One row per check that ran on this release before it was made.'"
        )
        for name, (_, description) in COLUMNS.items():
            connection.execute(
                f"comment on column release.marts.check_results.{name} is {quoted(description)}"
            )
        marks = ", ".join("?" for _ in COLUMNS)
        connection.executemany(f"insert into release.marts.check_results values ({marks})", rows)
        connection.execute("detach release")
