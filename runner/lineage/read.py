"""The lineage that a release holds, with what its tables and columns mean."""

import json
from pathlib import Path

from runner.errors import ExitCode, RunnerError
from runner.home import Home
from runner.lineage.lineage import MARTS, Lineage
from runner.lineage.project import read_tables
from runner.readers.release import Built, find_built, opened, rows

FILE = "lineage.json"

MEANINGS = """
    select table_name, null as column_name, comment
    from duckdb_tables() where database_name = 'release'
    union all
    select table_name, column_name, comment
    from duckdb_columns() where database_name = 'release'
"""


def find_lineage(home: Home, named: str | None = None) -> Lineage:
    """The lineage of a release.

    Args:
        home: The folder that keeps the releases.
        named: A release (`2024-06-r1`), or the path of a built DuckDB file; else the published release.

    Raises:
        RunnerError: There is no such release, or it holds no lineage.
    """
    built = find_built(home, named)
    lineage = lineage_of(built)
    if lineage is None:
        raise RunnerError(
            f"{built.name} holds no {FILE}: it was built before lineage was kept.",
            "Name a newer release with --release, or build one with `runner refresh`.",
            ExitCode.NOTHING_MATCHED,
        )
    return lineage


def lineage_of(built: Built) -> Lineage | None:
    """The lineage of a built file; none where nothing beside it tells what it was made by.

    A release holds it. What `dbt build` made by itself has dbt's manifest beside it.
    """
    beside = built.file.with_name(FILE)
    if beside.is_file():
        tables = json.loads(beside.read_text(encoding="utf-8"))["tables"]
    else:
        manifest = _manifest(built.file.with_name("manifest.json"))
        if manifest is None:
            return None
        tables = read_tables(manifest)
    lineage = Lineage(tables)
    _add_meanings(lineage, built)
    return lineage


def _manifest(path: Path) -> dict | None:
    """What dbt left of a build; none where it only parsed, so that no SQL is compiled."""
    if not path.is_file():
        return None
    manifest = json.loads(path.read_text(encoding="utf-8"))
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    return manifest if all(node.get("compiled_code") for node in models) else None


def _add_meanings(lineage: Lineage, built: Built) -> None:
    """Adds what a release says of the tables that the runner adds to it."""
    with opened(built) as connection:
        for row in rows(connection, MEANINGS):
            table = lineage.tables.get(row["table_name"])
            if table is None or table["layer"] != MARTS:
                continue
            if row["column_name"] is None:
                table["meaning"] = table["meaning"] or row["comment"] or ""
            elif row["column_name"] in table["columns"]:
                column = table["columns"][row["column_name"]]
                column["meaning"] = column["meaning"] or row["comment"] or ""
