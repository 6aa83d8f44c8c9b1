"""Which rows of an extract are about a person, by the input contract: their own, and what hangs on them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from runner.database import quoted
from runner.landing.checks import MERGE_TYPE
from runner.landing.contract import MERGES, PEOPLE, Column, Table, load_contract
from runner.landing.values import named

if TYPE_CHECKING:
    import duckdb

PUPIL = "_pupil_id"
"""How a column ends that names a pupil, whom the case system may know as a person or not."""
NUMBERS = {PEOPLE: ("pers_upn",), "ssd_send": ("send_upn", "send_uln"), MERGES: ("link_identifier_value",)}
"""Where a person's other numbers stand, which may name them as a pupil."""
TABLES = """
    create or replace temp table people (id varchar);
    create or replace temp table pupils (id varchar);
    create or replace temp table doomed (table_name varchar, source_line bigint);
"""


@dataclass
class Found:
    """What an extract holds of the people.

    Attributes:
        rows: By table, how many of its rows go.
        rejected: By table, how many of its rejected rows go.
        blanked: By table and column, what other people's rows refer to and goes, as SQL.
        people: Which of the ids are there.
    """

    rows: dict[str, int] = field(default_factory=dict)
    rejected: dict[str, int] = field(default_factory=dict)
    blanked: dict[str, dict[str, str]] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)

    @property
    def is_anything(self) -> bool:
        """Whether the extract is to be rewritten."""
        return bool(self.rows or self.rejected)


def widen(connection: "duckdb.DuckDBPyConnection", folders: list[Path], people: set[str]) -> set[str]:
    """The ids of people, and of whoever was merged with them in any extract.

    Args:
        connection: May read the folders.
        folders: Those of the extracts.
        people: The ids that are known.
    """
    files = [str(path) for folder in folders if (path := folder / f"{MERGES}.parquet").is_file()]
    if not files:
        return people
    merges = connection.execute(
        "select distinct link_identifier_value, link_person_id"
        " from read_parquet($files, union_by_name = true)"
        f" where lower(link_identifier_type) = {quoted(MERGE_TYPE)}",
        {"files": files},
    ).fetchall()
    found = set(people)
    while more := {one for pair in merges if found & set(pair) for one in pair if one} - found:
        found |= more
    return found


def find_rows(connection: "duckdb.DuckDBPyConnection", folder: Path, people: set[str]) -> Found:
    """Finds the rows of an extract that go, into the temporary table `doomed`; their keys into `doomed_keys`.

    A row goes that names one of the people in a column which the contract says names a person or a pupil; so
    does a row of a table that names nobody, if it refers to a row that goes.

    Args:
        connection: May read the folder; has the table `doomed_keys`.
        folder: The extract's.
        people: The ids.
    """
    connection.execute(TABLES)
    connection.executemany("insert into people values (?)", [[one] for one in people])
    held = {table.name: table for table in load_contract().tables.values() if _file(folder, table).is_file()}
    columns = {name: _columns(connection, _file(folder, table)) for name, table in held.items()}
    for name, table in held.items():
        _find_numbers(connection, folder, table, columns[name])
    for name, table in held.items():
        named_by = [
            column for column in table.columns if column.name in columns[name] and _names(table, column)
        ]
        if named_by:
            is_one = " or ".join(
                f"{named(column.name)} in (select id from {'pupils' if _is_pupil(column) else 'people'})"
                for column in named_by
            )
            _doom(connection, folder, table, is_one)
    while _follow(connection, folder, held, columns):
        pass
    found = Found()
    found.rows = dict(connection.execute("select table_name, count(*) from doomed group by all").fetchall())
    if PEOPLE in held:
        key = named(held[PEOPLE].key[0])
        known = f"select id from people where id in (select {key} from {_read(folder, held[PEOPLE])})"
        found.people = {one for (one,) in connection.execute(known).fetchall()}
    for name, table in held.items():
        _keep_keys(connection, folder, table)
        if blanked := _referring(connection, folder, table, held, columns[name]):
            found.blanked[name] = blanked
    found.rejected = _find_rejected(connection, folder)
    return found


def is_gone(table: str) -> str:
    """Whether a row of a table of the extract goes, as SQL."""
    return f"source_line in (select source_line from doomed where table_name = {quoted(table)})"


def _file(folder: Path, table: Table) -> Path:
    return folder / f"{table.name}.parquet"


def _read(folder: Path, table: Table) -> str:
    return f"read_parquet({quoted(str(_file(folder, table)))})"


def _columns(connection: "duckdb.DuckDBPyConnection", file: Path) -> set[str]:
    described = connection.execute(f"describe from read_parquet({quoted(str(file))})").fetchall()
    return {name for name, *_ in described}


