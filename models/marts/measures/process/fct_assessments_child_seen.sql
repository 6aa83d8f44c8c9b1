-- One row per child and family assessment authorised.
select
    'assessments_child_seen' as measure_id,
    months.reporting_month,
    assessments.assessment_id as unit_id,
    assessments.person_id,
    assessments.team_id,
    case when assessments.is_child_seen then 'yes' else 'no' end as outcome,
    case
        when assessments.is_child_seen
        then 'child seen'
        when not assessments.is_child_seen
        then 'child not seen'
        else 'not recorded'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    assessments.authorised_on as counted_on,
    cast(null as date) as due_on,
    cast(null as date) as met_on,
    'ssd_cin_assessments' as source_table,
    assessments.assessment_id as source_id
from {{ ref("int_assessments") }} as assessments
inner join
    {{ ref("int_months") }} as months
    on {{ month_of("assessments.authorised_on") }} = months.reporting_month
