"""What each provisional figure is expected to be when it is final: the table `measure_expected`.

It stands beside the figure, never in its place. It is made of the release's triangles, so it can be
made again.
"""

from datetime import date
from typing import TYPE_CHECKING, Any

from runner.readers.release import rows
from runner.revisions.ladder import RANGE_SHARE, Counts, Figure, expect
from runner.revisions.tables import comment_on, create_table, insert_rows
from runner.revisions.triangles import MONTHS_AFTER
from runner.revisions.triangles import TABLE as TRIANGLES

if TYPE_CHECKING:
    import duckdb

TABLE = "measure_expected"
COMMENT = (
    "What each provisional figure is expected to be when it is final (chain ladder), and the range in which "
    "most of its earlier months came to lie. Only where 12 months or more became final."
)
COLUMNS = {
    "measure_id": "varchar",
    "statistic": "varchar",
    "population": "varchar",
    "reporting_month": "date",
    "expected_numerator": "double",
    "expected_denominator": "double",
    "expected_value": "double",
    "range_lower": "double",
    "range_upper": "double",
    "range_share": "double",
    "origin_months": "integer",
}
OWN_COMMENTS = {
    "expected_numerator": "The numerator, grown as those of earlier months grew from this age until final.",
    "expected_denominator": "The denominator, grown likewise; for a rate, the children; null for counts.",
    "expected_value": "The figure that the expected counts make, unrounded.",
    "range_lower": "The lower end of the range; not below nought.",
    "range_upper": "The upper end of the range; of a percentage, not above 100.",
    "range_share": "The share of final figures that the range is made to hold.",
    "origin_months": "How many months that became final it rests on.",
}

TO_DATE = "financial year to date"
"""Its months are not alike: each holds the ones before."""

FINAL_AGES = """
    create or replace temp table final_ages as
    select measure_id, min(months_after) as final_age
    from
        (
            select measure_id, months_after, min(as_at - last_day(reporting_month)) as youngest
            from {triangles}
            group by measure_id, months_after
        ) as ages
    inner join {maturity} as maturity using (measure_id)
    where youngest >= final_after_days
    group by measure_id
"""
"""The first month after in which every extract was late enough for the measure to be final."""

PROVISIONAL = f"""
    create or replace temp table provisional as
    select
        measure_id, statistic, population, reporting_month, numerator, denominator,
        kind, final_age, {MONTHS_AFTER} as age
    from (select *, cast($as_at as date) as as_at from {{figures}} where status = 'provisional') as figures
    inner join (select measure_id, kind from {{measures}}) as measures using (measure_id)
    inner join final_ages using (measure_id)
    where value is not null and statistic <> 'median' and population <> '{TO_DATE}' and age < final_age
"""
"""The figures that growth can be told of: counts and sums, and no months that hold the ones before."""

HISTORY = """
    select
        measure_id, statistic, population, reporting_month,
        least(months_after, final_age) as age,
        arg_min({{numerator: numerator, denominator: denominator}}, months_after) as counts
    from {triangles} as triangles
    inner join final_ages using (measure_id)
    semi join provisional using (measure_id, statistic, population)
    where numerator is not null
    group by measure_id, statistic, population, reporting_month, age, final_age
    qualify min(age) over (partition by measure_id, statistic, population, reporting_month) < final_age
"""

Series = tuple[str, str, str]
"""Measure, statistic and population."""


def expected_rows(
    connection: "duckdb.DuckDBPyConnection",
    as_at: date,
    triangles: str,
    figures: str,
    measures: str,
    maturity: str,
) -> list[tuple[Any, ...]]:
    """The rows of COLUMNS, in order: one for each provisional figure that can be expected anything of.

    Args:
        connection: Has the relations; gets two temporary tables.
        as_at: The date of the extract that the figures are from.
        triangles: A relation with the columns of measure_triangles.
        figures: A relation with the columns of measure_results.
        measures: A relation with measure_id and kind.
        maturity: A relation with measure_id and final_after_days.
    """
    connection.execute(FINAL_AGES.format(triangles=triangles, maturity=maturity))
    connection.execute(PROVISIONAL.format(figures=figures, measures=measures), {"as_at": as_at})
    histories: dict[Series, dict[date, dict[int, Counts]]] = {}
    for row in rows(connection, HISTORY.format(triangles=triangles)):
        months = histories.setdefault(_series(row), {})
        months.setdefault(row["reporting_month"], {})[row["age"]] = Counts(**row["counts"])
    found = []
    for row in rows(
        connection, "from provisional order by measure_id, population, statistic, reporting_month"
    ):
        own = Counts(row["numerator"], row["denominator"])
        history = histories.get(_series(row), {})
        figure = figure_of(row["statistic"], row["kind"])
        expected = expect(own, row["age"], row["final_age"], history, figure)
        if expected:
            found.append(
                (
                    *_series(row),
                    row["reporting_month"],
                    expected.counts.numerator,
                    expected.counts.denominator,
                    expected.value,
                    expected.lower,
                    expected.upper,
                    RANGE_SHARE,
                    expected.origin_months,
                )
            )
    return found


def figure_of(statistic: str, kind: str) -> Figure:
    """How a statistic is made of its counts, as the model measure_values makes it.

    Args:
        statistic: `count`, `sum`, `percent`, `ratio`, `rate` or `mean`.
        kind: `flow` or `stock`: a flow's rate is a year's.
    """
    if statistic in ("count", "sum"):
        return Figure(lambda counts: counts.numerator)
    if statistic == "mean":
        return Figure(lambda counts: _divided(counts, 1))
    if statistic == "rate":
        return Figure(lambda counts: _divided(counts, 120_000 if kind == "flow" else 10_000), develops=False)
    return Figure(lambda counts: _divided(counts, 100), is_share=statistic == "percent")


def add_expected(connection: "duckdb.DuckDBPyConnection", as_at: date) -> None:
    """Writes `measure_expected` into a build that has its triangles.

    Args:
        connection: Has the build attached as `release`.
        as_at: The date of its extract.
    """
    create_table(connection, f"release.marts.{TABLE}", COLUMNS)
    insert_rows(connection, f"release.marts.{TABLE}", COLUMNS, rows_of_release(connection, as_at))
    comment_on(connection, "release", TABLE, COMMENT, OWN_COMMENTS)


def rows_of_release(connection: "duckdb.DuckDBPyConnection", as_at: date) -> list[tuple[Any, ...]]:
    """What `measure_expected` of a release must hold, made of its other tables.

    Args:
        connection: Has the release attached as `release`.
        as_at: The date of its extract.
    """
    marts = "release.marts."
    return expected_rows(
        connection,
        as_at,
        triangles=f"{marts}{TRIANGLES}",
        figures=f"{marts}measure_results",
        measures=f"{marts}dim_measure",
        maturity=f"{marts}measure_maturity",
    )


def _series(row: dict[str, Any]) -> Series:
    return row["measure_id"], row["statistic"], row["population"]


def _divided(counts: Counts, multiplier: float) -> float | None:
    return multiplier * counts.numerator / counts.denominator if counts.denominator else None
