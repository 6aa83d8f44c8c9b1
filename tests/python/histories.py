"""Figures as they were published, release by release: the columns of measure_vintages, without releases."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta

import duckdb

from runner import ledger
from runner.files import sha256_of
from runner.home import Home
from runner.months import Month
from runner.revisions.expected import expected_rows
from runner.revisions.maturity import COLUMNS, measured_query
from runner.revisions.triangles import triangles_query

FIRST = Month(2023, 1)

Vintage = tuple[str, str, date, str, str, date, float | None, float | None, float | None, int]
"""Measure, statistic, month, population, release, as-at date, numerator, denominator, value, version."""

SCHEMA = """
    create table vintages (
        measure_id varchar, statistic varchar, reporting_month date, population varchar, release varchar,
        as_at date, numerator double, denominator double, value double, definition_version integer
    )
"""


def month_of(number: int) -> Month:
    """The month so many after the first one."""
    year, month = divmod(FIRST.number - 1 + number, 12)
    return Month(FIRST.year + year, month + 1)


def extract_of(number: int, day: int = 3) -> date:
    """The date on which a month's extract is taken: so many days after its end."""
    return month_of(number).last_day + timedelta(days=day)


def published_monthly(
    developments: Sequence[Sequence[float]],
    releases: int,
    measure: str = "enquiries",
    statistic: str = "count",
    denominators: Sequence[Sequence[float]] | None = None,
) -> Iterator[Vintage]:
    """What a council published that releases every month.

    Args:
        developments: Each month's count by months after; the last one stays.
        releases: How many months were released.
        measure: The measure's id.
        statistic: `count`, or `percent` with `denominators`.
        denominators: Each month's denominator by months after.
    """
    for release in range(releases):
        for number in range(min(release + 1, len(developments))):
            age = release - number
            count = developments[number][min(age, len(developments[number]) - 1)]
            base = denominators[number][min(age, len(denominators[number]) - 1)] if denominators else None
            yield (
                measure,
                statistic,
                month_of(number).first_day,
                "all",
                f"{month_of(release)}-r1",
                extract_of(release),
                count,
                base,
                100 * count / base if base else count if base is None else None,
                1,
            )


@contextmanager
def holding(vintages: Iterable[Vintage]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose table `vintages` holds these."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(SCHEMA)
        rows = list(vintages)
        marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"] * len(rows))
        connection.execute(f"insert into vintages values {marks}", [cell for row in rows for cell in row])
        yield connection


def triangles(vintages: Iterable[Vintage], release: str, as_at: date) -> list[tuple]:
    """The triangles of a release: month, months after, release, numerator, denominator."""
    with holding(vintages) as connection:
        return connection.execute(
            "select reporting_month, months_after, release, numerator, denominator"
            f" from ({triangles_query('vintages')})",
            {"release": release, "as_at": as_at},
        ).fetchall()


def maturity(vintages: Iterable[Vintage], as_at: date) -> dict[str, dict]:
    """What is measured, by measure."""
    with holding(vintages) as connection:
        found = connection.execute(measured_query("vintages"), {"as_at": as_at}).fetchall()
        return {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in found}


def publish(home: Home, vintages: Iterable[Vintage]) -> None:
    """Makes a published release of each release's figures: a file of figures, and what a run says of it."""
    by_release: dict[str, list[Vintage]] = {}
    for row in vintages:
        by_release.setdefault(row[4], []).append(row)
    for name, rows in by_release.items():
        folder = home.releases / name
        folder.mkdir(parents=True)
        with duckdb.connect(folder / "figures.duckdb") as connection:
            connection.execute("create schema marts")
            connection.execute(SCHEMA.replace("create table vintages", "create table marts.measure_results"))
            connection.execute("alter table marts.measure_results add column status varchar")
            marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'final')"] * len(rows))
            cells = [cell for row in rows for cell in row]
            connection.execute(f"insert into marts.measure_results values {marks}", cells)
        file = (folder / "figures.duckdb").rename(folder / "marts.duckdb")
        run = {
            "month": name[:7],
            "as_at": str(rows[0][5]),
            "run_id": name,
            "sha256": sha256_of(file),
            "rows": {},
            **dict.fromkeys(("inputs_hash", "code_hash", "logical_hash", "built_at"), name),
        }
        (folder / "run.json").write_text(json.dumps(run))
        ledger.record(home, "published", release=name)


def expectations(vintages: Iterable[Vintage], release: str, as_at: date, days: int) -> list[tuple]:
    """What is expected of a release's figures where all are final after so many days."""
    with holding(vintages) as connection:
        asked = {"release": release, "as_at": as_at}
        connection.execute(f"create table triangles as {triangles_query('vintages')}", asked)
        connection.execute(
            "create table figures as select * exclude (as_at),"
            " if(as_at >= last_day(reporting_month) + cast($days as integer), 'final', 'provisional')"
            " as status from vintages where release = $release",
            {"release": release, "days": days},
        )
        connection.execute(
            "create table measures as"
            " select distinct measure_id, 'flow' as kind, cast(? as integer) as final_after_days"
            " from vintages",
            [days],
        )
        return expected_rows(connection, as_at, "triangles", "figures", "measures", "measures")
