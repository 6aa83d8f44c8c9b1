"""Every figure that two releases give differently, with the units behind it and the cause of each.

Only what differs is read: the figures that moved, the rows of their measures and months
that are not the same in both, and of those each unit's part in the numerator and in the
denominator. A figure's causes are sums of units' parts, so they add up to its change; what
is left over is a changed definition, or is unexplained.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING, Any

from runner.home import Home
from runner.readers.release import rows
from runner.revisions.causes import CAUSE_OF_UNIT, CAUSES, UNEXPLAINED
from runner.revisions.source_keys import find_source_keys

if TYPE_CHECKING:
    import duckdb

TOLERANCE = Decimal("0.000001")
"""Figures are sums of doubles; a difference below this comes of the order in which they were added."""

MOVED_FIGURES = f"""
    create or replace temp table moved_figures as
    select
        measures.rowid as place,
        measures.title,
        measures.decimals,
        old.measure_id,
        old.statistic,
        old.reporting_month,
        old.population,
        case
            when old.population = 'financial year to date'
            then cast(date_trunc('year', old.reporting_month - interval 3 month) + interval 3 month as date)
            else old.reporting_month
        end as first_month,
        old.numerator as numerator_before,
        new.numerator as numerator_after,
        old.denominator as denominator_before,
        new.denominator as denominator_after,
        old.value as value_before,
        new.value as value_after,
        old_groups.share_of as share_of_before,
        new_groups.share_of as share_of_after,
        coalesce(
            measures_now.version <> measures.version or measures_now.status <> 'live', true
        ) as is_redefined
    from before.marts.measure_results as old
    left join
        after.marts.measure_results as new using (measure_id, statistic, reporting_month, population)
    left join before.marts.dim_population as old_groups using (measure_id, population)
    left join after.marts.dim_population as new_groups using (measure_id, population)
    inner join before.marts.dim_measure as measures on old.measure_id = measures.measure_id
    left join after.marts.dim_measure as measures_now on old.measure_id = measures_now.measure_id
    where
        old.reporting_month in (select reporting_month from after.marts.dim_month)
        -- A year whose first month is no longer kept is given no more: that is no revision.
        and first_month in (select reporting_month from after.marts.dim_month)
        and ($measure is null or old.measure_id = $measure)
        and (
            abs(coalesce(new.numerator, 0) - coalesce(old.numerator, 0)) > {TOLERANCE}
            or abs(coalesce(new.denominator, 0) - coalesce(old.denominator, 0)) > {TOLERANCE}
            or abs(new.value - old.value) > {TOLERANCE}
            or (old.value is null) <> (new.value is null)
        )
"""

CHANGED_ROWS = """
    create or replace temp table changed_rows as
    with
        in_scope as (
            select distinct
                measure_id,
                cast(
                    unnest(generate_series(first_month, reporting_month, interval 1 month)) as date
                ) as reporting_month
            from moved_figures
        ),
        old as (from before.marts.measure_rows semi join in_scope using (measure_id, reporting_month)),
        new as (from after.marts.measure_rows semi join in_scope using (measure_id, reporting_month))
    select measure_id, reporting_month, unit_id, old as before, new as after
    from old
    full join new using (measure_id, reporting_month, unit_id)
    where
        old.outcome is distinct from new.outcome
        or old.weight is distinct from new.weight
        or old.amount is distinct from new.amount
        or list_sort(old.populations) is distinct from list_sort(new.populations)
