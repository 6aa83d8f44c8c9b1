"""What is done for looked-after children: health, plans, permanence; and when they go missing."""

import json
from datetime import date, timedelta

from runner.simulator.calendar import DAY, next_working_day
from runner.simulator.dice import Dice
from runner.simulator.episodes import CarePeriod
from runner.simulator.world import World

PERMANENCE_OPTIONS = (
    "REMAINSUP",
    "RETURN1M",
    "RETURN6M",
    "RETURNEV",
    "LTRELFR",
    "LTFOST18",
    "RESPLMT",
    "SUPPLIV",
    "ADOPTION",
    "OTHERPLN",
)


def record_care_services(world: World) -> None:
    """Adds the rows about each period of care, and each looked-after child."""
    dice = world.dice("care services")
    done = set()
    for period in world.care_periods:
        if period.spell.is_short_break:
            continue
        record_checks(world, period, dice)
        record_care_plan(world, period, dice)
        record_permanence(world, period, dice)
        record_missing(world, period, dice)
        record_unregistered(world, period, dice)
        person = period.spell.episode.person
        if person not in done:
            done.add(person)
            record_once(world, period, dice)


def last_day_of(world: World, period: CarePeriod) -> date:
    """The last day of a period, or of childhood, or of the simulation."""
    birthday = period.spell.episode.person.eighteenth_birthday
    return min(period.ended_on or world.horizon, world.horizon, birthday) - DAY


def record_checks(world: World, period: CarePeriod, dice: Dice) -> None:
    """Adds health assessments, dental checks and strengths and difficulties scores, a year or so apart."""
    person = period.spell.episode.person
    last_day = last_day_of(world, period)
    for kind, longest in (("Health assessment", 372), ("Dental check", 378)):
        if kind == "Health assessment" and person.age_on(last_day) < 5:
            longest = 186
        day = max(period.started_on, world.first_day - 300 * DAY)
        while True:
            day = next_working_day(day + timedelta(days=dice.whole(min(20, longest - 40), longest)))
            if day > last_day:
                break
            world.add(
                "ssd_cla_health",
                max(world.prompt(day, dice), period.known_from),
                person=person,
                clah_health_check_id=world.new_id("HC"),
                clah_person_id=person.person_id,
                clah_health_check_type=kind,
                clah_health_check_date=day,
                clah_health_check_status="Completed" if dice.chance(0.96) else "Refused",
            )
    for month in world.months[3::12]:
        day = next_working_day(month + timedelta(days=dice.whole(0, 25)))
        if period.started_on <= day <= last_day and 4 <= person.age_on(day) <= 16 and dice.chance(0.8):
            world.add(
                "ssd_sdq_scores",
                max(world.prompt(day, dice), period.known_from),
                person=person,
                csdq_table_id=world.new_id("SQ"),
                csdq_person_id=person.person_id,
                csdq_sdq_completed_date=day,
                csdq_sdq_score=dice.whole(2, 30),
            )


def record_care_plan(world: World, period: CarePeriod, dice: Dice) -> None:
    """Adds a period's care plan, with its permanence option."""
    day = next_working_day(period.started_on + timedelta(days=dice.whole(8, 60)))
    if day > last_day_of(world, period):
        return
    option = dice.pick(PERMANENCE_OPTIONS) if dice.chance(0.96) else None
    world.add_spell(
        "ssd_cla_care_plan",
        max(world.prompt(day, dice), period.known_from),
        period.ended_known_from,
        {"lacp_cla_care_plan_end_date": period.ended_on},
        person=period.spell.episode.person,
        lacp_table_id=world.new_id("LP"),
        lacp_person_id=period.spell.episode.person.person_id,
        lacp_cla_care_plan_start_date=day,
        lacp_cla_care_plan_json=json.dumps(
            {name: "Y" if name == option else "N" for name in PERMANENCE_OPTIONS}
        ),
    )


