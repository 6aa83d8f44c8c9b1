"""A council in which no check finds anything, the defect that each check is to find, and what finds it.

Run as a script, it writes docs/checks.md.
"""

import csv
import math
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import yaml

from runner.assurance.counting import count, name_dates
from runner.assurance.definitions import FAMILIES, Check, load_checks
from runner.home import PROJECT
from runner.landing.contract import load_contract
from runner.simulator.check_defects import check_defects

DATA = Path(__file__).parent / "data"
PAGE = PROJECT / "docs/checks.md"
AS_AT, PREVIOUS = date(2024, 7, 31), date(2024, 7, 2)
TYPES = {"date": "timestamp", "integer": "bigint", "number": "double"}
MARTS = {
    "dim_month": ("month_end", "reporting_month date, month_end date"),
    "dim_measure": ("measure_id", "measure_id varchar, kind varchar, decimals integer, status varchar"),
    "measure_rows": (
        "unit_id",
        "measure_id varchar, reporting_month date, unit_id varchar, person_id varchar, team_id varchar,"
        " outcome varchar, counted_on date, met_on date, source_table varchar, source_id varchar",
    ),
    "measure_results": (
        "measure_id",
        "measure_id varchar, statistic varchar, reporting_month date, population varchar, numerator double,"
        " denominator double, value double, value_shown double",
    ),
    "measure_breakdowns": (
        "measure_id",
        "measure_id varchar, statistic varchar, reporting_month date, population varchar, numerator double,"
        " denominator double, value double, value_shown double, dimension varchar, member varchar",
    ),
}
"""Of each mart that a check reads: the column that names a row here, and its columns."""

NOT_PLANTED = {
    "care_leaver_twice": "landing rejects it: repeats an earlier row under another id",
}
"""Checks of the source whose defect no extract can bring in, and what landing does with it."""

HEAD = """# The checks

What a refresh holds against the finished build before it makes a release of it: {checks} checks, as
data in [checks/](../checks). Landing rejects rows or refuses an extract before that, and the build's
own tests guard what the build makes; no check is made twice. This page is made by
`python tests/python/check_defects.py` and verified by a test.

- **block**: one failed row stops the release: exit code 3, nothing published.
- **quarantine**: such a row cannot be trusted; published with a note, stopped above 2% of the rows where
  they are more than 20.
- **warn**: published with a note. **info**: only recorded.

A check that sees no rows fails, unless there may be none. A check that cannot run stops the release.

Each check has a seeded defect that it finds, in a council of six children in which no check finds
anything. *Sets off too* names the other checks that the same defect sets off: where there is none,
the check alone finds it.

`runner simulate --defects NAME` plants the same kind of defect, by rule, in the last extract of a simulated
council (`runner/simulator/check_defects.csv`): the name is the check's, and `all` plants all of them at once,
besides what landing rejects (`defects.csv`). The column *simulated* says what it does to which table; a test
lands a council with all of them and holds that each check reports its own and that landing rejects its own
and nothing else. Checks of facts and figures hold what we made against the source: no extract can bring in
what they find, so theirs is planted in the build alone.

"""


def checks() -> list[Check]:
    """The project's checks."""
    return load_checks(PROJECT)


def defects() -> dict[str, str]:
    """The defect that each check is to find, by the check's id."""
    with (DATA / "check_defects.csv").open(encoding="utf-8", newline="") as file:
        return {row["check"]: row["defect"] for row in csv.DictReader(file)}


def council() -> duckdb.DuckDBPyConnection:
    """The council in which no check finds anything, as the checks see an extract and a build."""
    connection = duckdb.connect()
    connection.execute("set threads = 1")
    name_dates(connection, AS_AT, PREVIOUS)
    connection.execute("create schema landed; create schema previous")
    connection.execute("attach ':memory:' as build; attach ':memory:' as release")
    connection.execute(
        "create schema build.intermediate; create schema build.seeds; create schema release.marts"
    )
    for table in load_contract().tables.values():
        columns = ", ".join(f"{column.name} {TYPES.get(column.type, 'varchar')}" for column in table.columns)
        for schema in ("landed", "previous"):
            connection.execute(f"create table {schema}.{table.name} ({columns})")
    for mart, (_, columns) in MARTS.items():
        connection.execute(f"create table release.marts.{mart} ({columns})")
    connection.execute("create table build.seeds.bank_holidays as select date '2024-05-06' as holiday_on")
    number_working_days(connection)
    for name, rows in yaml.safe_load((DATA / "check_base.yml").read_text()).items():
        for row in rows:
            marks = ", ".join("?" for _ in row)
            connection.execute(
                f"insert into {_relation(name)} ({', '.join(row)}) values ({marks})", list(row.values())
            )
    return connection


