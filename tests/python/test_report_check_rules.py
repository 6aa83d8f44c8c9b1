"""What each rule reports and, as important, what it does not."""

import ast
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from report_check_examples import EARLY_JULY, JULY, count, figure, rate

from runner.assurance.report_check import RULES, check, examine, figures_from_results, load_relations
from runner.assurance.report_check.engine import title
from runner.assurance.report_check.relations import MEANINGS, REGISTER_FILE, RELATIONS_FILE, Measure
from runner.errors import RunnerError
from runner.home import PROJECT

TEXT = {"source": "text", "role": "narrative"}
CHILDREN = [
    count("a", "referrals", 387),
    rate("a rate", "referrals", 316),
    count("b", "s47_enquiries", 159),
    rate("b rate", "s47_enquiries", 130),
]


def findings(rule, *figures):
    """What one rule finds."""
    return [finding for finding in check(figures, load_relations()) if finding.rule == rule]


def comparisons(rule, *figures):
    """How many comparisons one rule made."""
    return examine(figures, load_relations()).tested[rule]


@pytest.mark.parametrize(
    ("value", "of", "is_found"),
    [
        ("68", (45, 66), False),
        ("68.2", (45, 66), False),
        ("68.1", (45, 66), True),
        ("69", (45, 66), True),
        ("13", (1, 8), False),  # 12.5 is printed 13, a half away from zero
        ("12", (1, 8), False),  # 12.5 rounded to even is no error to report
        ("100.0", (861, 861), False),
        ("0", (0, 5), False),
        ("1", (0, 5), True),
        ("50", (5, 0), True),
    ],
)
def test_a_percentage_is_recalculated_to_its_printed_decimals(value, of, is_found):
    assert bool(findings("recalculated", figure("f", "cp_reviews_up_to_date", value, of=of))) is is_found


@pytest.mark.parametrize(
    ("unit", "measure", "value", "of", "is_found"),
    [
        ("mean", "average_caseload", "14.5", (3256, "224.5"), False),
        ("mean", "average_caseload", "14.6", (3256, "224.5"), True),
        ("count", "contacts", "1626", (1626, None), False),
        ("count", "contacts", "1626", (1625, None), True),
        ("ratio", "contact_to_assessment", "120", (120, 100), False),
        ("per_10k", "referrals", "316", (387, 146_820), False),
        ("per_10k", "referrals", "26", (387, 146_820), True),  # a flow is annualised
        ("per_10k", "children_looked_after", "59", (861, 146_820), False),
        ("per_10k", "children_looked_after", "704", (861, 146_820), True),  # a stock is not
        ("per_10k", "a_measure_of_our_own", "704", (861, 146_820), False),  # neither is known: both are right
        ("per_10k", "a_measure_of_our_own", "60", (861, 146_820), True),
        ("median", "days_until_first_seen", "9", (9, None), False),
    ],
)
def test_every_unit_is_recalculated_in_its_own_way(unit, measure, value, of, is_found):
    assert bool(findings("recalculated", figure("f", measure, value, unit, of))) is is_found


def test_a_year_of_a_flow_is_not_annualised_again():
    whole_year = figure("f", "referrals", "300", "per_10k", (4404, 146_800), month="last 12 months")
    assert not findings("recalculated", whole_year)
    assert findings("recalculated", replace(whole_year, value=Decimal("3600")))


def test_the_reading_of_a_wrong_percentage_names_counts_that_give_it():
    wrong = figure("wrong", "cla_visits_up_to_date", 91, of=(756, 861))
    right = figure("right", "cla_visits_up_to_date", 89, of=(780, 881))
    (finding,) = findings("recalculated", wrong, right)
    assert "780 of 861" in finding.reading
    assert "right" in finding.reading
    cut = figure("cut", "cp_reviews_up_to_date", 88, of=(62, 70))
    assert findings("recalculated", cut)[0].reading == "Cut off where it should have been rounded."
    (finding,) = findings("recalculated", figure("f", "supervisions_overdue", 10.7, of=(457, 3226)))
    assert "344 to 346" in finding.reading
    assert "4,252 to 4,291" in finding.reading


