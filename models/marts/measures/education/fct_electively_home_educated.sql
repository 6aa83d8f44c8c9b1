-- One row per month and pupil educated at home at the month's end.
select
    'electively_home_educated' as measure_id,
    reporting_month,
    pupil_id as unit_id,
    person_id,
    team_id,
    'yes' as outcome,
    'home educated' as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    [care_status] as populations,
    month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'local_home_education' as source_table,
    episode_id as source_id
from {{ ref("int_pupils_out_of_school_at_month_end") }}
where kind = 'home educated'
