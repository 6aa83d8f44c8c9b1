"""Two releases of a few rows, to compare: the marts' columns, and figures added up without SQL."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median

import duckdb

from runner.files import sha256_of
from runner.home import Home

MONTHS = (date(2024, 4, 1), date(2024, 5, 1), date(2024, 6, 1))
MULTIPLIERS = {"percent": 100, "ratio": 100, "rate": 10_000}
STATISTICS = ("count", "percent", "rate", "mean", "ratio", "sum", "median")
GROUPS = {
    "young": (None, True),
    "part": ("all", True),
    "elsewhere": (None, False),
    "financial year to date": (None, True),
}
"""The named groups: what each is a share of, and whether its units are in `all`."""

SCHEMA = """
    create schema {side}.marts;
    create table {side}.marts.measure_rows (
        measure_id varchar, reporting_month date, unit_id varchar, person_id varchar, team_id varchar,
        outcome varchar, reason varchar, weight double, amount double, populations varchar[], counted_on date,
        due_on date, met_on date, source_table varchar, source_id varchar
    );
    create table {side}.marts.measure_results (
        measure_id varchar, statistic varchar, reporting_month date, population varchar, numerator double,
        denominator double, value double, definition_version integer
    );
    create table {side}.marts.dim_measure (
        measure_id varchar, title varchar, kind varchar, decimals integer, version integer, status varchar
    );
    create table {side}.marts.dim_population (
        measure_id varchar, population varchar, share_of varchar, is_in_all boolean
    );
    create table {side}.marts.dim_month (reporting_month date, as_at date, state_as_at date);
    create table {side}.marts.dim_person (person_id varchar);
    create table {side}.marts.dim_team (team_id varchar, team_name varchar);
"""


@dataclass(frozen=True)
class Unit:
    """A row of measure_rows, as the tests write it."""

    unit_id: str = "U1"
    month: date = date(2024, 6, 1)
    outcome: str = "yes"
    person_id: str | None = "P1"
    team_id: str | None = "T1"
    weight: float = 1.0
    amount: float | None = None
    populations: tuple[str, ...] = ()
    counted_on: date = date(2024, 6, 3)
    due_on: date | None = None
    met_on: date | None = None
    source_id: str = "S1"


@dataclass(frozen=True)
class Side:
    """A release: the units of its one measure, and what else decides its figures."""

    units: tuple[Unit, ...] = ()
    version: int = 1
    children: int = 1000
    kind: str = "flow"
    status: str = "live"
    as_at: date = date(2024, 7, 2)
    people: tuple[str, ...] | None = None
    statistics: tuple[str, ...] = STATISTICS
    months: tuple[date, ...] = MONTHS
    wrong: dict[tuple[str, str], float] = field(default_factory=dict)
    """Figures (statistic, population) of June that the units do not add up to."""

    def with_units(self, *units: Unit) -> "Side":
        """The same release with other units."""
        return replace(self, units=units)


def is_counted(unit: Unit, population: str) -> bool:
    """Whether a unit is in a population."""
    if unit.outcome == "excluded":
        return False
    if population == "all":
        return "elsewhere" not in unit.populations
    return population == "financial year to date" or population in unit.populations


def figures(side: Side) -> Iterator[tuple]:
    """Every figure of a release, added up from its units: statistic, month, population, counts and value."""
    for month in side.months:
        for population in ("all", *GROUPS):
            first = MONTHS[0] if population == "financial year to date" else month
            share_of = GROUPS[population][0] if population in GROUPS else None
            of_month = [unit for unit in side.units if first <= unit.month <= month]
            own = [unit for unit in of_month if is_counted(unit, population)]
            base = [unit for unit in of_month if is_counted(unit, share_of or population)]
            yes = sum(unit.weight for unit in own if share_of or unit.outcome == "yes")
            amounts = [unit.amount for unit in base if unit.amount is not None]
            weight = sum(unit.weight for unit in base)
            decided = sum(unit.weight for unit in base if unit.outcome != "pending")
            amount = sum(amounts) if amounts else None
            counts = {
                "count": (yes, None),
                "percent": (yes, weight),
                "rate": (yes, side.children),
                "mean": (amount, decided),
                "ratio": (amount, weight),
                "sum": (amount or 0, None),
                "median": (median(amounts) if amounts else None, None),
            }
            for statistic in side.statistics:
                numerator, denominator = counts[statistic]
                if month == MONTHS[-1]:
                    numerator = side.wrong.get((statistic, population), numerator)
                value = numerator
                if denominator is not None:
                    has_value = numerator is not None and denominator
                    value = MULTIPLIERS.get(statistic, 1) * numerator / denominator if has_value else None
                yield statistic, month, population, numerator, denominator, value


@contextmanager
def attached(before: Side, after: Side) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with both releases attached, as `before` and `after`."""
    with duckdb.connect() as connection:
        for name, side in (("before", before), ("after", after)):
            connection.execute(f"attach ':memory:' as {name}")
            connection.execute(SCHEMA.format(side=name))
            write(connection, name, side)
        yield connection


def write(connection: duckdb.DuckDBPyConnection, name: str, side: Side) -> None:
    """Writes a release into an attached catalogue."""
    rows = [
        (
            "enquiries",
            unit.month,
            unit.unit_id,
            unit.person_id,
            unit.team_id,
            unit.outcome,
            "as recorded",
            unit.weight,
            unit.amount,
            list(unit.populations),
            unit.counted_on,
            unit.due_on,
            unit.met_on,
            "ssd_s47_enquiry",
            unit.source_id,
        )
        for unit in side.units
    ]
    people = side.people or {unit.person_id for unit in side.units if unit.person_id}
    tables = {
        "measure_rows": rows,
        "measure_results": [("enquiries", *figure, side.version) for figure in figures(side)],
        "dim_measure": [("enquiries", "Enquiries", side.kind, 0, side.version, side.status)],
        "dim_population": [("enquiries", name, *facts) for name, facts in GROUPS.items()],
        "dim_month": [(month, side.as_at, None) for month in side.months],
        "dim_person": [(person,) for person in people],
        "dim_team": [("T1", "Team one"), ("T2", "Team two")],
    }
    for table, values in tables.items():
        if values:
            marks = ", ".join("(" + ", ".join("?" for _ in row) + ")" for row in values)
            flat = [cell for row in values for cell in row]
            connection.execute(f"insert into {name}.marts.{table} values {marks}", flat)


def make_release(home: Home, name: str, side: Side, inputs: str) -> None:
    """Makes a release of a home, as a refresh would leave it.

    Args:
        home: The folder of releases/.
        name: The release.
        side: What is in it.
        inputs: The hash of the extracts that it says it was built from.
    """
    folder = home.releases / name
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'marts.duckdb'}' as release")
        connection.execute(SCHEMA.format(side="release"))
        write(connection, "release", side)
    run = {
        "as_at": str(side.as_at),
        "inputs_hash": inputs,
        "built_at": name,
        "sha256": sha256_of(folder / "marts.duckdb"),
    }
    (folder / "run.json").write_text(json.dumps(run))