"""

EXPLAINED_ROWS = f"""
    create or replace temp table explained_rows as
    with
        one_sided as (
            select
                measure_id,
                reporting_month,
                unit_id,
                after.outcome is not null as is_new,
                coalesce(after.source_table, before.source_table) as source_table,
                coalesce(after.source_id, before.source_id) as source_id,
                coalesce(after.person_id, before.person_id) as person_id
            from changed_rows
            where before.outcome is null or after.outcome is null
        ),
        elsewhere as (
            select measure_id, unit_id, reporting_month, false as is_new from before.marts.measure_rows
            semi join one_sided using (measure_id, unit_id)
            union all
            select measure_id, unit_id, reporting_month, true from after.marts.measure_rows
            semi join one_sided using (measure_id, unit_id)
        ),
        moved_units as (
            -- Events in a month of one release alone: with another such month in the other, they moved.
            select measure_id, unit_id, reporting_month, any_value(is_new) as is_new
            from elsewhere
            semi join
                (from before.marts.dim_measure where kind = 'flow') as flows
                on elsewhere.measure_id = flows.measure_id
            group by measure_id, unit_id, reporting_month
            having count(distinct is_new) = 1
        ),
        known_people as (
            select person_id, false as is_new from before.marts.dim_person
            union all
            select person_id, true from after.marts.dim_person
        ),
        looked_up as (
            select
                one_sided.*,
                exists (
                    select 1 from moved_units
                    where
                        moved_units.measure_id = one_sided.measure_id
                        and moved_units.unit_id = one_sided.unit_id
                        and moved_units.is_new <> one_sided.is_new
                ) as is_moved,
                exists (
                    select 1 from one_sided as others
                    where
                        others.measure_id = one_sided.measure_id
                        and others.reporting_month = one_sided.reporting_month
                        and others.source_table = one_sided.source_table
                        and others.source_id = one_sided.source_id
                        and others.is_new <> one_sided.is_new
                        and others.person_id <> one_sided.person_id
                ) as is_of_another_person,
                exists (
                    select 1 from source_keys
                    where
                        source_keys.is_new <> one_sided.is_new
                        and source_keys.source_table = one_sided.source_table
                        and source_keys.source_id = one_sided.source_id
                        and source_keys.reporting_month = one_sided.reporting_month
                ) as is_row_in_other,
                one_sided.person_id is not null
                and not exists (
                    select 1 from known_people
                    where
                        known_people.is_new <> one_sided.is_new
                        and known_people.person_id = one_sided.person_id
                ) as is_person_unknown_to_other
            from one_sided
        )
    select changed_rows.*, {CAUSE_OF_UNIT} as cause
    from changed_rows
    left join looked_up using (measure_id, reporting_month, unit_id)
"""

# As in measure_values: who is in a population, and each unit's part of a statistic's two counts.
PARTS = """
    create or replace temp macro is_counted(unit, population, outside) as coalesce(
        unit.outcome <> 'excluded'
        and case
            when population = 'all' then list_has_any(unit.populations, outside) is not true
            when population = 'financial year to date' then true
            else list_contains(unit.populations, population)
        end,
        false
    );
    create or replace temp macro numerator_part(unit, statistic, population, share_of, outside) as case
        when statistic in ('mean', 'ratio', 'sum', 'median')
        then if(is_counted(unit, coalesce(share_of, population), outside), unit.amount, null)
        when is_counted(unit, population, outside) and (share_of is not null or unit.outcome = 'yes')
        then unit.weight
    end;
    create or replace temp macro denominator_part(unit, statistic, population, share_of, outside) as case
        when not is_counted(unit, coalesce(share_of, population), outside)
        then 0
        when statistic in ('percent', 'ratio') or (statistic = 'mean' and unit.outcome <> 'pending')
        then unit.weight
    end;
    create or replace temp macro exact(number) as cast(round(coalesce(number, 0), 9) as decimal(38, 9));
    create or replace temp table outside as
    select
        coalesce(old.populations, []) as before,
        coalesce(new.populations, []) as after
    from (select list(population) as populations from before.marts.dim_population where not is_in_all) as old
    cross join
        (select list(population) as populations from after.marts.dim_population where not is_in_all) as new;
