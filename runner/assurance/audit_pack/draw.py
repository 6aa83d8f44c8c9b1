"""Drawing the samples of a release: from the report to its source rows, and from source rows to the report.

Every source row has a number of its own, made by SHA-256 from the run's id and the row's: the rows with the
smallest numbers are drawn. So the same release gives the same samples anywhere, nobody chooses, and a row
that is drawn for one measure is drawn for the others that count it too: fewer rows to look up.
"""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from runner.assurance.audit_pack.sampling import shares_of, size_to_test
from runner.home import Home
from runner.landing.contract import load_contract
from runner.landing.values import quoted
from runner.months import Month
from runner.readers.release import rows
from runner.readers.source_rows import add_source_rows, landed_folder, latest_state_tables
from runner.readers.text import quantity
from runner.readers.units import UNITS

if TYPE_CHECKING:
    import duckdb

REPORT_TO_SOURCE = "report to source"
SOURCE_TO_REPORT = "source to report"

NO_TEAM = "no team"

COUNTED = f"""
    select
        measure_id,
        source_table,
        source_id,
        min(person_id) as person_id,
        coalesce(min(team_id), '{NO_TEAM}') as stratum,
        sha256($seed || '|' || source_table || '|' || source_id) as number,
        list(
            struct_pack(outcome, reason, weight, amount, counted_on, due_on, met_on, team_id)
            order by unit_id
        ) as units
    from ({UNITS})
    where
        outcome <> 'excluded'
        and source_id is not null
        and (len($measures) = 0 or list_contains($measures, measure_id))
    group by measure_id, source_table, source_id
    order by measure_id, stratum, number
"""

IN_REPORT = f"""
    select
        source_table,
        source_id,
        list(measure_id || ': ' || outcome || ', ' || reason order by measure_id, unit_id) as places
    from ({UNITS})
    group by source_table, source_id
"""

SOURCE_TABLES = "select distinct source_table from release.marts.measure_rows order by source_table"

STATE_AS_AT = "select state_as_at from release.marts.dim_month where reporting_month = ?"


@dataclass(frozen=True)
class Population:
    """What a conclusion is about.

    Attributes:
        name: A measure, or a source table.
        items: How many source rows it has.
        drawn: How many of them are in the sample.
    """

    name: str
    items: int
    drawn: int


