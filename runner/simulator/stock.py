"""Who was open at a month's end: in truth, and as the extract early in the next month has it."""

from collections.abc import Iterable
from datetime import date
from typing import Generic, Protocol, TypeVar

from runner.simulator.calendar import add_months, early_extract, month_end
from runner.simulator.episodes import Episode


class Spell(Protocol):
    """A plan, or a time in care."""

    started_on: date
    known_from: date
    ended_on: date | None
    ended_known_from: date | None
    episode: Episode | None


Open = TypeVar("Open", bound=Spell)


class Stock(Generic[Open]):
    """The plans, or times in care, that are open when a month ends.

    Attributes:
        final: Those that were open.
        reported: Those that the extract early in the next month shows as open.
        only_reported: Those whose end was recorded too late for that extract.
    """

    def __init__(self, spells: Iterable[Open], month: date) -> None:
        self.last_day = month_end(month)
        reported_on = early_extract(add_months(month, 1))
        self.final: list[Open] = []
        self.reported: list[Open] = []
        self.only_reported: list[Open] = []
        for spell in spells:
            if spell.started_on > self.last_day:
                continue
            is_open = spell.ended_on is None or spell.ended_on > self.last_day
            is_known = max(spell.known_from, spell.episode.known_from) <= reported_on
            if is_open:
                self.final.append(spell)
            if is_known and (is_open or spell.ended_known_from > reported_on):
                self.reported.append(spell)
                if not is_open:
                    self.only_reported.append(spell)
