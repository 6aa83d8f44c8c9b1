"""Child in need plans."""

from datetime import date, timedelta

from runner.simulator.calendar import (
    DAY,
    last_working_day,
    month_end,
    month_of,
    next_working_day,
    working_days_of,
)
from runner.simulator.dice import Dice
from runner.simulator.episodes import Episode, NeedPlan
from runner.simulator.world import World


def plan_need_plans(world: World) -> None:
    """Plans a month's child in need plans: after an assessment, after a protection plan, or for long need."""
    dice = world.dice("child in need plans")
    long_standing = [
        episode
        for episode in world.episodes
        if episode.is_long_standing and episode.is_free and not episode.enquiries
    ]
    waiting = dice.shuffled(long_standing)
    for _ in range(world.targets.opening("cin_plans", "cin_plan_starts", "cin_plan_ends")):
        episode = waiting.pop()
        earliest = max(
            episode.referred_on, world.first_day - timedelta(days=30 + int(500 * dice.random() ** 1.6))
        )
        start_plan(world, episode, next_working_day(min(earliest, world.first_day - 20 * DAY)), dice)

    assessed: dict[date, list[tuple[Episode, date]]] = {}
    for assessment in world.assessments:
        if (
            assessment.is_first
            and not assessment.is_case_to_close
            and assessment.authorised_on <= world.horizon
        ):
            assessed.setdefault(month_of(assessment.authorised_on), []).append(
                (assessment.episode, assessment.authorised_on)
            )
    stepped_down: dict[date, list[tuple[Episode, date]]] = {}
    for plan in world.protection_plans:
        ended_on = plan.ended_on
        if ended_on is None or plan.is_for_other_authority:
            continue
        if plan.ended_known_from < world.late_from(month_of(ended_on)):
            stepped_down.setdefault(month_of(ended_on), []).append((plan.episode, ended_on))

    for month in world.months:
        wanted = world.targets.of("cin_plan_starts", month)
        after_protection = [item for item in stepped_down.get(month, []) if not item[0].need_plans]
        chosen = dice.sample(after_protection, min(len(after_protection), round(wanted * 0.3)))
        after_assessment = [
            item
            for item in assessed.get(month, [])
            if item[0].is_free and not any(enquiry.ended_on > item[1] for enquiry in item[0].enquiries)
        ]
        chosen += dice.sample(after_assessment, min(len(after_assessment), wanted - len(chosen)))
        while len(chosen) < wanted:
            chosen.append((waiting.pop(), dice.pick(working_days_of(month))))
        for episode, day in chosen:
            start_plan(world, episode, dice.day(day, min(month_end(month), day + 5 * DAY)), dice)
        end_plans(world, month, dice)


def start_plan(world: World, episode: Episode, started_on: date, dice: Dice) -> None:
    """Starts a plan in an episode."""
    known_from = max(world.prompt(started_on, dice), episode.known_from)
    for earlier in episode.protection_plans:
        known_from = max(known_from, earlier.ended_known_from)
    plan = NeedPlan(started_on, known_from, episode)
    episode.need_plans.append(plan)
    episode.holds(started_on, plan.known_from)
    world.need_plans.append(plan)


def end_plans(world: World, month: date, dice: Dice) -> None:
    """Ends a month's plans, any that have run for a month or more."""
    open_plans = [
        plan for plan in world.need_plans if plan.ended_on is None and (month - plan.started_on).days >= 28
    ]
    for plan in dice.sample(open_plans, world.targets.of("cin_plan_ends", month)):
        plan.ended_on = last_working_day(dice.pick(working_days_of(month)))
        plan.ended_known_from = world.prompt(plan.ended_on, dice)
        plan.episode.holds(plan.ended_on, plan.ended_known_from)
