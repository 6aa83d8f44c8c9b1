"""What a release says of the maturity of its figures, and of what provisional ones are expected to be."""

from typing import TYPE_CHECKING, Any

from runner.errors import RunnerError
from runner.home import Home
from runner.months import Month
from runner.readers.release import find_built, opened, rows
from runner.readers.text import decimals_shown, figure, number

if TYPE_CHECKING:
    import duckdb

MATURITY, EXPECTED = "measure_maturity", "measure_expected"

HELD = """
    select table_name from duckdb_tables()
    where database_name = 'release' and schema_name = 'marts' and table_name = ?
"""


def maturities(connection: "duckdb.DuckDBPyConnection") -> dict[str, dict[str, Any]]:
    """Each measure's row of measure_maturity; none in a release of earlier code.

    Args:
        connection: As given by `runner.readers.release.opened`.
    """
    if not _holds(connection, MATURITY):
        return {}
    found = rows(connection, f"from release.marts.{MATURITY}")
    return {row.pop("measure_id"): row for row in found}


def expectations(
    connection: "duckdb.DuckDBPyConnection", month: Month
) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The month's rows of measure_expected by measure, statistic and population.

    None in a release of earlier code, and in what `dbt build` made by itself.
    """
    if not _holds(connection, EXPECTED):
        return {}
    asked = f"select * exclude (reporting_month) from release.marts.{EXPECTED} where reporting_month = ?"
    return {
        (row.pop("measure_id"), row.pop("statistic"), row.pop("population")): row
        for row in rows(connection, asked, [month.first_day])
    }


def with_maturity(home: Home, measures: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Measures of the register, each with its `maturity` in the published release, or else the newest build.

    It is None where nothing is built, or nothing that can be opened.

    Args:
        home: The folder that keeps the releases.
        measures: As given by `runner.readers.register.register`.
    """
    try:
        with opened(find_built(home)) as connection:
            known = maturities(connection)
    except RunnerError:
        known = {}
    return [{**measure, "maturity": known.get(measure["measure_id"])} for measure in measures]


def final_after_in_words(maturity: dict[str, Any]) -> str:
    """When figures are final, and what says so: `30 days (measured on 16 months)`.

    Args:
        maturity: A row of measure_maturity.
    """
    says = "by the register"
    if maturity["basis"] == "measured":
        says = f"measured on {maturity['origin_months']} months"
    return f"{maturity['final_after_days']} days ({says})"


def revision_in_words(maturity: dict[str, Any], decimals: int) -> str:
    """The usual size of later revisions: `18.3 points, one month in ten above 21.6`, or that it is not known.

    Args:
        maturity: A row of measure_maturity.
        decimals: The register's decimals.
    """
    if maturity["median_revision"] is None:
        return "not known yet"
    is_share = maturity["statistic"] in ("percent", "ratio")
    decimals = 1 if is_share else decimals_shown(maturity["statistic"], decimals)
    usual, large = (number(maturity[column], decimals) for column in ("median_revision", "p90_revision"))
    return f"{usual}{' points' if is_share else ''}, one month in ten above {large}"


def expected_in_words(expected: dict[str, Any], statistic: str, decimals: int) -> str:
    """What a figure is expected to be when final: `29% (26% to 34%)`.

    Args:
        expected: A row of measure_expected.
        statistic: The figure's statistic.
        decimals: The register's decimals.
    """
    shown, lower, upper = (
        number(expected[column], decimals_shown(statistic, decimals))
        if statistic == "count"
        else figure(statistic, expected[column], decimals)
        for column in ("expected_value", "range_lower", "range_upper")
    )
    return f"{shown} ({lower} to {upper})"


def _holds(connection: "duckdb.DuckDBPyConnection", table: str) -> bool:
    return bool(connection.execute(HELD, [table]).fetchall())
