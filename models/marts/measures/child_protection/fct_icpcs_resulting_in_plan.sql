-- One row per child at an initial child protection conference.
select
    'icpcs_resulting_in_plan' as measure_id,
    months.reporting_month,
    conferences.icpc_id as unit_id,
    conferences.person_id,
    conferences.team_id,
    case
        when conferences.is_plan_flagged or plans.icpc_id is not null
        then 'yes'
        else 'no'
    end as outcome,
    case
        when plans.icpc_id is not null
        then 'plan started'
        when conferences.is_plan_flagged
        then 'conference decided on a plan'
        else 'no plan started'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    conferences.conference_held_on as counted_on,
    cast(null as date) as due_on,
    plans.plan_started_on as met_on,
    'ssd_initial_cp_conference' as source_table,
    conferences.icpc_id as source_id
from {{ ref("int_conferences") }} as conferences
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("conferences.conference_held_on") }} = months.reporting_month
left join
    {{ ref("int_conferences_with_plan") }} as plans
    on conferences.icpc_id = plans.icpc_id
