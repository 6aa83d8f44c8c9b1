-- One row per child in need plan ended.
select
    'cin_plan_ends' as measure_id,
    months.reporting_month,
    plans.cin_plan_id as unit_id,
    plans.person_id,
    plans.team_id,
    case when plans.started_on is null then 'excluded' else 'yes' end as outcome,
    case
        when plans.started_on is null then 'start not recorded' else 'plan ended'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    plans.ended_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cin_plans' as source_table,
    plans.cin_plan_id as source_id
from {{ ref("int_cin_plans") }} as plans
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("plans.ended_on") }} = months.reporting_month
