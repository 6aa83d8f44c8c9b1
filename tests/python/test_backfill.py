"""Backfilling: each month as it was known then, what cannot be known so, and publishing as it goes."""

import json

import duckdb
import pytest
from click.testing import CliRunner
from conftest import land_contacts

from runner import ledger
from runner.cli import main
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.months import Month
from runner.releases.backfill import backfill
from runner.releases.refresh import refresh
from runner.releases.status import status, status_text
from runner.releases.store import current, find_release

MAY, JUNE = Month(2024, 5), Month(2024, 6)


@pytest.fixture
def landed(tmp_path, built_home) -> Home:
    """A home without an extract of July; of a month later, one row more is known of each month before."""
    home = Home(tmp_path / "home", built_home.project)
    rows = "('C1', timestamp '2024-05-03')"
    land_contacts(home, "2024-06-04", rows)
    land_contacts(
        home, "2024-08-02", rows + ", ('C2', timestamp '2024-05-04'), ('C3', timestamp '2024-06-05')"
    )
    return home


def contacts(home: Home, name: str) -> dict[str, float]:
    """A release's contacts by month."""
    file = find_release(home, name).file
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as release (read_only)")
        found = connection.execute(
            "select reporting_month, value from release.marts.measure_results order by all"
        ).fetchall()
    return {f"{month:%Y-%m}": value for month, value in found}


def test_each_month_is_built_as_it_was_known_then(landed):
    told = []
    done = refresh(landed, Month.range(MAY, JUNE), progress=told.append)
    assert [str(one.release.as_at) for one in done] == ["2024-06-04", "2024-08-02"]
    assert contacts(landed, "2024-05-r1") == {"2024-05": 1}
    assert contacts(landed, "2024-06-r1") == {"2024-05": 2, "2024-06": 1}
    assert told[0] == (
        "2024-06 cannot be known as it was then: no extract of 2024-07 is used or landed."
        " That of 2024-08-02 holds what was recorded since."
    )
    assert [one.release.run["known_then"] for one in done] == [True, False]
    assert [one.facts()["known_then"] for one in done] == [True, False]
    june = next(month for month in status(landed) if month["month"] == "2024-06")
    assert june["built"][0]["known_then"] is False
    assert "r1 later extract" in status_text(status(landed))


def test_a_month_that_no_extract_can_report_stops_a_range_before_anything_is_built(landed):
    with pytest.raises(RunnerError) as fault:
        refresh(landed, Month.range(JUNE, Month(2024, 8)))
    assert fault.value.exit_code == ExitCode.NOTHING_MATCHED
    assert not landed.releases.exists()


def test_a_range_can_be_published_as_it_is_built_and_each_month_stands_on_the_one_before(landed):
    arguments = ["--home", str(landed.root), "refresh", "--from", "2024-05", "--to", "2024-06", "--publish"]
    done = backfill(landed, [MAY, JUNE])
    assert [one.is_published for one in done] == [True, True]
    assert current(landed)["release"] == "2024-06-r1"
    run = find_release(landed, "2024-06-r1").run
    assert (run["compared_with"], run["revised_figures"], run["unexplained"]) == ("2024-05-r1", 1, [])
    published = [line for line in ledger.entries(landed) if line["event"] == "published"]
    assert [(line["release"], line["signed_off"]) for line in published] == [
        ("2024-05-r1", False),
        ("2024-06-r1", False),
    ]
    again = CliRunner().invoke(main, [*arguments, "--json"])
    assert [one["is_new"] for one in json.loads(again.stdout)] == [False, False]


def test_publishing_belongs_to_a_range(landed):
    done = CliRunner().invoke(main, ["--home", str(landed.root), "refresh", "2024-06", "--publish"])
    assert done.exit_code == ExitCode.USAGE
