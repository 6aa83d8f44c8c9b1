"""The files of an extract, and their structure: checked in one streaming pass, before any value is read."""

import codecs
import csv
import hashlib
import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from runner.landing.contract import Contract, Table
from runner.landing.faults import refused
from runner.landing.values import NULL_WORDS
from runner.outside import MAX_REPORT_BYTES, kind_of

MAX_BYTES = 4 * 2**30
MAX_ROWS = 50_000_000
MAX_FIELD = 100_000
MAX_COLUMNS = 500
CHUNK = 2**20
SPREADSHEET_LINES = (65_536, 1_048_576)
CONTROL_FILE = "control.csv"
SIMULATED_FILE = "SIMULATED.txt"
"""Marks an extract that a simulator wrote: what is made of it says so."""
# Tabs and line ends are text; the other control characters are not.
CONTROL_BYTES = bytes(byte for byte in (*range(32), 127) if byte not in b"\t\r\n")
EDGE_SPACES = (b" ,", b", ", b" \n", b"\n ", b" \r", b'" ', b' "', b"\t", b"\xc2\xa0")
NULL_BYTES = tuple(word.encode() for word in NULL_WORDS)
LONGEST_NULL = max(map(len, NULL_BYTES))
# A quote after a space that follows a comma: text to one reader, an opening quote to another.
SPACED_QUOTE = re.compile(rb'[,\n][ \t]+"(?!")')
EXPORT_AGAIN = "Export the table again as CSV (UTF-8, comma, double quotes) and land the folder."


@dataclass
class Extract:
    """The files of an extract: one for each table, and perhaps the case system's own counts."""

    folder: Path
    paths: dict[str, Path]
    control_path: Path | None
    is_simulated: bool
    warnings: list[str]


