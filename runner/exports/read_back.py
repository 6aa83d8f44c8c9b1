"""The numbers of an export's spreadsheet and Explore Education Statistics, read back beside its tidy files.

A number is known by where it stands: measure, month, group, topic and member of a breakdown. The tidy files
are checked cell by cell; whatever the other two say must be said there too.
"""

import csv
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from runner.cells import inert
from runner.exports.text_files import INDICATORS, TOPICS, TOTAL
from runner.exports.workbook import DIMENSIONS, PROVISIONAL
from runner.readers.text import month_name

if TYPE_CHECKING:
    import duckdb

Place = tuple[str, str, str, str, str]
"""A measure's title, the month, the group, the topic of a breakdown and its member, as they are written."""
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
COUNTS = ("value", "numerator", "denominator")


def not_in_tidy(folder: Path, connection: "duckdb.DuckDBPyConnection", month: date) -> list[str]:
    """The places at which the spreadsheet or Explore Education Statistics say what the tidy files do not.

    Args:
        folder: The export.
        connection: Has the export's dim_measure.
        month: The last month.
    """
    said: dict[Place, set[float]] = defaultdict(set)
    titles = dict(connection.execute("select measure_id, title from dim_measure").fetchall())
    for place, number in _tidy(folder / "tidy", titles):
        said[place].add(number)
    found = []
    for name, numbers in (
        ("ees/scorecard.csv", _ees(folder / "ees" / "scorecard.csv")),
        ("scorecard.xlsx", _workbook(folder / "scorecard.xlsx", month_name(month))),
    ):
        found += [
            f"{name}: {' / '.join(place)}" for place, number in numbers if number not in said.get(place, ())
        ]
    return list(dict.fromkeys(found))


def _tidy(folder: Path, titles: dict[str, str]) -> Iterator[tuple[Place, float]]:
    for table in ("figures", "breakdowns"):
        for row in _rows(folder / f"{table}.csv"):
            place = (
                inert(titles[row["measure_id"]]),
                month_name(date.fromisoformat(row["reporting_month"])),
                row["population"],
                TOPICS[row.get("dimension", "all")],
                row.get("member", "all"),
            )
            yield from ((place, number) for name in COUNTS for number in _numbers(row[name]))


def _ees(file: Path) -> Iterator[tuple[Place, float]]:
    for row in _rows(file):
        group, member = ("all" if row[name] == TOTAL else row[name] for name in ("population", "breakdown"))
        month = f"{row['time_identifier']} {row['time_period']}"
        place = (row["measure"], month, group, row["breakdown_topic"], member)
        yield from ((place, number) for name in INDICATORS for number in _numbers(row[name]))


def _workbook(file: Path, month: str) -> Iterator[tuple[Place, float]]:
    """Every number below a heading `Measure`; in the sheet of months each column is its month's."""
    topics = {f"By {name.lower()}": name for name in DIMENSIONS.values()}
    with zipfile.ZipFile(file) as book:
        texts = [
            "".join(text.text or "" for text in one.iter(f"{MAIN}t"))
            for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        ]
        sheets = ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
        for number, sheet in enumerate(sheets, start=1):
            topic, head = topics.get(sheet.attrib["name"]), None
            for row in ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml")).iter(
                f"{MAIN}row"
            ):
                cells = dict(_cells(row, texts))
                if head is None:
                    names = {column: str(cell).split("\n")[0] for column, cell in cells.items()}
                    head = names if "Measure" in names.values() else None
                    continue
                by_name = {head[column]: cell for column, cell in cells.items() if column in head}
                for name, cell in by_name.items():
                    if isinstance(cell, float):
                        is_month = re.match(r"[A-Z][a-z]+ \d{4}", name)
                        yield (
                            (
                                by_name["Measure"],
                                name.removesuffix(f" {PROVISIONAL}") if is_month else month,
                                by_name.get("Group", "all"),
                                topic or TOTAL,
                                by_name[topic] if topic else "all",
                            ),
                            _as_written(cell),
                        )


def _cells(row: ElementTree.Element, texts: list[str]) -> Iterator[tuple[str, str | float]]:
    """The filled cells of a row by column: texts and numbers."""
    for cell in row:
        value = cell.find(f"{MAIN}v")
        if value is not None:
            content = texts[int(value.text)] if cell.attrib.get("t") == "s" else float(value.text)
            yield cell.attrib["r"].rstrip("0123456789"), content


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def _numbers(text: str) -> list[float]:
    return [] if text in ("c", "z", "") else [_as_written(float(text))]


def _as_written(number: float) -> float:
    """A number to twelve digits: a spreadsheet keeps fewer than a double has."""
    return float(f"{number:.12g}")