def test_a_numerator_may_exceed_its_base_in_a_ratio_only():
    rule = "numerator_within_denominator"
    assert findings(rule, figure("f", "cp_reviews_up_to_date", 110, of=(11, 10)))
    assert findings(rule, figure("f", "cp_reviews_up_to_date", 101))
    assert not findings(rule, figure("f", "contact_to_assessment", 110, of=(11, 10)))
    assert not findings(rule, figure("f", "cp_reviews_up_to_date", 100, of=(10, 10)))


@pytest.mark.parametrize(
    ("value", "numerator", "denominator", "is_found"),
    [
        ("75", None, 38, True),  # 28 of 38 is 73.7, 29 is 76.3
        ("76", None, 38, False),
        ("101", None, 400, True),  # 404 of 400
        ("33", 14, None, False),  # 14 of 42
        ("66", 2, None, True),  # 2 of 3 is 66.7
        ("67", 2, None, False),
        ("0", 3, None, False),  # 3 of 1,000 is 0.3
        ("120", 3, None, True),
    ],
)
def test_whole_numbers_must_give_the_percentage(value, numerator, denominator, is_found):
    one = figure("f", "cp_reviews_up_to_date", value, of=(numerator, denominator))
    assert bool(findings("whole_numbers_give_it", one)) is is_found


def test_full_time_equivalents_need_not_be_whole():
    one = figure("f", "social_worker_vacancies", "66", of=(2, None))
    assert comparisons("whole_numbers_give_it", one) == 0


def test_the_stock_that_the_report_prints_bounds_a_bare_percentage():
    share = figure("share", "icpcs_resulting_in_plan", 93)
    assert findings("whole_numbers_give_it", share, count("stock", "icpcs", 38))
    assert not findings("whole_numbers_give_it", share, count("stock", "icpcs", 40))


def test_one_number_of_children_gives_every_rate():
    assert not findings("one_population", *CHILDREN)
    (finding,) = findings(
        "one_population", *CHILDREN, count("c", "cla_starts", 20), rate("c rate", "cla_starts", 19)
    )
    assert finding.figures == ("c rate", "c")
    assert finding.reading == "19 needs a count of 23."
    (finding,) = findings("one_population", *CHILDREN[:3], rate("b rate", "s47_enquiries", 11))
    assert finding.severity == "block", "two rates that nobody confirms exclude each other all the same"


def test_a_stock_that_was_annualised_is_recognised():
    stock = [count("c", "cp_plans", 454), rate("c rate", "cp_plans", 371)]
    (finding,) = findings("one_population", *CHILDREN, *stock)
    assert finding.reading == "A stock was annualised."


def test_another_months_children_may_differ_by_two_in_a_hundred():
    earlier = {"month": "2024-01"}
    near = [count("c", "icpcs", 66, **earlier), rate("c rate", "icpcs", 53, **earlier)]
    more = [count("c", "icpcs", 660, **earlier), rate("c rate", "icpcs", 524, **earlier)]
    fewer = [count("c", "icpcs", 660, **earlier), rate("c rate", "icpcs", 554, **earlier)]
    assert not findings("one_population", *CHILDREN, *near)
    for far in (more, fewer):
        (finding,) = findings("one_population", *CHILDREN, *far)
        assert finding.severity == "warn"


def test_a_years_rate_and_count_imply_the_same_children():
    year = {"month": "last 12 months"}
    referrals = [count("a", "referrals", 4404, **year), rate("a rate", "referrals", 300, **year)]
    enquiries = [count("b", "s47_enquiries", 2055, **year), rate("b rate", "s47_enquiries", 140, **year)]
    stock = [count("c", "cp_plans", 454, **year), rate("c rate", "cp_plans", 31, **year)]
    assert not findings("one_population", *referrals, *enquiries, *stock)
    assert comparisons("one_population", *referrals, *enquiries, *stock) == 3
    assert findings("one_population", *referrals, *enquiries, stock[0], replace(stock[1], value=Decimal(3)))