@dataclass(frozen=True)
class Item:
    """A source row to look up.

    Attributes:
        source_table: The table it is in.
        source_id: Its id there.
        person_id: Whom it is about, if anybody.
        team: The team that the report counts it under, or what part of its table it was drawn from.
        extract: The date of the extract it was landed with; blank where it is not landed here.
        source_line: Its line in that extract's file.
        fields: What to compare: field, value, and the populations whose conclusion rests on it.
    """

    source_table: str
    source_id: str
    person_id: str
    team: str
    extract: str
    source_line: str
    fields: tuple[tuple[str, str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Sample:
    """One direction's populations and the items drawn from them."""

    direction: str
    populations: tuple[Population, ...]
    items: tuple[Item, ...]


def draw_from_report(
    connection: "duckdb.DuckDBPyConnection",
    home: Home,
    month: Month,
    seed: str,
    tolerance: Fraction,
    measures: list[str],
) -> Sample:
    """Draws source rows behind each measure's figures of a month, in proportion by team.

    Args:
        connection: As given by `runner.readers.release.opened`.
        home: The folder in which the extracts were landed.
        month: The reporting month.
        seed: The run's id.
        tolerance: The share of rows that may be wrong.
        measures: Only these; all where it is empty.
    """
    asked = {"month": month.first_day, "seed": seed, "measures": measures}
    by_measure: dict[str, list[dict[str, Any]]] = {}
    for row in rows(connection, COUNTED, asked):
        by_measure.setdefault(row["measure_id"], []).append(row)
    populations, drawn = [], []
    for measure_id, counted in by_measure.items():
        chosen = _choose(counted, tolerance)
        populations.append(Population(measure_id, len(counted), len(chosen)))
        drawn += chosen
    add_source_rows(connection, home, month, drawn)
    by_row: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in sorted(drawn, key=lambda row: (row["source_table"], row["number"], row["measure_id"])):
        by_row.setdefault((row["source_table"], row["source_id"]), []).append(row)
    items = (_item(of_row, _report_fields(of_row)) for of_row in by_row.values())
    return Sample(REPORT_TO_SOURCE, tuple(populations), tuple(items))


def _choose(counted: list[dict[str, Any]], tolerance: Fraction) -> list[dict[str, Any]]:
    """The rows with the smallest numbers in each stratum, so many as the population's size asks for."""
    left = shares_of(Counter(row["stratum"] for row in counted), size_to_test(len(counted), tolerance))
    chosen = []
    for row in counted:
        if left[row["stratum"]]:
            left[row["stratum"]] -= 1
            chosen.append(row)
    return chosen


def _item(of_row: list[dict[str, Any]], fields: tuple[tuple[str, str, tuple[str, ...]], ...]) -> Item:
    first = of_row[0]
    return Item(
        source_table=first["source_table"],
        source_id=first["source_id"],
        person_id=first["person_id"] or "",
        team=first["stratum"],
        extract=str(first["source_extract"] or ""),
        source_line=str(first["source_line"] or ""),
        fields=fields,
    )


def _report_fields(of_row: list[dict[str, Any]]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The critical fields of a source row: what the report says of it, each value once with its measures."""
    said: dict[tuple[str, str], list[str]] = {}
    for row in of_row:
        pairs = [("the record is there, about this person", row["person_id"] or row["source_id"])]
        for unit in row["units"]:
            pairs.append(("date that puts it in the month", str(unit["counted_on"])))
            if unit["due_on"] or unit["met_on"]:
                pairs.append(("date by which it was due", str(unit["due_on"] or "none")))
                pairs.append(("date on which it was done", str(unit["met_on"] or "not done")))
            pairs.append(("team", unit["team_id"] or NO_TEAM))
            pairs.append((f"outcome: {row['measure_id']}", _outcome(unit)))
        for pair in dict.fromkeys(pairs):
            said.setdefault(pair, []).append(row["measure_id"])
    return tuple((field, value, tuple(measures)) for (field, value), measures in said.items())


def _outcome(unit: dict[str, Any]) -> str:
    """A unit's outcome with its reason, what it weighs where that is not 1, and what it adds to a sum."""
    said = f"{unit['outcome']}, {unit['reason']}"
    if unit["weight"] != 1:
        said += f", weight {quantity(unit['weight'])}"
    return said if unit["amount"] is None else f"{said}, amount {quantity(unit['amount'])}"


def draw_from_source(
    connection: "duckdb.DuckDBPyConnection", home: Home, month: Month, seed: str, tolerance: Fraction
) -> Sample:
    """Draws landed rows that touch a month from every event table, by whether they began, ended or were open.

    A row touches the month when it began or ended in it or was open at its end; of a table that holds only
    the latest state, every row does. It is looked for in the month's figures by its id.

    Args:
        connection: As given by `runner.readers.release.opened`.
        home: The folder in which the extracts were landed.
        month: The reporting month.
        seed: The run's id.
        tolerance: The share of rows that may be wrong.
    """
    landed = landed_folder(connection, home)
    state = rows(connection, STATE_AS_AT, [month.first_day])[0]["state_as_at"] or landed.name
    connection.execute(f"create temp table in_report as {IN_REPORT}", {"month": month.first_day})
    populations, items = [], []
    for named in rows(connection, SOURCE_TABLES):
        table = named["source_table"]
        folder = landed.parent / f"{state}" if table in latest_state_tables() else landed
        file = folder / f"{table}.parquet"
        frame = _frame(table, month) if file.is_file() else None
        if frame is None:
            continue
        found = rows(connection, frame.format(file=quoted(str(file))), {"seed": seed})
        if not found:
            continue
        chosen = _choose(found, tolerance)
        populations.append(Population(table, len(found), len(chosen)))
        items += [
            _item([{**row, "source_extract": folder.name}], _source_fields(row, table))
            for row in sorted(chosen, key=lambda row: row["number"])
        ]
    return Sample(SOURCE_TO_REPORT, tuple(populations), tuple(items))


def _frame(table: str, month: Month) -> str | None:
    """The query of a landed table's rows that touch a month; none where the table has no date."""
    contract = load_contract().tables[table]
    started, ended, person = contract.started_on, contract.ended_on, contract.person
    if not started:
        return None
    first, last = f"date '{month.first_day}'", f"date '{month.last_day}'"
    start = f'cast(landed."{started}" as date)'
    end = f'cast(landed."{ended}" as date)' if ended else "cast(null as date)"
    began, done = f"{start} between {first} and {last}", f"coalesce({end} between {first} and {last}, false)"
    touches = f"{began} or {done}"
    if table in latest_state_tables():
        touches = "true"
    elif ended:
        touches = f"{touches} or ({start} < {first} and coalesce({end} > {last}, true))"
    about = f'landed."{person}"' if person else "cast(null as varchar)"
    key = f'landed."{contract.key[0]}"'
    return f"""
        select
            '{table}' as source_table,
            {key} as source_id,
            {about} as person_id,
            landed.source_line,
            {start} as began_on,
            {end} as ended_on,
            case when {began} then 'began' when {done} then 'ended' else 'open' end as stratum,
            sha256($seed || '|{table}|' || {key}) as number,
            in_report.places
        from read_parquet({{file}}) as landed
        left join in_report on in_report.source_table = '{table}' and in_report.source_id = {key}
        where {touches}
        order by stratum, number, landed.source_line
    """


def _source_fields(row: dict[str, Any], table: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The critical fields of a landed row: that it is true to the record, and where the report has it."""
    contract = load_contract().tables[table]
    fields = [("the record is there, about this person", row["person_id"] or row["source_id"])]
    fields.append((contract.started_on, str(row["began_on"] or "none")))
    if contract.ended_on:
        fields.append((contract.ended_on, str(row["ended_on"] or "none")))
    fields.append(("where the month's report has it", "; ".join(row["places"] or ["in no figure"])))
    return tuple((field, value, (table,)) for field, value in fields)
