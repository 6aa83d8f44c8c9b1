"""What is left when a run ends badly, and how the next one puts it right: one test for each way."""

import json
import os
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from faults.same_inputs import clock_at
from faults.small import EARLY_JUNE, FIRST, JUNE, MAY, Case, small_world, write_extract

from runner import ledger
from runner.cli import main
from runner.database import in_memory
from runner.errors import RunnerError, disk_fault
from runner.files import write_whole
from runner.home import PROJECT, Home
from runner.landing.land import land
from runner.releases.doctor import examine
from runner.releases.publish import publish, roll_back
from runner.releases.refresh import refresh
from runner.releases.sign_off import sign_off
from runner.releases.store import all_releases, choose_release, current

CORRECTED = Case(FIRST.contacts[:4])


def events(home: Home) -> list[tuple[str, str]]:
    """The ledger's lines: what was done, and to what."""
    return [(line["event"], line.get("release") or line["as_at"]) for line in ledger.entries(home)]


def faults_of(home: Home) -> list[str]:
    """What the doctor finds fault with."""
    return [finding.what for finding in examine(home) if not finding.is_well]


@pytest.fixture
def extract(tmp_path):
    """An extract of a few contacts, landed by a small contract."""
    with small_world(by_sql=True):
        yield write_extract(tmp_path / "extract", FIRST)


def test_any_flipped_byte_of_the_ledger_is_found(tmp_path):
    home = Home(tmp_path)
    for event in ("landed", "built", "published"):
        ledger.record(home, event, as_at="2024-07-02")
    content = home.ledger.read_bytes()
    missed = []
    for place in range(len(content)):
        home.ledger.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        try:
            ledger.verify(home)
        except RunnerError:
            continue
        missed.append(place)
    assert missed == []


def test_a_ledger_without_seals_is_not_called_changed(tmp_path):
    home = Home(tmp_path)
    line = ledger.record(home, "landed", as_at="2024-07-02")
    home.ledger.write_text(json.dumps(line) + "\n")
    with pytest.raises(RunnerError, match="written by an earlier version, or altered"):
        ledger.verify(home)


@pytest.mark.parametrize("cut", [1, 2, 40, 150])
def test_a_line_cut_short_stops_no_run_and_is_written_over(tmp_path, cut):
    home = Home(tmp_path)
    ledger.record(home, "landed", as_at="2024-07-02")
    whole = home.ledger.read_bytes()
    home.ledger.write_bytes(whole + whole[:-cut])
    is_whole_but_for_its_end = cut == 1
    assert len(ledger.entries(home)) == 1 + is_whole_but_for_its_end
    if not is_whole_but_for_its_end:
        assert ledger.verify(home) == 1
        ledger.record(home, "built", as_at="2024-07-02")
        assert ledger.verify(home) == 2


def test_a_line_that_lacks_only_its_end_counts(tmp_path):
    home = Home(tmp_path)
    for event in ("landed", "built"):
        ledger.record(home, event, as_at="2024-07-02")
    home.ledger.write_bytes(home.ledger.read_bytes()[:-1])
    assert ledger.verify(home) == 2
    ledger.record(home, "published", as_at="2024-07-02")
    assert [line["event"] for line in ledger.entries(home)] == ["landed", "built", "published"]
    assert ledger.verify(home) == 3


def test_a_line_that_cannot_be_written_leaves_the_ledger_as_it_was(tmp_path, monkeypatch):
    home = Home(tmp_path)
    ledger.record(home, "landed", as_at="2024-07-02")
    before = home.ledger.read_bytes()

    def fail(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="Input/output"):
        ledger.record(home, "built", as_at="2024-07-02")
    assert home.ledger.read_bytes() == before


def test_an_extract_landed_just_before_a_kill_is_recorded_by_the_next_landing(tmp_path, extract):
    home = Home(tmp_path / "home")
    land(extract, EARLY_JUNE, home)
    home.ledger.unlink()
    assert land(extract, EARLY_JUNE, home).status == "unchanged"
    land(extract, EARLY_JUNE, home)
    assert events(home) == [("landed", "2024-06-04")]


def test_an_extract_that_cannot_take_its_place_leaves_the_earlier_one(tmp_path, extract, monkeypatch):
    home = Home(tmp_path / "home")
    first = land(extract, EARLY_JUNE, home).manifest
    other = write_extract(tmp_path / "other", CORRECTED)
    real = os.rename

    def fail(source: Path, target: Path) -> None:
        if ".incoming-" in str(source):
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "rename", fail)
    with pytest.raises(OSError, match="No space"):
        land(other, date(2024, 6, 4), home, replace=True)
    monkeypatch.undo()
    kept = json.loads((home.landing / "2024-06-04/manifest.json").read_text())
    assert kept == first
    assert sorted(path.name for path in home.landing.iterdir()) == [".replaced", "2024-06-04"]
    assert not list((home.landing / ".replaced").iterdir())


