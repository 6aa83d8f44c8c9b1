"""A release of a few rows, for the readers' tests: the marts' columns, no dbt."""

from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb

SCHEMA = """
    create schema marts;
    create table marts.dim_month as
    select cast(month as date) as reporting_month, last_day(month) as month_end, date '{as_at}' as as_at,
        if(month = date '2024-06-01', date '2024-07-02', null) as state_as_at
    from unnest(generate_series(date '2023-07-01', date '2024-06-01', interval 1 month)) as months(month);
    create table marts.dim_measure (
        measure_id varchar, section varchar, title varchar, unit_counted varchar, decimals integer,
        status varchar
    );
    insert into marts.dim_measure values
        ('enquiries', 'process', 'Enquiries that led to a conference', 'enquiry', 0, 'live'),
        ('caseload', 'workforce', 'Average caseload', 'worker', 1, 'live'),
        ('orders', 'impact', 'Orders made', 'child', 1, 'live'),
        ('audits', 'audit', 'Audits', 'audit', 0, 'planned');
    create table marts.dim_population (
        measure_id varchar, population varchar, share_of varchar, is_in_all boolean
    );
    insert into marts.dim_population values
        ('enquiries', 'under 5', null, true),
        ('enquiries', 'no conference', 'all', true),
        ('enquiries', 'siblings', null, false);
    create table marts.measure_rows (
        measure_id varchar, reporting_month date, unit_id varchar, person_id varchar, team_id varchar,
        outcome varchar, reason varchar, weight double, amount double, populations varchar[],
        counted_on date, due_on date, met_on date, source_table varchar, source_id varchar
    );
    insert into marts.measure_rows values
        ('enquiries', '2024-06-01', 'E1', 'P1', null, 'yes', 'conference held', 1, null, ['under 5'],
         '2024-06-03', '2024-07-18', '2024-06-10', 'ssd_s47_enquiry', 'E1'),
        ('enquiries', '2024-06-01', 'E2', 'P2', null, 'no', 'not needed', 1, null, ['no conference'],
         '2024-06-04', null, null, 'ssd_s47_enquiry', 'E2'),
        ('enquiries', '2024-06-01', 'S2', 'P9', null, 'yes', 'sibling seen', 1, null, ['siblings'],
         '2024-06-04', null, null, 'ssd_s47_enquiry', 'E2'),
        ('enquiries', '2024-06-01', 'E3', 'P3', null, 'pending', 'conference not yet held', 1, null,
         ['under 5'], '2024-06-20', '2024-08-04', null, 'ssd_s47_enquiry', 'E3'),
        ('enquiries', '2024-06-01', 'E4', 'P4', null, 'excluded', 'transfer in', 1, null, [],
         '2024-06-21', null, null, 'ssd_s47_enquiry', 'E4'),
        ('enquiries', '2024-05-01', 'E0', 'P1', null, 'yes', 'conference held', 1, null, [],
         '2024-05-03', null, null, 'ssd_s47_enquiry', 'E0'),
        ('caseload', '2024-06-01', 'W1', null, 'T1', 'yes', 'holds cases', 0.5, 8, [],
         '2024-06-30', null, null, 'local_post_holders', 'W1'),
        ('caseload', '2024-06-01', 'W2', null, 'T1', 'yes', 'holds cases', 1, 16, [],
         '2024-06-30', null, null, 'local_post_holders', 'W2'),
        ('orders', '2024-04-01', 'O1', 'P1', null, 'yes', 'order made', 1, null, [],
         '2024-04-09', null, null, 'ssd_permanence', 'O1'),
        ('orders', '2024-06-01', 'O2', 'P2', null, 'yes', 'order made', 1, null, [],
         '2024-06-09', null, null, 'ssd_permanence', 'O2'),
        ('orders', '2024-03-01', 'O0', 'P3', null, 'yes', 'order made', 1, null, [],
         '2024-03-09', null, null, 'ssd_permanence', 'O0');
    insert into marts.dim_measure values ('leavers', 'impact', 'Care leavers', 'young person', 0, 'live');
    insert into marts.measure_rows
    select 'leavers', '2024-06-01', 'L' || number, 'L' || number, null, 'yes', 'left', 1, null, [],
        '2024-06-30', null, null, 'ssd_care_leavers', 'L' || number
    from range(3) as numbers(number);
    insert into marts.measure_rows values
        ('attendance', '2024-06-01', 'U1', null, null, 'yes', 'attended', 20, null, [],
         '2024-06-30', null, null, 'local_attendance', 'U1');
    insert into marts.dim_measure values ('attendance', 'education', 'Attendance', 'session', 1, 'live');
    create table marts.measure_results (
        measure_id varchar, statistic varchar, reporting_month date, population varchar, numerator double,
        denominator double, value double, value_shown double, status varchar, definition_version integer
    );
    insert into marts.measure_results values
        ('enquiries', 'percent', '2024-06-01', 'all', 1, 3, 100 / 3, 33, 'provisional', 1),
        ('enquiries', 'percent', '2024-06-01', 'under 5', 1, 2, 50, 50, 'provisional', 1),
        ('enquiries', 'percent', '2024-06-01', 'no conference', 1, 3, 100 / 3, 33, 'provisional', 1),
        ('enquiries', 'percent', '2024-06-01', 'siblings', 1, 1, 100, 100, 'provisional', 1),
        ('enquiries', 'percent', '2024-05-01', 'all', 1, 1, 100, 100, 'final', 1),
        ('caseload', 'mean', '2024-06-01', 'all', 24, 1.5, 16, 16, 'final', 1),
        ('orders', 'count', '2024-06-01', 'all', 1, null, 1, 1, 'final', 1),
        ('leavers', 'count', '2024-06-01', 'all', 3, null, 3, 3, 'final', 1),
        ('attendance', 'percent', '2024-06-01', 'all', 20, 20, 100, 100, 'final', 1),
        ('orders', 'count', '2024-06-01', 'financial year to date', 2, null, 2, 2, 'final', 1);
    create table marts.published_figure_checks (
        figure varchar, measure_id varchar, statistic varchar, first_month date, last_month date,
        months_combined_by varchar, population varchar, as_at date, value double, numerator double,
        denominator double, decimals integer, reading varchar, our_value double, our_value_shown double,
        our_numerator double, our_denominator double, comparison varchar, why_not varchar,
        own_counts_give double, contradicted_by varchar
    );
"""


def tiny_release(file: Path, as_at: str = "2024-07-31", checks: list[tuple] = ()) -> Path:
    """Writes a small release and returns its file.

    Args:
        file: The DuckDB file to write.
        as_at: The date of the extract it says it is from.
        checks: Rows of published_figure_checks.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    (file.parent / "run.json").write_text("{}")
    with writable(file) as connection:
        connection.execute(SCHEMA.format(as_at=date.fromisoformat(as_at)))
        for check in checks:
            marks = ", ".join("?" for _ in check)
            connection.execute(f"insert into marts.published_figure_checks values ({marks})", check)
    return file


def change(file: Path, sql: str) -> None:
    """Changes a release behind its back."""
    with writable(file) as connection:
        connection.execute(sql)


@contextmanager
def writable(file: Path):
    """A connection whose schema marts is the file's."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as release")
        connection.execute("use release")
        yield connection
        connection.execute("use memory")
        connection.execute("detach release")
