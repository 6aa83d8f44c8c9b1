"""Section 47 enquiries, initial conferences and child protection plans."""

from collections import Counter
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
from runner.simulator.episodes import Conference, Enquiry, Episode, ProtectionPlan
from runner.simulator.front_door import free_episodes
from runner.simulator.world import World

UNDER_PLAN = 6
"""Enquiries of the last complete month about children already on a plan."""

NO_FURTHER_ACTION = 0.05
"""Share of a month's enquiries known by the next extract that end in no further action."""

LONG_PLANS = (5, 5, 2)
"""Plans of two years or more: open after the last complete month, ended in it, ended in the month before."""

LONG = 730
"""Days after which a plan counts as a long one."""


def plan_protection(world: World) -> None:
    """Plans conferences first, then the enquiries that led to them, other enquiries, plans and their ends."""
    dice = world.dice("protection")
    conferences = {month: conferences_of(world, month, dice) for month in world.months}
    under_plan = plan_enquiries(world, [item for month in world.months for item in conferences[month]], dice)
    for month in world.months:
        start_plans(world, month, conferences[month], dice)
    early_starts = [plan for plan in world.protection_plans if plan.started_on < world.months[5]]
    for plan in dice.sample(early_starts, sum(LONG_PLANS)):
        plan.stays_long = True
    add_opening_plans(world, dice)
    add_plans_for_other_authorities(world, dice)
    for month in world.months:
        end_plans(world, month, dice)
    for enquiry in under_plan:
        enquire_under_a_plan(world, enquiry, dice)


def plan_enquiries(world: World, conferences: list[Conference], dice: Dice) -> list[Enquiry]:
    """Plans every enquiry, and finds its episode and that of its conference.

    Returns:
        The enquiries about children already on a plan, whose episodes are found when plans are known.
    """
    enquiries = [conference.enquiry for conference in conferences if conference.enquiry]
    led_on = Counter(month_of(enquiry.ended_on) for enquiry in enquiries)
    under_plan: list[Enquiry] = []
    for month in world.months:
        others = other_enquiries(world, month, world.targets.of("s47_enquiries", month) - led_on[month], dice)
        for enquiry in dice.sample(others, world.targets.of("s47_enquiries_late", month)):
            enquiry.ended_known_from = world.late(enquiry.ended_on, dice)
        prompt = [item for item in others if item.ended_known_from < world.late_from(month)]
        on_plan = dice.sample(prompt, UNDER_PLAN if month == world.last_month else dice.whole(5, 9))
        under_plan += on_plan
        set_aside = set(on_plan)
        free = [item for item in prompt if item not in set_aside and not item.awaits_conference]
        completed = len(prompt) + world.targets.of("s47_led_to_icpc", month)
        for enquiry in dice.sample(free, round(NO_FURTHER_ACTION * completed)):
            enquiry.is_no_further_action = True
        enquiries += [item for item in others if item not in set_aside]

    for enquiry in sorted(enquiries, key=lambda item: item.started_on):
        episode = choose_episode(world, enquiry.started_on, dice)
        episode.enquiries.append(enquiry)
        episode.holds(enquiry.ended_on, enquiry.ended_known_from)
        if enquiry.conference is not None:
            confer(episode, enquiry.conference)
    for conference in conferences:
        if conference.enquiry is None:
            confer(choose_episode(world, conference.held_on - 5 * DAY, dice), conference)
    return under_plan


def confer(episode: Episode, conference: Conference) -> None:
    """Gives a conference its episode."""
    conference.episode = episode
    episode.conferences.append(conference)
    episode.service = "protection"
    episode.holds(conference.held_on, conference.known_from)


def enquire_under_a_plan(world: World, enquiry: Enquiry, dice: Dice) -> None:
    """Gives an enquiry to a child who is on a plan throughout, and about whom there is no other just then."""
    plans = [
        plan
        for plan in world.protection_plans
        if plan.started_on + 10 * DAY < enquiry.started_on
        and (plan.ended_on is None or plan.ended_on > enquiry.ended_on)
        and plan.known_from < enquiry.started_on
        and not plan.is_for_other_authority
        and all(
            other.ended_on < enquiry.started_on or other.started_on > enquiry.ended_on
            for other in plan.episode.enquiries
        )
    ]
    episode = dice.pick(plans).episode
    episode.enquiries.append(enquiry)
    episode.holds(enquiry.ended_on, enquiry.ended_known_from)


