"""Looked-after children: spells in care, and how they are recorded as periods, episodes and placements."""

from datetime import date, timedelta

from runner.simulator.calendar import (
    DAY,
    add_months,
    last_working_day,
    month_end,
    month_of,
    months_earlier,
    years_before,
)
from runner.simulator.dice import Dice
from runner.simulator.episodes import CareSpell, Episode
from runner.simulator.front_door import free_episodes
from runner.simulator.stock import Stock
from runner.simulator.world import World

SHORT_BREAK_CHILDREN = 48
"""Children whose whole period of care is a series of short breaks."""

AT_EIGHTEEN = 0.38
"""The share of a month's ends that are on an eighteenth birthday."""

LEAVE_WITHIN_FOUR_MONTHS = 32
"""Of those who came in the last four months, how many have left by the end of the last complete one."""

LEAVE_WITHIN_A_YEAR = 36
"""The same of those who came in the eight months before."""

NEWER_RECORDED_LATE = 2
"""Of the last complete month's ends that are recorded late, those of four to twelve months in care."""

LONG_LOOKED_AFTER = 274
"""Children under 16 looked after for two and a half years, as first reported for the last complete month."""


def plan_care(world: World) -> None:
    """Plans every spell in care by the month it starts and the month it ends."""
    dice = world.dice("care")
    for _ in range(world.targets.opening("children_looked_after", "cla_starts", "cla_ends")):
        days_ago = 3 + int(4900 * dice.random() ** 2.4)
        started_on = world.first_day - timedelta(days=days_ago)
        world.care_spells.append(CareSpell(started_on, world.prompt(started_on, dice)))
    for month in world.months:
        starts = [dice.day(month, month_end(month)) for _ in range(world.targets.of("cla_starts", month))]
        late = world.targets.of("cla_starts_late", month)
        for number, started_on in enumerate(starts):
            when = world.late if number < late else world.prompt
            world.care_spells.append(CareSpell(started_on, when(started_on, dice)))
    plan_short_stays(world, dice)
    for month in world.months:
        end_spells(world, month, dice)
    vary_recording(world, dice)
    plan_orders(world, dice)
    add_short_breaks(world, dice)
    for spell in world.care_spells:
        give_episode(world, spell, dice)
    choose_ages(world, dice)


def plan_short_stays(world: World, dice: Dice) -> None:
    """Plans which of those who came in the last year have left by the end of the last complete month.

    Those who stay are the children looked after for four, and for twelve, months when that month ends.
    """
    lately, before = add_months(world.last_month, -3), add_months(world.last_month, -11)
    room = {}
    for month in world.months:
        ends = world.targets.of("cla_ends", month)
        room[month] = ends - round(ends * AT_EIGHTEEN) - world.targets.of("cla_ends_very_late", month)
    room[world.last_month] -= world.targets.of("cla_ends_late", world.last_month)
    came = [spell for spell in world.care_spells if before <= spell.started_on and spell.known_from < lately]
    chosen = dice.shuffled(came)[:LEAVE_WITHIN_A_YEAR]
    for number, spell in enumerate(chosen):
        months = [month for month in world.months if spell.known_from < month <= lately]
        last = [world.last_month] if number < NEWER_RECORDED_LATE else []
        leave(spell, last or [month for month in months if room[month] > 0], room, dice)
    came = [spell for spell in world.care_spells if lately <= spell.started_on < world.last_month]
    number = 0
    for spell in dice.shuffled(came):
        months = [month for month in world.months if spell.known_from < month <= world.last_month]
        months = [month for month in months if room[month] > 0]
        if number < LEAVE_WITHIN_FOUR_MONTHS and months:
            leave(spell, months, room, dice)
            number += 1


def leave(spell: CareSpell, months: list[date], room: dict[date, int], dice: Dice) -> None:
    """Has a child leave in one of some months."""
    spell.leaves_in = dice.pick(months)
    room[spell.leaves_in] -= 1


