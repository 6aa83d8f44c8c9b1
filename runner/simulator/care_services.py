"""What is done for looked-after children: health, plans, permanence; and when they go missing."""

import json
from datetime import date, timedelta

from runner.simulator.calendar import (
    DAY,
    last_working_day,
    month_end,
    months_earlier,
    next_working_day,
    working_days_of,
)
from runner.simulator.dice import Dice
from runner.simulator.episodes import CarePeriod, CareSpell
from runner.simulator.stock import Stock
from runner.simulator.upkeep import Upkeep
from runner.simulator.world import NEVER, World

PERMANENCE_OPTIONS = (
    "REMAINSUP",
    "RETURN1M",
    "RETURN6M",
    "RETURNEV",
    "LTRELFR",
    "LTFOST18",
    "RESPLMT",
    "SUPPLIV",
    "ADOPTION",
    "OTHERPLN",
)

PERMANENCE_PLANNED = 959
"""Of children looked after for four months, those with a plan for permanence, per thousand."""

KINDS_OF_CHECK = {"cla_health": "Health assessment", "cla_dental": "Dental check"}


def record_care_services(world: World) -> None:
    """Adds the rows about each period of care, and each looked-after child."""
    dice = world.dice("care services")
    spells = [spell for spell in world.care_spells if not spell.is_short_break]
    for series in KINDS_OF_CHECK:
        record_checks(world, spells, series, dice)
    record_care_plans(world, spells, dice)
    record_missing(world, spells, dice)
    last_periods = {period.spell: period for period in world.care_periods}
    for spell in spells:
        record_strengths(world, spell, dice)
        record_permanence(world, spell, last_periods[spell], dice)
        record_once(world, last_periods[spell], dice)


def last_day_of(world: World, period: CarePeriod) -> date:
    """The last day of a period, or of childhood, or of the simulation."""
    birthday = period.spell.episode.person.eighteenth_birthday
    return min(period.ended_on or world.horizon, world.horizon, birthday) - DAY


def known_from(spell: CareSpell) -> date:
    """When a child's time in care was recorded."""
    return max(spell.known_from, spell.episode.known_from)


def record_checks(world: World, spells: list[CareSpell], series: str, dice: Dice) -> None:
    """Adds health assessments or dental checks, so that the wanted share is up to date each month.

    Children under five need two health assessments a year. Some checks are first recorded as completed
    that did not take place.
    """
    is_health = series == "cla_health"
    upkeep = Upkeep[CareSpell](12, dice, twice=lambda spell, day: is_health and spell.person.age_on(day) < 5)
    for spell in spells:
        upkeep.start(spell, first_checks(world, spell, is_health, dice))
    mistaken: list[tuple[CareSpell, date]] = []
    for month in world.months:
        stock = Stock(spells, month)
        year_before = months_earlier(stock.last_day, 12)
        counted = [spell for spell in stock.final if spell.started_on <= year_before]
        reported = [spell for spell in stock.reported if spell.started_on <= year_before]
        ended = [spell for spell in stock.only_reported if spell.started_on <= year_before]
        due = upkeep.keep_up(counted, month, world.targets.share_of(len(counted), series, month))
        shown = world.targets.share_of(len(reported), f"{series}_reported", month)
        also_shown = sum(upkeep.is_up_to_date(spell, stock.last_day) for spell in ended)
        overstated = shown - (len(counted) - len(due)) - also_shown
        older = [spell for spell in due if not upkeep.twice(spell, stock.last_day)]
        mistaken += [
            (spell, dice.pick(working_days_of(month))) for spell in dice.sample(older, max(0, overstated))
        ]
    for spell, days in upkeep.done.items():
        for day in days:
            record_check(world, spell, KINDS_OF_CHECK[series], day, "Completed", dice)
            if dice.chance(0.03) and day - 20 * DAY > spell.started_on:
                refused_on = last_working_day(day - dice.whole(7, 20) * DAY)
                record_check(world, spell, KINDS_OF_CHECK[series], refused_on, "Refused", dice)
    for spell, day in mistaken:
        record_check(world, spell, KINDS_OF_CHECK[series], day, "Cancelled", dice, "Completed")


def first_checks(world: World, spell: CareSpell, is_health: bool, dice: Dice) -> list[date]:
    """The checks soon after a child comes into care, and the last one before the first month."""
    first = next_working_day(spell.started_on + dice.whole(8, 27) * DAY)
    ends_on = min(spell.ended_on or world.horizon, spell.person.eighteenth_birthday)
    days = [first] if first < ends_on and (is_health or dice.chance(0.7)) else []
    if (world.first_day - first).days > 60:
        again = last_working_day(world.first_day - dice.whole(1, 420) * DAY)
        if again > first:
            days.append(again)
        before = last_working_day(again - dice.whole(170, 200) * DAY)
        if is_health and before > first and spell.person.age_on(again) < 5:
            days.append(before)
    return days


