"""Makes an analyst's copy of a release: its figures, and its units under pseudonyms."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner import ledger
from runner.analyst.columns import DATE, KEPT, LEFT_OUT, MONTH, PERSON, SOURCE_ROW, UNIT, comment_of, way_of
from runner.analyst.key import SOURCE_ROW as OF_SOURCE_ROW
from runner.analyst.key import Key
from runner.database import attach, locked_down, quoted
from runner.errors import ExitCode, RunnerError
from runner.files import OWNER_ONLY, READ_ONLY, remove_folder, sha256_of, sync_file, sync_folder
from runner.home import Home
from runner.releases.store import Release

if TYPE_CHECKING:
    import duckdb

STORAGE = "v1.1.0"
"""As the release's own: any DuckDB from 1.1 on opens the file."""
ABOUT = "about_this_copy"
ABOUT_COLUMNS = {
    "release": ("varchar", "The release that this is a copy of."),
    "as_at": ("date", "The date of the extract that the release was built from."),
    "release_sha256": ("varchar", "The SHA-256 of the release's own file."),
    "key_id": (
        "varchar",
        "Which key gave the pseudonyms: copies with the same key can be joined. Not the key.",
    ),
    "is_simulated": ("boolean", "Whether it is about an invented council."),
}
IDS = """
    create temp table ids as
    select distinct purpose, id
    from (
        select 'person' as purpose, person_id as id from release.marts.dim_person
        union all select 'person', person_id from release.marts.measure_rows
        union all select purpose, id from (select {unit_purpose} as purpose, unit_id as id {rows})
        union all select 'source row', source_table || '/' || source_id from release.marts.measure_rows
    )
    where id is not null
"""
ROWS = "from release.marts.measure_rows left join workers using (measure_id)"
UNIT_PURPOSE = """
    case
        when unit_id = person_id then 'person' when workers.measure_id is not null then 'worker' else 'unit'
    end
"""
BIRTHDAY = """
    exists (
        select 1 from release.marts.dim_person as people
        where
            people.person_id = rows.person_id
            and (
                strftime(people.born_on, '%m-%d') = strftime({column}, '%m-%d')
                or (strftime(people.born_on, '%m-%d'), strftime({column}, '%m-%d')) = ('02-29', '03-01')
            )
    )
"""


@dataclass(frozen=True)
class Copy:
    """An analyst's copy, made: the file, its SHA-256, the key's id and each table's rows."""

    release: Release
    file: Path
    sha256: str
    key_id: str
    rows: dict[str, int]

    def facts(self) -> dict[str, Any]:
        """What to tell of it, for `--json`."""
        return {
            "release": self.release.name,
            "file": str(self.file),
            "sha256": self.sha256,
            "key_id": self.key_id,
            "rows": self.rows,
        }


def make_copy(home: Home, release: Release, key: Key, key_file: Path, file: Path) -> Copy:
    """Writes an analyst's copy of a release, whole or not at all, and records it.

    Args:
        home: The folder of the ledger.
        release: What is copied; its file is the one that was built.
        key: Gives the pseudonyms.
        key_file: Where the key lies; the copy may not lie beside it.
        file: The DuckDB file to write; it is not there yet.

    Raises:
        RunnerError: The file is there, has no folder or lies beside the key, or the release was altered.
    """
    if file.exists():
        raise RunnerError(f"{file} is there already.", "Name another file with --to.", ExitCode.USAGE)
    if not file.parent.is_dir():
        raise RunnerError(f"There is no folder {file.parent}.", "Make it first.", ExitCode.USAGE)
    if file.resolve().parent == key_file.resolve().parent:
        raise RunnerError(
            f"{file} would lie beside the key, and whoever has both knows everybody in it.",
            "Name a file in another folder with --to.",
            ExitCode.USAGE,
        )
    release.verify()
    partial = file.with_name(f".{file.name}.partial")
    remove_folder(partial)
    partial.mkdir(mode=OWNER_ONLY)
    try:
        written = partial / "copy.duckdb"
        with locked_down(release.file, partial, spill=partial / "spill") as connection:
            attach(connection, release.file, "release")
            connection.execute(
                f"attach {quoted(str(written.resolve()))} as copy (storage_version '{STORAGE}')"
            )
            connection.execute("create schema copy.marts")
            rows = _fill(connection, release, key)
            connection.execute("detach copy")
        written.chmod(READ_ONLY)
        sync_file(written)
        sha256 = sha256_of(written)
        written.rename(file)
        sync_folder(file.parent)
    finally:
        remove_folder(partial)
    made = Copy(release, file, sha256, key.id, rows)
    ledger.record(
        home,
        "exported",
        kind="analyst copy",
        release=release.name,
        run_id=release.run["run_id"],
        key_id=key.id,
        sha256=sha256,
        rows=rows,
    )
    return made


