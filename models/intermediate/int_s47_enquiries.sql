-- One row per section 47 enquiry, with the first conference held from it.
-- A transfer in is a conference of another authority's enquiry.
select
    enquiries.s47_enquiry_id,
    enquiries.person_id,
    enquiries.referral_id,
    enquiries.started_on,
    enquiries.ended_on,
    enquiries.is_conference_flagged,
    coalesce(
        enquiries.is_no_further_action, enquiries.is_no_further_action_flagged
    ) as is_no_further_action,
    enquiries.ended_on + 45 as conference_due_on,
    conferences.conference_held_on,
    -- Not yet held, and the outcome does not say that there is to be none.
    conferences.conference_held_on is null
    and coalesce(
        enquiries.is_conference_flagged,
        not enquiries.is_no_further_action,
        not enquiries.is_no_further_action_flagged,
        true
    ) as is_conference_awaited,
    coalesce(enquiries.team_id, referrals.team_id) as team_id
from {{ ref("stg_ssd__s47_enquiries") }} as enquiries
left join
    (
        select s47_enquiry_id, min(conference_held_on) as conference_held_on
        from {{ ref("stg_ssd__conferences") }}
        inner join
            {{ source("landing", "extract") }} as extracts
            on conference_held_on <= extracts.as_at
        where is_transfer_in is not true
        group by s47_enquiry_id
    ) as conferences
    on enquiries.s47_enquiry_id = conferences.s47_enquiry_id
left join
    {{ ref("int_referrals") }} as referrals
    on enquiries.referral_id = referrals.referral_id
