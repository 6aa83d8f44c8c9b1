"""Simulated extracts, counted again from the files by the rulings, give the figures that were published."""

import csv
import hashlib
from bisect import bisect_right
from collections import defaultdict
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from recounts import (
    AS_AT,
    EARLY_JULY,
    EARLY_JUNE,
    JUNE,
    LAST_12,
    LAST_18,
    Recount,
    by_month,
    month,
    percent,
    spells_of,
)

from runner.cli import main
from runner.errors import ExitCode, RunnerError
from runner.home import PROJECT
from runner.simulator import simulate
from runner.simulator.calendar import add_months, extract_dates, month_end, working_days
from runner.simulator.world import tables

POPULATION = 146_820


def rate(count, times=1):
    return int((Decimal(10_000) * times * count / POPULATION).quantize(Decimal(1), ROUND_HALF_UP))


def working_days_taken(start, end):
    return bisect_right(working_days(), end) - bisect_right(working_days(), start)


# Front door ---------------------------------------------------------------------------------------


def referrals_of(recount):
    return recount.dates("select cine_referral_date as referred_on, cine_person_id from ssd_cin_episodes")


def repeats(recount):
    earlier = defaultdict(list)
    for referred_on, person in referrals_of(recount):
        earlier[person].append(referred_on)
    found = defaultdict(int)
    for dates in earlier.values():
        for day in dates:
            year_before = day.replace(year=day.year - 1, day=min(day.day, 28) if day.month == 2 else day.day)
            found[month(day)] += any(year_before <= other < day for other in dates)
    return found


def contacts_that_led(recount):
    referred = defaultdict(list)
    for referred_on, person in referrals_of(recount):
        referred[person].append(referred_on)
    led = defaultdict(int)
    for contacted_on, person, outcome in recount.dates(
        "select cont_contact_date as contacted_on, cont_person_id, cont_contact_outcome_json"
        " from ssd_contacts"
    ):
        if outcome is None:
            within = contacted_on + timedelta(days=14)
            led[month(contacted_on)] += any(contacted_on <= day <= within for day in referred[person])
        else:
            led[month(contacted_on)] += '"NEW_REFERRAL_FLAG": "Y"' in outcome
    return led


def test_contacts(final):
    contacts = by_month(final.dates("select cont_contact_date as on_on from ssd_contacts"))
    assert len(contacts[JUNE]) == 1626
    assert 19_194 <= sum(len(contacts[each]) for each in LAST_12) <= 19_205
    assert contacts_that_led(final)[JUNE] == 407


def test_referrals(final, first):
    referrals = by_month(referrals_of(final))
    repeated = repeats(final)
    assert len(referrals[JUNE]) == 387
    assert len(referrals[date(2024, 5, 1)]) == 354
    assert len(referrals[date(2023, 6, 1)]) == 600
    assert repeated[JUNE] == 100
    assert percent(repeated[date(2024, 3, 1)], len(referrals[date(2024, 3, 1)])) == 28
    assert len(by_month(referrals_of(first))[JUNE]) == 371
    assert percent(repeats(first)[JUNE], 371) == 24


def assessments_of(recount):
    return recount.dates(
        "select cina_assessment_start_date as started_on, cina_assessment_auth_date as authorised_on,"
        " cina_assessment_child_seen, cina_assessment_outcome_nfa, cina_assessment_outcome_json"
        " from ssd_cin_assessments"
    )


def in_45_days(rows):
    return sum(working_days_taken(row[0], row[1]) <= 45 for row in rows)


def closed(rows):
    """Case to close and not, of the assessments with an outcome."""
    answers = []
    for *_, flag, outcome in rows:
        if flag or '"Y"' in outcome or '"N"' in outcome:
            answers.append((flag or ("Y" if '"OUTCOME_NFA_FLAG": "Y"' in outcome else "N")) == "Y")
    return sum(answers), len(answers)


