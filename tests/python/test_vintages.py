"""The vintages: every published value is kept, whatever is published, built or rolled back later."""

import re
from datetime import date

import duckdb
import pytest
from conftest import land_contacts
from tiny_release import change

from runner.errors import ExitCode, RunnerError
from runner.home import PROJECT
from runner.months import Month
from runner.releases.doctor import examine
from runner.releases.publish import publish, roll_back
from runner.releases.refresh import refresh
from runner.releases.store import current, find_release
from runner.revisions.vintages import TABLE

MAY, JUNE = Month(2024, 5), Month(2024, 6)


def vintages(home, name: str) -> list[tuple]:
    """Release, month and value of each vintage that a release keeps."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.releases / name / 'marts.duckdb'}' as release (read_only)")
        return connection.execute(
            "select release, as_at, month(reporting_month), value from release.marts.measure_vintages"
            " order by as_at, release, reporting_month"
        ).fetchall()


@pytest.fixture
def revised(home):
    """May is published, then June from an extract with one more contact of May."""
    publish(home, "2024-05-r1")
    land_contacts(
        home,
        "2024-08-02",
        "('C1', timestamp '2024-05-01'), ('C3', timestamp '2024-05-31'), ('C2', timestamp '2024-06-30')",
    )
    refresh(home, [JUNE], date(2024, 8, 2))
    publish(home, "2024-06-r2")
    return home


FIRST = [("2024-05-r1", date(2024, 6, 4), 5, 1), ("2024-05-r1", date(2024, 6, 4), 6, 1)]
SECOND = [("2024-06-r2", date(2024, 8, 2), 5, 2), ("2024-06-r2", date(2024, 8, 2), 6, 1)]


def test_a_release_keeps_what_was_published_before_and_its_own(revised):
    assert vintages(revised, "2024-05-r1") == FIRST
    assert vintages(revised, "2024-06-r2") == FIRST + SECOND


def test_a_release_keeps_what_each_check_came_to_in_what_was_published_before(revised):
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{revised.releases / '2024-06-r2' / 'marts.duckdb'}' as release (read_only)"
        )
        kept = connection.execute("from release.marts.check_history").fetchall()
    assert kept == [
        ("contact_before_2000", "2024-05-r1", date(2024, 6, 4), 2, 0, "passed"),
        ("contact_before_2000", "2024-06-r2", date(2024, 8, 2), 3, 0, "passed"),
    ]


def test_a_draft_that_was_never_published_leaves_no_vintage(revised):
    assert vintages(revised, "2024-06-r1")[0][0] == "2024-06-r1"
    assert "2024-06-r1" not in {row[0] for row in vintages(revised, "2024-06-r2")}


def test_rolling_back_takes_no_vintage_out(revised):
    roll_back(revised, "2024-05-r1", "wrong extract")
    land_contacts(revised, "2024-08-05")
    (again,) = refresh(revised, [JUNE], date(2024, 8, 5))
    assert vintages(revised, again.release.name)[:4] == FIRST + SECOND


def test_a_draft_built_before_another_was_published_is_built_again(home):
    publish(home, "2024-05-r1")
    with pytest.raises(RunnerError, match=r"2024-06-r1 was built before 2024-05-r1 was published") as fault:
        publish(home, "2024-06-r1")
    assert fault.value.exit_code == ExitCode.BLOCKED
    assert current(home)["release"] == "2024-05-r1"
    refresh(home, [JUNE])
    assert publish(home).name == "2024-06-r2"


def test_a_published_release_is_not_made_again_because_it_was_published(revised):
    (again,) = refresh(revised, [JUNE], date(2024, 8, 2))
    assert (again.release.name, again.is_new) == ("2024-06-r2", False)


def test_what_a_killed_publish_did_not_record_is_a_vintage_all_the_same(home):
    publish(home, "2024-05-r1")
    lines = home.ledger.read_bytes().splitlines(keepends=True)
    home.ledger.write_bytes(b"".join(lines[:-1]))
    (june,) = refresh(home, [JUNE])
    assert vintages(home, june.release.name)[:2] == FIRST
    publish(home, "2024-05-r1")
    publish(home, june.release.name)
    assert current(home)["release"] == june.release.name


@pytest.mark.parametrize(
    ("tampering", "says"),
    [
        ("delete from marts.measure_vintages where release = '2024-05-r1'", "lacks 2 published values"),
        ("update marts.measure_vintages set value = 7 where release = '2024-05-r1'", "lacks 2 published"),
        ("insert into marts.measure_vintages from marts.measure_vintages limit 1", "holds 1 values that"),
    ],
)
def test_doctor_makes_the_vintages_again_and_finds_any_change(revised, tampering, says):
    assert all(finding.is_well for finding in examine(revised))
    file = find_release(revised, "2024-06-r2").file
    file.chmod(0o640)
    change(file, tampering)
    faults = [finding for finding in examine(revised) if not finding.is_well]
    assert [fault.what for fault in faults][:2] == ["releases", "vintages"]
    assert says in faults[1].says


def test_nothing_in_the_project_changes_or_takes_out_a_vintage():
    files = [path for folder in ("runner", "models", "macros") for path in (PROJECT / folder).rglob("*.*")]
    naming = [path for path in files if path.suffix in (".py", ".sql") and TABLE in path.read_text()]
    assert "vintages.py" in [path.name for path in naming]
    changing = r"\b(update|delete from|truncate|drop table|alter table|merge into|or replace table)\b[^;]*"
    for path in naming:
        assert not re.findall(changing + rf"({TABLE}|{{table}})", path.read_text().lower()), path
