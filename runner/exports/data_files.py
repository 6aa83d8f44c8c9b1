"""The export as data: a Parquet star with its dictionary, and a DuckDB file that older clients open."""

from pathlib import Path
from typing import TYPE_CHECKING

from runner.cells import write_csv
from runner.exports.tables import COLUMNS, MEANINGS

if TYPE_CHECKING:
    import duckdb

OLDEST_CLIENT = "v1.1.0"
"""The oldest DuckDB whose clients open the file."""


def write_parquet(connection: "duckdb.DuckDBPyConnection", folder: Path) -> None:
    """Writes a Parquet file for each table, and dictionary.csv that says what each column means."""
    for table in COLUMNS:
        connection.execute(f"copy (from {table}) to {_quoted(folder / f'{table}.parquet')} (format parquet)")
    write_csv(
        folder / "dictionary.csv",
        ("table", "column", "type", "meaning", "key_of", "rows_are"),
        (
            (table, column.name, column.type, column.meaning, column.key_of, MEANINGS[table])
            for table, columns in COLUMNS.items()
            for column in columns
        ),
    )


def write_duckdb(connection: "duckdb.DuckDBPyConnection", file: Path) -> None:
    """Writes the same tables into one DuckDB file, each table and column with its meaning."""
    connection.execute(f"attach {_quoted(file)} as handed_out (storage_version '{OLDEST_CLIENT}')")
    for table, columns in COLUMNS.items():
        connection.execute(f"create table handed_out.{table} as from {table}")
        connection.execute(f"comment on table handed_out.{table} is {_quoted(MEANINGS[table])}")
        for column in columns:
            connection.execute(
                f"comment on column handed_out.{table}.{column.name} is {_quoted(column.meaning)}"
            )
    connection.execute("checkpoint handed_out")
    connection.execute("detach handed_out")


def _quoted(text: Path | str) -> str:
    return "'" + str(text).replace("'", "''") + "'"
