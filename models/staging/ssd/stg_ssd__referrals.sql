-- One row per referral, which opens an episode of need.
select
    cine_referral_id as referral_id,
    cine_person_id as person_id,
    cast(cine_referral_date as date) as referred_on,
    cast(cine_close_date as date) as closed_on,
    {{ yes_no("cine_referral_nfa") }} as is_no_further_action,
    nullif(trim(cine_referral_team), '') as team_id
from {{ source("ssd", "ssd_cin_episodes") }}
