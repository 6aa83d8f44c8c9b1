"""Where the source row of a unit stands in what was landed."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.home import PROJECT, Home
from runner.landing.contract import load_contract
from runner.landing.store import landed_dates
from runner.months import Month
from runner.readers.release import extract_date, rows

if TYPE_CHECKING:
    import duckdb

SOURCES = PROJECT / "models" / "staging" / "sources.yml"
EXAMPLE = PROJECT / "example" / "landing"


def add_source_rows(
    connection: "duckdb.DuckDBPyConnection", home: Home, month: Month, units: list[dict[str, Any]]
) -> None:
    """Adds to each unit the extract and the line of the source row that proves it.

    The row stands in the extract that the release was built from. Of a table that holds only the latest state
    it stands in the extract that the month's state was read from, or, where it is no longer in that one, in
    the newest before it that holds it. Extract and line are None where the row is not landed here.

    Args:
        connection: As given by `runner.readers.release.opened`.
        home: The folder in which the extracts were landed.
        month: The month that the units belong to.
        units: Rows of measure_rows, with source_table and source_id.
    """
    built_from = rows(
        connection,
        "select as_at, state_as_at from release.marts.dim_month where reporting_month = ?",
        [month.first_day],
    )[0]
    landing = landed_folder(connection, home).parent
    latest_states = latest_state_tables()
    for unit in units:
        unit["source_extract"] = unit["source_line"] = None
    for table in {unit["source_table"] for unit in units}:
        of_table = [unit for unit in units if unit["source_table"] == table]
        extracts = [built_from["as_at"]]
        if table in latest_states and built_from["state_as_at"]:
            extracts = [day for day in landed_dates(landing) if day <= built_from["state_as_at"]]
        for extract in reversed(extracts):
            missing = [unit for unit in of_table if unit["source_line"] is None]
            file = landing / f"{extract}" / f"{table}.parquet"
            if missing and file.is_file():
                _find(connection, file, extract, month, missing)


def landed_folder(connection: "duckdb.DuckDBPyConnection", home: Home) -> Path:
    """The folder of the extract that an opened release was built from; the example's where it is not landed.

    Args:
        connection: As given by `runner.readers.release.opened`.
        home: The folder in which the extracts were landed.
    """
    as_at = str(extract_date(connection))
    landing = home.landing if (home.landing / as_at).is_dir() else EXAMPLE
    return landing / as_at


def _find(
    connection: "duckdb.DuckDBPyConnection",
    file: Path,
    extract: date,
    month: Month,
    units: list[dict[str, Any]],
) -> None:
    """Adds the extract and the line to the units whose source row is in a landed file."""
    key, *more = load_contract().tables[units[0]["source_table"]].key
    # A table that is keyed by id and month has its row of the unit's month.
    of_month = "".join(f" and date_trunc('month', \"{column}\") = $month" for column in more)
    found = connection.execute(
        f'select "{key}", source_line from read_parquet($file)'
        f' where "{key}" in (select unnest($ids)){of_month}',
        {
            "file": str(file),
            "ids": [unit["source_id"] for unit in units],
            **({"month": month.first_day} if more else {}),
        },
    ).fetchall()
    lines = dict(found)
    for unit in units:
        if unit["source_id"] in lines:
            unit["source_extract"] = extract
            unit["source_line"] = lines[unit["source_id"]]


def latest_state_tables() -> set[str]:
    """The source tables that are read from every landed extract, because each holds only the latest state."""
    import yaml

    sources = yaml.safe_load(SOURCES.read_text(encoding="utf-8"))["sources"]
    return {
        table["name"]
        for source in sources
        for table in source["tables"]
        if table.get("config", {}).get("meta", {}).get("every_extract")
    }
