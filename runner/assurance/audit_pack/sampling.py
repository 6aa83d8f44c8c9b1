"""How many to look at, whom, and what a sample says of all: exact, without approximation.

A sample drawn without replacement out of N items, K of them wrong, holds so many wrong ones as the
hypergeometric distribution says; out of a population without limit, as the binomial does.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import comb, floor

CONFIDENCE = Fraction(95, 100)
TOLERANCE = Fraction(5, 100)
"""The share of items that may be wrong in a critical field."""

TEST_ALL_BELOW = 100
"""A population smaller than this is looked at whole: a sample would be most of it."""


def sample_size(
    population: int | None, tolerance: Fraction = TOLERANCE, confidence: Fraction = CONFIDENCE
) -> int:
    """The fewest items that, if none is wrong, show that no more than the tolerable share of all are.

    Args:
        population: How many items there are; None for no limit.
        tolerance: The share that may be wrong, below 1; without a limit above 0, too.
        confidence: The chance with which a population with more wrong ones than that shows one, below 1.
    """
    doubt = 1 - confidence
    if population is None:
        size = 1
        while (1 - tolerance) ** size > doubt:
            size += 1
        return size
    if population == 0:
        return 0
    wrong = floor(tolerance * population) + 1
    low, high = 1, population - wrong + 1
    while low < high:
        middle = (low + high) // 2
        if comb(population - wrong, middle) <= doubt * comb(population, middle):
            high = middle
        else:
            low = middle + 1
    return low


def size_to_test(population: int, tolerance: Fraction = TOLERANCE) -> int:
    """The sample size that the pack uses: the exact one, and everything of a small population."""
    return population if population < TEST_ALL_BELOW else sample_size(population, tolerance)


def upper_bound(
    tested: int, wrong: int, population: int | None = None, confidence: Fraction = CONFIDENCE
) -> float:
    """The highest share of wrong items that a sample leaves possible, at a one-sided confidence.

    Args:
        tested: Items looked at, at least one.
        wrong: How many of them were wrong.
        population: How many items there are; None for no limit.
        confidence: Of the bound.

    Returns:
        The share, from 0 to 1.
    """
    doubt = 1 - confidence
    if population is None:
        return _upper_bound_without_limit(tested, wrong, float(doubt))
    low, high = wrong, population - tested + wrong
    while low < high:
        middle = (low + high + 1) // 2
        ways = sum(
            comb(middle, found) * comb(population - middle, tested - found) for found in range(wrong + 1)
        )
        if ways > doubt * comb(population, tested):
            low = middle
        else:
            high = middle - 1
    return low / population


def _upper_bound_without_limit(tested: int, wrong: int, doubt: float) -> float:
    """The binomial bound, by halving until it no longer changes in the 12th decimal."""
    if wrong == tested:
        return 1.0
    low, high = wrong / tested, 1.0
    while high - low > 1e-12:
        share = (low + high) / 2
        chance = sum(
            comb(tested, found) * share**found * (1 - share) ** (tested - found) for found in range(wrong + 1)
        )
        low, high = (share, high) if chance > doubt else (low, share)
    return high


def shares_of(sizes: Mapping[str, int], sample: int) -> dict[str, int]:
    """Divides a sample among strata in proportion to their sizes; what is left goes by largest remainder.

    Args:
        sizes: How many items each stratum has.
        sample: How many to draw in all, not more than there are.
    """
    total = sum(sizes.values())
    exact = {stratum: Fraction(sample * size, max(total, 1)) for stratum, size in sizes.items()}
    drawn = {stratum: floor(share) for stratum, share in exact.items()}
    by_remainder = sorted(sizes, key=lambda stratum: (drawn[stratum] - exact[stratum], stratum))
    for stratum in by_remainder[: sample - sum(drawn.values())]:
        drawn[stratum] += 1
    return drawn
