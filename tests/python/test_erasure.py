"""Erasing people: no row of theirs is left, every count still balances, and published figures stay."""

import json
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest
from landing_extracts import AS_AT, base_extract, tables, write_extract
from two_releases import Side, Unit, make_release

from runner import ledger
from runner.building.extracts import landed_extracts
from runner.cli import main
from runner.erasure import extracts as rewriting
from runner.erasure import record
from runner.erasure.erase import erase
from runner.erasure.people import read_people
from runner.errors import ExitCode, RunnerError
from runner.files import sha256_of
from runner.home import Home
from runner.landing.land import land
from runner.releases.contents import content_faults, contents_of, known_runs
from runner.releases.doctor import examine
from runner.releases.store import all_releases, current, find_release, point_to
from runner.revisions.diff import diff
from runner.revisions.diff_text import diff_text

CHILD = "pers_person_id-5"
PUPIL = "PUPIL-5"
MAY, JUNE = date(2024, 5, 1), date(2024, 6, 1)


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A landed extract in which the n-th row of every table is about the n-th person, pupils by a number."""
    folder = tmp_path_factory.mktemp("sound")
    extract = base_extract(40)
    for rows in extract.values():
        for number, row in enumerate(rows):
            row.update({name: f"PUPIL-{number}" for name in row if name.endswith("_pupil_id")})
    # Somebody else's row that refers to one of the child's: it stays, and no longer refers.
    extract["ssd_initial_cp_conference"][7]["icpc_s47_enquiry_id"] = "s47e_s47_enquiry_id-5"
    extract["ssd_linked_identifiers"][9]["link_identifier_value"] = CHILD
    land(write_extract(folder / "extract", extract), AS_AT, Home(folder / "home"))
    return folder


@pytest.fixture
def home(tmp_path, sound):
    """A copy of the home with the landed extract."""
    home = Home(tmp_path / "home")
    shutil.copytree(sound / "home", home.root)
    return home


def rows_of(home: Home, table: str, columns: str = "*") -> list[tuple]:
    file = home.landing / str(AS_AT) / f"{table}.parquet"
    return duckdb.sql(f"select {columns} from read_parquet('{file}')").fetchall()


def manifest_of(home: Home) -> dict:
    return json.loads((home.landing / str(AS_AT) / "manifest.json").read_text())


def values_of(home: Home) -> set[str]:
    """Every text in every landed file."""
    found = set()
    for file in (home.landing / str(AS_AT)).glob("*.parquet"):
        for row in duckdb.sql(f"from read_parquet('{file}')").fetchall():
            found.update(cell for cell in row if isinstance(cell, str))
    return found


def own_ids() -> set[str]:
    """What the child's rows are called: the keys of tables whose rows are about somebody or hang on them."""
    of_nobody = {"ssd_department", "ssd_professionals", *(name for name in tables() if "post" in name)}
    of_nobody |= {"local_protected_caseloads"}
    return {CHILD, PUPIL} | {
        f"{table.key[0]}-5"
        for name, table in tables().items()
        if name not in of_nobody and not table.key[0].endswith("_pupil_id")
    }


def test_no_row_of_theirs_is_left_in_any_table_and_the_others_are_as_they_were(home):
    before = {name: rows_of(home, name) for name in tables()}
    done = erase(home, [CHILD], "a request")
    gone = {name: [row for row in rows if row not in rows_of(home, name)] for name, rows in before.items()}
    of_nobody = {
        "ssd_department",
        "ssd_professionals",
        "local_posts",
        "local_post_holders",
        "local_protected_caseloads",
    }
    assert {name for name, rows in gone.items() if not rows} == of_nobody
    more = {"ssd_linked_identifiers": 2, "ssd_initial_cp_conference": 2}
    assert {name: len(rows) for name, rows in gone.items() if rows} == {
        name: more.get(name, 1) for name in tables().keys() - of_nobody
    }
    assert not own_ids() & values_of(home)
    assert done.rows == sum(map(len, gone.values())) - 1
    other = rows_of(home, "ssd_initial_cp_conference", "icpc_icpc_id, icpc_s47_enquiry_id")
    assert ("icpc_icpc_id-7", None) in other
    assert ("icpc_icpc_id-8", "s47e_s47_enquiry_id-8") in other


def test_counts_balance_hashes_verify_and_the_same_extract_does_not_bring_them_back(home, sound):
    before = manifest_of(home)
    erase(home, [CHILD], "a request")
    manifest = manifest_of(home)
    for table, entry in manifest["tables"].items():
        held = len(rows_of(home, table))
        assert entry["accepted"] == held
        parts = [entry[part] for part in ("accepted", "rejected", "exact_duplicates")]
        assert entry["rows_read"] == sum(parts) + entry.get("erased", 0)
        assert entry["rows_read"] == before["tables"][table]["rows_read"]
    landed_extracts(home)[0].verify()
    assert all(finding.is_well for finding in examine(home))
    again = land(sound / "extract", AS_AT, home)
    assert again.status == "unchanged"
    assert CHILD not in values_of(home)


