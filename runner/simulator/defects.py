"""Defects planted in a simulated extract when asked for: rows that landing must reject, and no others."""

import csv
from pathlib import Path

DEFECTS = Path(__file__).with_name("defects.csv")
ROWS = 3
"""How many rows each defect spoils: few enough that no table is refused for them."""


def defects() -> dict[str, dict[str, str]]:
    """The defects by name: the table and column that each spoils, and the value it puts there."""
    with DEFECTS.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def plant(wanted: str, folder: Path) -> None:
    """Spoils a few rows of an extract's files, different ones for each defect.

    Args:
        wanted: A defect's name, or `all`.
        folder: The extract, its files whole.
    """
    for place, (name, defect) in enumerate(defects().items()):
        if wanted in (name, "all"):
            _spoil(folder / f"{defect['table']}.csv", defect["column"], defect["value"], place * ROWS)


def _spoil(path: Path, column: str, value: str, first: int) -> None:
    """Puts a value into one column of some rows, from the given one on."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    position = header.index(column)
    for row in rows[first : first + ROWS]:
        row[position] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
