"""Tables that the runner adds to a finished build: made, filled and commented."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from runner.database import quoted

if TYPE_CHECKING:
    import duckdb


def create_table(connection: "duckdb.DuckDBPyConnection", table: str, columns: dict[str, str]) -> None:
    """Makes an empty table.

    Args:
        connection: Has the file attached.
        table: The table, with its catalogue and schema.
        columns: The type of each column.
    """
    typed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    connection.execute(f"create table {table} ({typed})")


def insert_rows(
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    columns: dict[str, str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """Inserts rows in one statement.

    Args:
        connection: Has the file attached.
        table: The table, with its catalogue and schema.
        columns: The type of each of its columns, in order.
        rows: The values, in the order of the columns.
    """
    values = {column: [row[place] for row in rows] for place, column in enumerate(columns)}
    unnested = ", ".join(f"unnest(cast(${column} as {kind}[]))" for column, kind in columns.items())
    connection.execute(f"insert into {table} select {unnested}", values)


def comment_on(
    connection: "duckdb.DuckDBPyConnection",
    catalogue: str,
    table: str,
    comment: str,
    columns: dict[str, str],
) -> None:
    """Puts a comment on a table of the schema marts and on each of its columns.

    Args:
        connection: Has the build attached.
        catalogue: The name it is attached under.
        table: The table.
        comment: What one row of it is.
        columns: The comments of the columns that measure_results does not have.
    """
    known = dict(_comments(connection, catalogue, "measure_results")) | columns
    connection.execute(f"comment on table {catalogue}.marts.{table} is {quoted(comment)}")
    for column, _ in _comments(connection, catalogue, table):
        connection.execute(
            f"comment on column {catalogue}.marts.{table}.{column} is {quoted(known[column] or '')}"
        )


def _comments(
    connection: "duckdb.DuckDBPyConnection", catalogue: str, table: str
) -> list[tuple[str, str | None]]:
    """The columns of a table of the build, in order, each with its comment."""
    return connection.execute(
        "select column_name, comment from duckdb_columns() where database_name = ?"
        " and schema_name = 'marts' and table_name = ? order by column_index",
        [catalogue, table],
    ).fetchall()
