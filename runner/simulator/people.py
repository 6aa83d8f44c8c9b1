"""Who the children are."""

from bisect import bisect_left
from datetime import date, timedelta
from itertools import accumulate

from runner.simulator.calendar import DAY, years_before
from runner.simulator.care import born_for_care
from runner.simulator.dice import Dice
from runner.simulator.episodes import Episode, Person
from runner.simulator.world import World

ETHNICITIES = {
    "WBRI": 812, "WOTH": 38, "WROM": 6, "WIRT": 4, "WIRI": 3, "MWBC": 14, "MWBA": 9, "MWAS": 11, "MOTH": 15,
    "AIND": 7, "APKN": 8, "ABAN": 5, "CHNE": 2, "AOTH": 12, "BCRB": 5, "BAFR": 14, "BOTH": 6, "OOTH": 13,
    "REFU": 3, "NOBT": 13,
}  # fmt: skip
ETHNICITY_HEIGHTS = list(accumulate(ETHNICITIES.values()))
FORENAMES = ("Alder", "Ash", "Bay", "Briar", "Bryony", "Cedar", "Clover", "Elder", "Fern", "Flax", "Hazel",
    "Heath", "Holly", "Ivy", "Juniper", "Laurel", "Linden", "Maple", "Myrtle", "Olive", "Poppy", "Reed",
    "Robin", "Rowan", "Sage", "Sorrel", "Tansy", "Teasel", "Willow", "Wren")  # fmt: skip
SURNAMES = ("Brookfield", "Coombe", "Copse", "Croft", "Dale", "Fallow", "Farthing", "Ford", "Furlong",
    "Glade", "Grange", "Hedgerow", "Hollow", "Holt", "Lane", "Lea", "Marsh", "Meadow", "Mere", "Millrace",
    "Moor", "Orchard", "Paddock", "Quarry", "Ridge", "Stile", "Thicket", "Tor", "Weir", "Wold")  # fmt: skip


def name_people(world: World) -> None:
    """Gives each episode its child, in order of referral: a repeat referral is of a child known lately."""
    dice = world.dice("people")
    world.episodes.sort(key=lambda episode: episode.referred_on)
    families: dict[int, str] = {}
    ended: list[Episode] = []
    for episode in world.episodes:
        if episode.is_repeat:
            episode.person = ended.pop(earlier_episode(episode, ended, dice)).person
        else:
            if episode.household not in families:
                families[episode.household] = world.new_id("FA")
            episode.person = new_person(
                world, families[episode.household], born_on(world, episode, dice), dice
            )
        if episode.was_closed_early and episode.closed_on is not None:
            ended.append(episode)


def earlier_episode(episode: Episode, ended: list[Episode], dice: Dice) -> int:
    """Where the list holds an episode of a child last referred less than twelve months before, and closed."""
    first = bisect_left(ended, episode.referred_on - timedelta(days=357), key=lambda item: item.referred_on)
    while True:
        place = dice.whole(first, len(ended) - 1)
        earlier = ended[place]
        if (
            earlier.closed_known_from < episode.referred_on
            and earlier.person.born_on <= episode.referred_on
            and earlier.person.age_on(episode.referred_on) < 15
        ):
            return place


def born_on(world: World, episode: Episode, dice: Dice) -> date:
    """A date of birth that suits what happens to the child."""
    if episode.care_spells:
        spell = episode.care_spells[0]
        return born_for_care(world, spell, dice)
    if any(plan.is_repeat for plan in episode.protection_plans):
        return episode.referred_on - timedelta(days=dice.whole(8 * 365, 14 * 365))
    if episode.is_long_standing:
        if episode.is_free and not episode.assessments and dice.chance(0.45):
            # A young person who has grown up and is still supported.
            return world.horizon - timedelta(days=dice.whole(18 * 365 + 20, 24 * 365))
        age = dice.whole(60, max(61, (episode.referred_on - years_before(world.horizon, 17)).days))
        return episode.referred_on - timedelta(days=min(age, 16 * 365))
    if dice.chance(0.02) and not episode.is_no_further_action:
        return episode.referred_on + timedelta(days=dice.whole(10, 180))
    return episode.referred_on - timedelta(days=dice.whole(5, int(15.4 * 365)))


def new_person(world: World, family_id: str, born: date, dice: Dice) -> Person:
    """A person not known before."""
    person = Person(
        world.new_id("PE"),
        family_id,
        born,
        "M" if dice.chance(0.53) else "F",
        dice.weighted(tuple(ETHNICITIES), ETHNICITY_HEIGHTS),
    )
    world.people.append(person)
    return person


def record_people(world: World) -> None:
    """Adds the rows about who people are; an unborn child's row is corrected after the birth."""
    dice = world.dice("person rows")
    for number, person in enumerate(world.people, start=1):
        if person.known_from is None:
            continue
        send = dice.chance(0.16)
        upn = f"X{world.council:03d}{number:09d}" if dice.chance(0.9) else None
        same = {
            "pers_legacy_id": f"L{world.council:03d}{number:06d}",
            "pers_person_id": person.person_id,
            "pers_surname": SURNAMES[int(person.family_id[2:]) % len(SURNAMES)],
            "pers_ethnicity": person.ethnicity,
            "pers_is_mother": "N",
        }
        born = {
            "pers_upn": upn,
            "pers_forename": dice.pick(FORENAMES),
            "pers_sex": person.sex,
            "pers_gender": person.sex,
            "pers_dob": person.born_on,
            "pers_upn_unknown": None if upn else "UN1",
            "pers_send_flag": "Y" if send else "N",
            "pers_nationality": "GB",
        }
        if person.born_on > person.known_from:
            birth_known_from = world.prompt(person.born_on, dice)
            unborn = {"pers_sex": "U", "pers_expected_dob": person.born_on + dice.whole(-9, 9) * DAY}
            world.add("ssd_person", person.known_from, birth_known_from, **same, **unborn)
            world.add("ssd_person", birth_known_from, **same, **born)
        else:
            world.add("ssd_person", person.known_from, **same, **born)
