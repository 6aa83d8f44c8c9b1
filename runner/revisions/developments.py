"""How figures developed, and what that makes expect: added to a release, and made again to compare."""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.database import in_memory, quoted
from runner.home import Home
from runner.readers.release import rows
from runner.releases.store import Release
from runner.revisions import expected, triangles
from runner.revisions.maturity import COLUMNS, measured
from runner.revisions.vintages import TABLE as VINTAGES
from runner.revisions.vintages import published_chain

if TYPE_CHECKING:
    import duckdb

MATURITY = "measure_maturity"

DECIMALS = 9
"""Doubles that were added up in another order differ in later ones."""

MATURED = f"""
    select maturity.*, measures.version as definition_version
    from release.marts.{MATURITY} as maturity
    inner join release.marts.dim_measure as measures using (measure_id)
"""


def add_developments(built: Path, name: str, as_at: date) -> None:
    """Writes `measure_triangles` and `measure_expected` into a build that has its vintages.

    Args:
        built: The build's DuckDB file, private and closed.
        name: The release it becomes.
        as_at: The date of its extract.
    """
    with closing(in_memory(built)) as connection:
        connection.execute("set threads = 1")
        connection.execute(f"attach {quoted(str(built))} as release")
        triangles.add_triangles(connection, name, as_at)
        expected.add_expected(connection, as_at)
        connection.execute("detach release")


def development_faults(home: Home, release: Release) -> list[str]:
    """Makes a release's maturities, triangles and expectations again, and says which differ.

    Args:
        home: The folder of releases/.
        release: A published release.

    Returns:
        A sentence for each table that differs. None for a release of earlier code, which has no such table.
    """
    if triangles.TABLE not in release.run["rows"]:
        return []
    chain = [one for one in published_chain(home) if one.name in release.run["published_before"]]
    found = measured(chain, release.as_at)
    with closing(in_memory()) as connection:
        connection.execute(f"attach {quoted(str(release.file))} as release (read_only)")
        again = {
            MATURITY: _differing_maturities(connection, found),
            triangles.TABLE: _differing_triangles(connection, release),
            expected.TABLE: _differing_expectations(connection, release),
        }
    return [
        f"{release.name} holds {number:,} rows of {table} otherwise than what was published makes them"
        for table, number in again.items()
        if number
    ]


def _differing_maturities(connection: "duckdb.DuckDBPyConnection", found: list[tuple[Any, ...]]) -> int:
    """Measures whose maturity is not what is measured on what was published before."""
    by_series = {row[:3]: dict(zip(COLUMNS, row, strict=True)) for row in found}
    differing = 0
    for row in rows(connection, MATURED):
        made = by_series.get((row["measure_id"], row["statistic"], row["definition_version"]), {})
        is_measured = row["basis"] == "measured"
        days, moved_until = made.get("final_after_days"), made.get("moved_until_days")
        if days is None and moved_until is not None and is_measured:
            days = moved_until + 1
        is_same = is_measured == (days is not None) and days in (None, row["final_after_days"])
        for column in ("median_revision", "p90_revision", "revision_months"):
            is_same &= _rounded([row[column]]) == _rounded([made.get(column)])
        differing += not (is_same and row["origin_months"] == made.get("origin_months", 0))
    return differing


def _differing_triangles(connection: "duckdb.DuckDBPyConnection", release: Release) -> int:
    """Cells of the triangles that the vintages do not make, or that are not there."""
    held = f"from release.marts.{triangles.TABLE}"
    made = f"from ({triangles.triangles_query(f'release.marts.{VINTAGES}')})"
    asked = {"release": release.name, "as_at": release.as_at}
    differing = f"({held} except all {made}) union all ({made} except all {held})"
    return connection.execute(f"select count(*) from ({differing})", asked).fetchall()[0][0]


def _differing_expectations(connection: "duckdb.DuckDBPyConnection", release: Release) -> int:
    """Expectations that the triangles do not make, or that are not there."""
    columns = ", ".join(expected.COLUMNS)
    held = connection.execute(f"select {columns} from release.marts.{expected.TABLE}").fetchall()
    made = expected.rows_of_release(connection, release.as_at)
    return len({tuple(_rounded(row)) for row in held} ^ {tuple(_rounded(row)) for row in made})


def _rounded(values: Any) -> list[Any]:
    return [round(value, DECIMALS) if isinstance(value, float) else value for value in values]