def conferences_of(world: World, month: date, dice: Dice) -> list[Conference]:
    """A month's conferences, each with the enquiry that led to it where there was one."""
    targets = world.targets
    linked = targets.of("icpcs_linked", month)
    in_time = targets.of("icpcs_in_15_days", month)
    month_before = max(add_months(month, -1), world.first_day)
    from_month_before = targets.of("icpcs_month_after_s47", month_before)
    late_in_time = targets.of("icpcs_in_15_days_late", month)
    late_others = targets.of("icpcs_linked_late", month) - late_in_time
    origins = dice.shuffled([True] * from_month_before + [False] * (linked - from_month_before))
    conferences = []
    for number, is_from_month_before in enumerate(origins):
        is_in_time = number < in_time
        is_late = number < late_in_time or in_time <= number < in_time + late_others
        if month == world.months[-1] and is_from_month_before:
            # What came of the last complete month's enquiries is known by the last day.
            is_late = False
        held_on, started_on, ended_on = conference_dates(
            month, is_in_time, is_from_month_before, number in (0, in_time), dice
        )
        known_from = world.late(held_on, dice) if is_late else world.prompt(held_on, dice)
        ended_known_from = min(world.prompt(ended_on, dice), known_from)
        enquiry = Enquiry(
            started_on,
            ended_on,
            min(world.prompt(started_on, dice), ended_known_from),
            max(ended_on, ended_known_from),
            True,
        )
        enquiry.conference = Conference(held_on, known_from, enquiry)
        conferences.append(enquiry.conference)
    for kind in ("icpcs_transfer_in", "icpcs_unlinked"):
        for _ in range(targets.of(kind, month)):
            held_on = dice.pick(working_days_of(month))
            conferences.append(
                Conference(held_on, world.prompt(held_on, dice), None, kind == "icpcs_transfer_in")
            )
    return conferences


def conference_dates(
    month: date, is_in_time: bool, is_from_month_before: bool, is_on_boundary: bool, dice: Dice
) -> tuple[date, date, date]:
    """When a conference was held, and when its enquiry started and ended."""
    days = working_days_of(month)
    if is_in_time:
        taken = 15 if is_on_boundary else 15 - int(7 * dice.random() ** 1.6)
    else:
        taken = 16 if is_on_boundary else 16 + int(16 * dice.random() ** 1.7)
    if is_from_month_before:
        place = dice.whole(0, min(9, taken - 2))
        longest = taken - 1
        shortest = place + 1
    else:
        place = dice.whole(2, len(days) - 1)
        longest = min(place, taken - 1)
        shortest = 1
    after_end = min(longest, shortest + dice.whole(0, 4))
    held_on = days[place]
    return held_on, add_working_days(held_on, -taken), add_working_days(held_on, -after_end)


def other_enquiries(world: World, month: date, number: int, dice: Dice) -> list[Enquiry]:
    """A month's enquiries that led to no conference, or to none yet."""
    enquiries = []
    awaiting = 9 if month >= world.last_month else 2
    for place in range(number):
        ended_on = dice.pick(working_days_of(month))
        started_on = add_working_days(ended_on, -dice.whole(2, 14))
        enquiry = Enquiry(
            started_on, ended_on, world.prompt(started_on, dice), world.prompt(ended_on, dice), False
        )
        enquiry.known_from = min(enquiry.known_from, enquiry.ended_known_from)
        enquiry.awaits_conference = place < awaiting
        enquiries.append(enquiry)
    return dice.shuffled(enquiries)


def choose_episode(world: World, day: date, dice: Dice) -> Episode:
    """An episode lately opened on which there is no enquiry yet, else one of the long-standing ones."""
    for days in (12, 30, 60):
        episodes = free_episodes(world, day - timedelta(days=days), day)
        if episodes:
            return dice.pick(episodes)
    return dice.pick(
        [
            episode
            for episode in world.episodes
            if episode.is_long_standing
            and episode.is_free
            and not episode.enquiries
            and episode.referred_on < day
        ]
    )


