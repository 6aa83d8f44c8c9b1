"""Schooling: attendance, suspensions, exclusions, children missing education and home education."""

from datetime import date, timedelta

from runner.simulator.calendar import add_months, month_end, next_working_day, working_days_of
from runner.simulator.dice import Dice
from runner.simulator.episodes import Person
from runner.simulator.world import World


def record_education(world: World) -> None:
    """Adds a school roll's records, of children known to social care and of others."""
    dice = world.dice("education")
    known = [
        episode.person
        for episode in world.in_need(world.last_month)
        if 6 <= episode.person.age_on(world.last_month) <= 15
    ]
    known = sorted(set(known), key=lambda person: person.person_id)
    pupils: list[tuple[str, Person | None]] = [
        (world.new_id("PU"), person) for person in dice.sample(known, 900)
    ]
    pupils += [(world.new_id("PU"), None) for _ in range(400)]
    for pupil, person in pupils:
        record_attendance(world, pupil, person, dice)
    record_suspensions(world, pupils, dice)
    record_spells(world, "local_children_missing_education", "cmed", "ME", dice.sample(pupils, 190), dice)
    record_spells(world, "local_home_education", "ehed", "HE", dice.sample(pupils, 160), dice)


def identity(prefix: str, pupil: str, person: Person | None) -> dict[str, str | None]:
    """The columns that say who a pupil is; the person where social care knows the child."""
    return {
        f"{prefix}_pupil_id": pupil,
        f"{prefix}_person_id": person.person_id if person else None,
    }


def first_known(person: Person | None, known_from: date) -> date:
    """A row that names a person is not known before the person."""
    return max(known_from, person.known_from) if person else known_from


def record_attendance(world: World, pupil: str, person: Person | None, dice: Dice) -> None:
    """Adds a pupil's sessions in each school month of the last six."""
    absence = dice.random() ** 3 * (0.5 if person else 0.25)
    for month in world.months[-7:-1]:
        if month.month == 8:
            continue
        possible = 2 * len(working_days_of(month)) - (20 if month.month in (4, 12) else 0)
        missed = min(possible, round(possible * absence * (0.6 + 0.8 * dice.random())))
        unauthorised = round(missed * 0.25)
        known_from = first_known(person, add_months(month, 1))
        world.add(
            "local_attendance",
            known_from,
            person=person,
            **identity("atte", pupil, person),
            atte_month=month,
            atte_possible_sessions=possible,
            atte_authorised_absences=missed - unauthorised,
            atte_unauthorised_absences=unauthorised,
        )


def record_suspensions(world: World, pupils: list[tuple[str, Person | None]], dice: Dice) -> None:
    """Adds each month's suspensions and exclusions, and the reviews of some."""
    for month in world.months:
        if month.month == 8:
            continue
        for pupil, _ in dice.sample(pupils, 24):
            day = dice.pick(working_days_of(month))
            world.add(
                "local_suspensions",
                world.prompt(day, dice),
                susp_suspension_id=world.new_id("SU"),
                susp_pupil_id=pupil,
                susp_start_date=day,
                susp_sessions=dice.whole(1, 10),
            )
        for pupil, _ in dice.sample(pupils, 3):
            record_exclusion(world, pupil, dice.pick(working_days_of(month)), dice)


def record_exclusion(world: World, pupil: str, day: date, dice: Dice) -> None:
    """Adds a permanent exclusion and its review by the governing board."""
    exclusion = world.new_id("EX")
    known_from = world.prompt(day, dice)
    world.add("local_exclusions", known_from, excl_exclusion_id=exclusion, excl_pupil_id=pupil, excl_date=day)
    referred_on = next_working_day(day + timedelta(days=dice.whole(1, 7)))
    decided_on = next_working_day(referred_on + timedelta(days=dice.whole(7, 20)))
    if referred_on > world.horizon:
        return
    world.add_spell(
        "local_exclusion_reviews",
        max(known_from, world.prompt(referred_on, dice)),
        world.prompt(decided_on, dice) if decided_on <= world.horizon else None,
        {"exrv_decision_date": decided_on, "exrv_outcome": "upheld" if dice.chance(0.9) else "reinstated"},
        exrv_review_id=world.new_id("ER"),
        exrv_exclusion_id=exclusion,
        exrv_body="governing board",
        exrv_referred_date=referred_on,
    )


def record_spells(
    world: World, table: str, prefix: str, kind: str, pupils: list[tuple[str, Person | None]], dice: Dice
) -> None:
    """Adds spells out of school, some of them over."""
    for pupil, person in pupils:
        started_on = dice.day(world.months[4], world.last_month)
        ended_on = started_on + timedelta(days=dice.whole(30, 700))
        known_from = first_known(person, world.prompt(started_on, dice))
        world.add_spell(
            table,
            known_from,
            world.prompt(ended_on, dice) if ended_on <= month_end(world.months[-1]) else None,
            {f"{prefix}_end_date": ended_on},
            person=person,
            **identity(prefix, pupil, person),
            **{f"{prefix}_episode_id": world.new_id(kind), f"{prefix}_start_date": started_on},
        )