def test_the_ledger_tells_how_many_and_why_and_names_nobody(home):
    before = home.ledger.read_text()
    erase(home, [CHILD, "nobody"], "request 17")
    begun, erased = ledger.entries(home)[-2:]
    assert (begun["event"], begun["people"], begun["reason"]) == ("erasure begun", 2, "request 17")
    assert (erased["event"], erased["people"], erased["reason"]) == ("erased", 1, "request 17")
    assert erased["extracts"] == {str(AS_AT): sha256_of(home.landing / str(AS_AT) / "manifest.json")}
    assert not [one for one in own_ids() if one in home.ledger.read_text().removeprefix(before)]
    ledger.verify(home)


def test_whoever_was_merged_with_them_goes_too(home, tmp_path):
    rewrite(home, "ssd_linked_identifiers", "link_identifier_type", "'merged person id'", 6)
    rewrite(home, "ssd_linked_identifiers", "link_identifier_value", f"'{CHILD}'", 6)
    erase(home, [CHILD], "a request")
    held = values_of(home)
    assert CHILD not in held
    assert "pers_person_id-6" not in held
    assert "pers_person_id-7" in held


def rewrite(home: Home, table: str, column: str, value: str, number: int) -> None:
    """Changes one cell of a landed file behind landing's back, and the manifest with it."""
    file = home.landing / str(AS_AT) / f"{table}.parquet"
    changed = f"if(source_line = {number + 2}, {value}, {column}) as {column}"
    duckdb.sql(
        f"copy (select * replace ({changed}) from read_parquet('{file}')) to '{file}.new' (format parquet)"
    )
    Path(f"{file}.new").replace(file)
    manifest = manifest_of(home)
    manifest["tables"][table]["parquet_sha256"] = sha256_of(file)
    (file.parent / "manifest.json").write_text(json.dumps(manifest))


def test_rejected_rows_that_name_them_go_with_all_faults_of_the_line(home):
    file = home.landing / str(AS_AT) / "rejected.parquet"
    duckdb.sql(
        "copy (select * from (values"
        f" ('ssd_contacts', 90, 'cont_person_id', '{CHILD}', 'no such person'),"
        " ('ssd_contacts', 90, 'cont_contact_date', '31/02/2024', 'not a date'),"
        f" ('ssd_contacts', 91, null, 'K1,{CHILD},2024', '3 fields, not 6'),"
        " ('ssd_contacts', 92, 'cont_person_id', 'pers_person_id-55', 'no such person'))"
        f' as faults ("table", source_line, "column", value, reason)) to \'{file}\' (format parquet)'
    )
    manifest = manifest_of(home)
    manifest["tables"]["ssd_contacts"] |= {"rejected": 3, "rows_read": 43}
    (file.parent / "manifest.json").write_text(json.dumps(manifest))
    erase(home, [CHILD], "a request")
    assert [row[1] for row in duckdb.sql(f"from read_parquet('{file}')").fetchall()] == [92]
    entry = manifest_of(home)["tables"]["ssd_contacts"]
    assert (entry["accepted"], entry["rejected"], entry["erased"], entry["rows_read"]) == (39, 1, 3, 43)
    assert manifest_of(home)["rejected_sha256"] == sha256_of(file)


def test_an_extract_that_was_set_aside_goes_whole(home, sound):
    aside = home.landing / ".replaced" / f"{AS_AT}-1"
    shutil.copytree(home.landing / str(AS_AT), aside)
    assert erase(home, [CHILD], "a request").set_aside == 1
    assert not aside.exists()


def test_ids_that_are_nowhere_change_nothing(home):
    before = sha256_of(home.ledger), sha256_of(home.landing / str(AS_AT) / "manifest.json")
    with pytest.raises(RunnerError, match="None of the 2 ids") as fault:
        erase(home, ["nobody", "no one"], "a request")
    assert fault.value.exit_code == ExitCode.NOTHING_MATCHED
    assert (sha256_of(home.ledger), sha256_of(home.landing / str(AS_AT) / "manifest.json")) == before


