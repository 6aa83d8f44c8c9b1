"""Checks that span the rows of a spell: overlaps, gaps, what lies outside, and months without rows."""

from datetime import date

from runner.landing.checks import Checks
from runner.landing.contract import Table
from runner.landing.rules import last_month_end, on
from runner.landing.values import named, quoted

MONTHS_EXPECTED = 18


def check_spells(checks: Checks) -> None:
    """Rejects overlapping periods and what lies wholly outside its own; warns of gaps and empty months."""
    tables = checks.contract.tables
    for table in tables.values():
        if table.period:
            _reject_overlaps(checks, table)
    for table in tables.values():
        if table.within:
            _reject_outside(checks, table, tables[table.within[1]])
            if table.ended_on:
                _warn_of_gaps(checks, table)
    for table in tables.values():
        if table.is_monthly:
            _warn_of_empty_months(checks, table)


def _spell(table: Table) -> tuple[str, str]:
    """The calendar dates between which a row holds; an open end is far ahead, a single date its own end."""
    start = f"cast({on(table.started_on)} as date)"
    if not table.ended_on:
        return start, start
    return start, f"coalesce(cast({on(table.ended_on)} as date), date '9999-12-31')"


def _reject_overlaps(checks: Checks, table: Table) -> None:
    """Of a person's overlapping periods the later is rejected, with all of its rows (B76).

    Periods that meet on a day do not overlap: the later one continues the earlier.
    """
    start, end = _spell(table)
    person, period = named(table.person), named(table.period)
    overlapping = checks.rows(
        "with periods as ("
        f" select {person} as person_id, {period} as period_id, min({start}) as start_on,"
        f" max({end}) as end_on"
        f" from {checks.described(table)} where {person} is not null and {period} is not null group by all),"
        " compared as (select *, start_on < max(end_on) over (partition by person_id"
        " order by start_on, period_id rows between unbounded preceding and 1 preceding) as is_overlapping"
        " from periods)"
        " select person_id, period_id, start_on, end_on from compared where person_id in"
        " (select person_id from compared where is_overlapping) order by person_id, start_on, period_id"
    )
    rejected = []
    person_id, open_until = None, date.min
    for this_person, period_id, start_on, end_on in overlapping:
        if this_person != person_id:
            person_id, open_until = this_person, date.min
        if start_on and start_on < open_until:
            rejected.append((this_person, period_id))
        else:
            open_until = max(open_until, end_on)
    if not rejected:
        return
    checks.database.execute("create or replace temp table overlapping (person_id varchar, period_id varchar)")
    checks.database.executemany("insert into overlapping values (?, ?)", rejected)
    checks.insert_faults(
        table,
        f"select source_line, {quoted(table.period)}, {period}, 'overlaps an earlier period of the person'"
        f" from raw.{named(table.name)} semi join overlapping"
        f" on {person} = overlapping.person_id and {period} = overlapping.period_id",
    )
    checks.warn(table.name, "overlap", checks.drop_rejected(table))


def _reject_outside(checks: Checks, table: Table, parent: Table) -> None:
    """Rows that touch no row of the spell they belong to, where that spell is known (B78, B91)."""
    column, _, key = table.within
    start, end = _spell(table)
    parent_start, parent_end = _spell(parent)
    dates = f"{start} as start_on, {end} as end_on"
    checks.insert_faults(
        table,
        f"with spells as (select {named(key)} as spell, {parent_start} as first_on, {parent_end} as last_on"
        f" from {checks.described(parent)}),"
        f" rows as (select source_line, {named(column)} as spell, {dates} from {checks.described(table)})"
        f" select source_line, {quoted(table.started_on)}, cast(any_value(start_on) as varchar),"
        f" {quoted(f'outside every spell of {parent.name} it belongs to')}"
        " from rows inner join spells using (spell) where start_on is not null"
        " group by source_line having not bool_or(start_on <= last_on and end_on >= first_on)",
    )
    checks.drop_rejected(table)


def _warn_of_gaps(checks: Checks, table: Table) -> None:
    start, end = _spell(table)
    group = named(table.within[0])
    gaps = checks.rows(
        f"select count(*) from (select {start} > max({end}) over (partition by {group} order by {start}"
        " rows between unbounded preceding and 1 preceding) as is_after_gap"
        f" from {checks.described(table)} where {group} is not null) where is_after_gap"
    )[0][0]
    checks.warn(table.name, "gap", gaps)


def _warn_of_empty_months(checks: Checks, table: Table) -> None:
    last_month = last_month_end(checks.as_at).replace(day=1)
    empty = checks.rows(
        f"with present as (select distinct date_trunc('month', {on(table.started_on)}) as month"
        f" from {checks.described(table)}),"
        " expected as (select unnest(generate_series(greatest((select min(month) from present),"
        f" date '{last_month}' - interval {MONTHS_EXPECTED - 1} month), date '{last_month}',"
        " interval 1 month)) as month)"
        " select strftime(month, '%Y-%m') from expected anti join present using (month) order by month"
    )
    if empty:
        months = ", ".join(month for (month,) in empty)
        checks.note(table.name, "empty month", len(empty), f"{table.name} has no rows in {months}.")
