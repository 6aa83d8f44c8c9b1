"""Looked-after children: spells in care, and how they are recorded as periods, episodes and placements."""

from datetime import date, timedelta

from runner.simulator.calendar import (
    DAY,
    last_working_day,
    month_end,
    years_before,
)
from runner.simulator.dice import Dice
from runner.simulator.episodes import CareSpell, Episode
from runner.simulator.front_door import free_episodes
from runner.simulator.world import World

SHORT_BREAK_CHILDREN = 48
"""Children whose whole period of care is a series of short breaks."""


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
        end_spells(world, month, dice)
    vary_recording(world, dice)
    add_short_breaks(world, dice)
    for spell in world.care_spells:
        give_episode(world, spell, dice)


def end_spells(world: World, month: date, dice: Dice) -> None:
    """Ends a month's spells: a third on an eighteenth birthday, the rest sooner rather than later."""
    wanted = world.targets.of("cla_ends", month)
    late = world.targets.of("cla_ends_late", month)
    very_late = world.targets.of("cla_ends_very_late", month)
    open_spells = [
        spell for spell in world.care_spells if spell.ended_on is None and spell.known_from < month
    ]
    growing_up = [spell for spell in open_spells if (month - spell.started_on).days > 300]
    at_eighteen = dice.sample(growing_up, round(wanted * 0.38))
    chosen = set(at_eighteen)
    others = [spell for spell in open_spells if spell not in chosen and (month - spell.started_on).days > 9]
    newer = [spell for spell in others if (month - spell.started_on).days < 900]
    sooner = dice.sample(newer, round((wanted - len(at_eighteen)) * 0.65))
    chosen = set(sooner)
    rest = [spell for spell in others if spell not in chosen]
    ending = sooner + dice.sample(rest, wanted - len(at_eighteen) - len(sooner))
    for number, spell in enumerate(dice.shuffled(ending)):
        spell.ended_on = dice.day(month, month_end(month))
        if number < very_late:
            spell.ended_known_from = world.very_late(spell.ended_on, dice)
        elif number < very_late + late:
            spell.ended_known_from = world.late(spell.ended_on, dice)
        else:
            spell.ended_known_from = world.prompt(spell.ended_on, dice)
    for spell in at_eighteen:
        spell.ends_at_eighteen = True
        # Nobody turns eighteen on 29 February but those born on one.
        spell.ended_on = dice.day(month, month.replace(day=28))
        spell.ended_known_from = world.prompt(spell.ended_on, dice)


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
    ends_on = spell.ended_on or world.horizon + 400 * DAY
    oldest = years_before(ends_on, 18) + 40 * DAY
    if spell.is_short_break:
        oldest = max(oldest, years_before(begins_on, 12))
    youngest = min(begins_on - DAY, spell.episode.referred_on)
    if spell.is_short_break:
        youngest = years_before(begins_on, 4)
    if oldest >= youngest:
        return youngest
    span = (youngest - oldest).days
    return youngest - timedelta(days=int(span * dice.random() ** 0.8))
