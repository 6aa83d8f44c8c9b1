"""Visits and reviews."""

from collections.abc import Iterator
from datetime import date, timedelta

from runner.simulator.calendar import DAY, add_working_days, last_working_day, next_working_day
from runner.simulator.dice import Dice
from runner.simulator.episodes import CarePeriod, NeedPlan, ProtectionPlan
from runner.simulator.world import World

FIRST_VISITS = 8
"""The month, from the first, from which visits and plan reviews are in the system."""


def record_visits(world: World) -> None:
    """Adds the visits and reviews of every plan and period of care."""
    dice = world.dice("visits")
    for plan in world.protection_plans:
        if not plan.is_for_other_authority:
            record_protection_visits(world, plan, dice)
            record_protection_reviews(world, plan, dice)
    for plan in world.need_plans:
        record_need_visits(world, plan, dice)
        record_need_reviews(world, plan, dice)
    for period in world.care_periods:
        if not period.spell.is_short_break:
            record_care_visits(world, period, dice)
            record_care_reviews(world, period, dice)
    record_intervals(world, dice)


def days_between(
    world: World, first: date, last: date | None, shortest: int, longest: int, dice: Dice
) -> Iterator[date]:
    """Working days at such intervals, within the simulated months, up to a last day."""
    day = max(first, world.months[FIRST_VISITS])
    end = min(last or world.horizon, world.horizon)
    while True:
        day = next_working_day(day + timedelta(days=dice.whole(shortest, longest)))
        if day > end:
            return
        yield day


def seen_alone(seen: str, dice: Dice) -> str:
    """Whether a child who was seen was seen alone."""
    return "Y" if seen == "Y" and dice.chance(0.7) else "N"


def record_protection_visits(world: World, plan: ProtectionPlan, dice: Dice) -> None:
    """Adds the visits to a child on a protection plan, every ten days or so."""
    person = plan.episode.person
    for day in days_between(world, max(plan.started_on, person.born_on), plan.ended_on, 8, 15, dice):
        seen = "Y" if dice.chance(0.94) else "N"
        world.add(
            "ssd_cp_visits",
            max(world.prompt(day, dice), plan.known_from),
            person=person,
            cppv_cp_visit_id=world.new_id("PV"),
            cppv_person_id=person.person_id,
            cppv_cp_plan_id=plan.plan_id,
            cppv_cp_visit_date=day,
            cppv_cp_visit_seen=seen,
            cppv_cp_visit_seen_alone=seen_alone(seen, dice),
            cppv_cp_visit_bedroom="Y" if dice.chance(0.5) else "N",
        )


def record_protection_reviews(world: World, plan: ProtectionPlan, dice: Dice) -> None:
    """Adds the review conferences of a plan: within three months, then within six."""
    due = last_working_day(plan.started_on + 91 * DAY)
    last_day = min(plan.ended_on or world.horizon, world.horizon)
    while True:
        held_on = last_working_day(due - timedelta(days=dice.whole(0, 12)))
        if held_on > last_day:
            return
        world.add(
            "ssd_cp_reviews",
            max(world.prompt(held_on, dice), plan.known_from),
            person=plan.episode.person,
            cppr_cp_review_id=world.new_id("PR"),
            cppr_person_id=plan.episode.person.person_id,
            cppr_cp_plan_id=plan.plan_id,
            cppr_cp_review_due=due,
            cppr_cp_review_date=held_on,
            cppr_cp_review_meeting_id=world.new_id("MT"),
            cppr_cp_review_outcome_continue_cp="N" if plan.ended_on == held_on else "Y",
            cppr_cp_review_quorate="Y",
            cppr_cp_review_participation="PN3",
        )
        due = last_working_day(held_on + 180 * DAY)


