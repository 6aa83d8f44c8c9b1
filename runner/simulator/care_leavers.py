"""Care leavers: young people of 17 to 25 who were looked after."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from runner.simulator.calendar import DAY, early_extract, month_end, months_earlier
from runner.simulator.dice import Dice
from runner.simulator.episodes import Person
from runner.simulator.people import new_person
from runner.simulator.upkeep import Upkeep
from runner.simulator.world import NEVER, World

BANDS = {"17-18": (17, 18), "19-21": (19, 21), "22-24": (22, 24)}
"""The age bands of a return; records close before the age of 25."""

FINAL = {
    "17-18": {"number": 125, "in_touch": 99, "suitable": 85, "eet": 53},
    "19-21": {"number": 312, "in_touch": 300, "suitable": 265, "eet": 147},
    "22-24": {"number": 106, "in_touch": 95, "suitable": 73, "eet": 39},
}
"""The last complete month, as it stands once its records have been checked."""

EMPLOYED = ("F1", "F2", "F4", "F5", "P1", "P2", "P4", "P5")
NOT_EMPLOYED = ("G4", "G5", "G6")
SUITABLE = ("U1", "V1", "W1", "Y1", "D1", "K1", "S1", "T1", "Z1")
UNSUITABLE = ("X2", "Z2", "T2", "U2")
NOT_IN_TOUCH = ("NO", "REFU", "NREQ")


@dataclass(eq=False)
class Leaver:
    """A care leaver, and what is recorded in each version of the record.

    A version is what the extract early in the month after a month shows; the last one, what is recorded of
    the last complete month from then on.
    """

    person: Person
    joins: int
    leaves: int
    """The versions that hold the record: from the one, until the other."""
    answers: dict[str, list[bool]] = field(default_factory=dict)
    is_unsuitable: list[bool] = field(default_factory=list)

    def is_held(self, version: int) -> bool:
        """Whether a version holds the record."""
        return self.joins <= version < self.leaves


class Records:
    """The versions of the care leavers' records, and who is in each."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dice = world.dice("care leavers")
        self.months = [*world.months[:-1], world.last_month]
        """The month that each version tells about; the last month has two."""
        self.last = len(self.months) - 1
        self.leavers: list[Leaver] = []

    def held(self, version: int) -> list[Leaver]:
        """Who is in a version."""
        return [leaver for leaver in self.leavers if leaver.is_held(version)]

    def target(self, series: str, version: int) -> int:
        """A monthly series; the final version's stands in the last row."""
        months = self.world.months
        return self.world.targets.of(series, months[-1] if version == self.last else self.months[version])

    def newcomer(self, youngest: int, oldest: int, day: date) -> Person:
        """A young person of an age on a day, not known before."""
        days = self.dice.whole(int(youngest * 365.25) + 3, int((oldest + 1) * 365.25) - 4)
        return new_person(self.world, self.world.new_id("FA"), day - timedelta(days=days), self.dice)


def record_care_leavers(world: World) -> None:
    """Adds the care leavers' latest states, as each extract shows them, and their pathway plans."""
    records = Records(world)
    choose_leavers(records)
    for name, among in (("in_touch", 0.8), ("suitable", 0.75), ("eet", 0.6)):
        answer(records, name, among)
    choose_unsuitable(records)
    plans = plan_pathways(records)
    record_states(records, plans)


