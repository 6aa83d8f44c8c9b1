"""How episodes of need end, and how many stay open."""

from datetime import date, timedelta

from runner.simulator.calendar import DAY, month_end
from runner.simulator.dice import Dice
from runner.simulator.episodes import Episode
from runner.simulator.front_door import add_long_standing_episode
from runner.simulator.world import World


def close_episodes(world: World) -> None:
    """Closes each episode when all in it has ended, then long-standing ones to meet the targets."""
    dice = world.dice("closing")
    for episode in world.episodes:
        if not episode.is_long_standing or not episode.is_free:
            close_by_course(world, episode, dice)
    close_long_standing(world, dice)


def close_by_course(world: World, episode: Episode, dice: Dice) -> None:
    """Closes an episode by what came of it, if that is over by the last day."""
    reason = "RC7"
    if episode.is_no_further_action:
        closes_on = episode.last_event_on
    elif episode.was_closed_early:
        closes_on = episode.last_event_on + timedelta(days=dice.whole(0, 4))
        reason = "RC9" if dice.chance(0.3) else "RC8"
    elif is_under_way(episode):
        return
    elif episode.care_spells:
        closes_on = episode.last_event_on + timedelta(days=dice.whole(1, 21))
    elif episode.need_plans:
        closes_on = episode.last_event_on + timedelta(days=dice.whole(0, 14))
    elif episode.protection_plans:
        closes_on = episode.last_event_on + timedelta(days=dice.whole(5, 60))
    elif episode.assessments:
        closes_on = episode.last_event_on + timedelta(days=dice.whole(15, 140))
    else:
        return
    close(world, episode, closes_on, reason, dice)


def is_under_way(episode: Episode) -> bool:
    """Something of it has not ended."""
    return (
        any(plan.ended_on is None for plan in episode.protection_plans)
        or any(plan.ended_on is None for plan in episode.need_plans)
        or any(spell.ended_on is None or spell.is_left_open_at_eighteen for spell in episode.care_spells)
    )


def close(world: World, episode: Episode, closed_on: date, reason: str, dice: Dice) -> None:
    """Closes an episode, known when all that happened in it is."""
    if closed_on > world.horizon:
        return
    known_from = world.prompt(closed_on, dice)
    episode.closed_on = closed_on
    episode.closed_known_from = max(known_from, episode.last_event_known_from or known_from)
    episode.close_reason = reason


def close_long_standing(world: World, dice: Dice) -> None:
    """Closes, and adds, long-standing episodes so that children in need come to the targets."""
    idle = [episode for episode in world.episodes if episode.is_long_standing and episode.is_free]
    others = [
        episode
        for episode in world.episodes
        if not episode.is_no_further_action and not (episode.is_long_standing and episode.is_free)
    ]
    last = month_end(world.last_month)
    needed_last = world.targets.of("children_in_need", world.last_month) - open_on(others, last)
    wanted = {}
    for month in world.months:
        open_others = open_on(others, month_end(month))
        wanted[month] = max(world.targets.of("children_in_need", month) - open_others, needed_last)
    wanted[world.last_month] = needed_last
    at_first = max(wanted.values())
    while len(idle) < at_first:
        idle.append(add_long_standing_episode(world, dice))
    remaining = dice.shuffled(idle)
    for month in world.months:
        excess = len(remaining) - wanted[month]
        staying = []
        for episode in remaining:
            can_close = episode.last_event_on is None or episode.last_event_on < month
            if excess > 0 and can_close:
                closed_on = dice.day(month + 3 * DAY, month_end(month))
                close(world, episode, closed_on, "RC7", dice)
                excess -= 1
            else:
                staying.append(episode)
        remaining = staying


def open_on(episodes: list[Episode], day: date) -> int:
    """How many of the episodes are open at the end of a day."""
    return sum(episode.is_open_on(day) for episode in episodes)
