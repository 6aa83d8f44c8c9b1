"""Child in need plans."""

from datetime import date, timedelta

from runner.simulator.calendar import (
    DAY,
    last_working_day,
    month_end,
    month_of,
    next_working_day,
    working_days_between,
    working_days_of,
)
from runner.simulator.dice import Dice
from runner.simulator.episodes import Episode, NeedPlan
from runner.simulator.stock import Stock
from runner.simulator.world import World

UNDER_AN_ORDER = 58
"""Children on a child in need plan who are under a supervision order, per thousand."""


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
    """Ends a month's plans, any that have run for a month or more.

    Plans that followed an overdue assessment, and others, end in such numbers that the share whose
    assessment was in time comes to its target among the plans that the next extract shows as open.
    """
    last_day = month_end(month)
    open_plans = [plan for plan in world.need_plans if plan.ended_on is None]
    in_time = {plan: assessed_in_time(plan, last_day) for plan in open_plans}
    can_end = [plan for plan in open_plans if (month - plan.started_on).days >= 28]
    wanted = world.targets.of("cin_plan_ends", month)
    wanted_late = world.targets.of("cin_plan_ends_late", month)
    ended_late = [plan for plan in can_end if in_time[plan]]
    for plan in dice.sample(ended_late, wanted_late):
        plan.ended_on = last_working_day(dice.pick(working_days_of(month)[7:]))
        plan.ended_known_from = world.late(plan.ended_on, dice)
    can_end = [plan for plan in can_end if plan.ended_on is None]
    wanted -= wanted_late

    series = "cin_plans_assessed_in_time_reported"
    assessed = [plan for plan in open_plans if in_time[plan] is not None]
    unassessed = [plan for plan in can_end if in_time[plan] is None]
    proportion = round(wanted * len(unassessed) / len(can_end))
    by_distance = sorted(range(len(unassessed) + 1), key=lambda number: abs(number - proportion))
    number = next(
        number
        for number in by_distance
        if world.targets.can_show(len(assessed) - (wanted - number), series, month)
    )
    ending = dice.sample(unassessed, number)
    shown = len(assessed) - (wanted - number)
    overdue = [plan for plan in assessed if not in_time[plan]]
    overdue_shown = shown - world.targets.share_of(shown, series, month)
    can_end_overdue = [plan for plan in can_end if in_time[plan] is False]
    overdue_ending = dice.sample(
        can_end_overdue, max(0, min(len(overdue) - overdue_shown, wanted - len(ending)))
    )
    ending += overdue_ending
    others = [plan for plan in can_end if in_time[plan]]
    ending += dice.sample(others, wanted - len(ending))
    for plan in ending:
        plan.ended_on = last_working_day(dice.pick(working_days_of(month)))
        plan.ended_known_from = world.prompt(plan.ended_on, dice)
    for plan in open_plans:
        if plan.ended_on is not None:
            plan.episode.holds(plan.ended_on, plan.ended_known_from)


def assessed_in_time(plan: NeedPlan, day: date) -> bool | None:
    """Whether the child's latest assessment took no more than 45 working days; none if there is none.

    Args:
        plan: The child's plan.
        day: The last day of a month; the assessments are those that the next extract shows.
    """
    latest = None
    for assessment in plan.episode.assessments:
        authorised_on = assessment.authorised_on
        if assessment.was_misdated_on and authorised_on > day:
            authorised_on = assessment.was_misdated_on
        if authorised_on <= day and (latest is None or authorised_on >= latest[0]):
            latest = authorised_on, assessment.started_on
    return None if latest is None else working_days_between(latest[1], latest[0]) <= 45


def record_supervision_orders(world: World) -> None:
    """Adds the supervision orders under which some children on a child in need plan are."""
    dice = world.dice("supervision orders")
    stock = Stock(world.need_plans, world.last_month)
    shown = set(stock.reported)
    number = (len(stock.reported) * UNDER_AN_ORDER + 500) // 1000
    windows = {}
    for plan in stock.reported:
        first = max(plan.started_on, plan.episode.person.born_on, stock.last_day - 330 * DAY)
        last = min(first + 40 * DAY, plan.ended_on or stock.last_day, stock.last_day) - DAY
        if first <= last:
            windows[plan] = first, last
    for plan in dice.sample(list(windows), number):
        add_order(world, plan, dice.day(*windows[plan]), dice)
    for plan in world.need_plans:
        if plan not in shown and dice.chance(UNDER_AN_ORDER / 1000):
            add_order(world, plan, plan.started_on + timedelta(days=dice.whole(0, 20)), dice)


def add_order(world: World, plan: NeedPlan, made_on: date, dice: Dice) -> None:
    """Adds a supervision order, which lasts a year or as long as the plan."""
    if made_on < plan.episode.person.born_on or (plan.ended_on and made_on >= plan.ended_on):
        return
    lapses_on = made_on + timedelta(days=364)
    ended_on = min(lapses_on, plan.ended_on or lapses_on)
    ended_known_from = None
    if ended_on <= world.horizon:
        ended_known_from = (
            plan.ended_known_from if ended_on == plan.ended_on else world.prompt(ended_on, dice)
        )
    world.add_spell(
        "ssd_legal_status",
        max(world.prompt(made_on, dice), plan.known_from, plan.episode.known_from),
        ended_known_from,
        {"lega_legal_status_end_date": ended_on},
        person=plan.episode.person,
        lega_legal_status_id=world.new_id("LS"),
        lega_person_id=plan.episode.person.person_id,
        lega_legal_status="SO",
        lega_legal_status_start_date=made_on,
    )
