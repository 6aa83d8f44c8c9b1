"""A release of three measures and its pages, for the tests of the site."""

import json
from pathlib import Path

import duckdb

from runner.readers.release import Built
from runner.site.make import made_of, make_site

PERSON = "P-4471-B"
"""The id of a child, a worker and a unit, that no page may show."""

RELEASE = f"""
    create schema marts;
    create table marts.dim_month as
    select cast(month as date) as reporting_month, last_day(month) as month_end, date '2024-07-31' as as_at,
        month > date '2022-12-01' as is_on_scorecard
    from unnest(generate_series(date '2022-06-01', date '2024-06-01', interval 1 month)) as months(month);
    create table marts.dim_measure as
    select * from (values
        ('icpcs_within_15_days', 1, 'process', 'ICPCs within 15 <working> days', 'percent', 'child-ICPC',
         'ICPCs held', 'held in time', 'conference date', 'flow', 'higher', 0, 0, 'x', '3.1', 'Head', 'live'),
        ('s47_enquiries', 1, 'activity', 'Section 47 enquiries', 'count; rate', 'enquiry',
         null, 'every enquiry', 'end date', 'flow', 'neither', 45, 0, null, '2.1', 'Head', 'live'),
        ('average_caseload', 1, 'workforce', 'Average caseload', 'mean', 'worker',
         'workers', 'cases held', 'month end', 'stock', 'lower', 0, 1, null, '6.1', 'Head', 'live'),
        ('audits_completed', 1, 'audit', 'Audits', 'count', 'audit',
         null, 'every audit', 'date', 'flow', 'neither', 0, 0, null, '5.1', 'Head', 'planned')
    ) as measures (measure_id, version, section, title, statistics, unit_counted, denominator_rule,
        numerator_rule, month_rule, kind, better, matures_after_days, decimals, comparator, paragraph,
        owner, status);
    create table marts.dim_population as
    select 'icpcs_within_15_days' as measure_id, 'under 5' as population, null::varchar as statistics,
        null::varchar as share_of, true as is_in_all, 'children under 5' as meaning;
    create table marts.dim_team as
    select * from (values ('T1', 'North & East', 'Assessment'), ('T2', 'South', 'Assessment'),
        ('T3', 'South', null)) as teams (team_id, team_name, parent_team_name);
    create table marts.dim_person as select '{PERSON}' as person_id;
    create table marts.measure_results as
    select measure_id, statistic, reporting_month, population,
        case statistic when 'percent' then 45 when 'mean' then 24 else 159 end::double as numerator,
        case statistic when 'percent' then 66 when 'mean' then 1.5 when 'rate' then 146820 end
        ::double as denominator,
        case statistic when 'percent' then 4500 / 66 when 'mean' then 16 when 'rate' then 129.955 else 159
        end::double + (month(reporting_month) - 6) as value,
        round(value) as value_shown,
        if(measure_id = 's47_enquiries' and reporting_month = '2024-06-01', 'provisional', 'final') as status,
        1 as definition_version
    from marts.dim_month, (values
        ('icpcs_within_15_days', 'percent', 'all'), ('icpcs_within_15_days', 'percent', 'under 5'),
        ('s47_enquiries', 'count', 'all'), ('s47_enquiries', 'rate', 'all'),
        ('average_caseload', 'mean', 'all')) as figures (measure_id, statistic, population);
    create table marts.measure_breakdowns as
    select * exclude (value_shown), value_shown, 'team' as dimension, 'T1' as member
    from marts.measure_results where population = 'all';
    create table marts.measure_rows as
    select measure_id, reporting_month, '{PERSON}' as unit_id, outcome, reason, 1::double as weight,
        null::double as amount,
        cast([] as varchar[]) as populations
    from (values ('icpcs_within_15_days', 'yes', 'in time', 45),
        ('icpcs_within_15_days', 'no', 'too late', 21),
        ('icpcs_within_15_days', 'excluded', 'transfer in', 2), ('s47_enquiries', 'yes', 'ended', 159)
    ) as outcomes (measure_id, outcome, reason, units), marts.dim_month, range(units);
    create table marts.team_signals as
    select measure_id, statistic, date '2024-06-01' as reporting_month, team_id,
        numerator::double as numerator, denominator::double as denominator, value::double as value,
        value::double as value_shown, 'final' as status, council_value::double as council_value,
        signal, coalesce(denominator <= 20, false) as is_small_denominator
    from (values
        ('icpcs_within_15_days', 'percent', 'T2', 9.0, 30.0, 30.0, 4500 / 66, 'below 99.8%'),
        ('icpcs_within_15_days', 'percent', 'T1', 28.0, 28.0, 100.0, 4500 / 66, 'above 95%'),
        ('icpcs_within_15_days', 'percent', 'T3', 8.0, 8.0, 100.0, 4500 / 66, 'within'),
        ('s47_enquiries', 'count', 'T1', 100.0, null, 100.0, 159.0, 'no limits'),
        ('s47_enquiries', 'count', 'T2', 59.0, null, 59.0, 159.0, 'no limits')
    ) as signals (measure_id, statistic, team_id, numerator, denominator, value, council_value, signal);
    create table marts.funnel_limits as
    select 'icpcs_within_15_days' as measure_id, date '2024-06-01' as reporting_month, units,
        lower_998::double as lower_998, lower_95::double as lower_95, upper_95::double as upper_95,
        upper_998::double as upper_998
    from (values
        (8, 10.0, 30.0, 98.0, 100.0), (28, 38.0, 48.0, 85.0, 93.0), (30, 39.0, 49.0, 84.0, 92.0)
    ) as limits (units, lower_998, lower_95, upper_95, upper_998);
    create table marts.measure_signals as
    select measure_id, statistic, reporting_month, value, status, 18 as months_in_limits,
        70::double as mean, 60::double as lower_limit, 80::double as upper_limit,
        case when status <> 'final' then 'not judged'
        when reporting_month = '2024-06-01' and statistic = 'percent' then 'worsening'
        else 'normal variation' end as signal,
        case when signal = 'worsening' then 'below the lower limit' end as rule,
        if(statistic = 'percent', 56.2::double, null) as interval_lower,
        if(statistic = 'percent', 78.2::double, null) as interval_upper, false as is_small_denominator
    from marts.measure_results join marts.dim_month using (reporting_month)
    where is_on_scorecard and population = 'all';
    create table marts.comparators as
    select 'icpcs_within_15_days' as measure_id, 'percent' as statistic, 'all' as population, 2023 as year,
        'year to 31 March 2023' as covers, true as is_latest, kind, described_as,
        value::double as value, areas, 'adjusted' as comparability, 'they count transfers in' as note
    from (values ('England', 'England', 78.4, 1), ('region', 'South West', 77.6, 1),
        ('statistical neighbours: mean', 'Statistical neighbours, mean', 84.1, 10)
    ) as kinds (kind, described_as, value, areas);
    create table marts.comparator_ranks as
    select 'icpcs_within_15_days' as measure_id, 'percent' as statistic, 'all' as population,
        date '2024-06-01' as reporting_month, 75::double as value, 2023 as year,
        'year to 31 March 2023' as covers, 150 as authorities, 103 as rank, 'best' as rank_one_is,
        3 as quartile;
    create table marts.measure_revisions as
    select 'icpcs_within_15_days' as measure_id, 'percent' as statistic, date '2024-05-01' as reporting_month,
        'all' as population, '2024-06-r1' as release, '2024-05-r1' as compared_with, cause, units,
        80::double as value_before, 67.2::double as value_after
    from (values ('late_arrival', 3), ('definition', null), ('withdrawn', 1)) as causes (cause, units);
    create table marts.rejected_rows as
    select 'ssd_contacts' as source_table, 7 as source_line, 'cont_contact_date' as column_name,
        'not a date' as reason, '{PERSON}' as value;
    create table marts.check_results as
    select * from (values
        ('no_end_before_start', 'front_door', 'An end before its start', 'F06', 'block', 'accuracy',
         'Head of Performance', 'Durations are wrong.', null, 'measure_rows', 1626, 0, 0.0, 'passed'),
        ('no_contact_before_birth', 'front_door', 'A contact before birth', 'F06', 'warn', 'accuracy',
         'Head of Performance', 'Ages are wrong.', '8606', 'ssd_contacts; ssd_s47_enquiry', 1626, 4, 0.0,
         'exception')
    ) as checks (check_id, suite, title, family, severity, dimension, owner, consequence, dfe_rules,
        reads, rows_tested, rows_failed, limit_share, status);
    create table marts.check_history as
    select check_id, '2024-' || of[1] as release, cast(of[2] as date) as as_at, rows_tested,
        rows_failed + cast(of[3] as integer) as rows_failed, status
    from marts.check_results,
        (values (['04-r1', '2024-05-02', '3']), (['05-r1', '2024-06-04', '7']), (['06-r1', '2024-07-02', '0'])
        ) as releases (of);
    create table marts.row_accounting as
    select * from (values ('landing', null, 'ssd_contacts', 'accepted', 'accepted', 1626),
        ('measure', 's47_enquiries', 'ssd_s47_enquiry', 'yes', 'completed', 159)
    ) as accounts (account, measure_id, source_table, fate, reason, row_count);
"""