def _is_pupil(column: Column) -> bool:
    return column.name.endswith(PUPIL)


def _names(table: Table, column: Column) -> bool:
    """Whether a column names a person or a pupil."""
    of_people = (PEOPLE, load_contract().tables[PEOPLE].key[0])
    return (
        column.is_person
        or of_people in column.references
        or (table.name, column.name) == of_people
        or (table.name, column.name) == (MERGES, "link_identifier_value")
        or _is_pupil(column)
    )


def _find_numbers(
    connection: "duckdb.DuckDBPyConnection", folder: Path, table: Table, held: set[str]
) -> None:
    """Adds what a table calls the people as pupils."""
    person = table.person or (table.key[0] if table.name == PEOPLE else "")
    numbers = [name for name in NUMBERS.get(table.name, ()) if name in held]
    numbers += [column.name for column in table.columns if _is_pupil(column) and column.name in held]
    if person in held:
        for name in numbers:
            connection.execute(
                f"insert into pupils select distinct {named(name)} from {_read(folder, table)}"
                f" where {named(person)} in (select id from people) and {named(name)} is not null"
            )


def _doom(connection: "duckdb.DuckDBPyConnection", folder: Path, table: Table, where: str) -> int:
    return connection.execute(
        f"insert into doomed select {quoted(table.name)}, source_line from {_read(folder, table)}"
        f" where ({where}) and not {is_gone(table.name)}"
    ).fetchall()[0][0]


def _gone(folder: Path, table: Table, column: str) -> str:
    """The values of a column that only rows which go have, as SQL."""
    values = f"select {named(column)} from {_read(folder, table)} where {named(column)} is not null"
    gone = is_gone(table.name)
    return f"({values} and {gone} except {values} and not {gone})"


def _follow(
    connection: "duckdb.DuckDBPyConnection",
    folder: Path,
    held: dict[str, Table],
    columns: dict[str, set[str]],
) -> int:
    """Dooms rows of tables that name nobody and refer to a row that goes; returns how many more there are."""
    more = 0
    for name, table in held.items():
        if table.person or name == PEOPLE:
            continue
        for column in table.columns:
            for of, key in column.references:
                if (
                    column.name in columns[name]
                    and key in columns.get(of, ())
                    and _has_doomed(connection, of)
                ):
                    gone = _gone(folder, held[of], key)
                    more += _doom(connection, folder, table, f"{named(column.name)} in {gone}")
    return more


def _has_doomed(connection: "duckdb.DuckDBPyConnection", table: str) -> bool:
    return bool(connection.execute("select 1 from doomed where table_name = ? limit 1", [table]).fetchall())


def _referring(
    connection: "duckdb.DuckDBPyConnection",
    folder: Path,
    table: Table,
    held: dict[str, Table],
    columns: set[str],
) -> dict[str, str]:
    """Columns of a table in which rows that stay refer to rows that go; each with what is gone, as SQL."""
    found = {}
    for column in table.columns:
        for of, key in column.references:
            if (
                of == PEOPLE
                or of not in held
                or column.name not in columns
                or not _has_doomed(connection, of)
            ):
                continue
            gone = _gone(folder, held[of], key)
            if connection.execute(
                f"select 1 from {_read(folder, table)}"
                f" where {named(column.name)} in {gone} and not {is_gone(table.name)} limit 1"
            ).fetchall():
                found[column.name] = gone
    return found


def _keep_keys(connection: "duckdb.DuckDBPyConnection", folder: Path, table: Table) -> None:
    if _has_doomed(connection, table.name):
        connection.execute(
            f"insert into doomed_keys select distinct {quoted(table.name)}, {named(table.key[0])}"
            f" from {_read(folder, table)} where {is_gone(table.name)}"
        )


def _find_rejected(connection: "duckdb.DuckDBPyConnection", folder: Path) -> dict[str, int]:
    """Finds the rejected rows that name one of the people, into `doomed_rejects`; returns how many, by table.

    A rejected row is known by its values alone: the faults of one line go together if any of them names one.
    """
    file = folder / "rejected.parquet"
    if not file.is_file():
        return {}
    connection.execute(
        "create or replace temp table doomed_rejects as"
        ' select distinct "table" as table_name, source_line from read_parquet($file)'
        " where list_has_any(list_append(regexp_split_to_array(value, '[\\s,;|\"]+'), value),"
        " (select list(id) from (from people union from pupils)))",
        {"file": str(file)},
    )
    return dict(connection.execute("select table_name, count(*) from doomed_rejects group by all").fetchall())
