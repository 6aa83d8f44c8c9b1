-- One row per child at an initial child protection conference, with the working days
-- since the strategy discussion that started the linked section 47 enquiry.
select
    conferences.icpc_id,
    conferences.person_id,
    conferences.s47_enquiry_id,
    conferences.referral_id,
    conferences.conference_held_on,
    coalesce(conferences.is_transfer_in, false) as is_transfer_in,
    enquiries.started_on as s47_started_on,
    held.working_day_number - started.working_day_number as working_days_from_s47,
    due.day as due_on,
    conferences.is_plan_flagged,
    coalesce(conferences.team_id, referrals.team_id) as team_id
from {{ ref("stg_ssd__conferences") }} as conferences
left join
    {{ ref("stg_ssd__s47_enquiries") }} as enquiries
    on conferences.s47_enquiry_id = enquiries.s47_enquiry_id
left join
    {{ ref("int_referrals") }} as referrals
    on conferences.referral_id = referrals.referral_id
left join {{ ref("int_working_days") }} as started on enquiries.started_on = started.day
left join
    {{ ref("int_working_days") }} as held on conferences.conference_held_on = held.day
left join
    {{ ref("int_working_days") }} as due
    on started.working_day_number + 15 = due.working_day_number
    and due.is_working_day
