-- One row per month and child with a child protection plan open at the month's end.
select
    'cp_plans' as measure_id,
    plans.reporting_month,
    plans.person_id as unit_id,
    plans.person_id,
    own_plans.team_id,
    case when own_plans.person_id is null then 'excluded' else 'yes' end as outcome,
    case
        when own_plans.person_id is null
        then 'plan for another authority'
        else 'plan open'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    plans.month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cp_plans' as source_table,
    coalesce(own_plans.cp_plan_id, plans.cp_plan_id) as source_id
from ({{ first_open_at_month_ends(ref("int_cp_plans"), "cp_plan_id") }}) as plans
left join
    {{ ref("int_cp_plans_at_month_end") }} as own_plans
    on plans.reporting_month = own_plans.reporting_month
    and plans.person_id = own_plans.person_id
