"""Opening a release, or any built DuckDB file, to read from it."""

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.database import attach, locked_down
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.months import Month
from runner.releases import store

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Built:
    """A built file that figures are read from: a release's, or what `dbt build` made by itself."""

    name: str
    file: Path


def all_built(home: Home) -> list[Built]:
    """Every release of a home, oldest first; where there is none, what `dbt build` made by itself.

    Args:
        home: The folder that keeps the releases.
    """
    releases = [Built(release.name, release.file) for release in store.all_releases(home)]
    built = home.root / "target" / "marts.duckdb"
    return releases or ([Built("target/marts.duckdb", built)] if built.is_file() else [])


def find_built(home: Home, named: str | None = None) -> Built:
    """What to read: the release or file that is named, else the published release, else the newest.

    Args:
        home: The folder that keeps the releases.
        named: A release (`2024-06-r1`), or the path of a built DuckDB file.

    Raises:
        RunnerError: There is nothing of that name, or nothing at all.
    """
    if named is not None and Path(named).is_file():
        return Built(named, Path(named))
    published = store.current(home)
    if named is not None or published:
        release = store.find_release(home, named or published["release"])
        return Built(release.name, release.file)
    built = all_built(home)
    if not built:
        raise RunnerError(
            f"There is no release in {home.releases} and no target/marts.duckdb.",
            "Build one with `runner refresh`, `runner demo` or `dbt build`, or name a folder with --home.",
            ExitCode.NOTHING_MATCHED,
        )
    return built[-1]


@contextmanager
def opened(
    built: Built, mart: str = "measure_results", *, also: Iterable[Path] = ()
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection that has the file attached, read-only, under the name `release`.

    The file may be anybody's: nothing in it reaches another file than those named here.

    Args:
        built: What to read.
        mart: A table that it must hold.
        also: Other files and folders that are read, or written, over the connection.

    Raises:
        RunnerError: The file is still being written, is no release, or turns out to be damaged.
    """
    import duckdb

    if built.file.with_name(built.file.name + ".wal").exists():
        raise RunnerError(
            f"{built.name} is being built, or its build was broken off.",
            "Wait for the build to end, or build again.",
            ExitCode.BUSY,
        )
    connection = locked_down(built.file, *also)
    try:
        try:
            attach(connection, built.file, "release")
            held = connection.execute(
                "select table_name from duckdb_tables()"
                " where database_name = 'release' and schema_name = 'marts'"
            ).fetchall()
        except duckdb.IOException as fault:
            raise RunnerError(
                f"{built.name} cannot be opened: it is in use by a build, or is no DuckDB file.",
                "Wait for the build to end, or build again.",
                ExitCode.BUSY,
            ) from fault
        if (mart,) not in held:
            raise RunnerError(
                f"{built.name} holds no marts.{mart}: its build did not end, or does not make it.",
                "Build again with `runner refresh`.",
                ExitCode.NOTHING_MATCHED,
            )
        try:
            yield connection
        except (duckdb.IOException, duckdb.FatalException, duckdb.InternalException) as fault:
            raise RunnerError(
                f"{built.name}, or a landed file that is read with it, is damaged and cannot be read.",
                "`runner doctor` names files that are not as they were made; then build or land again.",
                ExitCode.BLOCKED,
            ) from fault
    finally:
        connection.close()


def rows(connection: "duckdb.DuckDBPyConnection", sql: str, values: Any = None) -> list[dict[str, Any]]:
    """The rows of a query, each as a dictionary by column.

    Args:
        connection: As given by `opened`.
        sql: The query.
        values: What its parameters stand for.
    """
    cursor = connection.execute(sql, values)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]


def extract_date(connection: "duckdb.DuckDBPyConnection") -> date:
    """The date of the extract that an opened release was built from."""
    return rows(connection, "select max(as_at) as as_at from release.marts.dim_month")[0]["as_at"]


def measure(connection: "duckdb.DuckDBPyConnection", measure_id: str) -> dict[str, Any]:
    """The register's row of a measure that the opened release has figures of.

    Raises:
        RunnerError: No such measure, or it is planned.
    """
    known = {row["measure_id"]: row for row in rows(connection, "from release.marts.dim_measure")}
    if measure_id not in known:
        raise RunnerError(
            f"There is no measure {measure_id}.", nearest(measure_id, list(known)), ExitCode.NOTHING_MATCHED
        )
    if known[measure_id]["status"] != "live":
        raise RunnerError(
            f"The measure {measure_id} is {known[measure_id]['status']}: it has no figures.",
            "List those that have with `runner register --status live`.",
            ExitCode.NOTHING_MATCHED,
        )
    return known[measure_id]


def check_month(connection: "duckdb.DuckDBPyConnection", month: Month) -> None:
    """Sees that an opened release holds a month.

    Raises:
        RunnerError: It does not.
    """
    held = rows(
        connection,
        "select min(reporting_month) as first, max(reporting_month) as last from release.marts.dim_month",
    )[0]
    if not held["first"] <= month.first_day <= held["last"]:
        raise RunnerError(
            f"The release does not hold {month}.",
            f"Name a month from {held['first']:%Y-%m} to {held['last']:%Y-%m}, or another --release.",
            ExitCode.NOTHING_MATCHED,
        )


def nearest(name: str, known: list[str]) -> str:
    """What to type instead of a name that is not known."""
    close = difflib.get_close_matches(name, known, n=5, cutoff=0.5)
    return f"Perhaps you meant {', '.join(close)}." if close else "List the measures with `runner register`."
