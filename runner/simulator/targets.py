"""What is planted, month by month: the published figures, and invented ones where none was published."""

import csv
from datetime import date
from pathlib import Path

from runner.simulator.calendar import add_months


class Targets:
    """The monthly series of targets.csv and targets_quality.csv, pinned to calendar months.

    In the file, month 0 is the last complete month; the figures are final ones, as known at the end of
    the month after. A `_late` series says how many of them miss the extract early in the next month, a
    `_very_late` one how many of those miss the extract a month later as well. The series of
    targets_quality.csv that are shares are per thousand; a `_reported` one is the share that the extract
    early in the next month shows.
    """

    def __init__(self, last_month: date) -> None:
        by_number: dict[int, dict[str, int]] = {}
        for name in ("targets.csv", "targets_quality.csv"):
            with (Path(__file__).parent / name).open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    by_number.setdefault(int(row["months_before"]), {}).update(
                        {series: int(value) for series, value in row.items()}
                    )
        rows = list(by_number.values())
        rows.sort(key=lambda row: -row["months_before"])
        self.months = [add_months(last_month, -row["months_before"]) for row in rows]
        """Every simulated month, the last of them the month in which the last extract is taken."""
        self._rows = dict(zip(self.months, rows, strict=True))
        self.last_month = last_month

    def of(self, series: str, month: date) -> int:
        """The target of one series in one month."""
        return self._rows[month][series]

    def share_of(self, number: int, series: str, month: date) -> int:
        """How many of a number a series of shares per thousand makes in one month, rounded."""
        return (number * self.of(series, month) + 500) // 1000

    def can_show(self, number: int, series: str, month: date) -> bool:
        """Whether so many can be divided so that the share, rounded, is that of the series."""
        return (2000 * self.share_of(number, series, month) + number) // (2 * number) == self.of(
            series, month
        )

    def opening(self, stock: str, starts: str, ends: str) -> int:
        """The stock before the first month, from what the first month starts, ends and leaves."""
        first = self.months[0]
        return self.of(stock, first) - self.of(starts, first) + self.of(ends, first)
