"""The structure of a Parquet file of an extract."""

from pathlib import Path
from typing import TYPE_CHECKING

from runner.files import sha256_of
from runner.landing.contract import Table
from runner.landing.faults import refused
from runner.landing.sources import MAX_BYTES, MAX_FIELD, MAX_ROWS, Source, check_header
from runner.landing.values import named, quoted

if TYPE_CHECKING:
    import duckdb

SMALLER = "Check the export: no council's table is so large."
NESTED = ("STRUCT", "MAP", "UNION", "BLOB")


def read_parquet_structure(database: "duckdb.DuckDBPyConnection", table: Table, path: Path) -> Source:
    """Checks that a Parquet file is whole and has the contract's columns.

    The line of a row is its number in the file plus one, as if it were CSV under a header.
    """
    import duckdb

    try:
        columns = database.execute(f"describe from read_parquet({quoted(str(path))})").fetchall()
        types = {name: kind for name, kind, *_ in columns}
        rows = database.execute(
            f"select sum(num_rows) from parquet_file_metadata({quoted(str(path))})"
        ).fetchone()[0]
        if rows > MAX_ROWS:
            raise refused(f"{path.name} holds {rows:,} rows; the most that is read is {MAX_ROWS:,}.", SMALLER)
        warnings = check_header(table, path, list(types))
        nested = [name for name in table.names if types[name].startswith(NESTED) or types[name].endswith("]")]
        if nested:
            raise refused(
                f"{path.name}: the column {nested[0]} does not hold plain values.",
                "Write the column as text, a date or a number.",
            )
        # Reads every value: damage anywhere is found here, and few bytes that unpack to many.
        lengths = ", ".join(
            f"sum(strlen({named(name)})), max(strlen({named(name)}))"
            if types[name] == "VARCHAR"
            else f"count({named(name)}), 0"
            for name in table.names
        )
        found = database.execute(f"select {lengths} from read_parquet({quoted(str(path))})").fetchall()[0]
    except duckdb.Error:
        raise refused(
            f"{path.name} is not a whole Parquet file.", "Export the table again and land the folder."
        ) from None
    if sum(total or 0 for total in found[::2]) > MAX_BYTES:
        raise refused(f"{path.name} unpacks to more than the {MAX_BYTES:,} bytes that are read.", SMALLER)
    if max(length or 0 for length in found[1::2]) > MAX_FIELD:
        raise refused(f"{path.name} has a field longer than {MAX_FIELD:,} characters.", SMALLER)
    return Source(
        table=table,
        path=path,
        sha256=sha256_of(path),
        rows=rows,
        columns=list(types),
        is_parquet=True,
        is_ascii=False,
        has_edge_spaces=True,
        has_null_words=True,
        warnings=warnings,
    )
