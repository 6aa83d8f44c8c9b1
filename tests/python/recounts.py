"""Simulated extracts, counted again from their files alone."""

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb

from runner.simulator.calendar import add_months
from runner.simulator.world import tables

AS_AT = date(2024, 7, 31)
EARLY_JUNE = date(2024, 6, 4)
EARLY_JULY = date(2024, 7, 2)
JUNE = date(2024, 6, 1)
LAST_12 = [add_months(JUNE, -back) for back in range(12)]
LAST_18 = [add_months(JUNE, -back) for back in range(18)]


class Recount:
    """An extract, counted again from its files alone."""

    def __init__(self, folder: Path) -> None:
        self.as_at = date.fromisoformat(folder.name)
        self.database = duckdb.connect()
        for table in tables():
            self.database.execute(
                f"create table {table} as from read_csv('{folder / table}.csv', header = true, delim = ',',"
                " quote = '\"', escape = '\"', all_varchar = true, nullstr = '')"
            )

    def rows(self, sql: str) -> list[tuple]:
        return self.database.execute(sql).fetchall()

    def dates(self, sql: str) -> list[tuple]:
        """Rows whose values named `..._on` are dates."""
        found = self.database.execute(sql)
        is_date = [column[0].endswith("_on") for column in found.description]
        return [
            tuple(
                date.fromisoformat(value) if dated and value is not None else value
                for value, dated in zip(row, is_date, strict=True)
            )
            for row in found.fetchall()
        ]


def month(day):
    return day.replace(day=1)


def by_month(rows, place=0):
    counts = defaultdict(list)
    for row in rows:
        if row[place] is not None:
            counts[month(row[place])].append(row)
    return counts


def percent(part, whole):
    return int((Decimal(100) * part / whole).quantize(Decimal(1), ROUND_HALF_UP))
