"""Working days, months and the dates on which extracts are taken."""

import calendar
import csv
from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from functools import cache

from runner.home import PROJECT

DAY = timedelta(days=1)


@cache
def holidays() -> tuple[date, ...]:
    """The bank holidays of England, from the project's seed, in date order."""
    with (PROJECT / "seeds" / "bank_holidays.csv").open(encoding="utf-8", newline="") as file:
        return tuple(sorted(date.fromisoformat(row["holiday_on"]) for row in csv.DictReader(file)))


@cache
def working_days() -> tuple[date, ...]:
    """Every Monday to Friday that is no bank holiday, as far as the seed reaches."""
    closed = set(holidays())
    first, last = min(closed), max(closed)
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return tuple(day for day in days if day.weekday() < 5 and day not in closed)


def next_working_day(day: date) -> date:
    """The day itself when it is a working day, else the next one that is."""
    return working_days()[bisect_left(working_days(), day)]


def last_working_day(day: date) -> date:
    """The day itself when it is a working day, else the last one before it."""
    return working_days()[bisect_right(working_days(), day) - 1]


def add_working_days(day: date, number: int) -> date:
    """The working day so many working days after (before, if negative) a working day."""
    return working_days()[bisect_left(working_days(), day) + number]


def working_days_between(start: date, end: date) -> int:
    """Working days from one date to another; the start is day 0."""
    return bisect_right(working_days(), end) - bisect_right(working_days(), start)


def add_months(month: date, number: int) -> date:
    """The first day of the month so many months later (earlier, if negative)."""
    index = month.year * 12 + month.month - 1 + number
    return date(index // 12, index % 12 + 1, 1)


def month_of(day: date) -> date:
    """The first day of a date's month."""
    return day.replace(day=1)


@cache
def month_end(month: date) -> date:
    """The last day of a month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


@cache
def working_days_of(month: date) -> tuple[date, ...]:
    """The working days of a month."""
    days = working_days()
    return days[bisect_left(days, month) : bisect_right(days, month_end(month))]


def early_extract(month: date) -> date:
    """The extract early in a month: its second working day."""
    return working_days_of(month)[1]


def birthday(born_on: date, age: int) -> date:
    """The date of a birthday; born on 29 February, it is 1 March in other years."""
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 3, 1)


def years_before(day: date, years: int) -> date:
    """The same day so many years before; 28 February where there is no 29th."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 2, 28)


def months_earlier(day: date, number: int) -> date:
    """The same day so many months before; the month's last day where there is no such day."""
    month = add_months(month_of(day), -number)
    return min(month + (day.day - 1) * DAY, month_end(month))


def extract_dates(as_at: date, months: int) -> list[date]:
    """The dates of a council's extracts: one early in each month, and the last on the date asked for."""
    month = month_of(as_at)
    early = (early_extract(add_months(month, -back)) for back in range(months - 1, -1, -1))
    return sorted({day for day in early if day < as_at} | {as_at})
