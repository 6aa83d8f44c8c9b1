"""The sheet that the auditor fills in: written, and read back strictly."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from runner.assurance.audit_pack.draw import Item, Sample
from runner.cells import write_csv
from runner.errors import ExitCode, RunnerError
from runner.outside import check_text

COLUMNS = (
    "sheet",
    "line",
    "item",
    "source_table",
    "source_id",
    "person_id",
    "team",
    "extract",
    "source_line",
    "field",
    "our_value",
    "populations",
    "found_value",
    "agree",
    "comment",
)
FILLED_IN = ("found_value", "agree", "comment")


@dataclass(frozen=True)
class SheetLine:
    """One value to compare: of one item, in one field.

    Attributes:
        number: The line's number in the sheet, from 1.
        item: The item's number in the sheet, from 1.
        of: The item.
        field: What to compare.
        value: What we say.
        populations: Whose conclusion rests on it.
    """

    number: int
    item: int
    of: Item
    field: str
    value: str
    populations: tuple[str, ...]


def sheet_lines(sample: Sample) -> Iterator[SheetLine]:
    """The lines of a sample's sheet, in order."""
    number = 0
    for place, item in enumerate(sample.items, start=1):
        for field, value, populations in item.fields:
            number += 1
            yield SheetLine(number, place, item, field, value, populations)


def sheet_name(run_id: str, sample: Sample) -> str:
    """The name that every line of a sheet bears, so that no sheet is taken for another.

    It holds a hash of what decides the sheet: the run, the direction, and each population's size and sample.
    """
    said = "\n".join(
        [run_id, sample.direction, *(f"{one.name} {one.items} {one.drawn}" for one in sample.populations)]
    )
    return f"{sample.direction} {hashlib.sha256(said.encode()).hexdigest()[:12]}"


def write_sheet(sample: Sample, name: str, path: Path) -> int:
    """Writes a sample's sheet as CSV, with blank columns to fill in.

    Args:
        sample: What was drawn.
        name: As given by `sheet_name`.
        path: The file to write.

    Returns:
        How many lines there are.
    """
    lines = list(sheet_lines(sample))
    write_csv(path, COLUMNS, (_cells(name, line) for line in lines), encoding="utf-8-sig")
    return len(lines)


def _cells(name: str, line: SheetLine) -> list[str]:
    """A line as the sheet shows it, with nothing where the auditor fills in."""
    item = line.of
    of_item = (item.source_table, item.source_id, item.person_id, item.team)
    cells = [name, str(line.number), str(line.item), *of_item, item.extract, item.source_line]
    return [*cells, line.field, line.value, "; ".join(line.populations), *("" for _ in FILLED_IN)]


def read_filled(path: Path) -> tuple[str, dict[int, bool | None]]:
    """Reads a filled-in sheet: what the auditor says of each line. Columns of ours may have been reformatted.

    Args:
        path: The sheet as CSV.

    Returns:
        The sheet's name, and by line number whether the value agrees; None where it is not looked at yet.

    Raises:
        RunnerError: The file is no sheet, or a line is not filled in as it must be (input refused).
    """
    check_text(path, "Save the filled-in sheet as comma-separated CSV, UTF-8.")
    answers: dict[int, bool | None] = {}
    names = set()
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                _refuse(path, 1, "the columns are not those of a sample sheet, in their order")
            for row in reader:
                at = reader.line_num
                if None in row or None in row.values():
                    _refuse(path, at, f"there are not {len(COLUMNS)} values")
                if not (row["line"].isascii() and row["line"].isdecimal()):
                    _refuse(path, at, "the column line holds no number")
                number = int(row["line"])
                if number in answers:
                    _refuse(path, at, f"line {number} of the sheet is there twice")
                answers[number] = _answer(path, at, row)
                names.add(row["sheet"])
    except OSError as fault:
        raise RunnerError(
            f"{path} cannot be read: {fault.strerror}.", "Name the filled-in sheet.", ExitCode.REFUSED
        ) from fault
    except UnicodeDecodeError:
        _refuse(path, 1, "the file is not UTF-8: save it as CSV UTF-8")
    except csv.Error as fault:
        _refuse(path, reader.line_num, f"it is not CSV ({fault})")
    if len(names) != 1:
        _refuse(
            path, 2, "there are lines of several sheets" if names else "there is no line below the header"
        )
    return names.pop(), answers


def _answer(path: Path, at: int, row: dict[str, str]) -> bool | None:
    """Whether a line agrees; a line that does not must say what was found."""
    agree = row["agree"].strip().upper()
    if agree not in ("", "Y", "N"):
        _refuse(path, at, "the column agree holds neither Y nor N")
    if agree == "N" and not (row["found_value"].strip() or row["comment"].strip()):
        _refuse(path, at, "it does not agree, and neither found_value nor comment says what was found")
    return {"": None, "Y": True, "N": False}[agree]


def _refuse(path: Path, at: int, what: str) -> NoReturn:
    raise RunnerError(
        f"{path.name}, line {at}: {what}. Nothing was read in.",
        "Correct that line, keep all the others, and import the sheet again.",
        ExitCode.REFUSED,
    )
