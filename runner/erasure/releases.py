"""Takes people out of a release's rows. Its figures stay, and so does what each unit adds to them.

A unit of somebody erased becomes a unit of nobody: measure, month, team, outcome and weight as they were,
which the published figures tell anyway; no child, no source row, no date. Its id is made from a secret that
is thrown away, so that it is the same in every release and leads nowhere.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from runner.database import attach, quoted
from runner.files import OWNER_ONLY, READ_ONLY, sha256_of, sync_file, sync_folder, write_whole
from runner.releases.store import RUN, Release

if TYPE_CHECKING:
    import duckdb

STORAGE = "v1.1.0"
PREFIX = "erased-"
IS_ERASED = """(
    person_id in (select id from everybody)
    or (person_id is null and {of_nobody})
)"""
OF_NOBODY = """(
    unit_id in (select id from everybody)
    or (source_table, source_id) in (select (source_table, source_id) from doomed_keys)
)"""
STUB = {
    "unit_id": "unit_of_nobody(measure_id, reporting_month::varchar, unit_id)",
    "person_id": "null",
    "counted_on": "reporting_month",
    "due_on": "null",
    "met_on": "null",
    "source_id": "unit_of_nobody(measure_id, reporting_month::varchar, unit_id)",
}
"""What a unit of nobody has in place of what it had."""


def name_units(connection: "duckdb.DuckDBPyConnection", secret: bytes) -> None:
    """Makes the function that names units of nobody.

    Args:
        connection: Is to clean releases.
        secret: Thrown away when the erasure ends.
    """

    def unit_of_nobody(measure: str, month: str, unit: str) -> str:
        digest = hmac.digest(secret, "\x1f".join((measure, month, unit)).encode(), hashlib.sha256)
        return f"{PREFIX}{digest.hex()[:16]}"

    connection.create_function("unit_of_nobody", unit_of_nobody, ["VARCHAR"] * 3, "VARCHAR")


def is_held(connection: "duckdb.DuckDBPyConnection", release: Release) -> bool:
    """Whether any of the people is in a release's files, or an erasure of it was broken off.

    Args:
        connection: May touch the release; has the tables `everybody` and `doomed_keys`.
        release: The release.
    """
    if "erased" in release.run and sha256_of(release.file) != release.sha256:
        return True
    with _attached(connection, release) as tables:
        for table, columns in tables.items():
            if "person_id" in columns:
                for held in filter(None, (f"release.marts.{table}", _parquet(release, table))):
                    query = f"select 1 from {held} where {_is_erased(columns)} limit 1"
                    if connection.execute(query).fetchall():
                        return True
    return False


def people_in(connection: "duckdb.DuckDBPyConnection", release: Release) -> set[str]:
    """Which of the people a release knows."""
    with _attached(connection, release) as tables:
        if "dim_person" not in tables:
            return set()
        known = "select id from everybody where id in (select person_id from release.marts.dim_person)"
        return {one for (one,) in connection.execute(known).fetchall()}


def clean(connection: "duckdb.DuckDBPyConnection", release: Release, work: Path) -> int:
    """Takes people out of a release's files.

    The new files are made beside, `run.json` says which file is the right one, and each takes its place.
    A run broken off between leaves a release that no longer verifies, until it is erased again.

    Args:
        connection: May touch the release and `work`; has the tables `everybody` and `doomed_keys`.
        release: The release.
        work: A folder to make, on the same file system.

    Returns:
        How many units are nobody's now.
    """
    work.mkdir(mode=OWNER_ONLY)
    written = work / release.file.name
    with _attached(connection, release) as tables:
        connection.execute(f"attach {quoted(str(written.resolve()))} as clean (storage_version '{STORAGE}')")
        connection.execute("copy from database release to clean (schema)")
        for table, columns in tables.items():
            connection.execute(f"insert into clean.marts.{table} {_kept(table, columns)}")
            if "person_id" in columns and _parquet(release, table):
                target = quoted(str((work / f"{table}.parquet").resolve()))
                connection.execute(f"copy clean.marts.{table} to {target}")
        units = connection.execute(
            "select count(*) from clean.marts.measure_rows where starts_with(unit_id, ?)"
            " and unit_id not in (select unit_id from release.marts.measure_rows)",
            [PREFIX],
        ).fetchall()[0][0]
        connection.execute("detach clean")
    places = {path: _place(release, path.name) for path in sorted(work.iterdir())}
    contents = release.run.get("erased", {}).get("contents", {}) | {
        place.relative_to(release.folder).as_posix(): sha256_of(path) for path, place in places.items()
    }
    erased = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "sha256": sha256_of(written),
        "contents": contents,
    }
    write_whole(release.folder / RUN, json.dumps(release.run | {"erased": erased}, indent=2) + "\n")
    (release.folder / RUN).chmod(READ_ONLY)
    for path, place in places.items():
        path.chmod(READ_ONLY)
        sync_file(path)
        path.replace(place)
        sync_folder(place.parent)
    return units


@contextmanager
def _attached(connection: "duckdb.DuckDBPyConnection", release: Release) -> Iterator[dict[str, list[str]]]:
    """Attaches a release as `release`, and gives its tables with their columns."""
    attach(connection, release.file, "release")
    try:
        tables: dict[str, list[str]] = {}
        for table, column in connection.execute(
            "select table_name, column_name from duckdb_columns() where database_name = 'release'"
            " and schema_name = 'marts' order by table_name, column_index"
        ).fetchall():
            tables.setdefault(table, []).append(column)
        yield tables
    finally:
        connection.execute("detach release")


def _place(release: Release, name: str) -> Path:
    """Where a file of a release has its place."""
    return release.file if name == release.file.name else release.folder / "parquet" / name


def _parquet(release: Release, table: str) -> str:
    """A table's Parquet file as SQL reads it; blank where it has none."""
    file = release.folder / "parquet" / f"{table}.parquet"
    return f"read_parquet({quoted(str(file.resolve()))})" if file.is_file() else ""


def _is_erased(columns: list[str]) -> str:
    of_nobody = OF_NOBODY if {"unit_id", "source_table", "source_id"} <= {*columns} else "false"
    return IS_ERASED.format(of_nobody=of_nobody)


def _kept(table: str, columns: list[str]) -> str:
    """The rows of a table as they stay, as SQL."""
    source = f"from release.marts.{table}"
    if "person_id" not in columns:
        return source
    is_erased = _is_erased(columns)
    if "unit_id" not in columns:
        return f"{source} where not coalesce({is_erased}, false)"
    cells = ", ".join(
        f'case when {is_erased} then {STUB[column]} else "{column}" end as "{column}"'
        if column in STUB
        else f'"{column}"'
        for column in columns
    )
    return f"select {cells} {source}"