def test_a_count_that_happens_to_equal_its_rate_is_no_error():
    """120,000 children: every flow's rate equals its count."""
    figures = [
        count("a", "referrals", 400),
        rate("a rate", "referrals", 400),
        count("b", "icpcs", 66),
        rate("b rate", "icpcs", 66),
    ]
    assert not check(figures, load_relations())


def test_a_rate_in_a_series_of_counts_is_found_without_another_count():
    figures = [count("c", "assessments_completed", 263), rate("c rate", "assessments_completed", 263)]
    (finding,) = findings("rate_shown_as_count", *CHILDREN, *figures)
    assert finding.figures == ("c", "c rate")


def test_values_agree_when_the_finer_rounds_to_the_coarser():
    coarse = figure("coarse", "cp_reviews_up_to_date", 25)
    for value, agrees in (("25.4", True), ("25.5", True), ("25.6", False), ("26", False), ("25", True)):
        other = figure("other", "cp_reviews_up_to_date", value, **TEXT)
        assert (not findings("one_fact_one_value", coarse, other)) is agrees, value


def test_the_same_value_with_other_counts_is_two_facts():
    one = figure("one", "cp_reviews_up_to_date", 96, of=(756, 788))
    assert findings(
        "one_fact_one_value", one, figure("other", "cp_reviews_up_to_date", 96, of=(750, 781), **TEXT)
    )
    assert not findings("one_fact_one_value", one, figure("other", "cp_reviews_up_to_date", 96, **TEXT))


def test_two_dates_or_two_groups_are_not_one_fact():
    one = figure("one", "care_leavers_in_touch", 91)
    assert comparisons("one_fact_one_value", one, replace(one, figure="two", as_at=EARLY_JULY)) == 0
    assert comparisons("one_fact_one_value", one, replace(one, figure="two", population="aged 19-21")) == 0


def test_the_reading_of_two_values_says_what_speaks_for_each():
    def reading(*figures):
        return findings("one_fact_one_value", *figures)[0].reading

    months = [figure(month, "cp_reviews_up_to_date", 80, month=month) for month in ("2024-01", "2024-04")]
    double = [figure(f"{value}", "cp_reviews_up_to_date", value, month="2024-02") for value in (69, 86)]
    assert "2024-03" in reading(*months, *double)
    early = figure("early", "cp_reviews_up_to_date", 69, month="2024-02", as_at=EARLY_JULY)
    assert "69 repeats early as at 2024-07-02" in reading(early, *double)
    assert "2 of 3 places say 86" in reading(*double, replace(double[1], figure="again"))


def test_a_denominator_is_its_stock_of_the_same_date():
    share = figure("share", "cla_visits_up_to_date", 89, of=(780, 881))
    stock = count("stock", "children_looked_after", 861)
    (finding,) = findings("denominator_is_its_stock", share, stock)
    assert finding.severity == "block"
    assert "861 was printed as 881" in finding.reading
    assert "90.6%" in finding.reading
    older = replace(stock, figure="older", value=Decimal(881), as_at=EARLY_JULY)
    assert "as at 2024-07-02" in findings("denominator_is_its_stock", share, stock, older)[0].reading
    assert not findings("denominator_is_its_stock", share, older)
    assert not findings("denominator_is_its_stock", share, replace(older, value=Decimal(840)))
    (finding,) = findings("denominator_is_its_stock", share, replace(older, value=Decimal(800)))
    assert finding.severity == "warn"