def test_assessments(final, first):
    assessments = by_month(assessments_of(final), place=1)
    completed = {each: len(assessments[each]) for each in LAST_18}
    for number, figure in {1: 579, 3: 467, 4: 367, 5: 369, 6: 322}.items():
        assert completed[date(2024, number, 1)] == figure
    assert len(by_month(assessments_of(final))[JUNE]) == 345
    assert rate(322, 12) == 263

    for number, figure in {1: 85, 2: 86, 4: 92, 5: 88, 6: 89}.items():
        rows = assessments[date(2024, number, 1)]
        assert percent(in_45_days(rows), len(rows)) == figure
    assert in_45_days(assessments[JUNE]) == 285
    pooled = [row for each in LAST_12 for row in assessments[each]]
    assert percent(in_45_days(pooled), len(pooled)) == 80

    for number, figure in {2: 51, 3: 46, 4: 54, 5: 52, 6: 48}.items():
        assert percent(*closed(assessments[date(2024, number, 1)])) == figure
    assert closed(assessments[JUNE]) == (156, 322)
    assert percent(*closed(pooled)) == 52

    seen = {each: sum(row[2] == "Y" for row in assessments[each]) for each in LAST_18}
    assert sum(seen.values()) == 7999
    assert percent(7999, sum(completed.values())) == 97
    assert percent(seen[date(2024, 5, 1)], 369) == 97

    early = by_month(assessments_of(first), place=1)[JUNE]
    assert (len(early), in_45_days(early)) == (324, 285)


def test_children_in_need(final):
    open_at = defaultdict(list)
    for referred_on, closed_on, person in final.dates(
        "select cine_referral_date as referred_on, cine_close_date as closed_on, cine_person_id"
        " from ssd_cin_episodes where cine_referral_nfa is distinct from 'Y'"
    ):
        for each in LAST_18:
            if referred_on <= month_end(each) and (closed_on is None or closed_on > month_end(each)):
                open_at[each].append(person)
    assert len(set(open_at[JUNE])) == len(open_at[JUNE]) == 3930
    assert rate(3930) == 268
    for each in LAST_18[:-1]:
        assert abs(len(open_at[each]) - len(open_at[add_months(each, -1)])) < 200


# Child protection ---------------------------------------------------------------------------------


def enquiries_of(recount):
    held = {
        enquiry
        for enquiry, held_on in recount.dates(
            "select icpc_s47_enquiry_id, icpc_icpc_date as held_on from ssd_initial_cp_conference"
            " where icpc_s47_enquiry_id is not null and icpc_icpc_transfer_in <> 'Y'"
        )
    }
    return [
        (ended_on, started_on, enquiry in held, no_further_action)
        for ended_on, started_on, enquiry, no_further_action in recount.dates(
            "select s47e_s47_end_date as ended_on, s47e_s47_start_date as started_on, s47e_s47_enquiry_id,"
            " s47e_s47_nfa from ssd_s47_enquiry where s47e_s47_end_date is not null"
        )
    ]


def test_s47_enquiries(final, first):
    enquiries = by_month(enquiries_of(final))
    led = {each: sum(row[2] for row in enquiries[each]) for each in LAST_12}
    for number, figure in {1: 34, 2: 23, 3: 33, 4: 32, 5: 34, 6: 25}.items():
        each = date(2024, number, 1)
        assert percent(led[each], len(enquiries[each])) == figure
    assert (led[JUNE], len(enquiries[JUNE])) == (40, 159)
    total = sum(len(enquiries[each]) for each in LAST_12)
    assert rate(159, 12) == 130
    assert rate(total) == 140
    assert percent(sum(led.values()), total) == 30

    early = by_month(enquiries_of(first))[JUNE]
    assert len(early) == 138
    assert percent(sum(row[3] == "Y" for row in early), 138) == 5


def test_enquiries_under_a_plan(first):
    (count,) = first.rows(
        "select count(distinct s47e_s47_enquiry_id) from ssd_s47_enquiry join ssd_cp_plans"
        " on s47e_person_id = cppl_person_id and cppl_cp_plan_ola = 'N'"
        " and cppl_cp_plan_start_date <= s47e_s47_start_date"
        " and coalesce(cppl_cp_plan_end_date, '9999') > s47e_s47_start_date"
        " where s47e_s47_end_date like '2024-06-%'"
    )[0]
    assert count == 6


