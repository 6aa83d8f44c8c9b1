"""Defects that a check of the finished build reports: planted in the rows of a simulated extract, as text."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from runner.database import locked_down
from runner.landing.contract import load_contract
from runner.landing.values import named, quoted

if TYPE_CHECKING:
    import duckdb

DEFECTS = Path(__file__).with_name("check_defects.csv")
TABLE = re.compile(r"\b(?:ssd|local)_\w+")


@dataclass(frozen=True)
class Defect:
    """What is done to rows of an extract so that a check reports them.

    Attributes:
        check: The check's id, which is the defect's name.
        verb: `set` changes rows, `copy` adds rows like them under other keys, `delete` takes them out.
        table: The table.
        rows: How many of the rows that `where` finds: a number, or a percentage.
        where: Which rows: SQL over the tables of the extract, whose values are text.
        values: `column=SQL; ...`, of the rows that are set or copied.
    """

    check: str
    verb: str
    table: str
    rows: str
    where: str
    values: str

    @property
    def given(self) -> dict[str, str]:
        """The SQL of each column that is set."""
        pairs = (part.partition("=") for part in self.values.split("; ") if part)
        return {column: value for column, _, value in pairs}

    @property
    def tables(self) -> set[str]:
        """The tables that it reads or changes."""
        known = load_contract().tables.keys()
        return {self.table, *TABLE.findall(f"{self.where} {self.values}")} & known


def check_defects() -> dict[str, Defect]:
    """The defects by the check that reports each."""
    with DEFECTS.open(encoding="utf-8", newline="") as file:
        return {row["check"]: Defect(**row) for row in csv.DictReader(file)}


def plant_for_checks(defects: list[Defect], folder: Path, as_at: date) -> Counter[str]:
    """Plants defects in an extract's CSV files, each in rows that its name and their keys pick.

    Args:
        defects: What to plant, in this order.
        folder: The extract, its files whole.
        as_at: The extract's date.

    Returns:
        How many rows more, or fewer, each table has.
    """
    folder = folder.resolve()
    with locked_down(folder, threads=1) as connection:
        connection.execute(f"create macro as_at() as date '{as_at}'")
        for table in sorted({table for defect in defects for table in defect.tables}):
            source = quoted(str(folder / f"{table}.csv"))
            connection.execute(f"create table {table} as from read_csv({source}, all_varchar = true)")
        more: Counter[str] = Counter()
        for place, defect in enumerate(defects):
            more[defect.table] += _plant(connection, defect, place)
        for table in sorted({defect.table for defect in defects}):
            target = quoted(str(folder / f"{table}.csv"))
            connection.execute(f"copy (from {table} order by rowid) to {target} (header, delimiter ',')")
    return more


def _plant(connection: "duckdb.DuckDBPyConnection", defect: Defect, place: int) -> int:
    """Plants one defect; returns how many rows more there are."""
    table, keys = defect.table, load_contract().tables[defect.table].key
    order = f"md5({quoted(defect.check)} || {named(keys[0])})"
    found = connection.execute(f"select rowid from {table} where {defect.where} order by {order}").fetchall()
    share = defect.rows.removesuffix("%")
    wanted = -(-len(found) * int(share) // 100) if share != defect.rows else int(share)
    picked = ", ".join(str(row) for (row,) in found[:wanted])
    if not picked:
        raise RuntimeError(f"no row of {table} is as {defect.check} wants it")
    where = f"where {table}.rowid in ({picked})"
    match defect.verb:
        case "set":
            values = ", ".join(f"{named(column)} = {value}" for column, value in defect.given.items())
            connection.execute(f"update {table} set {values} {where}")
            return 0
        case "delete":
            connection.execute(f"delete from {table} {where}")
            return -len(found[:wanted])
        case _:
            given = {keys[0]: f"{named(keys[0])} || '-{place}'"} | defect.given
            values = ", ".join(
                f"cast({value} as varchar) as {named(column)}" for column, value in given.items()
            )
            connection.execute(f"insert into {table} select * replace ({values}) from {table} {where}")
            return len(found[:wanted])