def test_a_cohort_is_no_more_than_its_stock():
    stock = count("stock", "children_looked_after", 861)
    inside = figure("inside", "cla_health_assessments_up_to_date", 80, of=(490, 612))
    outside = figure("outside", "cla_health_assessments_up_to_date", 80, of=(720, 900))
    assert not findings("denominator_is_its_stock", stock, inside)
    assert findings("denominator_is_its_stock", stock, outside)


def test_a_denominator_that_is_another_stock_is_pointed_out():
    share = figure("share", "cin_visits_up_to_date", 88, of=(756, 861))
    other = count("other", "children_looked_after", 861)
    (finding,) = findings("denominator_is_its_stock", share, other)
    assert finding.severity == "warn"
    assert "children_looked_after" in finding.gives
    assert not findings("denominator_is_its_stock", share, other, count("own", "cin_plans", 861))


def test_shares_of_a_stock_that_is_not_printed_have_one_denominator():
    one = figure("one", "care_leavers_in_touch", 91, of=(494, 543))
    other = figure("other", "care_leavers_eet", 44, of=(239, 544))
    assert findings("one_denominator_in_a_family", one, other)
    assert not findings("one_denominator_in_a_family", one, replace(other, denominator=Decimal(543)))
    stock = count("stock", "care_leavers", 543)
    assert not findings("one_denominator_in_a_family", one, other, stock), "the stock's own rule reports it"


def test_parts_exceed_or_miss_their_whole():
    def groups(**numbers):
        names = {
            "cp": "on a CP plan",
            "cin": "children in need",
            "cla": "looked after",
            "o": "other",
            "all": "all",
        }
        return [
            count(name, "children_missing_education", number, population=names[name])
            for name, number in numbers.items()
        ]

    rule = "parts_make_the_whole"
    assert not findings(rule, *groups(cp=8, cin=4, cla=9, o=106, all=127))
    assert findings(rule, *groups(cp=8, cin=4, cla=9, o=107, all=127))[0].severity == "block"
    assert findings(rule, *groups(cp=8, cin=4, cla=9, o=105, all=127))[0].severity == "block"
    assert not findings(rule, *groups(cp=8, cin=4, all=127)), "with a part missing, less is right"
    assert findings(rule, *groups(cp=80, cin=48, all=127))


def test_parts_of_percentages_may_differ_by_their_rounding():
    parts = [
        figure("authorised", "school_attendance", 12.9, population="authorised absence"),
        figure("unauthorised", "school_attendance", 3.8, population="unauthorised absence"),
    ]
    whole = figure("whole", "school_attendance", 16.8, population="absence")
    assert not findings("parts_make_the_whole", *parts, whole)
    assert findings("parts_make_the_whole", *parts, replace(whole, value=Decimal("16.9")))


def test_outcomes_may_be_undecided_but_not_too_many():
    def reviews(upheld):
        return [
            count("all", "exclusion_reviews", 87, population="referred to independent review panel"),
            count("upheld", "exclusion_reviews", upheld, population="upheld by independent review panel"),
        ]

    assert findings("parts_make_the_whole", *reviews(62))[0].severity == "warn"
    assert findings("parts_make_the_whole", *reviews(88))[0].severity == "block"
    assert not findings("parts_make_the_whole", *reviews(87))


@pytest.mark.parametrize(
    ("rest", "is_found"), [("28.6", False), ("28.5", False), ("28.4", True), ("29", False), ("30", True)]
)
def test_complements_make_100_within_their_rounding(rest, is_found):
    inside = figure("inside", "cla_placed_in_county", "71.4")
    outside = figure("outside", "cla_placed_in_county", rest, population="out of county")
    assert bool(findings("complements_make_100", inside, outside)) is is_found