def conferences_of(recount):
    return recount.dates(
        "select icpc_icpc_date as held_on, s47e_s47_start_date as started_on, icpc_icpc_transfer_in,"
        " icpc_icpc_outcome_cp_flag from ssd_initial_cp_conference"
        " left join ssd_s47_enquiry on icpc_s47_enquiry_id = s47e_s47_enquiry_id"
    )


def in_15_days(rows):
    """In time, and all, of the conferences that an enquiry led to."""
    timed = [working_days_taken(row[1], row[0]) for row in rows if row[2] != "Y" and row[1] is not None]
    assert min(timed) >= 0
    return sum(taken <= 15 for taken in timed), len(timed)


def test_conferences(final, first, extracts):
    conferences = by_month(conferences_of(final))
    assert len(conferences[JUNE]) == 66
    assert rate(66, 12) == 54
    assert in_15_days(conferences[JUNE]) == (45, 66)
    figures = {
        date(2023, 12, 1): 60,
        **{date(2024, n, 1): f for n, f in {2: 84, 3: 75, 4: 59, 5: 76}.items()},
    }
    for each, figure in figures.items():
        assert percent(*in_15_days(conferences[each])) == figure
    assert percent(*in_15_days([row for each in LAST_12 for row in conferences[each]])) == 75

    early = by_month(conferences_of(first))[JUNE]
    assert (len(early), in_15_days(early)) == (38, (29, 38))
    assert percent(sum(row[3] == "Y" for row in early), 38) == 92
    may_as_first_reported = by_month(conferences_of(Recount(extracts / EARLY_JUNE.isoformat())))[
        date(2024, 5, 1)
    ]
    assert percent(*in_15_days(may_as_first_reported)) == 80


def plans_of(recount):
    rows = recount.dates(
        "select cppl_person_id, cppl_cp_plan_start_date as started_on, cppl_cp_plan_end_date as ended_on,"
        " cppl_cp_plan_ola from ssd_cp_plans"
    )
    starts = defaultdict(list)
    for person, started_on, *_ in rows:
        starts[person].append(started_on)
    return [
        (started_on, ended_on, any(day < started_on for day in starts[person]), person)
        for person, started_on, ended_on, for_other in rows
        if for_other != "Y"
    ]


def open_plans(plans, each):
    last = month_end(each)
    return [row for row in plans if row[0] <= last and (row[1] is None or row[1] > last)]


def two_years(plans, each):
    return sum((month_end(each) - row[0]).days >= 730 for row in open_plans(plans, each))


def test_protection_plans(final, first):
    plans = plans_of(final)
    starts, ends = by_month(plans), by_month(plans, place=1)
    assert len(open_plans(plans, JUNE)) == 454
    assert len({row[3] for row in open_plans(plans, JUNE)}) == 454
    assert len(open_plans(plans, date(2023, 9, 1))) == 555
    assert two_years(plans, JUNE) == 5
    assert len(ends[JUNE]) == 68
    repeated = {each: sum(row[2] for row in starts[each]) for each in LAST_18}
    assert (repeated[JUNE], len(starts[JUNE])) == (9, 60)
    assert repeated[date(2024, 3, 1)] == 14
    assert repeated[date(2024, 4, 1)] == 20
    for number, figure in {3: 33, 4: 29, 5: 14, 6: 15}.items():
        each = date(2024, number, 1)
        assert percent(repeated[each], len(starts[each])) == figure
    assert percent(sum(repeated[each] for each in LAST_12), sum(len(starts[each]) for each in LAST_12)) == 30
    conferences = by_month(conferences_of(final))
    assert all(len(starts[each]) <= len(conferences[each]) for each in LAST_18)

    early = plans_of(first)
    early_starts, early_ends = by_month(early), by_month(early, place=1)
    assert len(open_plans(early, date(2024, 5, 1))) == 457
    assert len(open_plans(early, JUNE)) == 420
    assert two_years(early, JUNE) == 7
    assert percent(sum(row[2] for row in early_starts[JUNE]), len(early_starts[JUNE])) == 29
    assert sum(len(early_starts[each]) for each in LAST_18) == 1071
    assert len(early_ends[JUNE]) == 68
    assert sum((row[1] - row[0]).days >= 730 for row in early_ends[JUNE]) == 5


