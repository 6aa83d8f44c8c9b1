"""When children are visited: planned so that a given share of each month's stock has been seen in time."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Generic

from runner.simulator.calendar import (
    DAY,
    last_working_day,
    month_of,
    next_working_day,
)
from runner.simulator.dice import Dice
from runner.simulator.stock import Open, Stock
from runner.simulator.world import World

FIRST_VISITS = 8
"""The month, from the first, from which visits and plan reviews are in the system."""


@dataclass
class Standard(Generic[Open]):
    """How often the children on one kind of plan are to be visited, and how often they are.

    Attributes:
        series: The shares seen in time, per thousand; with `_reported`, as first reported.
        first: Days from the clock's start within which the first visit is due.
        interval: Days from a visit within which the next one is due.
        gaps: The fewest and the most days between visits that are made in time.
        clock_from: When the clock of a plan started that runs on a day.
        never_late: Whether a plan is visited in time whatever happens.
    """

    series: str
    first: int
    interval: int
    gaps: tuple[int, int]
    clock_from: Callable[[Open, date], date] = lambda plan, day: plan.started_on
    never_late: Callable[[Open, date], bool] = lambda plan, day: False


@dataclass(slots=True)
class Visits:
    """The days on which a child was seen, and those of visits first recorded as such by mistake."""

    seen: list[date] = field(default_factory=list)
    overstated: list[date] = field(default_factory=list)


class Planner(Generic[Open]):
    """Plans the visits of one kind of plan."""

    def __init__(self, world: World, plans: list[Open], standard: Standard[Open], dice: Dice) -> None:
        self.world = world
        self.plans = plans
        self.standard = standard
        self.dice = dice
        self.late: dict[Open, list[date]] = {plan: [] for plan in plans}
        """The month ends at which a child was not seen in time."""
        self.needed: dict[Open, list[tuple[date, date]]] = {plan: [] for plan in plans}
        """The first and last days between which there must be a visit."""
        self.visits = {plan: Visits() for plan in plans}

    def plan(self) -> dict[Open, Visits]:
        """Every child's visits."""
        for month in self.world.months[FIRST_VISITS:]:
            self.plan_month(month)
        for plan in self.plans:
            self.visits[plan].seen = self.days_seen(plan)
        return self.visits

    def window(self, plan: Open, last_day: date) -> tuple[date, date]:
        """The days on one of which a child must have been seen to be up to date on a day."""
        born_on = plan.episode.person.born_on
        start = self.standard.clock_from(plan, last_day)
        first = max(last_day - timedelta(days=self.standard.interval), start, born_on)
        return first, last_day if plan.ended_on is None else min(last_day, plan.ended_on - DAY)

    def is_due(self, plan: Open, last_day: date) -> bool:
        """Whether a child not seen since the clock started is overdue."""
        return self.standard.clock_from(plan, last_day) + timedelta(days=self.standard.first) < last_day

    def can_be_late(self, plan: Open, last_day: date) -> bool:
        """Whether a child may be left unseen, and yet have been seen in time the month before and after."""
        if plan.ended_on is not None and plan.ended_on < last_day + 7 * DAY:
            return False
        room = timedelta(days=self.standard.interval + (32 if self.standard.interval > 28 else 0))
        start = max(self.standard.clock_from(plan, last_day), plan.episode.person.born_on)
        return start + room < last_day and not self.standard.never_late(plan, last_day)

    def plan_month(self, month: date) -> None:
        """Decides who has not been seen in time at a month's end, and who only seems to have been."""
        targets, series = self.world.targets, self.standard.series
        stock = Stock(self.plans, month)
        last_day = stock.last_day
        unseen = [plan for plan in stock.reported + stock.final if self.cannot_be_seen(plan, last_day)]
        unseen = list(dict.fromkeys(unseen))
        final, reported = set(stock.final), set(stock.reported)
        wanted = len(final) - targets.share_of(len(final), series, month)
        wanted -= sum(plan in final for plan in unseen)
        known = [plan for plan in stock.final if plan in reported and self.can_be_late(plan, last_day)]
        late = self.dice.sample(known, max(0, wanted))
        for plan in late:
            self.late[plan].append(last_day)
        not_late = (final | reported) - set(late) - set(unseen)
        for plan in stock.final + stock.only_reported:
            if plan in not_late and self.is_due(plan, last_day):
                self.needed[plan].append(self.window(plan, last_day))

        shown = len(reported) - targets.share_of(len(reported), f"{series}_reported", month)
        overstated = len(late) + sum(plan in reported for plan in unseen) - shown
        for plan in self.dice.sample(late, max(0, overstated)):
            first, last = self.window(plan, last_day)
            day = self.dice.day(max(first, month), last)
            if month_of(last_working_day(day)) == month and last_working_day(day) >= first:
                day = last_working_day(day)
            self.visits[plan].overstated.append(day)

    def cannot_be_seen(self, plan: Open, last_day: date) -> bool:
        """Whether the child is overdue without anyone's fault: not born yet, or gone."""
        first, last = self.window(plan, last_day)
        return first > last and self.is_due(plan, last_day)

    def days_seen(self, plan: Open) -> list[date]:
        """The days on which a child was seen: as often as it should be, but not where it was late."""
        interval = timedelta(days=self.standard.interval)

        def may_be_seen(day: date) -> bool:
            return not any(last_day - interval <= day <= last_day for last_day in self.late[plan])

        days = [day for day in self.regular_days(plan) if may_be_seen(day)]
        for first, last in self.needed[plan]:
            if bisect_right(days, last) > bisect_left(days, first):
                continue
            window = (first + number * DAY for number in range((last - first).days + 1))
            free = [day for day in window if may_be_seen(day)]
            working = [day for day in free if last_working_day(day) == day]
            days.append(self.dice.pick(working or free))
            days.sort()
        return days

    def regular_days(self, plan: Open) -> list[date]:
        """Visits at the usual intervals, from the start of each clock to the end of the plan."""
        last_day = (
            self.world.horizon if plan.ended_on is None else min(self.world.horizon, plan.ended_on - DAY)
        )
        begins = self.world.months[FIRST_VISITS]
        day = max(plan.started_on, plan.episode.person.born_on, begins)
        days: list[date] = []
        clock = None
        while True:
            started = self.standard.clock_from(plan, day)
            if started != clock and started >= begins:
                wait = self.dice.whole(1, min(7, self.standard.first))
            else:
                wait = self.dice.whole(*self.standard.gaps)
            clock = started
            following = day + timedelta(days=wait)
            changes = self.standard.clock_from(plan, following)
            if changes != clock:
                # Somewhere else by then: seen there within days.
                day = changes
                clock = None
                if day > last_day:
                    return days
                continue
            day = next_working_day(following)
            if day > last_day:
                return days
            days.append(day)