def without_last_line(home: Home) -> None:
    """Takes the last line out of the ledger, as if a run had been killed before it."""
    lines = home.ledger.read_bytes().splitlines(keepends=True)
    home.ledger.write_bytes(b"".join(lines[:-1]))


def test_a_release_published_just_before_a_kill_is_recorded_by_the_next_refresh(home):
    publish(home, "2024-05-r1")
    without_last_line(home)
    refresh(home, [JUNE], date(2024, 7, 2))
    assert ("published", "2024-05-r1") in events(home)
    assert all_releases(home)[-1].run["published_before"].keys() == {"2024-05-r1"}
    assert faults_of(home) == []


def test_a_release_published_just_before_a_kill_is_recorded_when_another_is_published(home):
    publish(home, "2024-05-r1")
    (june,) = refresh(home, [JUNE])
    without_last_line(home)
    home.ledger.write_bytes(home.ledger.read_bytes())
    publish(home, june.release.name)
    assert [event for event in events(home) if event[0] == "published"] == [
        ("published", "2024-05-r1"),
        ("published", june.release.name),
    ]


def test_a_rollback_that_was_not_recorded_says_that_its_reason_is_not_known(home):
    publish(home, "2024-05-r1")
    (june,) = refresh(home, [JUNE])
    publish(home, june.release.name)
    roll_back(home, "2024-05-r1", "wrong extract")
    without_last_line(home)
    refresh(home, [MAY])
    last = ledger.entries(home)[-1]
    assert (last["event"], last["release"]) == ("rolled back", "2024-05-r1")
    assert "not known" in last["reason"]


def test_signing_off_twice_is_recorded_once(home):
    for _ in range(2):
        sign_off(home, "2024-06-r1", "Head of Performance")
    assert [event for event in events(home) if event[0] == "signed off"] == [("signed off", "2024-06-r1")]


def test_a_clock_that_goes_back_reorders_nothing(home):
    publish(home, "2024-05-r1")
    with clock_at("2001-01-01T00:00:00"):
        (june,) = refresh(home, [JUNE])
    assert june.release.name == "2024-06-r2"
    assert june.release.run["built_at"] < "2002"
    assert choose_release(home, "draft").name == "2024-06-r2"
    publish(home)
    assert current(home)["release"] == "2024-06-r2"
    assert ledger.verify(home) == len(events(home))
    assert events(home)[-2:] == [("built", "2024-06-r2"), ("published", "2024-06-r2")]
    assert faults_of(home) == []


def test_current_alone_is_ever_replaced(tmp_path, extract, small_project, monkeypatch):
    home = Home(tmp_path / "home", small_project)
    replaced, real = [], {"rename": os.rename, "replace": os.replace}

    def watch(name: str) -> None:
        def move(source: Path, target: Path) -> None:
            if Path(target).exists():
                replaced.append(Path(target).relative_to(home.root).as_posix())
            real[name](source, target)

        monkeypatch.setattr(os, name, move)

    watch("rename")
    watch("replace")
    land(extract, EARLY_JUNE, home)
    (may,) = refresh(home, [MAY])
    publish(home)
    land(write_extract(tmp_path / "corrected", CORRECTED), EARLY_JUNE, home, replace=True)
    (again,) = refresh(home, [MAY])
    assert (may.release.name, again.release.name) == ("2024-05-r1", "2024-05-r2")
    assert replaced == []
    publish(home)
    roll_back(home, "2024-05-r1", "wrong extract")
    assert replaced == ["releases/CURRENT"] * 2


def test_a_pointer_that_a_reader_holds_open_is_tried_again_and_then_left_alone(home, monkeypatch):
    publish(home, "2024-05-r1")
    before = (home.releases / "CURRENT").read_bytes()
    (june,) = refresh(home, [JUNE])
    tries, real = [], os.replace

    def refuse(source: Path, target: Path) -> None:
        tries.append(target)
        if len(tries) != at:
            raise PermissionError(13, "Permission denied", str(target))
        real(source, target)

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    at = 0
    with pytest.raises(
        RunnerError, match=r"could not be moved: Permission denied\. Nothing was changed"
    ) as fault:
        publish(home, june.release.name)
    assert "close it" in fault.value.next_step
    assert len(tries) == 6
    assert (home.releases / "CURRENT").read_bytes() == before
    assert not (home.releases / ".CURRENT.new").exists()
    tries.clear()
    at = 3
    publish(home, june.release.name)
    assert current(home)["release"] == june.release.name


def test_a_publish_whose_record_fails_says_what_readers_see(home, monkeypatch):
    def fail(*facts: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ledger, "record", fail)
    with pytest.raises(RunnerError, match="2024-06-r1 is what people read now") as fault:
        publish(home, "2024-06-r1")
    monkeypatch.undo()
    assert "type the same command again" in fault.value.next_step
    publish(home, "2024-06-r1")
    assert faults_of(home) == []