MATURITY = """
    create table marts.measure_maturity as
    select 's47_enquiries' as measure_id, 'count' as statistic, 'measured' as basis, 60 as final_after_days,
        14 as origin_months, 6.0::double as median_revision, 11.0::double as p90_revision,
        13 as revision_months;
    create table marts.measure_expected as
    select 's47_enquiries' as measure_id, 'count' as statistic, 'all' as population,
        date '2024-06-01' as reporting_month, 171.4::double as expected_value, 165.0::double as range_lower,
        178.0::double as range_upper, 0.8::double as range_share, 14 as origin_months;
"""
"""What earlier releases tell: how long figures are provisional, and what one is expected to be."""


def site_of(folder: Path, simulated: bool = False, more: str = "") -> Path:
    """Writes the release, with `more` tables, and its pages into a folder; answers with the pages' folder."""
    folder.mkdir(exist_ok=True)
    file = folder / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as release; use release; {RELEASE} {more}")
        connection.execute("use memory; detach release")
    checks = [{"name": "parts_make_the_whole", "status": "pass", "failures": 0}]
    run = {
        "built_at": "2024-07-31T09:00:00+00:00",
        "checks": checks,
        "opinion": "qualified",
        "simulated": simulated,
    }
    (folder / "run.json").write_text(json.dumps(run))
    built = Built("2024-06-r1", file)
    make_site(built, made_of(built), folder / "site")
    return folder / "site"
