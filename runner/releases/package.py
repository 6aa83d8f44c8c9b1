"""Makes a release's files from a finished build: DuckDB, Parquet, and what is in them."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from runner.database import in_memory
from runner.errors import ExitCode, RunnerError
from runner.files import sha256_of

if TYPE_CHECKING:
    import duckdb

STACK = "measure_rows"
"""All facts, one under the other: as Parquet it would only repeat theirs."""

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


def make_files(built: Path, folder: Path) -> Package:
    """Moves a finished build's marts into a folder and writes a Parquet file for each table.

    Args:
        built: The marts as dbt built them, in a file of their own; nothing has it open.
        folder: Where the files go; it exists and is empty.

    Raises:
        RunnerError: The file holds something else than tables of the schema marts (build failed).
    """
    file = folder / "marts.duckdb"
    shutil.move(built, file)
    (folder / "parquet").mkdir()
    rows, hashes = {}, {}
    with in_memory(built) as connection:
        connection.execute(f"attach '{file}' as release (read_only)")
        _refuse_what_is_no_mart(connection)
        for table, columns in _tables(connection).items():
            rows[table], hashes[table] = _fingerprint(connection, table, columns)
            if table != STACK:
                connection.execute(f"copy release.marts.{table} to '{folder / 'parquet' / table}.parquet'")
    if file.with_name(file.name + ".wal").exists() or built.with_name(built.name + ".wal").exists():
        raise RuntimeError("DuckDB left a write-ahead log beside the release")
    return Package(sha256_of(file), rows, hashes)


def _refuse_what_is_no_mart(connection: "duckdb.DuckDBPyConnection") -> None:
    """Raises for a view, which breaks when the file moves, and for a table of another schema."""
    strays = connection.execute(
        "select schema_name || '.' || view_name from duckdb_views()"
        " where database_name = 'release' and not internal"
        " union all select schema_name || '.' || table_name from duckdb_tables()"
        " where database_name = 'release' and schema_name <> 'marts'"
    ).fetchall()
    if strays:
        raise RunnerError(
            f"{strays[0][0]} has no place in a release, which holds tables of the schema marts alone.",
            "give it `database=target.database` in its config, or make it a table.",
            ExitCode.BUILD_FAILED,
        )


def _tables(connection: "duckdb.DuckDBPyConnection") -> dict[str, list[tuple[str, str]]]:
    """The release's tables by name, each with its columns' names and types in order."""
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where database_name = 'release' order by table_name, column_index"
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
