"""The analyst's copy: pseudonyms that need the key, and nothing that nobody allowed."""

import hashlib
import json
import os

import duckdb
import pytest
import yaml
from tiny_release import change, tiny_release

from runner import ledger
from runner.analyst import columns
from runner.analyst.copy import make_copy
from runner.analyst.key import FEWEST_KINDS, PREFIXES, Key, make_key, read_key
from runner.errors import ExitCode, RunnerError
from runner.files import sha256_of
from runner.home import PROJECT, Home
from runner.months import Month
from runner.releases.store import Release

PEOPLE = """
    create table marts.dim_person (
        person_id varchar, born_on date, is_birth_expected boolean, died_on date, sex varchar
    );
    insert into marts.dim_person values
        ('P1', '2008-06-03', false, null, 'male'), ('P2', '2010-02-28', false, '2024-06-09', 'female'),
        ('P3', '2012-02-29', false, null, 'female'), ('P4', '2011-01-05', false, null, 'male');
    insert into marts.dim_person
    select 'L' || number, '2006-05-1' || number, false, null, 'male' from range(3) as numbers(number);
    create table marts.rejected_rows as
    select 'ssd_person' as source_table, 7 as source_line, 'pers_dob' as column_name, '2007-03-09' as value,
        'not a date' as reason;
    create table marts.fct_enquiries as from marts.measure_rows where measure_id = 'enquiries';
    comment on table marts.dim_person is 'People.';
    comment on column marts.dim_person.sex is 'Their sex.';
    alter table marts.dim_person add column nickname varchar;
    update marts.dim_person set nickname = 'Bee';
    create table marts.notes as select 'P1 was seen' as note;
    update marts.dim_measure set unit_counted = 'social worker (FTE)' where measure_id = 'caseload';
"""


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home", tmp_path / "project")


@pytest.fixture
def release(home):
    folder = home.releases / "2024-06-r1"
    file = tiny_release(folder / "marts.duckdb")
    change(file, PEOPLE)
    run = {"sha256": sha256_of(file), "run_id": "run-1", "as_at": "2024-07-31", "simulated": True}
    (folder / "run.json").write_text(json.dumps(run))
    return Release(Month(2024, 6), 1, folder)


@pytest.fixture
def key_file(tmp_path):
    (tmp_path / "keys").mkdir()
    return tmp_path / "keys" / "key"


@pytest.fixture
def copy(home, release, key_file, tmp_path):
    """Makes a copy under a new key; returns what was made and the key."""
    key = make_key(home, key_file)
    return make_copy(home, release, key, key_file, tmp_path / "copy.duckdb"), key


def asked(file, query):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as copy (read_only)")
        return connection.execute(query).fetchall()


def texts(file):
    """Every value of every column, as text."""
    found = []
    for table, column in asked(
        file, "select table_name, column_name from duckdb_columns() where not internal"
    ):
        found += [str(value) for (value,) in asked(file, f'select "{column}" from copy.marts.{table}')]
    return found


def test_a_child_is_one_pseudonym_in_every_table_and_a_unit_that_is_a_child_is_that_child(copy):
    made, key = copy
    rows = asked(
        made.file,
        "select measure_id, unit_id, person_id, source_id from copy.marts.measure_rows order by all",
    )
    child = key.pseudonym("person", "P1")
    assert [row[2] for row in rows if row[1] == key.pseudonym("unit", "E1")] == [child]
    assert [row[2] for row in rows if row[1] == key.pseudonym("unit", "E0")] == [child]
    assert (child,) in asked(made.file, "select person_id from copy.marts.dim_person")
    leavers = {(unit, person) for measure, unit, person, _ in rows if measure == "leavers"}
    assert leavers == {(key.pseudonym("person", f"L{n}"),) * 2 for n in range(3)}
    workers = {unit for measure, unit, _, _ in rows if measure == "caseload"}
    assert workers == {key.pseudonym("worker", "W1"), key.pseudonym("worker", "W2")}
    sources = {source for measure, _, _, source in rows if measure == "enquiries"}
    assert key.pseudonym("source row", "ssd_s47_enquiry/E1") in sources


