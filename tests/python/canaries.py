"""Identifiers planted in an extract, one in every column that tells who somebody is; the search for them."""

import csv
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path

import duckdb

from runner.landing.contract import PEOPLE, Column, load_contract

MARK = "ZQ7K"
"""Stands in every planted text, and in nothing else."""
FIRST_BIRTH = date(1931, 3, 17)
"""The days of birth that are planted; nothing else in an extract is so old."""
BIRTHS = 8
LOOKED_AT = 200
"""How many of a table's last rows are looked at for an id to rename: the newest are in most figures."""
TELLING = re.compile(
    r"upn|uln|legacy|single_unique|forename|surname|professional_name|registration_no|staff_id|personal_advisor"
    r"|postcode|address_json|identifier_value|family_id|meeting_id|pupil_id|cla_id|court_reference"
)
"""Names of columns that tell who somebody is, besides keys and persons."""
TEAMS = "dept_team_id"


def is_telling(column: Column) -> bool:
    """Whether a column may tell who somebody is."""
    if column.type == "json":
        return "address" in column.name
    if column.type != "text" or column.name == TEAMS or "unknown" in column.name:
        return False
    return column.is_key or column.is_person or bool(TELLING.search(column.name))


def plant(folders: list[Path]) -> int:
    """Puts the same canaries into extracts of one council; returns how many.

    An id is renamed wherever it stands, so that every figure stays what it was.
    """
    renamed: dict[bytes, bytes] = {}
    last = folders[-1]
    filled: dict[str, dict[str, str]] = {}
    for table in load_contract().tables.values():
        lines = (last / f"{table.name}.csv").read_text(encoding="utf-8").splitlines()
        rows = list(csv.DictReader([lines[0], *lines[1:][-LOOKED_AT:]]))
        for column in filter(is_telling, table.columns):
            taken = next((row for row in reversed(rows) if len(row[column.name]) > 5), None)
            if taken and taken[column.name].encode() not in renamed:
                value = taken[column.name]
                renamed[value.encode()] = _canary(value, column, len(renamed)).encode()
            elif rows and not taken and not column.references:
                filled.setdefault(table.name, {})[column.name] = _canary("", column, len(filled) + 900)
    for folder in folders:
        for path in folder.glob("*.csv"):
            if path.stem in load_contract().tables:
                text = path.read_bytes()
                for was in sorted(renamed, key=len, reverse=True):
                    text = text.replace(was, renamed[was])
                path.write_bytes(text)
                _fill(path, filled.get(path.stem, {}))
    return len(renamed) + sum(map(len, filled.values())) + BIRTHS


def _canary(value: str, column: Column, number: int) -> str:
    if "postcode" in column.name:
        # The first half decides whether a placement is inside the council's area.
        return f"{value.split()[0]}{MARK}"
    if column.type == "json":
        return (
            f'{{""street"": ""{MARK} {number} Lane""}}' if value else f'{{"street": "{MARK} {number} Lane"}}'
        )
    return f"{value[:2]}{MARK}{number:05d}"[: max(len(value), 11)]


def _fill(path: Path, values: dict[str, str]) -> None:
    """Fills blank columns of one row, and adds people born long ago to the table of persons."""
    if not values and path.stem != PEOPLE:
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[-1] |= values
    if path.stem == PEOPLE:
        for number in range(BIRTHS):
            born = str(FIRST_BIRTH + timedelta(days=number))
            named = {
                "pers_person_id": f"PE{MARK}0{number}",
                "pers_dob": born,
                "pers_surname": f"{MARK} {number}",
            }
            rows.append(dict.fromkeys(rows[0], "") | named)
        control = path.with_name("control.csv")
        counted = control.read_text(encoding="utf-8")
        was, now = f"{PEOPLE},{len(rows) - BIRTHS}", f"{PEOPLE},{len(rows)}"
        assert was in counted
        control.write_text(counted.replace(was, now), encoding="utf-8")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def in_bytes(text: bytes) -> bool:
    """Whether a canary stands in bytes as they are."""
    days = [str(FIRST_BIRTH + timedelta(days=number)).encode() for number in range(BIRTHS)]
    return MARK.encode() in text or any(day in text for day in days)


def in_file(path: Path) -> bool:
    """Whether a canary stands in a file: in its bytes, in what it packs, or in its values."""
    if path.suffix in (".docx", ".xlsx"):
        with zipfile.ZipFile(path) as packed:
            return any(in_bytes(packed.read(name)) for name in packed.namelist())
    if path.suffix == ".parquet":
        return in_bytes(repr(duckdb.sql(f"from read_parquet('{path}')").fetchall()).encode())
    return in_bytes(path.read_bytes()) or (path.suffix == ".duckdb" and bool(in_values(path)))


def in_values(file: Path) -> list[str]:
    """The columns of a DuckDB file in which a canary stands, however the file packs its values."""
    found = []
    last = FIRST_BIRTH + timedelta(days=BIRTHS)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as searched (read_only)")
        for schema, table, column in connection.execute(
            "select schema_name, table_name, column_name from duckdb_columns()"
            " where database_name = 'searched'"
        ).fetchall():
            if connection.execute(
                f'select count(*) from searched."{schema}"."{table}" where contains("{column}"::varchar, ?)'
                f' or try_cast("{column}"::varchar as date) between ? and ?',
                [MARK, FIRST_BIRTH, last],
            ).fetchall()[0][0]:
                found.append(f"{table}.{column}")
    return found