def modes(folder: Path) -> set[tuple[bool, str]]:
    """The rights of all that is in a folder: whether it is a folder, and its rights in octal."""
    paths = [folder, *folder.rglob("*")]
    return {(path.is_dir(), oct(stat.S_IMODE(path.stat().st_mode))) for path in paths}


def test_what_a_run_writes_is_its_owner_s_and_a_release_is_its_readers(tmp_path, extract, small_project):
    home = Home(tmp_path / "home", small_project)
    before = os.umask(0o022)
    try:
        land(extract, EARLY_JUNE, home)
        refresh(home, [MAY])
        publish(home)
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert modes(home.landing) == {(True, "0o700"), (False, "0o600")}
    assert modes(home.work) == {(True, "0o700"), (False, "0o600")}
    assert modes(home.releases / "2024-05-r1") == {(True, "0o750"), (False, "0o440")}
    assert stat.S_IMODE(home.releases.stat().st_mode) == 0o750
    assert stat.S_IMODE((home.releases / "CURRENT").stat().st_mode) == 0o640
    assert stat.S_IMODE(home.ledger.stat().st_mode) == 0o640


def test_what_killed_runs_left_with_personal_data_is_found_and_removed_by_the_next(home):
    left = [
        home.landing / ".incoming-0a1b2c3d/2024-07-31/ssd_person.parquet",
        home.work / "20240101T000000Z-aaaaaa/build.duckdb.tmp/duckdb_temp_storage-0.tmp",
        home.releases / ".draft-20240101T000000Z-aaaaaa/marts.duckdb",
        home.releases / ".CURRENT.new",
    ]
    for path in left:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a child's name")
    (fault,) = [finding for finding in examine(home) if not finding.is_well]
    assert (fault.what, fault.says[:29]) == ("work", "failed or killed runs left 4:")
    refresh(home, [JUNE])
    assert not any(path.exists() for path in left)
    assert faults_of(home) == []


@pytest.mark.parametrize(
    "fault",
    [
        duckdb.IOException('IO Error: Could not write file "a.wal": No space left on device'),
        duckdb.TransactionException(
            'Transaction Error: Failed to commit: Could not write file "a.wal": No space left on device'
        ),
    ],
)
def test_a_full_disk_is_said_in_a_sentence_whoever_finds_it(home, monkeypatch, fault):
    def fail(*of: object) -> None:
        raise fault

    monkeypatch.setattr("runner.releases.publish.publish", fail)
    said = CliRunner().invoke(main, ["--home", str(home.root), "publish"])
    assert said.exit_code == 1
    assert said.stderr == (
        'DuckDB: Could not write file "a.wal": No space left on device. Nothing was published.\n'
        "Next: `runner doctor`.\n"
    )


def test_what_duckdb_says_of_a_value_is_not_said():
    assert disk_fault(duckdb.ConstraintException("Constraint Error: Duplicate key: P1")) is None
    assert disk_fault(duckdb.IOException("IO Error: P1")) == "DuckDB cannot read or write a file."


def test_the_doctor_says_that_a_home_cannot_be_written(home, monkeypatch):
    real = Path.chmod

    def refuse(path: Path, mode: int) -> None:
        if path == home.work:
            raise OSError(30, "Read-only file system", str(path))
        real(path, mode)

    monkeypatch.setattr(Path, "chmod", refuse)
    faults = [finding for finding in examine(home) if not finding.is_well]
    assert [(fault.what, "Read-only" in fault.says) for fault in faults] == [("work", True)]


def test_writing_whole_writes_over_what_a_killed_run_left(tmp_path):
    (tmp_path / ".CURRENT.new").write_text('{"release": "20')
    write_whole(tmp_path / "CURRENT", "whole")
    assert [path.name for path in tmp_path.iterdir()] == ["CURRENT"]
    assert (tmp_path / "CURRENT").read_text() == "whole"


def test_the_ledger_keeps_its_order_whatever_the_clock_says(tmp_path):
    home = Home(tmp_path)
    for moment in ("2031-01-01T00:00:00", "2001-01-01T00:00:00"):
        with clock_at(moment):
            ledger.record(home, "landed", as_at=moment[:10])
    assert [line["as_at"] for line in ledger.entries(home)] == ["2031-01-01", "2001-01-01"]
    assert ledger.verify(home) == 2
    assert datetime.fromisoformat(ledger.entries(home)[1]["at"]) == datetime(2001, 1, 1, tzinfo=UTC)


def test_duckdb_spills_beside_a_build_or_nowhere(tmp_path):
    for build, spill in ((tmp_path / "marts.duckdb", str(tmp_path / "spill")), (None, "")):
        with in_memory(build) as connection:
            assert connection.execute("select current_setting('temp_directory')").fetchall() == [(spill,)]


def test_no_part_of_the_runner_leaves_it_to_duckdb_where_to_spill():
    opened = {
        path.relative_to(PROJECT).as_posix()
        for path in (PROJECT / "runner").rglob("*.py")
        if "duckdb.connect(" in path.read_text(encoding="utf-8")
    }
    assert opened == {"runner/database.py"}