"""

UNIT_CHANGES = f"""
    create or replace temp table unit_changes as
    with
        parts as (
            select
                figures.measure_id,
                figures.statistic,
                figures.reporting_month,
                figures.population,
                figures.is_redefined,
                units.reporting_month as unit_month,
                units.* exclude (measure_id, reporting_month),
                numerator_part(
                    units.before, figures.statistic, figures.population, share_of_before, outside.before
                ) as old_numerator,
                numerator_part(
                    units.after, figures.statistic, figures.population, share_of_after, outside.after
                ) as new_numerator,
                denominator_part(
                    units.before, figures.statistic, figures.population, share_of_before, outside.before
                ) as old_denominator,
                denominator_part(
                    units.after, figures.statistic, figures.population, share_of_after, outside.after
                ) as new_denominator
            from moved_figures as figures
            cross join outside
            inner join
                explained_rows as units
                on figures.measure_id = units.measure_id
                and units.reporting_month between figures.first_month and figures.reporting_month
        )
    select
        measure_id,
        statistic,
        reporting_month,
        population,
        case
            when is_redefined and cause not in ('late_arrival', 'withdrawn')
            then 'definition'
            when $is_same_extract
            then '{UNEXPLAINED}'
            else cause
        end as cause,
        unit_month,
        unit_id,
        coalesce(after.person_id, before.person_id) as person_id,
        coalesce(after.team_id, before.team_id) as team_id,
        exact(new_numerator) - exact(old_numerator) as numerator,
        exact(new_denominator) - exact(old_denominator) as denominator,
        before.outcome as outcome_before,
        before.reason as reason_before,
        before.counted_on as counted_on_before,
        after.outcome as outcome_after,
        after.reason as reason_after,
        after.counted_on as counted_on_after,
        old_numerator as amount_before,
        new_numerator as amount_after,
        coalesce(after.source_table, before.source_table) as source_table,
        coalesce(after.source_id, before.source_id) as source_id
    from parts
    where
        exact(new_numerator) <> exact(old_numerator)
        or exact(new_denominator) <> exact(old_denominator)
        or (
            statistic in ('mean', 'ratio', 'median')
            and (new_numerator is null) <> (old_numerator is null)
        )
"""

TOTALS = """
    select
        measure_id,
        statistic,
        reporting_month,
        population,
        cause,
        sum(numerator) as numerator,
        sum(denominator) as denominator,
        count(unit_id) as units
    from unit_changes
    group by all
"""

UNITS = """
    from unit_changes
    where $with_units or statistic = 'median'
    order by unit_id, unit_month
"""

AMOUNTS_BEFORE = """
    select reporting_month, unit_id, amount
    from
        (
            select
                reporting_month,
                unit_id,
                numerator_part(
                    units, 'median', $population, $share_of, (select before from outside)
                ) as amount
            from before.marts.measure_rows as units
            where measure_id = $measure_id and reporting_month between $first_month and $reporting_month
        )
    where amount is not null