def test_no_id_is_in_it_and_its_rows_are_in_no_order_of_ids(copy, release):
    made, _ = copy
    held = texts(made.file)
    for (was,) in asked(
        release.file,
        "select unnest([unit_id, person_id, source_id]) from copy.marts.measure_rows"
        " union select person_id from copy.marts.dim_person",
    ):
        assert was not in held
    people = asked(made.file, "select person_id from copy.marts.dim_person")
    assert people == sorted(people)


def test_only_what_is_allowed_is_copied(copy):
    made, _ = copy
    held = set(asked(made.file, "select table_name, column_name from duckdb_columns() where not internal"))
    assert ("dim_person", "nickname") not in held
    assert ("rejected_rows", "value") not in held
    assert ("rejected_rows", "reason") in held
    assert not {table for table, _ in held} & {"notes", "fct_enquiries"}
    assert "Bee" not in texts(made.file)


def test_no_day_of_birth_or_death_is_in_it_nor_a_date_on_a_birthday(copy):
    made, key = copy
    people = asked(made.file, "select born_on, died_on from copy.marts.dim_person where died_on is not null")
    assert [[str(day) for day in row] for row in people] == [["2010-02-01", "2024-06-01"]]
    dates = dict(asked(made.file, "select unit_id, counted_on from copy.marts.measure_rows"))
    assert str(dates[key.pseudonym("unit", "E1")]) == "2024-06-01"
    assert str(dates[key.pseudonym("unit", "E2")]) == "2024-06-04"


def test_it_is_a_file_that_may_only_be_read_with_every_comment_and_says_what_it_is(copy, release):
    made, key = copy
    assert made.file.stat().st_mode & 0o777 == 0o440
    about = asked(made.file, "from copy.marts.about_this_copy")
    assert [str(cell) for cell in about[0]] == [
        "2024-06-r1", "2024-07-31", release.sha256, key.id, "True"
    ]  # fmt: skip
    comments = dict(
        asked(made.file, "select column_name, comment from duckdb_columns() where table_name = 'dim_person'")
    )
    assert comments["sex"] == "Their sex."
    assert comments["person_id"].startswith("Pseudonym")


def test_the_ledger_says_who_exported_what_under_which_key_and_not_the_key(copy, home, key_file):
    made, key = copy
    (line,) = ledger.entries(home)
    assert (line["event"], line["kind"], line["release"]) == ("exported", "analyst copy", "2024-06-r1")
    assert (line["key_id"], line["sha256"]) == (key.id, sha256_of(made.file))
    assert line["rows"]["measure_rows"] == 15
    secret = key_file.read_text().strip()
    assert secret.encode() not in made.file.read_bytes()
    assert secret not in json.dumps(line)
    assert secret not in repr(key)


def test_the_same_key_gives_the_same_pseudonyms_and_another_key_others(copy, home, release, tmp_path):
    made, key = copy
    again = make_copy(home, release, key, tmp_path / "keys" / "key", tmp_path / "again.duckdb")
    people = "select person_id from copy.marts.dim_person order by all"
    assert asked(again.file, people) == asked(made.file, people)
    other = make_key(home, tmp_path / "keys" / "other")
    unlike = make_copy(home, release, other, tmp_path / "keys" / "other", tmp_path / "unlike.duckdb")
    assert not set(asked(unlike.file, people)) & set(asked(made.file, people))


def test_whoever_knows_every_id_and_no_key_finds_nobody(copy):
    made, _ = copy
    held = {text.split("-")[-1] for text in texts(made.file)}
    for number in range(2000):
        for kind in ("P", "L", "E", "W"):
            for text in (f"{kind}{number}", f"person\x1f{kind}{number}", f"person/{kind}{number}"):
                for digest in (hashlib.sha256, hashlib.md5, hashlib.sha1):
                    assert digest(text.encode()).hexdigest()[:24] not in held
                assert Key(b"").pseudonym("person", text).split("-")[1] not in held


