"""Adds the rows of contacts, referrals, assessments, enquiries, conferences and plans."""

import json
from datetime import date
from itertools import accumulate

from runner.simulator.calendar import DAY, add_working_days, month_of, next_working_day
from runner.simulator.dice import Dice
from runner.simulator.episodes import (
    Assessment,
    Conference,
    Enquiry,
    Episode,
    NeedPlan,
    Person,
    ProtectionPlan,
)
from runner.simulator.world import World

SOURCES = {"1A": "Individual: family member, relative or carer", "2B": "Schools", "3A": "Health services: GP",
    "3F": "Health services: other", "4": "Housing", "5A": "LA services: social care", "6": "Police",
    "7": "Other legal agency", "8": "Other", "9": "Anonymous"}  # fmt: skip
SOURCE_HEIGHTS = list(accumulate((9, 24, 5, 12, 2, 9, 28, 3, 6, 2)))
NEEDS = ("N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8")
NEED_HEIGHTS = list(accumulate((52, 9, 3, 8, 16, 3, 3, 6)))
CATEGORIES = ("Neglect", "Emotional abuse", "Physical abuse", "Sexual abuse", "Multiple")
CATEGORY_HEIGHTS = list(accumulate((48, 36, 8, 5, 3)))

CONTACT_FLAGS = (
    "NEW_REFERRAL_FLAG",
    "EXISTING_REFERRAL_FLAG",
    "CP_ENQUIRY_FLAG",
    "NFA_FLAG",
    "ADVICE_FLAG",
    "MISSING_FLAG",
    "OLA_CP_FLAG",
    "PRIVATE_FOSTERING_FLAG",
    "OTHER_OUTCOMES_EXIST_FLAG",
)
OUTCOME_FLAGS = (
    "OUTCOME_NFA_FLAG",
    "OUTCOME_STRATEGY_DISCUSSION_FLAG",
    "OUTCOME_CLA_REQUEST_FLAG",
    "OUTCOME_CP_CONFERENCE_FLAG",
    "OUTCOME_CP_FLAG",
    "OUTCOME_CIN_PLAN_FLAG",
    "OTHER_OUTCOMES_EXIST_FLAG",
)


def flags(names: tuple[str, ...], *chosen: str) -> str:
    """An outcome column: the chosen flags are Y, the others N."""
    return json.dumps({name: "Y" if name in chosen else "N" for name in names})


def no_flags(names: tuple[str, ...]) -> str:
    """An outcome column in which nothing was recorded."""
    return json.dumps(dict.fromkeys(names, ""))


def record_journeys(world: World) -> None:
    """Adds every episode's rows, in order of referral."""
    dice = world.dice("journey rows")
    meetings: dict[tuple[int, date], str] = {}
    for episode in world.episodes:
        episode.referral_id = world.new_id("RF")
        episode.first_team = dice.pick(world.teams["assessment"])
        record_referral(world, episode, dice)
        for assessment in episode.assessments:
            record_assessment(world, assessment, dice)
        for enquiry in episode.enquiries:
            record_enquiry(world, episode, enquiry, dice)
        for plan in episode.protection_plans:
            plan.plan_id = world.new_id("CP")
        for conference in episode.conferences:
            record_conference(world, episode, conference, meetings, dice)
        for plan in episode.protection_plans:
            record_protection_plan(world, episode, plan, dice)
        for plan in episode.need_plans:
            record_need_plan(world, plan, dice)
    withdraw_copies(world, dice)


