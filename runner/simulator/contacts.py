"""Contacts: those that led to a referral, and the many that did not."""

from datetime import date, timedelta
from itertools import accumulate

from runner.simulator.calendar import month_end, month_of, working_days_of
from runner.simulator.dice import Dice
from runner.simulator.episodes import Episode, Person
from runner.simulator.journey_rows import CONTACT_FLAGS, SOURCE_HEIGHTS, SOURCES, flags
from runner.simulator.people import new_person
from runner.simulator.world import World

WITHOUT_OUTCOME = 0.15
"""Share of contacts whose outcome is blank; a referral within 14 days is then the only link."""

OTHER_OUTCOMES = ("NFA_FLAG", "ADVICE_FLAG", "OTHER_OUTCOMES_EXIST_FLAG", "OLA_CP_FLAG", "MISSING_FLAG")
OTHER_HEIGHTS = list(accumulate((50, 38, 8, 2, 2)))


def record_contacts(world: World) -> None:
    """Adds every month's contacts."""
    dice = world.dice("contacts")
    referred: dict[date, list[Episode]] = {}
    for episode in world.episodes:
        if not episode.is_long_standing:
            referred.setdefault(month_of(episode.referred_on), []).append(episode)
    lately: list[Person] = []
    for month in world.months:
        total = world.targets.of("contacts", month)
        led = world.targets.of("contacts_referred", month)
        episodes = dice.shuffled(referred[month])
        for number in range(led):
            record_contact_that_led(world, episodes[number % len(episodes)], dice)
        for _ in range(total - led):
            record_other_contact(world, month, episodes, lately, dice)


def record_contact_that_led(world: World, episode: Episode, dice: Dice) -> None:
    """Adds a contact of which a referral came, up to three days later in the same month."""
    contacted_on = max(episode.referred_on - timedelta(days=dice.whole(0, 3)), month_of(episode.referred_on))
    has_outcome = not dice.chance(WITHOUT_OUTCOME)
    outcome = flags(CONTACT_FLAGS, "NEW_REFERRAL_FLAG") if has_outcome else None
    known_from = max(world.prompt(contacted_on, dice), episode.referred_on)
    add_contact(world, episode.person, contacted_on, known_from, outcome, dice)


def record_other_contact(
    world: World, month: date, episodes: list[Episode], lately: list[Person], dice: Dice
) -> None:
    """Adds a contact that led to no referral: about a child already open, or one never referred."""
    kind = dice.random()
    if kind < 0.08:
        episode = dice.pick(episodes)
        contacted_on = dice.day(episode.referred_on, month_end(month))
        outcome = flags(CONTACT_FLAGS, "EXISTING_REFERRAL_FLAG")
        known_from = max(world.prompt(contacted_on, dice), episode.known_from)
        add_contact(world, episode.person, contacted_on, known_from, outcome, dice)
        return
    weekday = dice.chance(0.92)
    contacted_on = dice.pick(working_days_of(month)) if weekday else dice.day(month, month_end(month))
    if kind < 0.36 and lately:
        person = lately[max(0, len(lately) - dice.whole(1, 9000))]
    else:
        born_on = contacted_on - timedelta(days=dice.whole(40, 16 * 365))
        person = new_person(world, world.new_id("FA"), born_on, dice)
        lately.append(person)
    has_outcome = not dice.chance(WITHOUT_OUTCOME)
    outcome = flags(CONTACT_FLAGS, dice.weighted(OTHER_OUTCOMES, OTHER_HEIGHTS)) if has_outcome else None
    is_late = dice.chance(0.012)
    known_from = world.late(contacted_on, dice) if is_late else world.prompt(contacted_on, dice)
    add_contact(world, person, contacted_on, known_from, outcome, dice)


def add_contact(
    world: World, person: Person, contacted_on: date, known_from: date, outcome: str | None, dice: Dice
) -> None:
    """Adds a contact's row."""
    source = dice.weighted(tuple(SOURCES), SOURCE_HEIGHTS)
    world.add(
        "ssd_contacts",
        known_from,
        person=person,
        cont_contact_id=world.new_id("CO"),
        cont_person_id=person.person_id,
        cont_contact_date=contacted_on,
        cont_contact_source_code=source,
        cont_contact_source_desc=SOURCES[source],
        cont_contact_outcome_json=outcome,
    )
