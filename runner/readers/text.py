"""How figures and tables are written for a terminal."""

import textwrap
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

WIDTH = 100
"""Columns of a terminal that the tables are written for."""


def rounded(value: float, decimals: int) -> Decimal:
    """Rounds half away from zero.

    Args:
        value: The unrounded figure.
        decimals: Decimals to keep.
    """
    return Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def number(value: float | None, decimals: int = 0) -> str:
    """A number with thousands separators, or n/a where there is none."""
    return "n/a" if value is None else f"{rounded(value, decimals):,}"


def quantity(value: float) -> str:
    """A count or a full-time equivalent: no decimals for a whole number, else at most two."""
    return number(value) if float(value).is_integer() else f"{rounded(value, 2).normalize():,f}"


def figure(
    statistic: str,
    value: float | None,
    decimals: int,
    numerator: float | None = None,
    denominator: float | None = None,
) -> str:
    """A figure with the counts it is made of: `68% (45 of 66)`, `316 per 10,000`, `1,626`.

    Args:
        statistic: One of measure_results' statistics.
        value: The figure, rounded or not; None where nothing could be divided by.
        decimals: Decimals to show; a count shows those it has.
        numerator: What was counted, where it is known.
        denominator: What it is a share of, where it is known.
    """
    if value is None:
        return "n/a"
    if statistic == "count":
        return quantity(value)
    shown = number(value, decimals)
    if statistic in ("percent", "ratio"):
        shown += "%"
    elif statistic == "rate":
        shown += " per 10,000"
    if statistic in ("percent", "ratio", "mean") and numerator is not None and denominator is not None:
        shown += f" ({quantity(numerator)} of {quantity(denominator)})"
    elif statistic in ("percent", "ratio", "rate") and numerator is not None:
        shown += f" ({quantity(numerator)})"
    return shown


def decimals_shown(statistic: str, decimals: int) -> int:
    """How many decimals a figure is shown with: the register's, and none for a count."""
    return 0 if statistic == "count" else decimals


def change_in_words(statistic: str, change: float | None, decimals: int) -> str:
    """A change: `up 12`, `down 8.1 points`, `no change`, or n/a where there is none.

    Args:
        statistic: One of measure_results' statistics; percentages change by points, shown with one decimal.
        change: The difference of the unrounded figures.
        decimals: The register's decimals.
    """
    if change is None:
        return "n/a"
    is_share = statistic in ("percent", "ratio")
    decimals = 1 if is_share else decimals_shown(statistic, decimals)
    if rounded(change, decimals) == 0:
        return "no change"
    direction = "up" if change > 0 else "down"
    return f"{direction} {number(abs(change), decimals)}{' points' if is_share else ''}"


def month_name(month: date) -> str:
    """A month in words: `June 2024`."""
    return f"{month:%B %Y}"


def months(first: date | None, last: date | None) -> str:
    """A period in months: `2024-06`, `2023-07 to 2024-06`, or that none is stated."""
    if first is None or last is None:
        return "not stated"
    return f"{first:%Y-%m}" if first == last else f"{first:%Y-%m} to {last:%Y-%m}"


def day(value: date) -> str:
    """A date in words: `2 July 2024`."""
    return f"{value.day} {value:%B %Y}"


def widths(rows: Sequence[Sequence[str]]) -> list[int]:
    """The width of each column of some rows."""
    return [max(map(len, column)) for column in zip(*rows, strict=True)]


def line(cells: Sequence[str], columns: Sequence[int], indent: str = "") -> str:
    """One aligned row of a table."""
    padded = (cell.ljust(width) for cell, width in zip(cells, columns, strict=True))
    return (indent + "  ".join(padded)).rstrip()


def note(words: str, indent: str) -> str:
    """A note under a row, wrapped and indented."""
    return textwrap.fill(words, WIDTH, initial_indent=indent, subsequent_indent=indent)