def record_check(
    world: World,
    spell: CareSpell,
    kind: str,
    day: date,
    status: str,
    dice: Dice,
    first_status: str | None = None,
) -> None:
    """Adds a check; one first recorded with another status is corrected after the next extract."""
    values = {
        "person": spell.person,
        "clah_health_check_id": world.new_id("HC"),
        "clah_person_id": spell.person.person_id,
        "clah_health_check_type": kind,
        "clah_health_check_date": day,
    }
    recorded = max(world.prompt(day, dice), known_from(spell))
    if first_status:
        corrected = world.late(day, dice)
        world.add("ssd_cla_health", recorded, corrected, clah_health_check_status=first_status, **values)
        recorded = corrected
    world.add("ssd_cla_health", recorded, clah_health_check_status=status, **values)


def record_strengths(world: World, spell: CareSpell, dice: Dice) -> None:
    """Adds the strengths and difficulties scores of a looked-after child, one a year."""
    person = spell.person
    last_day = min(spell.ended_on or world.horizon, person.eighteenth_birthday) - DAY
    for month in world.months[3::12]:
        day = next_working_day(month + timedelta(days=dice.whole(0, 25)))
        if spell.started_on <= day <= last_day and 4 <= person.age_on(day) <= 16 and dice.chance(0.8):
            world.add(
                "ssd_sdq_scores",
                max(world.prompt(day, dice), known_from(spell)),
                person=person,
                csdq_table_id=world.new_id("SQ"),
                csdq_person_id=person.person_id,
                csdq_sdq_completed_date=day,
                csdq_sdq_score=dice.whole(2, 30),
            )


def record_care_plans(world: World, spells: list[CareSpell], dice: Dice) -> None:
    """Adds every child's care plan: with an option for permanence, but for the few without one yet."""
    stock = Stock(spells, world.last_month)
    four_months = months_earlier(stock.last_day, 4)
    counted = [spell for spell in stock.final if spell.started_on <= four_months]
    ended = [spell for spell in stock.only_reported if spell.started_on <= four_months]
    without = set(dice.sample(counted, len(counted) - share(len(counted))))
    together = len(counted) + len(ended)
    without |= set(dice.sample(ended, max(0, together - share(together) - len(without))))
    decided = {*counted, *ended}
    for spell in spells:
        if spell not in decided and dice.chance(1 - PERMANENCE_PLANNED / 1000):
            without.add(spell)
        record_care_plan(world, spell, spell in without, dice)


def share(number: int) -> int:
    """How many of so many children have a plan for permanence."""
    return (number * PERMANENCE_PLANNED + 500) // 1000


def record_care_plan(world: World, spell: CareSpell, is_undecided: bool, dice: Dice) -> None:
    """Adds a child's care plan, within weeks of coming into care."""
    day = next_working_day(spell.started_on + timedelta(days=dice.whole(8, 60)))
    ended_on = min(spell.ended_on or date.max, spell.person.eighteenth_birthday)
    if day > min(ended_on - DAY, world.horizon):
        return
    has_ended = ended_on <= world.horizon
    option = dice.pick(PERMANENCE_OPTIONS)
    if spell.order:
        option = "ADOPTION" if spell.order == "Adoption" else "LTRELFR"
    world.add_spell(
        "ssd_cla_care_plan",
        max(world.prompt(day, dice), known_from(spell)),
        (spell.ended_known_from or world.prompt(ended_on, dice)) if has_ended else None,
        {"lacp_cla_care_plan_end_date": ended_on},
        person=spell.person,
        lacp_table_id=world.new_id("LP"),
        lacp_person_id=spell.person.person_id,
        lacp_cla_care_plan_start_date=day,
        lacp_cla_care_plan_json=json.dumps(
            {name: "Y" if name == option and not is_undecided else "N" for name in PERMANENCE_OPTIONS}
        ),
    )


