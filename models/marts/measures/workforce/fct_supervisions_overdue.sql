-- One row per month and child in need at its end: whether a case supervision is
-- overdue.
select
    'supervisions_overdue' as measure_id,
    reporting_month,
    subject_id as unit_id,
    person_id,
    team_id,
    case outcome when 'yes' then 'no' when 'no' then 'yes' else outcome end as outcome,
    reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    month_end as counted_on,
    due_on,
    last_done_on as met_on,
    'ssd_cin_episodes' as source_table,
    source_id
from {{ ref("int_due_dates") }}
where clock = 'supervisions'
