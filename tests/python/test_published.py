"""The road end to end: a simulated council, landed, built at both vintages of June 2024, and reconciled."""

import re
from datetime import date
from pathlib import Path

import pytest
from pages import faults_of

from runner.home import Home
from runner.landing.land import land
from runner.months import Month
from runner.readers.reconcile import reconcile
from runner.readers.release import find_built, opened, rows
from runner.readers.trace import trace
from runner.releases.refresh import refresh
from runner.simulator.simulate import simulate

JUNE = Month(2024, 6)
PLANTED = ("activity", "process", "workforce", "education", "send")
"""The sections whose published figures the simulator plants exactly."""

IMPOSSIBLE = {"P038", "S052", "S060"}
"""Figures that no events give beside the others; their reading says why."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder: Path = tmp_path_factory.mktemp("council")
    home = Home(folder / "home")
    extracts = simulate(folder / "extracts", date(2024, 7, 31), months=1)
    for as_at in sorted(extracts):
        land(folder / "extracts" / f"{as_at}", as_at, home)
        refresh(home, [JUNE], as_at)
    return home


@pytest.fixture(scope="module")
def planted(home):
    return [row for row in reconcile(home) if row["section"] in PLANTED]


def test_a_published_figure_agrees_or_another_one_that_agrees_excludes_it(planted):
    assert {row["release"] for row in planted} == {"2024-06-r1", "2024-06-r2"}
    alone = [
        (row["figure"], row["state"], row["value"], row["our_value"])
        for row in planted
        if row["state"] != "agrees" and not is_excluded(row) and row["last_month"]
    ]
    assert alone == []


def is_excluded(row):
    """Another figure that agrees, its own counts, or arithmetic that its reading tells rule a figure out."""
    return row["contradicted_by"] or row["own_counts_give"] is not None or row["figure"] in IMPOSSIBLE


def test_figures_with_numerator_and_denominator_agree_whole(planted):
    whole = [
        row for row in planted if row["numerator"] and row["denominator"] and row["own_counts_give"] is None
    ]
    assert len(whole) >= 10
    assert {row["state"] for row in whole} == {"agrees"}


def test_a_figure_that_its_own_counts_contradict_has_those_counts(planted):
    counts = [row for row in planted if row["own_counts_give"] is not None]
    assert {row["figure"] for row in counts} == {"P041", "P143"}
    assert all((row["our_numerator"], row["our_denominator"]) == (457, 3226) for row in counts)


def test_an_impossible_figure_says_what_excludes_it(planted):
    impossible = {row["figure"]: row for row in planted if row["figure"] in IMPOSSIBLE}
    assert {row["state"] for row in impossible.values()} == {"disagrees"}
    assert all(row["reading"] for row in impossible.values())


def test_every_live_measure_traces_to_landed_rows_that_add_up(home):
    built = find_built(home, "2024-06-r2")
    with opened(built) as connection:
        live = rows(connection, "select measure_id from release.marts.dim_measure where status = 'live'")
    faults = {}
    for row in live:
        traced = trace(home, built, row["measure_id"], JUNE)
        unproven = [unit["reason"] for unit in traced["units"] if unit["source_line"] is None]
        if traced["differences"] or unproven:
            faults[row["measure_id"]] = (traced["differences"], unproven)
    assert faults == {}


def test_a_releases_pages_are_sound_and_name_nobody(home):
    built = find_built(home, "2024-06-r2")
    site = built.file.parent / "site"
    assert faults_of(site) == []
    with opened(built) as connection:
        people = {
            row["person_id"] for row in rows(connection, "select person_id from release.marts.dim_person")
        }
        measures = rows(connection, "select measure_id from release.marts.dim_measure where status = 'live'")
    assert {path.stem for path in (site / "measures").iterdir()} == {row["measure_id"] for row in measures}
    told = {}
    for path in site.rglob("*.*"):
        named = people.intersection(re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))
        if named:
            told[path.name] = len(named)
    assert told == {}
