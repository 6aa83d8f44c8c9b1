"""The simulator's control report: the case system's own screens, with and without planted differences."""

import csv
import sys
from collections import Counter
from datetime import date

import pytest

from runner.simulator.calendar import add_months
from runner.simulator.control_report import (
    COUNTED_TWICE,
    SCREENS,
    screen_counts,
    write_control_report,
)
from runner.simulator.simulate import build_world, simulate

AS_AT = date(2024, 7, 31)


@pytest.fixture(scope="module")
def world():
    return build_world(1, 1, date(2024, 6, 1))


@pytest.fixture(scope="module")
def plain(world):
    return screen_counts(world, AS_AT, has_differences=False)


def test_every_screen_counts_twelve_months(plain):
    months = {f"{add_months(date(2024, 6, 1), -back):%Y-%m}" for back in range(12)}
    assert {measure for measure, _, _ in plain} == SCREENS.keys()
    assert {month for _, month, _ in plain} == months


def test_a_flow_is_the_rows_dated_in_the_month_and_its_teams_make_the_total(world, plain):
    rows = csv.reader(world.rows_known("ssd_contacts", AS_AT))
    june = sum(cell.startswith("2024-06") for row in rows for cell in row[2:3])
    assert plain["contacts", "2024-06", ""] == june == 1626
    by_team = sum(
        count
        for (measure, month, team), count in plain.items()
        if (measure, month) == ("referrals", "2024-06") and team
    )
    assert plain["referrals", "2024-06", ""] == by_team == 387


def test_planted_differences_are_late_rows_and_referrals_counted_twice(world):
    early = date(2024, 7, 2)
    more = Counter(screen_counts(world, early, has_differences=True))
    more.subtract(screen_counts(world, early, has_differences=False))
    referrals = csv.reader(world.rows_known("ssd_cin_episodes", date(2024, 7, 9)))
    known = csv.reader(world.rows_known("ssd_cin_episodes", early))
    late = len({row[0] for row in referrals if "2024-06" in row[2]}) - len(
        {row[0] for row in known if "2024-06" in row[2]}
    )
    assert late > 0
    assert more["referrals", "2024-06", ""] == late
    assert more["referrals", "2023-07", ""] == COUNTED_TWICE
    assert more["contacts", "2024-06", ""] > 0


def test_the_file_has_a_line_for_each_count_in_order(plain, tmp_path):
    write_control_report(plain, tmp_path / "control.csv")
    lines = (tmp_path / "control.csv").read_text().splitlines()
    assert lines[0] == "measure,month,team,count"
    assert lines[1:] == sorted(lines[1:], key=lambda line: line.split(",")[:3])
    assert "contacts,2024-06,,1626" in lines


def test_simulate_writes_one_beside_each_extract_only_when_asked(tmp_path, monkeypatch, world):
    monkeypatch.setattr(sys.modules["runner.simulator.simulate"], "build_world", lambda *_: world)
    simulate(tmp_path / "without", AS_AT, months=0)
    simulate(tmp_path / "with", AS_AT, months=0, control_report="plain")
    assert sorted(path.name for path in (tmp_path / "without").iterdir()) == ["2024-07-31"]
    assert (tmp_path / "with" / "control_report_2024-07-31.csv").read_text().count("\n") > 100
