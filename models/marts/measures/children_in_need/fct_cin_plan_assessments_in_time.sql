-- One row per month and child with a child in need plan open at its end.
select
    'cin_plan_assessments_in_time' as measure_id,
    plans.reporting_month,
    plans.person_id as unit_id,
    plans.person_id,
    plans.team_id,
    case
        when assessments.working_days_taken <= 45
        then 'yes'
        when assessments.working_days_taken > 45
        then 'no'
        else 'excluded'
    end as outcome,
    case
        when assessments.working_days_taken <= 45
        then 'within 45 working days'
        when assessments.working_days_taken > 45
        then 'more than 45 working days'
        when assessments.assessment_id is not null
        then 'assessment start not recorded'
        else 'no completed assessment'
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    plans.month_end as counted_on,
    assessments.due_on,
    assessments.authorised_on as met_on,
    'ssd_cin_plans' as source_table,
    plans.cin_plan_id as source_id
from {{ ref("int_cin_plans_at_month_end") }} as plans
asof left join
    {{ ref("int_completed_assessments") }} as assessments
    on plans.person_id = assessments.person_id
    and plans.month_end >= assessments.authorised_on
where plans.is_childs_first
