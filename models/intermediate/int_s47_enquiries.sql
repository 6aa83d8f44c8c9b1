-- One row per section 47 enquiry, with the first conference that was held from it.
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
    conferences.conference_held_on,
    coalesce(enquiries.team_id, referrals.team_id) as team_id
from {{ ref("stg_ssd__s47_enquiries") }} as enquiries
left join
    (
        select s47_enquiry_id, min(conference_held_on) as conference_held_on
        from {{ ref("stg_ssd__conferences") }}
        where is_transfer_in is not true
        group by s47_enquiry_id
    ) as conferences
    on enquiries.s47_enquiry_id = conferences.s47_enquiry_id
left join
    {{ ref("int_referrals") }} as referrals
    on enquiries.referral_id = referrals.referral_id
