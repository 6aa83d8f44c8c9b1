"""A pack's tables: figures, definitions, row flow, checks with their history, reconciliation, revisions."""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.assurance.control import BRIDGES, control_result, write_bridges
from runner.cells import write_csv
from runner.home import Home
from runner.readers.release import Built, opened, rows
from runner.releases.store import Release, all_releases

if TYPE_CHECKING:
    import duckdb

TABLES = {
    "figures.csv": (
        "measure_results",
        """
        select
            measure_id, statistic, population, numerator, denominator, value, value_shown, status,
            definition_version
        from release.marts.measure_results
        where reporting_month = $month
        order by measure_id, population, statistic
        """,
    ),
    "row_accounting.csv": (
        "row_accounting",
        "select * from release.marts.row_accounting"
        " order by account, source_table, measure_id nulls first, fate, reason",
    ),
    "published_figures.csv": (
        "published_figure_checks",
        "select * from release.marts.published_figure_checks"
        " where last_month = $month and as_at = extract_as_at order by figure",
    ),
    "revisions.csv": (
        "measure_revisions",
        "select * from release.marts.measure_revisions order by all",
    ),
}
"""Each file, the table that it needs, and its query; none holds an identifier of a person."""

CHECKS = """
    select check_id, family, severity, dimension, rows_tested, rows_failed, status
    from release.marts.check_results
    order by family, check_id
"""
CHECK_COLUMNS = ("release", "as_at", "check", "family", "severity", "dimension", "tested", "failed", "status")
DEFINITION_COLUMNS = (
    "measure_id",
    "version",
    "section",
    "title",
    "statistics",
    "unit_counted",
    "denominator_rule",
    "numerator_rule",
    "month_rule",
    "kind",
    "owner",
    "status",
)


@dataclass
class Looked:
    """What stands out in the evidence, for the page that is read first.

    Attributes:
        exceptions: This release's checks that did not pass.
        unaccounted: Rows that have no fate.
        rejected: Rows that landing rejected.
        disagreeing: Figures published from this extract that ours contradict; None where there are none.
        revised: Rows of measure_revisions; None where nothing was compared.
        provisional: Figures of the month that are not final.
        control: What came of the control report; None where none was given.
    """

    exceptions: list[str] = field(default_factory=list)
    unaccounted: int = 0
    rejected: int = 0
    disagreeing: int | None = None
    revised: int | None = None
    provisional: int = 0
    control: dict[str, Any] | None = None


def write_evidence(
    connection: "duckdb.DuckDBPyConnection", home: Home, release: Release, folder: Path, control: Path | None
) -> Looked:
    """Writes a pack's tables.

    Args:
        connection: As given by `runner.readers.release.opened`.
        home: The folder of the releases.
        release: What is audited.
        folder: Where the files go.
        control: A control report to reconcile with; where none is named, the one that the refresh was given.

    Raises:
        RunnerError: The control report is refused.
    """
    looked = Looked()
    tables = _tables(connection)
    written = {
        file: _write(connection, folder / file, query, release)
        for file, (table, query) in TABLES.items()
        if table in tables
    }
    looked.provisional = sum(row["status"] == "provisional" for row in written["figures.csv"])
    for row in written.get("row_accounting.csv", []):
        looked.unaccounted += row["row_count"] if row["fate"].startswith("un") else 0
        looked.rejected += row["row_count"] if (row["account"], row["fate"]) == ("landing", "rejected") else 0
    if written.get("published_figures.csv"):
        looked.disagreeing = sum(row["comparison"] == "disagrees" for row in written["published_figures.csv"])
    if "revisions.csv" in written:
        looked.revised = len(written["revisions.csv"])
    _write_definitions(connection, release, folder / "definitions.csv")
    looked.exceptions = _write_checks(home, release, folder / "checks.csv")
    for statement in sorted((release.folder / "assurance").glob("statement.*")):
        shutil.copyfile(statement, folder / statement.name)
    if control:
        result = control_result(home, Built(release.name, release.file), control, release.month)
        write_bridges(result, folder / BRIDGES)
        looked.control = result.summary()
    elif (release.folder / "assurance" / BRIDGES).exists():
        shutil.copyfile(release.folder / "assurance" / BRIDGES, folder / BRIDGES)
        said = json.loads((folder / "statement.json").read_text(encoding="utf-8"))
        looked.control = said["control_report"]
    return looked


def _tables(connection: "duckdb.DuckDBPyConnection") -> set[str]:
    found = rows(connection, "select table_name from duckdb_tables() where database_name = 'release'")
    return {row["table_name"] for row in found}


def _write(
    connection: "duckdb.DuckDBPyConnection", path: Path, query: str, release: Release
) -> list[dict[str, Any]]:
    """Writes what a query gives, with its header, and returns it."""
    values = {"month": release.month.first_day} if "$month" in query else None
    cursor = connection.execute(query, values)
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    write_csv(path, names, (row.values() for row in found))
    return found


def _write_definitions(connection: "duckdb.DuckDBPyConnection", release: Release, path: Path) -> None:
    """Writes every measure's definition, and the hash of the file that holds its rule."""
    columns = ", ".join(DEFINITION_COLUMNS)
    files = {Path(file).stem: (file, sha256) for file, sha256 in release.run["files"].items()}
    found = rows(connection, f"select {columns} from release.marts.dim_measure order by section, measure_id")
    listed = ([*row.values(), *files.get(f"fct_{row['measure_id']}", ("", ""))] for row in found)
    write_csv(path, (*DEFINITION_COLUMNS, "rule", "rule_sha256"), listed)


def _write_checks(home: Home, release: Release, path: Path) -> list[str]:
    """Writes what every check came to in this release and those before; returns this one's exceptions."""
    listed: list[tuple[Any, ...]] = []
    for other in all_releases(home):
        if other.run["built_at"] <= release.run["built_at"]:
            listed += [(other.name, other.as_at, *check) for check in _checks(other)]
    write_csv(path, CHECK_COLUMNS, listed)
    return [row[2] for row in listed if row[0] == release.name and row[-1] not in ("passed", "pass")]


def _checks(release: Release) -> list[tuple[Any, ...]]:
    """A release's checks: those of the build, and those of the suites where it has them."""
    listed: list[tuple[Any, ...]] = [
        (check["name"], "build", "block", "", "", check["failures"], check["status"])
        for check in release.run["checks"]
    ]
    with opened(Built(release.name, release.file)) as connection:
        if "check_results" in _tables(connection):
            listed += [tuple(row.values()) for row in rows(connection, CHECKS)]
    return listed
