-- One row per contact, with the child's contact before it and the referral it may
-- link to.
select contacts.*, extracts.as_at, referrals.referred_on as next_referred_on
from {{ ref("stg_ssd__contacts") }} as contacts
cross join {{ source("landing", "extract") }} as extracts
asof left join
    {{ ref("stg_ssd__referrals") }} as referrals
    on contacts.person_id = referrals.person_id
    and contacts.contacted_on <= referrals.referred_on