@dataclass
class Source:
    """One table's file, as its structure was found to be.

    `rows` counts the records after the header, blank lines left out. `readable` is what is to
    be read for values: the file itself, or a clean copy that numbers each record's line.
    """

    table: Table
    path: Path
    sha256: str
    rows: int
    columns: list[str]
    is_parquet: bool = False
    is_ascii: bool = True
    has_controls: bool = False
    has_edge_spaces: bool = False
    has_null_words: bool = False
    line_end: str = "\\n"
    readable: Path | None = None
    ragged: list[tuple[int, str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass
class TextFacts:
    """What the bytes of a text file say before they are read as records."""

    sha256: str = ""
    is_ascii: bool = True
    has_controls: bool = False
    has_edge_spaces: bool = False
    has_null_words: bool = False
    has_spaced_quotes: bool = False
    line_feeds: int = 0
    returns: int = 0
    pairs: int = 0
    ends_with_line_end: bool = False

    @property
    def has_one_line_end(self) -> bool:
        """Whether all lines end alike, in LF or in CRLF."""
        return self.returns in (0, self.line_feeds) and self.pairs == self.returns


def shown(name: str) -> str:
    """A name from outside, safe to print: control characters escaped, and not too long."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)[:80]


def find_files(source: Path, contract: Contract) -> Extract:
    """Finds every table's file in an extract's folder, and control.csv where there is one."""
    entries = {entry.name: entry for entry in os.scandir(source)}
    paths: dict[str, Path] = {}
    expected = {CONTROL_FILE, SIMULATED_FILE}
    missing = []
    for table in contract.tables:
        names = [f"{table}.csv", f"{table}.parquet"]
        expected.update(names)
        found = [name for name in names if name in entries]
        if len(found) == 2:
            raise refused(
                f"{table} is there twice, as {names[0]} and as {names[1]}.", "Remove one of the two files."
            )
        if found:
            paths[table] = source / found[0]
        else:
            missing.append(table)
    extra = [shown(name) for name in sorted(entries) if name not in expected]
    if missing:
        alike = [name for name in extra if Path(name).stem.strip().lower() == missing[0]]
        hint = f" There is a {alike[0]}, which is not it." if alike else ""
        others = f" and {len(missing) - 1} more tables" if len(missing) > 1 else ""
        raise refused(
            f"{missing[0]}.csv{others} cannot be found in the folder.{hint}",
            "Put one CSV or Parquet file for every table in the folder, named exactly after its table.",
        )
    for path in (*paths.values(), source / CONTROL_FILE):
        if path.name in entries:
            _check_file(path)
    return Extract(
        folder=source,
        paths=paths,
        control_path=source / CONTROL_FILE if CONTROL_FILE in entries else None,
        is_simulated=SIMULATED_FILE in entries,
        warnings=[f"{name} is no table of the contract and was ignored." for name in extra[:20]],
    )


def _check_file(path: Path) -> None:
    facts = path.lstat()
    if stat.S_ISLNK(facts.st_mode):
        raise refused(f"{path.name} is a link to another place.", "Put the file itself in the folder.")
    if not stat.S_ISREG(facts.st_mode):
        raise refused(f"{path.name} is not a file.", "Put the table's file in the folder.")
    if facts.st_size == 0:
        raise refused(f"{path.name} is empty: it has no header row.", EXPORT_AGAIN)
    most = MAX_REPORT_BYTES if path.name == CONTROL_FILE else MAX_BYTES
    if facts.st_size > most:
        raise refused(
            f"{path.name} holds {facts.st_size:,} bytes; the most that is read is {most:,}.",
            "Check the export; a very large table can be sent as Parquet.",
        )


def scan_text(path: Path) -> TextFacts:
    """Reads a text file's bytes once: encoding, line ends, control characters, hash."""
    facts = TextFacts()
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = 0
    last = tail = b""
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            if offset == 0:
                _check_signature(path, chunk)
            digest.update(chunk)
            held = len(decoder.getstate()[0])
            if held or not chunk.isascii():
                facts.is_ascii = False
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError as fault:
                    place = fault.start - held
                    line = facts.line_feeds + chunk.count(b"\n", 0, max(place, 0)) + 1
                    raise refused(
                        f"{path.name}, line {line}: byte {offset + place + 1} of the file "
                        f"(0x{fault.object[fault.start]:02X}) is not UTF-8.",
                        "Save the file as UTF-8 and land the folder again.",
                    ) from None
            if len(chunk.translate(None, CONTROL_BYTES)) != len(chunk):
                facts.has_controls = True
                if b"\0" in chunk:
                    line = facts.line_feeds + chunk.count(b"\n", 0, chunk.index(b"\0")) + 1
                    raise refused(f"{path.name}, line {line}: there is a NUL byte.", EXPORT_AGAIN)
            facts.has_edge_spaces = facts.has_edge_spaces or any(mark in chunk for mark in EDGE_SPACES)
            if facts.has_edge_spaces and not facts.has_spaced_quotes:
                facts.has_spaced_quotes = bool(SPACED_QUOTE.search(last + chunk))
            facts.has_null_words = facts.has_null_words or any(word in tail + chunk for word in NULL_BYTES)
            facts.line_feeds += chunk.count(b"\n")
            facts.returns += chunk.count(b"\r")
            facts.pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            last, tail = chunk[-1:], chunk[-LONGEST_NULL:]
            offset += len(chunk)
    if decoder.getstate()[0]:
        raise refused(
            f"{path.name}, line {facts.line_feeds + 1}: the file is cut off in the middle of a character.",
            EXPORT_AGAIN,
        )
    if facts.returns and not facts.line_feeds:
        raise refused(
            f"{path.name}, line 1: lines end in a carriage return alone.",
            "Save the file with LF or CRLF line ends.",
        )
    facts.ends_with_line_end = last == b"\n"
    facts.sha256 = digest.hexdigest()
    return facts


def _check_signature(path: Path, start: bytes) -> None:
    if kind := kind_of(start):
        raise refused(f"{path.name} is {kind}, not CSV, whatever its name.", EXPORT_AGAIN)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) or start[:4000].count(0) * 5 > len(
        start[:4000]
    ):
        raise refused(f"{path.name}, line 1: the file is UTF-16, not UTF-8.", "Save the file as UTF-8.")


@contextmanager
def _records(path: Path, watched: Callable[[Iterator[str]], Iterator[str]] = iter) -> Iterator:
    """A strict csv reader over a file: commas, double quotes, no field longer than the limit."""
    before = csv.field_size_limit(MAX_FIELD)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield csv.reader(watched(file), strict=True)
    finally:
        csv.field_size_limit(before)


def read_csv_structure(table: Table, path: Path, scratch: Path) -> Source:
    """Checks the structure of a CSV file, and counts its records independently of the database.

    Args:
        table: The table that the file holds.
        path: The file.
        scratch: A folder for a clean copy, made only where lines and records differ.
    """
    facts = scan_text(path)
    try:
        with _records(path) as reader:
            header = next(reader)
            header_lines = reader.line_num
            widths = Counter(map(len, reader))
            lines = reader.line_num
    except csv.Error as fault:
        raise _unreadable(path, fault) from None
    warnings = check_header(table, path, header)
    source = Source(
        table=table,
        path=path,
        sha256=facts.sha256,
        rows=widths.total() - widths[0],
        columns=header,
        is_ascii=facts.is_ascii,
        has_controls=facts.has_controls,
        has_edge_spaces=facts.has_edge_spaces,
        has_null_words=facts.has_null_words,
        line_end="\\r\\n" if facts.returns else "\\n",
        warnings=warnings,
    )
    if not facts.ends_with_line_end:
        warnings.append(f"{path.name} does not end with a line end; check that it is whole.")
    is_plain = set(widths) <= {len(header)} and header_lines == 1 and lines - 1 == source.rows
    if not is_plain or not facts.has_one_line_end or facts.has_spaced_quotes:
        make_clean_copy(source, scratch, facts.ends_with_line_end)
    return source


def check_header(table: Table, path: Path, header: list[str]) -> list[str]:
    """Checks a header against the contract: by name, exactly, in any order. Returns warnings."""
    if len(header) > MAX_COLUMNS:
        raise refused(f"{path.name}, line 1: there are more than {MAX_COLUMNS} columns.", EXPORT_AGAIN)
    repeated = [name for name, times in Counter(header).items() if times > 1]
    if repeated:
        raise refused(
            f"{path.name}, line 1: the column {shown(repeated[0])!r} is there twice.",
            "Give every column its own name.",
        )
    missing = [name for name in table.names if name not in header]
    if len(missing) == len(table.columns):
        alike = {name.strip().lower() for name in header} & set(table.names)
        if not alike:
            raise refused(
                f"{path.name}, line 1: there is no header row with the contract's column names.",
                f"Start the file with the line: {','.join(table.names)}",
            )
    if missing:
        alike = [name for name in header if name.strip().lower() == missing[0]]
        hint = f"; it is written {shown(alike[0])!r}" if alike else ""
        raise refused(
            f"{path.name}, line 1: the column {missing[0]} is missing{hint}.",
            "Name the columns exactly as in the contract (runner/landing/contract.csv).",
        )
    extra = [shown(name) for name in header if name not in table.names]
    return [
        f"{path.name} has a column {name!r} that the contract does not know; it was ignored."
        for name in extra
    ]


def _unreadable(path: Path, fault: csv.Error) -> Exception:
    """Finds the line of the record that a strict reader could not read."""
    line = 1
    with _records(path) as reader:
        try:
            for _ in reader:
                line = reader.line_num + 1
        except csv.Error:
            pass
    if "field larger" in str(fault):
        what = f"a field is longer than {MAX_FIELD:,} characters; a quote may not be closed"
    elif "unexpected end" in str(fault):
        what = "a quote is opened and never closed"
    else:
        what = "a quote is opened or closed in the wrong place"
    return refused(f"{path.name}, line {line}: {what}.", EXPORT_AGAIN)


def make_clean_copy(source: Source, scratch: Path, ends_with_line_end: bool = True) -> None:
    """Writes a copy with one line for each whole record, numbered by its line in the original.

    Rows with too few or too many fields are kept aside with their reason.
    """
    width = len(source.columns)
    source.readable = scratch / f"{source.table.name}.csv"
    line_ends = set()
    last_line = ""
    row: list[str] = []

    def watched(lines: Iterator[str]) -> Iterator[str]:
        nonlocal last_line
        for line in lines:
            last_line = line
            yield line

    with (
        _records(source.path, watched) as reader,
        source.readable.open("w", encoding="utf-8", newline="") as copy,
    ):
        writer = csv.writer(copy, quoting=csv.QUOTE_ALL, lineterminator="\n")
        next(reader)
        line = reader.line_num + 1
        for row in reader:
            if len(row) == width:
                writer.writerow([line, *row])
            elif row:
                source.ragged.append((line, f"{len(row)} fields, not {width}", ",".join(row)[:1000]))
            line_ends.add(last_line[len(last_line.rstrip("\r\n")) :])
            line = reader.line_num + 1
    if not ends_with_line_end and 0 < len(row) < width:
        raise refused(
            f"{source.path.name}, line {source.ragged[-1][0]}: the file is cut off in the middle of a row.",
            EXPORT_AGAIN,
        )
    if len(line_ends - {""}) > 1:
        source.warnings.append(
            f"{source.path.name} has lines that end in different ways; they were read alike."
        )
