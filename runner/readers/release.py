"""Opening a release, or any built DuckDB file, to read from it."""

import difflib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.errors import ExitCode, RunnerError
from runner.home import Home

if TYPE_CHECKING:
    import duckdb

MARTS = "marts.duckdb"


@dataclass(frozen=True)
class Release:
    """A built file that figures are read from."""

    name: str
    path: Path


def parse_month(text: str) -> date:
    """The first day of a month written as `2024-06`.

    Raises:
        RunnerError: The text is no month.
    """
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        return date.fromisoformat(f"{text}-01")
    raise RunnerError(f"'{text}' is no month.", "Write a month as 2024-06.", ExitCode.USAGE)


def all_releases(home: Home) -> list[Release]:
    """Every release of a home, oldest first; where there is none, what `dbt build` made by itself.

    Args:
        home: The folder that keeps the releases.
    """
    numbered = []
    for folder in home.releases.glob("*"):
        name = re.fullmatch(r"(\d{4}-\d{2})-r(\d+)", folder.name)
        if name and (folder / MARTS).is_file():
            numbered.append((name[1], int(name[2]), Release(folder.name, folder / MARTS)))
    if numbered:
        return [release for _, _, release in sorted(numbered, key=lambda found: found[:2])]
    build = home.root / "target" / "build.duckdb"
    return [Release("target/build.duckdb", build)] if build.is_file() else []


def find_release(home: Home, named: str | None = None) -> Release:
    """The release to read: the one that is named, else the published one, else the newest.

    Args:
        home: The folder that keeps the releases.
        named: A release (`2024-06-r1`), or the path of a built DuckDB file.

    Raises:
        RunnerError: There is no such release.
    """
    releases = all_releases(home)
    if named is None and (home.releases / "CURRENT").is_file():
        named = json.loads((home.releases / "CURRENT").read_text(encoding="utf-8"))["release"]
    if named is None and releases:
        return releases[-1]
    if named is None:
        raise RunnerError(
            f"There is no release in {home.releases} and no target/build.duckdb.",
            "Build one with `runner refresh`, `runner demo` or `dbt build`, or name a folder with --home.",
            ExitCode.NOTHING_MATCHED,
        )
    for release in releases:
        if release.name == named:
            return release
    if Path(named).is_file():
        return Release(named, Path(named))
    raise RunnerError(
        f"There is no release {named}.",
        f"Name one of: {', '.join(release.name for release in releases) or 'none is built yet'}.",
        ExitCode.NOTHING_MATCHED,
    )


@contextmanager
def opened(release: Release) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection that has the file attached, read-only, under the name `release`.

    Args:
        release: What to read.

    Raises:
        RunnerError: The file is still being written, or is no release.
    """
    import duckdb

    if release.path.with_name(release.path.name + ".wal").exists():
        raise RunnerError(
            f"{release.name} is being built, or its build was broken off.",
            "Wait for the build to end, or build again.",
            ExitCode.BUSY,
        )
    connection = duckdb.connect()
    try:
        path = str(release.path).replace("'", "''")
        try:
            connection.execute(f"attach '{path}' as release (read_only)")
            held = connection.execute(
                "select table_name from duckdb_tables()"
                " where database_name = 'release' and schema_name = 'marts'"
            ).fetchall()
        except duckdb.IOException as fault:
            raise RunnerError(
                f"{release.name} cannot be opened: it is in use by a build, or is no DuckDB file.",
                "Wait for the build to end, or build again.",
                ExitCode.BUSY,
            ) from fault
        if ("measure_results",) not in held:
            raise RunnerError(
                f"{release.name} holds no marts.measure_results: its build did not end.",
                "Build again with `runner refresh` or `dbt build`.",
                ExitCode.NOTHING_MATCHED,
            )
        yield connection
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


def check_month(connection: "duckdb.DuckDBPyConnection", month: date) -> None:
    """Sees that an opened release holds a month.

    Raises:
        RunnerError: It does not.
    """
    held = rows(
        connection,
        "select min(reporting_month) as first, max(reporting_month) as last from release.marts.dim_month",
    )[0]
    if not held["first"] <= month <= held["last"]:
        raise RunnerError(
            f"The release does not hold {month:%Y-%m}.",
            f"Name a month from {held['first']:%Y-%m} to {held['last']:%Y-%m}, or another --release.",
            ExitCode.NOTHING_MATCHED,
        )


def nearest(name: str, known: list[str]) -> str:
    """What to type instead of a name that is not known."""
    close = difflib.get_close_matches(name, known, n=5, cutoff=0.5)
    return f"Perhaps you meant {', '.join(close)}." if close else "List the measures with `runner register`."
