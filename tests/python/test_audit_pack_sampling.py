"""Sample sizes and bounds, against published tables and against counting every sample that there is."""

from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.assurance.audit_pack.sampling import (
    TEST_ALL_BELOW,
    sample_size,
    shares_of,
    size_to_test,
    upper_bound,
)

SIZES = {
    1626: (57, 96, 140, 262),
    387: (53, 85, 120, 204),
    322: (51, 83, 112, 169),
    159: (49, 71, 84, 124),
    66: (34, 51, 51, 63),
    60: (31, 47, 47, 57),
    454: (55, 87, 117, 204),
    861: (56, 93, 131, 243),
    543: (54, 87, 129, 213),
    None: (59, 99, 149, 299),
}
"""Sizes for no expected error at 95% confidence, at 5%, 3%, 2% and 1%, by population."""


@pytest.mark.parametrize("population", SIZES)
def test_sizes_are_those_of_the_table(population):
    percents = (5, 3, 2, 1)
    assert tuple(sample_size(population, Fraction(one, 100)) for one in percents) == SIZES[population]


@pytest.mark.parametrize(("wrong", "percent"), [(0, 4.9), (1, 7.7), (2, 10.1)])
def test_exceptions_in_sixty_leave_so_many_possible(wrong, percent):
    assert round(100 * upper_bound(60, wrong), 1) == percent


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.sampled_from([1, 2, 3, 5, 10, 50]))
def test_the_size_is_enough_and_one_fewer_is_not(population, percent):
    tolerance = Fraction(percent, 100)
    size = sample_size(population, tolerance)
    assert upper_bound(size, 0, population) <= float(tolerance)
    if size > 1:
        assert upper_bound(size - 1, 0, population) > float(tolerance)


@pytest.mark.parametrize(
    ("population", "tested", "wrong"), [(8, 3, 0), (9, 4, 1), (10, 5, 2), (7, 7, 3), (6, 1, 1)]
)
def test_the_bound_is_what_counting_every_sample_gives(population, tested, wrong):
    def chance(wrong_in_all):
        samples = list(combinations(range(population), tested))
        few = sum(sum(one < wrong_in_all for one in sample) <= wrong for sample in samples)
        return Fraction(few, len(samples))

    at_most = population - tested + wrong
    possible = [many for many in range(wrong, at_most + 1) if chance(many) > Fraction(1, 20)]
    assert upper_bound(tested, wrong, population) == max(possible) / population


def test_all_looked_at_leaves_nothing_to_guess():
    assert [upper_bound(40, wrong, 40) for wrong in (0, 1, 40)] == [0, 0.025, 1]
    assert upper_bound(5, 5) == 1


def test_a_bound_nears_the_one_without_limit_as_the_population_grows():
    assert upper_bound(60, 1, 60000) == pytest.approx(upper_bound(60, 1), abs=0.0002)


def test_a_small_population_is_looked_at_whole():
    assert [size_to_test(many) for many in (0, 1, TEST_ALL_BELOW - 1)] == [0, 1, TEST_ALL_BELOW - 1]
    assert size_to_test(TEST_ALL_BELOW) == sample_size(TEST_ALL_BELOW) < TEST_ALL_BELOW


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 300), min_size=1, max_size=8), st.data())
def test_strata_share_a_sample_in_proportion_and_use_it_up(sizes, data):
    sample = data.draw(st.integers(0, sum(sizes.values())))
    shares = shares_of(sizes, sample)
    assert sum(shares.values()) == sample
    for stratum, size in sizes.items():
        exact = sample * size / max(sum(sizes.values()), 1)
        assert 0 <= shares[stratum] <= size
        assert abs(shares[stratum] - exact) < 1