def record_permanence(world: World, period: CarePeriod, dice: Dice) -> None:
    """Adds the orders with which some children leave care."""
    is_young = period.spell.episode.person.age_on(period.started_on) < 6
    if period.ended_on is None or not is_young or period.spell.ends_at_eighteen or not dice.chance(0.4):
        return
    if (period.ended_on - period.started_on).days < 200:
        return
    is_adopted = dice.chance(0.5)
    placed_on = period.started_on + timedelta(days=dice.whole(90, 180))
    world.add(
        "ssd_permanence",
        period.ended_known_from,
        person=period.spell.episode.person,
        perm_table_id=world.new_id("PM"),
        perm_person_id=period.spell.episode.person.person_id,
        perm_cla_id=period.period_id,
        perm_adm_decision_date=placed_on - 30 * DAY if is_adopted else None,
        perm_part_of_sibling_group="N",
        perm_siblings_placed_together=0,
        perm_siblings_placed_apart=0,
        perm_placed_for_adoption_date=placed_on if is_adopted else None,
        perm_permanence_order_date=period.ended_on,
        perm_permanence_order_type="Adoption" if is_adopted else "Special Guardianship Order",
    )


def record_missing(world: World, period: CarePeriod, dice: Dice) -> None:
    """Adds missing episodes of some older children, and the return interviews offered."""
    person = period.spell.episode.person
    if not dice.chance(0.14):
        return
    last_day = last_day_of(world, period)
    day = max(period.started_on, world.first_day)
    for _ in range(dice.whole(1, 9)):
        day += timedelta(days=dice.whole(4, 120))
        if day > last_day - 3 * DAY:
            return
        if person.age_on(day) < 11:
            continue
        back_on = day + timedelta(days=dice.whole(0, 2))
        offered = dice.chance(0.9)
        world.add(
            "ssd_missing",
            max(world.prompt(back_on, dice), period.known_from),
            person=person,
            miss_table_id=world.new_id("MI"),
            miss_person_id=person.person_id,
            miss_missing_episode_start_date=day,
            miss_missing_episode_type="M" if dice.chance(0.9) else "A",
            miss_missing_episode_end_date=back_on,
            miss_missing_rhi_offered="Y" if offered else "N",
            miss_missing_rhi_accepted="Y" if offered and dice.chance(0.6) else "N",
        )


def record_unregistered(world: World, period: CarePeriod, dice: Dice) -> None:
    """Adds the few placements in settings that are not registered."""
    day, placement_id, kind, known_from = period.placements[-1]
    if period.ended_on is None and kind == "K2" and dice.chance(0.12):
        start = max(day, world.months[20])
        world.add(
            "local_unregistered_placements",
            max(world.prompt(start, dice), known_from),
            unpl_cla_placement_id=placement_id,
            unpl_start_date=start,
        )


def record_once(world: World, period: CarePeriod, dice: Dice) -> None:
    """Adds what is recorded of a child once: immunisations; of a few, more."""
    person = period.spell.episode.person
    last_day = last_day_of(world, period)
    values = {"person": person}
    day = max(period.started_on, last_day - 150 * DAY)
    known_from = max(world.prompt(day, dice), period.known_from)
    world.add(
        "ssd_cla_immunisations",
        known_from,
        **values,
        clai_person_id=person.person_id,
        clai_immunisations_status="Y" if dice.chance(0.88) else "N",
        clai_immunisations_status_date=day,
    )
    if person.age_on(day) >= 12 and dice.chance(0.06):
        world.add(
            "ssd_cla_convictions",
            known_from,
            **values,
            clac_cla_conviction_id=world.new_id("CC"),
            clac_person_id=person.person_id,
            clac_cla_conviction_date=day,
            clac_cla_conviction_offence="Criminal damage",
        )
    if person.age_on(day) >= 12 and dice.chance(0.07):
        world.add(
            "ssd_cla_substance_misuse",
            known_from,
            **values,
            clas_substance_misuse_id=world.new_id("SM"),
            clas_person_id=person.person_id,
            clas_substance_misuse_date=day,
            clas_substance_misused="Cannabis",
            clas_intervention_received="Y" if dice.chance(0.7) else "N",
        )
    if dice.chance(0.02):
        world.add(
            "ssd_cla_previous_permanence",
            known_from,
            **values,
            lapp_table_id=world.new_id("PP"),
            lapp_person_id=person.person_id,
            lapp_previous_permanence_option="Special Guardianship Order",
            lapp_previous_permanence_la="Out of area",
            lapp_previous_permanence_order_date=(
                max(person.born_on, period.started_on - 700 * DAY)
            ).isoformat(),
        )
