"""The cells of a release: one for each measure, month, population and member, with the counts it gives away.

A cell is shown whole or not at all: percentage, rate and numerator are one count said three times.
"""

from typing import TYPE_CHECKING

from runner.disclosure.modes import SMALL, Mode

if TYPE_CHECKING:
    import duckdb
    import pandas

THIN = 2 * SMALL
"""A figure of fewer is not broken down in public: its members would have no room beside each other."""

KEY = ["measure_id", "reporting_month", "population", "dimension", "member"]
PARTS = ["yes", "rest", "weight", "amount", "decided"]
"""The counts behind a cell: what counts, what is beside it, both together, what is summed, over how many."""

CELLS = """
    with
        figures as (
            select measure_id, statistic, reporting_month, population,
                'all' as dimension, 'all' as member, numerator, denominator
            from release.marts.measure_results
            union all
            select measure_id, statistic, reporting_month, population, dimension, member,
                numerator, denominator
            from release.marts.measure_breakdowns
            where not $is_public or (population = 'all' and dimension <> 'team')
        ),
        cells as (
            select
                measure_id, reporting_month, population, dimension, member,
                max(numerator) filter (where statistic in ('count', 'percent', 'rate')) as yes,
                max(denominator) filter (where statistic in ('percent', 'ratio')) as weight,
                max(coalesce(numerator, 0)) filter (where statistic in ('mean', 'ratio', 'sum')) as amount,
                max(denominator) filter (where statistic = 'mean') as decided,
                bool_or(statistic = 'percent') as has_rest,
                bool_or(statistic in ('count', 'rate')) as has_count,
                bool_or(statistic = 'sum') as has_sum,
                bool_or(statistic = 'median') as has_median
            from figures
            group by all
        ),
        parts as (
            select
                cells.* exclude (has_rest),
                if(has_rest, greatest(weight - yes, 0), null) as rest
            from cells
            inner join release.marts.dim_month as months
                on cells.reporting_month = months.reporting_month and months.is_on_scorecard
        ),
        thin as (
            select measure_id, reporting_month, population
            from parts
            where dimension = 'all' and $is_public
                and (yes between 1e-6 and $thin - 1e-6 or rest between 1e-6 and $thin - 1e-6)
        )
    select cells.*
    from parts as cells
    left join thin
        on cells.measure_id = thin.measure_id and cells.reporting_month = thin.reporting_month
        and cells.population = thin.population
    where cells.dimension = 'all' or thin.measure_id is null
    order by measure_id, cells.reporting_month, population, dimension, member
"""

GREATEST = """
    with
        separate as (
            select measure_id, list(population) as populations
            from release.marts.dim_population where not is_in_all group by measure_id
        ),
        units as (
            select
                measure_id, weight, amount,
                unnest(list_distinct(list_concat(
                    units.populations,
                    if(list_has_any(units.populations, coalesce(separate.populations, [])), [], ['all'])
                ))) as population
            from release.marts.measure_rows as units
            left join separate using (measure_id)
            where outcome <> 'excluded' and (weight > 1 or amount > 1)
        )
    select measure_id, population, max(weight) as weight, max(amount) as amount
    from units group by all
"""
"""What one unit weighs at most, where that is more than one: a pupil has up to 46 sessions in a month."""


def read_cells(connection: "duckdb.DuckDBPyConnection", mode: Mode) -> "pandas.DataFrame":
    """The cells of the scorecard's months, each part with what counts as small for it.

    In public mode only whole measures are broken down, not their named groups, and never by team; nor is a
    month in which fewer than `THIN` count, or are beside those that count.

    Args:
        connection: As given by `runner.readers.release.opened`.
        mode: For whom.

    Returns:
        The columns of KEY and PARTS; `has_count`, `has_sum` and `has_median`, whether it has such a figure;
        and for each part `small_<part>`, the least number that is not small.
    """
    cells = connection.execute(CELLS, {"is_public": mode is Mode.PUBLIC, "thin": THIN}).df()
    bases = connection.execute(
        "select measure_id, population, share_of from release.marts.dim_population"
    ).fetchall()
    greatest = {
        (measure, population): (weight, amount)
        for measure, population, weight, amount in connection.execute(GREATEST).fetchall()
    }
    base_of = {(measure, population): base for measure, population, base in bases if base}
    pairs = list(zip(cells["measure_id"], cells["population"], strict=True))
    known = {}
    for measure, population in dict.fromkeys(pairs):
        own = greatest.get((measure, population), (1, 1))
        base = greatest.get((measure, base_of.get((measure, population), population)), (1, 1))
        known[measure, population] = (max(own[0], base[0], 1), max(own[1] or 1, 1))
    weights = cells.assign(pair=pairs)["pair"].map(lambda pair: known[pair][0] * SMALL)
    amounts = cells.assign(pair=pairs)["pair"].map(lambda pair: known[pair][1] * SMALL)
    for part in ("yes", "rest", "weight", "decided"):
        cells[f"small_{part}"] = weights.astype(float)
    cells["small_amount"] = amounts.where(cells["has_sum"], SMALL).astype(float)
    return cells
