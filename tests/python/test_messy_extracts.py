"""Extracts in which much is missing, out of order and at random, of what landing accepts: no check breaks."""

import random
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from check_defects import checks, number_working_days
from landing_extracts import AS_AT, Rows, base_extract, tables, write_extract

from runner.assurance.counting import count, show_landed
from runner.building.extracts import Extract
from runner.home import Home
from runner.landing.land import land

EARLIER = date(2024, 6, 4)
BLANK = 0.15
PEOPLE = 60


def messy(seed: int, as_at: date) -> dict[str, Rows]:
    """An extract whose optional values may be missing and whose dates stand in any order after the birth."""
    chance = random.Random(seed)
    extract = base_extract(PEOPLE)
    for name, rows in extract.items():
        table = tables()[name]
        for row in rows:
            for column in table.columns:
                if column.is_key or column.name in (table.ended_on, "pers_dob"):
                    continue
                if column.type == "date" and row[column.name]:
                    row[column.name] = str(as_at - timedelta(days=chance.randrange(500)))
                if column.is_person and name != "ssd_person":
                    row[column.name] = f"pers_person_id-{chance.randrange(PEOPLE)}"
                if chance.random() < BLANK and not column.is_person:
                    row[column.name] = ""
            if table.ended_on and name != "ssd_person":
                started = row.get(table.started_on, "")
                length = timedelta(days=chance.choice([0, 0, 1, 40, 400]))
                ended = min(date.fromisoformat(started) + length, as_at) if started else as_at
                row[table.ended_on] = "" if chance.random() < 0.3 else str(ended)
    return extract


def landed(root: Path, seed: int, as_at: date) -> Extract:
    """Lands a messy extract, in which landing may reject any number of rows of tables as small as these."""
    folder = write_extract(root / f"extract-{as_at}", messy(seed, as_at))
    return Extract(as_at, land(folder, as_at, Home(root), allow_gap=True).folder)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_check_of_the_source_runs_on_a_messy_extract_and_many_find_something(
    tmp_path, seed, monkeypatch
):
    monkeypatch.setattr("runner.landing.checks.REJECTED_LIMIT", 1.0)
    earlier, now = landed(tmp_path, seed, EARLIER), landed(tmp_path, seed + 100, AS_AT)
    with duckdb.connect() as connection:
        connection.execute("set threads = 1; attach ':memory:' as build; create schema build.intermediate")
        number_working_days(connection)
        show_landed(connection, now, earlier)
        counted = [count(connection, check) for check in checks() if check.suite != "facts"]
    assert {one.check.id: one.fault for one in counted if one.fault} == {}
    assert sum(one.failed > 0 for one in counted) > 40
    assert all(0 <= one.failed <= one.tested for one in counted)
