"""The register and the scorecard, as printed."""

import json

import pytest
from click.testing import CliRunner

from runner.cli import main
from runner.errors import ExitCode
from tests.python.tiny_release import tiny_release


def run(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_the_register_lists_every_measure_by_section():
    result = run("register")
    assert "73 measures" in result.stdout
    assert result.stdout.index("Activity") < result.stdout.index("contacts") < result.stdout.index("Process")


def test_a_section_and_a_status_narrow_the_list():
    measures = json.loads(run("register", "--section", "send", "--json").stdout)
    assert {row["section"] for row in measures} == {"send"}


def test_one_measure_is_told_whole():
    text = run("register", "s47_to_icpc").stdout
    for words in (
        "S47 enquiries completed",
        "45 days from the month's end",
        "S47 end date",
        "1.3; 3.1; 3.3",
        "matured",
    ):
        assert words in text


def test_the_choices_in_a_definition_are_told_with_it():
    text = run("register", "cla_three_plus_placements").stdout
    assert "counts temporary placements: N" in text
    [measure] = json.loads(run("register", "cla_three_plus_placements", "--json").stdout)
    assert measure["parameters"]["counts moves with the same carer"]["setting"] == "N"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["s47_icpc"], "s47_to_icpc"), (["--section", "sent"], "Sections are activity")],
)
def test_what_is_not_registered_is_answered_with_what_is(arguments, words):
    result = run("register", *arguments)
    assert result.exit_code == ExitCode.NOTHING_MATCHED
    assert words in result.stderr


def test_the_scorecard_shows_value_change_mean_and_status(tmp_path):
    file = tiny_release(tmp_path / "any.duckdb")
    lines = run("scorecard", "2024-06", "--release", str(file)).stdout.splitlines()
    [enquiries] = [line for line in lines if "Enquiries that led to" in line]
    assert "33% (1 of 3)" in enquiries
    assert "down 66.7 points" in enquiries
    assert "50%" in enquiries
    assert enquiries.endswith("provisional")
    assert lines[0] == "Scorecard, June 2024, from the extract of 31 July 2024"
    [orders] = [line for line in lines if "Orders made" in line]
    assert orders.split() == ["Orders", "made", "1", "n/a", "1", "final"]
    assert max(map(len, lines)) <= 100


def test_the_scorecard_shows_named_groups_only_when_asked(tmp_path):
    file = tiny_release(tmp_path / "any.duckdb")
    short = run("scorecard", "2024-06", "--release", str(file)).stdout
    long = run("scorecard", "2024-06", "--populations", "--release", str(file)).stdout
    assert "siblings" not in short
    assert "add --populations to see them" in short.splitlines()[-1]
    assert "siblings" in long
    assert "--populations" not in long
