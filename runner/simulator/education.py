"""Schooling of children known to social care and of others: who is a pupil, and who attends."""

from datetime import date

from runner.simulator.calendar import add_months, month_end, working_days_of
from runner.simulator.dice import Dice
from runner.simulator.episodes import Person
from runner.simulator.world import World

KNOWN_PUPILS, OTHER_PUPILS = 900, 400
"""How many of the children in need, and of others, have their attendance reported."""

MONTHS_OF_ATTENDANCE = 18

PERSISTENTLY_ABSENT, SEVERELY_ABSENT = 0.522, 0.082
"""The shares of pupils who missed a tenth, and half, of their sessions in the last complete month."""

MISSED, MISSED_WITHOUT_AUTHORITY = 0.1677, 0.0383
"""The shares of all possible sessions that were missed in that month, and missed without authority."""

NO_SCHOOL = 8
"""The month without a school day."""


class Pupils:
    """The pupils of a council, each with the person where social care knows the child."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._pupils: dict[Person, str] = {}

    def of(self, person: Person | None) -> str:
        """The pupil's id: a person's own, or a new one."""
        if person is None:
            return self.world.new_id("PU")
        if person not in self._pupils:
            self._pupils[person] = self.world.new_id("PU")
        return self._pupils[person]


def school_days(month: date) -> int:
    """Days on which schools are open: the working days less the holidays."""
    if month.month == NO_SCHOOL:
        return 0
    return len(working_days_of(month)) - (10 if month.month in (4, 12) else 0)


def record_attendance(world: World, pupils: Pupils, out_of_school: set[Person]) -> None:
    """Adds the sessions of each pupil on a roll, month by month.

    Args:
        world: The council.
        pupils: Its pupils.
        out_of_school: Children who are on no roll.
    """
    dice = world.dice("attendance")
    known = {
        episode.person
        for episode in world.in_need(month_end(world.last_month))
        if 6 <= episode.person.age_on(world.last_month) <= 15
    }
    chosen = sorted(known - out_of_school, key=lambda person: person.person_id)
    roll = [(pupils.of(person), person) for person in dice.sample(chosen, KNOWN_PUPILS)]
    roll += [(pupils.of(None), None) for _ in range(OTHER_PUPILS)]
    habits = dice.shuffled([place / len(roll) for place in range(len(roll))])
    last = world.months.index(world.last_month)
    for month in world.months[last - MONTHS_OF_ATTENDANCE + 1 : last + 1]:
        possible = 2 * school_days(month)
        if not possible:
            continue
        is_last = month == world.last_month
        change = 1.0 if is_last else 0.94 + 0.12 * dice.random()
        missed = sessions_missed(habits, possible, change, dice)
        unauthorised = shared_out(missed, round(sum(missed) * MISSED_WITHOUT_AUTHORITY / MISSED * change))
        for (pupil, person), absences, of_them in zip(roll, missed, unauthorised, strict=True):
            known_from = add_months(month, 1)
            if person is not None:
                known_from = max(known_from, person.known_from)
            world.add(
                "local_attendance",
                known_from,
                person=person,
                atte_pupil_id=pupil,
                atte_person_id=person.person_id if person else None,
                atte_month=month,
                atte_possible_sessions=possible,
                atte_authorised_absences=absences - of_them,
                atte_unauthorised_absences=of_them,
            )


def sessions_missed(habits: list[float], possible: int, change: float, dice: Dice) -> list[int]:
    """The sessions that each pupil misses, which add up to the share of all that is planted.

    Args:
        habits: Where each pupil stands, from 0 (never absent) to 1: a pupil's own in every month.
        possible: Possible sessions of one pupil in the month.
        change: By what the month's absence differs from that of the last complete month.
        dice: Choices.
    """
    persistent, severe = -(-possible // 10), -(-possible // 2)
    lowest, highest = [], []
    for habit in habits:
        if habit >= 1 - SEVERELY_ABSENT * change:
            lowest.append(severe)
            highest.append(possible)
        elif habit >= 1 - PERSISTENTLY_ABSENT * change:
            lowest.append(persistent)
            highest.append(severe - 1)
        else:
            lowest.append(0)
            highest.append(persistent - 1)
    missed = [low + int((high - low) * dice.random() ** 2) for low, high in zip(lowest, highest, strict=True)]
    excess = sum(missed) - round(len(habits) * possible * MISSED * change)
    step = -1 if excess > 0 else 1
    while excess:
        for place in dice.shuffled(range(len(missed))):
            if excess and lowest[place] <= missed[place] + step <= highest[place]:
                missed[place] += step
                excess += step
    return missed


def shared_out(weights: list[int], total: int) -> list[int]:
    """A total in whole parts, each in proportion to its weight."""
    whole, added, given = sum(weights), 0, 0
    parts = []
    for weight in weights:
        added += weight
        part = added * total // whole - given
        given += part
        parts.append(part)
    return parts
