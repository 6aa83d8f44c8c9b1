"""The chain ladder: what a provisional figure is expected to be when it is final, and how sure that is.

Earlier months show how their counts grew from one month after to the next: the sum after by the sum
before is the factor of that step. The same growth is expected of a month that is not final yet. How far
this would have missed each month that is final, had its growth been worked out from the others alone,
gives the range. There is no chance in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

ORIGIN_MONTHS = 12
"""Fewer final months than these are no history to expect anything from."""

RANGE_SHARE = 0.8
"""The share of figures whose final value should fall within the range."""

TAIL = 10
"""One in so many may lie below the range, and one in so many above: (1 - RANGE_SHARE) / 2."""


@dataclass(frozen=True)
class Counts:
    """What a figure is made of.

    Attributes:
        numerator: What was counted or summed.
        denominator: What it is divided by; None where it is not.
    """

    numerator: float
    denominator: float | None = None


SPARSE = 5
"""Where months had fewer on average, growth is added and not multiplied: a factor of so few is noise."""

Development = Mapping[int, Counts]
"""One month's figure by months after. At the age at which it is final, its counts then."""


@dataclass(frozen=True)
class Expected:
    """What a figure is expected to be when it is final.

    Attributes:
        counts: The expected numerator and denominator.
        value: The figure they make.
        lower: The lower end of the range.
        upper: The upper end of the range.
        origin_months: How many final months it rests on.
    """

    counts: Counts
    value: float
    lower: float
    upper: float
    origin_months: int


@dataclass(frozen=True)
class Figure:
    """How a figure is made of its counts, and what it can be.

    Attributes:
        value: Makes the figure; None where nothing can be divided by.
        develops: Whether the denominator is a count that develops; the children of a rate do not.
        is_share: Whether the numerator is a part of the denominator, and the figure at most 100.
    """

    value: Callable[[Counts], float | None]
    develops: bool = True
    is_share: bool = False

    def possible(self, value: float) -> float:
        """A value, brought into what is possible: not below nought, and a share not above 100."""
        return min(max(value, 0.0), 100.0) if self.is_share else max(value, 0.0)


def expect(
    own: Counts, age: int, final_age: int, history: Mapping[date, Development], figure: Figure
) -> Expected | None:
    """What a month's figure is expected to be when it is final.

    Args:
        own: The month's counts now.
        age: Its months after.
        final_age: The months after at which figures are final; later than `age`.
        history: The earlier months' developments.
        figure: How the figure is made.

    Returns:
        None where fewer than ORIGIN_MONTHS months were seen both at this age and when final, where no month
        was seen before and after a step, and where nothing can be divided by.
    """
    ladder = _Ladder(history, age, final_age, figure)
    expected = ladder.climb(own)
    made = figure.value(expected) if expected else None
    if expected is None or made is None:
        return None
    value = figure.possible(made)
    misses = sorted(filter(lambda miss: miss is not None, map(ladder.miss, sorted(history))))
    if len(misses) < ORIGIN_MONTHS:
        return None
    outside = (len(misses) + 1) // TAIL
    return Expected(
        counts=expected,
        value=value,
        lower=figure.possible(value + min(misses[outside - 1], 0.0)),
        upper=figure.possible(value + max(misses[-outside], 0.0)),
        origin_months=len(misses),
    )


class _Ladder:
    """The steps from an age to the final one, each with what the months' counts were before and after it."""

    def __init__(self, history: Mapping[date, Development], age: int, final_age: int, figure: Figure) -> None:
        self.history = history
        self.age = age
        self.final_age = final_age
        self.figure = figure
        self.steps = [
            {
                month: (cells[at], cells[at + 1])
                for month, cells in sorted(history.items())
                if at in cells and at + 1 in cells
            }
            for at in range(age, final_age)
        ]

    def climb(self, counts: Counts, without: date | None = None) -> Counts | None:
        """Counts as they are expected to be when final; None where no month was seen before and after a step.

        Args:
            counts: The counts now.
            without: A month that is left out of the growth.
        """
        steps = [[pair for month, pair in step.items() if month != without] for step in self.steps]
        if not all(steps):
            return None
        numerator, denominator = counts.numerator, counts.denominator
        for pairs in steps:
            numerator = _grown(numerator, [(before.numerator, after.numerator) for before, after in pairs])
            if denominator is not None and self.figure.develops:
                denominator = _grown(
                    denominator,
                    [(before.denominator or 0.0, after.denominator or 0.0) for before, after in pairs],
                )
        if denominator is not None and self.figure.is_share:
            numerator = min(numerator, denominator)
        return Counts(numerator, denominator)

    def miss(self, month: date) -> float | None:
        """By how much a final month's figure differs from what the other months make expect of it.

        None where the month was not seen at both ages, or there is nothing to divide by.
        """
        cells = self.history[month]
        if self.age not in cells or self.final_age not in cells:
            return None
        expected = self.climb(cells[self.age], without=month)
        value = self.figure.value(expected) if expected else None
        final = self.figure.value(cells[self.final_age])
        return None if value is None or final is None else final - value


def _grown(count: float, pairs: list[tuple[float, float]]) -> float:
    """A count after one step, from what the months' counts were before and after it."""
    before = sum(pair[0] for pair in pairs)
    after = sum(pair[1] for pair in pairs)
    if before < SPARSE * len(pairs):
        return max(count + (after - before) / len(pairs), 0.0)
    return count * (after / before)