def record_permanence(world: World, spell: CareSpell, period: CarePeriod, dice: Dice) -> None:
    """Adds the placement for adoption, and the order with which a child left care."""
    if not (spell.order or spell.placed_for_adoption_on):
        return
    is_adopted = spell.order == "Adoption"
    order = {
        "perm_permanence_order_date": spell.ended_on,
        "perm_permanence_order_type": spell.order,
    }
    ffa_on = spell.placed_for_adoption_on
    placed_on = None
    if is_adopted:
        days = (spell.ended_on - spell.started_on).days
        placed_on = spell.started_on + timedelta(days=int(days * (0.3 + 0.4 * dice.random())))
    values = {
        "person": spell.person,
        "perm_table_id": world.new_id("PM"),
        "perm_person_id": spell.person.person_id,
        "perm_cla_id": period.period_id,
        "perm_adm_decision_date": placed_on - 30 * DAY if placed_on else None,
        "perm_part_of_sibling_group": "N",
        "perm_siblings_placed_together": 0,
        "perm_siblings_placed_apart": 0,
        "perm_placed_ffa_cp_date": ffa_on,
        "perm_placed_for_adoption_date": placed_on,
    }
    if ffa_on:
        placed = values | {"perm_adm_decision_date": None, "perm_placed_for_adoption_date": None}
        recorded = max(world.prompt(ffa_on, dice), known_from(spell))
        world.add("ssd_permanence", recorded, spell.ended_known_from or NEVER, **placed)
    if spell.order:
        world.add("ssd_permanence", max(spell.ended_known_from, known_from(spell)), **values, **order)


def record_missing(world: World, spells: list[CareSpell], dice: Dice) -> None:
    """Adds the episodes in which older children were missing, and the return interviews offered."""
    goes_missing = [spell for spell in spells if dice.chance(0.16)]
    for month in world.months:
        last_day = month_end(month)
        older = [
            spell
            for spell in goes_missing
            if spell.started_on < month
            and (spell.ended_on is None or spell.ended_on > last_day)
            and 11 <= spell.person.age_on(month) < 18
            and spell.person.eighteenth_birthday > last_day
        ]
        for _ in range(world.targets.of("missing_episodes", month) if older else 0):
            record_missing_episode(world, dice.pick(older), month, dice)
        for spell in dice.sample(older, 4):
            record_missing_episode(world, spell, month, dice, is_absence=True)


def record_missing_episode(
    world: World, spell: CareSpell, month: date, dice: Dice, is_absence: bool = False
) -> None:
    """Adds an episode in which a child was missing, or only absent."""
    day = dice.day(month, month_end(month) - 2 * DAY)
    back_on = day + timedelta(days=dice.whole(0, 2))
    offered = dice.chance(0.9)
    accepted = "Y" if dice.chance(0.62) else "N"
    world.add(
        "ssd_missing",
        max(world.prompt(back_on, dice), known_from(spell)),
        person=spell.person,
        miss_table_id=world.new_id("MI"),
        miss_person_id=spell.person.person_id,
        miss_missing_episode_start_date=day,
        miss_missing_episode_type="A" if is_absence else "M",
        miss_missing_episode_end_date=back_on,
        miss_missing_rhi_offered="Y" if offered else "N",
        miss_missing_rhi_accepted=None if dice.chance(0.03) else accepted if offered else "N",
    )


def record_once(world: World, period: CarePeriod, dice: Dice) -> None:
    """Adds what is recorded of a child once: immunisations; of a few, more."""
    person = period.spell.episode.person
    last_day = last_day_of(world, period)
    values = {"person": person}
    day = max(period.started_on, last_day - 150 * DAY)
    known_from = max(world.prompt(day, dice), period.known_from)
    world.add(
        "ssd_cla_immunisations",
        known_from,
        **values,
        clai_person_id=person.person_id,
        clai_immunisations_status="Y" if dice.chance(0.88) else "N",
        clai_immunisations_status_date=day,
    )
    if person.age_on(day) >= 12 and dice.chance(0.06):
        world.add(
            "ssd_cla_convictions",
            known_from,
            **values,
            clac_cla_conviction_id=world.new_id("CC"),
            clac_person_id=person.person_id,
            clac_cla_conviction_date=day,
            clac_cla_conviction_offence="Criminal damage",
        )
    if person.age_on(day) >= 12 and dice.chance(0.07):
        world.add(
            "ssd_cla_substance_misuse",
            known_from,
            **values,
            clas_substance_misuse_id=world.new_id("SM"),
            clas_person_id=person.person_id,
            clas_substance_misuse_date=day,
            clas_substance_misused="Cannabis",
            clas_intervention_received="Y" if dice.chance(0.7) else "N",
        )
    if dice.chance(0.02):
        world.add(
            "ssd_cla_previous_permanence",
            known_from,
            **values,
            lapp_table_id=world.new_id("PP"),
            lapp_person_id=person.person_id,
            lapp_previous_permanence_option="Special Guardianship Order",
            lapp_previous_permanence_la="Out of area",
            lapp_previous_permanence_order_date=(
                max(person.born_on, period.started_on - 700 * DAY)
            ).isoformat(),
        )
