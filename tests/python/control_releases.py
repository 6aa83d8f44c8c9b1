"""Small releases with counts by team, for what compares and samples them."""

from pathlib import Path

from tests.python.tiny_release import change, tiny_release

COUNTS = """
    alter table marts.dim_measure add column statistics varchar default 'percent';
    alter table marts.dim_measure add column kind varchar default 'flow';
    insert into marts.dim_measure values
        ('plans', 'process', 'Plans started', 'plan', 0, 'live', 'count; rate', 'flow'),
        ('open_plans', 'activity', 'Plans open', 'child', 0, 'live', 'count', 'stock');
    create table marts.dim_team as
    from (values ('T1', 'North'), ('T2', 'South'), ('T3', 'South')) as teams (team_id, team_name);
    create table marts.rejected_rows (source_table varchar, source_line bigint, reason varchar);
    create table marts.measure_breakdowns (
        measure_id varchar, statistic varchar, reporting_month date, population varchar,
        dimension varchar, member varchar, numerator double
    );
"""

FIGURES = """
    insert into marts.measure_results
    select measure_id, 'count', reporting_month, 'all', sum(weight), null, sum(weight), sum(weight),
        'final', 1
    from marts.measure_rows
    where measure_id in ('plans', 'open_plans') and outcome = 'yes'
    group by measure_id, reporting_month;
    insert into marts.measure_breakdowns
    select measure_id, 'count', reporting_month, 'all', 'team', team_id, sum(weight)
    from marts.measure_rows
    where measure_id in ('plans', 'open_plans') and outcome = 'yes' and team_id is not null
    group by measure_id, reporting_month, team_id;
"""


def unit(
    unit_id: str,
    team: str | None = "T1",
    outcome: str = "yes",
    reason: str = "started",
    month: str = "2024-06",
    measure: str = "plans",
) -> tuple:
    """A row of measure_rows: a plan that counts in a month."""
    day = f"{month}-10"
    of_unit = (measure, f"{month}-01", unit_id, f"P{unit_id}", team, outcome, reason, 1, None, [])
    return (*of_unit, day, None, None, "ssd_cp_plans", unit_id)


def counting_release(file: Path, units: list[tuple], as_at: str = "2024-07-31", rejected: int = 0) -> Path:
    """Writes a release that counts plans, and returns its file.

    Args:
        file: The DuckDB file to write.
        units: As given by `unit`.
        as_at: The date of the extract it says it is from.
        rejected: How many rows of plans landing rejected.
    """
    tiny_release(file, as_at)
    change(file, COUNTS)
    for one in units:
        values = ", ".join("null" if value is None else repr(value) for value in one)
        change(file, f"insert into marts.measure_rows values ({values})")
    change(
        file,
        "insert into marts.rejected_rows"
        f" select 'ssd_cp_plans', number, 'a reason' from range({rejected}) as lines (number)",
    )
    change(file, FIGURES)
    return file
