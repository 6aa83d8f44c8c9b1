"""A small report in which everything adds up, and figures for tests to write shortly."""

from datetime import date
from decimal import Decimal

from runner.assurance.report_check import Figure

JULY = date(2024, 7, 31)
EARLY_JULY = date(2024, 7, 2)


def figure(name, measure, value, unit="percent", of=None, **other):
    """One figure of June 2024 as at 31 July; `of` is (numerator, denominator)."""
    numerator, denominator = of or (None, None)
    return Figure(
        figure=name,
        measure=measure,
        month=other.pop("month", "2024-06"),
        population=other.pop("population", "all"),
        as_at=other.pop("as_at", JULY),
        value=Decimal(str(value)),
        unit=unit,
        numerator=None if numerator is None else Decimal(str(numerator)),
        denominator=None if denominator is None else Decimal(str(denominator)),
        source=other.pop("source", "table"),
        role=other.pop("role", "headline"),
        **other,
    )


def count(name, measure, value, **other):
    """A count that is its own numerator."""
    return figure(name, measure, value, "count", (value, None), **other)


def rate(name, measure, value, **other):
    """A rate per 10,000 children, by itself without its count."""
    return figure(name, f"{measure}_rate", value, "per_10k", **other)


def sound_report():
    """A report of 150,000 children with no contradiction, by figure id."""
    text = {"source": "text", "role": "narrative"}
    early = {"source": "scorecard", "role": "scorecard", "as_at": EARLY_JULY}
    figures = [
        count("contacts", "contacts", 1500),
        count("referrals", "referrals", 400),
        rate("referrals rate", "referrals", 320),
        count("assessments", "assessments_completed", 330),
        rate("assessments rate", "assessments_completed", 264),
        count("enquiries", "s47_enquiries", 160),
        rate("enquiries rate", "s47_enquiries", 128),
        count("conferences", "icpcs", 66),
        rate("conferences rate", "icpcs", 53),
        count("plans", "cp_plans", 450),
        rate("plans rate", "cp_plans", "30.0"),
        count("plans in May", "cp_plans", 446, month="2024-05", **text),
        count("plan starts", "cp_plan_starts", 60),
        count("plan ends", "cp_plan_ends", 56),
        count("looked after", "children_looked_after", 860),
        rate("looked after rate", "children_looked_after", 57.3),
        count("CIN plans", "cin_plans", 800),
        count("CIN plan starts", "cin_plan_starts", 70),
        count("CIN plan ends", "cin_plan_ends", 65),
        figure("repeat referrals", "repeat_referrals", 26, of=(104, 400)),
        figure("contact to referral", "contact_to_referral", 25, of=(375, 1500)),
        figure("contact to assessment", "contact_to_assessment", 23, of=(345, 1500)),
        count("assessments started", "assessments_started", 345),
        figure("case to close", "assessments_case_to_close", 48, of=(156, 325)),
        figure("within 45 days", "assessments_within_45_days", 89, of=(294, 330)),
        figure("conferences in time", "icpcs_within_15_days", 68, of=(45, 66)),
        figure("repeat plans", "repeat_cp_plans", 15, of=(9, 60)),
        figure("ended after two years", "cp_plans_ended_two_years_plus", 7),
        figure("plan visits", "cp_visits_up_to_date", 94, of=(423, 450)),
        figure("CIN visits", "cin_visits_up_to_date", 84, of=(670, 797)),
        figure("care visits", "cla_visits_up_to_date", 89, of=(765, 860)),
        figure("three placements", "cla_three_plus_placements", 17, of=(146, 860)),
        figure("health", "cla_health_assessments_up_to_date", 80, of=(489, 612)),
        figure("dental", "cla_dental_checks_up_to_date", 88.4, of=(541, 612)),
        figure("no dentist", "cla_dental_checks_up_to_date", 11.6, population="no dentist check"),
        figure("permanence", "cla_permanence_plans", 96, of=(757, 789)),
        count("long term", "cla_long_term_placements", 176),
        figure("long term share", "cla_long_term_placements", 64.2),
        figure(
            "unregistered", "unregistered_placements_under_16", 9, "count", (9, 13), population="under 16"
        ),
        count("care leavers", "care_leavers", 540),
        figure("in touch", "care_leavers_in_touch", 91, of=(491, 540)),
        figure("in touch 17", "care_leavers_in_touch", 79, of=(99, 125), population="aged 17-18"),
        figure("in touch 19", "care_leavers_in_touch", 96, of=(300, 312), population="aged 19-21"),
        figure("in touch 22", "care_leavers_in_touch", 89, of=(92, 103), population="aged 22 and over"),
        figure("suitable", "care_leavers_suitable_accommodation", 78, of=(421, 540)),
        count(
            "unsuitable",
            "care_leavers_accommodation_changes",
            119,
            population="in unsuitable accommodation",
        ),
        *(
            count(f"missing education {group}", "children_missing_education", number, population=group)
            for group, number in (
                ("on a CP plan", 8),
                ("children in need", 4),
                ("looked after", 9),
                ("other", 106),
                ("all", 127),
            )
        ),
        *(
            figure(group, "school_attendance", value, population=group)
            for group, value in (
                ("all", 94.1),
                ("absence", 5.9),
                ("authorised absence", 3.5),
                ("unauthorised absence", 2.4),
                ("persistently absent", 15.2),
                ("severely absent", 2.1),
            )
        ),
        *(
            figure(f"six weeks {group}", "ehc_six_week_decisions", value, population=group)
            for group, value in (("agreed", 70.9), ("refused", 29.1), ("in time", 64.2))
        ),
        *(
            figure(group, "ehc_plans_within_20_weeks", value, population=group)
            for group, value in (("within 20 weeks", 41.6), ("within 30 weeks", 73.3))
        ),
        count("exclusions", "permanent_exclusions", 5),
        count("exclusions to date", "permanent_exclusions", 60, population="cumulative"),
        *(
            count(group, "exclusion_reviews", number, population=group)
            for group, number in (
                ("referred to governing board", 6),
                ("upheld by governing board", 4),
                ("reinstated by governing board", 2),
                ("referred to independent review panel", 2),
            )
        ),
        count("pupils suspended", "suspensions", 310, population="pupils suspended"),
        count("suspensions", "suspensions", 420, population="suspensions"),
        figure("days lost", "suspensions", 612.5, "sum", population="school days lost"),
        figure("caseload", "average_caseload", 15, "mean"),
        figure("front line", "agency_rate_front_line", 44.4, of=(100, 225), population="front line posts"),
        figure("all teams", "agency_rate_all_teams", 33.5, of=(118, 352), population="all teams"),
        figure("reviews", "cp_reviews_up_to_date", 97, **text),
        *(
            figure(f"conferences in time {month}", "icpcs_within_15_days", value, month=month, **text)
            for month, value in (
                ("2024-01", 66),
                ("2024-02", 70),
                ("2024-03", 75),
                ("2024-04", 64),
                ("2024-05", 72),
            )
        ),
        count("contacts in text", "contacts", 1500, **text),
        figure("conferences in time in text", "icpcs_within_15_days", 68.2, **text),
        figure("agency in text", "agency_rate_front_line", 44, population="front line", **text),
        count("early referrals", "referrals", 385, **early),
        figure("early conferences in time", "icpcs_within_15_days", 69, **early),
    ]
    return {one.figure: one for one in figures}