def end_spells(world: World, month: date, dice: Dice) -> None:
    """Ends a month's spells: a third on an eighteenth birthday, the rest sooner rather than later."""
    lately = add_months(world.last_month, -11)
    wanted = world.targets.of("cla_ends", month)
    very_late = world.targets.of("cla_ends_very_late", month)
    open_spells = [
        spell
        for spell in world.care_spells
        if spell.ended_on is None
        and spell.known_from < month
        and (spell.leaves_in or spell.started_on < lately or month > world.last_month)
    ]
    leaving = [spell for spell in open_spells if spell.leaves_in == month]
    open_spells = [spell for spell in open_spells if spell.leaves_in is None]
    growing_up = [spell for spell in open_spells if (month - spell.started_on).days > 300]
    at_eighteen = dice.sample(growing_up, round(wanted * AT_EIGHTEEN))
    chosen = set(at_eighteen)
    others = [spell for spell in open_spells if spell not in chosen and (month - spell.started_on).days > 9]
    newer = [spell for spell in others if (month - spell.started_on).days < 900]
    to_end = wanted - len(at_eighteen) - len(leaving)
    sooner = dice.sample(newer, min(to_end, len(newer), round((wanted - len(at_eighteen)) * 0.65)))
    chosen = set(sooner)
    rest = [spell for spell in others if spell not in chosen]
    ending = leaving + sooner + dice.sample(rest, to_end - len(sooner))
    recorded_late = choose_late(world, month, ending, dice)
    for number, spell in enumerate(recorded_late):
        spell.ended_on = dice.day(month, month_end(month))
        if number < very_late:
            # Visited to the end, so that the extract which still has it open shows it visited.
            spell.ended_on = dice.day(month + 20 * DAY, month_end(month))
            spell.ended_known_from = world.very_late(spell.ended_on, dice)
        else:
            spell.ended_known_from = world.late(spell.ended_on, dice)
    for spell in ending:
        if spell.ended_on is None:
            spell.ended_on = dice.day(month, month_end(month))
            spell.ended_known_from = world.prompt(spell.ended_on, dice)
    for spell in at_eighteen:
        spell.ends_at_eighteen = True
        # Nobody turns eighteen on 29 February but those born on one.
        spell.ended_on = dice.day(month, month.replace(day=28))
        spell.ended_known_from = world.prompt(spell.ended_on, dice)


def choose_late(world: World, month: date, ending: list[CareSpell], dice: Dice) -> list[CareSpell]:
    """Which of a month's ends are recorded late, those that are recorded very late first.

    These, and all but two of the last complete month's, came into care a year or more before it ended.
    """
    late = world.targets.of("cla_ends_late", month)
    very_late = world.targets.of("cla_ends_very_late", month)
    last_day = month_end(world.last_month)
    year_before, four_months_before = months_earlier(last_day, 12), months_earlier(last_day, 4)
    older = dice.shuffled([spell for spell in ending if spell.started_on <= year_before])
    others = [spell for spell in ending if spell not in set(older[:very_late])]
    if month == world.last_month:
        newer = [spell for spell in ending if year_before < spell.started_on <= four_months_before]
        newer = dice.sample(newer, NEWER_RECORDED_LATE)
        return older[: very_late + late - len(newer)] + newer
    return older[:very_late] + dice.sample(others, late)


def plan_orders(world: World, dice: Dice) -> None:
    """Plans who leaves care by adoption or special guardianship, and who is placed to be adopted."""
    for month in world.months:
        ended = [
            spell
            for spell in world.care_spells
            if spell.ended_on and month_of(spell.ended_on) == month and not spell.ends_at_eighteen
        ]
        number = world.targets.of("adopted", month)
        long_enough = sorted(ended, key=lambda spell: 300 < (spell.ended_on - spell.started_on).days < 1500)
        adopted = dice.sample(long_enough[-2 * number :], number)
        for spell in adopted:
            spell.order = "Adoption"
        others = [spell for spell in ended if not spell.order]
        for spell in dice.sample(others, world.targets.of("special_guardianships", month)):
            spell.order = "Special Guardianship Order"
    for month in world.months:
        number = world.targets.of("fostering_for_adoption", month)
        came = [
            spell
            for spell in world.care_spells
            if (spell.order == "Adoption" or spell.ended_on is None)
            and spell.placed_for_adoption_on is None
            and spell.began_as_short_break_on is None
            and add_months(month, -3) <= spell.started_on < month
        ]
        came.sort(key=lambda spell: spell.order == "Adoption")
        for spell in came[-number:] if number else []:
            last_day = (
                month_end(month) if spell.ended_on is None else min(month_end(month), spell.ended_on - DAY)
            )
            spell.placed_for_adoption_on = dice.day(month, max(month, last_day))


def choose_ages(world: World, dice: Dice) -> None:
    """Decides who is under 16 of those looked after for two and a half years, as first reported."""
    stock = Stock([spell for spell in world.care_spells if not spell.is_short_break], world.last_month)
    long_enough = [
        spell for spell in stock.reported if spell.started_on <= months_earlier(stock.last_day, 30)
    ]
    must_be = [spell for spell in long_enough if spell.order or spell.placed_for_adoption_on]
    born_by = years_before(stock.last_day, 16) + 150 * DAY
    can_be = [
        spell
        for spell in long_enough
        if not spell.ends_at_eighteen and spell.started_on > born_by and spell not in set(must_be)
    ]
    under = must_be + dice.sample(can_be, LONG_LOOKED_AFTER - len(must_be))
    for spell in long_enough:
        spell.is_under_sixteen = False
    for spell in under:
        spell.is_under_sixteen = True


