"""What a spreadsheet opens: text in it stays text, whatever it begins with.

A spreadsheet takes a cell for a formula by its first character. Every CSV and workbook that leaves the
project passes its cells through here; numbers, dates and truths are given as such and stay what they are.
"""

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

# Spaces of every width, controls, marks of writing direction, and characters that do not show.
_PASSED_OVER = (
    "\x01-\x20\x7f-\xa0\xad\u034f\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
)
# The four signs that start a formula, their full-width and small forms, and the minus sign.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
FORMULA = f"^(?:[\t\r\n]|[{_PASSED_OVER}]*[{_SIGNS}])"
"""How a text begins that a spreadsheet may run; read alike by Python and by DuckDB."""
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
"""What is a number to everyone, though it may begin with a minus."""

_FORMULA, _NUMBER = re.compile(FORMULA), re.compile(NUMBER)


def inert(value: Any) -> Any:
    """A cell that no spreadsheet runs: text that begins as a formula does is preceded by an apostrophe.

    Args:
        value: Text, or anything else; only text is changed. In a workbook, write what comes back as text
            (openpyxl: `data_type = "s"`), since it is text.
    """
    if isinstance(value, str) and _FORMULA.match(value) and not _NUMBER.fullmatch(value):
        return f"'{value}"
    return value


def write_csv(
    path: Path,
    header: Iterable[str],
    rows: Iterable[Iterable[Any]],
    *,
    encoding: str = "utf-8",
    line_end: str = "\r\n",
) -> None:
    """Writes a CSV file of inert cells; None is written as nothing.

    Args:
        path: The file to write.
        header: The columns' names.
        rows: The cells of each row.
        encoding: `utf-8-sig` where people open it in a spreadsheet that must be told.
        line_end: What ends each line.
    """
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator=line_end)
        writer.writerow([inert(name) for name in header])
        writer.writerows([inert(cell) for cell in row] for row in rows)


def copy_csv(connection: "duckdb.DuckDBPyConnection", relation: str, path: Path) -> None:
    """Writes a whole table as CSV from inside DuckDB, its text as inert as `write_csv` would make it.

    Args:
        connection: Has the table.
        relation: Its full name.
        path: The file to write; its folder is one of ours.
    """
    signs, number = _quoted(FORMULA), _quoted(NUMBER)
    cells = []
    for name, kind in connection.execute(
        "select column_name, column_type from (describe from query_table($relation))", {"relation": relation}
    ).fetchall():
        column = '"' + name.replace('"', '""') + '"'
        if kind == "VARCHAR":
            is_run = f"regexp_matches({column}, {signs}) and not regexp_full_match({column}, {number})"
            column = f"if({is_run}, '''' || {column}, {column}) as {column}"
        cells.append(column)
    connection.execute(f"copy (select {', '.join(cells)} from {relation}) to {_quoted(str(path))} (header)")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