@pytest.mark.parametrize("moment", ["before the swap", "between the renames", "after the swap"])
def test_an_erasure_that_is_broken_off_is_told_of_and_done_again(home, monkeypatch, moment):
    whole = rewriting.store.put_in_place

    def broken(extract, landing, *, keep_aside):
        if moment == "between the renames":
            rename = Path.rename

            def once(path, target):
                if path == extract:
                    raise KeyboardInterrupt
                return rename(path, target)

            monkeypatch.setattr(Path, "rename", once)
            # A kill leaves the incoming folder, where an exception would clear it.
            monkeypatch.setattr(rewriting.store, "remove_folder", lambda folder: None)
        if moment != "before the swap":
            whole(extract, landing, keep_aside=keep_aside)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        monkeypatch = patched
        patched.setattr(rewriting.store, "put_in_place", broken)
        with pytest.raises(KeyboardInterrupt):
            erase(home, [CHILD], "a request")
    faults = {finding.what for finding in examine(home) if not finding.is_well}
    assert "erasures" in faults
    erase(home, [CHILD], "a request")
    assert CHILD not in values_of(home)
    assert [line["event"] for line in ledger.entries(home)][-2:] == ["erasure begun", "erased"]
    assert [finding for finding in examine(home) if not finding.is_well] == []


# Releases ---------------------------------------------------------------------------------------


def unit(number: int, month: date = JUNE, **values) -> Unit:
    return Unit(unit_id=f"E{number}", person_id=f"P{number}", month=month, source_id=f"E{number}", **values)


@pytest.fixture
def released(tmp_path, monkeypatch):
    """A home with two releases, the first of them published, that know four children."""
    monkeypatch.setattr("runner.releases.doctor._vintages", lambda home, release: [])
    home = Home(tmp_path / "released")
    units = [unit(number) for number in (1, 2, 3, 4)]
    make_release(home, "2024-06-r1", Side(units=units, as_at=date(2024, 7, 2)), "inputs 1")
    make_release(home, "2024-06-r2", Side(units=units[1:], as_at=date(2024, 7, 31)), "inputs 2")
    for release in all_releases(home):
        (release.folder / "parquet").mkdir()
        with duckdb.connect() as connection:
            connection.execute(f"attach '{release.file}' as release (read_only)")
            file = release.folder / "parquet" / "dim_person.parquet"
            connection.execute(f"copy release.marts.dim_person to '{file}'")
        run = release.run | {"run_id": "run", "month": "2024-06", "logical_hash": "", "rows": {}}
        run["contents"] = contents_of(release.folder)
        (release.folder / "run.json").write_text(json.dumps(run))
    point_to(home, all_releases(home)[0])
    return home


def asked(home: Home, name: str, query: str) -> list[tuple]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{find_release(home, name).file}' as release (read_only)")
        return connection.execute(query).fetchall()


def test_a_release_keeps_its_figures_and_knows_nobody_behind_the_erased_units(released):
    figures = asked(released, "2024-06-r1", "from release.marts.measure_results order by all")
    done = erase(released, ["P2"], "a request")
    assert done.units == 2
    for name in ("2024-06-r1", "2024-06-r2"):
        held = asked(released, name, "from release.marts.measure_rows order by unit_id")
        assert not [row for row in held if {"P2", "E2"} & {*map(str, row)}]
        nobody = [row for row in held if row[2].startswith("erased-")]
        assert [(row[3], row[10], row[11], row[12]) for row in nobody] == [(None, JUNE, None, None)]
        assert ("P2",) not in asked(released, name, "from release.marts.dim_person")
        parquet = find_release(released, name).folder / "parquet" / "dim_person.parquet"
        assert ("P2",) not in duckdb.sql(f"from read_parquet('{parquet}')").fetchall()
        assert b"P2" not in find_release(released, name).file.read_bytes()
        find_release(released, name).verify()
    assert asked(released, "2024-06-r1", "from release.marts.measure_results order by all") == figures
    assert current(released)["sha256"] == find_release(released, "2024-06-r1").sha256
    assert contents_faults(released) == []
    of_erasures = [
        finding for finding in examine(released) if finding.what in ("releases", "erasures", "CURRENT")
    ]
    assert all(finding.is_well for finding in of_erasures)


def contents_faults(home: Home) -> list[str]:
    known = known_runs(home)
    return [fault for release in all_releases(home) for fault in content_faults(release, known)]


def test_every_file_that_an_erasure_leaves_is_held_against_its_hash(released):
    for person in ("P2", "P3"):
        erase(released, [person], "a request")
        assert contents_faults(released) == []
    file = released.releases / "2024-06-r1" / "parquet" / "dim_person.parquet"
    file.chmod(0o640)
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert contents_faults(released) == ["parquet/dim_person.parquet of 2024-06-r1 was changed"]


