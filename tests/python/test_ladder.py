"""The chain ladder: examples worked out by hand, and what must hold whatever the counts."""

from datetime import date

import pytest
from histories import month_of
from hypothesis import assume, example, given
from hypothesis import strategies as some

from bench.backtest import DELAYS, simulated_trials
from runner.home import PROJECT
from runner.revisions.expected import figure_of
from runner.revisions.ladder import Counts, expect

COUNT = figure_of("count", "flow")
PERCENT = figure_of("percent", "flow")


def history(*months: list[Counts | float | None]) -> dict[date, dict[int, Counts]]:
    """Developments, one month after the other; a gap is None."""
    return {
        month_of(number).first_day: {
            age: cell if isinstance(cell, Counts) else Counts(cell)
            for age, cell in enumerate(cells)
            if cell is not None
        }
        for number, cells in enumerate(months)
    }


def test_an_example_worked_by_hand():
    # Ten months grow from 10 to 20, one to 16 and one to 24: 120 become 240, so 15 are expected to be 30.
    months = [[10, 20]] * 10 + [[10, 16], [10, 24]]
    found = expect(Counts(15), 0, 1, history(*months), COUNT)
    assert (found.counts, found.value, found.origin_months) == (Counts(30), 30, 12)
    # Without the month that came to 16, 110 became 224, so it missed by 16 - 10 * 224 / 110; likewise 24.
    assert found.lower == pytest.approx(30 + 16 - 10 * 224 / 110)
    assert found.upper == pytest.approx(30 + 24 - 10 * 216 / 110)


def test_steps_are_climbed_one_after_the_other_and_younger_months_count_in_those_they_saw():
    months = [[10, 15, 30]] * 12 + [[40, 50]]
    # The first step is 120 + 40 to 180 + 50, the second 180 to 360.
    assert expect(Counts(16), 0, 2, history(*months), COUNT).value == pytest.approx(16 * 230 / 160 * 2)
    assert expect(Counts(16), 1, 2, history(*months), COUNT).value == 32


def test_of_sparse_counts_the_mean_growth_is_added():
    months = [[0, 2]] * 6 + [[2, 4]] * 6
    assert expect(Counts(0), 0, 1, history(*months), COUNT).value == 2
    assert expect(Counts(3), 0, 1, history(*months), COUNT).value == 5
    shrinking = [[2, 0]] * 12
    assert expect(Counts(1), 0, 1, history(*shrinking), COUNT).value == 0


def test_a_share_comes_of_both_counts_and_is_at_most_all():
    months = [[Counts(40, 80), Counts(60, 90)]] * 12
    found = expect(Counts(40, 160), 0, 1, history(*months), PERCENT)
    assert found.counts == Counts(60, 180)
    assert found.value == pytest.approx(100 / 3)
    whole = expect(Counts(80, 80), 0, 1, history(*months), PERCENT)
    assert (whole.counts, whole.value) == (Counts(90, 90), 100)


def test_the_children_of_a_rate_do_not_develop():
    months = [[Counts(10, 1000), Counts(20, 2000)]] * 12
    assert expect(Counts(10, 5000), 0, 1, history(*months), figure_of("rate", "stock")).value == 40
    assert expect(Counts(10, 5000), 0, 1, history(*months), figure_of("rate", "flow")).value == 480


def test_a_mean_is_its_sum_by_its_count():
    months = [[Counts(100, 10), Counts(300, 20)]] * 12
    assert expect(Counts(50, 10), 0, 1, history(*months), figure_of("mean", "flow")).value == 7.5


def test_twelve_final_months_are_history_and_eleven_are_not():
    assert expect(Counts(15), 0, 1, history(*[[10, 20]] * 12), COUNT)
    assert expect(Counts(15), 0, 1, history(*[[10, 20]] * 11 + [[10]] * 5 + [[None, 20]] * 5), COUNT) is None


def test_what_nothing_can_be_divided_by_is_not_expected():
    months = [[Counts(0, 0), Counts(0, 0)]] * 12
    assert expect(Counts(0, 0), 0, 1, history(*months), PERCENT) is None


