"""Visits, checks, placements, permanence, plans and care leavers, counted again from the files."""

from bisect import bisect_right
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

import pytest
from recounts import EARLY_JULY, JUNE, LAST_18, Recount, by_month, spells_of

from runner.simulator import simulate
from runner.simulator.calendar import add_months, birthday, month_end, working_days
from runner.simulator.stock import Stock
from runner.simulator.upkeep import Upkeep

JUNE_END = month_end(JUNE)
YEAR_BEFORE = date(2023, 6, 30)
YEARS = {"2023/24": (date(2023, 4, 1), date(2024, 3, 31)), "2022/23": (date(2022, 4, 1), date(2023, 3, 31))}


def shown(part, whole, decimals=1):
    """A percentage as printed."""
    value = Decimal(100) * part / whole
    return float(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def born(recount):
    return dict(recount.dates("select pers_person_id, pers_dob as born_on from ssd_person"))


def age(born_on, day):
    return next(years for years in range(40) if birthday(born_on, years + 1) > day)


def open_spells(rows, day):
    """Of (person, start, end, ...), those open at the end of a day."""
    return [row for row in rows if row[1] <= day and (row[2] is None or row[2] > day)]


def days_by_person(rows):
    found = defaultdict(list)
    for person, day in rows:
        found[person].append(day)
    return {person: sorted(days) for person, days in found.items()}


def last_by(days, start, end):
    """The last of some days from one to another, both included; none if there is none."""
    within = [day for day in days if start <= day <= end]
    return max(within, default=None)


def need_plans(recount):
    return recount.dates(
        "select cinp_person_id, cinp_cin_plan_start_date as started_on, cinp_cin_plan_end_date as ended_on,"
        " cinp_cin_plan_id from ssd_cin_plans"
    )


def protection_plans(recount):
    return recount.dates(
        "select cppl_person_id, cppl_cp_plan_start_date as started_on, cppl_cp_plan_end_date as ended_on,"
        " cppl_cp_plan_id from ssd_cp_plans where cppl_cp_plan_ola = 'N'"
    )


def children_in_care(recount, day=JUNE_END):
    """Person and start of each spell open at the end of a day."""
    return [(person, start) for start, end, person in spells_of(recount) if start <= day < end]


# Visits -------------------------------------------------------------------------------------------


def visited(recount, visits, person, visit, plans, kind, standard):
    """Children on a plan at the end of June who were seen in time, and all of them."""
    seen = days_by_person(
        recount.dates(f"select {person}, {visit}_date as seen_on from {visits} where {visit}_seen = 'Y'")
    )
    intervals = dict(
        recount.rows(
            "select vint_person_id, vint_interval_days from local_visiting_intervals"
            f" where vint_plan_type = '{kind}'"
        )
    )
    current_plans = open_spells(plans, JUNE_END)
    in_time = 0
    for child, started_on, *_ in current_plans:
        days = int(intervals.get(child, standard))
        last = last_by(seen.get(child, []), started_on, JUNE_END) or started_on
        in_time += last + timedelta(days=days) >= JUNE_END
    return in_time, len(current_plans)


def need_visits(recount):
    return visited(
        recount, "ssd_cin_visits", "cinv_person_id", "cinv_cin_visit", need_plans(recount), "CIN", 28
    )


def protection_visits(recount):
    return visited(
        recount, "ssd_cp_visits", "cppv_person_id", "cppv_cp_visit", protection_plans(recount), "CP", 14
    )


def test_children_in_need_are_visited(final, first):
    assert need_visits(final) == (678, 807)
    assert shown(678, 807, 0) == 84
    assert shown(*need_visits(first)) == 85.0


def test_children_on_protection_plans_are_visited(final, first):
    assert protection_visits(final) == (425, 454)
    assert shown(425, 454, 0) == 94
    assert shown(*protection_visits(first), 0) == 94


def placements(recount):
    found = defaultdict(list)
    for person, started_on, ended_on, *rest in recount.dates(
        "select clap_person_id, clap_cla_placement_start_date as started_on,"
        " clap_cla_placement_end_date as ended_on, clap_cla_placement_type, clap_cla_placement_urn,"
        " clap_cla_placement_postcode, clap_cla_placement_id from ssd_cla_placement order by 1, 2"
    ):
        found[person].append((started_on, ended_on, *rest))
    return found


def current(stays, day):
    return max(stay for stay in stays if stay[0] <= day and (stay[1] is None or stay[1] > day))


def children_visited(recount):
    seen = days_by_person(
        recount.dates(
            "select clav_person_id, clav_cla_visit_date as seen_on from ssd_cla_visits"
            " where clav_cla_visit_seen = 'Y'"
        )
    )
    stays = placements(recount)
    in_time = 0
    children = children_in_care(recount)
    for person, _ in children:
        placed_on, _, kind, *_ = current(stays[person], JUNE_END)
        last = last_by(seen.get(person, []), placed_on, JUNE_END)
        is_settled = kind in ("U1", "U4") and placed_on <= YEAR_BEFORE
        if last is None:
            due = placed_on + timedelta(days=7)
        else:
            due = three_months_after(last) if is_settled else last + timedelta(days=42)
        in_time += due >= JUNE_END
    return in_time, len(children)


def three_months_after(day):
    """Three months later."""
    later = add_months(day.replace(day=1), 3)
    return min(later + timedelta(days=day.day - 1), month_end(later))


def test_looked_after_children_are_visited(final, first):
    assert children_visited(final) == (780, 861)
    assert children_visited(first) == (877, 877)


def test_visits_first_recorded_by_mistake_are_corrected(final, first):
    seen = "select clav_cla_visit_id from ssd_cla_visits where clav_cla_visit_seen = '{}'"
    before = {row[0] for row in first.rows(seen.format("Y"))}
    after = {row[0] for row in final.rows(seen.format("N"))}
    assert 50 < len(before & after) < 150


# Looked after -------------------------------------------------------------------------------------


def three_placements(recount, day):
    stays = placements(recount)
    year_before = day.replace(year=day.year - 1)
    children = children_in_care(recount, day)
    many = 0
    for person, _ in children:
        inside = [
            stay for stay in stays[person] if stay[0] <= day and (stay[1] is None or stay[1] > year_before)
        ]
        changes = sum(one[3] is None or one[3] != other[3] for other, one in pairwise(inside))
        many += 1 + changes >= 3
    return many, len(children)


def test_three_placements_or_more(final):
    assert three_placements(final, JUNE_END) == (147, 861)
    assert shown(*three_placements(final, date(2024, 5, 31)), 0) == 17
    assert shown(*three_placements(final, date(2024, 4, 30)), 0) == 13


def checked(recount, kind):
    done = days_by_person(
        recount.dates(
            "select clah_person_id, clah_health_check_date as done_on from ssd_cla_health"
            f" where clah_health_check_type = '{kind}' and clah_health_check_status = 'Completed'"
        )
    )
    ages = born(recount)
    children = [person for person, start in children_in_care(recount) if start <= YEAR_BEFORE]
    in_time = 0
    for person in children:
        needed = 2 if kind == "Health assessment" and age(ages[person], JUNE_END) < 5 else 1
        in_time += sum(YEAR_BEFORE < day <= JUNE_END for day in done.get(person, [])) >= needed
    return in_time, len(children)


def test_health_and_dental_checks(final, first):
    assert checked(final, "Health assessment") == (490, 612)
    assert shown(*checked(first, "Health assessment")) == 82.1
    assert shown(*checked(first, "Dental check")) == 88.4


def planned_for_permanence(recount):
    plans = {
        person
        for person, _, _, options in open_spells(
            recount.dates(
                "select lacp_person_id, lacp_cla_care_plan_start_date as started_on,"
                " lacp_cla_care_plan_end_date as ended_on, lacp_cla_care_plan_json from ssd_cla_care_plan"
            ),
            JUNE_END,
        )
        if '"Y"' in options
    }
    children = [person for person, start in children_in_care(recount) if start <= date(2024, 2, 29)]
    return sum(person in plans for person in children), len(children)


def test_plans_for_permanence(final, first):
    assert planned_for_permanence(final) == (756, 788)
    assert shown(*planned_for_permanence(first)) == 95.9


def test_long_term_placements_and_the_county(first):
    ages, stays, children = born(first), placements(first), children_in_care(first)
    long_enough = [
        person
        for person, start in children
        if start <= date(2021, 12, 30) and age(ages[person], JUNE_END) < 16
    ]
    settled = [person for person in long_enough if current(stays[person], JUNE_END)[0] <= date(2022, 6, 30)]
    assert (len(settled), len(long_enough), shown(176, 274)) == (176, 274, 64.2)
    inside = sum(current(stays[person], JUNE_END)[4].startswith("QC") for person, _ in children)
    assert (shown(inside, len(children)), shown(877 - inside, 877)) == (71.4, 28.6)


def test_unregistered_placements(final):
    stays, ages = placements(final), born(final)
    rows = final.dates(
        "select unpl_cla_placement_id, unpl_start_date as started_on, unpl_end_date as ended_on"
        " from local_unregistered_placements"
    )
    for day, young, everyone in ((date(2024, 1, 31), 15, 17), (JUNE_END, 9, None)):
        unregistered = {row[0] for row in open_spells(rows, day)}
        there = [
            person
            for person, _ in children_in_care(final, day)
            if current(stays[person], day)[5] in unregistered
        ]
        assert sum(age(ages[person], day) < 16 for person in there) == young
        assert everyone is None or len(there) == everyone


@pytest.mark.parametrize(
    ("column", "kind", "counts"),
    [
        ("perm_placed_ffa_cp_date", None, {"2023/24": 21, "2022/23": 14}),
        ("perm_permanence_order_date", "Adoption", {"2023/24": 46, "2022/23": 42}),
        ("perm_permanence_order_date", "Special Guardianship Order", {"2023/24": 65, "2022/23": 35}),
    ],
)
def test_permanence(final, column, kind, counts):
    where = f" where perm_permanence_order_type = '{kind}'" if kind else ""
    days = [row[0] for row in final.dates(f"select {column} as done_on from ssd_permanence{where}") if row[0]]
    for year, (start, end) in YEARS.items():
        assert sum(start <= day <= end for day in days) == counts[year]


# Plans --------------------------------------------------------------------------------------------


def test_protection_plans_are_reviewed(first):
    reviews = defaultdict(list)
    for plan, held_on in first.dates(
        "select cppr_cp_plan_id, cppr_cp_review_date as held_on from ssd_cp_reviews"
    ):
        reviews[plan].append(held_on)
    in_time = counted = 0
    for _, started_on, _, plan in open_spells(protection_plans(first), JUNE_END):
        if started_on > date(2024, 3, 30):
            continue
        due, late = three_months_after(started_on), False
        for held_on in sorted(day for day in reviews[plan] if started_on < day <= JUNE_END):
            late = late or held_on > due
            due = three_months_after(three_months_after(held_on.replace(day=min(held_on.day, 28))))
        counted += 1
        in_time += not late and due >= JUNE_END
    assert shown(in_time, counted, 0) == 100
    late_once = first.rows("select 1 from ssd_cp_reviews where cppr_cp_review_date > cppr_cp_review_due")
    assert len(late_once) > 5


def test_plans_of_children_in_need(final, first):
    assert len(open_spells(need_plans(final), JUNE_END)) == 807
    current_plans = open_spells(need_plans(first), JUNE_END)
    assert len(current_plans) == 847
    reviews = defaultdict(list)
    for plan, held_on in first.dates(
        "select cinr_cin_plan_id, cinr_review_date as held_on from local_cin_plan_reviews"
    ):
        reviews[plan].append(held_on)
    reviewed = sum(
        max([started_on, *[day for day in reviews[plan] if day <= JUNE_END]]) > date(2024, 3, 30)
        for _, started_on, _, plan in current_plans
    )
    assert shown(reviewed, 847) == 88.4

    latest = {}
    for person, started_on, authorised_on in first.dates(
        "select cina_person_id, cina_assessment_start_date as started_on,"
        " cina_assessment_auth_date as authorised_on from ssd_cin_assessments"
        " where cina_assessment_auth_date <= '2024-06-30'"
    ):
        latest[person] = max(latest.get(person, (date.min, date.min)), (authorised_on, started_on))
    taken = [
        bisect_right(working_days(), authorised_on) - bisect_right(working_days(), started_on)
        for authorised_on, started_on in (latest[row[0]] for row in current_plans if row[0] in latest)
    ]
    assert shown(sum(days <= 45 for days in taken), len(taken)) == 83.7

    orders = open_spells(
        first.dates(
            "select lega_person_id, lega_legal_status_start_date as started_on,"
            " lega_legal_status_end_date as ended_on from ssd_legal_status where lega_legal_status = 'SO'"
        ),
        JUNE_END,
    )
    under = {row[0] for row in orders} & {row[0] for row in current_plans}
    assert (len(under), shown(len(under), 847)) == (49, 5.8)


# Care leavers -------------------------------------------------------------------------------------


def leavers(recount):
    ages = born(recount)
    in_care = {person for person, _ in children_in_care(recount)}
    return [
        (age(ages[person], JUNE_END), *rest)
        for person, *rest in recount.rows(
            "select clea_person_id, clea_care_leaver_in_touch = 'YES',"
            " coalesce(clea_care_leaver_accom_suitable = '1', false),"
            " clea_care_leaver_activity similar to '[FP][1-5]', clea_care_leaver_accom_suitable,"
            " clea_care_leaver_eligibility, clea_care_leaver_latest_contact from ssd_care_leavers"
        )
        if person not in in_care
    ]


@pytest.mark.parametrize(
    ("youngest", "oldest", "counts"),
    [(17, 25, (543, 494, 423, 239)), (17, 18, (125, 99, 85, 53)), (19, 21, (312, 300, 265, 147))],
)
def test_care_leavers_at_the_end(final, youngest, oldest, counts):
    rows = [row for row in leavers(final) if youngest <= row[0] <= oldest]
    assert (len(rows), *[sum(row[place] for row in rows) for place in (1, 2, 3)]) == counts


def test_care_leavers_as_first_reported(first):
    rows = leavers(first)
    assert len(rows) == 588
    assert [shown(sum(row[place] for row in rows), 588) for place in (1, 2, 3)] == [90.0, 77.4, 41.3]


def test_care_leavers_seen_and_unsuitably_housed(final):
    rows = leavers(final)
    assert sum(row[4] == "2" for row in rows) == 18
    adults = [row for row in rows if row[5] == "Former relevant"]
    assert all(row[0] >= 18 for row in adults)
    since = (JUNE_END - timedelta(days=112)).isoformat()
    assert shown(sum(row[6] >= since for row in adults), len(adults), 0) == 95


def test_pathway_plans(final, tmp_path):
    planned = days_by_person(
        final.dates("select path_person_id, path_plan_date as planned_on from local_pathway_plans")
    )

    def up_to_date(recount, since, day):
        people = [row[0] for row in recount.rows("select clea_person_id from ssd_care_leavers")]
        in_time = sum(any(since < each <= day for each in planned.get(person, [])) for person in people)
        return in_time, len(people)

    assert shown(*up_to_date(final, date(2023, 12, 30), JUNE_END), 0) == 82
    simulate(tmp_path / "earlier", date(2024, 7, 31), months=4)
    april = Recount(tmp_path / "earlier" / "2024-04-03")
    june = Recount(tmp_path / "earlier" / "2024-06-04")
    assert up_to_date(april, date(2023, 9, 30), date(2024, 3, 31)) == (420, 532)
    assert shown(*up_to_date(june, date(2023, 11, 30), date(2024, 5, 31)), 0) == 79


# Missing, and how the planning works ----------------------------------------------------------------


def test_children_go_missing_in_every_month(final):
    episodes = by_month(
        final.dates(
            "select miss_missing_episode_start_date as started_on from ssd_missing"
            " where miss_missing_episode_type = 'M'"
        )
    )
    assert all(25 < len(episodes[each]) < 80 for each in LAST_18)


class Plan:
    """A plan that is known from its start."""

    def __init__(self, started_on, ended_on=None, ended_known_from=None):
        self.started_on = self.known_from = started_on
        self.ended_on, self.ended_known_from = ended_on, ended_known_from
        self.episode = self


def test_an_end_recorded_after_the_extract_leaves_the_plan_open_there():
    prompt = Plan(date(2024, 3, 1), date(2024, 6, 10), EARLY_JULY)
    late = Plan(date(2024, 3, 1), date(2024, 6, 30), EARLY_JULY + timedelta(days=1))
    still_open = Plan(date(2024, 3, 1), date(2024, 7, 1), EARLY_JULY)
    stock = Stock([prompt, late, still_open], JUNE)
    assert stock.final == [still_open]
    assert stock.only_reported == [late]
    assert stock.reported == [late, still_open]


class Same:
    """Chance that picks the first."""

    def chance(self, share):
        return False

    def pick(self, items):
        return items[0]

    def sample(self, items, number):
        return items[:number]


def test_as_many_are_kept_up_as_are_wanted():
    upkeep = Upkeep(3, Same())
    for name, day in (
        ("a", date(2024, 6, 3)),
        ("b", date(2024, 3, 30)),
        ("c", date(2024, 3, 31)),
        ("d", date.min),
    ):
        upkeep.start(name, [day])
    assert upkeep.keep_up(["a", "b", "c", "d"], JUNE, 3) == ["d"]
    assert upkeep.done["b"][-1] == date(2024, 6, 3)
    assert upkeep.done["c"] == [date(2024, 3, 31)]
