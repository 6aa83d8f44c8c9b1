"""Releases made of counts, to export: what a test says of a measure becomes its figures and breakdowns."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb
import pandas

from runner import ledger
from runner.disclosure.cells import read_cells
from runner.disclosure.modes import Mode
from runner.files import sha256_of
from runner.home import Home
from runner.months import Month
from runner.readers.release import Built, opened
from runner.releases.store import Release, point_to

MONTH = date(2024, 6, 1)
POPULATION = 146820

SCHEMA = """
    create schema marts;
    create table marts.dim_month as
    select cast(month as date) as reporting_month, last_day(month) as month_end, date '{as_at}' as as_at,
        null::date as state_as_at, null::bigint as financial_year_starting, true as is_on_scorecard
    from unnest(generate_series(date '{first}', date '{last}', interval 1 month)) as months(month);
    create table marts.dim_measure (measure_id varchar, version integer, section varchar, title varchar,
        statistics varchar, unit_counted varchar, denominator_rule varchar, numerator_rule varchar,
        month_rule varchar, kind varchar, better varchar, matures_after_days integer, decimals integer,
        status varchar);
    create table marts.dim_population (measure_id varchar, population varchar, statistics varchar,
        share_of varchar, is_in_all boolean, meaning varchar);
    create table marts.dim_team as
    select * from (values ('T1', '=North', 'A service'), ('T2', 'South', 'A service'), ('T3', 'West', null))
        as teams (team_id, team_name, parent_team_name);
    create table marts.measure_rows (measure_id varchar, reporting_month date, person_id varchar,
        outcome varchar, weight double, amount double, populations varchar[]);
    create table marts.measure_results (measure_id varchar, statistic varchar, reporting_month date,
        population varchar, numerator double, denominator double, value double, value_shown double,
        status varchar, definition_version integer);
    create table marts.measure_breakdowns (measure_id varchar, statistic varchar, reporting_month date,
        population varchar, dimension varchar, member varchar, numerator double, denominator double,
        value double, value_shown double, status varchar, definition_version integer);
"""


@dataclass(frozen=True)
class Cell:
    """A count of a measure: how many count, and out of how many where it is a share."""

    measure: str
    yes: float
    of: float | None = None
    month: date = MONTH
    population: str = "all"
    dimension: str = "all"
    member: str = "all"
    statistic: str | None = None
    amount: float | None = None


def broken_down(
    total: Cell, dimension: str, *members: tuple[str, float] | tuple[str, float, float]
) -> list[Cell]:
    """A total and its members, which make it."""
    return [
        replace(total, dimension=dimension, member=name, yes=yes, of=of[0] if of else None)
        for name, yes, *of in members
    ]


def revised_to_a_small_count() -> list[tuple[float, list[tuple[str, float]]]]:
    """Three editions of a total and its members: the last has a small one that earlier figures give away."""
    return [
        (60, [("female", 20), ("male", 40)]),
        (63, [("female", 23), ("male", 40)]),
        (63, [("female", 20), ("male", 40), ("not recorded", 3)]),
    ]


def _rows(cell: Cell) -> list[tuple]:
    """The figures of a cell: a count and a rate, or a percentage, or what it asks for."""
    if cell.statistic == "mean":
        value = cell.amount / cell.of if cell.of else None
        return [("mean", cell.amount, cell.of, value)]
    if cell.statistic in ("sum", "median"):
        return [(cell.statistic, cell.amount, None, cell.amount)]
    if cell.of is None:
        return [
            ("count", cell.yes, None, cell.yes),
            ("rate", cell.yes, POPULATION, cell.yes * 120_000 / POPULATION),
        ]
    return [("percent", cell.yes, cell.of, 100 * cell.yes / cell.of if cell.of else None)]


def write_release(
    home: Home,
    cells: Iterable[Cell],
    name: str = "2024-06-r1",
    populations: Iterable[tuple] = (),
    units: Iterable[tuple] = (),
    first: str = "2024-03-01",
    last: str = "2024-06-01",
) -> Release:
    """Writes a release of some cells and publishes it.

    Args:
        home: Where.
        cells: Its counts.
        name: Its name.
        populations: Rows of dim_population: measure, population, share_of, is_in_all.
        units: Rows of measure_rows that weigh more than one: measure, weight, amount, populations.
        first: The first month it reports.
        last: The last month.
    """
    folder = home.releases / name
    folder.mkdir(parents=True)
    statistics = defaultdict(set)
    results, breakdowns = [], []
    for cell in cells:
        for statistic, numerator, denominator, value in _rows(cell):
            statistics[cell.measure].add(statistic)
            place = (cell.measure, statistic, cell.month, cell.population)
            shown = None if value is None else round(value, 1)
            status = "provisional" if cell.month == MONTH else "final"
            figure = (numerator, denominator, value, shown, status, 1)
            if cell.dimension == "all":
                results.append((*place, *figure))
            else:
                breakdowns.append((*place, cell.dimension, cell.member, *figure))
    file = folder / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as release; use release")
        connection.execute(SCHEMA.format(as_at="2024-07-02", first=first, last=last))
        for measure, kinds in statistics.items():
            connection.execute(
                "insert into marts.dim_measure values (?, 1, 'activity', ?, ?, 'child', null, 'every one',"
                " 'day', 'flow', 'neither', 0, 0, 'live')",
                [measure, f"All the {measure}", "; ".join(sorted(kinds))],
            )
        for table, rows in (("measure_results", results), ("measure_breakdowns", breakdowns)):
            if rows:
                rows = pandas.DataFrame(rows)
                connection.execute(f"insert into marts.{table} from rows")
        for measure, population, share_of, is_in_all in populations:
            connection.execute(
                "insert into marts.dim_population values (?, ?, null, ?, ?, 'a group')",
                [measure, population, share_of, is_in_all],
            )
        for measure, weight, amount, groups in units:
            connection.execute(
                "insert into marts.measure_rows values (?, ?, 'P-4471-B', 'yes', ?, ?, ?)",
                [measure, MONTH, weight, amount, groups],
            )
        connection.execute("use memory; detach release")
    run = {
        "as_at": "2024-07-02",
        "built_at": "2024-07-02T09:00:00+00:00",
        "run_id": name,
        "sha256": sha256_of(file),
        "simulated": True,
    }
    (folder / "run.json").write_text(json.dumps(run))
    month, number = name.rsplit("-r", 1)
    release = Release(Month.parse(month), int(number), folder)
    ledger.record(home, "published", release=name)
    point_to(home, release)
    return release


def cells_of(release: Release, mode: Mode = Mode.PUBLIC):
    """A release's cells, as they are decided on."""
    with opened(Built(release.name, release.file)) as connection:
        return read_cells(connection, mode)


def read_rows(folder: Path) -> list[dict[str, str]]:
    """All rows of an export's tidy CSV files."""
    import csv

    rows = []
    for table in ("figures", "breakdowns"):
        with (folder / "tidy" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            rows += list(csv.DictReader(file))
    return rows
