-- One row per clock of working days that has dates beyond the calendar.
select 'assessments' as clock, count(assessment_id) as events
from {{ ref("int_assessments") }}
where
    started_on is not null
    and (due_on is null or (authorised_on is not null and working_days_taken is null))
having count(assessment_id) > 0
union all
select 'conferences' as clock, count(icpc_id) as events
from {{ ref("int_conferences") }}
where
    s47_started_on is not null
    and (
        due_on is null
        or (conference_held_on is not null and working_days_from_s47 is null)
    )
having count(icpc_id) > 0
