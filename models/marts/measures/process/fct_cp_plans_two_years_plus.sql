-- One row per month and child with a child protection plan open at the month's end.
select
    'cp_plans_two_years_plus' as measure_id,
    reporting_month,
    person_id as unit_id,
    person_id,
    team_id,
    case
        when {{ days_between("started_on", "month_end") }} >= 730 then 'yes' else 'no'
    end as outcome,
    case
        when {{ days_between("started_on", "month_end") }} >= 730
        then 'open two years or more'
        else 'open less than two years'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cp_plans' as source_table,
    cp_plan_id as source_id
from {{ ref("int_cp_plans_at_month_end") }}
