"""What the case system itself counted: control.csv."""

import csv
from datetime import date
from pathlib import Path

from runner.landing.checks import Account
from runner.landing.contract import Contract
from runner.landing.faults import refused
from runner.landing.sources import shown

COLUMNS = {"table", "rows"}
OPTIONAL = {"min_date", "max_date"}


def read_control(path: Path, contract: Contract) -> dict[str, dict[str, str]]:
    """Reads control.csv: `table,rows`, and optionally `min_date,max_date` of each table's main date."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            header = set(reader.fieldnames or ())
            if not COLUMNS <= header <= COLUMNS | OPTIONAL:
                raise _unreadable("line 1: the columns are not table, rows (and min_date, max_date)")
            control = {}
            for row in reader:
                line = f"line {reader.line_num}"
                table = row["table"] or ""
                if table not in contract.tables:
                    raise _unreadable(f"{line}: {shown(table)!r} is no table of the contract")
                if table in control:
                    raise _unreadable(f"{line}: {table} is there twice")
                if not (row["rows"] or "").strip().isdecimal():
                    raise _unreadable(f"{line}: the number of rows of {table} is not a whole number")
                for name in OPTIONAL & header:
                    if row[name]:
                        date.fromisoformat(row[name])
                control[table] = row
            return control
    except UnicodeDecodeError:
        raise _unreadable("line 1: the file is not UTF-8") from None
    except (csv.Error, ValueError):
        raise _unreadable(
            f"line {reader.line_num}: it is not a row of a table, a count and ISO dates"
        ) from None


def _unreadable(what: str) -> Exception:
    return refused(
        f"control.csv, {what}.",
        "Write control.csv again: one line of `table,rows` for each table, or leave it out.",
    )


def check_rows(control: dict[str, dict[str, str]], table: str, rows: int) -> None:
    """Refuses a file that does not hold the number of rows which the case system counted."""
    if table in control and int(control[table]["rows"]) != rows:
        raise refused(
            f"{table} holds {rows:,} rows; control.csv says {int(control[table]['rows']):,}.",
            "Export the table again, whole, together with its control.csv.",
        )


def check_dates(control: dict[str, dict[str, str]], accounts: dict[str, Account]) -> None:
    """Refuses a table whose first or last date is not the one that the case system saw."""
    for table, row in control.items():
        for name in sorted(OPTIONAL):
            found = getattr(accounts[table], name)
            if row.get(name) and date.fromisoformat(row[name]) != found:
                raise refused(
                    f"{table} has the {name} {found}; control.csv says {row[name]}.",
                    "Export the table again, whole, together with its control.csv.",
                )
