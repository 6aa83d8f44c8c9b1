"""Revision triangles: what each figure was, so many months after its own month.

The table `measure_triangles` of each release is made of its vintages alone, so it can be made again.
"""

from datetime import date
from typing import TYPE_CHECKING

from runner.revisions.vintages import TABLE as VINTAGES
from runner.revisions.vintages import comment_on

if TYPE_CHECKING:
    import duckdb

TABLE = "measure_triangles"
COMMENT = (
    "How each figure developed: what it was so many months after its own month, in what was published and in "
    "this release. Only figures of the definitions that this release has."
)
OF_TRIANGLE = {
    "months_after": (
        "Whole months from the reporting month's last day to the extract's date, from month's end to month's "
        "end: June is 0 months old until 30 July, and 1 from 31 July on."
    ),
    "release": "The release that gave the figure: the last of those that gave it in the same month after.",
    "as_at": "The date of the extract that the release was built from.",
}
"""The columns that a figure does not have; the others carry measure_results' comments."""

MONTHS_AFTER = "cast(datediff('month', reporting_month, as_at + 1) - 1 as integer)"
"""Whole months from a reporting month's last day to an extract's date."""


def in_order(vintages: str) -> str:
    """The query of the releases of some vintages, each with its place: by extract, then month, then number.

    Args:
        vintages: A relation with the columns of measure_vintages.
    """
    return f"""
        select
            release,
            row_number() over (
                order by
                    as_at, split_part(release, '-r', 1), cast(split_part(release, '-r', 2) as integer)
            ) as place
        from (select distinct release, as_at from {vintages}) as releases
    """


def triangles_query(vintages: str) -> str:
    """The query of all triangles; its parameters `release` and `as_at` say which release they are for.

    Args:
        vintages: A relation with the columns of measure_vintages.
    """
    return f"""
        select * exclude (last_one), unnest(last_one)
        from
            (
                select
                    measure_id, statistic, population, reporting_month,
                    {MONTHS_AFTER} as months_after,
                    arg_max(
                        {{
                            release: release,
                            as_at: as_at,
                            numerator: numerator,
                            denominator: denominator,
                            value: value
                        }},
                        place
                    ) as last_one
                from {vintages}
                inner join ({in_order(vintages)}) as releases using (release)
                semi join
                    (
                        select measure_id, definition_version from {vintages} where release = $release
                    ) as defined
                    using (measure_id, definition_version)
                where as_at <= $as_at
                group by measure_id, statistic, population, reporting_month, months_after
            ) as cells
        order by measure_id, population, statistic, reporting_month, months_after
    """


def add_triangles(connection: "duckdb.DuckDBPyConnection", name: str, as_at: date) -> None:
    """Writes `measure_triangles` into a build that has its vintages.

    Args:
        connection: Has the build attached as `release`.
        name: The release it becomes.
        as_at: The date of its extract: nothing that was known later is in its triangles.
    """
    query = triangles_query(f"release.marts.{VINTAGES}")
    connection.execute(f"create table release.marts.{TABLE} as {query}", {"release": name, "as_at": as_at})
    comment_on(connection, "release", TABLE, COMMENT, OF_TRIANGLE)
