"""What the pages show, read from a release in a handful of queries and put together by measure."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.months import Month
from runner.readers.release import rows
from runner.readers.scorecard import scorecard
from runner.readers.units import UNITS

if TYPE_CHECKING:
    import duckdb

STAGES = Path(__file__).with_name("stages.csv")
"""The measures in the order of the child's journey, by stage."""

UNSTAGED = "Other measures"

DIMENSIONS = {"team": "Team", "age_band": "Age", "sex": "Sex", "ethnicity": "Ethnic group"}
AGES = ("unborn", "under 1", "1 to 4", "5 to 9", "10 to 15", "16 to 17", "18 and over", "not recorded")
LAST = "not recorded"

SERIES = """
    select
        results.*, signals.* exclude (measure_id, statistic, reporting_month, value, status)
    from release.marts.measure_results as results
    inner join release.marts.dim_month as months
        on results.reporting_month = months.reporting_month and months.is_on_scorecard
    left join release.marts.measure_signals as signals
        on results.measure_id = signals.measure_id
        and results.statistic = signals.statistic
        and results.reporting_month = signals.reporting_month
        and results.population = 'all'
    order by results.reporting_month
"""
BREAKDOWNS = """
    select breakdowns.*, coalesce(teams.team_name, breakdowns.member) as name
    from release.marts.measure_breakdowns as breakdowns
    left join release.marts.dim_team as teams
        on breakdowns.dimension = 'team' and breakdowns.member = teams.team_id
    where breakdowns.reporting_month = $month and breakdowns.population = 'all'
    order by breakdowns.dimension, name
"""
COMPARATORS = "from release.marts.comparators where is_latest order by measure_id, population, rowid"
RANKS = "from release.marts.comparator_ranks where reporting_month = $month"
VINTAGES = """
    from release.marts.measure_vintages
    where population = 'all' and reporting_month > $month - interval 6 month
    order by as_at, release
"""
REVISIONS = """
    select revisions.*
    from release.marts.measure_revisions as revisions
    inner join release.marts.dim_month as months
        on revisions.reporting_month = months.reporting_month and months.is_on_scorecard
    where revisions.population = 'all'
    order by revisions.reporting_month desc, revisions.units desc, revisions.cause
"""
TEAMS = """
    select
        signals.*,
        coalesce(teams.team_name, signals.team_id) as name,
        teams.parent_team_name as service
    from release.marts.team_signals as signals
    left join release.marts.dim_team as teams on signals.team_id = teams.team_id
    order by name, signals.team_id
"""
LIMITS = "from release.marts.funnel_limits order by measure_id, units"
OUTCOMES = f"""
    select measure_id, outcome, reason, count(unit_id) as units, sum(weight) as weight
    from ({UNITS})
    group by measure_id, outcome, reason
    order by list_position(['yes', 'no', 'pending', 'excluded'], outcome), units desc, reason
"""
PUBLISHED = """
    from release.marts.published_figure_checks
    where as_at = $as_at and comparison in ('agrees', 'disagrees')
    order by last_month desc, figure
"""
CHECKS = "from release.marts.check_results order by status <> 'exception', family, check_id"
HISTORY = "from release.marts.check_history order by as_at, release"
REJECTED = """
    select source_table, column_name, reason, count(reason) as row_count
    from release.marts.rejected_rows
    group by all
    order by source_table, row_count desc, column_name, reason
"""
ACCOUNTS = """
    select account, measure_id, source_table, fate, sum(row_count) as row_count
    from release.marts.row_accounting
    group by all
    order by source_table, measure_id, row_count desc
"""


@dataclass(frozen=True)
class Site:
    """All that the pages of a release show.

    Attributes:
        month: The last month that the release reports.
        as_at: The date of its extract.
        months: The months of the scorecard, oldest first.
        stages: The live measures by stage of the child's journey, in reading order.
        quality: What data quality says: `checks` against the source with their `history`, `rejected` rows and
            row `accounts`.
    """

    month: date
    as_at: date
    months: list[date]
    stages: dict[str, list[dict[str, Any]]]
    quality: dict[str, list[dict[str, Any]]]

    @property
    def measures(self) -> list[dict[str, Any]]:
        """Every live measure, in reading order."""
        return [measure for stage in self.stages.values() for measure in stage]


