"""Referrals, their assessments, and the contacts before them."""

from bisect import bisect_left
from collections import deque
from datetime import date, timedelta

from runner.simulator.calendar import (
    DAY,
    add_months,
    add_working_days,
    last_working_day,
    month_end,
    month_of,
    working_days_of,
)
from runner.simulator.dice import Dice
from runner.simulator.episodes import Assessment, Episode
from runner.simulator.world import World

LONG_STANDING = 1500
"""Episodes of need opened before the first month and still open when it begins."""


def plan_referrals(world: World) -> None:
    """Plans every month's referrals, brothers and sisters together."""
    dice = world.dice("referrals")
    for _ in range(LONG_STANDING):
        add_long_standing_episode(world, dice)
    for month in world.months:
        wanted = world.targets.of("referrals", month)
        while wanted:
            working = dice.chance(0.95)
            day = dice.pick(working_days_of(month)) if working else dice.day(month, month_end(month))
            world.households += 1
            for _ in range(min(wanted, dice.weighted((1, 2, 3), (60, 85, 100)))):
                known_from = world.prompt(day, dice)
                world.episodes.append(Episode(day, known_from, world.households))
                wanted -= 1
    world.episodes.sort(key=lambda episode: episode.referred_on)


def add_long_standing_episode(world: World, dice: Dice) -> Episode:
    """Adds an episode that began up to eight years before the first month."""
    days_ago = 30 + int(2900 * dice.random() ** 1.6)
    referred_on = last_working_day(world.first_day - timedelta(days=days_ago))
    world.households += 1
    episode = Episode(
        referred_on, world.prompt(referred_on, dice), world.households, is_long_standing=True, service="long"
    )
    world.episodes.append(episode)
    return episode


def plan_assessments(world: World) -> None:
    """Plans assessments by the month they are authorised in, and gives each its episode."""
    dice = world.dice("assessments")
    planned = [dates for month in world.months for dates in authorised_in(world, month, dice)]
    planned += still_open(world, planned, dice)
    planned.sort()

    long_standing = deque(episode for episode in world.episodes if episode.is_long_standing)
    waiting = deque(episode for episode in world.episodes if not episode.is_long_standing)
    window: list[Episode] = []
    for started_on, authorised_on in planned:
        while waiting and waiting[0].referred_on <= started_on:
            window.append(waiting.popleft())
        window = [episode for episode in window if (started_on - episode.referred_on).days <= 7]
        is_first = bool(window)
        if is_first:
            episode = window.pop(dice.whole(0, len(window) - 1))
        else:
            episode = next_to_reassess(long_standing, started_on)
        assessment = Assessment(
            episode,
            started_on,
            authorised_on,
            world.prompt(started_on, dice),
            world.prompt(authorised_on, dice),
            is_first,
        )
        episode.assessments.append(assessment)
        episode.holds(authorised_on, assessment.authorised_known_from)
        world.assessments.append(assessment)
    world.assessed_episodes = [
        episode for episode in world.episodes if episode.assessments and not episode.is_long_standing
    ]


def next_to_reassess(long_standing: deque[Episode], day: date) -> Episode:
    """The long-standing episode that has waited longest for an assessment and is not being assessed."""
    while True:
        episode = long_standing[0]
        long_standing.rotate(-1)
        if episode.referred_on < day and (episode.last_event_on is None or episode.last_event_on < day):
            return episode


def authorised_in(world: World, month: date, dice: Dice) -> list[tuple[date, date]]:
    """Start and authorisation of each assessment that a month completes."""
    completed = world.targets.of("assessments_completed", month)
    in_time = world.targets.of("assessments_in_45_days", month)
    dates = []
    for number in range(completed):
        authorised_on = dice.pick(working_days_of(month))
        if number < in_time:
            taken = 45 if number < 3 else 45 - int(40 * dice.random() ** 1.9)
        else:
            taken = 46 if number < in_time + 2 else 46 + int(34 * dice.random() ** 1.5)
        dates.append((add_working_days(authorised_on, -taken), authorised_on))
    return dates