"""


@dataclass(frozen=True)
class Part:
    """What one cause adds to a figure.

    Attributes:
        cause: One of CAUSES, or UNEXPLAINED.
        numerator: What it adds to the numerator.
        denominator: What it adds to the denominator.
        count: How many units are behind it; none for a definition's or population's own part.
        units: Those units, each with its own parts, where they were asked for.
    """

    cause: str
    numerator: Decimal
    denominator: Decimal
    count: int
    units: list[dict[str, Any]] = field(repr=False)


@dataclass(frozen=True)
class Change:
    """A figure that two releases give differently.

    Attributes:
        figure: Its measure, statistic, month and population, with title and decimals, and numerator,
            denominator and value before and after.
        parts: What each cause adds; they add up to the change of numerator and denominator exactly.
    """

    figure: dict[str, Any]
    parts: list[Part]

    @property
    def numerator(self) -> Decimal:
        """The change of the numerator."""
        return sum((part.numerator for part in self.parts), Decimal(0))

    @property
    def denominator(self) -> Decimal:
        """The change of the denominator."""
        return sum((part.denominator for part in self.parts), Decimal(0))

    @property
    def is_explained(self) -> bool:
        """Whether the causes account for all of it."""
        return all(part.cause in CAUSES for part in self.parts)


def find_changes(
    connection: "duckdb.DuckDBPyConnection",
    home: Home,
    *,
    is_same_extract: bool,
    measure: str | None = None,
    with_units: bool = True,
) -> list[Change]:
    """Compares the months that two releases both report.

    Args:
        connection: Has the two attached, as `before` and `after`.
        home: Where their extracts are landed, to see whether a source row was in one of them.
        is_same_extract: Whether both were built from the same extracts. Then no row can have arrived, gone or
            been corrected, and what moved without a new definition is unexplained.
        measure: Compare only this one.
        with_units: Whether to give the units behind each cause: there can be millions of them.

    Returns:
        The figures of `before` that `after` gives differently or no longer, newest month first, in the
        register's order. A figure that only `after` has is new, and not among them.
    """
    connection.execute(MOVED_FIGURES, {"measure": measure})
    connection.execute(CHANGED_ROWS)
    find_source_keys(connection, home)
    connection.execute(EXPLAINED_ROWS)
    connection.execute(PARTS)
    connection.execute(UNIT_CHANGES, {"is_same_extract": is_same_extract})
    totals: dict[tuple, list[dict[str, Any]]] = {}
    for total in rows(connection, TOTALS):
        totals.setdefault(_key(total), []).append(total)
    units: dict[tuple, list[dict[str, Any]]] = {}
    for unit in rows(connection, UNITS, {"with_units": with_units}):
        units.setdefault(_key(unit), []).append(unit)
    figures = rows(
        connection,
        "from moved_figures order by reporting_month desc, place, population <> 'all', population, statistic",
    )
    return [
        Change(figure, _parts(connection, figure, totals.get(_key(figure), []), units.get(_key(figure), [])))
        for figure in figures
    ]


def _key(row: dict[str, Any]) -> tuple[str, str, date, str]:
    return row["measure_id"], row["statistic"], row["reporting_month"], row["population"]


def _parts(
    connection: "duckdb.DuckDBPyConnection",
    figure: dict[str, Any],
    totals: list[dict[str, Any]],
    units: list[dict[str, Any]],
) -> list[Part]:
    """A figure's causes, in the list's order, and what they leave over."""
    of_cause = {total["cause"]: total for total in totals}
    by_cause: dict[str, list[dict[str, Any]]] = {cause: [] for cause in [*CAUSES, UNEXPLAINED]}
    for unit in units:
        by_cause[unit["cause"]].append(unit)
    if figure["statistic"] == "median":
        numerators = _median_parts(connection, figure, by_cause)
    else:
        numerators = {cause: _total(of_cause, cause, "numerator") for cause in by_cause}
    denominators = {cause: _total(of_cause, cause, "denominator") for cause in by_cause}
    counts = {cause: of_cause[cause]["units"] if cause in of_cause else 0 for cause in by_cause}

    children = Decimal(0)
    if figure["statistic"] == "rate":
        children = _change(figure, "denominator")
        denominators["population"] = children
    left = {
        "numerator": _change(figure, "numerator") - sum(numerators.values()),
        "denominator": _change(figure, "denominator") - sum(denominators.values()),
    }
    left = {part: value if abs(value) > TOLERANCE else Decimal(0) for part, value in left.items()}
    rest = "definition" if figure["is_redefined"] else UNEXPLAINED
    numerators[rest] += left["numerator"]
    denominators[rest] += left["denominator"]

    parts = [
        Part(cause, numerators[cause], denominators[cause], counts[cause], behind)
        for cause, behind in by_cause.items()
        if counts[cause] or numerators[cause] or denominators[cause]
    ]
    # The value alone moved: both counts are as before, and what is made of them is not.
    return parts or [Part(rest, Decimal(0), Decimal(0), 0, [])]


def _change(figure: dict[str, Any], part: str) -> Decimal:
    """The change of a figure's numerator or denominator, nothing counting as nought."""
    return _exact(figure[f"{part}_after"]) - _exact(figure[f"{part}_before"])


def _exact(value: float | None) -> Decimal:
    return round(Decimal(repr(value or 0.0)), 9)


def _total(of_cause: dict[str, dict[str, Any]], cause: str, part: str) -> Decimal:
    return of_cause[cause][part] if cause in of_cause else Decimal(0)


def _median_parts(
    connection: "duckdb.DuckDBPyConnection",
    figure: dict[str, Any],
    by_cause: dict[str, list[dict[str, Any]]],
) -> dict[str, Decimal]:
    """What each cause adds to a median: how it moves as the causes are applied one after the other."""
    asked = {key: figure[key] for key in ("measure_id", "population", "first_month", "reporting_month")}
    asked["share_of"] = figure["share_of_before"]
    amounts = {
        (month, unit): amount for month, unit, amount in connection.execute(AMOUNTS_BEFORE, asked).fetchall()
    }
    parts = {}
    now = _median(amounts)
    for cause, units in by_cause.items():
        for unit in units:
            key = unit["unit_month"], unit["unit_id"]
            if unit["amount_after"] is None:
                amounts.pop(key, None)
            else:
                amounts[key] = unit["amount_after"]
        then, now = now, _median(amounts)
        parts[cause] = now - then
    return parts


def _median(amounts: dict[tuple[date, str], float]) -> Decimal:
    return _exact(median(amounts.values()) if amounts else None)
