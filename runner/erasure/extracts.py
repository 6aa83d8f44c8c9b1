"""Rewrites a landed extract without some people: files, rejected rows and manifest, in one step."""

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.database import quoted
from runner.erasure.rows import Found, is_gone
from runner.files import OWNER_ONLY, sha256_of
from runner.landing import store
from runner.landing.values import named

if TYPE_CHECKING:
    import duckdb

REJECTED = "rejected.parquet"


def rewrite(connection: "duckdb.DuckDBPyConnection", landing: Path, folder: Path, found: Found) -> str:
    """Puts an extract without the rows found in the place of the one that is landed.

    Counts go on balancing: what was read is accepted, rejected, an exact duplicate or erased.

    Args:
        connection: As `find_rows` left it.
        landing: The folder of landed extracts, which the connection may touch.
        folder: The extract's.
        found: What goes.

    Returns:
        The SHA-256 of the new manifest.
    """
    with store.incoming(landing) as incoming:
        written = incoming / folder.name
        written.mkdir(mode=OWNER_ONLY)
        changed = {f"{table}.parquet" for table in (*found.rows, *found.blanked)}
        for path in sorted(folder.iterdir()):
            table = path.stem
            if path.name in changed:
                _write(connection, path, written / path.name, table, found.blanked.get(table, {}))
            elif path.name == REJECTED and found.rejected:
                _write_rejected(connection, path, written / path.name)
            elif path.name != store.MANIFEST:
                shutil.copyfile(path, written / path.name)
        manifest = _counted(folder, written, found, changed)
        text = json.dumps(manifest, ensure_ascii=False, indent=1)
        (written / store.MANIFEST).write_text(f"{text}\n", encoding="utf-8")
        store.put_in_place(written, landing, keep_aside=False)
    return sha256_of(folder / store.MANIFEST)


def _write(
    connection: "duckdb.DuckDBPyConnection", source: Path, target: Path, table: str, blanked: dict[str, str]
) -> None:
    columns = [
        name
        for name, *_ in connection.execute(f"describe from read_parquet({quoted(str(source))})").fetchall()
    ]
    cells = [
        f"case when {named(name)} in {blanked[name]} then null else {named(name)} end as {named(name)}"
        if name in blanked
        else named(name)
        for name in columns
    ]
    query = f"select {', '.join(cells)} from read_parquet({quoted(str(source))}) where not {is_gone(table)}"
    connection.execute(f"copy ({query}) to {quoted(str(target))} (format parquet, compression zstd)")


def _write_rejected(connection: "duckdb.DuckDBPyConnection", source: Path, target: Path) -> None:
    query = (
        f"from read_parquet({quoted(str(source))}) as faults anti join doomed_rejects"
        ' on faults."table" = doomed_rejects.table_name and faults.source_line = doomed_rejects.source_line'
    )
    connection.execute(f"copy ({query}) to {quoted(str(target))} (format parquet, compression zstd)")


def _counted(folder: Path, written: Path, found: Found, changed: set[str]) -> dict[str, Any]:
    """The manifest as it is now: what went is counted as erased."""
    manifest = json.loads((folder / store.MANIFEST).read_text(encoding="utf-8"))
    for table, entry in manifest["tables"].items():
        rows, rejected = found.rows.get(table, 0), found.rejected.get(table, 0)
        if rows or rejected:
            entry["accepted"] -= rows
            entry["rejected"] -= rejected
            entry["erased"] = entry.get("erased", 0) + rows + rejected
        if f"{table}.parquet" in changed:
            entry["parquet_sha256"] = sha256_of(written / f"{table}.parquet")
    if found.rejected:
        manifest["rejected_sha256"] = sha256_of(written / REJECTED)
    return manifest
