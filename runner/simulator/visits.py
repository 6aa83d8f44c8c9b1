"""Visits and reviews."""

from datetime import date, timedelta

from runner.simulator.calendar import (
    DAY,
    add_working_days,
    last_working_day,
    month_end,
    months_earlier,
    next_working_day,
)
from runner.simulator.dice import Dice
from runner.simulator.episodes import CarePeriod, CareSpell, NeedPlan, ProtectionPlan
from runner.simulator.placements import stay_on
from runner.simulator.stock import Stock
from runner.simulator.upkeep import Upkeep
from runner.simulator.visiting import FIRST_VISITS, Planner, Standard, Visits
from runner.simulator.world import World

LONG_TERM = ("U1", "U4")
"""Placements that are meant to last to adulthood, in which visits may be three months apart after a year."""


def record_visits(world: World) -> None:
    """Adds the visits and reviews of every plan and period of care."""
    dice = world.dice("visits")
    plans = [plan for plan in world.protection_plans if not plan.is_for_other_authority]
    standard = Standard[ProtectionPlan]("cp_visits", 14, 14, (7, 12))
    for plan, visits in Planner(world, plans, standard, dice).plan().items():
        record_protection_visits(world, plan, visits, dice)
    for plan in plans:
        record_protection_reviews(world, plan, dice)
    own_interval = {
        plan for plan in world.need_plans if plan.started_on >= world.first_day and dice.chance(0.03)
    }
    record_need_visits(world, own_interval, dice)
    record_need_reviews(world, dice)
    record_care_visits(world, dice)
    for period in world.care_periods:
        if not period.spell.is_short_break:
            record_care_reviews(world, period, dice)
    record_intervals(world, own_interval)


def seen_alone(seen: str, dice: Dice) -> str:
    """Whether a child who was seen was seen alone."""
    return "Y" if seen == "Y" and dice.chance(0.7) else "N"


def attempts(visits: Visits, first: date, dice: Dice) -> list[tuple[date, bool]]:
    """The days of a child's visits, and whether the child was seen: now and then one was in vain."""
    made = []
    for day in visits.seen:
        before = last_working_day(day - timedelta(days=dice.whole(1, 3)))
        if before >= first and dice.chance(0.06):
            made.append((before, False))
        made.append((day, True))
    return made


def add_visits(
    world: World,
    table: str,
    visits: Visits,
    values: dict,
    prefix: str,
    known_from: date,
    first: date,
    dice: Dice,
) -> None:
    """Adds the rows of a child's visits; those recorded as made by mistake are corrected.

    Args:
        world: The council.
        table: The table of visits.
        visits: When the child was seen.
        values: The columns that each visit of the child has.
        prefix: How the columns about a visit begin: `cppv_cp_visit`.
        known_from: When the plan, or the child's time in care, was recorded.
        first: The first day on which a visit can have been made.
        dice: Chance.
    """
    bedroom = {} if prefix == "clav_cla_visit" else {f"{prefix}_bedroom": "Y" if dice.chance(0.5) else "N"}

    def columns(day: date, is_seen: bool) -> dict:
        seen = "Y" if is_seen else "N"
        return {
            f"{prefix}_id": world.new_id("VS"),
            f"{prefix}_date": day,
            f"{prefix}_seen": seen,
            f"{prefix}_seen_alone": seen_alone(seen, dice),
            **bedroom,
            **values,
        }

    for day, is_seen in attempts(visits, first, dice):
        world.add(table, max(world.prompt(day, dice), known_from), **columns(day, is_seen))
    for day in visits.overstated:
        mistaken = columns(day, True)
        corrected = mistaken | {f"{prefix}_seen": "N", f"{prefix}_seen_alone": "N"}
        corrected_from = world.late(day, dice)
        world.add(table, max(world.prompt(day, dice), known_from), corrected_from, **mistaken)
        world.add(table, corrected_from, **corrected)


def record_protection_visits(world: World, plan: ProtectionPlan, visits: Visits, dice: Dice) -> None:
    """Adds the visits to a child on a protection plan, every ten days or so."""
    person = plan.episode.person
    values = {"person": person, "cppv_person_id": person.person_id, "cppv_cp_plan_id": plan.plan_id}
    first = max(plan.started_on, person.born_on)
    known_from = max(plan.known_from, plan.episode.known_from)
    add_visits(world, "ssd_cp_visits", visits, values, "cppv_cp_visit", known_from, first, dice)