def test_a_step_that_no_month_was_seen_before_and_after_leads_nowhere():
    assert expect(Counts(15), 0, 2, history(*[[10, None, 20]] * 12), COUNT) is None


counts = some.integers(0, 400)
steps = some.lists(some.tuples(counts, counts, counts), min_size=12, max_size=30)
shares = some.lists(
    some.tuples(counts, counts, counts, counts).map(
        lambda four: [Counts(min(four[:2]), max(four[:2])), Counts(min(four[2:]), max(four[2:]))]
    ),
    min_size=12,
    max_size=30,
)


@given(steps, counts)
def test_a_developed_triangle_leaves_the_figure_and_has_no_range(months, own):
    developed = history(*[[first, first, first] for first, _, _ in months])
    found = expect(Counts(own), 0, 2, developed, COUNT)
    assert (found.value, found.lower, found.upper) == (own, own, own)


@given(steps, counts)
def test_the_order_of_months_does_not_matter(months, own):
    one = history(*map(list, months))
    other = dict(reversed(one.items()))
    assert expect(Counts(own), 0, 2, one, COUNT) == expect(Counts(own), 0, 2, other, COUNT)


@given(steps, counts, some.integers(2, 50))
def test_counts_that_are_all_so_many_times_as_large_make_so_large_an_expectation(months, own, times):
    assume(all(sum(month[age] for month in months) >= 5 * len(months) for age in (0, 1)))
    assume(all(sum(month[age] for month in months) - 400 >= 5 * len(months) for age in (0, 1)))
    larger = history(*[[times * count for count in month] for month in months])
    found = expect(Counts(own), 0, 2, history(*map(list, months)), COUNT)
    many = expect(Counts(times * own), 0, 2, larger, COUNT)
    for name in ("value", "lower", "upper"):
        assert getattr(many, name) == pytest.approx(times * getattr(found, name), abs=1e-6)


ALL_OF_THEM = """
    0/0 0/19, 0/0 0/383, 0/0 23/62, 3/3 0/329, 2/35 2/400, 12/63 1/1, 0/65 0/279, 0/143 0/0, 0/123 0/34,
    0/185 0/36, 0/199 0/293, 0/269 0/1, 0/283 0/0, 0/296 0/274, 0/376 0/44, 0/388 0/155, 0/399 0/1, 0/397 0/3
"""
"""Shares at two ages, after which 184 of 255 are expected to be all of them: 100 times a count over itself,
which a computer makes a little more than 100."""


@given(shares, some.tuples(counts, counts).map(sorted))
@example(
    [[Counts(*map(int, share.split("/"))) for share in month.split()] for month in ALL_OF_THEM.split(",")],
    [184, 255],
)
def test_a_share_and_its_range_are_possible_and_the_expectation_lies_within(months, own):
    found = expect(Counts(*own), 0, 1, history(*months), PERCENT)
    if found:
        assert 0 <= found.lower <= found.value <= found.upper <= 100
        assert 0 <= found.counts.numerator <= found.counts.denominator


@given(some.lists(some.tuples(counts, counts, counts), min_size=13, max_size=25))
def test_the_range_holds_four_in_five_of_the_months_that_it_was_made_of(months):
    found = expect(Counts(100_000), 0, 2, history(*map(list, months)), COUNT)
    below, above = found.lower - found.value, found.upper - found.value
    held = 0
    for number, (first, _, final) in enumerate(months):
        others = history(*map(list, months[:number] + months[number + 1 :]))
        held += below - 1e-6 <= final - expect(Counts(first), 0, 2, others, COUNT).value <= above + 1e-6
    assert held >= 0.8 * len(months)


def test_the_docs_have_what_the_back_test_gives_and_the_range_holds_four_in_five():
    [small] = [delay for delay in DELAYS if delay.mean == 8]
    held = simulated_trials(small)
    share = held[True] / held.total()
    assert share >= 0.8
    row = f"| {small.says} | {held.total():,} | {held[True]:,} | {share:.0%} |"
    assert row in (PROJECT / "docs" / "expected-final.md").read_text()
