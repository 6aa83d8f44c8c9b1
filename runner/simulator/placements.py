"""Where looked-after children live, and when they move."""

from bisect import bisect_right
from datetime import date, timedelta
from itertools import accumulate

from runner.simulator.calendar import DAY, add_months, month_end, months_earlier
from runner.simulator.dice import Dice
from runner.simulator.episodes import CareSpell, Stay
from runner.simulator.stock import Stock
from runner.simulator.world import World

KINDS = {"U6": 30, "U4": 16, "U3": 8, "U1": 5, "K2": 14, "P1": 7, "U5": 1, "R1": 1, "Z1": 2}
KIND_HEIGHTS = list(accumulate(KINDS.values()))
OVER_SIXTEEN = ("H5", "P2", "U6", "K2", "U4")
OVER_SIXTEEN_HEIGHTS = list(accumulate((45, 6, 25, 12, 12)))
WITHOUT_URN = ("P1", "P2", "Z1")

SETTLED = 176
"""Of the children under 16 looked after for two and a half years, those in one placement for two."""

IN_COUNTY = 714
"""Children placed in the county, per thousand, as first reported for the last complete month."""


class Moves:
    """The days on which each child moves.

    A child has had three placements or more in the last twelve months when there were two moves in them,
    so that moves are planned month by month: the few who move again, and others who move once.
    """

    def __init__(self, spells: list[CareSpell]) -> None:
        self.days: dict[CareSpell, list[date]] = {spell: [] for spell in spells}

    def add(self, spell: CareSpell, day: date) -> None:
        """Notes a move."""
        self.days[spell].append(day)
        self.days[spell].sort()

    def between(self, spell: CareSpell, after: date, until: date) -> int:
        """How many moves there are after one day, and on or before another."""
        days = self.days[spell]
        return bisect_right(days, until) - bisect_right(days, after)


def plan_placements(world: World) -> dict[CareSpell, list[Stay]]:
    """Plans every placement of every spell in care, in order."""
    dice = world.dice("placements")
    spells = [spell for spell in world.care_spells if not spell.is_short_break]
    moves = plan_moves(world, spells, dice)
    stays = {spell: stays_of(spell, moves.days.get(spell, []), dice) for spell in world.care_spells}
    place_in_county(world, spells, stays, dice)
    plan_unregistered(world, spells, stays, dice)
    return stays


def plan_moves(world: World, spells: list[CareSpell], dice: Dice) -> Moves:
    """Plans when children move, month by month."""
    moves = Moves(spells)
    for spell in spells:
        if spell.re_entered_on:
            moves.add(spell, spell.re_entered_on)
        earlier = (world.first_day - spell.started_on).days
        if earlier > 120:
            moves.add(spell, spell.started_on + timedelta(days=dice.whole(20, earlier - 40)))
    settled = choose_settled(world, spells, moves, dice)
    for month in world.months:
        last_day = month_end(month)
        year_before = months_earlier(last_day, 12)
        stock = [spell for spell in world.looked_after(last_day) if spell not in settled]
        moved = {spell: moves.between(spell, year_before, last_day) for spell in stock}
        wanted = world.targets.share_of(len(world.looked_after(last_day)), "cla_three_plus", month)
        again = wanted - sum(number >= 2 for number in moved.values())
        can_move = [
            spell
            for spell in stock
            if spell.started_on < month and moves.between(spell, month - 25 * DAY, last_day) == 0
        ]
        once = [spell for spell in can_move if moved[spell] == 1]
        for spell in dice.sample(once, max(0, again)):
            moves.add(spell, dice.day(month, last_day))
        twice = [spell for spell in can_move if moved[spell] == 0 and spell.started_on < month - 40 * DAY]
        for spell in dice.sample(twice, max(0, again - len(once))):
            moves.add(spell, dice.day(month, month + 12 * DAY))
            moves.add(spell, dice.day(month + 18 * DAY, last_day))
        for spell in twice:
            newly = (month - spell.started_on).days < 250
            if moves.between(spell, year_before, last_day) == 0 and dice.chance(0.09 if newly else 0.02):
                moves.add(spell, dice.day(month, last_day))
    return moves