def start_plans(
    world: World,
    month: date,
    conferences: list[Conference],
    dice: Dice,
) -> None:
    """Starts a month's plans at its conferences, transfers in first; some are recorded late."""
    targets = world.targets
    late_from = world.late_from(month)
    wanted = targets.of("cp_plan_starts", month)
    wanted_late = targets.of("cp_plan_starts_late", month)
    late_conferences = [item for item in conferences if item.known_from >= late_from]
    prompt_conferences = dice.shuffled([item for item in conferences if item.known_from < late_from])
    prompt_conferences.sort(key=lambda item: not item.is_transfer_in)
    from_late = min(len(late_conferences), wanted_late - round(wanted_late / 7))
    from_late = max(from_late, wanted - len(prompt_conferences))
    repeats_late = targets.of("repeat_cp_plans_late", month)

    plans: list[ProtectionPlan] = []
    for conference in dice.sample(late_conferences, from_late) + prompt_conferences[: wanted - from_late]:
        plan = ProtectionPlan(conference.held_on, conference.known_from, episode=conference.episode)
        conference.plan = plan
        plans.append(plan)
    for plan in plans[from_late : from_late + max(0, wanted_late - from_late)]:
        plan.known_from = max(plan.known_from, world.late(plan.started_on, dice))
    late = [plan for plan in plans if plan.known_from >= late_from]
    for plan in dice.sample(late, targets.of("cp_plan_starts_very_late", month)):
        plan.known_from = max(plan.known_from, world.very_late(plan.started_on, dice))

    # An earlier plan needs a child who was not known before for another reason.
    late_set = set(late)
    for group, number in (
        (late, repeats_late),
        (
            [plan for plan in plans if plan not in late_set],
            targets.of("repeat_cp_plans", month) - repeats_late,
        ),
    ):
        for plan in dice.sample(
            [plan for plan in group if not (plan.episode.is_repeat or plan.episode.is_long_standing)], number
        ):
            plan.is_repeat = True
    for plan in plans:
        plan.episode.protection_plans.append(plan)
        plan.episode.holds(plan.started_on, plan.known_from)
        world.protection_plans.append(plan)


def add_opening_plans(world: World, dice: Dice) -> None:
    """Adds the plans already open when the first month begins, with what led to them."""
    opening = world.targets.opening("cp_plans", "cp_plan_starts", "cp_plan_ends")
    for _ in range(opening):
        held_on = last_working_day(world.first_day - timedelta(days=3 + int(420 * dice.random() ** 1.5)))
        started_on = add_working_days(held_on, -dice.whole(9, 20))
        ended_on = add_working_days(held_on, -dice.whole(1, 6))
        referred_on = last_working_day(started_on - timedelta(days=dice.whole(0, 10)))
        world.households += 1
        enquiry = Enquiry(started_on, ended_on, started_on, ended_on, True)
        enquiry.conference = Conference(held_on, held_on, enquiry)
        plan = ProtectionPlan(held_on, held_on)
        enquiry.conference.plan = plan
        episode = Episode(referred_on, referred_on, world.households, service="protection")
        episode.enquiries.append(enquiry)
        episode.conferences.append(enquiry.conference)
        episode.protection_plans.append(plan)
        plan.episode = episode
        world.episodes.append(episode)
        world.protection_plans.append(plan)


def add_plans_for_other_authorities(world: World, dice: Dice) -> None:
    """Adds children whose plan another authority holds; they live here for a while."""
    for number in range(24):
        started_on = dice.pick(working_days_of(world.months[number]))
        referred_on = last_working_day(started_on - timedelta(days=dice.whole(30, 60)))
        world.households += 1
        episode = choose_episode(world, referred_on, dice)
        plan = ProtectionPlan(started_on, started_on, is_for_other_authority=True, episode=episode)
        ended_on = add_working_days(started_on, dice.whole(60, 200))
        if ended_on <= world.horizon:
            plan.ended_on, plan.ended_known_from = ended_on, world.prompt(ended_on, dice)
            episode.holds(ended_on, plan.ended_known_from)
        episode.service = "protection"
        episode.protection_plans.append(plan)
        world.protection_plans.append(plan)


def end_plans(world: World, month: date, dice: Dice) -> None:
    """Ends a month's plans, old ones first, so that the published few pass two years."""
    targets = world.targets
    wanted = targets.of("cp_plan_ends", month)
    last_month, month_before = world.last_month, add_months(world.last_month, -1)
    last_day = month_end(month)
    open_plans = [
        plan
        for plan in world.protection_plans
        if plan.ended_on is None and not plan.is_for_other_authority and plan.known_from < month
    ]
    due = [
        plan for plan in open_plans if not plan.stays_long and (last_day - plan.started_on).days >= LONG - 40
    ]
    long_ends = {last_month: LONG_PLANS[1], month_before: LONG_PLANS[2]}.get(month, 0)
    long_lived = dice.sample([plan for plan in open_plans if plan.stays_long], long_ends)
    due_set = set(due)
    others = [
        plan
        for plan in open_plans
        if plan not in due_set and not plan.stays_long and (month - plan.started_on).days >= 70
    ]
    ending = long_lived + due
    ending += dice.sample(others, wanted - len(ending))
    late = set(
        dice.sample([plan for plan in ending if not plan.stays_long], targets.of("cp_plan_ends_late", month))
    )
    for plan in ending:
        plan.ended_on = dice.pick(working_days_of(month))
        plan.ended_known_from = world.prompt(plan.ended_on, dice)
        if plan in late:
            plan.ended_known_from = world.late(plan.ended_on, dice)
        if plan.stays_long and month == month_before:
            plan.ended_known_from = world.very_late(plan.ended_on, dice)
        plan.episode.holds(plan.ended_on, plan.ended_known_from)
