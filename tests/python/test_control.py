"""A control report beside our counts: every difference bridged by rows that are there, or unexplained."""

import csv
import json

import pytest
from click.testing import CliRunner

from runner.assurance.control import control_result, control_text, write_bridges
from runner.cli import main
from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.months import Month
from runner.readers.release import Built
from tests.python.control_releases import counting_release, unit

UNITS = [
    unit("A"),
    unit("B"),
    unit("C", "T2"),
    unit("D", None),
    unit("X", "T1", "excluded", "plan for another authority"),
    unit("Y", "T1", "excluded", "plan for another authority", "2024-05"),
    unit("E", "T1", month="2024-05"),
    unit("A", measure="open_plans", month="2024-05"),
    unit("A", measure="open_plans"),
]
"""June: four plans started, two by T1, one by T2, one by nobody known; one left out."""


@pytest.fixture
def home(tmp_path):
    counting_release(tmp_path / "releases" / "2024-06-r1" / "marts.duckdb", UNITS)
    return Home(tmp_path)


def result(home, *lines, release="2024-06-r1", month=None):
    """What a control report with these lines comes to."""
    path = home.root / "control.csv"
    path.write_text("\n".join(["measure,month,team,count", *lines]) + "\n", encoding="utf-8")
    return control_result(home, Built(release, home.releases / release / "marts.duckdb"), path, month)


def steps(bridge):
    return {step.reason: step.count for step in bridge.steps}


def later(home, units, as_at="2024-08-02"):
    """A release from a later extract."""
    counting_release(home.releases / "2024-07-r1" / "marts.duckdb", units, as_at)


def change_rejected(home, rows):
    file = home.releases / "2024-06-r1" / "marts.duckdb"
    file.unlink()
    counting_release(file, UNITS, rejected=rows)


def test_equal_counts_agree_without_a_step(home):
    found = result(home, "plans,2024-06,,4", "plans,2024-06,T1,2", "plans,2024-06,T2,1")
    assert [(bridge.ours, bridge.steps, bridge.unexplained) for bridge in found.bridges] == [
        (4, (), 0),
        (2, (), 0),
        (1, (), 0),
    ]
    assert found.unexplained == ()


def test_a_team_may_go_by_its_name(home):
    assert result(home, "plans,2024-06,North,2").bridges[0].control.team_id == "T1"


def test_a_month_without_a_unit_counts_nought(home):
    (bridge,) = result(home, "plans,2024-04,,0").bridges
    assert (bridge.ours, bridge.unexplained) == (0, 0)


def test_what_the_definition_leaves_out_explains_a_difference(home):
    found = result(home, "plans,2024-06,,5", "plans,2024-05,,2")
    assert [steps(bridge) for bridge in found.bridges] == [{"plan for another authority": 1}] * 2
    assert found.unexplained == ()


def test_whether_a_screen_counts_what_is_left_out_is_decided_once_for_all_lines(home):
    found = result(home, "plans,2024-06,,5", "plans,2024-05,,1", "plans,2024-06,T1,2", "plans,2024-04,,0")
    assert [bridge.unexplained for bridge in found.bridges] == [1, 0, 0, 0]
    assert all(not bridge.steps for bridge in found.bridges)


def test_rows_rejected_at_landing_explain_as_many_as_there_are_and_each_once(home):
    change_rejected(home, 3)
    found = result(home, "plans,2024-04,,2", "plans,2024-03,,2")
    assert [steps(bridge) for bridge in found.bridges] == [
        {"rejected at landing": 2},
        {"rejected at landing": 1},
    ]
    assert [bridge.unexplained for bridge in found.bridges] == [0, 1]


def test_a_rejected_row_is_missing_from_a_stock_in_every_month(home):
    change_rejected(home, 1)
    found = result(home, "open_plans,2024-06,,2", "open_plans,2024-05,,2")
    assert [steps(bridge) for bridge in found.bridges] == [{"rejected at landing": 1}] * 2


def test_without_a_later_extract_what_was_recorded_since_is_unexplained(home):
    found = result(home, "plans,2024-06,,7")
    assert found.later is None
    assert [bridge.unexplained for bridge in found.unexplained] == [2]
    assert "cannot be told" in control_text(found)


def test_a_later_extract_shows_what_was_recorded_withdrawn_and_moved(home):
    since = [one for one in UNITS if one[2] not in ("B", "C") or one[0] != "plans"]
    later(home, [*since, unit("C", "T1"), unit("F", "T1"), unit("G", "T2")])
    found = result(home, "plans,2024-06,T1,4", "plans,2024-06,T2,0", "plans,2024-06,,6")
    assert found.later == "2024-07-r1"
    assert [steps(bridge) for bridge in found.bridges] == [
        {"recorded after the extract": 1, "moved to this team after the extract": 1},
        {"moved to another team after the extract": -1},
        {"recorded after the extract": 2},
    ]
    assert found.unexplained == ()
    (fewer,) = result(home, "plans,2024-06,,2").bridges
    assert steps(fewer) == {"withdrawn or dated otherwise after the extract": -1}
    assert fewer.unexplained == -1