def test_need_plans(first):
    plans = first.dates(
        "select cinp_cin_plan_start_date as started_on, cinp_cin_plan_end_date as ended_on from ssd_cin_plans"
    )
    assert len(open_plans(plans, JUNE)) == 847
    assert sum(len(by_month(plans)[each]) for each in LAST_18) == 2330
    assert len(by_month(plans, place=1)[JUNE]) == 95


# Looked after -------------------------------------------------------------------------------------


def looked_after(spells, each):
    last = month_end(each)
    return len({person for start, end, person in spells if start <= last < end})


def started_in(spells, each):
    return sum(month(start) == each for start, _, _ in spells)


def ended_in(spells, each):
    return sum(end < date.max and month(end) == each for _, end, _ in spells)


def test_looked_after(final, first):
    spells = spells_of(final)
    stock = {each: looked_after(spells, each) for each in LAST_18}
    assert stock[date(2023, 7, 1)] == 905
    assert stock[date(2024, 4, 1)] == 873
    assert stock[date(2024, 5, 1)] == 877
    assert stock[JUNE] == 861
    assert 10_674 <= sum(stock[each] for each in LAST_12) <= 10_685
    since_march = [stock[add_months(JUNE, -back)] for back in range(16)]
    assert rate(Decimal(sum(since_march)) / 16) == 60
    assert (started_in(spells, JUNE), ended_in(spells, JUNE)) == (23, 39)
    assert (rate(23, 12), rate(39, 12), rate(861)) == (19, 32, 59)
    for each in LAST_18[:-1]:
        before = add_months(each, -1)
        assert stock[each] == stock[before] + started_in(spells, each) - ended_in(spells, each)

    early = spells_of(first)
    assert looked_after(early, JUNE) == 877
    assert looked_after(early, date(2024, 5, 1)) == 885
    assert (started_in(early, JUNE), ended_in(early, JUNE)) == (22, 30)


# What is planted is valid --------------------------------------------------------------------------

SPELLS = [
    ("ssd_cin_episodes", "cine_person_id", "cine_referral_date", "cine_close_date"),
    ("ssd_cp_plans", "cppl_person_id", "cppl_cp_plan_start_date", "cppl_cp_plan_end_date"),
    ("ssd_cin_plans", "cinp_person_id", "cinp_cin_plan_start_date", "cinp_cin_plan_end_date"),
    ("ssd_s47_enquiry", "s47e_person_id", "s47e_s47_start_date", "s47e_s47_end_date"),
    ("ssd_cin_assessments", "cina_person_id", "cina_assessment_start_date", "cina_assessment_auth_date"),
    ("ssd_cla_episodes", "clae_person_id", "clae_cla_episode_start_date", "clae_cla_episode_ceased_date"),
    ("ssd_cla_placement", "clap_person_id", "clap_cla_placement_start_date", "clap_cla_placement_end_date"),
    ("ssd_legal_status", "lega_person_id", "lega_legal_status_start_date", "lega_legal_status_end_date"),
]
IN_AN_EPISODE = [
    ("ssd_cin_assessments", "cina_referral_id", "cina_assessment_start_date", "cina_assessment_auth_date"),
    ("ssd_s47_enquiry", "s47e_referral_id", "s47e_s47_start_date", "s47e_s47_end_date"),
    ("ssd_initial_cp_conference", "icpc_referral_id", "icpc_icpc_date", "icpc_icpc_date"),
    ("ssd_cp_plans", "cppl_referral_id", "cppl_cp_plan_start_date", "cppl_cp_plan_end_date"),
    ("ssd_cin_plans", "cinp_referral_id", "cinp_cin_plan_start_date", "cinp_cin_plan_end_date"),
    ("ssd_cla_episodes", "clae_referral_id", "clae_cla_episode_start_date", "clae_cla_episode_ceased_date"),
    ("ssd_involvements", "invo_referral_id", "invo_involvement_start_date", "invo_involvement_end_date"),
]


