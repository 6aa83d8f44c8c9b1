-- One row per EHC plan issued.
select
    'ehc_plans_within_20_weeks' as measure_id,
    reporting_month,
    plan_id as unit_id,
    person_id,
    cast(null as varchar) as team_id,
    case
        when left_out_reason is not null
        then 'excluded'
        when days_taken <= 140
        then 'yes'
        else 'no'
    end as outcome,
    case
        when left_out_reason is not null
        then left_out_reason
        when days_taken <= 140
        then 'within 140 days'
        else 'after 140 days'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    {{
        names(
            [
                "case when days_taken <= 140 then 'within 20 weeks' end",
                "case when days_taken <= 210 then 'within 30 weeks' end",
                "case when days_taken <= 364 then 'within 52 weeks' end",
                "case when not has_exception then 'without exceptions' end",
            ]
        )
    }} as populations,
    issued_on as counted_on,
    requested_on + 140 as due_on,
    issued_on as met_on,
    'ssd_ehcp_named_plan' as source_table,
    plan_id as source_id
from {{ ref("int_ehc_plans") }}
inner join {{ ref("int_months") }} on {{ month_of("issued_on") }} = reporting_month
