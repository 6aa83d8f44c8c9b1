"""Triangles, and when a measure is final: measured on figures as they were published."""

from datetime import date

import pytest
from histories import extract_of, maturity, month_of, published_monthly, triangles
from hypothesis import given, settings
from hypothesis import strategies as some

LATER = date(2030, 1, 1)
JANUARY = date(2023, 1, 1)


def figure(release: str, as_at: date, value: float, version: int = 1, month: date = JANUARY) -> tuple:
    """A published count."""
    return ("enquiries", "count", month, "all", release, as_at, value, None, value, version)


@pytest.mark.parametrize(
    ("as_at", "months_after"),
    [
        (date(2023, 2, 1), 0),
        (date(2023, 2, 27), 0),
        (date(2023, 2, 28), 1),
        (date(2023, 3, 1), 1),
        (date(2023, 3, 30), 1),
        (date(2023, 3, 31), 2),
        (date(2024, 2, 3), 12),
    ],
)
def test_months_after_are_whole_months_from_months_end_to_months_end(as_at, months_after):
    assert triangles([figure("2023-01-r1", as_at, 5)], "2023-01-r1", as_at)[0][1] == months_after


def test_of_two_releases_in_one_month_after_the_last_one_counts():
    published = [
        figure("2023-01-r9", date(2023, 2, 2), 5),
        figure("2023-01-r10", date(2023, 2, 2), 6),
        figure("2023-01-r2", date(2023, 2, 1), 7),
        figure("2023-02-r1", date(2023, 3, 2), 8),
    ]
    for order in (published, published[::-1]):
        cells = triangles(order, "2023-02-r1", date(2023, 3, 2))
        assert cells == [(JANUARY, 0, "2023-01-r10", 6, None), (JANUARY, 1, "2023-02-r1", 8, None)]


def test_only_figures_of_the_same_definition_are_compared():
    published = [
        figure("2023-01-r1", date(2023, 2, 2), 5, version=1),
        figure("2023-02-r1", date(2023, 3, 2), 8, version=2),
    ]
    assert triangles(published, "2023-02-r1", date(2023, 3, 2)) == [(JANUARY, 1, "2023-02-r1", 8, None)]


def test_what_was_known_later_is_in_no_earlier_triangle():
    published = list(published_monthly([(5, 9)] * 3, 3))
    assert [row[:2] for row in triangles(published, "2023-02-r1", extract_of(1))] == [
        (JANUARY, 0),
        (JANUARY, 1),
        (date(2023, 2, 1), 0),
    ]


@settings(max_examples=20, deadline=None)
@given(some.data())
def test_the_order_in_which_figures_are_read_does_not_matter(data):
    counts = some.lists(some.integers(0, 60), min_size=1, max_size=4)
    developments = data.draw(some.lists(counts, min_size=1, max_size=15))
    published = list(published_monthly(developments, len(developments)))
    shuffled = data.draw(some.permutations(published))
    last = len(developments) - 1
    asked = (f"{month_of(last)}-r1", extract_of(last))
    assert triangles(published, *asked) == triangles(shuffled, *asked)
    assert maturity(published, LATER) == maturity(shuffled, LATER)


def test_twelve_months_published_again_measure_a_maturity_and_eleven_do_not():
    never_revised = [(40,)] * 20
    eleven = maturity(published_monthly(never_revised, 12), LATER)["enquiries"]
    twelve = maturity(published_monthly(never_revised, 13), LATER)["enquiries"]
    assert (eleven["final_after_days"], eleven["moved_until_days"], eleven["origin_months"]) == (
        None,
        None,
        11,
    )
    assert (twelve["final_after_days"], twelve["moved_until_days"], twelve["origin_months"]) == (3, None, 12)
    assert (eleven["median_revision"], twelve["median_revision"], twelve["revision_months"]) == (None, 0, 12)


def test_a_measure_is_final_at_the_age_after_which_its_figures_stay():
    found = maturity(published_monthly([(100, 150, 151)] * 20, 14), LATER)["enquiries"]
    # One of 151 is within one unit, so the second publication stays: the youngest was 31 days old.
    assert (found["final_after_days"], found["origin_months"]) == (31, 12)
    assert (found["median_revision"], found["p90_revision"], found["revision_months"]) == (51, 51, 13)


def test_where_every_measured_age_still_moves_the_oldest_of_them_is_told():
    found = maturity(published_monthly([tuple(range(100, 300, 10))] * 20, 14), LATER)["enquiries"]
    assert (found["final_after_days"], found["moved_until_days"]) == (None, 34)


@pytest.mark.parametrize(("revised", "is_final_at_first"), [(1, True), (2, False)])
def test_nine_months_in_ten_must_stay_near(revised, is_final_at_first):
    developments = [(100, 110)] * revised + [(100,)] * 20
    found = maturity(published_monthly(developments, 14), LATER)["enquiries"]
    # 13 months tell of their first publication: 12 of 13 is more than nine in ten, 11 is less.
    assert (found["final_after_days"] == 3) is is_final_at_first


@pytest.mark.parametrize(
    ("first", "last", "is_near"), [(99, 100, True), (98, 100, False), (990, 1000, True), (989, 1000, False)]
)
def test_near_is_within_a_hundredth_or_one_unit(first, last, is_near):
    found = maturity(published_monthly([(first, last)] * 20, 13), LATER)["enquiries"]
    assert (found["final_after_days"] == 3) is is_near


def test_a_denominator_that_moves_is_no_final_figure():
    published = published_monthly([(50,)] * 20, 14, statistic="percent", denominators=[(100, 120)] * 20)
    assert maturity(published, LATER)["enquiries"]["final_after_days"] == 31


def test_a_figure_without_a_numerator_is_near_another_without():
    without = [(*row[:6], None, 0.0, None, 1) for row in published_monthly([(1,)] * 20, 13)]
    assert maturity(without, LATER)["enquiries"]["final_after_days"] == 3


def test_releases_from_later_extracts_measure_nothing():
    published = list(published_monthly([(40,)] * 20, 13))
    assert maturity(published, extract_of(11))["enquiries"]["final_after_days"] is None