def record_protection_reviews(world: World, plan: ProtectionPlan, dice: Dice) -> None:
    """Adds the review conferences of a plan: within three months, then within six, and when it ends.

    A few of the plans that ended before the last complete month did had a review that was late.
    """
    last_day = min(plan.ended_on or world.horizon, world.horizon)
    was_late = plan.ended_on is not None and plan.ended_known_from < month_end(world.last_month)
    late = dice.whole(0, 1) if was_late and dice.chance(0.09) else None
    due = last_working_day(plan.started_on + 88 * DAY)
    held: list[tuple[date, date]] = []
    while True:
        held_on = last_working_day(due - timedelta(days=dice.whole(0, 12)))
        if len(held) == late:
            held_on = next_working_day(due + timedelta(days=dice.whole(6, 30)))
        if held_on > last_day:
            break
        held.append((held_on, due))
        due = last_working_day(held_on + 180 * DAY)
    if plan.ended_on is not None and (not held or held[-1][0] + 14 * DAY < plan.ended_on):
        held.append((plan.ended_on, due))
    for held_on, due_on in held:
        world.add(
            "ssd_cp_reviews",
            max(world.prompt(held_on, dice), plan.known_from, plan.episode.known_from),
            person=plan.episode.person,
            cppr_cp_review_id=world.new_id("PR"),
            cppr_person_id=plan.episode.person.person_id,
            cppr_cp_plan_id=plan.plan_id,
            cppr_cp_review_due=due_on,
            cppr_cp_review_date=held_on,
            cppr_cp_review_meeting_id=world.new_id("MT"),
            cppr_cp_review_outcome_continue_cp="N" if plan.ended_on == held_on else "Y",
            cppr_cp_review_quorate="Y",
            cppr_cp_review_participation="PN3",
        )


def record_need_visits(world: World, own_interval: set[NeedPlan], dice: Dice) -> None:
    """Adds the visits to every child on a child in need plan, every three weeks or so."""
    people = {plan.episode.person for plan in own_interval}
    standard = Standard[NeedPlan](
        "cin_visits", 28, 28, (16, 25), never_late=lambda plan, day: plan.episode.person in people
    )
    for plan, visits in Planner(world, world.need_plans, standard, dice).plan().items():
        person = plan.episode.person
        values = {"person": person, "cinv_person_id": person.person_id}
        first = max(plan.started_on, person.born_on)
        known_from = max(plan.known_from, plan.episode.known_from)
        add_visits(world, "ssd_cin_visits", visits, values, "cinv_cin_visit", known_from, first, dice)


def record_need_reviews(world: World, dice: Dice) -> None:
    """Adds the reviews of child in need plans, so that the wanted share is reviewed within three months."""
    upkeep = Upkeep[NeedPlan](3, dice)
    for plan in world.need_plans:
        upkeep.start(plan, [plan.started_on])
    for month in world.months:
        stock = Stock(world.need_plans, month)
        wanted = world.targets.share_of(len(stock.final), "cin_plans_reviewed", month)
        if month == world.last_month:
            shown = world.targets.share_of(len(stock.reported), "cin_plans_reviewed_reported", month)
            wanted = shown - sum(upkeep.is_up_to_date(plan, stock.last_day) for plan in stock.only_reported)
        upkeep.keep_up(stock.final, month, wanted)
    for plan, days in upkeep.done.items():
        for day in days[1:]:
            if day >= world.months[FIRST_VISITS - 4]:
                world.add(
                    "local_cin_plan_reviews",
                    max(world.prompt(day, dice), plan.known_from, plan.episode.known_from),
                    cinr_review_id=world.new_id("NR"),
                    cinr_cin_plan_id=plan.plan_id,
                    cinr_review_date=day,
                )


def record_care_visits(world: World, dice: Dice) -> None:
    """Adds the visits to looked-after children: in the first week of a placement, then every six."""

    def may_wait(spell: CareSpell, day: date) -> bool:
        stay = stay_on(world.placements[spell], day)
        return stay.kind in LONG_TERM and stay.started_on <= months_earlier(day, 12)

    spells = [spell for spell in world.care_spells if not spell.is_short_break]
    standard = Standard[CareSpell](
        "cla_visits",
        7,
        42,
        (26, 40),
        lambda spell, day: max(spell.started_on, stay_on(world.placements[spell], day).started_on),
        may_wait,
    )
    periods: dict[CareSpell, list[CarePeriod]] = {}
    for period in world.care_periods:
        periods.setdefault(period.spell, []).append(period)
    for spell, visits in Planner(world, spells, standard, dice).plan().items():
        for period in periods[spell]:
            end = period.ended_on or date.max
            within = Visits(
                [day for day in visits.seen if period.started_on <= day < end],
                [day for day in visits.overstated if period.started_on <= day < end],
            )
            values = {
                "person": spell.person,
                "clav_cla_id": period.period_id,
                "clav_person_id": spell.person.person_id,
            }
            first = max(period.started_on, spell.started_on)
            add_visits(
                world, "ssd_cla_visits", within, values, "clav_cla_visit", period.known_from, first, dice
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


def record_intervals(world: World, own_interval: set[NeedPlan]) -> None:
    """Adds the few children for whom another visiting interval was agreed."""
    for plan in world.need_plans:
        if plan in own_interval:
            world.add_spell(
                "local_visiting_intervals",
                max(plan.known_from, plan.episode.known_from),
                plan.ended_known_from,
                {"vint_end_date": plan.ended_on},
                person=plan.episode.person,
                vint_interval_id=world.new_id("VI"),
                vint_person_id=plan.episode.person.person_id,
                vint_plan_type="CIN",
                vint_interval_days=42,
                vint_start_date=plan.started_on,
            )
