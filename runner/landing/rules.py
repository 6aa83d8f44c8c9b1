"""What must hold for a row as a whole, and what is only worth saying, as SQL made from the contract.

The rules read a row of text columns, a `<date column>:on` timestamp for each date, and the
person it is about as `subject` (person_id, born_on, is_birth_expected).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from runner.landing.contract import Contract, Table
from runner.landing.values import named, quoted, typed, unknown_code

ORPHAN = "the person is not in ssd_person, or was rejected there"
LOST_ZEROS = "id has lost its leading zeros"
BEFORE_BIRTH = "dated before the person was born"
OLDEST_EVER = 120


@dataclass(frozen=True)
class Rule:
    """A reason to reject a row: SQL that is null where the row is sound, and the column to blame."""

    column: str
    reason: str


@dataclass(frozen=True)
class Notice:
    """Something that is accepted and counted: SQL that is true of the rows, and what to call them."""

    kind: str
    column: str
    holds: str


def on(column: str) -> str:
    """The timestamp of a date column."""
    return named(column + ":on")


def birthday(born_on: str, age: int) -> str:
    """The date of a birthday as SQL; born on 29 February, it is 1 March in other years."""
    day = f"({born_on} + interval {age} year)"
    return f"cast(case when day({born_on}) = day({day}) then {day} else {day} + interval 1 day end as date)"


def last_month_end(as_at: date) -> date:
    """The last day of the last month that ended before an extract."""
    return as_at.replace(day=1) - timedelta(days=1)


def row_rules(table: Table, as_at: date) -> list[Rule]:
    """The reasons for which a row is rejected that need more than one of its columns, or its person."""
    rules = [_not_more(table, lower, upper) for lower, upper in table.not_more]
    started = f"cast({on(table.started_on)} as date)" if table.started_on else ""
    if table.person:
        person = named(table.person)
        rules.append(
            Rule(
                table.person,
                f"case when {person} is not null and subject.person_id is null then {quoted(ORPHAN)} end",
            )
        )
    if table.person and started:
        too_late = f"{started} >= {birthday('subject.born_on', OLDEST_EVER + 1)}"
        rules.append(
            Rule(table.started_on, f"case when {too_late} then 'the person would be over {OLDEST_EVER}' end")
        )
        if not table.is_unborn_allowed:
            early = f"{started} < subject.born_on and not subject.is_birth_expected"
            rules.append(Rule(table.started_on, f"case when {early} then {quoted(BEFORE_BIRTH)} end"))
    if table.oldest:
        rules.append(_oldest(table, as_at))
    return rules


def _not_more(table: Table, lower: str, upper: str) -> Rule:
    columns = {column.name: column for column in table.columns}
    if columns[lower].type == "date":
        low, high = f"cast({on(lower)} as date)", f"cast({on(upper)} as date)"
    else:
        low, high = typed(columns[lower]), typed(columns[upper])
    return Rule(upper, f"case when {high} < {low} then {quoted(f'before or below {lower}')} end")


def _oldest(table: Table, as_at: date) -> Rule:
    age, when = table.oldest
    born_on = "subject.born_on" if table.person else f"cast({on(table.identity)} as date)"
    if when == "month end":
        day, reason = f"date '{last_month_end(as_at)}'", f"over {age} at the end of the month"
    else:
        day, reason = f"cast({on(when)} as date)", f"over {age} on the day"
    blamed = table.person or table.identity
    return Rule(blamed, f"case when {day} >= {birthday(born_on, age + 1)} then {quoted(reason)} end")


def notices(table: Table, contract: Contract) -> list[Notice]:
    """What is counted and said, and accepted all the same."""
    found = []
    for column in table.columns:
        value = named(column.name)
        if column.references and not column.is_person:
            parents = " union all ".join(
                f"select {named(key)} from raw.{named(parent)} where {named(key)} is not null"
                for parent, key in column.references
            )
            found.append(
                Notice("reference", column.name, f"{value} is not null and {value} not in ({parents})")
            )
        if column.codes and not column.codes.rejects:
            found.append(Notice("code", column.name, f"{value} is not null and {unknown_code(column)}"))
    if table.started_on and (table.ended_on or table.is_monthly):
        found.append(Notice("no date", table.started_on, f"{on(table.started_on)} is null"))
    if table.person and table.started_on:
        early = f"cast({on(table.started_on)} as date) < subject.born_on"
        if not table.is_unborn_allowed:
            early += " and subject.is_birth_expected"
        found.append(Notice("before birth", table.started_on, early))
    if table.expects:
        given, wanted = table.expects
        blank = " and ".join(f"{named(column)} is null" for column in wanted)
        found.append(Notice("no outcome", given, f"{named(given)} is not null and {blank}"))
    return found


NOTICE_TEXT = {
    "reference": "naming in {column} what no table of the extract holds",
    "code": "with a code in {column} that its code set does not know",
    "no date": "without {column}",
    "before birth": "with {column} before the person was born, or due to be",
    "no outcome": "with {column} and no outcome",
    "gap": "starting after a gap in their period",
    "overlap": "of a period that overlaps an earlier one, rejected",
    "identity": "giving one {column} more than one value, rejected",
    "natural key": "repeating an earlier row under another id, rejected",
    "merged": "naming a person merged into another, who is named instead",
    "trimmed": "with spaces at the edges of values, or words for none such as NULL, which were left out",
}
"""What is said of the rows of each kind of notice."""