def choose_leavers(records: Records) -> None:
    """Chooses who is in the last version, and goes back from it: who had not joined, who has left since."""
    world, dice = records.world, records.dice
    last_day = month_end(world.last_month)
    grown_up = [spell.person for spell in world.care_spells if spell.ends_at_eighteen]
    grown_up = [person for person in grown_up if person.eighteenth_birthday <= last_day]
    left_at_eighteen = set(grown_up)
    for band, (youngest, oldest) in BANDS.items():
        number = FINAL[band]["number"]
        of_age = [person for person in grown_up if youngest <= person.age_on(last_day) <= oldest]
        chosen = dice.sample(of_age, min(number, len(of_age)))
        chosen += [records.newcomer(youngest, oldest, last_day) for _ in range(number - len(chosen))]
        records.leavers += [Leaver(person, 0, records.last + 1) for person in chosen]
    for version in range(records.last - 1, -1, -1):
        day = month_end(records.months[version])
        held = records.held(version)
        cannot = [
            leaver
            for leaver in held
            if leaver.person.age_on(day) < 17
            or (leaver.person in left_at_eighteen and leaver.person.eighteenth_birthday > day)
        ]
        wanted = records.target("care_leavers", version)
        others = [leaver for leaver in held if leaver not in set(cannot)]
        others.sort(key=lambda leaver: leaver.person.born_on, reverse=True)
        joined_now = max(0, len(others) - wanted)
        if version < records.last - 1:
            joined_now = max(joined_now, 6)
        for leaver in cannot + dice.sample(others[: max(60, 2 * joined_now)], joined_now):
            leaver.joins = version + 1
        for _ in range(wanted - len(records.held(version))):
            records.leavers.append(Leaver(records.newcomer(21, 23, day), 0, version + 1))


def answer(records: Records, name: str, changes: float) -> None:
    """Decides a question's answer in every version, so that the wanted number answer yes.

    Args:
        records: The records.
        name: The question: a key of FINAL.
        changes: The share of those asked in the first version who answer yes.
    """
    dice = records.dice
    series = f"care_leavers_{name}"
    answers = {leaver: [False] * (records.last + 1) for leaver in records.leavers}
    for leaver in records.leavers:
        leaver.answers[name] = answers[leaver]
    for version in range(records.last, -1, -1):
        held = records.held(version)
        for leaver in held:
            if version < records.last and leaver.is_held(version + 1):
                answers[leaver][version] = answers[leaver][version + 1] ^ dice.chance(0.03)
            else:
                answers[leaver][version] = dice.chance(changes)
        if version == records.last:
            day = month_end(records.months[version])
            for band, (youngest, oldest) in BANDS.items():
                of_age = [each for each in held if youngest <= each.person.age_on(day) <= oldest]
                settle(answers, of_age, version, FINAL[band][name], dice)
        else:
            wanted = records.world.targets.share_of(len(held), series, records.months[version])
            settle(answers, held, version, wanted, dice)


def settle(
    answers: dict[Leaver, list[bool]], asked: list[Leaver], version: int, wanted: int, dice: Dice
) -> None:
    """Changes as few answers of a version as give the wanted number of yes."""
    yes = [leaver for leaver in asked if answers[leaver][version]]
    no = [leaver for leaver in asked if not answers[leaver][version]]
    for leaver in dice.sample(yes, max(0, len(yes) - wanted)):
        answers[leaver][version] = False
    for leaver in dice.sample(no, max(0, wanted - len(yes))):
        answers[leaver][version] = True


def choose_unsuitable(records: Records) -> None:
    """Decides whose accommodation is recorded as unsuitable; of others not in a suitable one nothing is."""
    for leaver in records.leavers:
        leaver.is_unsuitable = [False] * (records.last + 1)
    for version in range(records.last, -1, -1):
        can_be = [leaver for leaver in records.held(version) if not leaver.answers["suitable"][version]]
        wanted = min(len(can_be), records.target("care_leavers_unsuitable", version))
        later = version + 1
        before = [
            leaver
            for leaver in can_be
            if later <= records.last and leaver.is_unsuitable[later] and records.dice.chance(0.8)
        ]
        chosen = before[:wanted]
        others = [leaver for leaver in can_be if leaver not in set(chosen)]
        chosen += records.dice.sample(others, wanted - len(chosen))
        for leaver in chosen:
            leaver.is_unsuitable[version] = True


