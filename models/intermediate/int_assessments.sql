-- One row per child and family assessment, with the working days it has taken.
select
    assessments.assessment_id,
    assessments.person_id,
    assessments.referral_id,
    assessments.started_on,
    assessments.authorised_on,
    authorised.working_day_number - started.working_day_number as working_days_taken,
    due.day as due_on,
    assessments.is_child_seen,
    assessments.is_no_further_action,
    assessments.is_no_further_action is not null
    or assessments.has_outcome_flags as has_outcome,
    coalesce(assessments.team_id, referrals.team_id) as team_id
from {{ ref("stg_ssd__assessments") }} as assessments
left join
    {{ ref("int_referrals") }} as referrals
    on assessments.referral_id = referrals.referral_id
left join
    {{ ref("int_working_days") }} as started on assessments.started_on = started.day
left join
    {{ ref("int_working_days") }} as authorised
    on assessments.authorised_on = authorised.day
left join
    {{ ref("int_working_days") }} as due
    on started.working_day_number + 45 = due.working_day_number
    and due.is_working_day