def choose_settled(world: World, spells: list[CareSpell], moves: Moves, dice: Dice) -> set[CareSpell]:
    """Chooses the children who stay where they are, and has the others of long standing move once."""
    stock = Stock(spells, world.last_month)
    long_enough = [
        spell
        for spell in stock.reported
        if spell.is_under_sixteen and spell.started_on <= months_earlier(stock.last_day, 30)
    ]
    since = months_earlier(stock.last_day, 24)
    can_stay = [spell for spell in long_enough if moves.between(spell, since, world.horizon) == 0]
    settled = set(dice.sample(can_stay, SETTLED))
    for spell in can_stay:
        if spell not in settled:
            last_day = min(add_months(world.last_month, -1), spell.ended_on or world.horizon)
            moves.add(spell, dice.day(since + DAY, last_day - DAY))
    return settled


def stays_of(spell: CareSpell, moves: list[date], dice: Dice) -> list[Stay]:
    """The placements of a spell, each with another carer than the one before."""
    began_on = spell.began_as_short_break_on or spell.started_on
    stays: list[Stay] = []
    for day in [began_on, *moves]:
        kind = dice.weighted(tuple(KINDS), KIND_HEIGHTS)
        if spell.person.age_on(day) >= 16:
            kind = dice.weighted(OVER_SIXTEEN, OVER_SIXTEEN_HEIGHTS)
        if spell.is_short_break:
            kind = "U6"
        if spell.order == "Adoption" and not spell.is_under_sixteen and stays and day == moves[-1]:
            kind = "A6"
        urn = None
        if kind not in WITHOUT_URN:
            urn = f"SC{100000 + 2 * dice.whole(0, 210) + len(stays) % 2}"
        stays.append(Stay(day, kind, urn, dice.chance(IN_COUNTY / 1000)))
    return stays


def stay_on(stays: list[Stay], day: date) -> Stay:
    """Where a child lives at the end of a day."""
    return stays[bisect_right(stays, day, key=lambda stay: stay.started_on) - 1]


def place_in_county(
    world: World, spells: list[CareSpell], stays: dict[CareSpell, list[Stay]], dice: Dice
) -> None:
    """Brings the children placed in the county to the published share."""
    stock = Stock(spells, world.last_month)
    current = [stay_on(stays[spell], stock.last_day) for spell in stock.reported]
    wanted = (len(current) * IN_COUNTY + 500) // 1000
    inside = [stay for stay in current if stay.is_in_county]
    outside = [stay for stay in current if not stay.is_in_county]
    for stay in dice.sample(inside, max(0, len(inside) - wanted)):
        stay.is_in_county = False
    for stay in dice.sample(outside, max(0, wanted - len(inside))):
        stay.is_in_county = True


def plan_unregistered(
    world: World, spells: list[CareSpell], stays: dict[CareSpell, list[Stay]], dice: Dice
) -> None:
    """Plans which placements are with a provider that is not registered, month by month."""
    for month in world.months:
        last_day = month_end(month)
        current = [(spell, stay_on(stays[spell], last_day)) for spell in world.looked_after(last_day)]
        for series, youngest, oldest in (("unregistered_under_16", 11, 15), ("unregistered_over_16", 16, 17)):
            of_age = [stay for spell, stay in current if youngest <= spell.person.age_on(last_day) <= oldest]
            there = [stay for stay in of_age if stay.unregistered_from and not stay.unregistered_until]
            wanted = world.targets.of(series, month)
            for stay in dice.sample(there, max(0, len(there) - wanted)):
                stay.unregistered_until = dice.day(max(month, stay.unregistered_from + DAY), last_day)
            can_be = [
                stay
                for stay in of_age
                if stay.unregistered_from is None and stay.kind in ("K2", "Z1", "U6", "H5")
            ]
            lately = [stay for stay in can_be if stay.started_on >= month] or can_be
            missing = max(0, wanted - len(there))
            for stay in dice.sample(lately if len(lately) >= missing else can_be, missing):
                stay.unregistered_from = max(month, stay.started_on)
                stay.kind, stay.urn = "Z1", None