def record_referral(world: World, episode: Episode, dice: Dice) -> None:
    """Adds a referral: open, then closed."""
    source = dice.weighted(tuple(SOURCES), SOURCE_HEIGHTS)
    need = dice.weighted(NEEDS, NEED_HEIGHTS)
    if episode.service == "disabled":
        need = "N2"
    world.add_spell(
        "ssd_cin_episodes",
        episode.known_from,
        episode.closed_known_from,
        {"cine_close_date": episode.closed_on, "cine_close_reason": episode.close_reason},
        person=episode.person,
        cine_referral_id=episode.referral_id,
        cine_person_id=episode.person.person_id,
        cine_referral_date=episode.referred_on,
        cine_cin_primary_need_code=need,
        cine_referral_source_code=source,
        cine_referral_source_desc=SOURCES[source],
        cine_referral_outcome_json=json.dumps(
            {
                "SINGLE_ASSESSMENT_FLAG": "N" if episode.is_no_further_action else "Y",
                "NFA_FLAG": "Y" if episode.is_no_further_action else "N",
            }
        ),
        cine_referral_nfa="Y" if episode.is_no_further_action else "N",
        cine_referral_team=episode.first_team,
        cine_referral_worker_id=dice.pick(world.workers[episode.first_team]),
    )


def record_assessment(world: World, assessment: Assessment, dice: Dice) -> None:
    """Adds an assessment: started, then authorised with its outcome."""
    episode = assessment.episode
    same, end = assessment_values(world, assessment, dice)
    known_from = max(assessment.known_from, episode.known_from)
    authorised_known_from = None
    if assessment.authorised_on <= world.horizon:
        authorised_known_from = assessment.authorised_known_from
        factors = dice.sample(
            ("1A", "3A", "3B", "3C", "4A", "4B", "5B", "6A", "10A", "17A", "20"), dice.whole(1, 4)
        )
        world.add(
            "ssd_assessment_factors",
            authorised_known_from,
            person=episode.person,
            cinf_table_id=world.new_id("AF"),
            cinf_assessment_id=same["cina_assessment_id"],
            cinf_assessment_factors_json=json.dumps(factors),
        )
    if assessment.was_misdated_on:
        misdated_known_from = world.prompt(assessment.was_misdated_on, dice)
        misdated = end | {"cina_assessment_auth_date": assessment.was_misdated_on}
        world.add("ssd_cin_assessments", known_from, misdated_known_from, person=episode.person, **same)
        world.add(
            "ssd_cin_assessments",
            misdated_known_from,
            authorised_known_from,
            person=episode.person,
            **same,
            **misdated,
        )
        world.add("ssd_cin_assessments", authorised_known_from, person=episode.person, **same, **end)
        return
    world.add_spell(
        "ssd_cin_assessments", known_from, authorised_known_from, end, person=episode.person, **same
    )


def assessment_values(world: World, assessment: Assessment, dice: Dice) -> tuple[dict, dict]:
    """An assessment's columns: those known from its start, and those that its authorisation fills."""
    episode = assessment.episode
    outcome, no_further_action = no_flags(OUTCOME_FLAGS), None
    if assessment.is_case_to_close:
        outcome, no_further_action = flags(OUTCOME_FLAGS, "OUTCOME_NFA_FLAG"), "Y"
    elif assessment.has_outcome:
        further = "OUTCOME_CIN_PLAN_FLAG"
        if episode.enquiries:
            further = "OUTCOME_STRATEGY_DISCUSSION_FLAG"
        elif episode.care_spells:
            further = "OUTCOME_CLA_REQUEST_FLAG"
        outcome, no_further_action = flags(OUTCOME_FLAGS, further), "N"
    if no_further_action and dice.chance(0.1):
        # The flag alone is recorded.
        no_further_action = None
    same = {
        "cina_assessment_id": world.new_id("AS"),
        "cina_person_id": episode.person.person_id,
        "cina_referral_id": episode.referral_id,
        "cina_assessment_start_date": assessment.started_on,
        "cina_assessment_team": episode.first_team,
        "cina_assessment_worker_id": dice.pick(world.workers[episode.first_team]),
    }
    seen = "Y" if assessment.is_seen else "N" if dice.chance(0.8) else None
    end = {
        "cina_assessment_child_seen": seen,
        "cina_assessment_auth_date": assessment.authorised_on,
        "cina_assessment_outcome_json": outcome,
        "cina_assessment_outcome_nfa": no_further_action,
    }
    return same, end