def plan_pathways(records: Records) -> dict[Leaver, list[date]]:
    """Plans when pathway plans are made, so that the wanted share is no older than six months."""
    upkeep = Upkeep[Leaver](6, records.dice)
    for leaver in records.leavers:
        first = records.months[leaver.joins]
        day = records.dice.day(first, first + 25 * DAY)
        if leaver.joins == 0:
            day = months_earlier(day, records.dice.whole(0, 6))
        upkeep.start(leaver, [day] if records.dice.chance(0.85) else [])
    for version, month in enumerate(records.months):
        if month == records.world.last_month and version < records.last:
            continue
        held = records.held(version)
        wanted = records.world.targets.share_of(len(held), "pathway_plans", month)
        upkeep.keep_up(held, month, wanted)
    for leaver, days in upkeep.done.items():
        for day in days:
            records.world.add(
                "local_pathway_plans",
                records.world.prompt(day, records.dice),
                person=leaver.person,
                path_plan_id=records.world.new_id("PW"),
                path_person_id=leaver.person.person_id,
                path_plan_date=day,
            )
    return upkeep.done


def record_states(records: Records, plans: dict[Leaver, list[date]]) -> None:
    """Adds every version of every record."""
    world, dice = records.world, records.dice
    visited: dict[int, set[Leaver]] = {}
    for version in range(records.last + 1):
        day = month_end(records.months[version])
        adults = [leaver for leaver in records.held(version) if leaver.person.age_on(day) >= 18]
        wanted = len(adults) * records.target("care_leavers_visited", version) // 1000
        visited[version] = set(dice.sample(adults, wanted))
    for leaver in records.leavers:
        leaver_id, team = world.new_id("LE"), dice.pick(world.teams["leaving"])
        worker = dice.pick(world.workers[team])
        place, activity = None, None
        known_from = first_known(records, leaver.joins, dice)
        for version in range(leaver.joins, leaver.leaves):
            until = NEVER if version == records.last else first_known(records, version + 1, dice)
            last_day = month_end(records.months[version])
            is_suitable, is_employed = leaver.answers["suitable"][version], leaver.answers["eet"][version]
            place = keep(place, SUITABLE if is_suitable else UNSUITABLE, dice)
            activity = keep(activity, EMPLOYED if is_employed else NOT_EMPLOYED, dice)
            is_recorded = is_suitable or leaver.is_unsuitable[version]
            reviewed = [day for day in plans[leaver] if day <= min(last_day, known_from)]
            is_adult = leaver.person.age_on(last_day) >= 18
            contact = last_day - dice.whole(113, 240) * DAY
            if leaver in visited[version] or not is_adult:
                contact = min(last_day, known_from) - dice.whole(1, 80) * DAY
            in_touch = "YES" if leaver.answers["in_touch"][version] else dice.pick(NOT_IN_TOUCH)
            world.add(
                "ssd_care_leavers",
                known_from,
                until,
                person=leaver.person,
                clea_table_id=leaver_id,
                clea_person_id=leaver.person.person_id,
                clea_care_leaver_eligibility="Former relevant" if is_adult else "Relevant",
                clea_care_leaver_in_touch=in_touch,
                clea_care_leaver_latest_contact=contact,
                clea_care_leaver_accommodation=place if is_recorded else None,
                clea_care_leaver_accom_suitable=("1" if is_suitable else "2") if is_recorded else None,
                clea_care_leaver_activity=activity,
                clea_pathway_plan_review_date=reviewed[-1] if reviewed else None,
                clea_care_leaver_personal_advisor=worker,
                clea_care_leaver_allocated_team=team,
                clea_care_leaver_worker_id=worker,
            )
            known_from = until


def first_known(records: Records, version: int, dice: Dice) -> date:
    """From when the extracts show a version: some day after the extract that showed the one before."""
    shown_before = early_extract(records.world.months[version])
    return shown_before + timedelta(days=dice.whole(1, 18))


def keep(code: str | None, codes: Iterable[str], dice: Dice) -> str:
    """The same code where it still fits, else another."""
    return code if code in codes else dice.pick(tuple(codes))