def test_bands_overlap_exceed_or_leave_out():
    def band(ages, of):
        share = round(100 * of[0] / of[1])
        return figure(ages, "care_leavers_in_touch", share, of=of, population=ages)

    whole = figure("whole", "care_leavers_in_touch", 90, of=(90, 100))
    young, old = band("aged 17-18", (36, 40)), band("aged 19-21", (36, 40))
    (finding,) = findings("bands_tile", whole, young, old)
    assert finding.severity == "info"
    assert "20 are in no band" in finding.gives
    assert "18 (90.0%)" in finding.gives
    rest = band("aged 22 and over", (18, 20))
    assert not findings("bands_tile", whole, young, old, rest)
    assert findings("bands_tile", whole, young, old, band("aged 22-25", (18, 21)))[0].severity == "block"
    assert findings("bands_tile", whole, young, band("aged 18-21", (36, 40)))[0].severity == "block"
    impossible = figure("whole", "care_leavers_in_touch", 97, of=(97, 100))
    assert findings("bands_tile", impossible, young, old)[0].gives == "outside the bands 25 of 20"


def test_a_shared_count_is_a_warning_with_its_denominator_and_else_chance():
    one = figure("one", "cin_visits_up_to_date", 88, of=(756, 861))
    assert (
        findings("counts_reappear", one, figure("b", "cla_visits_up_to_date", 88, of=(756, 861)))[0].severity
        == "warn"
    )
    assert (
        findings("counts_reappear", one, figure("b", "cla_permanence_plans", 96, of=(756, 788)))[0].severity
        == "info"
    )
    of_children = [
        rate(name, name, number, of=(560, 146_820)) for name, number in (("referrals", 458), ("cp_plans", 38))
    ]
    assert [finding.severity for finding in findings("counts_reappear", *of_children)] == ["info"]
    small = [figure(m, m, 90, of=(9, 10)) for m in ("cin_visits_up_to_date", "cla_permanence_plans")]
    assert comparisons("counts_reappear", *small) == 0
    linked = [
        count("starts", "assessments_started", 345),
        figure("b", "contact_to_assessment", 21, of=(345, 1626)),
    ]
    assert not findings("counts_reappear", *linked)


def stock_and_flow(opening, starts, ends, closing, **other):
    return [
        count("opening", "cp_plans", opening, month="2024-05"),
        count("starts", "cp_plan_starts", starts),
        count("ends", "cp_plan_ends", ends),
        count("closing", "cp_plans", closing, **other),
    ]


def test_opening_and_starts_less_ends_is_closing():
    rule = "opening_and_closing"
    assert not findings(rule, *stock_and_flow(457, 65, 68, 454))
    assert findings(rule, *stock_and_flow(457, 60, 68, 454))[0].severity == "block"
    assert findings(rule, *stock_and_flow(457, 200, 68, 454, as_at=date(2024, 8, 31)))[0].severity == "warn"
    assert not findings(rule, *stock_and_flow(457, 60, 68, 454, as_at=date(2024, 8, 31)))


def test_an_opening_may_be_named_so():
    figures = stock_and_flow(457, 60, 68, 454)
    figures[0] = replace(figures[0], month="2024-06", population="snapshot 1 June")
    assert findings("opening_and_closing", *figures)


def test_a_month_does_not_end_more_than_there_was():
    rule = "flow_within_its_stock"
    assert not findings(rule, count("ends", "cin_plan_ends", 847), count("stock", "cin_plans", 847))
    assert findings(rule, count("ends", "cin_plan_ends", 848), count("stock", "cin_plans", 847))
    with_starts = [count("starts", "cin_plan_starts", 2330), count("stock", "cin_plans", 847)]
    assert findings(rule, *with_starts)
    assert not findings(rule, *with_starts, count("ends", "cin_plan_ends", 1500))


def test_a_running_total_holds_its_month():
    month = count("month", "permanent_exclusions", 25)
    rule = "cumulative_and_month"
    for total, severity in ((24, "block"), (25, None), (900, None), (901, "warn")):
        running = count("total", "permanent_exclusions", total, population="cumulative")
        assert [f.severity for f in findings(rule, month, running)] == ([severity] if severity else [])


