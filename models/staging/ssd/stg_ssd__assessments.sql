-- One row per child and family assessment.
select
    cina_assessment_id as assessment_id,
    cina_person_id as person_id,
    cina_referral_id as referral_id,
    cast(cina_assessment_start_date as date) as started_on,
    cast(cina_assessment_auth_date as date) as authorised_on,
    {{ yes_no("cina_assessment_child_seen") }} as is_child_seen,
    coalesce(
        {{ yes_no("cina_assessment_outcome_nfa") }},
        {{ json_flag("cina_assessment_outcome_json", "OUTCOME_NFA_FLAG") }}
    ) as is_no_further_action,
    {{ has_any_flag("cina_assessment_outcome_json") }} as has_outcome_flags,
    nullif(trim(cina_assessment_team), '') as team_id
from {{ source("ssd", "ssd_cin_assessments") }}