def vary_recording(world: World, dice: Dice) -> None:
    """Has some spells recorded in the ways that mislead a careless count.

    Some begin as short breaks, in the same period of care; some are two periods, the second starting on
    the day the first ended; some are left open past the eighteenth birthday.
    """
    within = [spell for spell in world.care_spells if spell.started_on >= world.first_day]
    for spell in dice.sample(within, 14):
        spell.began_as_short_break_on = spell.started_on - timedelta(days=dice.whole(60, 400))
    long_enough = [
        spell
        for spell in world.care_spells
        if spell.began_as_short_break_on is None
        and ((spell.ended_on or world.horizon) - max(spell.started_on, world.first_day)).days > 200
    ]
    for spell in dice.sample(long_enough, 18):
        first = max(spell.started_on, world.first_day) + 60 * DAY
        spell.re_entered_on = dice.day(first, (spell.ended_on or world.horizon) - 60 * DAY)
    grown_up = [
        spell for spell in world.care_spells if spell.ends_at_eighteen and spell.re_entered_on is None
    ]
    for spell in dice.sample(grown_up, 16):
        spell.is_left_open_at_eighteen = True


def add_short_breaks(world: World, dice: Dice) -> None:
    """Adds children looked after in short breaks alone, who count nowhere."""
    for number in range(SHORT_BREAK_CHILDREN):
        started_on = dice.day(years_before(world.first_day, 3), world.months[24])
        spell = CareSpell(started_on, world.prompt(started_on, dice), is_short_break=True)
        if number % 4 == 0:
            spell.ended_on = dice.day(max(started_on, world.first_day) + 30 * DAY, world.horizon)
            spell.ended_known_from = world.prompt(spell.ended_on, dice)
        world.care_spells.append(spell)


def give_episode(world: World, spell: CareSpell, dice: Dice) -> None:
    """Gives a spell its episode of need: one lately opened, or one of its own before the first month."""
    begins_on = spell.began_as_short_break_on or spell.started_on
    episode = None
    if begins_on >= world.first_day + 20 * DAY:
        for days in (90, 200):
            choice = [
                item
                for item in free_episodes(world, begins_on - timedelta(days=days), begins_on - 2 * DAY)
                if not item.is_repeat
            ]
            if choice:
                episode = dice.pick(choice)
                break
    if episode is None:
        referred_on = last_working_day(min(begins_on, world.first_day) - timedelta(days=dice.whole(3, 120)))
        world.households += 1
        episode = Episode(referred_on, world.prompt(referred_on, dice), world.households)
        world.episodes.append(episode)
    episode.service = "disabled" if spell.is_short_break else "care"
    episode.care_spells.append(spell)
    spell.episode = episode
    spell.known_from = max(spell.known_from, episode.known_from)
    episode.holds(spell.started_on, spell.known_from)
    if spell.ended_on is not None and not spell.is_left_open_at_eighteen:
        episode.holds(spell.ended_on, spell.ended_known_from)


def born_for_care(world: World, spell: CareSpell, dice: Dice) -> date:
    """A date of birth with which a spell is one in childhood, ending at eighteen where it should."""
    begins_on = spell.began_as_short_break_on or spell.started_on
    if spell.ends_at_eighteen:
        return years_before(spell.ended_on, 18)
    youngest = min(begins_on - DAY, spell.episode.referred_on)
    sixteen = years_before(month_end(world.last_month), 16)
    if spell.is_short_break:
        oldest, youngest = years_before(begins_on, 12), years_before(begins_on, 4)
    elif spell.placed_for_adoption_on:
        oldest = youngest - 60 * DAY
    elif spell.order == "Adoption":
        oldest = years_before(youngest, 4)
    elif spell.order:
        oldest = max(years_before(youngest, 12), years_before(spell.ended_on, 15))
    elif spell.is_under_sixteen is False:
        oldest = years_before(spell.ended_on or world.horizon, 18) + 40 * DAY
        youngest = min(youngest, sixteen)
    else:
        oldest = years_before(spell.ended_on or world.horizon + 400 * DAY, 18) + 40 * DAY
    if spell.is_under_sixteen:
        oldest = max(oldest, sixteen + DAY)
    if oldest >= youngest:
        return youngest
    span = (youngest - oldest).days
    return youngest - timedelta(days=int(span * dice.random() ** 0.8))