def test_a_months_events_are_held_against_the_children():
    many = count("many", "suspensions", 14_720, population="suspensions")
    assert findings("events_within_the_children", *CHILDREN, many)
    assert not findings("events_within_the_children", *CHILDREN, replace(many, value=Decimal(14_719)))
    assert comparisons("events_within_the_children", many) == 0, "without rates the children are not known"


def series(*values, measure="icpcs_within_15_days", unit="percent", of=(None, None)):
    return [
        figure(f"m{number}", measure, value, unit, of, month=f"2024-{number:02}", **TEXT)
        for number, value in enumerate(values, start=1)
    ]


def test_a_month_is_held_against_the_median_of_its_neighbours():
    rule = "plausible_in_its_series"
    assert not findings(rule, *series(88, 87, 89, 92, 80))
    assert [f.figures for f in findings(rule, *series(88, 69, 89, 92, 87))] == [("m2",)]
    assert comparisons(rule, *series(88, 10, 89, 92)) == 0, "three other months do not say what is usual"
    noisy = series(88, 60, 89, 92, 87, of=(None, 8))
    assert findings(rule, *noisy), "without both counts chance is not known"
    noisy[1] = replace(noisy[1], numerator=Decimal(5))
    assert not findings(rule, *noisy), "5 of 8 may be chance"
    seldom = series(0, 50, 0, 0, 0, of=(0, 2))
    seldom[1] = replace(seldom[1], numerator=Decimal(1))
    assert not findings(rule, *seldom), "1 of 2 where none is usual may be chance"
    often = [replace(one, numerator=one.numerator * 50, denominator=Decimal(100)) for one in seldom]
    assert findings(rule, *often)
    counts = series(400, 190, 390, 410, 405, measure="referrals", unit="count")
    assert findings(rule, *counts)[0].severity == "block"
    few = series(4, 1, 4, 5, 4, measure="icpcs", unit="count")
    assert not findings(rule, *few)


def test_a_rate_is_held_against_its_months_where_the_count_is_not():
    rule = "plausible_in_its_series"
    rates = series(320, 150, 310, 330, 325, measure="referrals_rate", unit="per_10k")
    assert [finding.figures for finding in findings(rule, *rates)] == [("m2",)]
    rare = series(32, 15, 31, 33, 32, measure="cla_starts_rate", unit="per_10k")
    rare = [replace(one, numerator=(one.value / 8).to_integral_value()) for one in rare]
    assert not findings(rule, *rare), "2 where 4 are usual may be chance"
    counts = [count(f"n{one.figure}", "referrals", 390, month=one.month, **TEXT) for one in rates]
    assert not findings(rule, *rates, *counts), "the counts are held against each other instead"


@pytest.mark.parametrize(
    ("measure", "unit", "before", "after", "is_found"),
    [
        ("referrals", "count", 371, 387, False),
        ("icpcs", "count", 38, 66, True),
        ("icpcs", "count", 4, 5, False),
        ("cp_reviews_up_to_date", "percent", 90, 95, False),
        ("cp_reviews_up_to_date", "percent", 90, 96, True),
    ],
)
def test_a_revision_beyond_late_recording_needs_a_reason(measure, unit, before, after, is_found):
    early = figure("early", measure, before, unit, as_at=EARLY_JULY)
    late = figure("late", measure, after, unit)
    found = findings("revised_within_reason", early, late)
    assert bool(found) is is_found
    if found:
        assert found[0].figures == ("late", "early")


def test_a_month_is_reported_after_its_last_day():
    for as_at, is_found in ((date(2024, 6, 30), True), (date(2024, 7, 1), False)):
        one = figure("f", "cp_reviews_up_to_date", 90, as_at=as_at)
        assert bool(findings("dated_after_its_month", one)) is is_found


