"""Care leavers: young people of 17 to 25 who were looked after."""

from datetime import timedelta

from runner.simulator.calendar import DAY, early_extract, month_end
from runner.simulator.dice import Dice
from runner.simulator.episodes import Person
from runner.simulator.people import new_person
from runner.simulator.world import NEVER, World

OPEN_EARLY = 588
"""Care leavers in the extract early in the month after the last complete one."""

OPEN_LATE = 543
"""Those left at the end of that month, after records of those who need no more support were closed."""

AGED_17_18, AGED_19_21 = 125, 312
"""How many of those left are of these ages at the end of the last complete month."""

EMPLOYED = ("F1", "F2", "F4", "F5", "P1", "P2", "P4", "P5")
NOT_EMPLOYED = ("G4", "G5", "G6")
SUITABLE = ("U1", "V1", "W1", "Y1", "D1", "K1", "S1", "T1", "Z1")
UNSUITABLE = ("X2", "Z2", "T2", "U2")


def record_care_leavers(world: World) -> None:
    """Adds the care leavers' latest states, refreshed each month, and their pathway plans."""
    dice = world.dice("care leavers")
    last_day = month_end(world.last_month)
    groups = {(17, 18): AGED_17_18, (19, 21): AGED_19_21, (22, 24): OPEN_LATE - AGED_17_18 - AGED_19_21}
    grown_up = [spell.episode.person for spell in world.care_spells if spell.ends_at_eighteen]
    grown_up = [person for person in grown_up if person.eighteenth_birthday <= last_day]
    people = []
    for (youngest, oldest), number in groups.items():
        of_age = [person for person in grown_up if youngest <= person.age_on(last_day) <= oldest]
        chosen = dice.sample(of_age, min(number, len(of_age)))
        while len(chosen) < number:
            born_on = last_day - timedelta(
                days=dice.whole(int(youngest * 365.25) + 3, int((oldest + 1) * 365.25) - 4)
            )
            chosen.append(new_person(world, world.new_id("FA"), born_on, dice))
        people += [(person, False) for person in chosen]
    for _ in range(OPEN_EARLY - OPEN_LATE):
        born_on = last_day - timedelta(days=dice.whole(int(21 * 365.25) + 5, int(24.8 * 365.25)))
        people.append((new_person(world, world.new_id("FA"), born_on, dice), True))
    for person, is_closed in people:
        record_states(world, person, is_closed, dice)
        record_pathway_plans(world, person, dice)


def record_states(world: World, person: Person, is_closed: bool, dice: Dice) -> None:
    """Adds a care leaver's row, corrected as contacts are made and things change."""
    leaver_id = world.new_id("LE")
    team = dice.pick(world.teams["leaving"])
    worker = dice.pick(world.workers[team])
    accommodation = dice.pick(SUITABLE) if dice.chance(0.8) else dice.pick(UNSUITABLE)
    activity = dice.pick(EMPLOYED) if dice.chance(0.45) else dice.pick(NOT_EMPLOYED)
    starts = [month for month in world.months if person.age_on(month) >= 17][::3]
    starts = starts or [world.months[-1]]
    if starts[-1] != world.months[-1]:
        starts.append(world.months[-1])
    changes = [early_extract(month) + DAY for month in starts]
    # The states of the two last months' ends stand in the extract early in the next.
    for place, known_from in enumerate(changes):
        is_last = place + 1 == len(changes)
        if is_last and is_closed:
            return
        if dice.chance(0.1):
            accommodation = dice.pick(SUITABLE) if dice.chance(0.8) else dice.pick(UNSUITABLE)
        if dice.chance(0.15):
            activity = dice.pick(EMPLOYED) if dice.chance(0.45) else dice.pick(NOT_EMPLOYED)
        in_touch = "YES" if dice.chance(0.91) else dice.pick(("NO", "REFU", "NREQ"))
        age = person.age_on(known_from)
        if age > 24:
            return
        eligibility = "Relevant" if age < 18 else "Former relevant"
        world.add(
            "ssd_care_leavers",
            known_from,
            NEVER if is_last else changes[place + 1],
            person=person,
            clea_table_id=leaver_id,
            clea_person_id=person.person_id,
            clea_care_leaver_eligibility=eligibility,
            clea_care_leaver_in_touch=in_touch,
            clea_care_leaver_latest_contact=known_from - timedelta(days=dice.whole(2, 100)),
            clea_care_leaver_accommodation=accommodation,
            clea_care_leaver_accom_suitable=accommodation[1],
            clea_care_leaver_activity=activity,
            clea_pathway_plan_review_date=known_from - timedelta(days=dice.whole(10, 200)),
            clea_care_leaver_personal_advisor=worker,
            clea_care_leaver_allocated_team=team,
            clea_care_leaver_worker_id=worker,
        )


def record_pathway_plans(world: World, person: Person, dice: Dice) -> None:
    """Adds a care leaver's pathway plans, every half year or so."""
    day = max(world.first_day, person.born_on + timedelta(days=17 * 366))
    while True:
        day += timedelta(days=dice.whole(120, 200))
        if day > world.horizon:
            return
        world.add(
            "local_pathway_plans",
            world.prompt(day, dice),
            person=person,
            path_plan_id=world.new_id("PW"),
            path_person_id=person.person_id,
            path_plan_date=day,
        )
