"""DuckDB locked down: what a hostile file, or hostile SQL, cannot reach."""

import csv

import duckdb
import numpy
import pytest
from hostile import FOLDER, told

from runner.database import MEMORY, THREADS, attach, locked_down
from runner.home import PROJECT
from runner.readers.release import Built, opened, rows

with (FOLDER / "escapes.csv").open(encoding="utf-8", newline="") as file:
    ESCAPES = list(csv.DictReader(file))


CONTENT = "9d1c4b"
"""What stands in the file that nobody may read."""
BLOCKED = (
    duckdb.PermissionException,
    duckdb.CatalogException,
    duckdb.InvalidInputException,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a release that holds hostile views, and links that lead out of it; a secret beside it."""
    outside = tmp_path_factory.mktemp("outside")
    inside = outside / "inside"
    inside.mkdir()
    (outside / "secret.txt").write_text(CONTENT)
    (inside / "link.txt").symlink_to(outside / "secret.txt")
    (inside / "away").symlink_to(outside)
    for file in (inside / "release.duckdb", outside / "other.duckdb"):
        with duckdb.connect(str(file)) as connection:
            connection.execute(
                "create schema marts; create table marts.t as select 1 as a;"
                " create table marts.measure_results as select 1 as a;"
                f" create view marts.passwords as from read_text('{outside}/secret.txt');"
                f" create view marts.beside as from glob('{outside}/*')"
            )
    return inside


@pytest.fixture(scope="module")
def connection(folder):
    """A connection locked down to the folder, with its release attached."""
    with locked_down(folder) as connection:
        attach(connection, folder / "release.duckdb", "release")
        yield connection


@pytest.mark.parametrize("escape", ESCAPES, ids=told(ESCAPES))
def test_an_escape_is_blocked(escape, folder, connection, monkeypatch):
    monkeypatch.chdir(folder.parent)
    frame = {"a": numpy.array([1])}
    outside = folder.parent
    before = sorted(outside.iterdir())
    with pytest.raises(duckdb.Error) as fault:
        connection.execute(escape["sql"].format(folder=folder, outside=outside)).fetchall()
    assert isinstance(fault.value, BLOCKED), fault.value
    assert CONTENT not in str(fault.value)
    assert sorted(outside.iterdir()) == before
    assert frame


def test_what_is_named_is_reached_and_bounds_hold(folder, connection):
    assert connection.execute("from release.marts.t").fetchall() == [(1,)]
    (folder / "fine.csv").write_text("a\n1\n")
    assert connection.execute(f"from read_csv('{folder}/fine.csv')").fetchall() == [(1,)]
    set_to = "select current_setting('threads'), current_setting('memory_limit'), current_setting('TimeZone')"
    threads, memory, zone = connection.execute(set_to).fetchall()[0]
    assert (threads, memory, zone) == (THREADS, "1.8 GiB", "UTC")
    assert MEMORY == "2GB"


def test_more_than_memory_holds_is_refused_and_not_spilled(folder, monkeypatch):
    monkeypatch.chdir(folder)
    before = sorted(folder.iterdir())
    with locked_down(folder) as connection, pytest.raises(duckdb.OutOfMemoryException):
        connection.execute("create table large as select repeat('x', 10000000) as a from range(1000)")
    assert sorted(folder.iterdir()) == before


def test_a_release_named_by_its_path_reaches_no_file_beside_it(folder):
    (folder / "beside.csv").write_text("a\n1\n")
    with opened(Built("release", folder / "release.duckdb")) as connection:
        assert rows(connection, "from release.marts.t") == [{"a": 1}]
        for query in (f"from read_csv('{folder}/beside.csv')", "from release.marts.passwords"):
            with pytest.raises(duckdb.PermissionException):
                connection.execute(query)


def test_duckdb_is_opened_in_one_place():
    modules = (PROJECT / "runner").rglob("*.py")
    opening = {path.name for path in modules if "duckdb.connect(" in path.read_text(encoding="utf-8")}
    assert opening == {"database.py"}
