"""What each check came to in every release: the table `check_history` of each release.

A release stands alone, so it holds what was found in all that was published before it, and in itself.
"""

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from runner.database import in_memory
from runner.landing.values import quoted
from runner.releases.store import Release

if TYPE_CHECKING:
    import duckdb

TABLE = "check_history"
SOURCE = "check_results"
COMMENT = "What each check came to in every release that was published before, and in this one."
COLUMNS = {
    "check_id": "The check's name.",
    "release": "The release that it ran on.",
    "as_at": "The date of the extract that the release was built from.",
    "rows_tested": "Rows that were looked at.",
    "rows_failed": "Rows that failed.",
    "status": "`passed`, or `exception`: published with a note.",
}
RESULTS = """
    select
        check_id, '{name}' as release, date '{as_at}' as as_at, rows_tested, rows_failed, status
    from {catalogue}.marts.check_results
"""


def add_history(built: Path, name: str, as_at: str, chain: list[Release]) -> None:
    """Writes `check_history` into a finished build, before it becomes a release.

    Args:
        built: The build's DuckDB file, private and closed, with check_results.
        name: The release it becomes.
        as_at: The date of its extract.
        chain: What was published before, as given by `runner.revisions.vintages.published_chain`.
    """
    with closing(in_memory(built)) as connection:
        connection.execute(f"attach {quoted(str(built))} as release")
        parts = []
        for number, release in enumerate(chain):
            catalogue = f"published_{number}"
            connection.execute(f"attach {quoted(str(release.file))} as {catalogue} (read_only)")
            if _has_results(connection, catalogue):
                parts.append(RESULTS.format(name=release.name, as_at=release.as_at, catalogue=catalogue))
        parts.append(RESULTS.format(name=name, as_at=as_at, catalogue="release"))
        query = " union all ".join(parts)
        connection.execute(f"create table release.marts.{TABLE} as {query} order by check_id, as_at, release")
        connection.execute(f"comment on table release.marts.{TABLE} is {quoted(COMMENT)}")
        for column, comment in COLUMNS.items():
            connection.execute(f"comment on column release.marts.{TABLE}.{column} is {quoted(comment)}")
        connection.execute("detach release")


def _has_results(connection: "duckdb.DuckDBPyConnection", catalogue: str) -> bool:
    """Whether an attached release kept what its checks came to."""
    return bool(
        connection.execute(
            "select table_name from duckdb_tables() where database_name = ? and table_name = ?",
            [catalogue, SOURCE],
        ).fetchall()
    )
