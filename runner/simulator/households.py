"""Homes, families, identifiers and what else is recorded about a child and its parents."""

from datetime import timedelta

from runner.simulator.calendar import DAY, next_working_day
from runner.simulator.dice import Dice, postcode
from runner.simulator.episodes import Episode, Person
from runner.simulator.people import new_person
from runner.simulator.world import World

LEGAL_GATEWAY = ("Pre-proceedings", "Issue care proceedings", "Step down")


def record_households(world: World) -> None:
    """Adds the rows about homes and families of every child with an assessed episode of need."""
    dice = world.dice("households")
    done: set[Person] = set()
    for episode in world.episodes:
        if episode.is_no_further_action or episode.person in done:
            continue
        done.add(episode.person)
        record_home(world, episode, dice)
        record_traits(world, episode, dice)
        if episode.protection_plans and dice.chance(0.12):
            record_pre_proceedings(world, episode, dice)
    record_early_help(world, dice)


def record_home(world: World, episode: Episode, dice: Dice) -> None:
    """Adds a child's address, family and, for some, mother and other identifiers."""
    person = episode.person
    known_from = episode.known_from
    is_born = person.born_on <= episode.referred_on
    if is_born:
        lived_there = max(person.born_on, episode.referred_on - timedelta(days=dice.whole(30, 1500)))
        world.add(
            "ssd_address",
            known_from,
            person=person,
            addr_table_id=world.new_id("AD"),
            addr_person_id=person.person_id,
            addr_address_type="HOME",
            addr_address_start_date=lived_there,
            addr_address_postcode=postcode("QC", dice),
        )
    world.add(
        "ssd_family",
        known_from,
        person=person,
        fami_table_id=world.new_id("FM"),
        fami_family_id=person.family_id,
        fami_person_id=person.person_id,
    )
    if is_born and dice.chance(0.05):
        world.add(
            "ssd_linked_identifiers",
            known_from,
            person=person,
            link_table_id=world.new_id("LI"),
            link_person_id=person.person_id,
            link_identifier_type="Former Unique Pupil Number",
            link_identifier_value=f"Z{world.council:03d}{dice.whole(0, 999_999_999):09d}",
            link_valid_from_date=episode.referred_on,
        )


def record_traits(world: World, episode: Episode, dice: Dice) -> None:
    """Adds a disability, an immigration status or a young mother, where a child has one."""
    person, known_from = episode.person, episode.known_from
    if episode.service == "disabled" or dice.chance(0.06):
        world.add(
            "ssd_disability",
            known_from,
            person=person,
            disa_table_id=world.new_id("DI"),
            disa_person_id=person.person_id,
            disa_disability_code=dice.pick(("LD", "AUT", "BEH", "MOB", "COMM", "CON", "HEAR", "VIS")),
        )
    age = person.age_on(episode.referred_on)
    if age >= 10 and dice.chance(0.015):
        world.add(
            "ssd_immigration_status",
            known_from,
            person=person,
            immi_immigration_status_id=world.new_id("IM"),
            immi_person_id=person.person_id,
            immi_immigration_status_start_date=episode.referred_on,
            immi_immigration_status="Unaccompanied asylum-seeking child",
        )
    if person.sex == "F" and 15 <= age <= 17 and dice.chance(0.04):
        born_on = episode.referred_on - timedelta(days=dice.whole(5, 60))
        baby = new_person(world, person.family_id, born_on, dice)
        world.add(
            "ssd_mother",
            known_from,
            person=baby,
            moth_table_id=world.new_id("MO"),
            moth_person_id=person.person_id,
            moth_childs_person_id=baby.person_id,
            moth_childs_dob=born_on,
        )


def record_pre_proceedings(world: World, episode: Episode, dice: Dice) -> None:
    """Adds pre-proceedings of a child on a protection plan."""
    plan = episode.protection_plans[0]
    decided_on = next_working_day(plan.started_on + timedelta(days=dice.whole(60, 200)))
    if decided_on > world.horizon or (plan.ended_on is not None and plan.ended_on < decided_on):
        return
    met_on = decided_on + timedelta(days=dice.whole(7, 20))
    known_from = world.prompt(met_on, dice)
    world.add(
        "ssd_pre_proceedings",
        max(known_from, plan.known_from),
        person=episode.person,
        prep_table_id=world.new_id("PQ"),
        prep_person_id=episode.person.person_id,
        prep_plo_family_id=episode.person.family_id,
        prep_pre_pro_decision_date=decided_on,
        prep_initial_pre_pro_meeting_date=met_on,
        prep_cp_plans_referral_period=1,
        prep_legal_gateway_outcome=dice.pick(LEGAL_GATEWAY),
        prep_prev_pre_proc_child=0,
        prep_prev_care_proc_child=0,
        prep_pre_pro_letter_date=decided_on + DAY,
        prep_pre_pro_meetings_num=dice.whole(1, 3),
        prep_pre_pro_parents_legal_rep="Y",
    )


def record_early_help(world: World, dice: Dice) -> None:
    """Adds early help for some of the children whose case was closed."""
    for episode in world.episodes:
        if not episode.was_closed_early or episode.closed_on is None or not dice.chance(0.12):
            continue
        if episode.person.born_on > episode.closed_on:
            continue
        started_on = episode.closed_on + DAY
        ended_on = started_on + timedelta(days=dice.whole(40, 300))
        if started_on > world.horizon:
            continue
        ended_known_from = world.prompt(ended_on, dice) if ended_on <= world.horizon else None
        world.add_spell(
            "ssd_early_help_episodes",
            max(world.prompt(started_on, dice), episode.closed_known_from),
            ended_known_from,
            {"earl_episode_end_date": ended_on, "earl_episode_end_reason": "Needs met"},
            person=episode.person,
            earl_episode_id=world.new_id("EH"),
            earl_person_id=episode.person.person_id,
            earl_episode_start_date=started_on,
            earl_episode_reason="Family support",
            earl_episode_organisation="Early help service",
        )