def record_enquiry(world: World, episode: Episode, enquiry: Enquiry, dice: Dice) -> None:
    """Adds a section 47 enquiry: started, then ended with its outcome."""
    enquiry.enquiry_id = world.new_id("S4")
    if enquiry.leads_to_conference or enquiry.awaits_conference:
        outcome, no_further_action = flags(OUTCOME_FLAGS, "OUTCOME_CP_CONFERENCE_FLAG"), "N"
    elif enquiry.is_no_further_action:
        outcome, no_further_action = flags(OUTCOME_FLAGS, "OUTCOME_NFA_FLAG"), "Y"
    else:
        outcome, no_further_action = flags(OUTCOME_FLAGS, "OUTCOME_CIN_PLAN_FLAG"), "N"
    team = dice.pick(world.teams["assessment"])
    world.add_spell(
        "ssd_s47_enquiry",
        max(enquiry.known_from, episode.known_from),
        max(enquiry.ended_known_from, episode.known_from),
        {
            "s47e_s47_end_date": enquiry.ended_on,
            "s47e_s47_nfa": no_further_action,
            "s47e_s47_outcome_json": outcome,
            "s47e_s47_completed_by_team": team,
            "s47e_s47_completed_by_worker_id": dice.pick(world.workers[team]),
        },
        person=episode.person,
        s47e_s47_enquiry_id=enquiry.enquiry_id,
        s47e_referral_id=episode.referral_id,
        s47e_person_id=episode.person.person_id,
        s47e_s47_start_date=enquiry.started_on,
    )


def record_conference(
    world: World, episode: Episode, conference: Conference, meetings: dict[tuple[int, date], str], dice: Dice
) -> None:
    """Adds a conference; its plan is linked once that is recorded."""
    conference.conference_id = world.new_id("IC")
    meeting = meetings.setdefault((episode.household, conference.held_on), "")
    if not meeting:
        meeting = meetings[(episode.household, conference.held_on)] = world.new_id("MT")
    team = dice.pick(world.teams["conference"])
    began_on = conference.enquiry.started_on if conference.enquiry else None
    flag = ("OUTCOME_CP_FLAG",) if conference.plan else ("OUTCOME_CIN_PLAN_FLAG",)
    known_from = max(conference.known_from, episode.known_from)
    world.add_spell(
        "ssd_initial_cp_conference",
        known_from,
        max(conference.plan.known_from, known_from) if conference.plan else None,
        {"icpc_cp_plan_id": conference.plan.plan_id if conference.plan else None},
        person=episode.person,
        icpc_icpc_id=conference.conference_id,
        icpc_icpc_meeting_id=meeting,
        icpc_s47_enquiry_id=conference.enquiry.enquiry_id if conference.enquiry else None,
        icpc_person_id=episode.person.person_id,
        icpc_referral_id=episode.referral_id,
        icpc_icpc_transfer_in="Y" if conference.is_transfer_in else "N",
        icpc_icpc_target_date=add_working_days(next_working_day(began_on), 15) if began_on else None,
        icpc_icpc_date=conference.held_on,
        icpc_icpc_outcome_cp_flag="Y" if conference.plan else "N",
        icpc_icpc_outcome_json=flags(OUTCOME_FLAGS, *flag),
        icpc_icpc_team=team,
        icpc_icpc_worker_id=dice.pick(world.workers[team]),
    )


