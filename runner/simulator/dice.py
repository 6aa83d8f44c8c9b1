"""Chance that falls the same way on every machine and every version of Python."""

import random
from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """Random choices, all made from `random()`, whose sequence Python guarantees for a seed."""

    def __init__(self, *seed: object) -> None:
        self.random = random.Random("/".join(str(part) for part in seed)).random

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self.random() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True in this share of cases."""
        return self.random() < share

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items."""
        return items[int(self.random() * len(items))]

    def weighted(self, items: Sequence[Item], heights: Sequence[float]) -> Item:
        """One of the items; heights are the weights added up, the last being the total."""
        return items[min(bisect_right(heights, self.random() * heights[-1]), len(items) - 1)]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """The items in another order."""
        mixed = list(items)
        for last in range(len(mixed) - 1, 0, -1):
            other = int(self.random() * (last + 1))
            mixed[last], mixed[other] = mixed[other], mixed[last]
        return mixed

    def sample(self, items: Sequence[Item], number: int) -> list[Item]:
        """So many of the items, each at most once, in their own order."""
        chosen = set(self.shuffled(range(len(items)))[:number])
        return [item for place, item in enumerate(items) if place in chosen]

    def day(self, first: date, last: date) -> date:
        """A day from first to last, both included."""
        return first + timedelta(days=self.whole(0, (last - first).days))


def postcode(area: str, dice: Dice) -> str:
    """A postcode of an area that no town has: QC is the invented county, QX lies outside it."""
    return f"{area}{dice.whole(1, 24)} {dice.whole(1, 9)}{dice.pick('ABDEFGHJLN')}{dice.pick('PQRSTUWXYZ')}"
