-- One row per child protection plan started.
select
    'repeat_cp_plans' as measure_id,
    months.reporting_month,
    plans.cp_plan_id as unit_id,
    plans.person_id,
    plans.team_id,
    case
        when plans.is_for_other_authority
        then 'excluded'
        when plans.previous_plan_started_on is not null
        then 'yes'
        else 'no'
    end as outcome,
    case
        when plans.is_for_other_authority
        then 'plan for another authority'
        when plans.previous_plan_started_on is not null
        then 'earlier plan'
        else 'no earlier plan visible'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    plans.started_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cp_plans' as source_table,
    plans.cp_plan_id as source_id
from {{ ref("int_cp_plans") }} as plans
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("plans.started_on") }} = months.reporting_month
