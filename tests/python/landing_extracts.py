"""Small whole extracts, made from the contract, for tests of landing."""

import csv
from datetime import date, timedelta
from pathlib import Path

from runner.landing.contract import Column, Table, load_contract

AS_AT = date(2024, 7, 2)
ROWS = 120
FIRST_DAY = date(2023, 3, 1)

Rows = list[dict[str, str]]


def base_extract(rows: int = ROWS) -> dict[str, Rows]:
    """A sound extract: `rows` rows in every table, the n-th of each about the n-th person."""
    return {name: [_row(table, number) for number in range(rows)] for name, table in tables().items()}


def tables() -> dict[str, Table]:
    """The contract's tables."""
    return load_contract().tables


def _row(table: Table, number: int) -> dict[str, str]:
    return {column.name: _value(table, column, number) for column in table.columns}


def _value(table: Table, column: Column, number: int) -> str:
    if column.name == "pers_dob":
        return str(date(2008, 1, 1) + timedelta(days=number % 3000))
    if column.name in ("pers_expected_dob", "pers_death_date"):
        return ""
    if column.references:
        return f"{column.references[0][1]}-{number}"
    if column.codes:
        return next(code.code for code in column.codes.codes if not code.valid_to)
    match column.type:
        case "date":
            day = FIRST_DAY + timedelta(days=4 * (number % ROWS))
            return str(min(day + timedelta(days=3), AS_AT) if column.name == table.ended_on else day)
        case "integer" | "number":
            return "1"
        case "yes_no":
            return "Y"
        case "json":
            return '{"OUTCOME_NFA_FLAG": "N"}'
        case _:
            return f"{column.name}-{number}"[: column.max_length] if column.max_length > 20 else "x"


def write_extract(folder: Path, extract: dict[str, Rows], line_end: str = "\n") -> Path:
    """Writes an extract as CSV files, and returns its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in extract.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, tables()[name].names, lineterminator=line_end)
            writer.writeheader()
            writer.writerows(rows)
    return folder