def still_open(world: World, completed: list[tuple[date, date]], dice: Dice) -> list[tuple[date, date]]:
    """Assessments not yet authorised when the last complete month ends."""
    current = world.months[-1]
    started = [month_of(started_on) for started_on, _ in completed]
    dates = []
    for _ in range(4):
        # Long overdue, and authorised in the current month.
        started_on = dice.pick(working_days_of(world.months[-5]))
        dates.append((started_on, working_days_of(current)[dice.whole(4, 12)]))
    for month, shortest in zip(world.months[-4:], (44, 30, 22, 20), strict=True):
        for _ in range(world.targets.of("assessments_started", month) - started.count(month)):
            started_on = dice.pick(working_days_of(month))
            authorised_on = add_working_days(started_on, shortest + dice.whole(0, 24))
            if authorised_on < current:
                authorised_on = working_days_of(current)[dice.whole(0, 9)]
            dates.append((started_on, authorised_on))
    return dates


def decide_referrals(world: World) -> None:
    """Ends at once the referrals that no assessment followed; plans which are repeats, and which are late."""
    dice = world.dice("repeat referrals")
    for month in world.months:
        received = [
            episode
            for episode in world.episodes
            if not episode.is_long_standing and month_of(episode.referred_on) == month
        ]
        unassessed = [
            episode
            for episode in received
            if not episode.assessments and episode.referred_on <= world.horizon - 7 * DAY
        ]
        for episode in unassessed:
            episode.is_no_further_action = True
            episode.close_reason = "RC7"
            closed_on = episode.referred_on + timedelta(days=dice.whole(0, 3))
            episode.holds(closed_on, world.prompt(closed_on, dice))
        late = dice.sample(unassessed, world.targets.of("referrals_late", month))
        for episode in late:
            episode.known_from = world.late(episode.referred_on, dice)
            episode.holds(episode.referred_on, episode.known_from)
        repeats_late = min(len(late), world.targets.of("repeat_referrals_late", month))
        late_set = set(late)
        prompt = [episode for episode in received if episode not in late_set]
        repeats = world.targets.of("repeat_referrals", month)
        for episode in late[:repeats_late] + dice.sample(prompt, repeats - repeats_late):
            episode.is_repeat = True


def decide_assessments(world: World) -> None:
    """Plans outcomes: case to close, child seen, and the few without a recorded outcome."""
    dice = world.dice("assessment outcomes")
    by_month: dict[date, list[Assessment]] = {}
    for assessment in world.assessments:
        by_month.setdefault(month_of(assessment.authorised_on), []).append(assessment)
    for month, completed in by_month.items():
        can_close = [
            assessment
            for assessment in completed
            if assessment.is_first
            and assessment.episode.is_free
            and assessment.episode.last_event_on <= assessment.authorised_on + 5 * DAY
        ]
        if month <= world.last_month:
            number = world.targets.of("assessments_closed", month)
            unseen = len(completed) - world.targets.of("assessments_child_seen", month)
            without_outcome = world.targets.of("assessments_no_outcome", month)
        else:
            number, unseen, without_outcome = len(completed) // 2, len(completed) // 33, 0
        for assessment in dice.sample(can_close, number):
            assessment.is_case_to_close = True
        for assessment in dice.sample(completed, unseen):
            assessment.is_seen = False
        if month > world.first_day:
            misdate_one(world, month, completed, dice)
        others = [assessment for assessment in completed if not assessment.is_case_to_close]
        for assessment in dice.sample(others, without_outcome):
            assessment.has_outcome = False


def misdate_one(world: World, month: date, completed: list[Assessment], dice: Dice) -> None:
    """Has one overdue assessment first entered as authorised in the month before, and corrected."""
    wrong = working_days_of(add_months(month, -1))[-3]
    if month > world.months[-1]:
        return
    assessment = dice.pick(
        [
            item
            for item in completed
            if (wrong - item.started_on).days > 70
            and world.late_from(month_of(wrong)) <= item.authorised_on
            and item.authorised_known_from <= month_end(month)
        ]
    )
    assessment.was_misdated_on = wrong


def free_episodes(world: World, first: date, last: date) -> list[Episode]:
    """Assessed episodes referred from one date to another of which nothing has come yet."""
    episodes = world.assessed_episodes
    low = bisect_left(episodes, first, key=lambda episode: episode.referred_on)
    high = bisect_left(episodes, last + DAY, key=lambda episode: episode.referred_on)
    return [episode for episode in episodes[low:high] if episode.is_free and not episode.enquiries]
