"""Defects that the simulator plants: landing rejects its own and nothing else, each check reports its own."""

import csv
import math
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import duckdb
import pytest
from check_defects import NOT_PLANTED, checks, number_working_days
from recounts import AS_AT, EARLY_JULY

from runner.assurance.counting import count, name_dates
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.landing.contract import load_contract
from runner.landing.land import Landed, land
from runner.simulator import simulate
from runner.simulator.check_defects import check_defects
from runner.simulator.defects import ROWS, defects, names, plant

TYPES = {"date": "timestamp", "integer": "bigint", "number": "double"}


def control(folder: Path, more: Counter[str]) -> None:
    """Makes the control totals of an extract count its planted rows."""
    lines = (folder / "control.csv").read_text().splitlines()
    counted = (line.split(",") for line in lines[1:])
    text = "".join(f"{table},{int(rows) + more[table]}\n" for table, rows in counted)
    (folder / "control.csv").write_text(f"{lines[0]}\n{text}")


@pytest.fixture(scope="module")
def landed(tmp_path_factory, extracts) -> Landed:
    """The last simulated extract with every defect planted, landed."""
    root = tmp_path_factory.mktemp("planted")
    folder = Path(shutil.copytree(extracts / str(AS_AT), root / str(AS_AT)))
    control(folder, plant("all", folder, AS_AT, is_last=True))
    return land(folder, AS_AT, Home(root))


def test_landing_rejects_its_own_defects_and_nothing_else(landed):
    rejected = duckdb.sql(f"""
        select "table", "column", count(distinct source_line) as lines
        from '{landed.folder / "rejected.parquet"}' group by all
    """).fetchall()
    planted = Counter((defect["table"], defect["column"]) for defect in defects().values())
    assert {(table, column): lines for table, column, lines in rejected} == {
        place: ROWS * times for place, times in planted.items()
    }


def typed(schema: str, folder: Path) -> list[str]:
    """Statements that make a simulated extract's tables with the contract's types, as if it were landed."""
    statements = []
    for name in {table for check in checks() for table in check.reads} & load_contract().tables.keys():
        columns = ", ".join(
            f"cast({column.name} as {TYPES.get(column.type, 'varchar')}) as {column.name}"
            for column in load_contract().tables[name].columns
        )
        source = f"read_csv('{folder / name}.csv', all_varchar = true)"
        statements.append(f"create table {schema}.{name} as select {columns} from {source}")
    return statements


def failed(tables: list[str], earlier: list[str]) -> dict[str, tuple[int, bool]]:
    """How many rows fail each check of the source, and whether that is reported."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1; create schema landed; create schema previous")
        connection.execute("attach ':memory:' as build; create schema build.intermediate")
        name_dates(connection, AS_AT, EARLY_JULY)
        number_working_days(connection)
        for statement in (*tables, *earlier):
            connection.execute(statement)
        counted = [count(connection, check) for check in checks() if check.suite != "facts"]
    assert [one.check.id for one in counted if one.fault] == []
    return {
        one.check.id: (one.failed, one.failed > math.floor(one.check.limit * one.tested)) for one in counted
    }


def test_each_check_reports_the_defect_that_is_planted_for_it(landed, extracts):
    earlier = typed("previous", extracts / str(EARLY_JULY))
    sound = failed(typed("landed", extracts / str(AS_AT)), earlier)
    planted = failed(
        [
            f"create table landed.{file.stem} as from read_parquet('{file}')"
            for file in landed.folder.glob("*.parquet")
        ],
        earlier,
    )
    silent = [
        check for check, (rows, is_reported) in planted.items() if not is_reported or rows <= sound[check][0]
    ]
    assert [check for check in silent if check not in NOT_PLANTED] == []


def test_every_check_of_the_source_has_a_defect_or_says_why_none_can_come_from_an_extract():
    of_source = {check.id for check in checks() if check.suite != "facts"}
    assert check_defects().keys() | NOT_PLANTED.keys() == of_source
    assert not check_defects().keys() & NOT_PLANTED.keys()


def small_extract(folder: Path) -> Path:
    """An extract of three contacts."""
    folder.mkdir()
    rows = "".join(f"K{number},P1,2024-06-0{number},,,\n" for number in (1, 2, 3))
    header = ",".join(load_contract().tables["ssd_contacts"].names)
    (folder / "ssd_contacts.csv").write_text(f"{header}\n{rows}")
    return folder


def test_a_defect_of_a_check_is_planted_in_the_last_extract_alone(tmp_path):
    folder = small_extract(tmp_path / "extract")
    before = (folder / "ssd_contacts.csv").read_bytes()
    assert plant("contact_entered_late", folder, AS_AT, is_last=False) == {}
    assert (folder / "ssd_contacts.csv").read_bytes() == before
    late = date(2024, 12, 31)
    assert plant("contact_entered_late", folder, late, is_last=True) == {"ssd_contacts": 1}
    with (folder / "ssd_contacts.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    assert [row["cont_contact_id"] for row in rows[:3]] == ["K1", "K2", "K3"]
    assert rows[3]["cont_contact_id"].startswith(rows[3]["cont_contact_id"][:2] + "-")


def test_the_same_rows_are_picked_every_time(tmp_path):
    made = []
    for name in ("one", "two"):
        folder = small_extract(tmp_path / name)
        plant("contact_entered_late", folder, date(2024, 12, 31), is_last=True)
        made.append((folder / "ssd_contacts.csv").read_bytes())
    assert made[0] == made[1]


def test_an_unknown_defect_is_answered_with_those_there_are(tmp_path):
    with pytest.raises(RunnerError, match="There is no defect typo") as fault:
        simulate(tmp_path / "extracts", AS_AT, months=0, defects="typo")
    assert fault.value.exit_code == ExitCode.USAGE
    assert "broken_json" in fault.value.next_step
    assert "s47_overlap" in fault.value.next_step
    assert len(names()) == len(set(names()))
