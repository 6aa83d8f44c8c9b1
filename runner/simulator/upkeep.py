"""What has to be done again and again: planned so that a given share of each month's stock is up to date."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, TypeVar

from runner.simulator.calendar import DAY, month_end, months_earlier, working_days_of
from runner.simulator.dice import Dice

Subject = TypeVar("Subject", bound=Hashable)


@dataclass
class Upkeep(Generic[Subject]):
    """When something was last done for each subject, month by month.

    A subject is up to date when it was done within so many months before a month's end (twice, for those
    whom `twice` names). Each month as many of those who fall due are done as the share asks for.

    Attributes:
        window: The months within which it must have been done.
        dice: Chance.
        done: The days on which it was done for each subject, in order.
        twice: Whether a subject must have had it done twice by a day.
    """

    window: int
    dice: Dice
    done: dict[Subject, list[date]] = field(default_factory=dict)
    twice: Callable[[Subject, date], bool] = lambda subject, day: False

    def start(self, subject: Subject, days: Iterable[date]) -> None:
        """Notes when it was done before the months that are planned."""
        self.done[subject] = sorted(days)

    def is_up_to_date(self, subject: Subject, day: date) -> bool:
        """Whether it was done in time before a day."""
        done = [each for each in self.done[subject] if each <= day]
        needed = 2 if self.twice(subject, day) else 1
        return len(done) >= needed and done[-needed] > months_earlier(day, self.window)

    def keep_up(self, subjects: list[Subject], month: date, wanted: int) -> list[Subject]:
        """Does it in a month for as many as leave the wanted number up to date.

        Args:
            subjects: Those whom the month's figure counts.
            month: First day of the month.
            wanted: How many are to be up to date when it ends.

        Returns:
            Those who are not up to date.
        """
        last_day = month_end(month)
        half = months_earlier(last_day, self.window // 2)
        for subject in subjects:
            if self.twice(subject, last_day) and self.dice.chance(0.8):
                done = self.done[subject]
                if not done or done[-1] <= half:
                    self.do(subject, month)
        due = [subject for subject in subjects if not self.is_up_to_date(subject, last_day)]
        missing = max(0, wanted - (len(subjects) - len(due)))
        since = months_earlier(last_day, self.window)
        once = [
            subject
            for subject in due
            if not self.twice(subject, last_day) or any(day > since for day in self.done[subject])
        ]
        for subject in self.dice.sample(once, missing):
            self.do(subject, month)
        return [subject for subject in due if not self.is_up_to_date(subject, last_day)]

    def do(self, subject: Subject, month: date) -> None:
        """Does it on a working day of a month, other than one on which it was done."""
        done = self.done[subject]
        days = [day for day in working_days_of(month) if not done or day > done[-1]]
        done.append(self.dice.pick(days) if days else max(done[-1] + DAY, month))
        done.sort()