def count(recount, sql):
    return recount.rows(f"select count(*) from ({sql})")[0][0]


def contract():
    path = PROJECT / "runner" / "landing" / "contract.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("extract", ["final", "first"])
def test_every_table_has_rows_and_unique_keys(extract, request):
    recount = request.getfixturevalue(extract)
    for table in tables():
        assert count(recount, f"from {table}") > 0, table
        keys = [row["column"] for row in contract() if row["table"] == table and "key" in row["role"].split()]
        if keys:
            names = ", ".join(keys)
            assert count(recount, f"select {names} from {table} group by all having count(*) > 1") == 0, table


@pytest.mark.parametrize("extract", ["final", "first"])
def test_every_reference_exists_and_no_event_lies_ahead(extract, request):
    recount = request.getfixturevalue(extract)
    for row in contract():
        table, column = row["table"], row["column"]
        if row["references"]:
            places = [place.strip().split(".") for place in row["references"].split(";")]
            known = " union all ".join(f"select {key} from {parent}" for parent, key in places)
            missing = f"from {table} where {column} is not null and {column} not in ({known})"
            assert count(recount, missing) == 0, column
        if row["type"] == "date" and row["may_lie_ahead"] != "Y":
            assert count(recount, f"from {table} where {column} > '{recount.as_at}'") == 0, column


def test_spells_do_not_overlap_and_end_after_they_start(final):
    for table, person, start, end in SPELLS:
        following = f"lead({start}) over (partition by {person} order by {start}, {end} nulls last)"
        spells = f"select {start}, coalesce({end}, '9999') as ended, {following} as following from {table}"
        assert count(final, f"from ({spells}) where ended > following") == 0, table
        assert count(final, f"from {table} where {end} < {start}") == 0, table
    assert count(final, "from ssd_cp_plans where cppl_cp_plan_end_date = cppl_cp_plan_start_date") == 0


def test_what_happens_in_an_episode_of_need_lies_within_it(final):
    for table, referral, start, end in IN_AN_EPISODE:
        joined = f"from {table} join ssd_cin_episodes on {referral} = cine_referral_id"
        assert count(final, f"{joined} where cine_referral_nfa = 'Y'") == 0, table
        outside = f"{start} < cine_referral_date or coalesce({end}, '9999') > cine_close_date"
        assert count(final, f"{joined} where {outside}") == 0, table


def test_people_are_of_an_age_for_what_happens(final):
    aged = "pers_dob::date + interval {} year"
    joined = "from ssd_cla_episodes join ssd_person on clae_person_id = pers_person_id"
    assert count(final, f"{joined} where clae_cla_episode_start_date < pers_dob") == 0
    assert count(final, f"{joined} where clae_cla_episode_start_date::date >= {aged.format(18)}") == 0
    leavers = "from ssd_care_leavers join ssd_person on clea_person_id = pers_person_id"
    old = f"{aged.format(26)} <= date '{AS_AT}' or {aged.format(17)} > date '{AS_AT}'"
    assert count(final, f"{leavers} where {old}") == 0
    plans = "from ssd_cp_plans join ssd_person on cppl_person_id = pers_person_id"
    assert (
        count(final, f"{plans} where coalesce(cppl_cp_plan_end_date::date, '{AS_AT}') >= {aged.format(18)}")
        == 0
    )


def test_conferences_are_on_working_days_and_plans_start_at_them(final):
    assert all(row[0] in set(working_days()) for row in conferences_of(final))
    apart = (
        "from ssd_cp_plans join ssd_initial_cp_conference on cppl_icpc_id = icpc_icpc_id"
        " where cppl_cp_plan_start_date <> icpc_icpc_date or cppl_person_id <> icpc_person_id"
    )
    assert count(final, apart) == 0


