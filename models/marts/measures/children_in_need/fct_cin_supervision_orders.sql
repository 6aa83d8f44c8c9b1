-- One row per month and child with a child in need plan open at its end.
select
    'cin_supervision_orders' as measure_id,
    plans.reporting_month,
    plans.person_id as unit_id,
    plans.person_id,
    plans.team_id,
    case when orders.person_id is not null then 'yes' else 'no' end as outcome,
    case
        when orders.person_id is not null
        then 'supervision order in force'
        else 'no supervision order in force'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    plans.month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cin_plans' as source_table,
    plans.cin_plan_id as source_id
from {{ ref("int_cin_plans_at_month_end") }} as plans
left join
    {{ ref("int_supervision_orders_at_month_end") }} as orders
    on plans.reporting_month = orders.reporting_month
    and plans.person_id = orders.person_id
where plans.is_childs_first
