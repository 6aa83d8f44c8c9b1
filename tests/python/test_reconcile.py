"""Published figures beside ours, each at the extract it belongs to."""

import csv
import json
from datetime import date

import pytest
from click.testing import CliRunner

from runner.cli import main
from runner.errors import ExitCode
from runner.home import PROJECT, Home
from runner.months import Month
from runner.readers.reconcile import counts, reconcile, reconcile_text
from runner.readers.text import number, rounded
from tests.python.tiny_release import tiny_release

MAY, JUNE = date(2024, 5, 1), date(2024, 6, 1)
EARLY, LATE = date(2024, 7, 2), date(2024, 7, 31)


def check(figure, as_at, value, ours, comparison, **columns):
    """A row of published_figure_checks: a percentage of enquiries in June."""
    row = {
        "figure": figure,
        "measure_id": "enquiries",
        "statistic": "percent",
        "first_month": JUNE,
        "last_month": JUNE,
        "months_combined_by": None,
        "population": "all",
        "as_at": as_at,
        "value": value,
        "numerator": None,
        "denominator": None,
        "decimals": 0,
        "reading": None,
        "our_value": ours,
        "our_value_shown": ours,
        "our_numerator": None,
        "our_denominator": None,
        "comparison": comparison,
        "why_not": None,
        "own_counts_give": None,
        "contradicted_by": None,
    }
    return tuple({**row, **columns}.values())


EARLY_CHECKS = [
    check("F1", EARLY, 80, 80, "agrees"),
    check("F2", LATE, 80, 80, "agrees"),
    check("F3", LATE, 76, 80, "disagrees"),
    check(
        "F4",
        LATE,
        20,
        None,
        "not reproducible",
        first_month=None,
        last_month=None,
        why_not="no period is stated",
    ),
    check("F5", LATE, 9, None, "not yet built", measure_id="audits", statistic="count"),
]
LATE_CHECKS = [
    check("F1", EARLY, 80, 76, "disagrees"),
    check("F2", LATE, 80, 76, "disagrees", contradicted_by="F3"),
    check("F3", LATE, 76, 76, "agrees", last_month=MAY, first_month=MAY),
    *EARLY_CHECKS[3:],
]


@pytest.fixture
def home(tmp_path):
    tiny_release(tmp_path / "releases" / "2024-06-r1" / "marts.duckdb", "2024-07-02", EARLY_CHECKS)
    tiny_release(tmp_path / "releases" / "2024-06-r2" / "marts.duckdb", "2024-07-31", LATE_CHECKS)
    return Home(tmp_path)


def test_each_figure_is_compared_with_the_release_from_its_own_extract(home):
    states = {row["figure"]: (row["state"], row["release"]) for row in reconcile(home)}
    assert states == {
        "F1": ("agrees", "2024-06-r1"),
        "F2": ("disagrees", "2024-06-r2"),
        "F3": ("agrees", "2024-06-r2"),
        "F4": ("not reproducible", "2024-06-r2"),
        "F5": ("not yet built", "2024-06-r2"),
    }


def test_a_disagreement_names_the_figure_it_contradicts_and_the_vintage_that_agrees(home):
    [row] = [row for row in reconcile(home) if row["figure"] == "F2"]
    assert row["notes"] == ["contradicts F3", "ours as at 2 July 2024 agrees (2024-06-r1)"]


def test_without_a_release_of_its_extract_a_figure_is_not_compared(home):
    figures = {row["figure"]: row for row in reconcile(home, named="2024-06-r2")}
    assert figures["F1"]["state"] == "no release"
    assert figures["F1"]["our_value"] is None
    assert figures["F1"]["notes"] == ["no release as at 2 July 2024"]


def test_the_newest_release_of_an_extract_is_compared(home):
    tiny_release(home.releases / "2024-06-r10" / "marts.duckdb", "2024-07-31", EARLY_CHECKS)
    figures = {row["figure"]: row for row in reconcile(home)}
    assert figures["F2"]["release"] == "2024-06-r10"


def test_a_month_keeps_only_its_figures(home):
    assert [row["figure"] for row in reconcile(home, Month(2024, 5))] == ["F3"]


def test_the_table_shows_both_values_and_ends_with_the_counts(home):
    text = reconcile_text(reconcile(home))
    assert "Disagrees (1)" in text
    assert [line.split() for line in text.splitlines() if line.strip().startswith("F2")] == [
        ["F2", "2024-06", "2024-07-31", "80%", "76%"]
    ]
    assert "Figures as at 2 July 2024 are compared with 2024-06-r1." in text
    assert text.splitlines()[-1] == (
        "5 published figures: 1 disagree, 2 agree, 1 not reproducible, 1 not yet built."
    )
    assert max(map(len, text.splitlines())) <= 100


def test_the_command_answers_in_json_and_ends_well_in_spite_of_disagreements(home):
    result = CliRunner().invoke(main, ["--home", str(home.root), "reconcile", "--json"])
    answer = json.loads(result.stdout)
    assert result.exit_code == ExitCode.DONE
    assert answer["counts"] == counts(reconcile(home))
    assert len(answer["figures"]) == 5


def test_an_empty_home_says_what_to_do(tmp_path):
    result = CliRunner().invoke(main, ["--home", str(tmp_path), "reconcile"])
    assert result.exit_code == ExitCode.NOTHING_MATCHED
    assert "runner refresh" in result.stderr


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (0.5, 0, "1"),
        (-0.5, 0, "-1"),
        (68.5, 0, "69"),
        (12.35, 1, "12.4"),
        (1625.5, 0, "1,626"),
        (None, 0, "n/a"),
    ],
)
def test_numbers_are_rounded_half_away_from_zero(value, decimals, shown):
    assert number(value, decimals) == shown


def test_a_change_is_rounded_once():
    assert str(rounded(76.47058823529412 - 68.18181818181819, 1)) == "8.3"


def test_the_seed_holds_every_published_figure_once():
    with (PROJECT / "seeds" / "published_figures.csv").open(encoding="utf-8", newline="") as file:
        figures = [row["figure"] for row in csv.DictReader(file)]
    report = [f"P{number:03}" for number in range(1, 144)]
    scorecard = [f"S{number:03}" for number in range(1, 79)]
    assert figures == report + scorecard
