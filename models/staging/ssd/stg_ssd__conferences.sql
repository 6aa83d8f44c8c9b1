-- One row per child at an initial child protection conference.
select
    icpc_icpc_id as icpc_id,
    icpc_person_id as person_id,
    nullif(trim(icpc_s47_enquiry_id), '') as s47_enquiry_id,
    nullif(trim(icpc_referral_id), '') as referral_id,
    cast(icpc_icpc_date as date) as conference_held_on,
    {{ yes_no("icpc_icpc_transfer_in") }} as is_transfer_in,
    {{ yes_no("icpc_icpc_outcome_cp_flag") }} as is_plan_flagged,
    nullif(trim(icpc_icpc_team), '') as team_id
from {{ source("ssd", "ssd_initial_cp_conference") }}
