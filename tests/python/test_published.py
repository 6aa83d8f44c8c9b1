"""The road end to end: a simulated council, landed, built at both vintages of June 2024, and reconciled."""

import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from canaries import in_bytes, in_file, in_values, plant
from pages import faults_of

from runner.analyst.columns import listed, way_of
from runner.analyst.copy import copied_text, make_copy
from runner.analyst.key import make_key
from runner.assurance.audit_pack.pack import SHEETS, make_pack, pack_text
from runner.disclosure.modes import Mode
from runner.exports.export import export, export_text
from runner.home import PROJECT, Home
from runner.landing.land import land
from runner.months import Month
from runner.readers.reconcile import reconcile
from runner.readers.release import find_built, opened, rows
from runner.readers.trace import trace
from runner.releases.refresh import PARSED, refresh
from runner.releases.store import choose_release
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
    assert plant([folder / "extracts" / f"{as_at}" for as_at in sorted(extracts)]) >= 50
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


def test_every_column_of_a_release_is_spoken_for_in_the_list_of_the_analysts_copy(home):
    with opened(find_built(home, "2024-06-r2")) as connection:
        held = rows(connection, "select table_name, column_name from duckdb_columns() where not internal")
    nobody = [row for row in held if way_of(row["table_name"], row["column_name"]) is None]
    assert nobody == [], "say in runner/analyst/columns.csv how each of these is copied"
    tables = {row["table_name"] for row in held}
    gone = {
        (table, column)
        for table, column in listed()
        if table != "fct_*" and {"table_name": table, "column_name": column} not in held
    }
    assert gone == set()
    assert len(tables) > 80


def test_no_planted_identifier_is_in_what_leaves(home, tmp_path, capsys):
    release = choose_release(home, "2024-06-r2")
    assert len(in_values(release.file)) > 60, (
        "the canaries must be in the release, or this test shows nothing"
    )
    (tmp_path / "keys").mkdir()
    key = make_key(home, tmp_path / "keys" / "key")
    made = make_copy(home, release, key, tmp_path / "keys" / "key", tmp_path / "copy.duckdb")
    assert not in_bytes(made.file.read_bytes())
    assert in_values(made.file) == []
    pack = make_pack(home, release, tmp_path / "pack", Fraction(1, 10), ["s47_to_icpc"])
    print(copied_text(made), pack_text(pack), made.facts(), pack.manifest)
    assert not in_bytes("".join(capsys.readouterr()).encode())
    apart = {"landing": "what was landed", "parquet": "a release's rows", "marts.duckdb": "a release's rows"}
    given = export(home, release, Mode.INTERNAL, tmp_path / "export")
    print(export_text(given), given.manifest)
    assert not in_bytes("".join(capsys.readouterr()).encode())
    searched = [
        path
        for folder in (home.root, pack.folder, given.folder)
        for path in folder.rglob("*")
        if path.is_file() and not apart.keys() & {*path.parts} and path.name not in SHEETS.values()
    ]
    names = {path.name for path in searched}
    assert {"ledger.jsonl", "run.json", "statement.json", "index.html", "checks.csv", "lineage.json"} <= names
    assert {"board-report.html", "board-report.docx", "scorecard.xlsx", "scorecard.duckdb"} <= names
    assert any("lineage" in path.parts for path in searched)
    assert [path for path in searched if in_file(path)] == []


def test_a_refresh_leaves_of_dbt_what_it_parsed_and_no_log(home):
    assert [path.name for path in home.work.iterdir() if path.is_dir()] == [PARSED]
    left = [path for path in (home.work / PARSED).rglob("*") if path.is_file()]
    assert left
    assert [path for path in left if in_file(path)] == []
    logs = [*home.root.rglob("*.log*"), *(PROJECT / "logs").rglob("*"), *(PROJECT / "target").glob("*.log*")]
    assert [path for path in logs if path.is_file() and in_file(path)] == []