def number_working_days(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the calendar of a build, without holidays."""
    connection.execute(
        "create table build.intermediate.int_working_days as select cast(day as date) as day,"
        " sum(if(isodow(day) < 6, 1, 0)) over (order by day) as working_day_number"
        " from unnest(generate_series(date '2012-01-01', date '2025-12-31', interval 1 day)) as days(day)"
    )


def _relation(name: str) -> str:
    """The table that is meant by `ssd_person`, `previous.ssd_person` or `marts.measure_rows`."""
    if name.startswith("marts."):
        return f"release.{name}"
    return name if "." in name else f"landed.{name}"


def _key(name: str) -> str:
    """The column that names a table's row."""
    schema, _, table = name.rpartition(".")
    return MARTS[table][0] if schema == "marts" else load_contract().tables[table].key[0]


def statement(defect: str) -> tuple[str, str]:
    """The table that a defect changes, and the SQL that plants it.

    Args:
        defect: `set TABLE ROW: column=value; ...` changes a row, `copy` adds one like it.
    """
    what, _, values = defect.partition(": ")
    verb, name, row = what.split(" ")
    given = [part.partition("=") for part in values.split("; ")]
    relation, where = _relation(name), f"where cast({_key(name)} as varchar) = '{row}'"
    if verb == "set":
        return relation, f"update {relation} set {', '.join(f'{k}={v}' for k, _, v in given)} {where}"
    replaced = ", ".join(f"{value} as {column}" for column, _, value in given)
    return relation, f"insert into {relation} select * replace ({replaced}) from {relation} {where}"


def found(connection: duckdb.DuckDBPyConnection, listed: list[Check]) -> dict[str, Any]:
    """What each check says of the council: `found`, `nothing`, `no rows` or `not run`."""
    said = {}
    for check in listed:
        counted = count(connection, check)
        if counted.fault:
            said[check.id] = f"not run: {counted.fault}"
        elif counted.failed > math.floor(check.limit * counted.tested):
            said[check.id] = "found"
        else:
            said[check.id] = "nothing" if counted.tested or check.may_be_empty else "no rows"
    return said


def findings() -> dict[str, list[str]]:
    """The checks that each check's defect sets off, by the check that it was made for."""
    connection, listed = council(), checks()
    set_off = {}
    for check, defect in defects().items():
        relation, planted = statement(defect)
        connection.execute("begin")
        connection.execute(planted)
        touched = [other for other in listed if relation in other.source]
        set_off[check] = [name for name, said in found(connection, touched).items() if said == "found"]
        connection.execute("rollback")
    return set_off


def page(set_off: dict[str, list[str]]) -> str:
    """docs/checks.md.

    Args:
        set_off: The answer of `findings`.
    """
    listed = checks()
    lines = [HEAD.format(checks=len(listed))]
    planted = defects()
    for family in sorted({check.family for check in listed}):
        name, assertion = FAMILIES[family]
        lines += [
            f"## {family} {name}\n\nTests {assertion}.\n",
            "| check | severity | dimension | what it finds | DfE rules | seeded defect | sets off too"
            " | simulated |",
            "| --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for check in (check for check in listed if check.family == family):
            others = ", ".join(other for other in set_off[check.id] if other != check.id)
            lines.append(
                f"| {check.id} | {check.severity} | {check.dimension} | {check.title} | {check.dfe_rules}"
                f" | `{planted[check.id]}` | {others} | {_simulated(check)} |"
            )
        lines.append("")
    return "\n".join(lines)


def _simulated(check: Check) -> str:
    """What is planted for a check in a simulated extract, or why nothing is."""
    if check.suite == "facts":
        return "in the build alone"
    if check.id in NOT_PLANTED:
        return NOT_PLANTED[check.id]
    defect = check_defects()[check.id]
    noun = "" if not defect.rows.isdigit() else " row" if defect.rows == "1" else " rows"
    where = "of a kind in" if defect.rows.endswith("%") else "in"
    return f"{defect.verb} {defect.rows}{noun} {where} `{defect.table}`"


if __name__ == "__main__":
    PAGE.write_text(page(findings()), encoding="utf-8")
