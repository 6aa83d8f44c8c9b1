"""Correct rounding is never reported; a digit further off always is."""

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from report_check_examples import figure

from runner.assurance.report_check import Figure, check, examine, load_relations
from runner.assurance.report_check.figures import round_half_away, show

RELATIONS = load_relations()
DECIMALS = st.integers(0, 2)
FLOWS = ("referrals", "assessments_completed", "s47_enquiries", "icpcs")
STOCKS = ("children_in_need", "cp_plans", "children_looked_after")


def printed(exact, decimals, rounding=ROUND_HALF_UP):
    """Rounds exactly, in a way of its own: by the decimal module on a quotient that is scaled first."""
    scaled = Fraction(exact) * 10**decimals
    whole, rest = divmod(scaled.numerator, scaled.denominator)
    half = Decimal(whole) + (
        Decimal("0.5")
        if rest * 2 == scaled.denominator
        else Decimal("0.7")
        if rest * 2 > scaled.denominator
        else Decimal("0.2")
    )
    return half.quantize(Decimal(1), rounding=rounding).scaleb(-decimals)


@st.composite
def shares(draw):
    """A numerator and a denominator of the size that reports have, often such that halves occur."""
    denominator = draw(
        st.one_of(st.integers(1, 400), st.sampled_from((8, 16, 40, 80, 200, 1000)), st.integers(1, 10**6))
    )
    return draw(st.integers(0, denominator)), denominator


@given(
    shares(),
    DECIMALS,
    st.sampled_from((ROUND_HALF_UP, ROUND_HALF_EVEN)),
    st.sampled_from(("both", "n", "d", "none")),
)
def test_a_percentage_that_is_rounded_correctly_is_never_reported(share, decimals, rounding, kept):
    numerator, denominator = share
    value = printed(Fraction(100 * numerator, denominator), decimals, rounding)
    of = (numerator if kept in ("both", "n") else None, denominator if kept in ("both", "d") else None)
    assert check([figure("f", "cp_reviews_up_to_date", value, of=of)], RELATIONS) == []


@given(shares(), DECIMALS, st.sampled_from((1, -1)))
def test_a_percentage_that_is_a_digit_off_is_always_reported(share, decimals, step):
    numerator, denominator = share
    exact = Fraction(100 * numerator, denominator)
    value = printed(exact, decimals) + step * Decimal(1).scaleb(-decimals)
    if value < 0 or abs(Fraction(value) - exact) * 2 * 10**decimals <= 1:
        return  # at a half, both neighbours are right
    found = {f.rule for f in check([figure("f", "cp_reviews_up_to_date", value, of=share)], RELATIONS)}
    assert "recalculated" in found


@given(
    st.integers(2_000, 400_000),
    st.lists(st.integers(0, 4000), min_size=len(FLOWS) + len(STOCKS), max_size=len(FLOWS) + len(STOCKS)),
    DECIMALS,
    st.booleans(),
)
def test_rates_of_one_population_are_never_reported(children, counts, decimals, show_counts):
    figures = []
    for measure, count in zip((*FLOWS, *STOCKS), counts, strict=True):
        times = 12 if measure in FLOWS else 1
        value = printed(Fraction(count * times * 10_000, children), decimals)
        figures.append(
            figure(
                f"{measure} rate", f"{measure}_rate", value, "per_10k", (count if show_counts else None, None)
            )
        )
        if not show_counts:
            figures.append(figure(measure, measure, count, "count", (count, None)))
    examination = examine(figures, RELATIONS)
    wrong = {"one_population", "rate_shown_as_count", "recalculated", "one_fact_one_value"}
    assert [finding for finding in examination.findings if finding.rule in wrong] == []


@given(shares(), DECIMALS, DECIMALS)
def test_complements_that_are_rounded_correctly_are_never_reported(share, one_decimals, other_decimals):
    numerator, denominator = share
    inside = figure(
        "in", "cla_placed_in_county", printed(Fraction(100 * numerator, denominator), one_decimals)
    )
    rest = printed(Fraction(100 * (denominator - numerator), denominator), other_decimals)
    outside = figure("out", "cla_placed_in_county", rest, population="out of county")
    assert check([inside, outside], RELATIONS) == []


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 9000), DECIMALS)
def test_parts_that_are_rounded_correctly_are_never_reported(authorised, unauthorised, attended, decimals):
    possible = authorised + unauthorised + attended
    if not possible:
        return
    counts = {
        "all": attended,
        "absence": authorised + unauthorised,
        "authorised absence": authorised,
        "unauthorised absence": unauthorised,
    }
    figures = [
        figure(
            group, "school_attendance", printed(Fraction(100 * count, possible), decimals), population=group
        )
        for group, count in counts.items()
    ]
    wrong = [finding for finding in check(figures, RELATIONS) if finding.rule != "slices_differ"]
    assert wrong == []


@given(shares(), DECIMALS, DECIMALS)
def test_one_fact_rounded_twice_is_never_reported(share, one_decimals, other_decimals):
    exact = Fraction(100 * share[0], share[1])
    one = figure("one", "cp_reviews_up_to_date", printed(exact, one_decimals))
    other = figure(
        "other", "cp_reviews_up_to_date", printed(exact, other_decimals), source="text", role="narrative"
    )
    assert check([one, other], RELATIONS) == []


@given(st.fractions(min_value=-1000, max_value=1000), DECIMALS)
def test_a_half_is_rounded_away_from_zero(value, decimals):
    rounded = round_half_away(value, decimals)
    assert abs(rounded - value) * 2 * 10**decimals <= 1
    assert round_half_away(-value, decimals) == -rounded
    if abs(rounded - value) * 2 * 10**decimals == 1:
        assert abs(rounded) > abs(value)


def test_numbers_are_written_for_readers():
    assert show(Fraction(1626)) == "1,626"
    assert show(Fraction(25, 2)) == "13"
    assert show(Fraction(2, 3), 2) == "0.67"


@given(st.lists(shares(), min_size=1, max_size=6))
def test_what_is_found_does_not_depend_on_the_order_of_the_figures(pairs):
    figures: list[Figure] = [
        figure(f"f{n}", "cp_reviews_up_to_date", 50, of=pair, source=f"table {n}")
        for n, pair in enumerate(pairs)
    ]
    rules = sorted((f.rule, f.severity) for f in check(figures, RELATIONS) if f.rule == "recalculated")
    again = sorted((f.rule, f.severity) for f in check(figures[::-1], RELATIONS) if f.rule == "recalculated")
    assert rules == again
