"""The tables of an export: figures and breakdowns with what is hidden taken out, and what they refer to.

Every format is written from these, so that a figure is the same in all of them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from runner.disclosure.decide import Disclosure
from runner.site.figures import AGES

if TYPE_CHECKING:
    import duckdb
    import pandas

SHOWN, SUPPRESSED, NOT_APPLICABLE = "shown", "suppressed", "not applicable"
"""What the column `availability` says of a figure."""
FACTS = ("figures", "breakdowns")


@dataclass(frozen=True)
class Column:
    """A column of an exported table: its type in DuckDB, what it means, and the column it leads to."""

    name: str
    type: str
    meaning: str
    key_of: str = ""


_FIGURE = (
    Column("measure_id", "VARCHAR", "The measure.", "dim_measure.measure_id"),
    Column(
        "reporting_month", "DATE", "First day of the month that is reported.", "dim_month.reporting_month"
    ),
    Column(
        "population_key",
        "VARCHAR",
        "The measure and the group of it that is counted.",
        "dim_population.population_key",
    ),
    Column("population", "VARCHAR", "The group that is counted: all, or a named group of the measure."),
    Column("statistic", "VARCHAR", "count, percent, ratio, rate (per 10,000 children), mean, median or sum."),
)
_VALUES = (
    Column("numerator", "DOUBLE", "What is counted or summed; empty where suppressed or not applicable."),
    Column(
        "denominator",
        "DOUBLE",
        "What it is over; empty for a count, a sum and a median, or where suppressed.",
    ),
    Column(
        "value", "DOUBLE", "The figure, rounded as the register says; empty where suppressed or undefined."
    ),
    Column("availability", "VARCHAR", "shown, suppressed, or not applicable: nothing to divide by."),
    Column(
        "status", "VARCHAR", "provisional while later records are still expected to change it, else final."
    ),
    Column("definition_version", "BIGINT", "The version of the measure's definition."),
)
COLUMNS: dict[str, tuple[Column, ...]] = {
    "figures": (*_FIGURE, *_VALUES),
    "breakdowns": (
        *_FIGURE,
        Column("dimension", "VARCHAR", "What it is broken down by: team, age_band, sex or ethnicity."),
        Column("member", "VARCHAR", "The member of that dimension, by name."),
        Column("team_id", "VARCHAR", "The team, where the breakdown is by team.", "dim_team.team_id"),
        *_VALUES,
    ),
    "dim_month": (
        Column("reporting_month", "DATE", "First day of the month; one row for each month."),
        Column("month_end", "DATE", "Last day of the month."),
        Column(
            "financial_year_starting", "BIGINT", "The year in which its financial year starts, on 1 April."
        ),
        Column("is_latest", "BOOLEAN", "Whether it is the last month reported."),
    ),
    "dim_measure": (
        Column("measure_id", "VARCHAR", "The measure; one row for each."),
        Column("section", "VARCHAR", "The section of the scorecard."),
        Column("title", "VARCHAR", "Its name."),
        Column("unit_counted", "VARCHAR", "What one unit is."),
        Column("numerator_rule", "VARCHAR", "What counts."),
        Column("denominator_rule", "VARCHAR", "Out of what; empty for a count."),
        Column("month_rule", "VARCHAR", "The date that puts a unit in its month."),
        Column("kind", "VARCHAR", "flow (events in the month) or stock (open at month end)."),
        Column("better", "VARCHAR", "Which direction is better: higher, lower or neither."),
        Column("decimals", "BIGINT", "Decimals that its figures are rounded to."),
        Column("version", "BIGINT", "The version of its definition."),
    ),
    "dim_population": (
        Column("population_key", "VARCHAR", "The measure and the group; one row for each."),
        Column("measure_id", "VARCHAR", "The measure.", "dim_measure.measure_id"),
        Column("population", "VARCHAR", "The group: all, or a named group."),
        Column("meaning", "VARCHAR", "Who is in it."),
    ),
    "dim_team": (
        Column("team_id", "VARCHAR", "The team; one row for each."),
        Column("team_name", "VARCHAR", "Its name."),
        Column("parent_team_name", "VARCHAR", "The service it belongs to."),
    ),
}
"""Every exported table with its columns, in order. Nothing has a row for a person, a unit or a worker."""

MEANINGS = {
    "figures": "One row per measure, statistic, month and population: the figures.",
    "breakdowns": "One row per measure, statistic, month, population and member of a dimension.",
    "dim_month": "One row per reporting month.",
    "dim_measure": "One row per measure: the register.",
    "dim_population": "One row per measure and population.",
    "dim_team": "One row per team.",
}

_FACT = """
    select
        facts.measure_id, facts.reporting_month,
        facts.measure_id || ': ' || facts.population as population_key,
        facts.population, facts.statistic, {breakdown}
        if(cells.is_shown, facts.numerator, null) as numerator,
        if(cells.is_shown, facts.denominator, null) as denominator,
        if(cells.is_shown, facts.value_shown, null) as value,
        case
            when not cells.is_shown then 'suppressed'
            when facts.value_shown is null then 'not applicable'
            else 'shown'
        end as availability,
        facts.status, facts.definition_version
    from release.marts.{table} as facts
    inner join release.marts.dim_measure as measures on facts.measure_id = measures.measure_id
    inner join decided as cells
        on facts.measure_id = cells.measure_id and facts.reporting_month = cells.reporting_month
        and facts.population = cells.population and cells.dimension = {dimension}
        and cells.member = {member}
    {teams}
    order by
        measures.section, facts.measure_id, facts.population <> 'all', facts.population, facts.statistic,
        facts.reporting_month {last}
