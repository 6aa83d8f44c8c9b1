"""Our own figures, held against the rules for reports before they become a release."""

from contextlib import closing
from datetime import date
from pathlib import Path

import duckdb
import pytest
from conftest import land_contacts

from runner.assurance.own_report import CONTRADICTION, QUESTION, own_report
from runner.assurance.suites import Result
from runner.building.extracts import Extract
from runner.errors import ExitCode, RunnerError
from runner.home import PROJECT
from runner.months import Month
from runner.releases.refresh import refresh

EXTRACT = Extract(date(2024, 7, 31), Path("2024-07-31"))
FIGURES = """
    ('referrals', 'count', date '2024-06-01', 'all', 387, null, 387),
    ('referrals', 'rate', date '2024-06-01', 'all', 387, 146820, 316),
    ('repeat_referrals', 'percent', date '2024-06-01', 'all', 100, {denominator}, 26),
    ('repeat_referrals', 'percent', date '2024-04-01', 'all', 1, 2, 90),
    ('repeat_cp_plans', 'percent', date '2024-06-01', 'all', 0, 0, null)
"""
COLUMNS = "measure_id, statistic, reporting_month, population, numerator, denominator, value_shown"


def found(denominator: int = 387, columns: str = "*") -> tuple[list[Result], dict]:
    """What is found in the figures of a month, where repeat referrals are a share of so many."""
    with closing(duckdb.connect()) as connection:
        connection.execute("attach ':memory:' as release; create schema release.marts")
        connection.execute(
            f"create table release.marts.measure_results as select {columns}"
            f" from (values {FIGURES.format(denominator=denominator)}) as figures ({COLUMNS})"
        )
        return own_report(connection, PROJECT, EXTRACT)


def test_sound_figures_pass_with_the_number_of_comparisons():
    results, touched = found()
    assert [(result.check, result.status, result.failed) for result in results] == [
        (CONTRADICTION, "passed", 0),
        (QUESTION, "passed", 0),
    ]
    assert all(result.tested > 5 for result in results)
    assert touched == {}


def test_figures_that_contradict_each_other_block_and_are_named():
    results, touched = found(denominator=388)
    assert (results[0].status, results[0].failed) == ("blocked", 1)
    assert touched[CONTRADICTION.id]["figures"] == [{"measure": "repeat_referrals", "figures": 1}]


def test_a_project_that_shows_no_figures_has_nothing_to_check():
    assert found(columns="* exclude (value_shown)") == ([], {})


def test_a_release_whose_figures_contradict_each_other_is_not_made(home, monkeypatch):
    land_contacts(home, "2024-08-02", "('C1', timestamp '2024-07-12')")
    blocked = Result(CONTRADICTION, 10, 1, "blocked")
    monkeypatch.setattr("runner.assurance.assure.own_report", lambda *_: ([blocked], {}))
    with pytest.raises(
        RunnerError, match="figures_contradict_each_other first: Figures of the last"
    ) as fault:
        refresh(home, [Month(2024, 7)])
    assert fault.value.exit_code == ExitCode.BLOCKED
