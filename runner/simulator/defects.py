"""Defects planted in a simulated extract when asked for: rows that landing must reject, and rows that it must
let through and a check of the finished build reports.
"""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

from runner.simulator.check_defects import check_defects, plant_for_checks

DEFECTS = Path(__file__).with_name("defects.csv")
ROWS = 3
"""How many rows each defect spoils: few enough that no table is refused for them."""


def defects() -> dict[str, dict[str, str]]:
    """The defects by name: the table and column that each spoils, and the value it puts there."""
    with DEFECTS.open(encoding="utf-8", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def names() -> list[str]:
    """The names of all defects: landing's own, then the checks that report the others."""
    return [*defects(), *check_defects()]


def plant(wanted: str, folder: Path, as_at: date, is_last: bool) -> Counter[str]:
    """Plants defects in an extract's files, in different rows for each.

    Args:
        wanted: A defect's name, or `all`.
        folder: The extract, its files whole.
        as_at: The extract's date.
        is_last: Whether it is the last extract. Only there is planted what a check reports: some checks
            compare an extract with the one before.

    Returns:
        How many rows more, or fewer, each table has.
    """
    of_checks = [one for name, one in check_defects().items() if wanted in (name, "all")]
    more = plant_for_checks(of_checks, folder, as_at) if of_checks and is_last else Counter()
    for place, (name, defect) in enumerate(defects().items()):
        if wanted in (name, "all"):
            _spoil(folder / f"{defect['table']}.csv", defect["column"], defect["value"], place * ROWS)
    return more


def _spoil(path: Path, column: str, value: str, first: int) -> None:
    """Puts a value into one column of some rows, from the given one on."""
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    position = header.index(column)
    for row in rows[first : first + ROWS]:
        row[position] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])
