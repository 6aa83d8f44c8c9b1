-- One row per section 47 enquiry about a child. It starts with the strategy discussion.
select
    s47e_s47_enquiry_id as s47_enquiry_id,
    s47e_person_id as person_id,
    s47e_referral_id as referral_id,
    cast(s47e_s47_start_date as date) as started_on,
    cast(s47e_s47_end_date as date) as ended_on,
    {{ yes_no("s47e_s47_nfa") }} as is_no_further_action,
    {{ json_flag("s47e_s47_outcome_json", "OUTCOME_NFA_FLAG") }}
    as is_no_further_action_flagged,
    {{ json_flag("s47e_s47_outcome_json", "OUTCOME_CP_CONFERENCE_FLAG") }}
    as is_conference_flagged,
    nullif(trim(s47e_s47_completed_by_team), '') as team_id
from {{ source("ssd", "ssd_s47_enquiry") }}
