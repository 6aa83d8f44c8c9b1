"""Releases: what is in one, that it cannot change, and that CURRENT alone moves."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import duckdb
import pytest
from conftest import land_contacts

from runner import ledger
from runner.demo import demonstrate
from runner.errors import ExitCode, RunnerError
from runner.home import PROJECT, Home
from runner.lock import run_lock
from runner.months import Month
from runner.releases.contents import content_faults, known_runs
from runner.releases.doctor import examine
from runner.releases.package import make_files
from runner.releases.publish import publish, roll_back
from runner.releases.refresh import STAGES, refresh
from runner.releases.status import status, status_text
from runner.releases.store import all_releases, current, find_release

MAY, JUNE = Month(2024, 5), Month(2024, 6)
MARTS = [
    "check_history",
    "check_results",
    "contacts",
    "dim_measure",
    "dim_month",
    "dim_person",
    "dim_population",
    "dim_team",
    "measure_expected",
    "measure_maturity",
    "measure_results",
    "measure_revisions",
    "measure_rows",
    "measure_triangles",
    "measure_vintages",
]


def files_of(home: Home) -> dict[str, bytes]:
    """Every file under releases/, with its bytes."""
    found = home.releases.rglob("*")
    return {str(path.relative_to(home.releases)): path.read_bytes() for path in found if path.is_file()}


def test_a_release_holds_the_marts_with_their_comments_and_nothing_else(built_home):
    with duckdb.connect() as connection:
        connection.execute(
            f"attach '{built_home.releases / '2024-06-r1/marts.duckdb'}' as release (read_only)"
        )
        tables = connection.sql(
            "select schema_name, table_name, comment from duckdb_tables() where database_name = 'release'"
        ).fetchall()
        columns = connection.sql(
            "select column_name, comment from duckdb_columns()"
            " where database_name = 'release' order by table_name, column_index"
        ).fetchall()
        version = connection.sql(
            "select tags['storage_version'] from duckdb_databases() where database_name = 'release'"
        ).fetchall()
    assert {schema for schema, _, _ in tables} == {"marts"}
    assert [table for _, table, _ in tables] == MARTS
    assert tables[2][2] == "It's a contact a row."
    assert all(comment for _, comment in columns)
    assert ("contact_id", "The contact's id.") in columns
    assert version == [("v1.0.0+",)]


def test_a_release_is_one_folder_of_read_only_files_without_a_write_ahead_log(built_home):
    folder = built_home.releases / "2024-06-r1"
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    parquet = [f"parquet/{table}.parquet" for table in MARTS if table != "measure_rows"]
    statement = ["assurance/statement.json", "assurance/statement.md"]
    assert names == [*statement, "lineage.json", "marts.duckdb", *parquet, "run.json"]
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in names} == {0o440}
    assert stat.S_IMODE(built_home.work.stat().st_mode) == 0o700


def test_run_json_says_what_it_was_made_of(built_home):
    run = find_release(built_home, "2024-06-r1").run
    assert (run["month"], run["as_at"], run["rows"]) == (
        "2024-06",
        "2024-07-31",
        dict.fromkeys(MARTS, 2)
        | {"check_history": 1, "check_results": 1, "dim_measure": 1, "dim_population": 1}
        | {"dim_person": 0, "dim_team": 0, "measure_revisions": 0}
        | {"measure_expected": 0, "measure_maturity": 1},
    )
    assert run["checks"] == [{"name": "every_contact_has_a_date", "status": "pass", "failures": 0}]
    assert {
        "run_id",
        "sha256",
        "logical_hash",
        "extract_hash",
        "inputs_hash",
        "code_hash",
        "lock_hash",
        "published_before",
        "compared_with",
    } <= run.keys()
    assert {"python", "duckdb", "dbt-core", "dbt-duckdb", "great-expectations"} == run["versions"].keys()
    assert tuple(run["stages"]) == STAGES


def fingerprint(folder, rows: str, setting: str) -> dict[str, str]:
    """The hashes of a build whose one table holds these rows."""
    folder.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'marts.duckdb'}' as release; create schema release.marts")
        connection.execute(setting)
        connection.execute(
            "create table release.marts.units as select name, amount, populations, seen_at"
            f" from (values {rows}) as units (name, amount, populations, seen_at)"
        )
    (folder / "out").mkdir()
    return make_files(folder / "marts.duckdb", folder / "out").hashes


FIRST = "('a', 0.3::double, ['x'], timestamp '2024-06-30 23:30')"
SECOND = "(null, 1 / 3, []::varchar[], null)"


def test_the_hash_of_a_table_does_not_depend_on_order_threads_or_time_zone(tmp_path, monkeypatch):
    here = fingerprint(tmp_path / "here", f"{FIRST}, {SECOND}", "set threads = 1")
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    summed_otherwise = FIRST.replace("0.3::double", "0.1::double + 0.2::double")
    there = fingerprint(tmp_path / "there", f"{SECOND}, {summed_otherwise}", "set timezone = 'Asia/Tokyo'")
    monkeypatch.undo()
    time.tzset()
    assert here == there


@pytest.mark.parametrize(
    "rows",
    [
        FIRST,
        f"{FIRST}, {FIRST}, {SECOND}",
        f"{FIRST}, ('', 1 / 3, []::varchar[], null)",
        f"{SECOND}, {SECOND}",
    ],
)
def test_the_hash_of_a_table_tells_other_rows_apart(tmp_path, rows):
    assert fingerprint(tmp_path / "one", f"{FIRST}, {SECOND}", "") != fingerprint(
        tmp_path / "other", rows, ""
    )


@pytest.mark.parametrize(
    ("stray", "says"),
    [
        ("create schema release.marts; create view release.marts.loose as select 1 as one", "marts.loose"),
        (
            "create schema release.staging; create table release.staging.people (name varchar)",
            "staging.people",
        ),
    ],
)
def test_what_is_no_table_of_the_marts_is_refused(tmp_path, stray, says):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{tmp_path / 'marts.duckdb'}' as release; {stray}")
    (tmp_path / "out").mkdir()
    with pytest.raises(RunnerError, match=f"{says} has no place in a release"):
        make_files(tmp_path / "marts.duckdb", tmp_path / "out")


def test_the_same_inputs_and_code_make_no_second_release(home):
    before = files_of(home)
    (again,) = refresh(home, [JUNE])
    assert (again.release.name, again.is_new) == ("2024-06-r1", False)
    assert files_of(home) == before


def test_another_extract_makes_the_next_release_of_the_month(home):
    (other,) = refresh(home, [JUNE], date(2024, 7, 2))
    assert (other.release.name, other.release.as_at, other.is_new) == ("2024-06-r2", date(2024, 7, 2), True)
    assert not [path for path in home.work.iterdir() if path.name not in ("parsed", ".lock")]
    logical = {release.name: release.run["logical_hash"] for release in all_releases(home)}
    assert logical["2024-06-r1"] != logical["2024-06-r2"]


def test_publishing_moves_current_and_nothing_else(home):
    publish(home, "2024-05")
    (newest,) = refresh(home, [JUNE])
    before = files_of(home)
    publish(home)
    after = files_of(home)
    del before["CURRENT"]
    pointer = json.loads(after.pop("CURRENT"))
    run = newest.release.run
    assert after == before
    assert pointer == {"release": "2024-06-r2"} | {
        key: run[key] for key in ("month", "as_at", "run_id", "sha256")
    }
    assert [(line["event"], line["release"]) for line in ledger.entries(home)][-3:] == [
        ("published", "2024-05-r1"),
        ("built", "2024-06-r2"),
        ("published", "2024-06-r2"),
    ]


def test_publishing_twice_records_once(home):
    publish(home, "2024-06-r1")
    before = home.ledger.read_bytes()
    publish(home, "2024-06-r1")
    assert home.ledger.read_bytes() == before


def test_publishing_again_records_what_a_killed_publish_did_not(home):
    publish(home, "2024-06-r1")
    lines = home.ledger.read_bytes().splitlines(keepends=True)
    home.ledger.write_bytes(b"".join(lines[:-1]))
    assert not {finding.what: finding.is_well for finding in examine(home)}["ledger"]
    publish(home, "2024-06-r1")
    assert ledger.entries(home)[-1]["event"] == "published"
    assert all(finding.is_well for finding in examine(home))


@pytest.mark.parametrize(
    ("wanted", "exit_code", "says"),
    [
        ("2024-05-r1", ExitCode.USAGE, "older than the published 2024-06-r1"),
        ("2024-09-r1", ExitCode.NOTHING_MATCHED, "no release 2024-09-r1"),
        ("2024-09", ExitCode.NOTHING_MATCHED, "No release of 2024-09"),
        ("../2024-06-r1", ExitCode.NOTHING_MATCHED, "no release"),
    ],
)
def test_what_cannot_be_published_changes_nothing(home, wanted, exit_code, says):
    publish(home, "2024-06-r1")
    before = files_of(home)
    with pytest.raises(RunnerError, match=says) as fault:
        publish(home, wanted)
    assert fault.value.exit_code == exit_code
    assert files_of(home) == before


def test_an_altered_release_is_not_published(home):
    file = home.releases / "2024-06-r1/marts.duckdb"
    file.chmod(0o640)
    with file.open("r+b") as bytes_of_it:
        bytes_of_it.seek(-1, os.SEEK_END)
        bytes_of_it.write(b"!")
    with pytest.raises(RunnerError, match="is not the file that was built") as fault:
        publish(home)
    assert fault.value.exit_code == ExitCode.BLOCKED
    assert current(home) is None


def test_a_write_ahead_log_beside_a_release_is_not_published(home):
    (home.releases / "2024-06-r1/marts.duckdb.wal").write_bytes(b"")
    with pytest.raises(RunnerError, match=r"marts\.duckdb\.wal lies beside"):
        publish(home)


def test_rolling_back_needs_a_release_that_was_published(home):
    publish(home, "2024-06-r1")
    with pytest.raises(RunnerError, match="2024-05-r1 was never published"):
        roll_back(home, "2024-05-r1", "wrong extract")
    assert current(home)["release"] == "2024-06-r1"


def test_rolling_back_goes_back_and_keeps_the_reason(home):
    publish(home, "2024-05")
    refresh(home, [JUNE])
    publish(home, "2024-06")
    roll_back(home, "2024-05-r1", "wrong extract")
    assert current(home)["release"] == "2024-05-r1"
    last = ledger.entries(home)[-1]
    assert (last["event"], last["release"], last["reason"]) == ("rolled back", "2024-05-r1", "wrong extract")


def test_status_shows_each_month_by_stage(home):
    publish(home, "2024-05")
    land_contacts(home, "2024-08-02")
    months = status(home)
    assert [(row["month"], row["landed"]) for row in months] == [
        ("2024-07", ["2024-08-02"]),
        ("2024-06", ["2024-07-02", "2024-07-31"]),
        ("2024-05", ["2024-06-04"]),
    ]
    assert months[1]["built"] == [
        {"release": "2024-06-r1", "as_at": "2024-07-31", "state": "draft", "sign_off": None}
        | {"known_then": True}
    ]
    lines = status_text(months).splitlines()
    assert lines[1].split() == ["2024-07", "2024-08-02", "-", "-"]
    assert lines[3].split() == ["2024-05", "2024-06-04", "r1", "r1", "(current)"]


def test_a_second_run_is_told_who_is_first_and_readers_are_not_blocked(home):
    publish(home, "2024-05")
    with run_lock(home, "refresh 2024-06"):
        with pytest.raises(RunnerError, match=f"refresh 2024-06`, process {os.getpid()}, since 2") as fault:
            refresh(home, [JUNE], date(2024, 7, 2))
        assert status(home)[0]["built"]
        assert current(home)["release"] == "2024-05-r1"
    assert fault.value.exit_code == ExitCode.BUSY
    with run_lock(home, "the next"):
        pass


def test_a_run_killed_at_any_moment_leaves_what_was_published(home):
    publish(home, "2024-05")
    published = files_of(home)
    script = (
        "from datetime import date; from pathlib import Path; from runner.home import Home;"
        "from runner.months import Month; from runner.releases.refresh import refresh;"
        f"home = Home(Path({str(home.root)!r}), Path({str(home.project)!r}));"
        "refresh(home, [Month(2024, 6)], date(2024, 7, 2))"
    )
    for seconds in (0.4, 1.6, 2.0):
        process = subprocess.Popen([sys.executable, "-c", script], cwd=PROJECT, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.wait()
        kept = files_of(home)
        assert {name: kept[name] for name in published} == published
        find_release(home, current(home)["release"]).verify()
    refresh(home, [JUNE], date(2024, 7, 2))
    assert all(finding.is_well for finding in examine(home))
    assert all_releases(home)[-1].name == "2024-06-r2"


def test_leftovers_of_a_dead_run_are_found_and_then_removed(home):
    (home.work / "20240101T000000Z-aaaaaa").mkdir()
    (home.releases / ".draft-20240101T000000Z-aaaaaa").mkdir()
    (fault,) = [finding for finding in examine(home) if not finding.is_well]
    assert fault.what == "work"
    assert "20240101T000000Z-aaaaaa" in fault.says
    refresh(home, [JUNE])
    assert all(finding.is_well for finding in examine(home))


def test_a_release_made_just_before_a_kill_is_recorded_by_the_next_run(home):
    home.ledger.write_bytes(home.ledger.read_bytes().splitlines(keepends=True)[0])
    refresh(home, [JUNE])
    assert [line["release"] for line in ledger.entries(home)] == ["2024-05-r1", "2024-06-r1"]
    assert ledger.verify(home) == 2


def test_doctor_finds_a_pointer_to_another_file(home):
    publish(home)
    pointer = home.releases / "CURRENT"
    pointer.write_text(pointer.read_text().replace('"sha256": "', '"sha256": "0'))
    (fault,) = [finding for finding in examine(home) if not finding.is_well]
    assert fault.what == "CURRENT"
    assert "rollback" in fault.fix


def test_doctor_finds_an_extract_without_its_files(home):
    (home.landing / "2024-06-04/ssd_contacts.parquet").unlink()
    (home.landing / "2024-07-02/manifest.json").write_text("{}")
    faults = [finding for finding in examine(home) if not finding.is_well]
    assert [finding.what for finding in faults] == ["landing", "landing"]
    assert "2024-06-04" in faults[0].says
    assert "2024-07-02" in faults[1].says


def test_a_demonstration_goes_on_where_it_was_stopped(home, tmp_path, monkeypatch):
    written = tmp_path / "written"
    written.mkdir()
    (written / "kept.txt").touch()
    monkeypatch.setattr("runner.demo.NARRATIVES", written)
    told = []
    for _ in range(2):
        assert demonstrate(home, told.append).name == "2024-06-r3"
    assert current(home)["release"] == "2024-06-r3"
    assert (home.root / "narrative" / "kept.txt").exists()
    published = [line["release"] for line in ledger.entries(home) if line["event"] == "published"]
    assert published == ["2024-05-r1", "2024-06-r2", "2024-06-r3"]
    assert [line for line in told if "built" not in line] == [
        "  2024-05-r1 is published, unsigned",
        "Building 2024-06 from the extract of 2024-07-02",
        "  2024-06-r2 is published, unsigned",
        "Building 2024-06 from the extract of 2024-07-31",
        "  2024-06-r3 is published, unsigned",
    ]


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("change", ["altered", "taken out", "put in"])
def test_any_change_in_the_ledger_but_its_end_is_found(tmp_path, number, change):
    home = Home(tmp_path)
    for event in ("landed", "built", "published", "built"):
        ledger.record(home, event, release="2024-06-r1")
    lines = home.ledger.read_bytes().splitlines(keepends=True)
    if change == "altered":
        lines[number] = lines[number].replace(b"2024-06-r1", b"2024-06-r2")
    elif change == "taken out":
        del lines[number]
    else:
        lines.insert(number, lines[number])
    assert ledger.verify(home) == 4
    home.ledger.write_bytes(b"".join(lines))
    with pytest.raises(RunnerError, match="does not follow"):
        ledger.verify(home)


def test_a_line_cut_short_by_a_power_cut_is_dropped(tmp_path):
    home = Home(tmp_path)
    ledger.record(home, "landed", as_at="2024-07-02")
    with home.ledger.open("ab") as file:
        file.write(b'{"at": "2024-07-')
    ledger.record(home, "built", release="2024-06-r1")
    assert [line["event"] for line in ledger.entries(home)] == ["landed", "built"]
    assert ledger.verify(home) == 2


def flip(path: Path, place: int) -> None:
    """Turns one bit of a file."""
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1
    path.chmod(0o640)
    path.write_bytes(content)


def thorough_faults(home: Home) -> list[tuple[str, str]]:
    return [(found.what, found.says) for found in examine(home, is_thorough=True) if not found.is_well]


def test_every_file_of_a_release_is_held_against_its_hash(home):
    assert thorough_faults(home) == []
    (release,) = [one for one in all_releases(home) if one.name == "2024-06-r1"]
    known = known_runs(home)
    release.verify()
    names = [path.relative_to(release.folder).as_posix() for path in release.folder.rglob("*.*")]
    assert len(names) > 15
    for number, name in enumerate(names):
        path = release.folder / name
        before = path.read_bytes()
        flip(path, 7919 * number)
        (fault,) = content_faults(release, known)
        assert f"{name} of 2024-06-r1" in fault
        path.write_bytes(before)
    assert content_faults(release, known) == []


def test_the_doctor_tells_of_a_changed_byte_wherever_it_is_and_goes_on(home):
    publish(home)
    release = find_release(home, current(home)["release"])
    for path, places in ((release.folder / "run.json", range(0, 9000, 1201)), (release.file, (9, 4097))):
        before = path.read_bytes()
        for place in places:
            flip(path, place)
            whats = {what for what, _ in thorough_faults(home)}
            assert whats & {"contents", "releases"}, (path.name, place)
            path.write_bytes(before)
    assert thorough_faults(home) == []


def test_a_file_too_many_or_too_few_in_a_release_is_found(home):
    folder = home.releases / "2024-06-r1"
    (folder / "lineage.json").unlink()
    (folder / "assurance" / "more.csv").write_text("a\n")
    (folder / ".hidden").write_text("a\n")
    assert [says for _, says in thorough_faults(home)] == [
        ".hidden of 2024-06-r1 was not there when it was built",
        "assurance/more.csv of 2024-06-r1 was not there when it was built",
        "lineage.json of 2024-06-r1 is missing",
    ]


def test_a_release_that_the_ledger_does_not_name_or_that_lists_no_files_is_told_of(home):
    home.ledger.write_bytes(home.ledger.read_bytes().splitlines(keepends=True)[0])
    assert thorough_faults(home) == [("contents", "the ledger does not say that 2024-06-r1 was built")]
    refresh(home, [JUNE])
    assert thorough_faults(home) == []
    file = home.releases / "2024-06-r1/run.json"
    file.chmod(0o640)
    file.write_text(
        json.dumps({key: value for key, value in json.loads(file.read_text()).items() if key != "contents"})
    )
    ((_, says),) = thorough_faults(home)
    assert says == "2024-06-r1 was built by an earlier version, which kept no hashes of its files"


def test_any_changed_byte_of_what_current_says_is_found(home):
    publish(home)
    pointer = home.releases / "CURRENT"
    before = pointer.read_bytes()
    for place in range(3, len(before) - 2, 17):
        pointer.write_bytes(before)
        flip(pointer, place)
        assert "CURRENT" in {found.what for found in examine(home) if not found.is_well}, place
    pointer.write_bytes(before)
    assert all(finding.is_well for finding in examine(home))
