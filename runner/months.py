"""Reporting months, written 2024-06 wherever a person or a file writes them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Reads `2024-06`; anything else is a ValueError."""
        found = MONTH.fullmatch(text)
        if not found or found[1] == "0000":
            raise ValueError(f"{text!r} is not a month: write it as 2024-06.")
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        """The month a day falls in."""
        return cls(day.year, day.month)

    @classmethod
    def range(cls, first: "Month", last: "Month") -> list["Month"]:
        """Every month from the first to the last, both included; none when last comes before first."""
        months = []
        while first <= last:
            months.append(first)
            first = first.next
        return months

    @property
    def first_day(self) -> date:
        """The month's first day."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """The month's last day."""
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> "Month":
        """The month after."""
        return Month(self.year + self.number // 12, self.number % 12 + 1)

    @property
    def previous(self) -> "Month":
        """The month before."""
        return Month.of(self.first_day - timedelta(days=1))