def test_causes_add_up_on_both_sides_of_an_erasure(released):
    units = [unit(number) for number in (3, 4)]
    before = diff(released, "2024-06-r1", "2024-06-r2")
    erase(released, ["P2"], "a request")
    among_erased = diff(released, "2024-06-r1", "2024-06-r2")
    assert [part["numerator"] for change in among_erased["changes"] for part in change["parts"]] == [
        part["numerator"] for change in before["changes"] for part in change["parts"]
    ]
    make_release(released, "2024-06-r3", Side(units=units, as_at=date(2024, 7, 31)), "inputs 3")
    moved = diff(released, "2024-06-r2", "2024-06-r3")
    assert moved["figures"] > 0
    assert moved["unexplained"] == 0
    parts = [part for change in moved["changes"] for part in change["parts"]]
    assert {part["cause"] for part in parts} == {"withdrawn"}
    assert {one["unit_id"][:7] for part in parts for one in part["units"]} == {"erased-"}


def test_a_comparison_says_that_it_cannot_look_into_an_extract_that_was_removed(released):
    assert diff(released, "2024-06-r1", "2024-06-r2")["not_landed"] == []
    ledger.record(released, "landed", as_at="2024-07-02", manifest_sha256="", rows={})
    ledger.record(released, "removed by rule", extracts={"2024-07-02": ""}, landed_for_months=1)
    compared = diff(released, "2024-06-r1", "2024-06-r2")
    assert compared["not_landed"] == ["2024-07-02"]
    assert "No longer landed here: 2024-07-02. Whether a row was there is not known" in diff_text(compared)


def test_a_release_altered_after_an_erasure_is_found(released):
    erase(released, ["P2"], "a request")
    release = find_release(released, "2024-06-r2")
    run = json.loads((release.folder / "run.json").read_text())
    release.file.chmod(0o640)
    release.file.write_bytes(release.file.read_bytes()[:-1] + b"x")
    with pytest.raises(RunnerError, match="is not the file"):
        find_release(released, "2024-06-r2").verify()
    run["erased"]["sha256"] = sha256_of(release.file)
    (release.folder / "run.json").chmod(0o640)
    (release.folder / "run.json").write_text(json.dumps(run))
    assert [finding.says for finding in examine(released) if finding.what == "erasures"] == [
        "2024-06-r2 is not the file that the ledger recorded when it was erased"
    ]


@pytest.mark.parametrize("file", ["marts.duckdb", "dim_person.parquet"])
def test_a_release_half_erased_is_told_of_and_healed(released, monkeypatch, file):
    replace = Path.replace

    def broken(path, target):
        if path.name == file and "erasure" in str(path):
            raise KeyboardInterrupt
        return replace(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", broken)
        with pytest.raises(KeyboardInterrupt):
            erase(released, ["P2"], "a request")
    assert record.unfinished(released)
    assert "erasures" in {finding.what for finding in examine(released) if not finding.is_well}
    erase(released, ["P2"], "a request")
    for release in all_releases(released):
        release.verify()
        assert b"P2" not in release.file.read_bytes()
    assert record.unfinished(released) is None


# The command ------------------------------------------------------------------------------------


def test_the_command_shows_no_id_and_takes_none_as_an_argument(home, tmp_path, capsys):
    file = tmp_path / "people.txt"
    file.write_text(f"{CHILD}\n\nnobody-at-all\n")
    file.chmod(0o600)
    with pytest.raises(SystemExit) as end:
        main(["--home", str(home.root), "erase", "--people", str(file), "--reason", "a request"])
    shown = "".join(capsys.readouterr())
    assert end.value.code == 0
    assert shown.startswith("1 of 2 people are erased")
    assert "in place 2 of the file" in shown
    assert CHILD not in shown
    assert "nobody-at-all" not in shown


@pytest.mark.parametrize(
    ("text", "mode", "says"),
    [
        ("", 0o600, "holds no person id"),
        ("\n \n", 0o600, "holds no person id"),
        ("P1\nP\x002\n", 0o600, "NUL"),
        ("P1\nP\u202e2\n", 0o600, "line 2: it is no person id"),
        ("P1\n" + "x" * 101, 0o600, "line 2: it is no person id"),
        ("P1\n", 0o644, "Others than its owner may read"),
        ("x\n" * 2**20, 0o600, "the most that is read"),
        ("PK\x03\x04", 0o600, "a spreadsheet or zip file"),
    ],
)  # fmt: skip
def test_a_file_of_ids_that_is_none_is_refused_without_showing_what_it_holds(tmp_path, text, mode, says):
    file = tmp_path / "people.txt"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)
    with pytest.raises(RunnerError, match=says) as fault:
        read_people(file)
    assert fault.value.exit_code == ExitCode.REFUSED
    assert "P1" not in fault.value.message


def test_erasing_twice_finds_nobody_the_second_time(home):
    erase(home, [CHILD], "a request")
    with pytest.raises(RunnerError, match="None of the 1 ids"):
        erase(home, [CHILD], "a request")
