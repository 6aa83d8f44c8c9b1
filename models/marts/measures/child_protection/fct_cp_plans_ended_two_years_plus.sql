-- One row per child protection plan ended.
select
    'cp_plans_ended_two_years_plus' as measure_id,
    months.reporting_month,
    plans.cp_plan_id as unit_id,
    plans.person_id,
    plans.team_id,
    case
        when plans.is_for_other_authority or plans.started_on is null
        then 'excluded'
        when {{ days_between("plans.started_on", "plans.ended_on") }} >= 730
        then 'yes'
        else 'no'
    end as outcome,
    case
        when plans.is_for_other_authority
        then 'plan for another authority'
        when plans.started_on is null
        then 'start not recorded'
        when {{ days_between("plans.started_on", "plans.ended_on") }} >= 730
        then 'lasted 730 days or more'
        else 'lasted less than 730 days'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    plans.ended_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cp_plans' as source_table,
    plans.cp_plan_id as source_id
from {{ ref("int_cp_plans") }} as plans
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("plans.ended_on") }} = months.reporting_month
