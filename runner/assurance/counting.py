"""Counts, in the closed build, how many rows each check looks at and how many fail it.

The checks see the landed tables of the extract as `landed`, those of the extract before as `previous`
(empty where there is none), the input contract's code sets as `contract.codes`, the build's own tables
as `build`, and the marts as `release`. Nothing can be written.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from runner.assurance.definitions import Check
from runner.building.extracts import Extract
from runner.database import in_memory
from runner.landing.contract import FOLDER as CONTRACT
from runner.landing.values import quoted

if TYPE_CHECKING:
    import duckdb

NOT_A_TABLE = "rejected"


@dataclass(frozen=True)
class Count:
    """What a check saw: rows looked at and rows that fail, or the kind of error it ended with."""

    check: Check
    tested: int
    failed: int
    fault: str = ""


@contextmanager
def seeing(
    build: Path, marts: Path, extract: Extract, previous: Extract | None
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection that sees what the checks see.

    Args:
        build: The finished build file; nothing has it open.
        marts: The finished file of marts.
        extract: The extract that the build was made from.
        previous: The extract landed before it, if any.
    """
    with in_memory(build) as connection:
        connection.execute("set threads = 1")
        connection.execute(f"attach {quoted(str(build))} as build (read_only)")
        connection.execute(f"attach {quoted(str(marts))} as release (read_only)")
        show_landed(connection, extract, previous)
        yield connection


def show_landed(connection: "duckdb.DuckDBPyConnection", extract: Extract, previous: Extract | None) -> None:
    """Makes the landed tables and dates known to a connection."""
    name_dates(connection, extract.as_at, previous.as_at if previous else None)
    connection.execute("create schema landed; create schema previous")
    for file in sorted(extract.folder.glob("*.parquet")):
        if file.stem == NOT_A_TABLE:
            continue
        connection.execute(f'create view landed."{file.stem}" as from read_parquet({quoted(str(file))})')
        earlier = previous.folder / file.name if previous else file
        shown = "" if previous and earlier.exists() else " limit 0"
        shown_file = earlier if earlier.exists() else file
        connection.execute(
            f'create view previous."{file.stem}" as from read_parquet({quoted(str(shown_file))}){shown}'
        )


def name_dates(connection: "duckdb.DuckDBPyConnection", as_at: date, previous: date | None) -> None:
    """Makes the extracts' dates and the code sets known to a connection."""
    connection.execute(f"create macro as_at() as date '{as_at}'")
    connection.execute(f"create macro previous_as_at() as date '{previous or as_at}'")
    connection.execute(
        "create schema contract; create table contract.codes as select code_set, code"
        f" from read_csv({quoted(str(CONTRACT / 'codes.csv'))}, all_varchar = true)"
    )


def count(connection: "duckdb.DuckDBPyConnection", check: Check) -> Count:
    """Runs one check's count. What DuckDB says of an error may hold a value: only its kind is kept."""
    import duckdb

    try:
        tested, failed = connection.execute(
            f"select count(*), coalesce(count_if({check.fails}), 0) from {check.source}"
        ).fetchall()[0]
    except duckdb.Error as fault:
        return Count(check, 0, 0, type(fault).__name__)
    return Count(check, tested, failed)
