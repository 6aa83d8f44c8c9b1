"""Files that unpack to far more than they are, or that a parser of XML would follow."""

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb

ZEROS = bytes(2**25)
LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + place, b"&%c;" % (97 + place) * 10) for place in range(9)
)
LAUGHS = b'<?xml version="1.0"?>' + LAUGHS + b"]><l>&j;</l>"
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'


def _zipped(**parts: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return held.getvalue()


TEXTS: dict[str, tuple[Callable[[], bytes], str]] = {
    "a spreadsheet of zeros": (lambda: _zipped(xl__sheet1=ZEROS), "a spreadsheet or zip file"),
    "a zip in a zip": (lambda: _zipped(inner=_zipped(inner=ZEROS)), "a spreadsheet or zip file"),
    "a spreadsheet of a million parts": (
        lambda: _zipped(**{f"p{number}": b"" for number in range(2000)}),
        "a spreadsheet or zip file",
    ),
    "a spreadsheet with entities in entities": (
        lambda: _zipped(xl__sharedStrings=LAUGHS),
        "a spreadsheet or zip file",
    ),
    "a spreadsheet with an entity from a file": (
        lambda: _zipped(xl__sharedStrings=OUTSIDE),
        "a spreadsheet or zip file",
    ),
    "entities in entities": (lambda: LAUGHS, "an XML file"),
    "an entity from a file": (lambda: OUTSIDE, "an XML file"),
    "a document type alone": (lambda: OUTSIDE.partition(b"?>")[2], "a web page or an XML file"),
    "gzip": (lambda: gzip.compress(ZEROS, 1), "a gzip file"),
    "bzip2": (lambda: bz2.compress(ZEROS[: 2**22], 1), "a bzip2 file"),
    "xz": (lambda: lzma.compress(ZEROS[: 2**22], preset=0), "an xz file"),
    "an old spreadsheet with a password": (
        lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        "a spreadsheet, perhaps with a password",
    ),
    "one field without an end": (lambda: b'"' + b"x" * 2**24, "a field is longer than 100,000 characters"),
    "one line of columns": (lambda: b"a," * 600 + b"a\n", "more than 500 columns"),
}
"""What a text file may be instead, and how it is refused where a table is expected."""


def many_rows(path: Path) -> None:
    """A small Parquet file of more rows than any council has."""
    duckdb.sql("select 1::utinyint as a from range(50_000_001)").write_parquet(str(path), compression="zstd")


def long_text(path: Path, columns: tuple[str, ...], rows: int = 7_000) -> None:
    """A small Parquet file that holds gigabytes of one text, or as many rows of it as are asked for."""
    named = ", ".join(f'text as "{name}"' for name in columns)
    query = f"select {named} from (select repeat('x', 99_000) as text), range({rows})"
    duckdb.sql(query).write_parquet(str(path), compression="zstd")
