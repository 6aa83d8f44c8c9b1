-- One row per month and child with a protection plan open at its end.
select
    'cp_reviews_up_to_date' as measure_id,
    due_dates.reporting_month,
    due_dates.person_id as unit_id,
    due_dates.person_id,
    due_dates.team_id,
    case
        when due_dates.outcome = 'yes' and reviews.was_any_late
        then 'no'
        else due_dates.outcome
    end as outcome,
    case
        when due_dates.outcome = 'yes' and reviews.was_any_late
        then 'an earlier review was late'
        else due_dates.reason
    end as reason,
    cast(1 as double) as weight,
    cast(null as double) as amount,
    cast([] as varchar[]) as populations,
    due_dates.month_end as counted_on,
    due_dates.due_on,
    due_dates.last_done_on as met_on,
    'ssd_cp_plans' as source_table,
    due_dates.source_id
from {{ ref("int_due_dates") }} as due_dates
left join
    {{ ref("int_cp_reviews") }} as reviews
    on due_dates.subject_id = reviews.cp_plan_id
    and due_dates.last_done_on = reviews.reviewed_on
where due_dates.clock = 'cp_reviews'