def record_protection_plan(world: World, episode: Episode, plan: ProtectionPlan, dice: Dice) -> None:
    """Adds a child protection plan; of a child who had one before, the earlier one too."""
    if plan.is_repeat:
        record_earlier_plan(world, episode.person, dice)
    conference = next((item for item in episode.conferences if item.plan is plan), None)
    category = dice.weighted(CATEGORIES, CATEGORY_HEIGHTS)
    known_from = max(plan.known_from, episode.known_from)
    world.add_spell(
        "ssd_cp_plans",
        known_from,
        plan.ended_known_from,
        {"cppl_cp_plan_end_date": plan.ended_on},
        person=episode.person,
        cppl_cp_plan_id=plan.plan_id,
        cppl_referral_id=episode.referral_id,
        cppl_icpc_id=conference.conference_id if conference else None,
        cppl_person_id=episode.person.person_id,
        cppl_cp_plan_start_date=plan.started_on,
        cppl_cp_plan_ola="Y" if plan.is_for_other_authority else "N",
        cppl_cp_plan_initial_category=category,
        cppl_cp_plan_latest_category=category,
    )


def record_earlier_plan(world: World, person: Person, dice: Dice) -> None:
    """Adds an episode closed years before, with the plan that was made in it."""
    first = max(person.born_on + 200 * DAY, world.first_day - 5 * 365 * DAY)
    referred_on = next_working_day(dice.day(first, max(first, world.first_day - 3 * 365 * DAY)))
    started_on = add_working_days(referred_on, dice.whole(0, 5))
    ended_on = add_working_days(started_on, dice.whole(5, 10))
    held_on = add_working_days(started_on, dice.whole(11, 18))
    plan_ended_on = add_working_days(held_on, dice.whole(60, 220))
    episode = Episode(referred_on, referred_on, 0, person=person, service="protection")
    episode.referral_id = world.new_id("RF")
    episode.first_team = dice.pick(world.teams["assessment"])
    episode.closed_on = add_working_days(plan_ended_on, dice.whole(5, 40))
    episode.closed_known_from = episode.closed_on
    episode.close_reason = "RC7"
    is_for_other_authority = dice.chance(0.05)
    plan = ProtectionPlan(held_on, held_on, is_for_other_authority=is_for_other_authority)
    plan.ended_on = plan.ended_known_from = plan_ended_on
    plan.plan_id = world.new_id("CP")
    episode.protection_plans.append(plan)
    record_referral(world, episode, dice)
    if not is_for_other_authority:
        enquiry = Enquiry(started_on, ended_on, started_on, ended_on, True)
        enquiry.conference = Conference(held_on, held_on, enquiry, plan=plan)
        episode.conferences.append(enquiry.conference)
        record_enquiry(world, episode, enquiry, dice)
        record_conference(world, episode, enquiry.conference, {}, dice)
    record_protection_plan(world, episode, plan, dice)


def record_need_plan(world: World, plan: NeedPlan, dice: Dice) -> None:
    """Adds a child in need plan."""
    episode = plan.episode
    plan.plan_id = world.new_id("CN")
    team = dice.pick(world.teams["long" if episode.service == "assessment" else episode.service])
    world.add_spell(
        "ssd_cin_plans",
        max(plan.known_from, episode.known_from),
        plan.ended_known_from,
        {"cinp_cin_plan_end_date": plan.ended_on},
        person=episode.person,
        cinp_cin_plan_id=plan.plan_id,
        cinp_referral_id=episode.referral_id,
        cinp_person_id=episode.person.person_id,
        cinp_cin_plan_start_date=plan.started_on,
        cinp_cin_plan_team=team,
        cinp_cin_plan_worker_id=dice.pick(world.workers[team]),
    )


def withdraw_copies(world: World, dice: Dice) -> None:
    """Has one overdue assessment of each month entered twice, and later withdrawn."""
    overdue: dict[date, list[Assessment]] = {}
    for assessment in world.assessments:
        if (assessment.authorised_on - assessment.started_on).days > 75 and not assessment.was_misdated_on:
            overdue.setdefault(month_of(assessment.authorised_on), []).append(assessment)
    for month in world.months[:-1]:
        copied = dice.pick(overdue[month])
        same, end = assessment_values(world, copied, dice)
        world.add(
            "ssd_cin_assessments",
            copied.authorised_known_from,
            world.late(copied.authorised_on, dice),
            person=copied.episode.person,
            **same,
            **end,
        )