def test_care_that_misleads_a_careless_count_is_planted(final):
    late = (
        "from ssd_cla_episodes join ssd_person on clae_person_id = pers_person_id"
        f" where clae_cla_episode_ceased_date is null and pers_dob::date + interval 18 year <= '{AS_AT}'"
    )
    assert count(final, late) > 5
    assert count(final, "from ssd_legal_status where lega_legal_status in ('V3', 'V4')") > 40
    again = (
        "from ssd_cla_episodes as ended join ssd_cla_episodes as again"
        " on ended.clae_person_id = again.clae_person_id and ended.clae_cla_id <> again.clae_cla_id"
        " and ended.clae_cla_episode_ceased_date = again.clae_cla_episode_start_date"
    )
    assert count(final, again) > 10
    assert count(final, "from ssd_cp_plans where cppl_cp_plan_ola = 'Y'") > 5


# How extracts are written --------------------------------------------------------------------------


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_same_seed_gives_the_same_bytes_and_another_other_children(extracts, tmp_path):
    simulate(tmp_path / "same", AS_AT, months=0)
    same = digests(tmp_path / "same" / AS_AT.isoformat())
    assert same == digests(extracts / AS_AT.isoformat())
    simulate(tmp_path / "other", AS_AT, months=1, seed=2)
    other = Recount(tmp_path / "other" / AS_AT.isoformat())
    assert digests(tmp_path / "other" / AS_AT.isoformat())["ssd_person.csv"] != same["ssd_person.csv"]
    first = Recount(tmp_path / "other" / EARLY_JULY.isoformat())
    for check in (test_contacts, test_children_in_need):
        check(other)
    for check in (
        test_referrals,
        test_assessments,
        test_s47_enquiries,
        test_protection_plans,
        test_looked_after,
    ):
        check(other, first)


def test_councils_share_an_extract_and_no_child_and_any_date_pins_the_series(tmp_path):
    simulate(tmp_path, date(2025, 3, 31), months=0, councils=2)
    both = Recount(tmp_path / "2025-03-31")
    last_month = date(2025, 2, 1)
    assert len(by_month(referrals_of(both))[last_month]) == 2 * 387
    assert looked_after(spells_of(both), last_month) == 2 * 861
    people = [row[0] for row in both.rows("select pers_person_id from ssd_person")]
    assert len(set(people)) == len(people)
    assert {person[2:5] for person in people} == {"001", "002"}
    with (tmp_path / "2025-03-31" / "control.csv").open(encoding="utf-8") as file:
        control = {row["table"]: int(row["rows"]) for row in csv.DictReader(file)}
    assert control == {table: count(both, f"from {table}") for table in tables()}


def test_extracts_are_early_in_each_month_and_on_the_date_asked_for():
    dates = extract_dates(AS_AT, 18)
    assert len(dates) == 19
    assert dates[0] == date(2023, 2, 2)
    assert dates[-3:] == [EARLY_JUNE, EARLY_JULY, AS_AT]
    assert extract_dates(EARLY_JULY, 2) == [EARLY_JUNE, EARLY_JULY]
    assert extract_dates(date(2024, 7, 1), 1) == [date(2024, 7, 1)]


def test_a_folder_in_use_or_a_date_without_a_calendar_is_refused(tmp_path):
    (tmp_path / "note.txt").write_text("kept")
    with pytest.raises(RunnerError, match="not empty"):
        simulate(tmp_path, AS_AT)
    with pytest.raises(RunnerError, match="calendar"):
        simulate(tmp_path / "new", date(2031, 1, 31))
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


def test_the_command_refuses_a_folder_in_use_as_wrong_usage(tmp_path, capsys):
    (tmp_path / "note.txt").write_text("kept")
    with pytest.raises(SystemExit) as end:
        main(["simulate", str(tmp_path), "--as-at", "2024-07-31"])
    assert end.value.code == ExitCode.USAGE
    assert "is not empty" in capsys.readouterr().err
