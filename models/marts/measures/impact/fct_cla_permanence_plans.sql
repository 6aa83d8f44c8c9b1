-- One row per month and child looked after at its end.
select
    'cla_permanence_plans' as measure_id,
    care.reporting_month,
    care.person_id as unit_id,
    care.person_id,
    care.team_id,
    case
        when care.started_on > {{ months_before("care.month_end", 4) }}
        then 'excluded'
        when plans.has_permanence_option
        then 'yes'
        else 'no'
    end as outcome,
    case
        when care.started_on > {{ months_before("care.month_end", 4) }}
        then 'looked after for less than four months'
        when plans.has_permanence_option
        then 'permanence option set'
        when plans.care_plan_id is not null
        then 'no permanence option set'
        else 'no care plan recorded'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    care.month_end as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cla_episodes' as source_table,
    care.source_id
from {{ ref("int_looked_after_at_month_end") }} as care
left join
    {{ ref("int_care_plans_at_month_end") }} as plans
    on care.reporting_month = plans.reporting_month
    and care.person_id = plans.person_id