def record_need_visits(world: World, plan: NeedPlan, dice: Dice) -> None:
    """Adds the visits to a child on a child in need plan, every three weeks or so."""
    person = plan.episode.person
    for day in days_between(world, max(plan.started_on, person.born_on), plan.ended_on, 16, 29, dice):
        seen = "Y" if dice.chance(0.93) else "N"
        world.add(
            "ssd_cin_visits",
            max(world.prompt(day, dice), plan.known_from),
            person=person,
            cinv_cin_visit_id=world.new_id("NV"),
            cinv_person_id=person.person_id,
            cinv_cin_visit_date=day,
            cinv_cin_visit_seen=seen,
            cinv_cin_visit_seen_alone=seen_alone(seen, dice),
            cinv_cin_visit_bedroom="Y" if dice.chance(0.4) else "N",
        )


def record_need_reviews(world: World, plan: NeedPlan, dice: Dice) -> None:
    """Adds the reviews of a child in need plan."""
    for day in days_between(world, plan.started_on, plan.ended_on, 55, 95, dice):
        world.add(
            "local_cin_plan_reviews",
            max(world.prompt(day, dice), plan.known_from),
            cinr_review_id=world.new_id("NR"),
            cinr_cin_plan_id=plan.plan_id,
            cinr_review_date=day,
        )


def record_care_visits(world: World, period: CarePeriod, dice: Dice) -> None:
    """Adds visits to a looked-after child: in the first week of a placement, then every six."""
    person = period.spell.episode.person
    starts = [day for day, *_ in period.placements]
    ends = [*starts[1:], period.ended_on]
    for start, end in zip(starts, ends, strict=True):
        last_day = min(end - DAY if end else world.horizon, world.horizon, person.eighteenth_birthday - DAY)
        days = list(days_between(world, start, last_day, 28, 41, dice))
        if start >= world.months[FIRST_VISITS]:
            days.insert(0, start + timedelta(days=dice.whole(1, 7)))
        for day in days:
            if day > last_day:
                continue
            seen = "Y" if dice.chance(0.96) else "N"
            world.add(
                "ssd_cla_visits",
                max(world.prompt(day, dice), period.known_from),
                person=person,
                clav_cla_visit_id=world.new_id("CV"),
                clav_cla_id=period.period_id,
                clav_person_id=person.person_id,
                clav_cla_visit_date=day,
                clav_cla_visit_seen=seen,
                clav_cla_visit_seen_alone=seen_alone(seen, dice),
            )


def record_care_reviews(world: World, period: CarePeriod, dice: Dice) -> None:
    """Adds the reviews of a period of care: after 20 working days, then three months, then every six."""
    due = add_working_days(next_working_day(max(period.started_on, world.first_day)), 20)
    last_day = min(
        period.ended_on or world.horizon, world.horizon, period.spell.episode.person.eighteenth_birthday
    )
    wait = 90
    while True:
        held_on = last_working_day(due - timedelta(days=dice.whole(0, 6)))
        if held_on >= last_day:
            return
        world.add(
            "ssd_cla_reviews",
            max(world.prompt(held_on, dice), period.known_from),
            clar_cla_review_id=world.new_id("CR"),
            clar_cla_id=period.period_id,
            clar_cla_review_due_date=due,
            clar_cla_review_date=held_on,
            clar_cla_review_cancelled="N",
            clar_cla_review_participation="PN1" if dice.chance(0.6) else "PN3",
        )
        due = last_working_day(held_on + timedelta(days=wait))
        wait = 180


def record_intervals(world: World, dice: Dice) -> None:
    """Adds the few children for whom another visiting interval was agreed."""
    for plan in world.need_plans:
        if plan.started_on >= world.first_day and dice.chance(0.03):
            world.add_spell(
                "local_visiting_intervals",
                plan.known_from,
                plan.ended_known_from,
                {"vint_end_date": plan.ended_on},
                person=plan.episode.person,
                vint_interval_id=world.new_id("VI"),
                vint_person_id=plan.episode.person.person_id,
                vint_plan_type="CIN",
                vint_interval_days=42,
                vint_start_date=plan.started_on,
            )
