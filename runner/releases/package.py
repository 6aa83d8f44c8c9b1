"""Makes a release's files from a finished build: DuckDB, Parquet, and what is in them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runner.errors import ExitCode, RunnerError
from runner.files import sha256_of

if TYPE_CHECKING:
    import duckdb

STORAGE_VERSION = "v1.1.0"
"""The oldest DuckDB that opens a release."""

DECIMALS = 9
"""Doubles are hashed at so many decimals: the order in which threads add up shows in later ones."""


@dataclass(frozen=True)
class Package:
    """What is in a release's files.

    Attributes:
        sha256: Of marts.duckdb.
        rows: Row count of each table.
        hashes: Of each table, a hash of its rows in any order.
    """

    sha256: str
    rows: dict[str, int]
    hashes: dict[str, str]


def make_files(build_file: Path, folder: Path) -> Package:
    """Copies the marts of a finished build to `marts.duckdb` and one Parquet file a table.

    Args:
        build_file: The private build; its other schemas are dropped.
        folder: Where the files go; it exists and is empty.

    Raises:
        RunnerError: The marts hold a view, which would break when the file moves (build failed).
    """
    import duckdb

    file = folder / "marts.duckdb"
    (folder / "parquet").mkdir()
    with duckdb.connect(build_file, config={"temp_directory": str(build_file.parent / "temp")}) as connection:
        _keep_marts_only(connection)
        connection.execute(f"attach '{file}' as release (storage_version '{STORAGE_VERSION}')")
        connection.execute("copy from database build to release")
        rows, hashes = {}, {}
        for table, columns in _tables(connection).items():
            rows[table], hashes[table] = _fingerprint(connection, table, columns)
            connection.execute(f"copy release.marts.{table} to '{folder / 'parquet' / table}.parquet'")
        connection.execute("detach release")
    if file.with_name(file.name + ".wal").exists():
        raise RuntimeError("DuckDB left a write-ahead log beside the release")
    return Package(sha256_of(file), rows, hashes)


def _keep_marts_only(connection: "duckdb.DuckDBPyConnection") -> None:
    """Drops every schema of the build but the marts."""
    schemas = connection.execute(
        "select schema_name from duckdb_schemas()"
        " where database_name = 'build' and not internal and schema_name not in ('main', 'marts')"
    ).fetchall()
    for (schema,) in schemas:
        connection.execute(f"drop schema build.{schema} cascade")
    views = connection.execute(
        "select view_name from duckdb_views() where database_name = 'build' and not internal"
    ).fetchall()
    if views:
        raise RunnerError(
            f"{views[0][0]} is a view; a release holds tables only, since views break when the file moves.",
            "make it a table in dbt_project.yml or its config.",
            ExitCode.BUILD_FAILED,
        )


def _tables(connection: "duckdb.DuckDBPyConnection") -> dict[str, list[tuple[str, str]]]:
    """The release's tables by name, each with its columns' names and types in order."""
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where database_name = 'release' and schema_name = 'marts'"
        " order by table_name, column_index"
    ).fetchall():
        tables.setdefault(table, []).append((column, kind))
    return tables


def _fingerprint(
    connection: "duckdb.DuckDBPyConnection", table: str, columns: list[tuple[str, str]]
) -> tuple[int, str]:
    """A table's row count, and the sum of its rows' hashes, which no order of rows changes.

    Hashes compare between files made by the same version of DuckDB.
    """
    values = ", ".join(
        f'round("{column}", {DECIMALS})' if kind == "DOUBLE" else f'"{column}"' for column, kind in columns
    )
    rows, total = connection.execute(
        f"select count(*), coalesce(sum(hash({values})), 0) from release.marts.{table}"
    ).fetchall()[0]
    return rows, f"{int(total):x}"