def test_purposes_give_one_id_different_pseudonyms():
    key = Key(bytes(range(32)))
    told = {key.pseudonym(purpose, "1").split("-")[1] for purpose in PREFIXES}
    assert len(told) == len(PREFIXES) == 4


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [
        (bytes(range(31)), 0o600, "too weak"),
        (b"a" * 64, 0o600, "too weak"),
        (bytes(range(65, 65 + FEWEST_KINDS - 1)) * 6, 0o600, "too weak"),
        (b"", 0o600, "too weak"),
        (bytes(range(48, 112)), 0o640, "its mode is 0640"),
        (bytes(range(48, 112)), 0o604, "its mode is 0604"),
        (bytes(range(48, 112)) * 65, 0o600, "is no key file"),
        (None, 0o600, "No such file"),
    ],
)
def test_a_key_that_is_weak_or_open_to_others_is_refused(home, key_file, content, mode, says):
    if content is not None:
        key_file.write_bytes(content)
        key_file.chmod(mode)
    with pytest.raises(RunnerError, match=says) as fault:
        read_key(home, key_file)
    assert fault.value.exit_code == ExitCode.USAGE


@pytest.mark.parametrize("inside", ["home/key", "home/landing/key", "project/key", "link/key"])
def test_a_key_inside_the_project_or_the_home_is_refused(home, tmp_path, inside):
    for folder in ("home/landing", "project"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
    (tmp_path / "link").symlink_to(tmp_path / "home")
    for use in (make_key, read_key):
        with pytest.raises(RunnerError, match="lies inside"):
            use(home, tmp_path / inside)
    assert not (tmp_path / inside).exists()


def test_a_pipe_is_no_key(home, key_file):
    os.mkfifo(key_file, 0o600)
    with pytest.raises(RunnerError, match="is no key file"):
        read_key(home, key_file)


def test_a_key_is_never_overwritten_and_only_its_owner_reads_it(home, key_file):
    key = make_key(home, key_file)
    assert key_file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(RunnerError, match="is there already"):
        make_key(home, key_file)
    assert read_key(home, key_file) == key


def test_a_copy_is_not_written_beside_the_key_over_a_file_or_of_an_altered_release(
    home, release, key_file, tmp_path
):
    key = make_key(home, key_file)
    (tmp_path / "taken.duckdb").write_text("")
    for name, says in {"keys/copy.duckdb": "beside the key", "taken.duckdb": "is there already"}.items():
        with pytest.raises(RunnerError, match=says):
            make_copy(home, release, key, key_file, tmp_path / name)
    change(release.file, "update marts.dim_team set team_name = 'x'" if False else PEOPLE_ALTERED)
    with pytest.raises(RunnerError, match="is not the file that was built"):
        make_copy(home, release, key, key_file, tmp_path / "copy.duckdb")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "keys", "taken.duckdb"]
    assert ledger.entries(home) == []


PEOPLE_ALTERED = "update marts.dim_person set sex = 'other'"


def test_each_way_of_copying_is_one_that_is_known():
    assert {way for way, _ in columns.listed().values()} <= set(columns.WAYS)


def test_every_column_that_a_model_gives_a_mart_is_spoken_for():
    nobody = [
        (model["name"], column["name"])
        for file in (PROJECT / "models" / "marts").rglob("*.yml")
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])
        if not is_left_behind(model["name"])
        for column in model.get("columns", [])
        if columns.way_of(model["name"], column["name"]) is None
    ]
    assert nobody == [], "say in runner/analyst/columns.csv how each of these is copied"


def is_left_behind(model):
    """Whether a model is of the build alone, and no mart."""
    found = list((PROJECT / "models" / "marts").rglob(f"{model}.sql"))
    return bool(found) and "database=target.database" in found[0].read_text(encoding="utf-8")