def _fill(connection: "duckdb.DuckDBPyConnection", release: Release, key: Key) -> dict[str, int]:
    """Copies every table that is allowed; returns their rows."""
    connection.create_function("pseudonym", key.pseudonym, ["VARCHAR", "VARCHAR"], "VARCHAR")
    connection.execute(
        "create temp table workers as select measure_id from release.marts.dim_measure"
        " where starts_with(unit_counted, 'social worker')"
    )
    connection.execute(IDS.format(unit_purpose=UNIT_PURPOSE, rows=ROWS))
    connection.execute(
        "create temp table pseudonyms as"
        " select purpose || '/' || id as of, pseudonym(purpose, id) as pseudonym from ids"
    )
    rows = {}
    for table, columns in _tables(connection).items():
        ways = {column: way for column in columns if (way := way_of(table, column)) not in (None, LEFT_OUT)}
        if ways:
            rows[table] = _copy(connection, table, ways)
            _comment(connection, table, {column: comment_of(table, column) for column in ways})
    rows[ABOUT] = _write_about(connection, release, key)
    return rows


def _tables(connection: "duckdb.DuckDBPyConnection") -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() where database_name = 'release'"
        " and schema_name = 'marts' order by table_name, column_index"
    ).fetchall():
        tables.setdefault(table, []).append(column)
    return tables


def _copy(connection: "duckdb.DuckDBPyConnection", table: str, ways: dict[str, str]) -> int:
    """Copies a table. Rows under pseudonyms are ordered by these: the order of ids would tell them."""
    cells = ", ".join(f'{_cell(column, way)} as "{column}"' for column, way in ways.items())
    is_renamed = {PERSON, UNIT, SOURCE_ROW} & set(ways.values())
    workers = " left join workers using (measure_id)" if UNIT in ways.values() else ""
    return connection.execute(
        f"create table copy.marts.{table} as select {cells} from release.marts.{table} as rows{workers}"
        + (" order by all" if is_renamed else "")
    ).fetchall()[0][0]


def _cell(column: str, way: str) -> str:
    """A cell as the copy holds it, as SQL."""
    name = f'rows."{column}"'
    match way:
        case _ if way == KEPT:
            return name
        case _ if way == PERSON:
            return _pseudonym(f"'person/' || {name}")
        case _ if way == UNIT:
            return _pseudonym(f"{UNIT_PURPOSE} || '/' || {name}")
        case _ if way == SOURCE_ROW:
            return _pseudonym(f"'{OF_SOURCE_ROW}/' || rows.source_table || '/' || {name}")
        case _ if way == MONTH:
            return f"cast(date_trunc('month', {name}) as date)"
        case _ if way == DATE:
            birthday = BIRTHDAY.format(column=name)
            return f"case when {birthday} then cast(date_trunc('month', {name}) as date) else {name} end"
    raise ValueError(f"columns.csv copies {column} as {way!r}, which nobody knows")


def _pseudonym(of: str) -> str:
    return f"(select pseudonyms.pseudonym from pseudonyms where pseudonyms.of = {of})"


def _comment(connection: "duckdb.DuckDBPyConnection", table: str, changed: dict[str, str]) -> None:
    """Puts the release's comments on a copied table and its columns, or what the copy says in their place."""
    said = connection.execute(
        "select comment from duckdb_tables() where database_name = 'release' and table_name = ?", [table]
    ).fetchall()[0][0]
    connection.execute(f"comment on table copy.marts.{table} is {quoted(said or '')}")
    for column, comment in connection.execute(
        "select column_name, comment from duckdb_columns()"
        " where database_name = 'release' and table_name = ?",
        [table],
    ).fetchall():
        if column in changed:
            text = changed[column] or comment or ""
            connection.execute(f'comment on column copy.marts.{table}."{column}" is {quoted(text)}')


def _write_about(connection: "duckdb.DuckDBPyConnection", release: Release, key: Key) -> int:
    """Says in the file itself what it is a copy of."""
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in ABOUT_COLUMNS.items())
    connection.execute(f"create table copy.marts.{ABOUT} ({columns})")
    connection.execute(
        f"insert into copy.marts.{ABOUT} values (?, ?, ?, ?, ?)",
        [release.name, release.as_at, release.sha256, key.id, bool(release.run.get("simulated"))],
    )
    said = "What this file is: a copy under pseudonyms, still personal data. One row."
    connection.execute(f"comment on table copy.marts.{ABOUT} is {quoted(said)}")
    for name, (_, comment) in ABOUT_COLUMNS.items():
        connection.execute(f"comment on column copy.marts.{ABOUT}.{name} is {quoted(comment)}")
    return 1


def copied_text(made: Copy) -> str:
    """What was made, and how to open it."""
    return "\n".join(
        [
            f"{made.file} is an analyst's copy of {made.release.name}:"
            f" {sum(made.rows.values()):,} rows in {len(made.rows)} tables, under the key {made.key_id}.",
            "No name, number, address or day of birth is in it. It is personal data still: docs/privacy.md.",
            f"Open it with: attach {quoted(str(made.file))} as release (read_only);",
        ]
    )
