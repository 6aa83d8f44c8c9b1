"""Signing off, and what keeps a release from being published: a refusal, or an unexplained change."""

import shutil
from datetime import date

import duckdb
import pytest
from conftest import land_contacts

from runner import ledger
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.months import Month
from runner.releases.publish import publish, roll_back
from runner.releases.refresh import refresh, refreshed_text
from runner.releases.sign_off import SIGNED, sign_off, state
from runner.releases.status import status, status_text
from runner.releases.store import current, find_release

MAY, JUNE = Month(2024, 5), Month(2024, 6)
HEAD, DIRECTOR = "Head of Performance", "Director of Children's Services"


def revisions(home: Home, name: str) -> list[tuple]:
    """The rows of a release's measure_revisions."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{home.releases / name / 'marts.duckdb'}' as release (read_only)")
        return connection.execute(
            "select month(reporting_month), compared_with, cause, numerator_change, units, value_before,"
            " value_after from release.marts.measure_revisions order by all"
        ).fetchall()


def test_a_signature_is_kept_with_the_release_s_hash(home):
    release = find_release(home, "2024-06-r1")
    assert state(home, release) is None
    sign_off(home, "2024-06", HEAD)
    last = ledger.entries(home)[-1]
    assert (last["event"], last["role"], last["sha256"]) == ("signed off", HEAD, release.run["sha256"])
    assert state(home, release) == SIGNED
    publish(home, "2024-06-r1")
    assert ledger.entries(home)[-1]["signed_off"] is True


def test_without_a_signature_the_ledger_says_so(home):
    publish(home, "2024-06-r1")
    assert ledger.entries(home)[-1]["signed_off"] is False


def test_what_one_role_refuses_is_not_published_although_another_signed(home):
    sign_off(home, "2024-06-r1", HEAD)
    sign_off(home, "2024-06-r1", DIRECTOR, "the July extract was cut short")
    with pytest.raises(RunnerError, match="refused 2024-06-r1: the July extract was cut") as fault:
        publish(home, "2024-06-r1")
    assert fault.value.exit_code == ExitCode.NOT_SIGNED_OFF
    assert current(home) is None
    sign_off(home, "2024-06-r1", DIRECTOR)
    assert publish(home, "2024-06-r1").name == "2024-06-r1"


def test_a_refused_release_is_not_rolled_back_to(home):
    publish(home, "2024-05-r1")
    refresh(home, [JUNE])
    publish(home, "2024-06-r2")
    sign_off(home, "2024-05-r1", HEAD, "wrong extract")
    with pytest.raises(RunnerError, match="refused 2024-05-r1"):
        roll_back(home, "2024-05-r1", "wrong extract")
    assert current(home)["release"] == "2024-06-r2"


def test_an_altered_release_is_not_signed(home):
    file = home.releases / "2024-06-r1/marts.duckdb"
    file.chmod(0o640)
    file.write_bytes(file.read_bytes() + b"!")
    with pytest.raises(RunnerError, match="is not the file that was built"):
        sign_off(home, "2024-06-r1", HEAD)


def test_status_shows_what_was_signed_and_what_refused(home):
    sign_off(home, "2024-06-r1", HEAD)
    sign_off(home, "2024-05-r1", HEAD, "wrong extract")
    shown = [[release["sign_off"] for release in row["built"]] for row in status(home)]
    assert shown == [["signed off"], ["refused"]]
    assert "r1 signed off" in status_text(status(home))


def test_the_first_release_revises_nothing(home):
    assert revisions(home, "2024-05-r1") == []
    assert find_release(home, "2024-05-r1").run["compared_with"] is None


def test_a_release_holds_what_it_revises_and_why(home):
    publish(home, "2024-05-r1")
    land_contacts(home, "2024-08-02", "('C2', timestamp '2024-05-30'), ('C3', timestamp '2024-05-31')")
    (june,) = refresh(home, [JUNE], date(2024, 8, 2))
    assert revisions(home, june.release.name) == [
        (5, "2024-05-r1", "late_arrival", 1, 1, 1, 2),
        (5, "2024-05-r1", "moved_month", 1, 1, 1, 2),
        (5, "2024-05-r1", "withdrawn", -1, 1, 1, 2),
        (6, "2024-05-r1", "moved_month", -1, 1, 1, None),
    ]


def redefined(home: Home, project, version: int) -> Home:
    """The same home with a project that leaves a contact out, under a version of the definition."""
    shutil.copytree(home.project, project)
    rows = project / "models/marts/measure_rows.sql"
    rows.write_text(rows.read_text() + "where contact_id <> 'C1'\n")
    register = project / "models/marts/dim_measure.sql"
    register.write_text(register.read_text().replace("1 as version", f"{version} as version"))
    return Home(home.root, project)


def test_a_closed_month_does_not_change_silently(home, tmp_path):
    publish(home, "2024-06-r1")
    before = (home.releases / "CURRENT").read_bytes()
    (silent,) = done = refresh(redefined(home, tmp_path / "project", 1), [JUNE])
    assert "1 UNEXPLAINED, so it cannot be published" in refreshed_text(done)
    with pytest.raises(
        RunnerError, match=r"nothing explains it: contacts \(count\) of 2024-05, all"
    ) as fault:
        publish(home, silent.release.name)
    assert fault.value.exit_code == ExitCode.BLOCKED
    assert (home.releases / "CURRENT").read_bytes() == before


def test_a_new_version_of_a_definition_explains_what_it_changes(home, tmp_path):
    publish(home, "2024-06-r1")
    (told,) = done = refresh(redefined(home, tmp_path / "project", 2), [JUNE])
    assert "1 figures moved since 2024-06-r1 was published, each explained" in refreshed_text(done)
    assert revisions(home, told.release.name) == [(5, "2024-06-r1", "definition", -1, 1, 1, None)]
    assert publish(home, told.release.name).name == told.release.name


def test_a_draft_compared_with_what_was_rolled_back_is_built_again(home):
    publish(home, "2024-05-r1")
    refresh(home, [JUNE])
    publish(home, "2024-06-r2")
    land_contacts(home, "2024-08-02")
    (july,) = refresh(home, [Month(2024, 7)])
    roll_back(home, "2024-05-r1", "wrong extract")
    with pytest.raises(RunnerError, match="before another release was made the published one"):
        publish(home, july.release.name)