"""


def make_tables(connection: "duckdb.DuckDBPyConnection", decided: Disclosure) -> None:
    """Makes the tables of an export in the connection's own catalogue, with what is hidden left out.

    Args:
        connection: As given by `runner.readers.release.opened`.
        decided: What is shown.
    """
    cells = decided.cells[["measure_id", "reporting_month", "population", "dimension", "member"]]
    connection.register("decided_now", cells.assign(is_shown=decided.is_shown))
    connection.execute("create or replace temp table decided as from decided_now")
    connection.unregister("decided_now")
    figures = _FACT.format(
        table="measure_results", dimension="'all'", member="'all'", breakdown="", teams="", last=""
    )
    breakdowns = _FACT.format(
        table="measure_breakdowns",
        dimension="facts.dimension",
        member="facts.member",
        breakdown="facts.dimension, coalesce(teams.team_name, facts.member) as member,"
        " teams.team_id as team_id,",
        teams="left join release.marts.dim_team as teams"
        " on facts.dimension = 'team' and facts.member = teams.team_id",
        last=f", facts.dimension, teams.team_id, list_position({list(AGES)}, facts.member), facts.member",
    )
    queries = {
        "figures": figures,
        "breakdowns": breakdowns,
        "dim_month": """
            select reporting_month, month_end,
                year(reporting_month - interval 3 month) as financial_year_starting,
                reporting_month = max(reporting_month) over () as is_latest
            from release.marts.dim_month where is_on_scorecard order by reporting_month
        """,
        "dim_measure": """
            select measure_id, section, title, unit_counted, numerator_rule, denominator_rule, month_rule,
                kind, better, decimals, version
            from release.marts.dim_measure where status = 'live' order by section, measure_id
        """,
        "dim_population": """
            with used as (select distinct population_key, measure_id, population from figures)
            select used.population_key, used.measure_id, used.population,
                if(used.population = 'all', 'all that the measure counts', named.meaning) as meaning
            from used
            left join release.marts.dim_population as named
                on used.measure_id = named.measure_id and used.population = named.population
            order by used.measure_id, used.population <> 'all', used.population
        """,
        # Of the teams that are named, for nobody outside is told of another.
        "dim_team": """
            select * from release.marts.dim_team
            where team_id in (select team_id from breakdowns) order by team_id
        """,
    }
    for table, query in queries.items():
        typed = ", ".join(
            f'cast("{column.name}" as {column.type}) as "{column.name}"' for column in COLUMNS[table]
        )
        connection.execute(f"create or replace temp table {table} as select {typed} from ({query})")


def read_table(connection: "duckdb.DuckDBPyConnection", table: str) -> "pandas.DataFrame":
    """One of the tables that `make_tables` made, in its order."""
    return connection.execute(f"from {table}").df()


def counts(connection: "duckdb.DuckDBPyConnection") -> dict[str, int]:
    """How many figures the export shows, suppresses and has none of, over both fact tables."""
    found = dict(
        connection.execute(
            "select availability, count(availability) from"
            " (select availability from figures union all select availability from breakdowns) group by 1"
        ).fetchall()
    )
    return {name: found.get(name, 0) for name in (SHOWN, SUPPRESSED, NOT_APPLICABLE)}
