-- One row per month and child in need plan open at its end.
select
    'cin_plans' as measure_id,
    reporting_month,
    cin_plan_id as unit_id,
    person_id,
    team_id,
    'yes' as outcome,
    'plan open' as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cin_plans' as source_table,
    cin_plan_id as source_id
from {{ ref("int_cin_plans_at_month_end") }}
