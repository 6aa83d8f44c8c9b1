-- One row per contact, with the child's contact before it and the first referral in the
-- 14 days after it.
select
    contacts.contact_id,
    contacts.person_id,
    contacts.contacted_on,
    contacts.contact_source_code,
    contacts.is_new_referral,
    contacts.has_outcome,
    max(contacts.contacted_on) over (
        partition by contacts.person_id
        order by contacts.contacted_on
        range between unbounded preceding and interval 1 day preceding
    ) as previous_contacted_on,
    contacts.contacted_on + 14 as link_due_on,
    case
        when referrals.referred_on <= contacts.contacted_on + 14
        then referrals.referred_on
    end as linked_referred_on
from {{ ref("stg_ssd__contacts") }} as contacts
asof left join
    {{ ref("stg_ssd__referrals") }} as referrals
    on contacts.person_id = referrals.person_id
    and contacts.contacted_on <= referrals.referred_on
