"""Children missing education, and children educated at home by choice."""

from dataclasses import dataclass
from datetime import date, timedelta

from runner.simulator.calendar import add_months, early_extract, month_end
from runner.simulator.dice import Dice
from runner.simulator.education import Pupils
from runner.simulator.episodes import Person
from runner.simulator.world import World

STARTED_BEFORE = 2
"""Months for which a child's standing with social care has not changed when the child is chosen."""


@dataclass(frozen=True)
class Kind:
    """A reason to be on no school's roll.

    Attributes:
        table: Where its spells are recorded.
        prefix: What the table's columns begin with.
        letters: What the ids of its spells begin with.
        known: Children out of school at the end of the last complete month, by their standing.
        others: Those not open to social care.
        monthly_growth: What the stock of others grows by in a month.
        monthly_ends: The share of it that ends in a month.
    """

    table: str
    prefix: str
    letters: str
    known: dict[str, int]
    others: int
    monthly_growth: float
    monthly_ends: float


KINDS = (
    Kind(
        "local_children_missing_education",
        "cmed",
        "ME",
        {"looked after": 9, "on a CP plan": 8, "in need": 4},
        others=106,
        monthly_growth=0.005,
        monthly_ends=0.2,
    ),
    Kind(
        "local_home_education",
        "ehed",
        "HE",
        {"looked after": 0, "on a CP plan": 2, "in need": 14},
        others=2859,
        monthly_growth=0.009,
        monthly_ends=0.025,
    ),
)


def record_out_of_school(world: World, pupils: Pupils) -> set[Person]:
    """Adds the spells of both kinds.

    Returns:
        The children of social care who are out of school in the last complete month, on no roll then.
    """
    dice = world.dice("out of school")
    candidates = {standing: dice.shuffled(people) for standing, people in children_by_standing(world).items()}
    out_of_school = set()
    for kind in KINDS:
        for standing, number in kind.known.items():
            people = candidates[standing]
            for person in people[:number]:
                out_of_school.add(person)
                record_known(world, kind, pupils, person, dice)
            for person in people[number : 4 * number]:
                record_known(world, kind, pupils, person, dice, is_over=True)
            candidates[standing] = people[4 * number :]
        record_others(world, kind, pupils, dice)
    return out_of_school


def children_by_standing(world: World) -> dict[str, list[Person]]:
    """Children of school age who are, and have been for months, looked after, on a plan or in need."""
    last_day = month_end(world.last_month)
    since = add_months(world.last_month, -STARTED_BEFORE)
    extract = early_extract(add_months(world.last_month, 1))

    def people(items: list) -> list[Person]:
        """The children of what has been open and known so long, and stays open, in order of their ids."""
        found = {
            item.episode.person
            for item in items
            if item.started_on < since and item.known_from < since and item.ended_on is None
        }
        return sorted(
            (
                person
                for person in found
                if person.known_from <= extract
                and person.age_on(since) >= 5
                and person.age_on(last_day) <= 15
            ),
            key=lambda person: person.person_id,
        )

    in_care = {spell.episode.person for spell in world.care_spells}
    on_plans = {plan.episode.person for plan in world.protection_plans}
    return {
        "looked after": people(
            [
                spell
                for spell in world.looked_after(last_day)
                if spell.began_as_short_break_on is None and spell.re_entered_on is None
            ]
        ),
        "on a CP plan": [
            person for person in people(world.on_a_protection_plan(last_day)) if person not in in_care
        ],
        "in need": [
            person
            for person in people(world.on_a_need_plan(last_day))
            if person not in in_care and person not in on_plans
        ],
    }


def record_known(
    world: World, kind: Kind, pupils: Pupils, person: Person, dice: Dice, is_over: bool = False
) -> None:
    """Adds a spell of a child known to social care, open at the end of the last complete month or over."""
    if is_over:
        started_on = dice.day(world.months[6], world.months[-6])
        ended_on = started_on + timedelta(days=dice.whole(30, 120))
    else:
        started_on = dice.day(world.months[-12], world.last_month)
        ended_on = None
    record_spell(world, kind, pupils.of(person), person, started_on, ended_on, dice)


def record_others(world: World, kind: Kind, pupils: Pupils, dice: Dice) -> None:
    """Adds the spells of children not open to social care, so many that the stock comes out each month."""
    last = world.months.index(world.last_month)
    stock = [round(kind.others * (1 - kind.monthly_growth * (last - place))) for place in range(last + 2)]
    open_spells = [world.first_day - timedelta(days=dice.whole(1, 1500)) for _ in range(stock[0])]
    for place, month in enumerate(world.months):
        ending = set(dice.shuffled(range(len(open_spells)))[: round(stock[place] * kind.monthly_ends)])
        for spell in ending:
            ended_on = dice.day(month, month_end(month))
            record_spell(world, kind, pupils.of(None), None, open_spells[spell], ended_on, dice)
        open_spells = [started_on for spell, started_on in enumerate(open_spells) if spell not in ending]
        open_spells += [dice.day(month, month_end(month)) for _ in range(stock[place] - len(open_spells))]
    for started_on in open_spells:
        record_spell(world, kind, pupils.of(None), None, started_on, None, dice)


def record_spell(
    world: World,
    kind: Kind,
    pupil: str,
    person: Person | None,
    started_on: date,
    ended_on: date | None,
    dice: Dice,
) -> None:
    """Adds a spell, known within days and not before the person is."""
    known_from = world.prompt(started_on, dice)
    if person is not None:
        known_from = max(known_from, person.known_from)
    world.add_spell(
        kind.table,
        known_from,
        world.prompt(ended_on, dice) if ended_on is not None else None,
        {f"{kind.prefix}_end_date": ended_on},
        person=person,
        **{
            f"{kind.prefix}_episode_id": world.new_id(kind.letters),
            f"{kind.prefix}_pupil_id": pupil,
            f"{kind.prefix}_person_id": person.person_id if person else None,
            f"{kind.prefix}_start_date": started_on,
        },
    )
