"""When a measure is final, and by how much it is usually revised: measured on what was published.

The register says how many days a measure takes to mature. Once enough months were published, and
published again later, what happened to them says it better. That is measured before a build, on
releases that were published from extracts no later than its own, and handed to it as a table.
"""

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from runner.database import in_memory, quoted
from runner.readers.register import read_rows
from runner.releases.store import Release
from runner.revisions.tables import create_table, insert_rows
from runner.revisions.triangles import MONTHS_AFTER, in_order
from runner.revisions.vintages import published_figures

ORIGIN_MONTHS = 12
"""From fewer months than these nothing is measured."""

NEAR = 0.01
"""A count is near its last value when it differs by this share of it at most, or by one unit at most."""

SHARE_NEAR = 0.9
"""A measure is final at an age from which on so many of its months stayed near their last value."""

HANDED_OVER = "landing.measured_maturity"
"""What a build reads; without it the macro `open_extract` makes an empty one, and the register decides."""

COLUMNS = {
    "measure_id": "varchar",
    "statistic": "varchar",
    "definition_version": "integer",
    "final_after_days": "integer",
    "moved_until_days": "integer",
    "origin_months": "integer",
    "median_revision": "double",
    "p90_revision": "double",
    "revision_months": "integer",
}

SERIES = "measure_id, statistic, definition_version"


def is_near(count: str) -> str:
    """The SQL that says whether a count is near its last value, or both are missing."""
    last = f"last_{count}"
    return (
        f"coalesce(abs({count} - {last}) <= greatest(1, {NEAR} * abs({last})),"
        f" {count} is null and {last} is null)"
    )


def measured_query(vintages: str) -> str:
    """The query of what is measured: a row of COLUMNS for each measure, statistic and definition.

    Its parameter `as_at` is the date of the extract that is to be built from: what was published from a
    later one was not known then.

    Args:
        vintages: A relation with the columns of measure_vintages.
    """
    return f"""
        with
            vintages as (
                select *, {MONTHS_AFTER} as months_after, as_at - last_day(reporting_month) as days_after
                from {vintages}
                inner join ({in_order(vintages)}) as releases using (release)
                where population = 'all' and as_at <= $as_at
            ),
            cells as (
                select
                    *,
                    last_value(numerator) over months as last_numerator,
                    last_value(denominator) over months as last_denominator,
                    last_value(months_after) over months as last_months_after
                from
                    (
                        from vintages
                        qualify
                            row_number() over (
                                partition by {SERIES}, reporting_month, months_after order by place desc
                            )
                            = 1
                    ) as last_in_month
                window
                    months as (
                        partition by {SERIES}, reporting_month
                        order by months_after
                        rows between unbounded preceding and unbounded following
                    )
            ),
            developments as (
                select
                    *,
                    -- This figure and every later one of its month.
                    bool_and({is_near("numerator")} and {is_near("denominator")}) over (
                        partition by {SERIES}, reporting_month order by months_after desc
                    ) as stays_near
                from cells
            ),
            ages as (
                select
                    {SERIES},
                    months_after,
                    min(days_after) as youngest,
                    max(days_after) as oldest,
                    count(reporting_month) as origin_months,
                    origin_months >= {ORIGIN_MONTHS} as is_measured,
                    is_measured and count_if(stays_near) >= {SHARE_NEAR} * origin_months as is_final
                from developments
                where months_after < last_months_after
                group by {SERIES}, months_after
            ),
            maturities as (
                select
                    {SERIES},
                    arg_min(youngest, months_after) filter (where is_final) as final_after_days,
                    if(bool_or(is_final), null, max(oldest) filter (where is_measured)) as moved_until_days,
                    coalesce(
                        arg_min(origin_months, months_after) filter (where is_final), max(origin_months)
                    ) as origin_months
                from ages
                group by {SERIES}
            ),
            revisions as (
                select
                    {SERIES},
                    abs(last(value order by place) - first(value order by place)) as revision
                from vintages
                group by {SERIES}, reporting_month
                having min(months_after) = 0 and max(months_after) > 0
            ),
            sizes as (
                select
                    {SERIES},
                    median(revision) as median_revision,
                    quantile_cont(revision, 0.9) as p90_revision,
                    count(revision) as revision_months
                from revisions
                group by {SERIES}
                having revision_months >= {ORIGIN_MONTHS}
            )
        select {", ".join(f"cast({column} as {kind}) as {column}" for column, kind in COLUMNS.items())}
        from maturities
        left join sizes using ({SERIES})
        order by {SERIES}
    """


def measured(chain: list[Release], as_at: date) -> list[tuple[Any, ...]]:
    """What is measured on the published releases: rows of COLUMNS, in order.

    Args:
        chain: What was published before, as given by `published_chain`.
        as_at: The date of the extract that is to be built from.
    """
    if not chain:
        return []
    with closing(in_memory()) as connection:
        connection.execute("set threads = 1")
        vintages = " union all ".join(published_figures(connection, chain))
        return connection.execute(measured_query(f"({vintages})"), {"as_at": as_at}).fetchall()


def hand_over(build_file: Path, found: list[tuple[Any, ...]]) -> None:
    """Leaves what is measured in a new build file, where dbt will find it.

    Args:
        build_file: The private DuckDB file of the build; it is not there yet.
        found: As given by `measured`.
    """
    with closing(in_memory(build_file)) as connection:
        connection.execute(f"attach {quoted(str(build_file))} as build; create schema build.landing")
        create_table(connection, f"build.{HANDED_OVER}", COLUMNS)
        insert_rows(connection, f"build.{HANDED_OVER}", COLUMNS, found)
        connection.execute("detach build")


def decided(registered: int, final_after: int | None, moved_until: int | None) -> int:
    """Days after the month's end until figures are final, as the model measure_maturity decides.

    Args:
        registered: The register's days.
        final_after: The age in days at which figures were measured to be final; None where there is none.
        moved_until: The oldest age that was measured, where figures still moved.
    """
    if final_after is not None:
        return final_after
    return registered if moved_until is None else max(registered, moved_until + 1)


def days_until_final(register: Path, chain: list[Release], as_at: date) -> dict[str, int]:
    """Days after the month's end until each live measure's figures are final, as a build would have it.

    Args:
        register: The register of measures, seeds/measures.csv.
        chain: What was published before, as given by `published_chain`.
        as_at: The date of the extract that is to be built from.
    """
    found = {row[:3]: row[3:5] for row in measured(chain, as_at)}
    waits = {}
    for row in read_rows(register):
        if row["status"] == "live":
            headline = (row["measure_id"], row["statistics"].split("; ")[0], int(row["version"]))
            waits[row["measure_id"]] = decided(
                int(row["matures_after_days"]), *found.get(headline, (None, None))
            )
    return waits
