-- One row per section 47 enquiry completed.
select
    's47_under_cp_plan' as measure_id,
    months.reporting_month,
    enquiries.s47_enquiry_id as unit_id,
    enquiries.person_id,
    enquiries.team_id,
    case when plans.s47_enquiry_id is not null then 'yes' else 'no' end as outcome,
    case
        when plans.s47_enquiry_id is not null
        then 'plan open at the start'
        else 'no plan open at the start'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    enquiries.ended_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_s47_enquiry' as source_table,
    enquiries.s47_enquiry_id as source_id
from {{ ref("int_s47_enquiries") }} as enquiries
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("enquiries.ended_on") }} = months.reporting_month
left join
    {{ ref("int_s47_enquiries_under_plan") }} as plans
    on enquiries.s47_enquiry_id = plans.s47_enquiry_id
