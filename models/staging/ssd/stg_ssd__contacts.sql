-- One row per contact received about a child.
select
    cont_contact_id as contact_id,
    cont_person_id as person_id,
    cast(cont_contact_date as date) as contacted_on,
    nullif(trim(cont_contact_source_code), '') as contact_source_code,
    {{ json_flag("cont_contact_outcome_json", "NEW_REFERRAL_FLAG") }}
    as is_new_referral,
    {{ has_any_flag("cont_contact_outcome_json") }} as has_outcome
from {{ source("ssd", "ssd_contacts") }}