def test_a_council_adds_a_relation_for_a_measure_of_its_own(tmp_path):
    relations = tmp_path / "relations.csv"
    relations.write_text("relation,left,right,note\nshare_of,our_share,our_stock,\n", encoding="utf-8")
    figures = [figure("share", "our_share", 50, of=(5, 10)), count("stock", "our_stock", 11)]
    (finding,) = check(figures, load_relations(relations))
    assert (finding.rule, finding.figures) == ("denominator_is_its_stock", ("share", "stock"))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("share_off,a,b,", "row 2: relation 'share_off' is not known"),
        ("share_of,a b,c,", "row 2: 'a b' is no measure"),
        ("counted_in,a,half,", "row 2: 'half' is not a number"),
    ],
)
def test_a_wrong_relation_is_refused(tmp_path, row, said):
    relations = tmp_path / "relations.csv"
    relations.write_text(f"relation,left,right,note\n{row}\n", encoding="utf-8")
    with pytest.raises(RunnerError, match=said) as refusal:
        load_relations(relations)
    assert refusal.value.exit_code == 9


def test_every_relation_names_measures_of_the_register_and_every_kind_is_used():
    relations = load_relations()
    rows = relations.named(*MEANINGS)
    named = {term.measure for row in rows for term in (row.left, row.right) if term}
    assert named <= set(relations.measures)
    assert {row.name for row in rows} == set(MEANINGS)
    assert len(rows) == len(set(RELATIONS_FILE.read_text(encoding="utf-8").splitlines())) - 1
    assert relations.measures["referrals"] == Measure("flow", frozenset({"count", "rate"}))
    assert REGISTER_FILE.is_relative_to(PROJECT)


def test_no_rule_knows_a_measure_by_name():
    measures = set(load_relations().measures)
    package = Path(RELATIONS_FILE).parent
    for module in package.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert node.value not in measures, f"{module.name} line {node.lineno}"


def test_every_rule_is_described_in_the_docs():
    page = (PROJECT / "docs" / "report-check.md").read_text(encoding="utf-8")
    for rule in RULES:
        assert f"`{rule.__name__}`" in page
        assert title(rule) in page
    for relation, meaning in MEANINGS.items():
        assert f"| `{relation}` | {meaning} |" in page


def result(measure, statistic, numerator, denominator, shown, population="all"):
    return {
        "measure_id": measure,
        "statistic": statistic,
        "reporting_month": date(2024, 6, 1),
        "population": population,
        "numerator": numerator,
        "denominator": denominator,
        "value_shown": shown,
    }


def test_our_own_results_are_checked_by_the_same_rules():
    rows = [
        result("referrals", "count", 387.0, None, 387.0),
        result("referrals", "rate", 387.0, 146_820.0, 316.0),
        result("repeat_referrals", "percent", 100.0, 387.0, 26.0),
        result("cla_dental_checks_up_to_date", "percent", 541.0, 612.0, 88.4),
        result("average_caseload", "mean", 3256.0, 224.5, 15.0),
        result("repeat_cp_plans", "percent", 0.0, 0.0, None),
    ]
    relations = load_relations()
    decimals = {name: measure.decimals for name, measure in relations.measures.items()}
    figures = figures_from_results(rows, JULY, decimals)
    assert len(figures) == 5, "a result without a value is no figure"
    assert [str(one.value) for one in figures] == ["387", "316", "26", "88.4", "15"]
    examination = examine(figures, relations)
    assert examination.findings == []
    assert examination.tested["recalculated"] == 5
    rows[2] |= {"denominator": 388.0}
    found = check(figures_from_results(rows, JULY, decimals), relations)
    assert [finding.rule for finding in found] == ["denominator_is_its_stock"]
    assert found[0].figures[0] == "repeat_referrals/percent/2024-06/all"


def test_exact_numbers_are_kept():
    assert figure("f", "contacts", "0.10").number == Fraction(1, 10)
    assert figure("f", "contacts", "0.10").decimals == 2
    assert figure("f", "contacts", "1E+3", "count").decimals == 0
