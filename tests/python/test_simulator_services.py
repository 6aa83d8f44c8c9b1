"""Workforce, supervision, education and SEND, counted again from the files by the rulings."""

from collections import Counter
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from recounts import AS_AT, EARLY_JULY, JUNE, LAST_18, Recount, by_month

from runner.simulator import simulate
from runner.simulator.calendar import add_months, month_end
from runner.simulator.education import shared_out

JUNE_END = month_end(JUNE)
KEPT = [add_months(JUNE, -back) for back in range(60)]
OPEN = "{start}::date <= date '{day}' and ({end} is null or {end}::date > date '{day}')"


def shown(part, whole, decimals=1):
    """A percentage as printed."""
    value = 100 * Decimal(str(part)) / Decimal(str(whole))
    return float(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def is_open(start, end, day):
    return OPEN.format(start=start, end=end, day=day)


# Workforce ----------------------------------------------------------------------------------------


def posts_at(recount, day):
    """Posts, what agency and what permanent staff hold of them, by whether they are on the front line."""
    found = recount.rows(
        "with held as (select poho_post_id, sum(poho_fte::double) filter (poho_is_agency = 'Y') as agency,"
        " sum(poho_fte::double) filter (poho_is_agency = 'N') as permanent from local_post_holders"
        f" where {is_open('poho_start_date', 'poho_end_date', day)} group by all)"
        " select post_is_front_line, sum(post_fte::double), sum(agency), sum(permanent),"
        " max(coalesce(agency, 0) + coalesce(permanent, 0)) from local_posts"
        " left join held on post_post_id = poho_post_id group by all"
    )
    assert all(held <= 1 for *_, held in found)
    return {line: (posts, agency, round(permanent, 6)) for line, posts, agency, permanent, _ in found}


def test_agency_rates(final):
    in_june = posts_at(final, JUNE_END)
    assert in_june["Y"][:2] == (225, 100)
    assert shown(100, 225) == 44.4
    posts, agency = (sum(line[place] for line in in_june.values()) for place in (0, 1))
    assert (posts, agency, shown(agency, posts, 0)) == (352, 119, 34)
    _, agency, permanent = posts_at(final, date(2023, 4, 30))["Y"]
    assert shown(agency, permanent, 0) == 47


def cases_at(recount, day):
    """The children in need at the end of a day with whom a worker is involved, and each worker's cases."""
    in_need = {
        row[0]
        for row in recount.rows(
            "select cine_person_id from ssd_cin_episodes where coalesce(cine_referral_nfa, 'N') <> 'Y'"
            f" and {is_open('cine_referral_date', 'cine_close_date', day)}"
        )
    }
    cases = recount.rows(
        "select distinct invo_professional_id, invo_person_id from ssd_involvements"
        f" where {is_open('invo_involvement_start_date', 'invo_involvement_end_date', day)}"
    )
    return {child for _, child in cases if child in in_need}, Counter(worker for worker, _ in cases)


def test_average_caseloads(final):
    _, cases = cases_at(final, JUNE_END)
    held = dict(
        final.rows(
            "select poho_worker_id, sum(poho_fte::double) from local_post_holders"
            f" where {is_open('poho_start_date', 'poho_end_date', JUNE_END)} group by all"
        )
    )
    capacity = dict(
        final.rows(
            "select prot_worker_id, min(prot_capacity::double) from local_protected_caseloads"
            f" where {is_open('prot_start_date', 'prot_end_date', JUNE_END)} group by all"
        )
    )
    assert set(cases) <= set(held)
    full_time = sum(held[worker] for worker in cases)
    full_loads = sum(held[worker] * capacity.get(worker, 1) for worker in cases)
    assert round(cases.total() / full_time) == 15
    assert round(cases.total() / full_loads) == 21


def test_supervision(final):
    with_a_worker, _ = cases_at(final, JUNE_END)
    assert len(with_a_worker) == 3226
    discussed = {
        row[0]
        for row in final.rows(
            "select supv_person_id from local_supervisions"
            " where supv_supervision_date between '2024-06-01' and '2024-06-30'"
        )
    }
    already_open = {
        row[0]
        for row in final.rows(
            "select cine_person_id from ssd_cin_episodes where cine_referral_date < '2024-06-01'"
            " and coalesce(cine_referral_nfa, 'N') <> 'Y'"
            f" and {is_open('cine_referral_date', 'cine_close_date', JUNE_END)}"
        )
    }
    assert len((with_a_worker & already_open) - discussed) == 457
    assert shown(457, 3226) == 14.2


# Education ----------------------------------------------------------------------------------------


def standings(recount, day):
    """Children looked after, on a plan of ours and in need at the end of a day."""
    columns = [
        ("looked after", "clae_person_id", "ssd_cla_episodes", "clae_cla_episode_start_date"),
        ("on a CP plan", "cppl_person_id", "ssd_cp_plans", "cppl_cp_plan_start_date"),
        ("in need", "cine_person_id", "ssd_cin_episodes", "cine_referral_date"),
    ]
    ends = ["clae_cla_episode_ceased_date", "cppl_cp_plan_end_date", "cine_close_date"]
    only = ["true", "coalesce(cppl_cp_plan_ola, 'N') <> 'Y'", "coalesce(cine_referral_nfa, 'N') <> 'Y'"]
    found = {}
    for (standing, person, table, start), end, condition in zip(columns, ends, only, strict=True):
        sql = f"select {person} from {table} where {condition} and {is_open(start, end, day)}"
        for (child,) in recount.rows(sql):
            found.setdefault(child, standing)
    return found


@pytest.mark.parametrize(
    ("table", "prefix", "figures"),
    [
        ("local_children_missing_education", "cmed", (9, 8, 4, 106)),
        ("local_home_education", "ehed", (0, 2, 14, 2859)),
    ],
)
def test_children_out_of_school(first, table, prefix, figures):
    standing = standings(first, JUNE_END)
    pupils = first.rows(
        f"select {prefix}_pupil_id, {prefix}_person_id from {table}"
        f" where {is_open(f'{prefix}_start_date', f'{prefix}_end_date', JUNE_END)}"
    )
    assert len({pupil for pupil, _ in pupils}) == len(pupils)
    split = Counter(standing.get(person, "other") for _, person in pupils)
    assert tuple(split[name] for name in ("looked after", "on a CP plan", "in need", "other")) == figures


def test_attendance(first):
    rows = [
        tuple(int(value) for value in row)
        for row in first.rows(
            "select atte_possible_sessions, atte_authorised_absences, atte_unauthorised_absences"
            " from local_attendance where atte_month = '2024-06-01'"
        )
    ]
    possible, authorised, unauthorised = (sum(row[place] for row in rows) for place in range(3))
    assert shown(authorised, possible) == 12.9
    assert shown(unauthorised, possible) == 3.8
    assert shown(authorised + unauthorised, possible) == 16.8
    shares = [sum(missed + more >= share * of for of, missed, more in rows) for share in (0.1, 0.5)]
    assert [shown(share, len(rows)) for share in shares] == [52.2, 8.2]


def test_suspensions_and_exclusions_add_up_over_all_that_is_kept(first):
    suspensions = first.dates(
        "select susp_start_date as started_on, susp_pupil_id, susp_sessions::int from local_suspensions"
    )
    months = by_month(suspensions)
    assert set(months) == {month for month in KEPT if month.month != 8}
    assert len(suspensions) == 139_144
    assert sum(len({row[1] for row in rows}) for rows in months.values()) == 31_909
    assert sum(row[2] for row in suspensions) / 2 == 268_255.5
    assert min(row[2] for row in suspensions) >= 1
    exclusions = by_month(first.dates("select excl_date as excluded_on from local_exclusions"))
    assert len(exclusions[JUNE]) == 25
    assert sum(len(exclusions[month]) for month in KEPT) == 2556


def test_exclusion_reviews(first):
    reviews = first.dates(
        "select exrv_referred_date as referred_on, exrv_decision_date as decided_on, exrv_body, exrv_outcome,"
        " excl_date as excluded_on from local_exclusion_reviews"
        " join local_exclusions on exrv_exclusion_id = excl_exclusion_id"
    )
    assert all(excluded_on <= referred_on for referred_on, *_, excluded_on in reviews)
    kept = [row for row in reviews if (row[1] or row[0]).replace(day=1) in KEPT]
    assert Counter(body for _, _, body, *_ in kept) == {
        "governing board": 1853,
        "independent review panel": 87,
    }
    decided = Counter((body, outcome) for _, decided_on, body, outcome, _ in kept if decided_on and outcome)
    assert decided == {
        ("governing board", "upheld"): 1626,
        ("governing board", "reinstated"): 111,
        ("independent review panel", "redirected"): 29,
        ("independent review panel", "upheld"): 18,
        ("independent review panel", "quashed"): 15,
    }


# SEND ---------------------------------------------------------------------------------------------


def decisions_in_june(recount, decided, outcome):
    """Days from the request and the outcome of what was decided in June."""
    return [
        ((decided_on - requested_on).days, decision)
        for requested_on, decided_on, decision in recount.dates(
            f"select ehcr_ehcp_req_date as requested_on, {decided} as decided_on, {outcome}"
            " from ssd_ehcp_requests"
            " left join ssd_ehcp_assessment on ehca_ehcp_request_id = ehcr_ehcp_request_id"
            " left join ssd_ehcp_named_plan on ehcn_ehcp_asmt_id = ehca_ehcp_assessment_id"
        )
        if decided_on is not None and decided_on.replace(day=1) == JUNE
    ]


def shares_of(decisions, days):
    """The percentages agreed, refused and decided within so many days."""
    agreed = sum(decision == "Y" for _, decision in decisions)
    refused = sum(decision == "N" for _, decision in decisions)
    in_time = sum(taken <= days for taken, _ in decisions)
    return [shown(part, len(decisions)) for part in (agreed, refused, in_time)]


def test_special_needs(first):
    six = decisions_in_june(first, "ehcr_ehcp_req_outcome_date", "ehcr_ehcp_req_outcome")
    assert shares_of(six, 42) == [70.9, 29.1, 70.9]
    sixteen = decisions_in_june(first, "ehca_ehcp_assessment_outcome_date", "ehca_ehcp_assessment_outcome")
    assert shares_of(sixteen, 112) == [88.0, 12.0, 11.2]
    plans = decisions_in_june(first, "ehcn_named_plan_start_date", "null")
    weeks = [sum(taken <= days for taken, _ in plans) for days in (140, 210, 364)]
    assert [shown(part, len(plans)) for part in weeks] == [1.6, 3.3, 5.5]


def test_each_step_of_a_plan_follows_the_one_before(final):
    steps = final.dates(
        "select ehcr_ehcp_req_date as requested_on, ehcr_ehcp_req_outcome_date as decided_on,"
        " ehca_ehcp_assessment_outcome_date as assessed_on, ehcn_named_plan_start_date as issued_on,"
        " ehcr_ehcp_req_outcome, ehca_ehcp_assessment_outcome from ssd_ehcp_requests"
        " left join ssd_ehcp_assessment on ehca_ehcp_request_id = ehcr_ehcp_request_id"
        " left join ssd_ehcp_named_plan on ehcn_ehcp_asmt_id = ehca_ehcp_assessment_id"
    )
    for *dates, agreed, issued in steps:
        reached = [day for day in dates if day is not None]
        assert reached == dates[: len(reached)]
        assert reached == sorted(reached)
        assert len(reached) < 3 or agreed == "Y"
        assert len(reached) < 4 or issued == "Y"


# Every month, and another council -----------------------------------------------------------------


def test_every_month_of_the_scorecard_has_rows_of_every_service(final):
    holiday = {month for month in LAST_18 if month.month == 8}
    for table, day, without in (
        ("local_supervisions", "supv_supervision_date", set()),
        ("local_audits", "audi_completed_date", set()),
        ("local_attendance", "atte_month", holiday),
        ("local_suspensions", "susp_start_date", holiday),
        ("local_exclusion_reviews", "exrv_referred_date", set()),
        ("ssd_ehcp_requests", "ehcr_ehcp_req_outcome_date", set()),
        ("ssd_ehcp_assessment", "ehca_ehcp_assessment_outcome_date", set()),
        ("ssd_ehcp_named_plan", "ehcn_named_plan_start_date", set()),
    ):
        months = by_month(final.dates(f"select {day} as day_on from {table}"))
        assert set(LAST_18) - set(months) <= without, table


def test_another_seed_gives_the_same_figures_of_other_pupils(tmp_path, first):
    simulate(tmp_path / "other", AS_AT, months=1, seed=2)
    other_first, other = (Recount(tmp_path / "other" / f"{day}") for day in (EARLY_JULY, AS_AT))
    for check in (test_agency_rates, test_average_caseloads, test_supervision):
        check(other)
    for check in (
        test_attendance,
        test_suspensions_and_exclusions_add_up_over_all_that_is_kept,
        test_exclusion_reviews,
        test_special_needs,
    ):
        check(other_first)
    test_children_out_of_school(other_first, "local_home_education", "ehed", (0, 2, 14, 2859))
    assert other_first.rows("from local_suspensions") != first.rows("from local_suspensions")


def test_a_total_is_shared_out_whole_and_in_proportion():
    assert shared_out([1, 0, 3], 8) == [2, 0, 6]
    assert sum(shared_out([7, 11, 2, 5], 1000)) == 1000
