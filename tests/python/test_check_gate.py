"""The gate: what a check that fails does to a refresh, and what is said of a release that passed."""

import json
import shutil

import duckdb
import pytest
from conftest import land_contacts

from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.months import Month
from runner.readers.checks import check, check_text
from runner.releases.publish import publish
from runner.releases.refresh import refresh
from runner.releases.store import all_releases, current

JULY = Month(2024, 7)
FIRST, LATEST = "2024-07-02", "2024-07-31"
RULE = """
  - id: {id}
    title: A contact is dated in August
    family: F06
    severity: {severity}
    dimension: validity
    consequence: The contact is counted too early
    from: {source}
    fails: {fails}
"""


def with_check(home: Home, project_folder, **values: str) -> Home:
    """The home with one check more."""
    shutil.copytree(home.project, project_folder)
    chosen = {"id": "in_august", "severity": "block", "source": "landed.ssd_contacts"}
    chosen |= {"fails": "month(cont_contact_date) = 8", **values}
    with (project_folder / "checks/contacts.yml").open("a", encoding="utf-8") as file:
        file.write(RULE.format(**chosen))
    return Home(home.root, project_folder)


@pytest.fixture
def august(home):
    """A home where June is published, and an extract is landed with one contact of August in a hundred."""
    publish(home, "2024-06")
    rows = [f"('C{number}', timestamp '2024-07-{number % 30 + 1:02d}')" for number in range(99)]
    land_contacts(home, "2024-08-02", ", ".join([*rows, "('C99', timestamp '2024-08-01')"]))
    return home


def refused(home: Home) -> RunnerError:
    """The error that a refresh of July ends with; nothing that readers see has changed."""
    before = (current(home), [release.name for release in all_releases(home)])
    with pytest.raises(RunnerError) as fault:
        refresh(home, [JULY])
    assert fault.value.exit_code == ExitCode.BLOCKED
    assert (current(home), [release.name for release in all_releases(home)]) == before
    assert "\n" not in fault.value.message
    return fault.value


def opinion_left(home: Home) -> str:
    """The opinion in the statement that a refused refresh leaves in its work folder."""
    (statement,) = home.work.glob("*/assurance/statement.json")
    return json.loads(statement.read_text())["opinion"]


def test_a_check_that_blocks_stops_the_release_in_one_sentence(august, tmp_path):
    home = with_check(august, tmp_path / "project")
    message = refused(home).message
    assert message == (
        "1 of 2 checks block the release, in_august first: A contact is dated in August: 1 of 100."
        " Nothing was published."
    )
    assert opinion_left(home) == "adverse"


def test_a_warning_is_published_with_its_note(august, tmp_path):
    home = with_check(august, tmp_path / "project", severity="warn")
    (made,) = refresh(home, [JULY])
    checked = check(home, "2024-07")
    assert [(row["check_id"], row["status"], row["rows_failed"]) for row in checked["checks"]] == [
        ("contact_before_2000", "passed", 0),
        ("in_august", "exception", 1),
    ]
    assert "warn: A contact is dated in August: 1 of 100" in " ".join(check_text(checked).split())
    assert made.release.run["opinion"] == "qualified"


@pytest.mark.parametrize(("fails", "stops"), [("= 'C99'", False), ("< 'C27'", False), ("< 'C28'", True)])
def test_rows_that_cannot_be_trusted_stop_the_release_only_when_they_are_more_than_a_few(
    august, tmp_path, fails, stops
):
    home = with_check(august, tmp_path / "project", severity="quarantine", fails=f"cont_contact_id {fails}")
    if stops:
        assert "21 of 100" in refused(home).message
    else:
        refresh(home, [JULY])
        assert check(home, "2024-07")["checks"][1]["status"] == "exception"


def test_a_check_that_sees_no_rows_fails(august, tmp_path):
    home = with_check(august, tmp_path / "project", source="landed.ssd_contacts where false")
    assert "it saw no rows" in refused(home).message


def test_a_check_that_cannot_run_stops_the_release_and_disclaims(august, tmp_path):
    home = with_check(august, tmp_path / "project", severity="info", fails="no_such_column = 1")
    assert "it could not run (BinderException)" in refused(home).message
    assert opinion_left(home) == "disclaimer"


def test_results_hold_no_value_of_a_row(august, tmp_path):
    home = with_check(august, tmp_path / "project", severity="warn")
    (made,) = refresh(home, [JULY])
    folder = made.release.folder
    said = (folder / "assurance/statement.md").read_text() + (folder / "assurance/statement.json").read_text()
    results = duckdb.sql(f"from '{folder}/parquet/check_results.parquet'").fetchall()
    assert "C99" not in said
    assert "C99" not in str(results)
    assert len(results) == 2


def test_the_suites_say_nothing_of_their_own(august, tmp_path, caplog):
    home = with_check(august, tmp_path / "project", severity="warn")
    with caplog.at_level("INFO"):
        refresh(home, [JULY])
    assert [record.name for record in caplog.records if record.name.startswith("great_expectations")] == []


def test_a_month_without_a_release_says_what_to_type(home):
    with pytest.raises(RunnerError, match="No release of 2031-01") as fault:
        check(home, "2031-01")
    assert fault.value.exit_code == ExitCode.NOTHING_MATCHED
