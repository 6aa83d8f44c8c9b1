-- One row per month and child looked after at its end.
select
    'cla_visits_up_to_date' as measure_id,
    reporting_month,
    subject_id as unit_id,
    person_id,
    team_id,
    outcome,
    reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    month_end as counted_on,
    due_on,
    last_done_on as met_on,
    'ssd_cla_episodes' as source_table,
    source_id
from {{ ref("int_due_dates") }}
where clock = 'cla_visits'
