"""What is planted, month by month: the published figures, and invented ones where none was published."""

import csv
from datetime import date
from pathlib import Path

from runner.simulator.calendar import add_months


class Targets:
    """The monthly series of targets.csv, pinned to calendar months.

    In the file, month 0 is the last complete month; the figures are final ones, as known at the end of
    the month after. A `_late` series says how many of them miss the extract early in the next month, a
    `_very_late` one how many of those miss the extract a month later as well.
    """

    def __init__(self, last_month: date) -> None:
        with (Path(__file__).parent / "targets.csv").open(encoding="utf-8", newline="") as file:
            rows = [{name: int(value) for name, value in row.items()} for row in csv.DictReader(file)]
        rows.sort(key=lambda row: -row["months_before"])
        self.months = [add_months(last_month, -row["months_before"]) for row in rows]
        """Every simulated month, the last of them the month in which the last extract is taken."""
        self._rows = dict(zip(self.months, rows, strict=True))
        self.last_month = last_month

    def of(self, series: str, month: date) -> int:
        """The target of one series in one month."""
        return self._rows[month][series]

    def opening(self, stock: str, starts: str, ends: str) -> int:
        """The stock before the first month, from what the first month starts, ends and leaves."""
        first = self.months[0]
        return self.of(stock, first) - self.of(starts, first) + self.of(ends, first)
