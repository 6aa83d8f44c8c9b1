"""A council as rows with two dates each: when the case system learned them and when it corrected them."""

import csv
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from runner.home import PROJECT
from runner.simulator.calendar import add_months, early_extract, month_end, month_of
from runner.simulator.dice import Dice
from runner.simulator.episodes import (
    Assessment,
    CarePeriod,
    CareSpell,
    Episode,
    NeedPlan,
    Person,
    ProtectionPlan,
    Stay,
    Worker,
)
from runner.simulator.targets import Targets

NEVER = date.max
"""Known until this day: the row is never corrected."""


@cache
def tables() -> dict[str, tuple[str, ...]]:
    """Every table of the input contract, with its columns in order."""
    columns: dict[str, list[str]] = {}
    with (PROJECT / "runner" / "landing" / "contract.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            columns.setdefault(row["table"], []).append(row["column"])
    return {table: tuple(names) for table, names in columns.items()}


@cache
def positions(table: str) -> dict[str, int]:
    """Where each column of a table stands."""
    return {name: place for place, name in enumerate(tables()[table])}


class World:
    """One council: its people, its calendar, and the rows that its case system has ever held.

    Modules plan events and add rows; `rows_known` gives the extract of any date. A row that changes
    later is two rows with the same key: the first known until the day from which the second is known.

    Args:
        council: Number of the council; it begins every id.
        seed: Decides every choice; the same seed gives the same bytes.
        last_month: The last complete month, to which the published series are pinned.
    """

    def __init__(self, council: int, seed: int, last_month: date) -> None:
        self.council = council
        self.seed = seed
        self.targets = Targets(last_month)
        self.months = self.targets.months
        self.last_month = last_month
        self.first_day = self.months[0]
        self.horizon = month_end(self.months[-1])
        """The last day on which anything happens."""
        self.people: list[Person] = []
        self.households = 0
        self.episodes: list[Episode] = []
        self.assessed_episodes: list[Episode] = []
        """Episodes with a first assessment, in order of referral; what comes of a referral starts here."""
        self.assessments: list[Assessment] = []
        self.protection_plans: list[ProtectionPlan] = []
        self.need_plans: list[NeedPlan] = []
        self.care_spells: list[CareSpell] = []
        self.care_periods: list[CarePeriod] = []
        self.placements: dict[CareSpell, list[Stay]] = {}
        """Where each child in care lives, from when, in order."""
        self.teams: dict[str, list[str]] = {}
        """The teams of each service."""
        self.workers: dict[str, list[str]] = {}
        """The workers of each team who are there throughout."""
        self.staff: list[Worker] = []
        """Every social worker who is still in post on the last day."""
        self._numbers: Counter[str] = Counter()
        self._rows: dict[str, list[tuple[str, date, date]]] = {table: [] for table in tables()}
        self._sorted = False

    def dice(self, subject: str) -> Dice:
        """Choices for one subject, which no other subject's choices disturb."""
        return Dice(self.seed, self.council, subject)

    def new_id(self, kind: str) -> str:
        """The next id of a kind, such as `RF001000042`: letters, the council, a number."""
        self._numbers[kind] += 1
        return f"{kind}{self.council:03d}{self._numbers[kind]:06d}"

    def add(
        self,
        table: str,
        known_from: date,
        known_until: date = NEVER,
        *,
        person: Person | None = None,
        **values: Any,
    ) -> None:
        """Adds one version of a row.

        Args:
            table: A table of the input contract.
            known_from: First day on which an extract holds the row.
            known_until: First day on which it no longer does: corrected or withdrawn.
            person: Whom the row is about; the person is known from then at the latest.
            values: The row's columns; those left out are blank.
        """
        if known_from >= known_until:
            return
        if person is not None and (person.known_from is None or known_from < person.known_from):
            person.known_from = known_from
        places = positions(table)
        cells = [""] * len(places)
        for column, value in values.items():
            cells[places[column]] = cell(value)
        self._rows[table].append((",".join(cells), known_from, known_until))

    def add_spell(
        self,
        table: str,
        known_from: date,
        ended_known_from: date | None,
        end: dict[str, Any],
        *,
        person: Person | None = None,
        **values: Any,
    ) -> None:
        """Adds a row that opens and later closes: without, and from a later day with, its end.

        Args:
            table: A table of the input contract.
            known_from: When the start was recorded.
            ended_known_from: When the end was recorded; none if it has not ended.
            end: The columns that the end fills.
            person: Whom the row is about.
            values: The columns known from the start.
        """
        closed_from = NEVER if ended_known_from is None else max(known_from, ended_known_from)
        self.add(table, known_from, closed_from, person=person, **values)
        if ended_known_from is not None:
            self.add(table, closed_from, person=person, **values, **end)

    def add_lines(self, table: str, known_from: date, lines: Iterable[str]) -> None:
        """Adds many rows of a table that became known together and are never corrected.

        Args:
            table: A table of the input contract.
            known_from: First day on which an extract holds the rows.
            lines: The rows as they stand in the file: every column, in order.
        """
        self._rows[table].extend((line, known_from, NEVER) for line in lines)

    def rows_known(self, table: str, as_at: date) -> list[str]:
        """The lines of one table in the extract of a date, in the order of their first columns."""
        if not self._sorted:
            for rows in self._rows.values():
                rows.sort()
            self._sorted = True
        return [
            line for line, known_from, known_until in self._rows[table] if known_from <= as_at < known_until
        ]

    # Who was open when ----------------------------------------------------------------------------

    def on_a_protection_plan(self, day: date) -> list[ProtectionPlan]:
        """The council's own child protection plans open at the end of a day."""
        return [
            plan
            for plan in self.protection_plans
            if not plan.is_for_other_authority
            and plan.started_on <= day
            and (plan.ended_on is None or plan.ended_on > day)
        ]

    def on_a_need_plan(self, day: date) -> list[NeedPlan]:
        """The child in need plans open at the end of a day."""
        return [
            plan
            for plan in self.need_plans
            if plan.started_on <= day and (plan.ended_on is None or plan.ended_on > day)
        ]

    def looked_after(self, day: date) -> list[CareSpell]:
        """The spells in care open at the end of a day, short breaks left out."""
        return [
            spell
            for spell in self.care_spells
            if not spell.is_short_break
            and spell.started_on <= day
            and (spell.ended_on is None or spell.ended_on > day)
        ]

    def in_need(self, day: date) -> list[Episode]:
        """The episodes of need open at the end of a day."""
        return [
            episode
            for episode in self.episodes
            if not episode.is_no_further_action and episode.is_open_on(day)
        ]

    # When things are recorded ---------------------------------------------------------------------

    def prompt(self, day: date, dice: Dice) -> date:
        """Recorded within days, and always by the extract early in the next month."""
        return min(day + timedelta(days=dice.whole(0, 3)), next_early_extract(day))

    def late(self, day: date, dice: Dice) -> date:
        """Recorded after the extract early in the next month, within that month."""
        return next_early_extract(day) + timedelta(days=dice.whole(1, 22))

    def late_from(self, month: date) -> date:
        """What is recorded from this day on misses the extract early in the month after."""
        return next_early_extract(month) + timedelta(days=1)

    def very_late(self, day: date, dice: Dice) -> date:
        """Recorded after the second extract that could have held it, within a month of that."""
        return early_extract(add_months(month_of(day), 2)) + timedelta(days=dice.whole(1, 22))


@cache
def next_early_extract(day: date) -> date:
    """The extract early in the month after a day's."""
    return early_extract(add_months(month_of(day), 1))


@cache
def date_cell(value: date) -> str:
    """A date as it stands in a file."""
    return value.isoformat()


def cell(value: Any) -> str:
    """A value as it stands in a CSV file; none is blank."""
    if value is None:
        return ""
    if isinstance(value, str):
        if "," in value or '"' in value:
            return '"' + value.replace('"', '""') + '"'
        return value
    if isinstance(value, date):
        return date_cell(value)
    return str(value)


def write_extract(world: World, as_at: date, folder: Path, is_first: bool) -> dict[str, int]:
    """Writes a council's rows as known on one date, a CSV file for each table.

    Args:
        world: The council.
        as_at: The date of the extract.
        folder: Where the files go; it exists.
        is_first: Begin new files, with their headers; else go on after another council's rows.

    Returns:
        The rows written to each table.
    """
    written = {}
    for table, columns in tables().items():
        lines = world.rows_known(table, as_at)
        with (folder / f"{table}.csv").open("w" if is_first else "a", encoding="utf-8", newline="\n") as file:
            if is_first:
                file.write(",".join(columns) + "\n")
            if lines:
                file.write("\n".join(lines) + "\n")
        written[table] = len(lines)
    return written