def test_units_without_a_team_explain_a_team_but_not_the_total(home):
    found = result(home, "plans,2024-06,T2,2", "plans,2024-06,T1,3", "plans,2024-06,,4")
    assert [(steps(bridge), bridge.unexplained) for bridge in found.bridges] == [
        ({"team unknown": 1}, 0),
        ({}, 1),
        ({}, 0),
    ]


def test_ours_and_the_steps_and_what_is_unexplained_make_the_control_count(home):
    change_rejected(home, 1)
    later(home, [*UNITS, unit("F", "T2")])
    found = result(home, "plans,2024-06,,9", "plans,2024-05,,1", "plans,2024-06,T2,0", "plans,2024-06,T1,6")
    for bridge in found.bridges:
        total = bridge.ours + sum(step.count for step in bridge.steps) + bridge.unexplained
        assert total == bridge.control.count


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("month,measure,team,count\n", "line 1: the columns are not"),
        ("measure,month,team,count\n", "line 1: there is no count"),
        ("", "line 1: the columns are not"),
        ("measure,month,team,count\nplans,2024-06,,4,\n", "line 2: it has 5 values"),
        ("measure,month,team,count\nplans,2024-06,4\n", "line 2: it has 3 values"),
        ("measure,month,team,count\n\n", "line 2: it has 0 values"),
        ("measure,month,team,count\nplanz,2024-06,,4\n", "line 2: 'planz' is no measure that is counted"),
        ("measure,month,team,count\nenquiries,2024-06,,1\n", "'enquiries' is no measure that is counted"),
        ("measure,month,team,count\nplans,06/2024,,4\n", "line 2: '06/2024' is not a month"),
        ("measure,month,team,count\nplans,2025-06,,4\n", "holds no 2025-06, only 2023-07 to 2024-06"),
        ("measure,month,team,count\nplans,2024-06,East,4\n", "line 2: 'East' is no team of the release"),
        ("measure,month,team,count\nplans,2024-06,South,4\n", "'South' names several teams"),
        ("measure,month,team,count\nplans,2024-06,,-4\n", "line 2: the count '-4' is not a whole number"),
        ("measure,month,team,count\nplans,2024-06,,4.0\n", "the count '4.0' is not"),
        ("measure,month,team,count\nplans,2024-06,,\n", "the count '' is not"),
        ("measure,month,team,count\nplans,2024-06,,4\nplans,2024-06,,4\n", "line 3: line 2 counts the same"),
        (
            "measure,month,team,count\nplans,2024-06,T1,4\nplans,2024-06,North,4\n",
            "line 3: line 2 counts the same",
        ),
        ('measure,month,team,count\n"plans,2024-06,,4\n', "it is not CSV"),
        (b"measure,month,team,count\nplans,2024-06,\xa3,4\n", "the file is not UTF-8"),
    ],
)
def test_a_control_report_that_is_not_plainly_right_is_refused(home, text, says):
    path = home.root / "control.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    ended = CliRunner().invoke(main, ["--home", str(home.root), "reconcile", "--control", str(path)])
    assert ended.exit_code == ExitCode.REFUSED
    assert says in ended.stderr
    assert ended.stderr.count("\n") == 2


def test_a_missing_control_report_is_refused(home):
    ended = CliRunner().invoke(main, ["--home", str(home.root), "reconcile", "--control", "nowhere.csv"])
    assert ended.exit_code == ExitCode.REFUSED


def test_a_month_keeps_only_its_counts(home):
    found = result(home, "plans,2024-06,,4", "plans,2024-05,,9", month=Month(2024, 6))
    assert [str(bridge.control.month) for bridge in found.bridges] == ["2024-06"]
    with pytest.raises(RunnerError, match="counts nothing in 2024-04"):
        result(home, "plans,2024-06,,4", month=Month(2024, 4))


@pytest.mark.parametrize(("count", "code"), [(5, ExitCode.DONE), (6, ExitCode.BLOCKED)])
def test_the_command_ends_with_3_where_something_is_unexplained(home, count, code):
    path = home.root / "control.csv"
    path.write_text(f"measure,month,team,count\nplans,2024-06,,{count}\n")
    ended = CliRunner().invoke(
        main, ["--home", str(home.root), "reconcile", "--control", str(path), "--json"]
    )
    said = json.loads(ended.stdout)
    assert ended.exit_code == code
    assert (said["counts"], said["agree"], said["unexplained"]) == (1, 0, count - 5)
    assert said["bridges"][0]["steps"][0] == {"reason": "plan for another authority", "count": 1, "known": 1}


def test_the_bridges_are_written_step_by_step_to_the_control_count(home, tmp_path):
    write_bridges(result(home, "plans,2024-06,,6", "plans,2024-05,,2"), tmp_path / "bridges.csv")
    with (tmp_path / "bridges.csv").open(encoding="utf-8", newline="") as file:
        written = [(row["line"], row["reason"], row["units"]) for row in csv.DictReader(file)]
    assert written == [
        ("2", "plan for another authority", "1"),
        ("2", "unexplained", "1"),
        ("3", "plan for another authority", "1"),
        ("3", "unexplained", "0"),
    ]