def read_site(connection: "duckdb.DuckDBPyConnection") -> Site:
    """Reads what the pages of a release show.

    Args:
        connection: As given by `runner.readers.release.opened`.
    """
    months = [
        row["reporting_month"]
        for row in rows(connection, "from release.marts.dim_month where is_on_scorecard order by all")
    ]
    month = months[-1]
    card = scorecard(connection, Month(month.year, month.month))
    asked = {"month": month}
    held = {
        row["table_name"]
        for row in rows(connection, "select table_name from duckdb_tables() where database_name = 'release'")
    }

    def kept(table: str, sql: str, values: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a query on a table that a build by dbt alone, or an older release, may lack."""
        return rows(connection, sql, values) if table in held else []

    figures = by_measure(card["figures"])
    series = by_measure(rows(connection, SERIES))
    breakdowns = by_measure(rows(connection, BREAKDOWNS, asked))
    comparators = by_measure(rows(connection, COMPARATORS))
    ranks = by_measure(rows(connection, RANKS, asked))
    vintages = by_measure(kept("measure_vintages", VINTAGES, asked))
    revisions = by_measure(kept("measure_revisions", REVISIONS))
    teams = by_measure(kept("team_signals", TEAMS))
    limits = by_measure(kept("funnel_limits", LIMITS))
    units = by_measure(kept("measure_rows", OUTCOMES, asked))
    published = by_measure(kept("published_figure_checks", PUBLISHED, {"as_at": card["as_at"]}))
    populations = by_measure(rows(connection, "from release.marts.dim_population order by rowid"))
    measures = {}
    for register in rows(connection, "from release.marts.dim_measure where status = 'live' order by rowid"):
        measure_id = register["measure_id"]
        measures[measure_id] = {
            **register,
            "headline": register["statistics"].split("; ")[0],
            "figures": figures[measure_id],
            "series": series[measure_id],
            "breakdowns": _dimensions(breakdowns.get(measure_id, [])),
            "comparators": comparators.get(measure_id, []),
            "ranks": ranks.get(measure_id, []),
            "vintages": vintages.get(measure_id, []),
            "revisions": revisions.get(measure_id, []),
            "populations": populations.get(measure_id, []),
            "teams": teams.get(measure_id, []),
            "limits": limits.get(measure_id, []),
            "units": units.get(measure_id, []),
            "published_figures": published.get(measure_id, []),
        }
    quality = {
        "checks": kept("check_results", CHECKS),
        "history": kept("check_history", HISTORY),
        "rejected": kept("rejected_rows", REJECTED),
        "accounts": kept("row_accounting", ACCOUNTS),
    }
    return Site(month, card["as_at"], months, by_stage(measures), quality)


def by_measure(listed: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Rows by their measure, in their order."""
    found = defaultdict(list)
    for row in listed:
        found[row["measure_id"]].append(row)
    return found


def by_stage(measures: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Measures by stage of the child's journey; those that no stage lists come last.

    Args:
        measures: The measures by id.
    """
    stages = defaultdict(list)
    left = dict(measures)
    with STAGES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["measure_id"] in left:
                stages[row["stage"]].append(left.pop(row["measure_id"]))
    if left:
        stages[UNSTAGED] = list(left.values())
    return stages


def _dimensions(listed: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Breakdowns by dimension, without those in which nothing is known; ages in order, the unknown last."""
    found = {}
    for dimension in DIMENSIONS:
        members = [row for row in listed if row["dimension"] == dimension]
        if {row["member"] for row in members} - {LAST}:
            found[dimension] = sorted(
                members,
                key=lambda row: (
                    row["member"] == LAST,
                    AGES.index(row["member"]) if row["member"] in AGES else 0,
                    row["name"],
                    row["statistic"],
                ),
            )
    return found
