"""Suspensions, permanent exclusions and their reviews, as far back as schools' returns are kept."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import cycle

from runner.simulator.calendar import (
    DAY,
    add_months,
    early_extract,
    month_end,
    next_working_day,
    working_days_of,
)
from runner.simulator.dice import Dice
from runner.simulator.education import school_days, shared_out
from runner.simulator.world import World

MONTHS_KEPT = 60
"""Months of returns, the last of them the last complete month. The totals below are of all of them."""

PUPILS_SUSPENDED = 31_909
"""Pupils suspended in a month, added up over the months."""

SUSPENSIONS = 139_144

SESSIONS_LOST = 536_511
"""Half-day sessions: 268,255.5 school days. No number of half days makes the 268,255.45 published."""

EXCLUSIONS = 2556
EXCLUSIONS_IN_LAST_MONTH = 25

GOVERNING_BOARD, REVIEW_PANEL = "governing board", "independent review panel"
REVIEWED_BY_BOARD = 1853
DECIDED_BY_BOARD = {"upheld": 1626, "reinstated": 111}
REVIEWED_BY_PANEL = 87
DECIDED_BY_PANEL = {"redirected": 29, "upheld": 18, "quashed": 15}

POOL = 9973
"""Pupils who are ever suspended; a prime, so that any step through them passes each once."""


@dataclass(eq=False, slots=True)
class Exclusion:
    """A permanent exclusion."""

    exclusion_id: str
    excluded_on: date
    known_from: date


def record_exclusions(world: World) -> None:
    """Adds suspensions, permanent exclusions and the reviews of these."""
    dice = world.dice("exclusions")
    months = [add_months(world.last_month, -back) for back in range(MONTHS_KEPT - 1, -1, -1)]
    record_suspensions(world, months, dice)
    exclusions = record_permanent_exclusions(world, months, dice)
    record_reviews(world, exclusions, dice)


def record_suspensions(world: World, months: list[date], dice: Dice) -> None:
    """Adds every month's suspensions, which the schools return together early in the next month.

    There are many, so the rows are written as lines, without a dictionary for each.
    """
    weights = [round(school_days(month) * (0.9 + 0.2 * dice.random()) * 1000) for month in months]
    pupils = shared_out(weights, PUPILS_SUSPENDED)
    suspensions = shared_out(weights, SUSPENSIONS)
    sessions = shared_out(suspensions, SESSIONS_LOST)
    number = 0
    for month, its_pupils, its_suspensions, its_sessions in zip(
        months, pupils, suspensions, sessions, strict=True
    ):
        if its_suspensions:
            lines = suspension_lines(world, month, number, (its_pupils, its_suspensions, its_sessions), dice)
            world.add_lines("local_suspensions", early_extract(add_months(month, 1)), lines)
            number += its_suspensions


def suspension_lines(
    world: World, month: date, number: int, totals: tuple[int, int, int], dice: Dice
) -> list[str]:
    """A month's suspensions as lines: id, pupil, first day, sessions lost.

    Args:
        world: The council.
        month: First day of the month.
        number: Suspensions before this month.
        totals: The month's pupils, suspensions and sessions lost.
        dice: Choices.
    """
    pupils, suspensions, sessions = totals
    often = shared_out([dice.whole(0, 6) for _ in range(pupils)], suspensions - pupils)
    pattern = cycle((2, 3, 6, 2, 4, 1, 9, 2, 5, 3))
    lost = shared_out([next(pattern) for _ in range(suspensions)], sessions - suspensions)
    days = [day.isoformat() for day in working_days_of(month)]
    pupil, step = dice.whole(0, POOL - 1), dice.whole(1, POOL - 1)
    start = f"SU{world.council:03d}"
    pupil_start = f"SP{world.council:03d}"
    lines = []
    for more in often:
        pupil = (pupil + step) % POOL
        first = dice.whole(0, len(days) - 1)
        for time in range(more + 1):
            place = len(lines)
            day = days[(first + time * len(days) // (more + 1)) % len(days)]
            lines.append(f"{start}{number + place + 1:06d},{pupil_start}{pupil:06d},{day},{lost[place] + 1}")
    return lines


def record_permanent_exclusions(world: World, months: list[date], dice: Dice) -> list[Exclusion]:
    """Adds the permanent exclusions of every month kept, and of the month of the last extract."""
    weights = [round(school_days(month) * (0.8 + 0.4 * dice.random()) * 1000) for month in months[:-1]]
    numbers = [*shared_out(weights, EXCLUSIONS - EXCLUSIONS_IN_LAST_MONTH), EXCLUSIONS_IN_LAST_MONTH]
    after = add_months(world.last_month, 1)
    numbers.append(dice.whole(20, 40) if school_days(after) else 0)
    exclusions = []
    for month, number in zip([*months, after], numbers, strict=True):
        for day in sorted(dice.pick(working_days_of(month)) for _ in range(number)):
            exclusion = Exclusion(world.new_id("EX"), day, world.prompt(day, dice))
            exclusions.append(exclusion)
            world.add(
                "local_exclusions",
                exclusion.known_from,
                excl_exclusion_id=exclusion.exclusion_id,
                excl_pupil_id=f"SP{world.council:03d}{dice.whole(0, POOL - 1):06d}",
                excl_date=day,
            )
    return exclusions


def record_reviews(world: World, exclusions: list[Exclusion], dice: Dice) -> None:
    """Adds the reviews by governing boards, and by panels of some of what these upheld.

    Of the reviews referred by the end of the last complete month so many were decided by then as were
    published; the others wait, or ended without a decision that was recorded.
    """
    last_day = month_end(world.last_month)
    waits = {
        exclusion: (
            next_working_day(exclusion.excluded_on + timedelta(days=dice.whole(1, 7))),
            dice.whole(7, 20),
        )
        for exclusion in exclusions
    }
    referred = [exclusion for exclusion in exclusions if waits[exclusion][0] <= last_day]
    later = [exclusion for exclusion in exclusions if waits[exclusion][0] > last_day]
    reviewed = dice.sample(referred, REVIEWED_BY_BOARD)
    reviewed += [exclusion for exclusion in later if waits[exclusion][0] <= world.horizon]
    decided = [
        exclusion
        for exclusion in reviewed
        if next_working_day(waits[exclusion][0] + timedelta(days=waits[exclusion][1])) <= last_day
    ]
    outcomes = dict(zip(decided, dealt(DECIDED_BY_BOARD, len(decided), dice), strict=True))
    for exclusion in reviewed:
        referred_on, days = waits[exclusion]
        outcome = outcomes.get(exclusion, "upheld")
        record_review(world, exclusion, GOVERNING_BOARD, referred_on, days, outcome, dice)
    upheld = [
        exclusion
        for exclusion in decided
        if outcomes[exclusion] == "upheld" and exclusion.excluded_on < last_day - 120 * DAY
    ]
    to_panel = dice.sample(upheld, REVIEWED_BY_PANEL)
    for exclusion, outcome in zip(to_panel, dealt(DECIDED_BY_PANEL, len(to_panel), dice), strict=True):
        referred_on = next_working_day(exclusion.excluded_on + timedelta(days=dice.whole(35, 50)))
        record_review(world, exclusion, REVIEW_PANEL, referred_on, dice.whole(20, 45), outcome, dice)


def dealt(outcomes: dict[str, int], number: int, dice: Dice) -> list[str | None]:
    """So many outcomes in another order; none for those left over."""
    dealt_out = [outcome for outcome, times in outcomes.items() for _ in range(times)]
    return dice.shuffled(dealt_out + [None] * (number - len(dealt_out)))


def record_review(
    world: World,
    exclusion: Exclusion,
    body: str,
    referred_on: date,
    days: int,
    outcome: str | None,
    dice: Dice,
) -> None:
    """Adds a review: referred, and decided so many days later if that lies in the past.

    A decision after the last complete month is not known at the extract early in the month after.
    """
    decided_on = next_working_day(referred_on + timedelta(days=days))
    decided_known_from = None
    if decided_on <= world.horizon:
        decided_known_from = world.prompt(decided_on, dice)
    if decided_known_from is not None and decided_on > month_end(world.last_month):
        decided_known_from = max(decided_known_from, world.late_from(world.last_month))
    world.add_spell(
        "local_exclusion_reviews",
        max(exclusion.known_from, world.prompt(referred_on, dice)),
        decided_known_from,
        {"exrv_decision_date": decided_on, "exrv_outcome": outcome},
        exrv_review_id=world.new_id("ER"),
        exrv_exclusion_id=exclusion.exclusion_id,
        exrv_body=body,
        exrv_referred_date=referred_on,
    )
