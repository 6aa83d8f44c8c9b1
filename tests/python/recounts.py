"""Simulated extracts, counted again from their files alone."""

from collections import defaultdict
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb

from runner.simulator.calendar import add_months, birthday
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


def spells_of(recount):
    """Looked-after spells: periods of care less short breaks, to the eighteenth birthday."""
    born = dict(recount.dates("select pers_person_id, pers_dob as born_on from ssd_person"))
    breaks = defaultdict(list)
    for person, started_on, ended_on in recount.dates(
        "select lega_person_id, lega_legal_status_start_date as started_on,"
        " lega_legal_status_end_date as ended_on"
        " from ssd_legal_status where lega_legal_status in ('V3', 'V4')"
    ):
        breaks[person].append((started_on, ended_on or date.max))
    periods = defaultdict(list)
    for person, _, started_on, ended_on, is_open in recount.rows(
        "select clae_person_id, clae_cla_id, min(clae_cla_episode_start_date),"
        " max(clae_cla_episode_ceased_date), bool_or(clae_cla_episode_ceased_date is null)"
        " from ssd_cla_episodes group by all"
    ):
        ended = date.max if is_open else date.fromisoformat(ended_on)
        periods[person].append((date.fromisoformat(started_on), ended))
    spells = []
    for person, spans in periods.items():
        whole = []
        for started_on, ended_on in sorted(spans):
            if whole and started_on <= whole[-1][1]:
                whole[-1] = (whole[-1][0], max(whole[-1][1], ended_on))
            else:
                whole.append((started_on, ended_on))
        for started_on, ended_on in whole:
            parts = [(started_on, min(ended_on, birthday(born[person], 18)))]
            for break_from, break_to in breaks[person]:
                parts = [
                    piece
                    for start, end in parts
                    for piece in ((start, min(end, break_from)), (max(start, break_to), end))
                    if piece[0] < piece[1]
                ]
            spells += [(start, end, person) for start, end in parts]
    return spells
