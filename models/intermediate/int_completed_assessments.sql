-- One row per child and day on which an assessment was authorised: the one that started
-- last. The last to have been authorised by a date is the child's latest.
select assessment_id, person_id, started_on, authorised_on, due_on, working_days_taken
from {{ ref("int_assessments") }}
where authorised_on is not null
qualify
    row_number() over (
        partition by person_id, authorised_on
        order by started_on desc, assessment_id desc
    )
    = 1
