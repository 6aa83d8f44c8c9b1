"""`runner diff`: what it answers about two releases, in text, in JSON and by its exit code."""

import json
from dataclasses import replace
from datetime import date

import pytest
from two_releases import MONTHS, Side, Unit, make_release

from runner.cli import main
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.revisions.diff import diff
from runner.revisions.diff_text import diff_text

APRIL, MAY, JUNE = MONTHS
UNIT = Unit()
NO = Unit("U2", outcome="no", source_id="S2", person_id="P2", team_id="T2")
LATE = Unit("U3", source_id="S3", person_id="P3", team_id="T2")
IN_MAY = Unit("U4", month=MAY, source_id="S4", person_id="P4")
SHOWN = ("count", "percent", "rate")


@pytest.fixture
def home(tmp_path) -> Home:
    """Three releases: between the first two a unit arrives late, another's outcome changes."""
    home = Home(tmp_path)
    first = Side((UNIT, NO, IN_MAY), statistics=SHOWN)
    make_release(home, "2024-06-r1", first, "first")
    second = replace(first, as_at=date(2024, 7, 31))
    make_release(home, "2024-06-r2", second.with_units(UNIT, replace(NO, outcome="yes"), LATE, IN_MAY), "2nd")
    make_release(home, "2024-07-r1", replace(second, units=(UNIT, NO)), "first")
    return home


@pytest.fixture
def run(home, capsys):
    """Runs a command in that home; returns its exit code and standard output."""

    def _run(*arguments: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as end:
            main(["--home", str(home.root), *arguments])
        return end.value.code, capsys.readouterr().out

    return _run


def test_a_diff_shows_each_figure_with_the_parts_that_make_its_change(home):
    shown = diff_text(diff(home, "2024-06-r1", "2024-06-r2"))
    assert shown.splitlines()[:5] == [
        "From 2024-06-r1, the extract of 2 July 2024, to 2024-06-r2, the extract of 31 July 2024.",
        "7 figures moved; the causes add up to every change.",
        "",
        "  arrived late     7 figures  1 unit",
        "  outcome changed  6 figures  1 unit",
    ]
    assert shown.splitlines()[6:13] == [
        "June 2024",
        "  Enquiries: 1 → 3; 10 per 10,000 → 30 per 10,000",
        "      +1  arrived late     1 unit",
        "      +1  outcome changed  1 unit",
        "  Enquiries: 50% (1 of 2) → 100% (3 of 3)",
        "      +1 of +1  arrived late     1 unit",
        "       +1 of 0  outcome changed  1 unit",
    ]


def test_one_measure_is_shown_with_the_units_behind_each_cause(home):
    shown = diff_text(diff(home, "2024-06-r1", "2024-06-r2", measure="enquiries"))
    assert "U3    P3      Team two  not counted  2024-06-03 yes, as recorded  ssd_s47_enquiry S3" in shown
    assert "U2    P2      Team two  2024-06-03 no, as recorded  2024-06-03 yes, as recorded" in shown


def test_parts_gathered_by_team_add_up_to_those_by_cause(home):
    by_team = diff(home, "2024-06-r1", "2024-06-r2", by="team")
    by_cause = diff(home, "2024-06-r1", "2024-06-r2", by="cause")
    assert [group["team"] for group in by_team["groups"]] == ["Team two"]
    assert [group["cause"] for group in by_cause["groups"]] == ["late_arrival", "outcome_changed"]
    assert "Team two\n  2024-06  Enquiries (count)" in diff_text(by_team)
    assert "arrived late: the row that proves the unit was not in" in diff_text(by_cause)
    totals = [
        sum(part["numerator"] for group in answer["groups"] for part in group["parts"])
        for answer in (by_team, by_cause)
    ]
    assert totals[0] == totals[1] == sum(change["numerator"] for change in by_cause["changes"]) != 0


def test_what_no_cause_accounts_for_is_said_loudly(home):
    answer = diff(home, "2024-06-r1", "2024-07-r1")
    assert answer["unexplained"] == answer["figures"] > 0
    assert "not for any known cause: UNEXPLAINED." in diff_text(answer)


def test_two_releases_with_the_same_figures_do_not_differ(home):
    make_release(home, "2024-06-r3", Side((UNIT, NO, IN_MAY), statistics=SHOWN), "first")
    answer = diff(home, "2024-06-r1", "2024-06-r3")
    assert (answer["figures"], answer["changes"], answer["causes"]) == (0, [], [])
    assert "No figure that both report moved." in diff_text(answer)


def test_differences_are_told_by_the_exit_code_where_asked(run):
    assert run("diff", "2024-06-r1", "2024-06-r2")[0] == ExitCode.DONE
    code, shown = run("diff", "2024-06-r1", "2024-06-r2", "--exit-code", "--json")
    assert code == ExitCode.DIFFERENCES
    (percent,) = [
        change
        for change in json.loads(shown)["changes"]
        if (change["statistic"], change["population"]) == ("percent", "all")
    ]
    assert (percent["numerator"], percent["denominator"], percent["is_explained"]) == (2, 1, True)
    assert sum(unit["numerator"] for part in percent["parts"] for unit in part["units"]) == 2


@pytest.mark.parametrize(
    ("asked", "says", "code"),
    [
        (("2024-06-r2", "2024-06"), "both 2024-06-r2", ExitCode.USAGE),
        (("published", "2024-06"), "Nothing is published yet", ExitCode.NOTHING_MATCHED),
        (("2024-06-r1", "2024-06-r9"), "no release 2024-06-r9", ExitCode.NOTHING_MATCHED),
        (("2024-06-r1", "2024-05"), "No release of 2024-05", ExitCode.NOTHING_MATCHED),
    ],
)
def test_what_cannot_be_compared_says_why(home, asked, says, code):
    with pytest.raises(RunnerError, match=says) as fault:
        diff(home, *asked)
    assert fault.value.exit_code == code


def test_a_measure_that_is_not_there_is_not_compared(home):
    with pytest.raises(RunnerError, match="no measure enquirys") as fault:
        diff(home, "2024-06-r1", "draft", measure="enquirys")
    assert "enquiries" in fault.value.next_step
