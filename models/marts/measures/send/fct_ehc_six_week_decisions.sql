-- One row per request for an EHC needs assessment decided: whether to assess.
select
    'ehc_six_week_decisions' as measure_id,
    reporting_month,
    decision_id as unit_id,
    person_id,
    cast(null as varchar) as team_id,
    case
        when left_out_reason is not null
        then 'excluded'
        when days_taken <= 42
        then 'yes'
        else 'no'
    end as outcome,
    case
        when left_out_reason is not null
        then left_out_reason
        when days_taken <= 42
        then 'within 42 days'
        else 'after 42 days'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    {{
        names(
            [
                "case when left_out_reason is null then decision end",
                "case when days_taken <= 42 then 'in time' end",
                "case when not has_exception then 'without exceptions' end",
            ]
        )
    }} as populations,
    decided_on as counted_on,
    requested_on + 42 as due_on,
    decided_on as met_on,
    'ssd_ehcp_requests' as source_table,
    decision_id as source_id
from {{ ref("int_ehc_decisions") }}
inner join {{ ref("int_months") }} on {{ month_of("decided_on") }} = reporting_month
where stage = 'to assess'
