-- One row per child in need plan.
select
    cinp_cin_plan_id as cin_plan_id,
    cinp_person_id as person_id,
    nullif(trim(cinp_referral_id), '') as referral_id,
    cast(cinp_cin_plan_start_date as date) as started_on,
    cast(cinp_cin_plan_end_date as date) as ended_on,
    nullif(trim(cinp_cin_plan_team), '') as team_id
from {{ source("ssd", "ssd_cin_plans") }}
